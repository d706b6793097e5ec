//! A database of its own for each test, on the server that `XINGE_TEST_POSTGRES` names.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

pub struct Database {
    server: String,
    name: String,
    pub url: String,
}

/// `postgres://user@host/postgres`; tests run on SQLite when it is not set.
pub fn server() -> Option<String> {
    std::env::var("XINGE_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

impl Database {
    pub fn create() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = server()?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("xinge_test_{}_{number}", std::process::id());
        run(&server, format!("create database {name}"));
        let (place, options) =
            server.split_once('?').map_or((server.as_str(), ""), |(place, options)| (place, options));
        let (host, _) = place.rsplit_once('/').expect("XINGE_TEST_POSTGRES names a database");
        let url = format!("{host}/{name}?{options}");
        Some(Self { url, server, name })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run(&self.server, format!("drop database if exists {} with (force)", self.name));
    }
}

fn run(server: &str, sql: String) {
    // A thread of its own: a test's runtime may be the one that is dropped around this.
    let server = server.to_owned();
    let done = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = PgConnection::connect(&server).await.unwrap();
            connection.execute(AssertSqlSafe(sql)).await.unwrap();
        });
    });
    done.join().unwrap();
}
