//! Reads hints, claims one execution after another, and sends each as soon as it is claimed.
//!
//! A claim waits for a free place first, so that between the fence and the provider's first byte lies nothing but
//! rendering. The hint is acked once all its executions are claimed or found taken: from then on the rows carry them.

use std::sync::Arc;

use bus::Entrega;
use domain::execucao::Canal;
use domain::ids::{EmpresaId, ExecucaoId};
use runtime::Encerramento;
use store::disparos::{self, Reivindicacao};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use crate::{Dispatcher, Falha, email};

/// Consumes one channel until the end is asked for or the bus closes, then waits for what is being sent.
///
/// # Errors
/// The database cannot be used; the hint in hand goes back to its queue.
pub(crate) async fn run(dispatcher: Arc<Dispatcher>, canal: Canal, fim: Encerramento) -> Result<(), Falha> {
    // While the database is away no hint is taken: one that comes back too often would be dead-lettered.
    dispatcher.blocking(|d| d.banco.ping()).await?;
    let mut consumo = dispatcher.bus.consume(canal.as_str(), dispatcher.ajustes.prefetch);
    let vagas = Arc::new(Semaphore::new(dispatcher.ajustes.concorrencia.into()));
    let mut envios = JoinSet::new();
    let outcome = loop {
        let entrega = tokio::select! {
            biased;
            () = fim.aguardar() => break Ok(()),
            entrega = consumo.next() => entrega,
        };
        let Some(entrega) = entrega else { break Ok(()) };
        if let Err(falha) = take(&dispatcher, entrega, &vagas, &mut envios, &fim).await {
            break Err(falha);
        }
        while envios.try_join_next().is_some() {}
    };
    while envios.join_next().await.is_some() {}
    outcome
}

/// Claims and starts every execution of a hint.
async fn take(
    dispatcher: &Arc<Dispatcher>,
    entrega: Entrega,
    vagas: &Arc<Semaphore>,
    envios: &mut JoinSet<()>,
    fim: &Encerramento,
) -> Result<(), Falha> {
    let empresa = EmpresaId::new(entrega.mensagem.empresa_id());
    for id in entrega.mensagem.execucoes().iter().copied().map(ExecucaoId::new) {
        let Ok(vaga) = Arc::clone(vagas).acquire_owned().await else { return Ok(()) };
        if fim.pedido() {
            return Ok(()); // unacked: another dispatcher gets the rest at once
        }
        claim(dispatcher, empresa, id, vaga, envios).await?;
    }
    entrega.ack();
    Ok(())
}

async fn claim(
    dispatcher: &Arc<Dispatcher>,
    empresa: EmpresaId,
    id: ExecucaoId,
    vaga: OwnedSemaphorePermit,
    envios: &mut JoinSet<()>,
) -> Result<(), Falha> {
    let agora = dispatcher.relogio.agora();
    let reivindicacao = dispatcher
        .blocking(move |d| {
            d.banco.da_empresa(empresa, |t| {
                disparos::claim(t, id, d.ajustes.lease, |dados| email::decide(dados, agora))
            })
        })
        .await?;
    let fim = match reivindicacao {
        Reivindicacao::Nossa { cerca, titulos, dados } => {
            let dispatcher = Arc::clone(dispatcher);
            envios.spawn(async move {
                email::send(&dispatcher, (empresa, id, cerca), &titulos, &dados).await;
                drop(vaga);
            });
            return Ok(());
        }
        Reivindicacao::Adiada { .. } => "adiada",
        Reivindicacao::Descartada { .. } => "descartada",
        Reivindicacao::DeOutro => "de_outro",
    };
    metrics::counter!("reivindicacoes_sem_envio_total", "fim" => fim).increment(1);
    Ok(())
}
