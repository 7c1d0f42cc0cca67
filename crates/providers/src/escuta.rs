//! The front door of a sandbox peer: accepts for ever, so many sessions at a time.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Accepts for ever, with `maximo` sessions at a time. They live in the task's own set, so they end with it.
pub(crate) async fn listen<S>(escuta: TcpListener, maximo: usize, atender: impl Fn(TcpStream) -> S)
where
    S: Future<Output = ()> + Send + 'static,
{
    let mut sessoes = JoinSet::new();
    loop {
        while sessoes.len() >= maximo {
            sessoes.join_next().await;
        }
        tokio::select! {
            Some(_finda) = sessoes.join_next() => {}
            chegada = escuta.accept() => match chegada {
                Ok((stream, _)) => {
                    sessoes.spawn(atender(stream));
                }
                Err(erro) => {
                    tracing::warn!(erro = %erro.kind(), "sandbox.sem_conexao");
                    tokio::task::yield_now().await;
                }
            }
        }
    }
}

/// Counts while it lives, however the task that holds it ends.
pub(crate) struct Contada<'a>(&'a AtomicUsize);

impl<'a> Contada<'a> {
    pub(crate) fn new(quantas: &'a AtomicUsize) -> Self {
        quantas.fetch_add(1, Ordering::SeqCst);
        Self(quantas)
    }
}

impl Drop for Contada<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
