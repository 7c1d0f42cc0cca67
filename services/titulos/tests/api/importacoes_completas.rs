#![cfg(test)]
//! `modo=completo`: what a full file does not have is cancelled, within a limit.

use std::time::Duration;

use serde_json::{Value, json};

use crate::apoio::Servico;
use crate::importacoes::{CSV, counts, ended, import, lines};

const COMPLETO: &str = "?modo=completo";

async fn status(s: &Servico, codigo: &str) -> String {
    let lista = s.http.get(&format!("/v1/titulos?codigo_integracao={codigo}")).await.expect(200).json;
    lista["itens"][0]["status"].as_str().unwrap().to_owned()
}

/// Twenty títulos that came a while ago.
async fn portfolio() -> Servico {
    let s = Servico::new();
    s.start_importer();
    assert_eq!(counts(&import(&s.http, "", CSV, lines(1, 20, "10,00")).await)[0], 20);
    s.pass(Duration::from_mins(1));
    s
}

fn address(importacao: &Value, fim: &str) -> String {
    format!("/v1/importacoes/{}{fim}", importacao["id"].as_str().unwrap())
}

#[tokio::test]
async fn t01_what_a_full_file_lacks_is_cancelled_within_the_limit() {
    let s = portfolio().await;
    let importacao = import(&s.http, COMPLETO, CSV, lines(1, 18, "10,00")).await;
    assert_eq!((&importacao["abertos"], &importacao["a_cancelar"]), (&json!(20), &json!(2)));
    assert_eq!(
        (importacao["estado"].as_str(), counts(&importacao)),
        (Some("concluida"), [0, 0, 18, 0, 0, 2])
    );
    assert_eq!((status(&s, "T18").await, status(&s, "T19").await), ("aberto".into(), "cancelado".into()));
    let de_novo = import(&s.http, COMPLETO, CSV, lines(1, 18, "10,00")).await;
    assert_eq!((&de_novo["a_cancelar"], counts(&de_novo)), (&json!(0), [0, 0, 18, 0, 0, 0]));
}

#[tokio::test]
async fn t01_what_is_suspended_is_cancelled_like_what_is_open() {
    let s = portfolio().await;
    let suspensao = json!([{"codigo_integracao": "T20", "ate": "2026-12-20"}]);
    assert_eq!(s.http.post("/v1/titulos/suspensoes", &suspensao).await.expect(200).json["alterados"], 1);
    let feita = import(&s.http, COMPLETO, CSV, lines(1, 19, "10,00")).await;
    assert_eq!((&feita["abertos"], &feita["suspensos"]), (&json!(19), &json!(1)));
    assert_eq!((&feita["a_cancelar"], counts(&feita)), (&json!(1), [0, 0, 19, 0, 0, 1]));
    assert_eq!(status(&s, "T20").await, "cancelado");
}

/// The share is of both, and who has only a suspended one left has something left.
#[tokio::test]
async fn what_is_suspended_counts_for_the_limit_and_for_who_would_lose_everything() {
    let s = portfolio().await;
    let suspensos: Vec<Value> =
        (1..=19).map(|n| json!({"codigo_integracao": format!("T{n}"), "ate": "2026-12-20"})).collect();
    let _suspensos = s.http.post("/v1/titulos/suspensoes", &json!(suspensos)).await.expect(200);
    let feita = import(&s.http, COMPLETO, CSV, lines(1, 19, "10,00")).await;
    assert_eq!(feita["estado"], "concluida", "one of twenty, not of one: {feita}");
    assert_eq!((&feita["credores_zerados"], counts(&feita)[5]), (&json!(0), 1));
    let parada = import(&s.http, COMPLETO, CSV, lines(19, 19, "10,00")).await;
    let credor = &parada["a_cancelar_por_credor"][0];
    let figuras = ["abertos", "suspensos", "a_cancelar"].map(|campo| credor[campo].clone());
    assert_eq!(figuras, [json!(0), json!(19), json!(18)]);
    assert_eq!(parada["estado"], "aguardando_confirmacao");
}

/// What an instalment is called, the ERP may call its own.
#[tokio::test]
async fn a_code_like_that_of_an_instalment_is_absent_like_any_other() {
    let s = Servico::new();
    s.start_importer();
    let meus = lines(1, 20, "10,00").replace("T20;", "acordo-20;");
    assert_eq!(counts(&import(&s.http, "", CSV, meus).await)[0], 20);
    s.pass(Duration::from_mins(1));
    let feita = import(&s.http, COMPLETO, CSV, lines(1, 19, "10,00")).await;
    assert_eq!((&feita["abertos"], counts(&feita)), (&json!(20), [0, 0, 19, 0, 0, 1]), "{feita}");
    assert_eq!(status(&s, "acordo-20").await, "cancelado");
}

