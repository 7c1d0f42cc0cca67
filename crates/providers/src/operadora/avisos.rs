//! What the carrier tells later: receipts and replies, in the shape of the message they speak of.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use tokio::time::sleep;
use url::form_urlencoded::Serializer;

use super::Estado;
use super::formas::Forma;
use super::registro::Recebida;
use crate::http::{Falha, Metodo, Requisicao, Resposta};
use crate::segredo::Segredo;
use crate::sms::EstadoRecibo;

/// How long after it took a message a carrier tells of it by itself.
const ATRASO: Duration = Duration::from_millis(200);

/// How often it tells again what was not answered with a 2xx.
const TENTATIVAS: u32 = 3;

/// One thing to tell about a message. `Debug` shows no words.
#[derive(Clone)]
pub struct Aviso {
    id: String,
    palavra: Palavra,
}

#[derive(Clone)]
enum Palavra {
    Estado(EstadoRecibo),
    Resposta(String),
}

impl Aviso {
    /// What became of the message with this id.
    #[must_use]
    pub fn new(id: impl Into<String>, estado: EstadoRecibo) -> Self {
        Self { id: id.into(), palavra: Palavra::Estado(estado) }
    }

    pub(super) fn resposta(id: &str, texto: &str) -> Self {
        Self { id: id.to_owned(), palavra: Palavra::Resposta(texto.to_owned()) }
    }
}

impl std::fmt::Debug for Aviso {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.palavra {
            Palavra::Estado(estado) => write!(f, "Aviso({estado:?})"),
            Palavra::Resposta(_) => f.write_str("Aviso(resposta)"),
        }
    }
}

/// What is known of the message that is spoken of; of an unknown one, its id.
struct Sobre<'a> {
    aviso: &'a Aviso,
    recebida: Option<Recebida>,
}

impl Sobre<'_> {
    fn chave(&self) -> Option<&str> {
        self.recebida.as_ref()?.chave.as_deref()
    }

    fn para(&self) -> &str {
        self.recebida.as_ref().map_or("5511900000000", |recebida| recebida.para.trim_start_matches('+'))
    }
}

/// Tells, in calls of as many as the shape takes.
pub(super) async fn tell(estado: &Estado, url: &str, avisos: &[Aviso]) -> Result<Vec<u16>, Falha> {
    let sobre = |aviso| Sobre { aviso, recebida: estado.registro.find(&aviso.id) };
    let todos: Vec<_> = avisos.iter().map(sobre).collect();
    let forma = todos.iter().find_map(|um| um.recebida.as_ref()).map_or(Forma::Simples, |r| r.forma);
    let lote = if matches!(forma, Forma::Simples | Forma::Infobip) { todos.len().max(1) } else { 1 };
    let mut respostas = Vec::new();
    for juntos in todos.chunks(lote) {
        let retorno =
            juntos.iter().find_map(|um| um.recebida.as_ref()).map(|r| r.retorno.clone()).unwrap_or_default();
        let url = retorno.url.as_deref().unwrap_or(url);
        let requisicao = match forma {
            Forma::Simples => {
                document(url, &json!({ "recibos": juntos.iter().map(plain).collect::<Vec<_>>() }))
            }
            Forma::Infobip => {
                document(url, &json!({ "results": juntos.iter().map(infobip).collect::<Vec<_>>() }))
            }
            Forma::Zenvia => document(url, &juntos.first().map_or(Value::Null, zenvia)),
            Forma::Twilio => juntos.first().map_or_else(
                || document(url, &Value::Null),
                |um| signed(url, retorno.assina.as_ref(), twilio(um)),
            ),
        };
        let Resposta { status, .. } = estado.http.call(&requisicao).await?;
        respostas.push(status);
    }
    Ok(respostas)
}

/// Tells by itself that a message was sent and then delivered, when that was asked for.
pub(super) fn follow(estado: &Arc<Estado>, id: &str) {
    let Some(url) = estado.retorno.borrow().clone() else { return };
    let (estado, id) = (Arc::clone(estado), id.to_owned());
    tokio::spawn(async move {
        for palavra in [EstadoRecibo::Enviada, EstadoRecibo::Entregue] {
            for tentativa in 1..=TENTATIVAS {
                sleep(ATRASO * tentativa).await;
                let dito = tell(&estado, &url, &[Aviso::new(id.as_str(), palavra)]).await;
                if dito.is_ok_and(|status| status.iter().all(|status| (200..300).contains(status))) {
                    break;
                }
                tracing::debug!(tentativa, "operadora.aviso_sem_resposta");
            }
        }
    });
}

