//! XML that is counted while it is read.

use std::io::{self, BufReader, ErrorKind, Read};

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Bytes of one part of a workbook, unpacked: a million rows have some 500 MB.
const MAX_TOTAL: u64 = 2 * 1024 * 1024 * 1024;
/// Bytes between two tags, and what is read ahead of them.
const MAX_PEDACO: u64 = 1024 * 1024;
/// Tags within tags; a sheet has seven.
const MAX_FUNDO: usize = 64;

/// A stream of tags and texts.
pub(super) struct Xml<'r> {
    leitor: Reader<BufReader<Contado<'r>>>,
    pedaco: Vec<u8>,
    fundo: usize,
}

/// Lets through so much, and so much between two tags.
struct Contado<'r> {
    dentro: Box<dyn Read + 'r>,
    total: u64,
    pedaco: u64,
}

impl<'r> Xml<'r> {
    pub(super) fn new(dentro: Box<dyn Read + 'r>) -> Self {
        let contado = Contado { dentro, total: MAX_TOTAL, pedaco: MAX_PEDACO };
        let mut leitor = Reader::from_reader(BufReader::new(contado));
        leitor.config_mut().check_end_names = false;
        Self { leitor, pedaco: Vec::new(), fundo: 0 }
    }

    pub(super) fn next(&mut self) -> io::Result<Event<'_>> {
        self.pedaco.clear();
        self.leitor.get_mut().get_mut().pedaco = MAX_PEDACO;
        let evento = self.leitor.read_event_into(&mut self.pedaco).map_err(told_apart)?;
        match &evento {
            Event::Start(_) => self.fundo += 1,
            Event::End(_) => self.fundo = self.fundo.saturating_sub(1),
            // Nobody who makes a workbook defines entities of his own.
            Event::DocType(_) => return Err(ErrorKind::InvalidData.into()),
            _ => {}
        }
        if self.fundo > MAX_FUNDO { Err(ErrorKind::FileTooLarge.into()) } else { Ok(evento) }
    }

    /// Passes over what is left of an element.
    pub(super) fn skip(&mut self, nome: &str) -> io::Result<()> {
        loop {
            match self.next()? {
                Event::End(marca) if marca.local_name().as_ref() == nome => return Ok(()),
                Event::Eof => return Err(ErrorKind::UnexpectedEof.into()),
                _ => {}
            }
        }
    }
}

impl Read for Contado<'_> {
    fn read(&mut self, destino: &mut [u8]) -> io::Result<usize> {
        let resta = self.total.min(self.pedaco);
        if resta == 0 {
            return Err(ErrorKind::FileTooLarge.into());
        }
        let ate = destino.len().min(usize::try_from(resta).unwrap_or(usize::MAX));
        let lidos = self.dentro.read(destino.get_mut(..ate).unwrap_or_default())?;
        let contados = u64::try_from(lidos).unwrap_or(u64::MAX);
        (self.total, self.pedaco) = (self.total - contados, self.pedaco - contados);
        Ok(lidos)
    }
}

/// The value of an attribute, whatever its prefix.
pub(super) fn attribute(marca: &BytesStart<'_>, nome: &str) -> io::Result<Option<String>> {
    for atributo in marca.attributes().with_checks(false) {
        let atributo = atributo.map_err(invalid)?;
        if atributo.key.local_name().as_ref() == nome {
            let valor = atributo.normalized_value(XmlVersion::Implicit1_0).map_err(invalid)?;
            return Ok(Some(valor.into_owned()));
        }
    }
    Ok(None)
}

/// `&amp;`, `&#233;`: one of the five that XML has, or a character by its number.
pub(super) fn entity(nome: &BytesRef<'_>) -> io::Result<char> {
    let numero = nome.resolve_char_ref().map_err(invalid)?;
    let letra = numero.or_else(|| quick_xml::escape::resolve_predefined_entity(nome)?.chars().next());
    letra.ok_or_else(|| ErrorKind::InvalidData.into())
}

/// What was read is not what it should be.
pub(super) fn invalid(erro: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, erro)
}

fn told_apart(erro: quick_xml::Error) -> io::Error {
    match erro {
        quick_xml::Error::Io(erro) => io::Error::new(erro.kind(), erro),
        outro => invalid(outro),
    }
}
