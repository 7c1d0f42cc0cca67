//! A CSV of receivables, line by line. A line is understood whole or refused whole, with everything that is wrong in it.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use domain::texto::nfc;

use crate::linha::LinhaTitulo;
use crate::mapa::{Campo, Codificacao, Mapa};
use crate::registros::{Campos, Excesso, Fonte, Registros};
use crate::xlsx::Planilha;
use erro::{ErroCampo, ErroImportacao, ErroLinha, Motivo};
use leitura::Leitura;

pub mod codigo;
pub mod erro;
mod leitura;
pub(crate) mod valores;

/// E-mail addresses or telephones in one cell: nobody has more that are worth keeping.
pub const MAX_MEIOS: usize = 10;

/// Field to column, counted from zero.
type Colunas = BTreeMap<Campo, usize>;

/// The lines of a sheet. A refused line does not stop the others; see [`ErroLinha::interrompe`] for what does.
pub struct LinhasImportadas<R> {
    registros: Fonte<R>,
    mapa: Mapa,
    colunas: Colunas,
    /// How many columns the header has.
    largura: usize,
    /// Whether numbers that are days are counted from 1904 on.
    de_1904: bool,
    /// Lines up to this one are passed over.
    depois_de: u64,
    terminou: bool,
}

impl<R: Read> LinhasImportadas<R> {
    /// Reads the header and finds the columns. Case, outer spaces and how its accents were typed do not matter in a header; other
    /// columns are ignored; a byte order mark is accepted.
    ///
    /// # Errors
    /// When the sheet cannot be read, has no header or an unreadable one, or columns that the map names are missing
    /// from it or there twice.
    pub fn new(entrada: R, mut mapa: Mapa) -> Result<Self, ErroImportacao> {
        let (mut em_utf8, mut em_utf16) = (false, false);
        let registros = Registros::new(entrada, |primeira| {
            em_utf8 = primeira.starts_with(b"\xEF\xBB\xBF");
            em_utf16 = primeira.starts_with(b"\xFF\xFE") || primeira.starts_with(b"\xFE\xFF");
            mapa.separador(primeira)
        })?;
        if em_utf16 {
            return Err(ErroImportacao::Utf16);
        }
        if em_utf8 {
            mapa.regras.codificacao = Codificacao::Utf8;
        }
        Self::begin(Fonte::Csv(Box::new(registros)), mapa, false)
    }

    fn begin(mut registros: Fonte<R>, mapa: Mapa, de_1904: bool) -> Result<Self, ErroImportacao> {
        let cabecalho =
            registros.next()?.ok_or(ErroImportacao::Vazia)?.campos.map_err(|excesso| match excesso {
                Excesso::Bytes => ErroImportacao::Cabecalho,
                Excesso::Colunas => ErroImportacao::ColunasDemais,
            })?;
        let colunas = find_columns(cabecalho, &mapa)?;
        let largura = cabecalho.len();
        Ok(Self { registros, mapa, colunas, largura, de_1904, depois_de: 0, terminou: false })
    }

    /// The same of the first visible sheet of an `.xlsx`, whose first row that has a cell is the header. Dates and amounts may
    /// be numbers there; what the map says of their writing is for texts.
    ///
    /// # Errors
    /// As [`LinhasImportadas::new`], or when it is no workbook or grows beyond its limits.
    pub fn from_xlsx(entrada: R, mut mapa: Mapa) -> Result<Self, ErroImportacao>
    where
        R: Seek + 'static,
    {
        mapa.regras.codificacao = Codificacao::Utf8;
        let planilha = Planilha::new(entrada)?;
        let de_1904 = planilha.de_1904;
        Self::begin(Fonte::Xlsx(Box::new(planilha)), mapa, de_1904)
    }

    /// Passes over the lines up to this one, without looking into them: whoever was cut off goes on from there.
    #[must_use]
    pub fn after(self, linha: u64) -> Self {
        Self { depois_de: linha, ..self }
    }

