//! Golden files: each `parsers/*/samples/*` gives what stands beside it, line for line as `xinge parse` prints it.
//! `BLESS=1 cargo test parsers` rewrites the expected files; read their diff against the page.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use xinge::pipeline::{self, Reader};
use xinge::wire::document::DocumentOut;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("parsers")
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn samples() -> Vec<PathBuf> {
    files_of(&root()).iter().flat_map(|issuer| files_of(&issuer.join("samples"))).collect()
}

fn is_expected(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".expected.json")
}

/// What the program says of a sample. A sample named `….pw-123456.zip` opens with that password.
fn answer(sample: &Path) -> String {
    let name = sample.file_name().unwrap().to_string_lossy();
    let password = name.split(".pw-").nth(1).and_then(|rest| rest.split('.').next());
    let passwords: Vec<&str> = password.into_iter().collect();
    let bytes = std::fs::read(sample).unwrap();
    let extracted = pipeline::extract(&name, &bytes, &passwords, &Reader::default());
    let documents: Vec<String> = extracted
        .iter()
        .map(|one| serde_json::to_string_pretty(&DocumentOut::new(one, 0, &pipeline::category)).unwrap())
        .collect();
    documents.iter().map(|document| one_row_a_line(document)).collect::<Vec<_>>().join("\n")
}

/// Pretty JSON with each problem and each transaction on one line, so that a diff reads like the page.
fn one_row_a_line(pretty: &str) -> String {
    let mut text = String::new();
    let mut row_indent: Option<usize> = None;
    let mut in_problems = false;
    for line in pretty.lines() {
        let indent = line.len() - line.trim_start().len();
        if indent == 2 {
            in_problems = line.contains("\"problems\"");
        }
        match row_indent {
            Some(indent_of_row) => {
                text.push_str(line.trim_start());
                if indent == indent_of_row {
                    row_indent = None;
                    text.push('\n');
                } else if line.ends_with(',') {
                    text.push(' ');
                }
            }
            None => {
                text.push_str(line);
                if line.trim() == "{" && (indent >= 8 || in_problems) {
                    row_indent = Some(indent);
                } else {
                    text.push('\n');
                }
            }
        }
    }
    text
}

#[test]
fn every_sample_gives_what_stands_beside_it() {
    let bless = std::env::var_os("BLESS").is_some();
    let samples = samples();
    assert!(samples.len() > 10, "the samples are not where they should be");
    let mut wrong = Vec::new();
    let mut wanted = BTreeSet::new();
    for sample in samples.iter().filter(|path| !is_expected(path)) {
        let expected_path = PathBuf::from(format!("{}.expected.json", sample.display()));
        let printed = answer(sample);
        if bless {
            std::fs::write(&expected_path, &printed).unwrap();
        } else if std::fs::read_to_string(&expected_path).ok().as_deref() != Some(printed.as_str()) {
            wrong.push(sample.clone());
        }
        wanted.insert(expected_path);
    }
    assert!(wrong.is_empty(), "not as expected (BLESS=1 rewrites, then read the diff): {wrong:#?}");
    let orphans: Vec<&PathBuf> = samples.iter().filter(|path| is_expected(path) && !wanted.contains(*path)).collect();
    assert!(orphans.is_empty(), "expected files without a sample: {orphans:#?}");
}

#[test]
fn every_layout_has_a_sample() {
    let shown: BTreeSet<String> = samples()
        .iter()
        .filter(|path| is_expected(path))
        .filter_map(|path| serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap()).ok())
        .filter_map(|value| value["parser"]["id"].as_str().map(str::to_owned))
        .collect();
    // Confidences of a picture differ in their last digits from machine to machine: tests/pictures.rs compares the rows.
    let ids = ::parsers::layouts().into_iter().map(|l| l.id).filter(|id| !id.ends_with(".image"));
    let missing: Vec<String> = ids.filter(|id| !shown.contains(id)).collect();
    assert!(missing.is_empty(), "layouts without a sample: {missing:?}");
}
