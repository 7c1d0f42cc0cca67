//! Any provider with an HTTP API, described in configuration: how to ask, how to read an answer, at once or later.
//!
//! ```
//! # use providers::enriquecimento::Config;
//! let config: Config = serde_json::from_str(r#"{
//!     "provedor": "http",
//!     "url": "https://api.exemplo.com.br/pessoas/{documento}?finalidade={finalidade}",
//!     "metodo": "GET",
//!     "cabecalhos": { "Authorization": "Bearer 123" },
//!     "tarifa": { "centavos": 12 },
//!     "resposta": { "campos": { "telefones": "/contatos/fones", "numero": "/fone", "emails": "/contatos/emails" } }
//! }"#)?;
//! # Ok::<(), serde_json::Error>(())
//! ```

mod config;
mod leitura;
mod modelo;

use hyper::header::{HeaderName, HeaderValue};
use url::Url;

use super::config::{ConfigError, Tarifa, secret, url};
use super::provedor::{Pedido, Provedor, Senha};
use super::resultado::{Resultado, Tardia, unclear};
use crate::http::{Requisicao, Resposta};
use crate::modelo::Variavel as _;
use crate::segredo::Segredo;
use crate::sms::{Chamada, ReciboInvalido};

pub use config::{CamposHttp, ConfigHttp, PalavrasHttp, RespostaHttp, RetornoHttp};
use modelo::{Corpo, Modelo, Valores, Variavel};

/// Headers that belong to the connection.
const DO_FIO: [&str; 5] = ["host", "content-length", "transfer-encoding", "connection", "accept-encoding"];

pub(super) struct Generico {
    config: ConfigHttp,
    url: Modelo,
    cabecalhos: Vec<(String, Modelo)>,
    corpo: Corpo,
}

impl Generico {
    pub(super) fn new(config: ConfigHttp) -> Result<Self, ConfigError> {
        config.resposta.check()?;
        if let Some(retorno) = &config.retorno {
            retorno.check()?;
            secret(&retorno.segredo)?;
        }
        let url = url_model(&config.url)?;
        let corpo = Corpo::parse(config.formato, config.corpo.as_deref())?;
        let cabecalhos = header_models(&config, &corpo)?;
        let usa = |variavel| url.uses(variavel) || corpo.uses(variavel);
        // A question about nobody would be charged all the same.
        if !usa(Variavel::Documento) && !usa(Variavel::DocumentoFormatado) {
            let nome = Variavel::Documento.name().to_owned();
            return Err(ConfigError::Variavel { campo: "corpo", nome });
        }
        Ok(Self { config, url, cabecalhos, corpo })
    }
}

impl Provedor for Generico {
    fn nome(&self) -> &'static str {
        "http"
    }

    /// Of its address what stands before the query, where older gateways have their keys.
    fn conta(&self) -> String {
        self.config.url.split('?').next().unwrap_or_default().to_owned()
    }

    fn tarifa(&self) -> Tarifa {
        self.config.tarifa
    }

    fn pedir_senha(&self) -> Option<Requisicao> {
        None
    }

    fn ler_senha(&self, resposta: &Resposta) -> Result<Senha, Resultado> {
        Err(unclear(resposta)) // none is asked for
    }

    fn request(&self, pedido: &Pedido<'_>, _senha: Option<&Segredo>) -> Requisicao {
        let valores = Valores::new(pedido);
        let cabecalhos = self.cabecalhos.iter().map(|(nome, modelo)| (nome.clone(), modelo.fill(&valores)));
        Requisicao {
            metodo: self.config.metodo,
            url: self.url.fill_url(&valores),
            cabecalhos: cabecalhos.collect(),
            corpo: self.corpo.fill(&valores),
        }
    }

    fn read(&self, resposta: &Resposta) -> Resultado {
        self.config.resposta.read(resposta)
    }

    fn respostas(&self, chamada: &Chamada<'_>) -> Result<Vec<Tardia>, ReciboInvalido> {
        let retorno = self.config.retorno.as_ref().ok_or(ReciboInvalido::Desligado)?;
        chamada.authentic(Some(&retorno.segredo))?;
        chamada.small()?;
        retorno.read(chamada, &self.config.resposta)
    }
}

/// No value moves the call elsewhere.
fn url_model(texto: &str) -> Result<Modelo, ConfigError> {
    let modelo = Modelo::parse("url", texto, Variavel::TODAS)?;
    let origem = |valor: &str| {
        let cheia = modelo.fill_url(&Valores::same(valor));
        url("url", &cheia)?;
        Url::parse(&cheia).map(|url| url.origin()).map_err(|_fora| ConfigError::Url("url"))
    };
    if origem("1")? == origem("2")? { Ok(modelo) } else { Err(ConfigError::Url("url")) }
}

fn header_models(config: &ConfigHttp, corpo: &Corpo) -> Result<Vec<(String, Modelo)>, ConfigError> {
    const CAMPO: &str = "cabecalhos";
    let mut modelos = Vec::new();
    for (nome, valor) in &config.cabecalhos {
        let nome = nome.to_ascii_lowercase();
        let modelo = Modelo::parse(CAMPO, valor.expose(), &[Variavel::Chave])?;
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
