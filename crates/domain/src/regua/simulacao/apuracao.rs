//! What a simulation counts. Its size is that of the réguas and of the calendar, however many debtors there are.

use super::{Periodo, percorrer};
use crate::codigo::codigos;
use crate::execucao::Canal;
use crate::ids::{InscricaoId, PosicaoId, ReguaId, TituloId};
use crate::regras::Regras;
use crate::regua::conjunto::Reguas;
use crate::regua::decisao::{Decisao, MudancaInscricao, Passo};
use crate::regua::inscricao::{Caminhada, Devedor, Inscricao, MotivoEncerramento};
use chrono::NaiveDate;
use std::collections::BTreeMap;

codigos! {
    /// Where an enrolment is in its régua.
    pub enum Onde("estado") {
        /// Before its last position; standing still when its régua is inactive.
        Andando = "andando",
        /// Every título it holds is suspended or being negotiated.
        Congelada = "congelada",
        /// Past its last position.
        Final = "final",
    }
}

/// How many debtors, and in how many enrolments: in a régua per título one debtor may have several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantos {
    /// Debtors.
    pub devedores: u64,
    /// Their enrolments.
    pub inscricoes: u64,
}

/// What happened in a simulation. Two of different debtors add up to that of both, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apuracao {
    /// Debtors that were looked at.
    pub devedores: u64,
    /// Actions by night, régua, position and channel.
    pub acoes: BTreeMap<(NaiveDate, ReguaId, PosicaoId, Canal), u64>,
    /// Who entered, by night and régua; who came from another régua too.
    pub entradas: BTreeMap<(NaiveDate, ReguaId), Quantos>,
    /// Who left, by night, régua and reason.
    pub saidas: BTreeMap<(NaiveDate, ReguaId, MotivoEncerramento), Quantos>,
    /// Of those who left by [`MotivoEncerramento::Migracao`]: by night, from which régua to which.
    pub migracoes: BTreeMap<(NaiveDate, ReguaId, ReguaId), Quantos>,
    /// Who is where after the last night.
    pub ao_fim: BTreeMap<(ReguaId, Onde), Quantos>,
    /// Debtors with títulos that may be charged and that no régua takes, after the last night (rule s13).
    pub descobertos: u64,
}

impl Apuracao {
    /// Simulates one more debtor.
    #[expect(clippy::similar_names, reason = "réguas and regras are the field's own words")]
    pub fn simular(&mut self, reguas: &Reguas, mut devedor: Devedor, periodo: Periodo, regras: &Regras) {
        let mut descoberto = false;
        percorrer(reguas, &mut devedor, periodo, regras, |hoje, antes, decisao| {
            self.contar_noite(hoje, antes, decisao);
            descoberto = decisao.passos.iter().any(|passo| matches!(passo, Passo::SemRegua { .. }));
        });
        self.devedores += 1;
        self.descobertos += u64::from(descoberto);
        let onde = devedor.inscricoes.iter().map(|viva| (viva.regua, Onde::from(viva.caminhada)));
        contar(&mut self.ao_fim, onde);
    }

    /// Adds what other debtors did.
    pub fn somar(&mut self, outra: Self) {
        self.devedores += outra.devedores;
        self.descobertos += outra.descobertos;
        for (chave, acoes) in outra.acoes {
            *self.acoes.entry(chave).or_default() += acoes;
        }
        somar(&mut self.entradas, outra.entradas);
        somar(&mut self.saidas, outra.saidas);
        somar(&mut self.migracoes, outra.migracoes);
        somar(&mut self.ao_fim, outra.ao_fim);
    }

    fn contar_noite(&mut self, hoje: NaiveDate, antes: &Devedor, decisao: &Decisao) {
        for acao in &decisao.acoes {
            *self.acoes.entry((hoje, acao.regua, acao.posicao, acao.canal)).or_default() += 1;
        }
        let abertas = decisao.mudancas.iter().filter_map(|mudanca| match mudanca {
            MudancaInscricao::Abrir(nova) => Some((hoje, nova.regua)),
            MudancaInscricao::Atualizar(_) | MudancaInscricao::Encerrar { .. } => None,
        });
        contar(&mut self.entradas, abertas);
        contar(&mut self.saidas, encerradas(antes, decisao).map(|(i, motivo)| (hoje, i.regua, motivo)));
        let migradas = encerradas(antes, decisao)
            .filter(|(_, motivo)| *motivo == MotivoEncerramento::Migracao)
            .filter_map(|(inscricao, _)| {
                Some((hoje, inscricao.regua, destino(decisao, &inscricao.titulos)?))
            });
        contar(&mut self.migracoes, migradas);
    }
}

impl From<Caminhada> for Onde {
    fn from(caminhada: Caminhada) -> Self {
        match caminhada {
            Caminhada::Andando { .. } => Self::Andando,
            Caminhada::Congelada { .. } => Self::Congelada,
            Caminhada::Final { .. } => Self::Final,
        }
    }
}

/// The enrolments that a night closed, as they were before it.
fn encerradas<'a>(
    antes: &'a Devedor,
    decisao: &'a Decisao,
) -> impl Iterator<Item = (&'a Inscricao, MotivoEncerramento)> {
    let era = |id: InscricaoId| antes.inscricoes.iter().find(move |viva| viva.id == id);
    decisao.mudancas.iter().filter_map(move |mudanca| match mudanca {
        MudancaInscricao::Encerrar { id, motivo } => Some((era(*id)?, *motivo)),
        MudancaInscricao::Abrir(_) | MudancaInscricao::Atualizar(_) => None,
    })
}

/// The régua that took one of these títulos. Whoever takes a título that it did not hold is changed by that.
fn destino(decisao: &Decisao, titulos: &[TituloId]) -> Option<ReguaId> {
    decisao.mudancas.iter().find_map(|mudanca| match mudanca {
        MudancaInscricao::Abrir(depois) | MudancaInscricao::Atualizar(depois) => {
            depois.titulos.iter().any(|titulo| titulos.contains(titulo)).then_some(depois.regua)
        }
        MudancaInscricao::Encerrar { .. } => None,
    })
}

/// Counts what one debtor did in one night.
fn contar<K: Ord>(mapa: &mut BTreeMap<K, Quantos>, chaves: impl Iterator<Item = K>) {
    let mut dele: BTreeMap<K, Quantos> = BTreeMap::new();
    for chave in chaves {
        let quantos = dele.entry(chave).or_default();
        *quantos = Quantos { devedores: 1, inscricoes: quantos.inscricoes + 1 };
    }
    somar(mapa, dele);
}

fn somar<K: Ord>(mapa: &mut BTreeMap<K, Quantos>, outro: BTreeMap<K, Quantos>) {
    for (chave, mais) in outro {
        let quantos = mapa.entry(chave).or_default();
        quantos.devedores += mais.devedores;
        quantos.inscricoes += mais.inscricoes;
    }
}
