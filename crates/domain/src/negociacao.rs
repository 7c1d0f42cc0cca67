//! Negotiations: instalments that replace títulos, and how a negotiation changes.

mod parcelas;
mod politica;
mod proposta;

use crate::codigo::codigos;
use crate::ids::TituloId;
use crate::regras::Regras;
use crate::titulo::{Mudanca, StatusTitulo};
use chrono::{Days, NaiveDate};
use thiserror::Error;

pub use parcelas::{
    MAX_PARCELAS, Parcela, Parcelas, ParcelasInvalidas, parcelar, parcelar_com_juros, vencimentos,
};
pub use politica::{Descontos, Politica};
pub use proposta::{Acordo, Desconto, Divida, ForaDaPolitica, Pedido, opcoes, propor};

codigos! {
    /// How a negotiation stands.
    pub enum EstadoNegociacao("estado") {
        /// Its first instalment was not paid yet.
        Aberta = "aberta",
        /// Its first instalment was paid in full (rule k03).
        Confirmada = "confirmada",
        /// Undone: the originals are open again (rule k06).
        Cancelada = "cancelada",
        /// Given up after something was paid: the originals are open again, less what was paid.
        Quebrada = "quebrada",
    }
}

codigos! {
    /// How a negotiation stands on a day, for those who look after it.
    pub enum SituacaoNegociacao("situacao") {
        /// Nobody has confirmed it, and there is still time.
        NaoConfirmada = "nao_confirmada",
        /// Rule k07: nobody has confirmed it, and its first instalment is overdue.
        NaoConfirmadaVencida = "nao_confirmada_vencida",
        /// Confirmed, and no instalment is overdue.
        EmDia = "em_dia",
        /// Confirmed, and an instalment is overdue (rule k04).
        EmAtraso = "em_atraso",
        /// Every instalment was paid.
        Quitada = "quitada",
        /// As its state.
        Cancelada = "cancelada",
        /// As its state.
        Quebrada = "quebrada",
    }
}

/// How a negotiation stands on `hoje`, given the due date of its oldest instalment that nobody has paid.
#[must_use]
pub fn situacao(
    estado: EstadoNegociacao,
    por_pagar: Option<NaiveDate>,
    hoje: NaiveDate,
    regras: &Regras,
) -> SituacaoNegociacao {
    let vencida = por_pagar.map(|vencimento| vencimento <= vencidos_ate(hoje, regras));
    match (estado, vencida) {
        (EstadoNegociacao::Cancelada, _) => SituacaoNegociacao::Cancelada,
        (EstadoNegociacao::Quebrada, _) => SituacaoNegociacao::Quebrada,
        (EstadoNegociacao::Aberta | EstadoNegociacao::Confirmada, None) => SituacaoNegociacao::Quitada,
        (EstadoNegociacao::Aberta, Some(false)) => SituacaoNegociacao::NaoConfirmada,
        (EstadoNegociacao::Aberta, Some(true)) => SituacaoNegociacao::NaoConfirmadaVencida,
        (EstadoNegociacao::Confirmada, Some(false)) => SituacaoNegociacao::EmDia,
        (EstadoNegociacao::Confirmada, Some(true)) => SituacaoNegociacao::EmAtraso,
    }
}

/// Why a título may not enter a negotiation (rule k08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Impedimento {
    /// The company has no such título.
    #[error("não existe")]
    NaoExiste,
    /// It is not open.
    #[error("está {0}")]
    Status(StatusTitulo),
    /// It is owed by another debtor than the first one named.
    #[error("é de outro devedor")]
    OutroDevedor,
    /// It is an instalment of a negotiation that nobody confirmed, which is to be cancelled instead.
    #[error("é parcela de uma negociação não confirmada")]
    ParcelaNaoConfirmada,
}

/// The títulos that keep a negotiation from being made, each with what is in the way; empty when none was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impedidos(pub Vec<(TituloId, Impedimento)>);

/// Why a negotiation is not cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CancelamentoInvalido {
    /// Rule k05: something of it was paid.
    #[error("a negociação já tem parcela paga")]
    ComPagamento,
    /// An instalment of it is in another negotiation, which comes first: its originals would be owed beside that one.
    #[error("uma parcela está em outra negociação")]
    Renegociada,
}

