use std::time::Duration;

use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};
use xinge::db::{self, Db, STATEMENTS, Settings, Statement, dialect};

use crate::support::postgres::Database;
use crate::support::temporary_folder;

const SETTINGS: Settings =
    Settings { connections_max: 2, busy_timeout: Duration::from_secs(5), full_synchronous: true };

fn shared() -> impl Iterator<Item = &'static Statement> {
    STATEMENTS.iter().flat_map(|group| group.iter())
}

/// A misspelt column, or a word that one engine does not know, fails here and not on somebody's server.
#[tokio::test]
async fn every_statement_can_be_prepared_on_sqlite() {
    let folder = temporary_folder("statements");
    let Db::Lite { writer, readers } = Db::open_sqlite(&folder.join("xinge.db"), &SETTINGS).await.unwrap() else {
        panic!("not SQLite");
    };
    for statement in shared() {
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
    let Db::Pg(pool) = Db::open_postgres(&database.url, &SETTINGS).await.unwrap() else {
        panic!("not PostgreSQL");
    };
    let own = shared().filter(|statement| statement.name != dialect::CLAIM_LITE.name);
    for statement in own.chain(dialect::PG_ONLY) {
        let prepared = pool.prepare(statement.sql.into_sql_str()).await;
        assert!(prepared.is_ok(), "{}: {:?}", statement.name, prepared.err());
    }
    pool.close().await;
}

#[tokio::test]
async fn sqlite_is_set_up_to_survive_and_to_distrust() {
    let folder = temporary_folder("pragmas");
    let path = folder.join("xinge.db");
    let Db::Lite { writer, readers } = Db::open_sqlite(&path, &SETTINGS).await.unwrap() else { panic!("not SQLite") };
    assert_eq!(writer.options().get_max_connections(), 1);
    // 2 is FULL: a commit that was answered for is on the disk.
    for (pragma, value) in
        [("synchronous", "2"), ("foreign_keys", "1"), ("trusted_schema", "0"), ("journal_mode", "wal")]
    {
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
    db::Db::open_sqlite(&path, &SETTINGS).await.unwrap().close().await;
    readers.close().await;
    writer.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn every_statement_has_a_name_of_its_own() {
    let mut names: Vec<&str> = shared().chain(dialect::PG_ONLY).map(|statement| statement.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
