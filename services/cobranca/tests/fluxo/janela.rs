//! The sending window.
#![cfg(test)]

use serde_json::json;
use testkit::wait_until;

use crate::apoio::{Barramento, Cenario, PRAZO, Titulo, cobranca, text};

#[tokio::test]
async fn j01_ready_in_the_night_leaves_not_before_the_window_opens() {
    let c = Cenario::on("2026-03-10").await;
    c.set_window("09:00", "18:00").await;
    c.regua(&[cobranca(0)]).await;
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    c.night("2026-03-10").await;
    let execucao = c.execucao().await;
    assert_eq!(
        (text(&execucao, "estado"), text(&execucao, "publicar_em")),
        ("pendente".into(), "2026-03-10T12:00:00Z".into())
    );

    // Somebody else's message, ripe a second before the hour, shows that the dispatcher looked then.
    let outra = c.another_company("Clínica Pedraclara").await;
    outra.set_window("00:00", "23:59").await;
    outra.regua(&[cobranca(0)]).await;
    outra.push(&[Titulo::new("1", "2026-02-20")]).await;
    c.set_clock("2026-03-10", "08:59:59").await;
    outra.night_now("2026-03-10").await;
    outra.quiet().await;
    assert_eq!(c.emails().len(), 1, "only the other company's");
    assert_eq!(c.execucao().await, execucao);

    c.settle("2026-03-10", "09:00:00").await;
    assert_eq!(c.emails().len(), 2);
    assert_eq!(text(&c.execucao().await, "enviada_em"), "2026-03-10T12:00:00Z");
}

#[tokio::test]
async fn j02_not_sent_by_the_end_leaves_once_on_the_next_day() {
    let c = Cenario::with_a_held_provider(Barramento::Local, "2026-03-10").await;
    c.regua(&[cobranca(0)]).await;
    c.push(&["ana", "bia"].map(|nome| Titulo::new(nome, "2026-02-20").of(nome))).await;
    c.night("2026-03-10").await;
    c.set_clock("2026-03-10", "19:59:59").await;
    wait_until(PRAZO, async || c.caixa.seguradas() == 1).await;

    // The window closes while one of them waits in the queue.
    c.set_clock("2026-03-10", "20:00:00").await;
    c.caixa.liberar();
    c.quiet().await;
    assert_eq!(c.estados().await, ["enviada", "pendente"]);
    let execucoes = c.execucoes().await;
    let adiada = execucoes.iter().find(|execucao| execucao["estado"] == "pendente").unwrap();
    assert_eq!(text(adiada, "publicar_em"), "2026-03-11T11:00:00Z");

    c.settle("2026-03-11", "08:00:00").await;
    c.settle("2026-03-12", "12:00").await;
    assert_eq!(c.estados().await, ["enviada", "enviada"]);
    let mut para: Vec<_> = c.emails().into_iter().flat_map(|email| email.para).collect();
    para.sort();
    assert_eq!(para, ["ana@example.com", "bia@example.com"], "each once");
}

#[tokio::test]
async fn j02_a_company_starts_with_no_sunday() {
    let c = Cenario::on("2026-03-07").await;
    let empresa = c.http.get("/v1/empresa").await.expect(200).json;
    assert_eq!(
        empresa["janelas"][1]["dias"],
        json!(["seg", "ter", "qua", "qui", "sex", "sab"]),
        "of SMS, untouched"
    );
    c.change(&json!({"janelas": [{"canal": "email", "inicio": "08:00", "fim": "20:00",
        "dias": empresa["janelas"][1]["dias"]}]}))
        .await;
    c.regua(&[cobranca(0), cobranca(1)]).await;
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    // On Saturday after the end, and on Sunday.
    c.set_clock("2026-03-07", "20:00").await;
    c.night_now("2026-03-07").await;
    assert_eq!(c.day("2026-03-08").await.len(), 0);
    c.settle("2026-03-09", "07:59:59").await;
    assert_eq!(c.caixa.total(), 0);
    assert_eq!(c.execucoes().await.len(), 2);
    for execucao in c.execucoes().await {
        assert_eq!(text(&execucao, "publicar_em"), "2026-03-09T11:00:00Z", "{execucao}");
    }
    c.settle("2026-03-09", "08:00:00").await;
    assert_eq!(c.caixa.total(), 2);
}

