//! Réguas that each título walks by itself, and changing between the modes.

use crate::support::*;
use domain::regua::{Alvo, Caminhada, EstadoRegua, Modo, MotivoEncerramento, Reguas};
use domain::titulo::StatusTitulo;

fn por_titulo(n: u128, dias: &[domain::regua::Gatilho]) -> domain::regua::Regua {
    em_modo(&regua(n, dias), Modo::PorTitulo)
}

#[test]
fn m07_three_titulos_overdue_on_different_days_walk_three_walks() {
    let reguas = so(por_titulo(1, &[d(1), d(6)]));
    let mut devedor =
        devedor(vec![titulo(1, "2026-03-02"), titulo(2, "2026-03-04"), titulo(3, "2026-03-06")]);
    let acoes = noites(&reguas, &mut devedor, "2026-03-02", "2026-04-30");
    let esperado = ["03-04 D+1", "03-06 D+1", "03-08 D+1", "03-09 D+6", "03-11 D+6", "03-13 D+6"];
    assert_eq!(escrito(&acoes, &reguas), esperado);
    let titulos: Vec<_> = acoes.iter().map(|(_, acao)| acao.titulos.clone()).collect();
    assert_eq!(titulos, [1, 2, 3, 1, 2, 3].map(|n| vec![titulo_id(n)]));
    let alvos: Vec<_> = devedor.inscricoes.iter().map(|viva| (viva.alvo, viva.entrada)).collect();
    let entrou = |n, data| (Alvo::Titulo(titulo_id(n)), dia(data));
    assert_eq!(alvos, [entrou(1, "2026-03-03"), entrou(2, "2026-03-05"), entrou(3, "2026-03-07")]);
}

#[test]
fn m07_those_that_enter_together_are_walked_apart() {
    let reguas = so(por_titulo(1, &[d(0)]));
    let mut devedor = devedor((1..=4).map(|n| titulo(n, "2026-02-10")).collect());
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-02"));
    let execucoes: std::collections::BTreeSet<_> = decisao.acoes.iter().map(|acao| acao.execucao).collect();
    assert_eq!((decisao.acoes.len(), execucoes.len(), devedor.inscricoes.len()), (4, 4, 4));
}

#[test]
fn m08_paying_one_ends_only_its_walk() {
    let reguas = so(por_titulo(1, &[d(1), d(6)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10"), titulo(2, "2026-02-10")]);
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-04");
    pagar(&mut devedor, 1);
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-05"));
    assert_eq!(motivos(&decisao), [MotivoEncerramento::SemTitulo]);
    let acoes = noites(&reguas, &mut devedor, "2026-03-06", "2026-03-31");
    assert_eq!(escrito(&acoes, &reguas), ["03-08 D+6"]);
    assert_eq!(acoes[0].1.titulos, [titulo_id(2)]);
}

#[test]
fn r12_changing_the_mode_enrols_again_from_the_first_position() {
    for (de, para, entradas) in
        [(Modo::PorDevedor, Modo::PorTitulo, 2), (Modo::PorTitulo, Modo::PorDevedor, 1)]
    {
        let com = |modo| em_modo(&regua(1, &[d(1), d(6), d(16)]), modo);
        let mut devedor = devedor(vec![titulo(1, "2026-02-10"), titulo(2, "2026-02-10")]);
        noites(&so(com(de)), &mut devedor, "2026-03-02", "2026-03-09");
        let antes = devedor.inscricoes.clone();
        // Changed while inactive: who is in it stands still as it is.
        let desligada = so(em_estado(&com(para), EstadoRegua::Inativa));
        assert_eq!(noites(&desligada, &mut devedor, "2026-03-10", "2026-03-19"), []);
        assert_eq!(devedor.inscricoes, antes);
        let ligada = so(com(para));
        let decisao = noite(&ligada, &mut devedor, dia("2026-03-20"));
        assert_eq!(motivos(&decisao), vec![MotivoEncerramento::ModoAlterado; antes.len()]);
        assert_eq!(devedor.inscricoes.len(), entradas);
        let inicio = Caminhada::Andando { ancora: dia("2026-03-20"), proxima: posicao_id(1, d(1)) };
        assert!(devedor.inscricoes.iter().all(|viva| viva.caminhada == inicio && viva.ciclo == 1));
        let acoes = noites(&ligada, &mut devedor, "2026-03-21", "2026-03-22");
        assert_eq!(escrito(&acoes, &ligada), vec!["03-21 D+1"; entradas]);
    }
}

#[test]
fn r12_a_frozen_one_closes_too_and_enters_when_it_thaws() {
    let com = |modo| so(em_modo(&regua(1, &[d(1), d(6)]), modo));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites(&com(Modo::PorDevedor), &mut devedor, "2026-03-02", "2026-03-04");
    mudar(&mut devedor, 1, StatusTitulo::Suspenso);
    let decisao = noite(&com(Modo::PorTitulo), &mut devedor, dia("2026-03-05"));
    assert_eq!(motivos(&decisao), [MotivoEncerramento::ModoAlterado]);
    assert_eq!(devedor.inscricoes, []);
    mudar(&mut devedor, 1, StatusTitulo::Aberto);
    noite(&com(Modo::PorTitulo), &mut devedor, dia("2026-03-06"));
    assert_eq!(devedor.inscricoes[0].alvo, Alvo::Titulo(titulo_id(1)));
    assert_eq!(devedor.inscricoes[0].entrada, dia("2026-03-06"));
}

#[test]
fn a_debtor_may_walk_one_regua_and_his_other_titulos_another() {
    let minimo = domain::regua::Criterios {
        valor_minimo: Some(domain::dinheiro::Centavos::new(20_000)),
        ..domain::regua::Criterios::default()
    };
    let reguas = Reguas::new(vec![com_criterios(&por_titulo(1, &[d(1)]), minimo), regua(2, &[d(2)])]);
    let mut devedor =
        devedor(vec![titulo(1, "2026-02-10"), titulo(2, "2026-02-10"), titulo(3, "2026-02-10")]);
    um(&mut devedor, 2).saldo = domain::dinheiro::Centavos::new(20_000);
    noite(&reguas, &mut devedor, dia("2026-03-02"));
    let dois = [(regua_id(1), vec![titulo_id(2)]), (regua_id(2), [1, 3].map(titulo_id).to_vec())];
    assert_eq!(lugares(&devedor), dois);
}
