//! Receipts and replies of a described provider.

use serde_json::{Map, Value};
use url::form_urlencoded::parse;

use super::config::{FormatoRecibo, RecibosHttp};
use crate::chamada::{Chamada, IdMensagem, MAX_RECIBOS, ReciboInvalido, each, id_of};
use crate::sms::json;
use crate::sms::recibo::{Recibo, epoch, instant, reply};

impl RecibosHttp {
    pub(super) fn read(&self, chamada: &Chamada<'_>) -> Result<Vec<Recibo>, ReciboInvalido> {
        let documento = match self.formato {
            FormatoRecibo::Json => json::parse(chamada.corpo).ok_or(ReciboInvalido::Ilegivel)?,
            FormatoRecibo::Form => form(chamada),
        };
        each(&documento, self.lista.as_deref(), |item| self.item(item))
    }

    /// A state that is known, or else a reply; anything else is passed over.
    fn item(&self, item: &Value) -> Option<Recibo> {
        self.state(item).or_else(|| self.answer(item))
    }

    fn state(&self, item: &Value) -> Option<Recibo> {
        let at = |ponteiro: &Option<String>| json::text(item, ponteiro.as_deref()?);
        let estado = *self.estados.get(at(&self.estado)?.as_ref())?;
        let em = self.em.as_deref().and_then(|ponteiro| item.pointer(ponteiro));
        let em = em.and_then(|em| match em {
            Value::String(texto) => instant(texto).or_else(|| epoch(texto.parse().ok()?)),
            Value::Number(numero) => epoch(numero.as_i64()?),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        });
        Some(Recibo::Estado {
            mensagem: IdMensagem::new(at(&self.chave).as_deref(), at(&self.id).as_deref())?,
            estado,
            em,
            causa: at(&self.causa).as_deref().and_then(id_of),
        })
    }

    fn answer(&self, item: &Value) -> Option<Recibo> {
        reply(&json::text(item, self.de.as_deref()?)?, &json::text(item, self.texto.as_deref()?)?)
    }
}

/// The fields of the query, then those of the body; the first of a name stands.
fn form(chamada: &Chamada<'_>) -> Value {
    let consulta = chamada.consulta().unwrap_or_default();
    let mut campos = Map::new();
    for (nome, valor) in parse(consulta.as_bytes()).chain(parse(chamada.corpo)).take(MAX_RECIBOS) {
        campos.entry(nome).or_insert_with(|| Value::String(valor.into_owned()));
    }
    Value::Object(campos)
}
