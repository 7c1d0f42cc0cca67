//! What is asked, what is answered, and in which way it can fail.

use std::fmt;
use std::time::Duration;

use chrono::DateTime;
use url::Url;

/// The longest wait that an answer may ask for.
const MAX_ESPERA: Duration = Duration::from_hours(24);

/// How a request is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Metodo {
    /// Everything is in the URL.
    Get,
    /// The usual one.
    #[default]
    Post,
    /// For the few that want it.
    Put,
}

/// One request. `Debug` shows the method and the host.
#[derive(Clone, PartialEq, Eq)]
pub struct Requisicao {
    /// The method.
    pub metodo: Metodo,
    /// An absolute URL.
    pub url: String,
    /// Headers besides Host, Content-Length, User-Agent and Accept-Encoding.
    pub cabecalhos: Vec<(String, String)>,
    /// The body; may be empty.
    pub corpo: Vec<u8>,
}

impl fmt::Debug for Requisicao {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = Url::parse(&self.url).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or("?");
        write!(f, "Requisicao({:?} {host})", self.metodo)
    }
}

/// One answer. `Debug` shows the status.
#[derive(Clone, PartialEq, Eq)]
pub struct Resposta {
    /// The status code.
    pub status: u16,
    /// Its headers, names in lower case; those that are not text are left out.
    pub cabecalhos: Vec<(String, String)>,
    /// Its body, as far as it came; empty when it was compressed.
    pub corpo: Vec<u8>,
    /// Whether `corpo` is all of it.
    pub inteira: bool,
}

impl Resposta {
    /// A header, by its name in lower case.
    #[must_use]
    pub fn cabecalho(&self, nome: &str) -> Option<&str> {
        self.cabecalhos.iter().find(|(n, _)| n == nome).map(|(_, valor)| valor.as_str())
    }

    /// How long `Retry-After` asks to wait, a day at most. A date is read against the answer's own `Date`.
    #[must_use]
    pub fn apos(&self) -> Option<Duration> {
        let valor = self.cabecalho("retry-after")?.trim();
        let espera = match valor.parse::<u64>() {
            Ok(segundos) => Duration::from_secs(segundos),
            Err(_data) => {
                let quando = DateTime::parse_from_rfc2822(valor).ok()?;
                let agora = DateTime::parse_from_rfc2822(self.cabecalho("date")?).ok()?;
                (quando - agora).to_std().unwrap_or_default()
            }
        };
        Some(espera.min(MAX_ESPERA))
    }
}

impl fmt::Debug for Resposta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resposta({})", self.status)
    }
}

/// A call without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Falha {
    /// Nothing of the request was received.
    #[error("não saiu: {causa}")]
    NaoSaiu {
        /// In which way it broke.
        causa: Quebra,
    },
    /// It may have been received.
    #[error("sem resposta: {causa}")]
    SemResposta {
        /// In which way it broke.
        causa: Quebra,
    },
}

/// In which way a call broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quebra {
    /// The URL or a header cannot be sent, or the URL is not one that may be called.
    Url,
    /// The address is not one that may be called.
    Bloqueado,
    /// The name does not resolve.
    Nome,
    /// No connection: refused or unreachable.
    SemConexao,
    /// TLS could not be agreed, or the certificate does not hold.
    Tls,
    /// The time was over.
    Tempo,
    /// The connection was closed or reset.
    Cortada,
    /// The answer is not HTTP.
    Protocolo,
}

impl Quebra {
    /// A stable name, for logs and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Bloqueado => "bloqueado",
            Self::Nome => "nome",
            Self::SemConexao => "sem_conexao",
            Self::Tls => "tls",
            Self::Tempo => "tempo",
            Self::Cortada => "cortada",
            Self::Protocolo => "protocolo",
        }
    }
}

impl fmt::Display for Quebra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(cabecalhos: &[(&str, &str)]) -> Resposta {
        let cabecalhos = cabecalhos.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Resposta { status: 503, cabecalhos, corpo: b"segredo".to_vec(), inteira: true }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_against_the_answers_own() {
        const AGORA: (&str, &str) = ("date", "Mon, 02 Mar 2026 10:00:00 GMT");
        for (cabecalhos, esperado) in [
            (vec![("retry-after", "120")], Some(120)),
            (vec![("retry-after", " 0 ")], Some(0)),
            (vec![("retry-after", "99999999999")], Some(86_400)),
            (vec![("retry-after", "Mon, 02 Mar 2026 10:02:00 GMT"), AGORA], Some(120)),
            (vec![("retry-after", "Mon, 02 Mar 2026 09:00:00 GMT"), AGORA], Some(0)),
            (vec![("retry-after", "Mon, 02 Mar 2026 10:02:00 GMT")], None),
            (vec![("retry-after", "logo"), AGORA], None),
            (vec![AGORA], None),
        ] {
            assert_eq!(answer(&cabecalhos).apos().map(|d| d.as_secs()), esperado, "{cabecalhos:?}");
        }
    }

    #[test]
    fn debug_shows_no_url_no_header_and_no_body() {
        let pedido = Requisicao {
            metodo: Metodo::Post,
            url: "https://api.exemplo.com.br/sms?para=5511987654321".to_owned(),
            cabecalhos: vec![("authorization".to_owned(), "segredo".to_owned())],
            corpo: b"Ola, Maria".to_vec(),
        };
        assert_eq!(format!("{pedido:?}"), "Requisicao(Post api.exemplo.com.br)");
        assert_eq!(format!("{:?}", answer(&[])), "Resposta(503)");
    }
}
