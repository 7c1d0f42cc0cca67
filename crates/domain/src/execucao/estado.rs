//! The states of an execution, and the ways between them.

use crate::codigo::codigos;

codigos! {
    /// Where an execution is.
    pub enum Estado("estado") {
        /// Decided, to be published when it is ripe.
        Pendente = "pendente",
        /// Its hint is on the bus.
        Enfileirada = "enfileirada",
        /// Claimed: the provider call is under way.
        Enviando = "enviando",
        /// The provider accepted it.
        Enviada = "enviada",
        /// The provider told that it reached the debtor.
        Entregue = "entregue",
        /// The provider told that the debtor opened it.
        Lida = "lida",
        /// The provider told that it did not reach the debtor.
        Devolvida = "devolvida",
        /// Will not go out by itself: refused, not renderable or out of attempts.
        Falhou = "falhou",
        /// The provider may have accepted it: waits to be reconciled.
        Incerta = "incerta",
        /// Nobody could tell what became of it in time: a person says.
        RevisaoManual = "revisao_manual",
        /// Called off before it left.
        Descartada = "descartada",
        /// Its time passed before it left.
        Expirada = "expirada",
    }
}

/// What happens to an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evento {
    /// The relay takes it to publish.
    Publicar,
    /// It is given back unclaimed: the bus did not confirm, the hint was lost, the window is closed, the channel stopped.
    Devolver,
    /// A dispatcher takes it under a fence.
    Reivindicar,
    /// The provider accepted it, then or as was found out later.
    Aceitar,
    /// It certainly did not leave, or may leave again without harm, and is tried once more.
    Repetir,
    /// It certainly did not leave and is given up.
    Falhar,
    /// Nobody knows whether it left.
    Duvidar,
    /// Nobody found out in time.
    Escalar,
    /// It is called off.
    Descartar,
    /// Its time has passed.
    Expirar,
    /// A receipt: it reached the debtor.
    Entregar,
    /// A receipt: the debtor opened it.
    Ler,
    /// A receipt: it did not reach the debtor.
    Retornar,
    /// A person sends it back to the start.
    Reprocessar,
}

impl Evento {
    /// Every event.
    pub const TODOS: &'static [Self] = &[
        Self::Publicar,
        Self::Devolver,
        Self::Reivindicar,
        Self::Aceitar,
        Self::Repetir,
        Self::Falhar,
        Self::Duvidar,
        Self::Escalar,
        Self::Descartar,
        Self::Expirar,
        Self::Entregar,
        Self::Ler,
        Self::Retornar,
        Self::Reprocessar,
    ];
}

impl Estado {
    /// Where the event leads from here; `None` when it cannot happen here. The database refuses every step that is not
    /// one of these.
    ///
    /// Nothing leads out of `Enviando` to where it would be sent again but what is certain, and receipts only ever go
    /// forward: a proof of delivery is not undone by a later report.
    #[must_use]
    pub const fn depois(self, evento: Evento) -> Option<Self> {
        use Estado as E;
        Some(match (self, evento) {
            (E::Pendente, Evento::Publicar) => E::Enfileirada,
            (E::Enfileirada, Evento::Devolver)
            | (E::Enviando | E::Incerta, Evento::Repetir)
            | (E::Falhou | E::Expirada, Evento::Reprocessar) => E::Pendente,
            (E::Enfileirada, Evento::Reivindicar) => E::Enviando,
            (E::Enviando | E::Incerta | E::RevisaoManual, Evento::Aceitar) => E::Enviada,
            (E::Enviando | E::Incerta | E::RevisaoManual, Evento::Falhar) => E::Falhou,
            (E::Pendente | E::Enfileirada | E::Enviando, Evento::Duvidar) => E::Incerta,
            (E::Incerta, Evento::Escalar) => E::RevisaoManual,
            (E::Pendente | E::Enfileirada, Evento::Descartar) => E::Descartada,
            (E::Pendente | E::Enfileirada, Evento::Expirar) => E::Expirada,
            (E::Enviada | E::Incerta | E::RevisaoManual, Evento::Entregar) => E::Entregue,
            (E::Enviada | E::Entregue | E::Incerta | E::RevisaoManual, Evento::Ler) => E::Lida,
            (E::Enviada | E::Incerta | E::RevisaoManual, Evento::Retornar) => E::Devolvida,
            _ => return None,
        })
    }

