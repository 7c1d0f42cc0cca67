//! The nights to come, as they will be if nobody does anything.

use super::modelo::Vez;
use super::razao::Razao;
use crate::ids::{InscricaoId, PosicaoId, ReguaId, TituloId};
use crate::regua::decide::Caso;
use crate::regua::decisao::{Decisao, MudancaInscricao, OrigemAcao, Passo};
use crate::regua::inscricao::{Inscricao, MotivoEncerramento};
use crate::regua::simulacao::{Periodo, percorrer};
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

/// How far ahead is looked: past a year every yearly date has come round once.
const HORIZONTE: u64 = 400;
/// A slice of the horizon; after each the budget is looked at.
const FATIA: u64 = 14;
/// What may be spent on one debtor, in títulos decided: one with 500 títulos is foreseen for some 20 eventful nights, one
/// with 10 for the whole horizon.
const ORCAMENTO: usize = 10_000;

/// What the nights from the explained one on decide.
pub(super) struct Previsao {
    /// Never empty: the explained night is the first.
    noites: Vec<(NaiveDate, Decisao)>,
    /// Up to here nothing was left out.
    pub(super) ate: NaiveDate,
}

impl Previsao {
    pub(super) fn new(caso: Caso<'_>) -> Self {
        let (mut devedor, noite) = (caso.devedor.clone(), caso.hoje);
        let cabem = ORCAMENTO / devedor.titulos.len().max(1);
        let horizonte = depois(noite, HORIZONTE);
        let mut previsao = Self { noites: Vec::new(), ate: noite };
        let mut de = noite;
        loop {
            let ate = depois(de, FATIA).min(horizonte);
            percorrer(caso.reguas, &mut devedor, Periodo { de, ate }, caso.regras, |hoje, _, decisao| {
                if hoje == noite || !decisao.sem_efeito() {
                    previsao.noites.push((hoje, decisao.clone()));
                }
            });
            previsao.ate = ate;
            if horizonte <= ate || cabem <= previsao.noites.len() {
                return previsao;
            }
            de = depois(ate, 1);
        }
    }

    /// What the explained night decides.
    pub(super) fn decisao(&self) -> Option<&Decisao> {
        self.noites.first().map(|(_, decisao)| decisao)
    }

    /// The nights that decide something, and the explained one.
    pub(super) fn into_noites(self) -> Vec<(NaiveDate, Decisao)> {
        self.noites
    }

    /// The enrolments that open, each with its night.
    pub(super) fn abertas(&self) -> impl Iterator<Item = (NaiveDate, &Inscricao)> {
        self.noites.iter().flat_map(|(data, decisao)| {
            decisao.mudancas.iter().filter_map(|mudanca| match mudanca {
                MudancaInscricao::Abrir(nova) => Some((*data, nova)),
                MudancaInscricao::Atualizar(_) | MudancaInscricao::Encerrar { .. } => None,
            })
        })
    }

    /// The enrolments that close, each with its night and why.
    pub(super) fn encerradas(&self) -> BTreeMap<InscricaoId, (NaiveDate, MotivoEncerramento)> {
        let mudancas = self.noites.iter().flat_map(|(data, decisao)| {
            decisao.mudancas.iter().filter_map(|mudanca| match mudanca {
                MudancaInscricao::Encerrar { id, motivo } => Some((*id, (*data, *motivo))),
                MudancaInscricao::Abrir(_) | MudancaInscricao::Atualizar(_) => None,
            })
        });
        mudancas.collect()
    }

    /// Every time each position fires, goes back or reminds, in order of date.
    pub(super) fn vezes(&self) -> BTreeMap<PosicaoId, Vec<Vez>> {
        let mut vezes: BTreeMap<PosicaoId, Vec<Vez>> = BTreeMap::new();
        for (data, decisao) in &self.noites {
            for passo in &decisao.passos {
                if let Some((posicao, vez)) = vez(*data, decisao, passo) {
                    vezes.entry(posicao).or_default().push(vez);
                }
            }
        }
        vezes
    }
}

fn vez(em: NaiveDate, decisao: &Decisao, passo: &Passo) -> Option<(PosicaoId, Vez)> {
    match passo {
        Passo::Disparou { inscricao, posicao, devida_em } => {
            let depois = estado(decisao, *inscricao)?;
            Some((
                *posicao,
                Vez {
                    razao: Razao::Dispara,
                    em,
                    devida_em: *devida_em,
                    inscricao: Some(*inscricao),
                    ciclo: Some(depois.ciclo),
                    titulos: cobrados(decisao, *inscricao, *posicao)
                        .unwrap_or_else(|| depois.titulos.clone()),
                },
            ))
        }
        Passo::Reposicionou { inscricao, de, para, ciclo } => {
            let depois = estado(decisao, *inscricao)?;
            Some((
                *de,
                Vez {
                    razao: Razao::Volta,
                    em,
                    devida_em: em,
                    inscricao: Some(*inscricao),
                    ciclo: Some(*ciclo),
                    titulos: cobrados(decisao, *inscricao, *para).unwrap_or_else(|| depois.titulos.clone()),
                },
            ))
        }
        Passo::Lembrou { regua, posicao, titulos } => Some((
            *posicao,
            Vez {
                razao: Razao::Lembra,
                em,
                devida_em: lembrete_de(decisao, *regua, *posicao).unwrap_or(em),
                inscricao: None,
                ciclo: None,
                titulos: titulos.clone(),
            },
        )),
        Passo::Entrou { .. }
        | Passo::Aguarda { .. }
        | Passo::Congelada { .. }
        | Passo::Descongelou { .. }
        | Passo::NoFinal { .. }
        | Passo::ReguaInativa { .. }
        | Passo::Encerrou { .. }
        | Passo::SemRegua { .. } => None,
    }
}

/// An enrolment after a night that moved it.
fn estado(decisao: &Decisao, id: InscricaoId) -> Option<&Inscricao> {
    decisao.mudancas.iter().find_map(|mudanca| match mudanca {
        MudancaInscricao::Abrir(depois) | MudancaInscricao::Atualizar(depois) => {
            Some(depois).filter(|i| i.id == id)
        }
        MudancaInscricao::Encerrar { .. } => None,
    })
}

/// The títulos of what a position does; `None` when it has no action.
fn cobrados(decisao: &Decisao, id: InscricaoId, posicao: PosicaoId) -> Option<Vec<TituloId>> {
    let dela = |origem| matches!(origem, OrigemAcao::Cobranca { inscricao, .. } if inscricao == id);
    let acao = decisao.acoes.iter().find(|acao| acao.posicao == posicao && dela(acao.origem))?;
    Some(acao.titulos.clone())
}

fn lembrete_de(decisao: &Decisao, regua: ReguaId, posicao: PosicaoId) -> Option<NaiveDate> {
    let acao = decisao.acoes.iter().find(|acao| acao.regua == regua && acao.posicao == posicao)?;
    Some(acao.devida_em)
}

fn depois(data: NaiveDate, dias: u64) -> NaiveDate {
    data.checked_add_days(Days::new(dias)).unwrap_or(NaiveDate::MAX)
}
