//! What comes back by e-mail, as real servers write it, and as nobody should.

use domain::contato::Devolucao::{self, Alheia, Definitiva, Temporaria};
use proptest::prelude::*;
use providers::email::avisos::{Aviso, Fato, MAX_AVISO, read, receive};
use providers::{Chamada, ReciboInvalido, Segredo};
use uuid::Uuid;

const DOMINIO: &str = "cobranca.exemplo";
const CHAVE: &str = "0192b1f0-0000-7000-8000-000000000001";

/// As Postfix writes it, with the whole message behind it.
const POSTFIX: &str = "Return-Path: <>\nDate: Tue, 10 Mar 2026 09:30:00 -0300 (-03)\nFrom: MAILER-DAEMON@mx.exemplo.com.br (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\nTo: retorno@cobranca.exemplo\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"4XyZ.1234567890/mx.exemplo.com.br\"\n\nThis is a MIME-encapsulated message.\n\n--4XyZ.1234567890/mx.exemplo.com.br\nContent-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\nI'm sorry.\n\n--4XyZ.1234567890/mx.exemplo.com.br\nContent-Description: Delivery report\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.exemplo.com.br\nX-Postfix-Queue-ID: 4XyZ\n\nFinal-Recipient: rfc822; maria@exemplo.com.br\nOriginal-Recipient: rfc822;maria@exemplo.com.br\nAction: ACAO\nStatus: STATUS\nRemote-MTA: dns; mail.exemplo.com.br\nDiagnostic-Code: smtp; DIAGNOSTICO\n    User unknown (in reply to RCPT TO command)\n\n--4XyZ.1234567890/mx.exemplo.com.br\nContent-Description: Undelivered Message\nContent-Type: message/rfc822\n\nReceived: by mx.exemplo.com.br\nFrom: Credora <cobranca@exemplo.com.br>\nMessage-ID: <0192b1f0-0000-7000-8000-000000000001@cobranca.exemplo>\nContent-Type: multipart/alternative; boundary=\"=_0\"\n\n--=_0\nContent-Type: text/plain\n\nMessage-ID: <0192b1f0-0000-7000-8000-00000000ffff@cobranca.exemplo>\n--=_0--\n\n--4XyZ.1234567890/mx.exemplo.com.br--\n";

/// RFC 5965 appendix B.2, about a message of ours.
const ARF: &str = "From: <abusedesk@example.com>\r\nDate: Thu, 8 Mar 2005 17:40:36 EDT\r\nSubject: FW: Earn money\r\nTo: <abuse@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report;\r\n     boundary=\"part1_13d.2e68ed54_boundary\"\r\n\r\n--part1_13d.2e68ed54_boundary\r\nContent-Type: text/plain; charset=\"US-ASCII\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\nThis is an email abuse report.\r\n\r\n--part1_13d.2e68ed54_boundary\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: TIPO\r\nUser-Agent: SomeGenerator/1.0\r\nVersion: 1\r\nOriginal-Mail-From: <somespammer@example.net>\r\n\r\n--part1_13d.2e68ed54_boundary\r\nContent-Type: text/rfc822-headers\r\nContent-Disposition: inline\r\n\r\nFrom: <cobranca@exemplo.com.br>\r\nMessage-ID:\r\n <0192b1f0-0000-7000-8000-000000000001@COBRANCA.exemplo>\r\n\r\n--part1_13d.2e68ed54_boundary--\r\n";

fn dsn(acao: &str, status: &str, diagnostico: &str) -> String {
    POSTFIX.replace("ACAO", acao).replace("STATUS", status).replace("DIAGNOSTICO", diagnostico)
}

fn told(texto: &str) -> Option<Vec<Fato>> {
    let aviso = read(texto.as_bytes(), DOMINIO).expect("an e-mail");
    aviso.map(|Aviso { mensagem, fatos }| {
        assert_eq!(mensagem.to_string(), CHAVE, "not of the body that was returned");
        fatos
    })
}

fn returned(devolucao: Devolucao, codigo: &str) -> Vec<Fato> {
    let endereco = Some("maria@exemplo.com.br".to_owned());
    vec![Fato::Devolvida { endereco, devolucao, codigo: codigo.to_owned() }]
}

