//! docs/CHECKS.md is written from the checks themselves: `BLESS=1 cargo test catalogue` writes it anew.
//!
//! A check's first line gives its number and what must hold, its `Innocent:` line what else may explain a failure; code
//! and severity are the program's. What stands below the marker is others' and is kept.

use std::path::{Path, PathBuf};

use assessment::checks::{CHECKS, Check, cause};

/// This heading and what follows is written by the tests of forged papers.
const MARKER: &str = "## What is found, and what is raised in vain";

const HEAD: &str = "# Checks

Every check of `assessment/checks/`, in the order in which findings are listed. Written by `BLESS=1 cargo test catalogue` \
from the files themselves; a test keeps it equal.

Severity is a failure's own unless the failure says less (a digit read off a picture) or more. Failures of one cause count \
once (`checks::cause`). `not_applicable` means that the documents have nothing the check is about, `not_run` \
that what it needs is missing; neither is a pass.

| number | check | what must hold | severity | cause | innocent explanation |
| --- | --- | --- | --- | --- | --- |
";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The file's opening comment as one text.
fn opening(check: &Check) -> String {
    let file: PathBuf = root().join("assessment/checks").join(format!("{}.rs", check.code));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let lines = text.lines().take_while(|line| line.starts_with("//!"));
    lines.map(|line| line.trim_start_matches("//!").trim()).collect::<Vec<_>>().join(" ")
}

fn line(check: &Check) -> String {
    let opening = opening(check);
    let (number, rest) = opening.split_once(": ").unwrap_or_else(|| panic!("{}: no number", check.code));
    assert!(number.len() <= 7 && number.starts_with(['X', 'Y', 'Z', 'T', 'V', 'W', 'C']), "{}: {number}", check.code);
    let holds = rest.split_once(". ").map_or(rest, |(first, _)| first).trim_end_matches('.');
    let innocent = opening.split_once("Innocent: ").map_or("—", |(_, rest)| rest).trim_end_matches('.');
    format!(
        "| {number} | `{}` | {} | {} | {} | {} |\n",
        check.code,
        holds.replace('|', "\\|"),
        check.severity.as_str(),
        cause::of(check.code, None).name,
        innocent.replace('|', "\\|")
    )
}

#[test]
fn the_catalogue_is_that_of_the_code() {
    let path = root().join("docs/CHECKS.md");
    let present = std::fs::read_to_string(&path).unwrap_or_default();
    let kept = present.split_once(MARKER).map_or("\n", |(_, kept)| kept);
    let written: String = CHECKS.iter().map(line).collect();
    let expected = format!("{HEAD}{written}\n{MARKER}{kept}");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, expected).unwrap();
    } else {
        assert!(present == expected, "BLESS=1 cargo test catalogue writes docs/CHECKS.md anew");
    }
}
