//! Where an entry is, and the ways between.

use crate::codigo::codigos;

codigos! {
    /// Where an entry is.
    pub enum Situacao("situacao") {
        /// Decided; nothing has left.
        Solicitada = "solicitada",
        /// The inclusion is in a remessa or on the wire, and nobody has answered.
        Enviada = "enviada",
        /// The bureau took it and waits until the debtor was told.
        Aceita = "aceita",
        /// Public.
        Incluida = "incluida",
        /// It has to come off, and nothing has left to say so.
        BaixaSolicitada = "baixa_solicitada",
        /// The exclusion is in a remessa or on the wire, and nobody has answered.
        BaixaEnviada = "baixa_enviada",
        /// Off, by us.
        Baixada = "baixada",
        /// Off, by the bureau on its own.
        BaixadaPeloBureau = "baixada_pelo_bureau",
        /// Refused: it never was on.
        Rejeitada = "rejeitada",
        /// Called off before anything left.
        Cancelada = "cancelada",
    }
}

/// What happens to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventoBureau {
    /// The inclusion is handed over.
    Enviar,
    /// The bureau took the inclusion.
    Aceitar,
    /// It refused it: nothing is listed.
    Rejeitar,
    /// The term of the prior notice is over.
    Publicar,
    /// It has to come off.
    PedirBaixa,
    /// The exclusion is handed over.
    EnviarBaixa,
    /// The bureau took it off.
    Baixar,
    /// It had nothing to take off.
    NadaABaixar,
    /// It refused the exclusion, and the entry may still be there.
    RecusarBaixa,
    /// Nobody has answered the exclusion, or not so that it is settled: it is to go once more.
    ReenviarBaixa,
    /// It took the entry off on its own.
    BaixarPorSi,
}

impl EventoBureau {
    /// Every event.
    pub const TODOS: &'static [Self] = &[
        Self::Enviar,
        Self::Aceitar,
        Self::Rejeitar,
        Self::Publicar,
        Self::PedirBaixa,
        Self::EnviarBaixa,
        Self::Baixar,
        Self::NadaABaixar,
        Self::RecusarBaixa,
        Self::ReenviarBaixa,
        Self::BaixarPorSi,
    ];
}

impl Situacao {
    /// Where the event leads from here; `None` when it changes nothing here. The database refuses every other step.
    ///
    /// Once an exclusion is owed, the way leads only further out: an acceptance that was on its way changes nothing, and a
    /// refusal of the inclusion ends it, because then there is nothing to take off. What nobody answered is excluded as if
    /// it were listed.
    #[must_use]
    pub const fn depois(self, evento: EventoBureau) -> Option<Self> {
        use EventoBureau as E;
        use Situacao as S;
        Some(match (self, evento) {
            (S::Solicitada, E::Enviar) => S::Enviada,
            (S::Enviada, E::Aceitar) => S::Aceita,
            (S::Enviada | S::BaixaSolicitada | S::BaixaEnviada, E::Rejeitar) => S::Rejeitada,
            (S::Aceita, E::Publicar) => S::Incluida,
            (S::Solicitada, E::PedirBaixa) => S::Cancelada,
            (S::Enviada | S::Aceita | S::Incluida, E::PedirBaixa)
            | (S::BaixaEnviada, E::RecusarBaixa | E::ReenviarBaixa) => S::BaixaSolicitada,
            (S::BaixaSolicitada, E::EnviarBaixa) => S::BaixaEnviada,
            (S::BaixaSolicitada | S::BaixaEnviada, E::Baixar | E::NadaABaixar) => S::Baixada,
            (S::Enviada | S::Aceita | S::Incluida | S::BaixaSolicitada | S::BaixaEnviada, E::BaixarPorSi) => {
                S::BaixadaPeloBureau
            }
            _ => return None,
        })
    }

    /// Whether some event leads from here to there.
    #[must_use]
    pub fn vai_a(self, outra: Self) -> bool {
        EventoBureau::TODOS.iter().any(|evento| self.depois(*evento) == Some(outra))
    }

    /// Whether nothing happens to it any more; the título may then have an entry anew.
    #[must_use]
    pub const fn terminou(self) -> bool {
        match self {
            Self::Baixada | Self::BaixadaPeloBureau | Self::Rejeitada | Self::Cancelada => true,
            Self::Solicitada
            | Self::Enviada
            | Self::Aceita
            | Self::Incluida
            | Self::BaixaSolicitada
            | Self::BaixaEnviada => false,
        }
    }

