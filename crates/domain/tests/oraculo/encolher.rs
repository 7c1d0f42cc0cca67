//! Makes a history that fails as small as it goes while it still fails, so that a person can read it.

use crate::comparar::{Diferenca, comparar};
use crate::historia::Historia;
use crate::mundo::Criterios;

/// How many smaller histories are tried.
const TENTATIVAS: usize = 3_000;

/// The smallest one found, and where it fails.
pub(crate) fn encolher(historia: Historia, diferenca: Box<Diferenca>) -> (Historia, Box<Diferenca>) {
    let mut menor = Menor { historia, diferenca, tentativas: TENTATIVAS };
    loop {
        let antes = menor.tentativas;
        let diminuiu = menor.passada();
        if !diminuiu || menor.tentativas == 0 || antes == menor.tentativas {
            return (menor.historia, menor.diferenca);
        }
    }
}

struct Menor {
    historia: Historia,
    diferenca: Box<Diferenca>,
    tentativas: usize,
}

impl Menor {
    /// Tries everything once; whether anything got smaller.
    fn passada(&mut self) -> bool {
        let mut diminuiu = false;
        let dias = self.diferenca.dia - self.historia.inicio + 1;
        diminuiu |= dias < self.historia.dias && self.tentar(|menor| menor.dias = dias);
        diminuiu |= !self.historia.perdidas.is_empty() && self.tentar(|menor| menor.perdidas.clear());
        let mut bloco = self.historia.fatos.len().next_power_of_two();
        while bloco > 0 {
            for i in (0..self.historia.fatos.len()).step_by(bloco).rev() {
                diminuiu |= self.tentar(|menor| {
                    let ate = (i + bloco).min(menor.fatos.len());
                    menor.fatos.drain(i.min(ate)..ate);
                });
            }
            bloco /= 2;
        }
        for dia in self.historia.perdidas.clone() {
            diminuiu |= self.tentar(|menor| {
                menor.perdidas.remove(&dia);
            });
        }
        diminuiu | self.o_que_havia()
    }

    /// What there was at first.
    fn o_que_havia(&mut self) -> bool {
        let mut diminuiu = false;
        for i in (0..self.historia.mundo.titulos.len()).rev() {
            diminuiu |= self.tentar(|menor| {
                menor.mundo.titulos.remove(i);
            });
        }
        for i in (0..self.historia.mundo.reguas.len()).rev() {
            diminuiu |= self.tentar(|menor| {
                menor.mundo.reguas.remove(i);
            });
        }
        for i in 0..self.historia.mundo.reguas.len() {
            let posicoes: Vec<_> =
                self.historia.mundo.reguas[i].posicoes.iter().map(|posicao| posicao.id).collect();
            for id in posicoes {
                diminuiu |= self.tentar(|menor| menor.mundo.reguas[i].remover_do_inicio(id));
            }
            if self.historia.mundo.reguas[i].criterios != Criterios::default() {
                diminuiu |= self.tentar(|menor| menor.mundo.reguas[i].criterios = Criterios::default());
            }
        }
        let costumes = self.historia.costumes;
        diminuiu |= costumes.so_os_vivos && self.tentar(|menor| menor.costumes.so_os_vivos = false);
        diminuiu |= costumes.vira_antes && self.tentar(|menor| menor.costumes.vira_antes = false);
        diminuiu
    }

    fn tentar(&mut self, mudar: impl FnOnce(&mut Historia)) -> bool {
        if self.tentativas == 0 {
            return false;
        }
        self.tentativas -= 1;
        let mut menor = self.historia.clone();
        mudar(&mut menor);
        let Err(diferenca) = comparar(&menor) else { return false };
        (self.historia, self.diferenca) = (menor, diferenca);
        true
    }
}
