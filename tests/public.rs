//! Files that others published: each is read in full, with the rows and sums that the paper itself shows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::Money;
use model::statement::{Flow, Statement};
use serde::Deserialize;
use xinge::pipeline::{self, Reader};
use xinge::wire::failure::FailureOut;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    file: Vec<File>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Where its publisher's folder has it; a folder where its pages are lists of text.
    path: String,
    /// The copy, under `parsers`.
    sample: String,
    #[serde(default)]
    statements: Vec<Expected>,
    /// Something in it cannot be read, and that must be said.
    #[serde(default)]
    problems: bool,
    error: Option<String>,
}

/// Number of rows and their sum.
type Sum = (usize, String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    issuer: Option<String>,
    currency: Option<String>,
    #[serde(rename = "in")]
    inflow: Option<Sum>,
    out: Option<Sum>,
    neutral: Option<Sum>,
    opening: Option<String>,
    closing: Option<String>,
    proof: String,
}

fn table() -> Vec<File> {
    toml::from_str::<Table>(include_str!("public.toml")).unwrap().file
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("parsers")
}

fn sum(statement: &Statement, flow: Flow) -> Sum {
    let rows = || statement.transactions.iter().filter(|row| row.flow == flow);
    (rows().count(), rows().map(|row| row.amount.abs()).sum::<Money>().to_string())
}

fn differences(read: &Statement, expected: &Expected) -> Vec<String> {
    let shown = |money: &Option<model::Sourced<Money>>| money.as_ref().map(|money| money.value.to_string());
    let nothing = || (0, "0.00".to_owned());
    let sums = [(Flow::In, &expected.inflow), (Flow::Out, &expected.out), (Flow::Neutral, &expected.neutral)];
    let mut wrong: Vec<String> = sums
        .into_iter()
        .map(|(flow, wanted)| (flow, sum(read, flow), wanted.clone().unwrap_or_else(nothing)))
        .filter(|(_, found, wanted)| found != wanted)
        .map(|(flow, found, wanted)| format!("{flow:?} {found:?}, the paper {wanted:?}"))
        .collect();
    let texts = [
        ("issuer", Some(read.issuer.to_string()), &expected.issuer),
        ("currency", read.currency.as_ref().map(ToString::to_string), &expected.currency),
        ("opening", shown(&read.opening_balance), &expected.opening),
        ("closing", shown(&read.closing_balance), &expected.closing),
        ("proof", Some(read.proof.status.as_str().to_owned()), &Some(expected.proof.clone())),
    ];
    for (name, found, wanted) in texts {
        if wanted.is_some() && found != *wanted {
            wrong.push(format!("{name} {found:?}, the paper {wanted:?}"));
        }
    }
    wrong
}

fn failures(file: &File) -> Vec<String> {
    let bytes = std::fs::read(samples().join(&file.sample)).unwrap();
    let name = Path::new(&file.sample).file_name().unwrap().to_string_lossy().into_owned();
    let mut documents = pipeline::extract(&name, &bytes, &[], &Reader::default());
    let parsed = match (documents.remove(0).outcome, &file.error) {
        (Ok(read), None) => read.parsed,
        (Ok(read), Some(code)) => return vec![format!("{} statements, not {code}", read.parsed.statements.len())],
        (Err(why), code) => {
            let found = FailureOut::from(&why).code;
            let same = code.as_deref() == Some(found);
            return if same { Vec::new() } else { vec![format!("{found}, not {code:?}")] };
        }
    };
    let mut wrong = Vec::new();
    if parsed.statements.len() != file.statements.len() {
        wrong.push(format!("{} statements, the paper {}", parsed.statements.len(), file.statements.len()));
    }
    if file.problems && parsed.problems.is_empty() {
        wrong.push("no problem is said".to_owned());
    }
    for (read, expected) in parsed.statements.iter().zip(&file.statements) {
        wrong.extend(differences(read, expected));
    }
    wrong
}

#[test]
fn what_others_published_is_read_in_full() {
    let files = table();
    assert!(files.len() >= 45, "{} files", files.len());
    let wrong: BTreeMap<String, Vec<String>> =
        files.iter().map(|file| (file.sample.clone(), failures(file))).filter(|(_, wrong)| !wrong.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// `PUBLIC_SAMPLES` is the folder with the publishers' own: each of its documents is in the table, and the copy that
/// was read is the same, byte for byte.
#[test]
fn the_copies_are_what_was_published() {
    let Some(folder) = std::env::var_os("PUBLIC_SAMPLES").map(PathBuf::from) else { return };
    let files = table();
    let mut missing = BTreeSet::new();
    let mut open = vec![folder.clone()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
            let known = files.iter().find(|file| file.path == name);
            // What is beside them is not theirs, or what their own programs make of them.
            let is_note = [".md", "LICENSE", ".yml", ".beancount"].iter().any(|end| name.ends_with(end));
            match known {
                // Drawn back into a PDF from its pages' lists.
                Some(_) if entry.is_dir() => open.extend(Some(entry)),
                None if entry.is_dir() => open.push(entry),
                Some(file) => {
                    let copy = std::fs::read(samples().join(&file.sample)).unwrap();
                    assert!(copy == std::fs::read(&entry).unwrap(), "{name} is not {}", file.sample);
                }
                None if is_note || has_drawn_pages(&files, &name) => {}
                None => {
                    missing.insert(name);
                }
            }
        }
    }
    assert!(missing.is_empty(), "not in tests/public.toml: {missing:#?}");
}

/// A page's list of text whose PDF is in the table, or what its publisher's program makes of it.
fn has_drawn_pages(files: &[File], name: &str) -> bool {
    let folder = Path::new(name).parent().unwrap().to_string_lossy().into_owned();
    files.iter().any(|file| file.path == folder)
        && (name.ends_with(".json") || name.ends_with("cmb-debit-pdf-items/result.csv"))
}
