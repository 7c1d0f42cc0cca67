//! Every position and action: what they did, when they will, or what stops them.

use super::modelo::{Feita, Parada, SobreAcao, SobreInscricao, SobrePosicao, Vez};
use super::previsao::Previsao;
use super::razao::Razao;
use crate::ids::{AcaoId, PosicaoId, ReguaId, TituloId};
use crate::regua::decide::Caso;
use crate::regua::decide::assign::aceita;
use crate::regua::decide::passada::aguardada;
use crate::regua::decide::reminders::{data_do_lembrete, lembrado};
use crate::regua::gatilho::Gatilho;
use crate::regua::inscricao::{Caminhada, Inscricao};
use crate::regua::modelo::{Acao, EstadoRegua, Posicao, Regua};
use crate::titulo::{StatusTitulo, Titulo};
use chrono::NaiveDate;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of all positions of all réguas.
pub(super) struct Posicoes<'a> {
    caso: Caso<'a>,
    vezes: BTreeMap<PosicaoId, Vec<Vez>>,
    feitas: BTreeMap<AcaoId, Vec<&'a Feita>>,
    /// Which active régua reminds, or would have reminded, each open título.
    lembradas: BTreeMap<ReguaId, Vec<&'a Titulo>>,
    previsto_ate: NaiveDate,
}

impl<'a> Posicoes<'a> {
    pub(super) fn new(caso: Caso<'a>, feitas: &'a [Feita], previsao: &Previsao) -> Self {
        let mut por_acao: BTreeMap<AcaoId, Vec<&Feita>> = BTreeMap::new();
        for feita in feitas {
            por_acao.entry(feita.acao).or_default().push(feita);
        }
        for dela in por_acao.values_mut() {
            dela.sort_by_key(|feita| Reverse((feita.data, feita.execucao)));
        }
        let mut lembradas: BTreeMap<ReguaId, Vec<&Titulo>> = BTreeMap::new();
        let abertos = caso
            .devedor
            .titulos
            .iter()
            .filter(|t| t.status_em(caso.hoje, caso.regras) == StatusTitulo::Aberto);
        for titulo in abertos {
            let quem = caso.reguas.candidatas(caso.devedor).find(|regua| aceita(caso, regua, titulo));
            if let Some(regua) = quem {
                lembradas.entry(regua.id()).or_default().push(titulo);
            }
        }
        Self { caso, vezes: previsao.vezes(), feitas: por_acao, lembradas, previsto_ate: previsao.ate }
    }

    /// Whether the régua may still remind a título.
    pub(super) fn lembra(&self, regua: &Regua) -> bool {
        let dela = self.lembradas.get(&regua.id()).into_iter().flatten();
        let mut lembraveis = dela.filter(|titulo| titulo.lembravel(self.caso.hoje, self.caso.regras));
        regua.lembretes().next().is_some() && lembraveis.next().is_some()
    }

    /// The positions of a régua, and what those did that it no longer has.
    pub(super) fn de(
        &mut self,
        regua: &Regua,
        inscricoes: &[SobreInscricao],
    ) -> (Vec<SobrePosicao>, Vec<Feita>) {
        let posicoes =
            regua.posicoes().iter().map(|posicao| self.sobre(regua, posicao, inscricoes)).collect();
        let atuais: BTreeSet<AcaoId> =
            regua.posicoes().iter().flat_map(|posicao| &posicao.acoes).map(|acao| acao.id).collect();
        let removida = |feita: &&&Feita| feita.regua == regua.id() && !atuais.contains(&feita.acao);
        let mut removidas: Vec<Feita> =
            self.feitas.values().flatten().filter(removida).map(|feita| (*feita).clone()).collect();
        removidas.sort_by_key(|feita| Reverse((feita.data, feita.execucao)));
        (posicoes, removidas)
    }

    fn sobre(&mut self, regua: &Regua, posicao: &Posicao, inscricoes: &[SobreInscricao]) -> SobrePosicao {
        let vezes = self.vezes.remove(&posicao.id).unwrap_or_default();
        let paradas = match posicao.gatilho {
            Gatilho::Lembrete { dias_antes } => self.sem_lembrete(regua, posicao, dias_antes, &vezes),
            Gatilho::Cobranca { dias } | Gatilho::Reposicionamento { dias, .. } => {
                self.sem_disparo(regua, posicao, dias, (inscricoes, &vezes))
            }
        };
        let acao = |acao: &Acao| SobreAcao {
            acao: acao.id,
            canal: acao.canal,
            feitas: self.feitas.get(&acao.id).into_iter().flatten().map(|feita| (*feita).clone()).collect(),
        };
        SobrePosicao { posicao: posicao.id, vezes, paradas, acoes: posicao.acoes.iter().map(acao).collect() }
    }

