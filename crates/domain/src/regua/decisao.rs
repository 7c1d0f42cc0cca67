//! What a night answers about one debtor.

use super::inscricao::{Inscricao, MotivoEncerramento};
use crate::execucao::Canal;
use crate::ids::{AcaoId, ConteudoId, ExecucaoId, InscricaoId, PosicaoId, ReguaId, TituloId};
use chrono::NaiveDate;

/// The decision of one night about one debtor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisao {
    /// What changes in its enrolments; an enrolment that stays as it is does not appear.
    pub mudancas: Vec<MudancaInscricao>,
    /// What is to be sent or done.
    pub acoes: Vec<AcaoDevida>,
    /// The next date on which something can happen if nobody changes anything; the nights before it decide
    /// nothing.
    pub proxima: Option<NaiveDate>,
    /// Why, for whoever asks.
    pub passos: Vec<Passo>,
}

impl Decisao {
    /// Whether there is nothing to store but [`Decisao::proxima`].
    #[must_use]
    pub fn sem_efeito(&self) -> bool {
        self.mudancas.is_empty() && self.acoes.is_empty()
    }

    /// Something can happen on `data`: keeps the earliest.
    pub(super) fn agendar(&mut self, data: NaiveDate) {
        self.proxima = Some(self.proxima.map_or(data, |antes| antes.min(data)));
    }
}

/// A change in the enrolments of a debtor. An [`Inscricao`] in it is how it stands after the night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MudancaInscricao {
    /// The debtor enters a régua.
    Abrir(Inscricao),
    /// A live enrolment moved, or holds other títulos.
    Atualizar(Inscricao),
    /// The debtor leaves a régua.
    Encerrar {
        /// The enrolment.
        id: InscricaoId,
        /// Why.
        motivo: MotivoEncerramento,
    },
}

/// An action that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcaoDevida {
    /// The id under which it is carried out, a function of what it is: the same action decided twice has the
    /// same id.
    pub execucao: ExecucaoId,
    /// Charge or reminder.
    pub origem: OrigemAcao,
    /// The régua.
    pub regua: ReguaId,
    /// The position that fired.
    pub posicao: PosicaoId,
    /// The action.
    pub acao: AcaoId,
    /// Its channel.
    pub canal: Canal,
    /// Its content.
    pub conteudo: Option<ConteudoId>,
    /// The títulos it is about, the reference first (rule m03). Never empty.
    pub titulos: Vec<TituloId>,
    /// The date the position fell due; earlier than the night when it was found late.
    pub devida_em: NaiveDate,
}

/// What made an action due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrigemAcao {
    /// A `D+` position of an enrolment.
    Cobranca {
        /// The enrolment.
        inscricao: InscricaoId,
        /// The turn it was in.
        ciclo: u32,
    },
    /// A `D-` position, hung on the títulos themselves.
    Lembrete,
}

/// One reason, as data. The explainer prints these; it never guesses again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passo {
    /// Entered the first régua that takes its títulos (rule n01).
    Entrou {
        /// The new enrolment.
        inscricao: InscricaoId,
        /// Its régua.
        regua: ReguaId,
    },
    /// A position fired; late when `devida_em` is before the night.
    Disparou {
        /// The enrolment.
        inscricao: InscricaoId,
        /// The position.
        posicao: PosicaoId,
        /// When it fell due.
        devida_em: NaiveDate,
    },
    /// The next position has not fallen due yet.
    Aguarda {
        /// The enrolment.
        inscricao: InscricaoId,
        /// The next position.
        posicao: PosicaoId,
        /// When it falls due.
        ate: NaiveDate,
    },
    /// Went back to an earlier position, in a new turn (rules e03, e04).
    Reposicionou {
        /// The enrolment.
        inscricao: InscricaoId,
        /// The reposition.
        de: PosicaoId,
        /// Where it goes on; that position fires the same night.
        para: PosicaoId,
        /// The turn that begins.
        ciclo: u32,
    },
    /// Stands still because every título it holds is suspended or being negotiated (rules t03, k02).
    Congelada {
        /// The enrolment.
        inscricao: InscricaoId,
        /// Since which night.
        desde: NaiveDate,
    },
    /// Walks on after standing still (rules t03, t04, k06).
    Descongelou {
        /// The enrolment.
        inscricao: InscricaoId,
        /// Since which night it stood still: everything to come is that much later.
        desde: NaiveDate,
    },
    /// Past the last position (rule e01).
    NoFinal {
        /// The enrolment.
        inscricao: InscricaoId,
        /// Since when.
        desde: NaiveDate,
    },
    /// Stands still because its régua is inactive (rules v03, v04).
    ReguaInativa {
        /// The enrolment.
        inscricao: InscricaoId,
        /// The régua.
        regua: ReguaId,
    },
    /// Left its régua.
    Encerrou {
        /// The enrolment.
        inscricao: InscricaoId,
        /// Why.
        motivo: MotivoEncerramento,
    },
    /// Títulos that may be charged and that no active régua takes (rule s13).
    SemRegua {
        /// Those títulos, the reference first.
        titulos: Vec<TituloId>,
    },
    /// A reminder went out.
    Lembrou {
        /// The régua.
        regua: ReguaId,
        /// The `D-` position.
        posicao: PosicaoId,
        /// The reminded títulos, the reference first.
        titulos: Vec<TituloId>,
    },
}
