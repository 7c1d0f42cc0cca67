//! Many histories at once, one thread a core.

use crate::comparar::comparar;
use crate::encolher::encolher;
use crate::eventos::{Evento, Eventos};
use crate::gerador;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

/// After so many failures a run stops: more of them say nothing new.
const MAX_FALHAS: usize = 3;

/// What came out of a run.
#[derive(Default)]
pub(crate) struct Resultado {
    /// In how many histories each thing happened.
    pub(crate) vistos: BTreeMap<Evento, u64>,
    /// The seeds that failed, with their story.
    pub(crate) falhas: BTreeMap<u64, String>,
    historias: u64,
}

/// Runs these histories, each of so many nights, and says so every `avisar`.
pub(crate) fn correr(
    sementes: impl Iterator<Item = u64> + Send,
    dias: i64,
    avisar: Option<u64>,
) -> Resultado {
    let fila = Mutex::new(sementes);
    let resultado = Mutex::new(Resultado::default());
    let trabalhar = || {
        loop {
            if resultado.lock().unwrap().falhas.len() >= MAX_FALHAS {
                return;
            }
            let Some(semente) = fila.lock().unwrap().next() else { return };
            let visto = uma(semente, dias);
            resultado.lock().unwrap().somar(semente, visto, avisar);
        }
    };
    thread::scope(|grupo| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            grupo.spawn(trabalhar);
        }
    });
    resultado.into_inner().unwrap()
}

fn uma(semente: u64, dias: i64) -> Result<Eventos, String> {
    let historia = gerador::historia(semente, dias);
    comparar(&historia).map_err(|diferenca| {
        let (menor, diferenca) = encolher(historia, diferenca);
        format!("{menor}{diferenca}")
    })
}

impl Resultado {
    fn somar(&mut self, semente: u64, visto: Result<Eventos, String>, avisar: Option<u64>) {
        match visto {
            Ok(eventos) => {
                for evento in eventos.0 {
                    *self.vistos.entry(evento).or_default() += 1;
                }
            }
            Err(conto) => drop(self.falhas.insert(semente, conto)),
        }
        self.historias += 1;
        if avisar.is_some_and(|cada| self.historias.is_multiple_of(cada)) {
            println!("{} histórias", self.historias);
        }
    }
}
