//! What debtors of a selection would get, and what that takes in SMS (rules b13, b14).

use domain::execucao::Canal;
use serde_json::{Value, json};
use testkit::Sql;

use crate::apoio::{Servico, code};

async fn preview(s: &Servico, acao: &str) -> Value {
    s.http.get(&format!("{acao}/pre-visualizacao")).await.expect(200).json
}

/// A batch of SMS with this text to three debtors who have a mobile number.
async fn of_sms(s: &Servico, corpo: &str) -> String {
    s.push(1..=3, true);
    Sql::connect(s.banco.url()).run(
        "INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem, preferido) \
         SELECT empresa_id, id, 'telefone', '+55119876500' || right(nome, 2), 1, false FROM cadastro.devedor",
    );
    let (acao, template) = (s.begin("sms").await, s.template(Canal::Sms, "SMS"));
    s.change_template(&template, Some(corpo));
    s.select(&acao).await;
    let mensagem = json!({"template_id": template});
    let _escolhida = s.http.put(&format!("{acao}/mensagem"), &mensagem).await.expect(200);
    acao
}

#[tokio::test]
async fn b13_what_is_shown_is_what_would_be_confirmed_at_this_moment() {
    let s = Servico::new();
    s.push(1..=2, true);
    let (acao, template) = s.ready().await;
    let texto = |previa: &Value| previa["mensagem"]["texto"].as_str().unwrap().to_owned();
    assert!(texto(&preview(&s, &acao).await).contains("Olá, Devedor 01."));
    s.change_template(&template, Some("Bom dia, #NOME#."));
    assert!(texto(&preview(&s, &acao).await).contains("Bom dia, Devedor 01."));
    let _feita = s.confirm(&acao).await.expect(202);
    s.change_template(&template, Some("Boa noite, #NOME#."));
    assert!(texto(&preview(&s, &acao).await).contains("Bom dia, Devedor 01."), "what was confirmed stays");
}

#[tokio::test]
async fn b13_of_what_was_confirmed_those_are_shown_whom_it_was_confirmed_for() {
    let s = Servico::new();
    s.push(2..=3, true);
    let (acao, _) = s.ready().await;
    let _feita = s.confirm(&acao).await.expect(202);
    // Somebody meets the filter since, and somebody does not any more.
    s.push(1..=1, true);
    Sql::connect(s.banco.url()).run("UPDATE cadastro.devedor SET gerente = NULL WHERE nome = 'Devedor 02'");
    let primeiro = preview(&s, &acao).await;
    assert_eq!((&primeiro["nome"], &primeiro["anterior"]), (&json!("Devedor 02"), &Value::Null));
    let caminho = format!("{acao}/pre-visualizacao?devedor_id={}", primeiro["proximo"].as_str().unwrap());
    let segundo = s.http.get(&caminho).await.expect(200).json;
    assert_eq!((&segundo["nome"], &segundo["proximo"]), (&json!("Devedor 03"), &Value::Null));
}

#[tokio::test]
async fn b13_a_template_that_was_put_away_is_not_shown_and_nothing_is_before_a_message() {
    let s = Servico::new();
    s.push(1..=1, true);
    let (acao, template) = s.ready().await;
    s.change_template(&template, None);
    let caminho = format!("{acao}/pre-visualizacao");
    assert_eq!(code(s.http.get(&caminho).await, 409), "mensagem_fora_de_uso");
    let rascunho = s.begin("email").await;
    assert_eq!(code(s.http.get(&format!("{rascunho}/pre-visualizacao")).await, 409), "acao_nao_permite");
    let vazia = s.begin("sms").await;
    s.select(&vazia).await;
    let sms = json!({"template_id": s.template(Canal::Sms, "SMS")});
    let _escolhida = s.http.put(&format!("{vazia}/mensagem"), &sms).await.expect(200);
    assert_eq!(code(s.http.get(&format!("{vazia}/pre-visualizacao")).await, 422), "ninguem_apto");
}

#[tokio::test]
async fn b14_an_sms_says_how_many_segments_the_batch_takes() {
    let s = Servico::new();
    let curta = of_sms(&s, "Olá, #NOME#.").await;
    assert_eq!(s.shown(&curta).await["sms"], json!({"amostra": 3, "segmentos": 3}));
    let (email, _) = s.ready().await;
    assert_eq!(s.shown(&email).await["sms"], Value::Null);
    // Also of what was confirmed, whoever meets the filter since.
    let _feita = s.confirm(&curta).await.expect(202);
    s.push(4..=9, true);
    assert_eq!(s.shown(&curta).await["sms"], json!({"amostra": 3, "segmentos": 3}));
}

#[tokio::test]
async fn b14_a_long_sms_takes_several() {
    let s = Servico::new();
    let longa = of_sms(&s, &format!("#NOME# {}", "a".repeat(200))).await;
    assert_eq!(s.shown(&longa).await["sms"], json!({"amostra": 3, "segmentos": 6}));
}
