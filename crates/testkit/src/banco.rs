//! A database per test.

use std::thread;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};
use reqwest::Url;
use uuid::Uuid;

use crate::ambiente::address;

/// Any number that nothing else locks in the maintenance database (advisory locks are per database).
const TEMPLATE_LOCK: i64 = 0x0C0B_4A2C_A7E5_7E00;

/// A freshly migrated database that only this value knows of; dropped with it, whoever is still connected.
///
/// Made by copying a template, which the first test of the first process migrates once.
#[derive(Debug)]
pub struct Banco {
    admin: Url,
    name: String,
    url: String,
}

impl Banco {
    /// Makes the database.
    ///
    /// # Panics
    /// Outside `make test`, or when PostgreSQL refuses.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it does I/O and may panic: never an implicit default")]
    pub fn new() -> Self {
        Self::on(&address("COBRANCA_TESTE_PG"))
    }

    /// Makes the database on this server.
    pub(crate) fn on(admin: &Url) -> Self {
        let mut conn = connect(admin);
        let template = template(&mut conn, admin);
        let name = format!("t_{}", Uuid::new_v4().simple());
        run(&mut conn, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        let url = at(admin, &name);
        Self { admin: admin.clone(), name, url }
    }

    /// `postgres://` address of the database, with the login of its owner (a superuser).
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// An eye on everything in it.
    ///
    /// # Panics
    /// When PostgreSQL refuses; so does every look.
    #[must_use]
    pub fn observer(&self) -> Observador {
        Observador::new(&self.url)
    }

    /// Its name in the server, `t_` and 32 hexadecimal digits.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The server ends every session of the database, as in a failover. Answers how many there were.
    pub fn disconnect_all(&self) -> i64 {
        self.count("SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity WHERE datname = $1")
    }

    /// The database goes away (sessions end and none begins), or is there again.
    pub fn set_away(&self, away: bool) {
        let open = !away;
        run(&mut connect(&self.admin), &format!("ALTER DATABASE {} ALLOW_CONNECTIONS {open}", self.name));
        if away {
            self.disconnect_all();
        }
    }

    /// None where the database is away, or of a time before there were sums.
    fn wrong_sums(&self) -> i64 {
        let Ok(mut conn) = PgConnection::establish(&self.url) else { return 0 };
        let there: Exists = sql_query("SELECT to_regclass('cadastro.devedor_saldo') IS NOT NULL AS exists")
            .get_result(&mut conn)
            .expect("the catalogue of tables answers");
        if !there.exists {
            return 0;
        }
        sql_query(WRONG_SUMS).get_result::<Count>(&mut conn).expect("the sums can be read").n
    }

    fn count(&self, sql: &str) -> i64 {
        let found: Count = sql_query(sql)
            .bind::<sql_types::Text, _>(&self.name)
            .get_result(&mut connect(&self.admin))
            .expect("the list of sessions answers");
        found.n
    }
}

/// Sees every row of every table of a database, whoever it belongs to.
pub struct Observador {
    conn: PgConnection,
    query: String,
}

/// One table at one moment. Two that are equal hold the same rows.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Tabela {
    /// Schema and name.
    #[diesel(sql_type = sql_types::Text)]
    pub nome: String,
    /// Rows.
    #[diesel(sql_type = sql_types::BigInt)]
    pub linhas: i64,
    /// A sum over the content of the rows.
    #[diesel(sql_type = sql_types::Text)]
    pub soma: String,
}

impl Observador {
    fn new(url: &str) -> Self {
        let mut conn = PgConnection::establish(url).expect("the test's own database answers");
        let query: Query = sql_query(
            "SELECT string_agg(format('SELECT %L AS nome, count(*) AS linhas, \
                    coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS soma FROM %s t', c.oid::regclass, c.oid::regclass), \
                    ' UNION ALL ' ORDER BY c.oid::regclass::text) AS query \
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
              WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')",
        )
        .get_result(&mut conn)
        .expect("the catalogue of tables answers");
        Self { conn, query: query.query }
    }

