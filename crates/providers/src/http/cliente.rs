//! The caller: a few kept connections for each destination, and the knowledge of whether a request had begun to leave.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HOST, HeaderMap, USER_AGENT};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Sleep, sleep};

use super::chamada::{Falha, Metodo, Quebra, Requisicao, Resposta};
use super::conexao::{Caminho, Resolve, system_resolver};
use super::destino::Destino;
use crate::raizes;

/// The longest body of an answer that is read, and the longest head.
pub const MAX_CORPO: usize = 64 * 1024;

/// The most destinations that connections are kept to; those that nobody uses make room.
pub const MAX_DESTINOS: usize = 256;

/// How long a connection is kept without work: less than the shortest time after which a common server closes one (5 s),
/// because a request that meets the closing is one of which nobody knows what became.
const OCIOSA: Duration = Duration::from_secs(4);

const AGENTE: &str = concat!("cobranca/", env!("CARGO_PKG_VERSION"));

/// How to call.
#[derive(Debug, Clone)]
pub struct Config {
    /// How long a whole call may take, the wait for its turn included.
    pub prazo: Duration,
    /// Connections open to one destination, and so calls in flight to it.
    pub conexoes_por_destino: usize,
    /// Whether this machine and its private network may be called, any port and without TLS. For the sandbox, and for a
    /// gateway of the house.
    pub permite_rede_interna: bool,
    /// A PEM bundle that is trusted instead of the public roots.
    pub raizes_pem: Option<Vec<u8>>,
}

impl Default for Config {
    /// 20 s, so that a process told to stop can wait for what is in flight; 8 connections; the Internet only.
    fn default() -> Self {
        Self {
            prazo: Duration::from_secs(20),
            conexoes_por_destino: 8,
            permite_rede_interna: false,
            raizes_pem: None,
        }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No time, or no connections.
    #[error("prazo ou quantidade de conexões fora dos limites")]
    Limites,
    /// The PEM bundle holds no certificate that can be used.
    #[error("certificados raiz inválidos")]
    Raizes,
}

/// The caller. It may be shared by every provider; a dropped call closes its connection.
pub struct Cliente {
    caminho: Caminho,
    prazo: Duration,
    conexoes: usize,
    destinos: Mutex<HashMap<Destino, Arc<Alvo>>>,
}

/// What is kept for a destination.
struct Alvo {
    vagas: Semaphore,
    ociosas: Mutex<Vec<Guardada>>,
}

type Envio = SendRequest<Full<Bytes>>;
type Pedido = Request<Full<Bytes>>;

/// A connection without work, and until when it is kept.
struct Guardada {
    envio: Envio,
    ate: Pin<Box<Sleep>>,
}

/// A call that failed, and the request when it is certain that nothing of it left.
enum Tropeco {
    Devolvido(Box<Pedido>),
    Perdido(Quebra),
}

impl Cliente {
    /// Checks the configuration; connects only when there is something to call.
    ///
    /// # Errors
    /// When the configuration cannot be used.
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        Self::with_resolver(config, system_resolver())
    }

    pub(super) fn with_resolver(config: &Config, resolve: Resolve) -> Result<Self, ConfigError> {
        if config.prazo.is_zero() || !(1..=Semaphore::MAX_PERMITS).contains(&config.conexoes_por_destino) {
            return Err(ConfigError::Limites);
        }
        let raizes = raizes::load(config.raizes_pem.as_deref()).ok_or(ConfigError::Raizes)?;
        let caminho =
            Caminho::new(config.permite_rede_interna, raizes, resolve).ok_or(ConfigError::Raizes)?;
        Ok(Self {
            caminho,
            prazo: config.prazo,
            conexoes: config.conexoes_por_destino,
            destinos: Mutex::default(),
        })
    }

    /// Calls once. What was received by the other side was received at most once.
    ///
    /// # Errors
    /// When there is no status line; the error says whether the request may have been received.
    pub async fn call(&self, requisicao: &Requisicao) -> Result<Resposta, Falha> {
        let (destino, pedido) = self.assemble(requisicao).map_err(|causa| Falha::NaoSaiu { causa })?;
        let alvo = self.target(&destino);
        let mut prazo = pin!(sleep(self.prazo));
        let tarde = Falha::NaoSaiu { causa: Quebra::Tempo };
        let mut saiu = false;
        let envio = tokio::select! {
            biased;
            troca = self.exchange(&alvo, &destino, pedido, &mut saiu) => Some(troca),
            () = &mut prazo => None,
        };
        let (cabeca, envio, _vaga) = match envio {
            Some(troca) => troca?,
            None if saiu => return Err(Falha::SemResposta { causa: Quebra::Tempo }),
            None => return Err(tarde),
        };
        let status = cabeca.status().as_u16();
        let cabecalhos = texts(cabeca.headers());
        let expandida = cabeca.headers().get(CONTENT_ENCODING).is_some_and(|v| v != "identity");
        let mut corpo = Vec::new();
        let inteira = tokio::select! {
            biased;
            inteira = read(cabeca.into_body(), &mut corpo) => inteira,
            () = &mut prazo => false,
        };
        if inteira {
            alvo.keep(envio);
        }
        if expandida {
            corpo.clear();
        }
        Ok(Resposta { status, cabecalhos, corpo, inteira: inteira && !expandida })
    }

