//! Days as the company counts them.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::regras::Regras;
use store::{StoreError, Tenant, empresas};

/// The company's today, zone and rules.
pub(super) struct Calendario {
    pub(super) hoje: NaiveDate,
    pub(super) regras: Regras,
    fuso: Tz,
}

impl Calendario {
    /// As it is at `agora`.
    pub(super) fn load(t: &mut Tenant<'_>, agora: DateTime<Utc>) -> Result<Self, StoreError> {
        let empresa = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?;
        Ok(Self { hoje: empresa.today(agora)?, regras: empresa.regras()?, fuso: empresa.zone()? })
    }

    /// The first instant of a day: the first hour after midnight that the day has.
    fn starts(&self, dia: NaiveDate) -> DateTime<Utc> {
        let meia_noite = dia.and_time(NaiveTime::MIN);
        let mut horas = (0..24).filter_map(|h| meia_noite.checked_add_signed(TimeDelta::hours(h)));
        let inicio = horas.find_map(|hora| hora.and_local_timezone(self.fuso).earliest());
        inicio.map_or_else(|| meia_noite.and_utc(), |inicio| inicio.to_utc())
    }

    /// From the first of the days on, and before the day after the last.
    pub(super) fn instants(
        &self,
        de: Option<NaiveDate>,
        ate: Option<NaiveDate>,
    ) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let depois = ate.and_then(|ate| ate.succ_opt());
        (de.map(|de| self.starts(de)), depois.map(|depois| self.starts(depois)))
    }
}
