//! The debtor as the night finds it, and where it stands in its réguas.

use crate::codigo::codigos;
use crate::ids::{AcaoId, DevedorId, InscricaoId, PosicaoId, ReguaId, TituloId};
use crate::titulo::Titulo;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Everything about a debtor that a night's decision depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Devedor {
    /// Its id.
    pub id: DevedorId,
    /// Its títulos, in any order and status. One that can never walk again may be left out.
    pub titulos: Vec<Titulo>,
    /// Its live enrolments, in any order.
    pub inscricoes: Vec<Inscricao>,
    /// Which `D-` action has already reminded which título (rules l05, l07).
    pub lembrados: BTreeSet<(AcaoId, TituloId)>,
}

/// A debtor in a régua.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inscricao {
    /// Its id, a function of régua, debtor and entry.
    pub id: InscricaoId,
    /// The régua.
    pub regua: ReguaId,
    /// Rule n04: the date of the night that opened it.
    pub entrada: NaiveDate,
    /// The turn, from 1. Each action of a position happens once per turn (rule e04).
    pub ciclo: u32,
    /// Where it is.
    pub caminhada: Caminhada,
    /// The títulos it holds. A decision writes them by ascending id and reads them in any order.
    pub titulos: Vec<TituloId>,
}

/// Where an enrolment is in its régua.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caminhada {
    /// Walking: `proxima` falls due `dias` after `ancora`.
    Andando {
        /// The date from which positions count.
        ancora: NaiveDate,
        /// The next `D+` position.
        proxima: PosicaoId,
    },
    /// Past the last position (rule e01): listed, and no action ever again.
    Final {
        /// The night that passed the last position.
        em: NaiveDate,
    },
}

codigos! {
    /// Why an enrolment closed.
    pub enum MotivoEncerramento("motivo_encerramento") {
        /// None of its títulos may be charged any more: paid, cancelled, or due later than before.
        SemTitulo = "sem_titulo",
        /// Another régua comes first for its títulos.
        Migracao = "migracao",
        /// Its régua was archived.
        ReguaArquivada = "regua_arquivada",
    }
}
