//! Rows `processos_1` to `processos_8`: as many dispatchers, each a process with 64 calls at a time, and a provider that takes
//! 50 ms over each answer and refuses two calls in a hundred.
//!
//! The limit is linear: so many times what one process did. While the machine has cores left, the ratio is held to that; a row
//! tells how many were at work, and one that found them all at work is held to nothing.

mod provedor;

use cobranca::Resultado;
use cobranca::terminal::note;

use crate::frota::Frota;
use crate::linha::{Linha, Meta, say};
use provedor::Provedor;

/// The rows of this part.
pub(crate) const LINHAS: [&str; 4] = ["processos_1", "processos_2", "processos_4", "processos_8"];
/// Processes of each row.
const PROCESSOS: [u16; 4] = [1, 2, 4, 8];
/// Calls at a time of each process.
const CONCORRENCIA: u16 = 64;
/// What a process that never waits for anything but the provider does in ten seconds.
const POR_PROCESSO: u32 = 12_800;
const DEVEDORES: u32 = 20_000;
const META: f64 = 0.95;
/// From here on the cores are full: the kernel itself needs a part of the last one.
const CHEIOS: f64 = 0.9;

pub(crate) async fn measure(quer: &impl Fn(&str) -> bool, linhas: &mut Vec<Linha>) -> Resultado {
    note("montando 20.000 devedores com telefone");
    let provedor = Provedor::start().await?;
    let mut frota = Frota::start("sms", DEVEDORES, 0).await?;
    let configuracao = provedor.configuration()?;
    let concorrencia = CONCORRENCIA.to_string();
    let ambiente = [
        ("COBRANCA_CONFIG", configuracao.caminho()),
        ("COBRANCA_DISPATCHER__CONCORRENCIA", concorrencia.as_str()),
        ("COBRANCA_DISPATCHER__REDE_INTERNA", "true"),
    ];
    let (nucleos, ideal) = (cores()?, f64::from(CONCORRENCIA) / provedor::DEMORA.as_secs_f64());
    let mut um = None;
    // The first is what the others are held to.
    let pedidas = LINHAS.into_iter().zip(PROCESSOS).filter(|(nome, processos)| *processos == 1 || quer(nome));
    for (nome, processos) in pedidas {
        frota.stock(POR_PROCESSO * u32::from(processos)).await?;
        frota.serve(processos, &ambiente).await?;
        let escoou = frota.drain().await?;
        let linear = f64::from(processos) * *um.get_or_insert(escoou.por_s);
        let trabalho = format!(
            "{} chamadas de 50 ms, {processos} processos com {CONCORRENCIA} por vez",
            escoou.chamadas
        );
        let linha = Linha {
            limite: "linear: tantas vezes o que um processo fez".to_owned(),
            por_s: Some(escoou.por_s),
            limite_por_s: Some(linear),
            razao: Some(escoou.por_s / linear),
            meta: (escoou.nucleos < CHEIOS * nucleos).then_some(Meta::AoMenos(META)),
            ..Linha::new(nome, trabalho, escoou.segundos)
        };
        say(
            linha
                .with(
                    "do que só a espera pelo provedor permite",
                    escoou.por_s / (f64::from(processos) * ideal),
                )
                .with("núcleos ocupados", escoou.nucleos)
                .with("núcleos ocupados pelos dispatchers", escoou.nucleos_dispatchers)
                .with("núcleos da máquina", nucleos)
                .with("MB do maior dispatcher", f64::from(escoou.pico_kb) / 1024.0),
            linhas,
        );
    }
    frota.stop().await
}

fn cores() -> Resultado<f64> {
    Ok(f64::from(u32::try_from(std::thread::available_parallelism()?.get())?))
}
