//! What comes back by e-mail: delivery status notifications (RFC 3464) and complaints (RFC 5965), sans-I/O.
//!
//! Both are a `multipart/report` of flat parts, and only its own parts are looked at: nothing nested is opened and nothing
//! encoded is decoded, which neither standard asks for. (mail-parser opens messages within messages to any depth, and dropping
//! some ten thousand of them ends the process.) Which message a report speaks of is the Message-ID in the headers that it returns.

use std::borrow::Cow;
use std::fmt;

use domain::contato::Devolucao;
use uuid::Uuid;

use crate::Segredo;
use crate::chamada::{Chamada, ReciboInvalido};

/// The largest report that is read, in bytes. Servers that return a whole message return one of ours, which is smaller.
pub const MAX_AVISO: usize = 1024 * 1024;

/// The most parts that are looked at; a report has three.
const MAX_PARTES: usize = 8;

/// The most recipients of one report: as many as a message has.
const MAX_DESTINOS: usize = super::MAX_DESTINATARIOS;

/// The longest address and code.
const MAX_ENDERECO: usize = 254;
const MAX_CODIGO: usize = 40;

/// What a report tells of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aviso {
    /// The local part of its Message-ID.
    pub mensagem: Uuid,
    /// What it tells, at least one.
    pub fatos: Vec<Fato>,
}

/// One thing that a report tells. `Debug` shows no address.
#[derive(Clone, PartialEq, Eq)]
pub enum Fato {
    /// A mailbox has it.
    Entregue {
        /// Whose, where it is said.
        endereco: Option<String>,
    },
    /// It will not arrive.
    Devolvida {
        /// Where, where it is said.
        endereco: Option<String>,
        /// What that says of the address.
        devolucao: Devolucao,
        /// The code for why: `5.1.1`.
        codigo: String,
    },
    /// Who got it does not want it.
    Reclamacao,
}

impl fmt::Debug for Fato {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entregue { .. } => f.write_str("Entregue"),
            Self::Devolvida { codigo, .. } => write!(f, "Devolvida({codigo})"),
            Self::Reclamacao => f.write_str("Reclamacao"),
        }
    }
}

/// Reads a call that brings a report, where its secret is this one: in the last piece of its path, or as bearer token.
/// `None`: an e-mail, but no report about a message of `dominio`.
///
/// # Errors
/// It is nobody's who may tell, too large, or no e-mail.
pub fn receive(
    chamada: &Chamada<'_>,
    segredo: Option<&Segredo>,
    dominio: &str,
) -> Result<Option<Aviso>, ReciboInvalido> {
    chamada.authentic(segredo)?;
    if chamada.corpo.len() > MAX_AVISO {
        return Err(ReciboInvalido::Grande);
    }
    read(chamada.corpo, dominio).ok_or(ReciboInvalido::Ilegivel)
}

/// Reads an e-mail as a report about a message of `dominio`. The outer `None` is no e-mail, the inner one another e-mail.
#[must_use]
pub fn read(bytes: &[u8], dominio: &str) -> Option<Option<Aviso>> {
    let texto = String::from_utf8_lossy(bytes);
    let linhas: Vec<&str> = texto.lines().collect();
    let (topo, corpo) = head(&linhas);
    if topo.is_empty() {
        return None;
    }
    let conteudo = value(&topo, "content-type").unwrap_or_default();
    let marca = parameter(conteudo, "boundary").filter(|_| media(conteudo) == "multipart/report");
    Some(marca.and_then(|marca| report(&parts(corpo, &marca), dominio)))
}

/// Name, in lower case, and value on one line.
type Campos<'a> = Vec<(String, Cow<'a, str>)>;

fn report(partes: &[&[&str]], dominio: &str) -> Option<Aviso> {
    let (mut mensagem, mut fatos) = (None, Vec::new());
    for parte in partes {
        let (topo, corpo) = head(parte);
        match media(value(&topo, "content-type").unwrap_or_default()).as_str() {
            "message/delivery-status" | "message/global-delivery-status" => fatos.extend(deliveries(corpo)),
            "message/feedback-report" => fatos.extend(complaint(corpo)),
            "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/global-headers" => {
                mensagem = mensagem.or_else(|| of_ours(&head(corpo).0, dominio));
            }
            _ => {}
        }
    }
    Some(Aviso { mensagem: mensagem?, fatos }).filter(|aviso| !aviso.fatos.is_empty())
}

/// The groups of fields, each between blank lines: one of the message and one of every recipient.
fn deliveries(corpo: &[&str]) -> Vec<Fato> {
    let grupos = corpo.split(|linha| linha.trim().is_empty()).filter(|grupo| !grupo.is_empty());
    grupos.filter_map(|grupo| delivery(&fields(grupo))).take(MAX_DESTINOS).collect()
}

fn delivery(campos: &Campos<'_>) -> Option<Fato> {
    let endereco =
        ["original-recipient", "final-recipient"].into_iter().find_map(|nome| address(value(campos, nome)?));
    match word(value(campos, "action")?).as_str() {
        "delivered" => Some(Fato::Entregue { endereco }),
        "failed" => {
            let codigo = code(campos);
            Some(Fato::Devolvida { endereco, devolucao: weigh(codigo), codigo: written(campos, codigo) })
        }
        // The server is still trying, or has handed it to one that tells nothing.
        _ => None,
    }
}

/// RFC 3463: class, subject, detail.
type Codigo = (u16, u16, u16);

/// The status, or the better one in the words of the server that refused: many write 5.0.0 for everything.
fn code(campos: &Campos<'_>) -> Option<Codigo> {
    let status = value(campos, "status").and_then(enhanced);
    let dito = || value(campos, "diagnostic-code").and_then(enhanced);
    match status {
        Some((_, 0, 0)) | None => dito().or(status),
        Some(_) => status,
    }
}

