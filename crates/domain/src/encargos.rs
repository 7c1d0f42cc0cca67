//! Encargos: what lateness adds to a título, and how a payment is imputed.
//!
//! All in whole centavos and integer fractions; each component is rounded by itself, half up. A título is late from the
//! day after its effective due date on (Lei 7.089/83), and then from the date written on it: who pays on the first banking
//! day pays no charge, who pays later pays for every day.

mod serie;
mod taxa;

pub use serie::Serie;
pub use taxa::{Taxa, TaxaInvalida};

use crate::codigo::codigos;
use crate::dinheiro::Centavos;
use crate::regras::Regras;
use crate::rotulo::Rotulo;
use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

codigos! {
    /// How the time of fixed interest is counted.
    pub enum Contagem("contagem") {
        /// By day, 30 to a month.
        Comercial = "comercial",
        /// By day, 365 to a year of twelve monthly rates.
        Civil = "civil",
        /// By month, a month that has begun counting whole.
        MesCheio = "mes_cheio",
    }
}

/// Interest for late payment, always simple: it bears none itself (Súmula 121 do STF).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tipo", rename_all = "snake_case", deny_unknown_fields)]
pub enum Juros {
    /// The same rate every month.
    Fixos {
        /// Per cent a month.
        ao_mes: Taxa,
        /// How time is counted.
        contagem: Contagem,
    },
    /// The rates of a series, such as the taxa legal (CC 406).
    Serie {
        /// Its name.
        serie: Rotulo,
    },
}

/// What a creditor charges for lateness. As JSON:
/// `{"multa":"2.00","juros":{"tipo":"fixos","ao_mes":"1.00","contagem":"comercial"},"correcao":null,"carencia_dias":0}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encargos {
    /// Per cent of the corrected value, once.
    pub multa: Taxa,
    /// Interest on the corrected value.
    pub juros: Juros,
    /// The series whose changes correct the value.
    pub correcao: Option<Rotulo>,
    /// Days of lateness without any charge; on the first day after them all days count.
    pub carencia_dias: u16,
}

/// What most contracts say, and nobody may exceed towards consumers: 2 % once (CDC 52 § 1) and 1 % a month.
impl Default for Encargos {
    fn default() -> Self {
        let juros = Juros::Fixos { ao_mes: Taxa::new(1_000_000), contagem: Contagem::Comercial };
        Self { multa: Taxa::new(2_000_000), juros, correcao: None, carencia_dias: 0 }
    }
}

/// The series of a company, by name. One that is not there changes nothing.
pub type Series = BTreeMap<Rotulo, Serie>;

/// An amount by what it is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Componentes {
    /// Of the value of the título.
    pub principal: Centavos,
    /// What the series added to it.
    pub correcao: Centavos,
    /// Late fee.
    pub multa: Centavos,
    /// Late interest.
    pub juros: Centavos,
}

impl Componentes {
    /// All of it.
    #[must_use]
    pub fn total(self) -> Centavos {
        [self.principal, self.correcao, self.multa, self.juros].into_iter().sum()
    }

    /// All but the principal.
    #[must_use]
    pub fn encargos(self) -> Centavos {
        [self.correcao, self.multa, self.juros].into_iter().sum()
    }

    /// The lesser of each part.
    #[must_use]
    pub fn least(self, outro: Self) -> Self {
        self.with(outro, Ord::min)
    }

    /// Both.
    #[must_use]
    pub fn plus(self, outro: Self) -> Self {
        self.with(outro, |um, outro| [um, outro].into_iter().sum())
    }

    /// Part by part.
    pub(crate) fn with(self, outro: Self, conta: fn(Centavos, Centavos) -> Centavos) -> Self {
        Self {
            principal: conta(self.principal, outro.principal),
            correcao: conta(self.correcao, outro.correcao),
            multa: conta(self.multa, outro.multa),
            juros: conta(self.juros, outro.juros),
        }
    }

