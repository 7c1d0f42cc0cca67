//! `cobranca gerar-carteira`: a sample portfolio, the same for the same seed.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use chrono::NaiveDate;

use crate::{Resultado, terminal};

/// Writes the portfolio to `saida`, or to standard output.
///
/// # Errors
/// The file cannot be written.
pub fn run(semente: u64, devedores: u32, base: NaiveDate, saida: Option<&Path>) -> Resultado {
    let Some(saida) = saida else {
        sheets::gerar_carteira(semente, devedores, base, std::io::stdout().lock())?;
        return Ok(());
    };
    let mut arquivo = BufWriter::new(File::create(saida)?);
    let titulos = sheets::gerar_carteira(semente, devedores, base, &mut arquivo)?;
    arquivo.flush()?;
    terminal::note(&format!("{titulos} títulos de {devedores} devedores em {}", saida.display()));
    Ok(())
}
