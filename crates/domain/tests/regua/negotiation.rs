//! Negotiated títulos and their instalments.

use crate::support::*;
use domain::calendario::Feriados;
use domain::regua::{Caminhada, Migracao, MotivoEncerramento, OrigemAcao, Passo, Regras, Reguas, decide};
use domain::titulo::Negociacao::Confirmada;
use domain::titulo::StatusTitulo::{Aberto, Cancelado, Negociado, Pago};
use domain::titulo::Titulo;

/// Gives up a negotiation that nobody confirmed five days after its first instalment.
const DESISTE: Regras = Regras {
    vencimento_em_dia_util: true,
    feriados: Feriados::NENHUM,
    migracao: Migracao::Prioridade,
    cancelar_acordo_apos: Some(5),
};

/// D+1, D+6, D+16, as in the rules.
fn exemplo() -> Reguas {
    so(regua(1, &[d(1), d(6), d(16)]))
}

#[test]
fn k02_negotiated_it_is_frozen_where_it_was() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10"), titulo(2, "2026-02-11")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-04");
    let acordo = a_confirmar("2026-04-10");
    negociar(&mut devedor, 1, acordo);
    negociar(&mut devedor, 2, acordo);
    devedor.titulos.push(parcela(3, "2026-04-10", acordo));
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-05", "2026-04-30"), []);
    let proxima = posicao_id(1, d(6));
    let congelada = Caminhada::Congelada { ancora: dia("2026-03-02"), proxima, desde: dia("2026-03-05") };
    assert_eq!(devedor.inscricoes[0].caminhada, congelada);
    assert_eq!(lugares(&devedor), [(regua_id(1), [1, 2].map(titulo_id).to_vec())]);
}

#[test]
fn k02_another_open_titulo_keeps_walking() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10"), titulo(2, "2026-02-11")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-04");
    negociar(&mut devedor, 1, a_confirmar("2026-04-10"));
    let acoes = noites(&reguas, &mut devedor, "2026-03-05", "2026-03-31");
    assert_eq!(escrito(&acoes, &reguas), ["03-08 D+6", "03-18 D+16"]);
    assert!(acoes.iter().all(|(_, acao)| acao.titulos == [titulo_id(2)]));
}

#[test]
fn k03_confirmed_the_originals_leave_the_regua() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-04");
    negociar(&mut devedor, 1, a_confirmar("2026-03-10"));
    noites(&reguas, &mut devedor, "2026-03-05", "2026-03-09");
    um(&mut devedor, 1).negociacao = Some(Confirmada);
    let paga = Titulo { status: Pago, ..parcela(2, "2026-03-10", Confirmada) };
    devedor.titulos.extend([paga, parcela(3, "2026-04-10", Confirmada)]);
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-10"));
    assert_eq!(motivos(&decisao), [MotivoEncerramento::SemTitulo]);
    assert_eq!((decisao.acoes, devedor.inscricoes.len()), (vec![], 0));
}

#[test]
fn k04_an_overdue_instalment_of_a_confirmed_one_enters_at_the_first_position() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-04");
    negociar(&mut devedor, 1, Confirmada);
    devedor.titulos.push(parcela(3, "2026-04-10", Confirmada));
    let acoes = noites(&reguas, &mut devedor, "2026-03-05", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["04-12 D+1", "04-17 D+6", "04-27 D+16"]);
    assert!(acoes.iter().all(|(_, acao)| acao.titulos == [titulo_id(3)]));
}

#[test]
fn k04_it_enters_by_its_own_profile() {
    let so_acordos = domain::regua::Criterios {
        origem: Some(domain::titulo::Origem::Acordo),
        ..domain::regua::Criterios::default()
    };
    let reguas = Reguas::new(vec![regua(1, &[d(1)]), com_criterios(&regua(0, &[d(2)]), so_acordos)]);
    let mut devedor = devedor(vec![titulo(1, "2026-02-10"), parcela(2, "2026-02-10", Confirmada)]);
    let acoes = noites(&reguas, &mut devedor, "2026-03-02", "2026-03-10");
    assert_eq!(escrito(&acoes, &reguas), ["03-03 D+1", "03-04 D+2"]);
    let dois = [(regua_id(0), vec![titulo_id(2)]), (regua_id(1), vec![titulo_id(1)])];
    assert_eq!(lugares(&devedor), dois);
}

#[test]
fn k06_given_up_the_walk_goes_on_at_the_frozen_position() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noites(&reguas, &mut devedor, "2026-03-02", "2026-03-04");
    negociar(&mut devedor, 1, a_confirmar("2026-03-20"));
    devedor.titulos.push(parcela(2, "2026-03-20", a_confirmar("2026-03-20")));
    noites(&reguas, &mut devedor, "2026-03-05", "2026-03-11");
    um(&mut devedor, 1).negociacao = None;
    mudar(&mut devedor, 1, Aberto);
    mudar(&mut devedor, 2, Cancelado);
    let acoes = noites(&reguas, &mut devedor, "2026-03-12", "2026-04-30");
    assert_eq!(escrito(&acoes, &reguas), ["03-15 D+6", "03-25 D+16"]);
    assert!(acoes.iter().all(|(_, acao)| acao.titulos == [titulo_id(1)]));
}

