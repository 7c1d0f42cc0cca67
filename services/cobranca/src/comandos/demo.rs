//! `cobranca demo`: the main job on the sample portfolio, sixty nights in a minute.

use chrono::{Days, NaiveDate};
use runtime::Config;
use sheets::Mapa;

use super::replay;
use crate::Resultado;
use crate::replay::{Historia, Pagamentos};

const CARTEIRA: &[u8] = include_bytes!("../../../../deploy/demo/carteira.csv");
const REGUA: &[u8] = include_bytes!("../../../../deploy/demo/regua.json");
/// The day around which the sample portfolio was made.
const PRIMEIRA_NOITE: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 3, 2);
const NOITES: u64 = 60;

/// Walks the sample portfolio and prints what came of it.
///
/// # Errors
/// As [`replay::walk`].
pub async fn run(config: &Config) -> Resultado {
    let linhas = replay::read_lines(CARTEIRA, Mapa::default())?;
    let de = PRIMEIRA_NOITE.ok_or("data da demonstração")?;
    let ate = de.checked_add_days(Days::new(NOITES - 1)).ok_or("data da demonstração")?;
    let historia = Historia::new(&linhas, (de, ate), Pagamentos::DeManha);
    replay::walk(config, "demo", &historia, &serde_json::from_slice(REGUA)?).await
}
