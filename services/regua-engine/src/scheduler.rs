//! Opens each company's night at its hour, in its time zone (rule g01). If no engine was up at that hour, the first one
//! that is opens it, on that date; dates that passed without a night are not replayed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use domain::ids::EmpresaId;
use runtime::Encerramento;
use store::empresas::{self, HoraDaNoite};
use store::noites::{self, Abertura};

use crate::{Engine, Falha};

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
        for hora in engine.blocking(|e| empresas::night_hours(&e.banco)).await? {
            let Some(hoje) = due_date(&hora, agora) else { continue };
            if abertas.insert(hora.empresa, hoje) != Some(hoje) {
                open(&engine, hora.empresa, hoje).await?;
            }
        }
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
fn due_date(hora: &HoraDaNoite, agora: DateTime<Utc>) -> Option<NaiveDate> {
    let fuso: Tz = hora.fuso.parse().unwrap_or(Tz::America__Sao_Paulo);
    let local = agora.with_timezone(&fuso);
    is_due(local.date_naive(), local.time(), hora.hora, hora.criada_em.with_timezone(&fuso))
        .then(|| local.date_naive())
}

/// Whether the hour has come, and the company was there when it came: a company that was made at noon does not have the
/// night of that morning.
fn is_due(hoje: NaiveDate, local: NaiveTime, hora: NaiveTime, criada_em: DateTime<Tz>) -> bool {
    local >= hora && (criada_em.date_naive() < hoje || criada_em.time() <= hora)
}
