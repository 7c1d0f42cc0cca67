//! Who does nothing but send: the loop of Postfix's smtp-source, with the sessions kept.

use std::time::Duration;

use cobranca::Resultado;
use runtime::cronometro;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Letters of a line of the message.
const LINHA: usize = 76;

/// Sends so many messages of this size over these sessions; answers how long it took, from the first connection on.
pub(super) async fn send(porta: u16, sessoes: u16, mensagens: u32, tamanho: usize) -> Resultado<Duration> {
    let mensagem = message(tamanho);
    let medida = cronometro();
    let mut tarefas = JoinSet::new();
    for sessao in 0..u32::from(sessoes) {
        let (todas, mensagem) = (u32::from(sessoes), mensagem.clone());
        let suas = mensagens / todas + u32::from(sessao < mensagens % todas);
        tarefas.spawn(async move { session(porta, suas, &mensagem).await });
    }
    while let Some(fim) = tarefas.join_next().await {
        fim??;
    }
    Ok(medida.decorrido())
}

async fn session(porta: u16, mensagens: u32, mensagem: &[u8]) -> Resultado {
    let stream = TcpStream::connect(("127.0.0.1", porta)).await?;
    stream.set_nodelay(true)?;
    let mut sessao = Sessao { stream: BufReader::new(stream), linha: String::new() };
    sessao.expect("220").await?;
    sessao.say(b"EHLO medicao\r\n", "250").await?;
    for _ in 0..mensagens {
        sessao.say(b"MAIL FROM:<cobranca@example.com>\r\n", "250").await?;
        sessao.say(b"RCPT TO:<devedor@example.com>\r\n", "250").await?;
        sessao.say(b"DATA\r\n", "354").await?;
        sessao.say(mensagem, "250").await?;
    }
    sessao.say(b"QUIT\r\n", "221").await
}

struct Sessao {
    stream: BufReader<TcpStream>,
    linha: String,
}

impl Sessao {
    async fn say(&mut self, palavras: &[u8], resposta: &str) -> Resultado {
        self.stream.write_all(palavras).await?;
        self.expect(resposta).await
    }

    /// The last line of the answer has a space after its code.
    async fn expect(&mut self, codigo: &str) -> Resultado {
        loop {
            self.linha.clear();
            self.stream.read_line(&mut self.linha).await?;
            let resto = self.linha.strip_prefix(codigo).ok_or("o servidor não aceitou")?;
            if !resto.starts_with('-') {
                return Ok(());
            }
        }
    }
}

/// A message of this size with its final dot, in lines.
fn message(tamanho: usize) -> Vec<u8> {
    let mut mensagem = b"Subject: x\r\n\r\n".to_vec();
    while mensagem.len() < tamanho {
        let letras = LINHA.min(tamanho - mensagem.len());
        mensagem.extend(std::iter::repeat_n(b'x', letras));
        mensagem.extend_from_slice(b"\r\n");
    }
    mensagem.extend_from_slice(b".\r\n");
    mensagem
}
