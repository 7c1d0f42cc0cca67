#![cfg(test)]
//! What may be agreed, by the company's policy, and what a breach leaves. Today is 2026-03-10.

use std::time::Duration;

use serde_json::{Value, json};

use crate::apoio::{Servico, refused, with};
use crate::negociacoes::{agree, debt, pay, status};

/// R$ 1.000,00, 59 days late: fine of 2 % and interest of 1 % a month.
const VENCIDO: [(&str, &str, &str); 1] = [("1", "2026-01-10", "1000.00")];

fn politica(dias_de: u16) -> Value {
    json!({"nome": format!("de {dias_de}"), "dias_de": dias_de,
        "a_vista": {"encargos": "100", "principal": "10"}, "parcelado": {"encargos": "50.00", "principal": "0"},
        "max_parcelas": 4, "parcela_minima": "100.00", "validade_dias": 3, "primeiro_vencimento_dias": 15})
}

async fn allow(s: &Servico, politica: &Value) -> Value {
    s.http.post("/v1/politicas-de-negociacao", politica).await.expect(201).json
}

async fn propose(s: &Servico, pedido: &Value) -> Value {
    s.http.post("/v1/negociacoes/propostas", pedido).await.expect(200).json
}

fn values(opcoes: &Value) -> Vec<String> {
    let valor = |opcao: &Value| format!("{}x {}", opcao["quantidade"], opcao["valor"].as_str().unwrap());
    opcoes.as_array().unwrap().iter().map(valor).collect()
}

#[tokio::test]
async fn a_proposal_takes_the_charges_off_first_and_writes_nothing() {
    let s = Servico::new();
    let ids = debt(&s, &VENCIDO).await;
    let criada = allow(&s, &politica(30)).await;
    let mut olho = s.banco.observer();
    let antes = olho.look();
    let proposta = propose(&s, &json!({"titulos": ids, "primeiro_vencimento": "2026-03-20"})).await;
    assert_eq!(proposta["divida"], json!({"principal": "1000.00", "encargos": "39.67", "total": "1039.67"}));
    assert_eq!((&proposta["dias_vencido"], &proposta["politica_id"]), (&json!(59), &criada["id"]));
    assert_eq!((&proposta["em"], &proposta["valida_ate"]), (&json!("2026-03-10"), &json!("2026-03-13")));
    assert_eq!(values(&proposta["opcoes"]), ["1x 900.00", "2x 1019.84", "3x 1019.84", "4x 1019.84"]);
    let a_vista = &proposta["opcoes"][0];
    assert_eq!(a_vista["desconto"], json!({"principal": "100.00", "encargos": "39.67", "total": "139.67"}));
    assert_eq!(a_vista["parcelas"], json!([{"vencimento": "2026-03-20", "valor": "900.00"}]));
    let tres = &proposta["opcoes"][2];
    assert_eq!(
        tres["parcelas"],
        json!([{"vencimento": "2026-03-20", "valor": "339.94"}, {"vencimento": "2026-04-20", "valor": "339.94"},
            {"vencimento": "2026-05-20", "valor": "339.96"}])
    );
    let menor = propose(&s, &json!({"titulos": ids, "quantidade": 1, "desconto": "50.00"})).await;
    assert_eq!(
        menor["opcoes"][0]["desconto"],
        json!({"principal": "10.33", "encargos": "39.67", "total": "50.00"})
    );
    assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
}

#[tokio::test]
async fn what_is_proposed_can_be_agreed_on_while_it_is_valid() {
    let s = Servico::new();
    let ids = debt(&s, &VENCIDO).await;
    let _politica = allow(&s, &politica(30)).await;
    let proposta = propose(&s, &json!({"titulos": ids, "primeiro_vencimento": "2026-03-20"})).await;
    let opcao = &proposta["opcoes"][1];
    let pedido = json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": "2026-03-20", "em": proposta["em"],
        "desconto": opcao["desconto"]["total"], "valor": opcao["valor"]});
    s.pass(Duration::from_hours(72));
    let hoje = json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": "2026-03-20",
        "desconto": opcao["desconto"]["total"], "valor": opcao["valor"]});
    let problema = s.http.post("/v1/negociacoes", &hoje).await.expect(409).json;
    assert_eq!(problema["codigo"], "proposta_mudou", "três dias de juros a mais");
    let feita = agree(&s, &pedido).await;
    assert_eq!(
        (&feita["valor"], &feita["divida"], &feita["desconto"]),
        (&opcao["valor"], &proposta["divida"], &opcao["desconto"])
    );
    s.pass(Duration::from_hours(24));
    let _cancelada = s
        .http
        .post(&format!("/v1/negociacoes/{}/cancelamento", feita["id"].as_str().unwrap()), &json!({}))
        .await
        .expect(200);
    let problema = s.http.post("/v1/negociacoes", &pedido).await.expect(422).json;
    assert_eq!(refused(&problema), ["/em fora_da_politica"]);
}

