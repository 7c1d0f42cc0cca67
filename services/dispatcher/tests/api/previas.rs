//! What a text would say to a debtor.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::apoio::{Servico, refused};

async fn preview(s: &Servico, pedido: &Value) -> Value {
    s.http.post("/v1/templates/pre-visualizacao", pedido).await.expect(200).json
}

fn found(previa: &Value) -> Vec<&str> {
    previa["achados"].as_array().unwrap().iter().map(|achado| achado["codigo"].as_str().unwrap()).collect()
}

/// The debtor of these títulos.
fn debtor(s: &Servico, parcelas: &[(&str, i64)]) -> Uuid {
    s.debtor_of(s.push("Ana", parcelas)[0])
}

#[tokio::test]
async fn without_a_debtor_it_is_the_sample_that_the_catalogue_shows() {
    let s = Servico::new();
    for coringa in domain::coringas::Coringa::TODOS.iter().filter(|coringa| !coringa.lista()) {
        let corpo = format!("#CREDOR#: #{}#", coringa.nome());
        let previa = preview(&s, &json!({"canal": "email", "assunto": "a", "corpo": corpo})).await;
        let texto = previa["texto"].as_str().unwrap().trim_end();
        assert_eq!(texto, format!("Loja Exemplo Ltda.: {}", coringa.exemplo()));
    }
    let previa = preview(&s, &json!({"canal": "sms", "corpo": "#CREDOR#: #LISTA_TITULOS#"})).await;
    let esperado = "Loja Exemplo Ltda.:\nNF-2031/1 10/03/2026 R$ 1.234,56\nNF-2031/2 20/03/2026 R$ 1.234,56\nTotal R$ 2.469,12";
    assert_eq!(previa["texto"], esperado);
    assert_eq!((found(&previa), &previa["titulos"], &previa["html"]), (vec![], &json!([]), &json!(null)));
}

#[tokio::test]
async fn m09_for_a_debtor_it_is_what_he_would_get_today() {
    let s = Servico::new();
    let ana = debtor(&s, &[("2026-03-02", 10_000), ("2026-02-20", 5_000), ("2026-12-01", 700)]);
    let corpo = "Olá, #NOME#: #QTD_TITULOS# títulos, #TOTAL#, com encargos #TOTAL_ATUALIZADO#.\n\n#LISTA_TITULOS#\n\n#TEXTO_LEGAL_42A|padrao=?#";
    let pedido = json!({"canal": "email", "assunto": "#TITULO# venceu", "corpo": corpo, "devedor_id": ana});
    let previa = preview(&s, &pedido).await;
    assert_eq!(previa["assunto"], "Ana/1 venceu");
    let texto = previa["texto"].as_str().unwrap();
    // On 10 March: 2 % of each and 18 and 8 days of 1 % a month.
    assert!(
        texto.starts_with("Olá, Maria da Silva: 2 títulos, R$ 150,00, com encargos R$ 153,57.\n"),
        "{texto}"
    );
    assert!(texto.contains("Ana/1") && texto.contains("Ana/0") && !texto.contains("Ana/2"), "{texto}");
    assert!(previa["html"].as_str().unwrap().contains("<table"));
    assert_eq!(previa["titulos"].as_array().unwrap().len(), 2);
    assert!(s.list("/v1/execucoes").await.is_empty(), "nothing is sent or stored");
}

#[tokio::test]
async fn r11_what_has_no_value_is_named_and_shown_as_it_was_written() {
    let s = Servico::new();
    let ana = debtor(&s, &[("2026-03-02", 10_000)]);
    let corpo = "#CREDOR#: #CPF_CNPJ# #GERENTE# #CIDADE|padrao=aqui#";
    let previa = preview(&s, &json!({"canal": "sms", "corpo": corpo, "devedor_id": ana})).await;
    assert_eq!(previa["texto"], "Cobradora Exemplo: #CPF_CNPJ# #GERENTE# aqui");
    let impedem: Vec<_> =
        previa["achados"].as_array().unwrap().iter().filter(|a| a["gravidade"] == "impede").collect();
    let quais: Vec<_> = impedem.iter().map(|achado| &achado["coringa"]).collect();
    assert_eq!(quais, ["CPF_CNPJ", "GERENTE"]);
}

