//! X07: a document's rows must run in one direction through time.
//!
//! A row typed in later usually stands where its amount fits, not where its date does. Only days are compared:
//! issuers print one day's rows in whatever order they were booked.
//! A row or two that stand far from their day, in a list that is in order otherwise and whose balances run on, had their
//! dates changed: that is high. Innocent: a list by date of value, where many rows are off, and by days.

use jiff::civil::Date;
use model::dates::days_between;
use model::finding::{Evidence, Severity};
use model::proof::{Equation, PrintedOrder};
use model::statement::{Statement, StatementKind, Transaction};

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "dates_in_order", severity: Severity::Medium, run };

/// A date of value differs from that of posting by a weekend, or by the eight days of a long holiday.
const VALUE_DAYS_MAX: i64 = 10;
/// Rows out of order that an edit explains better than another kind of list, in a list of some length: a moved date makes
/// one or two steps that go the wrong way.
const STEPS_OF_AN_EDIT_MAX: usize = 2;
const ROWS_MIN: usize = 20;

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("交易日期顺序", "dates in order"),
        ("没有两笔以上带日期的流水", "no statement has two dated rows"),
        judge,
    )
}

type Dated<'a> = (&'a Transaction, Date);

fn judge(subject: Subject<'_>) -> OnStatement {
    // A card bill is grouped by card and kind of entry, and within a group by posting date.
    if subject.content.kind == StatementKind::CreditCard {
        return OnStatement::Silent;
    }
    let dated: Vec<(&Transaction, Date)> =
        subject.content.transactions.iter().filter_map(|row| Some((row, row.time?.date))).collect();
    let Some(order) = direction(subject.content, &dated) else { return OnStatement::Silent };
    let inverted: Vec<(Dated<'_>, Dated<'_>)> = dated
        .iter()
        .zip(dated.iter().skip(1))
        .filter(|((_, before), (_, date))| match order {
            PrintedOrder::OldestFirst => date < before,
            PrintedOrder::NewestFirst => date > before,
        })
        .map(|(before, row)| (*before, *row))
        .collect();
    let Some(((_, before), (row, date))) = inverted.first() else { return OnStatement::Holds };
    let count = inverted.len();
    let document = subject.document_number();
    let (zh_order, en_order, bound) = match order {
        PrintedOrder::OldestFirst => ("由早到晚", "oldest first", format!(">= {before}")),
        PrintedOrder::NewestFirst => ("由晚到早", "newest first", format!("<= {before}")),
    };
    let is_far = inverted.iter().all(|((_, before), (_, date))| days_between(*before, *date).abs() > VALUE_DAYS_MAX);
    let edited = count <= STEPS_OF_AN_EDIT_MAX && dated.len() >= ROWS_MIN && is_far && runs_on(subject.content);
    // Whether the row was moved or the one before it is not told by their order.
    let evidence: Vec<Evidence> = inverted
        .iter()
        .flat_map(|((before, _), (row, _))| [*row, *before])
        .take(EVIDENCE_MAX)
        .map(|row| subject.evidence(Some(&row.source)))
        .collect();
    OnStatement::Fails(Failure {
        severity: (edited && !subject.photographed).then_some(Severity::High),
        zh: format!(
            "第 {document} 份材料{}（第 {} 笔）：流水按{zh_order}排列，{before} 之后却是 {date}，共 {count} 处",
            place::zh(&row.source),
            row.seq
        ),
        en: format!(
            "document {document} {} (transaction {}): rows run {en_order}, yet {date} comes after {before}; {count} place(s)",
            place::en(&row.source),
            row.seq
        ),
        expected: Some(bound.into()),
        found: Some(date.to_string().into()),
        evidence,
    })
}

/// The balances say in which order the rows happened.
fn runs_on(statement: &Statement) -> bool {
    let balances = statement.transactions.iter().filter(|row| row.balance.is_some()).count();
    let breaks = statement.proof.broken.iter().any(|broken| broken.equation == Equation::RunningBalance);
    balances >= ROWS_MIN && !breaks
}

/// What the proof says, or else the direction in which most steps go. `None` for fewer than two days.
fn direction(statement: &Statement, dated: &[(&Transaction, Date)]) -> Option<PrintedOrder> {
    let steps = dated.iter().zip(dated.iter().skip(1));
    let (later, earlier) = steps.fold((0_usize, 0_usize), |(later, earlier), ((_, a), (_, b))| {
        (later + usize::from(b > a), earlier + usize::from(b < a))
    });
    if dated.len() < 2 {
        return None;
    }
    statement.proof.order.or(Some(if later >= earlier { PrintedOrder::OldestFirst } else { PrintedOrder::NewestFirst }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, wallet};

    #[test]
    fn fails_on_the_row_out_of_order() {
        let rows = "
            2026-03-01 +5.00
            2026-03-04 -1.00
            2026-03-02 -1.00
            2026-03-05 -1.00
        ";
        Case::of(&[&[bank(rows)]]).expect(CHECK, &["fail medium, line 3: expected >= 2026-03-04, found 2026-03-02"]);
    }

    #[test]
    fn fails_against_the_order_that_the_balances_tell() {
        let mut statement = bank("2026-03-03 -1.00\n2026-03-02 -1.00\n2026-03-04 -1.00");
        statement.proof.order = Some(PrintedOrder::NewestFirst);
        Case::of(&[&[statement]]).expect(CHECK, &["fail medium, line 3: expected <= 2026-03-02, found 2026-03-04"]);
    }

    #[test]
    fn a_single_row_far_from_its_day_was_moved() {
        let rows = |moved: &str| -> String {
            let row = |day: i32| format!("2026-03-{day:02} -1.00 {}.00\n", 100 - day);
            (1..=30).map(row).collect::<String>().replace("2026-03-17", moved)
        };
        Case::of(&[&[bank(&rows("2026-05-17"))]])
            .expect(CHECK, &["fail high, line 18: expected >= 2026-05-17, found 2026-03-18"]);
        // By a long weekend: a date of value.
        Case::of(&[&[bank(&rows("2026-03-20"))]])
            .expect(CHECK, &["fail medium, line 18: expected >= 2026-03-20, found 2026-03-18"]);
    }

    #[test]
    fn passes_on_one_day_in_any_order() {
        let rows = "
            2026-03-02T20:00:00 +5.00
            2026-03-02T08:00:00 -1.00
            2026-03-02T12:00:00 -1.00
            2026-03-01T09:00:00 -1.00
        ";
        Case::of(&[&[wallet("alipay", rows)]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_a_single_row() {
        Case::of(&[&[bank("2026-03-01 +5.00")]]).expect(CHECK, &["not_applicable"]);
    }
}
