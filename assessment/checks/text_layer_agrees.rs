//! T06: the figures that can be selected on a page must be the figures that can be seen on it.
//!
//! The reader compares the text layer with what its recogniser reads off the rendered page, and lists what both read with
//! certainty and differently: a smudge is no difference.
//!
//! Innocent: a scanner's own text layer with digits misread, which does not add up (a problem of the document says so).

use std::collections::BTreeSet;

use model::Source;
use model::finding::Severity;
use model::forensics::Change;

use super::file::{File, OnFile, each_file, or_nothing};
use super::verdict::{Failure, Verdict};
use super::{Check, View, place};

pub const CHECK: Check = Check { code: "text_layer_agrees", severity: Severity::Critical, run };

fn run(view: &View<'_>) -> Verdict {
    each_file(
        view,
        ("文字层与所见图像一致", "the text layer says what is seen"),
        ("没有带文字层的页面文件", "no file has pages with a text layer"),
        judge,
    )
}

fn judge(file: File<'_>) -> OnFile {
    let traces = file.traces();
    if traces.revisions == 0 || file.statements.is_empty() {
        return OnFile::Silent;
    }
    let figures: Vec<&Change> =
        traces.unlike_layer.iter().filter(|one| file.figure_at(&one.source).is_some()).collect();
    let number = file.number();
    let Some(first) = figures.first() else {
        let (compared, all) = (traces.pages_compared.unwrap_or(0), pages_with_figures(&file));
        return match compared {
            0 => OnFile::Unjudged(
                format!("第 {number} 份材料的页面没有与文字层比对"),
                format!("document {number}: its pages were not compared with their text layer"),
            ),
            // Those that nothing speaks against are not drawn.
            some if some < all => OnFile::Unjudged(
                format!("第 {number} 份材料 {all} 页中有 {some} 页与文字层比对，均一致"),
                format!("document {number}: {some} of {all} pages were compared with their text layer, and agree"),
            ),
            _ => OnFile::Holds,
        };
    };
    let (layer, seen) = (or_nothing(first.before.as_ref()), or_nothing(first.after.as_ref()));
    OnFile::Fails(vec![Failure {
        severity: None,
        zh: format!(
            "第 {number} 份材料{}文字层为“{layer}”，看到的是“{seen}”，共 {} 处",
            place::zh(&first.source),
            figures.len()
        ),
        en: format!(
            "document {number} {}: the text layer has \"{layer}\", \"{seen}\" is seen; {} place(s)",
            place::en(&first.source),
            figures.len()
        ),
        expected: Some(layer),
        found: Some(seen),
        evidence: file.evidence(figures.iter().map(|one| &one.source)),
    }])
}

/// Pages on which a row stands.
fn pages_with_figures(file: &File<'_>) -> u32 {
    let rows = file.statements.iter().flat_map(|statement| &statement.transactions);
    let pages: BTreeSet<u32> = rows
        .filter_map(|row| match &row.amount_source {
            Source::Page { page, .. } => Some(*page),
            Source::Cell { .. } | Source::Line { .. } => None,
        })
        .collect();
    u32::try_from(pages.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use model::forensics::Traces;

    use super::*;
    use crate::checks::test_support::{Case, bank_on_page, on_row};

    fn case(pages_compared: Option<u32>, unlike_rows: &[u32]) -> Case {
        let unlike =
            |row: &u32| Change { source: on_row(*row), before: Some("100.00".into()), after: Some("900.00".into()) };
        let traces = Traces {
            revisions: 1,
            pages_compared,
            unlike_layer: unlike_rows.iter().map(unlike).collect(),
            ..Traces::default()
        };
        Case::of(&[&[bank_on_page("2026-03-01 +900.00 900.00")]]).traced(traces)
    }

    #[test]
    fn fails_where_the_page_shows_another_figure() {
        case(Some(1), &[1]).expect(CHECK, &["fail critical, page 1: expected 100.00, found 900.00"]);
    }

    #[test]
    fn passes_on_what_differs_beside_the_table() {
        case(Some(1), &[40]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn not_run_where_nobody_looked() {
        case(None, &[]).expect(CHECK, &["not_run"]);
    }
}
