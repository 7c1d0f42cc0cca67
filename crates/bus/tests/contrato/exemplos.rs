//! What is documented is what is read: an integrator's example, and an old message still in a queue.

use bus::amqp::{EXCHANGE, EXCHANGE_MORTAS, dead_letter_queue_name, queue_name};
use bus::{CANAIS, LIMITE_DEVOLUCOES, MAX_EXECUCOES, Mensagem, VERSAO};

const ACAO_EMAIL_V1: &str = include_str!("../../../../proto-docs/examples/acao.email.v1.json");
const ASYNCAPI: &str = include_str!("../../../../proto-docs/asyncapi.yaml");

#[test]
fn a_message_of_version_1_stays_readable() {
    let lida = Mensagem::parse(ACAO_EMAIL_V1.as_bytes()).unwrap();
    assert_eq!((lida.tipo(), lida.canal(), lida.versao()), ("acao.email", "email", 1));
    assert_eq!(lida.execucoes().len(), 3);
    let escrita: serde_json::Value = serde_json::from_slice(&lida.to_json().unwrap()).unwrap();
    assert_eq!(escrita, serde_json::from_str::<serde_json::Value>(ACAO_EMAIL_V1).unwrap());
}

#[test]
fn the_document_names_every_exchange_queue_and_limit() {
    assert!(ASYNCAPI.contains(&format!("name: {EXCHANGE}\n")));
    assert!(ASYNCAPI.contains(&format!("x-dead-letter-exchange: {EXCHANGE_MORTAS}\n")));
    for canal in CANAIS {
        for nome in [queue_name(canal), dead_letter_queue_name(canal)] {
            assert!(ASYNCAPI.contains(&format!("name: {nome}\n")), "{nome}");
        }
        assert!(ASYNCAPI.contains(&format!("address: acao.{canal}\n")), "{canal}");
    }
    assert!(ASYNCAPI.contains(&format!("x-delivery-limit: {LIMITE_DEVOLUCOES}\n")));
    assert!(ASYNCAPI.contains(&format!("maxItems: {MAX_EXECUCOES}\n")));
    assert!(ASYNCAPI.contains(&format!("const: {VERSAO}\n")));
}

#[test]
fn the_document_shows_the_same_example() {
    for linha in ACAO_EMAIL_V1.lines().map(|linha| linha.trim().trim_end_matches(',')) {
        let valor = linha.rsplit(' ').next().unwrap().trim_matches(['"', '{', '}', '[', ']']);
        assert!(ASYNCAPI.contains(valor), "{valor} is in the example and not in asyncapi.yaml");
    }
}
