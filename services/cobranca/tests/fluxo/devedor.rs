//! One debtor with several títulos.
#![cfg(test)]

use serde_json::json;

use crate::apoio::{Barramento, Cenario, Titulo, acao, cobranca, subjects, text};

pub(crate) async fn m01_seven_titulos_are_one_email(barramento: Barramento) {
    let c = Cenario::over(barramento, "2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(1)]).await;
    // Working days, so that the order of the dates is the order of the list.
    let sete = [2, 3, 4, 5, 6, 9, 10].map(|dia| Titulo::new(&dia.to_string(), &format!("2026-02-{dia:02}")));
    c.push(&sete).await;

    let emails = c.day("2026-03-10").await;

    assert_eq!(subjects(&emails), ["D+0"]);
    assert_eq!(emails[0].titulos(), sete.iter().map(Titulo::numero).collect::<Vec<_>>());
    assert_eq!(emails[0].total(), "R$ 700,00");
    let emails = c.day("2026-03-11").await;
    assert_eq!((subjects(&emails), emails[0].titulos().len()), (vec!["D+1"], 7));
    assert_eq!(c.inscricoes().await.len(), 1);
}

#[tokio::test]
async fn m01_two_codes_with_one_document_are_one_debtor() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0)]).await;
    let cpf = "529.982.247-25";
    c.push(&[
        Titulo::new("1", "2026-02-20").documento(cpf),
        Titulo::new("2", "2026-02-23").of("outro-codigo").documento(cpf).emails(&["ana@example.com"]),
        Titulo::new("3", "2026-02-23").of("sem-documento-1").emails(&["ana@example.com"]),
        Titulo::new("4", "2026-02-23").of("sem-documento-2").emails(&["ana@example.com"]),
    ])
    .await;
    let mut listas: Vec<_> =
        c.day("2026-03-10").await.iter().map(|email| email.titulos().join(" ")).collect();
    listas.sort();
    assert_eq!(listas, ["NF 1 NF 2", "NF 3", "NF 4"]);
}

#[tokio::test]
async fn m03_m04_the_oldest_is_the_reference_and_moves_when_it_is_paid() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[0, 1].map(|dias| json!({"dias": dias, "acoes": [acao("#TITULO# de #DATA_VENCIMENTO#")]})))
        .await;
    let titulos = c.push(&[Titulo::new("nova", "2026-02-25"), Titulo::new("velha", "2026-02-10")]).await;
    assert_eq!(subjects(&c.day("2026-03-10").await), ["NF velha de 10/02/2026"]);
    c.pay(&titulos[1]).await;
    let emails = c.day("2026-03-11").await;
    assert_eq!(subjects(&emails), ["NF nova de 25/02/2026"], "the position stays, the reference moves");
    assert_eq!(emails[0].titulos(), ["NF nova"]);
    assert_eq!(text(&c.inscricao().await, "entrada"), "2026-03-10");
}

#[tokio::test]
async fn m03_of_two_with_the_same_effective_date_the_larger_is_the_reference() {
    let c = Cenario::on("2026-03-17").await;
    c.regua(&[json!({"dias": 0, "acoes": [acao("#TITULO#")]})]).await;
    // Saturday and Monday: both may be paid until Monday.
    let sabado = Titulo::new("sabado", "2026-03-14").valor("10.00");
    c.push(&[sabado, Titulo::new("segunda", "2026-03-16").valor("10.01")]).await;
    let emails = c.day("2026-03-17").await;
    assert_eq!(subjects(&emails), ["NF segunda"]);
    assert_eq!(emails[0].titulos(), ["NF segunda", "NF sabado"]);
}

#[tokio::test]
async fn m05_an_older_titulo_that_arrives_becomes_the_reference() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[0, 2].map(|dias| json!({"dias": dias, "acoes": [acao("#TITULO#")]}))).await;
    c.push(&[Titulo::new("1", "2026-02-25")]).await;
    assert_eq!(subjects(&c.day("2026-03-10").await), ["NF 1"]);
    c.push(&[Titulo::new("2", "2026-01-05")]).await;
    assert_eq!(c.day("2026-03-11").await.len(), 0);
    assert_eq!(subjects(&c.day("2026-03-12").await), ["NF 2"]);
}

#[tokio::test]
async fn m06_a_new_overdue_titulo_restarts_nothing_and_is_listed() {
    let c = Cenario::on("2026-03-02").await;
    c.regua(&[cobranca(1), cobranca(6), cobranca(16)]).await;
    c.push(&[Titulo::new("1", "2026-02-20").valor("10.00")]).await;
    assert_eq!(c.days("2026-03-02", "2026-03-17").await.len(), 2);
    c.push(&[Titulo::new("2", "2026-03-10").valor("5.50")]).await;

    let dias = c.days("2026-03-18", "2026-03-26").await;

    assert_eq!(dias.len(), 1, "D+16 and no second D+1 or D+6");
    let (data, emails) = &dias[0];
    assert_eq!((data.as_str(), subjects(emails)), ("2026-03-18", vec!["D+16"]));
    assert_eq!(
        (emails[0].titulos(), emails[0].total()),
        (vec!["NF 1".into(), "NF 2".into()], "R$ 15,50".into())
    );
    assert_eq!(text(&c.inscricao().await, "entrada"), "2026-03-02");
}

#[tokio::test]
async fn m11_without_an_address_it_is_discarded_and_the_walk_goes_on() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(1)]).await;
    let titulo = Titulo::new("1", "2026-02-20");
    c.push(&[titulo.clone().emails(&[])]).await;
    assert_eq!(c.day("2026-03-10").await.len(), 0);
    assert_eq!(c.estados().await, ["descartada sem_contato"]);

    c.push(&[titulo.emails(&["preferido@example.com", "outro@example.com"])]).await;
    let emails = c.day("2026-03-11").await;
    assert_eq!(subjects(&emails), ["D+1"]);
    assert_eq!(emails[0].para, ["preferido@example.com"]);
    assert_eq!(c.estados().await, ["descartada sem_contato", "enviada"]);
}
