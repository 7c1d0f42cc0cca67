//! What a message is on the wire, read back by a parser that is not the one that wrote it.

use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};

use mail_parser::MessageParser;
use proptest::prelude::*;
use providers::email::{MAX_ASSUNTO, MAX_DESTINATARIOS, Mensagem, MensagemError, Partes, Pessoa};

use crate::apoio::{message_id, partes, to};

const CABECALHOS: [&str; 7] = ["From", "To", "Subject", "Message-ID", "Date", "MIME-Version", "Content-Type"];

fn header_names(bytes: &[u8]) -> Vec<String> {
    let lida = MessageParser::default().parse(bytes).unwrap();
    lida.headers_raw().map(|(nome, _)| nome.to_owned()).collect()
}

fn parse(bytes: &[u8]) -> mail_parser::Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

#[test]
fn the_same_parts_are_the_same_bytes() {
    let id = message_id(1);
    let [uma, outra] = [Mensagem::new(&partes(&id)).unwrap(), Mensagem::new(&partes(&id)).unwrap()];
    assert_eq!(uma.bytes(), outra.bytes());
    assert!(uma.bytes().is_ascii(), "needs no 8BITMIME");
}

#[test]
fn a_message_reads_back_as_it_was_given() {
    let id = message_id(1);
    let mensagem = Mensagem::new(&partes(&id)).unwrap();
    let lida = parse(mensagem.bytes());
    assert_eq!(lida.subject(), Some("Seu título venceu"));
    assert_eq!(lida.message_id(), Some(id.trim_matches(['<', '>'])));
    assert_eq!(lida.date().unwrap().to_timestamp(), 1_772_000_000);
    let de = lida.from().unwrap().first().unwrap();
    assert_eq!((de.name(), de.address()), (Some("Credora Exemplo"), Some("cobranca@exemplo.com.br")));
    assert_eq!(lida.to().unwrap().first().unwrap().address(), Some("devedora@exemplo.com.br"));
    assert_eq!(lida.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), "Olá,\n\no título venceu.");
    assert_eq!(lida.body_html(0).unwrap(), "<p>Olá,</p><p>o título venceu.</p>");
    assert_eq!(header_names(mensagem.bytes()).into_iter().collect::<BTreeSet<_>>().len(), CABECALHOS.len());
}

#[test]
fn a_line_break_in_a_header_is_refused_and_never_injected() {
    let id = message_id(1);
    for quebra in ["\r\nBcc: x@y.com", "\nBcc: x@y.com", "\rBcc: x@y.com", "\0", "\u{85}", "\u{7f}", "\t"] {
        let texto = format!("Oi{quebra}");
        let mut ruim = partes(&id);
        ruim.assunto = &texto;
        assert!(matches!(Mensagem::new(&ruim), Err(MensagemError::Assunto)), "{quebra:?}");
        let mut ruim = partes(&id);
        let para = [Pessoa { nome: Some(&texto), endereco: "a@x.com" }];
        ruim.para = &para;
        assert!(matches!(Mensagem::new(&ruim), Err(MensagemError::Destinatario)), "{quebra:?}");
        let endereco = format!("a{quebra}@x.com");
        let mut ruim = partes(&id);
        ruim.de.endereco = &endereco;
        assert!(matches!(Mensagem::new(&ruim), Err(MensagemError::Remetente)), "{quebra:?}");
        let outro = format!("<a@x{quebra}>");
        assert!(matches!(Mensagem::new(&partes(&outro)), Err(MensagemError::MessageId)), "{quebra:?}");
    }
}

