//! A mail server that takes everything and keeps nothing, as Postfix's smtp-sink does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cobranca::Resultado;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A piece read at once.
const PEDACO: usize = 16 * 1024;
const PONTO: &[u8] = b"\r\n.\r\n";

/// A running mail server; it ends when dropped.
pub(crate) struct Servidor {
    porta: u16,
    livro: Arc<Livro>,
    tarefa: JoinHandle<()>,
}

#[derive(Default)]
struct Livro {
    mensagens: AtomicU64,
    bytes: AtomicU64,
}

/// What came.
#[derive(Clone, Copy)]
pub(crate) struct Recebidas {
    pub(crate) mensagens: u64,
    bytes: u64,
}

impl Recebidas {
    pub(crate) fn since(self, antes: Self) -> Self {
        Self { mensagens: self.mensagens - antes.mensagens, bytes: self.bytes - antes.bytes }
    }

    /// Bytes of a message, on average.
    pub(crate) fn size(self) -> usize {
        usize::try_from(self.bytes / self.mensagens.max(1)).unwrap_or_default()
    }
}

impl Servidor {
    pub(crate) async fn start() -> Resultado<Self> {
        let escuta = TcpListener::bind("127.0.0.1:0").await?;
        let porta = escuta.local_addr()?.port();
        let livro = Arc::<Livro>::default();
        let anotado = Arc::clone(&livro);
        let tarefa = tokio::spawn(async move {
            while let Ok((stream, _)) = escuta.accept().await {
                tokio::spawn(attend(stream, Arc::clone(&anotado)));
            }
        });
        Ok(Self { porta, livro, tarefa })
    }

    pub(crate) fn porta(&self) -> u16 {
        self.porta
    }

    pub(crate) fn recebidas(&self) -> Recebidas {
        let Livro { mensagens, bytes } = &*self.livro;
        Recebidas { mensagens: mensagens.load(Ordering::SeqCst), bytes: bytes.load(Ordering::SeqCst) }
    }
}

impl Drop for Servidor {
    fn drop(&mut self) {
        self.tarefa.abort();
    }
}

/// A session: a verb at a time, as clients say them. Whatever breaks ends it.
async fn attend(mut stream: TcpStream, livro: Arc<Livro>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"220 medicao ESMTP\r\n").await?;
    let mut lidos = Vec::with_capacity(PEDACO);
    loop {
        let fim = find(&mut stream, &mut lidos, b"\r\n").await?;
        let Some(fim) = fim else { return Ok(()) };
        let resposta: &[u8] = match lidos.first().copied().unwrap_or_default() {
            b'E' => b"250-medicao\r\n250 8BITMIME\r\n",
            b'D' => b"354 ok\r\n",
            b'Q' => b"221 ok\r\n",
            _ => b"250 2.0.0 ok\r\n",
        };
        let dados = resposta.starts_with(b"354");
        lidos.drain(..fim);
        stream.write_all(resposta).await?;
        if dados {
            let Some(fim) = find(&mut stream, &mut lidos, PONTO).await? else { return Ok(()) };
            lidos.drain(..fim);
            livro.bytes.fetch_add(u64::try_from(fim).unwrap_or_default(), Ordering::SeqCst);
            livro.mensagens.fetch_add(1, Ordering::SeqCst);
            stream.write_all(b"250 2.0.0 ok: kept nothing\r\n").await?;
        }
    }
}

/// Reads until these bytes have come; answers where they end. None at the end of the stream.
async fn find(stream: &mut TcpStream, lidos: &mut Vec<u8>, fim: &[u8]) -> std::io::Result<Option<usize>> {
    let mut visto = 0_usize;
    loop {
        let novos = lidos.get(visto..).unwrap_or_default();
        if let Some(onde) = novos.windows(fim.len()).position(|parte| parte == fim) {
            return Ok(Some(visto + onde + fim.len()));
        }
        visto = lidos.len().saturating_sub(fim.len());
        if stream.read_buf(lidos).await? == 0 {
            return Ok(None);
        }
    }
}
