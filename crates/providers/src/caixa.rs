//! The sandbox mailbox: a small SMTP server on this machine that keeps what would have been sent.
//!
//! Each accepted message is an `.eml` file *before* its 250 leaves, and a line of the ledger: what the
//! ledger has was accepted, what it has not was never taken, whatever the client was told. That makes it the
//! oracle of the tests. A [`Roteiro`] makes it refuse, go silent, lie or hang up at any step.
//!
//! Commands are parsed and dots unstuffed by `smtp-proto`; the dialogue is ours, because its faults are the point.

mod fio;
mod registro;
mod roteiro;
mod sessao;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::escuta::{Contada, listen};
use registro::Registro;
pub use registro::{MAX_REGISTRO, Recebida};
pub use roteiro::{Fala, Fase, Momento, Roteiro};

/// The largest message, as announced in EHLO.
pub const MAX_MENSAGEM: usize = 10 * 1024 * 1024;

/// The most open connections; one more waits to be accepted.
pub const MAX_CONEXOES: usize = 256;

/// A running mailbox. It stops when dropped; its files stay.
pub struct Caixa {
    endereco: SocketAddr,
    estado: Arc<Estado>,
    tarefa: JoinHandle<()>,
}

/// What the sessions share.
struct Estado {
    registro: Registro,
    roteiro: Roteiro,
    /// MAIL commands seen, whatever was answered to them.
    mensagens: AtomicU64,
    conexoes: AtomicU64,
    abertas: AtomicUsize,
    seguradas: AtomicUsize,
    liberado: watch::Sender<bool>,
    quedas: watch::Sender<Queda>,
}

/// The latest order to hang up on everyone.
#[derive(Clone, Copy, Default)]
struct Queda {
    com_aviso: bool,
}

impl Caixa {
    /// Starts on a free port of 127.0.0.1 and writes under `dir`, which is made when it is missing.
    ///
    /// # Errors
    /// When the directory cannot be made or no port can be had.
    pub async fn start(dir: impl Into<PathBuf>, roteiro: Roteiro) -> io::Result<Self> {
        Self::start_on(0, dir, roteiro).await
    }

    /// The same on a given port. Never on another address: what it keeps is personal data.
    ///
    /// # Errors
    /// When the directory cannot be made or the port is taken.
    pub async fn start_on(porta: u16, dir: impl Into<PathBuf>, roteiro: Roteiro) -> io::Result<Self> {
        let registro = Registro::open(dir.into())?;
        let escuta = TcpListener::bind((Ipv4Addr::LOCALHOST, porta)).await?;
        let endereco = escuta.local_addr()?;
        let estado = Arc::new(Estado::new(registro, roteiro));
        let tarefa = tokio::spawn(welcome(escuta, Arc::clone(&estado)));
        Ok(Self { endereco, estado, tarefa })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.endereco
    }

    /// The ledger, in the order of acceptance: the newest [`MAX_REGISTRO`].
    #[must_use]
    pub fn recebidas(&self) -> Vec<Recebida> {
        self.estado.registro.all()
    }

    /// How many messages were accepted since it started.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.estado.registro.total()
    }

    /// How many times a message with this id (with its angle brackets) was accepted.
    #[must_use]
    pub fn copias(&self, message_id: &str) -> usize {
        self.recebidas().iter().filter(|r| r.message_id.as_deref() == Some(message_id)).count()
    }

    /// Connections accepted since it started.
    #[must_use]
    pub fn conexoes(&self) -> u64 {
        self.estado.conexoes.load(Ordering::SeqCst)
    }

    /// Connections open now.
    #[must_use]
    pub fn abertas(&self) -> usize {
        self.estado.abertas.load(Ordering::SeqCst)
    }

    /// Replies that are being held back by [`Fala::Segurar`].
    #[must_use]
    pub fn seguradas(&self) -> usize {
        self.estado.seguradas.load(Ordering::SeqCst)
    }

    /// Lets every held reply go, and holds none from here on.
    pub fn liberar(&self) {
        self.estado.liberado.send_replace(true);
    }

    /// Hangs up on every session that is waiting for a command, as a relay does with idle ones; with
    /// `com_aviso` it says 421 first.
    pub fn derrubar(&self, com_aviso: bool) {
        self.estado.quedas.send_replace(Queda { com_aviso });
    }

    /// Stops and waits until the port is free and every connection closed.
    pub async fn parar(mut self) {
        self.tarefa.abort();
        // An error here is the cancellation that was just asked for.
        let _cancelada = (&mut self.tarefa).await;
    }
}

impl Drop for Caixa {
    fn drop(&mut self) {
        self.tarefa.abort();
    }
}

impl fmt::Debug for Caixa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caixa")
            .field("addr", &self.endereco)
            .field("total", &self.total())
            .finish_non_exhaustive()
    }
}

impl Estado {
    fn new(registro: Registro, roteiro: Roteiro) -> Self {
        Self {
            registro,
            roteiro,
            mensagens: AtomicU64::new(0),
            conexoes: AtomicU64::new(0),
            abertas: AtomicUsize::new(0),
            seguradas: AtomicUsize::new(0),
            liberado: watch::Sender::new(false),
            quedas: watch::Sender::new(Queda::default()),
        }
    }
}

async fn welcome(escuta: TcpListener, estado: Arc<Estado>) {
    listen(escuta, MAX_CONEXOES, |stream| attend(stream, Arc::clone(&estado))).await;
}

async fn attend(stream: TcpStream, estado: Arc<Estado>) {
    let conexao = estado.conexoes.fetch_add(1, Ordering::SeqCst);
    let _aberta = Contada::new(&estado.abertas);
    if let Err(erro) = sessao::attend(stream, &estado, conexao).await {
        tracing::debug!(erro = %erro.kind(), "caixa.sessao_cortada");
    }
}
