//! Bodies that come compressed, undone a piece at a time: of a bomb no more than a piece is ever in memory.

use std::io::{self, Write as _};
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::web::Bytes;
use flate2::write::{MultiGzDecoder, ZlibDecoder};
use futures_util::StreamExt as _;
use futures_util::stream::Fuse;

use crate::problema::{Problema, codigos};

/// Bytes of a piece, or somewhat more: what `POUCO` becomes at worst is a thousand times as much.
const PEDACO: usize = 256 * 1024;
/// Compressed bytes that are undone at a time.
const POUCO: usize = 1024;
/// A sender that is silent for longer has gone.
const SILENCIO: Duration = Duration::from_secs(30);
/// What a gzip begins with.
const MAGIA: [u8; 2] = [0x1F, 0x8B];

/// A body as it was before it was compressed, a piece at a time. A gzip is all of its members, of which there may be several; what is cut,
/// spoiled or followed by something else is refused.
pub struct Descomprimido {
    entrada: Fuse<Payload>,
    /// What came and is not undone yet.
    pendente: Bytes,
    /// None once it is at its end, or if there is none.
    compressao: Option<Compressao>,
}

impl Descomprimido {
    /// The body of this request.
    ///
    /// # Errors
    /// 415 when it is compressed in a way that we cannot undo.
    pub fn new(entrada: Payload, requisicao: &HttpRequest) -> Result<Self, Problema> {
        let dita = requisicao.headers().get(CONTENT_ENCODING).map_or(Ok("identity"), |dita| dita.to_str());
        let compressao = match dita.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "identity" => None,
            "gzip" | "x-gzip" => Some(Compressao::gzip()),
            "deflate" => Some(Compressao::deflate()),
            _ => {
                let detalhe = "o corpo só pode vir comprimido com gzip ou deflate";
                return Err(Problema::tipo_de_midia(detalhe));
            }
        };
        Ok(Self { entrada: entrada.fuse(), pendente: Bytes::new(), compressao })
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// 400 when it did not arrive whole, or is not what it is said to be; 408 when nothing comes for half a minute.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problema> {
        loop {
            if self.pendente.is_empty() {
                let veio = tokio::time::timeout(SILENCIO, self.entrada.next()).await;
                let veio = veio.map_err(|_tempo| Falha::Calado)?;
                match veio.transpose().map_err(|_conexao| Falha::Cortado)? {
                    Some(veio) => self.pendente = veio,
                    None => return Ok(self.compressao.take().map_or(Ok(None), Compressao::end)?),
                }
            }
            let mut pendente = std::mem::take(&mut self.pendente);
            let Some(mut compressao) = self.compressao.take() else { return Ok(Some(pendente)) };
            let desfeito = tokio::task::spawn_blocking(move || {
                let pedaco = compressao.undo(&mut pendente)?;
                Ok::<_, Falha>((compressao, pendente, pedaco))
            });
            let desfeito = desfeito.await.map_err(|erro| Problema::interno("descomprimir", &erro))??;
            let pedaco;
            (self.compressao, self.pendente, pedaco) = (Some(desfeito.0), desfeito.1, desfeito.2);
            if !pedaco.is_empty() {
                return Ok(Some(pedaco));
            }
        }
    }
}

/// Why there is no more of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Falha {
    /// The connection ended.
    Cortado,
    /// Nothing comes any more.
    Calado,
    /// It is said to be a gzip.
    NaoEGzip,
    /// It ends too early, or its sums are wrong.
    Quebrado,
}

impl From<Falha> for Problema {
    fn from(falha: Falha) -> Self {
        let detalhe = match falha {
            Falha::Calado => {
                let detalhe = "o corpo parou de chegar; nada foi guardado, envie de novo";
                return Self::new(&codigos::TEMPO_ESGOTADO, detalhe);
            }
            Falha::Cortado => "o corpo não chegou inteiro; nada foi guardado, envie de novo",
            Falha::NaoEGzip => {
                "o corpo não é gzip, e o Content-Encoding diz que é; nada foi guardado: comprima-o, ou envie-o sem Content-Encoding"
            }
            Falha::Quebrado => {
                "o corpo comprimido está cortado ou corrompido; nada foi guardado: confira-o com gzip -t, comprima-o outra vez e envie \
                 de novo"
            }
        };
        Self::new(&codigos::REQUISICAO_INVALIDA, detalhe)
    }
}

