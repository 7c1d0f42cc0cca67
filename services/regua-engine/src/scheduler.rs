//! Opens each company's night at its hour, in its time zone (rule g01). If no engine was up at that hour, the first one
//! that is opens it, on that date; dates that passed without a night are not replayed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use domain::ids::EmpresaId;
use runtime::Encerramento;
use store::StoreError;
use store::empresas::{self, HoraDaNoite};
use store::noites::{self, Abertura};

use crate::{Engine, Falha, first_failure};

/// How often the hour is looked at.
const OLHAR: Duration = Duration::from_secs(5);

/// Opens nights until the end is asked for.
///
/// # Errors
/// The database cannot be used; whoever supervises the loop starts it again.
pub(crate) async fn run(engine: Arc<Engine>, fim: Encerramento) -> Result<(), Falha> {
    // Spares a statement per company and look; the database decides, so losing this costs nothing.
    let mut abertas: HashMap<EmpresaId, NaiveDate> = HashMap::new();
    loop {
        let agora = engine.relogio.agora();
        let mut rodada = Ok(());
        for hora in engine.blocking(|e| empresas::night_hours(&e.banco)).await? {
            let aberta = match due_date(&hora, agora) {
                Ok(Some(hoje)) if abertas.insert(hora.empresa, hoje) != Some(hoje) => {
                    open(&engine, hora.empresa, hoje).await
                }
                Ok(_) => Ok(()),
                Err(erro) => Err(erro.into()),
            };
            rodada = first_failure(rodada, aberta)?;
        }
        rodada?;
        if !fim.dormir(OLHAR).await {
            return Ok(());
        }
    }
}

async fn open(engine: &Arc<Engine>, empresa: EmpresaId, hoje: NaiveDate) -> Result<(), Falha> {
    let abertura = engine
        .blocking(move |e| e.banco.da_empresa(empresa, |t| noites::open(t, hoje, e.relogio.agora())))
        .await?;
    if matches!(abertura, Abertura::Nova(_)) {
        tracing::info!(empresa.id = %empresa, noite.data = %hoje, "noite aberta na hora da empresa");
        engine.wake();
    }
    Ok(())
}

/// The company's date, if its night of that date is due.
fn due_date(hora: &HoraDaNoite, agora: DateTime<Utc>) -> Result<Option<NaiveDate>, StoreError> {
    let fuso = hora.zone()?;
    let local = agora.with_timezone(&fuso);
    let devida = is_due(local.date_naive(), local.time(), hora.hora, hora.criada_em.with_timezone(&fuso));
    Ok(devida.then(|| local.date_naive()))
}

/// Whether the hour has come, and the company was there when it came: a company that was made at noon does not have the
/// night of that morning.
fn is_due(hoje: NaiveDate, local: NaiveTime, hora: NaiveTime, criada_em: DateTime<Tz>) -> bool {
    local >= hora && (criada_em.date_naive() < hoje || criada_em.time() <= hora)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn hora(fuso: &str, hora: &str) -> HoraDaNoite {
        HoraDaNoite {
            empresa: EmpresaId::new(Uuid::nil()),
            fuso: fuso.to_owned(),
            hora: hora.parse().unwrap(),
            criada_em: "2015-01-01T00:00:00Z".parse().unwrap(),
        }
    }

    fn due(hora: &HoraDaNoite, agora: &str) -> Option<String> {
        due_date(hora, agora.parse().unwrap()).unwrap().map(|data| data.to_string())
    }

    #[test]
    fn g01_the_hour_and_the_date_are_the_companys() {
        for (fuso, antes, na_hora) in [
            ("America/Noronha", "2026-03-10T04:59:59Z", "2026-03-10T05:00:00Z"),
            ("America/Sao_Paulo", "2026-03-10T05:59:59Z", "2026-03-10T06:00:00Z"),
            ("America/Manaus", "2026-03-10T06:59:59Z", "2026-03-10T07:00:00Z"),
            ("America/Rio_Branco", "2026-03-10T07:59:59Z", "2026-03-10T08:00:00Z"),
        ] {
            let hora = hora(fuso, "03:00");
            assert_eq!(due(&hora, antes), None, "{fuso}");
            assert_eq!(due(&hora, na_hora).as_deref(), Some("2026-03-10"), "{fuso}");
        }
        // Past midnight in UTC it is still the day before in Acre, whose night is due since three in the morning.
        assert_eq!(
            due(&hora("America/Rio_Branco", "03:00"), "2026-03-11T04:00:00Z").as_deref(),
            Some("2026-03-10")
        );
    }

    #[test]
    fn g01_a_midnight_that_does_not_exist_comes_an_hour_later() {
        // Clocks went from 23:59:59 to 01:00:00.
        let meia_noite = hora("America/Sao_Paulo", "00:00");
        assert_eq!(due(&meia_noite, "2018-11-04T02:59:59Z").as_deref(), Some("2018-11-03"));
        assert_eq!(due(&meia_noite, "2018-11-04T03:00:00Z").as_deref(), Some("2018-11-04"));
        let dentro_do_salto = hora("America/Sao_Paulo", "00:30");
        assert_eq!(due(&dentro_do_salto, "2018-11-04T03:00:00Z").as_deref(), Some("2018-11-04"));
    }

    #[test]
    fn g01_an_hour_that_happens_twice_is_of_one_date() {
        // Clocks went from 23:59:59 back to 23:00:00.
        let tarde = hora("America/Sao_Paulo", "23:30");
        for agora in ["2018-02-18T01:30:00Z", "2018-02-18T02:30:00Z"] {
            assert_eq!(due(&tarde, agora).as_deref(), Some("2018-02-17"), "{agora}");
        }
    }

    #[test]
    fn a_company_made_after_the_hour_waits_for_the_next_day() {
        let nova = HoraDaNoite {
            criada_em: "2026-03-10T15:00:00Z".parse().unwrap(),
            ..hora("America/Sao_Paulo", "03:00")
        };
        assert_eq!(due(&nova, "2026-03-10T15:00:01Z"), None);
        assert_eq!(due(&nova, "2026-03-11T06:00:00Z").as_deref(), Some("2026-03-11"));
    }
}
