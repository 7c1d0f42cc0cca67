//! A dispatcher that stands still (SIGSTOP) for longer than its lease, and wakes up when others have decided without it.
#![cfg(test)]

use providers::caixa::{Fala as FalaDoServidor, Fase as Verbo, Roteiro as RoteiroDoServidor};
use providers::operadora::{Como, Fala, Fase, Roteiro};
use testkit::{Banco, Processo, Vhost, wait_until};

use crate::casa::{Casa, Empresa, PRAZO};
use crate::oraculo::{Fins, company_on_both, let_go, settle, states};

/// As many e-mails, and as many SMS, as one dispatcher has in hand at a time.
const DEVEDORES: usize = 6;
const CADA: u64 = 6;
/// The shortest lease there is; and a hint that the sleeping one holds is missed soon.
const AJUSTES: [(&str, &str); 3] = [
    ("COBRANCA_DISPATCHER__LEASE_S", "10"),
    ("COBRANCA_DISPATCHER__FILA_S", "5"),
    ("COBRANCA_DISPATCHER__VARREDURA_S", "1"),
];
const CERCADA: &str = "o lease já havia expirado";

/// Everything is in the providers' hands, and the dispatcher that gave it to them stands still until another one has seen its
/// leases run out. Answers it, and the API of the other.
async fn asleep_past_the_lease(casa: &Casa, empresa: &Empresa) -> (Processo, Processo, testkit::Http) {
    let mut zumbi = casa.dispatcher(&AJUSTES);
    zumbi.url().await;
    empresa.night().await;
    wait_until(PRAZO, async || {
        (casa.caixa.seguradas(), casa.operadora.seguradas()) == (DEVEDORES, DEVEDORES)
    })
    .await;
    zumbi.pause();
    let mut outro = casa.dispatcher(&AJUSTES);
    let api = empresa.at(&mut outro).await;
    wait_until(PRAZO, async || states(&api).await.get("incerta") == Some(&DEVEDORES)).await;
    (zumbi, outro, api)
}

/// What was decided without it stands, whatever it found out meanwhile.
async fn wakes_up_and_changes_nothing(casa: &Casa, zumbi: &Processo, api: &testkit::Http) {
    zumbi.resume();
    let fenced = || zumbi.log().matches(CERCADA).count();
    wait_until(PRAZO, async || fenced() == 2 * DEVEDORES).await;
    let esperado = Fins::from([("enviada".to_owned(), DEVEDORES), ("incerta".to_owned(), DEVEDORES)]);
    assert_eq!(settle(casa, api, 2 * DEVEDORES).await, esperado);
}

#[tokio::test(flavor = "multi_thread")]
async fn asleep_while_the_answer_came_it_is_fenced_and_nothing_is_sent_again_in_vain() {
    let vhost = Vhost::new();
    let roteiros = (
        RoteiroDoServidor::sempre(Verbo::Corpo, FalaDoServidor::Segurar),
        Roteiro::sempre(Fase::Pedido, Fala::guardando(Como::Segurar)),
    );
    let mut casa = Casa::on(Banco::new(), vhost.amqp_url(), roteiros).await;
    let empresa = company_on_both(&mut casa).await;
    empresa.push(DEVEDORES).await;
    let (zumbi, _outro, api) = asleep_past_the_lease(&casa, &empresa).await;
    // The answers come while it sleeps; the other one gives the carrier the same keys again.
    let_go(&casa);
    wait_until(PRAZO, async || states(&api).await.get("enviada") == Some(&DEVEDORES)).await;
    wakes_up_and_changes_nothing(&casa, &zumbi, &api).await;
    assert_eq!((casa.caixa.total(), casa.operadora.total()), (CADA, CADA));
}

#[tokio::test(flavor = "multi_thread")]
async fn asleep_before_its_first_byte_it_sends_late_and_still_nobody_gets_it_twice() {
    let vhost = Vhost::new();
    let roteiros = (
        RoteiroDoServidor::sempre(Verbo::Saudacao, FalaDoServidor::Segurar),
        Roteiro::sempre(Fase::Conexao, Fala::sem_guardar(Como::Segurar)),
    );
    let mut casa = Casa::on(Banco::new(), vhost.amqp_url(), roteiros).await;
    let empresa = company_on_both(&mut casa).await;
    empresa.push(DEVEDORES).await;
    let (zumbi, _outro, api) = asleep_past_the_lease(&casa, &empresa).await;
    let_go(&casa);
    wait_until(PRAZO, async || states(&api).await.get("enviada") == Some(&DEVEDORES)).await;
    wakes_up_and_changes_nothing(&casa, &zumbi, &api).await;
    // Its e-mails left, by nobody's word: they are in doubt, which is what was said of them, and nobody sent them again.
    assert_eq!((casa.caixa.total(), casa.operadora.total()), (CADA, CADA));
}
