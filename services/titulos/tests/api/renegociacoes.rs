#![cfg(test)]
//! Agreements over instalments of agreements, and over the debts of several creditors: nothing is owed twice, and nobody gives
//! away more than each creditor allows. Today is 2026-03-10.

use serde_json::{Value, json};
use testkit::Sql;

use crate::apoio::{Servico, refused, titulo, with};
use crate::negociacoes::{SEM_ENCARGOS, agree, column, debt, end, pay, read, status};

/// R$ 1.000,00 in three instalments, the first of them paid, the others in another agreement: both, and the originals.
async fn renegotiated(s: &Servico) -> (Value, Value, Vec<String>) {
    let ids = debt(s, &SEM_ENCARGOS).await;
    let primeira =
        agree(s, &json!({"titulos": ids, "quantidade": 3, "primeiro_vencimento": "2026-03-31"})).await;
    pay(s, &primeira, 0).await;
    let restantes = &column(&primeira["parcelas"], "titulo_id")[1..];
    let pedido = json!({"titulos": restantes, "quantidade": 2, "primeiro_vencimento": "2026-04-10"});
    (primeira, agree(s, &pedido).await, ids)
}

async fn reverse(s: &Servico, id: &str) -> testkit::Resposta {
    s.http.post(&format!("/v1/titulos/{id}/estorno"), &json!({})).await
}

/// Without its confirmation the first agreement could be cancelled: its originals would be owed beside the second one.
#[tokio::test]
async fn k03_k05_what_confirms_is_not_taken_back_while_another_agreement_has_an_instalment() {
    let s = Servico::new();
    let (primeira, segunda, ids) = renegotiated(&s).await;
    let paga = primeira["parcelas"][0]["titulo_id"].as_str().unwrap();
    let codigo =
        s.http.get(&format!("/v1/titulos/{paga}")).await.expect(200).json["codigo_integracao"].clone();
    let mut olho = s.banco.observer();
    let antes = olho.look();
    let problema = reverse(&s, paga).await.expect(409).json;
    assert_eq!(problema["codigo"], "acordo_renegociado");
    assert!(problema["detail"].as_str().unwrap().contains(segunda["id"].as_str().unwrap()), "{problema}");
    let muitos = s.http.post("/v1/titulos/estornos", &json!([{"titulo": codigo}])).await.expect(200).json;
    assert_eq!(refused(&muitos["itens"][0]), ["/0/titulo acordo_renegociado"]);
    assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
    assert_eq!(end(&s, &primeira, "cancelamento").await.1["codigo"], "negociacao_com_pagamento");

    // The other one comes first: then everything can be undone, and is owed once.
    assert_eq!(end(&s, &segunda, "cancelamento").await.0, 200);
    let _estornada = reverse(&s, paga).await.expect(200);
    assert_eq!(read(&s, &primeira).await["estado"], "aberta");
    assert_eq!(end(&s, &primeira, "cancelamento").await.0, 200);
    assert_eq!(status(&s, &ids).await, ["aberto 600.00", "aberto 400.00"]);
    let abertos = s.http.get("/v1/titulos?status=aberto,negociado").await.expect(200).json;
    assert_eq!(abertos["itens"].as_array().unwrap().len(), 2);
}

/// A payment of another instalment confirms nothing, and may be taken back.
#[tokio::test]
async fn k03_what_does_not_confirm_is_taken_back_whatever_became_of_the_others() {
    let s = Servico::new();
    let ids = debt(&s, &SEM_ENCARGOS).await;
    let primeira =
        agree(&s, &json!({"titulos": ids, "quantidade": 3, "primeiro_vencimento": "2026-03-31"})).await;
    pay(&s, &primeira, 0).await;
    pay(&s, &primeira, 1).await;
    let parcelas = column(&primeira["parcelas"], "titulo_id");
    let pedido = json!({"titulos": [parcelas[2]], "quantidade": 2, "primeiro_vencimento": "2026-04-10"});
    let _segunda = agree(&s, &pedido).await;
    let _estornada = reverse(&s, &parcelas[1]).await.expect(200);
    assert_eq!(read(&s, &primeira).await["estado"], "confirmada");
}