    /// The enrolments for which a `D+` position is not going to fire.
    fn sem_disparo(
        &self,
        regua: &Regua,
        posicao: &Posicao,
        dias: u16,
        (inscricoes, vezes): (&[SobreInscricao], &[Vez]),
    ) -> Vec<Parada> {
        let mut paradas = Vec::new();
        let disparam: BTreeSet<_> = vezes.iter().filter_map(|vez| vez.inscricao).collect();
        for uma in inscricoes.iter().filter(|uma| !disparam.contains(&uma.id)) {
            let Some(inscricao) = uma.depois.as_ref().or(uma.antes.as_ref()) else { continue };
            let (razao, em) = if passou(regua, inscricao, dias, self.caso.hoje) {
                (self.ja_passou(posicao, inscricao), None)
            } else if let Some((em, _)) = uma.encerra {
                (Razao::Encerra, Some(em))
            } else {
                parado(regua, inscricao)
            };
            incluir(&mut paradas, (razao, em), &inscricao.titulos);
        }
        paradas
    }

    fn ja_passou(&self, posicao: &Posicao, inscricao: &Inscricao) -> Razao {
        let mut feitas = posicao.acoes.iter().filter_map(|acao| self.feitas.get(&acao.id)).flatten();
        let desta = |feita: &&Feita| feita.inscricao.is_some_and(|(id, _)| id == inscricao.id);
        if feitas.any(desta) { Razao::Feita } else { Razao::Passou }
    }

    /// The títulos of the régua that a `D-` position is not going to remind.
    fn sem_lembrete(&self, regua: &Regua, posicao: &Posicao, dias_antes: u16, vezes: &[Vez]) -> Vec<Parada> {
        let mut paradas = Vec::new();
        let lembra: BTreeSet<TituloId> = vezes.iter().flat_map(|vez| vez.titulos.iter().copied()).collect();
        for titulo in self.lembradas.get(&regua.id()).into_iter().flatten() {
            if !lembra.contains(&titulo.id) {
                let em = data_do_lembrete(titulo, dias_antes);
                let razao = self.nao_lembra(posicao, titulo, em);
                incluir(&mut paradas, (razao, Some(em)), &[titulo.id]);
            }
        }
        paradas
    }

    fn nao_lembra(&self, posicao: &Posicao, titulo: &Titulo, em: NaiveDate) -> Razao {
        let caso = self.caso;
        let mut feitas = posicao.acoes.iter().filter_map(|acao| self.feitas.get(&acao.id)).flatten();
        if posicao.acoes.is_empty() {
            Razao::SemAcao
        } else if lembrado(caso, posicao, titulo) || feitas.any(|feita| feita.titulos.contains(&titulo.id)) {
            Razao::Lembrado
        } else if !titulo.lembravel(caso.hoje, caso.regras) {
            Razao::Vencido
        } else if em <= caso.hoje {
            Razao::LembreteMaisProximo
        } else if titulo.vira_em(caso.hoje, caso.regras).is_some_and(|vira| vira <= em) {
            Razao::DeixaDeValer
        } else {
            debug_assert!(self.previsto_ate < em, "a reminder that is foreseen is said to be");
            Razao::AlemDoPrevisto
        }
    }
}

/// Whether the walk is past a position that falls `dias` after the anchor, in this turn.
fn passou(regua: &Regua, inscricao: &Inscricao, dias: u16, hoje: NaiveDate) -> bool {
    aguardada(regua, inscricao.caminhada, hoje).is_none_or(|(da_vez, _)| dias < da_vez)
}

/// Why an enrolment that is not past a position is not going to get there.
fn parado(regua: &Regua, inscricao: &Inscricao) -> (Razao, Option<NaiveDate>) {
    match (inscricao.caminhada, regua.estado()) {
        (_, EstadoRegua::Arquivada) => (Razao::ReguaArquivada, None),
        (Caminhada::Congelada { desde, .. }, _) => (Razao::Congelada, Some(desde)),
        (_, EstadoRegua::Inativa) => (Razao::ReguaInativa, None),
        (Caminhada::Final { em }, EstadoRegua::Ativa) => (Razao::Final, Some(em)),
        (Caminhada::Andando { .. }, EstadoRegua::Ativa) => (Razao::AlemDoPrevisto, None),
    }
}

fn incluir(paradas: &mut Vec<Parada>, (razao, em): (Razao, Option<NaiveDate>), titulos: &[TituloId]) {
    match paradas.iter_mut().find(|parada| parada.razao == razao && parada.em == em) {
        Some(parada) => parada.titulos.extend(titulos),
        None => paradas.push(Parada { razao, em, titulos: titulos.to_vec() }),
    }
}
