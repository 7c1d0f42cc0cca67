#![cfg(test)]
//! Payments: in full, in part, many, and taken back. Today is Tuesday, 2026-03-10; a título of `apoio` is of 150.00 and fell
//! due on 2026-03-02, so that it owes 3.00 of late fee and 0.40 of interest.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Resposta;

use crate::apoio::{Servico, refused, titulo, with};

async fn pay(s: &Servico, id: &str, corpo: Value) -> Resposta {
    s.http.post(&format!("/v1/titulos/{id}/pagamentos"), &corpo).await
}

async fn reverse(s: &Servico, id: &str, corpo: Value) -> Resposta {
    s.http.post(&format!("/v1/titulos/{id}/estorno"), &corpo).await
}

async fn read(s: &Servico, id: &str) -> Value {
    s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json
}

/// Status, balance and balance with charges.
fn state(titulo: &Value) -> [&str; 3] {
    ["status", "saldo", "saldo_atualizado"].map(|campo| titulo[campo].as_str().unwrap())
}

#[tokio::test]
async fn a_partial_payment_settles_charges_first_and_leaves_the_titulo_open() {
    let s = Servico::new();
    let id = s.stored("A").await;
    assert_eq!(state(&read(&s, &id).await), ["aberto", "150.00", "153.40"]);
    let feito = pay(&s, &id, json!({"valor": "53.40", "codigo_integracao": "P1"})).await.expect(201);
    let pagamento = &feito.json["pagamento"];
    let parte = |campo: &str| pagamento[campo].as_str().unwrap().to_owned();
    assert_eq!(["juros", "multa", "correcao", "principal"].map(parte), ["0.40", "3.00", "0.00", "50.00"]);
    assert_eq!((parte("data"), parte("valor")), ("2026-03-10".to_owned(), "53.40".to_owned()));
    assert_eq!(state(&feito.json["titulo"]), ["aberto", "100.00", "100.00"]);
    let lido = s.http.get(feito.headers["location"].to_str().unwrap()).await.expect(200).json;
    assert_eq!(&lido, pagamento);
    let depois = s.http.get(&format!("/v1/titulos/{id}?em=2026-04-09")).await.expect(200).json;
    assert_eq!(state(&depois), ["aberto", "100.00", "101.00"], "trinta dias, só de juros, só do que falta");
    let antes = s.http.get(&format!("/v1/titulos/{id}?em=2026-03-09")).await.expect(200).json;
    assert_eq!(antes["saldo_atualizado"], "153.35", "na véspera ainda se devia tudo");
}

#[tokio::test]
async fn what_settles_the_debt_pays_it_and_more_is_excess() {
    let s = Servico::new();
    for (codigo, corpo, desconto, excedente) in [
        ("A", json!({"valor": "153.40"}), "0.00", "0.00"),
        ("B", json!({"valor": 160}), "0.00", "6.60"),
        ("C", json!({"valor": "150.00", "quita": true}), "3.40", "0.00"),
        ("D", json!({"valor": "150.00", "data": "2026-03-02"}), "0.00", "0.00"),
    ] {
        let id = s.stored(codigo).await;
        let feito = pay(&s, &id, corpo).await.expect(201).json;
        assert_eq!(state(&feito["titulo"]), ["pago", "0.00", "0.00"], "{codigo}");
        let partes = [&feito["pagamento"]["desconto"], &feito["pagamento"]["excedente"]];
        assert_eq!(partes, [desconto, excedente], "{codigo}");
    }
}

#[tokio::test]
async fn the_same_payment_again_changes_nothing() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let com_codigo = json!({"valor": "10.00", "codigo_integracao": "P1"});
    let sem_codigo = json!({"valor": "10.00", "data": "2026-03-09"});
    let primeiro = pay(&s, &id, com_codigo.clone()).await.expect(201).json;
    let segundo = pay(&s, &id, sem_codigo.clone()).await.expect(201).json;
    assert_ne!(primeiro["pagamento"]["id"], segundo["pagamento"]["id"]);
    let mut olho = s.banco.observer();
    let antes = olho.look();
    s.pass(Duration::from_hours(24));
    for (corpo, feito) in [(com_codigo, primeiro), (sem_codigo, segundo)] {
        let de_novo = pay(&s, &id, corpo).await.expect(200).json;
        assert_eq!(de_novo["pagamento"], feito["pagamento"]);
    }
    assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
}

