//! Rule m02: several engines on one night, and engines that die.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;

use store::noites::{self, Abertura};
use store::{Banco, Papel};

use crate::apoio::{Casa, NOITE, chunk, claim, d, depois, devedor, dia, hora, item, walk};
use crate::parada::parada;

const DEVEDORES: u32 = 3_000;

#[test]
fn m02_two_engines_on_one_night_decide_every_debtor_exactly_once_and_both_help() {
    let casa = Casa::nova();
    for parte in 0..3 {
        let itens: Vec<_> =
            (0..1_000).map(|n| parte * 1_000 + n).map(|n| item(&n.to_string(), devedor(n))).collect();
        casa.push(&itens);
    }
    casa.regua(&[d(0), d(5)]);
    let noite = casa.open_new(dia(NOITE));
    let juntos = Barrier::new(2);
    let vistos: Vec<usize> = thread::scope(|scope| {
        let engines: Vec<_> = (0..2)
            .map(|_| {
                let (casa, juntos) = (&casa, &juntos);
                scope.spawn(move || {
                    let banco = Banco::connect(casa.pg.url(), Papel::ReguaEngine, 1).unwrap();
                    juntos.wait();
                    walk(&banco, casa.empresa, noite, 50)
                })
            })
            .collect();
        engines.into_iter().map(|e| e.join().unwrap()).collect()
    });
    assert_eq!(vistos.iter().sum::<usize>(), 3_000);
    assert!(vistos.iter().all(|v| *v >= 50), "{vistos:?}");
    let execucoes = casa.execucoes();
    assert_eq!(execucoes.len(), 3_000);
    assert_eq!(execucoes.iter().map(|e| e.devedor_id).collect::<BTreeSet<_>>().len(), 3_000);
    assert_eq!(
        casa.texts("SELECT concat_ws(' ', devedores, acoes, estado) AS x FROM regua.noite"),
        ["3000 3000 concluida"]
    );
    assert_eq!(
        casa.n(&format!("SELECT count(*) FROM regua.agenda WHERE proxima = '{}'", depois(NOITE, 5))),
        i64::from(DEVEDORES)
    );
}

#[test]
fn m02_an_engine_passes_over_what_another_one_holds() {
    let casa = Casa::nova();
    casa.push(&(0..10).map(|n| item(&n.to_string(), devedor(n))).collect::<Vec<_>>());
    let noite = casa.open_new(dia(NOITE));
    let (parada, controle) = parada();
    let outro_lote = |limite, espera| {
        let claimed = casa.engine.da_empresa(casa.empresa, |t| claim(t, noite, limite, espera));
        claimed.unwrap().iter().map(|x| x.id).collect::<BTreeSet<_>>()
    };
    thread::scope(|scope| {
        let outro = scope.spawn(|| {
            casa.engine
                .da_empresa(casa.empresa, |t| {
                    let meus: BTreeSet<_> = claim(t, noite, 4, false)?.iter().map(|x| x.id).collect();
                    parada.stop();
                    Ok(meus)
                })
                .unwrap()
        });
        controle.wait_until_there();
        let resto = outro_lote(100, false);
        assert_eq!(resto.len(), 6);
        controle.go_on();
        assert!(outro.join().unwrap().is_disjoint(&resto));
    });
}

#[test]
fn m02_a_chunk_that_dies_before_its_commit_leaves_everything_to_the_next() {
    let casa = Casa::nova();
    casa.push(&(0..20).map(|n| item(&n.to_string(), devedor(n))).collect::<Vec<_>>());
    casa.regua(&[d(0)]);
    let noite = casa.open_new(dia(NOITE));
    let agenda = casa.texts("SELECT concat_ws(' ', xmin, x) AS x FROM regua.agenda x ORDER BY 1");
    let morto = catch_unwind(AssertUnwindSafe(|| {
        casa.engine.da_empresa(casa.empresa, |t| -> Result<(), _> {
            assert_eq!(chunk(t, noite, 12, false)?, 12);
            panic!("o processo morre aqui");
        })
    }));
    assert!(morto.is_err());
    assert_eq!(casa.texts("SELECT concat_ws(' ', xmin, x) AS x FROM regua.agenda x ORDER BY 1"), agenda);
    assert_eq!(casa.n("SELECT count(*) FROM regua.inscricao"), 0);
    assert_eq!(casa.execucoes().len(), 0);
    assert_eq!(casa.n("SELECT devedores FROM regua.noite"), 0);
    assert_eq!(walk(&casa.engine, casa.empresa, noite, 7), 20);
    assert_eq!(casa.execucoes().len(), 20);
}

