//! Reads hints, claims as many executions at a time as there are free places, and sends each as soon as it is claimed.
//!
//! A claim waits for a free place first, so that between the fence and the provider's first byte lies nothing but
//! rendering. The hint is acked once all its executions are claimed or found taken: from then on the rows carry them.

use std::sync::Arc;
use std::time::Duration;

use bus::Entrega;
use domain::execucao::Passe;
use domain::ids::{EmpresaId, ExecucaoId};
use runtime::Encerramento;
use store::disparos::{self, Reivindicacao};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::JoinSet;

use crate::canais::{self, Tarefa};
use crate::envio::{self, Escrita};
use crate::ritmo::Ritmo;
use crate::via::{Sonda, Via};
use crate::{Dispatcher, Falha, escritor};

/// Results that wait to be written; more than that and sending waits for the database.
const POR_GRAVAR: usize = 1_000;
/// How long a claim waits for a quarter of the places to come free, before it does with less.
const ESPERA_POR_VAGAS: Duration = Duration::from_millis(2);
/// How long a process that is asked to end waits for the answers to what it has sent. A mail server may take longer over its
/// last reply; what it says then nobody hears, and the execution is in doubt.
const PRAZO_DO_FIM: Duration = Duration::from_secs(25);

/// Consumes one channel until the end is asked for or the bus closes, then waits for what is being sent.
///
/// # Errors
/// The database cannot be used; the hint in hand goes back to its queue.
pub(crate) async fn run(dispatcher: Arc<Dispatcher>, via: Arc<Via>, fim: Encerramento) -> Result<(), Falha> {
    // While the database is away no hint is taken: one that comes back too often would be dead-lettered.
    dispatcher.blocking(|d| d.banco.ping()).await?;
    let mut consumo = dispatcher.bus.consume(via.canal().as_str(), dispatcher.ajustes.prefetch);
    let (escritor, chegam) = mpsc::channel(POR_GRAVAR);
    let escrevendo = tokio::spawn(escritor::run(Arc::clone(&dispatcher), chegam));
    let ritmo = Ritmo::new(&dispatcher, &via);
    let mut turno = Turno { dispatcher, via, escritor, envios: JoinSet::new(), ritmo };
    let outcome = loop {
        let entrega = tokio::select! {
            biased;
            () = fim.aguardar() => break Ok(()),
            entrega = consumo.next() => entrega,
        };
        let Some(entrega) = entrega else { break Ok(()) };
        if let Err(falha) = turno.take(entrega, &fim).await {
            break Err(falha);
        }
        while turno.envios.try_join_next().is_some() {}
    };
    turno.put_down(&fim).await;
    escrevendo.await?;
    outcome
}

/// A consumer at work.
struct Turno {
    dispatcher: Arc<Dispatcher>,
    via: Arc<Via>,
    escritor: mpsc::Sender<Escrita>,
    envios: JoinSet<()>,
    ritmo: Ritmo,
}

impl Turno {
    /// Claims and starts every execution of a hint.
    async fn take(&mut self, entrega: Entrega, fim: &Encerramento) -> Result<(), Falha> {
        let empresa = EmpresaId::new(entrega.mensagem.empresa_id());
        let ids: Vec<_> = entrega.mensagem.execucoes().iter().copied().map(ExecucaoId::new).collect();
        let mut faltam = ids.as_slice();
        while !faltam.is_empty() {
            let Some((vagas, sonda)) = self.places(faltam.len(), fim).await else {
                return Ok(()); // unacked: another dispatcher gets the rest at once
            };
            let cabem = (vagas.num_permits(), faltam.len().min(self.via.lugares));
            let Some(fichas) = self.ritmo.wait(&self.dispatcher, cabem, fim).await? else {
                return Ok(());
            };
            if sonda.is_none() && self.via.fechada() {
                self.ritmo.give_back(fichas);
                continue; // it came to be left alone while we waited
            }
            let Some((agora, depois)) = faltam.split_at_checked(fichas) else { break };
            let nossas = self.claim(empresa, agora, vagas, sonda).await;
            self.ritmo.give_back(agora.len().saturating_sub(*nossas.as_ref().unwrap_or(&0)));
            nossas?;
            faltam = depois;
        }
        entrega.ack();
        Ok(())
    }

