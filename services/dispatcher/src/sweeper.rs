//! Puts right what a crash or a broker without its disk left behind.

use std::sync::Arc;

use runtime::Encerramento;
use store::disparos;

use crate::{Dispatcher, Falha};

/// Sweeps until the end is asked for.
///
/// # Errors
/// The database cannot be used; whoever supervises the loop starts it again.
pub(crate) async fn run(dispatcher: Arc<Dispatcher>, fim: Encerramento) -> Result<(), Falha> {
    loop {
        let fila = dispatcher.ajustes.fila;
        let varredura = dispatcher.blocking(move |d| disparos::sweep(&d.banco, fila)).await?;
        if varredura.devolvidas > 0 || varredura.incertas > 0 {
            metrics::counter!("varredura_devolvidas_total").increment(varredura.devolvidas.unsigned_abs());
            metrics::counter!("varredura_incertas_total").increment(varredura.incertas.unsigned_abs());
            tracing::warn!(
                varredura.devolvidas = varredura.devolvidas,
                varredura.incertas = varredura.incertas,
                "execuções paradas foram recolhidas"
            );
        }
        if !fim.dormir(dispatcher.ajustes.varredura).await {
            return Ok(());
        }
    }
}
