//! Positions and their actions.
#![cfg(test)]

use serde_json::json;

use crate::apoio::{Barramento, Cenario, Titulo, acao, cobranca, subjects, text};

pub(crate) async fn r05_positions_count_from_the_entry(barramento: Barramento) {
    let c = Cenario::over(barramento, "2026-03-02").await;
    c.regua(&[cobranca(16), cobranca(1), cobranca(6)]).await;
    c.push(&[Titulo::new("1", "2026-02-20")]).await;

    let dias = c.days("2026-03-02", "2026-03-25").await;

    let saidas: Vec<_> = dias.iter().map(|(data, emails)| (data.as_str(), subjects(emails))).collect();
    assert_eq!(
        saidas,
        [("2026-03-03", vec!["D+1"]), ("2026-03-08", vec!["D+6"]), ("2026-03-18", vec!["D+16"])]
    );
}

#[tokio::test]
async fn r06_the_day_of_the_entry_is_day_zero() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(1)]).await;
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    assert_eq!(subjects(&c.day("2026-03-10").await), ["D+0"]);
    assert_eq!(subjects(&c.day("2026-03-11").await), ["D+1"]);
}

#[tokio::test]
async fn r08_every_action_of_a_position_leaves_that_night() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[json!({"dias": 0, "acoes": [acao("primeira"), acao("segunda")]})]).await;
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    let emails = c.day("2026-03-10").await;
    assert_eq!(subjects(&emails), ["primeira", "segunda"]);
    assert_ne!(emails[0].execucao, emails[1].execucao);
    assert_eq!(c.day("2026-03-11").await.len(), 0);
}

#[tokio::test]
async fn r11_a_coringa_without_value_never_leaves() {
    let c = Cenario::on("2026-03-10").await;
    let acao = acao("documento #CPF_CNPJ#");
    c.regua(&[json!({"dias": 0, "acoes": [acao]}), cobranca(1)]).await;
    let com_documento = Titulo::new("1", "2026-02-20").documento("529.982.247-25");
    c.push(&[com_documento, Titulo::new("2", "2026-02-20").of("bia")]).await;

    assert_eq!(subjects(&c.day("2026-03-10").await), ["documento 529.982.247-25"]);

    assert_eq!(c.estados().await, ["enviada", "falhou coringa_sem_valor"]);
    let falhou = c.execucoes().await.into_iter().find(|execucao| execucao["estado"] == "falhou").unwrap();
    let lida = c.http.get(&format!("/v1/execucoes/{}", text(&falhou, "id"))).await.expect(200).json;
    assert!(lida["mensagem"].is_null(), "{lida}");
    assert_eq!(subjects(&c.day("2026-03-11").await), ["D+1", "D+1"], "the walk goes on for both");
}

#[tokio::test]
async fn r11_a_value_is_escaped_and_never_taken_for_a_coringa() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[json!({"dias": 0, "acoes": [acao("Para #NOME#")]})]).await;
    let nome = "#TOTAL# <b>& Filhos</b> Bcc: x@example.com";
    c.push(&[Titulo::new("1", "2026-02-20").nome(nome)]).await;

    let emails = c.day("2026-03-10").await;

    assert_eq!(subjects(&emails), [format!("Para {nome}")]);
    assert_eq!(emails[0].para, ["ana@example.com"]);
    assert!(emails[0].texto.contains(&format!("Olá, {nome}.")), "{}", emails[0].texto);
    assert!(emails[0].html.contains("#TOTAL# &lt;b&gt;&amp; Filhos&lt;/b&gt;"), "{}", emails[0].html);
}
