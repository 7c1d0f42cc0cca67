//! A workbook that is written from its beginning to its end, once: a zip whose parts say their size after themselves.
//!
//! Texts stand in their cells, not in the table that cells may share, which would have to be kept to the end. A worksheet that is full
//! is followed by the next one, under the same header.
//!
//! What there is ready-made that streams (`rust_xlsxwriter`) keeps all rows in a file of its own until the end, and panics when the disk
//! of that file is full.

use std::io::{self, Write};

use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::{Celula, Coluna};
use celulas::{push_cell, push_display, push_header};

mod celulas;
mod partes;

/// Rows of a worksheet, its header counted: no spreadsheet opens one that has more.
const MAX_LINHAS: u32 = 1_048_576;
/// Bytes of a worksheet before they are packed. Past four gigabytes a zip needs a form that Excel refuses in a file written at one go,
/// and our own reader stops at two.
const MAX_BYTES: u64 = 1024 * 1024 * 1024;
/// Bytes that are packed together.
const MAX_PEDACO: usize = 64 * 1024;
/// How hard it is packed, of 9: a list of debtors shrinks to 9.8 % by this, and to 8.3 % by the usual 6 in four times the time.
const COMPRESSAO: i64 = 2;
/// The worksheet of the rows; the ones after it have a number as well.
const NOME: &str = "Dados";

/// A workbook under way.
pub(crate) struct Pasta<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    /// Of the worksheets that were begun.
    nomes: Vec<String>,
    /// What the next one is like.
    folha: Folha,
    pedaco: String,
    /// The last row that was written.
    linha: u32,
    /// Bytes of this worksheet that were handed on.
    bytes: u64,
    max_linhas: u32,
}

/// A worksheet, all but its rows.
pub(crate) struct Folha {
    pub(crate) nome: String,
    pub(crate) colunas: Vec<Coluna>,
    /// Whether the first row is a header: it is written, and stays in sight.
    pub(crate) cabecalho: bool,
}

impl Folha {
    pub(crate) fn dados(colunas: &[Coluna]) -> Self {
        Self { nome: NOME.to_owned(), colunas: colunas.to_vec(), cabecalho: true }
    }
}

impl<W: Write> Pasta<W> {
    pub(crate) fn new(out: W, folha: Folha) -> io::Result<Self> {
        Self::of_sheets(out, folha, MAX_LINHAS)
    }

    fn of_sheets(out: W, folha: Folha, max_linhas: u32) -> io::Result<Self> {
        let mut pasta = Self {
            zip: ZipWriter::new_stream(out),
            nomes: Vec::new(),
            folha,
            pedaco: String::with_capacity(MAX_PEDACO),
            linha: 0,
            bytes: 0,
            max_linhas,
        };
        pasta.begin_sheet()?;
        Ok(pasta)
    }

