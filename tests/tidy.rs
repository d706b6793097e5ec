//! What people forget: who may import whom, and lists that must be what their folder is. Reads the sources.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Files of tests that stand apart from what they test: any file may need anything to be tested.
const TEST_FILES: [&str; 2] = ["tests.rs", "test_support.rs"];

/// Every Rust file below a folder or file, with its path from the root and its text without tests and comments.
fn sources(below: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(&root().join(below), &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            (name, code(&text))
        })
        .collect()
}

fn walk(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            walk(&entry.unwrap().path(), found);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs")
        && !path.file_name().is_some_and(|name| TEST_FILES.iter().any(|test| name == *test))
    {
        found.push(path.to_owned());
    }
}

/// Code only: no line comments, and nothing from the first test module on (tests stand at the end of a file).
fn code(text: &str) -> String {
    let before_tests = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = before_tests.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Which of the service's own modules some code names: `crate::db::…` and `use crate::{db, …}`.
fn own_modules(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let heads: Vec<&str> = match rest.strip_prefix('{') {
            // Only the heads of a group: what stands after `::` belongs to them.
            Some(group) => group.split('}').next().unwrap_or_default().split(',').collect(),
            None => vec![rest],
        };
        for head in heads {
            let name: String = head.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !name.is_empty() {
                named.insert(name);
            }
        }
    }
    named
}

const STAGES: [&str; 3] = ["reading", "parsers", "assessment"];

/// architecture.md, "Who may import whom": this part of `src` may name these others.
const MAY_IMPORT: [(&str, &[&str]); 14] = [
    ("src/config", &["config"]),
    ("src/pipeline.rs", &[]),
    ("src/vault", &["vault"]),
    ("src/db", &["db", "vault"]),
    ("src/blobs", &["blobs", "vault"]),
    ("src/wire", &["wire", "vault"]),
    ("src/auth", &["auth", "applications", "pipeline", "db", "blobs"]),
    ("src/telemetry.rs", &[]),
    ("src/metrics.rs", &[]),
    ("src/sandbox", &["pipeline", "sandbox"]),
    ("src/courier.rs", &[]),
    ("src/applications", &["applications", "pipeline", "db", "blobs", "sandbox", "courier", "metrics", "vault"]),
    ("src/api", &["api", "applications", "auth", "wire", "telemetry"]),
    ("src/jobs", &["jobs", "applications", "auth", "wire", "db"]),
];

#[test]
fn parts_of_the_service_import_what_they_may() {
    for (part, allowed) in MAY_IMPORT {
        let files = sources(part);
        assert!(!files.is_empty(), "{part} is gone");
        for (file, code) in files {
            for module in own_modules(&code) {
                assert!(allowed.contains(&module.as_str()), "{file} imports crate::{module}");
            }
        }
    }
}

#[test]
fn workers_know_of_the_database_its_queue_only() {
    for (file, code) in sources("src/jobs") {
        for (at, _) in code.match_indices("crate::db") {
            assert!(code[at..].starts_with("crate::db::queue::"), "{file} reaches past the queue");
        }
    }
}

#[test]
fn only_the_pipeline_calls_the_stages() {
    for (file, code) in sources("src") {
        // `cli` builds the parts, and so names what they are built from; `recognition` is the engines that reading
        // takes as an argument.
        if file == "src/pipeline.rs" || file.starts_with("src/cli/") || file.starts_with("src/recognition/") {
            continue;
        }
        for stage in STAGES {
            let imported = code.lines().any(|line| {
                let line = line.trim_start().trim_start_matches("pub ");
                line.strip_prefix("use ").is_some_and(|rest| rest.starts_with(&format!("{stage}::")))
            });
            // `wire` has a module of its own called assessment.
            let called = stage != "assessment" && paths(&code, stage);
            assert!(!imported && !called, "{file} names {stage}");
        }
    }
}

/// Whether code has a path that begins with this crate: `parsers::parse(…)`, not `super::parsers::…`.
fn paths(code: &str, name: &str) -> bool {
    code.match_indices(&format!("{name}::"))
        .any(|(at, _)| !code[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':'))
}

#[test]
fn sql_stands_in_db_only() {
    let verbs = ["select ", "insert into ", "update ", "delete from "];
    for (file, code) in sources("src") {
        if file.starts_with("src/db/") {
            continue;
        }
        assert!(!paths(&code, "sqlx"), "{file} names sqlx");
        for line in code.lines().filter(|line| line.contains('"')) {
            let quoted = line.split('"').nth(1).unwrap_or_default();
            let is_sql = verbs.iter().any(|verb| quoted.starts_with(verb))
                && (quoted.contains(" from ") || quoted.contains(" set ") || quoted.contains("into "));
            assert!(!is_sql, "{file}: {line}");
        }
    }
}

