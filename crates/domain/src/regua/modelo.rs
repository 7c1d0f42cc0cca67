//! Réguas, positions and actions.

use crate::codigo::codigos;
use crate::execucao::Canal;
use crate::ids::{AcaoId, ConteudoId, PosicaoId, ReguaId};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use thiserror::Error;

codigos! {
    /// Whether a régua works. Rule v01: a new one is inactive.
    pub enum EstadoRegua("estado") {
        /// Takes nobody in and sends nothing; who is in it stands still.
        Inativa = "inativa",
        /// Takes in, walks and reminds.
        Ativa = "ativa",
        /// Over: whoever is in it leaves.
        Arquivada = "arquivada",
    }
}

/// What a position hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gatilho {
    /// `D-n`: days before the due date of each título.
    Lembrete {
        /// n, in calendar days.
        dias_antes: u16,
    },
    /// `D+n`: days after the anchor of the enrolment.
    Cobranca {
        /// n, in calendar days.
        dias: u16,
    },
}

impl Gatilho {
    /// Rules r07 and l01: reminders come first, the largest n first; then `D+` ascending. `D-0` and `D+0` are
    /// different days.
    fn ordem(self) -> i32 {
        match self {
            Self::Lembrete { dias_antes } => -1 - i32::from(dias_antes),
            Self::Cobranca { dias } => i32::from(dias),
        }
    }
}

/// Something to do at a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acao {
    /// Its id.
    pub id: AcaoId,
    /// Through which channel.
    pub canal: Canal,
    /// What to send, on channels that send a text (rule r09).
    pub conteudo: Option<ConteudoId>,
}

/// A position: a day, and what to do on it (rule r08: any number of actions).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posicao {
    /// Its id.
    pub id: PosicaoId,
    /// The day it falls on.
    pub gatilho: Gatilho,
    /// All of them go out on the same night.
    pub acoes: Vec<Acao>,
}

/// A régua whose positions are in order and on different days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regua {
    id: ReguaId,
    prioridade: i32,
    estado: EstadoRegua,
    criada_em: DateTime<Utc>,
    posicoes: Vec<Posicao>,
}

/// Why a régua cannot be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReguaError {
    /// Rule r07: two positions on the same day.
    #[error("já existe uma posição nesse dia da régua")]
    DiaRepetido(Gatilho),
    /// Rule l09: a reminder takes e-mail and SMS only.
    #[error("lembrete aceita somente e-mail e SMS, não {0}")]
    CanalDeLembrete(Canal),
}

/// Something a régua lacks before it can be activated (rule v02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Falta {
    /// It has no position at all.
    Posicao,
    /// A position that is not the last one has no action.
    Acao {
        /// The empty position.
        posicao: PosicaoId,
    },
    /// An action of a channel that sends a text has none (rule r09).
    Conteudo {
        /// The position of the action.
        posicao: PosicaoId,
        /// The action without content.
        acao: AcaoId,
    },
}

impl Regua {
    /// Puts the positions in order.
    ///
    /// # Errors
    /// Two positions on the same day (rule r07), or a reminder through a channel that cannot remind
    /// (rule l09).
    pub fn new(
        id: ReguaId,
        prioridade: i32,
        estado: EstadoRegua,
        criada_em: DateTime<Utc>,
        mut posicoes: Vec<Posicao>,
    ) -> Result<Self, ReguaError> {
        posicoes.sort_by_key(|posicao| posicao.gatilho.ordem());
        for (posicao, seguinte) in posicoes.iter().zip(posicoes.iter().skip(1)) {
            if posicao.gatilho == seguinte.gatilho {
                return Err(ReguaError::DiaRepetido(posicao.gatilho));
            }
        }
        for posicao in &posicoes {
            if let Some(canal) = canal_que_nao_lembra(posicao) {
                return Err(ReguaError::CanalDeLembrete(canal));
            }
        }
        Ok(Self { id, prioridade, estado, criada_em, posicoes })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> ReguaId {
        self.id
    }

    /// Smaller is tried first.
    #[must_use]
    pub fn prioridade(&self) -> i32 {
        self.prioridade
    }

    /// Whether it works.
    #[must_use]
    pub fn estado(&self) -> EstadoRegua {
        self.estado
    }

    /// When it was made; of two with the same priority the older is tried first.
    #[must_use]
    pub fn criada_em(&self) -> DateTime<Utc> {
        self.criada_em
    }

    /// Every position, reminders first (rules r07, l01).
    #[must_use]
    pub fn posicoes(&self) -> &[Posicao] {
        &self.posicoes
    }

    /// Rule v02: what is missing before it can be activated; empty when nothing is.
    #[must_use]
    pub fn completa(&self) -> Vec<Falta> {
        let Some(ultima) = self.posicoes.last() else {
            return vec![Falta::Posicao];
        };
        let mut faltas = Vec::new();
        for posicao in &self.posicoes {
            if posicao.acoes.is_empty() && posicao.id != ultima.id {
                faltas.push(Falta::Acao { posicao: posicao.id });
            }
            let sem_texto =
                posicao.acoes.iter().filter(|acao| acao.canal.exige_conteudo() && acao.conteudo.is_none());
            faltas.extend(sem_texto.map(|acao| Falta::Conteudo { posicao: posicao.id, acao: acao.id }));
        }
        faltas
    }

    /// The `D+` positions, ascending, each with its days.
    pub(super) fn cobrancas(&self) -> impl Iterator<Item = (u16, &Posicao)> {
        self.posicoes.iter().filter_map(|posicao| match posicao.gatilho {
            Gatilho::Cobranca { dias } => Some((dias, posicao)),
            Gatilho::Lembrete { .. } => None,
        })
    }

    /// The `D-` positions that have something to send, the tightest (smallest n) first, each with its days.
    pub(super) fn lembretes(&self) -> impl Iterator<Item = (u16, &Posicao)> {
        self.posicoes.iter().rev().filter_map(|posicao| match posicao.gatilho {
            Gatilho::Lembrete { dias_antes } if !posicao.acoes.is_empty() => Some((dias_antes, posicao)),
            Gatilho::Lembrete { .. } | Gatilho::Cobranca { .. } => None,
        })
    }
}

/// The réguas of a company, in the order in which they are tried (§0).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reguas {
    por_id: BTreeMap<ReguaId, Regua>,
    ativas: Vec<ReguaId>,
}

impl Reguas {
    /// Takes every régua that has somebody in it or could take somebody in; their order does not matter.
    #[must_use]
    pub fn new(mut reguas: Vec<Regua>) -> Self {
        reguas.sort_by_key(|regua| (regua.prioridade, regua.criada_em, regua.id));
        let ativas =
            reguas.iter().filter(|regua| regua.estado == EstadoRegua::Ativa).map(Regua::id).collect();
        let por_id = reguas.into_iter().map(|regua| (regua.id, regua)).collect();
        Self { por_id, ativas }
    }

    /// The active ones, in the order of assignment.
    pub fn ativas(&self) -> impl Iterator<Item = &Regua> {
        self.ativas.iter().filter_map(|id| self.por_id.get(id))
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: ReguaId) -> Option<&Regua> {
        self.por_id.get(&id)
    }
}

fn canal_que_nao_lembra(posicao: &Posicao) -> Option<Canal> {
    match posicao.gatilho {
        Gatilho::Lembrete { .. } => posicao.acoes.iter().map(|acao| acao.canal).find(|canal| !canal.lembra()),
        Gatilho::Cobranca { .. } => None,
    }
}
