//! Background loops that come back by themselves.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use tokio::task::{JoinError, JoinHandle};

use crate::encerramento::Encerramento;
use crate::relogio::cronometro;

/// How long a restarted loop waits. Doubles from `base` to `teto`; a run of at least `saudavel` starts over at `base`.
#[derive(Clone, Copy, Debug)]
struct Recuo {
    base: Duration,
    teto: Duration,
    saudavel: Duration,
}

/// 30 s at most: an engine that came back is used within half a minute, and an absent one is asked 120 times an hour.
const RECUO: Recuo = Recuo {
    base: Duration::from_millis(200),
    teto: Duration::from_secs(30),
    saudavel: Duration::from_mins(1),
};

/// After the end is asked for a loop may finish what it holds for this long; then it is dropped.
const TOLERANCIA: Duration = Duration::from_secs(25);

/// Runs the loop that `fabrica` makes until it ends with `Ok`, restarting it whenever it fails or panics.
///
/// A failure is logged once at `error`; the same failure again in a row only at `debug`, with a count in the metric
/// `laco_reinicios_total{laco}`. When `encerramento` is asked for nothing is restarted any more: the loop, which holds
/// the same token, has 25 s to put down what it carries.
pub async fn supervise<F, Fut, E>(nome: &'static str, encerramento: &Encerramento, fabrica: F)
where
    F: FnMut() -> Fut + Send,
    Fut: Future<Output = Result<(), E>> + Send + 'static,
    E: Display + Send + 'static,
{
    supervise_with(nome, encerramento, fabrica, RECUO, TOLERANCIA).await;
}

async fn supervise_with<F, Fut, E>(
    nome: &'static str,
    encerramento: &Encerramento,
    mut fabrica: F,
    recuo: Recuo,
    tolerancia: Duration,
) where
    F: FnMut() -> Fut + Send,
    Fut: Future<Output = Result<(), E>> + Send + 'static,
    E: Display + Send + 'static,
{
    let mut quedas = Quedas { nome, recuo, espera: recuo.base, ultima: String::new() };
    while !encerramento.pedido() {
        let medida = cronometro();
        let tarefa = Filha(tokio::spawn(fabrica()));
        let Some(fim) = life(tarefa, encerramento, tolerancia).await else {
            return log_dropped(nome);
        };
        let Some(falha) = cause(fim) else {
            return;
        };
        let espera = quedas.record(falha, medida.decorrido());
        if !encerramento.dormir(espera).await {
            return;
        }
    }
}

/// A spawned loop that dies with its supervisor, so that a dropped supervisor leaves nothing behind.
struct Filha<E>(JoinHandle<Result<(), E>>);

impl<E> Drop for Filha<E> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What is remembered of the falls of one loop.
struct Quedas {
    nome: &'static str,
    recuo: Recuo,
    espera: Duration,
    ultima: String,
}

impl Quedas {
    /// Notes a fall after a life of `durou`; answers how long to wait before the next life.
    fn record(&mut self, falha: String, durou: Duration) -> Duration {
        if durou >= self.recuo.saudavel {
            self.espera = self.recuo.base;
            self.ultima.clear();
        }
        metrics::counter!("laco_reinicios_total", "laco" => self.nome).increment(1);
        let espera = self.espera;
        if falha == self.ultima {
            tracing::debug!(laco = self.nome, erro = %falha, "laço falhou de novo");
        } else {
            log_fall(self.nome, &falha, espera);
            self.ultima = falha;
        }
        self.espera = espera.saturating_mul(2).min(self.recuo.teto);
        espera
    }
}

fn log_fall(nome: &str, falha: &str, espera: Duration) {
    tracing::error!(laco = nome, erro = falha, ?espera, "laço falhou; será reiniciado");
}

fn log_dropped(nome: &str) {
    tracing::warn!(laco = nome, "laço não parou no prazo e foi interrompido");
}

/// One life of a loop; `None` when it was still alive long after the end was asked for.
async fn life<E>(
    mut tarefa: Filha<E>,
    encerramento: &Encerramento,
    tolerancia: Duration,
) -> Option<Result<Result<(), E>, JoinError>> {
    let prazo = async {
        encerramento.aguardar().await;
        tokio::time::sleep(tolerancia).await;
    };
    tokio::select! {
        fim = &mut tarefa.0 => Some(fim),
        () = prazo => None,
    }
}

/// Why a loop fell, if it did.
fn cause<E: Display>(fim: Result<Result<(), E>, JoinError>) -> Option<String> {
    match fim {
        Ok(Ok(())) => None,
        Ok(Err(erro)) => Some(erro.to_string()),
        Err(queda) if queda.is_panic() => Some("pânico no laço".to_owned()),
        Err(_) => Some("laço cancelado".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const RAPIDO: Recuo = Recuo {
        base: Duration::from_millis(1),
        teto: Duration::from_millis(4),
        saudavel: Duration::from_mins(1),
    };
    const PRAZO: Duration = Duration::from_secs(20);

    /// Supervises a loop that runs `vida(n)` in its n-th life, and answers how many lives there were.
    async fn vidas<Fut>(token: Encerramento, vida: impl Fn(u32) -> Fut + Send + Sync) -> u32
    where
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        let contador = Arc::new(AtomicU32::new(0));
        let fabrica = || vida(contador.fetch_add(1, Ordering::SeqCst) + 1);
        let laco = supervise_with("teste", &token, fabrica, RAPIDO, Duration::from_millis(50));
        tokio::time::timeout(PRAZO, laco).await.expect("the supervisor must come to an end");
        contador.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn a_loop_that_fails_comes_back_until_it_is_done() {
        let total = vidas(Encerramento::new(), |vida| async move {
            if vida < 5 { Err(format!("queda {vida}")) } else { Ok(()) }
        })
        .await;
        assert_eq!(total, 5);
    }

    #[test]
    fn waits_double_up_to_the_ceiling_and_start_over_after_a_healthy_life() {
        let mut quedas = Quedas { nome: "teste", recuo: RAPIDO, espera: RAPIDO.base, ultima: String::new() };
        let mut cair = |falha: &str, durou| {
            let espera = quedas.record(falha.to_owned(), durou);
            (espera.as_millis(), quedas.ultima.clone())
        };
        assert_eq!(cair("a", Duration::ZERO), (1, "a".to_owned()));
        assert_eq!(cair("a", Duration::ZERO), (2, "a".to_owned()));
        assert_eq!(cair("b", Duration::ZERO), (4, "b".to_owned()));
        assert_eq!(cair("b", Duration::ZERO), (4, "b".to_owned()));
        assert_eq!(cair("b", RAPIDO.saudavel), (1, "b".to_owned()));
    }

    #[tokio::test]
    async fn a_panic_is_a_failure_and_not_the_end() {
        let total = vidas(Encerramento::new(), |vida| async move {
            assert!(vida > 1, "first life panics");
            Ok(())
        })
        .await;
        assert_eq!(total, 2);
    }

    #[tokio::test]
    async fn after_the_end_was_asked_for_nothing_is_restarted() {
        let token = Encerramento::new();
        let copia = token.clone();
        let total = vidas(token, move |_| {
            let token = copia.clone();
            async move {
                token.pedir();
                Err("queda no fim".to_owned())
            }
        })
        .await;
        assert_eq!(total, 1);
    }

    #[tokio::test]
    async fn a_loop_puts_down_what_it_carries_before_the_end() {
        let token = Encerramento::new();
        let entregue = Arc::new(AtomicU32::new(0));
        let (copia, marca) = (token.clone(), Arc::clone(&entregue));
        let laco = tokio::spawn(vidas(token.clone(), move |_| {
            let (token, marca) = (copia.clone(), Arc::clone(&marca));
            async move {
                token.aguardar().await;
                tokio::task::yield_now().await;
                marca.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
        }));
        token.pedir();
        let total = laco.await.unwrap();
        assert_eq!(entregue.load(Ordering::SeqCst), total);
    }

    #[tokio::test]
    async fn a_loop_that_ignores_the_end_is_dropped_after_the_tolerance() {
        struct Marca(Arc<AtomicU32>);
        impl Drop for Marca {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let token = Encerramento::new();
        let largada = Arc::new(AtomicU32::new(0));
        let (copia, marca) = (token.clone(), Arc::clone(&largada));
        let total = vidas(token, move |_| {
            let (token, marca) = (copia.clone(), Marca(Arc::clone(&marca)));
            async move {
                token.pedir();
                std::future::pending::<()>().await;
                drop(marca);
                Ok(())
            }
        })
        .await;
        assert_eq!(total, 1);
        let espera = async {
            while largada.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PRAZO, espera).await.expect("the loop is dropped");
    }
}
