//! `?simular=true`: what a change would do, told before it is made.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::Sql;

use super::{check, list, portfolio, told};
use crate::apoio::{HOJE, Servico, dia, id, posicao};

/// The night that the change meets.
const AMANHA: &str = "2026-03-11";

/// Asks what a change would do, makes it, and checks that the next night does just that. Answers what was told.
async fn told_then_done(s: &Servico, metodo: &str, caminho: &str, corpo: Value) -> Value {
    let send = async |caminho: &str| match metodo {
        "POST" => s.http.post(caminho, &corpo).await,
        "PATCH" => s.http.patch(caminho, &corpo).await,
        _ => s.http.delete(caminho).await,
    };
    let antes = s.http.get("/v1/reguas").await.expect(200).json;
    let dita = send(&format!("{caminho}?simular=true")).await.expect(200).json;
    assert_eq!(
        (&dita["tipo"], &dita["resultado"]["de"], &dita["resultado"]["ate"]),
        (&json!("impacto"), &json!(AMANHA), &json!(AMANHA))
    );
    assert_eq!(s.http.get("/v1/reguas").await.expect(200).json, antes, "nothing changed yet");
    let feita = send(caminho).await;
    assert!(feita.status == 200 || feita.status == 201, "{}", feita.json);
    s.night_of(dia(AMANHA)).await;
    let dias = list(&dita["resultado"]["simulado"], "dias");
    let previsto = dias.first().map(told).unwrap_or_default();
    check(&mut Sql::connect(s.banco.url()), dia(AMANHA), &previsto);
    dita["resultado"]["impacto"].clone()
}

/// A service whose first night has run, and its two réguas.
async fn started() -> (Servico, String, String) {
    let s = Servico::new();
    let (caros, demais) = portfolio(&s).await;
    s.run_engine();
    s.night_of(dia(HOJE)).await;
    let (caros, demais) = (id(&caros).to_owned(), id(&demais).to_owned());
    (s, caros, demais)
}

fn of_regua<'v>(impacto: &'v Value, regua: &str) -> &'v Value {
    list(impacto, "reguas")
        .iter()
        .find(|dela| dela["regua_id"] == regua)
        .unwrap_or_else(|| panic!("{impacto}"))
}

fn channels(impacto: &Value) -> BTreeMap<&str, (i64, i64)> {
    let par = |canal: &Value| (canal["antes"].as_i64().unwrap(), canal["depois"].as_i64().unwrap());
    list(impacto, "canais").iter().map(|canal| (canal["canal"].as_str().unwrap(), par(canal))).collect()
}

#[tokio::test]
async fn v01_what_an_activation_would_do_is_what_it_does() {
    let (s, _, demais) = started().await;
    let nova = s.regua(json!({"nome": "Nova", "prioridade": -5, "criterios": {"vencimento_de": "2026-02-20"},
                                "posicoes": [{"dias": 0, "acoes": [{"tipo": "sms", "corpo": "#TOTAL#"}]}, posicao(9)]})).await;
    let impacto = told_then_done(&s, "POST", &format!("/v1/reguas/{}/ativacao", id(&nova)), json!({})).await;
    let entram = of_regua(&impacto, id(&nova));
    assert!(entram["entram"]["antes"] == 0 && entram["entram"]["depois"].as_i64() > Some(3), "{impacto}");
    let saem = of_regua(&impacto, &demais);
    assert_eq!(saem["migram"], saem["saem"], "{impacto}");
    assert!(saem["migram"]["depois"].as_i64() > Some(3), "{impacto}");
    let (antes, depois) = channels(&impacto)["sms"];
    assert!(antes < depois, "{impacto}");
}

#[tokio::test]
async fn v03_what_a_deactivation_would_do_is_what_it_does() {
    let (s, _, demais) = started().await;
    let impacto = told_then_done(&s, "POST", &format!("/v1/reguas/{demais}/desativacao"), json!({})).await;
    let parada = of_regua(&impacto, &demais);
    assert!(parada["acoes"]["antes"].as_i64() > Some(0) && parada["acoes"]["depois"] == 0, "{impacto}");
}

#[tokio::test]
async fn v04_what_archiving_would_do_is_what_it_does() {
    let (s, caros, demais) = started().await;
    let impacto = told_then_done(&s, "POST", &format!("/v1/reguas/{caros}/arquivamento"), json!({})).await;
    assert!(of_regua(&impacto, &caros)["saem"]["depois"].as_i64() > Some(5), "{impacto}");
    let entram = &of_regua(&impacto, &demais)["entram"];
    assert!(entram["antes"].as_i64() < entram["depois"].as_i64(), "{impacto}");
}

