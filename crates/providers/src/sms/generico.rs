//! Any provider with an HTTP API, described in configuration: how to ask, how to read the answer, how to read receipts.
//!
//! ```
//! # use providers::sms::Config;
//! let config: Config = serde_json::from_str(r#"{
//!     "provedor": "http",
//!     "url": "https://api.exemplo.com.br/sms",
//!     "cabecalhos": { "Authorization": "Bearer 123", "Idempotency-Key": "{chave}" },
//!     "corpo": "{\"de\": \"{remetente}\", \"para\": \"{para_digitos}\", \"texto\": \"{texto}\"}",
//!     "remetente": "EXEMPLO",
//!     "idempotente": true,
//!     "resposta": {
//!         "campo": "/situacao", "valores": ["aceita"], "id": "/id",
//!         "codigo": "/erro", "codigos": { "indisponiveis": ["SEM_SALDO"] }
//!     }
//! }"#)?;
//! # Ok::<(), serde_json::Error>(())
//! ```

mod config;
mod modelo;
mod recibos;
mod resposta;

use domain::sms::Perfil;
use hyper::header::{HeaderName, HeaderValue};
use url::Url;

use super::config::{ConfigError, secret, url, word};
use super::provedor::{Pedido, Provedor};
use super::recibo::{Chamada, Recibo, ReciboInvalido};
use super::resultado::Resultado;
use crate::http::{Requisicao, Resposta};
use crate::modelo::Variavel as _;

pub use config::{ConfigHttp, Formato, FormatoRecibo, RecibosHttp, Segmentos};
use modelo::{Corpo, Modelo, Valores, Variavel};
pub use resposta::{Codigos, FormatoResposta, RespostaHttp};

/// Headers that belong to the connection.
const DO_FIO: [&str; 5] = ["host", "content-length", "transfer-encoding", "connection", "accept-encoding"];

pub(super) struct Generico {
    config: ConfigHttp,
    url: Modelo,
    cabecalhos: Vec<(String, Modelo)>,
    corpo: Corpo,
    perfil: Perfil,
}

impl Generico {
    pub(super) fn new(config: ConfigHttp) -> Result<Self, ConfigError> {
        config.resposta.check()?;
        if let Some(recibos) = &config.recibos {
            recibos.check()?;
            secret(Some(&recibos.segredo))?;
        }
        if let Some(remetente) = &config.remetente {
            word("remetente", remetente)?;
        }
        let url = url_model(&config.url)?;
        let corpo = Corpo::parse(config.formato, config.corpo.as_deref())?;
        let cabecalhos = header_models(&config, &corpo)?;
        let usa = |variavel| {
            let nos_cabecalhos = cabecalhos.iter().any(|(_, modelo)| modelo.uses(variavel));
            url.uses(variavel) || corpo.uses(variavel) || nos_cabecalhos
        };
        let falta =
            |campo, variavel: Variavel| ConfigError::Variavel { campo, nome: variavel.name().to_owned() };
        if config.remetente.is_none() && usa(Variavel::Remetente) {
            return Err(ConfigError::Campo("remetente"));
        }
        // Nothing that is sent again under the same key could be known for the same.
        if config.idempotente && !usa(Variavel::Chave) {
            return Err(falta("idempotente", Variavel::Chave));
        }
        let para = [Variavel::Para, Variavel::ParaDigitos, Variavel::ParaNacional].into_iter().any(usa);
        if !para || !usa(Variavel::Texto) {
            return Err(falta("corpo", if para { Variavel::Texto } else { Variavel::Para }));
        }
        let perfil = config.segmentos.map_or(Ok(Perfil::REDE), Segmentos::profile)?;
        Ok(Self { config, url, cabecalhos, corpo, perfil })
    }
}

impl Provedor for Generico {
    fn nome(&self) -> &'static str {
        "http"
    }

    fn perfil(&self) -> Perfil {
        self.perfil
    }

    fn transliterar(&self) -> bool {
        self.config.transliterar
    }

    /// Of its address what stands before the query, where older gateways have their keys.
    fn conta(&self) -> String {
        let onde = self.config.url.split('?').next().unwrap_or_default();
        self.config
            .remetente
            .as_ref()
            .map_or_else(|| onde.to_owned(), |remetente| format!("{remetente} {onde}"))
    }

    fn idempotente(&self) -> bool {
        self.config.idempotente
    }

    fn request(&self, pedido: &Pedido<'_>) -> Requisicao {
        let remetente = self.config.remetente.as_deref().unwrap_or_default();
        let valores = Valores::new(pedido, remetente);
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

    fn recibos(&self, chamada: &Chamada<'_>) -> Result<Vec<Recibo>, ReciboInvalido> {
        let recibos = self.config.recibos.as_ref().ok_or(ReciboInvalido::Desligado)?;
        chamada.authentic(Some(&recibos.segredo))?;
        chamada.small()?;
        recibos.read(chamada)
    }
}

/// The path and the host are the configuration's: a text never stands in them, and no value moves the call elsewhere.
fn url_model(texto: &str) -> Result<Modelo, ConfigError> {
    let (caminho, _) = texto.split_once('?').unwrap_or((texto, ""));
    Modelo::parse(
        "url",
        caminho,
        &[Variavel::ParaDigitos, Variavel::ParaNacional, Variavel::Chave, Variavel::Remetente],
    )?;
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
        let modelo = Modelo::parse(CAMPO, valor.expose(), &[Variavel::Chave, Variavel::Remetente])?;
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