#[tokio::test]
async fn beyond_the_limit_nothing_happens_before_somebody_confirms() {
    let s = portfolio().await;
    let parada = import(&s.http, COMPLETO, CSV, lines(1, 17, "11,00")).await;
    assert_eq!((parada["estado"].as_str(), counts(&parada)), (Some("aguardando_confirmacao"), [0; 6]));
    assert_eq!((&parada["abertos"], &parada["a_cancelar"]), (&json!(20), &json!(3)));
    let antes = s.all().await;
    assert!(antes.iter().all(|titulo| titulo["status"] == "aberto" && titulo["valor"] == "10.00"));
    // Paid meanwhile: it is none of the file's business any more.
    let pago =
        antes.iter().find(|t| t["codigo_integracao"] == "T20").unwrap()["id"].as_str().unwrap().to_owned();
    let _pago = s.http.post(&format!("/v1/titulos/{pago}/pagamento"), &json!({})).await.expect(200);
    for _duas_vezes in 0..2 {
        let _segue = s.http.post(&address(&parada, "/confirmacao"), &json!({})).await.expect(202);
    }
    let feita = ended(&s.http, &address(&parada, "")).await;
    assert_eq!((feita["estado"].as_str(), counts(&feita)), (Some("concluida"), [0, 17, 0, 0, 0, 2]));
    assert_eq!((status(&s, "T19").await, status(&s, "T20").await), ("cancelado".into(), "pago".into()));
    let tarde = s.http.delete(&address(&parada, "")).await.expect(409);
    assert_eq!(tarde.json["codigo"], "importacao_encerrada");
}

#[tokio::test]
async fn the_limit_is_the_callers() {
    let s = portfolio().await;
    let parada = import(&s.http, "?modo=completo&limite_cancelamento=0", CSV, lines(1, 19, "10,00")).await;
    assert_eq!(parada["estado"], "aguardando_confirmacao");
    let todos = import(&s.http, "?modo=completo&limite_cancelamento=100", CSV, lines(21, 21, "10,00")).await;
    assert_eq!(counts(&todos), [1, 0, 0, 0, 0, 20]);
}

#[tokio::test]
async fn a_line_whose_key_cannot_be_read_may_be_any_titulo() {
    let s = portfolio().await;
    let csv = format!("{}isto não é uma linha\n", lines(1, 19, "10,00"));
    let parada = import(&s.http, COMPLETO, CSV, csv).await;
    assert_eq!(
        (parada["estado"].as_str(), &parada["sem_chave"]),
        (Some("aguardando_confirmacao"), &json!(1))
    );
    // A refused line is there nevertheless, when its key is.
    let csv = format!("{}T20;30/02/2026;x;D;E;;;;\n", lines(1, 19, "10,00"));
    let feita = import(&s.http, COMPLETO, CSV, csv).await;
    assert_eq!((counts(&feita), status(&s, "T20").await), ([0, 0, 19, 1, 0, 0], "aberto".into()));
}

#[tokio::test]
async fn a_later_file_supersedes_what_waits() {
    let s = portfolio().await;
    let parada = import(&s.http, COMPLETO, CSV, lines(1, 2, "10,00")).await;
    import(&s.http, "?simular=true", CSV, lines(1, 1, "10,00")).await;
    import(&s.http, "", CSV, lines(21, 22, "10,00")).await;
    let superada = s.http.post(&address(&parada, "/confirmacao"), &json!({})).await.expect(409);
    assert_eq!(superada.json["codigo"], "importacao_superada");
    let _cancelada = s.http.delete(&address(&parada, "")).await.expect(202);
    assert!(s.all().await.iter().all(|titulo| titulo["status"] == "aberto"));
}

#[tokio::test]
async fn instalments_and_what_is_negotiated_are_none_of_a_files_business() {
    let s = portfolio().await;
    let parcelas = s.negotiated("N").await;
    s.pass(Duration::from_mins(1));
    let feita = import(&s.http, COMPLETO, CSV, lines(1, 20, "10,00")).await;
    assert_eq!((counts(&feita), parcelas.len()), ([0, 0, 20, 0, 0, 0], 2));
    assert_eq!(status(&s, "N").await, "negociado");
}

#[tokio::test]
async fn an_import_of_three_months_ago_is_forgotten_unless_it_still_waits() {
    let s = portfolio().await;
    let parada = import(&s.http, COMPLETO, CSV, lines(1, 2, "10,00")).await;
    s.pass(Duration::from_hours(24 * 90 - 1));
    let recente = import(&s.http, "", CSV, lines(1, 1, "10,00")).await;
    let ids = async || {
        let lista = s.http.get("/v1/importacoes").await.expect(200).json["itens"].clone();
        lista.as_array().unwrap().iter().map(|importacao| importacao["id"].clone()).collect::<Vec<_>>()
    };
    let todas = ids().await;
    assert_eq!((todas.len(), &todas[..2]), (3, &[recente["id"].clone(), parada["id"].clone()][..]));
    s.pass(Duration::from_hours(2));
    let ultima = import(&s.http, "", CSV, lines(1, 1, "10,00")).await;
    assert_eq!(ids().await, [&ultima["id"], &recente["id"], &parada["id"]].map(Clone::clone));
}

/// More than one transaction takes.
#[tokio::test]
async fn all_that_a_full_file_lacks_is_cancelled_however_much_it_is() {
    let s = Servico::new();
    s.start_importer();
    assert_eq!(counts(&import(&s.http, "", CSV, lines(1, 5_010, "10,00")).await)[0], 5_010);
    s.pass(Duration::from_mins(1));
    let consulta = "?modo=completo&limite_cancelamento=100";
    let feita = import(&s.http, consulta, CSV, lines(1, 5, "10,00")).await;
    assert_eq!(counts(&feita), [0, 0, 5, 0, 0, 5_005]);
    let abertos = "SELECT count(*) FROM cadastro.titulo WHERE status = 'aberto'";
    assert_eq!(testkit::Sql::connect(s.banco.url()).number(abertos), 5);
}
