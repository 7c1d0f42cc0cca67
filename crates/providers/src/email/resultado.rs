//! What became of a message, and why.

use std::fmt;

/// The longest piece of a relay's reply that is kept: enough for its queue id and its explanation.
const MAX_TEXTO: usize = 512;

/// The relay closes the session, whatever was asked (RFC 5321 §3.8).
const FECHANDO: u16 = 421;

/// What became of one message. `Temporaria` and `Permanente` mean that it was *not* taken; `Incerta`
/// means that nobody on this side can know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resultado {
    /// The relay took the message and answers for it.
    Aceita {
        /// The reply to the final dot; it usually names the relay's queue id.
        resposta: Resposta,
        /// The recipients that it did not take it for; never all of them.
        recusas: Vec<Recusa>,
    },
    /// Not taken; the same message may be sent again later.
    Temporaria {
        /// A 4xx reply, or how the conversation failed before the message could have left.
        causa: Causa,
    },
    /// Not taken, and sending it again would be answered the same way.
    Permanente {
        /// The 5xx reply.
        resposta: Resposta,
    },
    /// The message began to leave and no reply settled what became of it.
    Incerta {
        /// How the conversation failed.
        causa: Causa,
    },
}

/// A recipient that the relay refused. `Debug` does not show the address.
#[derive(Clone, PartialEq, Eq)]
pub struct Recusa {
    endereco: String,
    resposta: Resposta,
}

impl Recusa {
    pub(super) fn new(endereco: &str, resposta: Resposta) -> Self {
        Self { endereco: endereco.to_owned(), resposta }
    }

    /// The recipient's address.
    #[must_use]
    pub fn endereco(&self) -> &str {
        &self.endereco
    }

    /// What the relay said to it.
    #[must_use]
    pub fn resposta(&self) -> &Resposta {
        &self.resposta
    }
}

impl fmt::Debug for Recusa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recusa({})", self.resposta)
    }
}

/// Why a message was not taken, or may not have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Causa {
    /// The relay said so: always a 4xx or a 5xx, a positive reply out of place is a broken conversation.
    Resposta(Resposta),
    /// The conversation broke.
    Conversa {
        /// The step that did not finish.
        verbo: Verbo,
        /// In which way it broke.
        quebra: Quebra,
    },
}

impl fmt::Display for Causa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resposta(resposta) => resposta.fmt(f),
            Self::Conversa { verbo, quebra } => write!(f, "{verbo}: {quebra}"),
        }
    }
}

impl From<Causa> for Resultado {
    /// The whole judgement. A complete reply is believed; without one, only the phase counts.
    fn from(causa: Causa) -> Self {
        match causa {
            Causa::Resposta(resposta) if !resposta.passa() => Self::Permanente { resposta },
            Causa::Conversa { verbo: Verbo::Corpo, .. } => Self::Incerta { causa },
            Causa::Resposta(_) | Causa::Conversa { .. } => Self::Temporaria { causa },
        }
    }
}

/// A step of the conversation, in the order in which they happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verbo {
    /// Name lookup, TCP and, when configured, implicit TLS.
    Conexao,
    /// The relay's greeting and the EHLO that follows it.
    Saudacao,
    /// The upgrade to TLS.
    StartTls,
    /// Authentication.
    Auth,
    /// The envelope sender.
    Mail,
    /// The envelope recipients.
    Rcpt,
    /// The request to transmit, up to its 354.
    Data,
    /// The message itself and the final dot, up to the reply.
    Corpo,
}

impl Verbo {
    /// A stable name, for logs and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conexao => "conexao",
            Self::Saudacao => "saudacao",
            Self::StartTls => "starttls",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Corpo => "corpo",
        }
    }

    /// Whether the step is about the session and not about this message: a 5xx there (a wrong password, a
    /// relay that serves nobody) is answered the same to every message.
    #[must_use]
    pub fn da_sessao(self) -> bool {
        self < Self::Mail
    }
}

