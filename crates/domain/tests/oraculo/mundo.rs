//! A company with one debtor, in plain numbers: what is written in its tables, and nothing decided.

use crate::calendario::{self, Dia};

#[derive(Clone, Debug)]
pub(crate) struct Mundo {
    pub(crate) regras: Regras,
    pub(crate) pessoa: u8,
    pub(crate) categoria: Option<u8>,
    pub(crate) score: Option<i64>,
    pub(crate) titulos: Vec<Titulo>,
    pub(crate) acordos: Vec<Acordo>,
    pub(crate) reguas: Vec<Regua>,
}

#[derive(Clone, Debug)]
pub(crate) struct Regras {
    pub(crate) em_dia_util: bool,
    /// Holidays of its own.
    pub(crate) feriados: Vec<Dia>,
    pub(crate) perfil_perdido: bool,
    pub(crate) cancelar_acordo_apos: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Aberto,
    Negociado,
    Pago,
    Cancelado,
    Suspenso,
}

#[derive(Clone)]
pub(crate) struct Titulo {
    pub(crate) id: u32,
    pub(crate) vencimento: Dia,
    pub(crate) saldo: i64,
    pub(crate) status: Status,
    pub(crate) suspenso_ate: Option<Dia>,
    pub(crate) credor: Option<u8>,
    pub(crate) negocio: Option<u8>,
    pub(crate) tipo: Option<u8>,
    /// The negotiation that took it in.
    pub(crate) levado_por: Option<usize>,
    /// The negotiation it is an instalment of.
    pub(crate) parcela_de: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Acordo {
    pub(crate) confirmado: bool,
    pub(crate) desfeito: bool,
    /// Where its instalments are among the títulos, the first one first.
    pub(crate) parcelas: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Estado {
    Inativa,
    Ativa,
    Arquivada,
}

#[derive(Clone)]
pub(crate) struct Regua {
    pub(crate) id: u32,
    pub(crate) prioridade: i64,
    pub(crate) criada: i64,
    pub(crate) estado: Estado,
    pub(crate) por_titulo: bool,
    pub(crate) criterios: Criterios,
    pub(crate) posicoes: Vec<Posicao>,
    /// The `D+` positions that were taken out: id and days.
    pub(crate) removidas: Vec<(u32, i64)>,
}

#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Criterios {
    pub(crate) valor_minimo: Option<i64>,
    pub(crate) vencimento_de: Option<Dia>,
    pub(crate) vencimento_ate: Option<Dia>,
    /// Instalments only, or receivables only.
    pub(crate) acordos: Option<bool>,
    pub(crate) credores: Vec<u8>,
    pub(crate) pessoas: Vec<u8>,
    pub(crate) categorias: Vec<u8>,
    pub(crate) negocios: Vec<u8>,
    pub(crate) tipos: Vec<u8>,
    pub(crate) score_de: Option<i64>,
    pub(crate) score_ate: Option<i64>,
}

#[derive(Clone)]
pub(crate) struct Posicao {
    pub(crate) id: u32,
    pub(crate) quando: Quando,
    pub(crate) acoes: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quando {
    /// `D-n`.
    Antes(i64),
    /// `D+n`.
    Depois(i64),
    /// `D+n` that goes back to a position.
    Volta(i64, u32),
}

impl Quando {
    /// n of a `D+n`.
    pub(crate) fn depois(self) -> Option<i64> {
        match self {
            Self::Antes(_) => None,
            Self::Depois(dias) | Self::Volta(dias, _) => Some(dias),
        }
    }
}

impl Mundo {
    /// The last day on which what falls due on `vencimento` can be paid without being late.
    pub(crate) fn efetivo(&self, vencimento: Dia) -> Dia {
        calendario::efetivo(vencimento, self.regras.em_dia_util, &self.regras.feriados)
    }

    /// Rule k07: nobody confirmed it, and the company no longer waits.
    pub(crate) fn venceu_sem_confirmar(&self, acordo: &Acordo, hoje: Dia) -> bool {
        let primeira = self.efetivo(self.titulos[acordo.parcelas[0]].vencimento);
        let tolerancia = self.regras.cancelar_acordo_apos;
        !acordo.confirmado && tolerancia.is_some_and(|dias| hoje > primeira + dias)
    }

    /// What a night writes when it opens: suspensions that end, negotiations that nobody confirmed.
    pub(crate) fn virar(&mut self, hoje: Dia) {
        let terminou = |titulo: &&mut Titulo| {
            titulo.status == Status::Suspenso && titulo.suspenso_ate.is_some_and(|ate| ate <= hoje)
        };
        for titulo in self.titulos.iter_mut().filter(terminou) {
            titulo.status = Status::Aberto;
            titulo.suspenso_ate = None;
        }
        for i in 0..self.acordos.len() {
            if !self.acordos[i].desfeito && self.venceu_sem_confirmar(&self.acordos[i], hoje) {
                self.desfazer(i);
            }
        }
    }

    /// Rule k06.
    pub(crate) fn desfazer(&mut self, qual: usize) {
        self.acordos[qual].desfeito = true;
        for titulo in &mut self.titulos {
            if titulo.levado_por == Some(qual) {
                titulo.levado_por = None;
                titulo.status = Status::Aberto;
            } else if titulo.parcela_de == Some(qual) && titulo.status != Status::Pago {
                titulo.status = Status::Cancelado;
            }
        }
    }
}
