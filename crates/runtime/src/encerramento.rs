//! An orderly end: one token that every loop looks at.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// What a shell reports for a process that was interrupted.
const SAIDA_INTERROMPIDA: i32 = 130;

/// The wish to stop, shared by every part of the process. Once asked for it is never taken back.
#[derive(Clone, Debug)]
pub struct Encerramento {
    pedido: Arc<watch::Sender<bool>>,
}

impl Default for Encerramento {
    fn default() -> Self {
        Self::new()
    }
}

impl Encerramento {
    /// A token nobody has asked to stop yet.
    #[must_use]
    pub fn new() -> Self {
        Self { pedido: Arc::new(watch::Sender::new(false)) }
    }

    /// Asks every holder to stop. Asking twice is asking once.
    pub fn pedir(&self) {
        self.pedido.send_replace(true);
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn pedido(&self) -> bool {
        *self.pedido.borrow()
    }

    /// Waits until the end is asked for.
    pub async fn aguardar(&self) {
        let mut fase = self.pedido.subscribe();
        // The sender lives in `self`, so the only way out of this wait is the wish itself.
        fase.wait_for(|pedido| *pedido).await.ok();
    }

    /// Sleeps for `tempo`, or less when the end is asked for. Answers whether the whole time passed.
    pub async fn dormir(&self, tempo: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.aguardar() => false,
            () = tokio::time::sleep(tempo) => true,
        }
    }

    /// From now on SIGTERM and SIGINT ask for the end; a second one ends the process at once, because whoever sends it
    /// has stopped waiting. Call it once, inside the tokio runtime.
    ///
    /// # Errors
    /// When the operating system refuses the handlers.
    pub fn ouvir_sinais(&self) -> io::Result<()> {
        let mut termino = signal(SignalKind::terminate())?;
        let mut interrupcao = signal(SignalKind::interrupt())?;
        let token = self.clone();
        tokio::spawn(async move {
            proximo_sinal(&mut termino, &mut interrupcao).await;
            tracing::info!("encerramento pedido; um segundo sinal encerra na hora");
            token.pedir();
            proximo_sinal(&mut termino, &mut interrupcao).await;
            tracing::warn!("segundo sinal: encerrando na hora");
            std::process::exit(SAIDA_INTERROMPIDA);
        });
        Ok(())
    }
}

async fn proximo_sinal(termino: &mut Signal, interrupcao: &mut Signal) {
    tokio::select! {
        _ = termino.recv() => {}
        _ = interrupcao.recv() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGO: Duration = Duration::from_mins(10);

    #[tokio::test]
    async fn one_wish_reaches_every_clone_even_those_that_ask_later() {
        let token = Encerramento::new();
        let clone = token.clone();
        let espera = tokio::spawn(async move { clone.aguardar().await });
        assert!(!token.pedido());
        token.pedir();
        token.pedir();
        espera.await.unwrap();
        token.clone().aguardar().await;
        assert!(token.pedido());
    }

    #[tokio::test]
    async fn a_sleep_ends_early_when_the_end_is_asked_for() {
        let token = Encerramento::new();
        assert!(token.dormir(Duration::from_millis(1)).await);
        let clone = token.clone();
        let sono = tokio::spawn(async move { clone.dormir(LONGO).await });
        token.pedir();
        assert!(!sono.await.unwrap());
        assert!(!token.dormir(Duration::ZERO).await);
    }
}
