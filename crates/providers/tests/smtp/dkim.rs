//! What a receiver makes of a signature. The verifier is the standard written down a second time; the message that RFC 8463
//! prints, with its public key, says that it is right.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use providers::caixa::Roteiro;
use providers::email::{Dkim, DkimError, Mensagem, Partes};
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use crate::apoio::{cliente, message_id, partes, posta};

const RSA: &str = include_str!("chaves/rsa.pem");
const RSA_PKCS1: &str = include_str!("chaves/rsa-pkcs1.pem");
const RSA_CURTA: &str = include_str!("chaves/rsa-1024.pem");
const ED25519_PEM: &str = include_str!("chaves/ed25519.pem");
/// As they stand in the DNS.
const RSA_PUBLICA: &str = include_str!("chaves/rsa-publica.txt");
const ED25519_PUBLICA: &str = "wMmvM2KLPaYiaklej1MkGWUYSN/LKugJDxx3PnuU8Fw=";
const URL: &str = "https://cobranca.exemplo.com.br/v1/descadastro/0123456789";

/// RFC 8463 appendix A.3, signed by A.1's key, of which this is the public half (A.2).
const DO_PADRAO: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\nFrom: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\nSubject: Is dinner ready?\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\nMessage-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\nHi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
const CHAVE_DO_PADRAO: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// Runs of blanks as one blank, and none at the ends.
fn words(texto: &str) -> String {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    texto.split(blank).filter(|palavra| !palavra.is_empty()).collect::<Vec<_>>().join(" ")
}

fn tag<'a>(assinatura: &'a str, nome: &str) -> Option<&'a str> {
    let mut pares = assinatura.split(';').filter_map(|par| par.split_once('='));
    pares.find(|(dele, _)| dele.trim() == nome).map(|(_, valor)| valor.trim())
}

fn bytes(tag: &str) -> Vec<u8> {
    STANDARD.decode(tag.split_whitespace().collect::<String>()).unwrap()
}

/// Headers in their order, name and raw value, and the body.
fn open(mensagem: &str) -> (Vec<(String, String)>, String) {
    let (topo, corpo) = mensagem.split_once("\r\n\r\n").unwrap();
    let topo = topo.replace("\r\n ", "\u{1} ").replace("\r\n\t", "\u{1}\t");
    let campos = topo.split("\r\n").map(|linha| linha.split_once(':').unwrap());
    (
        campos.map(|(nome, valor)| (nome.trim().to_lowercase(), valor.replace('\u{1}', "\r\n"))).collect(),
        corpo.to_owned(),
    )
}

fn body_hash(corpo: &str) -> Vec<u8> {
    let linhas: Vec<String> = corpo
        .split("\r\n")
        .map(|linha| {
            let cheia = format!("x{linha}"); // a blank at the beginning of a line is not at the end of anything
            let mut pronta: String =
                cheia.split([' ', '\t']).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
            pronta.remove(0);
            pronta
        })
        .collect();
    let texto = linhas.join("\r\n");
    let texto = texto.trim_end_matches("\r\n");
    let texto = if texto.is_empty() { String::new() } else { format!("{texto}\r\n") };
    digest(&SHA256, texto.as_bytes()).as_ref().to_vec()
}

/// Whether the first signature of the message is its own, by this key.
fn verify(mensagem: &str, publica: &str) -> Result<(), &'static str> {
    let (campos, corpo) = open(mensagem);
    let (_, assinatura) = campos.iter().find(|(nome, _)| nome == "dkim-signature").ok_or("unsigned")?;
    let tag = |nome| tag(assinatura, nome).ok_or("a tag is missing");
    assert_eq!((tag("v")?, tag("c")?), ("1", "relaxed/relaxed"));
    if bytes(tag("bh")?) != body_hash(&corpo) {
        return Err("body");
    }
    let mut usados = vec![false; campos.len()];
    let mut coberto = Vec::new();
    for nome in tag("h")?.split(':').map(str::trim) {
        let ultimo = (0..campos.len()).rev().find(|n| !usados[*n] && campos[*n].0 == nome);
        if let Some(n) = ultimo {
            usados[n] = true;
            coberto.push(format!("{nome}:{}", words(&campos[n].1)));
        }
    }
    let (antes, b) = assinatura.rsplit_once("b=").unwrap();
    let depois = b.split_once(';').map_or("", |(_, depois)| depois);
    assert!(depois.trim().is_empty(), "b= is the last tag of all that are looked at here");
    coberto.push(format!("dkim-signature:{}", words(&format!("{antes}b="))));
    let coberto = coberto.join("\r\n");
    let (publica, b) = (STANDARD.decode(publica.trim()).unwrap(), bytes(b));
    let resultado = match tag("a")? {
        "ed25519-sha256" => {
            let resumo = digest(&SHA256, coberto.as_bytes());
            UnparsedPublicKey::new(&ED25519, publica).verify(resumo.as_ref(), &b)
        }
        "rsa-sha256" => {
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, publica).verify(coberto.as_bytes(), &b)
        }
        _ => return Err("algorithm"),
    };
    resultado.map_err(|_refused| "signature")
}

fn keys() -> [(Dkim, &'static str); 3] {
    let dkim = |pem| Dkim::new("s1", "exemplo.com.br", pem).unwrap();
    [(dkim(RSA), RSA_PUBLICA), (dkim(RSA_PKCS1), RSA_PUBLICA), (dkim(ED25519_PEM), ED25519_PUBLICA)]
}

fn text(mensagem: &Mensagem) -> String {
    String::from_utf8(mensagem.bytes().to_vec()).unwrap()
}

fn with_unsubscribe(id: &str) -> Partes<'_> {
    Partes { descadastro: Some(URL), ..partes(id) }
}

