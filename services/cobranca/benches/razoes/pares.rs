//! Rows `par_…`, asked for with `pares=<folder>` (`make bench PEERS=1`): other job queues do as many jobs that do nothing, on
//! the same PostgreSQL and RabbitMQ in the same run.
//!
//! Each side counts from its jobs being handed over in bulk until the last is done. Ours is row `disparo`, with its actions
//! written beforehand by one INSERT into the table with all its indexes; it sends nothing, but it does make each message,
//! check it against its títulos and keep what was sent, none of which the others have to do.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use cobranca::Resultado;
use cobranca::terminal::note;
use serde::Deserialize;
use testkit::{Banco, Vhost};
use tokio::process::Command;

use crate::frota::Frota;
use crate::linha::{Linha, Meta, say};

/// A peer that is not done after this hangs.
const PRAZO: Duration = Duration::from_mins(5);
/// Jobs of those that are quick, and of those that are not.
const MUITOS: u32 = 100_000;
const POUCOS: u32 = 20_000;

/// The peers: the row, the program under the folder and what it is told, and how far ahead of it we are to be.
const PARES: [(&str, &str, &[&str], u32, f64); 4] = [
    ("par_graphile_lotes", "graphile.mjs", &["lotes"], MUITOS, 1.25),
    ("par_graphile", "graphile.mjs", &["comum"], POUCOS, 1.0),
    ("par_pgboss", "pgboss.mjs", &[], MUITOS, 1.0),
    ("par_celery", "celery_par.py", &[], POUCOS, 1.0),
];

/// What a peer says of itself, in seconds.
#[derive(Deserialize)]
struct Feito {
    jobs: u32,
    enfileirar: f64,
    rodar: f64,
}

impl Feito {
    fn end_to_end(&self) -> f64 {
        f64::from(self.jobs) / (self.enfileirar + self.rodar)
    }

    fn run_only(&self) -> f64 {
        f64::from(self.jobs) / self.rodar
    }
}

/// Measures them all beside our rate of row `disparo`, actions a second.
pub(crate) async fn measure(pasta: &Path, disparo: f64, linhas: &mut Vec<Linha>) -> Resultado {
    let escritas = f64::from(POUCOS) / insertion().await?;
    let nosso = 1.0 / (1.0 / disparo + 1.0 / escritas);
    for (nome, programa, argumentos, jobs, meta) in PARES {
        note(&format!("{nome}: {jobs} jobs"));
        let feito = run(pasta, programa, argumentos, jobs).await?;
        let linha =
            Linha::new(nome, format!("{jobs} jobs que não fazem nada; nós: linha disparo"), feito.rodar);
        let mut linha =
            linha.over("o par, de ponta a ponta", nosso / feito.end_to_end(), Meta::AoMenos(meta));
        linha.por_s = Some(nosso);
        linha.limite_por_s = Some(feito.end_to_end());
        say(
            linha
                .with("jobs/s do par, sem enfileirar", feito.run_only())
                .with("ações/s nossas, sem gravar", disparo)
                .with("razão sem enfileirar nem gravar", disparo / feito.run_only()),
            linhas,
        );
    }
    Ok(())
}

/// Seconds that the writing of our actions takes.
async fn insertion() -> Resultado<f64> {
    let frota = Frota::start("email", POUCOS, 0).await?;
    let tempo = frota.stock(POUCOS).await?;
    frota.stop().await?;
    Ok(tempo.as_secs_f64())
}

async fn run(pasta: &Path, programa: &str, argumentos: &[&str], jobs: u32) -> Resultado<Feito> {
    let (banco, vhost) = tokio::task::spawn_blocking(|| (Banco::new(), Vhost::new())).await?;
    let (rascunho, pasta) = (tempfile::tempdir()?, pasta.canonicalize()?);
    let python = Path::new(programa).extension().is_some_and(|extensao| extensao == "py");
    let interprete = if python { pasta.join("venv/bin/python") } else { PathBuf::from("node") };
    let saida = Command::new(interprete)
        .arg(pasta.join(programa))
        .arg(jobs.to_string())
        .args(argumentos)
        .envs([("DATABASE_URL", banco.url()), ("AMQP_URL", vhost.amqp_url())])
        .current_dir(rascunho.path())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output();
    let saida = tokio::time::timeout(PRAZO, saida).await??;
    tokio::task::spawn_blocking(move || drop((banco, vhost))).await?;
    if !saida.status.success() {
        return Err(format!("{programa} terminou com {}", saida.status).into());
    }
    Ok(serde_json::from_slice(&saida.stdout)?)
}
