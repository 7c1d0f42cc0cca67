//! Rows `importacao_*`: files of títulos beside what PostgreSQL alone does with the same rows.
//!
//! The first load is held against COPY of the very rows that it left, into the same tables of an empty database, with their
//! indexes and foreign keys; the delta, half of it new and half changed, against the bare staged upsert: COPY into a
//! temporary table and one INSERT … ON CONFLICT … WHERE … IS DISTINCT FROM. The same delta again is held against the first.

use std::fmt::Write as _;
use std::time::Duration;

use cobranca::Resultado;
use cobranca::terminal::note;
use runtime::{Encerramento, Relogio, cronometro};
use serde_json::Value;
use testkit::{Banco, Sql};

use crate::apoio::{Medicao, timed};
use crate::linha::{Linha, Meta, say};

/// Lines of the first load, of a million debtors.
const CARGA: u32 = 3_000_000;
const DEVEDORES: u32 = 1_000_000;
/// Lines of the delta: half of them were there, with another value.
const DELTA: u32 = 100_000;
/// How often an import is looked at.
const OLHAR: Duration = Duration::from_millis(20);
/// Sending hundreds of megabytes takes a while.
const PRAZO: Duration = Duration::from_mins(10);
/// What a load writes, in the order in which foreign keys let it in.
const TABELAS: [&str; 6] = [
    "cadastro.empresa",
    "cadastro.credor",
    "cadastro.devedor",
    "cadastro.devedor_codigo",
    "cadastro.titulo",
    "regua.agenda",
];

/// The rows of this part.
pub(crate) const LINHAS: [&str; 3] = ["importacao_carga", "importacao_delta", "importacao_repetida"];

