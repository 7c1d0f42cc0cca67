//! TLS and authentication, against a relay of our own making that hands the conversation on to the mailbox.

use std::sync::Arc;

use providers::caixa::Roteiro;
use providers::email::{Causa, ClienteSmtp, Config, ConfigError, Credencial, Quebra, Resultado, Tls, Verbo};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::apoio::{Posta, mensagem, message_id, posta};

struct Certificado {
    pem: Vec<u8>,
    acceptor: TlsAcceptor,
}

fn certificate() -> Certificado {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let chave = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], chave)
        .unwrap();
    Certificado { pem: cert.pem().into_bytes(), acceptor: TlsAcceptor::from(Arc::new(config)) }
}

/// What stands before the mailbox.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frente {
    Implicita,
    StartTls,
    Senha { aceita: bool },
}

/// A port that does its part of the conversation and hands the rest on to the mailbox.
async fn front(posta: &Posta, frente: Frente, acceptor: TlsAcceptor) -> u16 {
    let escuta = TcpListener::bind("localhost:0").await.unwrap();
    let (entrada, caixa) = (escuta.local_addr().unwrap().port(), posta.caixa.addr());
    tokio::spawn(async move {
        while let Ok((stream, _)) = escuta.accept().await {
            let acceptor = acceptor.clone();
            let caixa = TcpStream::connect(caixa).await.unwrap();
            tokio::spawn(async move { serve(stream, caixa, frente, acceptor).await });
        }
    });
    entrada
}

/// `None` when the client went away, which a test of a refusal expects.
async fn serve(stream: TcpStream, caixa: TcpStream, frente: Frente, tls: TlsAcceptor) -> Option<()> {
    match frente {
        Frente::Implicita => pass(tls.accept(stream).await.ok()?, caixa).await,
        Frente::StartTls => start_tls(BufReader::new(stream), BufReader::new(caixa), tls).await,
        Frente::Senha { aceita } => password(BufReader::new(stream), BufReader::new(caixa), aceita).await,
    }
}

async fn start_tls(
    mut plain: BufReader<TcpStream>,
    mut caixa: BufReader<TcpStream>,
    tls: TlsAcceptor,
) -> Option<()> {
    plain.write_all(b"220 frente\r\n").await.ok()?;
    heard(&mut plain, "EHLO", "250-frente\r\n250 STARTTLS\r\n").await?;
    heard(&mut plain, "STARTTLS", "220 go\r\n").await?;
    let stream = tls.accept(plain.into_inner()).await.ok()?;
    caixa.read_line(&mut String::new()).await.ok()?; // the banner was said already
    pass(stream, caixa).await
}

async fn password(
    mut plain: BufReader<TcpStream>,
    mut caixa: BufReader<TcpStream>,
    aceita: bool,
) -> Option<()> {
    plain.write_all(b"220 frente\r\n").await.ok()?;
    heard(&mut plain, "EHLO", "250-frente\r\n250 AUTH PLAIN\r\n").await?;
    caixa.read_line(&mut String::new()).await.ok()?;
    caixa.write_all(b"HELO frente\r\n").await.ok()?;
    caixa.read_line(&mut String::new()).await.ok()?;
    let resposta = if aceita { "235 2.7.0 ok\r\n" } else { "535 5.7.8 no\r\n" };
    // base64 of \0usuario\0segredo
    heard(&mut plain, "AUTH PLAIN AHVzdWFyaW8Ac2VncmVkbw==", resposta).await?;
    pass(plain, caixa).await
}

async fn pass<A, B>(mut cliente: A, mut caixa: B) -> Option<()>
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    copy_bidirectional(&mut cliente, &mut caixa).await.ok().map(|_| ())
}

async fn heard<S>(stream: &mut BufReader<S>, comando: &str, resposta: &str) -> Option<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut linha = String::new();
    stream.read_line(&mut linha).await.ok()?;
    let resposta = if linha.starts_with(comando) { resposta } else { "500 unexpected\r\n" };
    stream.write_all(resposta.as_bytes()).await.ok()
}

