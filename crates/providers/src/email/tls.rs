//! TLS for both ways of starting it: our own stream when it is implicit (lettre opens its own socket there,
//! and one that waits for Nagle's algorithm), lettre's upgrade after STARTTLS.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::{AsyncTokioStream, Certificate, CertificateStore, TlsParameters};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::config::{Config, ConfigError, Tls};
use crate::raizes;

/// How a fresh connection becomes a protected one.
pub(super) enum Protecao {
    Nenhuma,
    StartTls(TlsParameters),
    Implicita { conector: TlsConnector, nome: ServerName<'static> },
}

impl Protecao {
    pub(super) fn new(config: &Config) -> Result<Self, ConfigError> {
        match config.tls {
            Tls::Nenhum => Ok(Self::Nenhuma),
            Tls::StartTls => start_tls(config).map(Self::StartTls),
            Tls::Implicito => {
                let nome = ServerName::try_from(config.host.clone()).map_err(|_fora| ConfigError::NomeTls)?;
                Ok(Self::Implicita { conector: conector(config)?, nome })
            }
        }
    }
}

/// A TLS stream as lettre wants to see one.
#[derive(Debug)]
pub(super) struct Cifrado(pub(super) TlsStream<TcpStream>);

impl AsyncTokioStream for Cifrado {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Cifrado {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Cifrado {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

fn start_tls(config: &Config) -> Result<TlsParameters, ConfigError> {
    roots(config)?; // lettre takes a bundle without a certificate for one that trusts nobody
    let mut builder = TlsParameters::builder(config.host.clone());
    if let Some(pem) = &config.raizes_pem {
        let raiz = Certificate::from_pem(pem).map_err(|_ilegivel| ConfigError::Raizes)?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(raiz);
    }
    builder.build().map_err(|_recusado| ConfigError::Raizes)
}

fn conector(config: &Config) -> Result<TlsConnector, ConfigError> {
    let cliente = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_sem_versao| ConfigError::Raizes)?
        .with_root_certificates(roots(config)?)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(cliente)))
}

fn roots(config: &Config) -> Result<RootCertStore, ConfigError> {
    raizes::load(config.raizes_pem.as_deref()).ok_or(ConfigError::Raizes)
}