#[tokio::test]
async fn what_was_paid_since_the_proposal_is_not_asked_for_again() {
    let s = Servico::new();
    let ids = debt(&s, &VENCIDO).await;
    let _politica = allow(&s, &politica(30)).await;
    s.pass(Duration::from_hours(24));
    let pagamento = json!({"valor": "540.00", "data": "2026-03-11"});
    let _pago = s.http.post(&format!("/v1/titulos/{}/pagamentos", ids[0]), &pagamento).await;
    let pedido =
        json!({"titulos": ids, "quantidade": 1, "primeiro_vencimento": "2026-03-20", "em": "2026-03-10"});
    let feita = agree(&s, &pedido).await;
    assert_eq!(feita["divida"], json!({"principal": "500.00", "encargos": "0.00", "total": "500.00"}));
}

#[tokio::test]
async fn every_limit_of_the_policy_is_named_by_its_field() {
    let s = Servico::new();
    let ids = debt(&s, &VENCIDO).await;
    let mut estrita = politica(0);
    estrita["entrada_minima"] = json!("20");
    let _politica = allow(&s, &estrita).await;
    for caminho in ["/v1/negociacoes", "/v1/negociacoes/propostas"] {
        for (pedido, faltas) in [
            (
                json!({"quantidade": 5, "primeiro_vencimento": "2026-03-09", "desconto": "19.84"}),
                vec![
                    "/desconto fora_da_politica",
                    "/primeiro_vencimento fora_da_politica",
                    "/quantidade fora_da_politica",
                ],
            ),
            (
                json!({"quantidade": 2, "primeiro_vencimento": "2026-03-26"}),
                vec!["/primeiro_vencimento fora_da_politica"],
            ),
            (
                json!({"quantidade": 2, "primeiro_vencimento": "2026-03-10", "entrada": "100.00"}),
                vec!["/entrada fora_da_politica"],
            ),
            (
                json!({"quantidade": 1, "primeiro_vencimento": "2026-03-10", "entrada": "500.00"}),
                vec!["/entrada fora_da_politica"],
            ),
            (
                json!({"quantidade": 4, "primeiro_vencimento": "2026-03-10", "entrada": "900.00"}),
                vec!["/quantidade fora_da_politica"],
            ),
        ] {
            let mut pedido = pedido;
            pedido["titulos"] = json!(ids);
            let problema = s.http.post(caminho, &pedido).await.expect(422).json;
            assert_eq!(refused(&problema), faltas, "{pedido}");
        }
    }
    // What the policy does not allow is not among what it offers.
    let proposta = propose(&s, &json!({"titulos": ids, "entrada": "900.00"})).await;
    assert_eq!(values(&proposta["opcoes"]), ["2x 1019.84"]);
    let longe = s.http.post("/v1/negociacoes/propostas", &json!({"titulos": ids, "em": "2027-03-12"})).await;
    assert_eq!(refused(&longe.expect(422).json), ["/em fora_do_intervalo"]);
}

