//! Who enters a régua, and when.
#![cfg(test)]

use serde_json::json;

use crate::apoio::{Cenario, Titulo, cobranca, subjects, text};

#[tokio::test]
async fn n01_a_hundred_days_overdue_starts_at_the_first_position() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(1), cobranca(6), cobranca(90)]).await;
    c.push(&[Titulo::new("1", "2025-11-28")]).await;
    let dias = c.days("2026-03-10", "2026-03-16").await;
    let saidas: Vec<_> = dias.iter().map(|(data, emails)| (data.as_str(), subjects(emails))).collect();
    assert_eq!(saidas, [("2026-03-11", vec!["D+1"]), ("2026-03-16", vec!["D+6"])]);
}

#[tokio::test]
async fn n02_due_today_is_not_overdue() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0)]).await;
    c.push(&[Titulo::new("1", "2026-03-10")]).await;
    assert_eq!(c.day("2026-03-10").await.len(), 0);
    assert_eq!(c.inscricoes().await.len(), 0);
    assert_eq!(c.day("2026-03-11").await.len(), 1);
}

#[tokio::test]
async fn n02_due_on_saturday_is_not_overdue_on_monday() {
    let c = Cenario::on("2026-03-06").await;
    c.regua(&[cobranca(0)]).await;
    c.push(&[Titulo::new("1", "2026-03-07")]).await;
    let dias = c.days("2026-03-06", "2026-03-12").await;
    assert_eq!(dias.iter().map(|(data, _)| data.as_str()).collect::<Vec<_>>(), ["2026-03-10"]);
}

#[tokio::test]
async fn n02_due_on_a_bank_holiday_may_be_paid_on_the_next_banking_day() {
    let c = Cenario::on("2026-04-02").await;
    c.regua(&[cobranca(0)]).await;
    // Good Friday, then Easter; Tiradentes, a Tuesday.
    c.push(&[Titulo::new("1", "2026-04-03"), Titulo::new("2", "2026-04-21").of("bia")]).await;
    let dias = c.days("2026-04-02", "2026-04-24").await;
    let saidas: Vec<_> = dias.iter().map(|(data, emails)| (data.as_str(), emails[0].titulos())).collect();
    assert_eq!(saidas, [("2026-04-07", vec!["NF 1".to_owned()]), ("2026-04-23", vec!["NF 2".to_owned()])]);
}

#[tokio::test]
async fn n02_a_company_may_count_every_day() {
    let c = Cenario::on("2026-03-06").await;
    c.change(&json!({"vencimento_em_dia_util": false})).await;
    c.regua(&[cobranca(0)]).await;
    c.push(&[Titulo::new("1", "2026-03-07")]).await;
    let dias = c.days("2026-03-06", "2026-03-10").await;
    assert_eq!(dias.iter().map(|(data, _)| data.as_str()).collect::<Vec<_>>(), ["2026-03-08"]);
}

#[tokio::test]
async fn n04_the_entry_is_the_date_of_the_night() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(3)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20")]).await;
    // A night that runs late in the evening, when it is already another day in UTC.
    c.set_clock("2026-03-10", "22:30").await;
    let noite = c.http.post("/v1/noites", &json!({})).await.expect(202).json;
    assert_eq!(text(&noite, "data"), "2026-03-10");
    c.night_now("2026-03-10").await;
    let inscricao = c.inscricao().await;
    assert_eq!(
        (text(&inscricao, "entrada"), text(&inscricao, "ancora")),
        ("2026-03-10".into(), "2026-03-10".into())
    );
    assert_eq!((text(&inscricao, "estado"), &inscricao["titulos"]), ("andando".into(), &json!(titulos)));
}

#[tokio::test]
async fn v01_a_new_regua_is_inactive_and_takes_nobody() {
    let c = Cenario::on("2026-03-10").await;
    let criada =
        c.http.post("/v1/reguas", &json!({"nome": "Nova", "posicoes": [cobranca(0)]})).await.expect(201);
    assert_eq!(criada.json["estado"], "inativa");
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    assert_eq!(c.day("2026-03-10").await.len(), 0);
    assert_eq!(c.inscricoes().await.len(), 0);

    let ativacao = format!("/v1/reguas/{}/ativacao", text(&criada.json, "id"));
    assert_eq!(c.http.post(&ativacao, &json!({})).await.expect(200).json["estado"], "ativa");
    assert_eq!(c.day("2026-03-11").await.len(), 1);
}

#[tokio::test]
async fn v02_an_incomplete_regua_is_not_activated_and_takes_nobody() {
    let c = Cenario::on("2026-03-10").await;
    let posicoes = [json!({"dias": 0}), json!({"dias": 1}), cobranca(2)];
    let criada =
        c.http.post("/v1/reguas", &json!({"nome": "Nova", "posicoes": posicoes})).await.expect(201).json;
    let regua = format!("/v1/reguas/{}", text(&criada, "id"));
    let recusa = c.http.post(&format!("{regua}/ativacao"), &json!({})).await.expect(422).json;
    let codigos: Vec<String> =
        recusa["erros"].as_array().unwrap().iter().map(|erro| text(erro, "codigo")).collect();
    assert_eq!(codigos, ["posicao_sem_acao", "posicao_sem_acao"], "the whole list");
    assert_eq!(c.http.get(&regua).await.expect(200).json["estado"], "inativa");
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    assert_eq!(c.day("2026-03-10").await.len(), 0);
}

#[tokio::test]
async fn v03_deactivated_sends_nothing_and_goes_on_where_it_was() {
    let c = Cenario::on("2026-03-10").await;
    let regua = text(&c.regua(&[cobranca(0), cobranca(1), cobranca(2), cobranca(3)]).await, "id");
    let devedores = ["ana", "bia", "caio", "davi", "edu"];
    c.push(&devedores.map(|nome| Titulo::new(nome, "2026-02-20").of(nome))).await;
    assert_eq!(c.day("2026-03-10").await.len(), 5);

    // What the night decided and the window has not let out yet does not leave either.
    c.night("2026-03-11").await;
    let _inativa = c.http.post(&format!("/v1/reguas/{regua}/desativacao"), &json!({})).await.expect(200);
    c.settle("2026-03-11", "12:00").await;
    assert_eq!(c.estados().await[..5], ["descartada regua_inativa"; 5]);
    assert_eq!(c.days("2026-03-12", "2026-03-18").await.len(), 0);

    let _ativa = c.http.post(&format!("/v1/reguas/{regua}/ativacao"), &json!({})).await.expect(200);
    let dias = c.days("2026-03-19", "2026-03-22").await;
    let saidas: Vec<_> = dias.iter().map(|(data, emails)| (data.as_str(), subjects(emails))).collect();
    assert_eq!(
        saidas,
        [("2026-03-19", vec!["D+2"; 5]), ("2026-03-20", vec!["D+3"; 5])],
        "one position a night"
    );
}
