//! The port: what a provider of enrichment knows how to do, without doing it.

use std::fmt;
use std::time::Duration;

use domain::documento::Documento;
use domain::enriquecimento::Finalidade;
use uuid::Uuid;

use super::config::Tarifa;
use super::resultado::{Resultado, Tardia};
use crate::chamada::{Chamada, ReciboInvalido};
use crate::http::{Requisicao, Resposta};
use crate::segredo::Segredo;

/// One question. `Debug` shows its key.
#[derive(Clone, Copy)]
pub struct Pedido<'a> {
    /// The key of the question, the same at every attempt; what comes later may name it.
    pub chave: Uuid,
    /// About whom.
    pub documento: &'a Documento,
    /// What for; no question is asked without.
    pub finalidade: Finalidade,
}

impl fmt::Debug for Pedido<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pedido({})", self.chave)
    }
}

/// A leave to ask, for a while.
#[derive(Debug, Clone)]
pub struct Senha {
    /// What is shown with each question.
    pub segredo: Segredo,
    /// For how long it is good.
    pub por: Duration,
}

/// A provider. Total: whatever it is given to read, it answers.
pub trait Provedor: Send + Sync {
    /// A stable name, for records, metrics and routes.
    fn nome(&self) -> &'static str;

    /// Which account of the provider asks, without what proves it; as much as tells two accounts apart.
    fn conta(&self) -> String;

    /// What an answer costs.
    fn tarifa(&self) -> Tarifa;

    /// The request for leave to ask, where one is needed.
    fn pedir_senha(&self) -> Option<Requisicao>;

    /// What the answer to that means.
    ///
    /// # Errors
    /// There is no leave: what that means for the question.
    fn ler_senha(&self, resposta: &Resposta) -> Result<Senha, Resultado>;

    /// The request that asks, with the leave to.
    fn request(&self, pedido: &Pedido<'_>, senha: Option<&Segredo>) -> Requisicao;

    /// What an answer means.
    fn read(&self, resposta: &Resposta) -> Resultado;

    /// The answers in a call that claims to come from the provider.
    ///
    /// # Errors
    /// When it is not authentic, too large, or cannot be read.
    fn respostas(&self, chamada: &Chamada<'_>) -> Result<Vec<Tardia>, ReciboInvalido>;
}