fn over(tls: Tls, porta: u16, raiz: &[u8]) -> Config {
    let mut config = Config::new("localhost", porta, tls);
    config.raizes_pem = Some(raiz.to_vec());
    config
}

#[tokio::test]
async fn a_message_goes_out_over_tls_both_ways_of_starting_it() {
    for (tls, frente) in [(Tls::Implicito, Frente::Implicita), (Tls::StartTls, Frente::StartTls)] {
        let posta = posta(Roteiro::normal()).await;
        let certificado = certificate();
        let entrada = front(&posta, frente, certificado.acceptor).await;
        let cliente = ClienteSmtp::new(over(tls, entrada, &certificado.pem)).unwrap();
        for n in 1..=2 {
            let resultado = cliente.send(&mensagem(n)).await;
            assert!(matches!(resultado, Resultado::Aceita { .. }), "{tls:?} {resultado:?}");
            assert_eq!(posta.caixa.copias(&message_id(n)), 1);
        }
        assert_eq!(posta.caixa.conexoes(), 1, "the session is kept");
    }
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_gets_no_message() {
    for (tls, frente, verbo) in [
        (Tls::Implicito, Frente::Implicita, Verbo::Conexao),
        (Tls::StartTls, Frente::StartTls, Verbo::StartTls),
    ] {
        let posta = posta(Roteiro::normal()).await;
        let entrada = front(&posta, frente, certificate().acceptor).await;
        let outra = certificate().pem;
        let resultado = ClienteSmtp::new(over(tls, entrada, &outra)).unwrap().send(&mensagem(1)).await;
        let causa = Causa::Conversa { verbo, quebra: Quebra::Tls };
        assert_eq!(resultado, Resultado::Temporaria { causa });
        assert_eq!(posta.caixa.total(), 0);
    }
}

#[tokio::test]
async fn a_relay_that_does_not_offer_starttls_gets_no_message() {
    let posta = posta(Roteiro::normal()).await;
    let config = Config::new("127.0.0.1", posta.caixa.addr().port(), Tls::StartTls);
    let resultado = ClienteSmtp::new(config).unwrap().send(&mensagem(1)).await;
    let causa = Causa::Conversa { verbo: Verbo::StartTls, quebra: Quebra::Protocolo };
    assert_eq!(resultado, Resultado::Temporaria { causa });
    assert_eq!(posta.caixa.total(), 0);
}

#[tokio::test]
async fn a_password_is_given_and_a_wrong_one_is_told_apart_from_a_refused_message() {
    for aceita in [true, false] {
        let posta = posta(Roteiro::normal()).await;
        let entrada = front(&posta, Frente::Senha { aceita }, certificate().acceptor).await;
        let mut config = Config::new("localhost", entrada, Tls::Nenhum);
        config.credencial = Some(Credencial::new("usuario", "segredo"));
        match ClienteSmtp::new(config).unwrap().send(&mensagem(1)).await {
            Resultado::Aceita { .. } => assert!(aceita),
            Resultado::Permanente { resposta } => {
                assert_eq!((resposta.codigo(), resposta.verbo()), (535, Verbo::Auth));
                assert!(resposta.verbo().da_sessao() && !aceita);
            }
            outro @ (Resultado::Temporaria { .. } | Resultado::Incerta { .. }) => panic!("{outro:?}"),
        }
        assert_eq!(posta.caixa.total(), u64::from(aceita));
    }
}

#[test]
fn a_bundle_without_a_certificate_is_refused_at_once() {
    for tls in [Tls::StartTls, Tls::Implicito] {
        let erro = ClienteSmtp::new(over(tls, 465, b"isto nao e um certificado")).err();
        assert_eq!(erro, Some(ConfigError::Raizes), "{tls:?}");
    }
}
