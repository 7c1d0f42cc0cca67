//! What there is before anything happens: the company, its réguas, the first títulos.

use super::Autor;
use crate::calendario::Dia;
use crate::mundo::{Criterios, Estado, Mundo, Posicao, Quando, Regras, Regua, Status, Titulo};
use std::collections::BTreeSet;

impl Autor {
    pub(super) fn mundo(&mut self) -> Mundo {
        Mundo {
            regras: self.regras(),
            pessoa: self.classe_de(3),
            categoria: self.sorteio.talvez(80, |_| ()).map(|()| self.classe_de(3)),
            score: self.sorteio.talvez(70, |sorteio| sorteio.entre(0, 100)),
            titulos: (0..self.sorteio.entre(0, 6)).map(|_| self.titulo(-40, 40)).collect(),
            acordos: Vec::new(),
            reguas: (0..self.sorteio.entre(1, 5)).map(|_| self.regua()).collect(),
        }
    }

    pub(super) fn regras(&mut self) -> Regras {
        Regras {
            em_dia_util: self.sorteio.chance(80),
            feriados: self.feriados(),
            perfil_perdido: self.sorteio.chance(40),
            cancelar_acordo_apos: self.sorteio.talvez(50, |sorteio| sorteio.entre(0, 12)),
        }
    }

    /// Holidays of its own around today, some of them one after the other.
    fn feriados(&mut self) -> Vec<Dia> {
        let quantos = if self.sorteio.chance(40) { self.sorteio.entre(1, 12) } else { 0 };
        (0..quantos).map(|_| self.hoje + self.sorteio.entre(-15, 30)).collect()
    }

    /// Due from `de` to `ate` days from today.
    pub(super) fn titulo(&mut self, de: i64, ate: i64) -> Titulo {
        // Neither the older nor the newer one has the smaller id.
        let id = self.proximo_id() + 10_000 * u32::from(self.classe_de(200));
        Titulo {
            id,
            vencimento: self.hoje + self.sorteio.entre(de, ate),
            saldo: 100 * self.sorteio.entre(1, 6),
            status: Status::Aberto,
            suspenso_ate: None,
            credor: self.talvez_classe(60),
            negocio: self.talvez_classe(60),
            tipo: self.talvez_classe(60),
            levado_por: None,
            parcela_de: None,
        }
    }

    pub(super) fn regua(&mut self) -> Regua {
        let id = self.proximo_id() + 10_000 * u32::from(self.classe_de(200));
        let poucas = i64::from(self.sorteio.chance(95));
        let cobrancas = self.dias_distintos(poucas, 4, 25);
        let lembretes = self.dias_distintos(0, 2, 10);
        let mut posicoes: Vec<_> = cobrancas.iter().map(|dias| self.posicao(Quando::Depois(*dias))).collect();
        if let (Some(ultimo), true) = (cobrancas.last(), self.sorteio.chance(55)) {
            let para = posicoes[self.sorteio.indice(posicoes.len())].id;
            let volta = Quando::Volta(ultimo + self.sorteio.entre(1, 14), para);
            posicoes.push(self.posicao(volta));
        }
        posicoes.extend(lembretes.iter().map(|dias| self.posicao(Quando::Antes(*dias))));
        Regua {
            id,
            prioridade: self.sorteio.entre(0, 2),
            criada: self.sorteio.entre(0, 2),
            estado: if self.sorteio.chance(85) { Estado::Ativa } else { Estado::Inativa },
            por_titulo: self.sorteio.chance(40),
            criterios: self.criterios(),
            posicoes,
            removidas: Vec::new(),
        }
    }

    pub(super) fn posicao(&mut self, quando: Quando) -> Posicao {
        let id = 10 * self.proximo_id();
        let quantas = match (quando, self.sorteio.entre(0, 19)) {
            (Quando::Volta(..), _) | (_, 0) => 0,
            (_, 1..15) => 1,
            _ => 2,
        };
        Posicao { id, quando, acoes: (id..id + quantas).collect() }
    }

    pub(super) fn criterios(&mut self) -> Criterios {
        let mut criterios = Criterios::default();
        for _ in 0..[0, 0, 1, 1, 1, 2, 3][self.sorteio.indice(7)] {
            self.mais_um(&mut criterios);
        }
        criterios
    }

    fn mais_um(&mut self, criterios: &mut Criterios) {
        let hoje = self.hoje;
        match self.sorteio.entre(0, 9) {
            0 | 1 => criterios.valor_minimo = Some(100 * self.sorteio.entre(1, 10)),
            2 => {
                criterios.vencimento_de = self.sorteio.talvez(60, |sorteio| hoje + sorteio.entre(-60, 60));
                criterios.vencimento_ate = self.sorteio.talvez(60, |sorteio| hoje + sorteio.entre(0, 120));
            }
            3 => criterios.acordos = Some(self.sorteio.chance(40)),
            4 => criterios.credores = self.classes(),
            5 => criterios.pessoas = self.classes(),
            6 => criterios.categorias = self.classes(),
            7 => criterios.negocios = self.classes(),
            8 => criterios.tipos = self.classes(),
            _ => {
                criterios.score_de = self.sorteio.talvez(60, |sorteio| sorteio.entre(0, 60));
                criterios.score_ate = self.sorteio.talvez(60, |sorteio| sorteio.entre(40, 100));
            }
        }
    }

    pub(super) fn talvez_classe(&mut self, em_cem: i64) -> Option<u8> {
        self.sorteio.chance(em_cem).then(|| self.classe_de(3))
    }

    fn classe_de(&mut self, quantas: i64) -> u8 {
        u8::try_from(self.sorteio.entre(0, quantas - 1)).unwrap()
    }

    /// One or two of the three there are.
    fn classes(&mut self) -> Vec<u8> {
        let mut classes = vec![self.classe_de(3), self.classe_de(3)];
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    fn dias_distintos(&mut self, poucos: i64, muitos: i64, ate: i64) -> BTreeSet<i64> {
        (0..self.sorteio.entre(poucos, muitos)).map(|_| self.sorteio.entre(0, ate)).collect()
    }
}
