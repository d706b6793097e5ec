//! How long a borrower waits for a decision when many come at once: `cargo build --release --bin xinge && cargo run
//! --release --example load -- [SECONDS] [UPLOADS_A_SECOND]` (300 and 20 where they are not given).
//!
//! It starts the real service, on an empty folder, with its readers apart, and uploads text documents (a wallet's CSV, a
//! bank's PDF of six pages, a wallet's XLSX, one after the other), each to an application of its own, at even intervals
//! whatever the service does meanwhile. Measured is the time from the last byte sent to the event that says `assessed`.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use make_samples::bench_inputs;

/// A statement of half a year.
const ROWS: usize = 240;
const PAGES: usize = 6;
const ROWS_A_PAGE: usize = 40;
/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_secs(60);

struct Service {
    child: Child,
    folder: std::path::PathBuf,
    address: SocketAddr,
}

impl Service {
    fn start() -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let program = program.ancestors().nth(2).expect("it lies in examples/").join("xinge");
        let folder = std::env::temp_dir().join(format!("xinge-load-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&folder)
            .env("XINGE__AUTH__REQUESTS_PER_SECOND", "100000")
            .env("XINGE__AUTH__REQUESTS_BURST", "100000")
            .env("XINGE__LOG__FILTER", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the service starts; `cargo build --release --bin xinge` makes it");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let address = loop {
            let line = lines.next().expect("the service says where it listens").expect("it writes text");
            if let Some((_, rest)) = line.split_once("listening on http://") {
                break rest.split(' ').next().expect("an address").parse().expect("an address");
            }
            eprintln!("{line}");
        };
        // Reads on, so that the service never waits for a full pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| eprintln!("{line}")));
        Self { child, folder, address }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Sends a request; the status and the whole answer.
fn send(address: SocketAddr, head: &str, kind: &str, body: &[u8]) -> std::io::Result<(String, Instant)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let head = format!("{head} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    stream.write_all(format!("{head}content-type: {kind}\r\n\r\n").as_bytes())?;
    stream.write_all(body)?;
    let sent = Instant::now();
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok((answer, sent))
}

fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    json.split_once(&format!("\"{name}\":\""))?.1.split('"').next()
}

/// One borrower: from the last byte to the decision.
fn borrower(address: SocketAddr, name: &str, bytes: &[u8]) -> Result<Duration, String> {
    let said = |error: std::io::Error| error.to_string();
    let (made, _) = send(address, "POST /v1/applications", "application/json", b"{}").map_err(said)?;
    let id = member(&made, "id").ok_or_else(|| format!("no application: {made}"))?.to_owned();
    let mut events = TcpStream::connect(address).map_err(said)?;
    events.set_read_timeout(Some(PATIENCE)).map_err(said)?;
    write!(events, "GET /v1/applications/{id}/events HTTP/1.1\r\nhost: {address}\r\n\r\n").map_err(said)?;
    let disposition = format!("content-disposition: form-data; name=\"file\"; filename=\"{name}\"");
    let form = [format!("--part\r\n{disposition}\r\n\r\n").as_bytes(), bytes, b"\r\n--part--\r\n"].concat();
    let path = format!("POST /v1/applications/{id}/documents");
    let (answer, sent) = send(address, &path, "multipart/form-data; boundary=part", &form).map_err(said)?;
    if !answer.starts_with("HTTP/1.1 202") {
        return Err(format!("the upload was answered with {}", answer.lines().next().unwrap_or_default()));
    }
    for line in BufReader::new(events).lines() {
        let line = line.map_err(said)?;
        if line.contains("\"state\":\"failed\"") {
            return Err(format!("the document failed: {line}"));
        }
        if line.contains("\"state\":\"assessed\"") {
            return Ok(sent.elapsed());
        }
    }
    Err("the events ended".to_owned())
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u32>().expect("a number"));
    let (seconds, rate) = (arguments.next().unwrap_or(300), arguments.next().unwrap_or(20).max(1));
    let documents: Vec<(&str, Vec<u8>)> = vec![
        ("alipay.csv", bench_inputs::alipay_csv(ROWS)),
        ("cmb.pdf", bench_inputs::cmb_pdf(PAGES, ROWS_A_PAGE).expect("the pages are drawn")),
        ("wechat.xlsx", bench_inputs::wechat_xlsx(ROWS).expect("the workbook is drawn")),
    ];
    let documents = Arc::new(documents);
    let service = Service::start();
    let took: Arc<Mutex<Vec<(usize, Duration)>>> = Arc::default();
    let errors: Arc<Mutex<Vec<String>>> = Arc::default();
    let began = Instant::now();
    let mut borrowers = Vec::new();
    for number in 0..seconds * rate {
        let due = began + Duration::from_secs(1) * number / rate;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let (documents, address) = (Arc::clone(&documents), service.address);
        let (took, errors) = (Arc::clone(&took), Arc::clone(&errors));
        borrowers.push(std::thread::spawn(move || {
            let kind = number as usize % documents.len();
            let (name, bytes) = &documents[kind];
            match borrower(address, name, bytes) {
                Ok(time) => took.lock().expect("nobody panics").push((kind, time)),
                Err(error) => errors.lock().expect("nobody panics").push(error),
            }
        }));
        borrowers.retain(|borrower| !borrower.is_finished());
    }
    for borrower in borrowers {
        let _ = borrower.join();
    }
    let took = took.lock().expect("nobody panics");
    let report = |name: &str, mut times: Vec<Duration>| {
        times.sort_unstable();
        let at = |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1)));
        let [p50, p90, p99, most] = [0.5, 0.9, 0.99, 1.0].map(|share| at(share).copied().unwrap_or_default());
        println!("{name}: {} decisions, p50 {p50:.0?}, p90 {p90:.0?}, p99 {p99:.0?}, longest {most:.0?}", times.len());
    };
    for (kind, (name, bytes)) in documents.iter().enumerate() {
        let times = took.iter().filter(|(of, _)| *of == kind).map(|(_, time)| *time).collect();
        report(&format!("{name} ({} kB)", bytes.len() / 1024), times);
    }
    report("all", took.iter().map(|(_, time)| *time).collect());
    let errors = errors.lock().expect("nobody panics");
    println!("{rate} uploads a second for {seconds} s (it took {:.0?}); errors: {}", began.elapsed(), errors.len());
    for error in errors.iter().take(5) {
        println!("  {error}");
    }
    assert!(errors.is_empty(), "not every borrower had a decision");
}
