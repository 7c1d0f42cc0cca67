//! Negativação: listing a debt at a credit bureau, and above all taking it off again in time.
//!
//! An exclusion dominates: once one is owed, no answer that was on its way brings the inclusion back
//! ([`Situacao::depois`]), and its deadline runs from the payment, whatever the bureau does meanwhile ([`PrazoDaBaixa`]).

use crate::codigo::codigos;
use crate::titulo::StatusTitulo;
use chrono::{Datelike, Months, NaiveDate};

mod limites;
mod prazos;
mod situacao;

pub use limites::{Alvo, Limites, MESES_PARA_INCLUIR, avaliar_inclusao};
pub use prazos::{
    CumprimentoDaBaixa, DIA_DA_BAIXA, DIA_DO_ALARME, DIA_DO_LIMITE, DIAS_DO_COMUNICADO, PrazoDaBaixa,
    decurso, dia_util_do_prazo, publica_em,
};
pub use situacao::{EventoBureau, Situacao};

codigos! {
    /// How a bureau is spoken to.
    pub enum Bureau("bureau") {
        /// Serasa PEFIN, by files.
        Pefin = "pefin",
        /// SPC Brasil, by SOAP.
        Spc = "spc",
        /// Any other with an HTTP API, described in configuration.
        Http = "http",
    }
}

impl Bureau {
    /// Whether it is spoken to by files that somebody carries there and back.
    #[must_use]
    pub const fn por_arquivo(self) -> bool {
        match self {
            Self::Pefin => true,
            Self::Spc | Self::Http => false,
        }
    }

    /// Whether its layout has room for digits only where a CNPJ stands.
    #[must_use]
    pub const fn documento_numerico(self) -> bool {
        match self {
            Self::Pefin => true,
            Self::Spc | Self::Http => false,
        }
    }
}

codigos! {
    /// Why an entry is taken off.
    pub enum MotivoBaixa("motivo_baixa") {
        /// The debt was paid.
        Pagamento = "pagamento",
        /// It entered an agreement whose first instalment was paid.
        Acordo = "acordo",
        /// The company asks for it, or should not have asked for the entry.
        Solicitacao = "solicitacao",
        /// A court ordered it.
        OrdemJudicial = "ordem_judicial",
        /// The bureau's letter did not reach the debtor.
        CartaDevolvida = "carta_devolvida",
        /// Five years have passed since it was due (CDC 43 §1).
        Decurso = "decurso",
    }
}

impl MotivoBaixa {
    /// Whether a person may give it; the others are found out, never claimed.
    #[must_use]
    pub const fn de_pessoa(self) -> bool {
        match self {
            Self::Solicitacao | Self::OrdemJudicial | Self::CartaDevolvida => true,
            Self::Pagamento | Self::Acordo | Self::Decurso => false,
        }
    }
}

/// What a título says about its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rumo {
    /// It may be included, and stay.
    Segue,
    /// Nothing new may be said of it now; what is listed stays.
    Espera,
    /// It has to be off.
    Baixar(MotivoBaixa),
}

/// What a título in this status, due then, says about its entry on `hoje` (rules G20, G21, k03). `confirmada` is whether
/// the first instalment of its negotiation was paid.
#[must_use]
pub fn rumo(status: StatusTitulo, confirmada: bool, vencimento: NaiveDate, hoje: NaiveDate) -> Rumo {
    match status {
        StatusTitulo::Pago => Rumo::Baixar(MotivoBaixa::Pagamento),
        StatusTitulo::Cancelado => Rumo::Baixar(MotivoBaixa::Solicitacao),
        StatusTitulo::Negociado if confirmada => Rumo::Baixar(MotivoBaixa::Acordo),
        StatusTitulo::Aberto | StatusTitulo::Negociado | StatusTitulo::Suspenso
            if hoje >= decurso(vencimento) =>
        {
            Rumo::Baixar(MotivoBaixa::Decurso)
        }
        StatusTitulo::Aberto => Rumo::Segue,
        StatusTitulo::Negociado | StatusTitulo::Suspenso => Rumo::Espera,
    }
}

/// So many months before `dia`, and the first day of the calendar when there is none.
fn months_before(dia: NaiveDate, meses: u32) -> NaiveDate {
    dia.checked_sub_months(Months::new(meses)).unwrap_or(NaiveDate::MIN)
}

/// So many years after `dia`; of 29 February the day before it.
fn years_after(dia: NaiveDate, anos: i32) -> NaiveDate {
    let ano = dia.year().saturating_add(anos);
    dia.with_year(ano).or_else(|| dia.pred_opt()?.with_year(ano)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dia(texto: &str) -> NaiveDate {
        texto.parse().unwrap()
    }

    #[test]
    fn g21_what_is_paid_cancelled_or_agreed_for_good_has_to_be_off() {
        let (venceu, hoje) = (dia("2026-03-02"), dia("2026-11-23"));
        let rumo = |status, confirmada| rumo(status, confirmada, venceu, hoje);
        assert_eq!(rumo(StatusTitulo::Pago, false), Rumo::Baixar(MotivoBaixa::Pagamento));
        assert_eq!(rumo(StatusTitulo::Cancelado, false), Rumo::Baixar(MotivoBaixa::Solicitacao));
        assert_eq!(rumo(StatusTitulo::Negociado, true), Rumo::Baixar(MotivoBaixa::Acordo));
        assert_eq!(rumo(StatusTitulo::Negociado, false), Rumo::Espera);
        assert_eq!(rumo(StatusTitulo::Suspenso, false), Rumo::Espera);
        assert_eq!(rumo(StatusTitulo::Aberto, false), Rumo::Segue);
    }

    #[test]
    fn after_five_years_everything_comes_off_on_the_day() {
        for status in [StatusTitulo::Aberto, StatusTitulo::Negociado, StatusTitulo::Suspenso] {
            let em = |hoje| rumo(status, false, dia("2021-11-23"), dia(hoje));
            assert_ne!(em("2026-11-22"), Rumo::Baixar(MotivoBaixa::Decurso));
            assert_eq!(em("2026-11-23"), Rumo::Baixar(MotivoBaixa::Decurso));
        }
        assert_eq!(decurso(dia("2020-02-29")), dia("2025-02-28"));
        assert_eq!(decurso(NaiveDate::MAX), NaiveDate::MAX);
    }

    #[test]
    fn only_what_nobody_can_find_out_is_for_a_person_to_say() {
        let de_pessoa: Vec<_> =
            MotivoBaixa::TODOS.iter().filter(|motivo| motivo.de_pessoa()).map(|m| m.as_str()).collect();
        assert_eq!(de_pessoa, ["solicitacao", "ordem_judicial", "carta_devolvida"]);
    }
}
