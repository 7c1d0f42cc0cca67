//! Which régua gets which títulos, and what inactive and archived ones do.

use crate::support::*;
use chrono::{DateTime, TimeDelta};
use domain::regua::{
    Cabecalho, EstadoRegua, MotivoEncerramento, MudancaInscricao, Passo, Regua, Reguas, decide,
};

fn abertas(devedor: &domain::regua::Devedor) -> Vec<domain::ids::ReguaId> {
    devedor.inscricoes.iter().map(|inscricao| inscricao.regua).collect()
}

#[test]
fn s12_the_smaller_priority_comes_first_then_the_older_one() {
    let com = |n, prioridade, dias_depois| {
        let base = regua(n, &[d(1)]);
        let criada_em = DateTime::UNIX_EPOCH + TimeDelta::days(dias_depois);
        Regua::new(Cabecalho { prioridade, criada_em, ..cabecalho(n) }, base.posicoes().to_vec()).unwrap()
    };
    for (reguas, vence) in [
        (vec![com(1, 2, 0), com(2, 1, 1)], 2),
        (vec![com(1, 1, 1), com(2, 1, 0)], 2),
        (vec![com(2, 1, 0), com(1, 1, 0)], 1),
    ] {
        let mut devedor = devedor(vec![titulo(1, "2026-02-02")]);
        noite(&Reguas::new(reguas), &mut devedor, dia("2026-03-02"));
        assert_eq!(abertas(&devedor), [regua_id(vence)]);
    }
}

#[test]
fn v01_an_inactive_regua_takes_nobody_in() {
    let reguas = so(em_estado(&regua(1, &[antes(3), d(0)]), EstadoRegua::Inativa));
    let devedor = devedor(vec![titulo(2, "2026-03-04"), titulo(1, "2026-02-02")]);
    let decisao = decide(&reguas, &devedor, dia("2026-03-02"), &REGRAS);
    assert!(decisao.sem_efeito());
    assert_eq!(decisao.proxima, Some(dia("2026-03-05")), "the other one becomes overdue");
    assert_eq!(decisao.passos, [Passo::SemRegua { titulos: vec![titulo_id(1)] }]);
}

#[test]
fn v03_deactivated_it_stands_still_and_reactivated_it_goes_on_without_a_burst() {
    let ativa = regua(1, &[d(1), d(6), d(16)]);
    let (ligada, desligada) = (so(ativa.clone()), so(em_estado(&ativa, EstadoRegua::Inativa)));
    let mut devedor = devedor(vec![titulo(1, "2026-02-02")]);
    noites(&ligada, &mut devedor, "2026-03-02", "2026-03-04");
    let antes = devedor.clone();
    assert_eq!(noites(&desligada, &mut devedor, "2026-03-05", "2026-04-30"), []);
    assert_eq!(devedor, antes);
    let acoes = noites(&ligada, &mut devedor, "2026-05-01", "2026-06-30");
    assert_eq!(escrito(&acoes, &ligada), ["05-01 D+6", "05-11 D+16"]);
}

