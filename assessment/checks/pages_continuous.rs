//! X06: a document's pages and printed serial numbers must run on without a gap or a repeat.
//!
//! Serials count only where they plainly do: numbers of which nearly every one is one more than the last. A wallet's
//! order numbers are none.
//! Innocent: a page that could not be read (a problem says so) or one without rows at the end.

use std::collections::BTreeSet;

use model::finding::Severity;
use model::problem::ProblemCode;
use model::statement::Transaction;
use model::{Problem, Source};

use super::place;
use super::verdict::{Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "pages_continuous", severity: Severity::High, run };

/// Fewer numbered rows say nothing about how the numbers run.
const SERIALS_MIN: usize = 8;

/// Share of steps, in percent, that must be by one for the numbers to be a running count.
const STEPS_BY_ONE_MIN_PERCENT: usize = 90;

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("页码和流水序号连续", "pages and serial numbers run on"),
        ("没有多页或带连续序号的流水", "no statement has several pages or counted rows"),
        |subject| {
            let problems = usize::try_from(subject.document).ok().and_then(|index| view.documents.get(index));
            judge(subject, problems.map_or(&[], |shown| shown.problems))
        },
    )
}

fn judge(subject: Subject<'_>, problems: &[Problem]) -> OnStatement {
    let rows = &subject.content.transactions;
    let unread = problems.iter().any(|one| {
        matches!(one.code, ProblemCode::UnreadablePage | ProblemCode::UnreadableRow | ProblemCode::Truncated)
    });
    let (mut looked_at, mut failure) = (false, None);
    if let Some(missing) = missing_page(rows) {
        looked_at = true;
        failure = missing.filter(|_| !unread).map(|(row, page)| page_failure(subject, row, page));
    }
    if let Some(odd) = odd_serial(rows) {
        looked_at = true;
        failure = failure.or_else(|| odd.filter(|_| !unread).map(|odd| serial_failure(subject, odd)));
    }
    match failure {
        Some(failure) => OnStatement::Fails(failure),
        None if looked_at => OnStatement::Holds,
        None => OnStatement::Silent,
    }
}

/// `None` for a document of one page; else the first page between others that shows no row, and the row after it.
fn missing_page(rows: &[Transaction]) -> Option<Option<(&Transaction, u32)>> {
    let page = |row: &Transaction| match row.source {
        Source::Page { page, .. } => Some(page),
        _ => None,
    };
    let pages: BTreeSet<u32> = rows.iter().filter_map(page).collect();
    let (first, last) = (*pages.first()?, *pages.last()?);
    if first == last {
        return None;
    }
    let missing = (first..=last).find(|page| !pages.contains(page));
    Some(missing.and_then(|missing| Some((rows.iter().find(|row| page(row) > Some(missing))?, missing))))
}

fn page_failure(subject: Subject<'_>, row: &Transaction, page: u32) -> Failure {
    let document = subject.document_number();
    Failure {
        severity: None,
        zh: format!("第 {document} 份材料第 {page} 页没有流水，其前后各页都有：可能缺页或被替换"),
        en: format!(
            "document {document}: page {page} has no rows while the pages around it do; a page may be missing or replaced"
        ),
        expected: Some(format!("rows on page {page}").into()),
        found: Some("none".into()),
        evidence: vec![subject.evidence(Some(&row.source))],
    }
}

struct Odd<'a> {
    row: &'a Transaction,
    expected: i64,
    found: i64,
}

/// `None` where rows are not counted; else the first number that does not follow.
fn odd_serial(rows: &[Transaction]) -> Option<Option<Odd<'_>>> {
    let number = |row: &Transaction| -> Option<i64> {
        let text = row.reference.as_deref()?.trim();
        // Longer numbers are identities, not counts.
        (text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
    };
    let numbered: Vec<(&Transaction, i64)> = rows.iter().filter_map(|row| Some((row, number(row)?))).collect();
    if numbered.len() < SERIALS_MIN || numbered.len() != rows.len() {
        return None;
    }
    let steps = || numbered.iter().zip(numbered.iter().skip(1));
    let total = numbered.len().saturating_sub(1);
    let up = steps().filter(|((_, a), (_, b))| b - a == 1).count();
    let down = steps().filter(|((_, a), (_, b))| a - b == 1).count();
    let step = if up >= down { 1 } else { -1 };
    if up.max(down) * 100 < total * STEPS_BY_ONE_MIN_PERCENT {
        return None;
    }
    Some(steps().find(|((_, a), (_, b))| b - a != step).map(|((_, a), (row, b))| Odd {
        row,
        expected: a + step,
        found: *b,
    }))
}

fn serial_failure(subject: Subject<'_>, odd: Odd<'_>) -> Failure {
    let document = subject.document_number();
    Failure {
        severity: None,
        zh: format!(
            "第 {document} 份材料{}：序号应为 {}，实为 {}，可能删去或插入了流水",
            place::zh(&odd.row.source),
            odd.expected,
            odd.found
        ),
        en: format!(
            "document {document} {}: serial {} should follow, {} stands there; rows may have been removed or inserted",
            place::en(&odd.row.source),
            odd.expected,
            odd.found
        ),
        expected: Some(odd.expected.to_string().into()),
        found: Some(odd.found.to_string().into()),
        evidence: vec![subject.evidence(Some(&odd.row.source))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, on_page};
    use model::statement::Statement;

    fn counted(serials: &[u32]) -> Statement {
        let rows: String = (1..=serials.len()).map(|day| format!("2026-03-{day:02} -1.00\n")).collect();
        let mut statement = bank(&rows);
        for (row, serial) in statement.transactions.iter_mut().zip(serials) {
            row.reference = Some(serial.to_string().into());
        }
        statement
    }

    fn paged(pages: &[u32]) -> Statement {
        let rows: String = (1..=pages.len()).map(|day| format!("2026-03-{day:02} -1.00\n")).collect();
        let mut statement = bank(&rows);
        for (row, page) in statement.transactions.iter_mut().zip(pages) {
            row.source = on_page(*page, 0.5);
        }
        statement
    }

    #[test]
    fn fails_on_a_serial_left_out() {
        let statement = counted(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13]);
        Case::of(&[&[statement]]).expect(CHECK, &["fail high, line 11: expected 11, found 12"]);
    }

    #[test]
    fn fails_on_a_page_without_rows_between_others() {
        Case::of(&[&[paged(&[1, 1, 3, 3])]]).expect(CHECK, &["fail high, page 3: expected rows on page 2, found none"]);
    }

    #[test]
    fn passes_on_an_unreadable_page_and_on_newest_first() {
        let mut case = Case::of(&[&[paged(&[1, 1, 3, 3])]]);
        case.problems = vec![vec![Problem::new(ProblemCode::UnreadablePage, "第 2 页", "page 2")]];
        case.expect(CHECK, &["pass"]);
        Case::of(&[&[counted(&[9, 8, 7, 6, 5, 4, 3, 2, 1])]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_order_numbers_on_one_page() {
        Case::of(&[&[counted(&[901, 17, 455, 20, 7, 91, 33, 2, 80])]]).expect(CHECK, &["not_applicable"]);
    }
}
