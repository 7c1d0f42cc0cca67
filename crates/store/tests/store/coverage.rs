//! Who is left out, as the nights keep it.

use domain::dinheiro::Centavos;
use domain::ids::{DevedorId, ReguaId};
use domain::regua::{Criterio, Descoberto};
use store::coberturas::{self, DescobertoLido, Filtro, Soma};
use uuid::Uuid;

use crate::apoio::{Casa, dia, nova_empresa};

const UM: DevedorId = DevedorId::new(Uuid::from_u128(1));
const OUTRO: DevedorId = DevedorId::new(Uuid::from_u128(2));

fn fora(valor: i64, criterio: Criterio) -> Descoberto {
    let regua = ReguaId::new(Uuid::from_u128(9));
    Descoberto { titulos: 2, valor: Centavos::new(valor), perto: Some((regua, criterio)) }
}

fn save(casa: &Casa, achados: &[(DevedorId, Option<Descoberto>)], data: &str) {
    casa.engine.da_empresa(casa.empresa, |t| coberturas::save(t, achados, dia(data))).unwrap();
}

fn list(casa: &Casa, filtro: Filtro) -> Vec<DescobertoLido> {
    casa.engine.da_empresa(casa.empresa, |t| coberturas::list(t, filtro, None, 10)).unwrap()
}

#[test]
fn s13_whoever_is_left_out_keeps_since_when_until_a_regua_takes_it() {
    let casa = Casa::nova();
    save(&casa, &[(UM, Some(fora(100, Criterio::Score))), (OUTRO, None)], "2026-03-02");
    save(
        &casa,
        &[(UM, Some(fora(250, Criterio::Credor))), (OUTRO, Some(fora(50, Criterio::Credor)))],
        "2026-03-03",
    );
    let todos = list(&casa, Filtro::default());
    let lidos: Vec<_> = todos.iter().map(|d| (d.devedor_id, d.valor, d.desde)).collect();
    assert_eq!(lidos, [(UM.uuid(), 250, dia("2026-03-02")), (OUTRO.uuid(), 50, dia("2026-03-03"))]);
    let somas = casa.engine.da_empresa(casa.empresa, coberturas::sums).unwrap();
    let soma = Soma {
        regua_id: Some(Uuid::from_u128(9)),
        criterio: Some("credor".to_owned()),
        devedores: 2,
        titulos: 4,
        valor: 300,
    };
    assert_eq!(somas, [soma]);
    assert!(list(&casa, Filtro { criterio: Some(Criterio::Score), regua: None }).is_empty());
    save(&casa, &[(UM, None), (OUTRO, Some(fora(50, Criterio::Credor)))], "2026-03-04");
    assert_eq!(list(&casa, Filtro::default()).len(), 1);
}

#[test]
fn what_did_not_change_is_not_written() {
    let casa = Casa::nova();
    let versoes = |casa: &Casa| casa.texts("SELECT concat_ws(' ', ctid, xmin) AS x FROM regua.descoberto");
    save(&casa, &[(UM, None), (OUTRO, None)], "2026-03-02");
    assert!(versoes(&casa).is_empty());
    save(&casa, &[(UM, Some(fora(100, Criterio::Score)))], "2026-03-02");
    let antes = versoes(&casa);
    save(&casa, &[(OUTRO, None)], "2026-03-03");
    save(&casa, &[(UM, Some(fora(100, Criterio::Score)))], "2026-03-04");
    assert_eq!(versoes(&casa), antes);
}

#[test]
fn r02_each_company_has_its_own() {
    let casa = Casa::nova();
    let outra = nova_empresa(&casa.titulos, "Beta");
    save(&casa, &[(UM, Some(fora(100, Criterio::Score)))], "2026-03-02");
    casa.engine.da_empresa(outra, |t| coberturas::save(t, &[(UM, None)], dia("2026-03-02"))).unwrap();
    assert!(casa.engine.da_empresa(outra, coberturas::sums).unwrap().is_empty());
    assert_eq!(list(&casa, Filtro::default()).len(), 1);
}
