//! Rows `conferencia`, `explicacao`, `simulacao`: what is asked of the whole portfolio, and of anybody in it.

use std::time::Duration;

use chrono::Days;
use cobranca::Resultado;
use domain::ids::EmpresaId;
use regua_engine::conferir;
use reqwest::Method;
use runtime::{Encerramento, cronometro};
use serde_json::{Value, json};
use store::{Banco, Papel};

use super::carteira;
use super::casa::Casa;
use crate::linha::{Linha, Meta};

/// How many explanations are asked for, one after the other.
const EXPLICACOES: u32 = 400;
/// What an explanation may take (rule q04's answer is read by a person who waits).
const EXPLICACAO_S: f64 = 0.05;
/// Days simulated.
const DIAS: u32 = 60;
/// How often a simulation is asked about.
const OLHAR: Duration = Duration::from_millis(100);

/// Everybody is decided again on the date of the last night, and compared with what the nights left.
pub(super) async fn conferencia(casa: &Casa) -> Resultado<Linha> {
    let (url, empresa): (String, EmpresaId) = (casa.url().to_owned(), EmpresaId::new(casa.empresa.parse()?));
    let medida = cronometro();
    let conferencia = tokio::task::spawn_blocking(move || {
        let banco = Banco::connect(&url, Papel::ReguaEngine, 2)?;
        conferir(&banco, empresa)
    })
    .await??;
    let segundos = medida.decorrido().as_secs_f64();
    let (devedores, diferentes) = (float(conferencia.devedores), float(conferencia.diferencas));
    let linha = Linha::new("conferencia", "a carteira inteira decidida de novo e comparada", segundos);
    let linha = linha.over("devedores em que difere", diferentes / devedores, Meta::NoMaximo(0.0));
    Ok(Linha { por_s: Some(devedores / segundos), ..linha }.with("diferenças", diferentes))
}

/// Debtors here and there, one after the other. Today is some nights after the last one, which the answer foresees.
pub(super) async fn explicacao(casa: &Casa) -> Resultado<Linha> {
    let mut tempos = Vec::new();
    for n in 0..EXPLICACOES {
        let id = 1 + (n * 2_477) % casa.devedores;
        let caminho = format!("/v1/devedores/01900000-0000-7000-8000-{id:012x}/explicacao");
        let medida = cronometro();
        casa.api.call(Method::GET, &caminho, None).await?;
        tempos.push(medida.decorrido().as_secs_f64());
    }
    tempos.sort_by(f64::total_cmp);
    let no = |parte: usize| tempos.get(tempos.len() * parte / 100).copied().unwrap_or_default();
    let linha = Linha::new("explicacao", "GET /v1/devedores/{id}/explicacao, p95", no(95));
    Ok(linha
        .over("50 ms", no(95) / EXPLICACAO_S, Meta::NoMaximo(1.0))
        .with("ms mediana", no(50) * 1e3)
        .with("ms p99", no(99) * 1e3))
}

/// Sixty nights ahead for everybody, a sixtieth of the debtors due on each; against a night with as many due.
pub(super) async fn simulacao(casa: &mut Casa) -> Resultado<Linha> {
    let data = casa.plan(DIAS, 0).await?;
    let noite = casa.night(data).await?;
    let de = data + Days::new(1);
    casa.sql(move |sql| {
        carteira::spread(sql, de, DIAS);
        sql.settle();
    })
    .await?;

    let pedido = json!({"de": de, "ate": de + Days::new(u64::from(DIAS) - 1)});
    let medida = cronometro();
    let mut simulacao = casa.api.call(Method::POST, "/v1/simulacoes", Some(&pedido)).await?;
    let id = simulacao.get("id").and_then(Value::as_str).ok_or("a simulação veio sem id")?.to_owned();
    while matches!(estado(&simulacao), "pendente" | "andando") {
        Encerramento::new().dormir(OLHAR).await;
        simulacao = casa.api.call(Method::GET, &format!("/v1/simulacoes/{id}"), None).await?;
    }
    let segundos = medida.decorrido().as_secs_f64();
    if estado(&simulacao) != "concluida" {
        return Err(format!("a simulação terminou {}", estado(&simulacao)).into());
    }
    let por_dia = segundos / f64::from(DIAS);
    let linha =
        Linha::new("simulacao", "60 noites de 1.000.000 de devedores: tempo por noite simulada", segundos);
    Ok(linha
        .over("uma noite com as mesmas ações", por_dia / noite.tempo.as_secs_f64(), Meta::NoMaximo(1.0))
        .with("ações simuladas", actions(&simulacao))
        .with("s por noite simulada", por_dia)
        .with("s da noite", noite.tempo.as_secs_f64())
        .with("ações da noite", f64::from(noite.acoes)))
}

fn estado(simulacao: &Value) -> &str {
    simulacao.get("estado").and_then(Value::as_str).unwrap_or_default()
}

/// Every action of the period.
fn actions(simulacao: &Value) -> f64 {
    let canais = simulacao.pointer("/resultado/simulado/acoes").and_then(Value::as_array);
    canais.into_iter().flatten().filter_map(|canal| canal.get("acoes")?.as_f64()).sum()
}

fn float(numero: u64) -> f64 {
    u32::try_from(numero).map_or(f64::INFINITY, f64::from)
}
