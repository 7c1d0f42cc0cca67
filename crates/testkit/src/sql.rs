//! SQL by hand, for measurements: to load a portfolio at once, and to ask PostgreSQL what it can do by itself.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query, sql_types};

/// How long the machine is left alone after a checkpoint.
const REST: Duration = Duration::from_secs(1);

/// A session of the database's owner, who no policy holds back.
pub struct Sql(PgConnection);

/// What the server spent on one statement, in all its calls.
#[derive(Clone, Debug, QueryableByName)]
pub struct Gasto {
    /// The statement, with its constants taken out.
    #[diesel(sql_type = sql_types::Text)]
    pub comando: String,
    /// Seconds of planning and running.
    #[diesel(sql_type = sql_types::Double)]
    pub segundos: f64,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = sql_types::BigInt)]
    number: i64,
}

impl Sql {
    /// Opens the session.
    ///
    /// # Panics
    /// When the database does not answer; as do the calls below when it refuses.
    #[must_use]
    pub fn connect(url: &str) -> Self {
        Self(PgConnection::establish(url).unwrap_or_else(|e| panic!("o banco não responde: {e}")))
    }

    /// Runs statements apart by `;`, in one transaction.
    pub fn run(&mut self, sql: &str) {
        self.0.batch_execute(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    /// The one `bigint` that the expression is worth.
    pub fn number(&mut self, expression: &str) -> i64 {
        let found =
            sql_query(format!("SELECT ({expression})::bigint AS number")).get_result::<Number>(&mut self.0);
        found.unwrap_or_else(|e| panic!("{expression}: {e}")).number
    }

    /// The single text column `text` of every row that the statement answers.
    pub fn texts(&mut self, sql: &str) -> Vec<String> {
        let lines: Vec<Line> = sql_query(sql).load(&mut self.0).unwrap_or_else(|e| panic!("{sql}: {e}"));
        lines.into_iter().map(|line| line.text).collect()
    }

    /// Brings everything written so far to the disk and leaves the machine a moment of rest, so that a measurement does
    /// not pay for what came before it.
    pub fn settle(&mut self) {
        self.run("VACUUM (ANALYZE)"); // alone: several statements at once are a transaction, which VACUUM refuses
        self.run("CHECKPOINT");
        thread::sleep(REST);
    }

    /// Counts from here on what [`Sql::spent`] tells. The server must have been started with `pg_stat_statements`, as
    /// `make bench` does.
    pub fn start_counting(&mut self) {
        self.run("CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()");
    }

    /// What the statements of this database have cost since [`Sql::start_counting`].
    pub fn spent(&mut self) -> Vec<Gasto> {
        let gastos = sql_query(
            "SELECT query AS comando, sum(total_plan_time + total_exec_time) / 1000 AS segundos FROM pg_stat_statements \
              WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY query",
        )
        .load(&mut self.0);
        gastos.unwrap_or_else(|e| panic!("pg_stat_statements: {e}"))
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = sql_types::Text)]
    text: String,
}
