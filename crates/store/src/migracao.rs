//! Applies the one tree of migrations.

use diesel::{Connection, PgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::StoreError;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Names the migrations that are embedded, by their content: equal for equal ones.
pub const EMBEDDED: &str = env!("COBRANCA_MIGRACOES");

/// Brings the database at `url` to this version's schema. The login needs to own the database and may create roles;
/// services themselves run under roles that own nothing. Concurrent calls wait for each other.
///
/// # Errors
/// The database is unreachable or a migration fails; each migration is one transaction.
pub fn migrate(url: &str) -> Result<(), StoreError> {
    let mut conn = PgConnection::establish(url).map_err(StoreError::Connection)?;
    // Serialises concurrent starts; the lock goes with the connection.
    diesel::sql_query("SELECT pg_advisory_lock(hashtext('cobranca.migrations'))").execute_unit(&mut conn)?;
    conn.run_pending_migrations(MIGRATIONS).map_err(|e| StoreError::Migration(e.to_string()))?;
    Ok(())
}

/// Makes the database `nome` anew on the server of `url`, migrates it, and answers its own URL. Whatever `nome` held is
/// gone: it is for demonstrations and replays, which own their database.
///
/// # Errors
/// The server is unreachable, the login may not create databases, or a migration fails.
pub fn recreate(url: &str, nome: &str) -> Result<String, StoreError> {
    let (servidor, parametros) =
        url.split_once('?').map_or((url, None), |(antes, depois)| (antes, Some(depois)));
    let base = servidor.rsplit_once('/').map_or(servidor, |(base, _)| base);
    let nova = parametros.map_or_else(|| format!("{base}/{nome}"), |p| format!("{base}/{nome}?{p}"));
    let mut conn = PgConnection::establish(url).map_err(StoreError::Connection)?;
    let nome = format!("\"{}\"", nome.replace('"', "\"\""));
    diesel::sql_query(format!("DROP DATABASE IF EXISTS {nome} WITH (FORCE)")).execute_unit(&mut conn)?;
    diesel::sql_query(format!("CREATE DATABASE {nome}")).execute_unit(&mut conn)?;
    migrate(&nova)?;
    Ok(nova)
}

/// `execute` whose row count is not of interest.
pub(crate) trait ExecuteUnit {
    /// Runs the statement.
    fn execute_unit(self, conn: &mut PgConnection) -> Result<(), StoreError>;
}

impl<T> ExecuteUnit for T
where
    T: diesel::query_builder::QueryFragment<diesel::pg::Pg>
        + diesel::query_builder::QueryId
        + diesel::RunQueryDsl<PgConnection>,
{
    fn execute_unit(self, conn: &mut PgConnection) -> Result<(), StoreError> {
        diesel::RunQueryDsl::execute(self, conn)?;
        Ok(())
    }
}
