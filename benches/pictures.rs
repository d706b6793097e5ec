//! How well pictures are read: `cargo bench --bench pictures -- FOLDER [--words OUT.json] [GROUP,...]`.
//!
//! FOLDER holds drawn pictures and their `truth.json`, as the set's own script writes it. What is scored is what comes
//! out at the end: the statement's rows after repair, aligned with the printed ones. `--words` writes every word with its
//! place as well, for a scorer of engines. Models are looked for in `models/`. CPU seconds are of the whole process.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use model::document::{Content, Document};
use model::extracted::Extracted;
use model::proof::ProofStatus;
use model::source::Source;
use model::statement::{Statement, Transaction};
use reading::Limits;
use serde_json::{Value, json};
use xinge::pipeline::{self, Engine, Reader};
use xinge::recognition;

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words = arguments.iter().position(|argument| argument == "--words").map(|at| {
        arguments.remove(at);
        arguments.remove(at)
    });
    let [folder, groups @ ..] = arguments.as_slice() else {
        println!("skipped: pictures FOLDER [--words OUT.json] [GROUP,...]");
        return;
    };
    let groups: Vec<&str> = groups.iter().flat_map(|groups| groups.split(',')).collect();
    let folder = Path::new(folder);
    let truth = std::fs::read(folder.join("truth.json")).expect("the set's truth.json");
    let truth: Vec<Value> = serde_json::from_slice(&truth).expect("a list of pictures");
    let engine = recognition::load(Path::new("models"), NonZeroUsize::MIN).expect("models, as .ci/models fetches them");
    let engine = Arc::new(engine);
    let reader = Reader { recognizer: Some(Engine(engine.clone())), ..Reader::default() };
    let mut images = serde_json::Map::new();
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for picture in &truth {
        let (id, group, file) = (text(picture, "id"), text(picture, "group"), text(picture, "file"));
        if !groups.is_empty() && !groups.contains(&group) {
            continue;
        }
        let bytes = std::fs::read(folder.join(file)).expect("the picture");
        if words.is_some() {
            let (began, cpu) = (Instant::now(), cpu_seconds());
            let read = reading::read(&bytes, &[], &Limits::default(), Some(engine.as_ref()));
            let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu);
            let boxes = read.map(|document| boxes(&document, picture)).unwrap_or_default();
            images.insert(id.to_owned(), json!({ "sec": seconds, "cpu": cpu, "boxes": boxes }));
        }
        let (began, cpu) = (Instant::now(), cpu_seconds());
        let extracted = pipeline::extract(file, &bytes, &[], &reader).remove(0);
        let score = scores.entry(group).or_default();
        score.seconds += began.elapsed().as_secs_f64();
        score.cpu += cpu_seconds() - cpu;
        score.pictures += 1;
        println!("{id}: {}", score.add(&extracted, picture));
    }
    println!(
        "\n{:10} pictures  amounts          balances         dates            names            proven repaired false  s/pic  cpu/pic",
        "group"
    );
    for (group, score) in &scores {
        println!("{group:10} {score}");
    }
    println!("peak memory {} MB", peak_mb());
    if let Some(out) = words {
        let answer = json!({ "engine": "xinge", "images": images, "rss_mb": peak_mb() });
        std::fs::write(out, answer.to_string()).expect("a file to write to");
    }
}

/// How many were read exactly, of how many printed.
#[derive(Default, Clone, Copy)]
struct Share {
    right: usize,
    printed: usize,
}

#[derive(Default)]
struct Score {
    pictures: usize,
    kinds: BTreeMap<String, Share>,
    proven: usize,
    repaired: usize,
    /// Statements called proven or repaired in which a figure is wrong, a row is missing or one too many.
    wrong: usize,
    seconds: f64,
    cpu: f64,
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>8}", self.pictures)?;
        for kind in ["amount", "balance", "date", "counterparty"] {
            let Share { right, printed } = self.kinds.get(kind).copied().unwrap_or_default();
            let percent = 100.0 * right as f64 / printed.max(1) as f64;
            write!(f, "  {right:>4}/{printed:<4} {percent:5.1}%")?;
        }
        let pictures = self.pictures.max(1) as f64;
        write!(f, "  {:>6} {:>8} {:>5}", self.proven, self.repaired, self.wrong)?;
        write!(f, "  {:5.2}  {:5.2}", self.seconds / pictures, self.cpu / pictures)
    }
}

