//! For whoever runs the service: metrics and their dashboard, what logs may say, backups.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Apart, Client, Form, Message, Receiver, TestService, Wanted, papers, temporary_folder};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The names of metrics in a text.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("xinge_")).map(str::to_owned).collect()
}

#[test]
fn every_metric_of_the_dashboard_is_told() {
    let test = TestService::with(Wanted { apart: Some(Apart::new()), ..Default::default() });
    let application = test.application();
    test.filed(&application, "a.csv", &papers::alipay(1));
    test.run_jobs();
    let told = test.block_on(test.service.metrics_text()).unwrap();
    let families = names(&told);
    let dashboard: Value = serde_json::from_slice(&fs::read(root().join("operations/grafana.json")).unwrap()).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let queries = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let shown: BTreeSet<String> = queries.flat_map(|query| names(query["expr"].as_str().unwrap())).collect();
    assert!(shown.len() >= 8, "{shown:?}");
    let unknown: Vec<_> = shown.difference(&families).collect();
    assert!(unknown.is_empty(), "the dashboard asks for {unknown:?}, told are {families:?}");
    // And nothing is told that nobody can look at.
    let family = |name: &String| {
        ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
    };
    let of_shown: BTreeSet<String> = shown.iter().map(family).collect();
    let unseen: Vec<_> = families.iter().filter(|name| !of_shown.contains(&family(name))).collect();
    assert!(unseen.is_empty(), "the dashboard does not show {unseen:?}");
    assert!(
        told.contains("xinge_document_read_duration_seconds_count{file=\"text/csv\",outcome=\"read\"} 1\n"),
        "{told}"
    );
    assert!(
        told.contains("xinge_job_duration_seconds_count{kind=\"assess_application\",outcome=\"done\"} 1\n"),
        "{told}"
    );
    assert!(told.contains("route=\"/v1/applications/{id}/documents\",status=\"202\""), "{told}");
}

/// The program itself, with everything that it says.
struct Process {
    child: Child,
    client: Client,
    operations: Client,
    said: Arc<Mutex<String>>,
}

impl Process {
    fn start(folder: &Path) -> Self {
        Self::telling(folder, None)
    }

