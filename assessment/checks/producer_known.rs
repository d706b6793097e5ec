//! T01: the program that wrote the file must be one that its issuer, or any report server, uses.
//!
//! Programs change with the years and files pass through printers and mail gateways: a known editor counts, an unknown
//! name is a note, and the version of the file format says nothing. What is known is a table (`tables/producers.toml`).

use std::sync::LazyLock;

use model::finding::Severity;
use serde::Deserialize;

use super::file::{File, OnFile, each_file, quoted};
use super::verdict::{Failure, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "producer_known", severity: Severity::Medium, run };

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Producers {
    servers: Vec<String>,
    printers: Vec<String>,
    editors: Vec<String>,
    drawn_by_scripts: Vec<String>,
    issuer: std::collections::BTreeMap<String, Issuer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Issuer {
    programs: Vec<String>,
}

/// The table is part of the program: a faulty one is our own bug, and every test of this check fails on it.
#[allow(clippy::expect_used)]
static PRODUCERS: LazyLock<Producers> =
    LazyLock::new(|| toml::from_str(include_str!("../tables/producers.toml")).expect("producers.toml"));

fn run(view: &View<'_>) -> Verdict {
    each_file(
        view,
        ("制作文件的软件正常", "the program that made the file is a usual one"),
        ("没有注明制作软件的文件", "no file names the program that made it"),
        judge,
    )
}

fn judge(file: File<'_>) -> OnFile {
    let named: Vec<&str> =
        [&file.facts.producer, &file.facts.creator].into_iter().flatten().map(|name| name.as_str()).collect();
    // Whoever writes a workbook says it is Excel, libraries too; only pages show the program that drew them.
    let is_paged = file.traces().revisions > 0 || !file.facts.fonts.is_empty();
    if named.is_empty() || !is_paged || file.statements.is_empty() {
        return OnFile::Silent;
    }
    let producers = &*PRODUCERS;
    let any = |list: &[String]| named.iter().any(|name| list.iter().any(|known| holds(name, known)));
    let own = file.statements.iter().filter_map(|statement| producers.issuer.get(statement.issuer.as_str()));
    let programs: Vec<&str> = own.flat_map(|issuer| &issuer.programs).map(String::as_str).collect();
    let is_own = named.iter().any(|name| programs.iter().any(|known| holds(name, known)));
    if any(&producers.editors) {
        let words = ("由编辑软件保存过", "was saved by an editor");
        return OnFile::Fails(vec![failure(&file, Severity::Medium, words, &named, &programs)]);
    }
    if is_own || any(&producers.servers) || any(&producers.printers) {
        return OnFile::Holds;
    }
    // What scripts are written with also draws forged statements, but small issuers have been seen to use it.
    let (severity, words) = if any(&producers.drawn_by_scripts) {
        (Severity::Medium, ("由常用于自行生成文件的程序库制作", "was made by a library that scripts draw files with"))
    } else {
        (Severity::Low, ("由未见过的软件制作", "was made by a program not seen before"))
    };
    OnFile::Fails(vec![failure(&file, severity, words, &named, &programs)])
}

/// Whether a name holds another as words of their own, whatever their case: `Word` is not in `Password`.
pub(super) fn holds(name: &str, known: &str) -> bool {
    let (name, known) = (name.to_lowercase(), known.to_lowercase());
    let is_letter = |character: Option<char>| character.is_some_and(|one| one.is_ascii_alphabetic());
    name.match_indices(known.as_str()).any(|(at, found)| {
        let (before, after) = (name.get(..at).unwrap_or(""), name.get(at + found.len()..).unwrap_or(""));
        let starts = !is_letter(before.chars().next_back()) || !is_letter(found.chars().next());
        let ends = !is_letter(after.chars().next()) || !is_letter(found.chars().next_back());
        starts && ends
    })
}

fn failure(file: &File<'_>, severity: Severity, (zh, en): (&str, &str), named: &[&str], programs: &[&str]) -> Failure {
    let (number, found) = (file.number(), quoted(&named.join(" / ")));
    Failure {
        severity: Some(severity),
        zh: format!("第 {number} 份材料{zh}：{found}；请向出具机构重新下载原始文件"),
        en: format!("document {number} {en}: {found}; ask for the file as the issuer sends it"),
        expected: (!programs.is_empty()).then(|| programs.join(", ").into()),
        found: Some(found.into()),
        evidence: file.whole(),
    }
}

#[cfg(test)]
mod tests {
    use model::document::FileFacts;

    use super::*;
    use crate::checks::test_support::{Case, bank};

    fn case(producer: &str, creator: &str) -> Case {
        let text = |text: &str| (!text.is_empty()).then(|| text.into());
        let fonts = vec!["Song".into()];
        let facts = FileFacts { producer: text(producer), creator: text(creator), fonts, ..FileFacts::default() };
        Case::of(&[&[bank("2026-03-01 +1.00")]]).filed(facts)
    }

    #[test]
    fn fails_on_an_editor() {
        let file = case("Adobe Acrobat Pro DC 20.6", "JasperReports Library version 6.4.0");
        file.expect(
            CHECK,
            &["fail medium, : expected iText, JasperReports, found Adobe Acrobat Pro DC 20.6 / JasperReport…"],
        );
        for editor in [
            "WPS Office",
            "Foxit PhantomPDF",
            "Adobe Photoshop 25.0",
            "iLovePDF",
            "Microsoft® Word 2019",
            "福昕高级PDF编辑器",
        ] {
            assert!(PRODUCERS.editors.iter().any(|known| holds(editor, known)), "{editor}");
        }
    }

    #[test]
    fn passes_on_a_report_server_and_on_a_print_to_pdf() {
        case("iText 2.1.7 by 1T3XT", "").expect(CHECK, &["pass"]);
        case("Microsoft: Print To PDF", "").expect(CHECK, &["pass"]);
        case("Skia/PDF m126", "Chromium").expect(CHECK, &["pass"]);
    }

    #[test]
    fn an_unknown_name_is_a_note_and_no_name_is_none() {
        let file = case("Report Maker 9", "");
        file.expect(CHECK, &["fail low, : expected iText, JasperReports, found Report Maker 9"]);
        case("", "").expect(CHECK, &["not_applicable"]);
    }

    #[test]
    fn a_workbook_always_says_excel() {
        let facts = FileFacts { creator: Some("Microsoft Excel".into()), ..FileFacts::default() };
        Case::of(&[&[bank("2026-03-01 +1.00")]]).filed(facts).expect(CHECK, &["not_applicable"]);
    }

    #[test]
    fn a_name_is_looked_for_as_a_word() {
        assert!(holds("Microsoft® Word for Microsoft 365", "Microsoft® Word"));
        assert!(!holds("Passwords 3", "word"));
        assert!(holds("PDFsharp1.50", "PDFsharp"));
    }
}
