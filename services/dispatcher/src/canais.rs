//! The channels: how a claimed execution becomes a provider call, and what the answer means.

pub(crate) mod email;
mod sms;

pub use email::Remetente;

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::execucao::{Canal, Envio, Motivo, PedidoEnvio, Veredito, avaliar_envio};
use domain::ids::{EmpresaId, ExecucaoId, TituloId};
use domain::titulo::Titulo;
use providers::email::ClienteSmtp;
use providers::sms::ClienteSms;
use render::sms::Opcoes;
use store::disparos::{Cerca, MensagemMontada};

/// The provider of e-mail, as records name it.
pub(crate) const SMTP: &str = "smtp";

/// What a channel is sent with.
pub enum Saida {
    /// E-mail, by a mail server.
    Email {
        /// The mail server's client.
        cliente: Box<ClienteSmtp>,
        /// As whom.
        remetente: Box<Remetente>,
        /// Sessions that the server is to see at a time: a claimed execution never waits for one, because a payment that
        /// arrives meanwhile would be too late (rule j05).
        sessoes: u16,
    },
    /// E-mail that is made and goes nowhere, as if a server had taken it at once: what everything else costs.
    Nenhuma,
    /// SMS, by a provider.
    Sms {
        /// The provider's client.
        cliente: ClienteSms,
    },
}

/// An execution that is ours to send.
pub(crate) struct Tarefa {
    pub(crate) id: ExecucaoId,
    pub(crate) empresa: EmpresaId,
    /// The títulos to list, the reference first.
    pub(crate) titulos: Vec<TituloId>,
    pub(crate) dados: Box<Cerca>,
}

/// How a provider call ended.
pub(crate) struct Resposta {
    pub(crate) veredito: Veredito,
    /// What the provider said, for the record.
    pub(crate) palavras: String,
    /// Its own name for the message.
    pub(crate) provedor_id: Option<String>,
    /// What was sent.
    pub(crate) mensagem: MensagemMontada,
}

impl Saida {
    /// As what an SMS leaves by it.
    pub(crate) fn sms(&self) -> Option<Opcoes> {
        match self {
            Self::Email { .. } | Self::Nenhuma => None,
            Self::Sms { cliente } => {
                Some(Opcoes { perfil: cliente.perfil(), transliterar: cliente.transliterar() })
            }
        }
    }

    /// The channel.
    #[must_use]
    pub fn canal(&self) -> Canal {
        match self {
            Self::Email { .. } | Self::Nenhuma => Canal::Email,
            Self::Sms { .. } => Canal::Sms,
        }
    }

    /// The provider, in records and metrics.
    pub(crate) fn provedor(&self) -> &'static str {
        match self {
            Self::Email { .. } => SMTP,
            Self::Nenhuma => "nenhum",
            Self::Sms { cliente } => cliente.nome(),
        }
    }

    /// Provider calls at a time, of as many as were asked for.
    pub(crate) fn concorrencia(&self, pedida: u16) -> u16 {
        match self {
            Self::Email { sessoes, .. } => pedida.min(*sessoes).max(1),
            Self::Sms { .. } | Self::Nenhuma => pedida.max(1),
        }
    }

    /// Whether the same key again makes no second message.
    pub(crate) fn idempotente(&self) -> bool {
        match self {
            Self::Email { .. } | Self::Nenhuma => false,
            Self::Sms { cliente } => cliente.idempotente(),
        }
    }

    /// Renders the message and hands it to the provider.
    ///
    /// # Errors
    /// It cannot be written, and so did not leave.
    pub(crate) async fn send(&self, tarefa: &Tarefa, agora: DateTime<Utc>) -> Result<Resposta, Motivo> {
        match self {
            Self::Email { cliente, remetente, .. } => email::send(cliente, remetente, tarefa, agora).await,
            Self::Nenhuma => email::pretend(tarefa, agora),
            Self::Sms { cliente } => sms::send(cliente, tarefa, agora).await,
        }
    }

    /// Ends what is kept open.
    pub(crate) async fn close(&self) {
        match self {
            Self::Email { cliente, .. } => cliente.close().await,
            Self::Sms { .. } | Self::Nenhuma => {}
        }
    }
}

/// What the fence asks: the domain's check, and whether there is a contact at all (rule m11).
pub(crate) fn decide(dados: &Cerca, agora: DateTime<Utc>) -> Envio {
    let titulos: Vec<Titulo> = dados.linhas.iter().map(|linha| linha.titulo.clone()).collect();
    let pedido = PedidoEnvio {
        titulos: &titulos,
        canal: dados.canal,
        lembrete: dados.lembrete,
        regua_ativa: dados.regua_ativa,
        parado: dados.parado,
        data: dados.data,
        janela: dados.janela.as_ref(),
        regras: &dados.regras,
    };
    match avaliar_envio(&pedido, agora.with_timezone(&time_zone(dados))) {
        Envio::Enviar { .. } if dados.contatos.is_empty() => Envio::Descartar { motivo: Motivo::SemContato },
        envio @ (Envio::Enviar { .. }
        | Envio::Reter
        | Envio::Expirar
        | Envio::Adiar { .. }
        | Envio::Descartar { .. }) => envio,
    }
}

/// The company's zone. What is stored was checked when it was saved; a name that a newer table would know falls back to
/// the zone of most companies.
pub(crate) fn time_zone(dados: &Cerca) -> Tz {
    dados.fuso.parse().unwrap_or(Tz::America__Sao_Paulo)
}

/// How long a whole provider call may take, so that a dispatcher that is asked to end still hears its answer.
pub(crate) const PRAZO_HTTP: Duration = Duration::from_secs(20);
