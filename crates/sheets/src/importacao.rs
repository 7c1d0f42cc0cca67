//! A CSV of receivables, line by line. A line is understood whole or refused whole, with everything that is wrong in it.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use domain::Rotulo;
use domain::endereco::Endereco;
use domain::texto::nfc;

use crate::linha::{LinhaBoleto, LinhaCredor, LinhaDevedor, LinhaTitulo};
use crate::mapa::{Campo, Codificacao, Decimal, Mapa};
use crate::registros::{Campos, Excesso, Fonte, Registros};
use crate::xlsx::{Planilha, Tipo};
use erro::{ErroCampo, ErroImportacao, ErroLinha, Motivo};

pub mod codigo;
pub mod erro;
mod valores;

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
                erros: Vec::new(),
            };
            return Some(ler(&mut leitura).map_err(|erros| ErroLinha { linha: registro.linha, erros }));
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

/// One line being understood: what is wrong with it is gathered on the way.
struct Leitura<'a> {
    linha: u64,
    campos: Campos<'a>,
    mapa: &'a Mapa,
    colunas: &'a Colunas,
    de_1904: bool,
    erros: Vec<ErroCampo>,
}

impl Leitura<'_> {
    fn titulo(&mut self) -> Result<LinhaTitulo, Vec<ErroCampo>> {
        let mapa = self.mapa;
        let de_1904 = self.de_1904;
        let data = |tipo, texto: &str| match tipo {
            Tipo::Numero => valores::dia(texto, de_1904),
            Tipo::Data => valores::data_iso(texto),
            Tipo::Texto | Tipo::Arredondado | Tipo::Erro => valores::data(texto, &mapa.regras.formato_data),
        };
        let codigo = self.require(Campo::CodigoIntegracao, valores::codigo);
        let numero = self.accept(Campo::Numero, valores::codigo);
        let emissao = self.accept_as(Campo::Emissao, data);
        let vencimento = self.require_as(Campo::Vencimento, data);
        let valor = self.require_as(Campo::Valor, |tipo, texto| {
            valores::dinheiro(texto, if tipo == Tipo::Numero { Decimal::Ponto } else { mapa.regras.decimal })
        });
        let pago_em = self.accept_as(Campo::PagoEm, data);
        let contestado = self.accept(Campo::Contestado, valores::sim_ou_nao).unwrap_or(false);
        let devedor = self.devedor();
        let credor = self.credor();
        let (tipo_negocio, tipo_titulo, boleto) = self.classes_and_boleto();
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
                    tipo_negocio,
                    tipo_titulo,
                    boleto,
                })
            }
            _ => Err(std::mem::take(&mut self.erros)),
        }
    }

    fn devedor(&mut self) -> Option<LinhaDevedor> {
        let tipo = self.mapa.regras.documento.tipo;
        let codigo = self.require(Campo::DevedorCodigo, valores::codigo);
        let nome = self.require(Campo::DevedorNome, valores::nome);
        let erros_antes = self.erros.len();
        let documento = self.accept(Campo::Documento, |texto| valores::documento(texto, tipo));
        let documento_lido = self.erros.len() == erros_antes;
        let tipo_pessoa = self.accept(Campo::TipoPessoa, |texto| {
            let tipo_pessoa = valores::tipo_pessoa(texto)?;
            let coerente = !documento_lido || tipo_pessoa == valores::tipo_do_documento(documento.as_ref());
            coerente.then_some(tipo_pessoa).ok_or(Motivo::TipoPessoaIncoerente)
        });
        let emails = self.accept(Campo::Email, |texto| valores::lista(texto, valores::email));
        let telefones = self.accept(Campo::Telefone, |texto| valores::lista(texto, valores::telefone));
        let categoria = self.accept(Campo::Categoria, valores::codigo);
        let gerente = self.accept(Campo::Gerente, valores::rotulo);
        let score = self.accept(Campo::Score, valores::score);
        let endereco = self.endereco();
        let tipo_pessoa = tipo_pessoa.unwrap_or_else(|| valores::tipo_do_documento(documento.as_ref()));
        let (codigo_integracao, nome) = (codigo?, nome?);
        Some(LinhaDevedor {
            codigo_integracao,
            documento,
            tipo_pessoa,
            nome,
            emails: emails.unwrap_or_default(),
            telefones: telefones.unwrap_or_default(),
            categoria,
            gerente,
            score,
            endereco,
        })
    }

    /// An address is one when it names its municipality and state; part of one is a mistake.
    fn endereco(&mut self) -> Option<Endereco> {
        let erros_antes = self.erros.len();
        let logradouro = self.accept(Campo::Logradouro, valores::nome);
        let numero = self.accept(Campo::EnderecoNumero, |texto| valores::texto(texto, 20));
        let complemento = self.accept(Campo::Complemento, |texto| valores::texto(texto, 80));
        let bairro = self.accept(Campo::Bairro, |texto| valores::texto(texto, 80));
        let cidade = self.accept(Campo::Cidade, |texto| valores::texto(texto, 80));
        let uf = self.accept(Campo::Uf, valores::uf);
        let cep = self.accept(Campo::Cep, valores::cep);
        let ibge = self.accept(Campo::Ibge, valores::ibge);
        if self.erros.len() > erros_antes {
            return None;
        }
        match (cidade, uf) {
            (Some(cidade), Some(uf)) => {
                let endereco = Endereco { logradouro, numero, complemento, bairro, cidade, uf, cep, ibge };
                let confere = endereco.check();
                confere
                    .map_err(|erro| self.erros.push(ErroCampo::new(Campo::Uf, "", Motivo::Endereco(erro))))
                    .is_ok()
                    .then_some(endereco)
            }
            (None, None)
                if [&logradouro, &numero, &complemento, &bairro].into_iter().all(Option::is_none)
                    && cep.is_none()
                    && ibge.is_none() =>
            {
                None
            }
            (cidade, _) => {
                let falta = if cidade.is_none() { Campo::Cidade } else { Campo::Uf };
                self.erros.push(ErroCampo::new(falta, "", Motivo::EnderecoIncompleto));
                None
            }
        }
    }

    fn classes_and_boleto(&mut self) -> (Option<Rotulo>, Option<Rotulo>, LinhaBoleto) {
        let tipo_negocio = self.accept(Campo::TipoNegocio, valores::rotulo);
        let tipo_titulo = self.accept(Campo::TipoTitulo, valores::rotulo);
        let boleto = LinhaBoleto {
            nosso_numero: self.accept(Campo::NossoNumero, |texto| valores::texto(texto, 40)),
            linha_digitavel: self.accept(Campo::LinhaDigitavel, valores::linha_digitavel),
            pix_copia_e_cola: self.accept(Campo::PixCopiaECola, valores::pix),
            link: self.accept(Campo::LinkBoleto, valores::link),
        };
        (tipo_negocio, tipo_titulo, boleto)
    }

    fn credor(&mut self) -> Option<LinhaCredor> {
        let nome = self.accept(Campo::CredorNome, valores::nome);
        let codigo = self.accept(Campo::CredorCodigo, valores::codigo);
        if let (None, Some(nome)) = (&codigo, &nome) {
            self.erros.push(ErroCampo::new(Campo::CredorCodigo, nome, Motivo::CredorSemCodigo));
        }
        codigo.map(|codigo| LinhaCredor { nome: nome.unwrap_or_else(|| codigo.clone()), codigo })
    }

    fn require<T>(&mut self, campo: Campo, parse: impl FnOnce(&str) -> Result<T, Motivo>) -> Option<T> {
        self.require_as(campo, |_, texto| parse(texto))
    }

    fn accept<T>(&mut self, campo: Campo, parse: impl FnOnce(&str) -> Result<T, Motivo>) -> Option<T> {
        self.accept_as(campo, |_, texto| parse(texto))
    }

    fn require_as<T>(
        &mut self,
        campo: Campo,
        parse: impl FnOnce(Tipo, &str) -> Result<T, Motivo>,
    ) -> Option<T> {
        let erros_antes = self.erros.len();
        let lido = self.accept_as(campo, parse);
        if lido.is_none() && self.erros.len() == erros_antes {
            self.erros.push(ErroCampo::new(campo, "", Motivo::Ausente));
        }
        lido
    }

    fn accept_as<T>(
        &mut self,
        campo: Campo,
        parse: impl FnOnce(Tipo, &str) -> Result<T, Motivo>,
    ) -> Option<T> {
        let regras = &self.mapa.regras;
        if !self.colunas.contains_key(&campo) && !regras.padroes.contains_key(&campo) {
            return None; // most sheets have few of the fields
        }
        let tipo = self.colunas.get(&campo).map_or(Tipo::Texto, |coluna| self.campos.tipo(*coluna));
        if let Some(motivo) = tipo.motivo() {
            self.erros.push(ErroCampo::new(campo, "", motivo));
            return None;
        }
        let bytes = self.colunas.get(&campo).and_then(|coluna| self.campos.get(*coluna));
        let lido = bytes.map_or(Ok(regras.padroes.get(&campo).map_or("", String::as_str).into()), |bytes| {
            valores::decodifica(bytes, regras.codificacao)
        });
        let texto = lido.map_err(|motivo| self.erros.push(ErroCampo::new(campo, "", motivo))).ok()?;
        let texto = nfc(&texto);
        let traduzido = regras.valores.get(&campo).and_then(|traducoes| traducoes.get(texto.trim()));
        let texto = traduzido.map_or(texto.trim(), |palavra| palavra);
        if texto.is_empty() {
            return None;
        }
        parse(tipo, texto).map_err(|motivo| self.erros.push(ErroCampo::new(campo, texto, motivo))).ok()
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
