//! `make bench`: what the system does per second, over what PostgreSQL alone does with the same rows.
//!
//! Every row is a ratio of two figures taken in one run, on one server, with fsync on. Client, server and the system
//! share the machine's cores, so the ratio says something and the absolute figures say little. What is short is measured
//! [`apoio::VEZES`] times, the system and its limit in turn; the row is the run with the median ratio.
//!
//! Standard output carries one JSON line a row; the table for people goes to standard error. `cargo bench … -- <parte>`
//! measures the rows whose names hold that part; `linhas=<n>` has the imports load a portfolio of another size,
//! `lote=<n>` has rows `despejo` and `justica` send a batch of another size, and
//! `pares=<folder>` has the job queues of that folder measured beside row `disparo`.

#![expect(clippy::float_arithmetic, reason = "seconds and ratios, no money")]

mod apoio;
mod cartas;
mod correio;
mod despejo;
mod disparo;
mod envio;
mod frota;
mod importacao;
mod leitores;
mod leitura;
mod linha;
mod lotes;
mod milhao;
mod noite;
mod pares;
mod processos;
mod razao;

use std::path::PathBuf;

use cobranca::Resultado;
use linha::say;
use runtime::config::Log;
use runtime::iniciar_telemetria_em;

fn main() -> Resultado {
    let argumentos = std::env::args().skip(1).filter(|parte| !parte.starts_with('-'));
    let (tamanhos, partes): (Vec<String>, Vec<String>) = argumentos.partition(|parte| parte.contains('='));
    let dito = |nome: &str| tamanhos.iter().find_map(|tamanho| tamanho.strip_prefix(nome)?.strip_prefix('='));
    let carga = dito("linhas").map(str::parse).transpose()?;
    let lote = dito("lote").map(str::parse).transpose()?;
    let filas = dito("pares").map(PathBuf::from);
    let quer = |linha: &str| partes.is_empty() || partes.iter().any(|parte| linha.contains(parte.as_str()));
    // The log is on, as in a service; nobody reads it.
    iniciar_telemetria_em(&Log::default(), tempfile::tempfile()?, false)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut linhas = Vec::new();
        if quer("noite") {
            say(noite::measure().await?.into_linha(), &mut linhas);
        }
        if quer("disparo")
            && let Some(razao) = disparo::measure().await?
        {
            let linha = razao.into_linha();
            let por_s = linha.por_s.unwrap_or_default();
            say(linha, &mut linhas);
            if let Some(pasta) = &filas {
                pares::measure(pasta, por_s, &mut linhas).await?;
            }
        }
        if processos::LINHAS.iter().any(|linha| quer(linha)) {
            processos::measure(&quer, &mut linhas).await?;
        }
        if correio::LINHAS.iter().any(|linha| quer(linha)) {
            correio::measure(&quer, &mut linhas).await?;
        }
        if despejo::LINHAS.iter().any(|linha| quer(linha)) {
            despejo::measure(lote, &mut linhas).await?;
        }
        if quer(cartas::LINHA) {
            tokio::task::block_in_place(|| cartas::measure(&mut linhas))?;
        }
        if quer("envio_1") || quer("envio_8") {
            for razao in envio::measure().await? {
                say(razao.into_linha(), &mut linhas);
            }
        }
        if quer("leitura") || quer("leitura_p99") {
            for linha in leitura::measure().await? {
                say(linha, &mut linhas);
            }
        }
        if importacao::LINHAS.iter().any(|linha| quer(linha)) {
            importacao::measure(&mut linhas, carga).await?;
        }
        lotes::measure(&quer, &mut linhas).await?;
        milhao::measure(&quer, &mut linhas).await?;
        linha::table(&linhas);
        Ok(())
    })
}