    pub(crate) fn row(&mut self, celulas: &[Celula<'_>]) -> io::Result<()> {
        if self.linha >= self.max_linhas || self.bytes >= MAX_BYTES {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        self.linha += 1;
        push_display(&mut self.pedaco, format_args!("<row r=\"{}\">", self.linha));
        for (coluna, celula) in celulas.iter().enumerate() {
            push_cell(&mut self.pedaco, (coluna, self.linha), celula);
        }
        self.pedaco.push_str("</row>");
        if self.pedaco.len() >= MAX_PEDACO { self.hand_on() } else { Ok(()) }
    }

    /// Ends this worksheet and begins another one.
    pub(crate) fn next_sheet(&mut self, folha: Folha) -> io::Result<()> {
        self.end_sheet()?;
        self.folha = folha;
        self.begin_sheet()
    }

    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.end_sheet()?;
        for (caminho, texto) in partes::others(&self.nomes) {
            self.zip.start_file(caminho, packed()).map_err(unzipped)?;
            self.zip.write_all(texto.as_bytes())?;
        }
        let mut out = self.zip.finish().map_err(unzipped)?.into_inner();
        out.flush()?;
        Ok(out)
    }

    fn begin_sheet(&mut self) -> io::Result<()> {
        let repetidas = self.nomes.iter().filter(|nome| nome.starts_with(&self.folha.nome)).count();
        let nome = &self.folha.nome;
        self.nomes.push(if repetidas == 0 { nome.clone() } else { format!("{nome} {}", repetidas + 1) });
        self.zip.start_file(partes::sheet_path(self.nomes.len()), packed()).map_err(unzipped)?;
        (self.linha, self.bytes) = (0, 0);
        partes::push_sheet_start(&mut self.pedaco, &self.folha);
        if !self.folha.cabecalho {
            return Ok(());
        }
        self.linha = 1;
        self.pedaco.push_str("<row r=\"1\">");
        for (indice, coluna) in self.folha.colunas.iter().enumerate() {
            push_header(&mut self.pedaco, (indice, 1), &coluna.titulo);
        }
        self.pedaco.push_str("</row>");
        Ok(())
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.zip.write_all(self.pedaco.as_bytes())?;
        self.bytes += u64::try_from(self.pedaco.len()).unwrap_or(u64::MAX);
        self.pedaco.clear();
        Ok(())
    }

    fn end_sheet(&mut self) -> io::Result<()> {
        partes::push_sheet_end(&mut self.pedaco, &self.folha);
        self.hand_on()
    }
}

fn packed() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_level(Some(COMPRESSAO))
}

/// What the writer under it said is said on.
fn unzipped(erro: ZipError) -> io::Error {
    if let ZipError::Io(erro) = erro { erro } else { io::Error::other(erro) }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use zip::ZipArchive;

    use super::*;

    fn part(arquivo: &[u8], caminho: &str) -> String {
        let mut texto = String::new();
        let mut zip = ZipArchive::new(Cursor::new(arquivo)).unwrap();
        zip.by_name(caminho).unwrap().read_to_string(&mut texto).unwrap();
        texto
    }

    #[test]
    fn b11_a_full_worksheet_is_followed_by_the_next_under_the_same_header() {
        let colunas = [Coluna::new("n", 5)];
        let mut pasta = Pasta::of_sheets(Vec::new(), Folha::dados(&colunas), 3).unwrap();
        for n in 1..=5 {
            pasta.row(&[Celula::Inteiro(n)]).unwrap();
        }
        let arquivo = pasta.finish().unwrap();
        let nomes = part(&arquivo, "xl/workbook.xml");
        for (numero, nome) in [(1, "\"Dados\""), (2, "\"Dados 2\""), (3, "\"Dados 3\"")] {
            assert!(nomes.contains(nome), "{nomes}");
            let folha = part(&arquivo, &partes::sheet_path(numero));
            let esperadas = if numero == 3 { 2 } else { 3 };
            assert_eq!(folha.matches("<row ").count(), esperadas, "{folha}");
            assert!(folha.contains("<t>n</t>"), "{folha}");
        }
        assert!(part(&arquivo, &partes::sheet_path(3)).contains("<v>5</v>"));
    }

    #[test]
    fn the_same_rows_are_the_same_bytes() {
        let write = || {
            let mut pasta = Pasta::new(Vec::new(), Folha::dados(&[Coluna::new("n", 5)])).unwrap();
            pasta.row(&[Celula::texto("á")]).unwrap();
            pasta.finish().unwrap()
        };
        assert_eq!(write(), write());
    }

    #[test]
    fn a_disk_that_is_full_is_an_error_and_not_the_end() {
        struct Cheio(usize);
        impl Write for Cheio {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for cabem in [0, 100, 1_000] {
            let escrita =
                Pasta::new(Cheio(cabem), Folha::dados(&[Coluna::new("n", 5)])).and_then(|mut pasta| {
                    (0..20_000).try_for_each(|n| pasta.row(&[Celula::Inteiro(n)]))?;
                    pasta.finish()
                });
            assert_eq!(escrita.err().map(|erro| erro.kind()), Some(io::ErrorKind::StorageFull), "{cabem}");
        }
    }
}
