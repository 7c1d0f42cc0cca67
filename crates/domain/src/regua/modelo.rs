//! Réguas, positions and actions.

use super::criterios::Criterios;
use super::gatilho::Gatilho;
use crate::codigo::codigos;
use crate::execucao::Canal;
use crate::ids::{AcaoId, ConteudoId, PosicaoId, ReguaId};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
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

codigos! {
    /// Rule r12: what walks a régua.
    pub enum Modo("modo") {
        /// The debtor, with all its títulos.
        PorDevedor = "por_devedor",
        /// Each título by itself.
        PorTitulo = "por_titulo",
    }
}

codigos! {
    /// Rule m11: to which of the debtor's usable contacts of its channel an action goes.
    pub enum Destinatarios("destinatarios") {
        /// The preferred one.
        Preferido = "preferido",
        /// Each of them.
        Todos = "todos",
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
    /// To whom (rule m11).
    pub destinatarios: Destinatarios,
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

/// What a régua is besides its positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cabecalho {
    /// Its id.
    pub id: ReguaId,
    /// Smaller is tried first.
    pub prioridade: i32,
    /// Whether it works.
    pub estado: EstadoRegua,
    /// When it was made; of two that are otherwise equal the older is tried first.
    pub criada_em: DateTime<Utc>,
    /// Rule r12.
    pub modo: Modo,
    /// For whom it is.
    pub criterios: Criterios,
}

/// A régua whose positions are in order and on different days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regua {
    cabecalho: Cabecalho,
    posicoes: Vec<Posicao>,
    removidas: Vec<(PosicaoId, u16)>,
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
    /// Rule e02: a reposition is the last position.
    #[error("o reposicionamento é a última posição da régua; nada vem depois dele")]
    ReposicionamentoNaoEUltimo,
    /// Rule e02: there is at most one.
    #[error("a régua já tem um reposicionamento")]
    ReposicionamentoRepetido,
    /// Rule e02: a reposition does nothing itself.
    #[error("o reposicionamento não tem ação")]
    ReposicionamentoComAcao,
    /// Rules e02, e05: it names a `D+` position of the same régua that comes before it.
    #[error("o reposicionamento volta a uma posição D+ anterior da mesma régua")]
    ReposicionamentoSemDestino,
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
    /// Two positions on the same day (rule r07), a reminder through a channel that cannot remind (rule l09), or
    /// a reposition that is not the last one, has an action or names no earlier `D+` position (rules e02, e05).
    pub fn new(cabecalho: Cabecalho, mut posicoes: Vec<Posicao>) -> Result<Self, ReguaError> {
        posicoes.sort_by_key(|posicao| posicao.gatilho.ordem());
        for (posicao, seguinte) in posicoes.iter().zip(posicoes.iter().skip(1)) {
            if posicao.gatilho.ordem() == seguinte.gatilho.ordem() {
                return Err(ReguaError::DiaRepetido(seguinte.gatilho));
            }
        }
        for posicao in &posicoes {
            if let Some(canal) = canal_que_nao_lembra(posicao) {
                return Err(ReguaError::CanalDeLembrete(canal));
            }
        }
        check_reposicionamento(&posicoes)?;
        Ok(Self { cabecalho, posicoes, removidas: Vec::new() })
    }

    /// The same régua with the `D+` positions that were taken out of it, each with its days: whoever waits for
    /// one of them goes on with the first later one (rule r04).
    #[must_use]
    pub fn com_removidas(self, removidas: Vec<(PosicaoId, u16)>) -> Self {
        Self { removidas, ..self }
    }

    /// The same régua with other positions. A `D+` position that is not among them is one that was taken out.
    ///
    /// # Errors
    /// As [`Regua::new`].
    pub fn com_posicoes(self, posicoes: Vec<Posicao>) -> Result<Self, ReguaError> {
        let ficam: BTreeSet<PosicaoId> = posicoes.iter().map(|posicao| posicao.id).collect();
        let saem = self.cobrancas().filter(|(_, posicao)| !ficam.contains(&posicao.id));
        let mut removidas: Vec<_> = saem.map(|(dias, posicao)| (posicao.id, dias)).collect();
        removidas.extend(self.removidas);
        Self::new(self.cabecalho, posicoes).map(|regua| regua.com_removidas(removidas))
    }

    /// The same positions under another heading.
    #[must_use]
    pub fn com_cabecalho(self, cabecalho: Cabecalho) -> Self {
        Self { cabecalho, ..self }
    }

    /// The same régua in another state.
    #[must_use]
    pub fn em_estado(mut self, estado: EstadoRegua) -> Self {
        self.cabecalho.estado = estado;
        self
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> ReguaId {
        self.cabecalho.id
    }

    /// What it is besides its positions.
    #[must_use]
    pub fn cabecalho(&self) -> &Cabecalho {
        &self.cabecalho
    }

    /// Smaller is tried first.
    #[must_use]
    pub fn prioridade(&self) -> i32 {
        self.cabecalho.prioridade
    }

    /// Whether it works.
    #[must_use]
    pub fn estado(&self) -> EstadoRegua {
        self.cabecalho.estado
    }

    /// When it was made.
    #[must_use]
    pub fn criada_em(&self) -> DateTime<Utc> {
        self.cabecalho.criada_em
    }

    /// What walks it.
    #[must_use]
    pub fn modo(&self) -> Modo {
        self.cabecalho.modo
    }

    /// For whom it is.
    #[must_use]
    pub fn criterios(&self) -> &Criterios {
        &self.cabecalho.criterios
    }

    /// Every position, reminders first (rules r07, l01).
    #[must_use]
    pub fn posicoes(&self) -> &[Posicao] {
        &self.posicoes
    }

    /// One of its positions.
    #[must_use]
    pub fn posicao(&self, id: PosicaoId) -> Option<&Posicao> {
        self.posicoes.iter().find(|posicao| posicao.id == id)
    }

    /// The `D+` positions that were taken out of it, each with its days.
    #[must_use]
    pub fn removidas(&self) -> &[(PosicaoId, u16)] {
        &self.removidas
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

    /// The `D+` positions, ascending, each with its days; the reposition too.
    pub(super) fn cobrancas(&self) -> impl Iterator<Item = (u16, &Posicao)> {
        self.posicoes.iter().filter_map(|posicao| Some((posicao.gatilho.depois()?, posicao)))
    }

    /// The days of a `D+` position that was taken out.
    pub(super) fn dias_da_removida(&self, id: PosicaoId) -> Option<u16> {
        self.removidas.iter().find(|(removida, _)| *removida == id).map(|(_, dias)| *dias)
    }

    /// The `D-` positions that have something to send, the tightest (smallest n) first, each with its days.
    pub(super) fn lembretes(&self) -> impl Iterator<Item = (u16, &Posicao)> {
        self.posicoes.iter().rev().filter_map(|posicao| match posicao.gatilho {
            Gatilho::Lembrete { dias_antes } if !posicao.acoes.is_empty() => Some((dias_antes, posicao)),
            Gatilho::Lembrete { .. } | Gatilho::Cobranca { .. } | Gatilho::Reposicionamento { .. } => None,
        })
    }
}

fn canal_que_nao_lembra(posicao: &Posicao) -> Option<Canal> {
    match posicao.gatilho {
        Gatilho::Lembrete { .. } => posicao.acoes.iter().map(|acao| acao.canal).find(|canal| !canal.lembra()),
        Gatilho::Cobranca { .. } | Gatilho::Reposicionamento { .. } => None,
    }
}

/// Rules e02, e05, of positions in order.
fn check_reposicionamento(posicoes: &[Posicao]) -> Result<(), ReguaError> {
    let mut voltas = posicoes.iter().filter_map(|posicao| Some((posicao, posicao.gatilho.volta_para()?)));
    let Some((volta, para)) = voltas.next() else { return Ok(()) };
    if voltas.next().is_some() {
        return Err(ReguaError::ReposicionamentoRepetido);
    }
    if posicoes.last().is_some_and(|ultima| ultima.id != volta.id) {
        return Err(ReguaError::ReposicionamentoNaoEUltimo);
    }
    if !volta.acoes.is_empty() {
        return Err(ReguaError::ReposicionamentoComAcao);
    }
    let destino = posicoes.iter().find(|posicao| posicao.id == para && posicao.id != volta.id);
    // It is the last one, so any other `D+` comes before it.
    match destino.and_then(|destino| destino.gatilho.depois()) {
        Some(_) => Ok(()),
        None => Err(ReguaError::ReposicionamentoSemDestino),
    }
}
