//! API keys.

use domain::ids::EmpresaId;
use store::chaves::{NovaChave, create, find, list, revoke};
use uuid::Uuid;

use crate::apoio::{Casa, agora, dia, hora, nova_empresa};

fn nova(n: u128) -> NovaChave {
    NovaChave {
        id: Uuid::from_u128(n),
        nome: "ERP".to_owned(),
        hash: vec![7; 32],
        escopos: vec!["titulos:escrever".to_owned()],
        expira_em: None,
    }
}

fn save(casa: &Casa, empresa: EmpresaId, chave: &NovaChave) {
    casa.titulos.da_empresa(empresa, |t| create(t, chave, agora())).unwrap();
}

#[test]
fn a_key_is_found_by_every_service_before_the_company_is_known() {
    let casa = Casa::nova();
    save(&casa, casa.empresa, &nova(1));
    for banco in [&casa.titulos, &casa.engine, &casa.dispatcher] {
        let achada = find(banco, nova(1).id, agora()).unwrap().unwrap();
        assert_eq!(achada.empresa(), casa.empresa);
        assert_eq!(achada.hash, vec![7; 32]);
        assert_eq!(achada.escopos, ["titulos:escrever"]);
        assert!(find(banco, Uuid::from_u128(2), agora()).unwrap().is_none());
    }
}

#[test]
fn a_revoked_key_is_not_found_and_revoking_twice_keeps_the_first_instant() {
    let casa = Casa::nova();
    save(&casa, casa.empresa, &nova(1));
    let revogar =
        |dia_| casa.titulos.da_empresa(casa.empresa, |t| revoke(t, nova(1).id, hora(dia(dia_)))).unwrap();
    assert!(revogar("2026-03-02"));
    assert!(revogar("2026-03-09"));
    assert!(find(&casa.titulos, nova(1).id, agora()).unwrap().is_none());
    let lidas = casa.titulos.da_empresa(casa.empresa, list).unwrap();
    assert_eq!(lidas[0].revogada_em, Some(hora(dia("2026-03-02"))));
}

#[test]
fn an_expired_key_is_not_found_from_its_last_instant_on() {
    let casa = Casa::nova();
    let fim = hora(dia("2026-03-02"));
    save(&casa, casa.empresa, &NovaChave { expira_em: Some(fim), ..nova(1) });
    assert!(find(&casa.titulos, nova(1).id, fim - chrono::TimeDelta::seconds(1)).unwrap().is_some());
    assert!(find(&casa.titulos, nova(1).id, fim).unwrap().is_none());
}

#[test]
fn r02_the_key_of_another_company_can_be_neither_listed_nor_revoked() {
    let casa = Casa::nova();
    let outra = nova_empresa(&casa.titulos, "Beta");
    save(&casa, outra, &nova(1));
    let revogada = casa.titulos.da_empresa(casa.empresa, |t| revoke(t, nova(1).id, agora())).unwrap();
    assert!(!revogada);
    assert!(casa.titulos.da_empresa(casa.empresa, list).unwrap().is_empty());
    assert!(find(&casa.titulos, nova(1).id, agora()).unwrap().is_some());
}
