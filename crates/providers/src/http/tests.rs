//! Which URLs are called (threat S8), with the resolver of the test.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;

use super::conexao::{Caminho, Resolve};
use super::destino::Destino;
use super::{Cliente, Config, Falha, Metodo, Quebra, Requisicao};
use crate::raizes;

/// A name is whatever is listed for it; others do not exist.
fn names(lista: Vec<(&'static str, Vec<&'static str>)>) -> Resolve {
    Arc::new(move |nome, porta| {
        let achados = lista.iter().find(|(n, _)| *n == nome).map(|(_, ips)| ips.clone());
        Box::pin(async move {
            let ips = achados.ok_or_else(|| std::io::Error::other("no such name"))?;
            Ok(ips.iter().map(|ip| SocketAddr::new(ip.parse::<IpAddr>().unwrap(), porta)).collect())
        })
    })
}

fn cliente(interna: bool, resolve: Resolve) -> Cliente {
    let prazo = Duration::from_millis(300);
    let config = Config { prazo, permite_rede_interna: interna, ..Config::default() };
    Cliente::with_resolver(&config, resolve).unwrap()
}

async fn refusal(cliente: &Cliente, url: &str) -> Option<Quebra> {
    let requisicao =
        Requisicao { metodo: Metodo::Get, url: url.to_owned(), cabecalhos: Vec::new(), corpo: Vec::new() };
    match cliente.call(&requisicao).await {
        Err(Falha::NaoSaiu { causa: causa @ (Quebra::Url | Quebra::Bloqueado | Quebra::Nome) }) => {
            Some(causa)
        }
        Ok(_) | Err(_) => None,
    }
}

/// URLs that are refused for how they are written.
const URLS: [&str; 22] = [
    "http://api.exemplo.com.br/",
    "http://1.1.1.1/",
    "ftp://1.1.1.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "data:text/plain,x",
    "javascript:alert(1)",
    "unix:/var/run/docker.sock",
    "//127.0.0.1/",
    "127.0.0.1",
    "",
    " ",
    "https://",
    "https:///",
    "https://:443/",
    "https://u:p@1.1.1.1/",
    "https://u@1.1.1.1/",
    "https://1.1.1.1:22/",
    "https://1.1.1.1:80/",
    "https://1.1.1.1:5432/",
    "https://1.1.1.1:0/",
    "https://1.1.1.1:99999/",
];

/// Hosts that are refused for where they lead, each in a form that somebody has tried.
const HOSTS: [&str; 72] = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0x7f.1",
    "127.0.0.1.",
    "\u{ff11}27.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "0.0.0.0",
    "0",
    "0.0.0.1",
    "0.255.255.255",
    "10.0.0.1",
    "10.255.255.255",
    "012.0.0.1",
    "0xa000001",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "0xc0a80001",
    "3232235521",
    "169.254.169.254",
    "169.254.0.1",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2001::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fdff:ffff::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "[5f00::1]",
];

#[tokio::test]
async fn s08_a_url_that_leads_inside_is_never_called() {
    let cliente = cliente(false, names(Vec::new()));
    for url in URLS {
        assert_eq!(refusal(&cliente, url).await, Some(Quebra::Url), "{url:?}");
    }
    for host in HOSTS {
        for url in [format!("https://{host}/"), format!("https://{host}:8443/x?y")] {
            assert_eq!(refusal(&cliente, &url).await, Some(Quebra::Bloqueado), "{url}");
        }
    }
}

#[tokio::test]
async fn s08_a_name_that_leads_inside_is_never_called() {
    let inside =
        ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:192.168.0.1", "64:ff9b::1"];
    for ip in inside {
        let cliente = cliente(false, names(vec![("api.exemplo.com.br", vec![ip])]));
        assert_eq!(refusal(&cliente, "https://api.exemplo.com.br/").await, Some(Quebra::Bloqueado), "{ip}");
    }
    let cliente = cliente(false, names(Vec::new()));
    for nome in ["localhost", "localhost.", "metadata.google.internal", "nada.exemplo"] {
        assert_eq!(refusal(&cliente, &format!("https://{nome}/")).await, Some(Quebra::Nome), "{nome}");
    }
}

