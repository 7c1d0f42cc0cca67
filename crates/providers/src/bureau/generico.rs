//! Any bureau with an HTTP API, described in configuration: how to include, how to exclude, how to read the answer.
//!
//! ```
//! # use providers::bureau::generico::ConfigBureauHttp;
//! let config: ConfigBureauHttp = serde_json::from_str(r#"{
//!     "cabecalhos": { "Authorization": "Bearer 123" },
//!     "incluir": { "url": "https://api.exemplo.com.br/negativacoes", "corpo": "{\"documento\": \"{documento}\", \"contrato\": \"{contrato}\"}" },
//!     "excluir": { "url": "https://api.exemplo.com.br/negativacoes/{contrato}/baixa", "corpo": "{\"documento\": \"{documento}\", \"motivo\": \"{motivo}\"}" },
//!     "resposta": { "campo": "/situacao", "valores": ["aceita"], "codigo": "/erro", "inexistentes": ["NAO_EXISTE"], "existentes": ["JA_EXISTE"] }
//! }"#)?;
//! # Ok::<(), serde_json::Error>(())
//! ```

mod config;
mod valores;

use crate::bureau::porta::{BureauChamado, Chamado};
use crate::bureau::{Operacao, Pendencia, Resposta};
use crate::causa::Causa;
use crate::config::ConfigError;
use crate::descricao::{Descricao, Descrita};
use crate::http::{Requisicao, Resposta as RespostaHttp};
use crate::json;
use crate::modelo::{Formato, Variavel as _};

pub use config::{ConfigBureauHttp, PedidoHttp, RespostaBureauHttp};
use valores::{Valores, Variavel};

/// A bureau that was described.
pub struct BureauHttp {
    incluir: Descrita<Variavel>,
    excluir: Descrita<Variavel>,
    resposta: RespostaBureauHttp,
}

impl BureauHttp {
    /// Checks the description.
    ///
    /// # Errors
    /// Which part of it cannot be used.
    pub fn new(config: ConfigBureauHttp) -> Result<Self, ConfigError> {
        config.resposta.check()?;
        Ok(Self {
            incluir: described(&config, &config.incluir, ["incluir", "incluir.url", "incluir.corpo"])?,
            excluir: described(&config, &config.excluir, ["excluir", "excluir.url", "excluir.corpo"])?,
            resposta: config.resposta,
        })
    }
}

fn described(
    config: &ConfigBureauHttp,
    pedido: &PedidoHttp,
    [campo, url, corpo]: [&'static str; 3],
) -> Result<Descrita<Variavel>, ConfigError> {
    let descricao = Descricao {
        metodo: pedido.metodo,
        url: (url, &pedido.url),
        cabecalhos: &config.cabecalhos,
        formato: Formato::Json,
        corpo: (corpo, pedido.corpo.as_deref()),
    };
    let descrita = Descrita::new(&descricao, &[])?;
    // What does not say whose debt it is could take off another one's.
    for variavel in [Variavel::Documento, Variavel::Contrato] {
        if !descrita.uses(variavel) {
            return Err(ConfigError::Falta { campo, nome: variavel.name() });
        }
    }
    Ok(descrita)
}

impl BureauChamado for BureauHttp {
    fn request(&self, operacao: Operacao, pendencia: &Pendencia) -> Requisicao {
        let pedido = if operacao.exclui() { &self.excluir } else { &self.incluir };
        pedido.fill(&Valores::new(operacao, pendencia))
    }

    fn read(&self, operacao: Operacao, resposta: &RespostaHttp) -> Chamado {
        let lida = if resposta.inteira { json::parse(&resposta.corpo) } else { None };
        let de = &self.resposta;
        let codigo =
            lida.as_ref().zip(de.codigo.as_deref()).and_then(|(valor, onde)| json::text(valor, onde));
        let causa = Causa::http(resposta.status, codigo.as_deref(), "");
        let diz =
            |codigos: &[String]| codigo.as_deref().is_some_and(|codigo| codigos.iter().any(|c| c == codigo));
        let feito = if operacao.exclui() { &de.inexistentes } else { &de.existentes };
        if matches!(resposta.status, 401 | 403 | 429 | 503) || diz(&de.indisponiveis) {
            return Chamado::Indisponivel { causa, apos: resposta.apos() };
        }
        if diz(feito) {
            return Chamado::Respondido { resposta: Resposta::Aceita, causa };
        }
        let aceita = lida.as_ref().and_then(|valor| json::text(valor, &de.campo));
        match resposta.status {
            200..300 if aceita.is_some_and(|dita| de.valores.iter().any(|valor| *valor == dita)) => {
                Chamado::Respondido { resposta: Resposta::Aceita, causa }
            }
            200..300 if diz(&de.recusas) => Chamado::Respondido { resposta: Resposta::Recusada, causa },
            400..500 if !matches!(resposta.status, 408 | 409) => {
                Chamado::Respondido { resposta: Resposta::Recusada, causa }
            }
            _ => Chamado::Incerto { causa },
        }
    }
}
