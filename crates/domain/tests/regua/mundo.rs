//! What facts make of a company and a debtor.

use crate::historia::{Fato, Historia, Novo};
use crate::support::{com_criterios, credor, d, devedor, em_estado, em_modo, posicao, rotulo, titulo};
use chrono::{NaiveDate, TimeDelta};
use domain::dinheiro::Centavos;
use domain::execucao::Canal;
use domain::ids::{PosicaoId, ReguaId, TituloId};
use domain::regua::{Devedor, EstadoRegua, Gatilho, Posicao, Regras, Regua};
use domain::titulo::{Negociacao, Origem, StatusTitulo, Titulo};
use proptest::sample::Index;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A company with one debtor, and what the decision does not see of them.
#[derive(Clone)]
pub(crate) struct Mundo {
    pub(crate) regras: Regras,
    pub(crate) reguas: Vec<Regua>,
    pub(crate) devedor: Devedor,
    removidas: BTreeMap<ReguaId, Vec<(PosicaoId, u16)>>,
    acordos: Vec<Acordo>,
}

#[derive(Clone)]
struct Acordo {
    /// Each with the negotiation it was an instalment of.
    originais: Vec<(TituloId, Option<Negociacao>)>,
    parcelas: Vec<TituloId>,
    negociacao: Negociacao,
    desfeito: bool,
}

/// Rules t07 and k07: what the night writes of the títulos whose status changed by itself.
pub(crate) fn gravar(mundo: &mut Mundo, hoje: NaiveDate) {
    let regras = mundo.regras.clone();
    for acordo in mundo.acordos.clone() {
        if !acordo.desfeito && acordo.negociacao.cancela_em(&regras).is_some_and(|em| em <= hoje) {
            mundo.desfazer(&acordo);
        }
    }
    for titulo in &mut mundo.devedor.titulos {
        if titulo.status == StatusTitulo::Suspenso && titulo.suspenso_ate.is_some_and(|ate| ate <= hoje) {
            (titulo.status, titulo.suspenso_ate) = (StatusTitulo::Aberto, None);
        }
    }
}

impl Mundo {
    pub(crate) fn new(historia: &Historia) -> Self {
        let devedor = Devedor { perfil: historia.perfil.clone(), ..devedor(historia.titulos.clone()) };
        Self {
            regras: historia.regras.clone(),
            reguas: historia.reguas.clone(),
            devedor,
            removidas: BTreeMap::new(),
            acordos: Vec::new(),
        }
    }

    pub(crate) fn acontecer(&mut self, fato: &Fato, hoje: NaiveDate) {
        match fato {
            Fato::Status(i, status) => self.mudar(*i, |titulo| {
                if titulo.status != StatusTitulo::Negociado && *status != StatusTitulo::Negociado {
                    (titulo.status, titulo.suspenso_ate) = (*status, None);
                }
            }),
            Fato::Suspender(i, dias) => self.mudar(*i, |titulo| {
                if titulo.status == StatusTitulo::Aberto {
                    titulo.status = StatusTitulo::Suspenso;
                    titulo.suspenso_ate = Some(hoje + TimeDelta::days(*dias));
                }
            }),
            Fato::Vencimento(i, dias) => {
                self.mudar(*i, |titulo| titulo.vencimento = hoje + TimeDelta::days(*dias));
            }
            Fato::Saldo(i, saldo) => self.mudar(*i, |titulo| titulo.saldo = Centavos::new(*saldo)),
            Fato::Novo(novo) => {
                let n = self.proximo_titulo();
                self.devedor.titulos.push(montar(n, hoje, novo));
            }
            Fato::Negociar(quais, parcelas, dias) => {
                self.negociar(quais, *parcelas, hoje + TimeDelta::days(*dias));
            }
            Fato::Confirmar(i) => self.confirmar(*i, hoje),
            Fato::Desfazer(i) => {
                if let Some(acordo) = self.pendente(*i).map(|i| self.acordos[i].clone()) {
                    self.desfazer(&acordo);
                }
            }
            Fato::Perfil(perfil) => self.devedor.perfil = perfil.clone(),
            Fato::Estado(..)
            | Fato::Modo(..)
            | Fato::Criterios(..)
            | Fato::Incluir(..)
            | Fato::Laco(..)
            | Fato::Remover(..) => self.mudar_regua(fato),
        }
    }