/// What is being undone, and where it goes.
enum Compressao {
    /// Of one member or of several, as `cat a.gz b.gz` and the logs of some systems are.
    Gzip {
        membros: MultiGzDecoder<Vec<u8>>,
        vistos: usize,
    },
    Deflate(ZlibDecoder<Vec<u8>>),
}

impl Compressao {
    fn gzip() -> Self {
        Self::Gzip { membros: MultiGzDecoder::new(Vec::new()), vistos: 0 }
    }

    fn deflate() -> Self {
        Self::Deflate(ZlibDecoder::new(Vec::new()))
    }

    /// Takes of `entrada` until there is a piece, or nothing left of it.
    fn undo(&mut self, entrada: &mut Bytes) -> Result<Bytes, Falha> {
        while !entrada.is_empty() && self.saida().len() < PEDACO {
            let pouco = entrada.split_to(entrada.len().min(POUCO));
            self.look(&pouco)?;
            self.write(&pouco).map_err(|_compressao| Falha::Quebrado)?;
        }
        Ok(std::mem::take(self.saida()).into())
    }

    /// What is left once nothing more comes. Nothing at all is no file, compressed or not.
    fn end(mut self) -> Result<Option<Bytes>, Falha> {
        let acabou = match &mut self {
            Self::Gzip { vistos: 0, .. } => Ok(()),
            Self::Gzip { membros, .. } => membros.try_finish(),
            Self::Deflate(zlib) if zlib.total_in() == 0 => Ok(()),
            Self::Deflate(zlib) => zlib.try_finish(),
        };
        acabou.map_err(|_compressao| Falha::Quebrado)?;
        Ok(Some(std::mem::take(self.saida())).filter(|resto| !resto.is_empty()).map(Bytes::from))
    }

    /// Whether it is what it is said to be, as soon as that can be seen.
    fn look(&mut self, bytes: &[u8]) -> Result<(), Falha> {
        let Self::Gzip { vistos, .. } = self else { return Ok(()) };
        for (byte, esperado) in bytes.iter().zip(MAGIA.get(*vistos..).unwrap_or_default()) {
            if byte != esperado {
                return Err(Falha::NaoEGzip);
            }
            *vistos += 1;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Gzip { membros, .. } => membros.write_all(bytes).and_then(|()| membros.flush()),
            Self::Deflate(zlib) => zlib.write_all(bytes).and_then(|()| zlib.flush()),
        }
    }

