//! API keys.

use domain::ids::{EmpresaId, TituloId};
use store::chaves::{NovaChave, create, find, list, revoke};
use store::{Banco, Papel, Portador, StoreError, titulos};
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

/// Asks whether a transaction of `portador` begins, and whether it may read by one statement.
fn enters(banco: &Banco, portador: Portador) -> [bool; 3] {
    let livre = |feito: Result<(), StoreError>| match feito {
        Ok(()) => true,
        Err(StoreError::ChaveRecusada) => false,
        Err(erro) => panic!("{erro}"),
    };
    let ler = titulos::read(banco, portador, TituloId::new(Uuid::nil()), None);
    [
        livre(banco.da_empresa(portador, |_| Ok(()))),
        livre(banco.gravar(portador, portador.chave, |_| Ok(Ok::<_, ()>(()))).map(|_| ())),
        livre(ler.map(|_| ())),
    ]
}

#[test]
fn a_request_is_served_as_long_as_its_key_is_good_and_not_an_instant_longer() {
    let casa = Casa::nova();
    let fim = hora(dia("2026-03-02"));
    save(&casa, casa.empresa, &nova(1));
    save(&casa, casa.empresa, &NovaChave { expira_em: Some(fim), ..nova(2) });
    let asks = |empresa, n, agora| enters(&casa.titulos, Portador { empresa, chave: nova(n).id, agora });
    let (antes, sim, nao) = (fim - chrono::TimeDelta::microseconds(1), [true; 3], [false; 3]);
    assert_eq!([asks(casa.empresa, 1, antes), asks(casa.empresa, 2, antes)], [sim; 2]);
    assert_eq!([asks(casa.empresa, 1, fim), asks(casa.empresa, 2, fim)], [sim, nao], "expired");
    assert!(casa.titulos.da_empresa(casa.empresa, |t| revoke(t, nova(1).id, agora())).unwrap());
    assert_eq!([asks(casa.empresa, 1, antes), asks(casa.empresa, 2, antes)], [nao, sim], "revoked");
    assert_eq!(asks(casa.empresa, 3, antes), nao, "unknown");
    let outra = nova_empresa(&casa.titulos, "Beta");
    assert_eq!(asks(outra, 2, antes), nao, "r02: of another company");
}

#[test]
fn a_refused_request_leaves_its_connection_as_it_found_it() {
    let casa = Casa::nova();
    let banco = Banco::connect(casa.pg.url(), Papel::Titulos, 1).unwrap();
    save(&casa, casa.empresa, &nova(1));
    let portador = Portador { empresa: casa.empresa, chave: nova(2).id, agora: agora() };
    let boa = Portador { chave: nova(1).id, ..portador };
    for _ in 0..2 {
        assert_eq!(enters(&banco, portador), [false; 3]);
        assert_eq!(enters(&banco, boa), [true; 3]);
    }
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
