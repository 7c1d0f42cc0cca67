//! Payments: what an amount that came in makes of a título.

use crate::dinheiro::Centavos;
use crate::encargos::{Componentes, Imputacao};
use crate::titulo::{Mudanca, StatusTitulo, TransicaoInvalida, pagar};
use thiserror::Error;

/// A payment as it is booked: what was paid and `desconto` are together what was settled and `excedente`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recebido {
    /// What came in.
    pub valor: Centavos,
    /// What it settled.
    pub quitado: Componentes,
    /// What was settled without being paid.
    pub desconto: Centavos,
    /// What was paid beyond the debt.
    pub excedente: Centavos,
    /// What the título is now.
    pub status: StatusTitulo,
}

/// Why a título takes no payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PagamentoRecusado {
    /// It is negotiated or cancelled.
    #[error(transparent)]
    Status(#[from] TransicaoInvalida),
    /// Nothing is owed any more.
    #[error("o título já está pago")]
    JaPago,
    /// It is not paid, and yet there is nothing to pay.
    #[error("o título não deve nada")]
    NadaDevido,
}

/// Takes `valor` for a título that owes `devido` (CC 354: charges first, then the principal). With `quita` it settles the
/// whole debt, whatever it is. Less than the debt leaves the status as it is.
///
/// # Errors
/// When the título takes no payment.
pub fn receber(
    status: StatusTitulo,
    devido: Componentes,
    valor: Centavos,
    quita: bool,
) -> Result<Recebido, PagamentoRecusado> {
    let pago = match pagar(status)? {
        Mudanca::Aplicada(pago) => pago,
        Mudanca::JaAplicada => return Err(PagamentoRecusado::JaPago),
    };
    if valor <= Centavos::ZERO {
        return Err(PagamentoRecusado::NadaDevido);
    }
    let total = devido.total();
    if quita || total <= valor {
        let (desconto, excedente) = (positive(total, valor), positive(valor, total));
        return Ok(Recebido { valor, quitado: devido, desconto, excedente, status: pago });
    }
    let Imputacao { quitado, excedente } = devido.imputar(valor);
    Ok(Recebido { valor, quitado, desconto: Centavos::ZERO, excedente, status })
}

/// Charges that are owed again, because the payment of them was taken back, are settled by the payments that stand, as if it
/// had never come (CC 354: charges first): out of what these paid beyond the debt, and then out of the principal, the last
/// one first. What is left to pay is thus a balance again.
pub fn assumir(ficam: &mut [Imputacao], encargos: Componentes) {
    let mut resta = Componentes { principal: Centavos::ZERO, ..encargos };
    for pago in ficam.iter_mut().rev() {
        let Imputacao { quitado, excedente } = *pago;
        let assumido = resta.imputar([excedente, quitado.principal].into_iter().sum()).quitado;
        resta = resta.with(assumido, positive);
        pago.excedente = positive(excedente, assumido.total());
        let do_principal = positive(assumido.total(), excedente);
        pago.quitado =
            Componentes { principal: positive(quitado.principal, do_principal), ..quitado.plus(assumido) };
    }
}

