//! Suspended títulos: who stands still, since when, and how the walk goes on.

use crate::support::*;
use domain::regua::{Alvo, Caminhada, Modo, MotivoEncerramento, MudancaInscricao, Passo, Reguas, decide};
use domain::titulo::StatusTitulo::{Aberto, Suspenso};
use domain::titulo::Titulo;

/// D+1, D+6, D+16, as in the rules.
fn exemplo() -> Reguas {
    so(regua(1, &[d(1), d(6), d(16)]))
}

#[test]
fn t04_suspended_in_the_nights_of_days_3_to_12_d6_fires_on_day_16() {
    let (reguas, mut devedor) = (so(regua(1, &[d(6), d(8)])), devedor(vec![titulo(1, "2026-02-10")]));
    // Day 0 is 2026-03-02.
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-04");
    mudar(&mut devedor, 1, Suspenso);
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-05", "2026-03-14"), []);
    mudar(&mut devedor, 1, Aberto);
    let acoes = noites(&reguas, &mut devedor, "2026-03-15", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["03-18 D+6", "03-20 D+8"]);
    assert!(acoes.iter().all(|(hoje, acao)| acao.devida_em == *hoje));
}

#[test]
fn t03_the_only_titulo_suspended_freezes_and_reopened_goes_on() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-07");
    let (inscricao, ancora, proxima) = (devedor.inscricoes[0].id, dia("2026-03-02"), posicao_id(1, d(6)));
    mudar(&mut devedor, 1, Suspenso);
    let desde = dia("2026-03-08");
    let decisao = noite(&reguas, &mut devedor, desde);
    assert_eq!(decisao.passos, [Passo::Congelada { inscricao, desde }]);
    assert_eq!((decisao.acoes, decisao.proxima), (vec![], None), "D+6 was due on this night");
    let congelada = Caminhada::Congelada { ancora, proxima, desde };
    assert_eq!((devedor.inscricoes[0].caminhada, lugares(&devedor)[0].1.len()), (congelada, 1));
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-09", "2026-05-06"), []);
    assert_eq!(devedor.inscricoes[0].caminhada, congelada);
    mudar(&mut devedor, 1, Aberto);
    let decisao = noite(&reguas, &mut devedor, dia("2026-05-07"));
    assert_eq!(decisao.passos[0], Passo::Descongelou { inscricao, desde });
    assert_eq!((decisao.acoes.len(), decisao.acoes[0].devida_em), (1, dia("2026-05-07")));
    assert_eq!(escrito(&noites(&reguas, &mut devedor, "2026-05-08", "2026-06-30"), &reguas), ["05-17 D+16"]);
}

#[test]
fn t03_frozen_twice_it_is_later_by_both() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-03");
    for (de, ate, reaberto) in
        [("2026-03-04", "2026-03-06", "2026-03-07"), ("2026-03-08", "2026-03-09", "2026-03-10")]
    {
        mudar(&mut devedor, 1, Suspenso);
        assert_eq!(noites(&reguas, &mut devedor, de, ate), []);
        mudar(&mut devedor, 1, Aberto);
        assert_eq!(noites(&reguas, &mut devedor, reaberto, reaberto), []);
    }
    let acoes = noites(&reguas, &mut devedor, "2026-03-11", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["03-13 D+6", "03-23 D+16"]);
}

#[test]
fn t03_suspended_before_it_ever_walked_it_is_in_no_regua() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    mudar(&mut devedor, 1, Suspenso);
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-02", "2026-03-10"), []);
    assert_eq!(devedor.inscricoes, []);
}

#[test]
fn t03_a_frozen_one_that_is_paid_closes() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noite(&reguas, &mut devedor, dia("2026-03-02"));
    mudar(&mut devedor, 1, Suspenso);
    noite(&reguas, &mut devedor, dia("2026-03-03"));
    pagar(&mut devedor, 1);
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-04"));
    assert_eq!(motivos(&decisao), [MotivoEncerramento::SemTitulo]);
}

#[test]
fn t03_at_the_end_there_is_nothing_to_freeze() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-18");
    mudar(&mut devedor, 1, Suspenso);
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-19"));
    assert_eq!(decisao.mudancas, []);
    let (inscricao, desde) = (devedor.inscricoes[0].id, dia("2026-03-18"));
    assert_eq!(decisao.passos, [Passo::NoFinal { inscricao, desde }]);
    mudar(&mut devedor, 1, Aberto);
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-20", "2026-06-30"), []);
    assert!(esta_no_final(&devedor));
}

