//! The files of `samples/`, as the repository holds them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::people::{self, Applicant};
use crate::{MakeError, truth};

/// One file, under `samples/<folder>/<name>`.
#[derive(Debug, Clone)]
pub struct SampleFile {
    pub folder: &'static str,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Documents, `declared.json` and `truth.json` of every applicant. `expected.json` is not among them: it is
/// what the program under test answers.
///
/// # Errors
/// [`MakeError`] when a life or a paper cannot be made.
pub fn files() -> Result<Vec<SampleFile>, MakeError> {
    let mut files = Vec::new();
    for applicant in people::all()? {
        files.extend(of(&applicant)?);
    }
    Ok(files)
}

fn of(applicant: &Applicant) -> Result<Vec<SampleFile>, MakeError> {
    let folder = applicant.folder;
    let mut files = Vec::new();
    for paper in &applicant.papers {
        files.push(SampleFile { folder, name: paper.file_name(), bytes: paper.print()? });
    }
    for (name, value) in [("declared.json", &applicant.declared), ("truth.json", &truth::of(applicant))] {
        files.push(SampleFile { folder, name: name.to_owned(), bytes: format!("{:#}\n", sorted(value)).into_bytes() });
    }
    Ok(files)
}

/// Keys in alphabetical order, whether or not this build's JSON maps keep the order of insertion.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let by_key: BTreeMap<&String, &Value> = entries.iter().collect();
            Value::Object(by_key.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::sync::OnceLock;

    fn drawn() -> &'static [SampleFile] {
        static DRAWN: OnceLock<Vec<SampleFile>> = OnceLock::new();
        DRAWN.get_or_init(|| files().unwrap())
    }

    #[test]
    fn the_repository_holds_what_is_drawn() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for file in drawn() {
            let path = root.join(file.folder).join(&file.name);
            let held = std::fs::read(&path).unwrap_or_default();
            assert!(held == file.bytes, "{} differs: run `cargo run -p make-samples`", path.display());
        }
    }

    #[test]
    fn no_document_is_large() {
        // What a reviewer can open and a repository can carry.
        for file in drawn() {
            assert!(file.bytes.len() < 300_000, "{}/{} has {} bytes", file.folder, file.name, file.bytes.len());
        }
    }
}
