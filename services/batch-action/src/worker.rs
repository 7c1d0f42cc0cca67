//! Works on what was confirmed: a step of each batch in turn, so that a small one is not behind a large one.
//!
//! Any number of workers may run on the same database, and each may be killed anywhere: a step is one transaction.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::{EmpresaId, LoteId};
use runtime::{Encerramento, Relogio, supervise};
use servico::lacos::{Falha, blocking, first_failure};
use store::Banco;
use store::lotes::{self, Passo};
use tokio::sync::Notify;

/// How often batches are looked for that another process confirmed, or that wait for what is under way.
const OLHAR: Duration = Duration::from_secs(1);

/// Connections that a worker needs: it asks one thing at a time.
pub const CONEXOES: u32 = 1;

/// A worker: what it works with.
pub struct Trabalhador {
    banco: Banco,
    relogio: Relogio,
    confirmada: Notify,
}

impl Trabalhador {
    /// Puts a worker together; [`Trabalhador::run`] starts it.
    #[must_use]
    pub fn new(banco: Banco, relogio: Relogio) -> Arc<Self> {
        Arc::new(Self { banco, relogio, confirmada: Notify::new() })
    }

    /// Works until the end is asked for.
    pub async fn run(self: Arc<Self>, fim: Encerramento) {
        let worker = {
            let fim = fim.clone();
            move || Arc::clone(&self).work(fim.clone())
        };
        supervise("lotes", &fim, worker).await;
    }

    /// Tells the worker that a batch was confirmed, so that it need not wait for its next look.
    pub(crate) fn wake(&self) {
        self.confirmada.notify_one();
    }

    async fn work(self: Arc<Self>, fim: Encerramento) -> Result<(), Falha> {
        while !fim.pedido() {
            let (andou, rodada) = self.round(&fim).await?;
            if !andou {
                rodada?;
                tokio::select! {
                    () = self.confirmada.notified() => {}
                    _ = fim.dormir(OLHAR) => {}
                }
            }
        }
        Ok(())
    }

    /// A step of each batch; answers whether there may be more to do at once, and what went wrong. What is wrong with one of them
    /// keeps no other from its steps: the worker starts over once there is nothing to do for these.
    async fn round(self: &Arc<Self>, fim: &Encerramento) -> Result<(bool, Result<(), Falha>), Falha> {
        let (mut andou, mut rodada) = (false, Ok(()));
        for (empresa, lote) in blocking(self, |w: &Self| lotes::pending(&w.banco)).await? {
            if fim.pedido() {
                break;
            }
            let passo = self.step(empresa, lote).await.map(|passo| andou |= passo == Passo::Andou);
            rodada = first_failure(rodada, passo)?;
        }
        Ok((andou, rodada))
    }

    async fn step(self: &Arc<Self>, empresa: EmpresaId, lote: LoteId) -> Result<Passo, Falha> {
        let agora = self.relogio.agora();
        let passo =
            blocking(self, move |w: &Self| w.banco.da_empresa(empresa, |t| lotes::step(t, lote, agora)))
                .await?;
        if let Passo::Terminou(estado) = passo {
            tracing::info!(empresa.id = %empresa, lote.id = %lote, lote.status = %estado, "ação em lote terminada");
        }
        Ok(passo)
    }
}