    /// Whether some event leads from here to there.
    #[must_use]
    pub fn vai_a(self, outro: Self) -> bool {
        Evento::TODOS.iter().any(|evento| self.depois(*evento) == Some(outro))
    }

    /// Whether nothing happens to it any more by itself; a receipt may still tell more of it.
    #[must_use]
    pub const fn terminou(self) -> bool {
        match self {
            Self::Enviada
            | Self::Entregue
            | Self::Lida
            | Self::Devolvida
            | Self::Falhou
            | Self::Descartada
            | Self::Expirada => true,
            Self::Pendente | Self::Enfileirada | Self::Enviando | Self::Incerta | Self::RevisaoManual => {
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn evento() -> impl Strategy<Value = Evento> {
        prop::sample::select(Evento::TODOS)
    }

    proptest! {
        /// Invariant I2: whatever happens in whatever order, an execution that was accepted, or may have been, is claimed
        /// again only after somebody said that it did not leave.
        #[test]
        fn what_may_have_left_is_not_sent_again_blindly(eventos in prop::collection::vec(evento(), 0..40)) {
            let mut estado = Estado::Pendente;
            let mut pode_ter_saido = false;
            for evento in eventos {
                let Some(depois) = estado.depois(evento) else { continue };
                if depois == Estado::Enviando {
                    prop_assert!(!pode_ter_saido, "claimed again after it may have left");
                }
                match evento {
                    Evento::Reivindicar | Evento::Aceitar | Evento::Duvidar | Evento::Entregar | Evento::Ler
                    | Evento::Retornar => pode_ter_saido = true,
                    Evento::Repetir | Evento::Falhar => pode_ter_saido = false,
                    Evento::Publicar | Evento::Devolver | Evento::Escalar | Evento::Descartar | Evento::Expirar
                    | Evento::Reprocessar => {}
                }
                estado = depois;
            }
        }
    }

    #[test]
    fn every_state_is_reached_and_every_unfinished_one_has_a_way_on() {
        let mut vistos = vec![Estado::Pendente];
        let mut i = 0;
        while i < vistos.len() {
            let aqui = vistos[i];
            for depois in Evento::TODOS.iter().filter_map(|evento| aqui.depois(*evento)) {
                if !vistos.contains(&depois) {
                    vistos.push(depois);
                }
            }
            i += 1;
        }
        vistos.sort_unstable();
        assert_eq!(vistos, Estado::TODOS);
        for estado in Estado::TODOS.iter().filter(|estado| !estado.terminou()) {
            assert!(Estado::TODOS.iter().any(|outro| estado.vai_a(*outro)), "{estado}");
        }
    }

    #[test]
    fn a_receipt_never_goes_back() {
        for (estado, evento) in [
            (Estado::Lida, Evento::Entregar),
            (Estado::Lida, Evento::Retornar),
            (Estado::Entregue, Evento::Retornar),
            (Estado::Devolvida, Evento::Entregar),
            (Estado::Descartada, Evento::Entregar),
        ] {
            assert_eq!(estado.depois(evento), None);
        }
        assert_eq!(Estado::Enviada.depois(Evento::Ler), Some(Estado::Lida));
    }

    #[test]
    fn only_what_is_given_up_for_certain_is_sent_back_to_the_start() {
        let voltam: Vec<_> =
            Estado::TODOS.iter().filter(|estado| estado.depois(Evento::Reprocessar).is_some()).collect();
        assert_eq!(voltam, [&Estado::Falhou, &Estado::Expirada]);
    }
}
