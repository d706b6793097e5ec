//! T04: the figures of a column must be set in one font, on the line of their row, with even steps, row by row.
//!
//! An issuer's program sets a column in one font and one size; what an editor adds comes in its own, or is placed by eye,
//! squeezed to fit, or drawn at the page's end. Totals, headings and a side set bold throughout are not compared; pages that
//! bring fonts of their own are compared each by itself.

use model::finding::Severity;
use model::forensics::OddFont;

use super::file::{File, OnFile, each_file};
use super::verdict::{Failure, Verdict};
use super::{Check, View, place};

pub const CHECK: Check = Check { code: "figures_in_one_font", severity: Severity::High, run };

/// With more than this share of the rows in another font it is the layout's own way.
const ROWS_PER_ODD_MIN: usize = 4;

fn run(view: &View<'_>) -> Verdict {
    each_file(
        view,
        ("金额和余额的字体和排法一致", "figures are set alike"),
        ("没有带字体的页面文件", "no file has pages with fonts"),
        judge,
    )
}

fn judge(file: File<'_>) -> OnFile {
    let traces = file.traces();
    let rows: usize = file.statements.iter().map(|statement| statement.transactions.len()).sum();
    if rows == 0 || traces.revisions == 0 {
        return OnFile::Silent;
    }
    let odd: Vec<&OddFont> = traces.odd_fonts.iter().filter(|odd| file.figure_at(&odd.source).is_some()).collect();
    let Some(first) = odd.first() else { return OnFile::Holds };
    let severity =
        if odd.len() * ROWS_PER_ODD_MIN > rows.max(2 * ROWS_PER_ODD_MIN) { Severity::Low } else { Severity::High };
    let (number, count) = (file.number(), odd.len());
    OnFile::Fails(vec![Failure {
        severity: Some(severity),
        zh: format!(
            "第 {number} 份材料{}的“{}”与同列其他数字的字体或排法不同，共 {count} 处",
            place::zh(&first.source),
            first.text
        ),
        en: format!(
            "document {number} {}: \"{}\" is set otherwise than its column; {count} place(s)",
            place::en(&first.source),
            first.text
        ),
        expected: Some(first.usual.clone()),
        found: Some(first.font.clone()),
        evidence: file.evidence(odd.iter().map(|odd| &odd.source)),
    }])
}

#[cfg(test)]
mod tests {
    use model::forensics::Traces;

    use super::*;
    use crate::checks::test_support::{Case, bank_on_page, on_row};

    fn traces(rows: &[u32]) -> Traces {
        let odd = |row: &u32| OddFont {
            source: on_row(*row),
            text: "800.00".into(),
            font: "BBBBBB+Arial".into(),
            usual: "AAAAAA+Song".into(),
        };
        Traces { revisions: 1, odd_fonts: rows.iter().map(odd).collect(), ..Traces::default() }
    }

    fn case() -> Case {
        Case::of(&[&[bank_on_page(&"2026-03-01 +800.00 900.00\n".repeat(12))]])
    }

    #[test]
    fn fails_on_one_figure_of_another_font() {
        case().traced(traces(&[3])).expect(CHECK, &["fail high, page 1: expected AAAAAA+Song, found BBBBBB+Arial"]);
    }

    #[test]
    fn passes_on_another_font_beside_the_table_and_makes_little_of_a_mixed_layout() {
        case().traced(traces(&[30])).expect(CHECK, &["pass"]);
        let mixed = case().traced(traces(&[1, 2, 3, 4, 5]));
        mixed.expect(CHECK, &["fail low, page 1: expected AAAAAA+Song, found BBBBBB+Arial"]);
    }

    #[test]
    fn not_for_a_sheet() {
        case().expect(CHECK, &["not_applicable"]);
    }
}
