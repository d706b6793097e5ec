//! T11: what is photographed must be the paper, not a screen that shows it.
//!
//! A photo of a screen hides what a file would tell, and an edited file looks on a screen as a genuine one does. Innocent:
//! an applicant who knows no other way: the answer is to ask for the export.

use model::Source;
use model::finding::Severity;
use model::source::Area;

use super::file::{File, OnFile, each_file};
use super::verdict::{Failure, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "paper_photographed", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    each_file(
        view,
        ("图片不是翻拍的屏幕", "pictures are not of a screen"),
        ("没有图片材料", "no document is a picture"),
        judge,
    )
}

fn judge(file: File<'_>) -> OnFile {
    let traces = file.traces();
    if traces.pictures_looked_at.unwrap_or(0) == 0 {
        return OnFile::Silent;
    }
    let Some(first) = traces.screens.first() else { return OnFile::Holds };
    let (number, count) = (file.number(), traces.screens.len());
    let whole = Area { x0: 0.0, y0: 0.0, x1: 1.0, y1: 1.0 };
    let places: Vec<Source> = traces.screens.iter().map(|page| Source::Page { page: *page, area: whole }).collect();
    OnFile::Fails(vec![Failure {
        severity: None,
        zh: format!("第 {number} 份材料第 {first} 页是翻拍的屏幕，共 {count} 页；请直接导出文件或提供原始截图"),
        en: format!(
            "document {number} page {first} is a photo of a screen; {count} page(s); ask for the export or the screenshot"
        ),
        expected: None,
        found: None,
        evidence: file.evidence(&places),
    }])
}

#[cfg(test)]
mod tests {
    use model::forensics::Traces;

    use super::*;
    use crate::checks::test_support::{Case, bank_on_page};

    fn case(looked_at: Option<u32>, screens: &[u32]) -> Case {
        let traces = Traces { pictures_looked_at: looked_at, screens: screens.to_vec(), ..Traces::default() };
        Case::of(&[&[bank_on_page("2026-03-01 +1.00")]]).traced(traces)
    }

    #[test]
    fn fails_on_a_photographed_screen() {
        case(Some(1), &[1]).expect(CHECK, &["fail medium, page 1: expected -, found -"]);
    }

    #[test]
    fn passes_on_paper() {
        case(Some(1), &[]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn not_for_a_file_that_is_no_picture() {
        case(None, &[]).expect(CHECK, &["not_applicable"]);
    }
}
