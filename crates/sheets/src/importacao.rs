//! A CSV of receivables, line by line. A line is understood whole or refused whole, with everything that is wrong in it.

use std::collections::BTreeMap;
use std::io::Read;

use crate::linha::{LinhaCredor, LinhaDevedor, LinhaTitulo};
use crate::mapa::{Campo, Codificacao, Mapa};
use crate::registros::{Campos, Registros};
use erro::{ErroCampo, ErroImportacao, ErroLinha, Motivo};

pub mod erro;
mod valores;

/// Field to column, counted from zero.
type Colunas = BTreeMap<Campo, usize>;

/// The lines of a sheet. A refused line does not stop the others; see [`ErroLinha::interrompe`] for what does.
pub struct LinhasImportadas<R> {
    registros: Registros<R>,
    mapa: Mapa,
    colunas: Colunas,
    /// How many columns the header has.
    largura: usize,
    terminou: bool,
}

impl<R: Read> LinhasImportadas<R> {
    /// Reads the header and finds the columns. Case and outer spaces of a header do not matter; other columns are
    /// ignored; a byte order mark is accepted.
    ///
    /// # Errors
    /// When the sheet cannot be read, has no header or an unreadable one, or columns that the map names are missing
    /// from it or there twice.
    pub fn new(entrada: R, mut mapa: Mapa) -> Result<Self, ErroImportacao> {
        let (mut em_utf8, mut em_utf16) = (false, false);
        let mut registros = Registros::new(entrada, |primeira| {
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
        let cabecalho =
            registros.next()?.ok_or(ErroImportacao::Vazia)?.campos.ok_or(ErroImportacao::Cabecalho)?;
        let colunas = find_columns(cabecalho, &mapa)?;
        let largura = cabecalho.len();
        Ok(Self { registros, mapa, colunas, largura, terminou: false })
    }
}

impl<R: Read> Iterator for LinhasImportadas<R> {
    type Item = Result<LinhaTitulo, ErroLinha>;

    fn next(&mut self) -> Option<Self::Item> {
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
            let Some(campos) = registro.campos else {
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
            let leitura = Leitura {
                linha: registro.linha,
                campos,
                mapa: &self.mapa,
                colunas: &self.colunas,
                erros: Vec::new(),
            };
            return Some(leitura.titulo().map_err(|erros| ErroLinha { linha: registro.linha, erros }));
        }
        None
    }
}

/// One line being understood: what is wrong with it is gathered on the way.
struct Leitura<'a> {
    linha: u64,
    campos: Campos<'a>,
    mapa: &'a Mapa,
    colunas: &'a Colunas,
    erros: Vec<ErroCampo>,
}

impl Leitura<'_> {
    fn titulo(mut self) -> Result<LinhaTitulo, Vec<ErroCampo>> {
        let mapa = self.mapa;
        let data = |texto: &str| valores::data(texto, &mapa.regras.formato_data);
        let codigo = self.require(Campo::CodigoIntegracao, valores::texto);
        let numero = self.accept(Campo::Numero, valores::texto);
        let emissao = self.accept(Campo::Emissao, data);
        let vencimento = self.require(Campo::Vencimento, data);
        let valor = self.require(Campo::Valor, |texto| valores::dinheiro(texto, mapa.regras.decimal));
        let pago_em = self.accept(Campo::PagoEm, data);
        let contestado = self.accept(Campo::Contestado, valores::sim_ou_nao).unwrap_or(false);
        let devedor = self.devedor();
        let credor = self.credor();
        match (codigo, vencimento, valor, devedor) {
            (Some(codigo_integracao), Some(vencimento), Some(valor), Some(devedor))
                if self.erros.is_empty() =>
            {
                let numero = numero.unwrap_or_else(|| codigo_integracao.clone());
                Ok(LinhaTitulo {
                    linha: self.linha,
                    codigo_integracao,
                    numero,
                    emissao,
                    vencimento,
                    valor,
                    pago_em,
                    contestado,
                    devedor,
                    credor,
                })
            }
            _ => Err(self.erros),
        }
    }