impl Score {
    /// Scores one picture; what is wrong with it, in words.
    fn add(&mut self, extracted: &Extracted, picture: &Value) -> String {
        let rows = picture["rows"].as_array().expect("rows");
        let Ok(read) = &extracted.outcome else {
            rows.iter().flat_map(printed).for_each(|(kind, _)| self.kinds.entry(kind).or_default().printed += 1);
            return format!("not read: {:?}", extracted.outcome.as_ref().err());
        };
        let statements = &read.parsed.statements;
        let mut wrong: Vec<String> = Vec::new();
        let mut is_false = false;
        let with_rows: Vec<&Statement> = statements.iter().filter(|one| !one.transactions.is_empty()).collect();
        let status = statements.iter().map(|one| one.proof.status).max_by_key(|status| *status as u8);
        if with_rows.is_empty() {
            let all: Vec<String> = statements
                .iter()
                .flat_map(|one| one.records.iter().flatten().chain(&one.fields))
                .map(|(_, field)| plain(&field.value))
                .collect();
            for (kind, text) in rows.iter().flat_map(printed) {
                let share = self.kinds.entry(kind.clone()).or_default();
                share.printed += 1;
                let wanted = plain(&text);
                if all.iter().any(|value| *value == wanted || same_number(value, &wanted)) {
                    share.right += 1;
                } else {
                    wrong.push(format!("{kind} {text} missing"));
                }
            }
        } else {
            let transactions: Vec<&Transaction> = with_rows.iter().flat_map(|one| &one.transactions).collect();
            let pairs = align(rows, &transactions);
            is_false = transactions.len() != rows.len();
            if is_false {
                wrong.push(format!("{} rows of {}", transactions.len(), rows.len()));
            }
            for (row, transaction) in pairs {
                for (kind, text) in printed(&rows[row]) {
                    let share = self.kinds.entry(kind.clone()).or_default();
                    share.printed += 1;
                    let got = transaction.map(|at| figure(transactions[at], &kind)).unwrap_or_default();
                    if is_same(&kind, &text, &got) {
                        share.right += 1;
                    } else {
                        is_false |= kind == "amount" || kind == "balance" || kind == "date";
                        wrong.push(format!("row {row} {kind} {text} is {got}"));
                    }
                }
            }
        }
        let proven = statements.iter().filter(|one| one.proof.status == ProofStatus::Proven).count();
        let repaired = statements.iter().filter(|one| one.proof.status == ProofStatus::Repaired).count();
        self.proven += proven;
        self.repaired += repaired;
        let is_false = is_false && proven + repaired > 0;
        self.wrong += usize::from(is_false);
        let note = if is_false { "FALSE " } else { "" };
        format!("{note}{} {status:?} {}", read.parsed.parser.id, wrong.join("; "))
    }
}

/// Kind and text of a row's figures that are scored.
fn printed(row: &Value) -> Vec<(String, String)> {
    let fields = row["fields"].as_array().expect("fields").iter();
    let fields = fields.map(|field| (text(field, "kind").to_owned(), text(field, "text").to_owned()));
    fields.filter(|(kind, _)| ["amount", "balance", "date", "counterparty"].contains(&kind.as_str())).collect()
}

fn figure(row: &Transaction, kind: &str) -> String {
    match kind {
        "amount" => row.amount.to_string(),
        "balance" => row.balance.map(|balance| balance.to_string()).unwrap_or_default(),
        "date" => row.time.map(|when| when.date.to_string()).unwrap_or_default(),
        _ => row.counterparty.as_deref().or(row.description.as_deref()).unwrap_or_default().to_owned(),
    }
}

fn is_same(kind: &str, printed: &str, read: &str) -> bool {
    match kind {
        "amount" | "balance" => same_number(printed, read),
        "date" => {
            // A list of an app prints no year, a table any form: month and day are compared, and the year where it is.
            let numbers = |text: &str| -> Vec<u32> {
                let text = text.split_whitespace().next().unwrap_or_default();
                let compact = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
                let parts = if compact {
                    vec![&text[..4], &text[4..6], &text[6..]]
                } else {
                    text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect()
                };
                parts.iter().filter_map(|part| part.parse().ok()).collect()
            };
            let (printed, read) = (numbers(printed), numbers(read));
            !printed.is_empty() && read.ends_with(&printed)
        }
        _ => plain(printed) == plain(read),
    }
}

fn same_number(one: &str, other: &str) -> bool {
    let digits = |text: &str| -> Option<String> {
        let kept: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
        kept.contains('.').then_some(kept)
    };
    digits(one).is_some_and(|one| digits(other).is_some_and(|other| one == other))
}

fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            c => c,
        })
        .collect()
}

/// Each printed row with the read row that is it, by what they share (longest common subsequence, weighted).
fn align(rows: &[Value], read: &[&Transaction]) -> Vec<(usize, Option<usize>)> {
    let alike = |row: usize, at: usize| {
        let shared =
            printed(&rows[row]).iter().filter(|(kind, text)| is_same(kind, text, &figure(read[at], kind))).count();
        shared as u32
    };
    let mut best = vec![vec![0_u32; read.len() + 1]; rows.len() + 1];
    for row in (0..rows.len()).rev() {
        for at in (0..read.len()).rev() {
            let pair = best[row + 1][at + 1] + alike(row, at);
            best[row][at] = pair.max(best[row + 1][at]).max(best[row][at + 1]);
        }
    }
    let (mut at, mut pairs) = (0, Vec::new());
    for row in 0..rows.len() {
        while at < read.len()
            && best[row][at] == best[row][at + 1]
            && best[row][at] > best[row + 1][at + 1] + alike(row, at)
        {
            at += 1;
        }
        let is_pair = at < read.len() && best[row][at] == best[row + 1][at + 1] + alike(row, at);
        pairs.push((row, is_pair.then_some(at)));
        at += usize::from(is_pair);
    }
    pairs
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().expect("a text")
}

/// Each word: text, confidence, the corners of its place in pixels of the picture.
fn boxes(document: &Document, picture: &Value) -> Vec<Value> {
    let [width, height] = [0, 1].map(|at| picture["size"][at].as_f64().expect("a size"));
    let Content::Pages(pages) = &document.content else { return Vec::new() };
    let words = pages.iter().flat_map(|page| page.words.iter().map(move |word| (page, word)));
    let boxes = words.filter_map(|(page, word)| {
        let Source::Page { area, .. } = page.source(word.x0, word.top, word.x1, word.bottom) else { return None };
        let (x0, x1) = (f64::from(area.x0) * width, f64::from(area.x1) * width);
        let (y0, y1) = (f64::from(area.y0) * height, f64::from(area.y1) * height);
        Some(json!([page.word_text(word), word.confidence, [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]]))
    });
    boxes.collect()
}

/// User and system time of this process, in hundredths of a second as Linux counts them.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // utime and stime are fields 14 and 15; the first after the name is the third.
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
