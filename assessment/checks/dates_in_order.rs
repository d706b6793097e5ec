//! X07: a document's rows must run in one direction through time.
//!
//! A row typed in later usually stands where its amount fits, not where its date does. Only days are compared:
//! issuers print one day's rows in whatever order they were booked.
//! Innocent: a list by date of value.

use jiff::civil::Date;
use model::finding::Severity;
use model::proof::PrintedOrder;
use model::statement::{Statement, StatementKind, Transaction};

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "dates_in_order", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("交易日期顺序", "dates in order"),
        ("没有两笔以上带日期的流水", "no statement has two dated rows"),
        judge,
    )
}

fn judge(subject: Subject<'_>) -> OnStatement {
    // A card bill is grouped by card and kind of entry, and within a group by posting date.
    if subject.content.kind == StatementKind::CreditCard {
        return OnStatement::Silent;
    }
    let dated: Vec<(&Transaction, Date)> =
        subject.content.transactions.iter().filter_map(|row| Some((row, row.time?.date))).collect();
    let Some(order) = direction(subject.content, &dated) else { return OnStatement::Silent };
    let inverted: Vec<(&Transaction, Date, Date)> = dated
        .iter()
        .zip(dated.iter().skip(1))
        .filter_map(|((_, before), (row, date))| {
            let wrong = match order {
                PrintedOrder::OldestFirst => date < before,
                PrintedOrder::NewestFirst => date > before,
            };
            wrong.then_some((*row, *before, *date))
        })
        .collect();
    let Some((row, before, date)) = inverted.first() else { return OnStatement::Holds };
    let count = inverted.len();
    let document = subject.document_number();
    let (zh_order, en_order, bound) = match order {
        PrintedOrder::OldestFirst => ("由早到晚", "oldest first", format!(">= {before}")),
        PrintedOrder::NewestFirst => ("由晚到早", "newest first", format!("<= {before}")),
    };
    OnStatement::Fails(Failure {
        severity: None,
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
        evidence: inverted.iter().take(EVIDENCE_MAX).map(|(row, ..)| subject.evidence(Some(&row.source))).collect(),
    })
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