#[tokio::test]
async fn the_code_of_another_payment_is_refused() {
    let s = Servico::new();
    let (a, b) = (s.stored("A").await, s.stored("B").await);
    let corpo = json!({"valor": "10.00", "data": "2026-03-09", "codigo_integracao": "P1"});
    let _feito = pay(&s, &a, corpo.clone()).await.expect(201);
    for (id, corpo) in [
        (&b, corpo.clone()),
        (&a, with(&corpo, "/valor", json!("11.00"))),
        (&a, with(&corpo, "/data", json!("2026-03-08"))),
    ] {
        assert_eq!(pay(&s, id, corpo).await.expect(409).json["codigo"], "pagamento_existente");
    }
    assert_eq!(state(&read(&s, &b).await), ["aberto", "150.00", "153.40"]);
}

#[tokio::test]
async fn a_payment_that_cannot_be_is_refused_with_every_reason() {
    let s = Servico::new();
    let id = s.stored("A").await;
    for (corpo, faltas) in [
        (json!({}), vec!["/valor obrigatorio"]),
        (
            json!({"valor": 0, "data": "ontem", "x": 1}),
            vec!["/data formato_invalido", "/valor fora_do_intervalo", "/x desconhecido"],
        ),
        (json!({"valor": "1.00", "data": "2026-03-11"}), vec!["/data fora_do_intervalo"]),
    ] {
        let mut ditas = refused(&pay(&s, &id, corpo).await.expect(422).json);
        ditas.sort();
        assert_eq!(ditas, faltas);
    }
    let nenhum = "00000000-0000-0000-0000-000000000000";
    let _nada = pay(&s, nenhum, json!({"valor": 1})).await.expect(404);
    for (acao, corpo) in [("pagamento", json!({})), ("cancelamento", json!({}))] {
        let id = s.stored(acao).await;
        let _feito = s.http.post(&format!("/v1/titulos/{id}/{acao}"), &corpo).await.expect(200);
        assert_eq!(pay(&s, &id, json!({"valor": 1})).await.expect(409).json["codigo"], "status_nao_permite");
    }
}

#[tokio::test]
async fn a_reversed_payment_opens_the_titulo_again_and_reversing_again_changes_nothing() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let _parte = pay(&s, &id, json!({"valor": "53.40", "codigo_integracao": "P1"})).await.expect(201);
    let _resto = s.http.post(&format!("/v1/titulos/{id}/pagamento"), &json!({})).await.expect(200);
    assert_eq!(state(&read(&s, &id).await), ["pago", "0.00", "0.00"]);
    let corpo = json!({"codigo_integracao": "P1", "motivo": "cheque devolvido"});
    let aberto = reverse(&s, &id, corpo.clone()).await.expect(200).json;
    assert_eq!(state(&aberto), ["aberto", "50.00", "53.40"], "o que ele pagou, de novo");
    let mut olho = s.banco.observer();
    let antes = olho.look();
    s.pass(Duration::from_mins(1));
    assert_eq!(reverse(&s, &id, corpo).await.expect(200).json, aberto);
    assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
    assert_eq!(state(&reverse(&s, &id, json!({})).await.expect(200).json), ["aberto", "150.00", "153.40"]);
    let pagina = s.http.get(&format!("/v1/pagamentos?titulo_id={id}&estornados=true")).await.expect(200).json;
    assert_eq!(pagina["itens"].as_array().unwrap().len(), 2);
    assert_eq!(pagina["itens"][0]["motivo_estorno"], "cheque devolvido");
    let _de_novo = pay(&s, &id, json!({"valor": "53.40", "codigo_integracao": "P1"})).await.expect(200);
    assert_eq!(read(&s, &id).await["saldo"], "150.00", "uma repetição tardia do pagamento não o refaz");
}

#[tokio::test]
async fn a_payment_that_is_not_of_the_titulo_is_not_reversed() {
    let s = Servico::new();
    let (a, b) = (s.stored("A").await, s.stored("B").await);
    let feito = pay(&s, &a, json!({"valor": 1, "codigo_integracao": "P1"})).await.expect(201).json;
    let id = feito["pagamento"]["id"].clone();
    for (corpo, falta) in [
        (json!({"codigo_integracao": "P1"}), "/codigo_integracao nao_encontrado"),
        (json!({"pagamento_id": id}), "/pagamento_id nao_encontrado"),
    ] {
        assert_eq!(refused(&reverse(&s, &b, corpo).await.expect(422).json), [falta]);
    }
    let dois = reverse(&s, &a, json!({"pagamento_id": id, "codigo_integracao": "P1"})).await.expect(422).json;
    assert_eq!(dois["erros"][0]["codigo"], "nao_combina");
    assert_eq!(state(&reverse(&s, &a, json!({"pagamento_id": id})).await.expect(200).json)[1], "150.00");
}

