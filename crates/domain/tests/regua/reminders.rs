//! Reminders before the due date.

use crate::support::*;
use domain::dinheiro::Centavos;
use domain::execucao::Canal;
use domain::regua::{
    Acao, Criterios, EstadoRegua, Modo, OrigemAcao, Passo, Posicao, Regua, ReguaError, Reguas, decide,
};
use domain::titulo::{Negociacao, Origem, Titulo};

#[test]
fn l01_reminders_come_before_all_charges_the_largest_first() {
    let posicoes = regua(1, &[d(0), antes(0), d(5), antes(10), antes(2)]);
    let gatilhos: Vec<_> = posicoes.posicoes().iter().map(|posicao| posicao.gatilho).collect();
    assert_eq!(gatilhos, [antes(10), antes(2), antes(0), d(0), d(5)]);
}

#[test]
fn l02_two_days_before_the_tenth_is_the_eighth() {
    let reguas = so(regua(1, &[antes(2)]));
    let mut devedor = devedor(vec![titulo(1, "2026-03-10")]);
    let acoes = noites(&reguas, &mut devedor, "2026-03-01", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["03-08 D-2"]);
    assert_eq!((acoes[0].1.origem, acoes[0].1.devida_em), (OrigemAcao::Lembrete, dia("2026-03-08")));
}

#[test]
fn l02_the_date_counts_from_what_is_written_on_the_titulo() {
    // Saturday the 7th is effectively due on Monday the 9th.
    let reguas = so(regua(1, &[antes(2), d(0)]));
    let acoes = noites(&reguas, &mut devedor(vec![titulo(1, "2026-03-07")]), "2026-03-01", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["03-05 D-2", "03-10 D+0"]);
}

#[test]
fn l03_l05_six_instalments_are_six_reminders() {
    let reguas = so(regua(1, &[antes(2)]));
    let parcela = |n: u128| Titulo { origem: Origem::Acordo, ..titulo(n, &format!("2026-0{}-10", n + 2)) };
    let acoes = noites(&reguas, &mut devedor((1..=6).map(parcela).collect()), "2026-03-01", "2026-12-31");
    let lembretes = ["03-08 D-2", "04-08 D-2", "05-08 D-2", "06-08 D-2", "07-08 D-2", "08-08 D-2"];
    assert_eq!(escrito(&acoes, &reguas), lembretes);
}

#[test]
fn l04_overdue_on_arrival_is_never_reminded() {
    let reguas = so(regua(1, &[antes(5), antes(0), d(1)]));
    let acoes = noites(&reguas, &mut devedor(vec![titulo(1, "2026-02-27")]), "2026-03-03", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["03-04 D+1"]);
}

#[test]
fn l05_those_due_together_share_one_message() {
    let reguas = so(regua(1, &[antes(9), antes(2)]));
    let titulos = vec![
        titulo(3, "2026-03-11"),
        titulo(2, "2026-03-10"),
        titulo(1, "2026-03-10"),
        titulo(4, "2026-03-18"),
    ];
    let mut devedor = devedor(titulos);
    // The first night is late for all of them but the last, which is exactly nine days away.
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-09"));
    let listas: Vec<_> = decisao
        .acoes
        .iter()
        .map(|acao| (gatilho(acao, &reguas), acao.devida_em, acao.titulos.clone()))
        .collect();
    let juntos = (antes(2), dia("2026-03-08"), [1, 2, 3].map(titulo_id).to_vec());
    assert_eq!(listas, [juntos, (antes(9), dia("2026-03-09"), vec![titulo_id(4)])]);
}

#[test]
fn l06_paid_early_is_not_reminded() {
    let reguas = so(regua(1, &[antes(2), d(1)]));
    let mut devedor = devedor(vec![titulo(1, "2026-03-10")]);
    noites(&reguas, &mut devedor, "2026-03-01", "2026-03-07");
    pagar(&mut devedor, 1);
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-08", "2026-04-30"), []);
}

#[test]
fn l07_late_it_is_sent_once_and_only_the_tightest() {
    let reguas = so(regua(1, &[antes(10), antes(5), antes(1)]));
    for (primeira_noite, lembretes) in [
        ("2026-03-05", vec!["03-05 D-5", "03-09 D-1"]),
        ("2026-03-09", vec!["03-09 D-1"]),
        ("2026-03-10", vec!["03-10 D-1"]),
        ("2026-03-11", vec![]),
    ] {
        let mut devedor = devedor(vec![titulo(1, "2026-03-10")]);
        let acoes = noites(&reguas, &mut devedor, primeira_noite, "2026-04-30");
        assert_eq!(escrito(&acoes, &reguas), lembretes, "{primeira_noite}");
    }
}

#[test]
fn l07_a_position_without_actions_is_no_reminder_and_hides_none() {
    let posicoes = vec![posicao(1, antes(5), &[Canal::Email]), posicao(1, antes(1), &[])];
    let reguas = so(Regua::new(cabecalho(1), posicoes).unwrap());
    let acoes = noites(&reguas, &mut devedor(vec![titulo(1, "2026-03-10")]), "2026-03-09", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["03-09 D-5"]);
}

#[test]
fn l07_a_missed_night_is_made_up_for_while_it_is_not_due() {
    let reguas = so(regua(1, &[antes(5), antes(1)]));
    let mut devedor = devedor(vec![titulo(1, "2026-03-10")]);
    noite(&reguas, &mut devedor, dia("2026-03-04"));
    let acoes = noites(&reguas, &mut devedor, "2026-03-07", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["03-07 D-5", "03-09 D-1"]);
}

