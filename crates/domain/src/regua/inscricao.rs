//! The debtor as the night finds it, and where it stands in its réguas.

use super::decisao::{Decisao, MudancaInscricao, OrigemAcao};
use crate::codigo::codigos;
use crate::documento::TipoPessoa;
use crate::ids::{DevedorId, InscricaoId, PosicaoId, ReguaId, TituloId};
use crate::rotulo::Rotulo;
use crate::titulo::Titulo;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// What the criteria of a régua ask about the debtor itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Perfil {
    /// By its document (rule s06).
    pub tipo_pessoa: TipoPessoa,
    /// Class chosen by the company (rule s07).
    pub categoria: Option<Rotulo>,
    /// Rule s10; without one it is outside every régua that asks for one.
    pub score: Option<i32>,
}

impl Default for Perfil {
    fn default() -> Self {
        Self { tipo_pessoa: TipoPessoa::Isenta, categoria: None, score: None }
    }
}

/// Everything about a debtor that a night's decision depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Devedor {
    /// Its id.
    pub id: DevedorId,
    /// What criteria ask about it.
    pub perfil: Perfil,
    /// Its títulos, in any order and status. One that can never walk again may be left out.
    pub titulos: Vec<Titulo>,
    /// Its live enrolments, in any order.
    pub inscricoes: Vec<Inscricao>,
    /// Which `D-` position has already reminded of which título (rules l05, l07); with whatever actions it had then
    /// (rule r13).
    pub lembrados: BTreeSet<(PosicaoId, TituloId)>,
}

impl Devedor {
    /// A debtor of whom nothing is known yet.
    #[must_use]
    pub fn novo(id: DevedorId) -> Self {
        let perfil = Perfil::default();
        Self { id, perfil, titulos: Vec::new(), inscricoes: Vec::new(), lembrados: BTreeSet::new() }
    }

    /// The debtor after the night that decided this, which is what the store makes of it too.
    pub fn aplicar(&mut self, decisao: &Decisao) {
        for mudanca in &decisao.mudancas {
            match mudanca {
                MudancaInscricao::Abrir(nova) => self.inscricoes.push(nova.clone()),
                MudancaInscricao::Atualizar(depois) => {
                    let vivas = self.inscricoes.iter_mut().filter(|viva| viva.id == depois.id);
                    vivas.for_each(|viva| viva.clone_from(depois));
                }
                MudancaInscricao::Encerrar { id, .. } => self.inscricoes.retain(|viva| viva.id != *id),
            }
        }
        for acao in decisao.acoes.iter().filter(|acao| acao.origem == OrigemAcao::Lembrete) {
            self.lembrados.extend(acao.titulos.iter().map(|titulo| (acao.posicao, *titulo)));
        }
    }
}

/// Who walks in an enrolment (rule r12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alvo {
    /// The debtor, with all its títulos.
    Devedor,
    /// One título.
    Titulo(TituloId),
}

/// A debtor, or one of its títulos, in a régua.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inscricao {
    /// Its id, a function of régua, debtor, who walks and entry.
    pub id: InscricaoId,
    /// The régua.
    pub regua: ReguaId,
    /// Who walks.
    pub alvo: Alvo,
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
    /// Every título it holds is suspended or being negotiated (rules t03, k02): it stands where it was.
    Congelada {
        /// As it was walking.
        ancora: NaiveDate,
        /// As it was walking.
        proxima: PosicaoId,
        /// The first night that found it so.
        desde: NaiveDate,
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
        /// Another régua takes its títulos (rules g02, g03).
        Migracao = "migracao",
        /// Its títulos no longer meet its criteria, and no other régua takes them.
        PerfilPerdido = "perfil_perdido",
        /// The régua changed its mode; it begins anew (rule r12).
        ModoAlterado = "modo_alterado",
        /// Its régua was archived.
        ReguaArquivada = "regua_arquivada",
    }
}
