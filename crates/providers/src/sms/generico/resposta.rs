//! How the answers of a described provider are read.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded::parse;

use crate::chamada::id_of;
use crate::config::{ConfigError, pointers};
use crate::http::Resposta;
use crate::sms::json;
use crate::sms::resultado::{Causa, Resultado};
use crate::sms::situacao::{refusal, success, unclear, words};

/// The most words of a text, or fields of a form, that are looked at.
const MAX_CAMPOS: usize = 100;

/// How an answer is read. Without `campo` and `id`, a status is all there is to believe.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RespostaHttp {
    /// How it is written.
    pub formato: FormatoResposta,
    /// The statuses that accept; any 2xx when empty.
    pub status: Vec<u16>,
    /// Where the answer says whether it accepts, as a JSON pointer.
    pub campo: Option<String>,
    /// What it says there when it does; anything, when empty.
    pub valores: Vec<String>,
    /// Where the provider's id is. An answer that accepts has one.
    pub id: Option<String>,
    /// Where the code of a refusal is.
    pub codigo: Option<String>,
    /// What the codes mean.
    pub codigos: Codigos,
}

/// The codes of refusals, by what they mean. A code that is in no list is judged by the status; beside a 2xx it leaves the
/// outcome unknown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Codigos {
    /// Not now; the same message later.
    pub temporarios: Vec<String>,
    /// The account or the provider, not the message: no credit, too many.
    pub indisponiveis: Vec<String>,
    /// Not this message.
    pub permanentes: Vec<String>,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormatoResposta {
    /// One document.
    #[default]
    Json,
    /// Fields (`situacao=ok&id=1`), at `/nome`.
    Form,
    /// Words (`OK: 123`, `000 - Message Sent`), at `/0`, `/1` and so on, whatever stands between them.
    Texto,
}

impl FormatoResposta {
    /// What pointers lead into; nothing, where the body is not in this format.
    fn document(self, corpo: &[u8]) -> Value {
        match self {
            Self::Json => json::parse(corpo).unwrap_or(Value::Null),
            Self::Form => {
                let campos = parse(corpo).into_owned().take(MAX_CAMPOS);
                Value::Object(campos.map(|(nome, valor)| (nome, Value::String(valor))).collect())
            }
            Self::Texto => {
                let texto = String::from_utf8_lossy(corpo);
                let entre = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
                let palavras = texto.split(entre).filter(|palavra| palavra.contains(char::is_alphanumeric));
                json!(palavras.take(MAX_CAMPOS).collect::<Vec<_>>())
            }
        }
    }
}

impl RespostaHttp {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        pointers([
            ("resposta.campo", self.campo.as_ref()),
            ("resposta.id", self.id.as_ref()),
            ("resposta.codigo", self.codigo.as_ref()),
        ])
    }

    /// What an answer means.
    pub(super) fn read(&self, resposta: &Resposta) -> Resultado {
        let corpo = self.formato.document(&resposta.corpo);
        let at = |ponteiro: &Option<String>| json::text(&corpo, ponteiro.as_deref()?);
        let codigo = at(&self.codigo);
        let palavras = words(resposta);
        let causa = || Causa::http(resposta.status, codigo.as_deref(), &palavras);
        let id = at(&self.id).as_deref().and_then(id_of);
        let status = if self.status.is_empty() {
            success(resposta.status)
        } else {
            self.status.contains(&resposta.status)
        };
        let dito = self.campo.is_none() || at(&self.campo).is_some_and(|valor| self.says_yes(&valor));
        let aceita = status && dito && resposta.inteira && (id.is_some() || self.id.is_none());
        match codigo.as_deref().and_then(|codigo| self.codigos.judge(codigo, causa(), resposta.apos())) {
            Some(recusa) => recusa,
            None if aceita => Resultado::Aceita { id, resposta: causa() },
            None if status || success(resposta.status) => unclear(resposta),
            None => refusal(resposta, codigo.as_deref(), &palavras),
        }
    }

    fn says_yes(&self, valor: &str) -> bool {
        self.valores.is_empty() || self.valores.iter().any(|sim| sim == valor)
    }
}

impl Codigos {
    fn judge(&self, codigo: &str, causa: Causa, apos: Option<Duration>) -> Option<Resultado> {
        let tem = |lista: &[String]| lista.iter().any(|item| item == codigo);
        if tem(&self.permanentes) {
            Some(Resultado::Permanente { causa })
        } else if tem(&self.indisponiveis) {
            Some(Resultado::Indisponivel { causa, apos })
        } else if tem(&self.temporarios) {
            Some(Resultado::Temporaria { causa, apos })
        } else {
            None
        }
    }
}
