//! Twilio, Programmable Messaging: `POST …/Accounts/{sid}/Messages.json` as a form, receipts as forms signed with
//! `X-Twilio-Signature`. Shapes and codes after twilio.com/docs (message resource, error dictionary, webhook security).
//!
//! The resource has no idempotency key, so nothing of unknown outcome is sent again; but the callback of each message
//! carries our key, so its receipts are understood even where the answer to the request was lost.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::sms::Perfil;
use hmac::{Hmac, Mac};
use serde::Deserialize;
use serde_json::Value;
use sha1::Sha1;
use url::form_urlencoded::{Serializer, parse};

use super::config::{profile, yes};
use super::json;
use super::provedor::{Pedido, Provedor};
use super::recibo::{EstadoRecibo, Recibo, reply};
use super::resultado::{Causa, Resultado};
use super::situacao::{refusal, success, unclear, words};
use crate::chamada::{Chamada, IdMensagem, MAX_RECIBOS, ReciboInvalido, id_of};
use crate::config::{self, ConfigError};
use crate::http::{Metodo, Requisicao, Resposta};
use crate::segredo::Segredo;

const URL: &str = "https://api.twilio.com/2010-04-01/Accounts";

/// Refusals with status 400 that speak of the account, its senders or its limits, not of this message.
const DA_CONTA: [&str; 12] = [
    "14107", "20003", "20429", "21212", "21408", "21603", "21606", "21611", "21659", "21660", "21703",
    "30001",
];

/// An account at Twilio.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigTwilio {
    /// The account's SID.
    pub conta: String,
    /// Its auth token; it also signs the receipts.
    pub segredo: Segredo,
    /// A number or sender id to send from.
    pub remetente: Option<String>,
    /// Or a messaging service that chooses one.
    pub servico: Option<String>,
    /// The public URL of this house's receipts, exactly as Twilio will call it: the signature covers it.
    pub recibos: Option<String>,
    /// Another address up to `/Accounts`, for the sandbox.
    pub url: Option<String>,
    /// Whether texts are brought to GSM-7; yes unless it is said.
    #[serde(default = "yes")]
    pub transliterar: bool,
    /// The most segments of a message.
    pub max_segmentos: Option<u8>,
}

pub(super) struct Twilio {
    config: ConfigTwilio,
    url: String,
    /// `From` or `MessagingServiceSid`, and its value.
    de: (&'static str, String),
}

impl Twilio {
    pub(super) fn new(config: ConfigTwilio) -> Result<Self, ConfigError> {
        config::word("conta", &config.conta)?;
        config::word("segredo", config.segredo.expose())?;
        let de = match (&config.remetente, &config.servico) {
            (Some(remetente), None) => ("From", remetente.clone()),
            (None, Some(servico)) => ("MessagingServiceSid", servico.clone()),
            (Some(_), Some(_)) | (None, None) => return Err(ConfigError::UmDeles("remetente", "servico")),
        };
        config::word("remetente", &de.1)?;
        if let Some(recibos) = &config.recibos {
            config::url("recibos", recibos)?;
        }
        let base = config.url.as_deref().unwrap_or(URL).trim_end_matches('/');
        let url = format!("{base}/{}/Messages.json", config.conta);
        config::url("url", &url)?;
        Ok(Self { config, url, de })
    }

    /// The URL that Twilio signed: the public one, with the query that arrived. What a proxy made of host and path on the
    /// way does not matter, and nobody can choose them.
    fn signed_url(&self, chamada: &Chamada<'_>) -> Result<String, ReciboInvalido> {
        let publica = self.config.recibos.as_deref().ok_or(ReciboInvalido::Desligado)?;
        let base = publica.split('?').next().unwrap_or_default();
        Ok(chamada.consulta().map_or_else(|| base.to_owned(), |consulta| format!("{base}?{consulta}")))
    }
}

impl Provedor for Twilio {
    fn nome(&self) -> &'static str {
        "twilio"
    }

    fn perfil(&self) -> Perfil {
        profile(Perfil::REDE, self.config.max_segmentos)
    }

    fn transliterar(&self) -> bool {
        self.config.transliterar
    }

    fn conta(&self) -> String {
        self.config.conta.clone()
    }

    fn idempotente(&self) -> bool {
        false
    }

    fn request(&self, pedido: &Pedido<'_>) -> Requisicao {
        let mut corpo = Serializer::new(String::new());
        corpo.append_pair("To", pedido.para).append_pair(self.de.0, &self.de.1);
        corpo.append_pair("Body", pedido.texto);
        if let Some(recibos) = &self.config.recibos {
            let junta = if recibos.contains('?') { '&' } else { '?' };
            corpo.append_pair("StatusCallback", &format!("{recibos}{junta}chave={}", pedido.chave));
        }
        Requisicao {
            metodo: Metodo::Post,
            url: self.url.clone(),
            cabecalhos: vec![
                ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
                ("authorization".to_owned(), self.config.segredo.basic(&self.config.conta)),
            ],
            corpo: corpo.finish().into_bytes(),
        }
    }

