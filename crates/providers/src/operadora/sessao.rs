//! One connection of the carrier: a request, the script, an answer, and so on.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::avisos;
use super::formas::Forma;
use super::roteiro::{Como, Fala, Fase, Momento};
use super::{Contada, Estado};
use crate::fio::{Chegou, Fio, Lido};

/// Between two bytes of a slow answer.
const GOTA: Duration = Duration::from_millis(20);

/// Whether the connection goes on.
#[derive(PartialEq, Eq)]
enum Passo {
    Continua,
    Encerra,
}

/// Serves one connection until either side ends it.
pub(super) async fn attend(stream: TcpStream, estado: &Arc<Estado>, conexao: u64) -> io::Result<()> {
    let mut fio = Fio::new(stream)?;
    let pedido = estado.pedidos.load(Ordering::SeqCst);
    let momento = Momento { conexao, pedido, fase: Fase::Conexao, para: None, chave: None };
    match estado.roteiro.ask(&momento).como {
        Como::Cortar => return Ok(()),
        Como::Resetar => return fio.reset(),
        Como::Segurar => hold(estado).await,
        Como::Normal
        | Como::Responder { .. }
        | Como::Bruto(_)
        | Como::CabecalhosLentos
        | Como::CorpoLento => {}
    }
    loop {
        match fio.request().await? {
            Chegou::Pedido(lido) => {
                if settle(&mut fio, estado, conexao, &lido).await? == Passo::Encerra {
                    return Ok(());
                }
            }
            Chegou::Estranho(status) => return fio.answer(status, &[], b"").await,
            Chegou::Fim => return Ok(()),
        }
    }
}

/// A request was read. What is kept is kept before anything is said.
async fn settle(fio: &mut Fio, estado: &Arc<Estado>, conexao: u64, lido: &Lido) -> io::Result<Passo> {
    let pedido = estado.pedidos.fetch_add(1, Ordering::SeqCst);
    let forma = Forma::of(&lido.alvo).filter(|forma| forma.allows(&lido.metodo));
    let Some(forma) = forma else {
        fio.answer(404, &[], b"").await?;
        return Ok(Passo::Continua);
    };
    let chegada = forma.read(lido);
    let (para, chave) = match &chegada {
        Some(chegada) => (Some(chegada.para.clone()), chegada.chave.clone()),
        None => (None, None),
    };
    let (para, chave) = (para.as_deref(), chave.as_deref());
    let Fala { guarda, como } =
        estado.roteiro.ask(&Momento { conexao, pedido, fase: Fase::Pedido, para, chave });
    let resposta = match chegada {
        Some(chegada) if guarda => {
            let (id, nova) = estado.registro.keep(chegada).await?;
            if nova {
                avisos::follow(estado, &id);
            }
            forma.accepted(&id, para.unwrap_or_default())
        }
        Some(_) => forma.accepted("perdida", para.unwrap_or_default()),
        None => forma.refused(),
    };
    perform(fio, estado, como, resposta).await
}

async fn perform(fio: &mut Fio, estado: &Estado, como: Como, normal: (u16, Value)) -> io::Result<Passo> {
    let (status, corpo) = normal;
    let tipo = [("content-type".to_owned(), "application/json".to_owned())];
    match como {
        Como::Normal => {
            fio.answer(status, &tipo, corpo.to_string().as_bytes()).await?;
            Ok(Passo::Continua)
        }
        Como::Segurar => {
            hold(estado).await;
            fio.answer(status, &tipo, corpo.to_string().as_bytes()).await?;
            Ok(Passo::Continua)
        }
        Como::Responder { status, cabecalhos, corpo } => {
            fio.answer(status, &cabecalhos, &corpo).await?;
            Ok(Passo::Continua)
        }
        Como::Bruto(bytes) => fio.write(&bytes).await.map(|()| Passo::Encerra),
        Como::Cortar => Ok(Passo::Encerra),
        Como::Resetar => fio.reset().map(|()| Passo::Encerra),
        Como::CabecalhosLentos => {
            drip(fio, estado, b"HTTP/1.1 200 Roteiro\r\nx-lento: ").await.map(|()| Passo::Encerra)
        }
        Como::CorpoLento => {
            let cabeca = format!("HTTP/1.1 {status} Roteiro\r\ncontent-length: 1000000\r\n\r\n");
            drip(fio, estado, cabeca.as_bytes()).await.map(|()| Passo::Encerra)
        }
    }
}

/// Writes a byte now and then until the client has enough, or is let go.
async fn drip(fio: &mut Fio, estado: &Estado, comeco: &[u8]) -> io::Result<()> {
    let _segurada = Contada::new(&estado.seguradas);
    let mut liberado = estado.liberado.subscribe();
    fio.write(comeco).await?;
    while !*liberado.borrow_and_update() {
        // Whichever comes first, there is another look at whether it was let go.
        let _mudou = timeout(GOTA, liberado.changed()).await;
        fio.write(b"a").await?;
    }
    Ok(())
}

async fn hold(estado: &Estado) {
    let _segurada = Contada::new(&estado.seguradas);
    let mut liberado = estado.liberado.subscribe();
    // The sender lives as long as the carrier, so this only ends with a release.
    let _liberado = liberado.wait_for(|liberado| *liberado).await;
}
