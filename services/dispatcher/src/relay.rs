//! Publishes what is ripe.
//!
//! Rows are marked `enfileirada` and committed before anything is published: no transaction is open while the broker is
//! asked, and a dispatcher that reads the message at once finds the row claimable. What the broker did not confirm is
//! given back; what a crash left unpublished comes back by the sweep.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bus::{MAX_EXECUCOES, Mensagem};
use domain::execucao::Canal;
use domain::ids::{EmpresaId, ExecucaoId};
use runtime::Encerramento;
use store::disparos::{self, Enfileirada};
use uuid::Uuid;

use crate::{Dispatcher, Falha};

/// Rows taken at a time: measured, a thousand at once is claimed 27 times faster a row than one by one.
const LOTE: i32 = 1_000;
/// How long an empty look waits. Actions are scheduled by the minute, so a quarter of a second delays nobody.
const OCIOSO: Duration = Duration::from_millis(250);
/// How long it waits after a round that took all there was room for: what is asked for in crumbs costs by the crumb.
const RESPIRO: Duration = Duration::from_millis(20);

/// Publishes until the end is asked for.
///
/// # Errors
/// The database cannot be used; whoever supervises the loop starts it again.
pub(crate) async fn run(dispatcher: Arc<Dispatcher>, fim: Encerramento) -> Result<(), Falha> {
    while !fim.pedido() {
        match publish_ripe(&dispatcher).await? {
            0 => fim.dormir(OCIOSO).await,
            cheia if cheia >= usize::try_from(LOTE).unwrap_or(usize::MAX) => true,
            _ => fim.dormir(RESPIRO).await,
        };
    }
    Ok(())
}

/// One round: answers how many executions were published.
async fn publish_ripe(dispatcher: &Arc<Dispatcher>) -> Result<usize, Falha> {
    let agora = dispatcher.relogio.agora();
    // What a provider that does not answer could not be told waits where it can still be called off.
    let canais: Vec<_> = dispatcher.vias.iter().filter(|via| !via.fechada()).map(|via| via.canal()).collect();
    let limites = (LOTE, dispatcher.ajustes.na_fila);
    let lote = dispatcher.blocking(move |d| disparos::enqueue(&d.banco, &canais, agora, limites)).await?;
    if lote.is_empty() {
        return Ok(0);
    }
    let mensagens = messages(&lote, agora);
    let resultados = dispatcher.bus.publish(&mensagens).await;
    let perdidas: Vec<(EmpresaId, ExecucaoId)> = mensagens
        .iter()
        .zip(&resultados)
        .filter(|(_, resultado)| resultado.is_err())
        .flat_map(|(m, _)| {
            m.execucoes().iter().map(|id| (EmpresaId::new(m.empresa_id()), ExecucaoId::new(*id)))
        })
        .collect();
    let publicadas = lote.len().saturating_sub(perdidas.len());
    metrics::counter!("relay_publicadas_total").increment(u64::try_from(publicadas).unwrap_or(u64::MAX));
    if perdidas.is_empty() {
        return Ok(publicadas);
    }
    tracing::warn!(
        relay.nao_publicadas = perdidas.len(),
        "o barramento não confirmou; as execuções voltam a pendente"
    );
    dispatcher.blocking(move |d| disparos::unqueue(&d.banco, &perdidas)).await?;
    Ok(0)
}

/// Groups by company and channel, up to a hundred executions a message.
fn messages(lote: &[Enfileirada], agora: chrono::DateTime<chrono::Utc>) -> Vec<Mensagem> {
    let mut grupos: BTreeMap<(EmpresaId, Canal), Vec<Uuid>> = BTreeMap::new();
    for execucao in lote {
        grupos.entry((execucao.empresa, execucao.canal)).or_default().push(execucao.id.uuid());
    }
    let mut mensagens = Vec::new();
    for ((empresa, canal), ids) in grupos {
        for parte in ids.chunks(MAX_EXECUCOES) {
            // The id names the hint, nothing else: the rows are what counts.
            match Mensagem::new(Uuid::now_v7(), canal.as_str(), empresa.uuid(), agora, parte.to_vec()) {
                Ok(mensagem) => mensagens.push(mensagem),
                // Its rows stay `enfileirada` and come back by the sweep.
                Err(erro) => tracing::error!(erro = %erro, "a mensagem não pôde ser montada"),
            }
        }
    }
    mensagens
}