    /// The key of each line, which is all that is looked at; none where it cannot be read.
    pub fn keys(mut self) -> impl Iterator<Item = Result<(u64, Option<String>), ErroLinha>> {
        std::iter::from_fn(move || {
            self.advance(|leitura| {
                let chave = leitura.require(Campo::CodigoIntegracao, valores::codigo);
                Ok((leitura.linha, chave))
            })
        })
        .map(|lida| match lida {
            Err(recusa) if !recusa.interrompe() => Ok((recusa.linha, None)),
            lida => lida,
        })
    }

    /// The next line that is one, as `ler` understands it.
    fn advance<T>(
        &mut self,
        ler: impl FnOnce(&mut Leitura<'_>) -> Result<T, Vec<ErroCampo>>,
    ) -> Option<Result<T, ErroLinha>> {
        while !self.terminou {
            let registro = match self.registros.next() {
                Ok(registro) => registro?,
                Err(erro) => {
                    self.terminou = true;
                    return Some(Err(ErroLinha::da_linha(
                        self.registros.linha(),
                        Motivo::Leitura(erro.kind()),
                    )));
                }
            };
            if registro.linha <= self.depois_de {
                continue;
            }
            let Ok(campos) = registro.campos else {
                return Some(Err(ErroLinha::da_linha(registro.linha, Motivo::LinhaLonga)));
            };
            // Spreadsheets leave lines of separators only under the last one.
            if campos.iter().all(<[u8]>::is_empty) {
                continue;
            }
            if campos.len() != self.largura {
                let motivo = Motivo::Colunas { esperadas: self.largura, lidas: campos.len() };
                return Some(Err(ErroLinha::da_linha(registro.linha, motivo)));
            }
            let mut leitura = Leitura {
                linha: registro.linha,
                campos,
                mapa: &self.mapa,
                colunas: &self.colunas,
                de_1904: self.de_1904,
                codigo: None,
                erros: Vec::new(),
            };
            let lida = ler(&mut leitura);
            let codigo = leitura.codigo;
            return Some(lida.map_err(|erros| ErroLinha { linha: registro.linha, codigo, erros }));
        }
        None
    }
}

impl<R: Read> Iterator for LinhasImportadas<R> {
    type Item = Result<LinhaTitulo, ErroLinha>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance(|leitura: &mut Leitura<'_>| leitura.titulo())
    }
}

fn find_columns(cabecalho: Campos<'_>, mapa: &Mapa) -> Result<Colunas, ErroImportacao> {
    let decodificados = cabecalho.iter().map(|bytes| valores::decodifica(bytes, mapa.regras.codificacao));
    let textos =
        decodificados.collect::<Result<Vec<_>, _>>().map_err(|_sempre_utf8| ErroImportacao::Codificacao)?;
    let plain = |texto: &str| nfc(&texto.trim().to_lowercase()).into_owned();
    let titulos = textos.iter().map(|texto| plain(texto)).collect::<Vec<_>>();
    let (mut colunas, mut faltam) = (Colunas::new(), Vec::new());
    for (campo, nome) in &mapa.regras.colunas {
        let procurado = plain(nome);
        let mut iguais =
            (0..).zip(&titulos).filter(|(_, titulo)| **titulo == procurado).map(|(indice, _)| indice);
        match (iguais.next(), iguais.next()) {
            (Some(indice), None) => drop(colunas.insert(*campo, indice)),
            (Some(_), Some(_)) => return Err(ErroImportacao::ColunaRepetida(nome.clone())),
            (None, _) if mapa.opcionais_podem_faltar && !campo.obrigatorio() => {}
            (None, _) => faltam.push(nome.clone()),
        }
    }
    if faltam.is_empty() { Ok(colunas) } else { Err(ErroImportacao::ColunasFaltando(faltam)) }
}