#[test]
fn what_came_back_says_whether_the_address_is_one() {
    for (status, diagnostico, devolucao, codigo) in [
        ("5.1.1", "550 5.1.1 <maria@exemplo.com.br>:", Definitiva, "5.1.1"),
        ("5.1.10", "550", Definitiva, "5.1.10"),
        ("5.2.1 (mailbox disabled)", "550", Definitiva, "5.2.1"),
        ("5.4.4", "no MX", Definitiva, "5.4.4"),
        ("5.0.0", "550 no such user", Definitiva, "5.0.0"),
        // The server that refused knew better than the one that tells.
        ("5.0.0", "550-5.7.26 unauthenticated", Alheia, "5.7.26"),
        ("5.0.0", "452-4.2.2 over quota", Temporaria, "4.2.2"),
        ("", "550 5.1.2 bad domain.", Definitiva, "5.1.2"),
        ("5.2.2", "552 mailbox full", Temporaria, "5.2.2"),
        ("4.4.1", "connect timed out", Temporaria, "4.4.1"),
        ("4.7.0", "421 rate limited", Alheia, "4.7.0"),
        ("5.7.1", "554 5.7.1 spam", Alheia, "5.7.1"),
        ("5.6.0", "554 content", Alheia, "5.6.0"),
        ("", "x-unix; 67", Temporaria, "67"),
        ("9.1.1", "", Temporaria, ""),
        ("99999999.1.1", "5.99999999.1", Temporaria, "5.99999999.1"),
    ] {
        assert_eq!(
            told(&dsn("failed", status, diagnostico)),
            Some(returned(devolucao, codigo)),
            "{status:?} {diagnostico:?}"
        );
    }
}

#[test]
fn what_arrived_is_told_and_what_is_still_tried_says_nothing_yet() {
    let endereco = Some("maria@exemplo.com.br".to_owned());
    assert_eq!(told(&dsn("delivered", "2.0.0", "250 ok")), Some(vec![Fato::Entregue { endereco }]));
    for acao in ["delayed", "relayed", "expanded", "", "fail"] {
        assert_eq!(told(&dsn(acao, "4.4.1", "x")), None, "{acao}");
    }
}

#[test]
fn each_recipient_has_a_group_of_its_own() {
    let dois = dsn("failed", "5.1.1", "550").replace(
        "\n--4XyZ.1234567890/mx.exemplo.com.br\nContent-Description: Undelivered",
        "\nFinal-Recipient: RFC822; <outra@exemplo.com.br>\nAction: Delivered (ok)\nStatus: 2.0.0\n\nFinal-Recipient: x400; /C=BR/\nAction: delivered\n\n--4XyZ.1234567890/mx.exemplo.com.br\nContent-Description: Undelivered",
    );
    let fatos = told(&dois.replace("Delivered (ok)", "Delivered")).unwrap();
    assert_eq!(fatos.len(), 3);
    assert_eq!(fatos[1], Fato::Entregue { endereco: Some("outra@exemplo.com.br".to_owned()) });
    assert_eq!(fatos[2], Fato::Entregue { endereco: None });
    assert!(!format!("{fatos:?}").contains('@'), "{fatos:?}");
}

#[test]
fn a_complaint_is_one_only_where_a_person_says_no() {
    for tipo in ["abuse", "Abuse", "fraud", "opt-out"] {
        assert_eq!(told(&ARF.replace("TIPO", tipo)), Some(vec![Fato::Reclamacao]), "{tipo}");
    }
    for tipo in ["not-spam", "virus", "other", "auth-failure", ""] {
        assert_eq!(told(&ARF.replace("TIPO", tipo)), None, "{tipo}");
    }
}

#[test]
fn what_is_not_about_a_message_of_ours_tells_nothing() {
    let falha = dsn("failed", "5.1.1", "550");
    for (de, para) in [
        ("@cobranca.exemplo>\nContent-Type", "@outro.exemplo>\nContent-Type"),
        (
            "Message-ID: <0192b1f0-0000-7000-8000-000000000001@",
            "Message-ID: <0192b1f0000070008000000000000001@",
        ),
        (
            "Message-ID: <0192b1f0-0000-7000-8000-000000000001@",
            "Message-ID: <0192b1f0-0000-7000-8000-00000000000g@",
        ),
        (
            "Message-ID: <0192b1f0-0000-7000-8000-000000000001@",
            "X-Message-ID: <0192b1f0-0000-7000-8000-000000000001@",
        ),
        ("multipart/report", "multipart/mixed"),
        ("boundary=", "limite="),
        ("boundary=\"4XyZ.1234567890/mx.exemplo.com.br\"", "boundary=\"outra\""),
        ("boundary=\"4XyZ.1234567890/mx.exemplo.com.br\"", "boundary=\"\""),
        ("boundary=\"4XyZ.1234567890/mx.exemplo.com.br\"", "boundary=\"4XyZ"),
        ("message/delivery-status", "text/plain"),
        ("message/rfc822", "text/plain"),
    ] {
        assert!(falha.contains(de), "{de}");
        assert_eq!(told(&falha.replacen(de, para, 1)), None, "{de} → {para}");
    }
    assert_eq!(read(b"Subject: Estou de ferias\r\n\r\nVolto logo.", DOMINIO), Some(None));
    for nada in [&b""[..], b"\r\n\r\n", b"{}", b"\0\xff", b"sem cabecalho\n\nx"] {
        assert_eq!(read(nada, DOMINIO), None, "{nada:?}");
    }
}