#[tokio::test]
async fn k10_with_an_entry_and_interest_the_instalments_still_sum_to_what_is_agreed() {
    let s = Servico::new();
    let ids = debt(&s, &[("1", "2026-03-20", "1000.00")]).await;
    let mut com_juros = politica(0);
    com_juros["juros_ao_mes"] = json!("2");
    com_juros["max_parcelas"] = json!(12);
    com_juros["parcela_minima"] = json!("0.01");
    let _politica = allow(&s, &com_juros).await;
    let doze =
        agree(&s, &json!({"titulos": ids, "quantidade": 12, "primeiro_vencimento": "2026-03-20"})).await;
    assert_eq!((&doze["valor"], &doze["juros"]), (&json!("1134.72"), &json!("134.72")));
    let valores: Vec<_> =
        doze["parcelas"].as_array().unwrap().iter().map(|p| p["valor"].as_str().unwrap()).collect();
    assert_eq!(valores, ["94.56"; 12]);
    let ids = debt(&s, &[("2", "2026-03-20", "1000.00")]).await;
    let pedido =
        json!({"titulos": ids, "quantidade": 4, "primeiro_vencimento": "2026-03-20", "entrada": "0.01"});
    let quatro = agree(&s, &pedido).await;
    assert_eq!((&quatro["com_entrada"], &quatro["parcelas"][0]["valor"]), (&json!(true), &json!("0.01")));
    let centavos = |valor: &Value| valor.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    let soma: i64 = quatro["parcelas"].as_array().unwrap().iter().map(|p| centavos(&p["valor"])).sum();
    assert_eq!(soma, centavos(&quatro["valor"]));
}

#[tokio::test]
async fn the_policy_is_the_creditors_own_and_that_of_the_days_overdue() {
    let s = Servico::new();
    let mut com_credor = crate::apoio::titulo("C");
    com_credor["credor"] = json!({"codigo_integracao": "K", "nome": "Colégio"});
    let id = s.push(&[com_credor]).await["itens"][0]["id"].as_str().unwrap().to_owned();
    let credor = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json["credor_id"].clone();
    let geral = allow(&s, &politica(0)).await;
    let _trinta = allow(&s, &politica(30)).await;
    let de_quem = async |id: &String| propose(&s, &json!({"titulos": [id]})).await["politica_id"].clone();
    assert_eq!(de_quem(&id).await, geral["id"], "vencido há oito dias");
    let mut dele = politica(5);
    dele["credor_id"] = credor;
    let dele = allow(&s, &dele).await;
    assert_eq!(de_quem(&id).await, dele["id"]);
    let ids = debt(&s, &VENCIDO).await;
    assert_ne!(de_quem(&ids[0]).await, geral["id"], "vencido há 59");

    let dono = format!("/v1/politicas-de-negociacao/{}", dele["id"].as_str().unwrap());
    let problema = s.http.post("/v1/politicas-de-negociacao", &politica(0)).await.expect(409).json;
    assert_eq!(problema["codigo"], "politica_na_faixa");
    assert_eq!(s.http.put(&dono, &politica(30)).await.expect(409).json["codigo"], "politica_na_faixa");
    let trocada = s.http.put(&dono, &politica(7)).await.expect(200).json;
    assert_eq!((&trocada["credor_id"], &trocada["dias_de"]), (&Value::Null, &json!(7)));
    assert_eq!(s.http.get(&dono).await.expect(200).json, trocada);
    let _apagada = s.http.delete(&dono).await.expect(204);
    let _nada = s.http.delete(&dono).await.expect(404);
    assert_eq!(de_quem(&id).await, geral["id"]);
    let lista = s.http.get("/v1/politicas-de-negociacao").await.expect(200).json;
    assert_eq!(lista["itens"].as_array().unwrap().len(), 2);
    let ruim = json!({"nome": "", "dias_de": -1, "a_vista": {"encargos": "100.01", "principal": "x"}, "max_parcelas": 121,
        "parcela_minima": "0", "credor_id": "x"});
    assert_eq!(
        refused(&s.http.post("/v1/politicas-de-negociacao", &ruim).await.expect(422).json),
        [
            "/a_vista/encargos formato_invalido",
            "/a_vista/principal formato_invalido",
            "/credor_id formato_invalido",
            "/dias_de fora_do_intervalo",
            "/max_parcelas fora_do_intervalo",
            "/nome tamanho_invalido",
            "/parcela_minima fora_do_intervalo",
            "/parcelado obrigatorio"
        ]
    );
}