pub(crate) async fn measure(linhas: &mut Vec<Linha>) -> Resultado {
    let medicao = Medicao::start(Relogio::Sistema).await?;
    let limite = tokio::task::spawn_blocking(Banco::new).await?;
    let url = limite.url().to_owned();

    let carga = import(&medicao, file(1, CARGA, 10_000)).await?;
    medicao.sql(|sql| TABELAS.map(|tabela| copy(sql, tabela, "TO"))).await?;
    let tempo_limite = tokio::task::spawn_blocking(move || load_limit(&url)).await?;
    say(
        ratio(
            "importacao_carga",
            CARGA,
            carga,
            ("COPY das mesmas linhas nas mesmas tabelas", tempo_limite),
            0.7,
        ),
        linhas,
    );

    let de = CARGA - DELTA / 2 + 1;
    medicao.sql(Sql::settle).await?;
    let delta = import(&medicao, file(de, de + DELTA - 1, 20_000)).await?;
    let url = limite.url().to_owned();
    let empresa = medicao.empresa.clone();
    let tempo_limite = tokio::task::spawn_blocking(move || upsert_limit(&url, &empresa, de)).await?;
    say(
        ratio("importacao_delta", DELTA, delta, ("COPY e um só INSERT … ON CONFLICT", tempo_limite), 0.7),
        linhas,
    );

    medicao.sql(Sql::settle).await?;
    let repetida = import(&medicao, file(de, de + DELTA - 1, 20_000)).await?;
    say(
        ratio("importacao_repetida", DELTA, repetida, ("o mesmo arquivo, da primeira vez", delta), 3.0),
        linhas,
    );
    medicao.stop().await?;
    Ok(tokio::task::spawn_blocking(move || drop(limite)).await?)
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

/// Títulos from `de` to `ate`; each debtor comes back a million lines later.
fn file(de: u32, ate: u32, valor: u32) -> String {
    let mut csv = String::from(
        "codigo_integracao;numero;vencimento;valor;devedor_codigo;devedor_nome;credor_codigo;credor_nome\n",
    );
    for n in de..=ate {
        let (d, centavos) = (u64::from(n) * 2_654_435_761 % u64::from(DEVEDORES), valor + n % 5_000);
        let (dia, mes, credor) = (1 + n % 28, 1 + n % 12, n % 40);
        // Writing to a string cannot fail.
        writeln!(
            csv,
            "T{n};NF {n};2026-{mes:02}-{dia:02};{},{:02};D{d};Devedor {d};C{credor};Credor {credor}",
            centavos / 100,
            centavos % 100
        )
        .ok();
    }
    csv
}

/// Sends a file and answers how long it took until everything was stored.
async fn import(medicao: &Medicao, csv: String) -> Resultado<Duration> {
    let http = reqwest::Client::builder().timeout(PRAZO).build()?;
    let medida = cronometro();
    let pedido = http.post(format!("{}/v1/importacoes", medicao.base)).bearer_auth(&medicao.chave);
    let resposta = pedido.header("content-type", "text/csv").body(csv).send().await?;
    let mut lida: Value = resposta.error_for_status()?.json().await?;
    let id = lida.get("id").and_then(Value::as_str).ok_or("a importação veio sem id")?.to_owned();
    while matches!(lida.get("estado").and_then(Value::as_str), Some("pendente" | "processando")) {
        Encerramento::new().dormir(OLHAR).await;
        let pedido = http.get(format!("{}/v1/importacoes/{id}", medicao.base)).bearer_auth(&medicao.chave);
        lida = pedido.send().await?.error_for_status()?.json().await?;
    }
    let tempo = medida.decorrido();
    note(&format!("importação em {:.1} s: {lida}", tempo.as_secs_f64()));
    let inteira = lida.get("estado").and_then(Value::as_str) == Some("concluida")
        && lida.get("recusados").and_then(Value::as_i64) == Some(0);
    if inteira { Ok(tempo) } else { Err("a importação não foi inteira".into()) }
}

/// `TO` a file of the server, or `FROM` it.
fn copy(sql: &mut Sql, tabela: &str, sentido: &str) {
    sql.run(&format!(
        "DO $do$ BEGIN EXECUTE format('COPY {tabela} {sentido} %L (FORMAT binary)', \
           current_setting('data_directory') || '/importacao_{tabela}'); END $do$"
    ));
}

fn load_limit(url: &str) -> Duration {
    let mut sql = Sql::connect(url);
    sql.settle();
    copy(&mut sql, "cadastro.empresa", "FROM");
    let outras = TABELAS.into_iter().filter(|tabela| *tabela != "cadastro.empresa");
    timed(|| outras.for_each(|tabela| copy(&mut sql, tabela, "FROM")))
}

/// The same lines as rows that know their debtors already: half of them there, with another value.
fn upsert_limit(url: &str, empresa: &str, de: u32) -> Duration {
    let mut sql = Sql::connect(url);
    sql.run(&format!(
        "CREATE TABLE delta AS SELECT t.* FROM cadastro.titulo t WHERE t.empresa_id = '{empresa}' LIMIT 0;
         INSERT INTO delta SELECT * FROM cadastro.titulo WHERE codigo_integracao IN (SELECT 'T' || n FROM generate_series({de}, {CARGA}) n);
         UPDATE delta SET valor = valor + 10000, saldo = saldo + 10000;
         INSERT INTO delta SELECT d.* FROM delta d;
         UPDATE delta SET id = gen_random_uuid(), codigo_integracao = 'N' || codigo_integracao
          WHERE ctid IN (SELECT max(ctid) FROM delta GROUP BY id)"
    ));
    copy(&mut sql, "delta", "TO");
    sql.settle();
    sql.run("CREATE TEMP TABLE chegou (LIKE cadastro.titulo)");
    timed(|| {
        sql.run(
            "DO $do$ BEGIN EXECUTE format('COPY chegou FROM %L (FORMAT binary)', \
               current_setting('data_directory') || '/importacao_delta'); END $do$;
             INSERT INTO cadastro.titulo AS t SELECT * FROM chegou
             ON CONFLICT (empresa_id, codigo_integracao) DO UPDATE SET valor = excluded.valor, saldo = excluded.saldo,
                    vencimento = excluded.vencimento, numero = excluded.numero, atualizado_em = excluded.atualizado_em
              WHERE (t.valor, t.vencimento, t.numero) IS DISTINCT FROM (excluded.valor, excluded.vencimento, excluded.numero)",
        );
    })
}
