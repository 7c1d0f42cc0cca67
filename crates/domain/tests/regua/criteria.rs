//! For whom a régua is: each criterion with one in and one out, and the order in which réguas are tried.

use crate::support::*;
use chrono::{DateTime, TimeDelta};
use domain::dinheiro::Centavos;
use domain::documento::TipoPessoa;
use domain::regua::{Cabecalho, Criterios, Devedor, EstadoRegua, Modo, Passo, Perfil, Regua, Reguas, decide};
use domain::titulo::{Negociacao, Origem, Titulo};

const HOJE: &str = "2026-03-02";

fn qualquer() -> Criterios {
    Criterios::default()
}

/// Those of the títulos that a régua with these criteria takes tonight.
fn toma(criterios: &Criterios, modo: Modo, perfil: Perfil, titulos: Vec<Titulo>) -> Vec<u128> {
    let reguas = so(em_modo(&com_criterios(&regua(1, &[d(0)]), criterios.clone()), modo));
    let mut devedor = Devedor { perfil, ..devedor(titulos) };
    noite(&reguas, &mut devedor, dia(HOJE));
    let mut tomados: Vec<_> =
        devedor.inscricoes.iter().flat_map(|viva| &viva.titulos).map(|id| id.uuid().as_u128()).collect();
    tomados.sort_unstable();
    tomados
}

fn toma_titulo(criterios: &Criterios, titulo: Titulo) -> bool {
    !toma(criterios, Modo::PorDevedor, Perfil::default(), vec![titulo]).is_empty()
}

fn toma_perfil(criterios: &Criterios, perfil: Perfil) -> bool {
    !toma(criterios, Modo::PorDevedor, perfil, vec![titulo(1, "2026-02-10")]).is_empty()
}

fn de_saldo(n: u128, saldo: i64) -> Titulo {
    Titulo { saldo: Centavos::new(saldo), ..titulo(n, "2026-02-10") }
}

#[test]
fn s02_the_minimum_is_inclusive_and_of_the_debtor_or_of_each_titulo_by_the_mode() {
    for (minimo, por_devedor, por_titulo) in [
        (100, vec![1, 2], vec![1, 2]),
        (101, vec![1, 2], vec![2]),
        (200, vec![1, 2], vec![2]),
        (201, vec![1, 2], vec![]),
        (300, vec![1, 2], vec![]),
        (301, vec![], vec![]),
    ] {
        let criterios = Criterios { valor_minimo: Some(Centavos::new(minimo)), ..qualquer() };
        let dois = || vec![de_saldo(1, 100), de_saldo(2, 200)];
        assert_eq!(toma(&criterios, Modo::PorDevedor, Perfil::default(), dois()), por_devedor, "{minimo}");
        assert_eq!(toma(&criterios, Modo::PorTitulo, Perfil::default(), dois()), por_titulo, "{minimo}");
    }
}

#[test]
fn s02_the_minimum_counts_what_may_be_charged_and_meets_the_other_criteria() {
    let criterios =
        Criterios { valor_minimo: Some(Centavos::new(300)), credores: [credor(1)].into(), ..qualquer() };
    let seu = |titulo| Titulo { credor: Some(credor(1)), ..titulo };
    let a_vencer = Titulo { vencimento: dia("2026-03-10"), ..de_saldo(3, 500) };
    for (terceiro, tomados) in [
        (seu(a_vencer), vec![]),
        (de_saldo(3, 500), vec![]),
        (seu(de_saldo(3, 99)), vec![]),
        (seu(de_saldo(3, 100)), vec![1, 2, 3]),
    ] {
        let titulos = vec![seu(de_saldo(1, 100)), seu(de_saldo(2, 100)), terceiro];
        assert_eq!(toma(&criterios, Modo::PorDevedor, Perfil::default(), titulos), tomados);
    }
}

#[test]
fn s02_what_is_paid_down_below_the_minimum_leaves() {
    let criterios = Criterios { valor_minimo: Some(Centavos::new(300)), ..qualquer() };
    let reguas = so(com_criterios(&regua(1, &[d(1)]), criterios));
    let mut devedor = devedor(vec![de_saldo(1, 100), de_saldo(2, 200)]);
    noite(&reguas, &mut devedor, dia(HOJE));
    pagar(&mut devedor, 1);
    let decisao = noite(&reguas, &mut devedor, dia("2026-03-03"));
    assert_eq!(motivos(&decisao), [domain::regua::MotivoEncerramento::PerfilPerdido]);
    assert!(decisao.passos.contains(&Passo::SemRegua { titulos: vec![titulo_id(2)] }));
}