    /// Whether an exclusion is owed.
    #[must_use]
    pub const fn saindo(self) -> bool {
        match self {
            Self::BaixaSolicitada | Self::BaixaEnviada => true,
            Self::Solicitada
            | Self::Enviada
            | Self::Aceita
            | Self::Incluida
            | Self::Baixada
            | Self::BaixadaPeloBureau
            | Self::Rejeitada
            | Self::Cancelada => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn eventos() -> impl Strategy<Value = Vec<EventoBureau>> {
        prop::collection::vec(prop::sample::select(EventoBureau::TODOS), 0..20)
    }

    /// The events one after the other, those that change nothing passed over.
    fn walk(de: Situacao, eventos: &[EventoBureau]) -> Situacao {
        eventos.iter().fold(de, |situacao, evento| situacao.depois(*evento).unwrap_or(situacao))
    }

    proptest! {
        /// The law of the whole: whatever was on its way, what has to come off is never on again, and ends off as soon as
        /// the bureau says so.
        #[test]
        fn exclusion_dominates(antes in eventos(), depois in eventos()) {
            let pedida = walk(walk(Situacao::Solicitada, &antes), &[EventoBureau::PedirBaixa]);
            prop_assert!(pedida.saindo() || pedida.terminou());
            let enfim = walk(pedida, &depois);
            prop_assert!(enfim.saindo() || enfim.terminou(), "{:?}", enfim);
            let respondida = walk(enfim, &[EventoBureau::EnviarBaixa, EventoBureau::Baixar]);
            prop_assert!(respondida.terminou(), "{:?}", respondida);
        }

        #[test]
        fn what_ended_has_ended_for_good(eventos in eventos()) {
            for fim in Situacao::TODOS.iter().filter(|situacao| situacao.terminou()) {
                prop_assert_eq!(walk(*fim, &eventos), *fim);
            }
        }

        /// Nothing is public that did not leave once, was taken once, and whose term did not pass once.
        #[test]
        fn nothing_is_public_without_every_step_before(eventos in eventos()) {
            if walk(Situacao::Solicitada, &eventos) == Situacao::Incluida {
                let passos = [EventoBureau::Enviar, EventoBureau::Aceitar, EventoBureau::Publicar];
                let mut faltam = passos.iter().peekable();
                for evento in &eventos {
                    faltam.next_if_eq(&evento);
                }
                prop_assert!(faltam.peek().is_none());
            }
        }

        /// The same answer twice is one answer.
        #[test]
        fn an_answer_heard_twice_is_heard_once(eventos in eventos(), resposta in prop::sample::select(vec![
            EventoBureau::Aceitar, EventoBureau::Rejeitar, EventoBureau::Baixar, EventoBureau::BaixarPorSi,
            EventoBureau::PedirBaixa])) {
            let uma = walk(walk(Situacao::Solicitada, &eventos), &[resposta]);
            prop_assert_eq!(walk(uma, &[resposta]), uma);
        }
    }

    #[test]
    fn a_titulo_paid_while_its_inclusion_travels_ends_off() {
        use EventoBureau as E;
        let paga = walk(Situacao::Solicitada, &[E::Enviar, E::PedirBaixa]);
        assert_eq!(paga, Situacao::BaixaSolicitada);
        assert_eq!(walk(paga, &[E::Aceitar, E::Publicar]), Situacao::BaixaSolicitada);
        assert_eq!(walk(paga, &[E::Rejeitar]), Situacao::Rejeitada);
        assert_eq!(walk(paga, &[E::EnviarBaixa, E::Aceitar, E::Baixar, E::Aceitar]), Situacao::Baixada);
        assert_eq!(walk(Situacao::Solicitada, &[E::PedirBaixa, E::Enviar]), Situacao::Cancelada);
    }

    #[test]
    fn an_exclusion_that_was_refused_is_asked_for_again() {
        use EventoBureau as E;
        let enviada = walk(Situacao::Incluida, &[E::PedirBaixa, E::EnviarBaixa]);
        assert_eq!(walk(enviada, &[E::RecusarBaixa]), Situacao::BaixaSolicitada);
        assert_eq!(walk(enviada, &[E::RecusarBaixa, E::EnviarBaixa, E::Baixar]), Situacao::Baixada);
    }

    #[test]
    fn every_state_can_be_reached_and_left_unless_it_is_an_end() {
        for situacao in Situacao::TODOS {
            let entra = Situacao::TODOS.iter().any(|outra| outra.vai_a(*situacao));
            let sai = Situacao::TODOS.iter().any(|outra| situacao.vai_a(*outra));
            assert_eq!(entra, *situacao != Situacao::Solicitada, "{situacao}");
            assert_eq!(sai, !situacao.terminou(), "{situacao}");
        }
    }
}
