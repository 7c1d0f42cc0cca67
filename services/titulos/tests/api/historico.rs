#![cfg(test)]
//! `GET /v1/titulos/{id}/historico`, and the status of many at once. Today is 2026-03-10.

use std::time::Duration;

use serde_json::{Value, json};

use crate::apoio::{Servico, refused, titulo, with};

async fn history(s: &Servico, id: &str) -> Vec<Value> {
    s.http.get(&format!("/v1/titulos/{id}/historico")).await.expect(200).json["itens"]
        .as_array()
        .unwrap()
        .clone()
}

/// What changed, as `campo antes>depois`.
fn told(mudanca: &Value) -> Vec<String> {
    let texto = |valor: &Value| valor.as_str().unwrap_or("-").to_owned();
    let campos = mudanca["mudancas"].as_array().unwrap().iter();
    campos.map(|m| format!("{} {}>{}", texto(&m["campo"]), texto(&m["antes"]), texto(&m["depois"]))).collect()
}

#[tokio::test]
async fn the_history_of_a_titulo_says_who_changed_what_and_when() {
    let s = Servico::new();
    let id = s.stored("A").await;
    assert!(history(&s, &id).await.is_empty(), "chegar não é mudar");
    s.pass(Duration::from_mins(1));
    let suspensao = json!({"ate": "2026-03-20"});
    let _suspenso = s.http.post(&format!("/v1/titulos/{id}/suspensao"), &suspensao).await.expect(200);
    s.pass(Duration::from_mins(1));
    let _novo = s
        .push(&[with(&with(&titulo("A"), "/valor", json!("90.00")), "/vencimento", json!("2026-03-03"))])
        .await;
    s.pass(Duration::from_mins(1));
    let _pago = s.http.post(&format!("/v1/titulos/{id}/pagamento"), &json!({})).await.expect(200);
    // Nothing changed: nothing is told.
    let _pago = s.http.post(&format!("/v1/titulos/{id}/pagamento"), &json!({})).await.expect(200);
    let historia = history(&s, &id).await;
    assert_eq!(
        historia.iter().map(told).collect::<Vec<_>>(),
        [
            vec!["status suspenso>pago", "saldo 90.00>0.00", "suspenso_ate 2026-03-20>-"],
            vec!["saldo 150.00>90.00", "valor 150.00>90.00", "vencimento 2026-03-02>2026-03-03"],
            vec!["status aberto>suspenso", "suspenso_ate ->2026-03-20"],
        ]
    );
    let instantes: Vec<_> = historia.iter().map(|m| m["em"].as_str().unwrap()).collect();
    assert_eq!(instantes, ["2026-03-10T15:03:00Z", "2026-03-10T15:02:00Z", "2026-03-10T15:01:00Z"]);
    let chaves = s.http.get("/v1/chaves-api").await.expect(200).json;
    for mudanca in &historia {
        let chave = &mudanca["autor"]["chave_id"];
        let dona = chaves["itens"].as_array().unwrap().iter().find(|c| c["id"] == *chave).unwrap();
        assert_eq!(mudanca["autor"]["nome"], dona["nome"]);
    }
}

#[tokio::test]
async fn whom_it_is_owed_to_and_how_it_is_paid_are_in_the_history_and_who_brought_it_in_the_titulo() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let mut mudado = titulo("A");
    mudado["credor"] = json!({"codigo_integracao": "c1", "nome": "Colégio"});
    mudado["emissao"] = json!("2026-02-01");
    mudado["tipo_negocio"] = json!("venda");
    mudado["tipo_titulo"] = json!("boleto");
    mudado["nosso_numero"] = json!("109/1");
    mudado["link_boleto"] = json!("https://exemplo.com.br/b");
    let _novo = s.push(&[mudado]).await;
    let lido = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json;
    let credor = lido["credor_id"].as_str().unwrap();
    let historia = history(&s, &id).await;
    assert_eq!(
        historia.iter().map(told).collect::<Vec<_>>(),
        [[
            format!("credor_id ->{credor}"),
            "emissao ->2026-02-01".to_owned(),
            "tipo_negocio ->venda".to_owned(),
            "tipo_titulo ->boleto".to_owned(),
            "nosso_numero ->109/1".to_owned(),
            "link_boleto ->https://exemplo.com.br/b".to_owned(),
        ]]
    );
    assert_eq!(lido["criado_por"], historia[0]["autor"]["chave_id"]);
    assert!(lido["criado_por"].is_string());
}