/// The first word that is such a code.
fn enhanced(texto: &str) -> Option<Codigo> {
    let palavras =
        texto.split(|c: char| !c.is_ascii_digit() && c != '.').map(|palavra| palavra.trim_end_matches('.'));
    palavras.take(64).find_map(|palavra| {
        let mut numeros = palavra.split('.').map(|numero| numero.parse::<u16>().ok());
        let codigo = (numeros.next()??, numeros.next()??, numeros.next()??);
        (numeros.next().is_none() && matches!(codigo.0, 2 | 4 | 5)).then_some(codigo)
    })
}

/// What a refusal says of the address. A full mailbox may be emptied. What is about the server, the conversation, the message or who
/// sends it says nothing: whoever is put on a blocklist does not lose all addresses.
fn weigh(codigo: Option<Codigo>) -> Devolucao {
    match codigo {
        Some((5, 0 | 1 | 4, _) | (5, 2, 0 | 1)) => Devolucao::Definitiva,
        Some((5, 2, _) | (4, 0 | 1 | 2 | 4, _)) | None => Devolucao::Temporaria,
        Some(_) => Devolucao::Alheia,
    }
}

fn written(campos: &Campos<'_>, codigo: Option<Codigo>) -> String {
    let dito = || value(campos, "diagnostic-code").or(value(campos, "status")).unwrap_or("sem código");
    match codigo {
        Some((classe, assunto, detalhe)) => format!("{classe}.{assunto}.{detalhe}"),
        // Its digits only: the words may name somebody.
        None => dito().chars().filter(|c| c.is_ascii_digit() || *c == '.').take(MAX_CODIGO).collect(),
    }
}

/// Of the kinds of RFC 5965 §7.3 those by which a person says no; `not-spam` is the contrary.
fn complaint(corpo: &[&str]) -> Option<Fato> {
    let campos = fields(corpo);
    let tipo = word(value(&campos, "feedback-type")?);
    matches!(tipo.as_str(), "abuse" | "fraud" | "opt-out" | "opt-out-list").then_some(Fato::Reclamacao)
}

fn of_ours(campos: &Campos<'_>, dominio: &str) -> Option<Uuid> {
    let id = value(campos, "message-id")?.trim().strip_prefix('<')?.strip_suffix('>')?;
    let (chave, dele) = id.split_once('@')?;
    let nosso = chave.len() == uuid::fmt::Hyphenated::LENGTH && dele.eq_ignore_ascii_case(dominio);
    Uuid::try_parse(chave).ok().filter(|_| nosso)
}

/// `rfc822; maria@exemplo.com.br`.
fn address(valor: &str) -> Option<String> {
    let (tipo, endereco) = valor.split_once(';')?;
    let endereco = endereco.trim().trim_start_matches('<').trim_end_matches('>');
    let serve = endereco.len() <= MAX_ENDERECO
        && endereco.contains('@')
        && endereco.bytes().all(|b| b.is_ascii_graphic());
    (serve && matches!(word(tipo).as_str(), "rfc822" | "utf-8")).then(|| endereco.to_owned())
}

/// The parts between the lines of a boundary.
fn parts<'l, 't>(corpo: &'l [&'t str], marca: &str) -> Vec<&'l [&'t str]> {
    let marca = format!("--{marca}");
    let divisa =
        |linha: &&str| linha.strip_prefix(&marca).is_some_and(|resto| matches!(resto.trim_end(), "" | "--"));
    corpo.split(divisa).skip(1).take(MAX_PARTES).collect()
}

/// The fields before the first blank line, and what is after it.
fn head<'l, 't>(linhas: &'l [&'t str]) -> (Campos<'t>, &'l [&'t str]) {
    let fim = linhas.iter().position(|linha| linha.is_empty()).unwrap_or(linhas.len());
    let (topo, resto) = linhas.split_at_checked(fim).unwrap_or((linhas, &[]));
    (fields(topo), resto.get(1..).unwrap_or_default())
}

fn fields<'t>(linhas: &[&'t str]) -> Campos<'t> {
    let mut campos: Campos<'t> = Vec::new();
    for linha in linhas {
        match (linha.starts_with([' ', '\t']), campos.last_mut()) {
            (true, Some((_, valor))) => {
                valor.to_mut().push(' ');
                valor.to_mut().push_str(linha.trim());
            }
            _ => campos
                .extend(linha.split_once(':').map(|(nome, valor)| (word(nome), Cow::from(valor.trim())))),
        }
    }
    campos
}

fn value<'c>(campos: &'c Campos<'_>, nome: &str) -> Option<&'c str> {
    campos.iter().find(|(dele, _)| dele == nome).map(|(_, valor)| valor.as_ref())
}

fn word(texto: &str) -> String {
    texto.trim().to_ascii_lowercase()
}

fn media(tipo: &str) -> String {
    word(tipo.split(';').next().unwrap_or_default())
}

/// A parameter of a Content-Type, quoted or not.
fn parameter(tipo: &str, nome: &str) -> Option<String> {
    let mut resto = tipo.split_once(';')?.1;
    loop {
        let (chave, depois) = resto.split_once('=')?;
        let depois = depois.trim_start();
        let (valor, seguinte) = match depois.strip_prefix('"') {
            Some(citado) => citado.split_once('"')?,
            None => depois
                .split_once(';')
                .map_or((depois.trim(), ""), |(valor, seguinte)| (valor.trim(), seguinte)),
        };
        if word(chave.trim_start_matches([';', ' ', '\t'])) == nome {
            return Some(valor.to_owned()).filter(|valor| !valor.is_empty());
        }
        resto = seguinte;
    }
}
