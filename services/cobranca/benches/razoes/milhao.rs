//! A million debtors and three million títulos, generated once: what a night costs, and what else is asked of them.
//!
//! The system is a child process, driven through its API. Beside it stands a portfolio of a tenth of that size, to tell
//! what grows with the portfolio and what with what is due.

mod carga;
pub(crate) mod carteira;
pub(crate) mod casa;
mod leituras;
mod limite;
mod memoria;
mod noites;

use cobranca::Resultado;
use cobranca::terminal::note;
use runtime::cronometro;

use crate::linha::{Linha, say};
use casa::Casa;

/// Debtors of the portfolio.
pub(crate) const MILHAO: u32 = 1_000_000;
/// Debtors of the one beside it.
const DECIMO: u32 = 100_000;

/// The rows of this part.
pub(crate) const LINHAS: [&str; 12] = [
    "primeira_noite",
    "noite_100k",
    "noite_vazia",
    "noite_carteira",
    "noite_devidos",
    "conferencia",
    "memoria_motor",
    "memoria_teto",
    "api_na_noite",
    "api_vazao",
    "explicacao",
    "simulacao",
];

/// Measures the rows that are asked for.
pub(crate) async fn measure(quer: &impl Fn(&str) -> bool, linhas: &mut Vec<Linha>) -> Resultado {
    let algum = |nomes: &[&str]| nomes.iter().any(|nome| quer(nome));
    if !algum(&LINHAS) {
        return Ok(());
    }
    note("gerando 1.000.000 de devedores e 3.000.000 de títulos");
    let medida = cronometro();
    let mut casa = Casa::start(MILHAO).await?;
    note(&format!("carteira pronta em {:.0} s", medida.decorrido().as_secs_f64()));
    say(noites::first(&mut casa).await?, linhas);

    let pequena = algum(&["noite_carteira", "memoria_motor", "memoria_teto"]);
    let mut decima = None;
    if pequena {
        let mut outra = Casa::start(DECIMO).await?;
        noites::first(&mut outra).await?;
        decima = Some(outra);
    }
    if algum(&["noite_100k", "noite_vazia", "noite_carteira", "noite_devidos"]) {
        noites::measure(&mut casa, decima.as_mut(), quer, linhas).await?;
    }
    if algum(&["api_na_noite", "api_vazao"]) {
        carga::measure(&mut casa, linhas).await?;
    }
    if quer("conferencia") {
        say(leituras::conferencia(&casa).await?, linhas);
    }
    if quer("explicacao") {
        say(leituras::explicacao(&casa).await?, linhas);
    }
    if quer("simulacao") {
        say(leituras::simulacao(&mut casa).await?, linhas);
    }
    if let (true, Some(decima)) = (algum(&["memoria_motor", "memoria_teto"]), decima.as_mut()) {
        memoria::measure(&mut casa, decima, linhas).await?;
    }
    drop(decima);
    Ok(())
}
