//! The description of a provider.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;

use serde::Deserialize;

use crate::config::{ConfigError, pointers};
use crate::enriquecimento::config::Tarifa;
use crate::http::Metodo;
use crate::modelo::Formato;
use crate::segredo::Segredo;

/// A provider described. Variables stand in braces: `{documento}` (without punctuation), `{documento_formatado}`, `{tipo}`
/// (`cpf` or `cnpj`), `{chave}` (the key of the question), `{finalidade}`. They are escaped for where they stand, and a value is
/// never read for variables again. `Debug` shows nothing: URL and headers hold keys.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigHttp {
    /// POST unless it is said.
    #[serde(default)]
    pub metodo: Metodo,
    /// Where to.
    pub url: String,
    /// Headers; `{chave}` may stand in their values.
    #[serde(default)]
    pub cabecalhos: BTreeMap<String, Segredo>,
    /// How `corpo` is to be read.
    #[serde(default)]
    pub formato: Formato,
    /// The body: JSON whose strings hold variables, or a form (`a={x}&b={y}`). None for a GET.
    pub corpo: Option<String>,
    /// What an answer costs.
    #[serde(default)]
    pub tarifa: Tarifa,
    /// How to read an answer.
    #[serde(default)]
    pub resposta: RespostaHttp,
    /// How to read answers that come later; without it they are refused.
    pub retorno: Option<RetornoHttp>,
}

impl fmt::Debug for ConfigHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConfigHttp(***)")
    }
}

impl ConfigHttp {
    /// The plain shape of the sandbox's own provider.
    pub(crate) fn sandbox(endereco: SocketAddr, tarifa: Tarifa, segredo: Option<Segredo>) -> Self {
        let at = |ponteiro: &str| Some(ponteiro.to_owned());
        let corpo = r#"{"documento":"{documento}","chave":"{chave}","finalidade":"{finalidade}"}"#;
        Self {
            metodo: Metodo::Post,
            url: format!("http://{endereco}/consultas"),
            cabecalhos: BTreeMap::new(),
            formato: Formato::Json,
            corpo: at(corpo),
            tarifa,
            resposta: RespostaHttp { id: at("/id"), situacao: at("/situacao"), ..RespostaHttp::default() },
            retorno: segredo.map(|segredo| RetornoHttp {
                segredo,
                lista: None,
                chave: at("/chave"),
                id: at("/id"),
            }),
        }
    }
}

/// How an answer is read, at once or later.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RespostaHttp {
    /// The statuses of an answer that says that nothing is known.
    pub nao_encontrado: Vec<u16>,
    /// The statuses of an answer that says that the answer comes later.
    pub aguarde: Vec<u16>,
    /// Where the provider's id is.
    pub id: Option<String>,
    /// Where the answer says what it is; without it the status says so.
    pub situacao: Option<String>,
    /// What it says there.
    pub palavras: PalavrasHttp,
    /// Where what was found is.
    pub campos: CamposHttp,
}

impl Default for RespostaHttp {
    fn default() -> Self {
        Self {
            nao_encontrado: vec![404],
            aguarde: vec![202],
            id: None,
            situacao: None,
            palavras: PalavrasHttp::default(),
            campos: CamposHttp::default(),
        }
    }
}

/// The words of an answer. One that is in no list leaves the outcome unknown.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PalavrasHttp {
    /// What is known stands in it.
    pub encontrado: Vec<String>,
    /// Nothing is known.
    pub nao_encontrado: Vec<String>,
    /// It comes later.
    pub aguarde: Vec<String>,
    /// Not this question.
    pub recusada: Vec<String>,
    /// The account or the provider, not the question: no credit, too many.
    pub indisponivel: Vec<String>,
}

impl Default for PalavrasHttp {
    fn default() -> Self {
        let palavra = |palavra: &str| vec![palavra.to_owned()];
        Self {
            encontrado: palavra("encontrado"),
            nao_encontrado: palavra("nao_encontrado"),
            aguarde: palavra("pendente"),
            recusada: palavra("recusada"),
            indisponivel: palavra("indisponivel"),
        }
    }
}

/// Where what was found is: JSON pointers to the lists, and from there into each item. An item that is a text is the thing itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CamposHttp {
    /// The list of telephones.
    pub telefones: String,
    /// The number.
    pub numero: String,
    /// Whether it has WhatsApp.
    pub whatsapp: String,
    /// Whose it is; of telephones and e-mails.
    pub relacao: String,
    /// What it says there of the debtor's own. One that says something else is somebody else's.
    pub proprias: Vec<String>,
    /// The list of e-mails.
    pub emails: String,
    /// The address of an e-mail.
    pub email: String,
    /// The list of addresses.
    pub enderecos: String,
    /// Street.
    pub logradouro: String,
    /// House number.
    pub numero_do_endereco: String,
    /// Flat, block, floor.
    pub complemento: String,
    /// Quarter.
    pub bairro: String,
    /// Municipality.
    pub cidade: String,
    /// State.
    pub uf: String,
    /// Postal code.
    pub cep: String,
    /// Whether the person is said to have died.
    pub obito: String,
}

impl Default for CamposHttp {
    fn default() -> Self {
        let campo = |nome: &str| format!("/{nome}");
        Self {
            telefones: campo("telefones"),
            numero: campo("numero"),
            whatsapp: campo("whatsapp"),
            relacao: campo("relacao"),
            proprias: vec!["proprio".to_owned()],
            emails: campo("emails"),
            email: campo("email"),
            enderecos: campo("enderecos"),
            logradouro: campo("logradouro"),
            numero_do_endereco: campo("numero"),
            complemento: campo("complemento"),
            bairro: campo("bairro"),
            cidade: campo("cidade"),
            uf: campo("uf"),
            cep: campo("cep"),
            obito: campo("obito"),
        }
    }
}

/// How answers that come later are read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetornoHttp {
    /// What a call has to show: the last piece of its path, or its bearer token.
    pub segredo: Segredo,
    /// Where the list of them is; the document itself when it is not said.
    pub lista: Option<String>,
    /// Where our key is.
    pub chave: Option<String>,
    /// Where the provider's id is.
    pub id: Option<String>,
}

impl RespostaHttp {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        pointers([("resposta.id", self.id.as_ref()), ("resposta.situacao", self.situacao.as_ref())])?;
        let c = &self.campos;
        let campos = [
            &c.telefones,
            &c.numero,
            &c.whatsapp,
            &c.relacao,
            &c.emails,
            &c.email,
            &c.enderecos,
            &c.logradouro,
            &c.numero_do_endereco,
            &c.complemento,
            &c.bairro,
            &c.cidade,
            &c.uf,
            &c.cep,
            &c.obito,
        ];
        pointers(campos.map(|campo| ("resposta.campos", Some(campo))))
    }
}

impl RetornoHttp {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        pointers([
            ("retorno.lista", self.lista.as_ref()),
            ("retorno.chave", self.chave.as_ref()),
            ("retorno.id", self.id.as_ref()),
        ])?;
        if self.chave.is_none() && self.id.is_none() {
            return Err(ConfigError::Ponteiro("retorno.chave"));
        }
        Ok(())
    }
}
