//! What a provider account is promised, to any number of processes.

use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use domain::execucao::Taxa;
use store::disparos::promise;
use store::{Banco, Papel};

use crate::apoio::Casa;

const CONTA: (&str, &str) = ("zenvia", "alfa");

#[test]
fn what_processes_are_promised_at_once_comes_one_after_the_other() {
    let casa = Casa::nova();
    let taxa = Taxa::new(200).unwrap();
    let processo = || {
        let banco = Banco::connect(casa.pg.url(), Papel::Dispatcher, 1).unwrap();
        thread::spawn(move || (0..10).map(|_| promise(&banco, CONTA, taxa, 20).unwrap()).collect::<Vec<_>>())
    };
    let processos: Vec<_> = (0..4).map(|_| processo()).collect();
    let promessas: Vec<_> = processos.into_iter().flat_map(|processo| processo.join().unwrap()).collect();
    assert!(promessas.iter().all(|promessa| promessa.fichas == 20));
    let mut ate: Vec<DateTime<Utc>> = promessas.iter().map(|promessa| promessa.ate).collect();
    ate.sort();
    for par in ate.windows(2) {
        assert!(par[1] - par[0] >= TimeDelta::milliseconds(100), "{par:?}: twenty take a tenth of a second");
    }
    assert_eq!(casa.n("SELECT count(*) FROM disparo.taxa"), 1);
}

#[test]
fn accounts_do_not_wait_for_each_other() {
    let casa = Casa::nova();
    let taxa = Taxa::new(1).unwrap();
    let espera = |conta| promise(&casa.dispatcher, conta, taxa, 1).unwrap().espera;
    assert!(espera(CONTA).is_zero());
    assert!(!espera(CONTA).is_zero(), "the next one a second later");
    for outra in [("zenvia", "beta"), ("twilio", "alfa")] {
        assert!(espera(outra).is_zero(), "{outra:?}");
    }
}
