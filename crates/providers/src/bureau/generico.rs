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

use hyper::header::{HeaderName, HeaderValue};
use url::Url;

use crate::bureau::porta::{BureauChamado, Chamado};
use crate::bureau::{Operacao, Pendencia, Resposta};
use crate::causa::Causa;
use crate::http::{Metodo, Requisicao, Resposta as RespostaHttp};
use crate::json;
use crate::modelo::{Corpo, Formato, Modelo, Variavel as _};

pub use config::{ConfigBureauHttp, ConfigBureauHttpError, PedidoHttp, RespostaBureauHttp};
use valores::{Valores, Variavel};

/// Headers that belong to the connection.
const DO_FIO: [&str; 5] = ["host", "content-length", "transfer-encoding", "connection", "accept-encoding"];

/// A bureau that was described.
pub struct BureauHttp {
    incluir: Pedido,
    excluir: Pedido,
    cabecalhos: Vec<(String, String)>,
    resposta: RespostaBureauHttp,
}

struct Pedido {
    metodo: Metodo,
    url: Modelo<Variavel>,
    corpo: Corpo<Variavel>,
}

impl BureauHttp {
    /// Checks the description.
    ///
    /// # Errors
    /// Which part of it cannot be used.
    pub fn new(config: &ConfigBureauHttp) -> Result<Self, ConfigBureauHttpError> {
        config.resposta.check()?;
        Ok(Self {
            incluir: Pedido::new("incluir", &config.incluir)?,
            excluir: Pedido::new("excluir", &config.excluir)?,
            cabecalhos: headers(config)?,
            resposta: config.resposta.clone(),
        })
    }
}

impl Pedido {
    fn new(campo: &'static str, config: &PedidoHttp) -> Result<Self, ConfigBureauHttpError> {
        let erro = |_invalido| ConfigBureauHttpError::Modelo(campo);
        let url = Modelo::parse("url", &config.url, Variavel::TODAS).map_err(erro)?;
        let corpo = Corpo::parse(Formato::Json, config.corpo.as_deref()).map_err(erro)?;
        // No value moves the call elsewhere.
        let origem = |valor: &str| {
            let cheia = Url::parse(&url.fill_url(&Valores::same(valor))).ok()?;
            let serve =
                matches!(cheia.scheme(), "http" | "https") && cheia.has_host() && cheia.password().is_none();
            serve.then(|| cheia.origin())
        };
        match (origem("1"), origem("2")) {
            (Some(uma), Some(outra)) if uma == outra => {}
            _ => return Err(ConfigBureauHttpError::Url(campo)),
        }
        // What does not say whose debt it is could take off another one's.
        let usa = |variavel| url.uses(variavel) || corpo.uses(variavel);
        for variavel in [Variavel::Documento, Variavel::Contrato] {
            if !usa(variavel) {
                return Err(ConfigBureauHttpError::Falta { campo, nome: variavel.name() });
            }
        }
        Ok(Self { metodo: config.metodo, url, corpo })
    }
}

fn headers(config: &ConfigBureauHttp) -> Result<Vec<(String, String)>, ConfigBureauHttpError> {
    let mut prontos = vec![("content-type".to_owned(), "application/json".to_owned())];
    for (nome, valor) in &config.cabecalhos {
        let nome = nome.to_ascii_lowercase();
        let serve = HeaderName::try_from(&nome).is_ok() && HeaderValue::try_from(valor.expose()).is_ok();
        if !serve || DO_FIO.contains(&nome.as_str()) {
            return Err(ConfigBureauHttpError::Cabecalho);
        }
        prontos.retain(|(outro, _)| *outro != nome);
        prontos.push((nome, valor.expose().to_owned()));
    }
    Ok(prontos)
}

impl BureauChamado for BureauHttp {
    fn request(&self, operacao: Operacao, pendencia: &Pendencia) -> Requisicao {
        let pedido = if operacao.exclui() { &self.excluir } else { &self.incluir };
        let valores = Valores::new(operacao, pendencia);
        Requisicao {
            metodo: pedido.metodo,
            url: pedido.url.fill_url(&valores),
            cabecalhos: self.cabecalhos.clone(),
            corpo: pedido.corpo.fill(&valores),
        }
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
