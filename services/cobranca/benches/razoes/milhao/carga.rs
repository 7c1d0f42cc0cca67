//! Rows `api_na_noite` and `api_vazao`: what a reader of the API notices of a night.
//!
//! Eight clients read títulos by id. First as fast as they are answered, which is the rate that the machine bears; then
//! at half of it, idle, while a night goes on in which everybody is due, and while bare SQL does such a night: what is lost
//! there too is the machine's, on which clients, system and database share the cores.

use std::time::Duration;

use cobranca::Resultado;
use testkit::Sql;

use super::casa::Casa;
use super::limite;
use crate::leitores::{Alvo, read, while_it_runs};
use crate::linha::{Linha, Meta, say};

/// How long a measurement without a night takes.
const MEDIDA: Duration = Duration::from_secs(8);

pub(super) async fn measure(casa: &mut Casa, linhas: &mut Vec<Linha>) -> Resultado {
    let data = casa.plan(1, 0).await?;
    let alvo =
        Alvo { base: casa.base.clone(), chave: casa.chave.clone(), titulos: 3 * u64::from(casa.devedores) };
    read(&alvo, None, MEDIDA / 4).await?; // warms what the night's preparation left cold
    let maximo = read(&alvo, None, MEDIDA).await?.rate();
    let calma = read(&alvo, Some(maximo / 2.0), MEDIDA).await?;

    let (noite, durante) =
        while_it_runs(&alvo, Some(maximo / 2.0), casa.night_of(data, casa.devedores)).await?;

    casa.sql(move |sql| {
        limite::prepare(sql);
        limite::plan(sql, (1, 0), data);
    })
    .await?;
    let empresa = casa.empresa.clone();
    let em_sql = casa.sql(move |sql| limite::night(sql, &empresa, data));
    let (_, na_de_sql) = while_it_runs(&alvo, Some(maximo / 2.0), em_sql).await?;

    let linha = Linha::new(
        "api_na_noite",
        "p99 de GET /v1/titulos/{id} enquanto 1.000.000 são olhados",
        durante.p99(),
    );
    let linha = linha.over("p99 sem noite, no mesmo ritmo", durante.p99() / calma.p99(), Meta::NoMaximo(2.5));
    say(
        Linha { por_s: Some(durante.rate()), limite_por_s: Some(calma.rate()), ..linha }
            .with("ms p99 sem noite", calma.p99() * 1e3)
            .with("ms p99 na noite", durante.p99() * 1e3)
            .with("ms p99 na noite em SQL puro", na_de_sql.p99() * 1e3)
            .with("ms mediana sem noite", calma.median() * 1e3)
            .with("ms mediana na noite", durante.median() * 1e3)
            .with("pedidos por s no máximo", maximo),
        linhas,
    );
    let linha = Linha::new("api_vazao", "ritmo servido na noite", noite.tempo.as_secs_f64());
    say(
        linha.over("ritmo pedido: metade do máximo", durante.rate() / (maximo / 2.0), Meta::AoMenos(0.98)),
        linhas,
    );
    casa.sql(Sql::settle).await
}
