//! Entry, positions, lateness, references, the end.

use crate::support::*;
use domain::dinheiro::Centavos;
use domain::execucao::Canal;
use domain::regua::{
    Alvo, Caminhada, Inscricao, MotivoEncerramento, MudancaInscricao, Passo, Regua, Reguas, decide,
};
use domain::titulo::{StatusTitulo, Titulo};

/// D+1, D+6, D+16, as in the rules.
fn exemplo() -> Reguas {
    so(regua(1, &[d(1), d(6), d(16)]))
}

#[test]
fn r05_positions_count_from_the_entry() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-26")]));
    let acoes = noites(&reguas, &mut devedor, "2026-03-02", "2026-06-30");
    assert_eq!(devedor.inscricoes[0].entrada, dia("2026-03-02"));
    assert_eq!(escrito(&acoes, &reguas), ["03-03 D+1", "03-08 D+6", "03-18 D+16"]);
    assert!(acoes.iter().all(|(hoje, acao)| acao.devida_em == *hoje));
}

#[test]
fn r06_d0_fires_on_the_entry_night() {
    let reguas = so(regua(1, &[d(0), d(2)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-02")]);
    let acoes = noites(&reguas, &mut devedor, "2026-03-02", "2026-03-10");
    assert_eq!(escrito(&acoes, &reguas), ["03-02 D+0", "03-04 D+2"]);
}

#[test]
fn r08_every_action_of_a_position_goes_out_that_night() {
    let canais = [Canal::Email, Canal::Sms, Canal::Carta, Canal::Enriquecimento, Canal::Negativacao];
    let posicoes = vec![posicao(1, d(1), &canais), posicao(1, d(9), &[Canal::Email])];
    let reguas = so(Regua::new(cabecalho(1), posicoes).unwrap());
    let acoes = noites(&reguas, &mut devedor(vec![titulo(1, "2026-02-02")]), "2026-03-02", "2026-03-05");
    assert_eq!(acoes.iter().map(|(_, acao)| acao.canal).collect::<Vec<_>>(), canais);
    assert!(
        acoes.iter().all(|(hoje, acao)| *hoje == dia("2026-03-03")
            && acao.conteudo.is_some() == acao.canal.exige_conteudo())
    );
}

#[test]
fn n01_a_debt_of_a_hundred_days_starts_at_the_first_position() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2025-11-22")]));
    let acoes = noites(&reguas, &mut devedor, "2026-03-02", "2026-03-09");
    assert_eq!(escrito(&acoes, &reguas), ["03-03 D+1", "03-08 D+6"]);
}

#[test]
fn n02_due_today_or_on_a_weekend_that_ends_today_is_not_overdue() {
    for (vencimento, entrada) in [("2026-03-10", "2026-03-11"), ("2026-03-07", "2026-03-10")] {
        let mut devedor = devedor(vec![titulo(1, vencimento)]);
        noites(&exemplo(), &mut devedor, "2026-03-07", "2026-03-20");
        assert_eq!(devedor.inscricoes[0].entrada, dia(entrada), "{vencimento}");
    }
}

#[test]
fn n04_the_entry_is_the_date_of_the_night() {
    let (hoje, mut devedor) =
        (dia("2026-03-02"), devedor(vec![titulo(2, "2026-02-05"), titulo(1, "2026-02-03")]));
    let decisao = noite(&exemplo(), &mut devedor, hoje);
    let esperada = Inscricao {
        id: devedor.inscricoes[0].id,
        regua: regua_id(1),
        alvo: Alvo::Devedor,
        entrada: hoje,
        ciclo: 1,
        caminhada: Caminhada::Andando { ancora: hoje, proxima: posicao_id(1, d(1)) },
        titulos: vec![titulo_id(1), titulo_id(2)],
    };
    assert_eq!(decisao.mudancas, [MudancaInscricao::Abrir(esperada)]);
    assert_eq!(decisao.proxima, Some(dia("2026-03-03")));
    let inscricao = devedor.inscricoes[0].id;
    let aguarda = Passo::Aguarda { inscricao, posicao: posicao_id(1, d(1)), ate: dia("2026-03-03") };
    assert_eq!(decisao.passos, [Passo::Entrou { inscricao, regua: regua_id(1) }, aguarda]);
}

#[test]
fn m01_seven_open_titulos_are_one_message() {
    let mut devedor = devedor((1..=7).map(|n| titulo(n, "2026-02-05")).collect());
    let acoes = noites(&exemplo(), &mut devedor, "2026-03-02", "2026-03-06");
    assert_eq!(acoes.len(), 1);
    assert_eq!(acoes[0].1.titulos, (1..=7).map(titulo_id).collect::<Vec<_>>());
}

#[test]
fn m03_the_reference_comes_first() {
    let maior = |titulo: Titulo| Titulo { saldo: Centavos::new(99_999), ..titulo };
    let titulos = vec![
        titulo(1, "2026-02-06"),
        titulo(4, "2026-02-05"),
        titulo(3, "2026-02-05"),
        maior(titulo(5, "2026-02-05")),
    ];
    let acoes = noites(&exemplo(), &mut devedor(titulos), "2026-03-02", "2026-03-06");
    assert_eq!(acoes[0].1.titulos, [5, 3, 4, 1].map(titulo_id));
}

#[test]
fn m04_the_oldest_is_paid_and_the_position_stays() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-05"), titulo(2, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-05");
    pagar(&mut devedor, 1);
    let acoes = noites(&reguas, &mut devedor, "2026-03-06", "2026-03-20");
    assert_eq!(escrito(&acoes, &reguas), ["03-08 D+6", "03-18 D+16"]);
    assert!(acoes.iter().all(|(_, acao)| acao.titulos == [titulo_id(2)]));
}

