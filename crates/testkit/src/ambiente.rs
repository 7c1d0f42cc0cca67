//! Where this run's engines are.

use std::path::PathBuf;
use std::thread;

use reqwest::Url;

/// An address that `make test` puts in the environment.
pub(crate) fn address(name: &str) -> Url {
    #[expect(
        clippy::disallowed_methods,
        reason = "the run's engines are known to tests only through the environment"
    )]
    let value = std::env::var(name).unwrap_or_default();
    assert!(
        !value.is_empty(),
        "{name} não está definida, então este teste não sabe onde estão o PostgreSQL e o RabbitMQ de teste: \
         rode `make test` (ou `deploy/engines with teste --rabbit --teste -- cargo test …`)"
    );
    value.parse().unwrap_or_else(|e| panic!("{name} não é uma URL: {e}"))
}

/// How many cases a property test runs: what `COBRANCA_TESTE_CASOS` says, or `usual`.
///
/// # Panics
/// When it says something that is no number.
pub fn cases(usual: u32) -> u32 {
    asked("COBRANCA_TESTE_CASOS").map_or(usual, |value| u32::try_from(value).unwrap_or(u32::MAX))
}

/// What whoever runs the tests wants, if anything: the number in this variable, whose name begins with `COBRANCA_TESTE_`.
///
/// # Panics
/// When it says something that is no number.
pub fn asked(name: &str) -> Option<u64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long to look is the business of whoever runs the tests"
    )]
    let value = std::env::var(name).unwrap_or_default();
    if value.is_empty() { None } else { Some(value.parse().unwrap_or_else(|e| panic!("{name}: {e}"))) }
}

/// The checkout this crate was built from.
pub(crate) fn checkout() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Runs a future to its end from anywhere, also from `Drop` inside a runtime, where blocking is not allowed: on a
/// thread with a runtime of its own.
pub(crate) fn block_on<T: Send>(future: impl Future<Output = T> + Send) -> T {
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime for the test kit").block_on(future)
        });
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "rode `make test`")]
    fn without_the_runs_engines_a_test_says_what_to_run() {
        let _ = address("COBRANCA_TESTE_QUE_NAO_EXISTE");
    }

    #[tokio::test]
    async fn a_future_runs_to_its_end_inside_a_runtime_too() {
        assert_eq!(
            block_on(async {
                tokio::task::yield_now().await;
                7
            }),
            7
        );
    }
}
