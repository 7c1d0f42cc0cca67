//! The mailbox by itself, spoken to by hand.

use std::fs;
use std::time::Duration;

use providers::caixa::{Caixa, Fala, Fase, MAX_MENSAGEM, Roteiro};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::apoio::{Posta, cliente, mensagem, message_id, posta, until};

struct Mao(BufReader<TcpStream>);

impl Mao {
    async fn new(posta: &Posta) -> Self {
        let mut mao = Self(BufReader::new(TcpStream::connect(posta.caixa.addr()).await.unwrap()));
        assert_eq!(mao.hear().await, "220");
        mao
    }

    /// The code of the next reply, all its lines read; empty at the end of the connection.
    async fn hear(&mut self) -> String {
        loop {
            let mut linha = String::new();
            let lida = timeout(Duration::from_secs(20), self.0.read_line(&mut linha));
            lida.await.expect("no reply").unwrap();
            if linha.as_bytes().get(3) != Some(&b'-') {
                return linha.chars().take(3).collect();
            }
        }
    }

    async fn say(&mut self, texto: &[u8]) -> String {
        self.0.get_mut().write_all(texto).await.unwrap();
        self.hear().await
    }

    async fn envelope(&mut self) {
        for comando in ["EHLO x\r\n", "MAIL FROM:<a@x.com>\r\n", "RCPT TO:<b@x.com>\r\n"] {
            assert_eq!(self.say(comando.as_bytes()).await, "250");
        }
        assert_eq!(self.say(b"DATA\r\n").await, "354");
    }
}

fn files(dir: &TempDir) -> Vec<String> {
    let nomes = fs::read_dir(dir.path()).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap());
    let mut nomes: Vec<_> = nomes.collect();
    nomes.sort();
    nomes
}

#[tokio::test]
async fn commands_out_of_order_or_unknown_are_refused_and_the_session_goes_on() {
    let posta = posta(Roteiro::normal()).await;
    let mut mao = Mao::new(&posta).await;
    for (comando, codigo) in [
        ("MAIL FROM:<a@x.com>\r\n", "503"),
        ("HELO x\r\n", "250"),
        ("RCPT TO:<b@x.com>\r\n", "503"),
        ("DATA\r\n", "503"),
        ("MAIL FROM:<a@x.com> SIZE=999999999\r\n", "552"),
        ("MAIL FROM:<a@x.com>\r\n", "250"),
        ("MAIL FROM:<a@x.com>\r\n", "503"),
        ("DATA\r\n", "503"),
        ("RCPT TO:b\r\n", "501"),
        ("NOOP\r\n", "250"),
        ("VRFY b\r\n", "502"),
        ("STARTTLS\r\n", "502"),
        ("BANANA\r\n", "500"),
        ("RSET\r\n", "250"),
        ("RCPT TO:<b@x.com>\r\n", "503"),
        ("quit\r\n", "221"),
    ] {
        assert_eq!(mao.say(comando.as_bytes()).await, codigo, "{comando}");
    }
    assert_eq!(mao.hear().await, "");
    assert_eq!(posta.caixa.total(), 0);
}

#[tokio::test]
async fn a_command_line_without_end_is_refused() {
    let posta = posta(Roteiro::normal()).await;
    let mut mao = Mao::new(&posta).await;
    assert_eq!(mao.say(&[b'a'; 4_000]).await, "500");
}

#[tokio::test]
async fn dots_are_unstuffed_and_only_crlf_dot_crlf_ends_a_message() {
    let posta = posta(Roteiro::normal()).await;
    let mut mao = Mao::new(&posta).await;
    mao.envelope().await;
    let corpo = b"..\r\nMessage-ID: <1@x>\r\n\r\n..a\r\n.\nRCPT TO:<c@x.com>\r\n...\r\n.\r\n";
    assert_eq!(mao.say(corpo).await, "250");
    let recebida = &posta.caixa.recebidas()[0];
    let esperado = b".\r\nMessage-ID: <1@x>\r\n\r\n.a\r\n\nRCPT TO:<c@x.com>\r\n..\r\n";
    let lido = recebida.bytes().unwrap();
    assert_eq!(String::from_utf8_lossy(&lido), String::from_utf8_lossy(esperado));
    assert_eq!(
        (recebida.de.as_str(), recebida.para.as_slice()),
        ("a@x.com", ["b@x.com".to_owned()].as_slice())
    );
}

