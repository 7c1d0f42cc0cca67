//! One line, understood field by field.

use domain::Rotulo;
use domain::endereco::Endereco;
use domain::texto::nfc;

use super::erro::{ErroCampo, Motivo};
use super::{Colunas, valores};
use crate::linha::{LinhaBoleto, LinhaCredor, LinhaDevedor, LinhaTitulo};
use crate::mapa::{Campo, Decimal, Mapa};
use crate::registros::Campos;
use crate::xlsx::Tipo;

/// One line being understood: what is wrong with it is gathered on the way.
pub(super) struct Leitura<'a> {
    pub(super) linha: u64,
    pub(super) campos: Campos<'a>,
    pub(super) mapa: &'a Mapa,
    pub(super) colunas: &'a Colunas,
    pub(super) de_1904: bool,
    /// Its key, once it was read.
    pub(super) codigo: Option<String>,
    pub(super) erros: Vec<ErroCampo>,
}

impl Leitura<'_> {
    /// The título of the line, or all that is wrong with it.
    pub(super) fn titulo(&mut self) -> Result<LinhaTitulo, Vec<ErroCampo>> {
        let mapa = self.mapa;
        let de_1904 = self.de_1904;
        let data = |tipo, texto: &str| match tipo {
            Tipo::Numero => valores::dia(texto, de_1904),
            Tipo::Data => valores::data_iso(texto),
            Tipo::Texto | Tipo::Arredondado | Tipo::Erro => valores::data(texto, &mapa.regras.formato_data),
        };
        self.codigo = self.require(Campo::CodigoIntegracao, valores::codigo);
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
        match (self.codigo.clone(), vencimento, valor, devedor) {
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
        codigo.map(|codigo| LinhaCredor { codigo, nome })
    }

    pub(super) fn require<T>(
        &mut self,
        campo: Campo,
        parse: impl FnOnce(&str) -> Result<T, Motivo>,
    ) -> Option<T> {
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
