//! Rules b01, b03 and b04: the sheet by which somebody says whom a batch action is for. Its template, its lines, and those of them that
//! were refused, to be corrected and sent again.
//!
//! ```
//! use sheets::lote::{LinhasDoLote, Modelo, Recusadas, Repetidas};
//! use sheets::saida::Formato;
//!
//! let csv = "codigo_integracao;documento\nC-9;\n;529.982.247-26\nC-9;\n";
//! let linhas = LinhasDoLote::new(csv.as_bytes(), Modelo::TelefonesAvulsos, None);
//! assert_eq!(linhas.err().unwrap().to_string(), "faltam colunas na planilha: telefone");
//!
//! let modelo = Modelo::Devedores(domain::execucao::Canal::Email);
//! let linhas = LinhasDoLote::new(csv.as_bytes(), modelo, None)?;
//! let mut recusadas = Recusadas::new(Formato::Csv, Vec::new(), linhas.cabecalho())?;
//! let mut repetidas = Repetidas::default();
//! let mut aceitas = Vec::new();
//! for linha in linhas {
//!     match linha {
//!         Ok(linha) => match repetidas.repeats(&linha) {
//!             Some(primeira) => assert_eq!((linha.linha, primeira), (4, 2)),
//!             None => aceitas.push(linha.identificacao),
//!         },
//!         Err(recusa) => recusadas.push(&recusa)?,
//!     }
//! }
//! assert_eq!(aceitas.len(), 1);
//! let planilha = String::from_utf8(recusadas.finish()?)?;
//! assert!(planilha.ends_with("\r\n;529.982.247-26;linha 3: documento: dígitos verificadores do documento não conferem\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use domain::planilha::Identificacao;

use crate::importacao::erro::{ErroImportacao, Motivo};
use crate::mapa::{Codificacao, Mapa};
use crate::registros::{Excesso, Fonte, Registros};
use crate::xlsx::Planilha;
use cabecalho::Cabecalho;
use contada::Contada;

mod cabecalho;
mod contada;
mod erro;
mod leitura;
mod modelo;
mod recusadas;
mod repetidas;

pub use erro::{CODIGOS, CampoRecusado, LinhaRecusada, MotivoLote};
pub use modelo::{CampoLote, Modelo};
pub use recusadas::Recusadas;
pub use repetidas::Repetidas;

/// Lines of a sheet: as many as a worksheet holds, in round numbers, and as the list of a batch has at most (rule b11), which can be
/// corrected and sent back. [`Repetidas`] takes 51 MB for them, and 77 MB while it grows.
pub const MAX_LINHAS: u64 = 1_000_000;
/// Bytes of a file. A million lines of a code, a document and a name have some 70 MB as `.csv`; what is larger is no such sheet.
pub const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// A line of a sheet that was understood.
#[derive(Clone, PartialEq, Eq)]
pub struct LinhaLote {
    /// Where it stands in the file, the header being line 1.
    pub linha: u64,
    /// Whom it means.
    pub identificacao: Identificacao,
    /// Of whom is no debtor: the name to call him by.
    pub nome: Option<String>,
    /// As they were read, one for each column of the header: whoever knows the debtors may refuse the line after all.
    pub celulas: Vec<String>,
}

impl LinhaLote {
    /// Rule b04: refuses the line for what only whoever knows the debtors can tell.
    #[must_use]
    pub fn refused(self, motivo: MotivoLote) -> LinhaRecusada {
        LinhaRecusada::whole(self.linha, self.celulas, motivo)
    }
}

/// Shows no name.
impl std::fmt::Debug for LinhaLote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { linha, identificacao, nome: _, celulas: _ } = self;
        f.debug_struct("LinhaLote")
            .field("linha", linha)
            .field("identificacao", identificacao)
            .finish_non_exhaustive()
    }
}

/// The lines of a sheet, one at a time. Blank ones are passed over, and so is the example of the template as long as nobody has touched
/// it: it means nobody, and whoever left it there had nothing to say by it. A line that still has a part of the example is refused,
/// because the rest of it is somebody's.
pub struct LinhasDoLote<R> {
    registros: Fonte<Contada<R>>,
    cabecalho: Cabecalho,
    lidas: u64,
    terminou: bool,
}

impl<R: Read> LinhasDoLote<R> {
    /// Reads the header of a `.csv`. Between its columns stands `;`, `,`, a tab or `|`. Without a `codificacao` each cell is read as
    /// UTF-8, or as Latin-1 if it is none.
    ///
    /// # Errors
    /// When the sheet cannot be read, has no header or an unreadable one, lacks a column that the template needs, or has it twice.
    pub fn new(entrada: R, modelo: Modelo, codificacao: Option<Codificacao>) -> Result<Self, ErroImportacao> {
        Self::up_to(MAX_BYTES, entrada, modelo, codificacao)
    }