    /// What `valor` settles of it: interest first, then the fee, then the corrected value (CC 354), of which correction and
    /// principal are paid in the same proportion.
    #[must_use]
    pub fn imputar(self, valor: Centavos) -> Imputacao {
        let mut resta = valor.get().max(0);
        let mut take = |devido: i64| {
            let parte = devido.min(resta);
            resta -= parte;
            parte
        };
        let (juros, multa) = (take(self.juros.get()), take(self.multa.get()));
        let corrigido = self.principal.get() + self.correcao.get();
        let do_corrigido = take(corrigido);
        let principal = fraction(do_corrigido, self.principal.get().into(), i128::from(corrigido).max(1));
        let quitado = Self {
            principal: Centavos::new(principal),
            correcao: Centavos::new(do_corrigido - principal),
            multa: Centavos::new(multa),
            juros: Centavos::new(juros),
        };
        Imputacao { quitado, excedente: Centavos::new(resta) }
    }
}

/// What an amount paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imputacao {
    /// The part of the debt that it settled.
    pub quitado: Componentes,
    /// What was paid beyond the debt.
    pub excedente: Centavos,
}

/// A payment that was imputed already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pago {
    /// The day of the payment.
    pub em: NaiveDate,
    /// What it settled.
    pub quitado: Componentes,
}

/// A título as far as its charges depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Divida<'p> {
    /// Its face value.
    pub valor: Centavos,
    /// The due date written on it.
    pub vencimento: NaiveDate,
    /// Its payments that stand, in order of day.
    pub pagos: &'p [Pago],
}

/// How many days `em` is past the due date, which is none while it could still be paid in time (rule n02).
#[must_use]
pub fn dias_de_atraso(vencimento: NaiveDate, em: NaiveDate, regras: &Regras) -> i64 {
    let vencido = regras.vencimento_efetivo(vencimento) < em;
    if vencido { (em - vencimento).num_days() } else { 0 }
}

/// What a título is charged by.
#[derive(Clone, Copy, Debug)]
pub struct Condicoes<'c> {
    /// Of its creditor, or else of the company.
    pub encargos: &'c Encargos,
    /// Of the company.
    pub series: &'c Series,
    /// Of the company.
    pub regras: &'c Regras,
}

impl Condicoes<'_> {
    /// What is owed on `em`: the payments of later days have not been made yet.
    #[must_use]
    pub fn devido(&self, divida: &Divida<'_>, em: NaiveDate) -> Componentes {
        let mut conta = Conta::new(divida);
        for pago in divida.pagos.iter().take_while(|pago| pago.em <= em) {
            conta.accrue(self, pago.em);
            conta.settle(&pago.quitado);
        }
        conta.accrue(self, em);
        conta.devido(self, em)
    }

    /// What a payment of the day `em` finds: what was owed then, less what later payments have settled already.
    #[must_use]
    pub fn por_pagar(&self, divida: &Divida<'_>, em: NaiveDate) -> Componentes {
        let devido = self.devido(divida, em);
        let depois: Vec<&Pago> = divida.pagos.iter().filter(|pago| em < pago.em).collect();
        let resta = |de: Centavos, parte: fn(&Componentes) -> Centavos| {
            let quitado: Centavos = depois.iter().map(|pago| parte(&pago.quitado)).sum();
            Centavos::new(de.get().saturating_sub(quitado.get()).max(0))
        };
        let principal = resta(devido.principal, |quitado| quitado.principal);
        let antes = i128::from(devido.principal.get()).max(1);
        Componentes {
            principal,
            correcao: Centavos::new(fraction(devido.correcao.get(), principal.get().into(), antes)),
            multa: resta(devido.multa, |quitado| quitado.multa),
            juros: resta(devido.juros, |quitado| quitado.juros),
        }
    }
}

/// A debt on its way from day to day: what is left of it, and the charges that were not paid.
struct Conta {
    vencimento: NaiveDate,
    /// Interest was counted until then.
    ate: NaiveDate,
    principal: i64,
    multa: i64,
    juros: i64,
    multada: bool,
}