/// A name that is public when it is asked for and internal when it is connected to (rebinding) is asked for once, and
/// what was answered and allowed then is what is connected to.
#[tokio::test]
async fn s08_what_was_checked_is_what_is_connected_to() {
    let dois = names(vec![("api.exemplo.com.br", vec!["127.0.0.1", "1.1.1.1", "10.0.0.1"])]);
    let caminho = Caminho::new(false, raizes::load(None).unwrap(), dois).unwrap();
    let (destino, _) = Destino::parse("https://api.exemplo.com.br/", false).unwrap();
    assert_eq!(caminho.addresses(&destino).await, Ok(vec![SocketAddr::from(([1, 1, 1, 1], 443))]));

    let escuta = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let porta = escuta.local_addr().unwrap().port();
    let vezes = Arc::new(AtomicUsize::new(0));
    let contadas = Arc::clone(&vezes);
    let troca: Resolve = Arc::new(move |_, porta| {
        let ip =
            if contadas.fetch_add(1, Ordering::SeqCst) == 0 { [127, 0, 0, 1] } else { [169, 254, 169, 254] };
        Box::pin(async move { Ok(vec![SocketAddr::from((ip, porta))]) })
    });
    let cliente = cliente(true, troca);
    let url = format!("http://api.exemplo.com.br:{porta}/");
    let (primeira, chegou) = tokio::join!(refusal(&cliente, &url), async { escuta.accept().await.is_ok() });
    assert_eq!((primeira, chegou, vezes.load(Ordering::SeqCst)), (None, true, 1));
    assert_eq!(refusal(&cliente, &url).await, Some(Quebra::Bloqueado));
}

#[tokio::test]
async fn s08_the_internal_network_is_a_choice_and_still_has_no_metadata() {
    let lista = vec![("publica.exemplo", vec!["1.1.1.1"]), ("metadados.exemplo", vec!["169.254.169.254"])];
    let cliente = cliente(true, names(lista));
    for url in ["http://127.0.0.1:1/", "https://127.0.0.1:1/", "http://[::1]:1/", "http://localhost:1/"] {
        let esperado = url.contains("localhost").then_some(Quebra::Nome);
        assert_eq!(refusal(&cliente, url).await, esperado, "{url}");
    }
    for url in [
        "http://169.254.169.254/",
        "https://169.254.169.254/",
        "http://metadados.exemplo/",
        "http://100.100.100.200/",
        "http://[fd00:ec2::254]/",
        "http://0.0.0.0/",
        "http://1.1.1.1/",
        "http://publica.exemplo/",
    ] {
        assert_eq!(refusal(&cliente, url).await, Some(Quebra::Bloqueado), "{url}");
    }
}

/// Whatever takes the time before there is a connection, nothing left.
#[tokio::test]
async fn a_name_or_a_handshake_that_never_comes_keeps_the_request_here() {
    let call = async |cliente: &Cliente, url: String| {
        let requisicao =
            Requisicao { metodo: Metodo::Post, url, cabecalhos: Vec::new(), corpo: b"Ola".to_vec() };
        cliente.call(&requisicao).await
    };
    let tempo = Err(Falha::NaoSaiu { causa: Quebra::Tempo });
    let nunca: Resolve = Arc::new(|_, _| Box::pin(std::future::pending()));
    assert_eq!(call(&cliente(false, nunca), "https://api.exemplo.com.br/".to_owned()).await, tempo);

    let mudo = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("https://{}/", mudo.local_addr().unwrap());
    assert_eq!(call(&cliente(true, names(Vec::new())), url).await, tempo);
}
