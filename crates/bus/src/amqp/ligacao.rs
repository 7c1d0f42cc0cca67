//! Who must stop, and who is attached: two small things every supervisor shares with the bus.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

/// Tells a supervisor to stop: the bus was closed or dropped, or the owner of its [`crate::Consumo`] dropped it.
#[derive(Clone)]
pub(super) struct Parada {
    bus: watch::Receiver<bool>,
    dono: watch::Receiver<bool>,
}

/// How many connections there should be, and how many are up.
#[derive(Clone, Default)]
pub(super) struct Ligacoes {
    esperadas: Arc<AtomicUsize>,
    ligadas: Arc<AtomicUsize>,
}

/// One supervisor's entry, counted as expected for as long as it lives.
pub(super) struct Ligacao {
    todas: Ligacoes,
    _esperada: Contada,
}

/// One, for as long as it lives.
pub(super) struct Contada(Arc<AtomicUsize>);

impl Parada {
    pub(super) fn new(bus: &watch::Sender<bool>) -> Self {
        Self { bus: bus.subscribe(), dono: bus.subscribe() }
    }

    /// Stops for `dono` too.
    pub(super) fn or(self, dono: watch::Receiver<bool>) -> Self {
        Self { dono, ..self }
    }

    /// Resolves once it is time to stop, and at once from then on. A sender that is gone counts as a request.
    pub(super) async fn requested(&mut self) {
        tokio::select! {
            _ = self.bus.wait_for(|pedida| *pedida) => {}
            _ = self.dono.wait_for(|pedida| *pedida) => {}
        }
    }
}

impl Ligacoes {
    /// A connection that from now on should be up.
    pub(super) fn expect(&self) -> Ligacao {
        Ligacao { todas: self.clone(), _esperada: Contada::new(&self.esperadas) }
    }

    pub(super) fn all_up(&self) -> bool {
        self.ligadas.load(Ordering::Acquire) >= self.esperadas.load(Ordering::Acquire)
    }
}

impl Ligacao {
    /// It is up until the answer is dropped.
    pub(super) fn up(&self) -> Contada {
        Contada::new(&self.todas.ligadas)
    }
}

impl Contada {
    fn new(conta: &Arc<AtomicUsize>) -> Self {
        conta.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(conta))
    }
}

impl Drop for Contada {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_up_only_when_every_expected_one_is() {
        let todas = Ligacoes::default();
        let (uma, outra) = (todas.expect(), todas.expect());
        let _uma_ligada = uma.up();
        assert!(!todas.all_up());
        let outra_ligada = outra.up();
        assert!(todas.all_up());
        drop(outra_ligada);
        assert!(!todas.all_up());
        drop(outra);
        assert!(todas.all_up());
    }

    #[tokio::test]
    async fn a_stop_is_seen_every_time_it_is_asked_for() {
        let bus = watch::Sender::new(false);
        let dono = watch::Sender::new(false);
        let mut parada = Parada::new(&bus).or(dono.subscribe());
        drop(dono);
        parada.requested().await;
        parada.requested().await;
        let mut outra = Parada::new(&bus);
        bus.send_replace(true);
        outra.requested().await;
    }
}
