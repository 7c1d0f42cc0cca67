//! The card of an enrolment, and what one night writes on it.

use super::designar::Designados;
use crate::calendario::Dia;
use crate::eventos::{Evento, Eventos};
use crate::mundo::{Estado, Mundo, Posicao, Quando, Regua};
use crate::quadro::{Disparo, Onde, Quem, Viva};
use std::collections::BTreeSet;

pub(super) struct Inscricao {
    pub(super) quem: Quem,
    pub(super) ciclo: u32,
    pub(super) onde: Onde,
    pub(super) titulos: Vec<u32>,
    pub(super) andou: i64,
    /// The day of the régua up to which nothing is to come any more; -1 at the entry.
    pub(super) deixou_para_tras: i64,
    /// What the régua had the last time it walked: a position that is not among them is new to it.
    pub(super) conhece: BTreeSet<u32>,
    /// The position it waited for then, and its days.
    pub(super) esperava: Option<(u32, i64)>,
}

/// What became of what an enrolment held.
pub(super) struct Destino {
    pub(super) seus: Vec<u32>,
    pub(super) em_espera: Vec<u32>,
}

impl Inscricao {
    pub(super) fn nova(quem: Quem, titulo: u32) -> Self {
        Self {
            quem,
            ciclo: 1,
            onde: Onde::Andando,
            titulos: vec![titulo],
            andou: 0,
            deixou_para_tras: -1,
            conhece: BTreeSet::new(),
            esperava: None,
        }
    }

    pub(super) fn destino(&self, mundo: &Mundo, designados: &Designados, hoje: Dia) -> Destino {
        let dela = |titulo: &&u32| self.titulos.contains(titulo);
        let daqui =
            designados.iter().filter(|(_, regua)| **regua == self.quem.regua).map(|(titulo, _)| titulo);
        let em_espera = self.titulos.iter().filter(|titulo| mundo.em_espera(mundo.achar(**titulo), hoje));
        Destino {
            seus: daqui.filter(|titulo| self.quem.titulo.is_none() || dela(titulo)).copied().collect(),
            em_espera: em_espera.copied().collect(),
        }
    }