/// Rules k03, k05: a negotiation is what its instalments make of it.
#[tokio::test]
async fn k03_a_reversed_first_instalment_takes_the_confirmation_back() {
    let s = Servico::new();
    let parcelas = s.negotiated("A").await;
    let lida = read(&s, &parcelas[0]).await;
    let negociacao = lida["acordo_id"].as_str().unwrap().to_owned();
    let estado = || async {
        s.http.get(&format!("/v1/negociacoes/{negociacao}")).await.expect(200).json["estado"].clone()
    };
    let _parte = pay(&s, &parcelas[0], json!({"valor": "10.00"})).await.expect(201);
    assert_eq!(estado().await, "aberta", "uma parte não confirma");
    let _paga = s.http.post(&format!("/v1/titulos/{}/pagamento", parcelas[0]), &json!({})).await.expect(200);
    assert_eq!(estado().await, "confirmada");
    let _estornada = reverse(&s, &parcelas[0], json!({})).await.expect(200);
    assert_eq!(estado().await, "aberta");
    let _cancelada =
        s.http.post(&format!("/v1/negociacoes/{negociacao}/cancelamento"), &json!({})).await.expect(200);
}

#[tokio::test]
async fn many_payments_are_each_as_if_it_had_come_alone() {
    let s = Servico::new();
    let _envio = s.push(&["A", "B", "C"].map(titulo)).await;
    let itens = json!([
        {"titulo": "A", "valor": "3.40"},
        {"titulo": "A", "valor": "150.00"},
        {"titulo": "B", "valor": "10.00", "codigo_integracao": "P1"},
        {"titulo": "B", "valor": "10.00", "codigo_integracao": "P1"},
        {"titulo": "C", "valor": "10.00", "codigo_integracao": "P1"},
        {"titulo": "nenhum", "valor": 1},
        {"titulo": "C", "valor": 0},
        {"titulo": "C", "valor": 1, "data": "2027-01-01"},
        {"titulo": "A", "valor": 1},
    ]);
    let feitos = s.http.post("/v1/titulos/pagamentos", &itens).await.expect(200).json;
    let resultados: Vec<&str> =
        feitos["itens"].as_array().unwrap().iter().map(|item| item["resultado"].as_str().unwrap()).collect();
    assert_eq!(
        resultados,
        [
            "registrado",
            "registrado",
            "registrado",
            "inalterado",
            "recusado",
            "recusado",
            "recusado",
            "recusado",
            "recusado"
        ]
    );
    assert_eq!([&feitos["registrados"], &feitos["inalterados"], &feitos["recusados"]], [3, 1, 5]);
    let erros: Vec<_> = (4..9).map(|n| refused(&feitos["itens"][n]).join(" ")).collect();
    assert_eq!(
        erros,
        [
            "/4/codigo_integracao pagamento_existente",
            "/5/titulo nao_encontrado",
            "/6/valor fora_do_intervalo",
            "/7/data fora_do_intervalo",
            "/8/titulo status_nao_permite"
        ]
    );
    let saldos: Vec<Value> = s.all().await.iter().map(|titulo| titulo["saldo"].clone()).collect();
    assert_eq!(saldos, ["0.00", "143.40", "150.00"]);
}

#[tokio::test]
async fn many_reversals_are_each_as_if_it_had_come_alone() {
    let s = Servico::new();
    let _envio = s.push(&["A", "B", "C"].map(titulo)).await;
    let itens = json!([{"titulo": "A", "valor": "3.40"}, {"titulo": "A", "valor": "150.00"},
        {"titulo": "B", "valor": "10.00", "codigo_integracao": "P1"}]);
    assert_eq!(s.http.post("/v1/titulos/pagamentos", &itens).await.expect(200).json["registrados"], 3);
    let estornos = json!([{"titulo": "A"}, {"titulo": "B", "codigo_integracao": "P1"}, {"titulo": "B", "codigo_integracao": "P1"},
        {"titulo": "C", "codigo_integracao": "P1"}, {"titulo": "C"}, {"titulo": "nenhum"}, {}]);
    let feitos = s.http.post("/v1/titulos/estornos", &estornos).await.expect(200).json;
    let resultados: Vec<(&str, i64)> = feitos["itens"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["resultado"].as_str().unwrap(), item["estornados"].as_i64().unwrap()))
        .collect();
    assert_eq!(
        resultados,
        [
            ("estornado", 2),
            ("estornado", 1),
            ("inalterado", 0),
            ("recusado", 0),
            ("inalterado", 0),
            ("recusado", 0),
            ("recusado", 0)
        ]
    );
    assert!(s.all().await.iter().all(|titulo| state(titulo) == ["aberto", "150.00", "153.40"]));
}

