//! What can happen between two nights. A fact that the rules refuse, or that names what is not there, changes
//! nothing, so that any fact may be taken out of a history.

use crate::calendario::Dia;
use crate::mundo::{Acordo, Criterios, Estado, Mundo, Posicao, Quando, Regras, Regua, Status, Titulo};

#[derive(Clone, Debug)]
pub(crate) enum Fato {
    Novo(Titulo),
    DoTitulo(usize, DoTitulo),
    Pagar(usize),
    SuspenderTodos {
        ate: Option<Dia>,
    },
    ReabrirTodos,
    /// Instalments of one value on these dates; their ids go on from the first.
    Negociar {
        titulos: Vec<usize>,
        parcelas: Vec<Dia>,
        saldo: i64,
        primeiro_id: u32,
    },
    CancelarAcordo(usize),
    Perfil {
        categoria: Option<u8>,
        score: Option<i64>,
    },
    Regras(Regras),
    NovaRegua(Regua),
    DaRegua(usize, DaRegua),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum DoTitulo {
    Vencimento(Dia),
    Valor(i64),
    Classe { credor: Option<u8>, negocio: Option<u8>, tipo: Option<u8> },
    Cancelar,
    Suspender { ate: Option<Dia> },
    Reabrir,
}

#[derive(Clone, Debug)]
pub(crate) enum DaRegua {
    Estado(Estado),
    /// Rule r12: only while it is inactive.
    Modo,
    Criterios(Criterios),
    Prioridade(i64),
    NovaPosicao(Posicao),
    RemoverPosicao(u32),
    NovaAcao {
        posicao: u32,
        acao: u32,
    },
}

impl Mundo {
    pub(crate) fn acontecer(&mut self, fato: &Fato) {
        match fato {
            Fato::Perfil { categoria, score } => (self.categoria, self.score) = (*categoria, *score),
            Fato::Regras(regras) => self.regras = regras.clone(),
            Fato::NovaRegua(regua) => self.reguas.push(regua.clone()),
            Fato::Novo(titulo) => self.titulos.push(titulo.clone()),
            Fato::SuspenderTodos { ate } => self.titulos.iter_mut().for_each(|titulo| titulo.suspender(*ate)),
            Fato::ReabrirTodos => self.titulos.iter_mut().for_each(Titulo::reabrir),
            Fato::Pagar(titulo) => self.pagar(*titulo),
            Fato::Negociar { titulos, parcelas, saldo, primeiro_id } => {
                self.negociar(titulos, parcelas, *saldo, *primeiro_id);
            }
            Fato::CancelarAcordo(acordo) => self.cancelar_acordo(*acordo),
            Fato::DoTitulo(titulo, mudanca) => {
                if let Some(titulo) = self.titulos.get_mut(*titulo) {
                    titulo.acontecer(*mudanca);
                }
            }
            Fato::DaRegua(regua, mudanca) => {
                if let Some(regua) = self.reguas.get_mut(*regua) {
                    regua.acontecer(mudanca);
                }
            }
        }
    }

    /// Rule k03: the first instalment confirms.
    fn pagar(&mut self, titulo: usize) {
        let Some(pago) = self.titulos.get_mut(titulo) else { return };
        if matches!(pago.status, Status::Aberto | Status::Suspenso) {
            pago.status = Status::Pago;
            for acordo in self.acordos.iter_mut().filter(|acordo| acordo.parcelas[0] == titulo) {
                acordo.confirmado = true;
            }
        }
    }

    /// Rules k01, k08. An instalment is negotiated again only once its negotiation is confirmed.
    fn negociar(&mut self, quais: &[usize], parcelas: &[Dia], saldo: i64, primeiro_id: u32) {
        let pode = |i: &usize| {
            self.titulos.get(*i).is_some_and(|titulo| {
                titulo.status == Status::Aberto
                    && titulo.parcela_de.is_none_or(|acordo| self.acordos[acordo].confirmado)
            })
        };
        if quais.is_empty() || parcelas.is_empty() || !quais.iter().all(pode) {
            return;
        }
        let (acordo, primeira) = (self.acordos.len(), self.titulos.len());
        for i in quais {
            self.titulos[*i].status = Status::Negociado;
            self.titulos[*i].levado_por = Some(acordo);
        }
        let modelo = self.titulos[quais[0]].clone();
        self.titulos.extend((primeiro_id..).zip(parcelas).map(|(id, vencimento)| Titulo {
            id,
            vencimento: *vencimento,
            saldo,
            status: Status::Aberto,
            levado_por: None,
            parcela_de: Some(acordo),
            ..modelo
        }));
        let parcelas = (primeira..self.titulos.len()).collect();
        self.acordos.push(Acordo { confirmado: false, desfeito: false, parcelas });
    }

