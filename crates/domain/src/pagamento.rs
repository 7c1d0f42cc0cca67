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
    let total = devido.total();
    if quita || total <= valor {
        let (desconto, excedente) = (positive(total, valor), positive(valor, total));
        return Ok(Recebido { valor, quitado: devido, desconto, excedente, status: pago });
    }
    let Imputacao { quitado, excedente } = devido.imputar(valor);
    Ok(Recebido { valor, quitado, desconto: Centavos::ZERO, excedente, status })
}

fn positive(de: Centavos, menos: Centavos) -> Centavos {
    Centavos::new(de.get().saturating_sub(menos.get()).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

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
