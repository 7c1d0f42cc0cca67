//! The reposition: where it may stand, and the turns it makes.

use crate::support::*;
use chrono::NaiveDate;
use domain::execucao::Canal;
use domain::ids::PosicaoId;
use domain::regua::{AcaoDevida, Caminhada, Gatilho, OrigemAcao, Passo, Posicao, Regua, ReguaError, Reguas};
use domain::titulo::StatusTitulo;
use std::collections::BTreeSet;
use uuid::Uuid;

/// D+1, D+6, D+16, and D+30 back to the second, as in the rules.
fn exemplo() -> Reguas {
    so(regua(1, &[d(1), d(6), d(16), volta(1, 30, 6)]))
}

/// The days after the entry, on 2026-03-02, on which something fired.
fn dias(acoes: &[(NaiveDate, AcaoDevida)]) -> Vec<i64> {
    acoes.iter().map(|(hoje, _)| (*hoje - dia("2026-03-02")).num_days()).collect()
}

fn ciclos(acoes: &[(NaiveDate, AcaoDevida)]) -> Vec<u32> {
    let ciclo = |acao: &AcaoDevida| match acao.origem {
        OrigemAcao::Cobranca { ciclo, .. } => ciclo,
        OrigemAcao::Lembrete => panic!("a reminder has no turn"),
    };
    acoes.iter().map(|(_, acao)| ciclo(acao)).collect()
}

#[test]
fn e03_a_loop_goes_on_as_if_it_were_the_day_of_its_target() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    let acoes = noites(&reguas, &mut devedor, "2026-03-02", "2026-06-01");
    assert_eq!(dias(&acoes), [1, 6, 16, 30, 40, 54, 64, 78, 88]);
    let escritos = escrito(&acoes, &reguas);
    let rotulos: Vec<_> = escritos.iter().map(|texto| texto.split(' ').nth(1).unwrap()).collect();
    assert_eq!(rotulos, ["D+1", "D+6", "D+16", "D+6", "D+16", "D+6", "D+16", "D+6", "D+16"]);
}

#[test]
fn e04_each_turn_is_a_new_cycle_with_each_action_once() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    let acoes = noites(&reguas, &mut devedor, "2026-03-02", "2026-06-01");
    assert_eq!(ciclos(&acoes), [1, 1, 1, 2, 2, 3, 3, 4, 4]);
    assert_eq!(acoes.iter().map(|(_, acao)| acao.execucao).collect::<BTreeSet<_>>().len(), acoes.len());
    assert_eq!((devedor.inscricoes.len(), devedor.inscricoes[0].ciclo), (1, 4));
}

#[test]
fn e03_the_night_of_the_loop_says_so_and_waits_for_the_next() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-31");
    let decisao = noite(&reguas, &mut devedor, dia("2026-04-01"));
    let (inscricao, de, para) = (devedor.inscricoes[0].id, posicao_id(1, d(30)), posicao_id(1, d(6)));
    let esperados = [
        Passo::Reposicionou { inscricao, de, para, ciclo: 2 },
        Passo::Disparou { inscricao, posicao: para, devida_em: dia("2026-04-01") },
        Passo::Aguarda { inscricao, posicao: posicao_id(1, d(16)), ate: dia("2026-04-11") },
    ];
    assert_eq!(decisao.passos, esperados);
    assert_eq!(decisao.proxima, Some(dia("2026-04-11")));
    let andando = Caminhada::Andando { ancora: dia("2026-03-26"), proxima: posicao_id(1, d(16)) };
    assert_eq!(devedor.inscricoes[0].caminhada, andando);
}

#[test]
fn e03_a_loop_found_late_counts_from_the_night_that_found_it() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-25");
    let acoes = noites(&reguas, &mut devedor, "2026-04-05", "2026-05-10");
    assert_eq!(dias(&acoes), [34, 44, 58, 68]);
    assert_eq!(acoes[0].1.devida_em, dia("2026-04-05"));
}

