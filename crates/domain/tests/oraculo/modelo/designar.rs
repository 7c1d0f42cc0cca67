//! Which régua each título that may be charged is given to (rules §0: assignment).

use super::{Inscricao, Modelo};
use crate::calendario::Dia;
use crate::eventos::{Evento, Eventos};
use crate::mundo::{Estado, Mundo, Regua, Titulo};
use std::collections::BTreeMap;

/// Régua by título.
pub(super) type Designados = BTreeMap<u32, u32>;

impl Modelo {
    pub(super) fn designar(&self, mundo: &Mundo, hoje: Dia, eventos: &mut Eventos) -> Designados {
        let cobraveis: Vec<_> = mundo.titulos.iter().filter(|titulo| mundo.cobravel(titulo, hoje)).collect();
        let mut designados = Designados::new();
        for inscricao in &self.inscricoes {
            for titulo in inscricao.os_que_ficam(mundo, &cobraveis) {
                designados.insert(titulo, inscricao.quem.regua);
            }
        }
        let ficaram = designados.clone();
        for regua in mundo.em_ordem().into_iter().filter(|regua| regua.estado == Estado::Ativa) {
            for titulo in regua.toma(mundo, &cobraveis, &designados, eventos) {
                designados.insert(titulo, regua.id);
            }
        }
        let outra_antes = |(titulo, regua): (&u32, &u32)| {
            let titulo = mundo.achar(*titulo);
            let primeira = mundo.em_ordem().into_iter().find(|candidata| {
                candidata.id == *regua
                    || candidata.estado == Estado::Ativa && candidata.toma_um(mundo, titulo)
            });
            primeira.filter(|primeira| primeira.id != *regua).map(|_| mundo.regua(*regua).estado)
        };
        for estado in ficaram.iter().filter_map(outra_antes) {
            let inativa = estado == Estado::Inativa;
            eventos.viu_se(inativa, Evento::FicouEmReguaInativaApesarDeOutra);
            eventos.viu_se(!inativa, Evento::FicouPorPerfilPerdido);
        }
        designados
    }
}

impl Inscricao {
    /// Of an inactive régua, or where the company chose `perfil_perdido`: what it holds and still meets the
    /// criteria is offered to no other.
    fn os_que_ficam(&self, mundo: &Mundo, cobraveis: &[&Titulo]) -> Vec<u32> {
        let regua = mundo.regua(self.quem.regua);
        let fica = match regua.estado {
            Estado::Inativa => true,
            Estado::Ativa => mundo.regras.perfil_perdido && !self.outro_modo(regua),
            Estado::Arquivada => false,
        };
        let atende =
            |titulo: &&&Titulo| self.titulos.contains(&titulo.id) && mundo.atende(&regua.criterios, titulo);
        let seus: Vec<_> = cobraveis.iter().filter(atende).collect();
        let total: i64 = seus.iter().map(|titulo| titulo.saldo).sum();
        let alcanca = total >= regua.criterios.valor_minimo.unwrap_or(0);
        if fica && alcanca { seus.iter().map(|titulo| titulo.id).collect() } else { Vec::new() }
    }
}

impl Regua {
    fn toma(
        &self,
        mundo: &Mundo,
        cobraveis: &[&Titulo],
        designados: &Designados,
        eventos: &mut Eventos,
    ) -> Vec<u32> {
        let livres =
            |titulo: &&&Titulo| !designados.contains_key(&titulo.id) && mundo.atende(&self.criterios, titulo);
        let livres: Vec<_> = cobraveis.iter().filter(livres).collect();
        let minimo = self.criterios.valor_minimo.unwrap_or(0);
        if self.por_titulo {
            let bastam = livres.iter().filter(|titulo| titulo.saldo >= minimo);
            return bastam.map(|titulo| titulo.id).collect();
        }
        let ja_seus = cobraveis.iter().filter(|titulo| designados.get(&titulo.id) == Some(&self.id));
        let total: i64 = ja_seus.chain(livres.iter().copied()).map(|titulo| titulo.saldo).sum();
        eventos.viu_se(!livres.is_empty() && total < minimo, Evento::ValorMinimoBarrou);
        if total < minimo {
            return Vec::new();
        }
        eventos.viu_se(livres.iter().any(|titulo| titulo.saldo < minimo), Evento::ValorMinimoPelaSoma);
        livres.iter().map(|titulo| titulo.id).collect()
    }

    fn toma_um(&self, mundo: &Mundo, titulo: &Titulo) -> bool {
        mundo.atende(&self.criterios, titulo) && titulo.saldo >= self.criterios.valor_minimo.unwrap_or(0)
    }
}
