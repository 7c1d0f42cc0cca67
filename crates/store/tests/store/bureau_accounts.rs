//! Accounts of creditors at bureaus.

use std::thread;

use domain::ids::CredorId;
use domain::negativacao::{Bureau, Limites};
use store::credores::{self, EmUso, Identificacao, NovoCredor};
use store::negativacoes::{self, NovaCredencial};
use testkit::block_until;

use crate::apoio::{Casa, NOITE, PRAZO, dia, hora};
use crate::parada::parada;

fn account_of(credor: CredorId) -> NovaCredencial {
    NovaCredencial {
        credor: Some(credor.uuid()),
        bureau: Bureau::Pefin,
        conta: "{}".to_owned(),
        informante: "11222333".to_owned(),
        ultima_sequencia: 0,
        limites: Limites::default(),
    }
}

#[test]
fn a_creditor_who_is_getting_an_account_is_not_deleted_meanwhile() {
    let casa = Casa::nova();
    let novo = NovoCredor {
        codigo_integracao: "C".to_owned(),
        nome: "Colégio".to_owned(),
        documento: None,
        encargos: None,
        identificacao: Identificacao::default(),
    };
    let agora = hora(dia(NOITE));
    let credor =
        casa.titulos.da_empresa(casa.empresa, |t| credores::create(t, &novo, agora)).unwrap().unwrap();
    let (parada, controle) = parada();
    let apagado = thread::scope(|juntos| {
        let casa = &casa;
        juntos.spawn(move || {
            let criar = |t: &mut store::Tenant<'_>| {
                assert!(negativacoes::informant(t, Some(credor.uuid()))?.is_some());
                parada.stop();
                negativacoes::create(t, &account_of(credor), agora)
            };
            casa.dispatcher.da_empresa(casa.empresa, criar).unwrap().unwrap();
        });
        controle.wait_until_there();
        let apaga = juntos.spawn(|| casa.titulos.da_empresa(casa.empresa, |t| credores::delete(t, credor)));
        block_until(PRAZO, || apaga.is_finished() || casa.is_blocked());
        controle.go_on();
        apaga.join().unwrap().unwrap()
    });
    assert_eq!(apagado, Err(EmUso::PorCredencial));
    let nenhum = casa.dispatcher.da_empresa(casa.empresa, |t| {
        negativacoes::informant(t, Some("0192b1f0-0000-7000-8000-000000000001".parse().unwrap()))
    });
    assert!(nenhum.unwrap().is_none());
}
