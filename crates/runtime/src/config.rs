//! The configuration of a process: typed sections, read once, unknown keys refused.
//!
//! Three places, the later one wins: `cobranca.toml` (optional), the conventional `DATABASE_URL` and `AMQP_URL`, and
//! `COBRANCA_<SEÇÃO>__<CHAVE>` (two underscores between section and key, as in `COBRANCA_HTTP__PORTA`).

mod leitura;
mod secoes;
mod segredo;

pub use leitura::ConfigError;
pub use secoes::{
    Amqp, Arquivos, Banco, Dispatcher, Dkim, Enriquecimento, Formato, Http, Log, Negativacao, Sandbox, Sms,
    Smtp, Tls,
};
pub use segredo::Segredo;

use serde::Deserialize;

/// Everything a process can be told. Every key has a default but the addresses of what runs elsewhere; whoever needs one that is absent
/// says which.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// PostgreSQL.
    pub banco: Banco,
    /// RabbitMQ; without an address the bus is inside the process.
    pub amqp: Amqp,
    /// The HTTP server.
    pub http: Http,
    /// The outgoing mail server.
    pub smtp: Smtp,
    /// The provider of SMS.
    pub sms: Option<Sms>,
    /// The provider of enrichment.
    pub enriquecimento: Option<Enriquecimento>,
    /// The consumers of the channels.
    pub dispatcher: Dispatcher,
    /// What is downloaded.
    pub arquivos: Arquivos,
    /// Bureaus.
    pub negativacao: Negativacao,
    /// Nothing leaves the machine and the clock can be moved.
    pub sandbox: Sandbox,
    /// The log.
    pub log: Log,
}
