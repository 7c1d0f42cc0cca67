//! How the answers of a described provider are read.

use std::borrow::Cow;

use domain::enriquecimento::{Dados, EmailDito, EnderecoDito, Relacao, TelefoneDito};
use serde_json::Value;

use super::config::{CamposHttp, PalavrasHttp, RespostaHttp, RetornoHttp};
use crate::chamada::{Chamada, IdMensagem, ReciboInvalido, each};
use crate::enriquecimento::resultado::{Achado, Resultado, Tardia, refusal, success, told, unclear};
use crate::http::Resposta;
use crate::json;

/// What an answer says that it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Situacao {
    Encontrado,
    NaoEncontrado,
    Aguarde,
    Recusada,
    Indisponivel,
}

impl RespostaHttp {
    /// What an answer means.
    pub(super) fn read(&self, resposta: &Resposta) -> Resultado {
        let corpo = json::parse(&resposta.corpo).filter(|_| resposta.inteira);
        let documento = corpo.as_ref().unwrap_or(&Value::Null);
        let id = self.id.as_deref().and_then(|ponteiro| json::text(documento, ponteiro)).map(Cow::into_owned);
        let dita = self.situacao.as_deref().and_then(|ponteiro| json::text(documento, ponteiro));
        let situacao = match (self.by_status(resposta.status), dita) {
            (Some(situacao), None) if self.situacao.is_none() || situacao != Situacao::Encontrado => situacao,
            (_, Some(palavra)) => match self.palavras.judge(&palavra) {
                Some(situacao) => situacao,
                None if success(resposta.status) => return unclear(resposta),
                None => return refusal(resposta, Some(&palavra)),
            },
            (Some(_), None) => return unclear(resposta),
            (None, None) => return refusal(resposta, None),
        };
        let resposta_curta = told(resposta, None);
        match situacao {
            // An answer that is no document tells nothing, whatever its status is.
            Situacao::Encontrado if corpo.is_none() => unclear(resposta),
            Situacao::Encontrado => {
                let achado = Achado::of(self.campos.read(documento));
                Resultado::Respondida { achado, id, resposta: resposta_curta }
            }
            Situacao::NaoEncontrado => {
                Resultado::Respondida { achado: Achado::NaoEncontrado, id, resposta: resposta_curta }
            }
            Situacao::Aguarde => Resultado::Pedida { id, resposta: resposta_curta },
            Situacao::Recusada => Resultado::Permanente { causa: resposta_curta },
            Situacao::Indisponivel => {
                Resultado::Indisponivel { causa: resposta_curta, apos: resposta.apos() }
            }
        }
    }

    fn by_status(&self, status: u16) -> Option<Situacao> {
        if self.aguarde.contains(&status) {
            Some(Situacao::Aguarde)
        } else if self.nao_encontrado.contains(&status) {
            Some(Situacao::NaoEncontrado)
        } else {
            success(status).then_some(Situacao::Encontrado)
        }
    }
}

impl PalavrasHttp {
    fn judge(&self, palavra: &str) -> Option<Situacao> {
        let listas = [
            (&self.encontrado, Situacao::Encontrado),
            (&self.nao_encontrado, Situacao::NaoEncontrado),
            (&self.aguarde, Situacao::Aguarde),
            (&self.recusada, Situacao::Recusada),
            (&self.indisponivel, Situacao::Indisponivel),
        ];
        let acha = |(lista, situacao): (&Vec<String>, Situacao)| {
            lista.iter().any(|dita| dita == palavra).then_some(situacao)
        };
        listas.into_iter().find_map(acha)
    }
}

impl RetornoHttp {
    /// The answers of a call; what only says that it is still under way is passed over.
    pub(super) fn read(
        &self,
        chamada: &Chamada<'_>,
        resposta: &RespostaHttp,
    ) -> Result<Vec<Tardia>, ReciboInvalido> {
        let documento = json::parse(chamada.corpo).ok_or(ReciboInvalido::Ilegivel)?;
        each(&documento, self.lista.as_deref(), |item| self.item(item, resposta))
    }

    fn item(&self, item: &Value, resposta: &RespostaHttp) -> Option<Tardia> {
        let at = |ponteiro: &Option<String>| json::text(item, ponteiro.as_deref()?);
        let consulta = IdMensagem::new(at(&self.chave).as_deref(), at(&self.id).as_deref())?;
        let situacao = match &resposta.situacao {
            Some(_) => resposta.palavras.judge(&at(&resposta.situacao)?)?,
            None => Situacao::Encontrado,
        };
        let achado = match situacao {
            Situacao::Encontrado => Some(Achado::of(resposta.campos.read(item))),
            Situacao::NaoEncontrado => Some(Achado::NaoEncontrado),
            Situacao::Recusada | Situacao::Indisponivel => None,
            Situacao::Aguarde => return None,
        };
        Some(Tardia { consulta, achado })
    }
}

impl CamposHttp {
    fn read(&self, documento: &Value) -> Dados {
        let lista =
            |ponteiro: &str| documento.pointer(ponteiro).and_then(Value::as_array).into_iter().flatten();
        Dados {
            telefones: lista(&self.telefones).filter_map(|item| self.telefone(item)).collect(),
            emails: lista(&self.emails).filter_map(|item| self.email(item)).collect(),
            enderecos: lista(&self.enderecos).map(|item| self.endereco(item)).collect(),
            obito: documento.pointer(&self.obito).and_then(Value::as_bool),
            situacao_receita: None,
            score: None,
        }
    }

    fn telefone(&self, item: &Value) -> Option<TelefoneDito> {
        Some(TelefoneDito {
            numero: itself_or(item, &self.numero)?,
            relacao: self.whose(item),
            whatsapp: item.pointer(&self.whatsapp).and_then(Value::as_bool),
            visto_em: None,
        })
    }

    fn email(&self, item: &Value) -> Option<EmailDito> {
        Some(EmailDito { endereco: itself_or(item, &self.email)?, relacao: self.whose(item) })
    }

    fn whose(&self, item: &Value) -> Relacao {
        match item.as_object().and_then(|_| json::text(item, &self.relacao)) {
            Some(dita) if !self.proprias.iter().any(|propria| *propria == dita) => Relacao::Terceiro,
            Some(_) | None => Relacao::Proprio,
        }
    }

    fn endereco(&self, item: &Value) -> EnderecoDito {
        let texto = |ponteiro: &str| json::text(item, ponteiro).map(Cow::into_owned);
        EnderecoDito {
            logradouro: texto(&self.logradouro),
            numero: texto(&self.numero_do_endereco),
            complemento: texto(&self.complemento),
            bairro: texto(&self.bairro),
            cidade: texto(&self.cidade),
            uf: texto(&self.uf),
            cep: texto(&self.cep),
        }
    }
}

/// An item that is a text, or what stands in it.
fn itself_or(item: &Value, ponteiro: &str) -> Option<String> {
    item.as_str().map(str::to_owned).or_else(|| json::text(item, ponteiro).map(Cow::into_owned))
}
