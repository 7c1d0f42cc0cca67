//! Writes results, as many at a time as there are: under load by the hundred, otherwise each at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::EmpresaId;
use store::disparos::{self, Resultado};
use tokio::sync::mpsc;

use crate::envio::Escrita;
use crate::{Dispatcher, Falha};

/// Results written in one transaction.
const LOTE: usize = 100;
/// Results that cannot be written are tried again this often; then their leases run out and the sweep says what they are.
const TENTATIVAS: u32 = 5;

/// Writes until nobody sends any more.
pub(crate) async fn run(dispatcher: Arc<Dispatcher>, mut chegam: mpsc::Receiver<Escrita>) {
    let mut lote = Vec::with_capacity(LOTE);
    while chegam.recv_many(&mut lote, LOTE).await > 0 {
        let mut por_empresa: BTreeMap<EmpresaId, Vec<Resultado>> = BTreeMap::new();
        for (empresa, resultado) in lote.drain(..) {
            por_empresa.entry(empresa).or_default().push(resultado);
        }
        for (empresa, resultados) in por_empresa {
            write(&dispatcher, empresa, resultados).await;
        }
    }
}

async fn write(dispatcher: &Arc<Dispatcher>, empresa: EmpresaId, resultados: Vec<Resultado>) {
    let resultados = Arc::new(resultados);
    for tentativa in 1..=TENTATIVAS {
        let meus = Arc::clone(&resultados);
        let gravado =
            dispatcher.blocking(move |d| d.banco.da_empresa(empresa, |t| disparos::finish(t, &meus))).await;
        match gravado {
            Ok(escritas) => {
                for cercada in resultados.iter().filter(|resultado| !escritas.contains(&resultado.id)) {
                    tracing::warn!(execucao.id = %cercada.id, "o lease já havia expirado; o resultado não foi gravado");
                }
                return;
            }
            Err(falha) => log_unwritten(resultados.len(), tentativa, &falha),
        }
        tokio::time::sleep(Duration::from_secs(tentativa.into())).await;
    }
}

fn log_unwritten(quantos: usize, tentativa: u32, falha: &Falha) {
    tracing::error!(resultados = quantos, tentativa, erro = %falha, "resultados não puderam ser gravados");
}
