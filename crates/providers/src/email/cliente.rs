//! The client: a few kept sessions and the rule for replacing one that died.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::config::{Config, ConfigError};
use super::mensagem::Mensagem;
use super::resultado::{Causa, Resultado, Verbo};
use super::sessao::{Entregue, Sessao};
use super::tls::Protecao;

/// A client of one relay. It may be shared; at most `max_sessoes` messages are in flight, the others wait.
///
/// A dropped `send` closes its session, so a later message never finds a conversation half way.
pub struct ClienteSmtp {
    config: Config,
    protecao: Protecao,
    vagas: Semaphore,
    ociosas: Mutex<Ociosas>,
}

#[derive(Default)]
struct Ociosas {
    sessoes: Vec<Sessao>,
    fechado: bool,
}

impl ClienteSmtp {
    /// Checks the configuration; connects only when there is something to send.
    ///
    /// # Errors
    /// When the configuration cannot be used.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        config.check()?;
        let protecao = Protecao::new(&config)?;
        let vagas = Semaphore::new(config.max_sessoes);
        Ok(Self { config, protecao, vagas, ociosas: Mutex::default() })
    }

    /// Which account of which relay it sends by, without what it logs in with.
    #[must_use]
    pub fn conta(&self) -> String {
        let Config { host, porta, credencial, .. } = &self.config;
        credencial.as_ref().map_or_else(
            || format!("{host}:{porta}"),
            |credencial| format!("{}@{host}:{porta}", credencial.usuario),
        )
    }

    /// Sends once and says what became of it. One call never leaves more than one copy: the only thing that
    /// is tried again is a kept session that died before it answered MAIL, when no message had begun to leave.
    pub async fn send(&self, mensagem: &Mensagem) -> Resultado {
        // Never closed, so never an error; the permit lives in the binding.
        let _vaga = self.vagas.acquire().await;
        match self.attempt(mensagem).await {
            Ok((resposta, recusas)) => Resultado::Aceita { resposta, recusas },
            Err(causa) => Resultado::from(causa),
        }
    }

    /// Says goodbye to the kept sessions and keeps none from here on. A `send` in flight finishes by itself.
    pub async fn close(&self) {
        let sessoes = {
            let mut ociosas = self.idle();
            ociosas.fechado = true;
            std::mem::take(&mut ociosas.sessoes)
        };
        for sessao in sessoes {
            sessao.quit().await;
        }
    }

    async fn attempt(&self, mensagem: &Mensagem) -> Result<Entregue, Causa> {
        if let Some(mut sessao) = self.take().await {
            let inicio = sessao.begin(mensagem).await;
            if !inicio.as_ref().is_err_and(died_idle) {
                return self.finish(sessao, inicio, mensagem).await;
            }
            tracing::debug!(canal = "email", "sessao.trocada");
        }
        let mut sessao = Sessao::open(&self.config, &self.protecao).await?;
        let inicio = sessao.begin(mensagem).await;
        self.finish(sessao, inicio, mensagem).await
    }

    async fn finish(
        &self,
        mut sessao: Sessao,
        inicio: Result<(), Causa>,
        mensagem: &Mensagem,
    ) -> Result<Entregue, Causa> {
        let fim = match inicio {
            Ok(()) => sessao.hand_over(mensagem).await,
            Err(causa) => Err(causa),
        };
        if fim.as_ref().map_or_else(still_speaks, |_| true) {
            self.keep(sessao);
        }
        fim
    }

    /// The session used last, which is the one least likely to have been closed meanwhile.
    async fn take(&self) -> Option<Sessao> {
        let sessao = self.idle().sessoes.pop()?;
        if sessao.used_up(self.config.mensagens_por_sessao) {
            sessao.quit().await;
            return None;
        }
        Some(sessao)
    }

    fn keep(&self, sessao: Sessao) {
        let mut ociosas = self.idle();
        if !ociosas.fechado {
            ociosas.sessoes.push(sessao);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Ociosas> {
        self.ociosas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A kept session that did not answer MAIL (or the RSET before it), or answered that it is closing.
fn died_idle(causa: &Causa) -> bool {
    match causa {
        Causa::Resposta(resposta) => resposta.fecha(),
        Causa::Conversa { verbo, .. } => *verbo == Verbo::Mail,
    }
}

/// After a complete refusal the session goes on; after anything else nobody knows where it stands.
fn still_speaks(causa: &Causa) -> bool {
    match causa {
        Causa::Resposta(resposta) => !resposta.fecha(),
        Causa::Conversa { .. } => false,
    }
}
