//! Pictures of the pages that findings point at, for `xinge assess --evidence DIR`: what a reader would else look up.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use model::Source;
use model::extracted::Extracted;
use model::finding::{Finding, Outcome};
use serde::Serialize;

use crate::pipeline::{self, Reader};
use crate::wire::source::SourceOut;

/// Pages drawn. A reader looks at a handful; at a third of a second each, a document found wrong throughout would take
/// minutes.
const PAGES_MAX: usize = 60;

/// One page that was drawn, or could not be.
#[derive(Debug, Serialize)]
struct Page<'a> {
    /// Beside the index; null where the page cannot be drawn (a file that none of the passwords opens).
    picture: Option<String>,
    /// From 0, in the order the documents were given.
    document: u32,
    file: &'a str,
    page: u32,
    marks: Vec<Marked<'a>>,
}

/// A finding that shows on a page, by the number at its boxes.
#[derive(Debug, Serialize)]
struct Marked<'a> {
    number: u32,
    check: &'a str,
    severity: &'static str,
    message_zh: &'a str,
    message_en: &'a str,
    places: Vec<SourceOut<'a>>,
}

/// Writes `DIR/01-page-2.png` for page 2 of the first document and so on, and `DIR/index.json`. What lies there by
/// these names is written over.
pub fn write(
    folder: &Path,
    files: &[PathBuf],
    passwords: &[&str],
    reader: &Reader,
    documents: &[Extracted],
    findings: &[Finding],
) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("could not make the folder {}", folder.display()))?;
    let mut pages: BTreeSet<(u32, u32)> = BTreeSet::new();
    for finding in findings.iter().filter(|finding| finding.outcome == Outcome::Fail) {
        pages.extend(finding.evidence.iter().filter_map(|evidence| match &evidence.source {
            Some(Source::Page { page, .. }) => Some((evidence.document, *page)),
            _ => None,
        }));
    }
    let mut originals = Originals { files, passwords, reader, opened: None };
    let mut index = Vec::new();
    for (document, page) in pages.into_iter().take(PAGES_MAX) {
        let extracted = usize::try_from(document).ok().and_then(|at| documents.get(at));
        let Some(name) = extracted.map(|one| one.name.as_str()) else { continue };
        let shown = pipeline::shown_on(findings, document, page);
        let bytes = originals.get(name);
        let drawn = bytes.and_then(|bytes| pipeline::marked_page(bytes, passwords, reader, page, &shown));
        let picture = match drawn {
            Some(png) => {
                let picture = format!("{:02}-page-{page}.png", document.saturating_add(1));
                let path = folder.join(&picture);
                fs::write(&path, png).with_context(|| format!("could not write {}", path.display()))?;
                Some(picture)
            }
            None => None,
        };
        let marks = (1..).zip(&shown).map(|(number, (finding, places))| Marked {
            number,
            check: &finding.check,
            severity: finding.severity.as_str(),
            message_zh: &finding.message_zh,
            message_en: &finding.message_en,
            places: places.iter().map(|source| SourceOut::from(*source)).collect(),
        });
        index.push(Page { picture, document, file: name, page, marks: marks.collect() });
    }
    let path = folder.join("index.json");
    let text = serde_json::to_vec_pretty(&index).context("could not print the index of evidence")?;
    fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))
}

/// The bytes behind documents' names; the files of the input that was opened last are kept, as pages come in order.
struct Originals<'a> {
    files: &'a [PathBuf],
    passwords: &'a [&'a str],
    reader: &'a Reader,
    opened: Option<Opened>,
}

/// An input that was opened: its path, and the files in it by their names.
type Opened = (PathBuf, Vec<(String, Vec<u8>)>);

impl Originals<'_> {
    fn get(&mut self, name: &str) -> Option<&[u8]> {
        let holds = |path: &Path| {
            let path = path.to_string_lossy();
            name.strip_prefix(path.as_ref()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let path = self.files.iter().filter(|path| holds(path)).max_by_key(|path| path.as_os_str().len())?;
        if self.opened.as_ref().is_none_or(|(opened, _)| opened != path) {
            let bytes = fs::read(path).ok()?;
            let files = pipeline::originals(&path.to_string_lossy(), &bytes, self.passwords, self.reader);
            self.opened = Some((path.clone(), files));
        }
        let (_, files) = self.opened.as_ref()?;
        files.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.as_slice())
    }
}
