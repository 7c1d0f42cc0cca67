#![cfg(test)]
//! A full file that is confirmed late: what changed or was sent since it arrived is none of its business.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Sql;

use crate::apoio::{Servico, with};
use crate::importacoes::{CSV, counts, ended, errors, import, lines};

const COMPLETO: &str = "?modo=completo";

/// The line `n` of [`lines`], as a push.
fn item(n: usize) -> Value {
    json!({"codigo_integracao": format!("T{n}"), "vencimento": "2026-03-02", "valor": "10.00",
           "credor": {"codigo_integracao": "C1", "nome": "Colégio"},
           "devedor": {"codigo_integracao": format!("D{n}"), "nome": format!("Devedor {n}"), "emails": [format!("d{n}@example.com")]}})
}

async fn portfolio() -> Servico {
    let s = Servico::new();
    s.start_importer();
    assert_eq!(counts(&import(&s.http, "", CSV, lines(1, 20, "10,00")).await)[0], 20);
    s.pass(Duration::from_mins(1));
    s
}

async fn statuses(s: &Servico, numeros: std::ops::RangeInclusive<usize>) -> Vec<String> {
    let todos = s.all().await;
    let status = |n| {
        let codigo = format!("T{n}");
        let titulo = todos.iter().find(|titulo| titulo["codigo_integracao"] == codigo.as_str()).unwrap();
        titulo["status"].as_str().unwrap().to_owned()
    };
    numeros.map(status).collect()
}

async fn confirmed(s: &Servico, importacao: &Value) -> Value {
    let endereco = format!("/v1/importacoes/{}", importacao["id"].as_str().unwrap());
    let _segue = s.http.post(&format!("{endereco}/confirmacao"), &json!({})).await.expect(202);
    ended(&s.http, &endereco).await
}

/// Whether the clock moves meanwhile or, being a sandbox's, does not.
#[tokio::test]
async fn what_changed_or_was_sent_again_since_the_file_arrived_is_left_alone_and_counted() {
    for passa in [Duration::ZERO, Duration::from_hours(24)] {
        let s = portfolio().await;
        let parada = import(&s.http, COMPLETO, CSV, lines(1, 15, "10,00")).await;
        assert_eq!((&parada["estado"], &parada["a_cancelar"]), (&json!("aguardando_confirmacao"), &json!(5)));
        s.pass(passa);
        let envio = s.push(&[with(&item(16), "/valor", json!("12.00")), item(17)]).await;
        assert_eq!((&envio["atualizados"], &envio["inalterados"]), (&json!(1), &json!(1)), "{envio}");
        let pago = json!([{"titulo": "T18", "valor": "1.00"}]);
        let pago = s.http.post("/v1/titulos/pagamentos", &pago).await.expect(200);
        assert_eq!(statuses(&s, 18..=18).await, ["aberto"], "a part of it: {}", pago.text);
        s.pass(passa);
        let feita = confirmed(&s, &parada).await;
        assert_eq!((counts(&feita)[5], &feita["preservados"]), (2, &json!(3)), "{feita}");
        let esperados = ["aberto", "aberto", "aberto", "cancelado", "cancelado"];
        assert_eq!(statuses(&s, 16..=20).await, esperados);
    }
}

#[tokio::test]
async fn what_was_sent_between_the_arrival_of_a_file_and_its_reading_is_not_absent_from_it() {
    for passa in [Duration::ZERO, Duration::from_mins(1)] {
        sent_before_the_reading(passa).await;
    }
}

async fn sent_before_the_reading(passa: Duration) {
    let s = Servico::new();
    assert_eq!(s.push(&(1..=20).map(item).collect::<Vec<_>>()).await["criados"], 20);
    s.pass(Duration::from_mins(1));
    let pedida = s.http.upload("/v1/importacoes?modo=completo", CSV, lines(1, 17, "10,00")).await.expect(202);
    s.pass(passa);
    let envio = s.push(&[with(&item(18), "/valor", json!("12.00")), item(19)]).await;
    assert_eq!((&envio["atualizados"], &envio["inalterados"]), (&json!(1), &json!(1)), "{envio}");
    s.start_importer();
    let feita = ended(&s.http, pedida.headers["location"].to_str().unwrap()).await;
    assert_eq!((&feita["a_cancelar"], counts(&feita)[5]), (&json!(1), 1), "{feita}");
    assert_eq!(statuses(&s, 18..=20).await, ["aberto", "aberto", "cancelado"]);
    let enviados = Sql::connect(s.banco.url()).number("(SELECT count(*) FROM cadastro.importacao_enviado)");
    assert_eq!(enviados, 0, "nothing of it is kept");
}

