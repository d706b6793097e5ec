//! T10: the figures of a picture must carry the noise of its paper and the print of their neighbours.
//!
//! A digit copied within a scan brings the noise of its old place along, paint over paper has none, and what is typed into
//! a screenshot is drawn by another program than the digits around. Where a picture has too little left to compare (made
//! small or compressed hard) nothing is found, and nothing is said against it. Innocent: a stain or a fold on the figure.

use std::collections::BTreeMap;

use model::finding::Severity;
use model::forensics::{Patch, PatchKind};

use super::file::{File, OnFile, each_file};
use super::verdict::{Failure, Verdict};
use super::{Check, View, place};

pub const CHECK: Check = Check { code: "picture_unpatched", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    each_file(
        view,
        ("图片中的数字没有拼贴痕迹", "figures of pictures show no patches"),
        ("没有图片材料", "no document is a picture"),
        judge,
    )
}

fn judge(file: File<'_>) -> OnFile {
    let traces = file.traces();
    if traces.pictures_looked_at.unwrap_or(0) == 0 || file.statements.is_empty() {
        return OnFile::Silent;
    }
    let mut by_kind: BTreeMap<PatchKind, Vec<&Patch>> = BTreeMap::new();
    for patch in traces.patches.iter().filter(|patch| file.figure_at(&patch.source).is_some()) {
        by_kind.entry(patch.kind).or_default().push(patch);
    }
    let failures: Vec<Failure> = by_kind.iter().filter_map(|(kind, patches)| failure(&file, *kind, patches)).collect();
    if failures.is_empty() { OnFile::Holds } else { OnFile::Fails(failures) }
}

fn failure(file: &File<'_>, kind: PatchKind, patches: &[&Patch]) -> Option<Failure> {
    let first = patches.first()?;
    let (severity, zh, en) = match kind {
        // Two prints never have the same noise.
        PatchKind::Copied => (Severity::High, "有数字与另一处逐点相同", "a figure repeats another one pixel by pixel"),
        PatchKind::Smooth => (Severity::Medium, "有数字周围没有纸张的噪点", "a figure stands on paper without noise"),
        PatchKind::Redrawn => {
            (Severity::Medium, "有数字的字形与其他相同数字不同", "a digit is drawn unlike its equals")
        }
    };
    let (number, count) = (file.number(), patches.len());
    Some(Failure {
        severity: Some(severity),
        zh: format!("第 {number} 份材料{}{zh}，共 {count} 处；请提供官方导出的文件", place::zh(&first.source)),
        en: format!(
            "document {number} {}: {en}; {count} place(s); ask for the file as the issuer exports it",
            place::en(&first.source)
        ),
        expected: None,
        found: Some(first.strength.clone()),
        evidence: file.evidence(patches.iter().map(|patch| &patch.source)),
    })
}

#[cfg(test)]
mod tests {
    use model::forensics::Traces;

    use super::*;
    use crate::checks::test_support::{Case, bank_on_page, on_row};

    fn case(patches: &[(PatchKind, u32)]) -> Case {
        let patch =
            |(kind, row): &(PatchKind, u32)| Patch { kind: *kind, source: on_row(*row), strength: "0.10".into() };
        let patches = patches.iter().map(patch).collect();
        let traces = Traces { pictures_looked_at: Some(1), patches, ..Traces::default() };
        Case::of(&[&[bank_on_page("2026-03-01 +800.00 900.00\n2026-03-02 +9.00 909.00")]]).traced(traces)
    }

    #[test]
    fn fails_on_a_figure_that_was_patched() {
        case(&[(PatchKind::Copied, 1)]).expect(CHECK, &["fail high, page 1: expected -, found 0.10"]);
        case(&[(PatchKind::Smooth, 2)]).expect(CHECK, &["fail medium, page 1: expected -, found 0.10"]);
        case(&[(PatchKind::Redrawn, 2)]).expect(CHECK, &["fail medium, page 1: expected -, found 0.10"]);
    }

    #[test]
    fn passes_on_a_patch_beside_the_table_and_on_none() {
        case(&[(PatchKind::Smooth, 40)]).expect(CHECK, &["pass"]);
        case(&[]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn not_for_a_file_that_is_no_picture() {
        Case::of(&[&[bank_on_page("2026-03-01 +1.00")]]).expect(CHECK, &["not_applicable"]);
    }
}
