//! The outer edge of the channels: what leaves the house leaves through here.
//!
//! `email` speaks SMTP to a relay and says truthfully what became of a message. `caixa` is the other
//! end of the same wire: the sandbox mailbox that keeps what would have been sent, and the tests' oracle.
//! `sms` and `operadora` are the same two ends for SMS, over `http`; `enriquecimento` and `consultora` those of questions about
//! how somebody can be reached.
//!
//! Nothing here knows a régua, a database or a clock. A result never carries, in `Debug` or `Display`, an
//! address or a word of the message.

pub mod bureau;
pub mod caixa;
mod causa;
mod chamada;
mod config;
pub mod consultora;
mod descricao;
pub mod email;
pub mod enriquecimento;
mod escuta;
mod fio;
pub mod http;
mod json;
mod modelo;
pub mod operadora;
mod raizes;
mod segredo;
mod situacao;
pub mod sms;

pub use causa::Causa;
pub use chamada::{Chamada, IdMensagem, MAX_CHAMADA, MAX_RECIBOS, ReciboInvalido};
pub use config::ConfigError;
pub use segredo::Segredo;
