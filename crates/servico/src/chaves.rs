//! Keys, as they are presented: looked up in the database, and remembered for a moment.
//!
//! Every request carries its key, and looking it up costs as much as a small request itself. So a key that was found good
//! counts for [`RECENTE`] more without asking again: one that was revoked is refused that much later at most, one that
//! expires at its instant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use runtime::{Cronometro, cronometro};
use store::chaves::{self, Credencial};
use uuid::Uuid;
use web::{Acesso, Autenticador, ChaveApresentada};

use crate::{Contexto, problema};

/// How long a key counts without being looked up again.
const RECENTE: Duration = Duration::from_secs(1);
/// Keys remembered at a time; beyond them each is looked up every time.
const MAX_CHAVES: usize = 10_000;

/// Looks keys up for any service.
#[must_use]
pub fn autenticador(contexto: Contexto) -> Autenticador {
    let recentes = Arc::new(Recentes::default());
    Arc::new(move |apresentada| {
        let (contexto, recentes) = (contexto.clone(), Arc::clone(&recentes));
        Box::pin(async move {
            let agora = contexto.relogio.agora();
            if let Some(credencial) = recentes.get(apresentada.id(), agora) {
                return Ok(acesso(&credencial, &apresentada));
            }
            let id = apresentada.id();
            let achada = web::bloquear(move || {
                chaves::find(&contexto.banco, id, agora).map_err(|erro| problema(&erro))
            });
            Ok(achada.await?.and_then(|credencial| {
                let acesso = acesso(&credencial, &apresentada);
                recentes.keep(id, credencial);
                acesso
            }))
        })
    })
}

fn acesso(credencial: &Credencial, apresentada: &ChaveApresentada) -> Option<Acesso> {
    apresentada.confere(&credencial.hash).then(|| Acesso {
        empresa: credencial.empresa(),
        chave: apresentada.id(),
        // A scope that this version does not know opens nothing here.
        escopos: credencial.escopos.iter().filter_map(|escopo| escopo.parse().ok()).collect(),
    })
}

/// Keys that were found good, each since when.
#[derive(Default)]
struct Recentes(Mutex<HashMap<Uuid, (Cronometro, Credencial)>>);

impl Recentes {
    fn get(&self, id: Uuid, agora: DateTime<Utc>) -> Option<Credencial> {
        // A poisoned map still holds whole credentials.
        let mapa = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (desde, credencial) = mapa.get(&id)?;
        let vale = desde.decorrido() < RECENTE && credencial.expira_em.is_none_or(|em| em > agora);
        vale.then(|| credencial.clone())
    }

    fn keep(&self, id: Uuid, credencial: Credencial) {
        let mut mapa = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if mapa.len() >= MAX_CHAVES {
            mapa.retain(|_, (desde, _)| desde.decorrido() < RECENTE);
        }
        if mapa.len() < MAX_CHAVES {
            mapa.insert(id, (cronometro(), credencial));
        }
    }
}