    fn saida(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Gzip { membros, .. } => membros.get_mut(),
            Self::Deflate(zlib) => zlib.get_mut(),
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::error::PayloadError;
    use actix_web::test::TestRequest;
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use futures_util::stream;

    use super::*;

    fn gzip(texto: &[u8]) -> Vec<u8> {
        let mut escritor = GzEncoder::new(Vec::new(), Compression::best());
        escritor.write_all(texto).unwrap();
        escritor.finish().unwrap()
    }

    fn deflate(texto: &[u8]) -> Vec<u8> {
        let mut escritor = ZlibEncoder::new(Vec::new(), Compression::best());
        escritor.write_all(texto).unwrap();
        escritor.finish().unwrap()
    }

    /// What comes out when it arrives in pieces of this size, and the longest of the pieces.
    fn undone(mut compressao: Compressao, bytes: &[u8], tamanho: usize) -> Result<(Vec<u8>, usize), Falha> {
        let (mut texto, mut maior) = (Vec::new(), 0);
        for pedaco in bytes.chunks(tamanho) {
            let mut entrada = Bytes::copy_from_slice(pedaco);
            while !entrada.is_empty() {
                let saida = compressao.undo(&mut entrada)?;
                maior = maior.max(saida.len());
                texto.extend_from_slice(&saida);
            }
        }
        texto.extend(compressao.end()?.unwrap_or_default());
        Ok((texto, maior))
    }

    #[test]
    fn a_gzip_of_several_members_is_all_of_them() {
        let junto = [gzip(b"linha 1\n"), gzip(b""), gzip(&b"linha 2\n".repeat(50_000))].concat();
        let esperado = [b"linha 1\n".to_vec(), b"linha 2\n".repeat(50_000)].concat();
        for tamanho in [1, 2, 7, 1_000, junto.len()] {
            assert_eq!(undone(Compressao::gzip(), &junto, tamanho).unwrap().0, esperado, "{tamanho}");
        }
        let zlib = deflate(&esperado);
        assert_eq!(undone(Compressao::deflate(), &zlib, 5).unwrap().0, esperado);
        for vazio in [Compressao::gzip(), Compressao::deflate()] {
            assert_eq!(undone(vazio, b"", 1).unwrap().0, b"");
        }
    }

    #[test]
    fn bytes_that_are_no_gzip_are_told_as_that() {
        for texto in [&b"codigo_integracao;valor\n"[..], b"\x1fx", b"x"] {
            for tamanho in [1, 100] {
                assert_eq!(undone(Compressao::gzip(), texto, tamanho), Err(Falha::NaoEGzip), "{texto:?}");
            }
        }
    }

    #[test]
    fn what_is_cut_or_spoiled_is_told_as_that_wherever_it_is() {
        let texto: Vec<u8> =
            (0..5_000_u32).flat_map(|n| (n * 7_919 % 1_009).to_string().into_bytes()).collect();
        let (um, outro) = (gzip(&texto), gzip(b"fim"));
        let junto = [um.clone(), outro].concat();
        for corte in (1..junto.len()).filter(|corte| *corte != um.len()).step_by(13) {
            assert_eq!(undone(Compressao::gzip(), &junto[..corte], 100), Err(Falha::Quebrado), "{corte}");
        }
        let zlib = deflate(&texto);
        for corte in (1..zlib.len()).step_by(13) {
            assert_eq!(undone(Compressao::deflate(), &zlib[..corte], 100), Err(Falha::Quebrado), "{corte}");
        }
        let mut mudado = um.clone();
        mudado[um.len() / 2] ^= 0x10;
        for ruim in [mudado, [um, b"lixo".to_vec()].concat()] {
            assert_eq!(undone(Compressao::gzip(), &ruim, 100), Err(Falha::Quebrado));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_sender_that_falls_silent_is_not_waited_for() {
        let (envia, recebe) = tokio::sync::mpsc::unbounded_channel();
        let chegada = stream::unfold(recebe, |mut recebe| async {
            Some((Ok::<_, PayloadError>(recebe.recv().await?), recebe))
        });
        let corpo: Payload = Payload::Stream { payload: Box::pin(chegada) };
        let requisicao = TestRequest::default().to_http_request();
        let mut corpo = Descomprimido::new(corpo, &requisicao).unwrap();
        envia.send(Bytes::from_static(b"linha 1")).unwrap();
        assert_eq!(corpo.next().await.unwrap().unwrap(), "linha 1");
        assert_eq!(corpo.next().await.unwrap_err().codigo(), &codigos::TEMPO_ESGOTADO);
        drop(envia);
        assert!(corpo.next().await.unwrap().is_none());
    }

    #[test]
    fn a_bomb_comes_out_in_pieces() {
        let bomba = gzip(&vec![b' '; 64 * 1024 * 1024]);
        let (texto, maior) = undone(Compressao::gzip(), &bomba, bomba.len()).unwrap();
        assert_eq!(texto.len(), 64 * 1024 * 1024);
        assert!(maior < PEDACO + 1_100 * POUCO, "{maior}");
    }
}
