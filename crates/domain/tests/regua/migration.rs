//! Leaving a régua for another.

use crate::support::*;
use domain::calendario::Feriados;
use domain::regua::{Caminhada, Criterios, Devedor, EstadoRegua, Migracao, MotivoEncerramento, Perfil};
use domain::regua::{Regras, Regua, Reguas};
use domain::titulo::StatusTitulo;
use std::collections::BTreeSet;

/// Who is in a régua stays while it takes them.
const FICA: Regras = Regras {
    vencimento_em_dia_util: true,
    feriados: Feriados::NENHUM,
    migracao: Migracao::PerfilPerdido,
    cancelar_acordo_apos: None,
};

fn da_categoria(n: u128, categoria: &str, dias: &[domain::regua::Gatilho]) -> Regua {
    let criterios = Criterios { categorias: [rotulo(categoria)].into(), ..Criterios::default() };
    com_criterios(&regua(n, dias), criterios)
}

fn categoria(devedor: &mut Devedor, categoria: &str) {
    devedor.perfil = Perfil { categoria: Some(rotulo(categoria)), ..Perfil::default() };
}

fn onde(devedor: &Devedor) -> Vec<domain::ids::ReguaId> {
    lugares(devedor).into_iter().map(|(regua, _)| regua).collect()
}

#[test]
fn g02_the_category_changes_so_that_only_the_other_matches() {
    for regras in [&REGRAS, &FICA] {
        let reguas =
            Reguas::new(vec![da_categoria(1, "A", &[d(1), d(6)]), da_categoria(2, "B", &[d(2), d(9)])]);
        let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
        categoria(&mut devedor, "A");
        noites_com(regras, &reguas, &mut devedor, ("2026-03-02", "2026-03-05"));
        categoria(&mut devedor, "B");
        let decisao = noite_com(regras, &reguas, &mut devedor, dia("2026-03-06"));
        assert_eq!(motivos(&decisao), [MotivoEncerramento::Migracao]);
        assert_eq!(onde(&devedor), [regua_id(2)]);
        let acoes = noites_com(regras, &reguas, &mut devedor, ("2026-03-07", "2026-04-30"));
        assert_eq!(escrito(&acoes, &reguas), ["03-08 D+2", "03-15 D+9"], "g04: from its first position");
    }
}

