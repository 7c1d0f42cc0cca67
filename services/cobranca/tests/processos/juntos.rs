//! All services in one process, on engines that were given.
#![cfg(test)]

use providers::caixa::Roteiro;
use testkit::{Vhost, wait_until};

use crate::casa::{Casa, PRAZO, PRAZO_DO_FIM};

#[tokio::test(flavor = "multi_thread")]
async fn with_the_address_of_a_broker_the_one_process_sends_through_it() {
    let vhost = Vhost::new();
    let mut casa = Casa::start(vhost.amqp_url(), Roteiro::normal()).await;
    let mut tudo = casa.with_everything("cobranca", &["servir"], &[]);
    let mut empresa = casa.empresa().await;
    let url = tudo.url().await;
    (empresa.titulos, empresa.motor) = (empresa.titulos.at(&url), empresa.motor.at(&url));
    // From here on nothing is left but the one process.
    casa.titulos.kill();
    casa.motor.kill();
    empresa.push(3).await;
    empresa.night().await;
    wait_until(PRAZO, async || casa.caixa.total() == 3).await;
    tudo.terminate();
    assert!(tudo.ended(PRAZO_DO_FIM).await.success());

    let mut filas = vhost.delete_queues();
    filas.sort();
    let canais = ["carta", "email", "enriquecimento", "negativacao", "sms"];
    let esperadas: Vec<String> =
        canais.iter().flat_map(|c| [format!("dispatcher.{c}"), format!("dispatcher.{c}.mortas")]).collect();
    assert_eq!(filas, esperadas);
}
