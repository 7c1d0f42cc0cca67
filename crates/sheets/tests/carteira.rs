//! The sample portfolio: repeatable, readable by our own import, and with something of everything.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use domain::documento::TipoPessoa;
use proptest::prelude::*;
use sheets::{LinhaTitulo, LinhasImportadas, Mapa, gerar_carteira};

fn base() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
}

fn generate(semente: u64, devedores: u32) -> Vec<u8> {
    let mut csv = Vec::new();
    gerar_carteira(semente, devedores, base(), &mut csv).unwrap();
    csv
}

fn portfolio(semente: u64, devedores: u32) -> Vec<LinhaTitulo> {
    LinhasImportadas::new(generate(semente, devedores).as_slice(), Mapa::default())
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn percent(linhas: &[LinhaTitulo], conta: impl Fn(&LinhaTitulo) -> bool) -> usize {
    linhas.iter().filter(|linha| conta(linha)).count() * 100 / linhas.len()
}

#[test]
fn the_same_seed_writes_these_bytes() {
    let texto = String::from_utf8(generate(1, 4)).unwrap();
    assert_eq!(texto, include_str!("carteira/semente_1.csv"));
    assert_ne!(generate(1, 4), generate(2, 4));
}

#[test]
fn titulos_and_debtors_are_each_their_own() {
    let linhas = portfolio(7, 3_000);
    let codigos = linhas.iter().map(|linha| &linha.codigo_integracao).collect::<BTreeSet<_>>();
    let numeros = linhas.iter().map(|linha| &linha.numero).collect::<BTreeSet<_>>();
    assert_eq!((codigos.len(), numeros.len()), (linhas.len(), linhas.len()));
    let mut por_documento = BTreeMap::new();
    for devedor in linhas.iter().map(|linha| &linha.devedor) {
        let outro = devedor.documento.and_then(|it| por_documento.insert(it, &devedor.codigo_integracao));
        assert!(outro.is_none_or(|outro| outro == &devedor.codigo_integracao));
    }
}

#[test]
fn most_debtors_have_one_titulo_and_none_more_than_twelve() {
    let mut por_devedor = BTreeMap::<String, usize>::new();
    for linha in portfolio(7, 3_000) {
        *por_devedor.entry(linha.devedor.codigo_integracao).or_default() += 1;
    }
    assert_eq!((por_devedor.len(), por_devedor.values().max()), (3_000, Some(&12)));
    let com_um = por_devedor.values().filter(|quantos| **quantos == 1).count();
    assert!((1_700..1_900).contains(&com_um), "{com_um}");
}

#[test]
fn due_dates_payments_and_contacts_have_something_of_everything() {
    let linhas = portfolio(7, 3_000);
    let dias = |linha: &LinhaTitulo| (linha.vencimento - base()).num_days();
    let extremos = linhas.iter().map(dias).min().zip(linhas.iter().map(dias).max());
    assert_eq!(extremos, Some((-90, 45)));
    assert!((30..=38).contains(&percent(&linhas, |linha| dias(linha) >= 0)));
    assert!((32..=38).contains(&percent(&linhas, |linha| linha.pago_em.is_some())));
    let pago = |linha: &LinhaTitulo, em_dia: bool| {
        linha.pago_em.is_some_and(|dia| (dia <= linha.vencimento) == em_dia)
    };
    assert!(
        percent(&linhas, |linha| pago(linha, true)) >= 2
            && percent(&linhas, |linha| pago(linha, false)) >= 20
    );
    let depois = base()..=base() + TimeDelta::days(60);
    assert!(
        linhas.iter().all(|linha| linha.pago_em.is_none_or(|dia| depois.contains(&dia) && dia != base()))
    );
    assert!(linhas.iter().all(|linha| linha.emissao.is_some_and(|dia| dia < linha.vencimento)));
    assert!((1..=8).contains(&percent(&linhas, |linha| linha.devedor.emails.is_empty())));
    assert!((1..=6).contains(&percent(&linhas, |linha| linha.devedor.tipo_pessoa == TipoPessoa::Isenta)));
    let enderecos = linhas.iter().flat_map(|linha| &linha.devedor.emails);
    assert!(
        enderecos.clone().count() > 0
            && enderecos.into_iter().all(|it| it.as_str().ends_with("@example.com"))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_generated_is_imported_without_an_error(semente in any::<u64>(), devedores in 0_u32..60) {
        let mut csv = Vec::new();
        let escritos = gerar_carteira(semente, devedores, base(), &mut csv).unwrap();
        let lidas = LinhasImportadas::new(csv.as_slice(), Mapa::default()).unwrap().collect::<Result<Vec<_>, _>>();
        prop_assert_eq!(lidas.map(|lidas| u64::try_from(lidas.len()).unwrap()), Ok(escritos));
        prop_assert!(generate(semente, devedores + 5).starts_with(&csv), "a larger portfolio begins with the smaller one");
    }
}
