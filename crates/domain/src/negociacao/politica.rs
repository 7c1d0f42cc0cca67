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

impl Descontos {
    fn least(self, outros: Self) -> Self {
        Self { encargos: self.encargos.min(outros.encargos), principal: self.principal.min(outros.principal) }
    }
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

    /// The strictest of each limit: whatever one of the two refuses is refused. For debts of several creditors, each with a
    /// policy of its own.
    #[must_use]
    pub fn strictest(self, outra: Self) -> Self {
        Self {
            dias_de: self.dias_de.max(outra.dias_de),
            a_vista: self.a_vista.least(outra.a_vista),
            parcelado: self.parcelado.least(outra.parcelado),
            max_parcelas: self.max_parcelas.min(outra.max_parcelas),
            parcela_minima: self.parcela_minima.max(outra.parcela_minima),
            entrada_minima: self.entrada_minima.max(outra.entrada_minima),
            juros_ao_mes: self.juros_ao_mes.max(outra.juros_ao_mes),
            validade_dias: self.validade_dias.min(outra.validade_dias),
            primeiro_vencimento_dias: self.primeiro_vencimento_dias.min(outra.primeiro_vencimento_dias),
        }
    }

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
