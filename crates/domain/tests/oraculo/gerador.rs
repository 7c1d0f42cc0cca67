//! Random histories that seldom bore: whoever invents them looks at the world and pulls where it gives.

mod inicio;
mod negocio;

use crate::calendario::Dia;
use crate::fatos::{DoTitulo, Fato};
use crate::historia::{Costumes, Historia};
use crate::mundo::{Estado, Mundo, Status};
use crate::sorteio::Sorteio;
use std::collections::BTreeSet;

/// The first day of a history: with a year after it and instalments after that, still inside the calendar.
const INICIOS: (Dia, Dia) = (100, 1100);

/// History number `semente`, of so many nights.
pub(crate) fn historia(semente: u64, dias: i64) -> Historia {
    let mut sorteio = Sorteio::new(semente);
    let inicio = sorteio.entre(INICIOS.0, INICIOS.1);
    let mut autor = Autor { sorteio, hoje: inicio, proximo_id: 0, depois: Vec::new() };
    let mundo = autor.mundo();
    let ritmo = autor.sorteio.entre(2, 20);
    let perdidas = autor.noites_perdidas(inicio, dias);
    let mut fatos = Vec::new();
    let mut vivo = mundo.clone();
    for hoje in inicio..inicio + dias {
        autor.hoje = hoje;
        let de_hoje = autor.o_que_acontece(&vivo, ritmo);
        for fato in &de_hoje {
            vivo.acontecer(fato);
        }
        fatos.extend(de_hoje.into_iter().map(|fato| (hoje, fato)));
        if !perdidas.contains(&hoje) {
            vivo.virar(hoje);
        }
    }
    let [vira_antes, so_os_vivos, sem_arquivadas] = [40, 30, 30].map(|em_cem| autor.sorteio.chance(em_cem));
    let costumes = Costumes { vira_antes, so_os_vivos, sem_arquivadas };
    Historia { semente, inicio, dias, mundo, fatos, perdidas, costumes }
}

struct Autor {
    sorteio: Sorteio,
    hoje: Dia,
    proximo_id: u32,
    /// What is to follow from what happened.
    depois: Vec<(Dia, Fato)>,
}

impl Autor {
    fn o_que_acontece(&mut self, mundo: &Mundo, ritmo: i64) -> Vec<Fato> {
        let hoje = self.hoje;
        let mut fatos: Vec<_> =
            self.depois.extract_if(.., |(dia, _)| *dia <= hoje).map(|(_, fato)| fato).collect();
        let mut chance = ritmo;
        while self.sorteio.chance(chance) {
            fatos.extend(self.fato(mundo));
            // One thing seldom comes alone.
            chance = 30;
        }
        fatos
    }

    fn fato(&mut self, mundo: &Mundo) -> Option<Fato> {
        match self.sorteio.entre(0, 99) {
            0..14 => Some(Fato::Novo(self.titulo(-30, 25))),
            14..20 => self.vencimento(mundo),
            20..23 => self.valor(mundo),
            23..26 => self.classe(mundo),
            26..35 => self.um(mundo, &[Status::Aberto, Status::Suspenso]).map(Fato::Pagar),
            35..37 => self
                .um(mundo, &[Status::Aberto, Status::Suspenso])
                .map(|i| Fato::DoTitulo(i, DoTitulo::Cancelar)),
            37..45 => self.suspender(mundo),
            45..50 => Some(self.suspender_todos()),
            50..53 => self.um(mundo, &[Status::Suspenso]).map(|i| Fato::DoTitulo(i, DoTitulo::Reabrir)),
            53..55 => Some(Fato::ReabrirTodos),
            55..63 => self.negociar(mundo),
            63..68 => self.pagar_primeira(mundo),
            68..70 => self.acordo_aberto(mundo).map(Fato::CancelarAcordo),
            70..74 => Some(self.perfil()),
            74..75 => Some(Fato::Regras(self.regras())),
            75..80 => self.desativar(mundo),
            80..81 => self.estado(mundo, Estado::Arquivada),
            81..84 => self.trocar_modo(mundo),
            84..88 => self.criterios_novos(mundo),
            88..89 => self.prioridade(mundo),
            89..94 => self.nova_posicao(mundo),
            94..97 => self.remover_posicao(mundo),
            97..98 => self.nova_acao(mundo),
            98..99 if mundo.reguas.len() < 8 => Some(Fato::NovaRegua(self.regua())),
            _ => self.estado(mundo, Estado::Ativa),
        }
    }

    fn noites_perdidas(&mut self, inicio: Dia, dias: i64) -> BTreeSet<Dia> {
        let soltas = [0, 0, 4, 15, 40][self.sorteio.indice(5)];
        let mut perdidas: BTreeSet<_> =
            (inicio..inicio + dias).filter(|_| self.sorteio.chance(soltas)).collect();
        for _ in 0..self.sorteio.entre(0, 2) {
            let desde = inicio + self.sorteio.entre(1, dias);
            perdidas.extend(desde..desde + self.sorteio.entre(2, 20));
        }
        perdidas
    }

    fn proximo_id(&mut self) -> u32 {
        self.proximo_id += 1;
        self.proximo_id
    }
}
