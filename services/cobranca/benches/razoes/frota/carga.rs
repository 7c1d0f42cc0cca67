//! What a fleet has to send.

use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::America::Sao_Paulo;
use cobranca::Resultado;
use cobranca::cliente::Cliente;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::Sql;

use crate::apoio::{Medicao, timed};

/// Everybody who is called has a telephone too.
const TELEFONES: &str = "INSERT INTO cadastro.meio_contato (empresa_id, devedor_id, tipo, valor, ordem) \
     SELECT empresa_id, id, 'telefone', '+55119' || lpad((row_number() OVER ())::text, 8, '8'), 0 FROM cadastro.devedor";
/// A company whose only night is the one that is asked for. Its windows are always open.
const HORA_NOITE: &str = "23:59";
/// Reminders leave so many days before the due date.
const ANTES: u32 = 2;

/// Runs the night that decides what is to be sent: a company's actions, one a debtor, and another's reminders. Nothing
/// leaves, because the channel is stopped.
pub(super) async fn decide(
    medicao: &Medicao,
    canal: &'static str,
    (devedores, lembrados): (u32, u32),
) -> Resultado {
    let hoje = medicao.relogio.agora().with_timezone(&Sao_Paulo).date_naive();
    let acao = action(canal);
    let cobranca = json!({"dias": 0, "acoes": [acao]});
    night(medicao, (&medicao.empresa, &medicao.chave), canal, (devedores, None), (hoje, &cobranca)).await?;
    if lembrados > 0 {
        let (empresa, chave) = medicao.another_company().await?;
        let lembrete = json!({"tipo": "lembrete", "dias": ANTES, "acoes": [acao]});
        night(medicao, (&empresa, &chave), canal, (lembrados, Some(ANTES)), (hoje, &lembrete)).await?;
    }
    Ok(())
}

async fn night(
    medicao: &Medicao,
    (empresa, chave): (&str, &str),
    canal: &str,
    (devedores, vence_em): (u32, Option<u32>),
    (hoje, posicao): (NaiveDate, &Value),
) -> Resultado {
    let api = Cliente::new(&medicao.base, chave)?;
    let parada = format!("/v1/canais/{canal}/parada");
    api.call(Method::PUT, &parada, Some(&json!({"motivo": "medição"}))).await?;
    let dias = ["seg", "ter", "qua", "qui", "sex", "sab", "dom"];
    let janela = json!({"canal": canal, "inicio": "00:00", "fim": "23:59", "dias": dias});
    api.call(Method::PATCH, "/v1/empresa", Some(&json!({"hora_noite": HORA_NOITE, "janelas": [janela]})))
        .await?;
    api.create_regua(&json!({"nome": "Régua", "posicoes": [posicao]})).await?;
    let empresa = empresa.to_owned();
    medicao
        .sql(move |sql| {
            crate::noite::load(sql, &empresa, devedores);
            sql.run(&format!("{TELEFONES} WHERE empresa_id = '{empresa}'"));
            if let Some(dias) = vence_em {
                sql.run(&format!(
                    "UPDATE cadastro.titulo SET vencimento = date '{hoje}' + {dias} WHERE empresa_id = '{empresa}'"
                ));
            }
            sql.settle();
        })
        .await?;
    api.run_night(hoje).await
}

fn action(canal: &str) -> Value {
    if canal == "sms" {
        json!({"tipo": "sms", "corpo": "#EMPRESA#: olá, #PRIMEIRO_NOME#. Há #QTD_TITULOS# títulos em aberto."})
    } else {
        json!({"tipo": "email", "assunto": "#EMPRESA#", "corpo": "Olá, #NOME#.\n\n#LISTA_TITULOS#"})
    }
}

/// Keeps what the nights decided, to be copied. Reminders are no copies' models: there are as many as were decided.
pub(super) fn keep_models(sql: &mut Sql) {
    sql.run(
        "CREATE SCHEMA modelo; CREATE TABLE modelo.execucao AS SELECT * FROM disparo.execucao; \
         CREATE TABLE modelo.parada AS SELECT * FROM disparo.parada",
    );
}

/// `acoes` copies of the actions, the debtors one after the other, so that nobody's next is due while his last is sent. What
/// is due was due an hour ago.
pub(super) fn stock(sql: &mut Sql, acoes: u32) -> Duration {
    sql.run(
        "TRUNCATE disparo.execucao CASCADE; TRUNCATE disparo.parada; \
         INSERT INTO disparo.parada SELECT * FROM modelo.parada",
    );
    let inserir = format!(
        "INSERT INTO disparo.execucao (empresa_id, id, devedor_id, regua_id, posicao_id, acao_id, inscricao_id, ciclo, \
                conteudo_id, canal, titulos, data, devida_em, publicar_em, criada_em, atualizada_em) \
         SELECT m.empresa_id, gen_random_uuid(), m.devedor_id, m.regua_id, m.posicao_id, m.acao_id, m.inscricao_id, m.ciclo, \
                m.conteudo_id, m.canal, m.titulos, m.data, m.devida_em, now() - interval '2 hours' + vez * interval '1 second', \
                now(), now() \
           FROM generate_series(0, {acoes} / (SELECT count(*) FROM modelo.execucao WHERE inscricao_id IS NOT NULL)) vez, \
                modelo.execucao m WHERE m.inscricao_id IS NOT NULL ORDER BY vez LIMIT {acoes}"
    );
    let tempo = timed(|| sql.run(&inserir));
    sql.settle();
    tempo
}

/// Lets the channel go.
pub(super) fn release(sql: &mut Sql) {
    sql.run("DELETE FROM disparo.parada");
}

/// Whether an action is on its way, or due and not tried; or a reminder is still to come.
pub(super) fn waiting(sql: &mut Sql) -> i64 {
    // The dear question last: by then little is pending.
    sql.number(
        "SELECT (EXISTS (SELECT FROM disparo.execucao WHERE estado IN ('enfileirada', 'enviando')) \
              OR EXISTS (SELECT FROM disparo.execucao WHERE estado = 'pendente' AND publicar_em < now() - interval '1 hour') \
              OR EXISTS (SELECT FROM disparo.execucao WHERE estado = 'pendente' AND inscricao_id IS NULL))::int",
    )
}

/// How many actions are in which state.
pub(super) fn states(sql: &mut Sql) -> String {
    let estados = sql.texts(
        "SELECT estado || ' ' || count(*) AS text FROM disparo.execucao GROUP BY estado ORDER BY estado",
    );
    estados.join(", ")
}
