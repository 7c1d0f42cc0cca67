//! Rows out, as `.xlsx` or `.csv` by the same calls, to anything that takes bytes. Nothing is kept: a row is gone when the next one
//! comes, so a million rows take the memory of one (rule b11), and no file beside the one that is written.
//!
//! ```
//! use domain::dinheiro::Centavos;
//! use sheets::saida::{Celula, Coluna, Formato, Saida};
//!
//! let colunas = [Coluna::new("devedor", 30), Coluna::new("saldo", 14)];
//! let mut saida = Saida::new(Formato::Csv, Vec::new(), &colunas)?;
//! saida.row(&[Celula::texto("=Ana; Bia"), Celula::Dinheiro(Centavos::new(123_456))])?;
//! assert_eq!(String::from_utf8_lossy(&saida.finish()?), "\u{feff}devedor;saldo\r\n\"'=Ana; Bia\";1234,56\r\n");
//! # Ok::<(), std::io::Error>(())
//! ```

use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};

use chrono::{NaiveDate, NaiveDateTime};
use domain::dinheiro::Centavos;
use domain::planilha::protegido;

use pasta::{Folha, Pasta};

pub(crate) mod pasta;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formato {
    /// A workbook: numbers are numbers, dates are dates.
    Xlsx,
    /// Text between `;`, in UTF-8 with the mark by which spreadsheets know it.
    Csv,
}

impl Formato {
    /// What a file of it ends with.
    #[must_use]
    pub const fn extensao(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }

    /// What it is called in HTTP.
    #[must_use]
    pub const fn tipo_de_midia(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// A column: its header and, in a workbook, how wide it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coluna {
    pub(crate) titulo: String,
    /// In characters.
    pub(crate) largura: u8,
    /// Whether what somebody types there stays as it was typed.
    pub(crate) de_texto: bool,
    /// What is shown to whoever fills it in.
    pub(crate) dica: Option<&'static str>,
}

impl Coluna {
    /// A column of that header, so many characters wide.
    #[must_use]
    pub fn new(titulo: impl Into<String>, largura: u8) -> Self {
        Self { titulo: titulo.into(), largura, de_texto: false, dica: None }
    }

    /// One that people fill in: a document that they type there keeps the zeros on its left.
    #[must_use]
    pub(crate) fn filled_in(self, dica: Option<&'static str>) -> Self {
        Self { de_texto: true, dica, ..self }
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Celula<'a> {
    /// Nothing.
    Vazia,
    /// A text, which is never a formula: see [`protegido`]. In a workbook what is longer than a cell may be is cut, with a `…`.
    Texto(Cow<'a, str>),
    /// An amount; in CSV `1234,56`.
    Dinheiro(Centavos),
    /// A day; in CSV `2026-03-02`.
    Data(NaiveDate),
    /// A moment by the company's own clock, to the second; in CSV `2026-03-02 14:05:09`.
    Instante(NaiveDateTime),
    /// A whole number.
    Inteiro(i64),
}

impl<'a> Celula<'a> {
    /// A text.
    #[must_use]
    pub fn texto(texto: impl Into<Cow<'a, str>>) -> Self {
        Self::Texto(texto.into())
    }

    /// What there is, or nothing.
    #[must_use]
    pub fn talvez<T>(valor: Option<T>, celula: impl FnOnce(T) -> Self) -> Self {
        valor.map_or(Self::Vazia, celula)
    }

    fn in_csv(&self) -> Cow<'_, str> {
        match self {
            Self::Vazia => Cow::Borrowed(""),
            Self::Texto(texto) => protegido(texto),
            Self::Dinheiro(valor) => Cow::Owned(valor.to_string().replace('.', ",")),
            Self::Data(dia) => Cow::Owned(dia.to_string()),
            Self::Instante(momento) => Cow::Owned(momento.format("%Y-%m-%d %H:%M:%S").to_string()),
            Self::Inteiro(numero) => Cow::Owned(numero.to_string()),
        }
    }
}

/// A sheet that is being written. Unfinished it is no file: [`Saida::finish`] writes its end.
#[must_use]
pub struct Saida<W: Write> {
    destino: Destino<W>,
    largura: usize,
}

enum Destino<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Xlsx(Box<Pasta<W>>),
}

impl<W: Write> Saida<W> {
    /// Begins with the header.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn new(formato: Formato, out: W, colunas: &[Coluna]) -> io::Result<Self> {
        let destino = match formato {
            Formato::Csv => Destino::Csv(Box::new(begin_csv(out, colunas)?)),
            Formato::Xlsx => Destino::Xlsx(Box::new(Pasta::new(out, Folha::dados(colunas))?)),
        };
        Ok(Self { destino, largura: colunas.len() })
    }

    /// Adds a row; what it has less than the header is blank.
    ///
    /// # Errors
    /// When it cannot be written, or has more cells than the header.
    pub fn row(&mut self, celulas: &[Celula<'_>]) -> io::Result<()> {
        let faltam = self
            .largura
            .checked_sub(celulas.len())
            .ok_or_else(|| io::Error::from(ErrorKind::InvalidInput))?;
        match &mut self.destino {
            Destino::Csv(csv) => {
                celulas.iter().try_for_each(|celula| csv.write_field(celula.in_csv().as_bytes()))?;
                (0..faltam).try_for_each(|_| csv.write_field(""))?;
                Ok(csv.write_record(None::<&[u8]>)?)
            }
            Destino::Xlsx(pasta) => pasta.row(celulas),
        }
    }

    /// Writes the end, and hands back what it was written to.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> io::Result<W> {
        match self.destino {
            Destino::Csv(csv) => csv.into_inner().map_err(csv::IntoInnerError::into_error),
            Destino::Xlsx(pasta) => pasta.finish(),
        }
    }
}

fn begin_csv<W: Write>(mut out: W, colunas: &[Coluna]) -> io::Result<csv::Writer<W>> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut csv =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(out);
    csv.write_record(colunas.iter().map(|coluna| protegido(&coluna.titulo).into_owned()))?;
    Ok(csv)
}

#[cfg(test)]
mod tests;
