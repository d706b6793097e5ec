//! The PDF reader against poppler's `pdftotext -bbox`, in one run on one file: `cargo bench --bench against_pdftotext`.
//! Prints CPU time as ratios, and the peak memory of a process that reads and parses the file once. Linux only.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::path::Path;
use std::process::{Command, Stdio};

use make_samples::bench_inputs;
use reading::Limits;

const PAGES: usize = 200;
const ROWS_A_PAGE: usize = 40;
const ROUNDS: usize = 7;
/// Repetitions within a round: the clock ticks a hundred times a second.
const REPETITIONS: u32 = 20;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|argument| argument == "--once") {
        Some(at) => once(Path::new(&arguments[at + 1])),
        None => compare(),
    }
}

/// Reads and parses the file and says what it took at most.
fn once(path: &Path) {
    let bytes = std::fs::read(path).expect("the file is there");
    let document = reading::read(&bytes, &[], &Limits::default(), None).expect("readable");
    let parsed = parsers::parse(&document).expect("a statement");
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak").trim().to_owned();
    println!("{} rows, peak memory {peak}", parsed.statements.iter().map(|s| s.transactions.len()).sum::<usize>());
}

/// User and system time in ticks: of this process, or of its children that have ended.
fn ticks(children: bool) -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit(") ").next().expect("fields").split(' ').collect();
    let first = if children { 13 } else { 11 };
    fields[first..first + 2].iter().map(|field| field.parse::<u64>().expect("ticks")).sum()
}

fn compare() {
    let folder = std::env::temp_dir().join(format!("xinge-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("cmb.pdf");
    let bytes = bench_inputs::cmb_pdf(PAGES, ROWS_A_PAGE).expect("the pages are drawn");
    std::fs::write(&path, &bytes).expect("written");
    let limits = Limits::default();
    let (mut poppler, mut text, mut whole) = (u64::MAX, u64::MAX, u64::MAX);
    for _ in 0..ROUNDS {
        let before = ticks(true);
        let run = Command::new("pdftotext").arg("-bbox").arg(&path).arg("-").stdout(Stdio::null()).status();
        let Ok(status) = run else {
            println!("pdftotext is not installed (package poppler-utils): nothing to compare with");
            return;
        };
        assert!(status.success());
        poppler = poppler.min(ticks(true) - before);
        let before = ticks(false);
        for _ in 0..REPETITIONS {
            reading::read(&bytes, &[], &limits, None).expect("readable");
        }
        text = text.min(ticks(false) - before);
        let before = ticks(false);
        for _ in 0..REPETITIONS {
            let document = reading::read(&bytes, &[], &limits, None).expect("readable");
            parsers::parse(&document).expect("a statement");
        }
        whole = whole.min(ticks(false) - before);
    }
    let ratio = |ours: u64| ours as f64 / f64::from(REPETITIONS) / poppler as f64;
    println!("{PAGES} pages, {} rows, best of {ROUNDS}, CPU time", PAGES * ROWS_A_PAGE);
    println!("pdftotext -bbox        {:4} ms   1", poppler * 10);
    println!("text                   {:4} ms   {:.3}", text * 10 / u64::from(REPETITIONS), ratio(text));
    println!("text, table and proof  {:4} ms   {:.3}", whole * 10 / u64::from(REPETITIONS), ratio(whole));
    let me = std::env::current_exe().expect("this program");
    let said = Command::new(me).arg("--once").arg(&path).output().expect("started");
    print!("{}", String::from_utf8_lossy(&said.stdout));
    std::fs::remove_dir_all(&folder).expect("removed");
}
