//! One e-mail, built once: the bytes that are sent are the bytes that would be sent again.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{self, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Mailboxes, Message, MultiPart, SinglePart};

use super::dkim::{Dkim, DkimError};

/// The longest subject, in bytes: the limit of a header line in RFC 5322 §2.1.1.
pub const MAX_ASSUNTO: usize = 998;

/// The largest message, in bytes: what relays of every size accept.
pub const MAX_MENSAGEM: usize = 10 * 1024 * 1024;

/// The longest Message-ID. lettre folds header lines, and an id that is folded is another id.
const MAX_MESSAGE_ID: usize = 250;

/// The longest display name and address, in bytes.
const MAX_PESSOA: usize = 254;

/// The most recipients of one message: what every relay has to take (RFC 5321 §4.5.3.1.8).
pub const MAX_DESTINATARIOS: usize = 100;

/// The longest address to unsubscribe at: with its name it fits in a header line.
const MAX_DESCADASTRO: usize = 900;

/// 9999-01-01T00:00:00Z since 1970; the date header has four digits for the year.
const ANO_9999: Duration = Duration::from_hours(70_380_768);

/// Someone a message comes from or goes to.
#[derive(Clone, Copy)]
pub struct Pessoa<'a> {
    /// The display name, when there is one.
    pub nome: Option<&'a str>,
    /// The address, ASCII.
    pub endereco: &'a str,
}

/// What a message is made of. Everything is given: no clock, no chance, so the same parts are the same bytes.
#[derive(Clone, Copy)]
pub struct Partes<'a> {
    /// Sender, in the header.
    pub de: Pessoa<'a>,
    /// Whom what comes back goes to, on the envelope; the sender without one.
    pub retorno: Option<&'a str>,
    /// The recipients, in the header and on the envelope: at least one, at most [`MAX_DESTINATARIOS`].
    pub para: &'a [Pessoa<'a>],
    /// Subject, already rendered.
    pub assunto: &'a str,
    /// The plain text alternative.
    pub texto: &'a str,
    /// The HTML alternative.
    pub html: &'a str,
    /// `<id@dominio>`, derived from the execution so that a repeated message can be recognised.
    pub message_id: &'a str,
    /// The `Date` header, to the second.
    pub data: SystemTime,
    /// Where one POST unsubscribes (RFC 8058).
    pub descadastro: Option<&'a str>,
}

/// A message ready to leave. `Debug` shows its id and size only.
#[derive(Clone, PartialEq, Eq)]
pub struct Mensagem {
    de: Address,
    para: Vec<Address>,
    message_id: String,
    data: SystemTime,
    bytes: Vec<u8>,
}

impl Mensagem {
    /// Builds the message: multipart/alternative, text first.
    ///
    /// The check for line breaks sits here, after everything was rendered, because a value can bring one that
    /// no template had; it is refused, never escaped away or injected.
    ///
    /// # Errors
    /// When a part cannot stand where it goes; the variant names the part and never its content.
    pub fn new(partes: &Partes<'_>) -> Result<Self, MensagemError> {
        let de = mailbox(partes.de).ok_or(MensagemError::Remetente)?;
        let para = recipients(partes.para).ok_or(MensagemError::Destinatario)?;
        let retorno = partes.retorno.map(|endereco| mailbox(Pessoa { nome: None, endereco }));
        let retorno = retorno.unwrap_or_else(|| Some(de.clone())).ok_or(MensagemError::Retorno)?;
        check_texts(partes)?;
        let mut message = Message::builder()
            .from(de)
            .mailbox(header::To::from(para.clone()))
            .subject(partes.assunto)
            .message_id(Some(partes.message_id.to_owned()))
            .header(header::Date::new(partes.data));
        for cabecalho in partes.descadastro.map(one_click).transpose()?.into_iter().flatten() {
            message = message.raw_header(cabecalho);
        }
        let message = message.multipart(alternative(partes)).map_err(MensagemError::Montagem)?;
        let bytes = message.formatted();
        if bytes.len() > MAX_MENSAGEM {
            return Err(MensagemError::Tamanho);
        }
        Ok(Self {
            de: retorno.email,
            para: addresses(para),
            message_id: partes.message_id.to_owned(),
            data: partes.data,
            bytes,
        })
    }

    /// The same message, signed.
    ///
    /// # Errors
    /// The key cannot sign it.
    pub fn signed(self, dkim: &Dkim) -> Result<Self, DkimError> {
        Ok(Self { bytes: dkim.sign(&self.bytes, self.data)?, ..self })
    }

    /// The Message-ID, with its angle brackets.
    #[must_use]
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// The message as it goes over the wire, before dot-stuffing.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn de(&self) -> Address {
        self.de.clone()
    }

    pub(super) fn para(&self) -> &[Address] {
        &self.para
    }
}

impl fmt::Debug for Mensagem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mensagem")
            .field("message_id", &self.message_id)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// A part that cannot stand where it goes.