    fn mudar_regua(&mut self, fato: &Fato) {
        match fato {
            Fato::Estado(i, estado) => self.trocar(*i, |regua| em_estado(regua, *estado)),
            // Rule r12: only while it is inactive.
            Fato::Modo(i, modo) => self.trocar(*i, |regua| match regua.estado() {
                EstadoRegua::Inativa => em_modo(regua, *modo),
                EstadoRegua::Ativa | EstadoRegua::Arquivada => regua.clone(),
            }),
            Fato::Criterios(i, criterios) => self.trocar(*i, |regua| com_criterios(regua, criterios.clone())),
            Fato::Incluir(i, dias) => self.editar(*i, d(*dias)),
            Fato::Laco(i, dias, para) => {
                let regua = i.get(&self.reguas);
                let cobrancas: Vec<_> =
                    regua.posicoes().iter().filter(|posicao| posicao.gatilho.depois().is_some()).collect();
                if !cobrancas.is_empty() {
                    let para = para.get(&cobrancas).id;
                    self.editar(*i, Gatilho::Reposicionamento { dias: *dias, para });
                }
            }
            Fato::Remover(i, qual) => self.remover(*i, *qual),
            Fato::Status(..)
            | Fato::Suspender(..)
            | Fato::Vencimento(..)
            | Fato::Saldo(..)
            | Fato::Novo(..)
            | Fato::Negociar(..)
            | Fato::Confirmar(..)
            | Fato::Desfazer(..)
            | Fato::Perfil(..) => {}
        }
    }

    fn mudar(&mut self, i: Index, mudar: impl FnOnce(&mut Titulo)) {
        if !self.devedor.titulos.is_empty() {
            mudar(i.get_mut(&mut self.devedor.titulos));
        }
    }

    fn trocar(&mut self, i: Index, trocar: impl FnOnce(&Regua) -> Regua) {
        let regua = i.get_mut(&mut self.reguas);
        let removidas = self.removidas.get(&regua.id()).cloned().unwrap_or_default();
        *regua = trocar(regua).com_removidas(removidas);
    }

    /// Puts a position in, with an id that no position had before.
    fn editar(&mut self, i: Index, gatilho: Gatilho) {
        let id = i.get(&self.reguas).id();
        let vez = self.removidas.get(&id).map_or(0, Vec::len);
        let canais = &[Canal::Email][usize::from(gatilho.volta_para().is_some())..];
        let mut nova = posicao(id.uuid().as_u128(), gatilho, canais);
        nova.id =
            PosicaoId::new(Uuid::from_u128(nova.id.uuid().as_u128() | (u128::try_from(vez).unwrap() << 16)));
        self.trocar(i, |regua| {
            let posicoes = regua.posicoes().iter().cloned().chain([nova]).collect();
            Regua::new(regua.cabecalho().clone(), posicoes).unwrap_or_else(|_| regua.clone())
        });
    }

    fn remover(&mut self, i: Index, qual: Index) {
        let regua = i.get(&self.reguas);
        let destino = regua.posicoes().iter().find_map(|posicao| posicao.gatilho.volta_para());
        let soltas: Vec<&Posicao> =
            regua.posicoes().iter().filter(|posicao| Some(posicao.id) != destino).collect();
        if soltas.is_empty() {
            return;
        }
        let fora = (*qual.get(&soltas)).clone();
        if let Some(dias) = fora.gatilho.depois() {
            self.removidas.entry(regua.id()).or_default().push((fora.id, dias));
        }
        self.trocar(i, |regua| {
            let ficam = regua.posicoes().iter().filter(|posicao| posicao.id != fora.id);
            Regua::new(regua.cabecalho().clone(), ficam.cloned().collect()).unwrap()
        });
    }

