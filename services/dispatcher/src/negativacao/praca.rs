//! The bureau of the sandbox: it takes each remessa that is ready, answers it, and leaves both where a person can look.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use chrono::{DateTime, Utc};
use domain::ids::EmpresaId;
use providers::bureau::pefin::{MAX_RETORNO, Retorno, respond};
use sha2::{Digest as _, Sha256};
use store::StoreError;
use store::negativacoes;

use super::retorno;
use crate::Dispatcher;

/// Answers what nobody has answered yet. What cannot be written is told, and tried again.
pub(super) fn answer(
    d: &Dispatcher,
    empresa: EmpresaId,
    dir: &Path,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    for prontos in d.banco.da_empresa(empresa, negativacoes::unanswered)? {
        let bytes = match show(d, dir, &prontos.lugar, &prontos.nome) {
            Ok(bytes) => bytes,
            Err(erro) => {
                tracing::warn!(erro = %erro, "o bureau de demonstração não pôde responder");
                continue;
            }
        };
        let Ok(lido) = Retorno::read(&bytes) else {
            tracing::error!("o bureau de demonstração respondeu o que não se lê");
            continue;
        };
        let sha256 = format!("{:x}", Sha256::digest(&bytes));
        let tomado = d.banco.da_empresa(empresa, |t| retorno::take(t, (&lido, &sha256), agora))?;
        if tomado.is_err() {
            tracing::error!("o bureau de demonstração respondeu outra remessa");
        }
    }
    Ok(())
}

/// Leaves the remessa and its answer in the directory; answers the answer.
fn show(d: &Dispatcher, dir: &Path, lugar: &str, nome: &str) -> io::Result<Vec<u8>> {
    let mut remessa = Vec::new();
    d.ajustes
        .arquivos
        .open(lugar)?
        .take(u64::try_from(MAX_RETORNO).unwrap_or(u64::MAX))
        .read_to_end(&mut remessa)?;
    let retorno = respond(&remessa);
    fs::create_dir_all(dir)?;
    fs::write(dir.join(nome), &remessa)?;
    fs::write(dir.join(format!("retorno-{nome}")), &retorno)?;
    Ok(retorno)
}
