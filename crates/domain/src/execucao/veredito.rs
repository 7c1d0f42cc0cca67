//! What the provider's answer means for an execution.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Estado, Evento, Motivo, proxima_tentativa};

/// How a provider call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Veredito {
    /// The provider took it.
    Aceita,
    /// It certainly did not, and may when asked again; `apos` is how long the provider asks to be left alone.
    Temporaria {
        /// `Retry-After`.
        apos: Option<Duration>,
    },
    /// It certainly did not, for a reason that is not this message's: the account, its credit, its rate, the network. Costs
    /// no attempt.
    Indisponivel {
        /// `Retry-After`.
        apos: Option<Duration>,
    },
    /// It certainly did not, and never will.
    Permanente,
    /// It may have.
    Incerta,
}

/// What is known of the execution when its call ended.
#[derive(Clone, Copy, Debug)]
pub struct Tentativa {
    /// Attempts that failed before this one.
    pub anteriores: u32,
    /// Whether one of them may have left after all: it was sent again because the provider makes no second message of
    /// the same key.
    pub duvidosa: bool,
    /// Whether the provider makes no second message of the same key.
    pub idempotente: bool,
    /// Now, in business time.
    pub agora: DateTime<Utc>,
    /// Spreads what failed together; the id of the execution is a good one.
    pub semente: u64,
}

/// How an attempt ended, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desfecho {
    /// The provider accepted it.
    Enviada {
        /// When, in business time.
        em: DateTime<Utc>,
    },
    /// It is tried again.
    Repetir {
        /// From when on, in business time.
        em: DateTime<Utc>,
        /// Whether this attempt counts.
        conta: bool,
        /// Whether it may have left, this time or before.
        duvidosa: bool,
    },
    /// It certainly did not leave and is not tried again by itself.
    Falhou {
        /// Why.
        motivo: Motivo,
    },
    /// Nobody knows whether it left; it is never sent again blindly.
    Incerta {
        /// Why.
        motivo: Motivo,
    },
}

impl Desfecho {
    /// What it does to the execution.
    #[must_use]
    pub const fn evento(self) -> Evento {
        match self {
            Self::Enviada { .. } => Evento::Aceitar,
            Self::Repetir { .. } => Evento::Repetir,
            Self::Falhou { .. } => Evento::Falhar,
            Self::Incerta { .. } => Evento::Duvidar,
        }
    }

    /// The stable name of the outcome, in the record of attempts and in metrics.
    #[must_use]
    pub const fn nome(self) -> &'static str {
        match self {
            Self::Enviada { .. } => "enviada",
            Self::Repetir { .. } => "repetir",
            Self::Falhou { .. } => "falhou",
            Self::Incerta { .. } => "incerta",
        }
    }

    /// Whether the message left or may have left, in this attempt or in one before.
    #[must_use]
    pub const fn pode_ter_saido(self) -> bool {
        match self {
            Self::Enviada { .. } | Self::Incerta { .. } => true,
            Self::Repetir { duvidosa, .. } => duvidosa,
            Self::Falhou { .. } => false,
        }
    }

    /// The state that it is stored as; every outcome is a way out of `Enviando`.
    #[must_use]
    pub const fn estado(self) -> Estado {
        match Estado::Enviando.depois(self.evento()) {
            Some(estado) => estado,
            None => Estado::Enviando,
        }
    }
}

/// A provider that asks for more than this is not taken at its word.
const MAIOR_ESPERA: Duration = Duration::from_hours(24);

/// How long an account that cannot be used is left alone at most, when it does not say.
const PAUSA_DA_CONTA_MS: u64 = 60_000;

/// Decides what becomes of an execution whose call ended so.
///
/// An attempt that may have left is repeated only where the provider makes no second message of the same key; once one may
/// have left, the execution never ends as `falhou` by itself, since that would say that it did not.
#[must_use]
pub fn julgar(veredito: Veredito, tentativa: &Tentativa) -> Desfecho {
    let Tentativa { duvidosa, agora, .. } = *tentativa;
    match veredito {
        Veredito::Aceita => Desfecho::Enviada { em: agora },
        Veredito::Temporaria { apos } => again(tentativa, apos, duvidosa),
        Veredito::Indisponivel { apos } => {
            let espera = apos.unwrap_or_else(|| Duration::from_millis(tentativa.semente % PAUSA_DA_CONTA_MS));
            Desfecho::Repetir { em: later(agora, espera), conta: false, duvidosa }
        }
        Veredito::Incerta if tentativa.idempotente => again(tentativa, None, true),
        Veredito::Incerta => Desfecho::Incerta { motivo: Motivo::ResultadoDesconhecido },
        Veredito::Permanente => give_up(Motivo::RecusaDoProvedor, duvidosa),
    }
}

