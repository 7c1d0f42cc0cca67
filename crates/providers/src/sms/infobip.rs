//! Infobip, SMS API v3: `POST {base}/sms/3/messages`. Shapes after infobip.com/docs (send SMS message over API v3, SMS
//! delivery reports, receive inbound SMS messages, response status and error codes).
//!
//! Our key travels as `messageId`, so receipts are understood even where the answer to the request was lost. Nothing
//! documents that a second message with the same id is refused, so it is not taken for an idempotency key.

use domain::sms::Perfil;
use serde::Deserialize;
use serde_json::{Value, json};

use super::config::{profile, yes};
use super::json;
use super::provedor::{Pedido, Provedor};
use super::recibo::{EstadoRecibo, Recibo, instant, reply};
use super::resultado::{Causa, Resultado};
use super::situacao::{refusal, success, unclear, words};
use crate::chamada::{Chamada, IdMensagem, MAX_RECIBOS, ReciboInvalido, id_of};
use crate::config::{self, ConfigError};
use crate::http::{Metodo, Requisicao, Resposta};
use crate::segredo::Segredo;

/// Refusals that speak of the account, not of this message.
const DA_CONTA: [&str; 6] = [
    "REJECTED_NOT_ENOUGH_CREDITS",
    "REJECTED_PREPAID_PACKAGE_EXPIRED",
    "REJECTED_FLOODING_FILTER",
    "REJECTED_SYSTEM",
    "REJECTED_SENDER",
    "REJECTED_SOURCE",
];

/// An account at Infobip.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigInfobip {
    /// The account's own base URL (`https://xxxxx.api.infobip.com`).
    pub url: String,
    /// The API key.
    pub chave: Segredo,
    /// The sender.
    pub remetente: String,
    /// What a receipt has to show.
    pub segredo: Option<Segredo>,
    /// The public URL of this house's receipts, without the secret: it is put behind it, and each message asks for its
    /// receipts there. Without it the account's own subscription decides.
    pub recibos: Option<String>,
    /// Whether texts are brought to GSM-7; yes unless it is said.
    #[serde(default = "yes")]
    pub transliterar: bool,
    /// The most segments of a message.
    pub max_segmentos: Option<u8>,
}

pub(super) struct Infobip {
    config: ConfigInfobip,
    url: String,
    retorno: Option<String>,
}

impl Infobip {
    pub(super) fn new(config: ConfigInfobip) -> Result<Self, ConfigError> {
        let url = format!("{}/sms/3/messages", config.url.trim_end_matches('/'));
        config::url("url", &url)?;
        config::word("chave", config.chave.expose())?;
        config::word("remetente", &config.remetente)?;
        config.segredo.as_ref().map_or(Ok(()), config::secret)?;
        let retorno = match (&config.recibos, &config.segredo) {
            (Some(recibos), Some(segredo)) => {
                let retorno = format!("{}/{}", recibos.trim_end_matches('/'), segredo.expose());
                config::url("recibos", &retorno)?;
                Some(retorno)
            }
            (Some(_), None) => return Err(ConfigError::Segredo),
            (None, _) => None,
        };
        Ok(Self { config, url, retorno })
    }
}

impl Provedor for Infobip {
    fn nome(&self) -> &'static str {
        "infobip"
    }

    fn perfil(&self) -> Perfil {
        profile(Perfil::REDE, self.config.max_segmentos)
    }

    fn transliterar(&self) -> bool {
        self.config.transliterar
    }

    fn conta(&self) -> String {
        self.config.url.clone()
    }

    fn idempotente(&self) -> bool {
        false
    }

    fn request(&self, pedido: &Pedido<'_>) -> Requisicao {
        let mut mensagem = json!({
            "sender": self.config.remetente,
            "destinations": [{ "to": pedido.para.trim_start_matches('+'), "messageId": pedido.chave }],
            "content": { "text": pedido.texto },
        });
        if let (Some(retorno), Some(campos)) = (&self.retorno, mensagem.as_object_mut()) {
            campos.insert("webhooks".to_owned(), json!({ "delivery": { "url": retorno } }));
        }
        Requisicao {
            metodo: Metodo::Post,
            url: self.url.clone(),
            cabecalhos: vec![
                ("content-type".to_owned(), "application/json".to_owned()),
                ("accept".to_owned(), "application/json".to_owned()),
                ("authorization".to_owned(), format!("App {}", self.config.chave.expose())),
            ],
            corpo: json!({ "messages": [mensagem] }).to_string().into_bytes(),
        }
    }

    fn read(&self, resposta: &Resposta) -> Resultado {
        let corpo = json::parse(&resposta.corpo).unwrap_or(Value::Null);
        if !success(resposta.status) {
            let codigo = json::first(&corpo, &["/errorCode", "/requestError/serviceException/messageId"]);
            return refusal(resposta, codigo.as_deref(), &words(resposta));
        }
        let nome = json::text(&corpo, "/messages/0/status/name");
        let nome = nome.as_deref();
        let causa = Causa::http(resposta.status, nome, &words(resposta));
        let id = json::text(&corpo, "/messages/0/messageId").as_deref().and_then(id_of);
        // Groups: 0 ok, 1 pending, 2 undeliverable, 3 delivered, 4 expired, 5 rejected.
        match json::text(&corpo, "/messages/0/status/groupId").as_deref() {
            Some("0" | "1" | "3") if id.is_some() && resposta.inteira => {
                Resultado::Aceita { id, resposta: causa }
            }
            Some("2" | "4" | "5") if nome.is_some_and(|nome| DA_CONTA.contains(&nome)) => {
                Resultado::Indisponivel { causa, apos: resposta.apos() }
            }
            Some("2" | "4" | "5") => Resultado::Permanente { causa },
            _ => unclear(resposta),
        }
    }

    fn recibos(&self, chamada: &Chamada<'_>) -> Result<Vec<Recibo>, ReciboInvalido> {
        chamada.authentic(self.config.segredo.as_ref())?;
        chamada.small()?;
        let corpo = json::parse(chamada.corpo).ok_or(ReciboInvalido::Ilegivel)?;
        let itens = corpo.pointer("/results").and_then(Value::as_array).ok_or(ReciboInvalido::Ilegivel)?;
        if itens.len() > MAX_RECIBOS {
            return Err(ReciboInvalido::Muitos);
        }
        Ok(itens.iter().filter_map(receipt).collect())
    }
}

fn receipt(item: &Value) -> Option<Recibo> {
    if item.get("status").is_none() {
        return reply(&json::text(item, "/from")?, &json::first(item, &["/text", "/cleanText"])?);
    }
    let estado = match json::text(item, "/status/groupId")?.as_ref() {
        "1" if json::text(item, "/status/name").as_deref() == Some("PENDING_ACCEPTED") => return None,
        "1" => EstadoRecibo::Enviada,
        // The operator has it, the phone not yet.
        "3" if json::text(item, "/status/id").as_deref() == Some("2") => EstadoRecibo::Enviada,
        "3" => EstadoRecibo::Entregue,
        "2" | "4" | "5" => EstadoRecibo::Devolvida,
        _ => return None,
    };
    let id = json::text(item, "/messageId");
    let nome = json::first(item, &["/error/name", "/status/name"]);
    Some(Recibo::Estado {
        mensagem: IdMensagem::new(id.as_deref(), id.as_deref())?,
        estado,
        em: json::first(item, &["/doneAt", "/sentAt"]).as_deref().and_then(instant),
        causa: nome.as_deref().filter(|nome| *nome != "NO_ERROR").and_then(id_of),
    })
}