#[test]
fn http_stands_in_api_only() {
    for (file, code) in sources("src") {
        let is_door = file.starts_with("src/api/") || file.starts_with("src/cli/");
        for word in ["axum", "tower_http", "hyper", "http"] {
            assert!(is_door || !paths(&code, word), "{file} names {word}");
        }
    }
}

#[test]
fn the_environment_is_read_in_config_only() {
    for folder in ["src", "model", "reading", "parsers", "assessment"] {
        for (file, code) in sources(folder) {
            let reads = ["env::var", "env::vars", "env::var_os", "env::vars_os"].iter().any(|word| code.contains(word));
            assert!(!reads || file.starts_with("src/config/"), "{file} reads the environment");
        }
    }
}

/// Time and randomness are arguments: only what hands them in may take them from the system.
#[test]
fn the_pure_crates_do_no_input_or_output_and_know_no_time() {
    for folder in ["model", "reading", "parsers", "assessment"] {
        for (file, code) in sources(folder) {
            for word in [
                "std::fs",
                "std::net",
                "std::process",
                "SystemTime",
                "Instant::now",
                "Zoned::now",
                "Timestamp::now",
                "tokio",
            ] {
                // A debug build of the parsers reads its layouts from disk; a release build embeds them.
                let is_layout_loading = word == "std::fs" && file.starts_with("parsers/");
                assert!(is_layout_loading || !code.contains(word), "{file} uses {word}");
            }
        }
    }
}

#[test]
fn the_stages_do_not_know_each_other() {
    for stage in STAGES {
        let manifest = std::fs::read_to_string(root().join(stage).join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for other in STAGES.iter().filter(|other| **other != stage).chain(&["xinge", "sqlx", "axum", "tokio"]) {
            let named = dependencies.lines().any(|line| {
                line.trim_start().strip_prefix(other).is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
            });
            assert!(!named, "{stage} depends on {other}");
        }
    }
}

#[test]
fn a_stage_of_the_assessment_knows_no_other() {
    let stages = folders("assessment");
    for stage in &stages {
        for (file, code) in sources(&format!("assessment/{stage}")) {
            for other in stages.iter().filter(|other| *other != stage) {
                let named =
                    code.contains(&format!("crate::{other}")) || code.contains(&format!("super::super::{other}"));
                assert!(!named, "{file} imports {other}");
            }
        }
    }
}

#[test]
fn an_issuer_knows_no_other() {
    let issuers = folders("parsers");
    for issuer in &issuers {
        for (file, code) in sources(&format!("parsers/{issuer}")) {
            for other in issuers.iter().filter(|other| *other != issuer) {
                assert!(!code.contains(&format!("crate::{other}")), "{file} imports {other}");
            }
        }
    }
}

/// Every check's file is a line of `CHECKS`, unless it holds no check.
#[test]
fn the_list_of_checks_is_their_folder() {
    let list = std::fs::read_to_string(root().join("assessment/checks/mod.rs")).unwrap();
    let mut count = 0;
    for (file, code) in sources("assessment/checks") {
        let name = file.trim_start_matches("assessment/checks/").trim_end_matches(".rs").to_owned();
        if !code.contains("pub const CHECK: Check") && !code.contains("pub(super) const CHECK: Check") {
            continue;
        }
        assert!(list.contains(&format!("mod {name};")), "{name} is no module");
        assert!(list.contains(&format!("{name}::CHECK")), "{name} is not listed");
        assert!(code.contains(&format!("code: \"{name}\"")), "{file}: its code is not its name");
        count += 1;
    }
    assert_eq!(count, list.matches("::CHECK,").count(), "the list has lines without a file");
}

#[test]
fn every_group_of_statements_is_listed() {
    let list = code(&std::fs::read_to_string(root().join("src/db/mod.rs")).unwrap());
    for (file, code) in sources("src/db") {
        let name = file.trim_start_matches("src/db/").trim_end_matches(".rs").to_owned();
        if code.contains("statements! {") {
            assert!(list.contains(&format!("{name}::ALL")), "{name}::ALL is not in STATEMENTS");
        }
    }
}

#[test]
fn every_migration_is_listed() {
    let list = std::fs::read_to_string(root().join("src/db/mod.rs")).unwrap();
    for entry in std::fs::read_dir(root().join("migrations")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(list.contains(&format!("migrations/{name}\"")), "{name} is not in MIGRATIONS");
    }
}

fn folders(below: &str) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root().join(below)).unwrap() {
        let entry = entry.unwrap();
        // Data folders have no Rust in them and are nobody's module.
        if entry.path().is_dir() {
            names.push(entry.file_name().into_string().unwrap());
        }
    }
    names.sort();
    assert!(!names.is_empty());
    names
}