/// Cancels a negotiation (rules k05, k06).
///
/// # Errors
/// When something of it was paid, or it is not for itself any more.
pub fn cancelar(
    estado: EstadoNegociacao,
    com_pagamento: bool,
    parcelas: &[StatusTitulo],
) -> Result<Mudanca<EstadoNegociacao>, CancelamentoInvalido> {
    match estado {
        EstadoNegociacao::Cancelada => Ok(Mudanca::JaAplicada),
        EstadoNegociacao::Aberta if !com_pagamento => {
            if parcelas.contains(&StatusTitulo::Negociado) {
                Err(CancelamentoInvalido::Renegociada)
            } else {
                Ok(Mudanca::Aplicada(EstadoNegociacao::Cancelada))
            }
        }
        EstadoNegociacao::Aberta | EstadoNegociacao::Confirmada | EstadoNegociacao::Quebrada => {
            Err(CancelamentoInvalido::ComPagamento)
        }
    }
}

/// Why a negotiation is not broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum QuebraInvalida {
    /// Nothing of it was paid.
    #[error("nada foi pago da negociação: cancele-a")]
    SemPagamento,
    /// It was cancelled.
    #[error("a negociação já foi cancelada")]
    Cancelada,
    /// All of it was paid.
    #[error("a negociação está quitada")]
    Quitada,
    /// An instalment of it is in another negotiation, which comes first.
    #[error("uma parcela está em outra negociação")]
    Renegociada,
}

/// Breaks a negotiation of which something was paid and something is not: the counterpart of [`cancelar`].
///
/// # Errors
/// When nothing of it was paid, everything was, or it is not for itself any more.
pub fn quebrar(
    estado: EstadoNegociacao,
    com_pagamento: bool,
    parcelas: &[StatusTitulo],
) -> Result<Mudanca<EstadoNegociacao>, QuebraInvalida> {
    let alguma = |status: &[StatusTitulo]| parcelas.iter().any(|parcela| status.contains(parcela));
    match estado {
        EstadoNegociacao::Quebrada => Ok(Mudanca::JaAplicada),
        EstadoNegociacao::Cancelada => Err(QuebraInvalida::Cancelada),
        EstadoNegociacao::Aberta | EstadoNegociacao::Confirmada => {
            if alguma(&[StatusTitulo::Negociado]) {
                Err(QuebraInvalida::Renegociada)
            } else if !com_pagamento {
                Err(QuebraInvalida::SemPagamento)
            } else if alguma(&[StatusTitulo::Aberto, StatusTitulo::Suspenso]) {
                Ok(Mudanca::Aplicada(EstadoNegociacao::Quebrada))
            } else {
                Err(QuebraInvalida::Quitada)
            }
        }
    }
}

/// The latest due date that is overdue on `hoje` (rule n02): a título is overdue exactly when it is due then or before.
#[must_use]
pub fn vencidos_ate(hoje: NaiveDate, regras: &Regras) -> NaiveDate {
    let vencido = |dia: &NaiveDate| regras.vencimento_efetivo(*dia) < hoje;
    // The effective date never goes back when the due date goes on.
    std::iter::successors(hoje.pred_opt(), NaiveDate::pred_opt).find(vencido).unwrap_or(NaiveDate::MIN)
}

