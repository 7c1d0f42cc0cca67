//! What a relay needs to be spoken to.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// The most sessions one client may keep with its relay; beyond this a relay answers 421, not faster.
pub const MAX_SESSOES: usize = 100;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Not at all. For a relay on the same machine or private network, and for the sandbox.
    Nenhum,
    /// Plain first, then STARTTLS, which is required: a relay that does not offer it gets no message.
    StartTls,
    /// TLS from the first byte (port 465).
    Implicito,
}

/// Where and how to reach the relay. Public fields: it is plain data until [`super::ClienteSmtp::new`]
/// checks it.
#[derive(Debug, Clone)]
pub struct Config {
    /// Host name or address of the relay.
    pub host: String,
    /// TCP port.
    pub porta: u16,
    /// Protection of the connection.
    pub tls: Tls,
    /// A PEM bundle that is trusted instead of the public roots, for a relay with a private authority.
    pub raizes_pem: Option<Vec<u8>>,
    /// User and password, when the relay asks for them.
    pub credencial: Option<Credencial>,
    /// The name this side gives in EHLO; the public name of the sending host.
    pub nome_ehlo: String,
    /// Sessions open at a time, and so messages in flight at a time: 1 to [`MAX_SESSOES`].
    pub max_sessoes: usize,
    /// Messages sent through one session before it is closed with QUIT; relays cut long ones.
    pub mensagens_por_sessao: u32,
    /// How long each step may take.
    pub tempos: Tempos,
}

impl Config {
    /// A relay with the defaults of the house: 4 sessions of 100 messages each, no authentication.
    #[must_use]
    pub fn new(host: impl Into<String>, porta: u16, tls: Tls) -> Self {
        Self {
            host: host.into(),
            porta,
            tls,
            raizes_pem: None,
            credencial: None,
            nome_ehlo: "localhost".to_owned(),
            max_sessoes: 4,
            mensagens_por_sessao: 100,
            tempos: Tempos::default(),
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !word(&self.host) || self.porta == 0 {
            return Err(ConfigError::Endereco);
        }
        if !word(&self.nome_ehlo) {
            return Err(ConfigError::NomeEhlo);
        }
        if !(1..=MAX_SESSOES).contains(&self.max_sessoes) || self.mensagens_por_sessao == 0 {
            return Err(ConfigError::Sessoes);
        }
        let aberta = self.tls == Tls::Nenhum && !loopback(&self.host);
        if self.credencial.is_some() && aberta {
            return Err(ConfigError::SenhaAberta);
        }
        Ok(())
    }
}

/// How long each step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tempos {
    /// Name lookup, TCP and implicit TLS.
    pub conexao: Duration,
    /// Every verb up to the 354 that lets the message go.
    pub verbo: Duration,
    /// From the first byte of the message to the reply to its final dot. RFC 5321 §4.5.3.2.6 asks for ten
    /// minutes: a client that hangs up early makes relays deliver twice.
    pub corpo: Duration,
}

impl Default for Tempos {
    fn default() -> Self {
        Self {
            conexao: Duration::from_secs(10),
            verbo: Duration::from_mins(1),
            corpo: Duration::from_mins(10),
        }
    }
}

/// User and password of a relay. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Credencial {
    pub(super) usuario: String,
    pub(super) senha: String,
}

impl Credencial {
    /// Keeps both; they are only ever given to the relay.
    #[must_use]
    pub fn new(usuario: impl Into<String>, senha: impl Into<String>) -> Self {
        Self { usuario: usuario.into(), senha: senha.into() }
    }
}

impl fmt::Debug for Credencial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credencial(***)")
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No host, a host with spaces or control characters, or port 0.
    #[error("host ou porta do servidor de e-mail inválidos")]
    Endereco,
    /// The EHLO name would break the command line.
    #[error("nome para EHLO inválido")]
    NomeEhlo,
    /// `max_sessoes` outside 1 to [`MAX_SESSOES`], or no messages per session.
    #[error("quantidade de sessões ou de mensagens por sessão fora dos limites")]
    Sessoes,
    /// A password without TLS, to a host that is not this machine.
    #[error("senha só é enviada com TLS")]
    SenhaAberta,
    /// The PEM bundle holds no certificate that can be used.
    #[error("certificados raiz inválidos")]
    Raizes,
    /// The host is not a name a certificate can be checked against.
    #[error("nome do servidor de e-mail inválido para TLS")]
    NomeTls,
}

/// Non-empty printable ASCII without spaces: safe inside a command line.
fn word(texto: &str) -> bool {
    !texto.is_empty() && texto.len() <= 255 && texto.bytes().all(|b| b.is_ascii_graphic())
}

fn loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay() -> Config {
        Config::new("relay.exemplo.com.br", 587, Tls::StartTls)
    }

    #[test]
    fn debug_shows_neither_user_nor_password() {
        let mut config = relay();
        config.credencial = Some(Credencial::new("financeiro@exemplo.com.br", "segredo-123"));
        let texto = format!("{config:?}");
        assert!(texto.contains("Credencial(***)"), "{texto}");
        assert!(!texto.contains("segredo") && !texto.contains("financeiro"), "{texto}");
    }

    #[test]
    fn a_password_leaves_in_the_clear_only_within_this_machine() {
        for (host, tls, esperado) in [
            ("relay.exemplo.com.br", Tls::Nenhum, Err(ConfigError::SenhaAberta)),
            ("relay.exemplo.com.br", Tls::StartTls, Ok(())),
            ("relay.exemplo.com.br", Tls::Implicito, Ok(())),
            ("127.0.0.1", Tls::Nenhum, Ok(())),
            ("::1", Tls::Nenhum, Ok(())),
            ("localhost", Tls::Nenhum, Ok(())),
        ] {
            let mut config = Config::new(host, 25, tls);
            config.credencial = Some(Credencial::new("u", "s"));
            assert_eq!(config.check(), esperado, "{host} {tls:?}");
        }
    }

    #[test]
    fn what_would_break_a_command_line_is_refused() {
        type Mudanca = fn(&mut Config);
        let casos: [(Mudanca, ConfigError); 6] = [
            (|c| c.host = String::new(), ConfigError::Endereco),
            (|c| c.host = "a b".to_owned(), ConfigError::Endereco),
            (|c| c.porta = 0, ConfigError::Endereco),
            (|c| c.nome_ehlo = "x\r\nRCPT TO:<y@z>".to_owned(), ConfigError::NomeEhlo),
            (|c| c.max_sessoes = 0, ConfigError::Sessoes),
            (|c| c.max_sessoes = MAX_SESSOES + 1, ConfigError::Sessoes),
        ];
        for (change, esperado) in casos {
            let mut config = relay();
            change(&mut config);
            assert_eq!(config.check(), Err(esperado));
        }
    }
}
