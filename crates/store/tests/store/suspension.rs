//! Títulos that are suspended, until a day or until somebody opens them again.

use chrono::NaiveDate;
use domain::ids::TituloId;
use domain::titulo::{Mudanca, StatusTitulo, cancelar, pagar, reabrir};
use store::titulos::{RecusaSituacao, TituloLido, Transicao, change_status, get, suspend};

use crate::apoio::{Casa, d, depois, devedor, dia, hora, item};

fn suspend_until(casa: &Casa, id: TituloId, ate: Option<NaiveDate>, hoje: &str) -> Transicao {
    casa.titulos.da_empresa(casa.empresa, |t| suspend(t, id, ate, hora(dia(hoje)))).unwrap().unwrap()
}

fn reopen(casa: &Casa, id: TituloId, hoje: &str) -> Result<Mudanca<StatusTitulo>, RecusaSituacao> {
    casa.titulos
        .da_empresa(casa.empresa, |t| change_status(t, id, reabrir, hora(dia(hoje))))
        .unwrap()
        .unwrap()
}

fn read(casa: &Casa, id: TituloId) -> TituloLido {
    casa.titulos.da_empresa(casa.empresa, |t| get(t, id)).unwrap().unwrap()
}

const SUSPENSO: Transicao = Ok(Mudanca::Aplicada(StatusTitulo::Suspenso));

#[test]
fn t03_a_suspension_marks_the_debtor_and_again_writes_nothing() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    for ate in [None, Some(dia("2026-03-20"))] {
        casa.unmark();
        assert_eq!(suspend_until(&casa, id, ate, "2026-03-05"), SUSPENSO);
        let lido = read(&casa, id);
        assert_eq!((lido.status.as_str(), lido.suspenso_ate, lido.saldo), ("suspenso", ate, 10_000));
        assert_eq!(casa.marked(), ["d1"]);
        let antes = casa.written();
        assert_eq!(suspend_until(&casa, id, ate, "2026-03-06"), Ok(Mudanca::JaAplicada));
        assert_eq!(casa.written(), antes);
    }
}

#[test]
fn t07_another_date_changes_it_and_it_is_still_suspended_since_the_first_time() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    for (ate, hoje) in
        [(Some("2026-03-20"), "2026-03-05"), (Some("2026-03-25"), "2026-03-06"), (None, "2026-03-07")]
    {
        let ate = ate.map(dia);
        assert_eq!(suspend_until(&casa, id, ate, hoje), SUSPENSO);
        let lido = read(&casa, id);
        assert_eq!((lido.suspenso_ate, lido.status_em), (ate, hora(dia("2026-03-05"))));
    }
}

#[test]
fn t03_what_is_over_is_not_suspended_and_only_what_was_cancelled_is_reopened() {
    for transition in [pagar, cancelar] {
        let casa = Casa::nova();
        let id = casa.push_one(item("1", devedor(1)));
        casa.titulos
            .da_empresa(casa.empresa, |t| change_status(t, id, transition, hora(dia("2026-03-05"))))
            .unwrap();
        let antes = casa.written();
        assert_eq!(suspend_until(&casa, id, None, "2026-03-06").unwrap_err().para, StatusTitulo::Suspenso);
        if transition(StatusTitulo::Aberto) == pagar(StatusTitulo::Aberto) {
            assert!(
                matches!(reopen(&casa, id, "2026-03-06"), Err(RecusaSituacao::Status(r)) if r.para == StatusTitulo::Aberto)
            );
            assert_eq!(casa.written(), antes);
        } else {
            assert_eq!(casa.written(), antes);
            assert_eq!(reopen(&casa, id, "2026-03-06"), Ok(Mudanca::Aplicada(StatusTitulo::Aberto)));
            let lido = read(&casa, id);
            assert_eq!((lido.status.as_str(), lido.saldo), ("aberto", lido.valor));
        }
    }
}

