//! Rows `lotes_lista_csv`, `lotes_lista_xlsx`, `lotes_planilha`, `lotes_planilha_memoria`: sheets that go out and come in, by the whole
//! system as one process.

use std::fmt::Write as _;
use std::time::Duration;

use cobranca::Resultado;
use reqwest::Method;
use runtime::cronometro;
use serde_json::{Value, json};
use testkit::Sql;

use super::confirmacao::half_a_million;
use crate::apoio::{clone_tables, timed};
use crate::linha::{Linha, Meta, say};
use crate::milhao::MILHAO;
use crate::milhao::casa::Casa;

/// A sheet comes in by one request, which may take this long.
const PRAZO: Duration = Duration::from_mins(10);
/// Lines of the small sheet that memory is held against.
const POUCAS: u32 = 10_000;

/// The list of half a million, begun anew for each format.
pub(super) async fn list(casa: &mut Casa, linhas: &mut Vec<Linha>) -> Resultado {
    for (nome, formato) in [("lotes_lista_csv", "csv"), ("lotes_lista_xlsx", "xlsx")] {
        casa.serve().await?;
        let id = begin(casa).await?;
        let selecao = json!({"filtro": half_a_million()});
        let acao =
            casa.api.call(Method::PUT, &format!("/v1/acoes-em-lote/{id}/selecao"), Some(&selecao)).await?;
        let aptos = acao
            .pointer("/selecao/com_contato")
            .and_then(Value::as_f64)
            .ok_or("a seleção não foi contada")?;
        let (antes, _) = casa.memory()?;
        let medida = cronometro();
        let caminho = format!("/v1/acoes-em-lote/{id}/lista?formato={formato}");
        casa.api.download(&caminho, tempfile::tempfile()?).await?;
        let segundos = medida.decorrido().as_secs_f64();
        let (_, maximo) = casa.memory()?;
        let empresa = casa.empresa.clone();
        let em_sql = casa.sql(move |sql| copied(sql, &empresa)).await?.as_secs_f64();
        let linha = Linha::new(nome, format!("a lista de quem recebe, {formato}: {aptos} linhas"), segundos);
        let linha = Linha {
            limite: "COPY de um só SELECT das mesmas colunas para um arquivo".to_owned(),
            por_s: Some(aptos / segundos),
            limite_por_s: Some(aptos / em_sql),
            razao: Some(em_sql / segundos),
            ..linha
        };
        say(linha.with("MB antes", mb(antes)).with("MB no máximo", mb(maximo)), linhas);
    }
    Ok(())
}

/// A million different debtors named by their codes, in one request and one transaction.
pub(super) async fn sheet(casa: &mut Casa, linhas: &mut Vec<Linha>) -> Resultado {
    let (_, pequena) = send(casa, POUCAS).await?;
    casa.sql(Sql::settle).await?;
    let (tempo, grande) = send(casa, MILHAO).await?;
    let empresa = casa.empresa.clone();
    let em_sql = casa.sql(move |sql| noted(sql, &empresa)).await?;
    let (segundos, em_sql) = (tempo.as_secs_f64(), em_sql.as_secs_f64());
    let linha =
        Linha::new("lotes_planilha", format!("planilha CSV de {MILHAO} devedores, por código"), segundos);
    say(
        Linha {
            limite: "COPY dos códigos, sua junção e a contagem em SQL".to_owned(),
            por_s: Some(f64::from(MILHAO) / segundos),
            limite_por_s: Some(f64::from(MILHAO) / em_sql),
            razao: Some(em_sql / segundos),
            ..linha
        },
        linhas,
    );
    let linha = Linha::new("lotes_planilha_memoria", format!("planilha CSV de {MILHAO} devedores"), 0.0);
    let linha = linha.over(
        format!("planilha de {POUCAS}"),
        f64::from(grande) / f64::from(pequena),
        Meta::NoMaximo(1.05),
    );
    say(
        linha.with(format!("MB com {MILHAO}"), mb(grande)).with(format!("MB com {POUCAS}"), mb(pequena)),
        linhas,
    );
    Ok(())
}

/// Begins a batch.
async fn begin(casa: &Casa) -> Resultado<String> {
    let criada = casa.api.call(Method::POST, "/v1/acoes-em-lote", Some(&json!({"tipo": "email"}))).await?;
    Ok(criada.pointer("/acao/id").and_then(Value::as_str).ok_or("a ação veio sem id")?.to_owned())
}

