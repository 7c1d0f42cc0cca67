//! Work that takes longer than a lease.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use domain::ids::EmpresaId;

use super::{Tomada, keep};
use crate::Banco;

/// How often whoever is in one long transaction tells of itself: several times in a lease.
pub const BATIDA: Duration = Duration::from_secs(20);

/// Does `work` while another connection of `banco` says every `batida` that the import is still worked on: what the
/// transaction of the work itself says is seen by nobody before its end. If it cannot be said, the next time may be soon
/// enough; if the import is another's by then, the work finds out when it comes to store what it found.
pub fn while_kept<T>(
    banco: &Banco,
    empresa: EmpresaId,
    tomada: Tomada,
    batida: Duration,
    work: impl FnOnce() -> T,
) -> T {
    let (feito, espera) = channel::<()>();
    thread::scope(|escopo| {
        escopo.spawn(move || {
            while matches!(espera.recv_timeout(batida), Err(RecvTimeoutError::Timeout)) {
                banco.da_empresa(empresa, |t| keep(t, tomada)).ok();
            }
        });
        // The end of the work, or of the thread that does it, ends the waiting.
        let _ate_o_fim = feito;
        work()
    })
}
