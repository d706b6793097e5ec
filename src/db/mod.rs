//! The database: one set of statements for SQLite and PostgreSQL. The only folder with SQL in it.
//!
//! [`Db`] is an enum over the two typed pools, and [`both!`] expands one call chain in both arms. Every statement is
//! a constant of its group's `ALL` list, and a test prepares each on both engines (`tests/db/statements.rs`).

#[macro_use]
mod statement;

pub mod access;
pub mod applications;
pub mod assessments;
pub mod audit;
pub mod consents;
pub mod deletions;
pub mod dialect;
pub mod documents;
pub mod fingerprints;
pub mod idempotency;
pub mod keys;
pub mod queue;
pub mod uploads;
pub mod webhooks;

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Database, Postgres, SqlSafeStr, Sqlite, Transaction};

use crate::vault::{Ring, VaultError};

use keys::Keys;

pub use statement::Statement;

/// Every statement of the program.
pub const STATEMENTS: &[&[Statement]] = &[
    access::ALL,
    applications::ALL,
    assessments::ALL,
    audit::ALL,
    consents::ALL,
    deletions::ALL,
    documents::ALL,
    fingerprints::ALL,
    idempotency::ALL,
    keys::ALL,
    queue::ALL,
    uploads::ALL,
    webhooks::ALL,
    dialect::SHARED,
];

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "applications", include_str!("../../migrations/0001_applications.sql")),
    (2, "access", include_str!("../../migrations/0002_access.sql")),
    (3, "uploads", include_str!("../../migrations/0003_uploads.sql")),
    (4, "fingerprints", include_str!("../../migrations/0004_fingerprints.sql")),
    (5, "turns", include_str!("../../migrations/0005_turns.sql")),
    (6, "keys", include_str!("../../migrations/0006_keys.sql")),
    (7, "deletions", include_str!("../../migrations/0007_deletions.sql")),
    (8, "webhooks", include_str!("../../migrations/0008_webhooks.sql")),
];

/// Reads that wait for a lock for longer than this have found a bug, not a busy database. PostgreSQL only.
const PG_LOCK_TIMEOUT: (&str, &str) = ("lock_timeout", "10000");

#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("could not open the database {what}")]
    Open { what: String, source: Box<sqlx::Error> },
    #[error("could not bring the database up to date")]
    Migrate { source: Box<sqlx::migrate::MigrateError> },
    #[error("could not begin a transaction")]
    Begin { source: Box<sqlx::Error> },
    #[error("could not commit a transaction")]
    Commit { source: Box<sqlx::Error> },
    #[error("the statement {statement} failed")]
    Statement { statement: &'static str, source: Box<sqlx::Error> },
    /// What the database holds is not what this program wrote.
    #[error("the stored {what} is not readable")]
    Stored { what: &'static str, source: Option<serde_json::Error> },
    #[error("the {what} could not be written as JSON")]
    Write { what: &'static str, source: serde_json::Error },
    /// It was destroyed, or never made.
    #[error("there is no key of {owner}")]
    NoKey { owner: String },
    #[error("a key does not do")]
    Key(#[source] VaultError),
    #[error(
        "{applications} applications in the database were kept by a version that did not seal them; this one does not \
         read them: begin with an empty data folder, or bring them in again"
    )]
    Unsealed { applications: i64 },
}

/// How to reach a database.
#[derive(Debug, Clone)]
pub struct Settings {
    pub connections_max: u32,
    pub busy_timeout: Duration,
    /// Whether a commit waits for the disk. SQLite only.
    pub full_synchronous: bool,
}

/// A database, and the master keys of what lies sealed in it.
#[derive(Debug, Clone)]
pub struct Db {
    pub pools: Pools,
    ring: Ring,
    busy_timeout: Duration,
}

#[derive(Debug, Clone)]
pub enum Pools {
    /// Exactly one writer, so that no transaction ever finds the database locked by another of this process;
    /// readers see the last commit and wait for nobody (WAL).
    Lite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Pg(PgPool),
}

/// A transaction; dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub enum Tx {
    Lite(Held<Sqlite>),
    Pg(Held<Postgres>),
}

/// A transaction of one engine with the keys that it uses.
#[derive(Debug)]
pub struct Held<D: Database> {
    transaction: Transaction<'static, D>,
    keys: Keys,
}

impl<D: Database> Deref for Held<D> {
    type Target = D::Connection;

    fn deref(&self) -> &Self::Target {
        &self.transaction
    }
}

impl<D: Database> DerefMut for Held<D> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.transaction
    }
}

