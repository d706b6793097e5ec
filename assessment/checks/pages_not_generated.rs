//! T12: pages must be pictures of paper that was there, not made by a program.
//!
//! Programs that make pictures up mark them, as the law has it (GB 45438-2025) or by habit. Who draws a statement over one
//! picture of blank paper gives all pages the same noise, which no two sheets have. Innocent: two copies of one page.

use model::Source;
use model::finding::Severity;
use model::source::Area;

use super::file::{File, OnFile, each_file, quoted};
use super::verdict::{Failure, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "pages_not_generated", severity: Severity::High, run };

fn run(view: &View<'_>) -> Verdict {
    each_file(
        view,
        ("图片没有生成痕迹", "pictures show no sign of having been made up"),
        ("没有图片材料", "no document is a picture"),
        judge,
    )
}

fn judge(file: File<'_>) -> OnFile {
    let traces = file.traces();
    let generator = traces.picture.as_ref().and_then(|picture| picture.generator.as_ref());
    let number = file.number();
    let mut failures = Vec::new();
    if let Some(generator) = generator {
        let generator = quoted(generator);
        failures.push(Failure {
            severity: None,
            zh: format!("第 {number} 份材料带有生成合成标识：{generator}"),
            en: format!("document {number} is marked as made up by a program: {generator}"),
            expected: None,
            found: Some(generator.into()),
            evidence: file.whole(),
        });
    }
    if let Some(pair) = traces.same_paper.first() {
        let whole = Area { x0: 0.0, y0: 0.0, x1: 1.0, y1: 1.0 };
        let pages = traces.same_paper.iter().flat_map(|pair| [pair.first, pair.second]);
        let places: Vec<Source> = pages.map(|page| Source::Page { page, area: whole }).collect();
        failures.push(Failure {
            severity: None,
            zh: format!("第 {number} 份材料第 {} 页与第 {} 页的纸张噪点完全相同", pair.first, pair.second),
            en: format!(
                "document {number}: pages {} and {} have the same paper, noise and all",
                pair.first, pair.second
            ),
            expected: None,
            found: Some(pair.correlation.clone()),
            evidence: file.evidence(&places),
        });
    }
    if !failures.is_empty() {
        return OnFile::Fails(failures);
    }
    if traces.pictures_looked_at.unwrap_or(0) == 0 { OnFile::Silent } else { OnFile::Holds }
}

#[cfg(test)]
mod tests {
    use model::forensics::{Picture, SamePaper, Traces};

    use super::*;
    use crate::checks::test_support::{Case, bank_on_page};

    fn case(traces: Traces) -> Case {
        Case::of(&[&[bank_on_page("2026-03-01 +1.00")]]).traced(traces)
    }

    #[test]
    fn fails_on_a_mark_and_on_paper_used_twice() {
        let picture = Picture { generator: Some("AIGC (GB 45438)".into()), ..Picture::default() };
        case(Traces { picture: Some(picture), ..Traces::default() })
            .expect(CHECK, &["fail high, : expected -, found AIGC (GB 45438)"]);
        let pair = SamePaper { first: 1, second: 2, correlation: "0.98".into() };
        case(Traces { pictures_looked_at: Some(2), same_paper: vec![pair], ..Traces::default() })
            .expect(CHECK, &["fail high, page 1: expected -, found 0.98"]);
    }

    #[test]
    fn passes_on_sheets_of_their_own() {
        case(Traces { pictures_looked_at: Some(2), ..Traces::default() }).expect(CHECK, &["pass"]);
    }

    #[test]
    fn not_for_a_file_that_is_no_picture() {
        case(Traces::default()).expect(CHECK, &["not_applicable"]);
    }
}
