//! The importer: works on files of títulos, one at a time, and stores how far it is with every chunk.
//!
//! Any number of processes may run it: an import belongs to whoever took it for as long as that one tells of itself. A file is
//! read twice. First its keys only, so that a file that cannot be read to its end, or lacks too much, changes nothing; then all
//! of it, one thread understanding the next chunk while two store the halves of this one. Memory is two chunks, whatever the
//! file.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::EmpresaId;
use runtime::{Encerramento, Relogio, supervise};
use store::importacoes::{self, Tomada};
use store::{Banco, StoreError};
use tokio::sync::Notify;

mod escopo;
mod formato;
mod leitura;
mod linha;
mod metades;
mod ndjson;
mod recusas;
mod trabalho;

pub(crate) use formato::{Formato, Regras};
use trabalho::Trabalho;

/// Whoever stores each half of a chunk, and whoever reads the file; before that, whoever keeps the keys, whoever reads them, and
/// whoever tells of both.
pub const CONEXOES_DO_IMPORTADOR: u32 = 3;
/// How often imports are looked for that another process was told of, or left behind.
const OLHAR: Duration = Duration::from_secs(1);
/// One look in so many also sweeps files that never arrived whole.
const OLHARES_POR_VARREDURA: u32 = 600;

/// What imports are worked on with.
pub struct Importador {
    banco: Banco,
    relogio: Relogio,
    pedida: Arc<Notify>,
    /// What was in hand when the database went away.
    cortada: Mutex<Option<(EmpresaId, Tomada)>>,
}

/// Why work on an import ended before its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Falha {
    /// The database; another attempt goes on from there.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be used, for this reason.
    #[error("{0}")]
    Arquivo(String),
    /// Somebody else has the import now, or nobody wants it any more.
    #[error("the import is another's")]
    Perdida,
    /// This process ends.
    #[error("the process ends")]
    Encerrando,
    /// The thread that did the work died, or could not read the file from the database.
    #[error("work on an import was cut off")]
    Interrompida,
}

impl Falha {
    /// Whether the database was out of reach: nothing that the import did.
    fn is_outage(&self) -> bool {
        match self {
            Self::Store(erro) => matches!(erro, StoreError::Pool(_) | StoreError::Connection(_)),
            Self::Interrompida => true,
            Self::Arquivo(_) | Self::Perdida | Self::Encerrando => false,
        }
    }
}

impl Importador {
    /// Works with `banco`, of [`CONEXOES_DO_IMPORTADOR`] connections; the routes of `contexto` tell it of new imports.
    #[must_use]
    pub fn new(banco: Banco, relogio: Relogio, contexto: &crate::Contexto) -> Arc<Self> {
        Arc::new(Self { banco, relogio, pedida: contexto.importacao_pedida(), cortada: Mutex::default() })
    }

    /// Works on imports until the end is asked for.
    pub async fn run(self: Arc<Self>, fim: Encerramento) {
        let laco = || rounds(Arc::clone(&self), fim.clone());
        supervise("importador", &fim, laco).await;
    }

    /// Works on one import; if the database goes away meanwhile, it is given back as soon as that is there again.
    fn carry_out(&self, trabalho: &Trabalho<'_>) -> Result<(), Falha> {
        let feito = trabalho.carry_out();
        if feito.as_ref().is_err_and(Falha::is_outage) {
            *self.cortada() = Some((trabalho.empresa, trabalho.tomada));
        }
        feito
    }

    fn give_back(&self) -> Result<(), StoreError> {
        let mut cortada = self.cortada();
        if let Some((empresa, tomada)) = *cortada {
            self.banco.da_empresa(empresa, |t| importacoes::give_back(t, tomada))?;
            *cortada = None;
        }
        Ok(())
    }

    /// What a thread that died left in it is still true.
    fn cortada(&self) -> MutexGuard<'_, Option<(EmpresaId, Tomada)>> {
        self.cortada.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn rounds(este: Arc<Importador>, fim: Encerramento) -> Result<(), Falha> {
    let mut olhares = 0;
    while !fim.pedido() {
        let (mesmo, ate) = (Arc::clone(&este), fim.clone());
        let rodada = tokio::task::spawn_blocking(move || round(&mesmo, &ate, olhares));
        rodada.await.map_err(|_panico| Falha::Interrompida)??;
        olhares = (olhares + 1) % OLHARES_POR_VARREDURA;
        tokio::select! {
            () = este.pedida.notified() => {}
            _ = fim.dormir(OLHAR) => {}
        }
    }
    Ok(())
}

fn round(este: &Importador, fim: &Encerramento, olhares: u32) -> Result<(), Falha> {
    este.give_back()?;
    if olhares == 0 {
        importacoes::sweep(&este.banco)?;
    }
    for (empresa, id) in importacoes::waiting(&este.banco)? {
        let agora = este.relogio.agora();
        let tomada = este.banco.da_empresa(empresa, |t| importacoes::claim(t, id, agora))?;
        let Some((tomada, lida)) = tomada else { continue };
        let trabalho = Trabalho { banco: &este.banco, relogio: &este.relogio, fim, empresa, tomada, lida };
        este.carry_out(&trabalho)?;
    }
    Ok(())
}