    /// With a collector of traces.
    fn telling(folder: &Path, traces: Option<SocketAddr>) -> Self {
        let endpoint = traces.map_or_else(String::new, |address| format!("http://{address}/v1/traces"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_xinge"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .env("XINGE__METRICS__LISTEN", "127.0.0.1:0")
            .env("XINGE__TRACES__ENDPOINT", endpoint)
            .env("XINGE__LOG__FORMAT", "json")
            .env("XINGE__LOG__FILTER", "info,xinge=trace,sqlx=debug")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (mut listens, mut operations) = (None, None);
        while listens.is_none() || operations.is_none() {
            let line = lines.next().expect("the service says where it listens").unwrap();
            if let Some((_, rest)) = line.split_once("listening on http://") {
                listens = rest.split(' ').next().map(|text| text.parse::<SocketAddr>().unwrap());
            } else if line.contains("metrics are told") {
                let line: Value = serde_json::from_str(&line).unwrap();
                operations = line["address"].as_str().map(|text| text.parse::<SocketAddr>().unwrap());
            }
            said.lock().unwrap().push_str(&(line + "\n"));
        }
        let all = Arc::clone(&said);
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| all.lock().unwrap().push_str(&(line + "\n")));
        });
        let [client, operations] = [listens, operations].map(|address| Client { address: address.unwrap() });
        Self { child, client, operations, said }
    }

    fn application(&self, declared: &Value) -> String {
        let made = self.client.post_json("/v1/applications", &serde_json::json!({ "declared": declared }));
        assert_eq!(made.status, 201, "{made:?}");
        made.json()["id"].as_str().unwrap().to_owned()
    }

    fn upload(&self, application: &str, name: &str, bytes: &[u8]) {
        let path = format!("/v1/applications/{application}/documents");
        let form = Form::default().file(name, bytes).finish();
        let answer = self.client.send("POST", &path, &[Form::CONTENT_TYPE], &form);
        assert_eq!(answer.status, 202, "{answer:?}");
    }

    /// Until it is decided on.
    fn decision(&self, application: &str) -> Value {
        let deadline = Instant::now() + Duration::from_secs(240);
        loop {
            let answer = self.client.get(&format!("/v1/applications/{application}/decision"));
            if answer.status == 200 {
                return answer.json();
            }
            assert!(Instant::now() < deadline, "{answer:?}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What an applicant declared and what their papers print that could tell who they are or what they have.
fn personal(declared: &Value, statements: &Value) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut add = |value: &Value| {
        if let Some(text) = value.as_str()
            && text.chars().count() >= 2
        {
            words.insert(text.to_owned());
        }
    };
    for key in ["name", "id_number", "employer"] {
        add(&declared[key]);
    }
    for item in statements["items"].as_array().unwrap() {
        let statements = item["statements"].as_array().into_iter().flatten();
        for row in statements.flat_map(|statement| statement["transactions"].as_array().unwrap()) {
            add(&row["counterparty"]);
            add(&row["description"]);
            add(&row["reference"]);
            // Shorter ones are found in durations by chance.
            for figure in [&row["amount"], &row["balance"]] {
                if let Some(figure) = figure.as_str()
                    && figure.trim_start_matches('-').len() >= 8
                {
                    add(&Value::from(figure.trim_start_matches('-')));
                }
            }
        }
    }
    // A word such as `in` is in any text.
    words.retain(|word| !word.is_ascii() || word.len() >= 8);
    words
}

#[test]
fn logs_metrics_and_traces_say_nothing_of_anybody() {
    let folder = temporary_folder("silent");
    let collector = Receiver::new();
    let mut process = Process::telling(&folder, Some(collector.address));
    let mut applicants = Vec::new();
    for sample in ["farmer", "gig", "merchant", "salaried"] {
        let folder = root().join("samples").join(sample);
        let declared: Value = serde_json::from_slice(&fs::read(folder.join("declared.json")).unwrap()).unwrap();
        let application = process.application(&declared);
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && path.extension().is_none_or(|extension| extension != "json") {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                process.upload(&application, &name, &fs::read(&path).unwrap());
            }
        }
        // One that is locked, with a wrong password beside it, and one that is nothing.
        let form =
            Form::default().file("林一舟.pdf", &papers::locked_pdf("Geheim-4711")).text("password", "Geheim-0815");
        let path = format!("/v1/applications/{application}/documents");
        process.client.send("POST", &path, &[Form::CONTENT_TYPE], &form.finish());
        process.upload(&application, "6222021234567890.csv", "床前明月光\n".as_bytes());
        applicants.push((application, declared));
    }
    let mut words: BTreeSet<String> = ["Geheim", "林一舟", "6222021234567890"].map(str::to_owned).into();
    for (application, declared) in &applicants {
        process.decision(application);
        let statements = process.client.get(&format!("/v1/applications/{application}/statements")).json();
        words.extend(personal(declared, &statements));
    }
    assert!(words.len() > 200, "only {} words to look for", words.len());
    let metrics = process.operations.get("/metrics");
    assert_eq!(metrics.status, 200, "{metrics:?}");
    assert_eq!(process.operations.get("/readyz").status, 200);
    assert_eq!(process.client.get("/metrics").status, 404, "it is told on its own address only");
    let metrics = String::from_utf8(metrics.body).unwrap();
    let logs = process.said.lock().unwrap().clone();
    assert!(logs.lines().count() > 50 && logs.contains("\"message\":\"done\"") && logs.contains("answered"), "{logs}");
    // What is left is sent at the end.
    Command::new("kill").arg(process.child.id().to_string()).status().unwrap();
    assert!(process.child.wait().unwrap().success());
    let traces: Vec<Message> = collector.taken();
    assert!(traces.iter().all(|one| one.path == "/v1/traces"), "{traces:?}");
    let traces: Vec<u8> = traces.into_iter().flat_map(|one| one.body).collect();
    let traces = String::from_utf8_lossy(&traces).into_owned();
    for word in ["request", "/v1/applications/{id}/documents", "job", "xinge"] {
        assert!(traces.contains(word), "no trace says {word}");
    }
    for (what, text) in [("the log", &logs), ("the metrics", &metrics), ("a trace", &traces)] {
        for word in &words {
            let line = text.lines().find(|line| line.contains(word.as_str()));
            assert_eq!(line, None, "{what} says {word}");
        }
        if what == "a trace" {
            continue; // Bytes of its format may look like anything.
        }
        let chinese = text.lines().find(|line| line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)));
        assert_eq!(chinese, None, "{what} speaks English; what is Chinese came from somebody's papers");
    }
    drop(process);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_backup_made_while_the_service_runs_is_a_whole_store() {
    let folder = temporary_folder("backup");
    let data = folder.join("data");
    let copy = folder.join("copy");
    let process = Process::start(&data);
    let application = process.application(&serde_json::json!({"name": "林一舟"}));
    process.upload(&application, "a.csv", &papers::alipay(1));
    let before = process.decision(&application);
    let backup = |to: &Path| {
        Command::new(env!("CARGO_BIN_EXE_xinge")).args(["backup", "--data"]).arg(&data).arg(to).output().unwrap()
    };
    // While others come.
    let other = process.application(&serde_json::json!({}));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 10..20 {
                process.upload(&other, &format!("{number}.csv"), &papers::alipay(number));
            }
        });
        let output = backup(&copy);
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).starts_with("copied the database and "), "{output:?}");
    });
    let twice = backup(&copy);
    assert_eq!(twice.status.code(), Some(1), "a copy is not written over: {twice:?}");
    drop(process);
    // The master key is kept apart; here it was made beside the data.
    assert!(!copy.join("master.key").exists());
    fs::copy(data.join("master.key"), copy.join("master.key")).unwrap();
    fs::remove_dir_all(&data).unwrap();

    let restored = Process::start(&copy);
    assert_eq!(restored.decision(&application), before);
    let documents = restored.client.get(&format!("/v1/applications/{application}/documents")).json();
    assert_eq!(documents["items"][0]["state"], "parsed", "{documents}");
    // What the copy knows of the other is whole, and its work goes on.
    let documents = restored.client.get(&format!("/v1/applications/{other}/documents")).json();
    if !documents["items"].as_array().unwrap().is_empty() {
        restored.decision(&other);
    }
    restored.upload(&application, "later.csv", &papers::alipay(99));
    let again = restored.decision(&application);
    assert_eq!(again["documents"].as_array().unwrap().len(), 2, "{again}");
    drop(restored);
    fs::remove_dir_all(folder).unwrap();
}
