//! Rows `memoria_motor` and `memoria_teto`: what the engine holds in memory when everybody is due.
//!
//! The process is that of `regua-engine` alone, begun anew for each portfolio, and the figure is the operating system's
//! own: the most that was ever resident (`VmHWM`).

use cobranca::Resultado;

use super::casa::Casa;
use crate::linha::{Linha, Meta, say};

/// Kilobytes that a service may take.
const TETO: f64 = 64.0 * 1024.0;

pub(super) async fn measure(casa: &mut Casa, decima: &mut Casa, linhas: &mut Vec<Linha>) -> Resultado {
    let (parado, pequena) = peak(decima).await?;
    let (_, grande) = peak(casa).await?;
    let linha = Linha::new("memoria_motor", "regua-engine: 1.000.000 de devedores, todos devidos", 0.0);
    let linha = linha.over("100.000 devedores, todos devidos", grande / pequena, Meta::NoMaximo(1.05));
    say(
        linha
            .with("MB com 1.000.000", grande / 1024.0)
            .with("MB com 100.000", pequena / 1024.0)
            .with("MB antes da noite", parado / 1024.0),
        linhas,
    );
    let linha = Linha::new("memoria_teto", "regua-engine: 1.000.000 de devedores, todos devidos", 0.0);
    say(linha.over("64 MB", grande / TETO, Meta::NoMaximo(1.0)), linhas);
    Ok(())
}

/// Kilobytes before the night, and at most.
async fn peak(casa: &mut Casa) -> Resultado<(f64, f64)> {
    let data = casa.plan(1, 0).await?;
    casa.serve_engine().await?;
    let (parado, _) = casa.memory()?;
    casa.night_of(data, casa.devedores).await?;
    let (_, maximo) = casa.memory()?;
    Ok((f64::from(parado), f64::from(maximo)))
}
