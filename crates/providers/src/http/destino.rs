//! Where a URL leads, and whether it may be called at all.

use url::{Host, Position, Url};

use super::chamada::Quebra;

/// The ports of HTTPS; others are for the internal network.
const PORTAS: [u16; 2] = [443, 8443];

/// The longest URL that is sent.
const MAX_URL: usize = 8 * 1024;

/// One end that connections are kept to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Destino {
    pub(super) tls: bool,
    pub(super) host: Host<String>,
    pub(super) porta: u16,
}

impl Destino {
    /// The destination, and the path with its query.
    pub(super) fn parse(url: &str, interna: bool) -> Result<(Self, String), Quebra> {
        if url.len() > MAX_URL {
            return Err(Quebra::Url);
        }
        let url = Url::parse(url).map_err(|_fora| Quebra::Url)?;
        let tls = match url.scheme() {
            "https" => true,
            "http" if interna => false,
            _ => return Err(Quebra::Url),
        };
        let porta = url.port_or_known_default().ok_or(Quebra::Url)?;
        let com_senha = !url.username().is_empty() || url.password().is_some();
        if com_senha || porta == 0 || !(interna || PORTAS.contains(&porta)) {
            return Err(Quebra::Url);
        }
        let host = url.host().ok_or(Quebra::Url)?.to_owned();
        let alvo = url[Position::BeforePath..Position::AfterQuery].to_owned();
        Ok((Self { tls, host, porta }, alvo))
    }

    /// The value of the Host header.
    pub(super) fn authority(&self) -> String {
        let padrao = if self.tls { 443 } else { 80 };
        if self.porta == padrao { self.host.to_string() } else { format!("{}:{}", self.host, self.porta) }
    }
}
