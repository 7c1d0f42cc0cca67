//! Walks a portfolio over its own dates on the sandbox clock, through the API, as an ERP would have done day by day.
//!
//! Each day: the títulos issued that day are pushed, the contested ones are suspended or opened again, payments arrive, the
//! night runs, the sending window opens, and everything that may leave leaves. Where a bank reports in the morning, payments
//! arrive after the night: see [`Pagamentos`].

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use sheets::LinhaTitulo;

use crate::cliente::Cliente;
use crate::progresso::Progresso;
use crate::{Resultado, linha};

/// Items of one push, as the API limits them.
const LOTE: usize = 1_000;
/// Local times of a day: what the ERP says before the night, the night, what a bank says in the morning, and a time at which
/// every usual window is open.
const FATOS: (u32, u32) = (2, 0);
const NOITE: (u32, u32) = (3, 0);
const MANHA: (u32, u32) = (6, 30);
const ENVIOS: (u32, u32) = (12, 0);
/// After the last night the clock goes on until every usual window has opened once more.
const DIAS_DEPOIS: u64 = 4;

/// When the payments of a day are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pagamentos {
    /// With the other facts of the day: the night knows them.
    AntesDaNoite,
    /// In the morning: the night does not, and what it made due is called off.
    DeManha,
}

/// How contested títulos are held back: days after the due date, if they are not paid by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contestacao {
    /// Suspended after so many days.
    pub suspende_apos: u16,
    /// Opened again after so many days.
    pub reabre_apos: u16,
}

/// What happens on one day: títulos as the API takes them, and codes of títulos.
#[derive(Default)]
struct Dia {
    titulos: Vec<Value>,
    suspensoes: Vec<String>,
    reaberturas: Vec<String>,
    pagamentos: Vec<String>,
}

/// The days of a portfolio.
pub struct Historia {
    dias: BTreeMap<NaiveDate, Dia>,
    pagamentos: Pagamentos,
    /// First day.
    pub de: NaiveDate,
    /// Last day.
    pub ate: NaiveDate,
}

impl Historia {
    /// The history of `linhas` between two days. What was issued before `de`, or has no date of issue, is there on the
    /// first day; what happens after `ate` is left out.
    #[must_use]
    pub fn new(linhas: &[LinhaTitulo], (de, ate): (NaiveDate, NaiveDate), pagamentos: Pagamentos) -> Self {
        let mut dias: BTreeMap<NaiveDate, Dia> = BTreeMap::new();
        for titulo in linhas {
            let entra = titulo.emissao.unwrap_or(de).max(de);
            dias.entry(entra).or_default().titulos.push(linha::to_item(titulo));
            if let Some(pago_em) = titulo.pago_em {
                dias.entry(pago_em.max(entra)).or_default().pagamentos.push(titulo.codigo_integracao.clone());
            }
        }
        Self { dias, pagamentos, de, ate }
    }

    /// The same history with the contested títulos among `linhas` held back for a while.
    #[must_use]
    pub fn contested(mut self, linhas: &[LinhaTitulo], contestacao: Contestacao) -> Self {
        for titulo in linhas.iter().filter(|titulo| titulo.contestado) {
            let entra = titulo.emissao.unwrap_or(self.de).max(self.de);
            let em_aberto = |apos: u16| {
                let dia = titulo.vencimento.checked_add_days(Days::new(apos.into()))?.max(entra);
                titulo.pago_em.is_none_or(|pago_em| dia < pago_em).then_some(dia)
            };
            let codigo = || titulo.codigo_integracao.clone();
            if let Some(dia) = em_aberto(contestacao.suspende_apos) {
                self.dias.entry(dia).or_default().suspensoes.push(codigo());
                if let Some(dia) = em_aberto(contestacao.reabre_apos) {
                    self.dias.entry(dia).or_default().reaberturas.push(codigo());
                }
            }
        }
        self
    }

