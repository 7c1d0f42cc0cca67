//! Files on their way to the API and from it, a piece at a time in memory.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::web::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::{Cliente, answer};
use crate::Resultado;
use crate::progresso::Progresso;

/// The largest file that the API takes, over a slow line.
const PRAZO: Duration = Duration::from_hours(6);
/// Bytes read at a time.
const PEDACO: usize = 64 * 1024;
/// Pieces read ahead of the network.
const ADIANTE: usize = 4;

impl Cliente {
    /// Sends a file as the body of a `POST`, showing how far it is, and answers the JSON of a success. Beside its type stands
    /// whether it is compressed with gzip.
    ///
    /// # Errors
    /// The file cannot be read; else as [`Cliente::call`].
    pub async fn upload(
        &self,
        caminho: &str,
        (tipo, comprimido): (&str, bool),
        arquivo: File,
    ) -> Resultado<Value> {
        let corpo = reqwest::Body::wrap(Envio::new(arquivo)?);
        let pedido = self.http.post(format!("{}{caminho}", self.base)).bearer_auth(&self.chave);
        let pedido = pedido.timeout(PRAZO).header(CONTENT_TYPE, tipo).body(corpo);
        let pedido = if comprimido { pedido.header(CONTENT_ENCODING, "gzip") } else { pedido };
        answer(caminho, pedido.send().await?).await
    }

    /// Writes what a `GET` answers to a file.
    ///
    /// # Errors
    /// The file cannot be written; else as [`Cliente::call`].
    pub async fn download(&self, caminho: &str, destino: File) -> Resultado {
        let pedido = self.http.get(format!("{}{caminho}", self.base)).bearer_auth(&self.chave);
        let mut resposta = pedido.timeout(PRAZO).send().await?;
        if !resposta.status().is_success() {
            return answer(caminho, resposta).await.map(drop);
        }
        let mut destino = BufWriter::new(destino);
        while let Some(pedaco) = resposta.chunk().await? {
            destino.write_all(&pedaco)?;
        }
        Ok(destino.flush()?)
    }
}

/// A file as a body of known length: whoever receives it sees when it was cut off.
struct Envio {
    pedacos: Receiver<io::Result<Bytes>>,
    faltam: u64,
    progresso: Option<Progresso>,
}

impl Envio {
    fn new(arquivo: File) -> io::Result<Self> {
        let tamanho = arquivo.metadata()?.len();
        let (envia, pedacos) = channel(ADIANTE);
        tokio::task::spawn_blocking(move || read_pieces(arquivo, tamanho, &envia));
        Ok(Self { pedacos, faltam: tamanho, progresso: Some(Progresso::new("bytes", tamanho)) })
    }
}

/// Reads until the file ends or nobody listens. What is appended meanwhile is not part of it.
fn read_pieces(arquivo: File, tamanho: u64, envia: &Sender<io::Result<Bytes>>) {
    let mut entrada = arquivo.take(tamanho);
    loop {
        let mut pedaco = vec![0; PEDACO];
        let lido = entrada.read(&mut pedaco).map(|lidos| {
            pedaco.truncate(lidos);
            Bytes::from(pedaco)
        });
        let fim = lido.as_ref().map_or(true, Bytes::is_empty);
        if envia.blocking_send(lido).is_err() || fim {
            return;
        }
    }
}

impl Body for Envio {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        contexto: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.pedacos.poll_recv(contexto).map(|pedaco| {
            let pedaco = pedaco?;
            if let Ok(bytes) = &pedaco {
                let quantos = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                self.faltam = self.faltam.saturating_sub(quantos);
                if let Some(progresso) = &mut self.progresso {
                    progresso.advance(quantos);
                }
            }
            if self.faltam == 0
                && let Some(progresso) = self.progresso.take()
            {
                progresso.finish();
            }
            Some(pedaco.map(Frame::data))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.faltam == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.faltam)
    }
}
