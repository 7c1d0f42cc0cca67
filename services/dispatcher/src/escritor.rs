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
/// How long a result waits for others: to write one costs about what it costs to write several.
const RESPIRO: Duration = Duration::from_millis(2);
/// Results that cannot be written are tried again this often; then their leases run out and the sweep says what they are.
const TENTATIVAS: u32 = 5;

/// Writes until nobody sends any more.
pub(crate) async fn run(dispatcher: Arc<Dispatcher>, mut chegam: mpsc::Receiver<Escrita>) {
    loop {
        let lote = gather(&mut chegam).await;
        if lote.is_empty() {
            return;
        }
        let mut por_empresa: BTreeMap<EmpresaId, Vec<Resultado>> = BTreeMap::new();
        for (empresa, resultado) in lote {
            por_empresa.entry(empresa).or_default().push(resultado);
        }
        for (empresa, resultados) in por_empresa {
            write(&dispatcher, empresa, resultados).await;
        }
    }
}

/// The next ones, as many as fit in a transaction; none when nobody sends any more.
async fn gather<T>(chegam: &mut mpsc::Receiver<T>) -> Vec<T> {
    let mut lote = Vec::with_capacity(LOTE);
    if chegam.recv_many(&mut lote, LOTE).await > 0 && lote.len() < LOTE {
        tokio::time::sleep(RESPIRO).await;
        while lote.len() < LOTE
            && let Ok(outro) = chegam.try_recv()
        {
            lote.push(outro);
        }
    }
    lote
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_comes_in_a_burst_is_gathered_by_the_hundred_in_its_order_and_none_is_lost() {
        let (envia, mut chegam) = mpsc::channel(1_000);
        for n in 0..30 {
            envia.send(n).await.unwrap();
        }
        let depois = tokio::spawn(async move {
            for n in 30..250 {
                envia.send(n).await.unwrap();
            }
        });
        let mut lotes = Vec::new();
        loop {
            let lote = gather(&mut chegam).await;
            if lote.is_empty() {
                break;
            }
            assert!(lote.len() <= LOTE);
            lotes.extend(lote);
        }
        depois.await.unwrap();
        assert_eq!(lotes, (0..250).collect::<Vec<_>>());
    }
}