    /// The days that a portfolio spans by itself: from the first issue to the last date in it, and two days more.
    #[must_use]
    pub fn span(linhas: &[LinhaTitulo]) -> Option<(NaiveDate, NaiveDate)> {
        let de = linhas.iter().map(|l| l.emissao.unwrap_or(l.vencimento)).min()?;
        let ate = linhas.iter().map(|l| l.pago_em.unwrap_or(l.vencimento).max(l.vencimento)).max()?;
        Some((de, ate.checked_add_days(Days::new(2))?))
    }

    /// Walks the whole history.
    ///
    /// # Errors
    /// The API refused something, or does not answer.
    pub async fn walk(&self, api: &Cliente, fuso: Tz) -> Resultado {
        let noites = u64::try_from(self.ate.signed_duration_since(self.de).num_days())? + 1;
        let mut progresso = Progresso::new("noites", noites);
        let mut ids = HashMap::new();
        for data in self.de.iter_days().take_while(|data| *data <= self.ate) {
            self.walk_day(api, fuso, data, &mut ids).await?;
            progresso.advance(1);
        }
        progresso.finish();
        for dias in 1..=DIAS_DEPOIS {
            let data = self.ate.checked_add_days(Days::new(dias)).ok_or("fim do calendário")?;
            api.set_clock(instant(fuso, data, ENVIOS)?).await?;
            api.wait_quiet().await?;
        }
        Ok(())
    }

    async fn walk_day(
        &self,
        api: &Cliente,
        fuso: Tz,
        data: NaiveDate,
        ids: &mut HashMap<String, String>,
    ) -> Resultado {
        api.set_clock(instant(fuso, data, FATOS)?).await?;
        let dia = self.dias.get(&data);
        for lote in dia.iter().flat_map(|dia| dia.titulos.chunks(LOTE)) {
            learn_ids(&api.push(lote).await?, ids);
        }
        let (suspensoes, reaberturas, pagamentos) = dia.map_or((&[][..], &[][..], &[][..]), |dia| {
            (&dia.suspensoes[..], &dia.reaberturas[..], &dia.pagamentos[..])
        });
        tell(api, suspensoes, "suspensao", ids).await?;
        tell(api, reaberturas, "reabertura", ids).await?;
        if self.pagamentos == Pagamentos::AntesDaNoite {
            tell(api, pagamentos, "pagamento", ids).await?;
        }
        api.set_clock(instant(fuso, data, NOITE)?).await?;
        api.run_night(data).await?;
        if self.pagamentos == Pagamentos::DeManha {
            api.set_clock(instant(fuso, data, MANHA)?).await?;
            tell(api, pagamentos, "pagamento", ids).await?;
        }
        api.set_clock(instant(fuso, data, ENVIOS)?).await?;
        api.wait_quiet().await
    }
}

/// Tells the same fact of several títulos. One that was refused when it was pushed has no id, and nothing happens to it.
async fn tell(api: &Cliente, codigos: &[String], fato: &str, ids: &HashMap<String, String>) -> Resultado {
    for id in codigos.iter().filter_map(|codigo| ids.get(codigo)) {
        api.tell(id, fato).await?;
    }
    Ok(())
}

/// The first instant of a local time; a clock change may skip it, then it is the hour after.
///
/// # Errors
/// The date is outside the calendar.
pub fn instant(fuso: Tz, data: NaiveDate, (hora, minuto): (u32, u32)) -> Resultado<DateTime<Utc>> {
    let local = |hora| Some(data.and_time(NaiveTime::from_hms_opt(hora, minuto, 0)?));
    let found = [local(hora), local(hora + 1)]
        .into_iter()
        .flatten()
        .find_map(|local| fuso.from_local_datetime(&local).earliest());
    Ok(found.ok_or("data fora do calendário")?.to_utc())
}

fn learn_ids(resultados: &[Value], ids: &mut HashMap<String, String>) {
    for resultado in resultados {
        let texto = |campo: &str| resultado.get(campo).and_then(Value::as_str).map(str::to_owned);
        if let (Some(codigo), Some(id)) = (texto("codigo_integracao"), texto("id")) {
            ids.insert(codigo, id);
        }
    }
}
