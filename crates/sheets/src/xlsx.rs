//! Rows of the first sheet of an `.xlsx`, one at a time.
//!
//! A workbook is a zip of XML. Both can be small outside and endless inside, so everything that comes out of them is counted:
//! the whole, each piece between two tags, the depth, the shared texts. Entities of a DTD are never followed. A cell is a text,
//! a number, a date, or an error; what a number means is for the field to say. Of how it is shown only the zeros on its left are
//! read, which make 123 the key `000123`.

#![expect(clippy::wildcard_enum_match_arm, reason = "XML holds much that a workbook does not")]

use std::io::{self, ErrorKind, Read, Seek};

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::importacao::erro::{ErroImportacao, Motivo};
use crate::registros::{Campos, Excesso, MAX_BYTES, MAX_COLUNAS, Registro};
use estilos::Estilos;
use textos::{Textos, unescaped};
use xml::{Xml, attribute, entity};

mod arquivo;
mod estilos;
mod textos;
mod xml;

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tipo {
    /// As in a CSV.
    Texto,
    /// As JSON writes it, and a day as the number of days since the calendar of spreadsheets began.
    Numero,
    /// A date in ISO, most often with an hour.
    Data,
    /// A number of which the last digits are lost.
    Arredondado,
    /// `#REF!`, or a formula that nobody has calculated.
    Erro,
}

impl Tipo {
    /// Why no field can be read from it.
    pub(crate) fn motivo(self) -> Option<Motivo> {
        match self {
            Self::Texto | Self::Numero | Self::Data => None,
            Self::Arredondado => Some(Motivo::NumeroArredondado),
            Self::Erro => Some(Motivo::Formula),
        }
    }
}

/// The first visible sheet of a workbook.
pub(crate) struct Planilha {
    xml: Xml<'static>,
    textos: Textos,
    estilos: Estilos,
    bytes: Vec<u8>,
    fins: Vec<usize>,
    tipos: Vec<Tipo>,
    linha: u64,
    /// Columns of the header; a row that ends early is blank to its end.
    largura: usize,
    /// Whether days are counted from 1904 on.
    pub(crate) de_1904: bool,
}

/// A cell being read.
struct Celula {
    coluna: usize,
    tipo: String,
    /// Of a number: which of the styles it has.
    estilo: Option<usize>,
    texto: String,
    formula: bool,
    /// More than a line may have; the text is not kept.
    longa: bool,
}

impl Planilha {
    /// # Errors
    /// It is no workbook, or one that does not keep to the limits, or shows no sheet.
    pub(crate) fn new(entrada: impl Read + Seek + 'static) -> Result<Self, ErroImportacao> {
        let mut zip = ZipArchive::new(entrada).map_err(arquivo::unpacked)?;
        let pasta = arquivo::find_sheet(&mut zip)?;
        let textos = Textos::read(&mut zip)?;
        let estilos = Estilos::read(&mut zip)?;
        Ok(Self {
            xml: Xml::new(arquivo::open(zip, &pasta.caminho)?),
            textos,
            estilos,
            bytes: Vec::new(),
            fins: Vec::new(),
            tipos: Vec::new(),
            linha: 0,
            largura: 0,
            de_1904: pasta.de_1904,
        })
    }