#[test]
fn the_verifier_takes_what_the_standard_signed_and_nothing_else() {
    assert_eq!(verify(DO_PADRAO, CHAVE_DO_PADRAO), Ok(()));
    assert_eq!(verify(DO_PADRAO, ED25519_PUBLICA), Err("signature"));
    assert_eq!(verify(&DO_PADRAO.replace("dinner", "supper"), CHAVE_DO_PADRAO), Err("signature"));
    assert_eq!(verify(&DO_PADRAO.replace("hungry", "angry"), CHAVE_DO_PADRAO), Err("body"));
}

#[test]
fn a_signed_message_is_the_senders_by_either_kind_of_key() {
    let id = message_id(1);
    for (dkim, publica) in keys() {
        let assinada = Mensagem::new(&with_unsubscribe(&id)).unwrap().signed(&dkim).unwrap();
        let texto = text(&assinada);
        assert_eq!(verify(&texto, publica), Ok(()), "{texto}");
        assert!(texto.lines().all(|linha| linha.len() <= 200), "{texto}");
        let (campos, _) = open(&texto);
        let (_, assinatura) = &campos[0];
        assert_eq!((tag(assinatura, "d"), tag(assinatura, "s")), (Some("exemplo.com.br"), Some("s1")));
        assert_eq!(tag(assinatura, "t"), Some("1772000000"));
        let h = words(tag(assinatura, "h").unwrap()).replace(' ', "");
        for nome in
            ["from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"]
        {
            assert_eq!(
                h.split(':').filter(|dele| *dele == nome).count(),
                2,
                "{nome}: one that it has, one that nobody may add"
            );
        }
    }
}

#[test]
fn what_is_changed_or_added_on_the_way_shows() {
    let id = message_id(1);
    for (dkim, publica) in keys() {
        let texto = text(&Mensagem::new(&with_unsubscribe(&id)).unwrap().signed(&dkim).unwrap());
        for (de, para) in [
            ("cobranca@exemplo.com.br", "golpe@exemplo.com.br"),
            ("/v1/descadastro/0123456789", "/v1/descadastro/outro"),
            ("List-Unsubscribe=One-Click", "nada"),
            ("t=1772000000", "t=1772000001"),
            ("\r\n\r\n--=_", "\r\nSubject: outro assunto\r\n\r\n--=_"),
            ("\r\n\r\n--=_", "\r\nFrom: golpe@exemplo.com\r\n\r\n--=_"),
        ] {
            assert!(texto.contains(de), "{de:?} in {texto}");
            assert_eq!(verify(&texto.replacen(de, para, 1), publica), Err("signature"), "{de:?}");
        }
        assert_eq!(verify(&texto.replace("<p>", "<p >"), publica), Err("body"));
        // What relays do and the standard allows.
        assert_eq!(verify(&texto.replace("\r\nSubject: ", "\r\nSUBJECT:\t  "), publica), Ok(()));
        assert_eq!(verify(&format!("Received: de outro\r\n{texto}\r\n\r\n"), publica), Ok(()));
    }
}

#[tokio::test]
async fn it_is_still_the_senders_after_the_wire() {
    let posta = posta(Roteiro::normal()).await;
    let cliente = cliente(&posta);
    let id = message_id(1);
    for (dkim, publica) in keys() {
        let pontos = Partes {
            retorno: Some("retorno@cobranca.exemplo"),
            texto: ".\r\n..\r\nolá .\n.",
            ..with_unsubscribe(&id)
        };
        let resultado = cliente.send(&Mensagem::new(&pontos).unwrap().signed(&dkim).unwrap()).await;
        assert!(matches!(resultado, providers::email::Resultado::Aceita { .. }), "{resultado:?}");
        let chegou = posta.caixa.recebidas().pop().unwrap();
        assert_eq!(chegou.de, "retorno@cobranca.exemplo");
        let chegou = chegou.bytes().unwrap();
        let chegou = String::from_utf8(chegou).unwrap();
        let (_, assinada) = chegou.split_once("DKIM-Signature:").unwrap();
        assert_eq!(verify(&format!("DKIM-Signature:{assinada}"), publica), Ok(()), "{chegou}");
    }
}

#[test]
fn the_same_message_is_the_same_bytes_and_unsigned_it_has_no_signature() {
    let id = message_id(1);
    for (dkim, _) in keys() {
        let uma = Mensagem::new(&partes(&id)).unwrap();
        assert!(!text(&uma).contains("DKIM-Signature"));
        assert_eq!(uma.clone().signed(&dkim).unwrap(), uma.signed(&dkim).unwrap());
    }
}

#[test]
fn a_key_too_weak_to_be_believed_is_refused_and_none_is_shown() {
    assert_eq!(Dkim::new("s1", "exemplo.com.br", RSA_CURTA).unwrap_err(), DkimError::Chave);
    let numa_linha = RSA.replace('\n', "\\n");
    let dkim = Dkim::new("s1", "Exemplo.com.br", &numa_linha).unwrap();
    assert_eq!(format!("{dkim:?}"), "Dkim(s1._domainkey.exemplo.com.br)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_it_says_its_signature_is_good(assunto in "[^\\p{C}]{0,80}", texto in "[^\0]{0,300}", html in "[ \t\r\na.=é-]{0,300}") {
        let id = message_id(1);
        let dkim = &keys()[2];
        if let Ok(mensagem) = Mensagem::new(&Partes { assunto: &assunto, texto: &texto, html: &html, ..with_unsubscribe(&id) }) {
            let assinada = text(&mensagem.signed(&dkim.0).unwrap());
            prop_assert_eq!(verify(&assinada, dkim.1), Ok(()), "{}", assinada);
        }
    }
}