/// The first of them has a creditor, and is the youngest.
#[tokio::test]
async fn of_several_titulos_the_oldest_counts_and_the_creditor_of_one_of_them_does_not_decide_alone() {
    let s = Servico::new();
    let (geral, trinta) = (allow(&s, &politica(0)).await, allow(&s, &politica(30)).await);
    let mut com_credor = with(&crate::apoio::titulo("C"), "/devedor/codigo_integracao", json!("D"));
    com_credor["credor"] = json!({"codigo_integracao": "K", "nome": "Colégio"});
    let dele = s.push(&[com_credor]).await["itens"][0]["id"].as_str().unwrap().to_owned();
    let mut propria = politica(0);
    propria["credor_id"] =
        s.http.get(&format!("/v1/titulos/{dele}")).await.expect(200).json["credor_id"].clone();
    let propria = allow(&s, &propria).await;
    s.pass(Duration::from_mins(1));
    let ids = debt(&s, &[("1", "2026-03-02", "150.00"), ("2", "2026-01-10", "1000.00")]).await;
    for (titulos, dias, politica) in [
        (vec![&dele], 8, &propria),
        (vec![&ids[0]], 8, &geral),
        (vec![&ids[0], &ids[1]], 59, &trinta),
        (vec![&ids[1], &ids[0]], 59, &trinta),
    ] {
        let proposta = propose(&s, &json!({"titulos": titulos})).await;
        assert_eq!((&proposta["dias_vencido"], &proposta["politica_id"]), (&json!(dias), &politica["id"]));
    }
    for titulos in [[&dele, &ids[0]], [&ids[0], &dele]] {
        assert_ne!(propose(&s, &json!({"titulos": titulos})).await["politica_id"], propria["id"]);
    }
    let pedido = json!({"titulos": [ids[1]], "quantidade": 1, "primeiro_vencimento": "2026-03-20"});
    let feita = agree(&s, &pedido).await;
    let original = &feita["titulos"][0]["divida"];
    assert_eq!((&original["principal"], &original["encargos"]), (&json!("1000.00"), &json!("39.67")));
}

async fn break_up(s: &Servico, negociacao: &Value) -> Value {
    let id = negociacao["id"].as_str().unwrap();
    s.http.post(&format!("/v1/negociacoes/{id}/quebra"), &json!({})).await.expect(200).json
}

#[tokio::test]
async fn a_breach_loses_the_discount_and_what_was_paid_settles_charges_first() {
    let s = Servico::new();
    let ids = debt(&s, &VENCIDO).await;
    let mut generosa = politica(0);
    generosa["parcelado"]["encargos"] = json!("100");
    let _politica = allow(&s, &generosa).await;
    let pedido =
        json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": "2026-03-20", "desconto": "39.67"});
    let feita = agree(&s, &pedido).await;
    assert_eq!(feita["valor"], "1000.00");
    pay(&s, &feita, 0).await;
    s.pass(Duration::from_hours(24 * 60));
    let quebrada = break_up(&s, &feita).await;
    assert_eq!((&quebrada["estado"], &quebrada["situacao"]), (&json!("quebrada"), &json!("quebrada")));
    assert_eq!(
        (&quebrada["parcelas"][0]["status"], &quebrada["parcelas"][1]["status"]),
        (&json!("pago"), &json!("cancelado"))
    );
    // Of 500.00 paid on 2026-03-10, 39.67 went to the charges of that day.
    assert_eq!(status(&s, &ids).await, ["aberto 539.67"]);
    let mut olho = s.banco.observer();
    let antes = olho.look();
    assert_eq!(break_up(&s, &feita).await, quebrada);
    assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
    let primeira = feita["parcelas"][0]["titulo_id"].as_str().unwrap();
    let estorno = s.http.post(&format!("/v1/titulos/{primeira}/estorno"), &json!({})).await;
    assert_eq!(estorno.status, 409, "{}", estorno.text);
    let id = feita["id"].as_str().unwrap();
    let problema =
        s.http.post(&format!("/v1/negociacoes/{id}/cancelamento"), &json!({})).await.expect(409).json;
    assert_eq!(problema["codigo"], "negociacao_com_pagamento");
}

#[tokio::test]
async fn a_breach_settles_the_oldest_first() {
    let s = Servico::new();
    let ids = debt(&s, &[("1", "2026-03-25", "700.00"), ("2", "2026-03-20", "300.00")]).await;
    let pedido = json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": "2026-03-20"});
    let feita = agree(&s, &pedido).await;
    pay(&s, &feita, 0).await;
    let _quebrada = break_up(&s, &feita).await;
    assert_eq!(status(&s, &ids).await, ["aberto 500.00", "pago 0.00"]);
    let de_novo =
        agree(&s, &json!({"titulos": [ids[0]], "quantidade": 2, "primeiro_vencimento": "2026-03-20"})).await;
    assert_eq!(de_novo["valor"], "500.00");
}