#[test]
fn t05_with_an_open_one_it_walks_and_the_list_has_not_the_suspended() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10"), titulo(2, "2026-02-11")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-05");
    mudar(&mut devedor, 1, Suspenso);
    let acoes = noites(&reguas, &mut devedor, "2026-03-06", "2026-03-10");
    assert_eq!(escrito(&acoes, &reguas), ["03-08 D+6"]);
    assert_eq!(acoes[0].1.titulos, [titulo_id(2)]);
    assert_eq!(devedor.inscricoes[0].titulos, [1, 2].map(titulo_id), "it is still its own");
    mudar(&mut devedor, 1, Aberto);
    let acoes = noites(&reguas, &mut devedor, "2026-03-11", "2026-03-20");
    assert_eq!(escrito(&acoes, &reguas), ["03-18 D+16"]);
    assert_eq!(acoes[0].1.titulos, [1, 2].map(titulo_id));
}

#[test]
fn t03_per_titulo_only_the_suspended_one_stands_still() {
    let reguas = so(em_modo(&regua(1, &[d(1), d(6)]), Modo::PorTitulo));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10"), titulo(2, "2026-02-10")]);
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-04");
    mudar(&mut devedor, 1, Suspenso);
    let acoes = noites(&reguas, &mut devedor, "2026-03-05", "2026-03-10");
    assert_eq!(escrito(&acoes, &reguas), ["03-08 D+6"]);
    assert_eq!(acoes[0].1.titulos, [titulo_id(2)]);
    mudar(&mut devedor, 1, Aberto);
    let acoes = noites(&reguas, &mut devedor, "2026-03-11", "2026-03-31");
    assert_eq!(escrito(&acoes, &reguas), ["03-14 D+6"]);
    assert_eq!(acoes[0].1.titulos, [titulo_id(1)]);
    let alvos: Vec<_> = devedor.inscricoes.iter().map(|inscricao| inscricao.alvo).collect();
    assert_eq!(alvos.len(), 2);
    assert!(alvos.contains(&Alvo::Titulo(titulo_id(1))));
}

#[test]
fn t07_suspended_until_a_date_it_reopens_on_it_by_itself() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-04");
    let suspenso =
        Titulo { status: Suspenso, suspenso_ate: Some(dia("2026-03-15")), ..titulo(1, "2026-02-10") };
    devedor.titulos = vec![suspenso];
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-05"));
    assert_eq!(decisao.proxima, Some(dia("2026-03-15")), "nobody has to do anything");
    let acoes = noites(&reguas, &mut devedor, "2026-03-06", "2026-03-31");
    assert_eq!(escrito(&acoes, &reguas), ["03-18 D+6", "03-28 D+16"]);
    assert_eq!(acoes[0].1.titulos, [titulo_id(1)]);
}

#[test]
fn t07_one_that_was_never_in_a_regua_enters_on_the_date() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    um(&mut devedor, 1).suspenso_ate = Some(dia("2026-03-15"));
    mudar(&mut devedor, 1, Suspenso);
    assert_eq!(decide(&reguas, &devedor, dia("2026-03-02"), &REGRAS).proxima, Some(dia("2026-03-15")));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-15");
    assert_eq!(devedor.inscricoes[0].entrada, dia("2026-03-15"));
}

#[test]
fn t03_an_inactive_regua_freezes_too_and_owes_both_delays() {
    let ativa = regua(1, &[d(1), d(6)]);
    let (ligada, desligada) = (so(ativa.clone()), so(em_estado(&ativa, domain::regua::EstadoRegua::Inativa)));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites(&ligada, &mut devedor, "2026-03-02", "2026-03-04");
    mudar(&mut devedor, 1, Suspenso);
    // Frozen on the 5th, thawed on the 8th while the régua is inactive: D+6 is due on the 11th.
    noites(&desligada, &mut devedor, "2026-03-05", "2026-03-07");
    mudar(&mut devedor, 1, Aberto);
    let decisao = noite(&desligada, &mut devedor, dia("2026-03-08"));
    let andando = Caminhada::Andando { ancora: dia("2026-03-05"), proxima: posicao_id(1, d(6)) };
    assert!(
        matches!(&decisao.mudancas[..], [MudancaInscricao::Atualizar(agora)] if agora.caminhada == andando)
    );
    assert_eq!(escrito(&noites(&ligada, &mut devedor, "2026-03-09", "2026-03-31"), &ligada), ["03-11 D+6"]);
}
