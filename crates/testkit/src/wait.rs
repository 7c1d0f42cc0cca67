//! Waiting for a fact instead of sleeping for luck.

use std::panic::Location;
use std::thread;
use std::time::{Duration, Instant};

/// How long to leave the system alone between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks until `fact` is true.
///
/// # Panics
/// When it still is not after `deadline`; the message names the line that waited.
#[track_caller]
pub fn wait_until(deadline: Duration, mut fact: impl AsyncFnMut() -> bool) -> impl Future<Output = ()> {
    let waiter = Location::caller();
    async move { poll(deadline, waiter, async || fact().await.then_some(())).await }
}

/// Looks until `fact` gives a value, and gives it back.
///
/// # Panics
/// When there is none after `deadline`; the message names the line that waited.
#[track_caller]
pub fn wait_for<T>(deadline: Duration, fact: impl AsyncFnMut() -> Option<T>) -> impl Future<Output = T> {
    poll(deadline, Location::caller(), fact)
}

/// Looks until `fact` is true, and no longer than `limit`; answers whether it is. For what may or may not come about.
pub async fn wait_at_most(limit: Duration, mut fact: impl AsyncFnMut() -> bool) -> bool {
    let end = deadline_from_now(limit);
    while !fact().await {
        if end.is_past() {
            return false;
        }
        tokio::time::sleep(PAUSE).await;
    }
    true
}

/// [`wait_until`] for tests without a runtime.
///
/// # Panics
/// When `fact` is not true after `deadline`.
#[track_caller]
pub fn block_until(deadline: Duration, mut fact: impl FnMut() -> bool) {
    let end = deadline_from_now(deadline);
    while !fact() {
        assert!(!end.is_past(), "nada aconteceu em {deadline:?}");
        thread::sleep(PAUSE);
    }
}

async fn poll<T>(
    deadline: Duration,
    waiter: &'static Location<'static>,
    mut fact: impl AsyncFnMut() -> Option<T>,
) -> T {
    let end = deadline_from_now(deadline);
    loop {
        if let Some(value) = fact().await {
            return value;
        }
        assert!(!end.is_past(), "nada aconteceu em {deadline:?}, esperado em {waiter}");
        tokio::time::sleep(PAUSE).await;
    }
}

struct End(Instant);

impl End {
    #[expect(clippy::disallowed_methods, reason = "a test waits in real time")]
    fn is_past(&self) -> bool {
        Instant::now() >= self.0
    }
}

#[expect(clippy::disallowed_methods, reason = "a test waits in real time")]
fn deadline_from_now(deadline: Duration) -> End {
    End(Instant::now() + deadline)
}
