//! The shapes it speaks: how a request of each provider names its message, and how each answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::form_urlencoded::parse;
use uuid::Uuid;

use super::registro::Chegada;
use crate::fio::Lido;
use crate::segredo::Segredo;

/// The shape of a request, known by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forma {
    /// `/sms`.
    Simples,
    /// `/v2/channels/sms/messages`.
    Zenvia,
    /// `…/Messages.json`.
    Twilio,
    /// `/sms/3/messages`.
    Infobip,
}

/// Where the receipts of a message go, when it says so itself, and what signs them.
#[derive(Clone, Default)]
pub(super) struct Retorno {
    pub(super) url: Option<String>,
    pub(super) assina: Option<Segredo>,
}

impl Forma {
    pub(super) fn of(alvo: &str) -> Option<Self> {
        let caminho = alvo.split('?').next().unwrap_or_default();
        match caminho.trim_end_matches('/') {
            "/sms" => Some(Self::Simples),
            "/v2/channels/sms/messages" => Some(Self::Zenvia),
            "/sms/3/messages" => Some(Self::Infobip),
            outro if outro.ends_with("/Messages.json") => Some(Self::Twilio),
            _ => None,
        }
    }

    /// The plain shape also takes what fits in a URL, as many gateways do.
    pub(super) fn allows(self, metodo: &str) -> bool {
        metodo == "POST" || (self == Self::Simples && matches!(metodo, "GET" | "PUT"))
    }

    /// Only the plain shape promises one message for a key.
    pub(super) fn idempotent(self) -> bool {
        self == Self::Simples
    }

    /// An id as the provider gives them; Infobip takes the client's.
    pub(super) fn new_id(self, uuid: Uuid, chave: Option<&str>) -> String {
        match self {
            Self::Simples | Self::Zenvia => uuid.to_string(),
            Self::Twilio => format!("SM{}", uuid.simple()),
            Self::Infobip => chave.map_or_else(|| uuid.to_string(), str::to_owned),
        }
    }

    /// What the request brings; `None` when it lacks the recipient or the text.
    pub(super) fn read(self, lido: &Lido) -> Option<Chegada> {
        match self {
            Self::Simples => plain(lido),
            Self::Zenvia => zenvia(&document(lido)?),
            Self::Twilio => twilio(lido),
            Self::Infobip => infobip(&document(lido)?),
        }
    }

    /// The answer of a provider that took the message.
    pub(super) fn accepted(self, id: &str, para: &str) -> (u16, Value) {
        match self {
            Self::Simples => (200, json!({ "id": id, "situacao": "aceita" })),
            Self::Zenvia => (200, json!({ "id": id, "to": para, "direction": "OUT", "channel": "sms" })),
            Self::Twilio => (
                201,
                json!({ "sid": id, "status": "queued", "to": para, "error_code": null, "error_message": null }),
            ),
            Self::Infobip => (
                200,
                json!({ "messages": [{
                "messageId": id,
                "destination": para,
                "status": { "groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED" },
            }] }),
            ),
        }
    }

    /// The answer to a request without a recipient or a text.
    pub(super) fn refused(self) -> (u16, Value) {
        match self {
            Self::Simples => (400, json!({ "erro": "PEDIDO_INVALIDO" })),
            Self::Zenvia => (400, json!({ "code": "VALIDATION_ERROR", "message": "Validation error" })),
            Self::Twilio => (400, json!({ "code": 21604, "message": "A 'To' is required", "status": 400 })),
            Self::Infobip => (400, json!({ "errorCode": "E400", "description": "Bad request" })),
        }
    }
}

fn plain(lido: &Lido) -> Option<Chegada> {
    let consulta = lido.alvo.split_once('?').map(|(_, consulta)| consulta).unwrap_or_default();
    let campos = match document(lido) {
        Some(Value::Object(campos)) => campos,
        _ => parse(consulta.as_bytes())
            .chain(parse(&lido.corpo))
            .map(|(nome, valor)| (nome.into_owned(), Value::String(valor.into_owned())))
            .collect::<Map<_, _>>(),
    };
    let campo = |nome: &str| campos.get(nome).and_then(Value::as_str).map(str::to_owned);
    Some(Chegada {
        forma: Forma::Simples,
        chave: lido.cabecalho("idempotency-key").map(str::to_owned).or_else(|| campo("chave")),
        de: campo("de").unwrap_or_default(),
        para: campo("para").filter(|para| !para.is_empty())?,
        texto: campo("texto")?,
        retorno: Retorno::default(),
    })
}

fn zenvia(corpo: &Value) -> Option<Chegada> {
    let partes = corpo.get("contents")?.as_array()?;
    let textos: Option<Vec<_>> = partes.iter().map(|parte| parte.get("text")?.as_str()).collect();
    Some(Chegada {
        forma: Forma::Zenvia,
        chave: None,
        de: corpo.get("from")?.as_str()?.to_owned(),
        para: corpo.get("to")?.as_str()?.to_owned(),
        texto: textos?.join("\n"),
        retorno: Retorno::default(),
    })
}

/// Its key is in the callback that the client chose; what signs the callback is the password of the request.
fn twilio(lido: &Lido) -> Option<Chegada> {
    let campo = |nome: &str| parse(&lido.corpo).find(|(n, _)| n == nome).map(|(_, valor)| valor.into_owned());
    let url = campo("StatusCallback");
    let chave = url.as_deref().and_then(|url| url.rsplit_once("chave=")).map(|(_, chave)| chave.to_owned());
    let senha = lido.cabecalho("authorization").and_then(|valor| valor.strip_prefix("Basic "));
    let senha = senha.and_then(|senha| String::from_utf8(STANDARD.decode(senha).ok()?).ok());
    let assina =
        senha.as_deref().and_then(|senha| senha.split_once(':')).map(|(_, segredo)| Segredo::new(segredo));
    Some(Chegada {
        forma: Forma::Twilio,
        chave,
        de: campo("From").or_else(|| campo("MessagingServiceSid"))?,
        para: campo("To")?,
        texto: campo("Body")?,
        retorno: Retorno { url, assina },
    })
}

fn infobip(corpo: &Value) -> Option<Chegada> {
    let mensagem = corpo.pointer("/messages/0")?;
    let texto = |ponteiro: &str| mensagem.pointer(ponteiro).and_then(Value::as_str).map(str::to_owned);
    Some(Chegada {
        forma: Forma::Infobip,
        chave: texto("/destinations/0/messageId"),
        de: texto("/sender")?,
        para: texto("/destinations/0/to")?,
        texto: texto("/content/text")?,
        retorno: Retorno { url: texto("/webhooks/delivery/url"), assina: None },
    })
}

fn document(lido: &Lido) -> Option<Value> {
    serde_json::from_slice(&lido.corpo).ok()
}