#[test]
fn e03_a_loop_to_the_position_just_before_it_fires_it_again_and_again() {
    let reguas = so(regua(1, &[d(0), d(2), volta(1, 3, 2)]));
    let acoes = noites(&reguas, &mut devedor(vec![titulo(1, "2026-02-10")]), "2026-03-02", "2026-03-08");
    assert_eq!(dias(&acoes), [0, 2, 3, 4, 5, 6]);
    assert_eq!(ciclos(&acoes), [1, 1, 2, 3, 4, 5]);
}

#[test]
fn e06_frozen_at_the_loop_position_it_happens_once_at_the_unfreeze() {
    // Suspended in the nights of the days from..=to, it fires on these days.
    for (de, ate, disparos) in [
        ("2026-03-22", "2026-04-11", vec![51, 61, 75]),
        ("2026-04-01", "2026-04-05", vec![35, 45, 59, 69]),
        ("2026-04-02", "2026-04-05", vec![30, 44, 58, 68]),
    ] {
        let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
        let mut acoes = vec![];
        for hoje in dia("2026-03-02").iter_days().take_while(|hoje| *hoje <= dia("2026-05-20")) {
            let suspenso = (dia(de)..=dia(ate)).contains(&hoje);
            mudar(&mut devedor, 1, if suspenso { StatusTitulo::Suspenso } else { StatusTitulo::Aberto });
            acoes.extend(noite(&reguas, &mut devedor, hoje).acoes.into_iter().map(|acao| (hoje, acao)));
        }
        assert_eq!(dias(&acoes)[3..], disparos, "{de}");
        let turnos: Vec<u32> = ciclos(&acoes)[3..].to_vec();
        assert_eq!(turnos, [2, 2, 3, 3][..turnos.len()], "{de}");
    }
}

#[test]
fn e02_a_reposition_is_the_last_position_and_does_nothing_itself() {
    let nova = |posicoes| Regua::new(cabecalho(1), posicoes).err();
    let cobranca = |dias| posicao(1, d(dias), &[Canal::Email]);
    let laco = |dias, para| posicao(1, volta(1, dias, para), &[]);
    assert_eq!(nova(vec![laco(30, 6), cobranca(6)]), None, "posted in any order");
    assert_eq!(
        nova(vec![cobranca(6), laco(30, 6), cobranca(31)]),
        Some(ReguaError::ReposicionamentoNaoEUltimo)
    );
    assert_eq!(nova(vec![cobranca(6), laco(30, 6), laco(40, 6)]), Some(ReguaError::ReposicionamentoRepetido));
    let com_acao = posicao(1, volta(1, 30, 6), &[Canal::Email]);
    assert_eq!(nova(vec![cobranca(6), com_acao]), Some(ReguaError::ReposicionamentoComAcao));
    assert_eq!(nova(vec![cobranca(6), laco(6, 6)]), Some(ReguaError::DiaRepetido(volta(1, 6, 6))));
}

#[test]
fn e05_a_reposition_goes_back_to_an_earlier_charge_of_its_own_regua() {
    let nova = |destino: PosicaoId| {
        let gatilho = Gatilho::Reposicionamento { dias: 30, para: destino };
        let laco = Posicao { id: posicao_id(1, d(30)), ..posicao(1, gatilho, &[]) };
        let posicoes =
            vec![posicao(1, antes(2), &[Canal::Email]), posicao(1, d(0), &[]), posicao(1, d(6), &[]), laco];
        Regua::new(cabecalho(1), posicoes).err()
    };
    assert_eq!(nova(posicao_id(1, d(0))), None);
    assert_eq!(nova(posicao_id(1, d(6))), None);
    let (a_si, lembrete, de_outra, nenhuma) = (
        posicao_id(1, d(30)),
        posicao_id(1, antes(2)),
        posicao_id(2, d(6)),
        PosicaoId::new(Uuid::from_u128(9)),
    );
    for destino in [a_si, lembrete, de_outra, nenhuma] {
        assert_eq!(nova(destino), Some(ReguaError::ReposicionamentoSemDestino));
    }
}