/// A process begun anew takes a sheet of so many lines; how long it took, and the most memory it had.
async fn send(casa: &mut Casa, linhas: u32) -> Resultado<(Duration, u32)> {
    casa.serve().await?;
    let id = begin(casa).await?;
    let mut corpo = "codigo_integracao\n".to_owned();
    for n in 1..=linhas {
        writeln!(corpo, "D{n}")?;
    }
    let endereco = format!("{}/v1/acoes-em-lote/{id}/planilha", casa.base);
    let http = reqwest::Client::builder().timeout(PRAZO).build()?;
    let pedido = http.put(endereco).bearer_auth(&casa.chave);
    let medida = cronometro();
    let resposta = pedido.header("content-type", "text/csv").body(corpo).send().await?;
    let (status, texto) = (resposta.status(), resposta.text().await?);
    let tempo = medida.decorrido();
    let acao: Value = serde_json::from_str(&texto)?;
    let atendem = acao.pointer("/selecao/atendem").and_then(Value::as_u64);
    if atendem != Some(linhas.into()) {
        return Err(format!("{status}: a planilha de {linhas} linhas deu {texto}").into());
    }
    let (_, maximo) = casa.memory()?;
    Ok((tempo, maximo))
}

fn mb(kb: u32) -> f64 {
    f64::from(kb) / 1024.0
}

/// What a list says of each, by one statement for all of them.
fn copied(sql: &mut Sql, empresa: &str) -> Duration {
    let lista = format!(
        "SELECT (SELECT min(c.codigo_integracao) FROM cadastro.devedor_codigo c WHERE c.empresa_id = d.empresa_id AND c.devedor_id = d.id), \
                d.documento, d.nome, m.valor, s.saldo, s.abertos FROM cadastro.devedor d \
           JOIN LATERAL (SELECT m.valor FROM cadastro.meio_contato m WHERE m.empresa_id = d.empresa_id AND m.devedor_id = d.id \
                            AND m.tipo = $$email$$ AND m.invalido_desde IS NULL ORDER BY m.preferido DESC, m.ordem, m.valor LIMIT 1) m ON true \
           JOIN cadastro.devedor_saldo s ON s.empresa_id = d.empresa_id AND s.devedor_id = d.id \
          WHERE d.empresa_id = $${empresa}$$ AND d.tipo_pessoa = $$fisica$$ AND NOT EXISTS (SELECT FROM cadastro.opt_out o \
                 WHERE o.empresa_id = d.empresa_id AND o.devedor_id = d.id AND o.canal = $$email$$) ORDER BY d.id"
    );
    timed(|| to_file(sql, &format!("({lista}) TO"), "lista"))
}

/// The codes are read, joined with their debtors, noted, and counted.
fn noted(sql: &mut Sql, empresa: &str) -> Duration {
    clone_tables(sql, &["lote.planilha_devedor"]);
    sql.run(&format!(
        "CREATE TEMP TABLE dito AS SELECT 'D' || n AS codigo, n AS linha FROM generate_series(1, {MILHAO}) n"
    ));
    to_file(sql, "dito TO", "planilha");
    sql.run("TRUNCATE dito");
    sql.settle();
    timed(|| {
        to_file(sql, "dito FROM", "planilha");
        sql.run(&format!(
            "INSERT INTO limite.planilha_devedor SELECT '{empresa}', '{empresa}', c.devedor_id, x.linha FROM dito x \
               JOIN cadastro.devedor_codigo c ON c.empresa_id = '{empresa}' AND c.codigo_integracao = x.codigo; \
             SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM cadastro.meio_contato m WHERE m.empresa_id = '{empresa}' \
                       AND m.devedor_id = p.devedor_id AND m.tipo = 'email' AND m.invalido_desde IS NULL)) \
               FROM limite.planilha_devedor p"
        ));
    })
}

/// `COPY` to a file of the server, gone with its data, or from it.
fn to_file(sql: &mut Sql, o_que: &str, arquivo: &str) {
    sql.run(&format!(
        "DO $do$ BEGIN EXECUTE format($sql$COPY {o_que} %L$sql$, current_setting('data_directory') || '/lotes_{arquivo}'); END $do$"
    ));
}
