//! Row `disparo`: 20,000 actions that are due, from `pendente` to `enviada`: relay, quorum queue with confirms, fence, message
//! made, result kept; the provider takes each at once.
//!
//! The limit is the same way with nothing on it: ids put into a table and taken from it a thousand at a time, published in
//! messages of a hundred with confirms, and marked as done a message at a time, on the same database and broker.

use std::sync::Arc;
use std::time::Duration;

use bus::amqp::Amqp;
use bus::{Bus, MAX_EXECUCOES, Mensagem};
use chrono::{DateTime, NaiveDate, Utc};
use cobranca::Resultado;
use cobranca::cliente::Cliente;
use dispatcher::{Ajustes, Dispatcher, Saida};
use reqwest::Method;
use runtime::{Config, Encerramento, Relogio, cronometro};
use serde_json::json;
use store::{Banco, Papel};
use testkit::{Sql, Vhost, wait_until};
use uuid::Uuid;

use crate::apoio::{Medicao, VEZES};
use crate::linha::Meta;
use crate::razao::{Razao, median, spending};

const ACOES: u32 = 20_000;
/// The night; its actions may leave at any hour of the day.
const NOITE: &str = "2026-03-02";
const HORA: &str = "13:00:00Z";
/// As many provider calls at a time: a message's worth.
const CONCORRENCIA: u16 = 128;
/// Rows that the limit's relay takes at a time, as the system's does.
const LOTE: u32 = 1_000;
const PRAZO: Duration = Duration::from_mins(5);
/// Between two looks at whether all have left: each takes something from what is measured, and the last is late by less.
const OLHADA: Duration = Duration::from_millis(80);
const FALTAM: &str = "SELECT (EXISTS (SELECT FROM disparo.execucao WHERE estado = 'pendente') \
                           OR EXISTS (SELECT FROM disparo.execucao WHERE estado IN ('enfileirada', 'enviando')))::int::bigint";

pub(crate) async fn measure() -> Resultado<Option<Razao>> {
    let noite: NaiveDate = NOITE.parse()?;
    let agora: DateTime<Utc> = format!("{NOITE}T{HORA}").parse()?;
    let medicao = Medicao::start(Relogio::sandbox(agora)).await?;
    let api = Cliente::new(&medicao.base, &medicao.chave)?;
    // Nothing leaves while the actions are decided.
    api.call(Method::PUT, "/v1/canais/email/parada", Some(&json!({"motivo": "medição"}))).await?;
    let dias = ["seg", "ter", "qua", "qui", "sex", "sab", "dom"];
    let janela = json!({"canal": "email", "inicio": "00:00", "fim": "23:59", "dias": dias});
    api.call(Method::PATCH, "/v1/empresa", Some(&json!({"hora_noite": "23:59", "janelas": [janela]})))
        .await?;
    let texto = json!({"tipo": "email", "assunto": "#EMPRESA#", "corpo": "Olá, #NOME#.\n\n#LISTA_TITULOS#"});
    api.create_regua(&json!({"nome": "Régua", "posicoes": [{"dias": 0, "acoes": [texto]}]})).await?;
    let empresa = medicao.empresa.clone();
    medicao.sql(move |sql| crate::noite::load(sql, &empresa, ACOES)).await?;
    api.run_night(noite).await?;
    let banco = medicao.put_down().await?;

    let mut razoes = Vec::new();
    for _ in 0..VEZES {
        razoes.push(measure_once(banco.url(), agora).await?);
    }
    tokio::task::spawn_blocking(move || drop(banco)).await?;
    Ok(median(razoes))
}

async fn measure_once(url: &str, agora: DateTime<Utc>) -> Resultado<Razao> {
    let sql = |work: fn(&mut Sql) -> i64| {
        let url = url.to_owned();
        tokio::task::spawn_blocking(move || work(&mut Sql::connect(&url)))
    };
    sql(begin_again).await?;
    let (vhost, fim) = (Vhost::new(), Encerramento::new());
    let bus: Arc<dyn Bus> = Arc::new(Amqp::connect(vhost.amqp_url(), "medicao")?);
    let mut config = Config::default();
    config.dispatcher.concorrencia = CONCORRENCIA;
    let dispatcher = Dispatcher::new(
        Banco::connect(url, Papel::Dispatcher, config.banco.conexoes)?,
        Arc::clone(&bus),
        vec![Saida::Nenhuma],
        Relogio::sandbox(agora),
        Ajustes::from_config(&config),
    );
    wait_until(PRAZO, async || bus.pronto()).await;
    let vigia = {
        let url = url.to_owned();
        tokio::task::spawn_blocking(move || Sql::connect(&url)).await?
    };
    let medida = cronometro();
    let trabalho = tokio::spawn(dispatcher.run(fim.clone()));
    let (mut vigia, mut passo) = (Some(vigia), tokio::time::interval(OLHADA));
    while let Some(mut sql) = vigia.take() {
        passo.tick().await;
        let (sql, faltam) = tokio::task::spawn_blocking(move || {
            let faltam = sql.number(FALTAM);
            (sql, faltam)
        })
        .await?;
        vigia = (faltam > 0).then_some(sql);
    }
    let tempo = medida.decorrido();
    if sql(sent).await? != i64::from(ACOES) {
        return Err("nem todas as ações saíram".into());
    }
    fim.pedir();
    trabalho.await?;
    let gastos = {
        let url = url.to_owned();
        tokio::task::spawn_blocking(move || Sql::connect(&url).spent()).await?
    };
    let tempo_limite = limit(url, bus.as_ref()).await?;
    bus.close().await;
    Ok(Razao {
        linha: "disparo",
        trabalho: "20.000 ações por pendente, fila quorum, cerca e resultado, sem provedor",
        limite: "ids inseridos, tomados, publicados com confirmação, consumidos e marcados como feitos",
        unidades: ACOES,
        tempo,
        tempo_limite,
        meta: Some(Meta::AoMenos(0.7)),
        onde: spending(&gastos, tempo),
    })
}