#[tokio::test]
async fn j02_a_window_that_never_opens_is_refused() {
    let c = Cenario::on("2026-03-10").await;
    let antes = c.http.get("/v1/empresa").await.expect(200).json;
    for (inicio, fim, dias) in [
        ("18:00", "09:00", json!(["seg"])),
        ("09:00", "09:00", json!(["seg"])),
        ("09:00", "18:00", json!([])),
    ] {
        let janela = json!({"canal": "email", "inicio": inicio, "fim": fim, "dias": dias});
        let _recusa = c.http.patch("/v1/empresa", &json!({"janelas": [janela]})).await.expect(422);
    }
    assert_eq!(c.http.get("/v1/empresa").await.expect(200).json, antes);
}

#[tokio::test]
async fn j06_the_window_is_read_in_the_zone_of_the_company() {
    let c = Cenario::on("2026-03-10").await;
    c.change(&json!({"fuso": "America/Rio_Branco"})).await;
    c.regua(&[cobranca(0)]).await;
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    c.set_clock("2026-03-10", "08:00").await;
    c.night_now("2026-03-10").await;
    // 08:00 in Acre is 10:00 in São Paulo.
    assert_eq!(text(&c.execucao().await, "publicar_em"), "2026-03-10T13:00:00Z");
    c.settle("2026-03-10", "10:00").await;
    assert_eq!(c.caixa.total(), 1);
}

/// Half past six in Acre, half past eight in São Paulo; the night runs at half past two of the company.
#[tokio::test]
async fn j06_each_debtor_is_reached_in_the_hours_of_where_he_lives() {
    let c = Cenario::on("2026-03-10").await;
    let antes = c.http.get("/v1/empresa").await.expect(200).json;
    assert_eq!(text(&antes, "fuso_dos_envios"), "empresa");
    c.change(&json!({"fuso_dos_envios": "devedor"})).await;
    c.regua(&[cobranca(0)]).await;
    let em = |codigo: &str, uf| Titulo::new(codigo, "2026-02-20").of(codigo).living_in(uf);
    c.push(&[em("acre", "AC"), em("mato", "MT"), em("sampa", "SP"), Titulo::new("1", "2026-02-20")]).await;
    c.night("2026-03-10").await;
    let mut chegou = Vec::new();
    for hora in ["07:59", "08:00", "08:59", "09:00", "09:59", "10:00"] {
        let antes = c.emails().len();
        c.settle("2026-03-10", hora).await;
        let mut para: Vec<_> = c.emails().split_off(antes).into_iter().flat_map(|email| email.para).collect();
        para.sort();
        chegou.push((hora, para.join(" ")));
    }
    assert_eq!(
        chegou,
        [
            ("07:59", String::new()),
            ("08:00", "ana@example.com sampa@example.com".to_owned()),
            ("08:59", String::new()),
            ("09:00", "mato@example.com".to_owned()),
            ("09:59", String::new()),
            ("10:00", "acre@example.com".to_owned()),
        ]
    );
    let execucoes = c.execucoes().await;
    let lidos = |fuso: &str| execucoes.iter().filter(|execucao| execucao["fusos"] == json!([fuso])).count();
    assert_eq!((lidos("America/Rio_Branco"), lidos("America/Cuiaba"), lidos("America/Sao_Paulo")), (1, 1, 1));
    assert_eq!(
        execucoes.iter().filter(|execucao| execucao["fusos"].is_null()).count(),
        1,
        "nobody knows where Ana is"
    );
}

/// The company is in Acre; where its debtors live it is light two hours earlier, and dark.
#[tokio::test]
async fn j06_who_lives_further_east_is_not_reached_in_the_evening() {
    let c = Cenario::on("2026-03-10").await;
    c.change(&json!({"fuso": "America/Rio_Branco", "fuso_dos_envios": "devedor"})).await;
    c.regua(&[cobranca(0), cobranca(1)]).await;
    c.push(&[Titulo::new("1", "2026-02-20").living_in("SP")]).await;
    c.night("2026-03-10").await;
    c.settle("2026-03-10", "08:00").await;
    assert_eq!(c.caixa.total(), 1, "at eight where he lives, six where the company is");
    // 20:00 there, 18:00 in Acre.
    c.set_clock("2026-03-11", "20:00").await;
    c.night_now("2026-03-11").await;
    c.quiet().await;
    assert_eq!(c.caixa.total(), 1);
    c.settle("2026-03-12", "08:00").await;
    assert_eq!(c.caixa.total(), 2);
}
