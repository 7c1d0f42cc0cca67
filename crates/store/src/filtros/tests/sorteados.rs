//! Filters by chance over portfolios by chance.

use std::cell::Cell;
use std::sync::atomic::{AtomicU16, Ordering};

use domain::execucao::Canal;
use domain::filtro::{Exclusao, Filtro};
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::Contagem;
use super::carteira::{Casa, Dev, dev};
use super::oraculo::{atende, exclusao};
use super::sorte::Sorte;

const DEVEDORES: u8 = 20;

fn contada(empresa: u16, devedores: &[Dev], filtro: &Filtro, tipo: Canal) -> Contagem {
    let atendem: Vec<&Dev> = devedores.iter().filter(|dev| atende(empresa, dev, filtro)).collect();
    let com = |motivo: Option<Exclusao>| {
        i64::try_from(atendem.iter().filter(|dev| exclusao(dev, tipo) == motivo).count()).unwrap()
    };
    let excluidos = Exclusao::TODOS.iter().map(|motivo| (*motivo, com(Some(*motivo))));
    Contagem {
        atendem: i64::try_from(atendem.len()).unwrap(),
        com_contato: com(None),
        excluidos: excluidos.filter(|(_, n)| *n > 0).collect(),
    }
}

/// Every case is a company of its own beside the others.
#[test]
fn f01_to_f34_any_filter_takes_whom_the_rules_take_and_b10_counts_them() {
    let casa = Casa::nova();
    let empresa = AtomicU16::new(1);
    let config = ProptestConfig {
        cases: 40,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let (uteis, outros) = (Cell::new(0), Cell::new(0));
    proptest!(config, |(carteira in vec(any::<u8>(), 900), filtros in vec((vec(any::<u8>(), 40), 0..5_u8), 12))| {
        let empresa = empresa.fetch_add(1, Ordering::Relaxed);
        let devedores = Sorte::new(&carteira).carteira(DEVEDORES);
        casa.guardar(empresa, &devedores);
        for (bytes, quantos) in filtros {
            let Some(filtro) = Sorte::new(&bytes).filtro(empresa, quantos, 1) else { continue };
            let espera: Vec<&str> = devedores.iter().filter(|dev| atende(empresa, dev, &filtro)).map(|dev| dev.nome.as_str()).collect();
            prop_assert_eq!(casa.quem(empresa, &devedores, &filtro), espera.clone(), "{}", filtro.escrever());
            for tipo in Canal::TODOS {
                let espera = contada(empresa, &devedores, &filtro, *tipo);
                prop_assert_eq!(casa.contar(empresa, &filtro, *tipo), espera, "{} {}", tipo, filtro.escrever());
            }
            let conta = if espera.is_empty() || espera.len() == devedores.len() { &outros } else { &uteis };
            conta.set(conta.get() + 1);
        }
    });
    assert!(uteis.get() * 2 > outros.get(), "filters that tell debtors apart: {uteis:?}, others: {outros:?}");
}

#[test]
fn r02_a_filter_takes_nobody_of_another_company() {
    let casa = Casa::nova();
    casa.guardar(1, &[dev("um")]);
    casa.guardar(2, &[dev("dois"), dev("três")]);
    assert_eq!(casa.quem(1, &[dev("um")], &Filtro::default()), ["um"]);
    assert_eq!(casa.contar(2, &Filtro::default(), Canal::Enriquecimento).atendem, 2);
    assert_eq!(casa.contar(3, &Filtro::default(), Canal::Enriquecimento), Contagem::default());
}
