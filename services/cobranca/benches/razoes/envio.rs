//! Rows `envio_1` and `envio_8`: an ERP pushes 100,000 new títulos through the API, with one client and with eight.
//!
//! `PUT /v1/titulos` in batches of 1,000, three títulos a debtor. The limit is PostgreSQL alone, on one connection: COPY of
//! every row that the push left behind (debtors, codes, addresses, títulos, marks) into identical tables.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cobranca::Resultado;
use domain::documento::Cpf;
use reqwest::header::CONTENT_TYPE;
use runtime::{Relogio, cronometro};
use serde_json::{Value, json};
use testkit::Sql;
use tokio::task::JoinSet;

use crate::apoio::{Medicao, VEZES, clone_tables, copy_in, copy_out, timed};
use crate::razao::{Razao, median, spending};

const TITULOS: u32 = 100_000;
/// Títulos a request: as many as the API takes.
const LOTE: u32 = 1_000;
const POR_DEVEDOR: u32 = 3;
/// A batch takes a fraction of a second; one that takes this long hangs.
const PRAZO: Duration = Duration::from_mins(1);

/// What a push writes, and which of its rows belong to the push `p…`.
const TABELAS: [(&str, &str); 5] = [
    ("cadastro.devedor", "starts_with(nome, '{} ')"),
    ("cadastro.devedor_codigo", "starts_with(codigo_integracao, '{}-')"),
    ("cadastro.meio_contato", "starts_with(valor, '{}-')"),
    ("cadastro.titulo", "starts_with(codigo_integracao, '{}-')"),
    (
        "regua.agenda",
        "EXISTS (SELECT FROM cadastro.devedor d WHERE d.id = t.devedor_id AND starts_with(d.nome, '{} '))",
    ),
];

pub(crate) async fn measure() -> Resultado<Vec<Razao>> {
    let medicao = Medicao::start(Relogio::Sistema).await?;
    medicao.sql(|sql| clone_tables(sql, &TABELAS.map(|(tabela, _)| tabela))).await?;
    let (mut com_um, mut com_oito) = (Vec::new(), Vec::new());
    for vez in 0..VEZES {
        com_um.push(measure_push(&medicao, "envio_1", 1, 2 * vez).await?);
        com_oito.push(measure_push(&medicao, "envio_8", 8, 2 * vez + 1).await?);
    }
    medicao.stop().await?;
    Ok([median(com_um), median(com_oito)].into_iter().flatten().collect())
}

async fn measure_push(
    medicao: &Medicao,
    linha: &'static str,
    clientes: u32,
    numero: u32,
) -> Resultado<Razao> {
    let lotes = (0..TITULOS / LOTE).map(|lote| batch(numero, lote)).collect::<Resultado<Vec<_>>>()?;
    medicao.sql(|sql| (sql.settle(), sql.start_counting())).await?;
    let medida = cronometro();
    push(medicao, clientes, lotes).await?;
    let tempo = medida.decorrido();
    let gastos = medicao.sql(Sql::spent).await?;
    let tempo_limite = medicao.sql(move |sql| limit(sql, numero)).await?;
    Ok(Razao {
        linha,
        trabalho: "100.000 títulos novos pela API, em lotes de 1.000",
        limite: "COPY das mesmas linhas de devedor, código, contato, título e agenda",
        unidades: TITULOS,
        tempo,
        tempo_limite,
        meta: None,
        onde: spending(&gastos, tempo),
    })
}

/// The clients take one batch after another until none is left.
async fn push(medicao: &Medicao, clientes: u32, lotes: Vec<String>) -> Resultado {
    let http = reqwest::Client::builder().timeout(PRAZO).build()?;
    let fila = Arc::new(Mutex::new(lotes));
    let mut tarefas = JoinSet::new();
    for _ in 0..clientes {
        let (http, fila) = (http.clone(), Arc::clone(&fila));
        let (url, chave) = (format!("{}/v1/titulos", medicao.base), medicao.chave.clone());
        tarefas.spawn(async move {
            while let Some(lote) = next(&fila) {
                let pedido =
                    http.put(&url).bearer_auth(&chave).header(CONTENT_TYPE, "application/json").body(lote);
                let resposta = pedido.send().await?.error_for_status()?.text().await?;
                if !resposta.contains(&format!("\"criados\":{LOTE},")) {
                    return Err(format!(
                        "nem todos foram criados: {}",
                        resposta.get(..200).unwrap_or_default()
                    )
                    .into());
                }
            }
            Resultado::Ok(())
        });
    }
    while let Some(fim) = tarefas.join_next().await {
        fim??;
    }
    Ok(())
}

fn next(fila: &Mutex<Vec<String>>) -> Option<String> {
    fila.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

/// The body of one request.
fn batch(numero: u32, lote: u32) -> Resultado<String> {
    let titulos =
        (lote * LOTE..(lote + 1) * LOTE).map(|n| titulo(numero, n)).collect::<Resultado<Vec<_>>>()?;
    Ok(Value::Array(titulos).to_string())
}

fn titulo(numero: u32, n: u32) -> Resultado<Value> {
    let d = n / POR_DEVEDOR;
    let cpf = Cpf::from_base(&format!("{:09}", (numero + 1) * TITULOS + d))?;
    Ok(json!({
        "codigo_integracao": format!("p{numero}-T{n}"),
        "numero": format!("NF {n}"),
        "emissao": "2026-02-01",
        "vencimento": format!("2026-03-{:02}", 1 + n % 28),
        "valor": format!("{}.{:02}", 100 + n % 900, n % 100),
        "devedor": {
            "codigo_integracao": format!("p{numero}-D{d}"),
            "nome": format!("p{numero} Devedor {d}"),
            "documento": cpf.as_str(),
            "categoria": "varejo",
            "emails": [format!("p{numero}-devedor.{d}@example.com")],
        },
    }))
}

fn limit(sql: &mut Sql, numero: u32) -> Duration {
    for (tabela, quais) in TABELAS {
        copy_out(sql, tabela, &quais.replace("{}", &format!("p{numero}")));
    }
    sql.settle();
    timed(|| TABELAS.iter().for_each(|(tabela, _)| copy_in(sql, tabela)))
}