    /// Rule k05.
    fn cancelar_acordo(&mut self, qual: usize) {
        let pagou = |titulo: &Titulo| titulo.parcela_de == Some(qual) && titulo.status == Status::Pago;
        let em_aberto = self.acordos.get(qual).is_some_and(|acordo| !acordo.desfeito && !acordo.confirmado);
        if em_aberto && !self.titulos.iter().any(pagou) {
            self.desfazer(qual);
        }
    }
}

impl Titulo {
    fn acontecer(&mut self, mudanca: DoTitulo) {
        match mudanca {
            DoTitulo::Vencimento(para) => self.vencimento = para,
            DoTitulo::Valor(saldo) => self.saldo = saldo,
            DoTitulo::Classe { credor, negocio, tipo } => {
                (self.credor, self.negocio, self.tipo) = (credor, negocio, tipo);
            }
            DoTitulo::Cancelar => {
                if matches!(self.status, Status::Aberto | Status::Suspenso) {
                    self.status = Status::Cancelado;
                }
            }
            DoTitulo::Suspender { ate } => self.suspender(ate),
            DoTitulo::Reabrir => self.reabrir(),
        }
    }

    fn suspender(&mut self, ate: Option<Dia>) {
        if matches!(self.status, Status::Aberto | Status::Suspenso) {
            (self.status, self.suspenso_ate) = (Status::Suspenso, ate);
        }
    }

    fn reabrir(&mut self) {
        if self.status == Status::Suspenso {
            (self.status, self.suspenso_ate) = (Status::Aberto, None);
        }
    }
}

impl Regua {
    fn acontecer(&mut self, mudanca: &DaRegua) {
        let recebe_acao = |posicao: &Posicao| !matches!(posicao.quando, Quando::Volta(..));
        match mudanca {
            DaRegua::Estado(_) if self.estado == Estado::Arquivada => {}
            DaRegua::Estado(para) => self.estado = *para,
            DaRegua::Modo => self.por_titulo ^= self.estado == Estado::Inativa,
            DaRegua::Criterios(para) => self.criterios = para.clone(),
            DaRegua::Prioridade(para) => self.prioridade = *para,
            DaRegua::NovaPosicao(nova) => {
                if self.cabe(nova) {
                    self.posicoes.push(nova.clone());
                }
            }
            DaRegua::RemoverPosicao(posicao) => self.remover(*posicao),
            DaRegua::NovaAcao { posicao, acao } => {
                let mut essa = self.posicoes.iter_mut().filter(|existente| existente.id == *posicao);
                essa.by_ref()
                    .filter(|posicao| recebe_acao(posicao))
                    .for_each(|posicao| posicao.acoes.push(*acao));
            }
        }
    }

    /// Rules r07, e02 and e05.
    fn cabe(&self, nova: &Posicao) -> bool {
        let mesmo_dia = |posicao: &Posicao| match (posicao.quando, nova.quando) {
            (Quando::Antes(a), Quando::Antes(b)) => a == b,
            (a, b) => a.depois().is_some() && a.depois() == b.depois(),
        };
        let volta = |posicao: &&Posicao| matches!(posicao.quando, Quando::Volta(..));
        let ultimo = self.posicoes.iter().filter_map(|posicao| posicao.quando.depois()).max();
        let no_lugar = match nova.quando {
            Quando::Antes(_) => true,
            Quando::Depois(dias) => {
                !self.posicoes.iter().filter(volta).any(|volta| volta.quando.depois() < Some(dias))
            }
            Quando::Volta(dias, para) => {
                let destino = |posicao: &Posicao| posicao.id == para && posicao.quando.depois().is_some();
                ultimo < Some(dias)
                    && !self.posicoes.iter().any(|posicao| volta(&posicao))
                    && self.posicoes.iter().any(destino)
            }
        };
        no_lugar && !self.posicoes.iter().any(mesmo_dia)
    }

    /// As if it had never been there.
    pub(crate) fn remover_do_inicio(&mut self, id: u32) {
        self.remover(id);
        self.removidas.clear();
    }

    fn remover(&mut self, id: u32) {
        let alvo_da_volta =
            |posicao: &Posicao| matches!(posicao.quando, Quando::Volta(_, para) if para == id);
        if self.posicoes.iter().any(alvo_da_volta) {
            return;
        }
        let removidas = self.posicoes.iter().filter(|posicao| posicao.id == id);
        self.removidas.extend(removidas.filter_map(|posicao| Some((posicao.id, posicao.quando.depois()?))));
        self.posicoes.retain(|posicao| posicao.id != id);
    }
}