#[test]
fn l09_a_letter_does_not_remind() {
    for canal in Canal::TODOS {
        let posicoes = vec![posicao(1, antes(2), &[*canal])];
        let nova = Regua::new(cabecalho(1), posicoes);
        let cabe = matches!(canal, Canal::Email | Canal::Sms);
        assert_eq!(nova.err(), (!cabe).then_some(ReguaError::CanalDeLembrete(*canal)));
    }
}

#[test]
fn l10_reminded_and_not_paid_enters_the_walk() {
    let reguas = so(regua(1, &[antes(2), d(1), d(6)]));
    let acoes = noites(&reguas, &mut devedor(vec![titulo(1, "2026-03-10")]), "2026-03-01", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["03-08 D-2", "03-12 D+1", "03-17 D+6"]);
}

#[test]
fn s12_only_the_first_active_regua_reminds() {
    let inativa = em_estado(&regua(1, &[antes(3)]), EstadoRegua::Inativa);
    let reguas = Reguas::new(vec![regua(3, &[antes(3)]), regua(2, &[antes(2)]), inativa]);
    let acoes = noites(&reguas, &mut devedor(vec![titulo(1, "2026-03-10")]), "2026-03-01", "2026-03-10");
    assert_eq!(escrito(&acoes, &reguas), ["03-08 D-2"]);
    assert_eq!(acoes[0].1.regua, regua_id(2));
}

#[test]
fn r13_an_action_added_to_a_position_that_reminded_reminds_nobody_again() {
    let mut devedor = devedor(vec![titulo(1, "2026-03-10")]);
    noites(&so(regua(1, &[antes(2)])), &mut devedor, "2026-03-01", "2026-03-08");
    let posicoes = vec![posicao(1, antes(2), &[Canal::Email, Canal::Sms])];
    let ampliada = so(Regua::new(cabecalho(1), posicoes).unwrap());
    assert_eq!(noites(&ampliada, &mut devedor, "2026-03-09", "2026-03-10"), []);
    // Nor does one that takes the place of the action that reminded.
    let so_sms = vec![Posicao { acoes: vec![ampliada_sms()], ..posicao(1, antes(2), &[]) }];
    let trocada = so(Regua::new(cabecalho(1), so_sms).unwrap());
    assert_eq!(noites(&trocada, &mut devedor, "2026-03-09", "2026-03-10"), []);
}

fn ampliada_sms() -> Acao {
    posicao(1, antes(2), &[Canal::Email, Canal::Sms]).acoes.remove(1)
}

#[test]
fn a_reminder_says_so_and_plans_the_next_date() {
    let reguas = so(regua(1, &[antes(5), antes(1), d(0)]));
    let devedor = devedor(vec![titulo(1, "2026-03-10")]);
    let proxima = |hoje: &str| decide(&reguas, &devedor, dia(hoje), &REGRAS).proxima;
    assert_eq!(proxima("2026-03-01"), Some(dia("2026-03-05")));
    assert_eq!(proxima("2026-03-05"), Some(dia("2026-03-09")));
    assert_eq!(proxima("2026-03-09"), Some(dia("2026-03-11")));
    let passos = decide(&reguas, &devedor, dia("2026-03-05"), &REGRAS).passos;
    let lembrou =
        Passo::Lembrou { regua: regua_id(1), posicao: posicao_id(1, antes(5)), titulos: vec![titulo_id(1)] };
    assert_eq!(passos, [lembrou]);
}

#[test]
fn l03_reminders_keep_to_the_origin_of_their_regua() {
    for (origem, lembrado) in [(Origem::Original, 1), (Origem::Acordo, 2)] {
        let criterios = Criterios { origem: Some(origem), ..Criterios::default() };
        let reguas = so(com_criterios(&regua(1, &[antes(2)]), criterios));
        let mut devedor =
            devedor(vec![titulo(1, "2026-03-10"), parcela(2, "2026-03-10", Negociacao::Confirmada)]);
        let acoes = noites(&reguas, &mut devedor, "2026-03-01", "2026-03-31");
        assert_eq!(escrito(&acoes, &reguas), ["03-08 D-2"]);
        assert_eq!(acoes[0].1.titulos, [titulo_id(lembrado)]);
    }
}

#[test]
fn l05_also_in_a_regua_per_titulo_those_due_together_share_one_message() {
    let reguas = so(em_modo(&regua(1, &[antes(2)]), Modo::PorTitulo));
    let mut devedor =
        devedor(vec![titulo(1, "2026-03-10"), titulo(2, "2026-03-10"), titulo(3, "2026-03-12")]);
    let acoes = noites(&reguas, &mut devedor, "2026-03-01", "2026-03-31");
    assert_eq!(escrito(&acoes, &reguas), ["03-08 D-2", "03-10 D-2"]);
    assert_eq!(acoes[0].1.titulos, [1, 2].map(titulo_id));
}

#[test]
fn s02_a_reminder_looks_at_the_balance_of_its_own_titulo() {
    let criterios = Criterios { valor_minimo: Some(Centavos::new(15_000)), ..Criterios::default() };
    let reguas = Reguas::new(vec![com_criterios(&regua(1, &[antes(2)]), criterios), regua(2, &[antes(3)])]);
    let mut devedor = devedor(vec![titulo(1, "2026-03-10"), titulo(2, "2026-03-10")]);
    um(&mut devedor, 2).saldo = Centavos::new(15_000);
    let acoes = noites(&reguas, &mut devedor, "2026-03-01", "2026-03-31");
    assert_eq!(escrito(&acoes, &reguas), ["03-07 D-3", "03-08 D-2"]);
    assert_eq!([&acoes[0].1.titulos[..], &acoes[1].1.titulos[..]], [[titulo_id(1)], [titulo_id(2)]]);
}
