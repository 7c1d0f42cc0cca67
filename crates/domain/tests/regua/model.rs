//! A second, naive telling of the walk: no anchor and no dates, only a clock for each enrolment that counts the
//! days it walked.

use crate::geradores::historias;
use crate::historia::{Noite, percorrer};
use crate::laws_walk::disparos;
use chrono::NaiveDate;
use domain::ids::{InscricaoId, PosicaoId};
use domain::regua::{EstadoRegua, Inscricao, Regua};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// One enrolment: how many days it walked, and how many positions fired.
struct Modelo {
    relogio: i64,
    feitas: usize,
    ultima_noite: NaiveDate,
    gelado: bool,
}

/// The `i`-th firing of a régua that nothing disturbs: after how many days, of which position, in which turn.
fn agenda(regua: &Regua, i: usize) -> Option<(i64, PosicaoId, u32)> {
    let dias = |posicao: &domain::regua::Posicao| posicao.gatilho.depois().map(i64::from);
    let (mut cobrancas, mut laco) = (vec![], None);
    for posicao in regua.posicoes() {
        match (dias(posicao), posicao.gatilho.volta_para()) {
            (Some(dias), None) => cobrancas.push((dias, posicao.id)),
            (Some(dias), Some(para)) => laco = Some((dias, para)),
            (None, _) => {}
        }
    }
    if let Some((dias, id)) = cobrancas.get(i) {
        return Some((*dias, *id, 1));
    }
    let (fim, para) = laco?;
    let destino = cobrancas.iter().position(|(_, id)| *id == para).unwrap();
    let do_laco = &cobrancas[destino..];
    let (volta, passo) = ((i - cobrancas.len()) / do_laco.len(), (i - cobrancas.len()) % do_laco.len());
    let (comeco, (dias, id)) = (do_laco[0].0, do_laco[passo]);
    let voltas = u32::try_from(volta).unwrap();
    Some((fim + i64::from(voltas) * (fim - comeco) + dias - comeco, id, voltas + 2))
}

impl Modelo {
    /// Plays one night: the position that fires, if one does, and in which turn.
    fn jogar(&mut self, noite: &Noite, inscricao: &Inscricao) -> Option<(PosicaoId, u32)> {
        let dias = (noite.hoje - self.ultima_noite).num_days();
        self.ultima_noite = noite.hoje;
        let gelado = !noite.cobraveis().any(|titulo| inscricao.titulos.contains(&titulo.id));
        // The days before the night that finds it frozen were walked; those before the thaw were not.
        if !self.gelado {
            self.relogio += dias;
        }
        self.gelado = gelado;
        let regua = noite.reguas.get(inscricao.regua).unwrap();
        let (quando, posicao, ciclo) = agenda(regua, self.feitas)?;
        if gelado || regua.estado() != EstadoRegua::Ativa || self.relogio < quando {
            return None;
        }
        // Late, what follows is as late.
        self.relogio = quando;
        self.feitas += 1;
        Some((posicao, ciclo))
    }
}

proptest! {
    #[test]
    fn the_walk_agrees_with_the_model(historia in historias()) {
        let mut modelos: BTreeMap<InscricaoId, Modelo> = BTreeMap::new();
        percorrer(&historia.sem_edicao(), |noite| {
            let disparos = disparos(noite);
            for inscricao in &noite.depois.inscricoes {
                let novo = Modelo { relogio: 0, feitas: 0, ultima_noite: noite.hoje, gelado: false };
                let esperado = modelos.entry(inscricao.id).or_insert(novo).jogar(noite, inscricao);
                let disparo = disparos.iter().find(|disparo| disparo.inscricao == inscricao.id);
                let feito = disparo.map(|disparo| (disparo.posicao, inscricao.ciclo));
                prop_assert_eq!(feito, esperado, "{}", noite.hoje);
            }
            Ok(())
        })?;
    }
}
