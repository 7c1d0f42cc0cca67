//! What a company allows whoever negotiates in its name.

use super::parcelas::MAX_PARCELAS;
use crate::dinheiro::Centavos;
use crate::percentual::Percentual;
use chrono::{Days, NaiveDate};

/// The most that may be taken off a debt: of its charges first, then of its principal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Descontos {
    /// Of fine, interest and correction.
    pub encargos: Percentual,
    /// Of what is owed without them.
    pub principal: Percentual,
}

/// The limits for debts that are at least so many days overdue, as far as the next policy begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Politica {
    /// From how many days overdue on; 0 also takes what is not due yet.
    pub dias_de: u16,
    /// Discount of what is paid at once.
    pub a_vista: Descontos,
    /// Discount of what is paid in instalments.
    pub parcelado: Descontos,
    /// Instalments, the entry among them.
    pub max_parcelas: u16,
    /// The least that an instalment may be; the entry and a single one may be less.
    pub parcela_minima: Centavos,
    /// Part of the agreed value that is paid first, when there are instalments.
    pub entrada_minima: Percentual,
    /// Monthly interest on instalments (Price).
    pub juros_ao_mes: Percentual,
    /// Days for which a proposal can be accepted, the day that it is made on not among them.
    pub validade_dias: u16,
    /// Days within which the first payment falls due.
    pub primeiro_vencimento_dias: u16,
}

impl Politica {
    /// Where the company has no policy: no discount and no interest.
    pub const NENHUMA: Self = Self {
        dias_de: 0,
        a_vista: Descontos { encargos: Percentual::ZERO, principal: Percentual::ZERO },
        parcelado: Descontos { encargos: Percentual::ZERO, principal: Percentual::ZERO },
        max_parcelas: MAX_PARCELAS,
        parcela_minima: Centavos::new(1),
        entrada_minima: Percentual::ZERO,
        juros_ao_mes: Percentual::ZERO,
        validade_dias: 0,
        primeiro_vencimento_dias: 60,
    };

    /// The discounts of an agreement in `n` instalments.
    #[must_use]
    pub const fn descontos(&self, n: u16) -> Descontos {
        if n > 1 { self.parcelado } else { self.a_vista }
    }

    /// The last day on which a proposal made on `em` can be accepted.
    #[must_use]
    pub fn valida_ate(&self, em: NaiveDate) -> NaiveDate {
        em.checked_add_days(Days::new(self.validade_dias.into())).unwrap_or(NaiveDate::MAX)
    }

    /// The last day on which the first payment of a proposal made on `em` may fall due.
    #[must_use]
    pub fn primeiro_vencimento_ate(&self, em: NaiveDate) -> NaiveDate {
        em.checked_add_days(Days::new(self.primeiro_vencimento_dias.into())).unwrap_or(NaiveDate::MAX)
    }
}
