//! The rate of a provider account: no place is used without a token of the account's, which all processes share.
//!
//! Tokens come by the block out of the database (`store::disparos::promise`), and what was not used of a block is used for the
//! next messages, as long as it is fresh: what is kept for longer would leave on top of what the account then takes.

use std::sync::Arc;
use std::time::Duration;

use domain::execucao::Taxa;
use runtime::{Cronometro, Encerramento, cronometro};
use store::disparos;

use crate::via::Via;
use crate::{Dispatcher, Falha};

/// How long tokens are good for.
const VALIDADE: Duration = Duration::from_secs(1);

/// The rate of one consumer's account, and the tokens that it has at hand.
pub(crate) struct Ritmo {
    taxa: Option<Taxa>,
    conta: Arc<(&'static str, String)>,
    canal: &'static str,
    fichas: usize,
    desde: Cronometro,
}

impl Ritmo {
    pub(crate) fn new(dispatcher: &Dispatcher, via: &Via) -> Self {
        let taxa = dispatcher.ajustes.taxas.get(&via.canal()).copied();
        let conta = Arc::new((via.saida.provedor(), via.saida.conta()));
        Self { taxa, conta, canal: via.canal().as_str(), fichas: 0, desde: cronometro() }
    }

    /// Waits until something may leave: so many messages now, one at least and no more than `cabem`, of `faltam` that are still
    /// to leave. `None` when the end was asked for meanwhile.
    ///
    /// # Errors
    /// The database cannot be used.
    pub(crate) async fn wait(
        &mut self,
        dispatcher: &Arc<Dispatcher>,
        (cabem, faltam): (usize, usize),
        fim: &Encerramento,
    ) -> Result<Option<usize>, Falha> {
        let Some(taxa) = self.taxa else { return Ok(Some(cabem)) };
        if self.fichas == 0 || self.desde.decorrido() >= VALIDADE {
            let conta = Arc::clone(&self.conta);
            let pedir = move |d: &Dispatcher| disparos::promise(&d.banco, (conta.0, &conta.1), taxa, faltam);
            let promessa = dispatcher.blocking(pedir).await?;
            if !promessa.espera.is_zero() {
                metrics::histogram!("taxa_espera_segundos", "canal" => self.canal).record(promessa.espera);
                if !fim.dormir(promessa.espera).await {
                    return Ok(None);
                }
            }
            (self.fichas, self.desde) = (promessa.fichas.into(), cronometro());
        }
        let agora = cabem.min(self.fichas);
        self.fichas = self.fichas.saturating_sub(agora);
        Ok(Some(agora))
    }

    /// Takes back what was not used.
    pub(crate) fn give_back(&mut self, fichas: usize) {
        if self.taxa.is_some() {
            self.fichas = self.fichas.saturating_add(fichas);
        }
    }
}
