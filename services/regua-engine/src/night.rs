//! The night: reads what is due or changed in chunks, decides each debtor by the pure function, writes in bulk.
//!
//! Each chunk is one transaction, so a night can be killed anywhere and run again, and any number of engines may share
//! it: a chunk's debtors are locked, and the next engine passes them over.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use domain::execucao::madura_em;
use domain::ids::{EmpresaId, NoiteId};
use domain::regua::{decide, descoberto};
use runtime::{Encerramento, cronometro};
use store::{StoreError, Tenant, coberturas, empresas, noites, reguas};

use crate::{Engine, Falha, first_failure};

/// Debtors a chunk: large enough that the fixed cost of a transaction vanishes, small enough that its locks are brief and
/// that two of them take no memory to speak of.
const LOTE: i64 = 1_000;
/// Debtors a chunk that waits for rows others hold: few, because every one of them may be waited for.
const LOTE_COM_ESPERA: i64 = 200;
/// How often an engine looks for nights that another one opened or left behind.
const OLHAR: Duration = Duration::from_millis(500);

/// Walks every night under way until the end is asked for.
///
/// # Errors
/// The database cannot be used; whoever supervises the loop starts it again, and the night goes on where it was.
pub(crate) async fn run(engine: Arc<Engine>, fim: Encerramento) -> Result<(), Falha> {
    while !fim.pedido() {
        let andando = engine.blocking(|e| noites::under_way(&e.banco)).await?;
        let mut rodada = Ok(());
        for (empresa, noite, data) in andando {
            let andou = walk(&engine, empresa, (noite, data), &fim).await;
            rodada = first_failure(rodada, andou)?;
        }
        rodada?;
        tokio::select! {
            () = engine.aberta.notified() => {}
            _ = fim.dormir(OLHAR) => {}
        }
    }
    Ok(())
}

/// Two chunks at a time until nobody is left; then once more waiting for what others hold, so that nobody is left out.
async fn walk(
    engine: &Arc<Engine>,
    empresa: EmpresaId,
    noite: (NoiteId, NaiveDate),
    fim: &Encerramento,
) -> Result<(), Falha> {
    let todos = |espera| drain(engine, empresa, noite, espera, fim);
    let (uma, outra) = tokio::try_join!(todos(false), todos(false))?;
    if uma == Ficou::Ninguem && outra == Ficou::Ninguem && todos(true).await? == Ficou::Ninguem {
        engine
            .blocking(move |e| e.banco.da_empresa(empresa, |t| noites::finish(t, noite.0, e.relogio.agora())))
            .await?;
        tracing::info!(empresa.id = %empresa, noite.data = %noite.1, "noite concluída");
    }
    Ok(())
}

/// Why a row of chunks ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ficou {
    /// It found nobody to look at.
    Ninguem,
    /// The night is over, or the process is about to be.
    Tudo,
}

/// Chunk after chunk. Another one like it takes the debtors that this one holds for the moment: while the database writes
/// a chunk, the engine reads and decides the next.
async fn drain(
    engine: &Arc<Engine>,
    empresa: EmpresaId,
    noite: (NoiteId, NaiveDate),
    espera: bool,
    fim: &Encerramento,
) -> Result<Ficou, Falha> {
    while !fim.pedido() {
        let olhados = engine
            .blocking(move |e| e.banco.da_empresa(empresa, |t| chunk(t, noite, espera, e.relogio.agora())))
            .await?;
        let Some(devedores) = olhados else { return Ok(Ficou::Tudo) };
        metrics::counter!("noite_devedores_total").increment(u64::try_from(devedores).unwrap_or(u64::MAX));
        if devedores == 0 {
            return Ok(Ficou::Ninguem);
        }
    }
    Ok(Ficou::Tudo)
}

/// One chunk: claim, decide, save. Answers how many debtors it looked at; `None` when the night is over.
fn chunk(
    t: &mut Tenant<'_>,
    noite: (NoiteId, NaiveDate),
    espera: bool,
    agora: DateTime<Utc>,
) -> Result<Option<usize>, StoreError> {
    let limite = if espera { LOTE_COM_ESPERA } else { LOTE };
    let Some((devedores, escolhas)) = timed("ler", || noites::claim(t, noite, limite, espera))? else {
        return Ok(None);
    };
    if devedores.is_empty() {
        return Ok(Some(0));
    }
    let reguas = reguas::load(t)?;
    let empresa = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?;
    let janelas = empresas::janelas(t)?;
    let fusos = empresa.fusos_dos_envios()?;
    let decisoes: Vec<_> = timed("decidir", || {
        devedores.iter().map(|d| (d.id, decide(&reguas, d, noite.1, &escolhas))).collect()
    });
    let fora: Vec<_> = devedores
        .iter()
        .zip(&decisoes)
        .map(|(d, (id, decisao))| (*id, descoberto(&reguas, d, decisao)))
        .collect();
    drop(devedores); // the rest of a chunk is as large again
    timed("gravar", || {
        coberturas::save(t, &fora, noite.1)?;
        noites::save(t, noite, &decisoes, |canal| madura_em(&janelas, canal, &fusos, agora), agora)
    })?;
    Ok(Some(decisoes.len()))
}

/// Tells Prometheus what a phase of a chunk took.
fn timed<T>(fase: &'static str, work: impl FnOnce() -> T) -> T {
    let medida = cronometro();
    let feito = work();
    metrics::histogram!("noite_fase_segundos", "fase" => fase).record(medida.decorrido());
    feito
}