fn again(tentativa: &Tentativa, apos: Option<Duration>, duvidosa: bool) -> Desfecho {
    match proxima_tentativa(tentativa.anteriores.saturating_add(1), tentativa.semente) {
        Some(espera) => Desfecho::Repetir {
            em: later(tentativa.agora, espera.max(apos.unwrap_or_default())),
            conta: true,
            duvidosa,
        },
        None => give_up(Motivo::TentativasEsgotadas, duvidosa),
    }
}

fn give_up(motivo: Motivo, duvidosa: bool) -> Desfecho {
    if duvidosa {
        return Desfecho::Incerta { motivo: Motivo::ResultadoDesconhecido };
    }
    Desfecho::Falhou { motivo }
}

fn later(agora: DateTime<Utc>, espera: Duration) -> DateTime<Utc> {
    let espera = TimeDelta::from_std(espera.min(MAIOR_ESPERA)).unwrap_or_default();
    agora.checked_add_signed(espera).unwrap_or(agora)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execucao::MAX_TENTATIVAS;
    use proptest::prelude::*;

    fn veredito() -> impl Strategy<Value = Veredito> {
        let apos = || prop::option::of((0..200_000_u64).prop_map(Duration::from_secs));
        prop_oneof![
            Just(Veredito::Aceita),
            apos().prop_map(|apos| Veredito::Temporaria { apos }),
            apos().prop_map(|apos| Veredito::Indisponivel { apos }),
            Just(Veredito::Permanente),
            Just(Veredito::Incerta),
        ]
    }

    fn tentativa() -> impl Strategy<Value = Tentativa> {
        (0..MAX_TENTATIVAS + 2, any::<bool>(), any::<bool>(), any::<u64>()).prop_map(
            |(anteriores, duvidosa, idempotente, semente)| Tentativa {
                anteriores,
                duvidosa,
                idempotente,
                agora: "2026-03-10T12:00:00Z".parse().unwrap(),
                semente,
            },
        )
    }

    proptest! {
        #[test]
        fn a_doubt_is_never_forgotten(veredito in veredito(), tentativa in tentativa()) {
            let duvida = tentativa.duvidosa || veredito == Veredito::Incerta;
            match julgar(veredito, &tentativa) {
                Desfecho::Falhou { .. } => prop_assert!(!duvida),
                Desfecho::Repetir { duvidosa, .. } => {
                    prop_assert_eq!(duvidosa, duvida);
                    prop_assert!(tentativa.idempotente || veredito != Veredito::Incerta);
                }
                Desfecho::Incerta { .. } => prop_assert!(duvida),
                Desfecho::Enviada { em } => prop_assert_eq!((veredito, em), (Veredito::Aceita, tentativa.agora)),
            }
        }

        #[test]
        fn it_waits_as_long_as_asked_and_no_longer_than_a_day(veredito in veredito(), tentativa in tentativa()) {
            let pedido = match veredito {
                Veredito::Temporaria { apos } | Veredito::Indisponivel { apos } => apos.unwrap_or_default(),
                Veredito::Aceita | Veredito::Permanente | Veredito::Incerta => Duration::ZERO,
            };
            if let Desfecho::Repetir { em, .. } = julgar(veredito, &tentativa) {
                let espera = (em - tentativa.agora).to_std().unwrap();
                prop_assert!(espera >= pedido.min(MAIOR_ESPERA) && espera <= MAIOR_ESPERA);
            }
        }

        #[test]
        fn what_is_not_the_messages_fault_costs_it_nothing(apos in prop::option::of(Just(Duration::from_mins(5))), tentativa in tentativa()) {
            let desfecho = julgar(Veredito::Indisponivel { apos }, &tentativa);
            let poupada = matches!(desfecho, Desfecho::Repetir { conta: false, .. });
            prop_assert!(poupada, "{desfecho:?}");
        }
    }

    #[test]
    fn the_last_attempt_ends_it_and_every_outcome_leaves_enviando() {
        let ultima = Tentativa {
            anteriores: MAX_TENTATIVAS - 1,
            duvidosa: false,
            idempotente: false,
            agora: DateTime::UNIX_EPOCH,
            semente: 7,
        };
        let falhou = julgar(Veredito::Temporaria { apos: None }, &ultima);
        assert_eq!(falhou, Desfecho::Falhou { motivo: Motivo::TentativasEsgotadas });
        assert_eq!(falhou.estado(), Estado::Falhou);
        assert_eq!(julgar(Veredito::Aceita, &ultima).estado(), Estado::Enviada);
        assert_eq!(julgar(Veredito::Incerta, &ultima).estado(), Estado::Incerta);
        assert_eq!(julgar(Veredito::Indisponivel { apos: None }, &ultima).estado(), Estado::Pendente);
    }
}
