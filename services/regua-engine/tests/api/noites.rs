//! Nights asked for over the API.

use domain::execucao::Canal;
use serde_json::json;
use store::{Banco, Papel, execucoes};

use crate::apoio::{HOJE, PRAZO, Servico, id, refused};

#[tokio::test]
async fn g01_a_night_without_date_is_today_in_the_companys_zone() {
    let s = Servico::new();
    let resposta = s.http.post("/v1/noites", &json!({})).await.expect(202);
    assert_eq!((&resposta.json["data"], &resposta.json["estado"]), (&json!(HOJE), &json!("andando")));
    let endereco = resposta.headers["location"].to_str().unwrap();
    assert_eq!(s.http.get(endereco).await.expect(200).json, resposta.json);
}

#[tokio::test]
async fn g07_the_same_date_again_is_the_same_night_and_an_earlier_one_is_409() {
    let s = Servico::new();
    let primeira = s.http.post("/v1/noites", &json!({"data": "2026-03-09"})).await.expect(202).json;
    let de_novo = s.http.post("/v1/noites", &json!({"data": "2026-03-09"})).await.expect(200).json;
    assert_eq!(id(&de_novo), id(&primeira));
    let problema = s.http.post("/v1/noites", &json!({"data": "2026-03-08"})).await.expect(409).json;
    assert_eq!(problema["codigo"], "noite_anterior");
    assert!(problema["detail"].as_str().unwrap().contains("2026-03-09"), "{problema}");
    assert_eq!(s.http.get("/v1/noites").await.expect(200).json["itens"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_night_of_a_day_to_come_is_refused_also_when_utc_is_there_already() {
    let s = Servico::new();
    for data in ["2026-03-11", "2030-01-01"] {
        let problema = s.http.post("/v1/noites", &json!({"data": data})).await.expect(422).json;
        assert_eq!(refused(&problema), ["/data data_futura"]);
    }
    let problema =
        s.http.post("/v1/noites", &json!({"data": "10/03/2026", "hora": 3})).await.expect(422).json;
    assert_eq!(refused(&problema), ["/data formato_invalido", "/hora desconhecido"]);
    assert_eq!(s.http.get("/v1/noites").await.expect(200).json["itens"], json!([]));
}

#[tokio::test]
async fn nights_are_listed_latest_first_page_by_page() {
    let s = Servico::new();
    for data in ["2026-03-07", "2026-03-08", HOJE] {
        assert_eq!(s.http.post("/v1/noites", &json!({"data": data})).await.status, 202);
    }
    let primeira = s.http.get("/v1/noites?limite=2").await.expect(200).json;
    let datas: Vec<_> =
        primeira["itens"].as_array().unwrap().iter().map(|n| n["data"].as_str().unwrap()).collect();
    assert_eq!(datas, [HOJE, "2026-03-08"]);
    let cursor = primeira["proximo_cursor"].as_str().unwrap();
    let ultima = s.http.get(&format!("/v1/noites?limite=2&cursor={cursor}")).await.expect(200).json;
    assert_eq!(
        (&ultima["itens"][0]["data"], &ultima["proximo_cursor"]),
        (&json!("2026-03-07"), &json!(null))
    );
}

#[tokio::test]
async fn r02_another_companys_night_is_not_there() {
    let s = Servico::new();
    let noite = s.http.post("/v1/noites", &json!({})).await.expect(202).json;
    let outra = s.other_company();
    assert_eq!(outra.get(&format!("/v1/noites/{}", id(&noite))).await.status, 404);
    assert_eq!(outra.get("/v1/noites").await.expect(200).json["itens"], json!([]));
    // Its own calendar is not the other's.
    assert_eq!(outra.post("/v1/noites", &json!({"data": "2026-03-01"})).await.status, 202);
}

#[tokio::test]
async fn m02_two_engines_and_a_repeated_request_fire_each_action_once() {
    let s = Servico::new();
    let regua = s.active_regua(0).await;
    for n in 0..30 {
        s.push_titulo(&format!("t-{n}"), "2026-02-02");
    }
    s.run_engine();
    s.run_another_engine();
    let noite = s.night(HOJE).await;
    assert_eq!((&noite["devedores"], &noite["acoes"]), (&json!(30), &json!(30)));
    assert!(noite["concluida_em"].is_string());
    let de_novo = s.http.post("/v1/noites", &json!({"data": HOJE})).await.expect(200).json;
    assert_eq!((id(&de_novo), &de_novo["acoes"]), (id(&noite), &json!(30)));
    let banco = Banco::connect(s.banco.url(), Papel::Dispatcher, 1).unwrap();
    let filtro = execucoes::Filtro { canal: Some(Canal::Email), ..Default::default() };
    let lidas = banco.da_empresa(s.empresa, |t| execucoes::list(t, &filtro, None, 100)).unwrap();
    assert_eq!(lidas.len(), 30);
    let posicao = regua["posicoes"][0]["id"].as_str().unwrap();
    assert!(lidas.iter().all(|e| e.posicao_id.unwrap().to_string() == posicao));
}

#[tokio::test]
async fn a_night_under_way_is_finished_by_an_engine_that_starts_later() {
    let s = Servico::new();
    s.push_titulo("t", "2026-02-02");
    let noite = s.http.post("/v1/noites", &json!({})).await.expect(202).json;
    s.run_another_engine();
    let caminho = format!("/v1/noites/{}", id(&noite));
    testkit::wait_until(PRAZO, async || s.http.get(&caminho).await.json["estado"] == "concluida").await;
}

#[tokio::test]
async fn what_is_wrong_with_one_company_keeps_no_other_from_its_night() {
    let s = Servico::new();
    s.push_titulo("t", "2026-02-02");
    let regua = s
        .regua(json!({"nome": "Lembra", "posicoes": [{"tipo": "lembrete", "dias": 2, "acoes": [crate::apoio::email()]}]}))
        .await;
    // No reminder is a letter: a régua that this version cannot read.
    let estraga = format!(
        "UPDATE regua.acao SET canal = 'carta' WHERE posicao_id = '{}'",
        regua["posicoes"][0]["id"].as_str().unwrap()
    );
    let url = s.banco.url().to_owned();
    tokio::task::spawn_blocking(move || testkit::Sql::connect(&url).run(&estraga)).await.unwrap();
    let outra = s.other_company();
    let parada = s.http.post("/v1/noites", &json!({})).await.expect(202).json;
    let boa = outra.post("/v1/noites", &json!({})).await.expect(202).json;
    s.run_engine();
    let estado = async |http: &testkit::Http, noite: &serde_json::Value| {
        http.get(&format!("/v1/noites/{}", id(noite))).await.expect(200).json["estado"].clone()
    };
    testkit::wait_until(PRAZO, async || estado(&outra, &boa).await == "concluida").await;
    assert_eq!(estado(&s.http, &parada).await, "andando");
}
