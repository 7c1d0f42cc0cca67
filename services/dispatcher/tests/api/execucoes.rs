//! Executions, as the API shows them before anything is sent.

use chrono::TimeDelta;
use domain::execucao::Canal;
use serde_json::{Value, json};

use crate::apoio::{Servico, agora, refused};

const CORPO: &str = "#LISTA_TITULOS#";

/// Two nights: the first decides for one debtor on two channels, the second for two more debtors.
fn two_nights() -> Servico {
    let s = Servico::new();
    s.regua(&[(Canal::Email, CORPO), (Canal::Carta, CORPO)]);
    s.push("a", &[("2026-02-02", 1_000)]);
    s.night("2026-03-09", agora());
    s.push("b", &[("2026-02-03", 1_000)]);
    s.push("c", &[("2026-02-04", 1_000)]);
    s.night("2026-03-10", agora() + TimeDelta::hours(1));
    s
}

#[tokio::test]
async fn an_execution_tells_what_was_decided_and_why_it_waits() {
    let s = two_nights();
    let lidas = s.list("/v1/execucoes?ate=2026-03-09&canal=email").await;
    assert_eq!(lidas.len(), 1);
    let lida = &lidas[0];
    assert_eq!(
        (&lida["estado"], &lida["motivo"], &lida["tentativas"]),
        (&json!("pendente"), &json!(null), &json!(0))
    );
    assert_eq!(
        (&lida["data"], &lida["devida_em"], &lida["ciclo"]),
        (&json!("2026-03-09"), &json!("2026-03-09"), &json!(1))
    );
    assert_eq!(lida["publicar_em"], "2026-03-10T12:30:00Z");
    assert!(lida["inscricao_id"].is_string() && lida["titulos"].as_array().unwrap().len() == 1);
    let completa =
        s.http.get(&format!("/v1/execucoes/{}", lida["id"].as_str().unwrap())).await.expect(200).json;
    assert_eq!(&completa, lida);
    assert_eq!(completa.get("mensagem"), None);
}

#[tokio::test]
async fn executions_are_filtered_by_debtor_state_channel_and_night() {
    let s = two_nights();
    let todas = s.list("/v1/execucoes").await;
    assert_eq!(todas.len(), 6);
    let devedor = todas[0]["devedor_id"].as_str().unwrap();
    for (filtro, quantas) in [
        (format!("devedor_id={devedor}"), 2),
        (format!("devedor_id={devedor}&canal=carta"), 1),
        ("canal=email".to_owned(), 3),
        ("canal=sms".to_owned(), 0),
        ("estado=pendente".to_owned(), 6),
        ("estado=enviada".to_owned(), 0),
        ("de=2026-03-10".to_owned(), 4),
        ("ate=2026-03-09".to_owned(), 2),
        ("de=2026-03-09&ate=2026-03-10".to_owned(), 6),
        ("de=2026-03-11".to_owned(), 0),
    ] {
        assert_eq!(s.list(&format!("/v1/execucoes?{filtro}")).await.len(), quantas, "{filtro}");
    }
}

#[tokio::test]
async fn pages_follow_the_nights_and_lose_nothing() {
    let s = two_nights();
    let (mut vistas, mut caminho) = (Vec::<Value>::new(), "/v1/execucoes?limite=4".to_owned());
    loop {
        let pagina = s.http.get(&caminho).await.expect(200).json;
        vistas.extend(pagina["itens"].as_array().unwrap().iter().cloned());
        let Some(cursor) = pagina["proximo_cursor"].as_str() else { break };
        caminho = format!("/v1/execucoes?limite=4&cursor={cursor}");
    }
    let chave = |e: &Value| (e["data"].as_str().unwrap().to_owned(), e["id"].as_str().unwrap().to_owned());
    assert_eq!(vistas.len(), 6);
    assert!(vistas.is_sorted_by_key(chave));
    assert_eq!(vistas, s.list("/v1/execucoes").await);
}

#[tokio::test]
async fn the_summary_counts_by_state_and_what_moves_up_to_now() {
    let s = two_nights();
    let resumo = s.http.get("/v1/execucoes/resumo").await.expect(200).json;
    let por_estado = json!({"descartada": 0, "devolvida": 0, "enfileirada": 0, "entregue": 0, "enviada": 0, "enviando": 0,
                            "expirada": 0, "falhou": 0, "incerta": 0, "lida": 0, "pendente": 6, "revisao_manual": 0});
    assert_eq!(resumo, json!({"por_estado": por_estado, "em_movimento": 2}));
    let ontem = s.http.get("/v1/execucoes/resumo?ate=2026-03-09").await.expect(200).json;
    assert_eq!((&ontem["por_estado"]["pendente"], &ontem["em_movimento"]), (&json!(2), &json!(2)));
    s.relogio.avancar_para(agora() + TimeDelta::hours(1)).unwrap();
    assert_eq!(s.http.get("/v1/execucoes/resumo").await.expect(200).json["em_movimento"], 6);
}

#[tokio::test]
async fn r02_another_companys_execution_is_not_there() {
    let s = two_nights();
    let (outra, todas) = (s.other_company(), s.list("/v1/execucoes").await);
    let caminho = format!("/v1/execucoes/{}", todas[0]["id"].as_str().unwrap());
    assert_eq!(outra.get(&caminho).await.expect(404).json["codigo"], "nao_encontrado");
    assert_eq!(outra.get("/v1/execucoes").await.expect(200).json["itens"], json!([]));
    let resumo = outra.get("/v1/execucoes/resumo").await.expect(200).json;
    assert_eq!((&resumo["por_estado"]["pendente"], &resumo["em_movimento"]), (&json!(0), &json!(0)));
    assert_eq!(s.http.get("/v1/execucoes/resumos").await.status, 404);
}

#[tokio::test]
async fn unknown_and_unreadable_filters_are_refused_together() {
    let s = Servico::new();
    let consulta =
        "/v1/execucoes?devedor_id=1&estado=enviado&canal=fax&de=ontem&ate=2026-02-30&cursor=x&regua=1";
    let problema = s.http.get(consulta).await.expect(422).json;
    assert_eq!(
        refused(&problema),
        [
            "/ate formato_invalido",
            "/canal valor_invalido",
            "/cursor cursor_invalido",
            "/de formato_invalido",
            "/devedor_id formato_invalido",
            "/estado valor_invalido",
            "/regua desconhecido",
        ]
    );
    let problema = s.http.get("/v1/execucoes/resumo?de=x&dia=1").await.expect(422).json;
    assert_eq!(refused(&problema), ["/de formato_invalido", "/dia desconhecido"]);
}
