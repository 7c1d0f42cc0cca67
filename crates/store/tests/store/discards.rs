//! What is discarded in bulk: by which indexes it is found, and for whom it waits.

use std::thread;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::Canal;
use domain::regua::EstadoRegua;

use crate::apoio::{Casa, NOITE, PRAZO, agora, d, devedor, dia, hora, item, set_estado};
use crate::fence_reguas::{a_better_regua, ended, only_regua};
use crate::fence_status::at_the_fence;

/// A history of `n` executions that are over, of the one action there is, that no statistics know of.
fn with_history(casa: &Casa, n: u32) {
    casa.run(&format!(
        "ALTER TABLE disparo.execucao SET (autovacuum_enabled = false); \
         INSERT INTO disparo.execucao (empresa_id, id, devedor_id, regua_id, posicao_id, acao_id, inscricao_id, ciclo, \
                conteudo_id, canal, titulos, data, devida_em, publicar_em, criada_em, estado, motivo, atualizada_em) \
         SELECT e.empresa_id, gen_random_uuid(), gen_random_uuid(), e.regua_id, e.posicao_id, e.acao_id, e.inscricao_id, \
                e.ciclo, e.conteudo_id, e.canal, e.titulos, e.data, e.devida_em, e.publicar_em, e.criada_em, 'descartada', \
                'titulo_pago', e.atualizada_em \
           FROM disparo.execucao e, generate_series(1, {n})"
    ));
}

/// Runs `descarte` as the engine does; answers how many it discarded, the times it read the whole table, and the rows it
/// found through indexes.
fn reads(casa: &Casa, como: &str, descarte: &str) -> [i64; 3] {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let mut conn = casa.root();
    let empresa = casa.empresa;
    conn.batch_execute(&format!(
        "BEGIN; SET LOCAL ROLE cobranca_regua; {como}; SELECT set_config('app.empresa', '{empresa}', true)"
    ))
    .unwrap();
    let lido = "FROM pg_stat_xact_user_tables WHERE relid = 'disparo.execucao'::regclass";
    [
        format!("SELECT {descarte} AS n"),
        format!("SELECT seq_scan AS n {lido}"),
        format!("SELECT idx_tup_fetch AS n {lido}"),
    ]
    .map(|sql| sql_query(sql).get_result::<Linha>(&mut conn).unwrap().n)
}

#[test]
fn r04_discarding_what_an_action_had_not_sent_reads_what_is_pending_and_nothing_of_the_history() {
    for statistics in ["SELECT 1", "ANALYZE disparo.execucao"] {
        let casa = Casa::nova();
        casa.push(&[item("1", devedor(1)), item("2", devedor(2))]);
        casa.regua(&[d(0)]);
        casa.night(NOITE);
        store::disparos::enqueue(&casa.dispatcher, &[Canal::Email], hora(dia(NOITE)), (1, 1_000)).unwrap();
        with_history(&casa, 50_000);
        casa.run(statistics);
        let acoes =
            "disparo.descartar_de_acoes((SELECT array_agg(id) FROM regua.acao), 'posicao_removida', now())";
        let [descartadas, inteira, por_indice] = reads(&casa, "SET LOCAL enable_sort = on", acoes);
        assert_eq!((descartadas, inteira), (2, 0), "one pending and one queued; {statistics}");
        assert!((2..=20).contains(&por_indice), "{statistics}: {por_indice}");
    }
}

/// As the night calls it: it has just switched sorting off for its own claim.
#[test]
fn g04_discarding_what_an_enrolment_had_not_sent_reads_its_debtor_and_nobody_else() {
    for statistics in ["SELECT 1", "ANALYZE disparo.execucao"] {
        let casa = Casa::nova();
        casa.queued();
        with_history(&casa, 50_000);
        casa.run(statistics);
        let inscricoes = "(SELECT disparo.descartar_de_inscricoes(array_agg(devedor_id), array_agg(id), \
                                   array_agg('migracao'::text), now()) FROM regua.inscricao)";
        let [descartadas, inteira, por_indice] = reads(&casa, "SET LOCAL enable_sort = off", inscricoes);
        assert_eq!((descartadas, inteira), (1, 0), "{statistics}");
        assert!((1..=20).contains(&por_indice), "{statistics}: {por_indice}");
    }
}

/// The fence holds its execution while it waits for a payment, and that payment may be waiting for the night.
#[test]
fn g04_a_night_does_not_wait_for_a_message_that_is_at_the_fence_and_the_fence_refuses_it_afterwards() {
    let casa = Casa::nova();
    let (id, _) = casa.queued();
    a_better_regua(&casa, "2026-01-01");
    let mut cerca = casa.root();
    cerca.batch_execute("BEGIN; SELECT FROM disparo.execucao FOR UPDATE").unwrap();
    thread::scope(|scope| {
        let noite = scope.spawn(|| casa.night("2026-03-03"));
        testkit::block_until(PRAZO, || noite.is_finished() || casa.is_blocked());
        let esperou = !noite.is_finished();
        cerca.batch_execute("ROLLBACK").unwrap();
        noite.join().unwrap();
        assert!(!esperou, "the night waited for the message");
    });
    assert_eq!(ended(&casa, id).0, "enfileirada");
    assert_eq!(at_the_fence(&casa, id, hora(dia("2026-03-03"))), "descartada (migracao)");
}

/// An edit does wait: what it takes out must not be published again.
#[test]
fn v04_an_edit_waits_for_messages_in_order_of_id_and_discards_those_that_come_back() {
    let casa = Casa::nova();
    casa.push(&(0..30).map(|n| item(&n.to_string(), devedor(n))).collect::<Vec<_>>());
    casa.regua(&[d(0)]);
    casa.night(NOITE);
    let (mut uma, regua) = (casa.root(), only_regua(&casa));
    let primeira = "(SELECT min(id::text)::uuid FROM disparo.execucao)";
    uma.batch_execute(&format!("BEGIN; SELECT FROM disparo.execucao WHERE id = {primeira} FOR UPDATE"))
        .unwrap();
    thread::scope(|scope| {
        let edicao = scope.spawn(|| {
            casa.engine
                .da_empresa(casa.empresa, |t| set_estado(t, regua, EstadoRegua::Arquivada, agora()))
                .unwrap()
        });
        casa.wait_until_blocked();
        let outras = uma.batch_execute("SELECT FROM disparo.execucao FOR UPDATE NOWAIT");
        uma.batch_execute("ROLLBACK").unwrap();
        assert!(edicao.join().unwrap());
        assert_eq!(outras, Ok(()), "it holds a later one while it waits for an earlier one");
    });
    assert!(casa.execucoes().iter().all(|lida| lida.estado == "descartada"));
}