    fn devedor(&mut self) -> Option<LinhaDevedor> {
        let tipo = self.mapa.regras.documento.tipo;
        let codigo = self.require(Campo::DevedorCodigo, valores::texto);
        let nome = self.require(Campo::DevedorNome, valores::texto);
        let erros_antes = self.erros.len();
        let documento = self.accept(Campo::Documento, |texto| valores::documento(texto, tipo));
        let documento_lido = self.erros.len() == erros_antes;
        let tipo_pessoa = self.accept(Campo::TipoPessoa, |texto| {
            let tipo_pessoa = valores::tipo_pessoa(texto)?;
            let coerente = !documento_lido || tipo_pessoa == valores::tipo_do_documento(documento.as_ref());
            coerente.then_some(tipo_pessoa).ok_or(Motivo::TipoPessoaIncoerente)
        });
        let email = self.accept(Campo::Email, valores::email);
        let telefone = self.accept(Campo::Telefone, valores::telefone);
        let categoria = self.accept(Campo::Categoria, valores::texto);
        let cidade = self.accept(Campo::Cidade, valores::texto);
        let uf = self.accept(Campo::Uf, valores::uf);
        let tipo_pessoa = tipo_pessoa.unwrap_or_else(|| valores::tipo_do_documento(documento.as_ref()));
        let (codigo_integracao, nome) = (codigo?, nome?);
        Some(LinhaDevedor {
            codigo_integracao,
            documento,
            tipo_pessoa,
            nome,
            email,
            telefone,
            categoria,
            cidade,
            uf,
        })
    }

    fn credor(&mut self) -> Option<LinhaCredor> {
        let nome = self.accept(Campo::CredorNome, valores::texto);
        let codigo = self.accept(Campo::CredorCodigo, valores::texto);
        if let (None, Some(nome)) = (&codigo, &nome) {
            self.erros.push(ErroCampo::new(Campo::CredorCodigo, nome, Motivo::CredorSemCodigo));
        }
        codigo.map(|codigo| LinhaCredor { nome: nome.unwrap_or_else(|| codigo.clone()), codigo })
    }

    fn require<T>(&mut self, campo: Campo, parse: impl FnOnce(&str) -> Result<T, Motivo>) -> Option<T> {
        let erros_antes = self.erros.len();
        let lido = self.accept(campo, parse);
        if lido.is_none() && self.erros.len() == erros_antes {
            self.erros.push(ErroCampo::new(campo, "", Motivo::Ausente));
        }
        lido
    }

    fn accept<T>(&mut self, campo: Campo, parse: impl FnOnce(&str) -> Result<T, Motivo>) -> Option<T> {
        let regras = &self.mapa.regras;
        let bytes = self.colunas.get(&campo).and_then(|coluna| self.campos.get(*coluna));
        let lido = bytes.map_or(Ok(regras.padroes.get(&campo).map_or("", String::as_str).into()), |bytes| {
            valores::decodifica(bytes, regras.codificacao)
        });
        let texto = lido.map_err(|motivo| self.erros.push(ErroCampo::new(campo, "", motivo))).ok()?;
        let traduzido = regras.valores.get(&campo).and_then(|traducoes| traducoes.get(texto.trim()));
        let texto = traduzido.map_or(texto.trim(), |palavra| palavra);
        if texto.is_empty() {
            return None;
        }
        parse(texto).map_err(|motivo| self.erros.push(ErroCampo::new(campo, texto, motivo))).ok()
    }
}

fn find_columns(cabecalho: Campos<'_>, mapa: &Mapa) -> Result<Colunas, ErroImportacao> {
    let decodificados = cabecalho.iter().map(|bytes| valores::decodifica(bytes, mapa.regras.codificacao));
    let textos =
        decodificados.collect::<Result<Vec<_>, _>>().map_err(|_sempre_utf8| ErroImportacao::Cabecalho)?;
    let titulos = textos.iter().map(|texto| texto.trim().to_lowercase()).collect::<Vec<_>>();
    let (mut colunas, mut faltam) = (Colunas::new(), Vec::new());
    for (campo, nome) in &mapa.regras.colunas {
        let procurado = nome.trim().to_lowercase();
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
