//! A régua engine that dies in mid-night.
#![cfg(test)]

use std::collections::BTreeSet;

use providers::caixa::Roteiro;
use serde_json::json;
use testkit::{Processo, Sql, Vhost, wait_until};

use crate::casa::{Casa, PRAZO, binary, executions};

/// Many chunks, of which two are always being worked on: whenever the engine is killed, it is inside of one.
const DEVEDORES: usize = 20_000;
const METADE: u64 = 10_000;

#[tokio::test(flavor = "multi_thread")]
async fn killed_inside_a_chunk_and_after_it_the_next_engine_decides_each_debtor_once() {
    let vhost = Vhost::new();
    let mut casa = Casa::start(vhost.amqp_url(), Roteiro::normal()).await;
    // Letters: no dispatcher here sends them, so what was decided stays to be counted.
    let empresa = casa.empresa_with(&json!({"tipo": "carta", "corpo": "#LISTA_TITULOS#"})).await;
    empresa.push(DEVEDORES).await;
    let noite = empresa.open_night().await;
    let primeiro = empresa.motor.clone();
    wait_until(PRAZO, async || primeiro.get(&noite).await.expect(200).json["devedores"].as_u64() > Some(0))
        .await;
    casa.motor.kill();
    let andando =
        |url: &str| Sql::connect(url).number("SELECT count(*) FROM regua.noite WHERE estado = 'andando'");
    assert_eq!(andando(casa.banco.url()), 1, "a noite acabou antes da queda");

    let url = [("DATABASE_URL", casa.banco.url())];
    let mut segundo = Processo::start(&binary("regua-engine"), &[], &url);
    let motor = empresa.at(&mut segundo).await;
    wait_until(PRAZO, async || {
        motor.get(&noite).await.expect(200).json["devedores"].as_u64() >= Some(METADE)
    })
    .await;
    segundo.kill();

    let mut terceiro = Processo::start(&binary("regua-engine"), &[], &url);
    let motor = empresa.at(&mut terceiro).await;
    wait_until(PRAZO, async || motor.get(&noite).await.expect(200).json["estado"] == "concluida").await;
    let lida = motor.get(&noite).await.expect(200).json;
    assert_eq!((&lida["devedores"], &lida["acoes"]), (&json!(DEVEDORES), &json!(DEVEDORES)));

    let mut dispatcher = casa.dispatcher(&[("COBRANCA_DISPATCHER__CANAIS", "email")]);
    let execucoes = executions(&empresa.at(&mut dispatcher).await).await;
    let devedores: BTreeSet<&str> = execucoes.iter().map(|e| e["devedor_id"].as_str().unwrap()).collect();
    assert_eq!((execucoes.len(), devedores.len()), (DEVEDORES, DEVEDORES));
    assert!(execucoes.iter().all(|e| e["estado"] == "pendente"));
}