impl fmt::Display for Verbo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// In which way a conversation broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quebra {
    /// No connection: refused, unreachable, or the name does not resolve.
    SemConexao,
    /// The connection was closed or reset.
    Cortada,
    /// No answer within the time configured for the step.
    Tempo,
    /// The relay's answer cannot be read, or does not belong to the step.
    Protocolo,
    /// TLS could not be agreed, or the certificate does not hold.
    Tls,
}

impl Quebra {
    /// A stable name, for logs and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SemConexao => "sem_conexao",
            Self::Cortada => "cortada",
            Self::Tempo => "tempo",
            Self::Protocolo => "protocolo",
            Self::Tls => "tls",
        }
    }
}

impl fmt::Display for Quebra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A complete reply of the relay. Its text may quote the recipient's address, so neither `Debug` nor
/// `Display` shows it; [`Resposta::texto`] is for the record kept with the execution.
#[derive(Clone, PartialEq, Eq)]
pub struct Resposta {
    verbo: Verbo,
    codigo: u16,
    texto: String,
}

impl Resposta {
    /// A reply as it was read; control characters become spaces and a very long text is cut.
    pub(crate) fn new(verbo: Verbo, codigo: u16, texto: &str) -> Self {
        let limpo = texto.chars().map(|c| if c.is_control() { ' ' } else { c });
        Self { verbo, codigo, texto: limpo.take(MAX_TEXTO).collect() }
    }

    /// The step that was answered.
    #[must_use]
    pub fn verbo(&self) -> Verbo {
        self.verbo
    }

    /// The three-digit code.
    #[must_use]
    pub fn codigo(&self) -> u16 {
        self.codigo
    }

    /// Whether the relay closes the session, whatever was asked.
    pub(super) fn fecha(&self) -> bool {
        self.codigo == FECHANDO
    }

    /// Whether the same may be answered otherwise later.
    pub(super) fn passa(&self) -> bool {
        self.codigo < 500
    }

    /// The relay's words. May contain the recipient's address: keep it out of logs.
    #[must_use]
    pub fn texto(&self) -> &str {
        &self.texto
    }

    /// The enhanced status code (RFC 3463) the text starts with, such as `5.1.1`.
    #[must_use]
    pub fn estendido(&self) -> Option<&str> {
        let palavra = self.texto.split_whitespace().next()?;
        let mut partes = palavra.split('.');
        let classe = partes.next().filter(|c| matches!(*c, "2" | "4" | "5"))?;
        let detalhes = [partes.next()?, partes.next()?];
        let numeros =
            detalhes.iter().all(|d| (1..=3).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_digit()));
        (numeros && partes.next().is_none() && self.codigo.to_string().starts_with(classe)).then_some(palavra)
    }
}

impl fmt::Display for Resposta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.verbo, self.codigo)?;
        self.estendido().map_or(Ok(()), |codigo| write!(f, " {codigo}"))
    }
}

impl fmt::Debug for Resposta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resposta({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_shows_its_codes_and_never_its_words() {
        let resposta = Resposta::new(Verbo::Rcpt, 550, "5.1.1 <maria@exemplo.com.br>: unknown\r\nuser");
        assert_eq!(format!("{resposta}"), "rcpt: 550 5.1.1");
        assert_eq!(format!("{resposta:?}"), "Resposta(rcpt: 550 5.1.1)");
        assert_eq!(resposta.texto(), "5.1.1 <maria@exemplo.com.br>: unknown  user");
    }

    #[test]
    fn an_enhanced_code_is_only_one_that_agrees_with_the_reply() {
        for (codigo, texto, esperado) in [
            (250, "2.0.0 Ok: queued as 4XyZ", Some("2.0.0")),
            (550, "4.1.1 no", None),
            (550, "5.1 no", None),
            (550, "5.1.1.1 no", None),
            (550, "5.x.1 no", None),
            (550, "", None),
        ] {
            assert_eq!(Resposta::new(Verbo::Corpo, codigo, texto).estendido(), esperado, "{texto}");
        }
    }

    #[test]
    fn a_very_long_reply_is_cut() {
        assert_eq!(Resposta::new(Verbo::Corpo, 250, &"x".repeat(9_000)).texto().len(), MAX_TEXTO);
    }
}
