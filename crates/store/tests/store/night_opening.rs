//! What opening a night does to títulos and negotiations.

use chrono::NaiveDate;
use store::empresas::{MudancaEmpresa, update};
use store::negociacoes::Criada;

use crate::apoio::{Casa, d, devedor, dia, item};
use crate::negotiations::{negotiate, pay, read, titulos};

fn with_deadline(dias: Option<u16>) -> Casa {
    let casa = Casa::nova();
    let mudanca = MudancaEmpresa { cancelar_acordo_apos: Some(dias), ..Default::default() };
    casa.titulos.da_empresa(casa.empresa, |t| update(t, &mudanca)).unwrap();
    casa
}

/// Debtor `n` with one título in a negotiation.
fn negotiated(casa: &Casa, n: u32, primeira: &str) -> Criada {
    let id = casa.push_one(item(&n.to_string(), devedor(n)));
    negotiate(casa, &[id], &[primeira, "2026-12-10"]).unwrap()
}

fn states(casa: &Casa, criadas: &[Criada]) -> Vec<String> {
    criadas.iter().map(|c| read(casa, c.id).estado).collect()
}

/// The first of these nights that finds it cancelled.
fn cancelled_on(casa: &Casa, criada: &Criada, de: &str, ate: &str) -> Option<NaiveDate> {
    dia(de).iter_days().take_while(|data| *data <= dia(ate)).find(|data| {
        casa.night(&data.to_string());
        read(casa, criada.id).estado == "cancelada"
    })
}

#[test]
fn k07_it_is_cancelled_on_the_night_after_the_days_the_company_waits() {
    for (apos, primeira, noite) in [
        (0, "2026-03-20", Some("2026-03-21")),
        (3, "2026-03-20", Some("2026-03-24")),
        // A Saturday, which is paid on Monday 23.
        (3, "2026-03-21", Some("2026-03-27")),
    ] {
        let casa = with_deadline(Some(apos));
        let criada = negotiated(&casa, 1, primeira);
        assert_eq!(
            cancelled_on(&casa, &criada, "2026-03-19", "2026-03-30"),
            noite.map(dia),
            "{apos} {primeira}"
        );
    }
    let casa = with_deadline(None);
    let criada = negotiated(&casa, 1, "2026-03-20");
    assert_eq!(cancelled_on(&casa, &criada, "2026-03-19", "2026-04-30"), None);
}

#[test]
fn k07_only_those_of_which_nobody_paid_anything() {
    let casa = with_deadline(Some(2));
    let criadas =
        [1, 2, 3, 4].map(|n| negotiated(&casa, n, if n == 4 { "2026-04-20" } else { "2026-03-10" }));
    pay(&casa, criadas[1].parcelas[0], "2026-03-10");
    pay(&casa, criadas[2].parcelas[1], "2026-03-10");
    casa.night("2026-03-20");
    assert_eq!(states(&casa, &criadas), ["cancelada", "confirmada", "aberta", "aberta"]);
}

#[test]
fn k05_what_was_paid_of_it_counts_as_never_cancelled_also_before_the_first_instalment_is() {
    let casa = with_deadline(Some(2));
    casa.regua(&[d(0)]);
    let criada = negotiated(&casa, 1, "2026-03-10");
    pay(&casa, criada.parcelas[1], "2026-03-10");
    casa.night("2026-03-20");
    assert_eq!(casa.n("SELECT count(*) FROM disparo.execucao"), 0, "the original is still negotiated");
    assert_eq!(titulos(&casa), ["1 negociado 10000", "Acordo 1/2 aberto 5000", "Acordo 2/2 pago 0"]);
}

#[test]
fn k07_the_debtor_walks_on_in_the_same_night() {
    let casa = with_deadline(Some(2));
    casa.regua(&[d(0)]);
    let criada = negotiated(&casa, 1, "2026-03-10");
    assert_eq!(casa.night("2026-03-12"), (1, 0));
    assert_eq!(casa.night("2026-03-13"), (1, 1));
    assert_eq!(read(&casa, criada.id).estado, "cancelada");
    assert_eq!(titulos(&casa), ["1 aberto 10000", "Acordo 1/2 cancelado 0", "Acordo 2/2 cancelado 0"]);
}

#[test]
fn t07_k07_each_company_has_its_own_dates() {
    let casa = with_deadline(Some(0));
    let outra = crate::apoio::nova_empresa(&casa.titulos, "Beta");
    let criada = negotiated(&casa, 1, "2026-03-10");
    casa.engine
        .da_empresa(outra, |t| {
            store::noites::open(t, dia("2026-03-20"), crate::apoio::hora(dia("2026-03-20")))
        })
        .unwrap();
    assert_eq!(read(&casa, criada.id).estado, "aberta");
}

#[test]
fn a_choice_of_the_company_marks_everybody_and_the_same_again_nobody() {
    let casa = Casa::nova();
    casa.push(&[item("1", devedor(1)), item("2", devedor(2))]);
    let sim = |mudanca: MudancaEmpresa| (mudanca, vec!["d1", "d2"]);
    for (mudanca, marcados) in [
        sim(MudancaEmpresa { vencimento_em_dia_util: Some(false), ..Default::default() }),
        sim(MudancaEmpresa { migracao: Some(domain::regua::Migracao::PerfilPerdido), ..Default::default() }),
        sim(MudancaEmpresa { cancelar_acordo_apos: Some(Some(5)), ..Default::default() }),
        sim(MudancaEmpresa { cancelar_acordo_apos: Some(None), ..Default::default() }),
        (MudancaEmpresa { nome: Some("Outra".to_owned()), ..Default::default() }, vec![]),
    ] {
        for marcados in [marcados, vec![]] {
            casa.unmark();
            casa.titulos.da_empresa(casa.empresa, |t| update(t, &mudanca)).unwrap();
            assert_eq!(casa.marked(), marcados, "{mudanca:?}");
        }
    }
}
