//! Row `noite`: a night on which every debtor has a position due.
//!
//! 100,000 debtors with three overdue títulos each were entered by an earlier night. Each night measured finds a position
//! due for all of them: it reads 300,000 títulos, writes 100,000 executions, moves 100,000 enrolments on and sets their
//! next dates. The limit is PostgreSQL alone: COPY of those executions into an identical table, indexes and all, and one
//! UPDATE of as many enrolments.

use chrono::{DateTime, NaiveDate, Utc};
use cobranca::Resultado;
use cobranca::cliente::Cliente;
use reqwest::Method;
use runtime::{Relogio, cronometro};
use serde_json::{Value, json};
use testkit::Sql;

use crate::apoio::{Medicao, VEZES, clone_tables, copy_in, copy_out, phases, phases_between, timed};
use crate::razao::{Razao, median, spending};

const DEVEDORES: u32 = 100_000;
/// A Monday; the nights measured are those of the three days after it.
const ENTRADA: &str = "2026-03-02";
/// The only day on which e-mails leave, after the last night: the dispatcher has nothing to do meanwhile.
const DIA_DE_ENVIO: &str = "sab";
/// 02:30 in the company's zone.
const HORA: &str = "05:30:00Z";

pub(crate) async fn measure() -> Resultado<Razao> {
    let entrada: NaiveDate = ENTRADA.parse()?;
    let medicao = Medicao::start(Relogio::sandbox(instant(entrada)?)).await?;
    let api = Cliente::new(&medicao.base, &medicao.chave)?;
    let janela = json!({"canal": "email", "inicio": "09:00", "fim": "12:00", "dias": [DIA_DE_ENVIO]});
    api.call(Method::PATCH, "/v1/empresa", Some(&json!({"hora_noite": "23:59", "janelas": [janela]})))
        .await?;
    api.create_regua(&regua()).await?;
    let empresa = medicao.empresa.clone();
    medicao.sql(move |sql| (load(sql, &empresa, DEVEDORES), sql.settle())).await?;
    api.run_night(entrada).await?;
    medicao.sql(prepare_limit).await?;

    let mut razoes = Vec::new();
    for noite in entrada.iter_days().skip(1).zip(0..VEZES).map(|(noite, _)| noite) {
        razoes.push(measure_night(&medicao, &api, noite).await?);
    }
    medicao.stop().await?;
    median(razoes).ok_or_else(|| "nenhuma noite medida".into())
}

/// One night, then the same rows by PostgreSQL alone.
async fn measure_night(medicao: &Medicao, api: &Cliente, data: NaiveDate) -> Resultado<Razao> {
    medicao.relogio.avancar_para(instant(data)?)?;
    medicao.sql(|sql| (sql.settle(), sql.start_counting())).await?;
    let fases_antes = phases(&medicao.base).await?;
    let medida = cronometro();
    api.run_night(data).await?;
    let tempo = medida.decorrido();
    let fases = phases(&medicao.base).await?;
    let (gastos, acoes) = medicao.sql(move |sql| (sql.spent(), actions(sql, data))).await?;
    if acoes != i64::from(DEVEDORES) {
        return Err(format!("a noite de {data} fez {acoes} ações").into());
    }
    let tempo_limite = medicao.sql(move |sql| limit(sql, data)).await?;
    let mut onde = phases_between(fases_antes, fases);
    onde.extend(spending(&gastos, tempo));
    Ok(Razao {
        linha: "noite",
        trabalho: "100.000 ações sobre 300.000 títulos, todos já inscritos",
        limite: "COPY das mesmas execuções e um UPDATE das mesmas inscrições",
        unidades: DEVEDORES,
        tempo,
        tempo_limite,
        meta: None,
        onde,
    })
}

fn actions(sql: &mut Sql, data: NaiveDate) -> i64 {
    sql.number(&format!("SELECT count(*) FROM disparo.execucao WHERE data = '{data}'"))
}

fn limit(sql: &mut Sql, data: NaiveDate) -> std::time::Duration {
    copy_out(sql, "disparo.execucao", &format!("data = '{data}'"));
    sql.settle();
    timed(|| {
        copy_in(sql, "disparo.execucao");
        sql.run("UPDATE limite.inscricao SET ciclo = ciclo, proxima_id = gen_random_uuid(), ancora = ancora");
    })
}

/// The limit's enrolments are those of the entry night; its executions grow night by night as the system's do.
fn prepare_limit(sql: &mut Sql) {
    clone_tables(sql, &["disparo.execucao", "regua.inscricao"]);
    copy_out(sql, "regua.inscricao", "true");
    copy_in(sql, "regua.inscricao");
}

fn instant(data: NaiveDate) -> Resultado<DateTime<Utc>> {
    Ok(format!("{data}T{HORA}").parse()?)
}

/// A position for each night measured, and one far away, so that nobody has come to the end.
fn regua() -> Value {
    let texto = json!({"tipo": "email", "assunto": "#EMPRESA#", "corpo": "Olá, #NOME#.\n\n#LISTA_TITULOS#"});
    let posicao = |dias: u32| json!({"dias": dias, "acoes": [texto]});
    let posicoes: Vec<Value> = (1..=VEZES).chain([90]).map(posicao).collect();
    json!({"nome": "Régua", "posicoes": posicoes})
}

/// The portfolio as an ERP's pushes leave it: a título of each debtor a month, ids in order of arrival, everybody
/// marked for the next night.
pub(crate) fn load(sql: &mut Sql, empresa: &str, devedores: u32) {
    let id = |numero: &str| format!("('01900000-0000-7000-8000-' || lpad(to_hex({numero}), 12, '0'))::uuid");
    let devedor = id("n");
    let titulo = id(&format!("mes * {devedores} + n"));
    let todos = format!("generate_series(1, {devedores}) n");
    sql.run(&format!(
        "INSERT INTO cadastro.devedor (empresa_id, id, nome, tipo_pessoa, criado_em, atualizado_em)
         SELECT '{empresa}', {devedor}, 'Devedor ' || n, 'isenta', now(), now() FROM {todos};
         INSERT INTO cadastro.devedor_codigo SELECT '{empresa}', 'D' || n, {devedor} FROM {todos};
         INSERT INTO cadastro.meio_contato
         SELECT '{empresa}', {devedor}, 'email', 'devedor.' || n || '@example.com', 0 FROM {todos};
         INSERT INTO cadastro.titulo (empresa_id, id, codigo_integracao, devedor_id, numero, vencimento, valor, saldo,
                                      status_em, criado_em, atualizado_em)
         SELECT '{empresa}', {titulo}, 'T' || mes || '-' || n, {devedor}, 'NF ' || mes || '/' || n,
                date '2026-01-10' + 15 * mes, 10000 + n, 10000 + n, now(), now(), now()
           FROM generate_series(0, 2) mes, {todos} ORDER BY mes, n;
         INSERT INTO regua.agenda SELECT '{empresa}', {devedor}, '-infinity' FROM {todos}"
    ));
}