/// Rule k07: the latest first due date of a negotiation that counts as cancelled on `hoje` when nobody paid anything of
/// it; `None` where the company leaves them.
#[must_use]
pub fn canceladas_ate(hoje: NaiveDate, regras: &Regras) -> Option<NaiveDate> {
    let dias = regras.cancelar_acordo_apos?;
    Some(vencidos_ate(hoje.checked_sub_days(Days::new(dias.into()))?, regras))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendario::Feriados;
    use crate::titulo::Negociacao;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn dia(texto: &str) -> NaiveDate {
        texto.parse().unwrap()
    }

    proptest! {
        /// Two ways to say the same: by the date of each negotiation, and by one date for all of them.
        #[test]
        fn k07_the_date_for_all_is_the_date_of_each(
            dias in 0..800_i64, passados in 0..40_i64, apos in prop::option::of(0..20_u16), em_dia_util: bool,
            folgas in prop::collection::vec(0..40_i64, 0..9),
        ) {
            let primeira_parcela = dia("2026-01-01") + TimeDelta::days(dias);
            let hoje = primeira_parcela + TimeDelta::days(passados);
            let feriados =
                Feriados::new(folgas.iter().map(|dia| primeira_parcela + TimeDelta::days(*dia)).collect());
            let regras = Regras {
                vencimento_em_dia_util: em_dia_util, cancelar_acordo_apos: apos, feriados, ..Regras::default()
            };
            let vencida = regras.vencimento_efetivo(primeira_parcela) < hoje;
            prop_assert_eq!(primeira_parcela <= vencidos_ate(hoje, &regras), vencida);
            let cancela = Negociacao::NaoConfirmada { primeira_parcela }.cancela_em(&regras);
            let cancelada = canceladas_ate(hoje, &regras).is_some_and(|ate| primeira_parcela <= ate);
            prop_assert_eq!(cancelada, cancela.is_some_and(|em| em <= hoje));
        }
    }

    #[test]
    fn k05_what_was_paid_or_negotiated_again_keeps_it_from_being_cancelled() {
        use CancelamentoInvalido::{ComPagamento, Renegociada};
        use EstadoNegociacao::{Aberta, Cancelada, Confirmada, Quebrada};
        use StatusTitulo::{Aberto, Negociado, Pago, Suspenso};
        let cancelada = Ok(Mudanca::Aplicada(Cancelada));
        for (estado, com_pagamento, parcelas, resposta) in [
            (Aberta, false, [Aberto, Suspenso], cancelada),
            (Aberta, true, [Aberto, Aberto], Err(ComPagamento)),
            (Aberta, false, [Aberto, Negociado], Err(Renegociada)),
            (Aberta, true, [Aberto, Negociado], Err(ComPagamento)),
            (Confirmada, true, [Pago, Negociado], Err(ComPagamento)),
            (Cancelada, false, [StatusTitulo::Cancelado; 2], Ok(Mudanca::JaAplicada)),
            (Quebrada, true, [Pago, StatusTitulo::Cancelado], Err(ComPagamento)),
        ] {
            assert_eq!(cancelar(estado, com_pagamento, &parcelas), resposta, "{estado} {parcelas:?}");
        }
    }

    #[test]
    fn what_was_partly_paid_is_broken_and_what_was_not_is_cancelled() {
        use EstadoNegociacao::{Aberta, Cancelada, Confirmada, Quebrada};
        use StatusTitulo::{Aberto, Negociado, Pago, Suspenso};
        let quebrada = Ok(Mudanca::Aplicada(Quebrada));
        for (estado, com_pagamento, parcelas, resposta) in [
            (Confirmada, true, [Pago, Aberto], quebrada),
            (Confirmada, true, [Pago, Suspenso], quebrada),
            (Aberta, true, [Aberto, Pago], quebrada),
            (Aberta, false, [Aberto, Aberto], Err(QuebraInvalida::SemPagamento)),
            (Confirmada, true, [Pago, Pago], Err(QuebraInvalida::Quitada)),
            (Confirmada, true, [Pago, Negociado], Err(QuebraInvalida::Renegociada)),
            (Cancelada, false, [StatusTitulo::Cancelado; 2], Err(QuebraInvalida::Cancelada)),
            (Quebrada, true, [Pago, StatusTitulo::Cancelado], Ok(Mudanca::JaAplicada)),
        ] {
            assert_eq!(quebrar(estado, com_pagamento, &parcelas), resposta, "{estado} {parcelas:?}");
        }
    }

    #[test]
    fn k07_a_negotiation_stands_as_its_oldest_unpaid_instalment_does() {
        use EstadoNegociacao::{Aberta, Cancelada, Confirmada, Quebrada};
        use SituacaoNegociacao as S;
        // 2026-03-07 is a Saturday: overdue from Tuesday on (rule n02).
        for (estado, por_pagar, hoje, esperada) in [
            (Aberta, Some("2026-03-07"), "2026-03-09", S::NaoConfirmada),
            (Aberta, Some("2026-03-07"), "2026-03-10", S::NaoConfirmadaVencida),
            (Confirmada, Some("2026-03-07"), "2026-03-09", S::EmDia),
            (Confirmada, Some("2026-03-07"), "2026-03-10", S::EmAtraso),
            (Confirmada, None, "2026-03-10", S::Quitada),
            (Cancelada, None, "2026-03-10", S::Cancelada),
            (Quebrada, None, "2026-03-10", S::Quebrada),
        ] {
            assert_eq!(situacao(estado, por_pagar.map(dia), dia(hoje), &Regras::default()), esperada);
        }
    }
}
