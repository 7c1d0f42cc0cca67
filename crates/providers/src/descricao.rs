//! A request that is described in configuration, whoever it is for: templates of its URL, its headers and its body.

use std::collections::BTreeMap;

use hyper::header::{HeaderName, HeaderValue};

use crate::config::{self, ConfigError};
use crate::http::{Metodo, Requisicao};
use crate::modelo::{Corpo, Formato, Modelo, Valores, Variavel};
use crate::segredo::Segredo;

/// Headers that belong to the connection.
const DO_FIO: [&str; 5] = ["host", "content-length", "transfer-encoding", "connection", "accept-encoding"];

/// What a description says of a request.
pub(crate) struct Descricao<'a> {
    /// The method.
    pub(crate) metodo: Metodo,
    /// Where to, by the name of its field.
    pub(crate) url: (&'static str, &'a str),
    /// Headers of each call.
    pub(crate) cabecalhos: &'a BTreeMap<String, Segredo>,
    /// How the body is written.
    pub(crate) formato: Formato,
    /// The body, by the name of its field.
    pub(crate) corpo: (&'static str, Option<&'a str>),
}

/// A described request, checked.
pub(crate) struct Descrita<V> {
    metodo: Metodo,
    url: Modelo<V>,
    cabecalhos: Vec<(String, Modelo<V>)>,
    corpo: Corpo<V>,
}

impl<V: Variavel> Descrita<V> {
    /// Checks it: nothing but `nos_cabecalhos` may stand in a header, and no value moves the call elsewhere.
    pub(crate) fn new(descricao: &Descricao<'_>, nos_cabecalhos: &[V]) -> Result<Self, ConfigError> {
        let (campo, texto) = descricao.url;
        let url = Modelo::parse(campo, texto, V::TODAS)?;
        let origem = |valor| config::url(campo, &url.fill_url(&Igual(valor))).map(|url| url.origin());
        if origem("1")? != origem("2")? {
            return Err(ConfigError::Url(campo));
        }
        let (campo, texto) = descricao.corpo;
        let corpo = Corpo::parse(campo, descricao.formato, texto)?;
        let cabecalhos = headers(descricao.cabecalhos, nos_cabecalhos, &corpo)?;
        Ok(Self { metodo: descricao.metodo, url, cabecalhos, corpo })
    }

    /// Whether it tells this of what it asks for.
    pub(crate) fn uses(&self, variavel: V) -> bool {
        let nos_cabecalhos = || self.cabecalhos.iter().any(|(_, modelo)| modelo.uses(variavel));
        self.url.uses(variavel) || self.corpo.uses(variavel) || nos_cabecalhos()
    }

    /// The request, with these values.
    pub(crate) fn fill(&self, valores: &impl Valores<V>) -> Requisicao {
        let cabecalhos = self.cabecalhos.iter().map(|(nome, modelo)| (nome.clone(), modelo.fill(valores)));
        Requisicao {
            metodo: self.metodo,
            url: self.url.fill_url(valores),
            cabecalhos: cabecalhos.collect(),
            corpo: self.corpo.fill(valores),
        }
    }
}

/// One value for every variable.
struct Igual<'a>(&'a str);

impl<V> Valores<V> for Igual<'_> {
    fn get(&self, _variavel: V) -> &str {
        self.0
    }
}

fn headers<V: Variavel>(
    cabecalhos: &BTreeMap<String, Segredo>,
    cabem: &[V],
    corpo: &Corpo<V>,
) -> Result<Vec<(String, Modelo<V>)>, ConfigError> {
    const CAMPO: &str = "cabecalhos";
    let mut modelos = Vec::new();
    for (nome, valor) in cabecalhos {
        let nome = nome.to_ascii_lowercase();
        let modelo = Modelo::parse(CAMPO, valor.expose(), cabem)?;
        let serve = HeaderName::try_from(&nome).is_ok() && HeaderValue::try_from(valor.expose()).is_ok();
        if !serve || DO_FIO.contains(&nome.as_str()) {
            return Err(ConfigError::Campo(CAMPO));
        }
        modelos.push((nome, modelo));
    }
    if let Some(tipo) = corpo.content_type()
        && !modelos.iter().any(|(nome, _)| nome == "content-type")
    {
        modelos.push(("content-type".to_owned(), Modelo::literal(tipo)));
    }
    Ok(modelos)
}
