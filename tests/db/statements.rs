use std::time::Duration;

use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};
use xinge::db::{Db, Pools, STATEMENTS, Settings, Statement, dialect};

use crate::support::postgres::Database;
use crate::support::{ring, temporary_folder};

const SETTINGS: Settings =
    Settings { connections_max: 2, busy_timeout: Duration::from_secs(5), full_synchronous: true };

fn every() -> impl Iterator<Item = &'static Statement> {
    shared().chain(dialect::LITE_ONLY).chain(dialect::PG_ONLY)
}

fn shared() -> impl Iterator<Item = &'static Statement> {
    STATEMENTS.iter().flat_map(|group| group.iter())
}

/// A misspelt column, or a word that one engine does not know, fails here and not on somebody's server.
#[tokio::test]
async fn every_statement_can_be_prepared_on_sqlite() {
    let folder = temporary_folder("statements");
    let db = Db::open_sqlite(&folder.join("xinge.db"), &SETTINGS, ring(&folder.join("key"))).await.unwrap();
    let Pools::Lite { writer, readers } = db.pools else { panic!("not SQLite") };
    for statement in shared().chain(dialect::LITE_ONLY) {
        let prepared = writer.prepare(statement.sql.into_sql_str()).await;
        assert!(prepared.is_ok(), "{}: {:?}", statement.name, prepared.err());
    }
    readers.close().await;
    writer.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn every_statement_can_be_prepared_on_postgresql() {
    let Some(database) = Database::create() else {
        eprintln!("not run: XINGE_TEST_POSTGRES names no server");
        return;
    };
    let folder = temporary_folder("statements-pg");
    let db = Db::open_postgres(&database.url, &SETTINGS, ring(&folder.join("key"))).await.unwrap();
    let Pools::Pg(pool) = db.pools else { panic!("not PostgreSQL") };
    for statement in shared().chain(dialect::PG_ONLY) {
        let prepared = pool.prepare(statement.sql.into_sql_str()).await;
        assert!(prepared.is_ok(), "{}: {:?}", statement.name, prepared.err());
    }
    pool.close().await;
}

#[tokio::test]
async fn sqlite_is_set_up_to_survive_and_to_distrust() {
    let folder = temporary_folder("pragmas");
    let path = folder.join("xinge.db");
    let ring = ring(&folder.join("key"));
    let db = Db::open_sqlite(&path, &SETTINGS, ring.clone()).await.unwrap();
    let Pools::Lite { writer, readers } = db.pools else { panic!("not SQLite") };
    assert_eq!(writer.options().get_max_connections(), 1);
    // 2 is FULL: a commit that was answered for is on the disk.
    for (pragma, value) in [
        ("synchronous", "2"),
        ("foreign_keys", "1"),
        ("trusted_schema", "0"),
        ("journal_mode", "wal"),
        ("secure_delete", "1"),
    ] {
        let read: String =
            sqlx::query_scalar(AssertSqlSafe(format!("select cast({pragma} as text) from pragma_{pragma}")))
                .fetch_one(&writer)
                .await
                .unwrap();
        assert_eq!(read, value, "{pragma}");
    }
    let written = sqlx::query("delete from jobs").execute(&readers).await;
    assert!(written.is_err(), "readers must not write");
    // A second opening finds the schema up to date.
    Db::open_sqlite(&path, &SETTINGS, ring).await.unwrap().close().await;
    readers.close().await;
    writer.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}

/// What holds data of one tenant or another.
const OF_TENANTS: [&str; 17] = [
    "applications",
    "documents",
    "archive_entries",
    "statements",
    "assessments",
    "jobs",
    "idempotency_keys",
    "access_keys",
    "access_tokens",
    "audit_log",
    "consents",
    "uploads",
    "fingerprints",
    "application_devices",
    "data_keys",
    "deletions",
    "turns",
];

/// What may look across tenants, and why.
const ACROSS: [(&str, &str); 28] = [
    ("access::KEY_BY_SECRET", "the secret is what tells the tenant"),
    ("access::TOKEN_BY_SECRET", "the secret is what tells the tenant"),
    ("access::COUNT_KEYS", "whether the service asks who is calling"),
    ("access::KEYS_OF_ALL", "for whoever runs the machine"),
    ("access::DELETE_EXPIRED_TOKENS", "for their age"),
    ("idempotency::DELETE_OLDER", "for their age"),
    ("uploads::EXPIRED", "for their age"),
    ("uploads::KNOWN", "names of files on the disk, of all"),
    ("uploads::UNFILED", "what a crash left, of all"),
    ("queue::WAITING", "who waits, of all"),
    ("queue::COMPLETE", "a worker serves all tenants; by the lease it holds"),
    ("queue::RETRY", "by the lease"),
    ("queue::BURY", "by the lease"),
    ("queue::EXTEND", "by the lease"),
    ("queue::EXPIRED", "leases of all"),
    ("queue::COUNTS", "numbers of all"),
    ("queue::DEAD", "jobs of all"),
    ("queue::ENQUEUE", "waiting jobs are compared whole"),
    ("keys::WRAPPED_OTHERWISE", "a master key wraps the keys of all"),
    ("keys::REWRAP", "by the wrapped key it was"),
    ("keys::MASTERS", "master keys are nobody's"),
    ("keys::WRAPPED_FOR", "one key of each master, to try it"),
    ("keys::UNSEALED", "whether there is any at all"),
    ("deletions::TO_FINISH", "what a crash left, of all"),
    ("deletions::EXPIRED", "for their age"),
    ("deletions::OLD_FINGERPRINTS", "for their age"),
    ("dialect::CLAIM_LITE", "the next job of all"),
    ("dialect::CLAIM_PG", "the next job of all"),
];

/// A query that forgets the tenant would show one lender another's applicants.
#[test]
fn every_statement_keeps_tenants_apart() {
    for statement in every() {
        let is_across = ACROSS.iter().any(|(name, _)| statement.name.ends_with(&format!("db::{name}")));
        let words: Vec<&str> = statement.sql.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let is_about_tenants = words.iter().any(|word| OF_TENANTS.contains(word));
        let sql = statement.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        // By its first parameter, in every statement of the kind: what a reader looks for.
        let keeps_apart = sql.contains("tenant_id = $1") || sql.contains("(tenant_id, ");
        assert!(!is_about_tenants || keeps_apart || is_across, "{} names no tenant: {sql}", statement.name);
    }
    for (name, _) in ACROSS {
        let is_there = every().any(|statement| statement.name.ends_with(&format!("db::{name}")));
        assert!(is_there, "{name} is no statement any more");
    }
}

#[test]
fn every_statement_has_a_name_of_its_own() {
    let mut names: Vec<&str> = every().map(|statement| statement.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
