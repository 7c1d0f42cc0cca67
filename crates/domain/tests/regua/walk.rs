//! Entry, positions, lateness, references, the end.

use crate::support::*;
use chrono::{DateTime, TimeDelta};
use domain::dinheiro::Centavos;
use domain::execucao::Canal;
use domain::regua::{
    Caminhada, EstadoRegua, Falta, Inscricao, MotivoEncerramento, MudancaInscricao, Passo, Regua, ReguaError,
    Reguas, decide,
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
fn r07_positions_read_back_in_order_and_a_day_is_taken_once() {
    let em_ordem = regua(1, &[d(16), antes(0), d(1), antes(5), d(6), d(0)]);
    let gatilhos: Vec<_> = em_ordem.posicoes().iter().map(|posicao| posicao.gatilho).collect();
    assert_eq!(gatilhos, [antes(5), antes(0), d(0), d(1), d(6), d(16)]);
    let nova = |posicoes| Regua::new(regua_id(1), 1, EstadoRegua::Inativa, DateTime::UNIX_EPOCH, posicoes);
    for repetido in [d(6), antes(6)] {
        let posicoes = vec![posicao(1, repetido, &[]), posicao(1, d(1), &[]), posicao(2, repetido, &[])];
        assert_eq!(nova(posicoes), Err(ReguaError::DiaRepetido(repetido)));
    }
}

#[test]
fn r08_every_action_of_a_position_goes_out_that_night() {
    let canais = [Canal::Email, Canal::Sms, Canal::Carta, Canal::Enriquecimento, Canal::Negativacao];
    let posicoes = vec![posicao(1, d(1), &canais), posicao(1, d(9), &[Canal::Email])];
    let reguas = so(Regua::new(regua_id(1), 1, EstadoRegua::Ativa, DateTime::UNIX_EPOCH, posicoes).unwrap());
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
fn t05_the_suspended_one_is_not_in_the_list() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10"), titulo(2, "2026-02-11")]));
    mudar(&mut devedor, 1, StatusTitulo::Suspenso);
    let acoes = noites(&reguas, &mut devedor, "2026-03-02", "2026-03-05");
    assert_eq!(acoes[0].1.titulos, [titulo_id(2)]);
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
fn r13_a_position_removed_while_waited_for_hands_over_to_the_next_one_to_come() {
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites(&exemplo(), &mut devedor, "2026-03-02", "2026-03-03");
    let sem_d6 = so(regua(1, &[d(1), d(16)]));
    let acoes = noites(&sem_d6, &mut devedor, "2026-03-03", "2026-04-30");
    assert_eq!(escrito(&acoes, &sem_d6), ["03-18 D+16"]);
    assert!(esta_no_final(&devedor));
}

#[test]
fn r13_a_new_position_is_skipped_by_those_past_it_and_waited_for_by_the_others() {
    let ampliada = so(regua(1, &[d(0), d(1), d(2), d(3), d(6), d(16)]));
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites(&exemplo(), &mut devedor, "2026-03-02", "2026-03-04");
    let acoes = noites(&ampliada, &mut devedor, "2026-03-04", "2026-04-30");
    assert_eq!(escrito(&acoes, &ampliada), ["03-05 D+3", "03-08 D+6", "03-18 D+16"]);
}

#[test]
fn a_regua_without_charges_takes_its_debtors_to_the_end_at_once() {
    let (reguas, mut devedor) = (so(regua(1, &[antes(3)])), devedor(vec![titulo(1, "2026-02-10")]));
    noite(&reguas, &mut devedor, dia("2026-03-02"));
    assert_eq!(devedor.inscricoes[0].caminhada, Caminhada::Final { em: dia("2026-03-02") });
}

#[test]
fn v02_what_is_missing_comes_all_at_once() {
    let com = |posicoes| {
        Regua::new(regua_id(1), 1, EstadoRegua::Inativa, DateTime::UNIX_EPOCH, posicoes).unwrap().completa()
    };
    assert_eq!(com(vec![]), [Falta::Posicao]);
    let mut sem_texto = posicao(1, d(1), &[Canal::Email, Canal::Enriquecimento]);
    sem_texto.acoes[0].conteudo = None;
    let acao = sem_texto.acoes[0].id;
    let faltas = com(vec![
        posicao(1, antes(2), &[]),
        sem_texto.clone(),
        posicao(1, d(6), &[]),
        posicao(1, d(16), &[]),
    ]);
    let esperadas = [
        Falta::Acao { posicao: posicao_id(1, antes(2)) },
        Falta::Conteudo { posicao: sem_texto.id, acao },
        Falta::Acao { posicao: posicao_id(1, d(6)) },
    ];
    assert_eq!(faltas, esperadas);
    assert_eq!(com(vec![posicao(1, d(1), &[Canal::Negativacao]), posicao(1, d(16), &[])]), []);
}

#[test]
fn the_ends_of_the_calendar_have_an_answer() {
    use chrono::NaiveDate;
    let reguas = so(regua(1, &[antes(u16::MAX), d(0), d(u16::MAX)]));
    for hoje in [NaiveDate::MIN, NaiveDate::MAX, NaiveDate::MAX - TimeDelta::days(1)] {
        for vencimento in [NaiveDate::MIN, NaiveDate::MAX, dia("2026-03-02")] {
            let mut devedor = devedor(vec![Titulo { vencimento, ..titulo(1, "2026-03-02") }]);
            let decisao = noite(&reguas, &mut devedor, hoje);
            assert!(decisao.acoes.len() <= 1, "{hoje} {vencimento}");
            assert_eq!(devedor.inscricoes.len(), usize::from(vencimento < hoje), "{hoje} {vencimento}");
        }
    }
}