#[tokio::test]
async fn the_history_has_pages_and_another_debtor_is_in_it() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let outro = with(&titulo("A"), "/devedor/codigo_integracao", json!("OUTRO"));
    let _movido = s.push(&[outro]).await;
    for acao in ["suspensao", "reabertura"] {
        let _feito = s.http.post(&format!("/v1/titulos/{id}/{acao}"), &json!({})).await.expect(200);
    }
    let (mut caminho, mut vistos) = (format!("/v1/titulos/{id}/historico?limite=1"), Vec::new());
    loop {
        let pagina = s.http.get(&caminho).await.expect(200).json;
        vistos.extend(pagina["itens"].as_array().unwrap().iter().flat_map(told));
        let Some(cursor) = pagina["proximo_cursor"].as_str() else { break };
        caminho = format!("/v1/titulos/{id}/historico?limite=1&cursor={cursor}");
    }
    assert_eq!(vistos[..2], ["status suspenso>aberto", "status aberto>suspenso"]);
    assert!(vistos[2].starts_with("devedor_id "), "{vistos:?}");
}

#[tokio::test]
async fn t01_t03_the_status_of_many_changes_in_one_call_and_again_changes_nothing() {
    let s = Servico::new();
    let _envio = s.push(&["A", "B", "C"].map(titulo)).await;
    let all =
        |itens: &[&str]| json!(itens.iter().map(|c| json!({"codigo_integracao": c})).collect::<Vec<_>>());
    for (caminho, itens, alterados, status) in [
        ("suspensoes", all(&["A", "B"]), 2, ["suspenso", "suspenso", "aberto"]),
        ("reaberturas", all(&["A", "A"]), 1, ["aberto", "suspenso", "aberto"]),
        ("cancelamentos", all(&["B", "C"]), 2, ["aberto", "cancelado", "cancelado"]),
    ] {
        let caminho = format!("/v1/titulos/{caminho}");
        let feitos = s.http.post(&caminho, &itens).await.expect(200).json;
        assert_eq!(feitos["alterados"], alterados, "{feitos}");
        assert_eq!(s.all().await.iter().map(|t| t["status"].clone()).collect::<Vec<_>>(), status);
        let mut olho = s.banco.observer();
        let antes = olho.look();
        s.pass(Duration::from_mins(1));
        assert_eq!(s.http.post(&caminho, &itens).await.expect(200).json["inalterados"], 2);
        assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
    }
}

#[tokio::test]
async fn t07_many_are_suspended_each_until_its_day_and_the_bad_ones_are_told() {
    let s = Servico::new();
    let _envio = s.push(&["A", "B", "C"].map(titulo)).await;
    let _pago =
        s.http.post("/v1/titulos/pagamentos", &json!([{"titulo": "C", "valor": 500}])).await.expect(200);
    let itens = json!([
        {"codigo_integracao": "A", "ate": "2026-03-20"},
        {"codigo_integracao": "B", "ate": "2026-03-10"},
        {"codigo_integracao": "C"},
        {"codigo_integracao": "nenhum"},
        {"codigo_integracao": "", "x": 1},
    ]);
    let feitos = s.http.post("/v1/titulos/suspensoes", &itens).await.expect(200).json;
    assert_eq!([&feitos["alterados"], &feitos["recusados"]], [1, 4]);
    let erros: Vec<_> = (1..5).map(|n| refused(&feitos["itens"][n]).join(" ")).collect();
    assert_eq!(
        erros,
        [
            "/1/ate fora_do_intervalo",
            "/2/codigo_integracao status_nao_permite",
            "/3/codigo_integracao nao_encontrado",
            "/4/codigo_integracao tamanho_invalido /4/x desconhecido"
        ]
    );
    let datas: Vec<Value> = s.all().await.iter().map(|t| t["suspenso_ate"].clone()).collect();
    assert_eq!(datas, [json!("2026-03-20"), Value::Null, Value::Null]);
}