#[test]
fn k07_unconfirmed_and_overdue_is_not_charged() {
    let (reguas, acordo) = (so(regua(1, &[d(0)])), a_confirmar("2026-03-10"));
    let mut devedor = devedor(vec![parcela(2, "2026-03-10", acordo), parcela(3, "2026-04-10", acordo)]);
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-02", "2026-06-30"), []);
    assert_eq!(devedor.inscricoes, []);
    assert!(decide(&reguas, &devedor, dia("2026-06-30"), &REGRAS).passos.is_empty(), "nor is it uncovered");
}

#[test]
fn k07_a_company_that_gives_up_after_5_days_walks_on_by_itself() {
    // The first instalment is due on Saturday the 14th, effectively on Monday the 16th; on the 22nd it is over.
    let acordo = a_confirmar("2026-03-14");
    let (reguas, mut devedor) =
        (so(regua(1, &[antes(1), d(1), d(6)])), devedor(vec![titulo(1, "2026-02-10")]));
    noites_com(&DESISTE, &reguas, &mut devedor, ("2026-03-02", "2026-03-04"));
    negociar(&mut devedor, 1, acordo);
    devedor.titulos.extend([parcela(2, "2026-03-14", acordo), parcela(3, "2026-04-14", acordo)]);
    let decisao = noite_com(&DESISTE, &reguas, &mut devedor, dia("2026-03-17"));
    assert_eq!(decisao.proxima, Some(dia("2026-03-22")));
    assert_eq!(devedor.titulos[0].status_em(dia("2026-03-21"), &DESISTE), Negociado);
    assert_eq!(devedor.titulos[0].status_em(dia("2026-03-22"), &DESISTE), Aberto);
    assert_eq!(devedor.titulos[2].status_em(dia("2026-03-22"), &DESISTE), Cancelado);
    // Frozen since the 17th, when D+6 was overdue since the 8th: it fires on the night of the thaw.
    let acoes = noites_com(&DESISTE, &reguas, &mut devedor, ("2026-03-18", "2026-05-30"));
    assert_eq!(escrito(&acoes, &reguas), ["03-22 D+6"], "and no reminder of the instalment");
    assert_eq!(acoes[0].1.titulos, [titulo_id(1)]);
}

#[test]
fn k07_without_that_choice_it_stays_frozen() {
    let (reguas, mut devedor) = (exemplo(), devedor(vec![titulo(1, "2026-02-10")]));
    noite(&reguas, &mut devedor, dia("2026-03-02"));
    negociar(&mut devedor, 1, a_confirmar("2026-03-14"));
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-03", "2027-03-03"), []);
    assert!(matches!(devedor.inscricoes[0].caminhada, Caminhada::Congelada { .. }));
}

#[test]
fn k07_a_suspended_instalment_goes_with_its_negotiation() {
    let suspensa = Titulo {
        status: domain::titulo::StatusTitulo::Suspenso,
        suspenso_ate: Some(dia("2026-04-01")),
        ..parcela(2, "2026-05-10", a_confirmar("2026-03-16"))
    };
    let em = |hoje| suspensa.status_em(dia(hoje), &DESISTE);
    assert_eq!(em("2026-03-21"), domain::titulo::StatusTitulo::Suspenso);
    assert_eq!((em("2026-03-22"), em("2026-04-01"), em("2026-05-01")), (Cancelado, Cancelado, Cancelado));
    assert_eq!(suspensa.vira_em(dia("2026-03-02"), &DESISTE), Some(dia("2026-03-22")));
    assert_eq!(suspensa.vira_em(dia("2026-03-02"), &REGRAS), Some(dia("2026-04-01")));
}

#[test]
fn k09_instalments_are_reminded_while_unconfirmed() {
    let (reguas, acordo) = (so(regua(1, &[antes(2), d(1)])), a_confirmar("2026-03-10"));
    let mut devedor = devedor(vec![parcela(2, "2026-03-10", acordo), parcela(3, "2026-04-10", acordo)]);
    let acoes = noites(&reguas, &mut devedor, "2026-03-02", "2026-05-30");
    assert_eq!(escrito(&acoes, &reguas), ["03-08 D-2", "04-08 D-2"]);
    assert!(acoes.iter().all(|(_, acao)| acao.origem == OrigemAcao::Lembrete));
}

#[test]
fn k02_a_negotiated_titulo_is_not_reminded() {
    let (reguas, mut devedor) = (so(regua(1, &[antes(2)])), devedor(vec![titulo(1, "2026-03-10")]));
    negociar(&mut devedor, 1, a_confirmar("2026-04-10"));
    assert_eq!(noites(&reguas, &mut devedor, "2026-03-02", "2026-03-31"), []);
    let passos = decide(&reguas, &devedor, dia("2026-03-12"), &REGRAS).passos;
    assert!(!passos.iter().any(|passo| matches!(passo, Passo::SemRegua { .. })), "it waits, uncharged");
}