    pub(super) fn por_que_encerra(
        &self,
        mundo: &Mundo,
        designados: &Designados,
        destino: &Destino,
        hoje: Dia,
    ) -> Option<&'static str> {
        let regua = mundo.regua(self.quem.regua);
        if regua.estado == Estado::Arquivada {
            return Some("regua_arquivada");
        }
        if regua.estado == Estado::Ativa && self.outro_modo(regua) {
            return Some("modo_alterado");
        }
        if !destino.seus.is_empty() || !destino.em_espera.is_empty() {
            return None;
        }
        if self.titulos.iter().any(|titulo| designados.contains_key(titulo)) {
            return Some("migracao");
        }
        let cobravel = |titulo: &u32| mundo.cobravel(mundo.achar(*titulo), hoje);
        Some(if self.titulos.iter().any(cobravel) { "perfil_perdido" } else { "sem_titulo" })
    }

    /// Takes what it is to hold from tonight on, and freezes or thaws by it.
    pub(super) fn receber(&mut self, destino: Destino, mundo: &Mundo, eventos: &mut Eventos) {
        let regua = mundo.regua(self.quem.regua);
        let so_espera = destino.seus.is_empty();
        let inativa = regua.estado == Estado::Inativa;
        eventos.viu_se(!so_espera && !destino.em_espera.is_empty(), Evento::UmCongeladoOutroAndando);
        eventos.viu_se(inativa && self.outro_modo(regua), Evento::ModoTrocadoEnquantoInativa);
        match self.onde {
            Onde::Final => eventos.viu_se(so_espera, Evento::FinalSoComCongelados),
            Onde::Andando if so_espera => {
                self.onde = Onde::Congelada;
                let vencida = self.vencida(regua);
                let volta = vencida.is_some_and(|posicao| matches!(posicao.quando, Quando::Volta(..)));
                eventos.viu(Evento::Congelamento);
                eventos.viu_se(inativa, Evento::CongelamentoEmReguaInativa);
                eventos.viu_se(vencida.is_some(), Evento::CongelamentoComPosicaoVencida);
                eventos.viu_se(volta, Evento::CongelamentoNoReposicionamento);
            }
            Onde::Congelada if !so_espera => {
                self.onde = Onde::Andando;
                eventos.viu(Evento::Descongelamento);
                eventos.viu_se(inativa, Evento::DescongelamentoEmReguaInativa);
            }
            Onde::Andando | Onde::Congelada => {}
        }
        self.titulos = destino.seus;
        self.titulos.extend(destino.em_espera);
    }

    /// At most one position a night.
    pub(super) fn andar(
        &mut self,
        mundo: &Mundo,
        designados: &Designados,
        hoje: Dia,
        eventos: &mut Eventos,
    ) -> Vec<Disparo> {
        let regua = mundo.regua(self.quem.regua);
        if self.onde != Onde::Andando {
            return Vec::new();
        }
        if regua.estado == Estado::Inativa {
            eventos.viu(Evento::ParadaEmReguaInativa);
            return Vec::new();
        }
        self.observar_posicoes(regua, eventos);
        let mut acoes = Vec::new();
        if let Some(vencida) = self.vencida(regua) {
            let (posicao, devida_em) = self.disparar(vencida, regua, hoje, eventos);
            let seu = |titulo: &&u32| designados.get(titulo) == Some(&self.quem.regua);
            let titulos: Vec<_> = self.titulos.iter().filter(seu).copied().collect();
            let titulo = mundo.referencia(&titulos);
            let parcela = titulos.iter().any(|titulo| mundo.achar(*titulo).parcela_de.is_some());
            eventos.viu_se(parcela, Evento::ParcelaCobrada);
            let de = Some((self.quem, self.ciclo));
            acoes.extend(posicao.acoes.iter().map(|acao| Disparo {
                regua: regua.id,
                posicao: posicao.id,
                acao: *acao,
                de,
                titulo,
                titulos: titulos.clone(),
                devida_em,
            }));
        } else {
            self.deixou_para_tras = self.andou.max(self.deixou_para_tras);
        }
        self.conhece = regua.posicoes.iter().map(|posicao| posicao.id).collect();
        self.esperava = self.seguinte(regua).and_then(|posicao| Some((posicao.id, posicao.quando.depois()?)));
        if self.esperava.is_none() {
            self.onde = Onde::Final;
            eventos.viu(Evento::Final);
            eventos.viu_se(acoes.is_empty() && self.quem.entrada == hoje, Evento::FinalSemPosicao);
        }
        acoes
    }

    /// The position that fires and the date it fell due.
    fn disparar<'r>(
        &mut self,
        vencida: &'r Posicao,
        regua: &'r Regua,
        hoje: Dia,
        eventos: &mut Eventos,
    ) -> (&'r Posicao, Dia) {
        let atraso = self.andou - vencida.quando.depois().unwrap();
        let volta = matches!(vencida.quando, Quando::Volta(..));
        eventos.viu(if volta { Evento::Reposicionamento } else { Evento::Cobranca });
        eventos.viu_se(atraso > 0, if volta { Evento::ReposicionamentoAtrasado } else { Evento::Atraso });
        eventos.viu_se(self.quem.entrada == hoje, Evento::EntradaNoDiaZero);
        let (posicao, devida_em) = match vencida.quando {
            Quando::Volta(_, para) => {
                self.ciclo += 1;
                (regua.posicoes.iter().find(|posicao| posicao.id == para).unwrap(), hoje)
            }
            Quando::Antes(_) | Quando::Depois(_) => (vencida, hoje - atraso),
        };
        eventos.viu_se(self.ciclo > 2, Evento::TerceiroCiclo);
        self.andou = posicao.quando.depois().unwrap();
        self.deixou_para_tras = self.andou;
        (posicao, devida_em)
    }

    /// The first `D+` position that it has not left behind. One that is new to it, and whose day it has already
    /// lived while it waited for a later one, is behind (rule r13).
    pub(super) fn seguinte<'r>(&self, regua: &'r Regua) -> Option<&'r Posicao> {
        let tarde_demais = |posicao: &Posicao| {
            let espera = self.esperava.map(|(_, dias)| dias);
            let dias = posicao.quando.depois();
            !self.conhece.contains(&posicao.id) && dias <= Some(self.andou) && dias <= espera
        };
        let a_frente = |posicao: &&Posicao| {
            posicao.quando.depois() > Some(self.deixou_para_tras) && !tarde_demais(posicao)
        };
        regua.posicoes.iter().filter(a_frente).min_by_key(|posicao| posicao.quando.depois())
    }

    pub(super) fn vencida<'r>(&self, regua: &'r Regua) -> Option<&'r Posicao> {
        self.seguinte(regua).filter(|posicao| posicao.quando.depois() <= Some(self.andou))
    }

    pub(super) fn outro_modo(&self, regua: &Regua) -> bool {
        self.quem.titulo.is_some() != regua.por_titulo
    }

    pub(super) fn mostrar(&self) -> Viva {
        Viva { quem: self.quem, ciclo: self.ciclo, onde: self.onde, titulos: self.titulos.clone() }
    }
}