#[test]
fn a_report_is_believed_with_the_secret_only_and_bounded() {
    let falha = dsn("failed", "5.1.1", "550");
    let segredo = Segredo::new("um-segredo-de-teste-bem-longo");
    let call = |url: &str, token: &str, corpo: &[u8]| {
        let cabecalhos = [("Authorization".to_owned(), format!("Bearer {token}"))];
        receive(&Chamada { url, cabecalhos: &cabecalhos, corpo }, Some(&segredo), DOMINIO)
    };
    let certo = "/v1/recibos/email/um-segredo-de-teste-bem-longo";
    assert!(call(certo, "", falha.as_bytes()).unwrap().is_some());
    assert!(
        call("/v1/recibos/email/x", "um-segredo-de-teste-bem-longo", falha.as_bytes()).unwrap().is_some()
    );
    assert_eq!(call("/v1/recibos/email/", "", falha.as_bytes()), Err(ReciboInvalido::SemAutenticidade));
    assert_eq!(call(certo, "", &vec![b'a'; MAX_AVISO + 1]), Err(ReciboInvalido::Grande));
    assert_eq!(call(certo, "", b"lixo"), Err(ReciboInvalido::Ilegivel));
    let desligado = Chamada { url: certo, cabecalhos: &[], corpo: falha.as_bytes() };
    assert_eq!(receive(&desligado, None, DOMINIO), Err(ReciboInvalido::Desligado));
}

#[test]
fn whatever_its_size_and_depth_a_report_ends() {
    let aninhada = "Content-Type: message/rfc822\r\n\r\n".repeat(MAX_AVISO / 32);
    let dobras = format!(
        "Content-Type: multipart/report; boundary=b{}\r\n\r\n--b\r\n",
        "\r\n ;".repeat(MAX_AVISO / 5)
    );
    let partes =
        format!("Content-Type: multipart/report; boundary=b\r\n\r\n{}", "--b\r\n".repeat(MAX_AVISO / 6));
    let grupos = "Action: failed\n\n".repeat(MAX_AVISO / 20);
    let grupos = dsn("failed", "5.1.1", "550").replace("Reporting-MTA: dns; mx.exemplo.com.br\n", &grupos);
    for enorme in [aninhada, dobras, partes] {
        assert_eq!(read(enorme.as_bytes(), DOMINIO), Some(None));
    }
    assert_eq!(told(&grupos).unwrap().len(), 100);
}

proptest! {
    #[test]
    fn reading_is_total(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(read(&bytes, DOMINIO).flatten().is_none());
    }

    /// A real report with something of it cut out, doubled or put elsewhere.
    #[test]
    fn reading_is_total_over_what_is_nearly_a_report(
        de in 0..1_600_usize, n in 0..400_usize, para in 0..1_600_usize, lixo in "\\PC{0,8}", arf in any::<bool>(),
    ) {
        let mut texto: Vec<u8> = if arf { ARF.replace("TIPO", "abuse") } else { dsn("failed", "5.1.1", "550") }.into_bytes();
        let de = de.min(texto.len());
        let fora: Vec<u8> = texto.drain(de..(de + n).min(texto.len())).collect();
        let para = para.min(texto.len());
        texto.splice(para..para, fora.into_iter().chain(lixo.bytes()));
        if let Some(Some(aviso)) = read(&texto, DOMINIO) {
            prop_assert!(!aviso.fatos.is_empty());
            prop_assert_ne!(aviso.mensagem, Uuid::nil());
        }
    }
}
