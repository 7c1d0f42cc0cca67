//! The sandbox's provider of enrichment: a small HTTP server on this machine that answers questions about people that do not
//! exist, as the real providers do. It speaks the shapes of Assertiva and `BigDataCorp` at their own paths, and a plain one at
//! `/consultas`. What it was asked it writes down before it answers, and a [`Roteiro`] makes it know nothing, answer later, or
//! answer anything.

mod formas;
mod registro;
mod roteiro;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::enriquecimento::{Config, ConfigAssertiva, ConfigBigDataCorp, ConfigHttp, Tarifa};
use crate::escuta::listen;
use crate::fio::{Chegou, Fio};
use crate::http::{Cliente, Config as ConfigChamada, Falha, Metodo, Requisicao};
use crate::segredo::Segredo;
use formas::{Chegada, Forma};
use registro::Registro;

pub use roteiro::{Fala, Pergunta, Roteiro};

/// The most open connections; one more waits to be accepted.
const MAX_CONEXOES: usize = 64;

/// A running one. It stops when dropped; its files stay.
pub struct Consultora {
    endereco: SocketAddr,
    estado: Arc<Estado>,
    tarefa: JoinHandle<()>,
}

struct Estado {
    registro: Registro,
    roteiro: Roteiro,
    http: Cliente,
}

impl Consultora {
    /// Starts on a free port of 127.0.0.1 and writes under `dir`, which is made when it is missing.
    ///
    /// # Errors
    /// When the directory cannot be made, or no port can be had.
    pub async fn start(dir: impl Into<PathBuf>, roteiro: Roteiro) -> io::Result<Self> {
        let registro = Registro::open(dir.into())?;
        // Never on another address: what it keeps is personal data.
        let escuta = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let endereco = escuta.local_addr()?;
        let config = ConfigChamada { permite_rede_interna: true, ..ConfigChamada::default() };
        let http = Cliente::new(&config).map_err(io::Error::other)?;
        let estado = Arc::new(Estado { registro, roteiro, http });
        let tarefa = tokio::spawn(welcome(escuta, Arc::clone(&estado)));
        Ok(Self { endereco, estado, tarefa })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.endereco
    }

    /// The configuration of a provider `http` that asks it, at this price, and believes what it tells later by this secret. The
    /// caller needs `permite_rede_interna`.
    #[must_use]
    pub fn config(&self, tarifa: Tarifa, segredo: Option<Segredo>) -> Config {
        Config::Http(Box::new(ConfigHttp::sandbox(self.endereco, tarifa, segredo)))
    }

    /// The configuration of every provider that it can stand for, at this price.
    #[must_use]
    pub fn configs(&self, tarifa: Tarifa) -> Vec<Config> {
        let url = Some(format!("http://{}", self.endereco));
        vec![
            self.config(tarifa, None),
            Config::Assertiva(ConfigAssertiva {
                cliente: "cliente".to_owned(),
                segredo: Segredo::new("segredo"),
                tarifa,
                url: url.clone(),
            }),
            Config::Bigdatacorp(ConfigBigDataCorp {
                token: Segredo::new("token"),
                token_id: "id".to_owned(),
                datasets: ConfigBigDataCorp::todos(),
                tarifa,
                url,
            }),
        ]
    }

    /// What it was asked, in order.
    #[must_use]
    pub fn perguntas(&self) -> Vec<Pergunta> {
        self.estado.registro.all()
    }

    /// How often it was asked for leave to ask.
    #[must_use]
    pub fn senhas(&self) -> u64 {
        self.estado.registro.leaves()
    }

    /// Takes every leave back that it gave.
    pub fn revogar(&self) {
        self.estado.registro.revoke();
    }

    /// Calls `url` with the answer to a question that it left open, or with any other document. Answers the status of the call.
    ///
    /// # Errors
    /// When the call is not answered.
    pub async fn avisar(&self, url: &str, documento: &Value) -> Result<u16, Falha> {
        let requisicao = Requisicao {
            metodo: Metodo::Post,
            url: url.to_owned(),
            cabecalhos: vec![("content-type".to_owned(), "application/json".to_owned())],
            corpo: documento.to_string().into_bytes(),
        };
        Ok(self.estado.http.call(&requisicao).await?.status)
    }
}

impl Drop for Consultora {
    fn drop(&mut self) {
        self.tarefa.abort();
    }
}

impl fmt::Debug for Consultora {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Consultora({})", self.endereco)
    }
}

async fn welcome(escuta: TcpListener, estado: Arc<Estado>) {
    listen(escuta, MAX_CONEXOES, |stream| attend(stream, Arc::clone(&estado))).await;
}

async fn attend(stream: TcpStream, estado: Arc<Estado>) {
    if let Err(erro) = converse(stream, &estado).await {
        tracing::debug!(erro = %erro.kind(), "consultora.sessao_cortada");
    }
}

async fn converse(stream: TcpStream, estado: &Estado) -> io::Result<()> {
    let mut fio = Fio::new(stream)?;
    loop {
        let lido = match fio.request().await? {
            Chegou::Pedido(lido) => lido,
            Chegou::Estranho(status) => return fio.answer(status, &[], b"").await,
            Chegou::Fim => return Ok(()),
        };
        let (status, corpo) = match Chegada::read(&lido) {
            None => (404, Vec::new()),
            Some(Chegada::Senha) => {
                let token = estado.registro.leave();
                (200, json!({ "access_token": token, "expires_in": 60 }).to_string().into_bytes())
            }
            Some(Chegada::Pergunta { forma, senha, pergunta }) => {
                if forma == Forma::Assertiva && !estado.registro.good(&senha) {
                    (401, b"{}".to_vec())
                } else {
                    let fala = estado.roteiro.ask(&pergunta);
                    estado.registro.keep(forma, &pergunta, &fala)?;
                    match fala {
                        Fala::Cortar => return Ok(()),
                        Fala::Cru { status, corpo } => (status, corpo),
                        Fala::Encontrado(_) | Fala::NaoEncontrado | Fala::Depois => forma.answer(&fala),
                    }
                }
            }
        };
        let tipo = [("content-type".to_owned(), "application/json".to_owned())];
        fio.answer(status, &tipo, &corpo).await?;
    }
}
