//! The night in bare SQL: what PostgreSQL alone takes to find who is due, sum up their open títulos, write an execution
//! each and move their next date on. No statuses but the open one, no walks, no enrolments, no reminders, no reasons.

use std::time::Duration;

use chrono::NaiveDate;
use testkit::Sql;

use super::carteira;
use crate::apoio::{clone_tables, timed};

/// Debtors a chunk: a procedure on the server gains by larger ones than the engine takes, which keeps its memory small.
const LOTE: u32 = 5_000;

/// One transaction a chunk, each beginning after the last key of the one before: with an index on both
/// that costs what is due and nothing else. The dedup key of an execution is a function of debtor and night.
const NOITE: &str = "
CREATE PROCEDURE limite.noite(p_empresa uuid, p_data date, p_lote integer) LANGUAGE plpgsql AS $proc$
DECLARE v_proxima date := '-infinity'; v_devedor uuid := '00000000-0000-0000-0000-000000000000'; v_lidos integer;
BEGIN
  LOOP
    WITH devido AS MATERIALIZED (
      SELECT a.proxima, a.devedor_id FROM limite.agenda a
       WHERE a.empresa_id = p_empresa AND a.proxima <= p_data AND (a.proxima, a.devedor_id) > (v_proxima, v_devedor)
       ORDER BY a.proxima, a.devedor_id LIMIT p_lote FOR UPDATE SKIP LOCKED),
    aberto AS (
      SELECT d.devedor_id, t.* FROM devido d CROSS JOIN LATERAL (
        SELECT array_agg(x.id ORDER BY x.vencimento, x.saldo DESC, x.id) AS titulos, sum(x.saldo) AS soma, min(x.vencimento) AS desde
          FROM cadastro.titulo x
         WHERE x.empresa_id = p_empresa AND x.devedor_id = d.devedor_id AND x.status = 'aberto' AND x.vencimento < p_data) t),
    nova AS (
      INSERT INTO limite.execucao (empresa_id, id, devedor_id, regua_id, posicao_id, acao_id, inscricao_id, ciclo, conteudo_id,
                                   canal, titulos, data, devida_em, publicar_em, criada_em, atualizada_em)
      SELECT p_empresa, md5(a.devedor_id::text || p_data)::uuid, a.devedor_id, p_empresa, p_empresa, p_empresa, p_empresa, 1,
             p_empresa, 'email', a.titulos, p_data, p_data, now(), now(), now()
        FROM aberto a WHERE a.soma > 0
      ON CONFLICT (empresa_id, id) DO NOTHING),
    adiante AS (
      UPDATE limite.agenda g SET proxima = p_data + 100 FROM devido d
       WHERE g.empresa_id = p_empresa AND g.devedor_id = d.devedor_id)
    SELECT count(*), max(d.proxima), (SELECT u.devedor_id FROM devido u ORDER BY u.proxima DESC, u.devedor_id DESC LIMIT 1)
      INTO v_lidos, v_proxima, v_devedor FROM devido d;
    COMMIT;
    EXIT WHEN v_lidos = 0;
  END LOOP;
END $proc$";

/// The tables that it writes, with the rows and indexes of ours.
pub(super) fn prepare(sql: &mut Sql) {
    clone_tables(sql, &["regua.agenda", "disparo.execucao"]);
    sql.run("INSERT INTO limite.agenda SELECT * FROM regua.agenda; INSERT INTO limite.execucao SELECT * FROM disparo.execucao");
    sql.run(NOITE);
}

/// Has the same debtors due on `data` that are due on ours, everything written and the machine at rest.
pub(super) fn plan(sql: &mut Sql, (divisor, resto): (u32, u32), data: NaiveDate) {
    carteira::plan(sql, "limite", divisor, resto, data);
    sql.settle();
}

/// The night of `data`; answers its time, and how many executions it wrote.
pub(super) fn night(sql: &mut Sql, empresa: &str, data: NaiveDate) -> (Duration, i64) {
    // Every row by its key, as the engine asks too: a chunk is never worth a scan of a table, whatever the planner expects.
    sql.run("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off");
    let tempo = timed(|| sql.run(&format!("CALL limite.noite('{empresa}', '{data}', {LOTE})")));
    (tempo, sql.number(&format!("SELECT count(*) FROM limite.execucao WHERE data = '{data}'")))
}
