//! The fault script: what the carrier does with each request.

use std::fmt;
use std::sync::Arc;

/// A step at which the carrier may do something else than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fase {
    /// A connection was made; nothing of it was read. Only [`Como::Cortar`], [`Como::Resetar`] and [`Como::Segurar`] mean
    /// something here.
    Conexao,
    /// A request was read whole; the answer that settles the message is due.
    Pedido,
}

/// What the carrier does: whether it takes the message, and how it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fala {
    /// Whether the message is kept before anything is answered.
    pub guarda: bool,
    /// How it answers.
    pub como: Como,
}

/// How the carrier answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Como {
    /// As a healthy provider that took the message.
    Normal,
    /// With this status, these headers and this body.
    Responder {
        /// The status.
        status: u16,
        /// Headers besides Content-Length.
        cabecalhos: Vec<(String, String)>,
        /// The body.
        corpo: Vec<u8>,
    },
    /// With these bytes, and then hangs up.
    Bruto(Vec<u8>),
    /// By hanging up.
    Cortar,
    /// By resetting the connection.
    Resetar,
    /// Not until [`super::Operadora::liberar`]; then as a healthy one.
    Segurar,
    /// With a status line and headers that never end, a byte at a time.
    CabecalhosLentos,
    /// With whole headers and a body that never ends, a byte at a time.
    CorpoLento,
}

impl Fala {
    /// Takes the message and says so.
    #[must_use]
    pub fn normal() -> Self {
        Self::guardando(Como::Normal)
    }

    /// Takes the message, and answers so.
    #[must_use]
    pub fn guardando(como: Como) -> Self {
        Self { guarda: true, como }
    }

    /// Does not take the message, and answers so.
    #[must_use]
    pub fn sem_guardar(como: Como) -> Self {
        Self { guarda: false, como }
    }

    /// Does not take the message and answers with this status and this JSON.
    #[must_use]
    pub fn recusa(status: u16, corpo: &str) -> Self {
        Self::sem_guardar(Como::json(status, corpo))
    }
}

impl Como {
    /// A status with a JSON body.
    #[must_use]
    pub fn json(status: u16, corpo: &str) -> Self {
        let cabecalhos = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self::Responder { status, cabecalhos, corpo: corpo.as_bytes().to_vec() }
    }
}

/// Where the carrier is when it asks the script.
#[derive(Debug, Clone, Copy)]
pub struct Momento<'a> {
    /// The how-manieth connection, from 0.
    pub conexao: u64,
    /// The how-manieth request, from 0, over all connections.
    pub pedido: u64,
    /// The step.
    pub fase: Fase,
    /// The recipient, once the request was read and names one.
    pub para: Option<&'a str>,
    /// The key, once the request was read and names one.
    pub chave: Option<&'a str>,
}

/// A fault script: a function of the moment.
#[derive(Clone)]
pub struct Roteiro(Arc<dyn Fn(&Momento<'_>) -> Fala + Send + Sync>);

impl Roteiro {
    /// A script that is any function.
    pub fn new(fala: impl Fn(&Momento<'_>) -> Fala + Send + Sync + 'static) -> Self {
        Self(Arc::new(fala))
    }

    /// A healthy carrier.
    #[must_use]
    pub fn normal() -> Self {
        Self::new(|_| Fala::normal())
    }

    /// A carrier that does `fala` whenever it comes to `fase`.
    #[must_use]
    pub fn sempre(fase: Fase, fala: Fala) -> Self {
        Self::new(move |momento| if momento.fase == fase { fala.clone() } else { Fala::normal() })
    }

    /// A carrier that does these in turn with the first requests, and is healthy from there on.
    #[must_use]
    pub fn lista(falas: Vec<Fala>) -> Self {
        Self::new(move |momento| {
            let vez = usize::try_from(momento.pedido).unwrap_or(usize::MAX);
            let fala = falas.get(vez).filter(|_| momento.fase == Fase::Pedido);
            fala.cloned().unwrap_or_else(Fala::normal)
        })
    }

    pub(super) fn ask(&self, momento: &Momento<'_>) -> Fala {
        (self.0)(momento)
    }
}

impl fmt::Debug for Roteiro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Roteiro(..)")
    }
}
