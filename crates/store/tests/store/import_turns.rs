//! An import is in the hands of one process at a time, and each line is told of once.

use std::time::Duration;

use serde_json::json;
use store::importacoes::{self, Chave, Feitos, NovaImportacao, Tomada};
use store::{StoreError, Tenant};
use testkit::block_until;
use uuid::Uuid;

use crate::apoio::{Casa, PRAZO, agora};

fn ask(casa: &Casa) -> Uuid {
    let id = Uuid::from_u128(7);
    let nova = NovaImportacao {
        id,
        formato: "csv",
        completo: false,
        simular: false,
        limite: 10,
        credor: None,
        mapeamento: None,
        regras: json!({}),
        autor: Uuid::from_u128(8),
        bytes: 1,
    };
    casa.titulos.da_empresa(casa.empresa, |t| importacoes::create(t, &nova, agora())).unwrap();
    id
}

fn take(casa: &Casa, id: Uuid) -> Option<Tomada> {
    let tomada = casa.titulos.da_empresa(casa.empresa, |t| importacoes::claim(t, id, agora())).unwrap();
    tomada.map(|(tomada, _)| tomada)
}

fn tell(t: &mut Tenant<'_>, tomada: Tomada, ate: i64) -> Result<bool, StoreError> {
    importacoes::advance(t, tomada, (ate, None), &Feitos { criados: 5, ..Feitos::default() })
}

fn advance(casa: &Casa, tomada: Tomada, ate: i64) -> bool {
    casa.titulos.da_empresa(casa.empresa, |t| tell(t, tomada, ate)).unwrap()
}

fn expire(casa: &Casa) {
    testkit::Sql::connect(casa.pg.url())
        .run("UPDATE cadastro.importacao SET lease_ate = clock_timestamp() - interval '1 second'");
}

#[test]
fn while_its_lease_lasts_an_import_is_nobody_elses() {
    let casa = Casa::nova();
    let id = ask(&casa);
    let primeiro = take(&casa, id).expect("it is free");
    assert_eq!(take(&casa, id), None);
    expire(&casa);
    let segundo = take(&casa, id).expect("its lease is over");
    assert!(primeiro.tentativa < segundo.tentativa);
}

#[test]
fn whoever_lost_an_import_stores_no_more_of_it() {
    let casa = Casa::nova();
    let id = ask(&casa);
    casa.titulos.da_empresa(casa.empresa, |t| importacoes::add_part(t, id, 0, b"x")).unwrap();
    let partes = || casa.n("SELECT count(*) FROM cadastro.importacao_parte");
    let primeiro = take(&casa, id).unwrap();
    assert!(advance(&casa, primeiro, 5));
    expire(&casa);
    let segundo = take(&casa, id).unwrap();
    assert!(!advance(&casa, primeiro, 10), "it is another's");
    assert!(advance(&casa, segundo, 10));
    for feito in [importacoes::keep, importacoes::release, importacoes::ask] {
        assert!(!casa.titulos.da_empresa(casa.empresa, |t| feito(t, primeiro)).unwrap());
    }
    let end = |tomada, erro| {
        casa.titulos.da_empresa(casa.empresa, |t| importacoes::end(t, tomada, erro, agora())).unwrap();
    };
    end(primeiro, Some("perdida"));
    assert_eq!(partes(), 1, "the file is still read by the other");
    let lida = casa.titulos.da_empresa(casa.empresa, |t| importacoes::get(t, id)).unwrap().unwrap();
    assert_eq!((lida.estado.as_str(), lida.posicao, lida.criados), ("processando", 10, 10));
    end(segundo, None);
    assert_eq!(partes(), 0);
}

