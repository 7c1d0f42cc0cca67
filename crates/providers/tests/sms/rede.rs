//! The caller: kept connections, turns, deadlines, TLS.

use std::sync::Arc;
use std::time::Duration;

use providers::http::{Cliente, Config, ConfigError, Falha, MAX_CORPO, Metodo, Quebra, Requisicao, Resposta};
use providers::operadora::{Como, Fala, Fase, Operadora, Roteiro};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::apoio::{Antena, antena, base, until};

fn internal() -> Config {
    Config { permite_rede_interna: true, ..Config::default() }
}

fn ask(antena: &Antena) -> Requisicao {
    let corpo = br#"{"para":"+5511987654321","texto":"Ola"}"#.to_vec();
    Requisicao { metodo: Metodo::Post, url: format!("{}/sms", base(antena)), cabecalhos: Vec::new(), corpo }
}

async fn answered(cliente: &Cliente, requisicao: &Requisicao) -> Resposta {
    cliente.call(requisicao).await.unwrap()
}

#[tokio::test]
async fn calls_one_after_the_other_share_a_connection() {
    let antena = antena(Roteiro::normal()).await;
    let cliente = Cliente::new(&internal()).unwrap();
    for _ in 0..50 {
        assert_eq!(answered(&cliente, &ask(&antena)).await.status, 200);
    }
    assert_eq!((antena.operadora.total(), antena.operadora.conexoes()), (50, 1));
}

#[tokio::test]
async fn no_more_connections_than_it_is_told_and_each_call_gets_its_turn() {
    let antena = antena(Roteiro::sempre(Fase::Pedido, Fala::guardando(Como::Segurar))).await;
    let cliente = Arc::new(Cliente::new(&Config { conexoes_por_destino: 3, ..internal() }).unwrap());
    let mut chamadas = JoinSet::new();
    for _ in 0..12 {
        let (cliente, requisicao) = (Arc::clone(&cliente), ask(&antena));
        chamadas.spawn(async move { answered(&cliente, &requisicao).await.status });
    }
    until(|| antena.operadora.seguradas() == 3).await;
    assert_eq!((antena.operadora.abertas(), antena.operadora.pedidos()), (3, 3));
    antena.operadora.liberar();
    assert_eq!(chamadas.join_all().await, [200; 12]);
    assert_eq!((antena.operadora.total(), antena.operadora.conexoes()), (12, 3));
}

#[tokio::test]
async fn a_call_that_waits_for_its_turn_has_not_left() {
    let antena = antena(Roteiro::sempre(Fase::Pedido, Fala::guardando(Como::Segurar))).await;
    let cliente = Arc::new(Cliente::new(&Config { conexoes_por_destino: 1, ..internal() }).unwrap());
    let (um, requisicao) = (Arc::clone(&cliente), ask(&antena));
    let primeira = tokio::spawn(async move { um.call(&requisicao).await.unwrap().status });
    until(|| antena.operadora.seguradas() == 1).await;
    let segunda = tokio::time::timeout(Duration::from_millis(50), cliente.call(&ask(&antena))).await;
    assert!(segunda.is_err());
    assert_eq!((antena.operadora.pedidos(), antena.operadora.conexoes()), (1, 1));
    antena.operadora.liberar();
    assert_eq!(primeira.await.unwrap(), 200);
    assert_eq!(antena.operadora.total(), 1);
}

/// The carrier restarts between two calls: the kept connection is dead, and nobody notices.
#[tokio::test]
async fn a_kept_connection_that_died_costs_nothing() {
    let antena = antena(Roteiro::normal()).await;
    let cliente = Cliente::new(&internal()).unwrap();
    let requisicao = ask(&antena);
    assert_eq!(answered(&cliente, &requisicao).await.status, 200);
    let porta = antena.operadora.addr().port();
    antena.operadora.parar().await;
    let outra = Operadora::start_on(porta, antena.dir.path(), Roteiro::normal()).await.unwrap();
    assert_eq!(answered(&cliente, &requisicao).await.status, 200);
    assert_eq!((outra.total(), outra.conexoes()), (2, 1));
}

