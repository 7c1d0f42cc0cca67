//! A provider and the caller, put together, with the leave to ask while it is good.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use super::config::{Config, Tarifa};
use super::provedor::{Pedido, Provedor, Senha};
use super::resultado::{Resultado, Tardia};
use crate::causa::Causa;
use crate::chamada::{Chamada, ReciboInvalido};
use crate::config::ConfigError;
use crate::http::{Cliente, Falha, Quebra};
use crate::segredo::Segredo;

/// A leave is asked for anew so long before it ends: a question that is under way must not find it gone.
const FOLGA: Duration = Duration::from_secs(10);
/// So long one waits for the leave that another asks for: when nobody gets one, all of them are to know it soon.
const ESPERA: Duration = Duration::from_secs(20);

/// An account at a provider. The caller may be shared by many.
pub struct ClienteEnriquecimento {
    provedor: Box<dyn Provedor>,
    http: Arc<Cliente>,
    /// Asked for by one at a time; the others wait for what he gets.
    senha: Mutex<Option<(Segredo, Instant)>>,
}

impl ClienteEnriquecimento {
    /// Checks the configuration; calls only when there is something to ask.
    ///
    /// # Errors
    /// When the configuration cannot be used; the error says which part.
    pub fn new(config: Config, http: Arc<Cliente>) -> Result<Self, ConfigError> {
        Ok(Self { provedor: config.provider()?, http, senha: Mutex::default() })
    }

    /// Asks once and says what became of it. A leave that the provider no longer takes is asked for anew, once: a question that
    /// was refused for that was not charged.
    pub async fn ask(&self, pedido: &Pedido<'_>) -> Resultado {
        let (primeiro, com_senha) = match self.ask_once(pedido).await {
            Ok(feita) => feita,
            Err(recusa) => return recusa,
        };
        let Some(velha) = com_senha.filter(|_| primeiro.1 == 401) else { return primeiro.0 };
        self.forget(&velha).await;
        match self.ask_once(pedido).await {
            Ok((segundo, _)) => segundo.0,
            Err(recusa) => recusa,
        }
    }

    /// What came of one request, its status, and the leave that it was made with.
    async fn ask_once(&self, pedido: &Pedido<'_>) -> Result<((Resultado, u16), Option<Segredo>), Resultado> {
        let senha = self.leave().await?;
        let resposta = match self.http.call(&self.provedor.request(pedido, senha.as_ref())).await {
            Ok(resposta) => resposta,
            Err(falha) => return Err(broken(falha)),
        };
        Ok(((self.provedor.read(&resposta), resposta.status), senha))
    }

    /// A leave that is good, where one is needed.
    async fn leave(&self) -> Result<Option<Segredo>, Resultado> {
        let Some(requisicao) = self.provedor.pedir_senha() else { return Ok(None) };
        // To ask for leave is not to ask: nothing of the question has left.
        let nada = |falha| Resultado::Indisponivel { causa: Causa::sem_resposta(falha), apos: None };
        let guardada = timeout(ESPERA, self.senha.lock()).await;
        let mut guardada = guardada.map_err(|_passou| nada(Falha::NaoSaiu { causa: Quebra::Tempo }))?;
        if let Some((segredo, ate)) = &*guardada
            && ate.elapsed().is_zero()
        {
            return Ok(Some(segredo.clone()));
        }
        let resposta = self.http.call(&requisicao).await.map_err(nada)?;
        let Senha { segredo, por } = self.provedor.ler_senha(&resposta)?;
        *guardada = Some((segredo.clone(), sleep(por.saturating_sub(FOLGA)).deadline()));
        Ok(Some(segredo))
    }

    /// Somebody else may have a newer one already.
    async fn forget(&self, velha: &Segredo) {
        let mut guardada = self.senha.lock().await;
        if guardada.as_ref().is_some_and(|(segredo, _)| segredo.is(velha.expose().as_bytes())) {
            *guardada = None;
        }
    }

    /// The provider's stable name.
    #[must_use]
    pub fn nome(&self) -> &'static str {
        self.provedor.nome()
    }

    /// Which account of it.
    #[must_use]
    pub fn conta(&self) -> String {
        self.provedor.conta()
    }

    /// What an answer costs.
    #[must_use]
    pub fn tarifa(&self) -> Tarifa {
        self.provedor.tarifa()
    }

    /// The answers in a call that claims to come from the provider.
    ///
    /// # Errors
    /// When it is not authentic, too large, or cannot be read.
    pub fn respostas(&self, chamada: &Chamada<'_>) -> Result<Vec<Tardia>, ReciboInvalido> {
        self.provedor.respostas(chamada)
    }
}

fn broken(falha: Falha) -> Resultado {
    let causa = Causa::sem_resposta(falha);
    match falha {
        Falha::NaoSaiu { .. } => Resultado::Indisponivel { causa, apos: None },
        Falha::SemResposta { .. } => Resultado::Incerta { causa },
    }
}

impl fmt::Debug for ClienteEnriquecimento {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClienteEnriquecimento({})", self.nome())
    }
}
