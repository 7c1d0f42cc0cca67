//! Payments and cancellations.

use domain::ids::TituloId;
use domain::titulo::{Mudanca, StatusTitulo, TransicaoInvalida, cancelar, pagar};
use store::titulos::{RecusaSituacao, TituloLido, Transicao, change_status, get};

use crate::apoio::{Casa, devedor, dia, hora, item};

fn change(
    casa: &Casa,
    id: TituloId,
    transition: fn(StatusTitulo) -> Transicao,
) -> Option<Result<Mudanca<StatusTitulo>, RecusaSituacao>> {
    casa.titulos
        .da_empresa(casa.empresa, |t| change_status(t, id, transition, hora(dia("2026-03-05"))))
        .unwrap()
}

fn read(casa: &Casa, id: TituloId) -> TituloLido {
    casa.titulos.da_empresa(casa.empresa, |t| get(t, id)).unwrap().unwrap()
}

#[test]
fn a_payment_leaves_nothing_owed_and_marks_the_debtor() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    casa.push(&[item("2", devedor(2))]);
    casa.unmark();
    assert_eq!(change(&casa, id, pagar), Some(Ok(Mudanca::Aplicada(StatusTitulo::Pago))));
    let lido = read(&casa, id);
    assert_eq!((lido.status.as_str(), lido.saldo, lido.valor), ("pago", 0, 10_000));
    assert_eq!(lido.status_em, hora(dia("2026-03-05")));
    assert_eq!(casa.marked(), ["d1"]);
}

#[test]
fn t01_a_cancellation_leaves_nothing_owed_and_marks_the_debtor() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    casa.unmark();
    assert_eq!(change(&casa, id, cancelar), Some(Ok(Mudanca::Aplicada(StatusTitulo::Cancelado))));
    let lido = read(&casa, id);
    assert_eq!((lido.status.as_str(), lido.saldo), ("cancelado", 0));
    assert_eq!(casa.marked(), ["d1"]);
}

#[test]
fn paying_or_cancelling_twice_writes_once() {
    for transition in [pagar, cancelar] {
        let casa = Casa::nova();
        let id = casa.push_one(item("1", devedor(1)));
        change(&casa, id, transition);
        casa.unmark();
        let antes = casa.texts("SELECT concat_ws(' ', ctid, xmin, x) AS x FROM cadastro.titulo x");
        assert_eq!(change(&casa, id, transition), Some(Ok(Mudanca::JaAplicada)));
        assert_eq!(casa.texts("SELECT concat_ws(' ', ctid, xmin, x) AS x FROM cadastro.titulo x"), antes);
        assert_eq!(casa.marked(), [""; 0]);
    }
}

#[test]
fn a_refused_transition_changes_nothing() {
    let casa = Casa::nova();
    let id = casa.push_one(item("1", devedor(1)));
    change(&casa, id, cancelar);
    casa.unmark();
    let recusa = TransicaoInvalida { de: StatusTitulo::Cancelado, para: StatusTitulo::Pago };
    assert_eq!(change(&casa, id, pagar), Some(Err(RecusaSituacao::Status(recusa))));
    assert_eq!(read(&casa, id).status, "cancelado");
    assert_eq!(casa.marked(), [""; 0]);
}

#[test]
fn a_titulo_that_does_not_exist_has_no_status_to_change() {
    let casa = Casa::nova();
    let nenhum = TituloId::new(uuid::Uuid::from_u128(1));
    assert_eq!(change(&casa, nenhum, pagar), None);
    assert!(casa.titulos.da_empresa(casa.empresa, |t| get(t, nenhum)).unwrap().is_none());
}

#[test]
fn t02_the_inscricao_lives_until_the_last_open_titulo_is_paid() {
    let casa = Casa::nova();
    let cancelado = casa.push_one(item("c", devedor(1)));
    let pago = casa.push_one(item("p", devedor(1)));
    let aberto = casa.push_one(item("a", devedor(1)));
    casa.regua(&[crate::apoio::d(5)]);
    casa.night("2026-03-02");
    change(&casa, cancelado, cancelar);
    change(&casa, pago, pagar);
    casa.night("2026-03-03");
    let estados = "SELECT concat_ws(' ', estado, motivo) AS x FROM regua.inscricao";
    assert_eq!(casa.texts(estados), ["andando"]);
    change(&casa, aberto, pagar);
    casa.night("2026-03-04");
    assert_eq!(casa.texts(estados), ["encerrada sem_titulo"]);
}
