//! The channels: how a claimed execution becomes a provider call, and what the answer means.

mod carta;
pub(crate) mod email;
pub(crate) mod enriquecimento;
mod negativacao;
mod sms;

pub use email::Remetente;

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::execucao::{Canal, Envio, Motivo, PedidoEnvio, Veredito, avaliar_envio};
use domain::ids::{EmpresaId, ExecucaoId, TituloId};
use domain::titulo::Titulo;
use providers::email::ClienteSmtp;
use providers::enriquecimento::ClienteEnriquecimento;
use providers::sms::ClienteSms;
use render::sms::Opcoes;
use store::consultas::Tarifa;
use store::disparos::{Cerca, Efeito, MensagemMontada};

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
    /// Letters: composed here, kept in our own database, and printed from files that the service `cartas` makes.
    Carta,
    /// Entries at bureaus: asked for here, kept in our own database, and handed over by `negativacao`.
    Negativacao,
    /// Questions to a provider about how else a debtor can be reached (rule b22).
    Enriquecimento {
        /// The provider's client.
        cliente: ClienteEnriquecimento,
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
    /// What it leaves in our own database, if the result is written.
    pub(crate) efeito: Option<Efeito>,
}

impl Saida {
    /// As what an SMS leaves by it.
    pub(crate) fn sms(&self) -> Option<Opcoes> {
        match self {
            Self::Email { .. }
            | Self::Nenhuma
            | Self::Carta
            | Self::Negativacao
            | Self::Enriquecimento { .. } => None,
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
            Self::Carta => Canal::Carta,
            Self::Negativacao => Canal::Negativacao,
            Self::Enriquecimento { .. } => Canal::Enriquecimento,
        }
    }

    /// The provider, in records and metrics.
    pub(crate) fn provedor(&self) -> &'static str {
        match self {
            Self::Email { .. } => SMTP,
            Self::Nenhuma => "nenhum",
            Self::Carta => carta::GRAFICA,
            Self::Negativacao => negativacao::BUREAU,
            Self::Enriquecimento { cliente } => cliente.nome(),
            Self::Sms { cliente } => cliente.nome(),
        }
    }

    /// The provider's account, as its rate is kept by.
    pub(crate) fn conta(&self) -> String {
        match self {
            Self::Email { cliente, .. } => cliente.conta(),
            Self::Nenhuma | Self::Carta | Self::Negativacao => String::new(),
            Self::Enriquecimento { cliente } => cliente.conta(),
            Self::Sms { cliente } => cliente.conta(),
        }
    }

    /// Provider calls at a time, of as many as were asked for.
    pub(crate) fn concorrencia(&self, pedida: u16) -> u16 {
        match self {
            Self::Email { sessoes, .. } => pedida.min(*sessoes).max(1),
            Self::Sms { .. }
            | Self::Nenhuma
            | Self::Carta
            | Self::Negativacao
            | Self::Enriquecimento { .. } => pedida.max(1),
        }
    }

    /// Whether the same key again makes no second message.
    #[must_use]
    pub fn idempotente(&self) -> bool {
        match self {
            Self::Email { .. } | Self::Nenhuma => false,
            Self::Sms { cliente } => cliente.idempotente(),
            // Rows, written with the result or not at all; and a question changes nothing: at worst it is charged twice, and counted so.
            Self::Carta | Self::Negativacao | Self::Enriquecimento { .. } => true,
        }
    }

    /// By whom questions are answered and what one costs, where it costs something.
    pub(crate) fn tarifa(&self, agora: DateTime<Utc>) -> Option<Tarifa> {
        match self {
            Self::Enriquecimento { cliente } => {
                let preco = cliente.tarifa().preco().get();
                Some(Tarifa { provedor: cliente.nome(), preco, agora })
            }
            Self::Email { .. } | Self::Nenhuma | Self::Sms { .. } | Self::Carta | Self::Negativacao => None,
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
            Self::Carta => carta::compose(tarefa, agora),
            Self::Negativacao => negativacao::ask(tarefa, agora),
            Self::Enriquecimento { cliente } => enriquecimento::ask(cliente, tarefa, agora).await,
        }
    }

    /// Ends what is kept open.
    pub(crate) async fn close(&self) {
        match self {
            Self::Email { cliente, .. } => cliente.close().await,
            Self::Sms { .. }
            | Self::Nenhuma
            | Self::Carta
            | Self::Negativacao
            | Self::Enriquecimento { .. } => {}
        }
    }
}

/// What the fence asks for the consumer of a channel. An execution of another one came by a hint that lies: it goes back, and is
/// published on its own queue.
pub(crate) fn decide_on(canal: Canal, dados: &Cerca, agora: DateTime<Utc>) -> Envio {
    if dados.canal == canal { decide(dados, agora) } else { Envio::Reter }
}

/// What the fence asks: the domain's check, and whether there is what the channel needs.
pub(crate) fn decide(dados: &Cerca, agora: DateTime<Utc>) -> Envio {
    // Rule G19: whatever else there is to say of it, nothing goes to somebody who died.
    if dados.devedor_falecido_em.is_some() {
        return Envio::Descartar { motivo: Motivo::DevedorFalecido };
    }
    let titulos: Vec<Titulo> = dados.linhas.iter().map(|linha| linha.titulo.clone()).collect();
    let pedido = PedidoEnvio {
        titulos: &titulos,
        canal: dados.canal,
        fonte: dados.fonte,
        regua_ativa: dados.regua_ativa,
        parado: dados.parado,
        data: dados.data,
        janela: dados.janela.as_ref(),
        fusos: dados.fusos,
        regras: &dados.regras,
    };
    let aqui = agora.with_timezone(&dados.fuso);
    match (avaliar_envio(&pedido, aqui), lacking(dados)) {
        (Envio::Enviar { .. }, Some(motivo)) => Envio::Descartar { motivo },
        (Envio::Enviar { titulos }, None) if dados.canal == Canal::Negativacao => {
            negativacao::decide(dados, titulos, aqui.date_naive())
        }
        (envio, _) => envio,
    }
}

/// What the channel needs of the debtor and has not: a contact (rule m11), an address (rule c03).
fn lacking(dados: &Cerca) -> Option<Motivo> {
    match dados.canal {
        Canal::Email | Canal::Sms => dados.contatos.is_empty().then_some(Motivo::SemContato),
        Canal::Carta => carta::lacking(dados),
        Canal::Enriquecimento => enriquecimento::lacking(dados),
        Canal::Negativacao => None,
    }
}

/// How long a whole provider call may take, so that a dispatcher that is asked to end still hears its answer.
pub(crate) const PRAZO_HTTP: Duration = Duration::from_secs(20);
