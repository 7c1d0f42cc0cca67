//! What a chunk of a night and a batch of a push read: what they are about, not what is stored. On tables that the
//! planner has no statistics of, as during a first push.

use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use domain::email::EnderecoEmail;
use domain::ids::EmpresaId;
use store::titulos::{EntradaTitulo, upsert};
use store::{Banco, Papel};
use testkit::block_until;

use crate::apoio::{Casa, NOITE, PRAZO, agora, chunk, d, devedor, dia, item};

const DEVEDORES: u32 = 3_000;
/// Of them, those that the work is about.
const POUCOS: u32 = 100;
/// A row may be read a few times: looked up, written, referred to. A scan reads [`DEVEDORES`] at least.
const MAX_LIDAS: i64 = 500;

#[test]
fn a_chunk_reads_as_many_rows_as_it_has_debtors() {
    let casa = filled();
    casa.regua(&[d(0), d(5)]);
    let noite = casa.open_new(dia(NOITE));
    let lidas = rows_read(casa, Papel::ReguaEngine, |banco, empresa| {
        let vistos = banco.da_empresa(empresa, |t| chunk(t, noite, i64::from(POUCOS), false)).unwrap();
        assert_eq!(vistos, 100);
    });
    assert_few(&lidas, &["titulo", "inscricao", "agenda"]);
}

#[test]
fn a_batch_reads_as_many_rows_as_it_has_titulos() {
    let casa = filled();
    let itens: Vec<_> = (0..POUCOS).map(|n| with_email(n, "b")).collect();
    let lidas = rows_read(casa, Papel::Titulos, |banco, empresa| {
        banco.da_empresa(empresa, |t| upsert(t, &itens, agora())).unwrap();
    });
    assert_few(&lidas, &["titulo", "devedor", "devedor_codigo", "meio_contato", "agenda"]);
}

fn filled() -> Casa {
    let casa = Casa::nova();
    let itens: Vec<_> = (0..DEVEDORES).map(|n| with_email(n, "a")).collect();
    itens.chunks(1_000).for_each(|lote| drop(casa.push(lote)));
    casa
}

#[derive(Debug, QueryableByName)]
struct Lidas {
    #[diesel(sql_type = Text)]
    tabela: String,
    #[diesel(sql_type = BigInt)]
    linhas: i64,
}

fn with_email(n: u32, qual: &str) -> EntradaTitulo {
    let mut item = item(&format!("{n}-{qual}"), devedor(n));
    item.devedor.emails = Some(vec![EnderecoEmail::parse(&format!("d{n}@example.com")).unwrap()]);
    item
}

/// Rows that the tables' scans of `work` handed on, whatever their kind. A session tells its counts before it is gone.
fn rows_read(casa: Casa, papel: Papel, work: impl FnOnce(&Banco, EmpresaId)) -> Vec<Lidas> {
    let Casa { titulos, engine, dispatcher, empresa, pg } = casa;
    drop((titulos, engine, dispatcher));
    let mut root = PgConnection::establish(pg.url()).unwrap();
    wait_until_alone(&mut root);
    sql_query("SELECT pg_stat_reset()").execute(&mut root).unwrap();
    let banco = Banco::connect(pg.url(), papel, 1).unwrap();
    work(&banco, empresa);
    drop(banco);
    wait_until_alone(&mut root);
    sql_query(
        "SELECT relname::text AS tabela, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS linhas \
           FROM pg_stat_user_tables",
    )
    .load(&mut root)
    .unwrap()
}

fn wait_until_alone(root: &mut PgConnection) {
    let others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                  AND backend_type = 'client backend'";
    block_until(PRAZO, || sql_query(others).execute(root).unwrap() == 0);
}

fn assert_few(lidas: &[Lidas], tabelas: &[&str]) {
    let da = |tabela: &str| lidas.iter().find(|l| l.tabela == tabela).unwrap().linhas;
    assert!(da("agenda") > 0, "nothing was counted: {lidas:?}");
    assert!(tabelas.iter().all(|tabela| da(tabela) <= MAX_LIDAS), "{lidas:?}");
}
