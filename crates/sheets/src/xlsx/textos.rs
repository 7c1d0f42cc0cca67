//! The texts that cells share, one after the other in one piece of memory.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read, Seek};

use quick_xml::events::Event;
use zip::ZipArchive;

use super::xml::{Xml, entity};

/// Bytes of all of them: what a workbook costs in memory, and no other format does.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// How many there may be.
const MAX_TEXTOS: usize = 4_000_000;
const CAMINHO: &str = "xl/sharedStrings.xml";

#[derive(Default)]
pub(super) struct Textos {
    texto: String,
    fins: Vec<u32>,
}

impl Textos {
    pub(super) fn read<R: Read + Seek>(zip: &mut ZipArchive<R>) -> io::Result<Self> {
        super::arquivo::optional(zip, CAMINHO)?.map_or_else(|| Ok(Self::default()), Self::parse)
    }

    fn parse(mut xml: Xml<'_>) -> io::Result<Self> {
        let (mut este, mut dentro) = (Self::default(), false);
        loop {
            match xml.next()? {
                Event::Start(marca) => match marca.local_name().as_ref() {
                    "t" => dentro = true,
                    "rPh" => xml.skip("rPh")?,
                    _ => {}
                },
                Event::Empty(marca) if marca.local_name().as_ref() == "si" => este.end(),
                Event::End(marca) => match marca.local_name().as_ref() {
                    "t" => dentro = false,
                    "si" => este.end(),
                    _ => {}
                },
                Event::Text(texto) if dentro => este.texto.push_str(&texto),
                Event::CData(texto) if dentro => este.texto.push_str(&texto),
                Event::GeneralRef(nome) if dentro => este.texto.push(entity(&nome)?),
                Event::Eof => return Ok(este),
                _ => {}
            }
            if este.texto.len() > MAX_BYTES || este.fins.len() > MAX_TEXTOS {
                return Err(ErrorKind::FileTooLarge.into());
            }
        }
    }

    fn end(&mut self) {
        self.fins.push(u32::try_from(self.texto.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn get(&self, indice: usize) -> Option<&str> {
        let fim = |indice: usize| self.fins.get(indice).and_then(|fim| usize::try_from(*fim).ok());
        let inicio = indice.checked_sub(1).map_or(Some(0), fim)?;
        self.texto.get(inicio..fim(indice)?)
    }
}

/// What XML cannot have stands as `_x000D_` in the texts of a workbook; what only looks like that begins with `_x005F_`.
pub(super) fn unescaped(texto: &str) -> Cow<'_, str> {
    if !texto.contains("_x") {
        return Cow::Borrowed(texto);
    }
    let (mut lido, mut resto) = (String::with_capacity(texto.len()), texto);
    while let Some((antes, depois)) = resto.split_once("_x") {
        lido.push_str(antes);
        let (letras, fim) =
            escaped(depois).map_or(("_x".into(), depois), |(letra, fim)| (String::from(letra), fim));
        lido.push_str(&letras);
        resto = fim;
    }
    lido.push_str(resto);
    Cow::Owned(lido)
}

/// Of `000D_b` the carriage return, and `b`.
fn escaped(texto: &str) -> Option<(char, &str)> {
    let (digitos, fim) = texto.split_at_checked(4)?;
    let digitos = Some(digitos).filter(|digitos| digitos.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let letra = u32::from_str_radix(digitos, 16).ok().and_then(char::from_u32)?;
    Some((letra, fim.strip_prefix('_')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_have_is_read_as_it_was() {
        for (guardado, lido) in [
            ("a_x000D_\nb", "a\r\nb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_x0041__x0042_", "AB"),
            ("_xD800_", "_xD800_"),
            ("_x00_", "_x00_"),
            ("_x000", "_x000"),
            ("_x00é0_", "_x00é0_"),
            ("a_b", "a_b"),
        ] {
            assert_eq!(unescaped(guardado), lido, "{guardado}");
        }
    }
}
