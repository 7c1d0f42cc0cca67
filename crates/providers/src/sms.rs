//! SMS over HTTP. A provider is a sans-I/O [`Provedor`]: it writes a request, reads an answer and reads receipts, and
//! [`ClienteSms`] does the calling. A new one is one file here and one line in [`Config`]; any other needs no code: the
//! provider `http` is described in configuration.
//!
//! | what happened | [`Resultado`] |
//! |---|---|
//! | the provider says that it took the message | `Aceita` |
//! | it says no, of this message, for now (425, a code that its table calls temporary or that nobody knows) | `Temporaria` |
//! | it says nothing of this message: 429, 503, a wrong key, no credit, a wrong URL; or nothing left the house | `Indisponivel` |
//! | it says no to this message for good: another 4xx, a code that its table calls permanent | `Permanente` |
//! | anything else: no answer, 408, 409, another 5xx, a 2xx that cannot be read | `Incerta` |
//!
//! `Incerta` may be sent again under the same key where [`Provedor::idempotente`] says so, and nowhere else.

mod cliente;
mod config;
mod generico;
mod infobip;
mod provedor;
mod recibo;
mod resultado;
mod situacao;
mod twilio;
mod zenvia;

use crate::json;

pub use crate::config::ConfigError;
pub use cliente::ClienteSms;
pub use config::Config;
pub use generico::{
    Codigos, ConfigHttp, Formato, FormatoRecibo, FormatoResposta, RecibosHttp, RespostaHttp, Segmentos,
};
pub use infobip::ConfigInfobip;
pub use provedor::{Pedido, Provedor};
pub use recibo::{EstadoRecibo, MAX_RESPOSTA, Recibo};
pub use resultado::{Causa, Resultado};
pub use twilio::ConfigTwilio;
pub use zenvia::ConfigZenvia;
