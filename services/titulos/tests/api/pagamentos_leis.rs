#![cfg(test)]
//! What holds of payments however they come: together or one by one, at once, taken back, by whomever.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Sql;
use tokio::task::JoinSet;

use crate::apoio::{Servico, refused, titulo, with};

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

/// Or what the debtor paid would be asked for again: it stands with the instalment, and cannot come back.
#[tokio::test]
async fn what_a_broken_agreement_imputed_is_not_taken_back_and_its_codes_are_nobody_elses() {
    let s = Servico::new();
    let parcela = s.negotiated("A").await.remove(0);
    let pago = json!({"valor": "5.00", "codigo_integracao": "quebra-1"});
    let problema = s.http.post(&format!("/v1/titulos/{parcela}/pagamentos"), &pago).await.expect(422);
    assert_eq!(refused(&problema.json), ["/codigo_integracao codigo_reservado"]);
    let pago = json!({"valor": "5.00"});
    let _pago = s.http.post(&format!("/v1/titulos/{parcela}/pagamentos"), &pago).await.expect(201);
    let acordo = s.http.get("/v1/negociacoes").await.expect(200).json["itens"][0]["id"].clone();
    let quebra = format!("/v1/negociacoes/{}/quebra", acordo.as_str().unwrap());
    let _quebrada = s.http.post(&quebra, &json!({})).await.expect(200);
    let original = s.http.get("/v1/titulos?codigo_integracao=A").await.expect(200).json["itens"][0].clone();
    let id = original["id"].as_str().unwrap();
    let recusa = s.http.post(&format!("/v1/titulos/{id}/estorno"), &json!({})).await.expect(409);
    assert_eq!(recusa.json["codigo"], "status_nao_permite", "{}", recusa.text);
    // Money that came in later is taken back without it.
    let depois = json!({"valor": "7.00", "codigo_integracao": "P"});
    let _depois = s.http.post(&format!("/v1/titulos/{id}/pagamentos"), &depois).await.expect(201);
    let _estorno = s.http.post(&format!("/v1/titulos/{id}/estorno"), &json!({})).await.expect(200);
    let lido = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json;
    assert_eq!(lido["saldo_atualizado"], original["saldo_atualizado"]);
}

/// What would settle the debt is not taken for the part that was booked before.
#[tokio::test]
async fn an_equal_payment_that_would_settle_is_told_that_the_first_one_did_not() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let pagar = format!("/v1/titulos/{id}/pagamentos");
    for (chave, valor) in [(None, "50.00"), (Some("K"), "40.00")] {
        let mut parte = json!({"valor": valor});
        if let Some(chave) = chave {
            parte["codigo_integracao"] = json!(chave);
        }
        let _parte = s.http.post(&pagar, &parte).await.expect(201);
        parte["quita"] = json!(true);
        let recusa = s.http.post(&pagar, &parte).await.expect(409);
        assert_eq!(recusa.json["codigo"], "pagamento_existente", "{}", recusa.text);
    }
    let quita = json!({"valor": "30.00", "quita": true, "codigo_integracao": "Q"});
    let _quita = s.http.post(&pagar, &quita).await.expect(201);
    let _de_novo = s.http.post(&pagar, &quita).await.expect(200);
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

/// What was owed of a cancelled one before it was paid in part is not owed either, whatever day is asked for.
/// A payment told after a later one cuts the way to that in two, of which each is rounded by itself.
#[tokio::test]
async fn what_is_paid_owes_no_centavo_however_late_a_payment_is_told() {
    let s = Servico::new();
    let cem = with(&with(&titulo("A"), "/valor", json!("100.00")), "/vencimento", json!("2026-02-20"));
    let id = s.push(&[cem]).await["itens"][0]["id"].as_str().unwrap().to_owned();
    for (data, valor, status) in [("2026-03-02", "102.32", "aberto"), ("2026-02-25", "0.01", "pago")] {
        let pago = json!({"valor": valor, "data": data});
        let feito = s.http.post(&format!("/v1/titulos/{id}/pagamentos"), &pago).await.expect(201).json;
        assert_eq!(feito["titulo"]["status"], status, "{feito}");
    }
    for em in ["", "?em=2026-03-02", "?em=2027-03-02"] {
        let lido = s.http.get(&format!("/v1/titulos/{id}{em}")).await.expect(200).json;
        assert_eq!(
            (&lido["saldo"], &lido["saldo_atualizado"]),
            (&json!("0.00"), &json!("0.00")),
            "{em}: {lido}"
        );
        assert_eq!(lido["atualizacao"]["dias_atraso"], 0);
    }
    let antes = s.http.get(&format!("/v1/titulos/{id}?em=2026-03-01")).await.expect(200).json;
    assert_eq!(antes["saldo_atualizado"], "102.29", "before the last one it owed what that one paid");
}

