//! The breaker of a provider account: leaves alone who cannot answer, and costs no execution an attempt.

use std::collections::VecDeque;
use std::time::Duration;

use super::Veredito;

/// Calls that are remembered.
const RECENTES: usize = 20;
/// Calls in a row without an answer, after which there is none to be expected.
const SEM_RESPOSTA: usize = 5;
/// How long an account is left alone that does not say for how long.
const PAUSA: Duration = Duration::from_secs(30);
/// How long it is left alone at most, whatever it says: the account of a whole platform must not be silent for a day.
const MAIOR_PAUSA: Duration = Duration::from_mins(5);

/// What a breaker allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passe {
    /// Send.
    Livre,
    /// Send this one, and nothing else until it is answered.
    Sonda,
    /// Wait so long and ask again.
    Espere(Duration),
}

/// What is known of an account. Times are counted from any one instant, by a clock that nobody moves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disjuntor {
    recentes: VecDeque<bool>,
    sem_resposta: usize,
    fechado_ate: Option<Duration>,
    sondando: bool,
}

impl Disjuntor {
    /// Whether a message may be sent now.
    pub fn pode(&mut self, agora: Duration) -> Passe {
        match self.fechado_ate {
            None => Passe::Livre,
            Some(ate) if agora < ate => Passe::Espere(ate.saturating_sub(agora)),
            Some(_) if self.sondando => Passe::Espere(PAUSA),
            Some(_) => {
                self.sondando = true;
                Passe::Sonda
            }
        }
    }

    /// The probe was not sent after all (there was nothing to send): another one may be.
    pub fn desistir_da_sonda(&mut self) {
        self.sondando = false;
    }

    /// Whether messages are held back.
    #[must_use]
    pub const fn aberto(&self) -> bool {
        self.fechado_ate.is_some()
    }

    /// Learns how a call ended. What the provider says of a single message is a sign of health.
    pub fn soube(&mut self, veredito: Veredito, agora: Duration) {
        let apos = match veredito {
            Veredito::Aceita | Veredito::Temporaria { .. } | Veredito::Permanente => {
                self.remember(true);
                self.sem_resposta = 0;
                if self.sondando {
                    *self = Self::default();
                }
                return;
            }
            Veredito::Indisponivel { apos } => {
                self.sem_resposta = 0;
                apos
            }
            Veredito::Incerta => {
                self.sem_resposta = self.sem_resposta.saturating_add(1);
                None
            }
        };
        self.remember(false);
        let falhas = self.recentes.iter().filter(|boa| !**boa).count();
        let metade = self.recentes.len() >= RECENTES && falhas.saturating_mul(2) >= RECENTES;
        if self.sondando || metade || self.sem_resposta >= SEM_RESPOSTA {
            self.fechado_ate = Some(agora.saturating_add(apos.unwrap_or(PAUSA).clamp(PAUSA, MAIOR_PAUSA)));
            self.sondando = false;
        }
    }

    fn remember(&mut self, boa: bool) {
        if self.recentes.len() >= RECENTES {
            self.recentes.pop_front();
        }
        self.recentes.push_back(boa);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FORA: Veredito = Veredito::Indisponivel { apos: None };

    fn s(segundos: u64) -> Duration {
        Duration::from_secs(segundos)
    }

    fn depois_de(vereditos: impl IntoIterator<Item = Veredito>) -> Disjuntor {
        let mut disjuntor = Disjuntor::default();
        vereditos.into_iter().for_each(|veredito| disjuntor.soube(veredito, s(0)));
        disjuntor
    }

    fn veredito() -> impl Strategy<Value = Veredito> {
        prop::sample::select(vec![
            Veredito::Aceita,
            Veredito::Temporaria { apos: None },
            FORA,
            Veredito::Indisponivel { apos: Some(s(3_600)) },
            Veredito::Permanente,
            Veredito::Incerta,
        ])
    }

    proptest! {
        #[test]
        fn it_never_waits_longer_than_five_minutes_and_one_probe_at_a_time_goes(
            passos in prop::collection::vec((veredito(), 0..120_u64), 0..200),
        ) {
            let (mut disjuntor, mut agora, mut sondas) = (Disjuntor::default(), s(0), 0);
            for (veredito, espera) in passos {
                agora += s(espera);
                match disjuntor.pode(agora) {
                    Passe::Espere(tempo) => prop_assert!(tempo > s(0) && tempo <= MAIOR_PAUSA && disjuntor.aberto()),
                    Passe::Sonda => sondas += 1,
                    Passe::Livre => prop_assert!(!disjuntor.aberto()),
                }
                prop_assert!(sondas <= 1);
                if disjuntor.sondando || !disjuntor.aberto() {
                    disjuntor.soube(veredito, agora);
                    sondas = 0;
                }
            }
        }

        #[test]
        fn a_message_that_is_refused_never_opens_it(quantas in 0..100_usize) {
            prop_assert!(!depois_de(std::iter::repeat_n(Veredito::Permanente, quantas)).aberto());
        }
    }

    #[test]
    fn half_of_the_last_twenty_open_it_and_fewer_do_not() {
        let mistura = |falhas| {
            let boas = std::iter::repeat_n(Veredito::Aceita, RECENTES - falhas);
            depois_de(boas.chain(std::iter::repeat_n(FORA, falhas)))
        };
        assert!(mistura(10).aberto());
        assert!(!mistura(9).aberto());
        assert!(!depois_de(std::iter::repeat_n(FORA, RECENTES - 1)).aberto(), "too few to tell");
    }

    #[test]
    fn five_without_an_answer_open_it_and_a_good_probe_closes_it() {
        let mut disjuntor = depois_de(std::iter::repeat_n(Veredito::Incerta, SEM_RESPOSTA));
        assert_eq!(disjuntor.pode(s(1)), Passe::Espere(s(29)));
        assert_eq!(disjuntor.pode(s(30)), Passe::Sonda);
        assert_eq!(disjuntor.pode(s(30)), Passe::Espere(PAUSA));
        disjuntor.soube(Veredito::Aceita, s(31));
        assert_eq!(disjuntor.pode(s(31)), Passe::Livre);
    }

    #[test]
    fn a_bad_probe_keeps_it_open_as_long_as_asked() {
        let mut disjuntor = depois_de(std::iter::repeat_n(Veredito::Incerta, SEM_RESPOSTA));
        assert_eq!(disjuntor.pode(s(30)), Passe::Sonda);
        disjuntor.soube(Veredito::Indisponivel { apos: Some(s(90)) }, s(30));
        assert_eq!(disjuntor.pode(s(30)), Passe::Espere(s(90)));
        assert_eq!(disjuntor.pode(s(120)), Passe::Sonda);
        disjuntor.desistir_da_sonda();
        assert_eq!(disjuntor.pode(s(121)), Passe::Sonda);
    }
}
