//! The header of a sheet, and what each of its columns is to its lines.

use std::borrow::Cow;

use domain::planilha::desprotegido;
use domain::texto::nfc;

use super::leitura::Leitura;
use super::modelo::{CampoLote, Modelo};
use super::{LinhaLote, LinhaRecusada};
use crate::importacao::erro::{ErroImportacao, Motivo};
use crate::importacao::valores::decodifica;
use crate::mapa::Codificacao;
use crate::registros::Campos;

/// The column in which a sheet of refused lines says why; a reader looks past it.
pub(super) const ERRO: &str = "erro";

pub(super) struct Cabecalho {
    pub(super) modelo: Modelo,
    /// As they were written.
    pub(super) titulos: Vec<String>,
    /// Where the fields of the template are, those that there are.
    colunas: Vec<(CampoLote, usize)>,
    /// None means: each cell by itself.
    codificacao: Option<Codificacao>,
}

impl Cabecalho {
    pub(super) fn find(
        campos: Campos<'_>,
        modelo: Modelo,
        codificacao: Option<Codificacao>,
    ) -> Result<Self, ErroImportacao> {
        let titulos = campos.iter().map(|bytes| decode(bytes, codificacao).map(Cow::into_owned));
        let titulos =
            titulos.collect::<Result<Vec<_>, _>>().map_err(|_sempre_utf8| ErroImportacao::Codificacao)?;
        let mut colunas = Vec::new();
        for campo in modelo.campos() {
            let mut iguais = (0..).zip(&titulos).filter(|(_, titulo)| plain(titulo) == campo.as_str());
            match (iguais.next(), iguais.next()) {
                (Some((indice, _)), None) => colunas.push((*campo, indice)),
                (Some(_), Some(_)) => return Err(ErroImportacao::ColunaRepetida(campo.as_str().to_owned())),
                (None, _) => {}
            }
        }
        let precisa = modelo.precisa_de();
        if colunas.iter().any(|(campo, _)| precisa.contains(campo)) {
            return Ok(Self { modelo, titulos, colunas, codificacao });
        }
        let nomes = precisa.iter().map(|campo| campo.as_str()).collect::<Vec<_>>();
        Err(ErroImportacao::ColunasFaltando(vec![nomes.join(" ou ")]))
    }

    /// What a line says, or why it says nothing; none for one that is blank, or the example as it came.
    pub(super) fn read(&self, linha: u64, campos: Campos<'_>) -> Option<Result<LinhaLote, LinhaRecusada>> {
        let celulas = (0..self.titulos.len()).map(|n| self.as_it_was(campos.get(n).unwrap_or_default()));
        let celulas = celulas.collect::<Vec<_>>();
        let diz = |(celula, titulo): (&String, &String)| !celula.trim().is_empty() && plain(titulo) != ERRO;
        let coube = campos.len() == self.titulos.len();
        if coube && (!celulas.iter().zip(&self.titulos).any(diz) || self.is_the_example(&celulas)) {
            return None;
        }
        if !coube {
            let motivo = Motivo::Colunas { esperadas: self.titulos.len(), lidas: campos.len() };
            return Some(Err(LinhaRecusada::whole(linha, celulas, motivo.into())));
        }
        let mut leitura = Leitura { cabecalho: self, campos, erros: Vec::new() };
        Some(match leitura.line() {
            Ok((identificacao, nome)) => Ok(LinhaLote { linha, identificacao, nome, celulas }),
            Err(erros) => Err(LinhaRecusada { linha, celulas, erros }),
        })
    }

    pub(super) fn column(&self, campo: CampoLote) -> Option<usize> {
        self.colunas.iter().find(|(este, _)| *este == campo).map(|(_, indice)| *indice)
    }

    /// The text of a cell, without spaces around it and without what guards it in a sheet of ours.
    pub(super) fn text<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, str>, Motivo> {
        let texto = decode(bytes, self.codificacao)?;
        let limpo = desprotegido(texto.trim()).trim();
        Ok(Cow::Owned(nfc(limpo).into_owned()))
    }

    fn as_it_was(&self, bytes: &[u8]) -> String {
        let texto = decode(bytes, self.codificacao).unwrap_or_else(|_| String::from_utf8_lossy(bytes));
        desprotegido(&texto).to_owned()
    }

    fn is_the_example(&self, celulas: &[String]) -> bool {
        self.colunas.iter().all(|(campo, indice)| {
            celulas.get(*indice).is_some_and(|celula| celula.trim() == campo.exemplo())
        })
    }
}

/// However it was typed: case, accents and the spaces around it do not matter.
pub(super) fn plain(titulo: &str) -> String {
    nfc(&titulo.trim().to_lowercase()).into_owned()
}

fn decode(bytes: &[u8], codificacao: Option<Codificacao>) -> Result<Cow<'_, str>, Motivo> {
    match codificacao {
        Some(codificacao) => decodifica(bytes, codificacao),
        // Hardly any text of Latin-1 with an accent is one of UTF-8 as well.
        None => decodifica(bytes, Codificacao::Utf8).or_else(|_| decodifica(bytes, Codificacao::Latin1)),
    }
}