    fn up_to(
        max_bytes: u64,
        entrada: R,
        modelo: Modelo,
        codificacao: Option<Codificacao>,
    ) -> Result<Self, ErroImportacao> {
        let (mut em_utf8, mut em_utf16) = (false, false);
        let registros = Registros::new(Contada::new(entrada, max_bytes), |primeira| {
            em_utf8 = primeira.starts_with(b"\xEF\xBB\xBF");
            em_utf16 = primeira.starts_with(b"\xFF\xFE") || primeira.starts_with(b"\xFE\xFF");
            Mapa::default().separador(primeira)
        })?;
        if em_utf16 {
            return Err(ErroImportacao::Utf16);
        }
        let codificacao = if em_utf8 { Some(Codificacao::Utf8) } else { codificacao };
        Self::begin(Fonte::Csv(Box::new(registros)), modelo, codificacao)
    }

    /// The same of the first visible sheet of an `.xlsx`.
    ///
    /// # Errors
    /// As [`LinhasDoLote::new`], or when it is no workbook or grows beyond its limits.
    pub fn from_xlsx(mut entrada: R, modelo: Modelo) -> Result<Self, ErroImportacao>
    where
        R: Seek + 'static,
    {
        if entrada.seek(SeekFrom::End(0))? > MAX_BYTES {
            return Err(ErroImportacao::Leitura(ErrorKind::FileTooLarge.into()));
        }
        entrada.rewind()?;
        let planilha = Planilha::new(entrada)?;
        Self::begin(Fonte::Xlsx(Box::new(planilha)), modelo, Some(Codificacao::Utf8))
    }

    fn begin(
        mut registros: Fonte<Contada<R>>,
        modelo: Modelo,
        codificacao: Option<Codificacao>,
    ) -> Result<Self, ErroImportacao> {
        let campos =
            registros.next()?.ok_or(ErroImportacao::Vazia)?.campos.map_err(|excesso| match excesso {
                Excesso::Bytes => ErroImportacao::Cabecalho,
                Excesso::Colunas => ErroImportacao::ColunasDemais,
            })?;
        let cabecalho = Cabecalho::find(campos, modelo, codificacao)?;
        Ok(Self { registros, cabecalho, lidas: 0, terminou: false })
    }

    /// The header as it was read, which the sheet of the refused lines has as well.
    #[must_use]
    pub fn cabecalho(&self) -> &[String] {
        &self.cabecalho.titulos
    }

    /// The last that is told of a file that is not read to its end.
    fn stop(&mut self, linha: u64, motivo: MotivoLote) -> LinhaRecusada {
        self.terminou = true;
        LinhaRecusada::whole(linha, Vec::new(), motivo)
    }

    fn fail(&mut self, erro: &io::Error) -> LinhaRecusada {
        let grande = erro.kind() == ErrorKind::FileTooLarge;
        let motivo = if grande { MotivoLote::ArquivoGrande } else { Motivo::Leitura(erro.kind()).into() };
        self.stop(self.registros.linha(), motivo)
    }
}

impl<R: Read> Iterator for LinhasDoLote<R> {
    type Item = Result<LinhaLote, LinhaRecusada>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.terminou {
            let registro = match self.registros.next() {
                Ok(registro) => registro?,
                Err(erro) => return Some(Err(self.fail(&erro))),
            };
            let linha = registro.linha;
            let lida = match registro.campos {
                Ok(campos) => self.cabecalho.read(linha, campos),
                Err(_) => Some(Err(LinhaRecusada::whole(linha, Vec::new(), Motivo::LinhaLonga.into()))),
            };
            let Some(lida) = lida else { continue };
            self.lidas += 1;
            let demais = self.lidas > MAX_LINHAS;
            return Some(if demais { Err(self.stop(linha, MotivoLote::LinhasDemais)) } else { lida });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b04_past_the_last_line_that_is_read_one_says_so_and_nothing_follows() {
        let csv = "email;nome\na@example.com;\n\nb@example.com;\nc@example.com;\n";
        let mut linhas = LinhasDoLote::new(csv.as_bytes(), Modelo::EmailsAvulsos, None).unwrap();
        linhas.lidas = MAX_LINHAS - 1;
        let lidas = linhas.collect::<Vec<_>>();
        assert!(lidas[0].is_ok());
        let ultima = lidas[1].as_ref().unwrap_err();
        assert_eq!(
            ultima.to_string(),
            "linha 4: a planilha passa de 1000000 linhas: divida-a em duas ou mais"
        );
        assert!(ultima.interrompe() && lidas.len() == 2);
    }

    #[test]
    fn s13_a_file_without_end_is_told_once_and_ends_the_sheet() {
        let inicio = b"documento\n529.982.247-25\n".as_slice();
        for resto in [b';', b'\n', b' ', b'"', b'x'] {
            let sem_fim = inicio.chain(io::repeat(resto));
            let modelo = Modelo::Devedores(domain::execucao::Canal::Sms);
            let lidas = LinhasDoLote::up_to(1_000_000, sem_fim, modelo, None).unwrap().collect::<Vec<_>>();
            let ultima = lidas[1].as_ref().unwrap_err();
            assert_eq!(ultima.erros[0].motivo, MotivoLote::ArquivoGrande, "{resto}");
            assert!(lidas[0].is_ok() && ultima.interrompe() && lidas.len() == 2, "{resto}");
        }
        assert_eq!(MotivoLote::ArquivoGrande.to_string(), "o arquivo passa de 128 MiB: divida-o");
    }
}
