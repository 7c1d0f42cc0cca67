//! A service's pool, its database role, and the transaction that knows its company.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool, R2D2Connection as _};
use diesel::result::Error as DieselError;
use diesel::sql_types::Uuid as SqlUuid;
use diesel::{ConnectionError, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::EmpresaId;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::{Quem, StoreError};

/// Waiting longer for a connection only hides an overload; the caller answers 503 instead.
const POOL_TIMEOUT: Duration = Duration::from_secs(3);
/// Deadlocks and two pushes creating the same debtor end well on the second attempt; more than this is a defect.
const MAX_ATTEMPTS: u32 = 5;

/// The database role that a service takes, and with it what it may read and write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Papel {
    /// The service `titulos`: owns the schema `cadastro`.
    Titulos,
    /// The service `regua-engine`: owns the schema `regua`.
    ReguaEngine,
    /// The service `dispatcher`: owns the schema `disparo`.
    Dispatcher,
    /// The service `batch-action`: owns the schema `lote`.
    Lote,
}

impl Papel {
    /// What every new connection of the role runs. A night marks and decides in bulk, an API call never should. A process that
    /// freezes in mid-transaction holds what it holds no longer than a statement may take. Compiling our statements, which reach
    /// rows by their keys, takes longer than running them.
    fn on_connect(self) -> &'static str {
        match self {
            Self::Titulos => {
                "SET ROLE cobranca_titulos; SET statement_timeout = '15s'; SET lock_timeout = '10s'; \
                 SET idle_in_transaction_session_timeout = '60s'; SET timezone = 'UTC'; SET jit = off"
            }
            Self::ReguaEngine => {
                "SET ROLE cobranca_regua; SET statement_timeout = '120s'; SET lock_timeout = '30s'; \
                 SET idle_in_transaction_session_timeout = '120s'; SET timezone = 'UTC'; SET jit = off"
            }
            Self::Dispatcher => {
                "SET ROLE cobranca_disparo; SET statement_timeout = '15s'; SET lock_timeout = '10s'; \
                 SET idle_in_transaction_session_timeout = '15s'; SET timezone = 'UTC'; SET jit = off"
            }
            // It reads whole ranges of indexes, which are in memory, and sorts and hashes what they hold. A whole table is the
            // last thing to read: most of it is columns that nobody asked for, and other companies'.
            Self::Lote => {
                "SET ROLE cobranca_lote; SET statement_timeout = '60s'; SET lock_timeout = '10s'; \
                 SET idle_in_transaction_session_timeout = '60s'; SET timezone = 'UTC'; SET jit = off; \
                 SET random_page_cost = 1; SET seq_page_cost = 1.5; SET work_mem = '32MB'"
            }
        }
    }
}

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Papel {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute(self.on_connect()).map_err(diesel::r2d2::Error::QueryError)
    }
}

/// One service's connections.
#[derive(Clone)]
pub struct Banco {
    pool: Pool<ConnectionManager<PgConnection>>,
}

impl Banco {
    /// Opens a pool of `conexoes` connections that act as `papel`. As many as the database has cores is best: beyond
    /// that, throughput hardly grows and the slowest answers get much slower.
    ///
    /// # Errors
    /// The database is unreachable, or its login is not a member of the role.
    pub fn connect(url: &str, papel: Papel, conexoes: u32) -> Result<Self, StoreError> {
        let pool = Pool::builder()
            .max_size(conexoes)
            .connection_timeout(POOL_TIMEOUT)
            .test_on_check_out(false)
            .connection_customizer(Box::new(papel))
            .build(ConnectionManager::new(url))
            .map_err(StoreError::Pool)?;
        Ok(Self { pool })
    }