/// The engine that finds nobody left waits for whoever still holds somebody, and takes over when that one dies.
#[test]
fn m02_a_night_does_not_end_while_another_engine_holds_a_chunk_that_then_dies() {
    let casa = Casa::nova();
    casa.push(&(0..10).map(|n| item(&n.to_string(), devedor(n))).collect::<Vec<_>>());
    casa.regua(&[d(0)]);
    let noite = casa.open_new(dia(NOITE));
    let (parada, controle) = parada();
    thread::scope(|scope| {
        let morre = scope.spawn(|| {
            catch_unwind(AssertUnwindSafe(|| {
                casa.engine.da_empresa(casa.empresa, |t| -> Result<(), _> {
                    assert_eq!(claim(t, noite, 4, false)?.len(), 4);
                    parada.stop();
                    panic!("o processo morre aqui");
                })
            }))
        });
        controle.wait_until_there();
        let outro = Banco::connect(casa.pg.url(), Papel::ReguaEngine, 1).unwrap();
        let (casa, empresa) = (&casa, casa.empresa);
        let vivo = scope.spawn(move || walk(&outro, empresa, noite, 100));
        casa.wait_until_blocked();
        assert_eq!(casa.texts("SELECT estado AS x FROM regua.noite"), ["andando"]);
        controle.go_on();
        assert!(morre.join().unwrap().is_err());
        assert_eq!(vivo.join().unwrap(), 10);
    });
    assert_eq!(casa.execucoes().len(), 10);
    assert_eq!(
        casa.texts("SELECT concat_ws(' ', devedores, estado) AS x FROM regua.noite"),
        ["10 concluida"]
    );
}

#[test]
fn g01_two_engines_that_open_the_same_night_open_one() {
    let casa = Casa::nova();
    let (parada, controle) = parada();
    let abertas = thread::scope(|scope| {
        let um = scope.spawn(|| {
            casa.engine.da_empresa(casa.empresa, |t| {
                let aberta = noites::open(t, dia(NOITE), hora(dia(NOITE)))?;
                parada.stop();
                Ok(aberta)
            })
        });
        controle.wait_until_there();
        let dois = scope.spawn(|| casa.open(dia(NOITE)));
        casa.wait_until_blocked();
        controle.go_on();
        (um.join().unwrap().unwrap(), dois.join().unwrap())
    });
    match abertas {
        (Abertura::Nova(um), Abertura::JaExiste(dois)) => assert_eq!(um.id, dois.id),
        outras => panic!("{outras:?}"),
    }
}

#[test]
fn g07_an_earlier_night_is_refused_also_while_the_later_one_is_being_opened() {
    let casa = Casa::nova();
    let (parada, controle) = parada();
    let anterior = thread::scope(|scope| {
        let um = scope.spawn(|| {
            casa.engine.da_empresa(casa.empresa, |t| {
                noites::open(t, dia("2026-03-05"), hora(dia("2026-03-05")))?;
                parada.stop();
                Ok(())
            })
        });
        controle.wait_until_there();
        let dois = scope.spawn(|| casa.open(dia("2026-03-04")));
        testkit::block_until(crate::apoio::PRAZO, || dois.is_finished() || casa.is_blocked());
        controle.go_on();
        um.join().unwrap().unwrap();
        dois.join().unwrap()
    });
    assert!(matches!(anterior, Abertura::Passada { ultima } if ultima == dia("2026-03-05")), "{anterior:?}");
}
