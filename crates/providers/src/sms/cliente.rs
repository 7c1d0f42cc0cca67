//! A provider and the caller, put together.

use std::fmt;
use std::sync::Arc;

use domain::sms::Perfil;

use super::config::Config;
use super::provedor::{Pedido, Provedor};
use super::recibo::Recibo;
use super::resultado::{Causa, Resultado};
use crate::chamada::{Chamada, ReciboInvalido};
use crate::config::ConfigError;
use crate::http::{Cliente, Falha};

/// An account at a provider. The caller may be shared by many.
pub struct ClienteSms {
    provedor: Box<dyn Provedor>,
    http: Arc<Cliente>,
}

impl ClienteSms {
    /// Checks the configuration; calls only when there is something to send.
    ///
    /// # Errors
    /// When the configuration cannot be used; the error says which part.
    pub fn new(config: Config, http: Arc<Cliente>) -> Result<Self, ConfigError> {
        Ok(Self { provedor: config.provider()?, http })
    }

    /// Hands one message over and says what became of it. One call never leaves more than one copy.
    pub async fn send(&self, pedido: &Pedido<'_>) -> Resultado {
        match self.http.call(&self.provedor.request(pedido)).await {
            Ok(resposta) => self.provedor.read(&resposta),
            Err(falha @ Falha::NaoSaiu { .. }) => {
                Resultado::Indisponivel { causa: Causa::sem_resposta(falha), apos: None }
            }
            Err(falha @ Falha::SemResposta { .. }) => {
                Resultado::Incerta { causa: Causa::sem_resposta(falha) }
            }
        }
    }

    /// The provider's stable name.
    #[must_use]
    pub fn nome(&self) -> &'static str {
        self.provedor.nome()
    }

    /// How it cuts a text in segments.
    #[must_use]
    pub fn perfil(&self) -> Perfil {
        self.provedor.perfil()
    }

    /// Whether a text should be brought to GSM-7 before it leaves.
    #[must_use]
    pub fn transliterar(&self) -> bool {
        self.provedor.transliterar()
    }

    /// Which account of it.
    #[must_use]
    pub fn conta(&self) -> String {
        self.provedor.conta()
    }

    /// Whether the same key again makes no second message.
    #[must_use]
    pub fn idempotente(&self) -> bool {
        self.provedor.idempotente()
    }

    /// The receipts and replies of a call that claims to come from the provider.
    ///
    /// # Errors
    /// When it is not authentic, too large, or cannot be read.
    pub fn recibos(&self, chamada: &Chamada<'_>) -> Result<Vec<Recibo>, ReciboInvalido> {
        self.provedor.recibos(chamada)
    }
}

impl fmt::Debug for ClienteSms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClienteSms({})", self.nome())
    }
}
