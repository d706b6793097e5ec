use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use xinge::applications::{Clock, Parts, Periods, Service};
use xinge::auth::{Door, Mode, Rate, Rates, Reviewers};
use xinge::blobs::Blobs;
use xinge::courier::Courier;
use xinge::db::{self, Db};
use xinge::pipeline::{Key, Limits, Policy, Reader};
use xinge::sandbox::{Bounds, Sandbox};
use xinge::{api, jobs};

use super::postgres::Database;
use super::{Answer, Client, Form, ring, temporary_folder};

/// 2026-09-05 01:00 in China.
const NOW_MS: i64 = 1_788_541_200_000;

/// A service on a port of its own. Jobs run when the test says so, and none may be left when it ends.
pub struct TestService {
    pub client: Client,
    pub service: Arc<Service>,
    pub folder: PathBuf,
    now_ms: Arc<AtomicI64>,
    runtime: Runtime,
    /// Dropped with the service; `None` on SQLite.
    pub database: Option<Database>,
}

/// What a test may want otherwise.
pub struct Wanted {
    pub limits: Limits,
    pub documents_max: u32,
    pub registry_key: Option<Key>,
    pub concurrent_requests_max: usize,
    pub request_timeout: Duration,
    pub mode: Mode,
    pub rate: Rate,
    pub reviewers: Option<Reviewers>,
    pub origins: Vec<String>,
    pub consents_required: bool,
    /// The processes that read files; `None` reads them in the test's own.
    pub apart: Option<Apart>,
    /// Milliseconds since 1970.
    pub now_ms: i64,
}

/// Processes that read files.
pub struct Apart {
    pub program: PathBuf,
    pub bounds: Bounds,
    pub children: usize,
}

impl Apart {
    /// This program's own, with the readers' bounds, for text documents.
    pub fn new() -> Self {
        Self {
            program: env!("CARGO_BIN_EXE_xinge").into(),
            bounds: Bounds::of(&Limits::default(), 3 << 30, 60),
            children: 2,
        }
    }
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            documents_max: 100,
            registry_key: None,
            concurrent_requests_max: 64,
            request_timeout: Duration::from_secs(30),
            mode: Mode::OpenUntilKeys,
            rate: Rate { per_second: 1_000, burst: 10_000 },
            reviewers: None,
            origins: Vec::new(),
            consents_required: false,
            apart: None,
            now_ms: NOW_MS,
        }
    }
}

pub const JOBS: jobs::Settings = jobs::Settings {
    workers: 2,
    deliverers: 2,
    lease: Duration::from_secs(15),
    attempts_max: 3,
    poll: Duration::from_millis(50),
    grace: Duration::from_secs(5),
};

impl TestService {
    pub fn new() -> Self {
        Self::with(Wanted::default())
    }

    /// On PostgreSQL when `XINGE_TEST_POSTGRES` names a server, else on SQLite.
    pub fn with(wanted: Wanted) -> Self {
        let folder = temporary_folder("service");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let database = Database::create();
        let settings =
            db::Settings { connections_max: 4, busy_timeout: Duration::from_secs(10), full_synchronous: false };
        // Where a process of its own on this folder looks for it.
        let ring = ring(&folder.join("master.key"));
        let db = runtime.block_on(async {
            match &database {
                Some(database) => Db::open_postgres(&database.url, &settings, ring).await,
                None => Db::open_sqlite(&folder.join("xinge.db"), &settings, ring).await,
            }
            .unwrap()
        });
        let now_ms = Arc::new(AtomicI64::new(wanted.now_ms));
        let service = Arc::new(Service::new(Parts {
            db,
            blobs: Blobs::open(&folder.join("blobs"), wanted.limits.file_bytes).unwrap(),
            policy: Policy::standard().unwrap(),
            reader: Reader { limits: wanted.limits, ..Reader::default() },
            documents_max: wanted.documents_max,
            consents_required: wanted.consents_required,
            registry_key: wanted.registry_key,
            courier: Courier::new(true, Duration::from_secs(5)),
            periods: Periods { short_days: 90, long_days: 3650, fingerprints_days: 730 },
            sandbox: wanted.apart.map(|Apart { program, bounds, children }| {
                runtime.block_on(Sandbox::start(program, bounds, children)).unwrap()
            }),
            clock: Clock::Fixed(Arc::clone(&now_ms)),
            cores: 2,
        }));
        let router = api::router(
            Arc::clone(&service),
            &api::Settings {
                door: Arc::new(Door {
                    mode: wanted.mode,
                    reviewers: wanted.reviewers,
                    rates: Rates::new(wanted.rate),
                    origins: wanted.origins,
                }),
                request_timeout: wanted.request_timeout,
                upload_timeout: Duration::from_secs(60),
                body_idle: Duration::from_secs(2),
                concurrent_requests_max: wanted.concurrent_requests_max,
            },
        );
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { client: Client { address }, service, folder, now_ms, runtime, database }
    }

    pub fn block_on<T>(&self, task: impl Future<Output = T>) -> T {
        self.runtime.block_on(task)
    }

    pub fn advance(&self, time: Duration) {
        self.now_ms.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Runs every job that is due; how many they were.
    pub fn run_jobs(&self) -> usize {
        self.block_on(jobs::run_due(&self.service, &JOBS)).unwrap()
    }

    /// Makes an application that declares nothing.
    pub fn application(&self) -> String {
        let answer = self.client.post_json("/v1/applications", &json!({}));
        assert_eq!(answer.status, 201, "{answer:?}");
        text(&answer.json()["id"])
    }

    pub fn upload(&self, application: &str, form: Form) -> Answer {
        let path = format!("/v1/applications/{application}/documents");
        self.client.send("POST", &path, &[Form::CONTENT_TYPE], &form.finish())
    }

    /// Uploads a file that must be taken.
    pub fn filed(&self, application: &str, name: &str, bytes: &[u8]) -> Value {
        let answer = self.upload(application, Form::default().file(name, bytes));
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.json()
    }

    /// What `GET` answers at a path where something must be.
    pub fn found(&self, path: &str) -> Value {
        let answer = self.client.get(path);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

impl Drop for TestService {
    fn drop(&mut self) {
        let counts = self.runtime.block_on(self.service.job_counts());
        self.runtime.block_on(self.service.db.close());
        let _ = std::fs::remove_dir_all(&self.folder);
        if !std::thread::panicking() {
            let counts = counts.unwrap();
            assert_eq!((counts.queued, counts.running), (0, 0), "jobs were left in the queue");
        }
    }
}