/// The clock of a sandbox stands still: everything has one instant, and is told apart all the same.
#[tokio::test]
async fn t01_what_came_before_a_full_file_is_absent_from_it_at_one_instant_and_what_came_after_it_is_not() {
    let s = Servico::new();
    assert_eq!(s.push(&(1..=20).map(item).collect::<Vec<_>>()).await["criados"], 20);
    let pedida = s.http.upload("/v1/importacoes?modo=completo", CSV, lines(1, 15, "10,00")).await.expect(202);
    let envio = s.push(&[with(&item(16), "/valor", json!("12.00")), item(17), item(21)]).await;
    assert_eq!([&envio["atualizados"], &envio["inalterados"], &envio["criados"]], [1, 1, 1], "{envio}");
    let suspenso = json!([{"codigo_integracao": "T18", "ate": "2026-12-20"}]);
    assert_eq!(s.http.post("/v1/titulos/suspensoes", &suspenso).await.expect(200).json["alterados"], 1);
    let pago = json!([{"titulo": "T19", "valor": "1.00"}]);
    let _pago = s.http.post("/v1/titulos/pagamentos", &pago).await.expect(200);
    s.start_importer();
    let feita = ended(&s.http, pedida.headers["location"].to_str().unwrap()).await;
    assert_eq!((&feita["a_cancelar"], counts(&feita)[5]), (&json!(1), 1), "{feita}");
    let esperados = ["aberto", "aberto", "suspenso", "aberto", "cancelado", "aberto"];
    assert_eq!(statuses(&s, 16..=21).await, esperados);
    // As an integrator tries it: a file, and at once one that lacks some of it.
    let sem_limite = "?modo=completo&limite_cancelamento=100";
    let feita = import(&s.http, sem_limite, CSV, lines(1, 3, "10,00")).await;
    assert_eq!((counts(&feita)[5], &feita["preservados"]), (17, &json!(0)), "{feita}");
}

#[tokio::test]
async fn a_line_of_a_file_that_waited_does_not_go_over_what_was_done_by_hand_since() {
    for passa in [Duration::ZERO, Duration::from_hours(24)] {
        let s = portfolio().await;
        let parada = import(&s.http, COMPLETO, CSV, lines(1, 15, "11,00")).await;
        s.pass(passa);
        let suspenso = json!([{"codigo_integracao": "T5", "ate": "2026-12-20"}]);
        assert_eq!(s.http.post("/v1/titulos/suspensoes", &suspenso).await.expect(200).json["alterados"], 1);
        let feita = confirmed(&s, &parada).await;
        assert_eq!(counts(&feita), [0, 14, 0, 1, 0, 5], "{feita}");
        assert_eq!(errors(&s.http, &feita).await, ["6 codigo_integracao mudou_depois"]);
    }
}

#[tokio::test]
async fn a_line_of_a_file_that_waited_does_not_undo_what_came_since() {
    for passa in [Duration::ZERO, Duration::from_hours(24)] {
        undo(passa).await;
    }
}

async fn undo(passa: Duration) {
    let s = portfolio().await;
    let linhas = format!("{}T3;02/03/2026;11,00;D3;Devedor 3;;;;\n", lines(1, 15, "11,00"));
    let parada = import(&s.http, COMPLETO, CSV, linhas).await;
    s.pass(passa);
    let envio = s.push(&[2, 3].map(|n| with(&item(n), "/valor", json!("12.00")))).await;
    assert_eq!(envio["atualizados"], 2);
    s.pass(passa);
    let feita = confirmed(&s, &parada).await;
    assert_eq!(counts(&feita), [0, 13, 0, 2, 1, 5], "{feita}");
    let esperados = ["3 mudou_depois", "4 repetido", "17 mudou_depois"];
    let erros = errors(&s.http, &feita).await;
    assert_eq!(
        erros.iter().map(|erro| erro.replace("codigo_integracao ", "")).collect::<Vec<_>>(),
        esperados
    );
    let todos = s.all().await;
    let valor = |codigo: &str| {
        todos.iter().find(|titulo| titulo["codigo_integracao"] == codigo).unwrap()["valor"].as_str().unwrap()
    };
    assert_eq!(["T1", "T2", "T3"].map(valor), ["11.00", "12.00", "12.00"]);
}

#[tokio::test]
async fn whoever_confirms_is_the_author_of_what_is_cancelled_and_of_nothing_else() {
    let s = portfolio().await;
    let parada = import(&s.http, COMPLETO, CSV, lines(1, 15, "11,00")).await;
    let chave = json!({"nome": "conferência", "escopos": ["titulos:escrever", "titulos:ler"]});
    let chave = s.http.post("/v1/chaves-api", &chave).await.expect(201).json;
    let outra = s.with_key(chave["chave"].as_str().unwrap());
    let endereco = format!("/v1/importacoes/{}", parada["id"].as_str().unwrap());
    let _segue = outra.post(&format!("{endereco}/confirmacao"), &json!({})).await.expect(202);
    assert_eq!(counts(&ended(&s.http, &endereco).await), [0, 15, 0, 0, 0, 5]);
    let author = async |codigo: &str| {
        let achado = s.http.get(&format!("/v1/titulos?codigo_integracao={codigo}")).await.expect(200).json;
        let id = achado["itens"][0]["id"].as_str().unwrap().to_owned();
        let historia = s.http.get(&format!("/v1/titulos/{id}/historico")).await.expect(200).json;
        historia["itens"][0]["autor"]["nome"].as_str().unwrap().to_owned()
    };
    assert_eq!(author("T20").await, "conferência");
    assert!(author("T1").await.starts_with("testes "), "the file came with another key");
}
