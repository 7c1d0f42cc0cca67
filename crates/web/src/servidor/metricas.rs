//! Numbers for Prometheus: one recorder per process, however many servers it runs.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const DURACAO: &str = "http_duracao_segundos";
const TOTAL: &str = "http_requisicoes_total";
const DEGRAUS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

static LEITURA: OnceLock<PrometheusHandle> = OnceLock::new();

/// Installs the recorder once; later calls, and a recorder that somebody else installed first, are no error.
pub(crate) fn instalar() -> &'static PrometheusHandle {
    LEITURA.get_or_init(|| {
        let gravador = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full(DURACAO.to_owned()), &DEGRAUS)
            // Only an empty list of buckets is refused.
            .unwrap_or_else(|_| PrometheusBuilder::new())
            .build_recorder();
        let leitura = gravador.handle();
        metrics::set_global_recorder(gravador).ok();
        metrics::describe_counter!(TOTAL, "Requisições respondidas.");
        metrics::describe_histogram!(DURACAO, metrics::Unit::Seconds, "Tempo até a resposta.");
        leitura
    })
}

/// Folds histograms for ever, so that a process nobody scrapes does not grow.
pub(crate) async fn faxina(intervalo: Duration) {
    loop {
        tokio::time::sleep(intervalo).await;
        instalar().run_upkeep();
    }
}

/// Counts one answered request. Labels are route patterns and known methods: their number is bounded.
pub(crate) fn registrar(metodo: &'static str, rota: &str, status: u16, duracao: Duration) {
    let rota = rota.to_owned();
    let rotulos = [("metodo", metodo.to_owned()), ("rota", rota.clone()), ("status", status.to_string())];
    metrics::counter!(TOTAL, &rotulos).increment(1);
    metrics::histogram!(DURACAO, "metodo" => metodo, "rota" => rota).record(duracao.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installing_twice_keeps_one_recorder_and_its_counts() {
        instalar();
        registrar("GET", "/v1/teste/{id}", 200, Duration::from_millis(30));
        let texto = instalar().render();
        assert!(
            texto.contains(r#"http_requisicoes_total{metodo="GET",rota="/v1/teste/{id}",status="200"} 1"#),
            "{texto}"
        );
        assert!(texto.contains(r#"rota="/v1/teste/{id}",le="0.05"} 1"#), "{texto}");
    }
}
