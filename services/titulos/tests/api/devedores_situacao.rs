#![cfg(test)]
//! `GET /v1/devedores/{id}/situacao`.

use serde_json::json;

use crate::apoio::{Servico, titulo, with};

#[tokio::test]
async fn a_debtors_whole_situation_is_one_call() {
    let s = Servico::new();
    let de = |codigo: &str, vencimento: &str| {
        with(
            &with(&titulo(codigo), "/devedor/codigo_integracao", json!("D")),
            "/vencimento",
            json!(vencimento),
        )
    };
    let envio = s
        .push(&[
            de("novo", "2026-04-01"),
            de("velho", "2026-01-09"),
            de("pago", "2026-01-09"),
            titulo("alheio"),
        ])
        .await;
    let id = |n: usize| envio["itens"][n]["id"].as_str().unwrap().to_owned();
    let _pago = s.http.post(&format!("/v1/titulos/{}/pagamento", id(2)), &json!({})).await.expect(200);
    let parado = s.push(&[de("parado", "2026-02-01")]).await["itens"][0]["id"].as_str().unwrap().to_owned();
    let _suspenso = s.http.post(&format!("/v1/titulos/{parado}/suspensao"), &json!({})).await.expect(200);
    let titulo = s.http.get(&format!("/v1/titulos/{}", id(0))).await.expect(200).json;
    let devedor = titulo["devedor_id"].as_str().unwrap();

    let situacao = s.http.get(&format!("/v1/devedores/{devedor}/situacao")).await.expect(200).json;
    assert_eq!(situacao["devedor"], s.http.get(&format!("/v1/devedores/{devedor}")).await.expect(200).json);
    let codigos: Vec<_> =
        situacao["titulos"].as_array().unwrap().iter().map(|t| t["codigo_integracao"].clone()).collect();
    assert_eq!(codigos, [json!("velho"), json!("parado"), json!("novo")], "por vencimento, sem o pago");
    assert_eq!(situacao["titulos"][2], titulo, "como se lê sozinho");
    // R$ 150,00 vencidos há 60 dias: multa de 3,00 e juros de 3,00; os outros 150,00 vencem depois.
    assert_eq!((&situacao["em"], &situacao["maior_atraso"]), (&json!("2026-03-10"), &json!(60)));
    assert_eq!(
        (&situacao["vencido_atualizado"], &situacao["saldo_atualizado"]),
        (&json!("156.00"), &json!("306.00"))
    );
    assert_eq!((&situacao["ha_mais_titulos"], &situacao["negociacoes"]), (&json!(false), &json!([])));

    let antes = s.http.get(&format!("/v1/devedores/{devedor}/situacao?em=2026-01-01")).await.expect(200).json;
    assert_eq!((&antes["saldo_atualizado"], &antes["maior_atraso"]), (&json!("300.00"), &json!(0)));
    let _alheio = s.other_company().get(&format!("/v1/devedores/{devedor}/situacao")).await.expect(404);
}

#[tokio::test]
async fn the_charges_are_the_creditors_and_else_the_companys() {
    let s = Servico::new();
    let sem = json!({"multa": "0", "juros_ao_mes": "0"});
    let _empresa = s
        .http
        .patch("/v1/empresa", &json!({"encargos": {"multa": "10", "juros_ao_mes": "0"}}))
        .await
        .expect(200);
    let _credor = s
        .http
        .post("/v1/credores", &json!({"codigo_integracao": "C", "nome": "C", "encargos": sem}))
        .await
        .expect(201);
    let mut do_credor = titulo("A");
    do_credor["credor"] = json!({"codigo_integracao": "C", "nome": "C"});
    let _envio = s.push(&[do_credor, titulo("B")]).await;
    for (codigo, saldo) in [("A", "150.00"), ("B", "165.00")] {
        let lista = s.http.get(&format!("/v1/devedores?codigo_integracao=D-{codigo}")).await.expect(200).json;
        let id = lista["itens"][0]["id"].as_str().unwrap();
        let situacao = s.http.get(&format!("/v1/devedores/{id}/situacao")).await.expect(200).json;
        assert_eq!(situacao["saldo_atualizado"], saldo, "{codigo}");
    }
}

#[tokio::test]
async fn a_negotiation_stands_in_the_situation() {
    let s = Servico::new();
    let parcelas = s.negotiated("A").await;
    let parcela = s.http.get(&format!("/v1/titulos/{}", parcelas[0])).await.expect(200).json;
    let caminho = format!("/v1/devedores/{}/situacao", parcela["devedor_id"].as_str().unwrap());
    let situacao = s.http.get(&caminho).await.expect(200).json;
    assert_eq!(situacao["negociacoes"].as_array().unwrap().len(), 1);
    assert_eq!(situacao["negociacoes"][0]["id"], parcela["acordo_id"]);
    assert_eq!(situacao["titulos"].as_array().unwrap().len(), 3, "o negociado e as duas parcelas");
}
