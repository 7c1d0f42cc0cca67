//! Rows `primeira_noite`, `noite_100k`, `noite_vazia`, `noite_carteira`, `noite_devidos`: what a night costs.
//!
//! A night's time is from asking for it until it was seen to be over. While it is short it is asked about every
//! millisecond, so it is told too long by that and one answer at most; nothing is taken off.

use std::time::Duration;

use cobranca::Resultado;
use testkit::Sql;

use super::casa::{Casa, Noite};
use super::limite;
use crate::apoio::VEZES;
use crate::linha::{Linha, Meta, say};
use crate::razao::{Razao, median, spending};

/// A tenth of the debtors, which is 100,000 of a million.
const DECIMO: u32 = 10;

/// The first night of all: everybody is looked at and enters.
pub(super) async fn first(casa: &mut Casa) -> Resultado<Linha> {
    let noite = casa.night_of(casa.data, casa.devedores).await?;
    let linha = told("primeira_noite", "1.000.000 de devedores entram na régua", casa.devedores, &noite);
    casa.sql(Sql::settle).await?;
    Ok(linha)
}

/// The nights after it. Each is planned, then the machine rests, then it runs.
pub(super) async fn measure(
    casa: &mut Casa,
    decima: Option<&mut Casa>,
    quer: &impl Fn(&str) -> bool,
    linhas: &mut Vec<Linha>,
) -> Resultado {
    let cem_mil = against_sql(casa).await?;
    let por_devido = cem_mil.tempo.as_secs_f64() / f64::from(casa.devedores / DECIMO);
    say(cem_mil.into_linha(), linhas);
    let vazia = some(casa, None).await?.tempo;
    if let (true, Some(decima)) = (quer("noite_carteira"), decima) {
        say(by_portfolio(casa, decima).await?, linhas);
    }
    if quer("noite_vazia") || quer("noite_devidos") {
        let data = casa.plan(1, 0).await?;
        let todos = casa.night_of(data, casa.devedores).await?;
        let segundos = todos.tempo.as_secs_f64();
        let razao = vazia.as_secs_f64() / segundos;
        let linha = Linha::new("noite_vazia", "uma noite sem ninguém devido", vazia.as_secs_f64());
        say(linha.over("a noite em que todos estão devidos", razao, Meta::NoMaximo(0.001)), linhas);
        let razao = segundos / f64::from(casa.devedores) / por_devido;
        let linha = told("noite_devidos", "1.000.000 de devidos: tempo por devido", casa.devedores, &todos);
        say(linha.over("o mesmo com 100.000 devidos", razao, Meta::NoMaximo(1.2)), linhas);
        casa.sql(Sql::settle).await?;
    }
    Ok(())
}

/// 100,000 due: the engine and bare SQL in turn, on the same debtors.
async fn against_sql(casa: &mut Casa) -> Resultado<Razao> {
    casa.sql(limite::prepare).await?;
    let mut razoes = Vec::new();
    for vez in 0..VEZES {
        let data = casa.plan(DECIMO, vez).await?;
        let noite = casa.night_of(data, casa.devedores / DECIMO).await?;
        let empresa = casa.empresa.clone();
        let (tempo_limite, escritas) = casa
            .sql(move |sql| {
                limite::plan(sql, (DECIMO, vez), data);
                limite::night(sql, &empresa, data)
            })
            .await?;
        if escritas != i64::from(noite.acoes) {
            return Err(format!("o limite escreveu {escritas} execuções, a noite {}", noite.acoes).into());
        }
        let mut onde = noite.fases;
        onde.extend(spending(&noite.gastos, noite.tempo));
        razoes.push(Razao {
            linha: "noite_100k",
            trabalho: "100.000 devidos de 1.000.000, cada um com uma ação",
            limite: "a mesma noite em SQL puro: uma instrução por lote de 5.000, por chave",
            unidades: noite.acoes,
            tempo: noite.tempo,
            tempo_limite,
            meta: Some(Meta::AoMenos(0.5)),
            onde,
        });
    }
    median(razoes).ok_or_else(|| "nenhuma noite medida".into())
}

/// 10,000 due in each portfolio; what bare SQL loses by the larger one stands beside it.
async fn by_portfolio(casa: &mut Casa, decima: &mut Casa) -> Resultado<Linha> {
    let (grande, pequena) = (some(casa, Some(100)).await?, some(decima, Some(10)).await?.tempo);
    let em_sql = bare(casa, 100).await?.as_secs_f64() / bare(decima, 10).await?.as_secs_f64();
    let linha = told("noite_carteira", "10.000 devidos de 1.000.000", grande.acoes, &grande);
    let razao = grande.tempo.as_secs_f64() / pequena.as_secs_f64();
    let linha = linha.over("10.000 devidos de 100.000", razao, Meta::NoMaximo(1.6));
    Ok(linha.with("s com 100.000 devedores", pequena.as_secs_f64()).with("a mesma razão em SQL puro", em_sql))
}

/// The median of bare SQL's nights with one debtor in `divisor` due.
async fn bare(casa: &mut Casa, divisor: u32) -> Resultado<Duration> {
    casa.sql(limite::prepare).await?;
    let mut tempos = Vec::new();
    for vez in 0..VEZES {
        let (data, empresa) = (casa.tomorrow(), casa.empresa.clone());
        let noite = move |sql: &mut Sql| {
            limite::plan(sql, (divisor, vez), data);
            limite::night(sql, &empresa, data).0
        };
        tempos.push(casa.sql(noite).await?);
    }
    tempos.sort();
    tempos.into_iter().nth(1).ok_or_else(|| "nenhuma noite medida".into())
}

/// The median of nights with one debtor in `divisor` due, or nobody.
async fn some(casa: &mut Casa, divisor: Option<u32>) -> Resultado<Noite> {
    let mut noites = Vec::new();
    for vez in 0..VEZES {
        let (data, devidos) = match divisor {
            Some(divisor) => (casa.plan(divisor, vez).await?, casa.devedores / divisor),
            None => (casa.tomorrow(), 0),
        };
        noites.push(casa.night_of(data, devidos).await?);
    }
    noites.sort_by_key(|noite| noite.tempo);
    noites.into_iter().nth(1).ok_or_else(|| "nenhuma noite medida".into())
}

/// A row without limit, with where its time went.
fn told(nome: &'static str, trabalho: &str, unidades: u32, noite: &Noite) -> Linha {
    let segundos = noite.tempo.as_secs_f64();
    let mut numeros = noite.fases.clone();
    numeros.extend(spending(&noite.gastos, noite.tempo));
    Linha { por_s: Some(f64::from(unidades) / segundos), numeros, ..Linha::new(nome, trabalho, segundos) }
}