#[tokio::test]
async fn payments_are_listed_by_day_and_filtered() {
    let s = Servico::new();
    let (a, b) = (s.stored("A").await, s.stored("B").await);
    for (id, data, codigo) in [
        (&a, "2026-03-05", "P1"),
        (&b, "2026-03-04", "P2"),
        (&a, "2026-03-09", "P3"),
        (&b, "2026-03-05", "P4"),
    ] {
        let corpo = json!({"valor": 1, "data": data, "codigo_integracao": codigo});
        let _feito = pay(&s, id, corpo).await.expect(201);
    }
    let codes = |pagina: Value| -> Vec<String> {
        let itens = pagina["itens"].as_array().unwrap().clone();
        itens.iter().map(|item| item["codigo_integracao"].as_str().unwrap().to_owned()).collect()
    };
    for (consulta, esperados) in [
        (String::new(), vec!["P2", "P1", "P4", "P3"]),
        (format!("?titulo_id={a}"), vec!["P1", "P3"]),
        ("?data_de=2026-03-05&data_ate=2026-03-05".to_owned(), vec!["P1", "P4"]),
        ("?codigo_integracao=P4".to_owned(), vec!["P4"]),
        ("?estornados=true".to_owned(), vec![]),
        ("?estornados=false&limite=1".to_owned(), vec!["P2"]),
    ] {
        let pagina = s.http.get(&format!("/v1/pagamentos{consulta}")).await.expect(200).json;
        assert_eq!(codes(pagina), esperados, "{consulta}");
    }
    let primeira = s.http.get("/v1/pagamentos?limite=2").await.expect(200).json;
    let cursor = primeira["proximo_cursor"].as_str().unwrap();
    let segunda = s.http.get(&format!("/v1/pagamentos?limite=2&cursor={cursor}")).await.expect(200).json;
    assert_eq!(codes(segunda), ["P4", "P3"]);
}

#[tokio::test]
async fn r02_another_companys_payment_is_not_found() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let feito = pay(&s, &id, json!({"valor": 1, "codigo_integracao": "P1"})).await.expect(201).json;
    let outra = s.other_company();
    let pagamento = feito["pagamento"]["id"].as_str().unwrap();
    let _nada = outra.get(&format!("/v1/pagamentos/{pagamento}")).await.expect(404);
    let _nada = outra.post(&format!("/v1/titulos/{id}/pagamentos"), &json!({"valor": 1})).await.expect(404);
    let _nada = outra.post(&format!("/v1/titulos/{id}/estorno"), &json!({})).await.expect(404);
    let _nada = outra.get(&format!("/v1/titulos/{id}/historico")).await.expect(404);
    assert_eq!(outra.get("/v1/pagamentos").await.expect(200).json["itens"], json!([]));
    let itens = json!([{"titulo": "A", "valor": 1}]);
    assert_eq!(outra.post("/v1/titulos/pagamentos", &itens).await.expect(200).json["recusados"], 1);
    assert_eq!(read(&s, &id).await["saldo"], "150.00");
}

/// What was paid stays paid when the ERP corrects the value.
#[tokio::test]
async fn a_new_value_keeps_what_was_paid_and_is_paid_by_it() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let _feito = pay(&s, &id, json!({"valor": "103.40"})).await.expect(201);
    let push = |valor: &str| [with(&titulo("A"), "/valor", json!(valor))];
    for (valor, esperado) in
        [("200.00", ["aberto", "100.00"]), ("120.00", ["aberto", "20.00"]), ("90.00", ["pago", "0.00"])]
    {
        assert_eq!(s.push(&push(valor)).await["atualizados"], 1);
        assert_eq!(state(&read(&s, &id).await)[..2], esperado, "{valor}");
    }
}