impl Db {
    /// Opens or creates an embedded database and brings its schema up to date.
    ///
    /// # Errors
    /// [`DbError::Open`], [`DbError::Migrate`].
    pub async fn open_sqlite(path: &Path, settings: &Settings, ring: Ring) -> Result<Self, DbError> {
        let opening = |source| DbError::Open { what: path.display().to_string(), source: Box::new(source) };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .busy_timeout(settings.busy_timeout)
            .pragma("trusted_schema", "off")
            // What is deleted is overwritten: a wrapped key that is gone must not lie on in a free page.
            .pragma("secure_delete", "on");
        let synchronous = if settings.full_synchronous { SqliteSynchronous::Full } else { SqliteSynchronous::Normal };
        let writing =
            options.clone().create_if_missing(true).journal_mode(SqliteJournalMode::Wal).synchronous(synchronous);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(settings.busy_timeout)
            .connect_with(writing)
            .await
            .map_err(opening)?;
        migrator(Engine::Lite).run(&writer).await.map_err(|source| DbError::Migrate { source: Box::new(source) })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(settings.connections_max)
            .acquire_timeout(settings.busy_timeout)
            .connect_with(options.read_only(true))
            .await
            .map_err(opening)?;
        Ok(Self { pools: Pools::Lite { writer, readers }, ring, busy_timeout: settings.busy_timeout })
    }

    /// Connects to a PostgreSQL database and brings its schema up to date.
    ///
    /// # Errors
    /// [`DbError::Open`], [`DbError::Migrate`].
    pub async fn open_postgres(url: &str, settings: &Settings, ring: Ring) -> Result<Self, DbError> {
        // The URL carries a password: not for messages.
        let opening = |source| DbError::Open { what: "on the PostgreSQL server".to_owned(), source: Box::new(source) };
        let options = url.parse::<PgConnectOptions>().map_err(opening)?.options([PG_LOCK_TIMEOUT]);
        let pool = PgPoolOptions::new()
            .max_connections(settings.connections_max)
            .acquire_timeout(settings.busy_timeout)
            .connect_with(options)
            .await
            .map_err(opening)?;
        migrator(Engine::Pg).run(&pool).await.map_err(|source| DbError::Migrate { source: Box::new(source) })?;
        Ok(Self { pools: Pools::Pg(pool), ring, busy_timeout: settings.busy_timeout })
    }

    /// The master keys.
    #[must_use]
    pub fn ring(&self) -> &Ring {
        &self.ring
    }

    /// Begins a transaction that reads only, and sees one moment throughout.
    ///
    /// # Errors
    /// [`DbError::Begin`], also when no connection is free for long.
    pub async fn read(&self) -> Result<Tx, DbError> {
        let keys = Keys::new(self.ring.clone());
        match &self.pools {
            Pools::Lite { readers, .. } => {
                readers.begin().await.map(|transaction| Tx::Lite(Held { transaction, keys }))
            }
            Pools::Pg(pool) => {
                let begun = begun_whole(pool, dialect::PG_BEGIN_READ).await;
                begun.map(|transaction| Tx::Pg(Held { transaction, keys }))
            }
        }
        .map_err(|source| DbError::Begin { source: Box::new(source) })
    }

    /// Begins a transaction that writes.
    ///
    /// # Errors
    /// [`DbError::Begin`], also when the writer is busy for long.
    pub async fn write(&self) -> Result<Tx, DbError> {
        let keys = Keys::new(self.ring.clone());
        match &self.pools {
            Pools::Lite { writer, .. } => {
                let begun = writer.begin_with(dialect::LITE_BEGIN_WRITE).await;
                begun.map(|transaction| Tx::Lite(Held { transaction, keys }))
            }
            Pools::Pg(pool) => {
                let begun = begun_whole(pool, dialect::PG_BEGIN_WRITE).await;
                begun.map(|transaction| Tx::Pg(Held { transaction, keys }))
            }
        }
        .map_err(|source| DbError::Begin { source: Box::new(source) })
    }