#[tokio::test]
async fn a_message_that_comes_byte_by_byte_or_with_the_next_command_is_the_same() {
    let posta = posta(Roteiro::normal()).await;
    let mut mao = Mao::new(&posta).await;
    mao.envelope().await;
    for byte in b"a\r\n.\r" {
        mao.0.get_mut().write_all(&[*byte]).await.unwrap();
        mao.0.get_mut().flush().await.unwrap();
    }
    assert_eq!(mao.say(b"\nNOOP\r\n").await, "250");
    assert_eq!(mao.hear().await, "250");
    assert_eq!(posta.caixa.recebidas()[0].bytes().unwrap(), b"a\r\n");
}

#[tokio::test]
async fn an_empty_message_ends_at_its_dot() {
    let posta = posta(Roteiro::normal()).await;
    let mut mao = Mao::new(&posta).await;
    mao.envelope().await;
    assert_eq!(mao.say(b".\r\n").await, "250");
    assert_eq!(posta.caixa.recebidas()[0].bytes().unwrap(), b"");
}

#[tokio::test]
async fn a_message_too_large_or_with_a_line_too_long_is_refused_and_the_session_goes_on() {
    let posta = posta(Roteiro::normal()).await;
    let mut mao = Mao::new(&posta).await;
    let linha = [b"a".repeat(998), b"\r\n".to_vec()].concat();
    for (corpo, codigo) in [
        (linha.repeat(MAX_MENSAGEM / 1_000 + 1), "552"),
        ([b"b".as_slice(), &linha].concat(), "554"),
        (linha.clone(), "250"),
    ] {
        mao.envelope().await;
        assert_eq!(mao.say(&[corpo.as_slice(), b".\r\n"].concat()).await, codigo);
    }
    assert_eq!(posta.caixa.total(), 1);
}

#[tokio::test]
async fn a_client_that_goes_away_in_the_middle_leaves_no_file() {
    let posta = posta(Roteiro::normal()).await;
    let mut mao = Mao::new(&posta).await;
    mao.envelope().await;
    mao.0.get_mut().write_all(b"metade da mensagem\r\n").await.unwrap();
    drop(mao);
    until(|| posta.caixa.abertas() == 0).await;
    assert_eq!((posta.caixa.total(), files(&posta.dir).len()), (0, 0));
}

#[tokio::test]
async fn a_second_copy_of_one_id_is_seen_at_a_glance_even_after_a_restart() {
    let dir = TempDir::new().unwrap();
    for _ in 0..2 {
        let caixa = Caixa::start(dir.path(), Roteiro::normal()).await.unwrap();
        let posta = Posta { caixa, dir: TempDir::new().unwrap() };
        cliente(&posta).send(&mensagem(7)).await;
        posta.caixa.parar().await;
    }
    let nome = "00000000-0000-5000-8000-000000000007";
    assert_eq!(files(&dir), [format!("{nome}-2.eml"), format!("{nome}.eml")]);
}

#[tokio::test]
async fn the_file_is_whole_before_the_reply_leaves() {
    let posta = posta(Roteiro::sempre(Fase::Corpo, Fala::Segurar)).await;
    let cliente = cliente(&posta);
    let mensagem = mensagem(1);
    let (_, ()) = tokio::join!(cliente.send(&mensagem), async {
        until(|| posta.caixa.seguradas() == 1).await;
        let escrito = fs::read(posta.dir.path().join(&files(&posta.dir)[0])).unwrap();
        assert!(escrito.starts_with(mensagem.bytes()), "what was sent is what was kept");
        posta.caixa.liberar();
    });
    assert_eq!(posta.caixa.copias(&message_id(1)), 1);
}

#[tokio::test]
async fn a_mailbox_that_cannot_write_says_try_later_and_its_ledger_has_nothing() {
    let posta = posta(Roteiro::normal()).await;
    fs::remove_dir(posta.dir.path()).unwrap();
    let mut mao = Mao::new(&posta).await;
    mao.envelope().await;
    assert_eq!(mao.say(b"a\r\n.\r\n").await, "451");
    assert_eq!(posta.caixa.total(), 0);
    fs::create_dir(posta.dir.path()).unwrap();
}

#[tokio::test]
async fn a_stopped_mailbox_frees_its_port_and_hangs_up() {
    let posta = posta(Roteiro::normal()).await;
    let mut mao = Mao::new(&posta).await;
    let endereco = posta.caixa.addr();
    posta.caixa.parar().await;
    assert_eq!(mao.0.read(&mut [0; 8]).await.unwrap_or(0), 0);
    let outra = Caixa::start_on(endereco.port(), posta.dir.path(), Roteiro::normal()).await.unwrap();
    assert_eq!(outra.addr(), endereco);
}
