//! Zenvia, API v2. Shapes after its published specification (github.com/zenvia/zenvia-openapi-spec: `message/base`,
//! `error/base`, `events/message-event`, `events/message-status-event`, `tags/subscriptions`); segment sizes after its
//! help centre (152 and 66 in a message of several: it keeps a unit of each part for itself).
//!
//! It documents no idempotency key, so nothing of unknown outcome is sent again. Receipts are subscribed to once, in its
//! console, with a URL whose last piece is `segredo`.

use domain::sms::Perfil;
use serde::Deserialize;
use serde_json::{Value, json};

use super::config::{profile, yes};
use super::json;
use super::provedor::{Pedido, Provedor};
use super::recibo::{EstadoRecibo, Recibo, instant, reply};
use super::resultado::{Causa, Resultado};
use super::situacao::{refusal, success, unclear, words};
use crate::chamada::{Chamada, IdMensagem, ReciboInvalido, id_of};
use crate::config::{self, ConfigError};
use crate::http::{Metodo, Requisicao, Resposta};
use crate::segredo::Segredo;

const URL: &str = "https://api.zenvia.com/v2/channels/sms/messages";

const PERFIL: Perfil = Perfil { gsm7: (160, 152), ucs2: (70, 66), max_segmentos: 10 };

/// An account at Zenvia.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigZenvia {
    /// The API token.
    pub token: Segredo,
    /// The sender id ("keyword") of the account.
    pub remetente: String,
    /// What a receipt has to show.
    pub segredo: Option<Segredo>,
    /// Another address, for the sandbox.
    pub url: Option<String>,
    /// Whether texts are brought to GSM-7; yes unless it is said.
    #[serde(default = "yes")]
    pub transliterar: bool,
    /// The most segments of a message; 1 where the account has no concatenation.
    pub max_segmentos: Option<u8>,
}

pub(super) struct Zenvia {
    config: ConfigZenvia,
    url: String,
}

impl Zenvia {
    pub(super) fn new(config: ConfigZenvia) -> Result<Self, ConfigError> {
        let url = config.url.clone().unwrap_or_else(|| URL.to_owned());
        config::url("url", &url)?;
        config::word("token", config.token.expose())?;
        config::word("remetente", &config.remetente)?;
        config.segredo.as_ref().map_or(Ok(()), config::secret)?;
        Ok(Self { config, url })
    }
}

impl Provedor for Zenvia {
    fn nome(&self) -> &'static str {
        "zenvia"
    }

    fn perfil(&self) -> Perfil {
        profile(PERFIL, self.config.max_segmentos)
    }

    fn transliterar(&self) -> bool {
        self.config.transliterar
    }

    fn conta(&self) -> String {
        self.config.remetente.clone()
    }

    fn idempotente(&self) -> bool {
        false
    }

    fn request(&self, pedido: &Pedido<'_>) -> Requisicao {
        let corpo = json!({
            "from": self.config.remetente,
            "to": pedido.para.trim_start_matches('+'),
            "contents": [{ "type": "text", "text": pedido.texto }],
        });
        Requisicao {
            metodo: Metodo::Post,
            url: self.url.clone(),
            cabecalhos: vec![
                ("content-type".to_owned(), "application/json".to_owned()),
                ("x-api-token".to_owned(), self.config.token.expose().to_owned()),
            ],
            corpo: corpo.to_string().into_bytes(),
        }
    }

    fn read(&self, resposta: &Resposta) -> Resultado {
        let corpo = json::parse(&resposta.corpo).unwrap_or(Value::Null);
        let codigo = json::text(&corpo, "/code");
        if !success(resposta.status) {
            return refusal(resposta, codigo.as_deref(), &words(resposta));
        }
        match json::text(&corpo, "/id").as_deref().and_then(id_of) {
            Some(id) if resposta.inteira => Resultado::Aceita {
                id: Some(id),
                resposta: Causa::http(resposta.status, None, &words(resposta)),
            },
            _ => unclear(resposta),
        }
    }

    fn recibos(&self, chamada: &Chamada<'_>) -> Result<Vec<Recibo>, ReciboInvalido> {
        chamada.authentic(self.config.segredo.as_ref())?;
        chamada.small()?;
        let evento = json::parse(chamada.corpo).ok_or(ReciboInvalido::Ilegivel)?;
        let recibo = match json::text(&evento, "/type").as_deref() {
            Some("MESSAGE_STATUS") => status(&evento),
            Some("MESSAGE") => answer(&evento),
            Some(_) => None,
            None => return Err(ReciboInvalido::Ilegivel),
        };
        Ok(recibo.into_iter().collect())
    }
}

fn status(evento: &Value) -> Option<Recibo> {
    let estado = match json::text(evento, "/messageStatus/code")?.as_ref() {
        "SENT" => EstadoRecibo::Enviada,
        "DELIVERED" | "VERIFIED" => EstadoRecibo::Entregue,
        "READ" => EstadoRecibo::Lida,
        "REJECTED" | "NOT_DELIVERED" => EstadoRecibo::Devolvida,
        _ => return None,
    };
    Some(Recibo::Estado {
        mensagem: IdMensagem::new(None, json::text(evento, "/messageId").as_deref())?,
        estado,
        em: json::text(evento, "/messageStatus/timestamp").as_deref().and_then(instant),
        causa: json::first(
            evento,
            &["/messageStatus/causes/0/channelErrorCode", "/messageStatus/causes/0/code"],
        )
        .as_deref()
        .and_then(id_of),
    })
}

/// A message that came in; one that went out (`OUT`) is our own.
fn answer(evento: &Value) -> Option<Recibo> {
    let direcao = json::first(evento, &["/direction", "/message/direction"]);
    let partes = evento.pointer("/message/contents").and_then(Value::as_array)?;
    let textos = partes.iter().filter_map(|parte| json::text(parte, "/text"));
    let texto = textos.collect::<Vec<_>>().join("\n");
    let de = json::text(evento, "/message/from")?;
    if direcao.as_deref() == Some("OUT") || texto.is_empty() { None } else { reply(&de, &texto) }
}