impl Conta {
    fn new(divida: &Divida<'_>) -> Self {
        let (vencimento, principal) = (divida.vencimento, divida.valor.get().max(0));
        Self { vencimento, ate: vencimento, principal, multa: 0, juros: 0, multada: false }
    }

    /// Counts charges until `em`.
    fn accrue(&mut self, condicoes: &Condicoes<'_>, em: NaiveDate) {
        let Condicoes { encargos, series, regras } = condicoes;
        let carencia = i64::from(encargos.carencia_dias);
        if em <= self.ate || dias_de_atraso(self.vencimento, em, regras) <= carencia {
            return;
        }
        let corrigido = self.corrigido(condicoes, em);
        if !self.multada {
            self.multada = true;
            self.multa = fraction(corrigido, encargos.multa.get().into(), Taxa::INTEIRO.into());
        }
        let (taxa, inteiro) = match &encargos.juros {
            Juros::Fixos { ao_mes, contagem } => {
                let (meses, por) = contagem.meses(self.vencimento, em);
                let (contados, _) = contagem.meses(self.vencimento, self.ate);
                (i128::from(ao_mes.get()) * (meses - contados), i128::from(Taxa::INTEIRO) * por)
            }
            Juros::Serie { serie } => {
                (series.get(serie).map_or(0, |serie| serie.soma(self.ate, em)), serie::UM)
            }
        };
        self.juros = self.juros.saturating_add(fraction(corrigido, taxa, inteiro));
        self.ate = em;
    }

    fn settle(&mut self, quitado: &Componentes) {
        self.principal = self.principal.saturating_sub(quitado.principal.get()).max(0);
        self.multa = self.multa.saturating_sub(quitado.multa.get()).max(0);
        self.juros = self.juros.saturating_sub(quitado.juros.get()).max(0);
    }

    /// What is left of the principal, corrected until `em`.
    fn corrigido(&self, condicoes: &Condicoes<'_>, em: NaiveDate) -> i64 {
        let serie = condicoes.encargos.correcao.as_ref().and_then(|nome| condicoes.series.get(nome));
        serie.map_or(self.principal, |serie| {
            fraction(self.principal, serie.fator(self.vencimento, em), serie::UM)
        })
    }

    fn devido(&self, condicoes: &Condicoes<'_>, em: NaiveDate) -> Componentes {
        // Corrected to the day until which charges count: none of them does within the days without any.
        let corrigido = if self.ate == em { self.corrigido(condicoes, em) } else { self.principal };
        Componentes {
            principal: Centavos::new(self.principal),
            correcao: Centavos::new(corrigido - self.principal),
            multa: Centavos::new(self.multa),
            juros: Centavos::new(self.juros),
        }
    }
}

impl Contagem {
    /// The months from `de` to `ate`, as a fraction whose denominator is always the same.
    fn meses(self, de: NaiveDate, ate: NaiveDate) -> (i128, i128) {
        let dias = i128::from((ate - de).num_days());
        match self {
            Self::Comercial => (dias, 30),
            Self::Civil => (12 * dias, 365),
            Self::MesCheio => (months_begun(de, ate), 1),
        }
    }
}

/// Months that have begun since `de`: the day after it is in the first.
fn months_begun(de: NaiveDate, ate: NaiveDate) -> i128 {
    let meses = |dia: NaiveDate| i128::from(dia.year()) * 12 + i128::from(dia.month());
    // The 31st of a month of 30 is its last day.
    let aniversario = de.day().min(u32::from(ate.num_days_in_month()));
    meses(ate) - meses(de) + i128::from(ate.day() > aniversario)
}

/// `valor` × `parte` / `inteiro`, half up.
fn fraction(valor: i64, parte: i128, inteiro: i128) -> i64 {
    i64::try_from(divide(i128::from(valor).saturating_mul(parte), inteiro)).unwrap_or(i64::MAX)
}

/// Half up, for what is not negative.
fn divide(valor: i128, por: i128) -> i128 {
    (valor + por / 2) / por
}

#[cfg(test)]
mod tests;
