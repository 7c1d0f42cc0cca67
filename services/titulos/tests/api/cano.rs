#![cfg(test)]
//! A way to the database that breaks once, at the worst moment: a transaction is committed and nobody hears of it.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// The way. Everything passes, until it is armed.
#[derive(Default)]
pub(crate) struct Cano {
    armado: Arc<AtomicBool>,
}

impl Cano {
    /// The way to the server of `url`, as another URL of it.
    pub(crate) fn to(&self, url: &str) -> String {
        let (antes, resto) = url.rsplit_once('@').unwrap();
        let (servidor, banco) = resto.split_once('/').unwrap();
        let porta = TcpListener::bind("127.0.0.1:0").unwrap();
        let aqui = porta.local_addr().unwrap();
        let (destino, armado) = (servidor.to_owned(), Arc::clone(&self.armado));
        thread::spawn(move || {
            for cliente in porta.incoming().flatten() {
                let servidor = TcpStream::connect(&destino).unwrap();
                carry(&cliente, &servidor, &armado);
            }
        });
        format!("{antes}@{aqui}/{banco}")
    }

    /// Loses the answer to the commit of the next transaction that registers an import.
    pub(crate) fn arm(&self) {
        self.armado.store(true, Ordering::SeqCst);
    }

    /// Whether it did.
    pub(crate) fn is_broken(&self) -> bool {
        !self.armado.load(Ordering::SeqCst)
    }
}

fn carry(cliente: &TcpStream, servidor: &TcpStream, armado: &Arc<AtomicBool>) {
    let surdo = Arc::new(AtomicBool::new(false));
    let (mut de, mut para, armado, ouve) = both(cliente, servidor, armado, &surdo);
    thread::spawn(move || {
        let (mut pedaco, mut registra) = (vec![0; 64 * 1024], false);
        while let Some(n) = de.read(&mut pedaco).ok().filter(|n| *n > 0) {
            let dito = &pedaco[..n];
            let diz = |texto: &str| dito.windows(texto.len()).any(|trecho| trecho == texto.as_bytes());
            registra |= armado.load(Ordering::SeqCst) && diz("INSERT INTO cadastro.importacao (");
            if registra && diz("COMMIT") && armado.swap(false, Ordering::SeqCst) {
                ouve.store(true, Ordering::SeqCst);
            }
            if para.write_all(dito).is_err() {
                break;
            }
        }
        para.shutdown(Shutdown::Both).ok();
    });
    let (mut para, mut de, _, ouve) = both(cliente, servidor, &Arc::default(), &surdo);
    thread::spawn(move || {
        let mut pedaco = vec![0; 64 * 1024];
        while let Some(n) = de.read(&mut pedaco).ok().filter(|n| *n > 0) {
            // The server has answered: what was to be committed is.
            if ouve.load(Ordering::SeqCst) || para.write_all(&pedaco[..n]).is_err() {
                break;
            }
        }
        para.shutdown(Shutdown::Both).ok();
    });
}

type Fios = (TcpStream, TcpStream, Arc<AtomicBool>, Arc<AtomicBool>);

fn both(
    cliente: &TcpStream,
    servidor: &TcpStream,
    armado: &Arc<AtomicBool>,
    surdo: &Arc<AtomicBool>,
) -> Fios {
    (cliente.try_clone().unwrap(), servidor.try_clone().unwrap(), Arc::clone(armado), Arc::clone(surdo))
}