#[tokio::test]
async fn what_is_cancelled_or_paid_owes_nothing_and_is_not_late() {
    let s = Servico::new();
    let (cancelado, pago) = (s.stored("A").await, s.stored("B").await);
    for (id, acao, na_vespera) in [(&cancelado, "cancelamento", "0.00"), (&pago, "pagamento", "153.35")] {
        let parte = json!({"valor": "53.40"});
        let _parte = s.http.post(&format!("/v1/titulos/{id}/pagamentos"), &parte).await.expect(201);
        assert_eq!(read(&s, id).await["atualizacao"]["dias_atraso"], 8);
        let _fim = s.http.post(&format!("/v1/titulos/{id}/{acao}"), &json!({})).await.expect(200);
        let lido = read(&s, id).await;
        assert_eq!(
            (&lido["saldo_atualizado"], &lido["atualizacao"]["dias_atraso"]),
            (&json!("0.00"), &json!(0))
        );
        let codigo = lido["codigo_integracao"].as_str().unwrap();
        let lista = s.http.get(&format!("/v1/titulos?codigo_integracao={codigo}")).await.expect(200).json;
        assert_eq!(lista["itens"][0], lido);
        let antes = s.http.get(&format!("/v1/titulos/{id}?em=2026-03-09")).await.expect(200).json;
        assert_eq!(antes["saldo_atualizado"], na_vespera, "{acao}");
    }
}

/// What is left of an agreement is what is left of its instalments, suspended ones among them.
#[tokio::test]
async fn an_agreement_owes_what_is_left_of_its_instalments() {
    let s = Servico::new();
    let parcelas = s.negotiated("A").await;
    let parte = json!({"valor": "10.00"});
    let _parte = s.http.post(&format!("/v1/titulos/{}/pagamentos", parcelas[0]), &parte).await.expect(201);
    let _suspensa =
        s.http.post(&format!("/v1/titulos/{}/suspensao", parcelas[0]), &json!({})).await.expect(200);
    let acordo = s.http.get("/v1/negociacoes").await.expect(200).json["itens"][0].clone();
    assert_eq!(
        (&acordo["valor"], &acordo["saldo"], &acordo["proximo_vencimento"]),
        (&json!("153.40"), &json!("143.40"), &json!("2026-04-10"))
    );
}

/// A creditor's charges are charged on its títulos only, one by one, in a list, by a payment and by an agreement.
#[tokio::test]
async fn a_titulo_is_charged_as_its_creditor_says_and_else_as_the_company_does() {
    let s = Servico::new();
    let proprio =
        json!({"codigo_integracao": "C", "nome": "Colégio", "encargos": {"multa": "1", "juros_ao_mes": "0"}});
    let _credor = s.http.post("/v1/credores", &proprio).await.expect(201);
    let mut com_credor = crate::apoio::titulo("A");
    com_credor["credor"] = json!({"codigo_integracao": "C", "nome": "Colégio"});
    let mut de_outro = crate::apoio::titulo("B");
    de_outro["credor"] = json!({"codigo_integracao": "O", "nome": "Outro"});
    let envio = s.push(&[com_credor, de_outro, crate::apoio::titulo("C")]).await;
    for (n, esperado) in ["151.50", "153.40", "153.40"].into_iter().enumerate() {
        let id = envio["itens"][n]["id"].as_str().unwrap();
        assert_eq!(read(&s, id).await["saldo_atualizado"], esperado);
        assert_eq!(s.all().await[n]["saldo_atualizado"], esperado);
        let pedido = json!({"titulos": [id], "quantidade": 1, "primeiro_vencimento": "2026-03-20"});
        let proposta = s.http.post("/v1/negociacoes/propostas", &pedido).await.expect(200).json;
        assert_eq!(proposta["opcoes"][0]["valor"], esperado, "{proposta}");
        let pago = s
            .http
            .post(&format!("/v1/titulos/{id}/pagamentos"), &json!({"valor": esperado}))
            .await
            .expect(201);
        assert_eq!(
            (&pago.json["titulo"]["status"], &pago.json["pagamento"]["excedente"]),
            (&json!("pago"), &json!("0.00"))
        );
    }
}