#[test]
fn s03_both_ends_are_inclusive_and_of_the_date_on_the_titulo() {
    let criterios = |de: Option<&str>, ate: Option<&str>| Criterios {
        vencimento_de: de.map(dia),
        vencimento_ate: ate.map(dia),
        ..qualquer()
    };
    // Saturday the 7th is effectively due on the 9th; the criterion looks at the 7th.
    for (de, ate, vencimento, dentro) in [
        (Some("2026-02-07"), Some("2026-02-07"), "2026-02-07", true),
        (Some("2026-02-07"), None, "2026-02-06", false),
        (Some("2026-02-07"), None, "2026-02-20", true),
        (None, Some("2026-02-07"), "2026-02-08", false),
        (None, Some("2026-02-07"), "2020-01-01", true),
        (Some("2026-02-01"), Some("2026-02-07"), "2026-02-08", false),
        (Some("2026-02-01"), Some("2026-02-07"), "2026-01-31", false),
    ] {
        let tomou = toma_titulo(&criterios(de, ate), titulo(1, vencimento));
        assert_eq!(tomou, dentro, "{de:?} {ate:?} {vencimento}");
    }
}

#[test]
fn s04_receivables_instalments_or_both() {
    for (origem, original, acordo) in
        [(None, true, true), (Some(Origem::Original), true, false), (Some(Origem::Acordo), false, true)]
    {
        let criterios = Criterios { origem, ..qualquer() };
        assert_eq!(toma_titulo(&criterios, titulo(1, "2026-02-10")), original, "{origem:?}");
        let parcela = parcela(1, "2026-02-10", Negociacao::Confirmada);
        assert_eq!(toma_titulo(&criterios, parcela), acordo, "{origem:?}");
    }
}

#[test]
fn s05_only_titulos_of_these_creditors() {
    let criterios = Criterios { credores: [credor(1), credor(2)].into(), ..qualquer() };
    let de = |n, quem: Option<u128>| Titulo { credor: quem.map(credor), ..titulo(n, "2026-02-10") };
    let titulos = vec![de(1, Some(1)), de(2, Some(2)), de(3, Some(3)), de(4, None)];
    for modo in Modo::TODOS {
        assert_eq!(toma(&criterios, *modo, Perfil::default(), titulos.clone()), [1, 2]);
        assert_eq!(toma(&qualquer(), *modo, Perfil::default(), titulos.clone()), [1, 2, 3, 4]);
    }
}

#[test]
fn s06_only_these_kinds_of_person() {
    let criterios = Criterios { tipos_pessoa: [TipoPessoa::Fisica, TipoPessoa::Isenta].into(), ..qualquer() };
    for tipo_pessoa in TipoPessoa::TODOS {
        let perfil = Perfil { tipo_pessoa: *tipo_pessoa, ..Perfil::default() };
        assert_eq!(toma_perfil(&criterios, perfil), *tipo_pessoa != TipoPessoa::Juridica, "{tipo_pessoa}");
    }
}

#[test]
fn s07_only_these_categories_written_the_same() {
    let criterios = Criterios { categorias: [rotulo("VIP"), rotulo("A, B")].into(), ..qualquer() };
    for (categoria, dentro) in
        [(Some("VIP"), true), (Some("A, B"), true), (Some("Vip"), false), (Some("A"), false), (None, false)]
    {
        let perfil = Perfil { categoria: categoria.map(rotulo), ..Perfil::default() };
        assert_eq!(toma_perfil(&criterios, perfil), dentro, "{categoria:?}");
    }
}

#[test]
fn s08_s09_only_these_kinds_of_business_and_of_titulo() {
    let negocio = Criterios { tipos_negocio: [rotulo("aluguel")].into(), ..qualquer() };
    let tipo = Criterios { tipos_titulo: [rotulo("boleto")].into(), ..qualquer() };
    let com = |negocio: Option<&str>, tipo: Option<&str>| Titulo {
        tipo_negocio: negocio.map(rotulo),
        tipo_titulo: tipo.map(rotulo),
        ..titulo(1, "2026-02-10")
    };
    for (titulo, pelo_negocio, pelo_tipo) in [
        (com(Some("aluguel"), Some("boleto")), true, true),
        (com(Some("aluguel"), None), true, false),
        (com(Some("boleto"), Some("aluguel")), false, false),
        (com(None, Some("boleto")), false, true),
        (com(None, None), false, false),
    ] {
        assert_eq!(toma_titulo(&negocio, titulo.clone()), pelo_negocio, "{titulo:?}");
        assert_eq!(toma_titulo(&tipo, titulo.clone()), pelo_tipo, "{titulo:?}");
    }
}

#[test]
fn s10_both_ends_are_inclusive_and_who_has_no_score_is_outside() {
    for (de, ate, score, dentro) in [
        (Some(300), Some(500), Some(300), true),
        (Some(300), Some(500), Some(500), true),
        (Some(300), Some(500), Some(299), false),
        (Some(300), Some(500), Some(501), false),
        (Some(300), None, Some(900), true),
        (None, Some(500), Some(-1), true),
        (Some(300), None, None, false),
        (None, Some(500), None, false),
        (None, None, None, true),
    ] {
        let criterios = Criterios { score_de: de, score_ate: ate, ..qualquer() };
        let tomou = toma_perfil(&criterios, Perfil { score, ..Perfil::default() });
        assert_eq!(tomou, dentro, "{de:?} {ate:?} {score:?}");
    }
}