    /// Runs `work` in one transaction of `empresa`, again when it lost a race (so it must not have effects of its own).
    ///
    /// # Errors
    /// What `work` answered, or the failure to get a connection or to commit.
    pub fn da_empresa<T>(
        &self,
        quem: impl Into<Quem>,
        mut work: impl FnMut(&mut Tenant<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let quem = quem.into();
        let comeco = format!("BEGIN; {}", quem.enter());
        self.with_attempts(&comeco, |conn| work(&mut Tenant { conn, empresa: quem.empresa() }))
    }

    /// As [`Banco::da_empresa`], for what `autor` asked for: the database knows it as `app.autor` while the transaction lasts.
    /// A refusal (the inner error) leaves nothing of what `work` did.
    ///
    /// # Errors
    /// As [`Banco::da_empresa`].
    pub fn gravar<T, R>(
        &self,
        quem: impl Into<Quem>,
        autor: Uuid,
        mut work: impl FnMut(&mut Tenant<'_>) -> Result<Result<T, R>, StoreError>,
    ) -> Result<Result<T, R>, StoreError> {
        let (quem, mut recusa) = (quem.into(), None);
        let comeco = format!("BEGIN; {}; SET LOCAL app.autor = '{autor}'", quem.enter());
        let gravado = self.with_attempts(&comeco, |conn| {
            recusa = None; // what an attempt refused that was cut off is not what this one does
            work(&mut Tenant { conn, empresa: quem.empresa() })?.map_err(|motivo| {
                recusa = Some(motivo);
                StoreError::Statement(DieselError::RollbackTransaction)
            })
        });
        recusa.map_or_else(|| gravado.map(Ok), |motivo| Ok(Err(motivo)))
    }

    /// As [`Banco::da_empresa`], for work that only reads: however many statements it takes, all of them see the database as
    /// it was at one instant.
    ///
    /// # Errors
    /// As [`Banco::da_empresa`]; a statement that writes is refused.
    pub fn da_empresa_em_um_instante<T>(
        &self,
        quem: impl Into<Quem>,
        mut work: impl FnMut(&mut Tenant<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let quem = quem.into();
        let comeco = format!("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; {}", quem.enter());
        self.with_attempts(&comeco, |conn| work(&mut Tenant { conn, empresa: quem.empresa() }))
    }

    /// Runs `work` in one transaction without a company: only the few functions that serve all of them answer here.
    pub(crate) fn de_todas<T>(
        &self,
        work: impl FnMut(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with_attempts("BEGIN", work)
    }

    /// What a function of the database names that looks at every company: of each, the ids of what is to be done for it.
    pub(crate) fn por_fazer(&self, funcao: &str) -> Result<Vec<(EmpresaId, Uuid)>, StoreError> {
        #[derive(QueryableByName)]
        struct PorFazer {
            #[diesel(sql_type = SqlUuid)]
            empresa_id: Uuid,
            #[diesel(sql_type = SqlUuid)]
            id: Uuid,
        }
        let sql = format!("SELECT empresa_id, id FROM {funcao}()");
        let linhas: Vec<PorFazer> = self.de_todas(|conn| Ok(sql_query(&sql).load(conn)?))?;
        Ok(linhas.into_iter().map(|linha| (EmpresaId::new(linha.empresa_id), linha.id)).collect())
    }

    /// Runs one statement that only reads, which needs no transaction around it: without a company, or for a
    /// [`Portador`](crate::Portador), who enters by the statement itself. Again on another connection when it lost its own.
    pub(crate) fn uma_leitura<T>(
        &self,
        mut read: impl FnMut(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut lost = 0;
        loop {
            let mut conn = self.pool.get().map_err(StoreError::Pool)?;
            match read(&mut conn) {
                // A statement hears why its session was ended; that it was shows the next one.
                Err(erro) if conn.ping().is_err() => {
                    if lost == self.pool.max_size() {
                        return Err(StoreError::Connection(ConnectionError::BadConnection(erro.to_string())));
                    }
                    lost += 1;
                }
                outcome => return outcome.map_err(StoreError::told_apart),
            }
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not, or no connection became free.
    pub fn ping(&self) -> Result<(), StoreError> {
        self.uma_leitura(|conn| {
            sql_query("SELECT 1").execute(conn)?;
            Ok(())
        })
    }

    /// Runs `work` in a transaction, again when it lost a race, and on another connection when it lost its own: after a
    /// failover every connection of the pool is dead, and each shows it only when it is used. A transaction that did not
    /// come to its commit certainly left nothing; after that nobody knows, and it is not run again.
    fn with_attempts<T>(
        &self,
        comeco: &str,
        mut work: impl FnMut(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let (mut raced, mut lost) = (0, 0);
        loop {
            let mut conn = self.pool.get().map_err(StoreError::Pool)?;
            let mut to_commit = false;
            let outcome = in_transaction(&mut conn, comeco, |conn| {
                let answer = work(conn);
                to_commit = answer.is_ok();
                answer
            });
            match outcome {
                Err(e) if e.is_transient() && raced + 1 < MAX_ATTEMPTS => {
                    raced += 1;
                    drop(conn);
                    std::thread::sleep(pause(raced));
                }
                Err(e) if e.is_disconnection() && !to_commit && lost < self.pool.max_size() => lost += 1,
                outcome => return outcome.map_err(StoreError::told_apart),
            }
        }
    }
}

/// How long who lost a race stands aside, up to twice as long each time: those who met once do not meet again.
fn pause(raced: u32) -> Duration {
    let at_most = 4_000_u64 << raced;
    // The last bits of a random id are as good as any die.
    Duration::from_micros(Uuid::new_v4().as_u64_pair().1 % at_most)
}

/// As diesel's own `transaction`, begun with as much as goes in one message.
fn in_transaction<T>(
    conn: &mut PgConnection,
    comeco: &str,
    work: impl FnOnce(&mut PgConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if let Err(erro) = AnsiTransactionManager::begin_transaction_sql(conn, comeco) {
        // What was refused after the BEGIN of the same message left it open. A lost connection shows when it is used next.
        conn.batch_execute("ROLLBACK").ok();
        return Err(erro.into());
    }
    match work(conn) {
        Ok(answer) => {
            AnsiTransactionManager::commit_transaction(conn)?;
            Ok(answer)
        }
        Err(erro) => match AnsiTransactionManager::rollback_transaction(conn) {
            Ok(()) | Err(DieselError::BrokenTransactionManager) => Err(erro),
            Err(rollback) => Err(rollback.into()),
        },
    }
}

/// A transaction that belongs to one company. Made only by [`Banco`].
pub struct Tenant<'c> {
    pub(crate) conn: &'c mut PgConnection,
    pub(crate) empresa: EmpresaId,
}

impl Tenant<'_> {
    /// The company of this transaction.
    #[must_use]
    pub fn empresa(&self) -> EmpresaId {
        self.empresa
    }
}

/// Counts on within a millisecond, so that ids made one after the other at one instant stay in that order: a sandbox
/// clock stands still.
static SEQUENCE: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// A new id whose order is the order of `agora`, and of making.
#[must_use]
pub fn new_id(agora: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(agora.timestamp()).unwrap_or_default();
    // A poisoned counter still counts.
    let sequence = SEQUENCE.lock().unwrap_or_else(PoisonError::into_inner);
    Uuid::new_v7(Timestamp::from_unix(&*sequence, seconds, agora.timestamp_subsec_nanos()))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use diesel::QueryableByName;
    use diesel::sql_types::{Bool, Text};

    use super::*;
    use crate::Portador;
    use crate::quem::one_row;

    #[derive(QueryableByName)]
    struct Sessao {
        #[diesel(sql_type = Text)]
        papel: String,
        #[diesel(sql_type = Bool)]
        com_empresa: bool,
    }

    /// Whom the pool's only connection acts as outside of every company.
    fn session(banco: &Banco) -> (String, bool) {
        let sql = "SELECT current_user::text AS papel, coalesce(current_setting('app.empresa', true), '') <> '' AS com_empresa";
        let sessao: Sessao = banco.de_todas(|conn| Ok(sql_query(sql).get_result(conn)?)).unwrap();
        (sessao.papel, sessao.com_empresa)
    }

    /// Who the database thinks asks.
    fn author(conn: &mut PgConnection) -> String {
        let sql = "SELECT current_setting('app.autor', true) AS papel, false AS com_empresa";
        sql_query(sql).get_result::<Sessao>(conn).unwrap().papel
    }

    #[test]
    fn a_refusal_leaves_nothing_of_what_was_done_before_it() {
        let pg = testkit::Banco::new();
        let banco = Banco::connect(pg.url(), Papel::Titulos, 1).unwrap();
        let (empresa, autor) = (EmpresaId::new(Uuid::from_u128(1)), Uuid::from_u128(2));
        let mut olho = pg.observer();
        let antes = olho.look();
        let insert = |t: &mut Tenant<'_>, recusa| {
            sql_query("INSERT INTO cadastro.empresa (id, nome, remetente_email, criada_em) VALUES ($1, 'A', 'a@a.com', now())")
                .bind::<diesel::sql_types::Uuid, _>(t.empresa.uuid())
                .execute(t.conn)?;
            Ok(recusa)
        };
        let recusada = banco.gravar(empresa, autor, |t| insert(t, Err::<(), _>("não"))).unwrap();
        assert_eq!((recusada, olho.look() == antes), (Err("não"), true));
        assert_eq!(banco.gravar(empresa, autor, |t| insert(t, Ok::<_, &str>(()))).unwrap(), Ok(()));
        assert!(olho.look() != antes);
    }

    #[derive(QueryableByName)]
    struct Visto {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        empresa_id: Uuid,
    }

    /// Gives a company a key.
    fn create_key(pg: &testkit::Banco, Portador { empresa, chave, .. }: Portador) {
        testkit::Sql::connect(pg.url()).run(&format!(
            "INSERT INTO cadastro.empresa (id, nome, remetente_email, criada_em) \
               VALUES ('{empresa}', 'A', 'a@a.com', now()) ON CONFLICT DO NOTHING; \
             INSERT INTO cadastro.chave_api (empresa_id, id, nome, hash, escopos, criada_em) \
               VALUES ('{empresa}', '{chave}', 'k', '', '{{}}', now()) ON CONFLICT DO NOTHING"
        ));
    }

    #[test]
    fn what_a_process_that_freezes_in_a_transaction_holds_is_let_go() {
        let pg = testkit::Banco::new();
        for papel in [Papel::Titulos, Papel::ReguaEngine, Papel::Dispatcher, Papel::Lote] {
            let banco = Banco::connect(pg.url(), papel, 1).unwrap();
            let sql = "SELECT current_setting('idle_in_transaction_session_timeout') AS papel, false AS com_empresa";
            let limite: Sessao = banco.de_todas(|conn| Ok(sql_query(sql).get_result(conn)?)).unwrap();
            assert_ne!(limite.papel, "0", "{papel:?}");
        }
    }

    #[test]
    fn r02_no_connection_goes_back_to_the_pool_with_a_company_or_without_its_role() {
        let pg = testkit::Banco::new();
        for (papel, nome) in [
            (Papel::Titulos, "cobranca_titulos"),
            (Papel::ReguaEngine, "cobranca_regua"),
            (Papel::Dispatcher, "cobranca_disparo"),
        ] {
            let banco = Banco::connect(pg.url(), papel, 1).unwrap();
            let livre = (nome.to_owned(), false);
            let empresa = EmpresaId::new(Uuid::from_u128(1));
            assert_eq!(session(&banco), livre);
            banco.da_empresa(empresa, |t| Ok(t.empresa())).unwrap();
            assert_eq!(session(&banco), livre, "after a commit");
            banco.da_empresa_em_um_instante(empresa, |t| Ok(t.empresa())).unwrap();
            assert_eq!(session(&banco), livre, "after reading");
            let portador = Portador { empresa, chave: Uuid::from_u128(3), agora: DateTime::UNIX_EPOCH };
            create_key(&pg, portador);
            banco.da_empresa(portador, |t| Ok(t.empresa())).unwrap();
            assert_eq!(session(&banco), livre, "after a request");
            let visto: Visto = banco
                .uma_leitura(|conn| {
                    Ok(portador.prepared(&one_row("SELECT e.empresa_id")).get_result(conn)?)
                })
                .unwrap();
            assert_eq!(visto.empresa_id, empresa.uuid());
            assert_eq!(session(&banco), livre, "after a request of one statement");
            let alheia = Portador { chave: Uuid::from_u128(4), ..portador };
            banco.da_empresa(alheia, |t| Ok(t.empresa())).unwrap_err();
            assert_eq!(session(&banco), livre, "after a refusal");
            let autor = Uuid::from_u128(2);
            let visto = banco.gravar(empresa, autor, |t| Ok(Ok::<_, ()>(author(t.conn)))).unwrap();
            assert_eq!(visto, Ok(autor.to_string()));
            assert_eq!(session(&banco), livre, "after an authored change");
            banco.da_empresa(empresa, |_| Err::<(), _>(StoreError::Unknown("nada"))).unwrap_err();
            assert_eq!(session(&banco), livre, "after a rollback");
            let panico = catch_unwind(AssertUnwindSafe(|| {
                banco.da_empresa(empresa, |_| -> Result<(), _> { panic!("no meio da transação") })
            }));
            assert!(panico.is_err());
            assert_eq!(session(&banco), livre, "after a panic");
        }
    }
}