    /// Sends over a kept connection or a fresh one. A kept one that died idle gives the request back.
    async fn exchange<'a>(
        &self,
        alvo: &'a Alvo,
        destino: &Destino,
        mut pedido: Pedido,
        saiu: &mut bool,
    ) -> Result<(Response<Incoming>, Envio, SemaphorePermit<'a>), Falha> {
        let fechada = |causa| Falha::NaoSaiu { causa };
        let vaga = alvo.vagas.acquire().await.map_err(|_fechado| fechada(Quebra::SemConexao))?;
        while let Some(envio) = alvo.take().await {
            match send(envio, pedido, saiu).await {
                Ok((cabeca, envio)) => return Ok((cabeca, envio, vaga)),
                Err(Tropeco::Perdido(causa)) => return Err(Falha::SemResposta { causa }),
                Err(Tropeco::Devolvido(devolvido)) => pedido = *devolvido,
            }
        }
        let fluxo = self.caminho.open(destino).await.map_err(fechada)?;
        let mut builder = Builder::new();
        builder.max_buf_size(MAX_CORPO);
        let (envio, conexao) =
            builder.handshake(TokioIo::new(fluxo)).await.map_err(|_erro| fechada(Quebra::Protocolo))?;
        tokio::spawn(async move {
            if conexao.await.is_err() {
                tracing::debug!("http.conexao_cortada");
            }
        });
        match send(envio, pedido, saiu).await {
            Ok((cabeca, envio)) => Ok((cabeca, envio, vaga)),
            Err(Tropeco::Perdido(causa)) => Err(Falha::SemResposta { causa }),
            Err(Tropeco::Devolvido(_)) => Err(fechada(Quebra::Cortada)),
        }
    }

    fn assemble(&self, requisicao: &Requisicao) -> Result<(Destino, Pedido), Quebra> {
        let (destino, alvo) = Destino::parse(&requisicao.url, self.caminho.interna)?;
        let metodo = match requisicao.metodo {
            Metodo::Get => Method::GET,
            Metodo::Post => Method::POST,
            Metodo::Put => Method::PUT,
        };
        let mut pedido = Request::builder().method(metodo).uri(alvo).header(USER_AGENT, AGENTE);
        pedido = pedido.header(ACCEPT_ENCODING, "identity").header(HOST, destino.authority());
        for (nome, valor) in &requisicao.cabecalhos {
            pedido = pedido.header(nome, valor);
        }
        let corpo = Full::new(Bytes::copy_from_slice(&requisicao.corpo));
        Ok((destino, pedido.body(corpo).map_err(|_invalida| Quebra::Url)?))
    }

    fn target(&self, destino: &Destino) -> Arc<Alvo> {
        let mut destinos = lock(&self.destinos);
        if let Some(alvo) = destinos.get(destino) {
            return Arc::clone(alvo);
        }
        if destinos.len() >= MAX_DESTINOS {
            destinos.retain(|_, alvo| Arc::strong_count(alvo) > 1);
        }
        let alvo = Arc::new(Alvo { vagas: Semaphore::new(self.conexoes), ociosas: Mutex::default() });
        if destinos.len() < MAX_DESTINOS {
            destinos.insert(destino.clone(), Arc::clone(&alvo));
        }
        alvo
    }
}

impl Alvo {
    /// The connection used last, which is the one least likely to have been closed meanwhile.
    async fn take(&self) -> Option<Envio> {
        loop {
            let mut guardada = lock(&self.ociosas).pop()?;
            // Asked once, and not waited for.
            let velha = poll_fn(|cx| Poll::Ready(guardada.ate.as_mut().poll(cx).is_ready())).await;
            if !velha && guardada.envio.ready().await.is_ok() {
                return Some(guardada.envio);
            }
        }
    }

    fn keep(&self, envio: Envio) {
        if !envio.is_closed() {
            lock(&self.ociosas).push(Guardada { envio, ate: Box::pin(sleep(OCIOSA)) });
        }
    }
}

async fn send(
    mut envio: Envio,
    pedido: Pedido,
    saiu: &mut bool,
) -> Result<(Response<Incoming>, Envio), Tropeco> {
    *saiu = true;
    match envio.try_send_request(pedido).await {
        Ok(cabeca) => Ok((cabeca, envio)),
        Err(mut erro) => match erro.take_message() {
            Some(pedido) => {
                *saiu = false;
                Err(Tropeco::Devolvido(Box::new(pedido)))
            }
            None => Err(Tropeco::Perdido(breakage(erro.error()))),
        },
    }
}

/// Reads the body; `false` when it was cut or is too long.
async fn read(mut corpo: Incoming, lido: &mut Vec<u8>) -> bool {
    while let Some(quadro) = corpo.frame().await {
        let Ok(quadro) = quadro else { return false };
        let Ok(dados) = quadro.into_data() else { continue };
        let cabe = MAX_CORPO.saturating_sub(lido.len());
        lido.extend(dados.iter().take(cabe));
        if dados.len() > cabe {
            return false;
        }
    }
    true
}

fn texts(cabecalhos: &HeaderMap) -> Vec<(String, String)> {
    let textos = cabecalhos.iter().filter_map(|(nome, valor)| Some((nome, valor.to_str().ok()?)));
    textos.map(|(nome, valor)| (nome.as_str().to_owned(), valor.to_owned())).collect()
}

fn breakage(erro: &hyper::Error) -> Quebra {
    if erro.is_parse() { Quebra::Protocolo } else { Quebra::Cortada }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