#[tokio::test]
async fn m10_an_sms_is_measured_and_one_that_is_too_long_is_shown_all_the_same() {
    let s = Servico::new();
    let previa = preview(&s, &json!({"canal": "sms", "corpo": "#CREDOR#: não deixe de pagar."})).await;
    assert_eq!(previa["texto"], "Loja Exemplo Ltda.: nao deixe de pagar.");
    assert_eq!(
        previa["sms"],
        json!({"alfabeto": "gsm7", "unidades": 39, "segmentos": 1, "titulos_cortados": 0})
    );
    let longo = format!("#CREDOR#: {}", "a".repeat(1_600));
    let previa = preview(&s, &json!({"canal": "sms", "corpo": longo})).await;
    assert_eq!((found(&previa), &previa["sms"]["segmentos"]), (vec!["segmentos_demais"], &json!(11)));
    assert!(previa["texto"].as_str().unwrap().len() > 1_600);
    let sem_fim = "#TEXTO_LEGAL_42A#".repeat(1_000);
    let previa = preview(&s, &json!({"canal": "sms", "corpo": sem_fim})).await;
    assert_eq!(
        (&previa["texto"], &previa["sms"], found(&previa)),
        (&json!(null), &json!(null), vec!["segmentos_demais"])
    );
}

#[tokio::test]
async fn g12_g13_g15_what_had_better_be_said_otherwise_is_told() {
    let s = Servico::new();
    let pedido =
        json!({"canal": "email", "assunto": "#TOTAL# em aberto", "corpo": "Pague ou a polícia virá."});
    let previa = preview(&s, &pedido).await;
    assert_eq!(found(&previa), ["identificacao_do_credor", "linguagem_proibida", "dados_pessoais"]);
    assert!(previa["achados"].as_array().unwrap().iter().all(|achado| achado["gravidade"] == "alerta"));
    let limpo = json!({"canal": "email", "assunto": "#PRIMEIRO_NOME#, fale conosco", "corpo": "#TOTAL#\n\n#TEXTO_LEGAL_42A#"});
    assert_eq!(found(&preview(&s, &limpo).await), Vec::<&str>::new());
}

#[tokio::test]
async fn a_template_is_seen_by_its_id() {
    let s = Servico::new();
    let novo = json!({"canal": "carta", "nome": "a", "corpo": "Prezada #NOME|maiusculo#"});
    let template = s.http.post("/v1/templates", &novo).await.expect(201).json;
    let previa = preview(&s, &json!({"template_id": template["id"]})).await;
    assert_eq!(
        (&previa["canal"], previa["texto"].as_str().unwrap().trim_end()),
        (&json!("carta"), "Prezada MARIA DA SILVA")
    );
}

#[tokio::test]
async fn everything_wrong_with_what_is_asked_is_told_at_once() {
    let s = Servico::new();
    let ninguem = "0192b1f0-0000-7000-8000-000000000001";
    for (pedido, esperado) in [
        (json!({}), vec!["/canal obrigatorio", "/corpo obrigatorio"]),
        (json!({"canal": "fax", "corpo": "#NADA#"}), vec!["/canal valor_invalido"]),
        (
            json!({"canal": "email", "corpo": "#NADA#"}),
            vec!["/assunto obrigatorio", "/corpo coringa_desconhecido"],
        ),
        (
            json!({"template_id": ninguem, "canal": "sms", "corpo": "x"}),
            vec!["/canal nao_permitido", "/corpo nao_permitido"],
        ),
        (json!({"template_id": 7, "canal": "sms", "corpo": "x"}), vec!["/template_id tipo_invalido"]),
        (json!({"template_id": ninguem}), vec!["/template_id template_desconhecido"]),
        (
            json!({"canal": "sms", "corpo": "x", "devedor_id": ninguem}),
            vec!["/devedor_id devedor_desconhecido"],
        ),
    ] {
        let problema = s.http.post("/v1/templates/pre-visualizacao", &pedido).await.expect(422).json;
        assert_eq!(refused(&problema), esperado, "{pedido}");
    }
    let outra = s.other_company();
    let ana = debtor(&s, &[("2026-03-02", 10_000)]);
    let pedido = json!({"canal": "sms", "corpo": "#NOME#", "devedor_id": ana});
    let problema = outra.post("/v1/templates/pre-visualizacao", &pedido).await.expect(422).json;
    assert_eq!(refused(&problema), ["/devedor_id devedor_desconhecido"], "rule r02");
}