    /// Empties SQLite's log, where what was overwritten in the database lies on; PostgreSQL cleans up by itself. `false` when
    /// somebody reads from it just then: it is as it was, and to be tried again.
    ///
    /// # Errors
    /// [`DbError::Statement`].
    pub async fn empty_log(&self) -> Result<bool, DbError> {
        let Pools::Lite { writer, .. } = &self.pools else { return Ok(true) };
        let (writer, patience) = (writer.clone(), self.busy_timeout.as_millis());
        // A task of its own: given up half way, it would leave the writer without its patience.
        let emptied = tokio::spawn(async move {
            let mut connection = writer.acquire().await?;
            sqlx::query(dialect::EMPTY_LOG_PATIENCE).execute(&mut *connection).await?;
            // Its first column: whether it was kept from ending.
            let busy = sqlx::query_scalar::<_, i64>(dialect::EMPTY_LOG.sql).fetch_one(&mut *connection).await;
            let patience = format!("pragma busy_timeout = {patience}");
            sqlx::query(AssertSqlSafe(patience)).execute(&mut *connection).await?;
            busy.map(|busy| busy == 0)
        });
        let emptied = emptied.await.map_err(|_| sqlx::Error::WorkerCrashed).and_then(|done| done);
        emptied.map_err(|source| DbError::Statement { statement: dialect::EMPTY_LOG.name, source: Box::new(source) })
    }

    /// Waits for running transactions and closes.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Lite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Pg(pool) => pool.close().await,
        }
    }
}

/// Copies an embedded database as of one moment, while others read and write it, to a file that is not there yet.
///
/// # Errors
/// [`DbError::Open`]; [`DbError::Statement`], also where the file is there.
pub async fn copy_sqlite(from: &Path, to: &Path, busy_timeout: Duration) -> Result<(), DbError> {
    let opening = |source| DbError::Open { what: from.display().to_string(), source: Box::new(source) };
    let options = SqliteConnectOptions::new().filename(from).read_only(true).busy_timeout(busy_timeout);
    let mut connection = options.connect().await.map_err(opening)?;
    let Statement { name, sql } = dialect::COPY_LITE;
    let copied = sqlx::query(sql).bind(to.to_string_lossy().into_owned()).execute(&mut connection).await;
    copied.map(drop).map_err(|source| DbError::Statement { statement: name, source: Box::new(source) })
}

/// Begins a transaction in a task of its own, so that it is begun as a whole: a caller that goes away while the server
/// answers (a client that hangs up) would leave the connection within a transaction that the pool knows nothing of, and
/// the next one would write into it. SQLite's worker takes such a transaction back by itself.
async fn begun_whole(pool: &PgPool, how: &'static str) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(how).await });
    begun.await.map_err(|_| sqlx::Error::WorkerCrashed)?
}

impl Tx {
    fn keys(&mut self) -> &mut Keys {
        match self {
            Self::Lite(held) => &mut held.keys,
            Self::Pg(held) => &mut held.keys,
        }
    }

    /// # Errors
    /// [`DbError::Commit`]; whether the transaction was kept is then unknown.
    pub async fn commit(self) -> Result<(), DbError> {
        match self {
            Self::Lite(held) => held.transaction.commit().await,
            Self::Pg(held) => held.transaction.commit().await,
        }
        .map_err(|source| DbError::Commit { source: Box::new(source) })
    }

    /// Asks the database for its version of `select 1`: whether it answers at all.
    ///
    /// # Errors
    /// [`DbError::Statement`].
    pub async fn ping(&mut self) -> Result<(), DbError> {
        execute!(self, dialect::PING).map(drop)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Lite,
    Pg,
}

fn migrator(engine: Engine) -> Migrator {
    let migrations = MIGRATIONS.iter().map(|&(version, name, source)| {
        let sql = AssertSqlSafe(resolve(source, engine)).into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// Puts in the words on which the engines differ; `migrations/0001_*.sql` says what each mark means.
fn resolve(source: &str, engine: Engine) -> String {
    let marks = match engine {
        Engine::Lite => [("{{ID}}", "text"), ("{{BIGINT}}", "integer"), ("{{STRICT}}", " strict")],
        Engine::Pg => [("{{ID}}", "text collate \"C\""), ("{{BIGINT}}", "bigint"), ("{{STRICT}}", "")],
    };
    marks.iter().fold(source.to_owned(), |sql, (mark, word)| sql.replace(mark, word))
}

/// A value in its storage form.
pub(crate) fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|source| DbError::Write { what, source })
}

/// A stored value read back.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|source| DbError::Stored { what, source: Some(source) })
}

/// A stored id, day or state that this program cannot have written.
pub(crate) const fn unreadable(what: &'static str) -> DbError {
    DbError::Stored { what, source: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_resolved() {
        for (_, name, source) in MIGRATIONS {
            for engine in [Engine::Lite, Engine::Pg] {
                let sql = resolve(source, engine);
                let left = sql.lines().find(|line| line.contains("{{") && !line.starts_with("--"));
                assert_eq!(left, None, "{name} on {engine:?}");
            }
        }
    }
}
