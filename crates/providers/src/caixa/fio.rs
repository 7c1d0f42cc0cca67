//! The wire: whole lines and whole messages out of a stream of bytes, within limits.

use std::io;
use std::time::Duration;

use smtp_proto::request::receiver::{DataReceiver, DummyDataReceiver};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest command line; RFC 5321 §4.5.3.1.4 asks for 512, extensions for more.
const MAX_COMANDO: usize = 2_048;

/// The longest line of a message without its CRLF (RFC 5321 §4.5.3.1.6).
const MAX_LINHA: usize = 998;

/// How long a client may say nothing.
const SILENCIO: Duration = Duration::from_mins(5);

/// A piece read at once.
const PEDACO: usize = 16 * 1024;

/// The server's end of a connection.
pub(super) struct Fio {
    stream: TcpStream,
    lidos: Vec<u8>,
}

/// What came where a command was due.
pub(super) enum Linha {
    Inteira(Vec<u8>),
    Longa,
    Fim,
}

/// What came where a message was due.
pub(super) enum Dados {
    Mensagem(Vec<u8>),
    Grande,
    LinhaLonga,
    Fim,
}

impl Fio {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, lidos: Vec::new() })
    }

    /// The next command, up to and with its LF. Safe to drop while it waits: what was read stays.
    pub(super) async fn line(&mut self) -> io::Result<Linha> {
        loop {
            if let Some(fim) = self.lidos.iter().position(|b| *b == b'\n') {
                let resto = self.lidos.split_off(fim + 1);
                let linha = std::mem::replace(&mut self.lidos, resto);
                return Ok(if linha.len() > MAX_COMANDO { Linha::Longa } else { Linha::Inteira(linha) });
            }
            if self.lidos.len() > MAX_COMANDO {
                return Ok(Linha::Longa);
            }
            if self.read().await? == 0 {
                return Ok(Linha::Fim);
            }
        }
    }

    /// The message up to the final dot, dots unstuffed. Only CRLF.CRLF ends it, so nothing can be smuggled
    /// behind a bare line feed. One that is too large is read to its end, so that the client hears the reply.
    pub(super) async fn message(&mut self, limite: usize) -> io::Result<Dados> {
        let mut recebedor = DataReceiver::new();
        let mut mensagem = Vec::new();
        // The receiver takes a dot for the first of a line only after a CRLF, which it did not see.
        recebedor.ingest(&mut b"\r\n".iter(), &mut mensagem);
        mensagem.clear();
        loop {
            let mut novos = self.lidos.iter();
            let inteira = recebedor.ingest(&mut novos, &mut mensagem);
            self.lidos = novos.as_slice().to_vec();
            if inteira {
                return Ok(judge(mensagem, limite));
            }
            if mensagem.len() > limite {
                return self.skip(DummyDataReceiver::new_data(&recebedor)).await;
            }
            if self.read().await? == 0 {
                return Ok(Dados::Fim);
            }
        }
    }

    pub(super) async fn write(&mut self, resposta: &str) -> io::Result<()> {
        self.stream.write_all(resposta.as_bytes()).await
    }

    /// Waits for so many bytes of what comes, or for its end.
    pub(super) async fn part(&mut self, bytes: usize) -> io::Result<()> {
        while self.lidos.len() < bytes && self.read().await? > 0 {}
        Ok(())
    }

    /// Makes the close that follows a reset instead of a farewell.
    pub(super) fn reset(&self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }

    async fn skip(&mut self, mut resto: DummyDataReceiver) -> io::Result<Dados> {
        loop {
            let mut novos = self.lidos.iter();
            let fim = resto.ingest(&mut novos);
            self.lidos = novos.as_slice().to_vec();
            if fim {
                return Ok(Dados::Grande);
            }
            if self.read().await? == 0 {
                return Ok(Dados::Fim);
            }
        }
    }

    async fn read(&mut self) -> io::Result<usize> {
        self.lidos.reserve(PEDACO);
        timeout(SILENCIO, self.stream.read_buf(&mut self.lidos)).await.unwrap_or(Ok(0))
    }
}

fn judge(mensagem: Vec<u8>, limite: usize) -> Dados {
    if mensagem.len() > limite {
        Dados::Grande
    } else if mensagem.split(|b| *b == b'\n').any(|linha| linha.len() > MAX_LINHA + 1) {
        Dados::LinhaLonga
    } else {
        Dados::Mensagem(mensagem)
    }
}
