//! What a régua is made of, and editing it while debtors walk in it.

use crate::support::*;
use domain::execucao::Canal;
use domain::regua::{EstadoRegua, Falta, Regua, ReguaError, Reguas};
use domain::titulo::StatusTitulo;

/// D+1, D+6, D+16, as in the rules.
fn exemplo() -> Reguas {
    so(regua(1, &[d(1), d(6), d(16)]))
}

/// The same without D+6, which it once had.
fn sem_d6() -> Regua {
    regua(1, &[d(1), d(16)]).com_removidas(vec![(posicao_id(1, d(6)), 6)])
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
fn v02_what_is_missing_comes_all_at_once() {
    let com = |posicoes| Regua::new(cabecalho(1), posicoes).unwrap().completa();
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
fn r07_positions_read_back_in_order_and_a_day_is_taken_once() {
    let em_ordem = regua(1, &[d(16), antes(0), d(1), antes(5), d(6), d(0)]);
    let gatilhos: Vec<_> = em_ordem.posicoes().iter().map(|posicao| posicao.gatilho).collect();
    assert_eq!(gatilhos, [antes(5), antes(0), d(0), d(1), d(6), d(16)]);
    let nova = |posicoes| Regua::new(cabecalho(1), posicoes);
    for repetido in [d(6), antes(6)] {
        let posicoes = vec![posicao(1, repetido, &[]), posicao(1, d(1), &[]), posicao(2, repetido, &[])];
        assert_eq!(nova(posicoes), Err(ReguaError::DiaRepetido(repetido)));
    }
}

#[test]
fn r04_a_removed_position_that_was_already_due_hands_over_to_the_first_later_one() {
    // Inactive from the 5th to the 20th: D+6 was due on the 8th and D+16 on the 18th.
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites(&exemplo(), &mut devedor, "2026-03-02", "2026-03-04");
    let desligada = so(em_estado(&regua(1, &[d(1), d(6), d(16)]), EstadoRegua::Inativa));
    noites(&desligada, &mut devedor, "2026-03-05", "2026-03-20");
    let ligada = so(sem_d6());
    let acoes = noites(&ligada, &mut devedor, "2026-03-21", "2026-04-30");
    assert_eq!(escrito(&acoes, &ligada), ["03-21 D+16"]);
    assert_eq!(acoes[0].1.devida_em, dia("2026-03-18"));
}

#[test]
fn r04_removed_while_frozen_it_hands_over_too() {
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites(&exemplo(), &mut devedor, "2026-03-02", "2026-03-04");
    mudar(&mut devedor, 1, StatusTitulo::Suspenso);
    let reguas = so(sem_d6());
    noites(&reguas, &mut devedor, "2026-03-05", "2026-03-24");
    mudar(&mut devedor, 1, StatusTitulo::Aberto);
    let acoes = noites(&reguas, &mut devedor, "2026-03-25", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["04-07 D+16"]);
}

#[test]
fn r04_without_a_later_one_it_is_the_end() {
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites(&exemplo(), &mut devedor, "2026-03-02", "2026-03-08");
    let reguas = so(regua(1, &[d(1), d(6)]).com_removidas(vec![(posicao_id(1, d(16)), 16)]));
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-09", "2026-04-30"), []);
    assert!(esta_no_final(&devedor));
}

#[test]
fn r04_a_removed_loop_lets_the_walk_end() {
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    let com_laco = so(regua(1, &[d(1), d(6), volta(1, 30, 6)]));
    noites(&com_laco, &mut devedor, "2026-03-02", "2026-04-02");
    assert_eq!(devedor.inscricoes[0].ciclo, 2);
    let reguas = so(regua(1, &[d(1), d(6)]).com_removidas(vec![(posicao_id(1, d(30)), 30)]));
    assert_eq!(noites(&reguas, &mut devedor, "2026-04-03", "2026-06-30"), []);
    assert!(esta_no_final(&devedor));
}

#[test]
fn r13_what_fired_is_not_fired_again_in_that_cycle_but_in_the_next() {
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites(&so(regua(1, &[d(1), d(6), volta(1, 10, 1)])), &mut devedor, "2026-03-02", "2026-03-08");
    let ampliada = so(regua(1, &[d(0), d(1), d(3), d(6), volta(1, 10, 1)]));
    let acoes = noites(&ampliada, &mut devedor, "2026-03-09", "2026-03-21");
    assert_eq!(escrito(&acoes, &ampliada), ["03-12 D+1", "03-14 D+3", "03-17 D+6", "03-21 D+1"]);
}

#[test]
fn r13_a_position_after_the_end_calls_nobody_back() {
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites(&exemplo(), &mut devedor, "2026-03-02", "2026-03-18");
    let ampliada = so(regua(1, &[d(1), d(6), d(16), d(90)]));
    assert_eq!(noites(&ampliada, &mut devedor, "2026-03-19", "2026-07-30"), []);
    assert!(esta_no_final(&devedor));
}

#[test]
fn r13_inserted_between_two_late_ones_each_takes_its_night() {
    let mut devedor = devedor(vec![titulo(1, "2026-02-10")]);
    noites(&exemplo(), &mut devedor, "2026-03-02", "2026-03-04");
    let ampliada = so(regua(1, &[d(1), d(5), d(6), d(8), d(16)]));
    // Waiting for D+6 since the 8th; D+5 is behind it, D+8 is not.
    let acoes = noites(&ampliada, &mut devedor, "2026-03-20", "2026-04-30");
    assert_eq!(escrito(&acoes, &ampliada), ["03-20 D+6", "03-22 D+8", "03-30 D+16"]);
}
