//! The description of a provider.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;

use domain::sms::Perfil;
use serde::Deserialize;

use super::resposta::RespostaHttp;
use crate::config::{ConfigError, pointers};
use crate::http::Metodo;
pub use crate::modelo::Formato;
use crate::segredo::Segredo;
use crate::sms::config::yes;
use crate::sms::recibo::EstadoRecibo;

/// A provider described. Variables stand in braces: `{para}` (E.164), `{para_digitos}` (without the plus),
/// `{para_nacional}` (without the country), `{texto}`, `{chave}`, `{remetente}`. They are escaped for where they stand, and
/// a value is never read for variables again. `Debug` shows nothing: URL and headers hold keys.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigHttp {
    /// POST unless it is said.
    #[serde(default)]
    pub metodo: Metodo,
    /// Where to. Any variable in its query; in its path all but `{texto}` and `{para}`.
    pub url: String,
    /// Headers; `{chave}` and `{remetente}` may stand in their values.
    #[serde(default)]
    pub cabecalhos: BTreeMap<String, Segredo>,
    /// How `corpo` is to be read.
    #[serde(default)]
    pub formato: Formato,
    /// The body: JSON whose strings hold variables, or a form (`a={x}&b={y}`). None for a GET.
    pub corpo: Option<String>,
    /// What `{remetente}` is.
    pub remetente: Option<String>,
    /// Whether the same `{chave}` again makes no second message. Only where the provider promises it.
    #[serde(default)]
    pub idempotente: bool,
    /// How to read an answer.
    #[serde(default)]
    pub resposta: RespostaHttp,
    /// How to read receipts; without it they are refused.
    pub recibos: Option<RecibosHttp>,
    /// How it cuts a text in segments; the network's sizes unless it is said.
    pub segmentos: Option<Segmentos>,
    /// Whether texts are brought to GSM-7; yes unless it is said.
    #[serde(default = "yes")]
    pub transliterar: bool,
}

impl ConfigHttp {
    /// The sandbox carrier's plain shape.
    pub(crate) fn sandbox(endereco: SocketAddr, segredo: Option<Segredo>) -> Self {
        let at = |ponteiro: &str| Some(ponteiro.to_owned());
        let estados = [
            ("enviada", EstadoRecibo::Enviada),
            ("entregue", EstadoRecibo::Entregue),
            ("lida", EstadoRecibo::Lida),
            ("devolvida", EstadoRecibo::Devolvida),
        ];
        Self {
            metodo: Metodo::Post,
            url: format!("http://{endereco}/sms"),
            cabecalhos: BTreeMap::from([("Idempotency-Key".to_owned(), Segredo::new("{chave}"))]),
            formato: Formato::Json,
            corpo: at(r#"{"de":"{remetente}","para":"{para}","texto":"{texto}","chave":"{chave}"}"#),
            remetente: at("COBRANCA"),
            idempotente: true,
            resposta: RespostaHttp {
                campo: at("/situacao"),
                valores: vec!["aceita".to_owned()],
                id: at("/id"),
                codigo: at("/erro"),
                ..RespostaHttp::default()
            },
            recibos: segredo.map(|segredo| RecibosHttp {
                segredo,
                formato: FormatoRecibo::Json,
                lista: at("/recibos"),
                chave: at("/chave"),
                id: at("/id"),
                estado: at("/estado"),
                estados: estados.map(|(palavra, estado)| (palavra.to_owned(), estado)).into(),
                em: at("/em"),
                causa: at("/erro"),
                de: at("/de"),
                texto: at("/texto"),
            }),
            segmentos: None,
            transliterar: true,
        }
    }
}

impl fmt::Debug for ConfigHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConfigHttp(***)")
    }
}

/// How receipts and replies are read. Fields are JSON pointers into each one; those of a form are `/nome`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecibosHttp {
    /// What a call has to show: the last piece of its path, or its bearer token.
    pub segredo: Segredo,
    /// How they are written.
    #[serde(default)]
    pub formato: FormatoRecibo,
    /// Where the list of them is; the document itself when it is not said.
    pub lista: Option<String>,
    /// Where our key is.
    pub chave: Option<String>,
    /// Where the provider's id is.
    pub id: Option<String>,
    /// Where the state is.
    pub estado: Option<String>,
    /// What its words mean; a word that is not here is passed over.
    #[serde(default)]
    pub estados: BTreeMap<String, EstadoRecibo>,
    /// Where the time is.
    pub em: Option<String>,
    /// Where the code of a failure is.
    pub causa: Option<String>,
    /// Where the sender of a reply is.
    pub de: Option<String>,
    /// Where the text of a reply is.
    pub texto: Option<String>,
}

/// How receipts are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormatoRecibo {
    /// One document: an object, or a list of them.
    #[default]
    Json,
    /// One receipt as a form, in the body or in the query.
    Form,
}

/// How a provider cuts a text: of a message of one segment, and of each segment of a longer one.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segmentos {
    /// In septets.
    pub gsm7: (usize, usize),
    /// In UTF-16 units.
    pub ucs2: (usize, usize),
    /// The most segments.
    pub max: u8,
}

impl Segmentos {
    pub(super) fn profile(self) -> Result<Perfil, ConfigError> {
        // A part holds a character at least: two septets, two UTF-16 units.
        let cabe = |(simples, parte): (usize, usize)| {
            (2..=1_600).contains(&parte) && (parte..=1_600).contains(&simples)
        };
        if cabe(self.gsm7) && cabe(self.ucs2) && self.max > 0 {
            Ok(Perfil { gsm7: self.gsm7, ucs2: self.ucs2, max_segmentos: self.max })
        } else {
            Err(ConfigError::Segmentos)
        }
    }
}

impl RecibosHttp {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        pointers([
            ("recibos.lista", self.lista.as_ref()),
            ("recibos.chave", self.chave.as_ref()),
            ("recibos.id", self.id.as_ref()),
            ("recibos.estado", self.estado.as_ref()),
            ("recibos.em", self.em.as_ref()),
            ("recibos.causa", self.causa.as_ref()),
            ("recibos.de", self.de.as_ref()),
            ("recibos.texto", self.texto.as_ref()),
        ])
    }
}
