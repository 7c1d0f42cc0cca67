//! A provider of SMS that answers late and does nothing else, so that it costs next to nothing.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cobranca::Resultado;
use runtime::Encerramento;
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How long it takes over an answer.
pub(super) const DEMORA: Duration = Duration::from_millis(50);
/// One call in so many is refused for good, and another one for now.
const RECUSADA_EM: u64 = 100;
const ACEITA: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{\"id\":\"1\"}";
const RECUSADA: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
const CHEIO: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

/// A running provider; it ends when dropped.
pub(super) struct Provedor {
    porta: u16,
    fim: Encerramento,
    tarefa: JoinHandle<()>,
}

/// A file that tells a dispatcher about it.
pub(super) struct Configuracao {
    _arquivo: NamedTempFile,
    caminho: String,
}

impl Provedor {
    pub(super) async fn start() -> Resultado<Self> {
        let escuta = TcpListener::bind("127.0.0.1:0").await?;
        let porta = escuta.local_addr()?.port();
        let (pedidos, fim) = (Arc::new(AtomicU64::new(0)), Encerramento::new());
        let ate = fim.clone();
        let tarefa = tokio::spawn(async move {
            while let Ok((stream, _)) = escuta.accept().await {
                tokio::spawn(attend(stream, Arc::clone(&pedidos), ate.clone()));
            }
        });
        Ok(Self { porta, fim, tarefa })
    }

    pub(super) fn configuration(&self) -> Resultado<Configuracao> {
        let mut arquivo = NamedTempFile::new()?;
        let porta = self.porta;
        write!(
            arquivo,
            "[sms]\nprovedor = \"http\"\nurl = \"http://127.0.0.1:{porta}/\"\nidempotente = true\n\
             corpo = '{{\"para\":\"{{para}}\",\"texto\":\"{{texto}}\",\"chave\":\"{{chave}}\"}}'\n\
             [sms.resposta]\nid = \"/id\"\n"
        )?;
        arquivo.flush()?;
        let caminho = arquivo.path().display().to_string();
        Ok(Configuracao { _arquivo: arquivo, caminho })
    }
}

impl Drop for Provedor {
    fn drop(&mut self) {
        self.fim.pedir();
        self.tarefa.abort();
    }
}

impl Configuracao {
    pub(super) fn caminho(&self) -> &str {
        &self.caminho
    }
}

/// A connection: a request at a time, as the client makes them. Whatever breaks ends it.
async fn attend(
    mut stream: TcpStream,
    pedidos: Arc<AtomicU64>,
    fim_do_provedor: Encerramento,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lidos = Vec::with_capacity(4096);
    loop {
        let fim = loop {
            if let Some(fim) = end_of_request(&lidos) {
                break fim;
            }
            if stream.read_buf(&mut lidos).await? == 0 {
                return Ok(());
            }
        };
        lidos.drain(..fim);
        if !fim_do_provedor.dormir(DEMORA).await {
            return Ok(());
        }
        let resposta = match pedidos.fetch_add(1, Ordering::Relaxed) % RECUSADA_EM {
            0 => RECUSADA,
            50 => CHEIO,
            _ => ACEITA,
        };
        stream.write_all(resposta).await?;
    }
}

/// Where the request at the beginning ends, once all of it is there.
fn end_of_request(lidos: &[u8]) -> Option<usize> {
    let cabeca = lidos.windows(4).position(|quatro| quatro == b"\r\n\r\n")? + 4;
    let texto = std::str::from_utf8(lidos.get(..cabeca)?).ok()?;
    let tamanho = texto.lines().find_map(|linha| {
        let (nome, valor) = linha.split_once(':')?;
        nome.eq_ignore_ascii_case("content-length").then(|| valor.trim().parse::<usize>().ok())?
    });
    let fim = cabeca + tamanho.unwrap_or_default();
    (lidos.len() >= fim).then_some(fim)
}