#[derive(Debug, thiserror::Error)]
pub enum MensagemError {
    /// Sender's name or address: not ASCII, malformed, too long, or with control characters.
    #[error("remetente inválido")]
    Remetente,
    /// Whom it comes back to: not an address.
    #[error("endereço de retorno inválido")]
    Retorno,
    /// Where one unsubscribes: not an address on the web, or too long.
    #[error("endereço de descadastro inválido")]
    Descadastro,
    /// No recipient or too many, or a name or address of one: not ASCII, malformed, too long, or with control
    /// characters.
    #[error("destinatário inválido")]
    Destinatario,
    /// A control character (CR, LF and NUL among them) in the subject, or more than [`MAX_ASSUNTO`] bytes.
    #[error("assunto com quebra de linha, caractere de controle ou longo demais")]
    Assunto,
    /// NUL in the text or the HTML.
    #[error("corpo com caractere nulo")]
    Corpo,
    /// Not of the form `<id@dominio>`.
    #[error("identificador da mensagem inválido")]
    MessageId,
    /// Before 1970 or after 9998.
    #[error("data da mensagem fora dos limites")]
    Data,
    /// More than [`MAX_MENSAGEM`] bytes once encoded.
    #[error("mensagem maior que o limite")]
    Tamanho,
    /// The builder refused the whole.
    #[error("mensagem não pôde ser montada")]
    Montagem(#[source] lettre::error::Error),
}

fn recipients(pessoas: &[Pessoa<'_>]) -> Option<Mailboxes> {
    if pessoas.is_empty() || pessoas.len() > MAX_DESTINATARIOS {
        return None;
    }
    pessoas.iter().map(|pessoa| mailbox(*pessoa)).collect()
}

fn addresses(para: Mailboxes) -> Vec<Address> {
    para.into_iter().map(|para| para.email).collect()
}

fn mailbox(pessoa: Pessoa<'_>) -> Option<Mailbox> {
    let serve = |nome: &str| nome.len() <= MAX_PESSOA && !nome.contains(char::is_control);
    let nome_serve = pessoa.nome.is_none_or(serve);
    let nome = pessoa.nome.map(str::trim).filter(|nome| !nome.is_empty());
    let endereco = pessoa.endereco;
    let endereco_serve = endereco.len() <= MAX_PESSOA && endereco.bytes().all(|b| b.is_ascii_graphic());
    let email = endereco.parse::<Address>().ok().filter(|_| nome_serve && endereco_serve)?;
    Some(Mailbox::new(nome.map(str::to_owned), email))
}

/// RFC 8058 §3.1. The address is never folded, which some programs would read as a space in it.
fn one_click(url: &str) -> Result<[HeaderValue; 2], MensagemError> {
    let serve = |url: &&str| {
        url.len() <= MAX_DESCADASTRO
            && (url.starts_with("https://") || url.starts_with("http://"))
            && url.bytes().all(|b| b.is_ascii_graphic() && !b"<>,".contains(&b))
    };
    let url = Some(url).filter(serve).ok_or(MensagemError::Descadastro)?;
    Ok([
        ("List-Unsubscribe", format!("<{url}>")),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
    ]
    .map(|(nome, valor)| {
        HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(nome), valor.clone(), valor)
    }))
}

fn check_texts(partes: &Partes<'_>) -> Result<(), MensagemError> {
    if partes.assunto.len() > MAX_ASSUNTO || partes.assunto.contains(char::is_control) {
        return Err(MensagemError::Assunto);
    }
    if partes.texto.contains('\0') || partes.html.contains('\0') {
        return Err(MensagemError::Corpo);
    }
    if !message_id_serves(partes.message_id) {
        return Err(MensagemError::MessageId);
    }
    let desde_1970 = partes.data.duration_since(UNIX_EPOCH).ok();
    desde_1970.filter(|data| *data < ANO_9999).map(|_| ()).ok_or(MensagemError::Data)
}

/// `<dot-atom@dot-atom>`, the form of RFC 5322 §3.6.4 that no server rewrites.
fn message_id_serves(id: &str) -> bool {
    let atom = |texto: &str| {
        texto.split('.').all(|parte| {
            !parte.is_empty()
                && parte.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        })
    };
    let dentro = id.strip_prefix('<').and_then(|resto| resto.strip_suffix('>'));
    id.len() <= MAX_MESSAGE_ID
        && dentro
            .and_then(|resto| resto.split_once('@'))
            .is_some_and(|(antes, depois)| atom(antes) && atom(depois))
}

fn alternative(partes: &Partes<'_>) -> MultiPart {
    MultiPart::alternative()
        .boundary(boundary(partes))
        .singlepart(SinglePart::plain(partes.texto.to_owned()))
        .singlepart(SinglePart::html(partes.html.to_owned()))
}

/// A boundary out of the Message-ID, so that the same message is the same bytes, and one that neither body
/// contains: a text that guessed it would otherwise cut the message in two.
fn boundary(partes: &Partes<'_>) -> String {
    let semente: String = partes.message_id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let livre =
        |marca: &String| !partes.texto.contains(marca.as_str()) && !partes.html.contains(marca.as_str());
    let mut marca = format!("=_{semente}_");
    while !livre(&marca) {
        marca.push('_');
    }
    marca
}