#[tokio::test]
async fn g02_what_other_criteria_would_do_is_what_they_do() {
    let (s, caros, _) = started().await;
    let mudanca = json!({"criterios": {"vencimento_ate": "2026-02-05"}});
    let impacto = told_then_done(&s, "PATCH", &format!("/v1/reguas/{caros}"), mudanca).await;
    assert!(of_regua(&impacto, &caros)["migram"]["depois"].as_i64() > Some(2), "{impacto}");
}

#[tokio::test]
async fn r04_what_losing_a_position_would_do_is_what_it_does() {
    let (s, _, demais) = started().await;
    let lida = s.http.get(&format!("/v1/reguas/{demais}")).await.expect(200).json;
    let posicao = id(&lida["posicoes"][1]);
    let impacto =
        told_then_done(&s, "DELETE", &format!("/v1/reguas/{demais}/posicoes/{posicao}"), json!({})).await;
    let dela = &of_regua(&impacto, &demais)["acoes"];
    assert!(dela["depois"].as_i64() < dela["antes"].as_i64(), "{impacto}");
}

#[tokio::test]
async fn r13_what_a_new_position_would_do_is_what_it_does() {
    let (s, _, demais) = started().await;
    let nova = json!({"tipo": "lembrete", "dias": 6, "acoes": [{"tipo": "sms", "corpo": "#TOTAL#"}]});
    let impacto = told_then_done(&s, "POST", &format!("/v1/reguas/{demais}/posicoes"), nova).await;
    let (antes, depois) = channels(&impacto)["sms"];
    assert!(antes < depois, "{impacto}");
}

#[tokio::test]
async fn r08_what_other_recipients_and_texts_would_do_is_what_they_do() {
    let (s, _, demais) = started().await;
    let lida = s.http.get(&format!("/v1/reguas/{demais}")).await.expect(200).json;
    let posicao = &lida["posicoes"][2];
    let acao = format!("/v1/reguas/{demais}/posicoes/{}/acoes/{}", id(posicao), id(&posicao["acoes"][0]));
    let mudanca = json!({"corpo": "Outro texto: #TOTAL#", "destinatarios": "todos"});
    let impacto = told_then_done(&s, "PATCH", &acao, mudanca).await;
    let dela = &of_regua(&impacto, &demais)["acoes"];
    assert_eq!(dela["depois"], dela["antes"], "{impacto}");
    let mudada = s.http.get(&format!("/v1/reguas/{demais}")).await.expect(200).json;
    assert_eq!(mudada["posicoes"][2]["acoes"][0]["destinatarios"], "todos");
}

#[tokio::test]
async fn v01_what_a_new_regua_would_do_is_what_it_does_once_it_is_active() {
    let (s, _, demais) = started().await;
    let nova = json!({"nome": "Nova", "prioridade": -5, "criterios": {"vencimento_de": "2026-02-20"},
                      "posicoes": [{"dias": 0, "acoes": [{"tipo": "sms", "corpo": "#TOTAL#"}]}]});
    let antes = s.http.get("/v1/reguas").await.expect(200).json;
    let dita = s.http.post("/v1/reguas?simular=true", &nova).await.expect(200).json;
    assert_eq!(s.http.get("/v1/reguas").await.expect(200).json, antes, "nothing is stored");
    let impacto = &dita["resultado"]["impacto"];
    let (sem, com) = channels(impacto)["sms"];
    assert!(sem < com && of_regua(impacto, &demais)["migram"]["depois"].as_i64() > Some(3), "{impacto}");
    let criada = s.turn(&s.regua(nova.clone()).await, "ativacao").await;
    s.night_of(dia(AMANHA)).await;
    let mut previsto = told(&list(&dita["resultado"]["simulado"], "dias")[0]);
    let so_simulada = list(&dita["resultado"]["simulado"], "reguas").iter().find(|r| r["simulada"] == "nova");
    let so_simulada = so_simulada.unwrap()["regua_id"].as_str().unwrap();
    // It has its own id only once it is stored.
    previsto = previsto
        .into_iter()
        .map(|((regua, que, de), n)| {
            (((if regua == so_simulada { id(&criada).to_owned() } else { regua }), que, de), n)
        })
        .collect();
    check(&mut Sql::connect(s.banco.url()), dia(AMANHA), &previsto);
    let igual = s.http.post("/v1/reguas?simular=true", &nova).await.expect(409).json;
    assert_eq!(igual["codigo"], "regua_igual");
    let incompleta = json!({"nome": "Sem posição", "criterios": {"score_de": 5}});
    let recusa = s.http.post("/v1/reguas?simular=true", &incompleta).await.expect(422).json;
    assert_eq!(recusa["erros"][0]["codigo"], "regua_sem_posicao");
}

