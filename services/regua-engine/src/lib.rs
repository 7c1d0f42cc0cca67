//! The service that walks réguas: it opens each company's night at its hour, decides chunk by chunk, and shows réguas,
//! nights and enrolments on the API.

mod api;
mod conferencia;
mod night;
mod processo;
mod scheduler;
mod simulator;

use std::sync::Arc;

use runtime::{Encerramento, Relogio, supervise};
pub(crate) use servico::lacos::{Falha, first_failure};
use store::{Banco, StoreError};
use tokio::sync::{Notify, Semaphore};

pub use api::{CODIGOS, CODIGOS_DE_CAMPO, Contexto, configure, reasons_page, routes};
pub use conferencia::{Conferencia, conferir};
pub use processo::{INFO, RunError, run};

/// An engine: what it works with. Any number of them may work on the same database.
pub struct Engine {
    banco: Banco,
    relogio: Relogio,
    aberta: Notify,
    pedida: Notify,
    /// For the one simulation that a caller waits for.
    vaga: Arc<Semaphore>,
}

impl Engine {
    /// Puts an engine together; [`Engine::run`] starts it.
    #[must_use]
    pub fn new(banco: Banco, relogio: Relogio) -> Arc<Self> {
        Arc::new(Self {
            banco,
            relogio,
            aberta: Notify::new(),
            pedida: Notify::new(),
            vaga: Arc::new(Semaphore::new(1)),
        })
    }

    /// Opens nights at their hour and walks those that are under way, and simulations, until the end is asked for.
    pub async fn run(self: Arc<Self>, fim: Encerramento) {
        let opener = {
            let (engine, fim) = (Arc::clone(&self), fim.clone());
            move || scheduler::run(Arc::clone(&engine), fim.clone())
        };
        let walker = {
            let (engine, fim) = (Arc::clone(&self), fim.clone());
            move || night::run(Arc::clone(&engine), fim.clone())
        };
        let simulator = {
            let (engine, fim) = (Arc::clone(&self), fim.clone());
            move || simulator::run(Arc::clone(&engine), fim.clone())
        };
        tokio::join!(
            supervise("agendador", &fim, opener),
            supervise("noite", &fim, walker),
            supervise("simulador", &fim, simulator)
        );
    }

    /// Tells this engine that a night was opened, so that it need not wait for its next look.
    pub(crate) fn wake(&self) {
        self.aberta.notify_one();
    }

    /// Tells this engine that a simulation was asked for.
    pub(crate) fn wake_simulator(&self) {
        self.pedida.notify_one();
    }

    /// Runs a database call on a thread that may block.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Falha> {
        servico::lacos::blocking(self, work).await
    }
}