    /// As many places as are free, one at least and no more than are asked for, once the provider may be called; and the turn of
    /// the probe, if it is one. `None` when the end was asked for.
    async fn places(
        &self,
        quantas: usize,
        fim: &Encerramento,
    ) -> Option<(OwnedSemaphorePermit, Option<Sonda>)> {
        let mut vagas = Arc::clone(&self.via.vagas).acquire_owned().await.ok()?;
        loop {
            if fim.pedido() {
                return None;
            }
            let mudou = self.via.mudou();
            match self.via.passe() {
                Passe::Sonda => return Some((vagas, Some(self.via.sonda()))),
                Passe::Livre => break,
                Passe::Espere(tempo) => {
                    tokio::select! {
                        _ = fim.dormir(tempo) => {}
                        () = mudou => {}
                    }
                }
            }
        }
        // A claim costs the same for one as for many: some more may come free in a moment.
        let poucas = u32::try_from(quantas.min(self.via.lugares / 4).saturating_sub(1)).unwrap_or(u32::MAX);
        let outras = Arc::clone(&self.via.vagas).acquire_many_owned(poucas);
        if let Ok(Ok(outras)) = tokio::time::timeout(ESPERA_POR_VAGAS, outras).await {
            vagas.merge(outras);
        }
        let livres = self.via.vagas.available_permits().min(quantas.saturating_sub(vagas.num_permits()));
        // The other consumer of the channel may have been faster; then this is all there is.
        if let Ok(outras) =
            Arc::clone(&self.via.vagas).try_acquire_many_owned(u32::try_from(livres).unwrap_or(u32::MAX))
        {
            vagas.merge(outras);
        }
        Some((vagas, None))
    }

    /// Claims in one transaction and starts what is ours; answers how many that was.
    async fn claim(
        &mut self,
        empresa: EmpresaId,
        ids: &[ExecucaoId],
        mut vagas: OwnedSemaphorePermit,
        mut sonda: Option<Sonda>,
    ) -> Result<usize, Falha> {
        let (agora, canal) = (self.dispatcher.relogio.agora(), self.via.canal());
        let (pedidas, preco) = (ids.to_vec(), self.via.saida.tarifa(agora));
        let reivindicadas = self
            .dispatcher
            .blocking(move |d| {
                d.banco.da_empresa(empresa, |t| {
                    disparos::claim_to_ask(t, &pedidas, (d.ajustes.lease, preco), |dados| {
                        canais::decide_on(canal, dados, agora)
                    })
                })
            })
            .await?;
        let mut nossas = 0;
        for (id, reivindicada) in reivindicadas {
            match reivindicada {
                Reivindicacao::Nossa { cerca, titulos, dados } => {
                    nossas += 1;
                    let (vaga, tarefa) = (vagas.split(1), Tarefa { id, empresa, titulos, dados });
                    let (d, via) = (Arc::clone(&self.dispatcher), Arc::clone(&self.via));
                    let (escritor, sonda) = (self.escritor.clone(), sonda.take());
                    self.envios.spawn(async move {
                        envio::send(&d, &via, (empresa, cerca), tarefa, &escritor).await;
                        drop((vaga, sonda));
                    });
                }
                Reivindicacao::Adiada { .. } => count("adiada"),
                Reivindicacao::Retida => count("retida"),
                Reivindicacao::Descartada { .. } => count("descartada"),
                Reivindicacao::Expirada => count("expirada"),
                Reivindicacao::DeOutro => count("de_outro"),
            }
        }
        Ok(nossas)
    }

    /// Waits for what is being sent, and not too long once the end was asked for.
    async fn put_down(mut self, fim: &Encerramento) {
        let tarde = async {
            fim.aguardar().await;
            tokio::time::sleep(PRAZO_DO_FIM).await;
        };
        tokio::select! {
            () = async { while self.envios.join_next().await.is_some() {} } => {}
            () = tarde => {
                tracing::warn!(envios = self.envios.len(), "sem resposta a tempo; o que estava em envio fica incerto");
                self.envios.shutdown().await;
            }
        }
    }
}

fn count(fim: &'static str) {
    metrics::counter!("reivindicacoes_sem_envio_total", "fim" => fim).increment(1);
}