#[test]
fn t03_a_suspended_titulo_may_be_paid_and_is_then_suspended_no_more() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    suspend_until(&casa, id, Some(dia("2026-03-20")), "2026-03-05").unwrap();
    casa.titulos
        .da_empresa(casa.empresa, |t| change_status(t, id, pagar, hora(dia("2026-03-06"))))
        .unwrap()
        .unwrap()
        .unwrap();
    let lido = read(&casa, id);
    assert_eq!((lido.status.as_str(), lido.suspenso_ate, lido.saldo), ("pago", None, 0));
}

/// The dates of the actions, and what the enrolment looks like at the end.
fn story(casa: &Casa) -> (Vec<String>, Vec<String>) {
    (
        casa.texts("SELECT devida_em::text AS x FROM disparo.execucao ORDER BY 1"),
        casa.texts("SELECT concat_ws(' ', estado, ancora, congelada_em) AS x FROM regua.inscricao"),
    )
}

fn nights(casa: &Casa, de: &str, dias: std::ops::RangeInclusive<u64>) {
    for n in dias {
        casa.night(&depois(de, n).to_string());
    }
}

#[test]
fn t04_suspended_in_the_nights_of_days_3_to_12_the_sixth_day_is_the_sixteenth() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    casa.regua(&[d(0), d(6)]);
    nights(&casa, "2026-03-02", 0..=2);
    suspend_until(&casa, id, None, "2026-03-04").unwrap();
    nights(&casa, "2026-03-02", 3..=12);
    assert_eq!(story(&casa).1, ["congelada 2026-03-02 2026-03-05"]);
    reopen(&casa, id, "2026-03-14").unwrap();
    nights(&casa, "2026-03-02", 13..=20);
    assert_eq!(story(&casa).0, ["2026-03-02", "2026-03-18"]);
}

#[test]
fn t07_suspended_until_a_day_it_opens_in_the_night_of_that_day_and_the_walk_goes_on() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    casa.push_one(item("2", devedor(2)));
    casa.regua(&[d(0), d(6)]);
    nights(&casa, "2026-03-02", 0..=2);
    suspend_until(&casa, id, Some(dia("2026-03-15")), "2026-03-04").unwrap();
    nights(&casa, "2026-03-02", 3..=12);
    assert_eq!((read(&casa, id).status.as_str(), casa.marked()), ("suspenso", Vec::<String>::new()));
    let (vistos, _) = casa.night("2026-03-15");
    let lido = read(&casa, id);
    assert_eq!((lido.status.as_str(), lido.suspenso_ate), ("aberto", None));
    assert_eq!(vistos, 1, "its debtor was due by itself");
    nights(&casa, "2026-03-02", 14..=20);
    assert_eq!(story(&casa).0, ["2026-03-02", "2026-03-02", "2026-03-08", "2026-03-18"]);
}

#[test]
fn t07_a_night_that_comes_late_opens_what_should_be_open_and_not_what_should_not() {
    let casa = Casa::nova();
    let ids = ["1", "2", "3"].map(|codigo| casa.push_one(item(codigo, devedor(1))));
    for (id, ate) in ids.iter().zip(["2026-03-08", "2026-03-10", "2026-03-11"]) {
        suspend_until(&casa, *id, Some(dia(ate)), "2026-03-05").unwrap();
    }
    casa.night("2026-03-10");
    assert_eq!(ids.map(|id| read(&casa, id).status), ["aberto", "aberto", "suspenso"]);
}

#[test]
fn t05_the_open_one_walks_and_the_suspended_one_is_not_in_the_list() {
    let casa = Casa::nova();
    let (aberto, suspenso) = (casa.push_one(item("1", devedor(1))), casa.push_one(item("2", devedor(1))));
    casa.regua(&[d(0), d(6)]);
    suspend_until(&casa, suspenso, None, "2026-03-01").unwrap();
    nights(&casa, "2026-03-02", 0..=6);
    let listas = casa.texts("SELECT array_to_string(titulos, ' ') AS x FROM disparo.execucao");
    assert_eq!(listas, [aberto.to_string(), aberto.to_string()]);
}
