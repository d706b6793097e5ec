//! What fuzzing found worth keeping (`fuzz/corpus`) is read again by every test run: no input makes a stage panic.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use model::failure::Failure;
use xinge::pipeline::{self, Limits, Reader};

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 20, "{} holds no corpus", folder.display());
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Words of a sample that a seed keeps: its heading, its table's names and some rows.
const SEED_LINES: usize = 160;

/// With `BLESS=1`, writes the beginning of each printed sample down as text for the fuzzer to start from.
#[test]
fn seeds_are_written_when_asked() {
    if std::env::var_os("BLESS").is_none() {
        return;
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    for issuer in fs::read_dir(root.join("parsers")).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(samples) = fs::read_dir(issuer.join("samples")) else { continue };
        for path in samples.map(|entry| entry.unwrap().path()).filter(|path| path.extension() != Some("json".as_ref()))
        {
            let Ok(document) = reading::read(&fs::read(&path).unwrap(), &["123456"], &Limits::default(), None) else {
                continue;
            };
            let Some(text) = model::page_text::text(&document) else { continue };
            let text: String = text.lines().take(SEED_LINES).map(|line| format!("{line}\n")).collect();
            let name = [issuer.file_name(), path.file_name()].map(|part| part.unwrap().to_string_lossy().into_owned());
            fs::write(root.join("fuzz/corpus/pages").join(name.join("-") + ".txt"), text).unwrap();
        }
    }
}

#[test]
fn no_document_of_the_corpus_makes_a_stage_panic() {
    for (path, bytes) in corpus("document") {
        for answer in pipeline::extract("file", &bytes, &["123456"], &Reader::default()) {
            assert!(!matches!(answer.outcome, Err(Failure::Panicked { .. })), "{}", path.display());
        }
    }
}

#[test]
fn no_page_of_the_corpus_makes_the_parsers_panic() {
    for (path, bytes) in corpus("pages") {
        let document = model::page_text::document(&String::from_utf8_lossy(&bytes));
        let outcome = catch_unwind(AssertUnwindSafe(|| parsers::parse(&document)));
        assert!(outcome.is_ok(), "{}", path.display());
    }
}
