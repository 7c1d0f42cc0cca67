//! One line, understood field by field.

use domain::documento::Documento;
use domain::email::EnderecoEmail;
use domain::planilha::Identificacao;
use domain::telefone::{Telefone, TipoTelefone};

use super::cabecalho::Cabecalho;
use super::erro::{CampoRecusado, MotivoLote};
use super::modelo::{CampoLote, Modelo};
use crate::importacao::erro::Motivo;
use crate::importacao::valores;
use crate::registros::Campos;

/// One line being understood: what is wrong with it is gathered on the way.
pub(super) struct Leitura<'a> {
    pub(super) cabecalho: &'a Cabecalho,
    pub(super) campos: Campos<'a>,
    pub(super) erros: Vec<CampoRecusado>,
}

impl Leitura<'_> {
    /// Whom the line means and by what name, or all that is wrong with it.
    pub(super) fn line(&mut self) -> Result<(Identificacao, Option<String>), Vec<CampoRecusado>> {
        let (identificacao, nome) = match self.cabecalho.modelo {
            Modelo::Devedores(_) => (self.devedor(), None),
            Modelo::EmailsAvulsos => {
                let email = self.require(CampoLote::Email, email);
                (email.map(Identificacao::Email), self.nome())
            }
            Modelo::TelefonesAvulsos => {
                let telefone = self.require(CampoLote::Telefone, telefone);
                (telefone.map(Identificacao::Telefone), self.nome())
            }
        };
        match identificacao {
            Some(identificacao) if self.erros.is_empty() => Ok((identificacao, nome)),
            _ => Err(std::mem::take(&mut self.erros)),
        }
    }

    fn devedor(&mut self) -> Option<Identificacao> {
        let codigo = self.accept(CampoLote::CodigoIntegracao, codigo);
        let documento = self.accept(CampoLote::Documento, documento);
        let identificacao = Identificacao::do_devedor(codigo, documento);
        if identificacao.is_none() && self.erros.is_empty() {
            self.erros.push(CampoRecusado { campo: None, motivo: MotivoLote::SemIdentificacao });
        }
        identificacao
    }

    fn nome(&mut self) -> Option<String> {
        self.accept(CampoLote::Nome, |texto| Ok(valores::nome(texto)?))
    }

    fn require<T>(
        &mut self,
        campo: CampoLote,
        parse: impl FnOnce(&str) -> Result<T, MotivoLote>,
    ) -> Option<T> {
        let erros_antes = self.erros.len();
        let lido = self.accept(campo, parse);
        if lido.is_none() && self.erros.len() == erros_antes {
            self.refuse(campo, Motivo::Ausente.into());
        }
        lido
    }

    fn accept<T>(
        &mut self,
        campo: CampoLote,
        parse: impl FnOnce(&str) -> Result<T, MotivoLote>,
    ) -> Option<T> {
        let indice = self.cabecalho.column(campo)?;
        if let Some(motivo) = self.campos.tipo(indice).motivo() {
            self.refuse(campo, motivo.into());
            return None;
        }
        let lido = self.cabecalho.text(self.campos.get(indice)?).map_err(MotivoLote::from);
        let lido = lido.and_then(|texto| if texto.is_empty() { Ok(None) } else { parse(&texto).map(Some) });
        lido.map_err(|motivo| self.refuse(campo, motivo)).ok().flatten()
    }

    fn refuse(&mut self, campo: CampoLote, motivo: MotivoLote) {
        self.erros.push(CampoRecusado { campo: Some(campo), motivo });
    }
}

fn codigo(texto: &str) -> Result<String, MotivoLote> {
    let codigo = valores::codigo(texto)?;
    unless_example(codigo, |codigo| codigo == CampoLote::CodigoIntegracao.exemplo())
}

/// Of digits alone that are too few, spreadsheets have most often eaten the zeros on the left; which ones they were is not guessed.
fn documento(texto: &str) -> Result<Documento, MotivoLote> {
    let digitos = texto.bytes().all(|byte| byte.is_ascii_digit());
    if digitos && matches!(texto.len(), 1..=10 | 12 | 13) {
        return Err(MotivoLote::SemZeros { digitos: texto.len() });
    }
    let documento = valores::documento(texto, None)?;
    unless_example(documento, |documento| documento.formatado() == CampoLote::Documento.exemplo())
}

fn email(texto: &str) -> Result<EnderecoEmail, MotivoLote> {
    let email = valores::email(texto)?;
    unless_example(email, |email| email.as_str().eq_ignore_ascii_case(CampoLote::Email.exemplo()))
}

/// Rule b10: only a mobile takes a message.
fn telefone(texto: &str) -> Result<Telefone, MotivoLote> {
    let telefone = valores::telefone(texto)?;
    match telefone.tipo() {
        TipoTelefone::Movel => {
            unless_example(telefone, |telefone| telefone.formatado() == CampoLote::Telefone.exemplo())
        }
        TipoTelefone::Fixo => Err(MotivoLote::TelefoneFixo),
    }
}

fn unless_example<T>(lido: T, is_example: impl FnOnce(&T) -> bool) -> Result<T, MotivoLote> {
    if is_example(&lido) { Err(MotivoLote::Exemplo) } else { Ok(lido) }
}