#[test]
fn s12_priority_then_more_criteria_then_older_then_the_smaller_id() {
    let com = |n, prioridade, quantos: usize, dias_depois| {
        let mut criterios = qualquer();
        criterios.valor_minimo = (quantos > 0).then(|| Centavos::new(1));
        criterios.origem = (quantos > 1).then_some(Origem::Original);
        let criada_em = DateTime::UNIX_EPOCH + TimeDelta::days(dias_depois);
        let base = regua(n, &[d(1)]);
        Regua::new(Cabecalho { prioridade, criterios, criada_em, ..cabecalho(n) }, base.posicoes().to_vec())
            .unwrap()
    };
    let na_ordem = [
        com(10, -3, 0, 9),
        com(9, 1, 0, 9),
        com(8, 2, 2, 9),
        com(7, 2, 1, 5),
        com(6, 2, 1, 6),
        com(4, 2, 0, 0),
        com(5, 2, 0, 0),
    ];
    for giro in 0..na_ordem.len() {
        let mut reguas = na_ordem.to_vec();
        reguas.rotate_left(giro);
        let ids: Vec<_> = Reguas::new(reguas).todas().iter().map(Regua::id).collect();
        assert_eq!(ids, [10, 9, 8, 7, 6, 4, 5].map(regua_id));
    }
    let mut devedor = devedor(vec![titulo(1, "2026-02-02")]);
    noite(&Reguas::new(na_ordem[2..].to_vec()), &mut devedor, dia(HOJE));
    assert_eq!(lugares(&devedor), [(regua_id(8), vec![titulo_id(1)])]);
}

#[test]
fn s12_a_debtor_walks_in_every_regua_that_takes_a_titulo_of_his() {
    let do_credor = |n: u128, dias| {
        com_criterios(&regua(n, &[d(dias)]), Criterios { credores: [credor(n)].into(), ..qualquer() })
    };
    let reguas = Reguas::new(vec![do_credor(1, 1), do_credor(2, 2), regua(3, &[d(3)])]);
    let de = |n, quem: Option<u128>| Titulo { credor: quem.map(credor), ..titulo(n, "2026-02-10") };
    let mut devedor = devedor(vec![de(1, Some(1)), de(2, Some(2)), de(3, None), de(4, Some(1))]);
    let acoes = noites(&reguas, &mut devedor, HOJE, "2026-03-10");
    assert_eq!(escrito(&acoes, &reguas), ["03-03 D+1", "03-04 D+2", "03-05 D+3"]);
    let titulos: Vec<_> = acoes.iter().map(|(_, acao)| acao.titulos.clone()).collect();
    assert_eq!(titulos, [vec![titulo_id(1), titulo_id(4)], vec![titulo_id(2)], vec![titulo_id(3)]]);
}

#[test]
fn s01_of_a_thousand_reguas_only_a_handful_is_looked_at() {
    let por = |n: u128| {
        let nome = rotulo(&format!("classe {n}"));
        match n % 4 {
            0 => Criterios { credores: [credor(n)].into(), ..qualquer() },
            1 => Criterios { categorias: [nome].into(), ..qualquer() },
            2 => Criterios { tipos_negocio: [nome].into(), ..qualquer() },
            _ => Criterios { tipos_titulo: [nome].into(), ..qualquer() },
        }
    };
    let mut todas: Vec<_> = (1..=1000).map(|n| com_criterios(&regua(n, &[d(1)]), por(n))).collect();
    todas.push(regua(2000, &[d(1)]));
    todas.push(em_estado(&regua(2001, &[d(1)]), EstadoRegua::Inativa));
    let reguas = Reguas::new(todas);
    let de = |n: u128| rotulo(&format!("classe {n}"));
    let titulos = vec![
        Titulo { credor: Some(credor(400)), ..titulo(1, "2026-02-10") },
        Titulo { credor: Some(credor(400)), tipo_negocio: Some(de(402)), ..titulo(2, "2026-02-10") },
        Titulo { tipo_titulo: Some(de(403)), ..titulo(3, "2026-02-10") },
    ];
    let perfil = Perfil { categoria: Some(de(401)), ..Perfil::default() };
    let devedor = Devedor { perfil, ..devedor(titulos) };
    let candidatas: Vec<_> = reguas.candidatas(&devedor).map(Regua::id).collect();
    assert_eq!(candidatas, [400, 401, 402, 403, 2000].map(regua_id));
    assert_eq!(
        decide(&reguas, &devedor, dia(HOJE), &REGRAS).mudancas.len(),
        2,
        "400 and, for the third, 401"
    );
}
