//! Puts right what a crash or a broker without its disk left behind.

use std::sync::Arc;
use std::time::Duration;

use runtime::Encerramento;
use store::consultas;
use store::disparos::{self, Varredura};

use crate::{Dispatcher, Falha};

/// A query that nobody answered for so long is given up.
const SEM_RESPOSTA: Duration = Duration::from_hours(7 * 24);

/// Sweeps until the end is asked for.
///
/// # Errors
/// The database cannot be used; whoever supervises the loop starts it again.
pub(crate) async fn run(dispatcher: Arc<Dispatcher>, fim: Encerramento) -> Result<(), Falha> {
    loop {
        let prazos = dispatcher.ajustes.prazos;
        let repetiveis: Vec<_> =
            dispatcher.vias.iter().filter(|via| via.saida.idempotente()).map(|via| via.canal()).collect();
        let varredura = dispatcher.blocking(move |d| disparos::sweep(&d.banco, prazos, &repetiveis)).await?;
        let Varredura { devolvidas, repetidas, incertas, escaladas } = varredura;
        for (fim, quantas) in [
            ("devolvidas", devolvidas),
            ("repetidas", repetidas),
            ("incertas", incertas),
            ("escaladas", escaladas),
        ] {
            metrics::counter!("varredura_total", "fim" => fim).increment(quantas.unsigned_abs());
        }
        if varredura != Varredura::default() {
            tracing::warn!(
                varredura.devolvidas = devolvidas,
                varredura.repetidas = repetidas,
                varredura.incertas = incertas,
                varredura.escaladas = escaladas,
                "execuções paradas foram recolhidas"
            );
        }
        let avancaram = dispatcher.blocking(|d| disparos::sweep_receipts(&d.banco)).await?;
        metrics::counter!("varredura_total", "fim" => "recibos").increment(avancaram.unsigned_abs());
        let agora = dispatcher.relogio.agora();
        let consultas = dispatcher.blocking(move |d| consultas::sweep(&d.banco, agora, SEM_RESPOSTA)).await?;
        for (fim, quantas) in [("esquecidas", consultas.esquecidas), ("desistidas", consultas.desistidas)] {
            metrics::counter!("varredura_total", "fim" => fim).increment(quantas.unsigned_abs());
        }
        if !fim.dormir(dispatcher.ajustes.varredura).await {
            return Ok(());
        }
    }
}
