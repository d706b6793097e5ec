//! Killed at any moment, the service loses nothing that it answered for.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::postgres::Database;
use crate::support::{Client, Receiver, TestService, Wanted, papers, temporary_folder};

/// How often the service is killed: a few in every run, and as many as `XINGE_TEST_KILLS` says for a night's
/// (`XINGE_TEST_KILLS=10000 cargo test --release --test tests -- api::crash`).
fn kills() -> u32 {
    std::env::var("XINGE_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}
/// A worker that was killed is missed after this long.
const LEASE_SECONDS: &str = "1";

struct Process {
    child: Child,
    client: Client,
}

impl Process {
    fn start(folder: &Path, database: Option<&Database>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xinge"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .env("XINGE__JOBS__LEASE_SECONDS", LEASE_SECONDS)
            // A kill counts as a try, and the same job may be hit by each.
            .env("XINGE__JOBS__ATTEMPTS_MAX", "50")
            .env("XINGE__LOG__FILTER", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if let Some(database) = database {
            command.env("XINGE__STORE__DATABASE", &database.url);
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address: SocketAddr = loop {
            let line = lines.next().expect("the service says where it listens").unwrap();
            if let Some((_, rest)) = line.split_once("listening on http://") {
                break rest.split(' ').next().unwrap().parse().unwrap();
            }
        };
        // Reads on, so that the service never waits for a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, client: Client { address } }
    }

    /// SIGKILL: no handler, no flush, no goodbye.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// How often it is killed while one application is worked on: an application has a bound on its documents.
const KILLS_AT_ONCE: u32 = 6;

#[test]
fn a_killed_service_loses_nothing_that_it_answered_for() {
    let folder = temporary_folder("crash");
    let database = Database::create();
    let receiver = Receiver::new();
    let mut process = Process::start(&folder, database.as_ref());
    let hook = json!({"url": format!("http://{}/", receiver.address), "event_types": ["document.parsed"]});
    let hook = process.client.post_json("/v1/webhooks", &hook);
    assert_eq!(hook.status, 201, "{hook:?}");
    let mut told = Told { hook: hook.json()["id"].as_str().unwrap().to_owned(), ..Told::default() };
    let mut left = kills();
    while left > 0 {
        let kills = left.min(KILLS_AT_ONCE);
        left -= kills;
        process = killed(process, kills, || Process::start(&folder, database.as_ref()), &mut told);
        told.listen(&receiver);
    }
    told.check(&process.client, &receiver);
    process.kill();
    std::fs::remove_dir_all(folder).unwrap();
}

/// Works on an application while the service is killed so often, and looks at what came of it.
fn killed(mut process: Process, kills: u32, start: impl Fn() -> Process, told: &mut Told) -> Process {
    let application = {
        let made = process.client.send("POST", "/v1/applications", &[("content-type", "application/json")], b"{}");
        made.json()["id"].as_str().unwrap().to_owned()
    };
    let uploads = format!("/v1/applications/{application}/documents?filename=a.csv");
    let acknowledged: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let next = AtomicU32::new(0);
    for kill in 0..kills {
        let client = process.client;
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        let bytes = papers::alipay(next.fetch_add(1, Ordering::Relaxed));
                        match client.try_send("POST", &uploads, &[], &bytes) {
                            Ok(answer) if answer.status == 202 => {
                                let id = answer.json()["id"].as_str().unwrap().to_owned();
                                acknowledged.lock().unwrap().push(id);
                            }
                            Ok(answer) => panic!("{answer:?}"),
                            Err(_) => std::thread::sleep(Duration::from_millis(5)),
                        }
                    }
                });
            }
            // Another moment of the work each time.
            std::thread::sleep(Duration::from_millis(150 + u64::from(kill % 6) * 170));
            // On a busy machine it may not have come to anything yet.
            let (before, patience) = (acknowledged.lock().unwrap().len(), Instant::now() + Duration::from_secs(10));
            while before == 0 && acknowledged.lock().unwrap().is_empty() && Instant::now() < patience {
                std::thread::sleep(Duration::from_millis(10));
            }
            process.kill();
            stop.store(true, Ordering::Relaxed);
        });
        process = start();
    }

    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() > 5, "only {} were acknowledged: nothing is shown", acknowledged.len());
    let deadline = Instant::now() + Duration::from_secs(60);
    let path = format!("/v1/applications/{application}");
    loop {
        let state = process.client.get(&path).json()["state"].clone();
        if state == "assessed" {
            break;
        }
        assert!(Instant::now() < deadline, "still {state}");
        std::thread::sleep(Duration::from_millis(100));
    }
    for id in &acknowledged {
        let document = process.client.get(&format!("/v1/documents/{id}"));
        assert_eq!((document.status, &document.json()["state"]), (200, &Value::from("parsed")), "{document:?}");
    }
    let decision = process.client.get(&format!("{path}/decision"));
    assert_eq!(decision.status, 200, "{decision:?}");
    let decision = decision.json();
    assert!(decision["documents"].as_array().unwrap().len() >= acknowledged.len());
    // It stands: nothing is left that would make another.
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(process.client.get(&format!("{path}/decision")).json(), decision);
    told.documents.extend(acknowledged);
    process
}

