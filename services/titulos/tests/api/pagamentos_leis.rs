#![cfg(test)]
//! What holds of payments however they come: together or one by one, at once, taken back, by whomever.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Sql;
use tokio::task::JoinSet;

use crate::apoio::Servico;

const JUNTOS: usize = 16;

async fn read(s: &Servico, id: &str) -> Value {
    s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json
}

/// The parts of every payment of a título, by day.
async fn parts(s: &Servico, id: &str) -> Vec<Value> {
    let todos = s.http.get("/v1/pagamentos?limite=500").await.expect(200).json["itens"].clone();
    let mut meus: Vec<Value> =
        todos.as_array().unwrap().iter().filter(|pagamento| pagamento["titulo_id"] == id).cloned().collect();
    meus.sort_by_key(|pagamento| pagamento["data"].as_str().unwrap().to_owned());
    let campos = ["data", "valor", "principal", "multa", "juros", "desconto", "excedente"];
    meus.iter().map(|pagamento| campos.iter().map(|campo| pagamento[*campo].clone()).collect()).collect()
}

#[tokio::test]
async fn payments_of_one_titulo_in_one_call_settle_what_they_would_one_by_one() {
    let s = Servico::new();
    let (junto, sozinho) = (s.stored("A").await, s.stored("B").await);
    // Each waits longer than the one before: what it finds owed hangs on those that came between.
    let dias =
        [("2026-03-04", "20.00"), ("2026-03-06", "60.00"), ("2026-03-08", "10.00"), ("2026-03-10", "30.00")];
    let muitos = dias.map(|(dia, valor)| json!({"titulo": "A", "data": dia, "valor": valor}));
    assert_eq!(
        s.http.post("/v1/titulos/pagamentos", &json!(muitos)).await.expect(200).json["registrados"],
        4
    );
    for (dia, valor) in dias {
        let caminho = format!("/v1/titulos/{sozinho}/pagamentos");
        let _um = s.http.post(&caminho, &json!({"data": dia, "valor": valor})).await.expect(201);
    }
    assert_eq!(parts(&s, &junto).await, parts(&s, &sozinho).await);
    assert_eq!(read(&s, &junto).await["saldo_atualizado"], read(&s, &sozinho).await["saldo_atualizado"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_at_the_same_time_are_all_taken_off_the_balance() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let mut pedidos = JoinSet::new();
    for n in 0..JUNTOS {
        let (http, caminho) = (s.http.clone(), format!("/v1/titulos/{id}/pagamentos"));
        let corpo = json!({"valor": "1.00", "data": "2026-03-02", "codigo_integracao": format!("P{n}")});
        pedidos.spawn(async move { http.post(&caminho, &corpo).await.expect(201) });
    }
    pedidos.join_all().await;
    assert_eq!(read(&s, &id).await["saldo"], "134.00");
}

#[tokio::test]
async fn a_part_changes_the_balance_and_not_since_when_the_titulo_is_open() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let antes = read(&s, &id).await;
    s.pass(Duration::from_mins(1));
    let _parte =
        s.http.post(&format!("/v1/titulos/{id}/pagamentos"), &json!({"valor": "10.00"})).await.expect(201);
    let depois = read(&s, &id).await;
    assert_eq!((&depois["status"], &depois["status_em"]), (&antes["status"], &antes["status_em"]));
    assert_ne!(depois["atualizado_em"], antes["atualizado_em"]);
    let _pago = s.http.post(&format!("/v1/titulos/{id}/pagamento"), &json!({})).await.expect(200);
    assert_ne!(read(&s, &id).await["status_em"], antes["status_em"]);
}

/// What was paid of a broken agreement pays the originals: it cannot be taken back as well.
#[tokio::test]
async fn a_payment_of_a_broken_agreement_is_not_taken_back() {
    let s = Servico::new();
    let parcela = s.negotiated("A").await.remove(0);
    let pago = json!({"valor": "5.00", "codigo_integracao": "P"});
    let _pago = s.http.post(&format!("/v1/titulos/{parcela}/pagamentos"), &pago).await.expect(201);
    let acordo = s.http.get("/v1/negociacoes").await.expect(200).json["itens"][0]["id"].clone();
    let quebra = format!("/v1/negociacoes/{}/quebra", acordo.as_str().unwrap());
    let _quebrada = s.http.post(&quebra, &json!({})).await.expect(200);
    let mut olho = s.banco.observer();
    let antes = olho.look();
    for corpo in [json!({"codigo_integracao": "P"}), json!({})] {
        let recusa = s.http.post(&format!("/v1/titulos/{parcela}/estorno"), &corpo).await.expect(409);
        assert_eq!(recusa.json["codigo"], "status_nao_permite", "{}", recusa.text);
    }
    assert_eq!(olho.look(), antes);
}

#[tokio::test]
async fn who_took_a_payment_back_is_known() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let _pago = s.http.post(&format!("/v1/titulos/{id}/pagamento"), &json!({})).await.expect(200);
    let outra = json!({"nome": "financeiro", "escopos": ["titulos:escrever"]});
    let outra = s.http.post("/v1/chaves-api", &outra).await.expect(201).json;
    let dela = s.with_key(outra["chave"].as_str().unwrap());
    let _estorno = dela.post(&format!("/v1/titulos/{id}/estorno"), &json!({})).await.expect(200);
    let autora = outra["id"].as_str().unwrap();
    let por_ela = format!("SELECT count(*) FROM cadastro.pagamento WHERE estornado_por = '{autora}'");
    assert_eq!(Sql::connect(s.banco.url()).number(&por_ela), 1);
}

/// An agreement that nobody has confirmed yet may still be cancelled: no other one is made of its instalments.
#[tokio::test]
async fn k08_an_instalment_of_an_agreement_that_is_not_confirmed_is_not_negotiated_again() {
    let s = Servico::new();
    let parcelas = s.negotiated("A").await;
    let pedido = json!({"titulos": [parcelas[1]], "quantidade": 1, "primeiro_vencimento": "2026-04-10"});
    let antes = s.all().await;
    let recusa = s.http.post("/v1/negociacoes", &pedido).await.expect(409);
    assert_eq!(recusa.json["codigo"], "titulo_nao_negociavel", "{}", recusa.text);
    assert_eq!(s.all().await, antes);
    // Once the first instalment is paid in full, what is left may be agreed on anew.
    let _pago = s.http.post(&format!("/v1/titulos/{}/pagamento", parcelas[0]), &json!({})).await.expect(200);
    let _feita = s.http.post("/v1/negociacoes", &pedido).await.expect(201);
}
