//! The company's own holidays: who is marked when they change, and that no decision is of the calendar before.

use std::thread;

use chrono::NaiveDate;
use domain::calendario::MAX_FERIADOS;
use store::StoreError;
use store::empresas::feriados::{self, CalendarioCheio, Feriado};
use store::empresas::{self, MudancaEmpresa};
use store::noites;
use store::titulos::EntradaTitulo;

use crate::apoio::{Casa, NOITE, devedor, dia, item, nova_empresa};
use crate::parada::parada;

fn put(casa: &Casa, data: &str, nome: &str) {
    let feriado = Feriado { data: dia(data), nome: nome.to_owned() };
    casa.titulos.da_empresa(casa.empresa, |t| feriados::put(t, &feriado)).unwrap().unwrap();
}

fn delete(casa: &Casa, data: &str) -> bool {
    casa.titulos.da_empresa(casa.empresa, |t| feriados::delete(t, dia(data))).unwrap()
}

fn due(n: u32, vencimento: &str) -> EntradaTitulo {
    EntradaTitulo { vencimento: dia(vencimento), ..item(&n.to_string(), devedor(n)) }
}

/// 2026-03-10 is a Tuesday.
#[test]
fn n02_who_owes_something_that_a_holiday_moves_is_marked_and_nobody_else() {
    let casa = Casa::nova();
    casa.push(&[due(1, "2026-03-10"), due(2, "2026-03-11"), due(3, "2026-03-09"), due(4, "2026-03-07")]);
    let marked_by = |mudar: &dyn Fn()| {
        casa.unmark();
        mudar();
        casa.marked()
    };
    assert_eq!(marked_by(&|| put(&casa, "2026-03-10", "Aniversário")), ["d1"]);
    assert_eq!(
        marked_by(&|| put(&casa, "2026-03-10", "Aniversário da cidade")),
        [""; 0],
        "o nome não move nada"
    );
    assert_eq!(marked_by(&|| put(&casa, "2026-03-09", "Ponte")), ["d3", "d4"], "o sábado vai mais longe");
    assert_eq!(marked_by(&|| put(&casa, "2026-03-08", "Domingo")), [""; 0]);
    assert_eq!(marked_by(&|| assert!(delete(&casa, "2026-03-10"))), ["d1", "d3", "d4"]);
    assert_eq!(marked_by(&|| assert!(!delete(&casa, "2026-03-10"))), [""; 0]);
    let corridos = MudancaEmpresa { vencimento_em_dia_util: Some(false), ..MudancaEmpresa::default() };
    casa.titulos.da_empresa(casa.empresa, |t| empresas::update(t, &corridos)).unwrap();
    assert_eq!(marked_by(&|| put(&casa, "2026-03-11", "Outro")), [""; 0], "o calendário não conta");
}

/// The change is about to commit when a chunk comes by: it waits for the debtor, and then must not decide by what it knew.
#[test]
fn a_chunk_decides_by_the_calendar_that_its_debtors_were_marked_for() {
    let casa = Casa::nova();
    casa.push(&[due(1, "2026-03-10")]);
    let noite = casa.open_new(dia(NOITE));
    casa.unmark();
    casa.run("UPDATE regua.agenda SET proxima = '2026-01-01'");
    let (parada, controle) = parada();
    thread::scope(|scope| {
        let mudanca = scope.spawn(|| {
            casa.titulos.da_empresa(casa.empresa, |t| {
                let feriado = Feriado { data: dia("2026-03-10"), nome: "Aniversário".to_owned() };
                let feito = feriados::put(t, &feriado);
                parada.stop();
                feito
            })
        });
        controle.wait_until_there();
        let chunk =
            scope.spawn(|| casa.engine.da_empresa(casa.empresa, |t| noites::claim(t, noite, 10, true)));
        casa.wait_until_blocked();
        controle.go_on();
        mudanca.join().unwrap().unwrap().unwrap();
        let (devedores, regras) = chunk.join().unwrap().unwrap().unwrap();
        assert_eq!(devedores.len(), 1);
        assert!(!regras.feriados.dia_util(dia("2026-03-10")));
    });
}

#[test]
fn the_fence_knows_the_holidays_of_the_company_and_of_no_other() {
    let casa = Casa::nova();
    let _titulo = casa.push_one(item("1", devedor(1)));
    let id = casa.queue_one();
    put(&casa, "2026-03-10", "Aniversário");
    let outra = nova_empresa(&casa.titulos, "Beta");
    let da_outra = casa.titulos.da_empresa(outra, empresas::get).unwrap().unwrap();
    assert_eq!(da_outra.feriados, []);
    assert!(!casa.seen(id).regras.feriados.dia_util(dia("2026-03-10")));
}

#[test]
fn a_company_has_so_many_holidays_and_no_more() {
    let casa = Casa::nova();
    casa.run(&format!(
        "INSERT INTO cadastro.feriado SELECT '{}', date '2030-01-01' + n, 'x' FROM generate_series(1, {MAX_FERIADOS}) n",
        casa.empresa
    ));
    let novo = |data: NaiveDate| {
        let feriado = Feriado { data, nome: "Mais um".to_owned() };
        casa.titulos.da_empresa(casa.empresa, |t| feriados::put(t, &feriado)).unwrap()
    };
    assert_eq!(novo(dia("2026-03-10")), Err(CalendarioCheio));
    assert_eq!(novo(dia("2030-01-02")), Ok(()), "o que já existe muda de nome");
}

#[test]
fn j06_a_day_is_the_companys_and_a_zone_that_nobody_knows_is_a_fault_instead_of_another_one() {
    let casa = Casa::nova();
    let agora = "2026-03-11T04:00:00Z".parse().unwrap();
    let day_in = |fuso: &str| {
        casa.run(&format!("UPDATE cadastro.empresa SET fuso = '{fuso}'"));
        casa.dispatcher.da_empresa(casa.empresa, |t| empresas::today(t, agora))
    };
    assert_eq!(day_in("America/Sao_Paulo").unwrap(), dia("2026-03-11"));
    assert_eq!(day_in("America/Rio_Branco").unwrap(), dia("2026-03-10"));
    assert!(matches!(day_in("America/Atlantida"), Err(StoreError::Unknown("fuso"))));
}