#[test]
fn m05_an_older_titulo_takes_the_reference_and_the_position_stays() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-05");
    devedor.titulos.push(titulo(2, "2026-01-05"));
    let acoes = noites(&reguas, &mut devedor, "2026-03-06", "2026-03-10");
    assert_eq!(escrito(&acoes, &reguas), ["03-08 D+6"]);
    assert_eq!(acoes[0].1.titulos, [2, 1].map(titulo_id));
}

#[test]
fn m06_a_new_overdue_titulo_does_not_restart_the_walk() {
    let reguas = so(regua(1, &[d(1), d(16), d(20)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-18");
    devedor.titulos.push(titulo(2, "2026-03-17"));
    let acoes = noites(&reguas, &mut devedor, "2026-03-19", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["03-22 D+20"]);
    assert_eq!(acoes[0].1.titulos, [1, 2].map(titulo_id));
}

#[test]
fn e01_after_the_last_position_nothing_until_the_debtor_pays_and_leaves() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-18");
    assert_eq!(devedor.inscricoes[0].caminhada, Caminhada::Final { em: dia("2026-03-18") });
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-19", "2026-12-31"), []);
    assert!(esta_no_final(&devedor));
    assert_eq!(decide(&reguas, &devedor, dia("2027-01-01"), &REGRAS).proxima, None);
    pagar(&mut devedor, 1);
    let decisao = noite(&reguas, &mut devedor, dia("2027-01-01"));
    assert!(matches!(
        decisao.mudancas[..],
        [MudancaInscricao::Encerrar { motivo: MotivoEncerramento::SemTitulo, .. }]
    ));
}

#[test]
fn t01_t02_cancelled_and_paid_leave_and_the_last_open_one_decides() {
    let (reguas, mut devedor) = (exemplo(), devedor((1..=3).map(|n| titulo(n, "2026-02-10")).collect()));
    noite(&reguas, &mut devedor, dia("2026-03-02"));
    mudar(&mut devedor, 1, StatusTitulo::Cancelado);
    pagar(&mut devedor, 2);
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-03"));
    assert_eq!(decisao.acoes[0].titulos, [titulo_id(3)]);
    assert_eq!(devedor.inscricoes[0].titulos, [titulo_id(3)]);
    pagar(&mut devedor, 3);
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-04", "2026-04-30"), []);
    assert_eq!(devedor.inscricoes, []);
}

#[test]
fn g01_a_position_found_late_fires_and_the_next_keeps_its_distance() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-03");
    // No engine from the 4th to the 11th: D+6 was due on the 8th.
    let tarde = noite(&reguas, &mut devedor, dia("2026-03-12"));
    assert_eq!((tarde.acoes.len(), tarde.acoes[0].devida_em), (1, dia("2026-03-08")));
    let acoes = noites(&reguas, &mut devedor, "2026-03-13", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["03-22 D+16"]);
}

#[test]
fn g01_two_positions_missed_do_not_burst() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noite(&reguas, &mut devedor, dia("2026-03-02"));
    let acoes = noites(&reguas, &mut devedor, "2026-05-01", "2026-06-30");
    assert_eq!(escrito(&acoes, &reguas), ["05-01 D+1", "05-06 D+6", "05-16 D+16"]);
}

#[test]
fn a_regua_without_charges_takes_its_debtors_to_the_end_at_once() {
    let (reguas, mut devedor) = (so(regua(1, &[antes(3)])), devedor(vec![titulo(1, "2026-02-10")]));
    noite(&reguas, &mut devedor, dia("2026-03-02"));
    assert_eq!(devedor.inscricoes[0].caminhada, Caminhada::Final { em: dia("2026-03-02") });
}

#[test]
fn r03_days_are_calendar_days() {
    // Good Friday is 2026-04-03; then a weekend.
    let reguas = so(regua(1, &[d(1), d(2), d(3)]));
    let acoes = noites(&reguas, &mut devedor(vec![titulo(1, "2026-02-10")]), "2026-04-02", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["04-03 D+1", "04-04 D+2", "04-05 D+3"]);
}

#[test]
fn n03_paid_before_it_is_due_nothing_goes_out_and_it_closes() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noite(&reguas, &mut devedor, dia("2026-03-02"));
    pagar(&mut devedor, 1);
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-03"));
    assert_eq!((decisao.acoes.len(), motivos(&decisao)), (0, vec![MotivoEncerramento::SemTitulo]));
    assert_eq!(decisao.proxima, None);
}

#[test]
fn n04_who_comes_back_after_leaving_enters_anew() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-08");
    let primeira = devedor.inscricoes[0].id;
    pagar(&mut devedor, 1);
    noite(&reguas, &mut devedor, dia("2026-03-09"));
    devedor.titulos.push(titulo(2, "2026-03-02"));
    let acoes = noites(&reguas, &mut devedor, "2026-03-10", "2026-03-11");
    assert_eq!(escrito(&acoes, &reguas), ["03-11 D+1"]);
    assert_ne!(devedor.inscricoes[0].id, primeira);
    assert_eq!(devedor.inscricoes[0].entrada, dia("2026-03-10"));
}