/// However it came to be unconfirmed.
#[tokio::test]
async fn k05_an_agreement_is_not_cancelled_while_another_one_has_an_instalment() {
    let s = Servico::new();
    let (primeira, _, ids) = renegotiated(&s).await;
    Sql::connect(s.banco.url()).run(&format!(
        "UPDATE cadastro.negociacao SET estado = 'aberta', com_pagamento = false, confirmada_em = NULL WHERE id = '{}'",
        primeira["id"].as_str().unwrap()
    ));
    let mut olho = s.banco.observer();
    let antes = olho.look();
    let (recusada, problema) = end(&s, &primeira, "cancelamento").await;
    assert_eq!((recusada, &problema["codigo"]), (409, &json!("acordo_renegociado")));
    assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
    assert_eq!(status(&s, &ids).await, ["negociado 600.00", "negociado 400.00"]);
}

/// A título of `credor`, or of the company itself.
fn de(codigo: &str, credor: Option<&str>, vencimento: &str, valor: &str) -> Value {
    let mut um = with(&with(&titulo(codigo), "/vencimento", json!(vencimento)), "/valor", json!(valor));
    um["devedor"]["codigo_integracao"] = json!("D");
    if let Some(credor) = credor {
        um["credor"] = json!({"codigo_integracao": credor, "nome": credor});
    }
    um
}

/// Up to 90 % of the principal at once.
fn generosa(dias_de: u16, credor: &Value) -> Value {
    json!({"nome": format!("generosa {dias_de}"), "credor_id": credor, "dias_de": dias_de,
        "a_vista": {"encargos": "100", "principal": "90"}, "parcelado": {"encargos": "100", "principal": "90"},
        "max_parcelas": 12, "parcela_minima": "0.01", "validade_dias": 9, "primeiro_vencimento_dias": 30})
}

/// Nothing off, and no more than two instalments.
fn estrita(dias_de: u16, credor: &Value) -> Value {
    let nada = json!({"encargos": "0", "principal": "0"});
    json!({"nome": format!("estrita {dias_de}"), "credor_id": credor, "dias_de": dias_de, "a_vista": nada, "parcelado": nada,
        "max_parcelas": 2, "parcela_minima": "10.00", "validade_dias": 3, "primeiro_vencimento_dias": 60})
}

async fn allow(s: &Servico, politica: &Value) -> Value {
    s.http.post("/v1/politicas-de-negociacao", politica).await.expect(201).json["id"].clone()
}

/// What may be agreed on over these, as instalments and value.
async fn offered(s: &Servico, ids: &[&Value]) -> (Value, Vec<String>) {
    let pedido = json!({"titulos": ids, "primeiro_vencimento": "2026-03-20"});
    let proposta = s.http.post("/v1/negociacoes/propostas", &pedido).await.expect(200).json;
    let opcoes = proposta["opcoes"].as_array().unwrap();
    let texto = |opcao: &Value| format!("{}x {}", opcao["quantidade"], opcao["valor"].as_str().unwrap());
    let opcoes = opcoes.iter().map(texto).collect();
    (proposta, opcoes)
}