#[test]
fn v04_an_inactive_regua_keeps_what_it_holds_and_gets_nothing_new() {
    let (primeira, segunda) = (regua(1, &[d(1)]), regua(2, &[d(1)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-02")]);
    noite(&Reguas::new(vec![primeira.clone(), segunda.clone()]), &mut devedor, dia("2026-03-02"));
    devedor.titulos.push(titulo(2, "2026-02-03"));
    let desligada = Reguas::new(vec![em_estado(&primeira, EstadoRegua::Inativa), segunda]);
    noite(&desligada, &mut devedor, dia("2026-03-03"));
    let lugares: Vec<_> = devedor.inscricoes.iter().map(|i| (i.regua, i.titulos.clone())).collect();
    assert_eq!(lugares, [(regua_id(1), vec![titulo_id(1)]), (regua_id(2), vec![titulo_id(2)])]);
    let decisao = decide(&desligada, &devedor, dia("2026-03-05"), &REGRAS);
    devedor.inscricoes.reverse();
    assert_eq!(decide(&desligada, &devedor, dia("2026-03-05"), &REGRAS), decisao, "in any order of rows");
}

#[test]
fn v04_an_inactive_regua_lets_the_paid_one_go() {
    let reguas = so(em_estado(&regua(1, &[d(1)]), EstadoRegua::Inativa));
    let mut devedor = devedor(vec![titulo(1, "2026-02-02")]);
    noite(&so(regua(1, &[d(1)])), &mut devedor, dia("2026-03-02"));
    pagar(&mut devedor, 1);
    noite(&reguas, &mut devedor, dia("2026-03-03"));
    assert_eq!(devedor.inscricoes, []);
}

#[test]
fn v04_an_archived_regua_closes_and_the_next_one_takes_over_that_night() {
    let (primeira, segunda) = (regua(1, &[d(0)]), regua(2, &[d(0)]));
    for restantes in [vec![em_estado(&primeira, EstadoRegua::Arquivada), segunda.clone()], vec![segunda]] {
        let mut devedor = devedor(vec![titulo(1, "2026-02-02")]);
        noite(&so(primeira.clone()), &mut devedor, dia("2026-03-02"));
        let decisao = noite(&Reguas::new(restantes), &mut devedor, dia("2026-03-03"));
        let [encerrada, _aberta] = &decisao.mudancas[..] else { panic!("{decisao:?}") };
        let motivo = MotivoEncerramento::ReguaArquivada;
        assert!(matches!(encerrada, MudancaInscricao::Encerrar { motivo: m, .. } if *m == motivo));
        assert_eq!((abertas(&devedor), decisao.acoes.len()), (vec![regua_id(2)], 1));
    }
}

#[test]
fn g04_a_regua_that_comes_first_takes_over_at_its_first_position() {
    let (primeira, segunda) = (regua(1, &[d(2)]), regua(2, &[d(1), d(6)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-02")]);
    noites(&so(segunda.clone()), &mut devedor, "2026-03-02", "2026-03-05");
    let ambas = Reguas::new(vec![primeira, segunda]);
    let decisao = noite(&ambas, &mut devedor, dia("2026-03-06"));
    let motivo = MotivoEncerramento::Migracao;
    assert!(matches!(decisao.mudancas[0], MudancaInscricao::Encerrar { motivo: m, .. } if m == motivo));
    assert_eq!(escrito(&noites(&ambas, &mut devedor, "2026-03-07", "2026-04-30"), &ambas), ["03-08 D+2"]);
}

#[test]
fn m02_the_same_night_decided_by_two_engines_names_the_same_things() {
    let (reguas, devedor) = (so(regua(1, &[d(0)])), devedor(vec![titulo(1, "2026-02-02")]));
    let hoje = dia("2026-03-02");
    let (uma, outra) = (decide(&reguas, &devedor, hoje, &REGRAS), decide(&reguas, &devedor, hoje, &REGRAS));
    assert_eq!(uma, outra);
    // The ids are stored: if one of these changes, every past action happens again.
    assert_eq!(uma.acoes[0].execucao.to_string(), "7857f09d-9c9b-5bc5-b9cb-4d0c96a0cd3f");
}

#[test]
fn v03_a_thousand_walking_go_on_where_they_were_one_position_a_night() {
    let ativa = regua(1, &[d(0), d(1), d(6), d(16)]);
    let (ligada, desligada) = (so(ativa.clone()), so(em_estado(&ativa, EstadoRegua::Inativa)));
    for n in 0..1000_i64 {
        let mut devedor = devedor(vec![titulo(1, "2026-02-02")]);
        // Each is somewhere else in the régua when it is deactivated.
        let entrada = dia("2026-03-01") - TimeDelta::days(n % 20);
        let feitas = [entrada, dia("2026-03-01")].map(|hoje| noite(&ligada, &mut devedor, hoje).acoes.len());
        let antes = devedor.clone();
        for hoje in ["2026-03-02", "2026-04-20"] {
            assert!(noite(&desligada, &mut devedor, dia(hoje)).sem_efeito());
        }
        assert_eq!(devedor, antes);
        let restam = 4 - feitas.iter().sum::<usize>();
        let acoes = noites(&ligada, &mut devedor, "2026-04-21", "2026-04-23");
        let noites: std::collections::BTreeSet<_> = acoes.iter().map(|(hoje, _)| *hoje).collect();
        assert_eq!(noites.len(), acoes.len(), "no burst");
        assert!((1..=restam).contains(&acoes.len()), "{n}: {restam} {}", acoes.len());
    }
}