#[test]
fn an_import_that_cuts_everybody_off_is_given_up_and_one_that_is_put_down_is_not() {
    let casa = Casa::nova();
    let id = ask(&casa);
    for _ in 0..7 {
        let tomada = take(&casa, id).expect("whoever had it ended in good order");
        assert!(casa.titulos.da_empresa(casa.empresa, |t| importacoes::release(t, tomada)).unwrap());
    }
    for _ in 0..5 {
        let tomada = take(&casa, id).expect("not yet");
        assert!(casa.titulos.da_empresa(casa.empresa, |t| importacoes::give_back(t, tomada)).unwrap());
    }
    let lida = || casa.titulos.da_empresa(casa.empresa, |t| importacoes::get(t, id)).unwrap().unwrap();
    assert_eq!(lida().estado, "pendente");
    assert_eq!(take(&casa, id), None);
    assert_eq!((lida().estado.as_str(), lida().erro.is_some()), ("falhou", true));
}

#[test]
fn whoever_gets_further_with_an_import_takes_it_up_as_if_for_the_first_time() {
    let casa = Casa::nova();
    let id = ask(&casa);
    for ate in 1..=7 {
        let tomada = take(&casa, id).expect("each got further");
        assert!(advance(&casa, tomada, ate));
        assert!(casa.titulos.da_empresa(casa.empresa, |t| importacoes::give_back(t, tomada)).unwrap());
    }
}

#[test]
fn a_chunk_that_is_told_of_again_counts_once() {
    let casa = Casa::nova();
    let id = ask(&casa);
    let tomada = take(&casa, id).unwrap();
    assert!(advance(&casa, tomada, 10));
    for ate in [10, 5] {
        assert!(!advance(&casa, tomada, ate), "{ate}");
    }
    let lida = casa.titulos.da_empresa(casa.empresa, |t| importacoes::get(t, id)).unwrap().unwrap();
    assert_eq!((lida.posicao, lida.criados), (10, 5));
}

/// The keys of a large file take minutes, and what their transaction says is seen by nobody before it ends.
#[test]
fn whoever_reads_the_keys_of_a_file_for_longer_than_a_lease_keeps_it_meanwhile() {
    let casa = Casa::nova();
    let id = ask(&casa);
    let tomada = take(&casa, id).unwrap();
    let mut olho = testkit::Sql::connect(casa.pg.url());
    let mut leased =
        || olho.number("(SELECT count(*) FROM cadastro.importacao WHERE lease_ate > clock_timestamp())") == 1;
    let chave = |linha| {
        expire(&casa);
        block_until(PRAZO, &mut leased);
        assert_eq!(take(&casa, id), None, "line {linha}");
        Ok::<_, StoreError>(Chave { linha, codigo: Some("A".to_owned()) })
    };
    let chaves = std::iter::successors(Some(1), |linha| (*linha < 3).then_some(linha + 1)).map(chave);
    let mut chaves = Some(chaves);
    let lidas =
        importacoes::while_kept(&casa.titulos, casa.empresa, tomada, Duration::from_millis(1), || {
            casa.titulos
                .da_empresa(casa.empresa, |t| importacoes::read_keys(t, tomada, None, chaves.take().unwrap()))
        });
    assert!(lidas.unwrap().is_some(), "it was still this process's");
    expire(&casa);
    assert!(take(&casa, id).is_some(), "afterwards nobody keeps it");
}

/// A row knows its transaction modulo 2^32, a picture knows all of it.
#[test]
fn a_row_was_there_when_the_picture_was_taken_also_after_four_thousand_million_transactions() {
    let casa = Casa::nova();
    for (linha, retrato, antes) in [
        (9_u64, "10:20:15", true),
        (14, "10:20:15", true),
        (15, "10:20:15", false),
        (20, "10:20:15", false),
        (2_000_000_000, "10:20:15", false),
        (4, "4294967300:4294967310:4294967305", true),
        (9, "4294967300:4294967310:4294967305", false),
        (14, "4294967300:4294967310:4294967305", false),
        (4_294_967_290, "4294967300:4294967310:4294967305", true),
    ] {
        let visto = format!("SELECT cadastro.gravado_antes('{linha}'::xid, '{retrato}'::pg_snapshot)::int");
        assert_eq!(casa.n(&visto), i64::from(antes), "{linha} {retrato}");
    }
    let sem_retrato = "SELECT (cadastro.gravado_antes('9'::xid, NULL) IS NULL)::int";
    assert_eq!(casa.n(sem_retrato), 1);
}
