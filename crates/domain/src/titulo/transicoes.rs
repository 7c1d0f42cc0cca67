//! How the status of a título changes.

use super::StatusTitulo;
use crate::dinheiro::Centavos;
use thiserror::Error;

/// The answer to a change that may safely be asked for twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mudanca<T> {
    /// It changes to this.
    Aplicada(T),
    /// It is so already; nothing to do.
    JaAplicada,
}

/// A change of status that the rules do not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("título {de} não pode passar a {para}")]
pub struct TransicaoInvalida {
    /// The status it has.
    pub de: StatusTitulo,
    /// The status that was asked for.
    pub para: StatusTitulo,
}

/// Pays a título. A suspended one may be paid as well; a negotiated one is paid through its instalments.
///
/// # Errors
/// When the título is negotiated or cancelled.
pub fn pagar(status: StatusTitulo) -> Result<Mudanca<StatusTitulo>, TransicaoInvalida> {
    let para = StatusTitulo::Pago;
    match status {
        StatusTitulo::Aberto | StatusTitulo::Suspenso => Ok(Mudanca::Aplicada(para)),
        StatusTitulo::Pago => Ok(Mudanca::JaAplicada),
        StatusTitulo::Negociado | StatusTitulo::Cancelado => Err(TransicaoInvalida { de: status, para }),
    }
}

/// Cancels a título (rule t01). A negotiated one leaves its negotiation first.
///
/// # Errors
/// When the título is negotiated or paid.
pub fn cancelar(status: StatusTitulo) -> Result<Mudanca<StatusTitulo>, TransicaoInvalida> {
    let para = StatusTitulo::Cancelado;
    match status {
        StatusTitulo::Aberto | StatusTitulo::Suspenso => Ok(Mudanca::Aplicada(para)),
        StatusTitulo::Cancelado => Ok(Mudanca::JaAplicada),
        StatusTitulo::Negociado | StatusTitulo::Pago => Err(TransicaoInvalida { de: status, para }),
    }
}

/// Suspends a título (rule t03).
///
/// # Errors
/// When the título is negotiated, paid or cancelled.
pub fn suspender(status: StatusTitulo) -> Result<Mudanca<StatusTitulo>, TransicaoInvalida> {
    let para = StatusTitulo::Suspenso;
    match status {
        StatusTitulo::Aberto => Ok(Mudanca::Aplicada(para)),
        StatusTitulo::Suspenso => Ok(Mudanca::JaAplicada),
        StatusTitulo::Negociado | StatusTitulo::Pago | StatusTitulo::Cancelado => {
            Err(TransicaoInvalida { de: status, para })
        }
    }
}

/// Opens again a título that is suspended (rule t03), or that was cancelled by mistake.
///
/// # Errors
/// When the título is negotiated or paid.
pub fn reabrir(status: StatusTitulo) -> Result<Mudanca<StatusTitulo>, TransicaoInvalida> {
    let para = StatusTitulo::Aberto;
    match status {
        StatusTitulo::Suspenso | StatusTitulo::Cancelado => Ok(Mudanca::Aplicada(para)),
        StatusTitulo::Aberto => Ok(Mudanca::JaAplicada),
        StatusTitulo::Negociado | StatusTitulo::Pago => Err(TransicaoInvalida { de: status, para }),
    }
}

/// Takes back a payment of a título: a paid one is open again, another stays what it is.
///
/// # Errors
/// When the título is negotiated: what was agreed counts with the payment.
pub fn estornar(status: StatusTitulo) -> Result<StatusTitulo, TransicaoInvalida> {
    let para = StatusTitulo::Aberto;
    match status {
        StatusTitulo::Pago => Ok(para),
        StatusTitulo::Aberto | StatusTitulo::Suspenso | StatusTitulo::Cancelado => Ok(status),
        StatusTitulo::Negociado => Err(TransicaoInvalida { de: status, para }),
    }
}

/// What a título is when its negotiation gives it back (rule k06), with so much left to pay: what was paid meanwhile, since
/// its value fell, is paid.
#[must_use]
pub fn devolver(saldo: Centavos) -> StatusTitulo {
    if saldo > Centavos::ZERO { StatusTitulo::Aberto } else { StatusTitulo::Pago }
}

/// Takes a título into a negotiation (rule k08: only an open one).
///
/// # Errors
/// When the título is not open.
pub fn negociar(status: StatusTitulo) -> Result<Mudanca<StatusTitulo>, TransicaoInvalida> {
    let para = StatusTitulo::Negociado;
    match status {
        StatusTitulo::Aberto => Ok(Mudanca::Aplicada(para)),
        StatusTitulo::Negociado | StatusTitulo::Suspenso | StatusTitulo::Pago | StatusTitulo::Cancelado => {
            Err(TransicaoInvalida { de: status, para })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_answers_to_a_payment_and_to_a_cancellation() {
        use Mudanca::{Aplicada, JaAplicada};
        use StatusTitulo::{Aberto, Cancelado, Negociado, Pago, Suspenso};
        let invalida = |de, para| Err(TransicaoInvalida { de, para });
        for (status, pago, cancelado) in [
            (Aberto, Ok(Aplicada(Pago)), Ok(Aplicada(Cancelado))),
            (Suspenso, Ok(Aplicada(Pago)), Ok(Aplicada(Cancelado))),
            (Pago, Ok(JaAplicada), invalida(Pago, Cancelado)),
            (Cancelado, invalida(Cancelado, Pago), Ok(JaAplicada)),
            (Negociado, invalida(Negociado, Pago), invalida(Negociado, Cancelado)),
        ] {
            assert_eq!((pagar(status), cancelar(status)), (pago, cancelado), "{status}");
        }
    }

    #[test]
    fn t03_every_status_answers_to_a_suspension_and_to_a_reopening() {
        use Mudanca::{Aplicada, JaAplicada};
        use StatusTitulo::{Aberto, Cancelado, Negociado, Pago, Suspenso};
        let invalida = |de, para| Err(TransicaoInvalida { de, para });
        for (status, suspenso, reaberto) in [
            (Aberto, Ok(Aplicada(Suspenso)), Ok(JaAplicada)),
            (Suspenso, Ok(JaAplicada), Ok(Aplicada(Aberto))),
            (Cancelado, invalida(Cancelado, Suspenso), Ok(Aplicada(Aberto))),
            (Pago, invalida(Pago, Suspenso), invalida(Pago, Aberto)),
            (Negociado, invalida(Negociado, Suspenso), invalida(Negociado, Aberto)),
        ] {
            assert_eq!((suspender(status), reabrir(status)), (suspenso, reaberto), "{status}");
        }
    }
}