#[test]
fn one_post_unsubscribes_and_what_comes_back_goes_where_it_is_heard() {
    let id = message_id(1);
    let url = format!("https://cobranca.exemplo.com.br/v1/descadastro/{}", "a".repeat(64));
    let completa =
        Partes { descadastro: Some(&url), retorno: Some("retorno@cobranca.exemplo"), ..partes(&id) };
    let texto = String::from_utf8(Mensagem::new(&completa).unwrap().bytes().to_vec()).unwrap();
    assert!(
        texto.contains(&format!(
            "\r\nList-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        )),
        "{texto}"
    );
    assert!(texto.contains("cobranca@exemplo.com.br") && !texto.contains("retorno@"), "{texto}");
    let longa = format!("https://{}", "a".repeat(900));
    for ruim in [
        "",
        "cobranca.exemplo",
        "mailto:x@y.com",
        "https://a>\r\nBcc: <x@y.com",
        "https://a b",
        "https://a>,<b",
        "https://é",
        &longa,
    ] {
        let errada = Partes { descadastro: Some(ruim), ..partes(&id) };
        assert!(matches!(Mensagem::new(&errada), Err(MensagemError::Descadastro)), "{ruim}");
    }
    for ruim in ["", "x", "a@x.com\r\nRCPT TO:<y@z.com>", "a b@x.com"] {
        let errada = Partes { retorno: Some(ruim), ..partes(&id) };
        assert!(matches!(Mensagem::new(&errada), Err(MensagemError::Retorno)), "{ruim}");
    }
}

type Mudanca<'a> = &'a dyn Fn(&mut Partes<'_>);

#[test]
fn a_part_out_of_its_limits_is_named() {
    let id = message_id(1);
    let longo = "a".repeat(MAX_ASSUNTO + 1);
    let casos: [(Mudanca<'_>, &str); 6] = [
        (&|p| p.assunto = "x\n", "assunto"),
        (&|p| p.texto = "a\0b", "corpo"),
        (&|p| p.html = "a\0b", "corpo"),
        (&|p| p.de.endereco = "", "remetente"),
        (&|p| p.data = UNIX_EPOCH - Duration::from_secs(1), "data"),
        (&|p| p.data = UNIX_EPOCH + Duration::from_hours(70_380_768), "data"),
    ];
    for (change, nome) in casos {
        let mut ruim = partes(&id);
        change(&mut ruim);
        let erro = Mensagem::new(&ruim).unwrap_err().to_string();
        assert!(erro.contains(nome), "{erro} / {nome}");
    }
    let mut ruim = partes(&id);
    ruim.assunto = &longo;
    assert!(matches!(Mensagem::new(&ruim), Err(MensagemError::Assunto)));
    for id in ["", "a@x", "<a>", "<@x>", "<a@>", "<a@x", "<a b@x>", "<a@x@y>", "<a..b@x>", "<<a@x>>"] {
        assert!(matches!(Mensagem::new(&partes(id)), Err(MensagemError::MessageId)), "{id}");
    }
}

#[test]
fn a_recipient_that_is_none_keeps_the_message_from_being_made() {
    let id = message_id(1);
    let casos: [&[Pessoa<'_>]; 6] = [
        &[],
        &[to("josé@exemplo.com.br")],
        &[to("a@x.com,b@x.com")],
        &[to("a@x.com> b")],
        &[to("a@x.com"), to("b")],
        &[to("a@x.com"); MAX_DESTINATARIOS + 1],
    ];
    for para in casos {
        let erro = Mensagem::new(&Partes { para, ..partes(&id) }).unwrap_err();
        assert!(matches!(erro, MensagemError::Destinatario), "{erro}");
    }
    assert!(Mensagem::new(&Partes { para: &[to("a@x.com"); MAX_DESTINATARIOS], ..partes(&id) }).is_ok());
}

#[test]
fn a_long_id_is_not_folded() {
    let id = format!("<{}@{}>", "a".repeat(120), "b".repeat(120));
    let mensagem = Mensagem::new(&partes(&id)).unwrap();
    let texto = String::from_utf8(mensagem.bytes().to_vec()).unwrap();
    assert!(texto.contains(&format!("Message-ID: {id}\r\n")), "{texto}");
}

#[test]
fn a_body_that_guesses_the_boundary_does_not_cut_the_message_in_two() {
    let id = message_id(1);
    let mensagem = Mensagem::new(&partes(&id)).unwrap();
    let bytes = String::from_utf8(mensagem.bytes().to_vec()).unwrap();
    let marca = bytes.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let texto = format!("antes\n--{marca}\nContent-Type: text/html\n\n<b>intruso</b>\n--{marca}--\n");
    let mut esperto = partes(&id);
    esperto.texto = &texto;
    let mensagem = Mensagem::new(&esperto).unwrap();
    let lida = parse(mensagem.bytes());
    assert_eq!((lida.text_body_count(), lida.html_body_count()), (1, 1));
    assert_eq!(lida.body_text(0).unwrap().replace("\r\n", "\n"), texto);
}

#[test]
fn debug_shows_no_address_and_no_text() {
    let mensagem = Mensagem::new(&partes(&message_id(1))).unwrap();
    let texto = format!("{mensagem:?}");
    assert!(!texto.contains("devedora") && !texto.contains("venceu"), "{texto}");
}

proptest! {
    /// S15: whatever the texts, what an independent parser reads is the envelope and the headers we meant.
    #[test]
    fn no_text_adds_a_header_or_a_recipient(
        nome in "\\PC{0,60}",
        assunto in "[^\\p{Cc}]{0,120}",
        texto in "[^\\x00]{0,300}",
        html in "[^\\x00]{0,300}",
        quantos in 1_usize..12,
    ) {
        let id = message_id(1);
        let base = partes(&id);
        let enderecos: Vec<_> = (0..quantos).map(|n| format!("devedora{n}@exemplo.com.br")).collect();
        let para: Vec<_> = enderecos.iter().map(|e| Pessoa { nome: Some(&nome), endereco: e }).collect();
        let mensagem = Mensagem::new(&Partes { para: &para, assunto: &assunto, texto: &texto, html: &html, ..base });
        let mensagem = mensagem.unwrap();
        let nomes = header_names(mensagem.bytes());
        prop_assert_eq!(nomes.len(), CABECALHOS.len(), "{:?}", nomes);
        prop_assert!(CABECALHOS.iter().all(|c| nomes.iter().any(|n| n == c)), "{:?}", nomes);
        let lida = parse(mensagem.bytes());
        let destinos: Vec<_> = lida.to().unwrap().iter().map(|a| a.address()).collect();
        prop_assert_eq!(destinos, enderecos.iter().map(|e| Some(e.as_str())).collect::<Vec<_>>());
        prop_assert!(mensagem.bytes().split(|b| *b == b'\n').all(|linha| linha.len() <= 999));
    }
}
