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

use super::config::Tarifa;
use super::provedor::{Pedido, Provedor, Senha};
use super::resultado::{Resultado, Tardia, unclear};
use crate::chamada::{Chamada, ReciboInvalido};
use crate::config::{ConfigError, secret};
use crate::descricao::{Descricao, Descrita};
use crate::http::{Requisicao, Resposta};
use crate::modelo::Variavel as _;
use crate::segredo::Segredo;

pub use config::{CamposHttp, ConfigHttp, PalavrasHttp, RespostaHttp, RetornoHttp};
use modelo::{Valores, Variavel};

pub(super) struct Generico {
    config: ConfigHttp,
    pedido: Descrita<Variavel>,
}

impl Generico {
    pub(super) fn new(config: ConfigHttp) -> Result<Self, ConfigError> {
        config.resposta.check()?;
        if let Some(retorno) = &config.retorno {
            retorno.check()?;
            secret(&retorno.segredo)?;
        }
        let descricao = Descricao {
            metodo: config.metodo,
            url: ("url", &config.url),
            cabecalhos: &config.cabecalhos,
            formato: config.formato,
            corpo: ("corpo", config.corpo.as_deref()),
        };
        let pedido = Descrita::new(&descricao, &[Variavel::Chave])?;
        // A question about nobody would be charged all the same.
        if !pedido.uses(Variavel::Documento) && !pedido.uses(Variavel::DocumentoFormatado) {
            return Err(ConfigError::Falta { campo: "corpo", nome: Variavel::Documento.name() });
        }
        Ok(Self { config, pedido })
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
        self.pedido.fill(&Valores::new(pedido))
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