fn sent(sql: &mut Sql) -> i64 {
    sql.number("SELECT count(*) FROM disparo.execucao WHERE estado = 'enviada'")
}

/// Every action due again as the night left it, and as many ids for the limit.
fn begin_again(sql: &mut Sql) -> i64 {
    sql.run(
        "DELETE FROM disparo.parada; DELETE FROM disparo.tentativa; \
         ALTER TABLE disparo.execucao DISABLE TRIGGER USER; \
         UPDATE disparo.execucao SET estado = 'pendente', enviada_em = NULL, enfileirada_em = NULL, cerca = NULL; \
         ALTER TABLE disparo.execucao ENABLE TRIGGER USER; \
         DROP SCHEMA IF EXISTS limite CASCADE; CREATE SCHEMA limite; \
         CREATE TABLE limite.acao (id uuid PRIMARY KEY, estado smallint NOT NULL); \
         CREATE INDEX acao_pendente ON limite.acao (id) WHERE estado = 0",
    );
    sql.settle();
    sql.start_counting();
    sql.number("SELECT count(*) FROM disparo.execucao WHERE estado = 'pendente'")
}

async fn limit(url: &str, bus: &dyn Bus) -> Resultado<Duration> {
    const INSERIR: &str = "INSERT INTO limite.acao SELECT gen_random_uuid(), 0 FROM generate_series(1, 1000)";
    const TOMAR: &str = "UPDATE limite.acao SET estado = 1 WHERE id IN (SELECT id FROM limite.acao WHERE estado = 0 \
                         LIMIT 1000 FOR UPDATE SKIP LOCKED) RETURNING id::text AS text";
    let (toma, faz) = (url.to_owned(), url.to_owned());
    let mut relay = tokio::task::spawn_blocking(move || Sql::connect(&toma)).await?;
    let mut fim = tokio::task::spawn_blocking(move || Sql::connect(&faz)).await?;
    let mut consumo = bus.consume("email", 200);
    let (empresa, agora) = (Uuid::now_v7(), Relogio::Sistema.agora());
    let medida = cronometro();
    let publicar = async {
        for _ in 0..ACOES / LOTE {
            let ids;
            (relay, ids) = tokio::task::spawn_blocking(move || {
                relay.run(INSERIR);
                let ids = relay.texts(TOMAR);
                (relay, ids)
            })
            .await?;
            let ids: Vec<Uuid> = ids.iter().map(|id| id.parse()).collect::<Result<_, _>>()?;
            let mensagens: Vec<Mensagem> = ids
                .chunks(MAX_EXECUCOES)
                .map(|parte| Mensagem::new(Uuid::now_v7(), "email", empresa, agora, parte.to_vec()))
                .collect::<Result<_, _>>()?;
            if bus.publish(&mensagens).await.iter().any(Result::is_err) {
                return Err("o barramento não confirmou".into());
            }
        }
        Resultado::Ok(())
    };
    let consumir = async {
        let mut feitas = 0;
        while feitas < ACOES {
            let Some(entrega) = consumo.next().await else { break };
            let ids: Vec<String> = entrega.mensagem.execucoes().iter().map(|id| format!("'{id}'")).collect();
            feitas += u32::try_from(ids.len())?;
            fim = tokio::task::spawn_blocking(move || {
                fim.run(&format!("UPDATE limite.acao SET estado = 2 WHERE id IN ({})", ids.join(",")));
                fim
            })
            .await?;
            entrega.ack();
        }
        Resultado::Ok(())
    };
    let (publicado, consumido) = tokio::join!(publicar, consumir);
    publicado?;
    consumido?;
    Ok(medida.decorrido())
}
