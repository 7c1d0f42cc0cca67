//! What a test may rely on when it takes a database.
#![expect(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

use std::sync::Barrier;
use std::thread;

use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};
use testkit::Banco;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = sql_types::BigInt)]
    n: i64,
}

fn count(url: &str, sql: &str) -> i64 {
    let mut conn = PgConnection::establish(url).unwrap();
    sql_query(sql).get_result::<Count>(&mut conn).unwrap().n
}

fn exists(seen_from: &Banco, name: &str) -> bool {
    count(seen_from.url(), &format!("SELECT count(*) AS n FROM pg_database WHERE datname = '{name}'")) == 1
}

#[test]
fn databases_of_tests_that_run_at_the_same_time_do_not_see_each_other() {
    const TESTS: i64 = 4;
    let all_have_written = Barrier::new(4);
    let seen: Vec<(String, i64)> = thread::scope(|scope| {
        let tests: Vec<_> = (1..=TESTS)
            .map(|rows| {
                let all_have_written = &all_have_written;
                scope.spawn(move || {
                    let banco = Banco::new();
                    let mut conn = PgConnection::establish(banco.url()).unwrap();
                    sql_query("CREATE TABLE anotacao (n int)").execute(&mut conn).unwrap();
                    sql_query(format!("INSERT INTO anotacao SELECT generate_series(1, {rows})"))
                        .execute(&mut conn)
                        .unwrap();
                    all_have_written.wait();
                    let name = banco.name().to_owned();
                    (name, count(banco.url(), "SELECT count(*) AS n FROM anotacao"))
                })
            })
            .collect();
        tests.into_iter().map(|test| test.join().unwrap()).collect()
    });
    let mut names: Vec<_> = seen.iter().map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 4, "each test has a database of its own");
    assert_eq!(seen.iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), (1..=TESTS).collect::<Vec<_>>());
}

#[test]
fn a_database_is_gone_after_drop_even_with_a_session_open() {
    let observer = Banco::new();
    let banco = Banco::new();
    let name = banco.name().to_owned();
    let _forgotten = PgConnection::establish(banco.url()).unwrap();
    assert!(exists(&observer, &name));
    drop(banco);
    assert!(!exists(&observer, &name));
}

#[test]
fn a_database_is_dropped_when_its_test_panics() {
    let observer = Banco::new();
    let name = thread::scope(|scope| {
        let (tell, told) = std::sync::mpsc::channel();
        let test = scope.spawn(move || {
            let banco = Banco::new();
            tell.send(banco.name().to_owned()).unwrap();
            std::panic::resume_unwind(Box::new("the test fails"));
        });
        assert!(test.join().is_err());
        told.recv().unwrap()
    });
    assert!(!exists(&observer, &name));
}

#[test]
fn a_database_has_every_migration_of_the_checkout() {
    let banco = Banco::new();
    let migrations = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations")).unwrap();
    let in_the_tree =
        i64::try_from(migrations.filter(|m| m.as_ref().unwrap().path().is_dir()).count()).unwrap();
    assert!(in_the_tree > 0);
    assert_eq!(count(banco.url(), "SELECT count(*) AS n FROM __diesel_schema_migrations"), in_the_tree);
}
