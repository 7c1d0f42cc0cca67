//! Rows `importacao_*`: files of títulos beside what PostgreSQL alone does with the same rows.
//!
//! The system is the process of `titulos` alone, over HTTP; a time is from the first byte sent until the import is seen to be
//! over. It is one company's work, while `COPY` and the bare upsert have one connection and one core: what the process
//! gains by using both is its own. The limits run in a second database, on the very rows that the system left, ids and all.
//!
//! - the first load: binary `COPY` from a file of the server into the same empty tables, with all their indexes, foreign keys
//!   and triggers — creditors, debtors, their codes and their dates too, since the file holds them as well;
//! - the delta, half of it new and half changed: binary `COPY` into a temporary table and one `INSERT … ON CONFLICT … WHERE …
//!   IS DISTINCT FROM`, whose rows know their debtors and creditors already;
//! - the same delta again: the first time;
//! - `PUT /v1/titulos`: a delta of the same kind as the file's;
//! - memory: the same process with a file of 10,000 lines.
//!
//! `cargo bench … -- importacao linhas=300000` loads so many.

use std::time::Duration;

use cobranca::Resultado;
use testkit::{Banco, Sql};

use crate::linha::{Linha, Meta, say};

mod arquivo;
mod casa;
mod limite;

use arquivo::Carteira;
use casa::Casa;

/// Lines of the first load, three of each debtor.
const CARGA: u32 = 3_000_000;
/// Lines of a delta: half of them were there, with another value.
const DELTA: u32 = 100_000;
/// Lines of the small file that memory is held against.
const POUCAS: u32 = 10_000;
/// Clients that push at a time.
const CLIENTES: [(&str, u32); 2] = [("importacao_put_1", 1), ("importacao_put_8", 8)];

/// The rows of this part.
pub(crate) const LINHAS: [&str; 6] = [
    "importacao_carga",
    "importacao_memoria",
    "importacao_delta",
    "importacao_repetida",
    "importacao_put_1",
    "importacao_put_8",
];

/// `carga`: lines of the first load, if not as many as the goals are about.
pub(crate) async fn measure(linhas: &mut Vec<Linha>, carga: Option<u32>) -> Resultado {
    let mut carteira = Carteira::new(carga.unwrap_or(CARGA));
    let casa = Casa::start().await?;
    let limite = tokio::task::spawn_blocking(Banco::new).await?;

    let tempo = casa.import(carteira.first()).await?;
    let memoria = casa.peak()?;
    let tempo_limite = limit(&casa, &limite, limite::load).await?;
    let limites = ("COPY das mesmas linhas nas mesmas tabelas", tempo_limite);
    say(ratio("importacao_carga", carteira.linhas, tempo, limites, 0.7), linhas);
    say(memory(memoria, carteira.linhas).await?, linhas);

    let (delta, de) = carteira.delta(DELTA);
    casa.sql(Sql::settle).await?;
    let primeira = casa.import(delta.clone()).await?;
    let tempo_limite =
        limit(&casa, &limite, move |de_la, aqui| limite::upsert(de_la, aqui, (de, DELTA))).await?;
    let limites = ("COPY e um só INSERT … ON CONFLICT das mesmas linhas", tempo_limite);
    say(ratio("importacao_delta", DELTA, primeira, limites, 0.7), linhas);

    casa.sql(Sql::settle).await?;
    let antes = casa.sql(casa::moment).await?;
    let repetida = casa.import(delta).await?;
    let tocadas = casa.sql(move |sql| casa::touched_since(sql, antes)).await?;
    if tocadas != 0 {
        return Err(format!("o mesmo arquivo tocou em {tocadas} linhas").into());
    }
    say(
        ratio("importacao_repetida", DELTA, repetida, ("o mesmo arquivo, da primeira vez", primeira), 3.0),
        linhas,
    );

    let do_arquivo = f64::from(DELTA) / primeira.as_secs_f64();
    for (nome, clientes) in CLIENTES {
        casa.sql(Sql::settle).await?;
        let tempo = casa.push(carteira.push(DELTA), clientes).await?.as_secs_f64();
        let linha = Linha::new(nome, format!("PUT de 1.000 títulos, {clientes} clientes por vez"), tempo);
        let por_s = f64::from(DELTA) / tempo;
        let linha = Linha {
            limite: "um arquivo com as mesmas mudanças".to_owned(),
            por_s: Some(por_s),
            limite_por_s: Some(do_arquivo),
            razao: Some(por_s / do_arquivo),
            ..linha
        };
        say(linha, linhas);
    }
    casa.stop().await?;
    Ok(tokio::task::spawn_blocking(move || drop(limite)).await?)
}

/// What PostgreSQL alone takes for it: `work` on the system's database and on that of the limit.
async fn limit(
    casa: &Casa,
    limite: &Banco,
    work: impl FnOnce(&mut Sql, &mut Sql) -> Duration + Send + 'static,
) -> Resultado<Duration> {
    let url = limite.url().to_owned();
    casa.sql(move |sql| work(sql, &mut Sql::connect(&url))).await
}

/// Times of the system and of its limit as a row.
fn ratio(
    nome: &'static str,
    unidades: u32,
    tempo: Duration,
    (limite, tempo_limite): (&'static str, Duration),
    meta: f64,
) -> Linha {
    let (segundos, do_limite) = (tempo.as_secs_f64(), tempo_limite.as_secs_f64());
    let linha = Linha::new(nome, format!("arquivo CSV de {unidades} linhas"), segundos);
    let linha = linha.over(limite, do_limite / segundos, Meta::AoMenos(meta));
    Linha {
        por_s: Some(f64::from(unidades) / segundos),
        limite_por_s: Some(f64::from(unidades) / do_limite),
        ..linha
    }
}

/// The most that a process ever held, beside one that had a small file only.
async fn memory(grande: u32, linhas: u32) -> Resultado<Linha> {
    let casa = Casa::start().await?;
    casa.import(Carteira::new(linhas).some(POUCAS)).await?;
    let (grande, pequena) = (f64::from(grande), f64::from(casa.peak()?));
    casa.stop().await?;
    let linha = Linha::new("importacao_memoria", format!("titulos: arquivo CSV de {linhas} linhas"), 0.0);
    let linha = linha.over(format!("arquivo CSV de {POUCAS} linhas"), grande / pequena, Meta::NoMaximo(1.05));
    Ok(linha
        .with(format!("MB com {linhas} linhas"), grande / 1024.0)
        .with(format!("MB com {POUCAS} linhas"), pequena / 1024.0))
}
