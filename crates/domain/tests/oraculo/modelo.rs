//! The rules told again, as slowly as they read: nothing is scheduled, nothing is kept but what a clerk would
//! write on the card of an enrolment, and every day is lived.
//!
//! An enrolment has no anchor. It has a count of the days it has walked, one more each calendar day on which
//! it is not frozen, and the day of the régua that it has left behind. A position that fires sets the count
//! to its own days: that is what lateness and the loop do, and all they do.

mod designar;
mod inscricao;
mod lembretes;
mod observar;
mod situacao;

use crate::calendario::Dia;
use crate::eventos::{Evento, Eventos};
use crate::mundo::Mundo;
use crate::quadro::{Encerrada, Onde, Quadro, Quem};
use designar::Designados;
use inscricao::Inscricao;
use std::collections::BTreeSet;

#[derive(Default)]
pub(crate) struct Modelo {
    inscricoes: Vec<Inscricao>,
    /// Position and título.
    lembrados: BTreeSet<(u32, u32)>,
    /// Which régua ever had whom, for the events only.
    antigas: BTreeSet<(u32, Option<u32>)>,
}

impl Modelo {
    /// A new calendar day, with a night or without one.
    pub(crate) fn amanhecer(&mut self) {
        for inscricao in self.inscricoes.iter_mut().filter(|inscricao| inscricao.onde != Onde::Congelada) {
            inscricao.andou += 1;
        }
    }

    pub(crate) fn noite(&mut self, mundo: &Mundo, hoje: Dia, eventos: &mut Eventos) -> Quadro {
        self.observar(mundo, hoje, eventos);
        let designados = self.designar(mundo, hoje, eventos);
        let mut quadro = Quadro::default();
        let antes = std::mem::take(&mut self.inscricoes);
        for mut inscricao in antes {
            let destino = inscricao.destino(mundo, &designados, hoje);
            if let Some(motivo) = inscricao.por_que_encerra(mundo, &designados, &destino, hoje) {
                inscricao.observar_fim(motivo, &destino, eventos);
                quadro.encerradas.push(Encerrada { quem: inscricao.quem, motivo });
            } else {
                inscricao.receber(destino, mundo, eventos);
                self.inscricoes.push(inscricao);
            }
        }
        self.abrir(mundo, &designados, hoje, eventos);
        for inscricao in &mut self.inscricoes {
            quadro.acoes.extend(inscricao.andar(mundo, &designados, hoje, eventos));
        }
        quadro.acoes.extend(self.lembrar(mundo, hoje, eventos));
        quadro.vivas = self.inscricoes.iter().map(Inscricao::mostrar).collect();
        quadro.em_ordem()
    }

    /// Who is given a régua where it does not walk yet enters it.
    fn abrir(&mut self, mundo: &Mundo, designados: &Designados, hoje: Dia, eventos: &mut Eventos) {
        for (titulo, regua) in designados {
            let por_titulo = mundo.regua(*regua).por_titulo;
            let alvo = por_titulo.then_some(*titulo);
            let anda = |inscricao: &&mut Inscricao| {
                inscricao.quem.regua == *regua
                    && (inscricao.quem.titulo == alvo || inscricao.titulos.contains(titulo))
            };
            if let Some(inscricao) = self.inscricoes.iter_mut().find(anda) {
                if !inscricao.titulos.contains(titulo) {
                    inscricao.titulos.push(*titulo);
                }
                continue;
            }
            eventos.viu(Evento::Entrada);
            eventos.viu_se(!self.antigas.insert((*regua, alvo)), Evento::VoltouAUmaReguaAnterior);
            self.inscricoes
                .push(Inscricao::nova(Quem { regua: *regua, titulo: alvo, entrada: hoje }, *titulo));
        }
        let na_mesma = |inscricao: &Inscricao| {
            let irmas = self.inscricoes.iter().filter(|outra| outra.quem.regua == inscricao.quem.regua);
            irmas.count() > 2
        };
        eventos.viu_se(self.inscricoes.iter().any(na_mesma), Evento::TresAndamNaMesmaRegua);
    }
}