    fn read(&self, resposta: &Resposta) -> Resultado {
        let corpo = json::parse(&resposta.corpo).unwrap_or(Value::Null);
        let codigo = json::first(&corpo, &["/code", "/error_code"]);
        let codigo = codigo.as_deref();
        if resposta.status == 400 && codigo.is_some_and(|codigo| DA_CONTA.contains(&codigo)) {
            let causa = Causa::http(resposta.status, codigo, &words(resposta));
            return Resultado::Indisponivel { causa, apos: resposta.apos() };
        }
        if !success(resposta.status) {
            return refusal(resposta, codigo, &words(resposta));
        }
        let causa = Causa::http(resposta.status, codigo, &words(resposta));
        let sid = json::text(&corpo, "/sid").as_deref().and_then(id_of);
        let estado = json::text(&corpo, "/status");
        match (sid, estado.as_deref()) {
            (Some(_), Some("failed" | "undelivered" | "canceled")) => Resultado::Permanente { causa },
            (Some(id), _) if resposta.inteira => Resultado::Aceita { id: Some(id), resposta: causa },
            _ => unclear(resposta),
        }
    }

    fn recibos(&self, chamada: &Chamada<'_>) -> Result<Vec<Recibo>, ReciboInvalido> {
        chamada.small()?;
        let url = self.signed_url(chamada)?;
        // Twice as many as a message has fields; more would only be sorted in vain before the signature is known.
        let mut campos: Vec<_> = parse(chamada.corpo).into_owned().take(2 * MAX_RECIBOS).collect();
        campos.sort();
        let assinatura = chamada.cabecalho("x-twilio-signature").ok_or(ReciboInvalido::SemAutenticidade)?;
        verify(&self.config.segredo, &url, &campos, assinatura)?;
        let campo = |nome: &str| campos.iter().find(|(n, _)| n == nome).map(|(_, valor)| valor.as_str());
        let consulta = chamada.consulta().unwrap_or_default();
        let chave = parse(consulta.as_bytes()).find(|(nome, _)| nome == "chave").map(|(_, valor)| valor);
        let id = campo("MessageSid").or_else(|| campo("SmsSid"));
        let estado = campo("MessageStatus").or_else(|| campo("SmsStatus")).ok_or(ReciboInvalido::Ilegivel)?;
        let recibo = match estado {
            "received" | "receiving" => reply(
                campo("From").ok_or(ReciboInvalido::Ilegivel)?,
                campo("Body").ok_or(ReciboInvalido::Ilegivel)?,
            ),
            _ => state(estado).and_then(|estado| {
                let causa = campo("ErrorCode").filter(|codigo| *codigo != "0").and_then(id_of);
                let mensagem = IdMensagem::new(chave.as_deref(), id)?;
                Some(Recibo::Estado { mensagem, estado, em: None, causa })
            }),
        };
        Ok(recibo.into_iter().collect())
    }
}

/// `accepted`, `scheduled`, `queued` and `sending` tell nothing that the answer had not told.
fn state(estado: &str) -> Option<EstadoRecibo> {
    match estado {
        "sent" => Some(EstadoRecibo::Enviada),
        "delivered" => Some(EstadoRecibo::Entregue),
        "read" => Some(EstadoRecibo::Lida),
        "undelivered" | "failed" | "canceled" => Some(EstadoRecibo::Devolvida),
        _ => None,
    }
}

/// HMAC-SHA1, keyed with the auth token, of the URL and of every field with its value in the order of the names.
fn verify(
    segredo: &Segredo,
    url: &str,
    campos: &[(String, String)],
    assinatura: &str,
) -> Result<(), ReciboInvalido> {
    let falsa = ReciboInvalido::SemAutenticidade;
    let assinatura = STANDARD.decode(assinatura).map_err(|_ilegivel| falsa)?;
    let mac = Hmac::<Sha1>::new_from_slice(segredo.expose().as_bytes()).map_err(|_chave| falsa)?;
    let mut mac = mac.chain_update(url);
    for (nome, valor) in campos {
        mac.update(nome.as_bytes());
        mac.update(valor.as_bytes());
    }
    mac.verify_slice(&assinatura).map_err(|_outra| falsa)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Twilio's page on webhook security.
    #[test]
    fn the_published_example_is_authentic_and_nothing_near_it_is() {
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        let campos = [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ];
        let campos = campos.map(|(n, v)| (n.to_owned(), v.to_owned()));
        let certa = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
        let segredo = Segredo::new("12345");
        assert_eq!(verify(&segredo, url, &campos, certa), Ok(()));
        let falsa = Err(ReciboInvalido::SemAutenticidade);
        assert_eq!(verify(&Segredo::new("12346"), url, &campos, certa), falsa);
        assert_eq!(verify(&segredo, "https://mycompany.com/myapp.php", &campos, certa), falsa);
        assert_eq!(verify(&segredo, url, &campos[1..], certa), falsa);
        for outra in ["", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "AAAA", "\u{e9}"] {
            assert_eq!(verify(&segredo, url, &campos, outra), falsa, "{outra}");
        }
    }
}
