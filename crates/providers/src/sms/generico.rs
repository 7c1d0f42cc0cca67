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

use super::provedor::{Pedido, Provedor};
use super::recibo::Recibo;
use super::resultado::Resultado;
use crate::chamada::{Chamada, ReciboInvalido};
use crate::config::{ConfigError, secret, word};
use crate::descricao::{Descricao, Descrita};
use crate::http::{Requisicao, Resposta};
use crate::modelo::{Modelo, Variavel as _};

pub use config::{ConfigHttp, Formato, FormatoRecibo, RecibosHttp, Segmentos};
use modelo::{Valores, Variavel};
pub use resposta::{Codigos, FormatoResposta, RespostaHttp};

pub(super) struct Generico {
    config: ConfigHttp,
    pedido: Descrita<Variavel>,
    perfil: Perfil,
}

impl Generico {
    pub(super) fn new(config: ConfigHttp) -> Result<Self, ConfigError> {
        config.resposta.check()?;
        if let Some(recibos) = &config.recibos {
            recibos.check()?;
            secret(&recibos.segredo)?;
        }
        if let Some(remetente) = &config.remetente {
            word("remetente", remetente)?;
        }
        let pedido = described(&config)?;
        let usa = |variavel| pedido.uses(variavel);
        let falta = |campo, variavel: Variavel| ConfigError::Falta { campo, nome: variavel.name() };
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
        Ok(Self { config, pedido, perfil })
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
        self.pedido.fill(&Valores::new(pedido, remetente))
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

/// The path and the host are the configuration's: a text never stands in them.
fn described(config: &ConfigHttp) -> Result<Descrita<Variavel>, ConfigError> {
    let (caminho, _) = config.url.split_once('?').unwrap_or((&config.url, ""));
    Modelo::parse(
        "url",
        caminho,
        &[Variavel::ParaDigitos, Variavel::ParaNacional, Variavel::Chave, Variavel::Remetente],
    )?;
    let descricao = Descricao {
        metodo: config.metodo,
        url: ("url", &config.url),
        cabecalhos: &config.cabecalhos,
        formato: config.formato,
        corpo: ("corpo", config.corpo.as_deref()),
    };
    Descrita::new(&descricao, &[Variavel::Chave, Variavel::Remetente])
}
