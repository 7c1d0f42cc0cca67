//! E-mail over SMTP, with the phase of a broken conversation known.
//!
//! lettre is the library, driven verb by verb: a one-shot `send` hides whether a lost connection was lost
//! before the relay could have taken the message or after. That difference is the whole point:
//! what definitely did not leave is tried again, and what may have left is never sent blindly a second time.
//!
//! | what happened | [`Resultado`] |
//! |---|---|
//! | 2xx to the final dot | `Aceita`, with the recipients that were refused while others were taken |
//! | a complete 4xx reply to any verb, the final dot included (to RCPT: to the last one left) | `Temporaria` |
//! | a complete 5xx reply to any verb, the final dot included (to RCPT: to all of them) | `Permanente` |
//! | no connection, or it broke, stalled or spoke nonsense before DATA was accepted | `Temporaria` |
//! | anything else once the message began to leave | `Incerta` |

pub mod avisos;
mod cliente;
mod config;
mod dkim;
mod mensagem;
mod resultado;
mod sessao;
mod tls;

pub use cliente::ClienteSmtp;
pub use config::{Config, ConfigError, Credencial, MAX_SESSOES, Tempos, Tls};
pub use dkim::{Dkim, DkimError};
pub use mensagem::{MAX_ASSUNTO, MAX_DESTINATARIOS, MAX_MENSAGEM, Mensagem, MensagemError, Partes, Pessoa};
pub use resultado::{Causa, Quebra, Recusa, Resposta, Resultado, Verbo};
