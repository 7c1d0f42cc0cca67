//! The wire of the peers of the sandbox: whole requests out of a stream of bytes, within limits.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The largest request, head and body.
pub const MAX_PEDIDO: usize = 64 * 1024;

/// The most headers of a request.
const MAX_CABECALHOS: usize = 64;

/// How long a client may say nothing.
const SILENCIO: Duration = Duration::from_mins(5);

/// A piece read at once.
const PEDACO: usize = 8 * 1024;

/// Our end of a connection.
pub(crate) struct Fio {
    stream: TcpStream,
    lidos: Vec<u8>,
}

/// One request.
pub(crate) struct Lido {
    pub(crate) metodo: String,
    /// Path and query, as they came.
    pub(crate) alvo: String,
    /// Names in lower case.
    pub(crate) cabecalhos: Vec<(String, String)>,
    pub(crate) corpo: Vec<u8>,
}

impl Lido {
    pub(crate) fn cabecalho(&self, nome: &str) -> Option<&str> {
        self.cabecalhos.iter().find(|(n, _)| n == nome).map(|(_, valor)| valor.as_str())
    }
}

/// What came where a request was due.
pub(crate) enum Chegou {
    Pedido(Lido),
    /// Not a request that is understood: the status to say so with.
    Estranho(u16),
    Fim,
}

/// A head that was read, and how long it and its body are.
struct Cabeca {
    lido: Lido,
    fim: usize,
    corpo: usize,
}

impl Fio {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, lidos: Vec::new() })
    }

    pub(crate) async fn request(&mut self) -> io::Result<Chegou> {
        loop {
            match head(&self.lidos) {
                Ok(Some(cabeca)) if cabeca.fim.saturating_add(cabeca.corpo) > MAX_PEDIDO => {
                    return Ok(Chegou::Estranho(413));
                }
                Ok(Some(cabeca)) if self.lidos.len() >= cabeca.fim + cabeca.corpo => {
                    let resto = self.lidos.split_off(cabeca.fim + cabeca.corpo);
                    let mut lidos = std::mem::replace(&mut self.lidos, resto);
                    return Ok(Chegou::Pedido(Lido { corpo: lidos.split_off(cabeca.fim), ..cabeca.lido }));
                }
                Ok(_incompleto) if self.lidos.len() > MAX_PEDIDO => return Ok(Chegou::Estranho(413)),
                Ok(_incompleto) => {}
                Err(status) => return Ok(Chegou::Estranho(status)),
            }
            if self.read().await? == 0 {
                return Ok(Chegou::Fim);
            }
        }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Answers whole.
    pub(crate) async fn answer(
        &mut self,
        status: u16,
        cabecalhos: &[(String, String)],
        corpo: &[u8],
    ) -> io::Result<()> {
        let mut resposta = format!("HTTP/1.1 {status} Roteiro\r\ncontent-length: {}\r\n", corpo.len());
        for pedaco in cabecalhos.iter().flat_map(|(nome, valor)| [nome.as_str(), ": ", valor, "\r\n"]) {
            resposta.push_str(pedaco);
        }
        resposta.push_str("\r\n");
        let mut resposta = resposta.into_bytes();
        resposta.extend_from_slice(corpo);
        self.write(&resposta).await
    }

    /// Makes the close that follows a reset instead of a farewell.
    pub(crate) fn reset(&self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }

    async fn read(&mut self) -> io::Result<usize> {
        self.lidos.reserve(PEDACO);
        timeout(SILENCIO, self.stream.read_buf(&mut self.lidos)).await.unwrap_or(Ok(0))
    }
}

/// The head at the beginning of `lidos`, once it is whole; or the status that refuses it.
fn head(lidos: &[u8]) -> Result<Option<Cabeca>, u16> {
    let mut espaco = [httparse::EMPTY_HEADER; MAX_CABECALHOS];
    let mut pedido = httparse::Request::new(&mut espaco);
    let fim = match pedido.parse(lidos) {
        Ok(httparse::Status::Complete(fim)) => fim,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(431),
        Err(_ilegivel) => return Err(400),
    };
    let cabecalhos: Vec<(String, String)> = pedido.headers.iter().map(text).collect();
    let lido = Lido {
        metodo: pedido.method.unwrap_or_default().to_owned(),
        alvo: pedido.path.unwrap_or_default().to_owned(),
        cabecalhos,
        corpo: Vec::new(),
    };
    if lido.cabecalho("transfer-encoding").is_some() {
        return Err(411);
    }
    let corpo = lido.cabecalho("content-length").map_or(Ok(0), str::parse).map_err(|_ilegivel| 400_u16)?;
    Ok(Some(Cabeca { lido, fim, corpo }))
}

fn text(cabecalho: &httparse::Header<'_>) -> (String, String) {
    let valor = String::from_utf8_lossy(cabecalho.value).into_owned();
    (cabecalho.name.to_ascii_lowercase(), valor)
}
