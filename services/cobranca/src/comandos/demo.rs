//! `cobranca demo`: the main job on the sample portfolio, sixty nights in a minute.

use chrono::{Days, NaiveDate};
use reqwest::Method;
use runtime::Config;
use serde_json::json;
use sheets::Mapa;

use super::replay;
use crate::Resultado;
use crate::cliente::Cliente;
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
    replay::walk(config, "demo", &historia, &serde_json::from_slice(REGUA)?, prepare).await
}

/// The creditors of the sample portfolio, who may have entries made at a bureau.
const CREDORES: [(&str, &str, &str); 3] = [
    ("CR-1", "Colégio Serraclara", "11222333000181"),
    ("CR-2", "Clínica Pedraclara", "22333444000181"),
    ("CR-3", "Condomínio Vale do Ventobom", "33444555000181"),
];

/// What a company does before its first night: the portfolio has no addresses, so they are to come from queries, and letters and
/// entries at the bureau need them; each creditor has an account there.
async fn prepare(api: &Cliente) -> Resultado {
    let enriquecimento = json!({
        "limite_mensal": "500.00", "enderecos": true, "finalidade": "ciclo_de_credito", "base_legal": "protecao_do_credito",
    });
    api.call(Method::PUT, "/v1/enriquecimento", Some(&enriquecimento)).await?;
    for (codigo, nome, documento) in CREDORES {
        let credor = json!({ "codigo_integracao": codigo, "nome": nome, "documento": documento });
        let credor = api.call(Method::POST, "/v1/credores", Some(&credor)).await?;
        let conta = json!({
            "credor_id": credor.get("id"), "logon": "12345678", "natureza": "DP", "contato": "Central de cobranca",
        });
        api.call(Method::POST, "/v1/credenciais-de-bureau", Some(&conta)).await?;
    }
    Ok(())
}
