//! The one place where a socket is opened. What is checked here is what is connected to: the name is resolved once, its
//! addresses are filtered, and one of those left is used. A name that answers otherwise the next time gains nothing.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Host;

use super::chamada::Quebra;
use super::destino::Destino;
use super::endereco::{Alcance, reach};

/// The most addresses of a name that are tried.
const MAX_TENTATIVAS: usize = 4;

/// Either end of a connection, protected or not.
pub(super) trait Fluxo: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Fluxo for T {}

type Achados = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// How a name becomes addresses. A test gives its own, to answer differently each time.
pub(super) type Resolve = Arc<dyn Fn(String, u16) -> Achados + Send + Sync>;

/// How connections are opened.
pub(super) struct Caminho {
    pub(super) interna: bool,
    conector: TlsConnector,
    resolve: Resolve,
}

impl Caminho {
    /// `None` when TLS cannot be set up, which only a library without ciphers would cause.
    pub(super) fn new(interna: bool, raizes: RootCertStore, resolve: Resolve) -> Option<Self> {
        let mut cliente = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .ok()?
            .with_root_certificates(raizes)
            .with_no_client_auth();
        cliente.alpn_protocols = vec![b"http/1.1".to_vec()];
        Some(Self { interna, conector: TlsConnector::from(Arc::new(cliente)), resolve })
    }

    /// A fresh connection. Whatever fails here failed before the request existed on the wire.
    pub(super) async fn open(&self, destino: &Destino) -> Result<Box<dyn Fluxo>, Quebra> {
        let mut quebra = Quebra::SemConexao;
        for endereco in self.addresses(destino).await?.into_iter().take(MAX_TENTATIVAS) {
            match TcpStream::connect(endereco).await {
                Ok(tcp) => return self.protect(destino, tcp).await,
                Err(_recusada) => quebra = Quebra::SemConexao,
            }
        }
        Err(quebra)
    }

    async fn protect(&self, destino: &Destino, tcp: TcpStream) -> Result<Box<dyn Fluxo>, Quebra> {
        // Headers and body are two writes: with Nagle's algorithm a call would wait for the peer's delayed acknowledgement.
        tcp.set_nodelay(true).map_err(|_fechada| Quebra::SemConexao)?;
        if !destino.tls {
            return Ok(Box::new(tcp));
        }
        let nome = server_name(&destino.host)?;
        let cifrado = self.conector.connect(nome, tcp).await.map_err(|_recusado| Quebra::Tls)?;
        Ok(Box::new(cifrado))
    }

    pub(super) async fn addresses(&self, destino: &Destino) -> Result<Vec<SocketAddr>, Quebra> {
        let achados = match &destino.host {
            Host::Ipv4(ip) => vec![SocketAddr::from((*ip, destino.porta))],
            Host::Ipv6(ip) => vec![SocketAddr::from((*ip, destino.porta))],
            Host::Domain(nome) => {
                let busca = (self.resolve)(nome.clone(), destino.porta);
                busca.await.map_err(|_sem_nome| Quebra::Nome)?
            }
        };
        if achados.is_empty() {
            return Err(Quebra::Nome);
        }
        let permitidos: Vec<_> = achados.into_iter().filter(|a| self.allows(destino.tls, *a)).collect();
        if permitidos.is_empty() { Err(Quebra::Bloqueado) } else { Ok(permitidos) }
    }

    /// Plain HTTP stays inside: a key that crosses the Internet crosses it encrypted.
    fn allows(&self, tls: bool, endereco: SocketAddr) -> bool {
        match reach(endereco.ip()) {
            Alcance::Publico => tls,
            Alcance::Interno => self.interna,
            Alcance::Proibido => false,
        }
    }
}

/// The machine's own resolver.
pub(super) fn system_resolver() -> Resolve {
    Arc::new(|nome, porta| Box::pin(async move { Ok(lookup_host((nome, porta)).await?.collect()) }))
}

fn server_name(host: &Host<String>) -> Result<ServerName<'static>, Quebra> {
    match host {
        Host::Domain(nome) => ServerName::try_from(nome.clone()).map_err(|_fora| Quebra::Tls),
        Host::Ipv4(ip) => Ok(ServerName::from(std::net::IpAddr::from(*ip))),
        Host::Ipv6(ip) => Ok(ServerName::from(std::net::IpAddr::from(*ip))),
    }
}
