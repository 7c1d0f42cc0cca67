//! `cobranca documentos`: what of `proto-docs/` is generated from the code; a test keeps it true.

use std::path::Path;

use crate::{Resultado, terminal};

/// Writes each service's OpenAPI document under `dir/openapi` and the pages of codes as `dir/errors.md` and
/// `dir/reasons.md`.
///
/// # Errors
/// The files cannot be written.
pub fn run(dir: &Path) -> Resultado {
    std::fs::create_dir_all(dir.join("openapi"))?;
    for (nome, texto) in crate::sistema::documents()? {
        let arquivo = dir.join(nome);
        std::fs::write(&arquivo, texto)?;
        terminal::line(&arquivo.display().to_string());
    }
    Ok(())
}