    /// Every table as it is now.
    pub fn look(&mut self) -> Vec<Tabela> {
        sql_query(&self.query).load(&mut self.conn).expect("every table can be read")
    }

    /// The tables in which some row has this text, in any case.
    pub fn holding(&mut self, text: &str) -> Vec<String> {
        let looked: Vec<Tabela> =
            sql_query(self.query.replace(" t UNION", &format!(" t {WITH_TEXT} UNION")) + " " + WITH_TEXT)
                .bind::<sql_types::Text, _>(format!("%{text}%"))
                .load(&mut self.conn)
                .expect("every table can be read");
        looked.into_iter().filter(|table| table.linhas > 0).map(|table| table.nome).collect()
    }
}

const WITH_TEXT: &str = "WHERE t::text ILIKE $1";

#[derive(QueryableByName)]
struct Query {
    #[diesel(sql_type = sql_types::Text)]
    query: String,
}

/// Debtors whose stored sum is not that of their open títulos, and sums that are nobody's or not added up yet.
const WRONG_SUMS: &str = "SELECT count(*) + (SELECT count(*) FROM cadastro.saldo_mudanca) AS n FROM \
      (SELECT d.empresa_id, d.id, coalesce(sum(t.saldo), 0) AS saldo, count(t.id) AS abertos FROM cadastro.devedor d \
         LEFT JOIN cadastro.titulo t ON t.empresa_id = d.empresa_id AND t.devedor_id = d.id AND t.status = 'aberto' \
        GROUP BY d.empresa_id, d.id) d \
    FULL JOIN cadastro.devedor_saldo s ON s.empresa_id = d.empresa_id AND s.devedor_id = d.id \
   WHERE (s.saldo, s.abertos) IS DISTINCT FROM (d.saldo, d.abertos)";

impl Drop for Banco {
    /// Whatever the test did, what is added up in the database must have come out right.
    fn drop(&mut self) {
        if thread::panicking() && PgConnection::establish(self.admin.as_str()).is_err() {
            return; // the server is away, and a second panic would hide the first
        }
        let wrong = if thread::panicking() { 0 } else { self.wrong_sums() };
        run(&mut connect(&self.admin), &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        assert_eq!(wrong, 0, "debtors whose sum is not that of their títulos");
    }
}

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = sql_types::Bool)]
    exists: bool,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = sql_types::BigInt)]
    n: i64,
}

/// The name of the migrated template for the migrations that this process embeds; made if no process has made it yet. Several
/// test processes start at once: one makes it, the others wait. The name appears only when the template is complete.
fn template(conn: &mut PgConnection, admin: &Url) -> String {
    let name = format!("modelo_{}", store::EMBEDDED);
    if has_database(conn, &name) {
        return name;
    }
    run(conn, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})"));
    if !has_database(conn, &name) {
        let draft = format!("{name}_novo");
        run(conn, &format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"));
        run(conn, &format!("CREATE DATABASE {draft}"));
        store::migrate(&at(admin, &draft)).expect("the migrations apply to an empty database");
        // A template with a session open cannot be copied: from here on none can be.
        run(conn, &format!("ALTER DATABASE {draft} ALLOW_CONNECTIONS false"));
        run(conn, &format!("ALTER DATABASE {draft} RENAME TO {name}"));
    }
    run(conn, &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})"));
    name
}

fn has_database(conn: &mut PgConnection, name: &str) -> bool {
    let found: Exists = sql_query("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS exists")
        .bind::<sql_types::Text, _>(name)
        .get_result(conn)
        .expect("the catalogue of databases answers");
    found.exists
}

fn at(admin: &Url, database: &str) -> String {
    let mut url = admin.clone();
    url.set_path(database);
    url.into()
}

fn connect(admin: &Url) -> PgConnection {
    PgConnection::establish(admin.as_str())
        .unwrap_or_else(|e| panic!("o PostgreSQL de teste não responde ({e}); rode `make test`"))
}

fn run(conn: &mut PgConnection, sql: &str) {
    conn.batch_execute(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
}
