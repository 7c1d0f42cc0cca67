//! The sandbox carrier: a small HTTP server on this machine that takes SMS as the real providers do and keeps them.
//!
//! Each accepted message is a line of the ledger and a `.txt` that a person can read *before* its answer leaves, both
//! synced: what the ledger has was accepted, what it has not was never taken, whatever the client was told. That makes
//! it the oracle of the tests. It speaks the shapes of Zenvia, Twilio and Infobip at their own paths, and a plain one
//! at `/sms` (JSON, form or query: `para`, `texto`, `de`, `chave`), where the same key again is the same message. It
//! calls back with receipts, and a [`Roteiro`] makes it refuse, go silent, lie or hang up.

mod avisos;
mod formas;
mod registro;
mod roteiro;
mod sessao;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::escuta::{Contada, listen};
use crate::http::{Cliente, Config as ConfigChamada, Falha};
use crate::segredo::Segredo;
use crate::sms::{Config, ConfigHttp};

pub use crate::fio::MAX_PEDIDO;
pub use avisos::Aviso;
pub use formas::Forma;
use registro::Registro;
pub use registro::{MAX_REGISTRO, Recebida};
pub use roteiro::{Como, Fala, Fase, Momento, Roteiro};

/// The most open connections; one more waits to be accepted.
pub const MAX_CONEXOES: usize = 256;

/// How long a receipt may take to be answered.
const PRAZO: Duration = Duration::from_secs(10);

/// A running carrier. It stops when dropped; its files stay.
pub struct Operadora {
    endereco: SocketAddr,
    estado: Arc<Estado>,
    tarefa: JoinHandle<()>,
}

/// What the sessions share.
struct Estado {
    registro: Registro,
    roteiro: Roteiro,
    http: Cliente,
    /// Requests read, whatever was answered to them.
    pedidos: AtomicU64,
    conexoes: AtomicU64,
    abertas: AtomicUsize,
    seguradas: AtomicUsize,
    liberado: watch::Sender<bool>,
    /// Where receipts go when a message does not say so itself, and whether they go by themselves.
    retorno: watch::Sender<Option<String>>,
}

impl Operadora {
    /// Starts on a free port of 127.0.0.1 and writes under `dir`, which is made when it is missing.
    ///
    /// # Errors
    /// When the directory cannot be made or read, or no port can be had.
    pub async fn start(dir: impl Into<PathBuf>, roteiro: Roteiro) -> io::Result<Self> {
        Self::start_on(0, dir, roteiro).await
    }

    /// The same on a given port. Never on another address: what it keeps is personal data.
    ///
    /// # Errors
    /// When the directory cannot be made or read, or the port is taken.
    pub async fn start_on(porta: u16, dir: impl Into<PathBuf>, roteiro: Roteiro) -> io::Result<Self> {
        let registro = Registro::open(dir.into())?;
        let escuta = TcpListener::bind((Ipv4Addr::LOCALHOST, porta)).await?;
        let endereco = escuta.local_addr()?;
        let estado = Arc::new(Estado::new(registro, roteiro)?);
        let tarefa = tokio::spawn(welcome(escuta, Arc::clone(&estado)));
        Ok(Self { endereco, estado, tarefa })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.endereco
    }

    /// The configuration of a provider `http` that sends to it and believes its receipts by this secret. The caller needs
    /// `permite_rede_interna`.
    #[must_use]
    pub fn config(&self, segredo: Option<Segredo>) -> Config {
        Config::Http(Box::new(ConfigHttp::sandbox(self.endereco, segredo)))
    }

    /// The ledger, in the order of acceptance: the newest [`MAX_REGISTRO`], those of earlier runs included.
    #[must_use]
    pub fn recebidas(&self) -> Vec<Recebida> {
        self.estado.registro.all()
    }

    /// How many messages were accepted since the directory was made.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.estado.registro.total()
    }

    /// How many messages with this key were accepted.
    #[must_use]
    pub fn copias(&self, chave: &str) -> usize {
        self.recebidas().iter().filter(|r| r.chave.as_deref() == Some(chave)).count()
    }

    /// Requests read since it started, whatever was answered to them.
    #[must_use]
    pub fn pedidos(&self) -> u64 {
        self.estado.pedidos.load(Ordering::SeqCst)
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

    /// Answers that are being held back by [`Como::Segurar`].
    #[must_use]
    pub fn seguradas(&self) -> usize {
        self.estado.seguradas.load(Ordering::SeqCst)
    }

    /// Lets every held answer go, and holds none from here on; slow ones are cut.
    pub fn liberar(&self) {
        self.estado.liberado.send_replace(true);
    }

    /// From here on, tells this URL that each accepted message was sent and then delivered, in the message's own shape.
    /// A message that names a URL of its own is told there.
    pub fn acompanhar(&self, url: impl Into<String>) {
        self.estado.retorno.send_replace(Some(url.into()));
    }

    /// Calls `url` (or the message's own) with receipts, now: in this order, as many in a call as the shape of the
    /// first one's message takes. Whoever wants them late, twice or out of order says so by calling. Answers the status
    /// of each call.
    ///
    /// # Errors
    /// When a call is not answered.
    pub async fn avisar(&self, url: &str, avisos: &[Aviso]) -> Result<Vec<u16>, Falha> {
        avisos::tell(&self.estado, url, avisos).await
    }

    /// Calls `url` with what somebody answered to the message `id`.
    ///
    /// # Errors
    /// When the call is not answered.
    pub async fn responder(&self, url: &str, id: &str, texto: &str) -> Result<Vec<u16>, Falha> {
        avisos::tell(&self.estado, url, &[Aviso::resposta(id, texto)]).await
    }

    /// Stops and waits until the port is free and every connection closed.
    pub async fn parar(mut self) {
        self.tarefa.abort();
        // An error here is the cancellation that was just asked for.
        let _cancelada = (&mut self.tarefa).await;
    }
}

impl Drop for Operadora {
    fn drop(&mut self) {
        self.tarefa.abort();
    }
}

impl fmt::Debug for Operadora {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operadora")
            .field("addr", &self.endereco)
            .field("total", &self.total())
            .finish_non_exhaustive()
    }
}

impl Estado {
    fn new(registro: Registro, roteiro: Roteiro) -> io::Result<Self> {
        let config = ConfigChamada { prazo: PRAZO, permite_rede_interna: true, ..ConfigChamada::default() };
        Ok(Self {
            registro,
            roteiro,
            http: Cliente::new(&config).map_err(io::Error::other)?,
            pedidos: AtomicU64::new(0),
            conexoes: AtomicU64::new(0),
            abertas: AtomicUsize::new(0),
            seguradas: AtomicUsize::new(0),
            liberado: watch::Sender::new(false),
            retorno: watch::Sender::new(None),
        })
    }
}

async fn welcome(escuta: TcpListener, estado: Arc<Estado>) {
    listen(escuta, MAX_CONEXOES, |stream| attend(stream, Arc::clone(&estado))).await;
}

async fn attend(stream: TcpStream, estado: Arc<Estado>) {
    let conexao = estado.conexoes.fetch_add(1, Ordering::SeqCst);
    let _aberta = Contada::new(&estado.abertas);
    if let Err(erro) = sessao::attend(stream, &estado, conexao).await {
        tracing::debug!(erro = %erro.kind(), "operadora.sessao_cortada");
    }
}