    /// The next row that has a cell, or none at the end of the sheet.
    pub(crate) fn next(&mut self) -> io::Result<Option<Registro<'_>>> {
        loop {
            match self.xml.next()? {
                Event::Start(marca) if marca.local_name().as_ref() == "row" => {
                    self.linha = row_number(&marca)?.filter(|n| *n > self.linha).unwrap_or(self.linha + 1);
                    break;
                }
                Event::Empty(marca) if marca.local_name().as_ref() == "row" => self.linha += 1,
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
        let excesso = self.read_row()?;
        if self.largura == 0 {
            self.largura = self.fins.len();
        }
        while self.fins.len() < self.largura {
            self.push(Tipo::Texto, "");
        }
        let campos = Campos { bytes: &self.bytes, fins: &self.fins, tipos: &self.tipos };
        Ok(Some(Registro { linha: self.linha, campos: excesso.map_or(Ok(campos), Err) }))
    }

    /// Where reading has come to.
    pub(crate) fn linha(&self) -> u64 {
        self.linha
    }

    /// Answers of what there is too much, if so; it is read to its end nevertheless.
    fn read_row(&mut self) -> io::Result<Option<Excesso>> {
        self.bytes.clear();
        self.fins.clear();
        self.tipos.clear();
        let mut excesso = None;
        loop {
            let mut celula = match self.xml.next()? {
                Event::Start(marca) if marca.local_name().as_ref() == "c" => {
                    Celula::new(&marca, self.fins.len())?
                }
                Event::End(marca) if marca.local_name().as_ref() == "row" => break,
                Event::Eof => return Err(ErrorKind::UnexpectedEof.into()),
                _ => continue,
            };
            celula.read(&mut self.xml)?;
            if celula.coluna >= MAX_COLUNAS && celula.is_blank() {
                continue;
            }
            excesso = excesso.or_else(|| self.excess(&celula));
            if excesso.is_none() {
                self.add(&celula);
            }
        }
        // Cells that are only coloured stand behind the last that says anything.
        while self.fins.len() > self.largura.max(1) && self.ends_blank() {
            self.fins.pop();
            self.tipos.pop();
        }
        Ok(excesso)
    }

    /// What a row would have too much of with this cell. One that comes before its neighbours is no more readable.
    fn excess(&self, celula: &Celula) -> Option<Excesso> {
        let cabe = celula.coluna >= self.fins.len()
            && !celula.longa
            && self.bytes.len() + celula.texto.len() < MAX_BYTES;
        match celula.coluna {
            MAX_COLUNAS.. => Some(Excesso::Colunas),
            _ => (!cabe).then_some(Excesso::Bytes),
        }
    }

    fn ends_blank(&self) -> bool {
        let antes = self.fins.len().checked_sub(2).and_then(|indice| self.fins.get(indice)).copied();
        self.tipos.last() == Some(&Tipo::Texto) && self.fins.last().copied() == antes
    }

    fn add(&mut self, celula: &Celula) {
        while self.fins.len() < celula.coluna {
            self.push(Tipo::Texto, "");
        }
        let texto = celula.texto.trim();
        match celula.tipo.as_str() {
            "s" => {
                let texto = texto.parse().ok().and_then(|indice| self.textos.get(indice)).map(str::to_owned);
                match texto {
                    Some(texto) => self.push(Tipo::Texto, &unescaped(&texto)),
                    None => self.push(Tipo::Erro, ""),
                }
            }
            "e" => self.push(Tipo::Erro, texto),
            "b" => self.push(Tipo::Texto, if texto == "1" { "sim" } else { "nao" }),
            "str" | "inlineStr" => self.push(Tipo::Texto, &unescaped(&celula.texto)),
            "d" if !texto.is_empty() => self.push(Tipo::Data, texto),
            _ if texto.is_empty() && celula.formula => self.push(Tipo::Erro, ""),
            _ if texto.is_empty() => self.push(Tipo::Texto, ""),
            _ => match texto.parse::<f64>() {
                Ok(numero) if numero.is_finite() && numero.abs() < ATE => {
                    let numero = plain_number(numero);
                    self.push(Tipo::Numero, &self.estilos.pad(celula.estilo, numero));
                }
                Ok(numero) if numero.is_finite() => self.push(Tipo::Arredondado, ""),
                Ok(_) | Err(_) => self.push(Tipo::Erro, texto),
            },
        }
    }

    fn push(&mut self, tipo: Tipo, texto: &str) {
        self.bytes.extend_from_slice(texto.as_bytes());
        self.fins.push(self.bytes.len());
        self.tipos.push(tipo);
    }
}

impl Celula {
    fn new(marca: &BytesStart<'_>, seguinte: usize) -> io::Result<Self> {
        let coluna = attribute(marca, "r")?.map_or(Some(seguinte), |r| column(&r)).unwrap_or(usize::MAX);
        let tipo = attribute(marca, "t")?.unwrap_or_default();
        let numero = matches!(tipo.as_str(), "" | "n");
        let estilo = if numero { attribute(marca, "s")?.and_then(|s| s.parse().ok()) } else { None };
        Ok(Self { coluna, tipo, estilo, texto: String::new(), formula: false, longa: false })
    }

    /// One that is only coloured.
    fn is_blank(&self) -> bool {
        self.texto.trim().is_empty() && !self.formula && !self.longa
    }

    /// Reads on to the end of the cell: the value, or the pieces of a text that stands in the cell itself.
    fn read(&mut self, xml: &mut Xml<'_>) -> io::Result<()> {
        let mut dentro = false;
        loop {
            match xml.next()? {
                Event::Start(marca) => match marca.local_name().as_ref() {
                    "v" | "t" => dentro = true,
                    "f" => self.formula = true,
                    // How a text is pronounced is not part of it.
                    "rPh" => xml.skip("rPh")?,
                    _ => {}
                },
                Event::Empty(marca) if marca.local_name().as_ref() == "f" => self.formula = true,
                Event::End(marca) => match marca.local_name().as_ref() {
                    "v" | "t" => dentro = false,
                    "c" => return Ok(()),
                    _ => {}
                },
                Event::Text(texto) if dentro => self.texto.push_str(&texto),
                Event::CData(texto) if dentro => self.texto.push_str(&texto),
                Event::GeneralRef(nome) if dentro => self.texto.push(entity(&nome)?),
                Event::Eof => return Err(ErrorKind::UnexpectedEof.into()),
                _ => {}
            }
            if self.texto.len() > MAX_BYTES {
                self.longa = true;
                self.texto.clear();
            }
        }
    }
}

fn row_number(marca: &BytesStart<'_>) -> io::Result<Option<u64>> {
    Ok(attribute(marca, "r")?.and_then(|numero| numero.parse().ok()))
}

/// `AB12` is the 28th column: 27, counted from zero.
fn column(referencia: &str) -> Option<usize> {
    let letras = referencia.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let numero = letras
        .fold(0_usize, |numero, letra| numero * 26 + usize::from(letra.to_ascii_uppercase() - b'A') + 1);
    numero.checked_sub(1)
}

/// From here on whole numbers have more than the fifteen digits that a spreadsheet keeps.
const ATE: f64 = 1e15;

/// A number without exponent, in the fifteen digits that spreadsheets show: `1234.5600000000002` is 1234.56.
fn plain_number(numero: f64) -> String {
    // What was written so is a number again.
    let visto = format!("{numero:.14e}").parse().unwrap_or(numero);
    visto.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_letters_to_the_base_of_26() {
        for (referencia, coluna) in
            [("A1", Some(0)), ("Z9", Some(25)), ("AA1", Some(26)), ("xfd7", Some(16_383)), ("7", None)]
        {
            assert_eq!(column(referencia), coluna, "{referencia}");
        }
    }

    #[test]
    fn numbers_are_read_as_spreadsheets_show_them() {
        for (guardado, visto) in [
            ("1234.5600000000002", "1234.56"),
            ("1234.5599999999999", "1234.56"),
            ("5.2998224725E10", "52998224725"),
            ("46083", "46083"),
            ("0.1", "0.1"),
            ("-5", "-5"),
            ("1.005", "1.005"),
        ] {
            assert_eq!(plain_number(guardado.parse().unwrap()), visto, "{guardado}");
        }
    }
}