#[test]
fn g02_with_nobody_to_take_it_the_profile_is_lost() {
    let reguas = so(da_categoria(1, "A", &[d(1), d(6)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    categoria(&mut devedor, "A");
    noite(&reguas, &mut devedor, dia("2026-03-02"));
    categoria(&mut devedor, "B");
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-03"));
    assert_eq!(motivos(&decisao), [MotivoEncerramento::PerfilPerdido]);
    assert_eq!((decisao.acoes, devedor.inscricoes.len()), (vec![], 0));
}

#[test]
fn g03_one_that_comes_first_takes_over_unless_the_company_waits_for_the_profile() {
    let (primeira, segunda) = (regua(1, &[d(2)]), regua(2, &[d(1), d(6)]));
    for (regras, fica) in [(&REGRAS, false), (&FICA, true)] {
        let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
        noites_com(regras, &so(segunda.clone()), &mut devedor, ("2026-03-02", "2026-03-05"));
        let ambas = Reguas::new(vec![primeira.clone(), segunda.clone()]);
        let acoes = noites_com(regras, &ambas, &mut devedor, ("2026-03-06", "2026-03-31"));
        let feito = if fica { "03-08 D+6" } else { "03-08 D+2" };
        assert_eq!(escrito(&acoes, &ambas), [feito]);
        assert_eq!(onde(&devedor), [regua_id(if fica { 2 } else { 1 })]);
    }
}

#[test]
fn g03_waiting_for_the_profile_it_leaves_when_it_is_lost() {
    let (primeira, segunda) = (regua(1, &[d(2)]), da_categoria(2, "A", &[d(1), d(6)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    categoria(&mut devedor, "A");
    noites_com(&FICA, &so(segunda.clone()), &mut devedor, ("2026-03-02", "2026-03-05"));
    let ambas = Reguas::new(vec![primeira, segunda]);
    noite_com(&FICA, &ambas, &mut devedor, dia("2026-03-06"));
    assert_eq!(onde(&devedor), [regua_id(2)]);
    categoria(&mut devedor, "B");
    let decisao = noite_com(&FICA, &ambas, &mut devedor, dia("2026-03-07"));
    assert_eq!(motivos(&decisao), [MotivoEncerramento::Migracao]);
    assert_eq!(onde(&devedor), [regua_id(1)]);
}

#[test]
fn g03_waiting_for_the_profile_a_new_titulo_goes_by_the_order() {
    let (primeira, segunda) = (regua(1, &[d(2)]), regua(2, &[d(1), d(6)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites_com(&FICA, &so(segunda.clone()), &mut devedor, ("2026-03-02", "2026-03-05"));
    devedor.titulos.push(titulo(2, "2026-02-11"));
    noite_com(&FICA, &Reguas::new(vec![primeira, segunda]), &mut devedor, dia("2026-03-06"));
    let dois = [(regua_id(1), vec![titulo_id(2)]), (regua_id(2), vec![titulo_id(1)])];
    assert_eq!(lugares(&devedor), dois);
}

#[test]
fn g03_waiting_for_the_profile_a_new_titulo_reaches_the_minimum_with_those_held() {
    let minimo = |n| {
        let criterios =
            Criterios { valor_minimo: Some(domain::dinheiro::Centavos::new(20_000)), ..Criterios::default() };
        com_criterios(&regua(n, &[d(1)]), criterios)
    };
    let mut devedor = devedor(vec![titulo(1, "2026-02-10"), titulo(2, "2026-02-10")]);
    noite_com(&FICA, &so(minimo(1)), &mut devedor, dia("2026-03-02"));
    devedor.titulos.push(titulo(3, "2026-02-11"));
    noite_com(&FICA, &so(minimo(1)), &mut devedor, dia("2026-03-03"));
    assert_eq!(lugares(&devedor), [(regua_id(1), [1, 2, 3].map(titulo_id).to_vec())]);
    // Of two that are left the held ones reach it still; of one they do not.
    pagar(&mut devedor, 1);
    noite_com(&FICA, &so(minimo(1)), &mut devedor, dia("2026-03-04"));
    assert_eq!(lugares(&devedor), [(regua_id(1), [2, 3].map(titulo_id).to_vec())]);
    pagar(&mut devedor, 2);
    let decisao = noite_com(&FICA, &so(minimo(1)), &mut devedor, dia("2026-03-05"));
    assert_eq!(motivos(&decisao), [MotivoEncerramento::PerfilPerdido]);
}

#[test]
fn g05_there_and_back_are_three_enrolments_one_a_night() {
    let reguas = Reguas::new(vec![da_categoria(1, "A", &[d(0), d(5)]), da_categoria(2, "B", &[d(0)])]);
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    let (mut inscricoes, mut onde_esteve) = (BTreeSet::new(), vec![]);
    for (hoje, qual) in [("2026-03-02", "A"), ("2026-03-03", "B"), ("2026-03-04", "A")] {
        categoria(&mut devedor, qual);
        let decisao = noite(&reguas, &mut devedor, dia(hoje));
        assert_eq!(decisao.acoes.len(), 1, "each starts at its D+0");
        inscricoes.insert(devedor.inscricoes[0].id);
        onde_esteve.extend(onde(&devedor));
        assert_eq!(noite(&reguas, &mut devedor, dia(hoje)).mudancas, [], "and once that night");
    }
    assert_eq!((inscricoes.len(), onde_esteve), (3, [1, 2, 1].map(regua_id).to_vec()));
    assert_eq!(devedor.inscricoes[0].entrada, dia("2026-03-04"));
}

#[test]
fn g06_a_frozen_one_migrates_when_it_thaws() {
    let reguas = Reguas::new(vec![da_categoria(1, "A", &[d(1), d(6)]), da_categoria(2, "B", &[d(2)])]);
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    categoria(&mut devedor, "A");
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-04");
    categoria(&mut devedor, "B");
    mudar(&mut devedor, 1, StatusTitulo::Suspenso);
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-05", "2026-03-20"), []);
    assert_eq!(onde(&devedor), [regua_id(1)]);
    assert!(matches!(devedor.inscricoes[0].caminhada, Caminhada::Congelada { .. }));
    mudar(&mut devedor, 1, StatusTitulo::Aberto);
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-21"));
    assert_eq!(motivos(&decisao), [MotivoEncerramento::Migracao]);
    assert_eq!(onde(&devedor), [regua_id(2)]);
}

#[test]
fn g06_a_frozen_titulo_stays_where_it_was_when_the_others_leave() {
    let mut devedor = devedor(vec![titulo(1, "2026-02-10"), titulo(2, "2026-02-10")]);
    noite(&so(regua(2, &[d(6)])), &mut devedor, dia("2026-03-02"));
    mudar(&mut devedor, 1, StatusTitulo::Suspenso);
    let ambas = Reguas::new(vec![regua(1, &[d(6)]), regua(2, &[d(6)])]);
    noite(&ambas, &mut devedor, dia("2026-03-03"));
    let dois = [(regua_id(1), vec![titulo_id(2)]), (regua_id(2), vec![titulo_id(1)])];
    assert_eq!(lugares(&devedor), dois);
    mudar(&mut devedor, 1, StatusTitulo::Aberto);
    let decisao = noite(&ambas, &mut devedor, dia("2026-03-04"));
    assert_eq!(motivos(&decisao), [MotivoEncerramento::Migracao]);
    assert_eq!(lugares(&devedor), [(regua_id(1), [1, 2].map(titulo_id).to_vec())]);
}

#[test]
fn v04_archiving_closes_the_frozen_ones_too() {
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noite(&so(regua(1, &[d(6)])), &mut devedor, dia("2026-03-02"));
    mudar(&mut devedor, 1, StatusTitulo::Suspenso);
    let arquivada = so(em_estado(&regua(1, &[d(6)]), EstadoRegua::Arquivada));
    let decisao = noite(&arquivada, &mut devedor, dia("2026-03-03"));
    assert_eq!(motivos(&decisao), [MotivoEncerramento::ReguaArquivada]);
    assert_eq!(devedor.inscricoes, []);
}

#[test]
fn v04_deactivated_for_a_day_while_another_also_fits_nobody_migrates() {
    let (primeira, segunda) = (regua(1, &[d(1), d(6)]), regua(2, &[d(0)]));
    let ambas = Reguas::new(vec![primeira.clone(), segunda.clone()]);
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites(&ambas, &mut devedor, "2026-03-02", "2026-03-04");
    let sem = Reguas::new(vec![em_estado(&primeira, EstadoRegua::Inativa), segunda]);
    assert_eq!(noites(&sem, &mut devedor, "2026-03-05", "2026-03-05"), []);
    assert_eq!(escrito(&noites(&ambas, &mut devedor, "2026-03-06", "2026-03-31"), &ambas), ["03-08 D+6"]);
}

#[test]
fn v04_what_no_longer_meets_the_inactive_one_is_let_go() {
    let (inativa, ativa) =
        (em_estado(&da_categoria(1, "A", &[d(1)]), EstadoRegua::Inativa), regua(2, &[d(0)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    categoria(&mut devedor, "A");
    noite(&so(da_categoria(1, "A", &[d(1)])), &mut devedor, dia("2026-03-02"));
    let reguas = Reguas::new(vec![inativa, ativa]);
    noite(&reguas, &mut devedor, dia("2026-03-03"));
    assert_eq!(onde(&devedor), [regua_id(1)]);
    categoria(&mut devedor, "B");
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-04"));
    assert_eq!((motivos(&decisao), onde(&devedor)), (vec![MotivoEncerramento::Migracao], vec![regua_id(2)]));
}