/// What a receiver was told, and what it should have been.
#[derive(Default)]
struct Told {
    hook: String,
    /// Ids of the documents that were acknowledged, and of the messages that came.
    documents: BTreeSet<String>,
    messages: BTreeSet<String>,
}

impl Told {
    fn listen(&mut self, receiver: &Receiver) {
        self.messages.extend(receiver.taken().iter().map(|message| message.header("webhook-id").to_owned()));
    }

    /// Each document was read once in effect, and each time that it was is told, or will be.
    fn check(&mut self, client: &Client, receiver: &Receiver) {
        // The list of events ends a while ago.
        std::thread::sleep(Duration::from_secs(16));
        let all = |path: &str| {
            let (mut items, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = client.get(&format!("{path}limit=200{cursor}")).json();
                items.extend(page["items"].as_array().unwrap().clone());
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break items,
                }
            }
        };
        // In this order: what is told meanwhile then counts twice rather than not at all.
        let jobs = all("/v1/jobs?");
        let happened = all("/v1/events?");
        self.listen(receiver);
        let waiting = jobs.iter().filter(|job| job["resource_id"] == self.hook.as_str()).count();
        let mut read: Vec<String> = Vec::new();
        let mut events = 0;
        let mut untold = 0;
        for event in happened {
            if event["type"] == "document.parsed" {
                read.push(event["data"]["document_id"].as_str().unwrap().to_owned());
                events += 1;
                untold += usize::from(!self.messages.contains(event["id"].as_str().unwrap()));
            }
        }
        let once: BTreeSet<String> = read.iter().cloned().collect();
        assert_eq!(once.len(), events, "a document was read twice in effect");
        assert!(self.documents.is_subset(&once), "a document was read and nobody was told");
        assert!(untold <= waiting, "{untold} of {events} messages did not come, and {waiting} wait");
    }
}

#[cfg(unix)]
#[test]
fn a_service_that_is_asked_to_stop_stops() {
    let folder = temporary_folder("stop");
    let mut process = Process::start(&folder, None);
    assert_eq!(process.client.get("/healthz").status, 200);
    let id = process.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let deadline = Instant::now() + Duration::from_secs(10);
    let status = loop {
        if let Some(status) = process.child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "it did not stop");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(status.success(), "{status}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_open_address_is_refused_with_the_reason() {
    let output = Command::new(env!("CARGO_BIN_EXE_xinge"))
        .args(["serve", "--listen", "0.0.0.0:0"])
        .env("XINGE__AUTH__MODE", "open")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("does not ask who is calling") && said.contains("xinge keys create"), "{said}");
}

#[test]
fn a_worker_of_its_own_process_does_the_work() {
    // The worker's clock is the machine's: what was queued in the past is due.
    let test = TestService::with(Wanted { now_ms: 1_700_000_000_000, ..Default::default() });
    let application = test.application();
    let filed = test.filed(&application, "a.csv", &papers::alipay(1));
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinge"));
    command.args(["worker", "--data"]).arg(&test.folder).stderr(Stdio::null());
    // What was made in the past would be past its time as well.
    command.env("XINGE__RETENTION__NOT_APPROVED_DAYS", "0");
    if let Some(database) = &test.database {
        command.env("XINGE__STORE__DATABASE", &database.url);
    }
    let mut worker = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while test.found(&format!("/v1/applications/{application}"))["state"] != "assessed" && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(100));
    }
    worker.kill().unwrap();
    worker.wait().unwrap();
    let document = test.found(&format!("/v1/documents/{}", filed["id"].as_str().unwrap()));
    assert_eq!(document["state"], "parsed", "{document}");
    assert_eq!(test.found(&format!("/v1/applications/{application}"))["state"], "assessed");
}
