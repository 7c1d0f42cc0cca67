//! Which deliveries of a channel are still open, and how few frames settle the others. Pure.

use std::collections::BTreeSet;

use crate::consumo::Fim;

/// The delivery tag the broker counts up per channel.
pub(super) type Marca = u64;

/// The open deliveries of one channel.
#[derive(Default)]
pub(super) struct Acertos {
    abertas: BTreeSet<Marca>,
    feitas: BTreeSet<Marca>,
    devolvidas: BTreeSet<Marca>,
}

/// One frame to the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quadro {
    /// Ack this one.
    Ack(Marca),
    /// Ack this one and every open one before it.
    AckAte(Marca),
    /// Give it back to the queue.
    Devolve(Marca),
}

impl Acertos {
    pub(super) fn open(&mut self, marca: Marca) {
        self.abertas.insert(marca);
    }

    pub(super) fn settle(&mut self, marca: Marca, fim: Fim) {
        if self.abertas.remove(&marca) {
            match fim {
                Fim::Feita => self.feitas.insert(marca),
                Fim::Devolvida => self.devolvidas.insert(marca),
            };
        }
    }

    /// The frames for everything settled since the last time, in the order they must be sent: what goes back first,
    /// because an ack of "all before" would take it along.
    pub(super) fn frames(&mut self) -> Vec<Quadro> {
        let mut quadros: Vec<Quadro> =
            std::mem::take(&mut self.devolvidas).into_iter().map(Quadro::Devolve).collect();
        let depois = match self.abertas.first() {
            Some(primeira_aberta) => self.feitas.split_off(primeira_aberta),
            None => BTreeSet::new(),
        };
        let antes = std::mem::take(&mut self.feitas);
        match (antes.len(), antes.last()) {
            (_, None) => {}
            (1, Some(marca)) => quadros.push(Quadro::Ack(*marca)),
            (_, Some(marca)) => quadros.push(Quadro::AckAte(*marca)),
        }
        quadros.extend(depois.into_iter().map(Quadro::Ack));
        quadros
    }
}

#[cfg(test)]
mod tests {
    use super::Quadro::{Ack, AckAte, Devolve};
    use super::*;

    fn abertas(marcas: std::ops::RangeInclusive<Marca>) -> Acertos {
        let mut acertos = Acertos::default();
        marcas.for_each(|marca| acertos.open(marca));
        acertos
    }

    fn done(acertos: &mut Acertos, marcas: &[Marca]) {
        for marca in marcas {
            acertos.settle(*marca, Fim::Feita);
        }
    }

    #[test]
    fn a_whole_run_takes_one_frame() {
        let mut acertos = abertas(1..=400);
        done(&mut acertos, &(1..=400).collect::<Vec<_>>());
        assert_eq!(acertos.frames(), [AckAte(400)]);
        assert_eq!(acertos.frames(), []);
    }

    #[test]
    fn a_delivery_still_open_is_never_acked_by_the_ones_after_it() {
        let mut acertos = abertas(1..=5);
        done(&mut acertos, &[1, 2, 4, 5]);
        assert_eq!(acertos.frames(), [AckAte(2), Ack(4), Ack(5)]);
        done(&mut acertos, &[3]);
        assert_eq!(acertos.frames(), [Ack(3)]);
    }

    #[test]
    fn what_goes_back_is_sent_before_the_ack_that_would_cover_it() {
        let mut acertos = abertas(1..=3);
        done(&mut acertos, &[1, 3]);
        acertos.settle(2, Fim::Devolvida);
        assert_eq!(acertos.frames(), [Devolve(2), AckAte(3)]);
    }

    #[test]
    fn a_delivery_is_settled_once_whatever_is_said_afterwards() {
        let mut acertos = abertas(1..=1);
        acertos.settle(1, Fim::Devolvida);
        acertos.settle(1, Fim::Feita);
        acertos.settle(9, Fim::Feita);
        assert_eq!(acertos.frames(), [Devolve(1)]);
    }
}