fn plain(um: &Sobre<'_>) -> Value {
    match &um.aviso.palavra {
        Palavra::Estado(estado) => json!({ "id": um.aviso.id, "chave": um.chave(), "estado": estado }),
        Palavra::Resposta(texto) => json!({ "de": um.para(), "texto": texto }),
    }
}

fn zenvia(um: &Sobre<'_>) -> Value {
    match &um.aviso.palavra {
        Palavra::Estado(estado) => {
            let codigo = match estado {
                EstadoRecibo::Enviada => "SENT",
                EstadoRecibo::Entregue => "DELIVERED",
                EstadoRecibo::Lida => "READ",
                EstadoRecibo::Devolvida => "NOT_DELIVERED",
            };
            let situacao = json!({ "code": codigo, "channel": "sms" });
            json!({ "type": "MESSAGE_STATUS", "messageId": um.aviso.id, "messageStatus": situacao })
        }
        Palavra::Resposta(texto) => json!({ "type": "MESSAGE", "direction": "IN", "message": {
            "from": um.para(), "contents": [{ "type": "text", "text": texto }],
        } }),
    }
}

fn infobip(um: &Sobre<'_>) -> Value {
    match &um.aviso.palavra {
        Palavra::Estado(estado) => {
            let (grupo, id, nome) = match estado {
                EstadoRecibo::Enviada => (3, 2, "DELIVERED_TO_OPERATOR"),
                EstadoRecibo::Entregue | EstadoRecibo::Lida => (3, 5, "DELIVERED_TO_HANDSET"),
                EstadoRecibo::Devolvida => (2, 4, "UNDELIVERABLE_REJECTED_OPERATOR"),
            };
            let situacao = json!({ "groupId": grupo, "id": id, "name": nome });
            json!({ "messageId": um.aviso.id, "to": um.para(), "status": situacao })
        }
        Palavra::Resposta(texto) => json!({ "messageId": "resposta", "from": um.para(), "text": texto }),
    }
}

fn twilio(um: &Sobre<'_>) -> Vec<(&'static str, String)> {
    match &um.aviso.palavra {
        Palavra::Estado(estado) => {
            let palavra = match estado {
                EstadoRecibo::Enviada => "sent",
                EstadoRecibo::Entregue => "delivered",
                EstadoRecibo::Lida => "read",
                EstadoRecibo::Devolvida => "undelivered",
            };
            vec![("MessageSid", um.aviso.id.clone()), ("MessageStatus", palavra.to_owned())]
        }
        Palavra::Resposta(texto) => vec![
            ("MessageSid", "SMresposta".to_owned()),
            ("SmsStatus", "received".to_owned()),
            ("From", format!("+{}", um.para())),
            ("Body", texto.clone()),
        ],
    }
}

fn document(url: &str, corpo: &Value) -> Requisicao {
    Requisicao {
        metodo: Metodo::Post,
        url: url.to_owned(),
        cabecalhos: vec![("content-type".to_owned(), "application/json".to_owned())],
        corpo: corpo.to_string().into_bytes(),
    }
}

/// A form with `X-Twilio-Signature`: the URL, then each field with its value in the order of the names.
fn signed(url: &str, assina: Option<&Segredo>, mut campos: Vec<(&'static str, String)>) -> Requisicao {
    campos.sort();
    let mut cabecalhos = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let chave = assina.map(|segredo| segredo.expose().as_bytes()).unwrap_or_default();
    if let Ok(mac) = Hmac::<Sha1>::new_from_slice(chave) {
        let juntos: String = campos.iter().flat_map(|(nome, valor)| [*nome, valor.as_str()]).collect();
        let assinatura = mac.chain_update(url).chain_update(juntos).finalize().into_bytes();
        cabecalhos.push(("x-twilio-signature".to_owned(), STANDARD.encode(assinatura)));
    }
    let corpo = Serializer::new(String::new()).extend_pairs(campos).finish().into_bytes();
    Requisicao { metodo: Metodo::Post, url: url.to_owned(), cabecalhos, corpo }
}