    fn negociar(&mut self, quais: &[Index], parcelas: usize, primeira: NaiveDate) {
        let negociacao = Negociacao::NaoConfirmada { primeira_parcela: primeira };
        let mut originais = Vec::new();
        for i in quais {
            self.mudar(*i, |titulo| {
                let firme = !matches!(titulo.negociacao, Some(Negociacao::NaoConfirmada { .. }));
                if titulo.status == StatusTitulo::Aberto && firme {
                    originais.push((titulo.id, titulo.negociacao));
                    (titulo.status, titulo.negociacao) = (StatusTitulo::Negociado, Some(negociacao));
                }
            });
        }
        if originais.is_empty() {
            return;
        }
        let mut novas = Vec::new();
        for vencimento in primeira.iter_days().step_by(10).take(parcelas) {
            let nova =
                montar(self.proximo_titulo(), vencimento, &Novo { dias: 0, saldo: 2, credor: 1, tipo: None });
            novas.push(nova.id);
            self.devedor.titulos.push(Titulo {
                origem: Origem::Acordo,
                negociacao: Some(negociacao),
                ..nova
            });
        }
        self.acordos.push(Acordo { originais, parcelas: novas, negociacao, desfeito: false });
    }

    /// Which of the negotiations may still be confirmed or given up.
    fn pendente(&self, i: Index) -> Option<usize> {
        let qual = (!self.acordos.is_empty()).then(|| i.index(self.acordos.len()))?;
        let acordo = &self.acordos[qual];
        (!acordo.desfeito && acordo.negociacao != Negociacao::Confirmada).then_some(qual)
    }

    fn confirmar(&mut self, i: Index, hoje: NaiveDate) {
        let Some(qual) = self.pendente(i) else { return };
        let acordo = &mut self.acordos[qual];
        if acordo.negociacao.cancela_em(&self.regras).is_some_and(|em| em <= hoje) {
            return;
        }
        acordo.negociacao = Negociacao::Confirmada;
        for titulo in &mut self.devedor.titulos {
            let original = acordo.originais.iter().any(|(id, _)| *id == titulo.id);
            if original || acordo.parcelas.contains(&titulo.id) {
                titulo.negociacao = Some(Negociacao::Confirmada);
            }
            if Some(&titulo.id) == acordo.parcelas.first() {
                titulo.status = StatusTitulo::Pago;
            }
        }
    }

    /// Rule k06.
    fn desfazer(&mut self, acordo: &Acordo) {
        for titulo in &mut self.devedor.titulos {
            if let Some((_, dele)) = acordo.originais.iter().find(|(id, _)| *id == titulo.id) {
                (titulo.status, titulo.negociacao) = (StatusTitulo::Aberto, *dele);
            }
            if acordo.parcelas.contains(&titulo.id) && titulo.status != StatusTitulo::Pago {
                titulo.status = StatusTitulo::Cancelado;
            }
        }
        let mesmo = |outro: &&mut Acordo| outro.parcelas == acordo.parcelas;
        self.acordos.iter_mut().filter(mesmo).for_each(|acordo| acordo.desfeito = true);
    }

    fn proximo_titulo(&self) -> u128 {
        u128::try_from(self.devedor.titulos.len() + 1).unwrap()
    }
}

pub(crate) fn montar(n: u128, hoje: NaiveDate, novo: &Novo) -> Titulo {
    Titulo {
        vencimento: hoje + TimeDelta::days(novo.dias),
        saldo: Centavos::new(novo.saldo),
        credor: (novo.credor > 0).then(|| credor(novo.credor)),
        tipo_titulo: novo.tipo.map(rotulo),
        ..titulo(n, "2026-01-01")
    }
}
