//! Enrichment over HTTP: a provider is asked how else somebody can be reached. As in [`crate::sms`], a provider is a sans-I/O
//! [`Provedor`], and [`ClienteEnriquecimento`] does the calling. An answer may come at once or later, by a call of the provider's
//! ([`Provedor::respostas`]): whoever asks waits for neither. A new one is one file here and one line in [`Config`]; any other
//! needs no code: the provider `http` is described in configuration.
//!
//! | what happened | [`Resultado`] |
//! |---|---|
//! | the answer is in the answer; that nothing is known is one too | `Respondida` |
//! | the provider took the question, and tells later | `Pedida` |
//! | it says no, for now | `Temporaria` |
//! | it says nothing of this question: 429, 503, a wrong key, no credit, a wrong URL; or nothing left the house | `Indisponivel` |
//! | it says no to this question for good: another 4xx | `Permanente` |
//! | anything else: no answer, 408, 409, another 5xx, a 2xx that cannot be read | `Incerta` |
//!
//! A question changes nothing at the other side, so one of which nothing is known is asked again. It may have been charged.

mod assertiva;
mod bigdatacorp;
mod cliente;
mod config;
mod generico;
mod provedor;
mod resultado;

pub use crate::config::ConfigError;
pub use assertiva::ConfigAssertiva;
pub use bigdatacorp::ConfigBigDataCorp;
pub use cliente::ClienteEnriquecimento;
pub use config::{Config, Tarifa};
pub use generico::{CamposHttp, ConfigHttp, PalavrasHttp, RespostaHttp, RetornoHttp};
pub use provedor::{Pedido, Provedor, Senha};
pub use resultado::{Achado, Resultado, Tardia};
