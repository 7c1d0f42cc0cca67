//! What PostgreSQL alone does with the rows that the system left, in a database of its own.

use std::time::Duration;

use testkit::Sql;

use crate::apoio::timed;

/// What a load writes, in the order in which foreign keys let it in. The company itself is there before.
pub(super) const TABELAS: [&str; 5] =
    ["cadastro.credor", "cadastro.devedor", "cadastro.devedor_codigo", "cadastro.titulo", "regua.agenda"];
const EMPRESA: &str = "cadastro.empresa";

/// Loads `aqui` with everything that `de_la` holds.
pub(super) fn load(de_la: &mut Sql, aqui: &mut Sql) -> Duration {
    for tabela in TABELAS.into_iter().chain([EMPRESA]) {
        copy(de_la, tabela, "TO", tabela);
    }
    copy(aqui, EMPRESA, "FROM", EMPRESA);
    aqui.settle();
    timed(|| TABELAS.into_iter().for_each(|tabela| copy(aqui, tabela, "FROM", tabela)))
}

/// Brings `aqui`, which has been [`load`]ed, to what `de_la` holds of the títulos from `de` on.
pub(super) fn upsert(de_la: &mut Sql, aqui: &mut Sql, (de, quantos): (u32, u32)) -> Duration {
    de_la.run(&format!(
        "CREATE TEMP TABLE delta AS SELECT t.* FROM generate_series({de}, {}) WITH ORDINALITY AS s(n, ordem) \
           JOIN cadastro.titulo t ON t.codigo_integracao = 'T' || s.n ORDER BY s.ordem",
        de + quantos - 1
    ));
    copy(de_la, "delta", "TO", "delta");
    aqui.run("CREATE TEMP TABLE delta (LIKE cadastro.titulo)");
    aqui.settle();
    timed(|| {
        copy(aqui, "delta", "FROM", "delta");
        aqui.run(UPSERT);
    })
}

const UPSERT: &str = "INSERT INTO cadastro.titulo AS t SELECT * FROM delta \
    ON CONFLICT (empresa_id, codigo_integracao) DO UPDATE SET devedor_id = excluded.devedor_id, credor_id = excluded.credor_id, \
           numero = excluded.numero, emissao = excluded.emissao, vencimento = excluded.vencimento, valor = excluded.valor, \
           saldo = excluded.saldo, atualizado_em = excluded.atualizado_em \
     WHERE (t.devedor_id, t.credor_id, t.numero, t.emissao, t.vencimento, t.valor) IS DISTINCT FROM \
           (excluded.devedor_id, excluded.credor_id, excluded.numero, excluded.emissao, excluded.vencimento, excluded.valor)";

/// `TO` a file of the server, gone with its data, or `FROM` it.
fn copy(sql: &mut Sql, tabela: &str, sentido: &str, arquivo: &str) {
    sql.run(&format!(
        "DO $do$ BEGIN EXECUTE format('COPY {tabela} {sentido} %L (FORMAT binary)', \
           current_setting('data_directory') || '/importacao_{arquivo}'); END $do$"
    ));
}
