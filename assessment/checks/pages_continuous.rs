//! X06: a document's pages and printed serial numbers must run on without a gap or a repeat.
//!
//! Serials count only where they plainly do: numbers of which nearly every one is one more than the last. Longer numbers of
//! one length (日志号, 流水号) that rise in nearly every row of a list are monotone: one that does not is medium, as a row may
//! have been booked by another branch. A wallet's order numbers are neither.
//! Innocent: a page that could not be read (a problem says so) or one without rows at the end.

use std::collections::BTreeSet;

use model::finding::Severity;
use model::problem::ProblemCode;
use model::statement::{Statement, StatementKind, Transaction};
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
    if let Some(odd) = not_monotone(subject.content) {
        looked_at = true;
        failure = failure.or_else(|| odd.filter(|_| !unread).map(|(row, before)| order_failure(subject, row, before)));
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

/// Longer numbers of one length, in a list of some length.
const MONOTONE_DIGITS_MIN: usize = 10;
const MONOTONE_ROWS_MIN: usize = 40;
/// Steps against the rest that an edit explains: a row put in makes one or two.
const MONOTONE_ODD_MAX: usize = 2;

/// `None` where the numbers follow no order; else the first that goes against it, and the row before.
fn not_monotone(statement: &Statement) -> Option<Option<(&Transaction, &Transaction)>> {
    let rows = &statement.transactions;
    if statement.kind != StatementKind::DepositAccount || rows.len() < MONOTONE_ROWS_MIN {
        return None;
    }
    let number = |row: &Transaction| -> Option<u128> {
        let text = row.reference.as_deref()?.trim();
        let is_number = text.len() >= MONOTONE_DIGITS_MIN && text.bytes().all(|byte| byte.is_ascii_digit());
        // Longer ones do not fit, and are several numbers in one.
        is_number.then(|| text.parse().ok()).flatten()
    };
    let width = |row: &Transaction| row.reference.as_deref().map(|text| text.trim().len());
    let numbers: Option<Vec<u128>> = rows.iter().map(number).collect();
    let numbers = numbers.filter(|_| rows.iter().all(|row| width(row) == rows.first().and_then(width)))?;
    let steps = || numbers.iter().zip(numbers.iter().skip(1)).zip(rows.iter().zip(rows.iter().skip(1)));
    let up = steps().filter(|((a, b), _)| a < b).count();
    let down = steps().filter(|((a, b), _)| a > b).count();
    let against = |a: u128, b: u128| if up >= down { a >= b } else { a <= b };
    let odd = steps().filter(|((a, b), _)| against(**a, **b)).count();
    if odd > MONOTONE_ODD_MAX {
        return None;
    }
    Some(steps().find(|((a, b), _)| against(**a, **b)).map(|(_, (before, row))| (row, before)))
}

fn order_failure(subject: Subject<'_>, row: &Transaction, before: &Transaction) -> Failure {
    let document = subject.document_number();
    let shown = |row: &Transaction| row.reference.clone().unwrap_or_default();
    Failure {
        severity: Some(Severity::Medium),
        zh: format!(
            "第 {document} 份材料{}：流水号 {} 不接在 {} 之后，其余各笔都依次递增或递减；由其他网点入账的除外",
            place::zh(&row.source),
            shown(row),
            shown(before)
        ),
        en: format!(
            "document {document} {}: serial {} does not follow {} as all others do; a row booked by another branch would explain it",
            place::en(&row.source),
            shown(row),
            shown(before)
        ),
        expected: Some("serials in one order".into()),
        found: Some(shown(row)),
        evidence: [row, before].map(|row| subject.evidence(Some(&row.source))).into(),
    }
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

    fn numbered(count: u32, odd: Option<usize>) -> Statement {
        let rows: String = (0..count).map(|n| format!("2026-03-{:02} -1.00\n", n / 2 + 1)).collect();
        let mut statement = bank(&rows);
        for (at, row) in (0_u64..).zip(&mut statement.transactions) {
            row.reference = Some((1_203_400_000_000 + at * 17).to_string().into());
        }
        if let Some(row) = odd.and_then(|odd| statement.transactions.get_mut(odd)) {
            row.reference = Some("1203400000003".into());
        }
        statement
    }

    #[test]
    fn fails_on_a_serial_against_the_order_of_all_others() {
        Case::of(&[&[numbered(60, Some(30))]])
            .expect(CHECK, &["fail medium, line 31: expected serials in one order, found 1203400000003"]);
    }

    #[test]
    fn passes_on_serials_that_rise() {
        Case::of(&[&[numbered(60, None)]]).expect(CHECK, &["pass"]);
    }

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