#[tokio::test]
async fn a_parameter_that_does_not_exist_changes_no_regua() {
    let s = Servico::new();
    let corpo = json!({"nome": "R", "posicoes": [posicao(1), posicao(5)]});
    let regua = s.regua(corpo.clone()).await;
    let esta = format!("/v1/reguas/{}", id(&regua));
    let posicao_dela = format!("{esta}/posicoes/{}", id(&regua["posicoes"][0]));
    let acao = format!("{posicao_dela}/acoes/{}", id(&regua["posicoes"][0]["acoes"][0]));
    let (sms, vazio) = (json!({"tipo": "sms", "corpo": "x"}), json!({}));
    let outra = json!({"nome": "Outra", "criterios": {"score_de": 1}});
    for (metodo, caminho, corpo) in [
        ("POST", "/v1/reguas", &outra),
        ("PATCH", &*esta, &json!({"nome": "S"})),
        ("POST", &*format!("{esta}/ativacao"), &vazio),
        ("POST", &*format!("{esta}/desativacao"), &vazio),
        ("POST", &*format!("{esta}/arquivamento"), &vazio),
        ("POST", &*format!("{esta}/posicoes"), &posicao(9)),
        ("DELETE", &*posicao_dela, &vazio),
        ("POST", &*format!("{posicao_dela}/acoes"), &sms),
        ("PATCH", &*acao, &json!({"corpo": "Outro"})),
        ("DELETE", &*acao, &vazio),
    ] {
        let caminho = format!("{caminho}?simula=true");
        let resposta = match metodo {
            "POST" => s.http.post(&caminho, corpo).await,
            "PATCH" => s.http.patch(&caminho, corpo).await,
            _ => s.http.delete(&caminho).await,
        };
        assert_eq!(resposta.status, 422, "{metodo} {caminho}: {}", resposta.text);
        assert_eq!(resposta.json["erros"][0]["codigo"], "desconhecido", "{metodo} {caminho}");
    }
    assert_eq!(s.http.get("/v1/reguas").await.expect(200).json["itens"], json!([regua]));
}

#[tokio::test]
async fn a_change_that_would_be_refused_is_refused_when_simulated_too() {
    let (s, caros, demais) = started().await;
    let sem_regua = s
        .http
        .post("/v1/reguas/00000000-0000-7000-8000-000000000000/ativacao?simular=true", &json!({}))
        .await;
    assert_eq!(sem_regua.status, 404);
    let igual = json!({"criterios": {"vencimento_ate": "2026-02-15"}, "modo": "por_titulo"});
    drop(s.http.post(&format!("/v1/reguas/{demais}/desativacao"), &json!({})).await.expect(200));
    let recusa = s.http.patch(&format!("/v1/reguas/{demais}?simular=true"), &igual).await.expect(409).json;
    assert_eq!(recusa["codigo"], "regua_igual");
    assert!(recusa["detail"].as_str().unwrap().contains(&caros), "{recusa}");
    let velha = s.http.with_header("If-Match", "\"0\"");
    assert_eq!(
        velha.post(&format!("/v1/reguas/{caros}/desativacao?simular=true"), &json!({})).await.status,
        412
    );
    let vazia = s.regua(json!({"nome": "Vazia", "criterios": {"score_de": 5}})).await;
    let recusa = s
        .http
        .post(&format!("/v1/reguas/{}/ativacao?simular=true", id(&vazia)), &json!({}))
        .await
        .expect(422)
        .json;
    assert_eq!(recusa["erros"][0]["codigo"], "regua_sem_posicao");
    let recusa = s.http.post(&format!("/v1/reguas/{caros}/ativacao?simular=talvez"), &json!({})).await;
    assert_eq!(recusa.status, 422);
    assert_eq!(Sql::connect(s.banco.url()).number("SELECT count(*) FROM regua.simulacao"), 0);
}

#[tokio::test]
async fn without_an_engine_a_small_portfolio_is_answered_at_once() {
    let s = Servico::new();
    let regua = s.active_regua(0).await;
    for n in 0..5 {
        s.push_titulo(&format!("t-{n}"), "2026-02-02");
    }
    let dita = s
        .http
        .post(&format!("/v1/reguas/{}/desativacao?simular=true", id(&regua)), &json!({}))
        .await
        .expect(200)
        .json;
    assert_eq!(channels(&dita["resultado"]["impacto"]), BTreeMap::from([("email", (5, 0))]));
    assert_eq!(dita["resultado"]["impacto"]["descobertos"], json!({"antes": 0, "depois": 5}));
}
