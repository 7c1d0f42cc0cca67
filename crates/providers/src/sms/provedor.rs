//! The port: what a provider of SMS knows how to do, without doing it.

use std::fmt;

use domain::sms::Perfil;
use uuid::Uuid;

use super::recibo::Recibo;
use super::resultado::Resultado;
use crate::chamada::{Chamada, ReciboInvalido};
use crate::http::{Requisicao, Resposta};

/// One message to hand over. `Debug` shows its key.
#[derive(Clone, Copy)]
pub struct Pedido<'a> {
    /// The key of the message, the same at every attempt.
    pub chave: Uuid,
    /// The recipient, E.164 (`+5511987654321`).
    pub para: &'a str,
    /// What the phone will show.
    pub texto: &'a str,
}

impl fmt::Debug for Pedido<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pedido({})", self.chave)
    }
}

/// A provider. Total: whatever it is given to read, it answers.
pub trait Provedor: Send + Sync {
    /// A stable name, for records, metrics and routes.
    fn nome(&self) -> &'static str;

    /// How it cuts a text in segments.
    fn perfil(&self) -> Perfil;

    /// Whether a text should be brought to GSM-7 before it leaves ("não" → "nao").
    fn transliterar(&self) -> bool;

    /// Which account of the provider it sends by, without what proves it; as much as tells two accounts apart.
    fn conta(&self) -> String;

    /// Whether the same key again makes no second message.
    fn idempotente(&self) -> bool;

    /// The request that hands a message over.
    fn request(&self, pedido: &Pedido<'_>) -> Requisicao;

    /// What an answer means.
    fn read(&self, resposta: &Resposta) -> Resultado;

    /// The receipts and replies of a call that claims to come from the provider.
    ///
    /// # Errors
    /// When it is not authentic, too large, or cannot be read.
    fn recibos(&self, chamada: &Chamada<'_>) -> Result<Vec<Recibo>, ReciboInvalido>;
}
