//! An import is in the hands of one process at a time, and each line is told of once.

use serde_json::json;
use store::Tenant;
use store::importacoes::{self, Feitos, NovaImportacao, Tomada};
use uuid::Uuid;

use crate::apoio::{Casa, agora};

fn ask(casa: &Casa) -> Uuid {
    let id = Uuid::from_u128(7);
    let nova = NovaImportacao {
        id,
        formato: "csv",
        completo: false,
        simular: false,
        limite: 10,
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

fn tell(t: &mut Tenant<'_>, tomada: Tomada, ate: i64) -> Result<bool, store::StoreError> {
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
    let primeiro = take(&casa, id).unwrap();
    assert!(advance(&casa, primeiro, 5));
    expire(&casa);
    let segundo = take(&casa, id).unwrap();
    assert!(!advance(&casa, primeiro, 10), "it is another's");
    assert!(advance(&casa, segundo, 10));
    for feito in [importacoes::keep, importacoes::release, importacoes::ask] {
        assert!(!casa.titulos.da_empresa(casa.empresa, |t| feito(t, primeiro)).unwrap());
    }
    casa.titulos
        .da_empresa(casa.empresa, |t| importacoes::end(t, primeiro, Some("perdida"), agora()))
        .unwrap();
    let lida = casa.titulos.da_empresa(casa.empresa, |t| importacoes::get(t, id)).unwrap().unwrap();
    assert_eq!((lida.estado.as_str(), lida.posicao, lida.criados), ("processando", 10, 10));
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