fn positive(de: Centavos, menos: Centavos) -> Centavos {
    Centavos::new(de.get().saturating_sub(menos.get()).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn c(centavos: i64) -> Centavos {
        Centavos::new(centavos)
    }

    fn devido() -> Componentes {
        Componentes { principal: c(100_000), correcao: c(0), multa: c(2_000), juros: c(1_400) }
    }

    #[test]
    fn less_than_the_debt_leaves_the_status_and_charges_go_first() {
        for status in [StatusTitulo::Aberto, StatusTitulo::Suspenso] {
            let recebido = receber(status, devido(), c(100_000), false).unwrap();
            assert_eq!((recebido.status, recebido.desconto, recebido.excedente), (status, c(0), c(0)));
            assert_eq!(recebido.quitado.principal, c(96_600));
        }
    }

    #[test]
    fn the_debt_or_more_settles_it_and_quita_forgives_the_rest() {
        for (valor, quita, desconto, excedente) in [
            (103_400, false, 0, 0),
            (110_000, false, 0, 6_600),
            (100_000, true, 3_400, 0),
            (110_000, true, 0, 6_600),
        ] {
            let recebido = receber(StatusTitulo::Aberto, devido(), c(valor), quita).unwrap();
            assert_eq!((recebido.status, recebido.quitado), (StatusTitulo::Pago, devido()));
            assert_eq!((recebido.desconto, recebido.excedente), (c(desconto), c(excedente)), "{valor}");
        }
    }

    fn pago(principal: i64, multa: i64, juros: i64, excedente: i64) -> Imputacao {
        let quitado =
            Componentes { principal: c(principal), correcao: c(0), multa: c(multa), juros: c(juros) };
        Imputacao { quitado, excedente: c(excedente) }
    }

    #[test]
    fn charges_that_are_owed_again_are_settled_by_the_last_payments_that_stand() {
        let encargos = Componentes { principal: c(0), correcao: c(0), multa: c(200), juros: c(100) };
        for (antes, depois) in [
            (vec![pago(500, 0, 7, 0), pago(500, 0, 0, 0)], vec![pago(500, 0, 7, 0), pago(200, 200, 100, 0)]),
            (vec![pago(500, 0, 0, 0), pago(250, 1, 2, 0)], vec![pago(450, 50, 0, 0), pago(0, 151, 102, 0)]),
            (vec![pago(500, 0, 0, 120)], vec![pago(320, 200, 100, 0)]),
            (vec![pago(500, 0, 0, 301)], vec![pago(500, 200, 100, 1)]),
            (vec![pago(40, 0, 0, 0)], vec![pago(0, 0, 40, 0)]),
        ] {
            let mut ficam = antes.clone();
            assumir(&mut ficam, encargos);
            assert_eq!(ficam, depois, "{antes:?}");
        }
    }

    proptest! {
        /// No payment becomes larger or smaller by it, and no more is settled than is owed again.
        #[test]
        fn what_settles_other_charges_is_worth_the_same(
            pagos in prop::collection::vec((0..500_i64, 0..50_i64, 0..50_i64, 0..20_i64), 0..6),
            (correcao, multa, juros) in (0..300_i64, 0..300_i64, 0..300_i64),
        ) {
            let antes: Vec<_> = pagos.iter().map(|(p, m, j, e)| pago(*p, *m, *j, *e)).collect();
            let encargos = Componentes { principal: c(0), correcao: c(correcao), multa: c(multa), juros: c(juros) };
            let mut ficam = antes.clone();
            assumir(&mut ficam, encargos);
            let total = |pago: &Imputacao| pago.quitado.total().get() + pago.excedente.get();
            prop_assert_eq!(ficam.iter().map(total).collect::<Vec<_>>(), antes.iter().map(total).collect::<Vec<_>>());
            let dos = |pagos: &[Imputacao], parte: fn(&Imputacao) -> Centavos| pagos.iter().map(|pago| parte(pago).get()).sum::<i64>();
            let cede = |pago: &Imputacao| -> Centavos { [pago.quitado.principal, pago.excedente].into_iter().sum() };
            let cedido = dos(&antes, cede) - dos(&ficam, cede);
            prop_assert_eq!(cedido, (correcao + multa + juros).min(dos(&antes, cede)));
            prop_assert_eq!(dos(&ficam, |p| p.quitado.encargos()) - dos(&antes, |p| p.quitado.encargos()), cedido);
            prop_assert!(dos(&ficam, |p| p.quitado.juros) - dos(&antes, |p| p.quitado.juros) <= juros);
            prop_assert!(ficam.iter().all(|p| p.quitado.principal.get() >= 0 && p.excedente.get() >= 0));
        }
    }

    #[test]
    fn what_owes_nothing_takes_no_payment_of_nothing() {
        let nada = Componentes::default();
        for status in [StatusTitulo::Aberto, StatusTitulo::Suspenso] {
            assert_eq!(receber(status, nada, c(0), true), Err(PagamentoRecusado::NadaDevido));
            assert_eq!(receber(status, nada, c(5), false).unwrap().excedente, c(5), "what came in is booked");
        }
        assert_eq!(receber(StatusTitulo::Pago, nada, c(0), true), Err(PagamentoRecusado::JaPago));
    }

    #[test]
    fn what_is_over_or_negotiated_takes_no_payment() {
        use StatusTitulo::{Cancelado, Negociado, Pago};
        assert_eq!(receber(Pago, devido(), c(1), false), Err(PagamentoRecusado::JaPago));
        for de in [Cancelado, Negociado] {
            let recusa = receber(de, devido(), c(1), true);
            assert_eq!(recusa, Err(PagamentoRecusado::Status(TransicaoInvalida { de, para: Pago })));
        }
    }
}