#[tokio::test]
async fn an_abandoned_call_closes_its_connection() {
    let antena = antena(Roteiro::sempre(Fase::Pedido, Fala::guardando(Como::Segurar))).await;
    let cliente = Cliente::new(&internal()).unwrap();
    let requisicao = ask(&antena);
    let mut chamada = Box::pin(cliente.call(&requisicao));
    tokio::select! {
        resposta = &mut chamada => panic!("{resposta:?}"),
        () = until(|| antena.operadora.seguradas() == 1) => {}
    }
    drop(chamada);
    antena.operadora.liberar();
    until(|| antena.operadora.abertas() == 0).await;
    assert_eq!(answered(&cliente, &requisicao).await.status, 200);
    assert_eq!(antena.operadora.conexoes(), 2);
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit_and_the_status_stands() {
    for (tamanho, inteira) in [(MAX_CORPO, true), (MAX_CORPO + 1, false), (10 * 1024 * 1024, false)] {
        let como = Como::Responder { status: 400, cabecalhos: Vec::new(), corpo: vec![b'a'; tamanho] };
        let antena = antena(Roteiro::sempre(Fase::Pedido, Fala::sem_guardar(como))).await;
        let resposta = answered(&Cliente::new(&internal()).unwrap(), &ask(&antena)).await;
        assert_eq!((resposta.status, resposta.inteira, resposta.corpo.len()), (400, inteira, MAX_CORPO));
    }
}

/// Nothing is expanded, so nothing can be a bomb: a compressed body is a body that did not come.
#[tokio::test]
async fn a_compressed_body_is_not_looked_at() {
    for (codificacao, inteira) in [("gzip", false), ("br", false), ("identity", true)] {
        let cabecalhos = vec![("content-encoding".to_owned(), codificacao.to_owned())];
        let como = Como::Responder { status: 200, cabecalhos, corpo: b"{}".to_vec() };
        let antena = antena(Roteiro::sempre(Fase::Pedido, Fala::guardando(como))).await;
        let resposta = answered(&Cliente::new(&internal()).unwrap(), &ask(&antena)).await;
        assert_eq!((resposta.inteira, resposta.corpo.is_empty()), (inteira, !inteira), "{codificacao}");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_does_not_leave() {
    let antena = antena(Roteiro::normal()).await;
    let cliente = Cliente::new(&internal()).unwrap();
    for (nome, valor) in [("x", "a\r\nb: c"), ("x\r\ny", "a"), ("", "a"), ("x y", "a"), ("x", "\0")] {
        let cabecalhos = vec![(nome.to_owned(), valor.to_owned())];
        let requisicao = Requisicao { cabecalhos, ..ask(&antena) };
        assert_eq!(cliente.call(&requisicao).await, Err(Falha::NaoSaiu { causa: Quebra::Url }), "{nome:?}");
    }
    assert_eq!(antena.operadora.conexoes(), 0);
}

#[test]
fn a_configuration_that_cannot_work_is_refused() {
    let refused = |config: Config| Cliente::new(&config).map(|_| ()).unwrap_err();
    assert_eq!(refused(Config { prazo: Duration::ZERO, ..internal() }), ConfigError::Limites);
    assert_eq!(refused(Config { conexoes_por_destino: 0, ..internal() }), ConfigError::Limites);
    for pem in ["", "banana", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        assert_eq!(
            refused(Config { raizes_pem: Some(pem.into()), ..internal() }),
            ConfigError::Raizes,
            "{pem}"
        );
    }
}

/// An HTTPS server with a certificate for `nome`, and its PEM.
async fn https(nome: &str) -> (u16, Vec<u8>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec![nome.to_owned()]).unwrap();
    let chave = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], chave)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let escuta = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let porta = escuta.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = escuta.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut lido = [0; 1_024];
                while stream.read(&mut lido).await.is_ok_and(|n| n > 0) {
                    stream.write_all(b"HTTP/1.1 204 Ok\r\n\r\n").await.unwrap();
                }
            });
        }
    });
    (porta, cert.pem().into_bytes())
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_keeps_the_request_here() {
    let (porta, pem) = https("localhost").await;
    let call = async |raizes_pem: Option<Vec<u8>>, host: &str| {
        let url = format!("https://{host}:{porta}/sms");
        let requisicao = Requisicao { metodo: Metodo::Get, url, cabecalhos: Vec::new(), corpo: Vec::new() };
        let cliente = Cliente::new(&Config { raizes_pem, ..internal() }).unwrap();
        cliente.call(&requisicao).await.map(|resposta| resposta.status)
    };
    let tls = Err(Falha::NaoSaiu { causa: Quebra::Tls });
    assert_eq!(call(Some(pem.clone()), "localhost").await, Ok(204));
    assert_eq!(call(Some(pem.clone()), "127.0.0.1").await, tls, "not the name it was given for");
    assert_eq!(call(None, "localhost").await, tls, "nobody known signed it");
    let (_, outra) = https("localhost").await;
    assert_eq!(call(Some(outra), "localhost").await, tls, "somebody else signed it");
}
