//! The parts of a workbook.

use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};

use flate2::{Crc, bufread::DeflateDecoder};
use quick_xml::events::Event;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::xml::{Xml, attribute, invalid};
use crate::importacao::erro::ErroImportacao;

/// Where the sheet is, and how it counts its days.
pub(super) struct Pasta {
    pub(super) caminho: String,
    pub(super) de_1904: bool,
}

/// Finds the first sheet that is not hidden.
pub(super) fn find_sheet<R: Read + Seek>(zip: &mut ZipArchive<R>) -> Result<Pasta, ErroImportacao> {
    let (mut relacao, mut ocultas, mut de_1904) = (None, false, false);
    each_tag(zip, "xl/workbook.xml", |nome, atributo| {
        if nome == "workbookPr" {
            de_1904 = matches!(atributo("date1904")?.as_deref(), Some("1" | "true"));
        }
        if nome == "sheet" && relacao.is_none() {
            if atributo("state")?.is_none_or(|estado| estado == "visible") {
                relacao = atributo("id")?;
            } else {
                ocultas = true;
            }
        }
        Ok(())
    })?;
    let corrompida = || ErroImportacao::Leitura(ErrorKind::InvalidData.into());
    let relacao = relacao.ok_or_else(|| if ocultas { ErroImportacao::TudoOculto } else { corrompida() })?;
    let mut alvo = None;
    each_tag(zip, "xl/_rels/workbook.xml.rels", |nome, atributo| {
        if nome == "Relationship" && atributo("Id")?.as_ref() == Some(&relacao) {
            alvo = atributo("Target")?;
        }
        Ok(())
    })?;
    let alvo = alvo.ok_or_else(corrompida)?;
    let caminho = alvo.strip_prefix('/').map_or_else(|| format!("xl/{alvo}"), str::to_owned);
    Ok(Pasta { caminho, de_1904 })
}

/// A part that not every workbook has.
pub(super) fn optional<'z, R: Read + Seek>(
    zip: &'z mut ZipArchive<R>,
    caminho: &str,
) -> io::Result<Option<Xml<'z>>> {
    if zip.index_for_name(caminho).is_none() {
        return Ok(None);
    }
    let parte = zip.by_name(caminho).map_err(unpacked)?;
    Ok(Some(Xml::new(Box::new(parte))))
}

type Atributo<'a> = &'a dyn Fn(&str) -> io::Result<Option<String>>;

fn each_tag<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    caminho: &str,
    mut ver: impl FnMut(&str, Atributo<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut xml = Xml::new(Box::new(io::Cursor::new(read_small(zip, caminho)?)));
    loop {
        match xml.next()? {
            Event::Start(marca) | Event::Empty(marca) => {
                ver(marca.local_name().as_ref(), &|nome| attribute(&marca, nome))?;
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Bytes of a part that only names others.
const MAX_PEQUENA: u64 = 4 * 1024 * 1024;

fn read_small<R: Read + Seek>(zip: &mut ZipArchive<R>, caminho: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let parte = zip.by_name(caminho).map_err(unpacked)?;
    parte.take(MAX_PEQUENA + 1).read_to_end(&mut bytes)?;
    let cabe = u64::try_from(bytes.len()).is_ok_and(|tamanho| tamanho <= MAX_PEQUENA);
    if cabe { Ok(bytes) } else { Err(ErrorKind::FileTooLarge.into()) }
}

/// What the reader under it said is said on: whoever gave it tells by that whether the file is to blame.
pub(super) fn unpacked(erro: ZipError) -> io::Error {
    if let ZipError::Io(erro) = erro { erro } else { invalid(erro) }
}

/// Opens one part to be read as a stream, when nothing else of the file will be.
pub(super) fn open<R: Read + Seek + 'static>(
    mut zip: ZipArchive<R>,
    caminho: &str,
) -> io::Result<Box<dyn Read>> {
    let (inicio, tamanho, metodo, crc) = {
        let parte = zip.by_name(caminho).map_err(unpacked)?;
        (parte.data_start(), parte.compressed_size(), parte.compression(), parte.crc32())
    };
    let mut entrada = zip.into_inner();
    entrada.seek(SeekFrom::Start(inicio.ok_or(ErrorKind::InvalidData)?))?;
    let bytes = entrada.take(tamanho);
    let dentro: Box<dyn Read> = match metodo {
        CompressionMethod::Stored => Box::new(bytes),
        CompressionMethod::Deflated => Box::new(DeflateDecoder::new(BufReader::new(bytes))),
        _ => return Err(ErrorKind::InvalidData.into()),
    };
    Ok(Box::new(Conferido { dentro, crc: Crc::new(), esperado: crc }))
}

/// Fails at the end when what was read is not what was packed.
struct Conferido {
    dentro: Box<dyn Read>,
    crc: Crc,
    esperado: u32,
}

impl Read for Conferido {
    fn read(&mut self, destino: &mut [u8]) -> io::Result<usize> {
        let lidos = self.dentro.read(destino)?;
        self.crc.update(destino.get(..lidos).unwrap_or_default());
        if lidos == 0 && !destino.is_empty() && self.crc.sum() != self.esperado {
            return Err(ErrorKind::InvalidData.into());
        }
        Ok(lidos)
    }
}