async fn pushed(s: &Servico, titulos: &[Value]) -> Vec<Value> {
    let envio = s.push(titulos).await;
    assert_eq!(envio["recusados"], 0, "{envio}");
    envio["itens"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

async fn creditor(s: &Servico, titulo: &Value) -> Value {
    s.http.get(&format!("/v1/titulos/{}", titulo.as_str().unwrap())).await.expect(200).json["credor_id"]
        .clone()
}

#[tokio::test]
async fn a_real_of_another_creditor_gives_nothing_away_of_the_first() {
    let s = Servico::new();
    let ids = pushed(
        &s,
        &[
            de("A", Some("CA"), "2026-03-20", "10000.00"),
            de("B", Some("CB"), "2026-03-20", "1.00"),
            de("C", None, "2026-03-20", "1.00"),
        ],
    )
    .await;
    let geral = allow(&s, &generosa(0, &Value::Null)).await;
    let de_a = allow(&s, &estrita(0, &creditor(&s, &ids[0]).await)).await;
    let (sozinho, opcoes) = offered(&s, &[&ids[0]]).await;
    assert_eq!((&sozinho["politica_id"], &sozinho["politicas"]), (&de_a, &json!([de_a])));
    assert_eq!(opcoes, ["1x 10000.00", "2x 10000.00"]);
    for outro in [&ids[1], &ids[2]] {
        let (juntos, opcoes) = offered(&s, &[&ids[0], outro]).await;
        assert_eq!(opcoes, ["1x 10001.00", "2x 10001.00"]);
        assert_eq!(juntos["politica_id"], Value::Null);
        let mut ambas = [geral.as_str().unwrap(), de_a.as_str().unwrap()];
        ambas.sort_unstable();
        assert_eq!(juntos["politicas"], json!(ambas));
        assert_eq!(juntos["valida_ate"], "2026-03-13", "três dias, não nove");
        let pedido = json!({"titulos": [ids[0], outro], "quantidade": 1, "primeiro_vencimento": "2026-03-20", "desconto": "9000.00"});
        let problema = s.http.post("/v1/negociacoes", &pedido).await.expect(422).json;
        assert_eq!(refused(&problema), ["/desconto fora_da_politica"]);
        let tarde = json!({"titulos": [ids[0], outro], "quantidade": 1, "primeiro_vencimento": "2026-04-30"});
        let problema = s.http.post("/v1/negociacoes", &tarde).await.expect(422).json;
        assert_eq!(
            refused(&problema),
            ["/primeiro_vencimento fora_da_politica"],
            "trinta dias, não sessenta"
        );
    }
    let (sem_ela, opcoes) = offered(&s, &[&ids[1], &ids[2]]).await;
    assert_eq!(
        (&sem_ela["politica_id"], opcoes[0].as_str()),
        (&geral, "1x 0.20"),
        "uma só política para os dois"
    );
}

/// Each creditor's own lateness chooses its policy: an old debt of another one does not make this one old.
#[tokio::test]
async fn an_old_debt_of_another_creditor_does_not_make_the_first_ones_old() {
    let s = Servico::new();
    let ids = pushed(
        &s,
        &[
            de("A", Some("CA"), "2026-03-20", "10000.00"),
            de("B", Some("CB"), "2024-03-20", "1.00"),
            de("A2", Some("CA"), "2024-03-20", "1.00"),
        ],
    )
    .await;
    let credor = creditor(&s, &ids[0]).await;
    let nova = allow(&s, &estrita(0, &credor)).await;
    let antiga = allow(&s, &generosa(365, &credor)).await;
    let geral = allow(&s, &generosa(1, &Value::Null)).await;
    let (juntos, opcoes) = offered(&s, &[&ids[0], &ids[1]]).await;
    let mut ambas = [nova.as_str().unwrap(), geral.as_str().unwrap()];
    ambas.sort_unstable();
    assert_eq!(juntos["politicas"], json!(ambas));
    assert_eq!(opcoes.len(), 2);
    assert_eq!(juntos["opcoes"][0]["desconto"]["total"], "0.00");
    let (dela, _) = offered(&s, &[&ids[0], &ids[2]]).await;
    assert_eq!(dela["politica_id"], antiga, "o mais antigo do mesmo credor decide");
}

/// An instalment of several creditors is nobody's: what it stands for is still theirs.
#[tokio::test]
async fn what_was_agreed_over_several_creditors_is_negotiated_again_within_the_policy_of_each() {
    let s = Servico::new();
    let ids = pushed(
        &s,
        &[de("A", Some("CA"), "2026-03-20", "10000.00"), de("B", Some("CB"), "2026-03-20", "1.00")],
    )
    .await;
    let _geral = allow(&s, &generosa(0, &Value::Null)).await;
    let _de_a = allow(&s, &estrita(0, &creditor(&s, &ids[0]).await)).await;
    let pedido = json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": "2026-03-20"});
    let feita = agree(&s, &pedido).await;
    pay(&s, &feita, 0).await;
    let parcela = &feita["parcelas"][1]["titulo_id"];
    assert_eq!(creditor(&s, parcela).await, Value::Null);
    let (_, opcoes) = offered(&s, &[parcela]).await;
    assert_eq!(opcoes, ["1x 5000.50", "2x 5000.50"]);
    let de_novo =
        agree(&s, &json!({"titulos": [parcela], "quantidade": 2, "primeiro_vencimento": "2026-03-20"})).await;
    pay(&s, &de_novo, 0).await;
    let (_, opcoes) = offered(&s, &[&de_novo["parcelas"][1]["titulo_id"]]).await;
    assert_eq!(opcoes[0], "1x 2500.25", "e outra vez");
}
