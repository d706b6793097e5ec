//! X05: a document must have as many rows as it says.
//!
//! Rows deleted from an export, and rows that could not be read, show here. A wallet's file with more rows than it says it
//! has lost none: some were put in, which is high. (A page may list more where one row was read as two.)
//! Innocent: an export trimmed by its owner.

use model::finding::Severity;
use model::proof::Equation;
use model::statement::StatementKind;

use super::equations::judge;
use super::page_totals::is_of_a_page;
use super::verdict::{Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "row_count", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("交易笔数", "row count"),
        ("没有打印总笔数的流水", "no statement prints how many rows it has"),
        |subject| {
            judge(subject, severity(subject), subject.content.declared.rows.is_some(), |broken| {
                broken.equation == Equation::RowCount && !is_of_a_page(subject.content, broken)
            })
        },
    )
}

fn severity(subject: Subject<'_>) -> Option<Severity> {
    let number = |text: &str| text.parse::<u64>().ok();
    let of_rows = subject.content.proof.broken.iter().find(|broken| broken.equation == Equation::RowCount)?;
    let (listed, printed) = (number(&of_rows.expected)?, number(&of_rows.found)?);
    let is_file = subject.content.kind == StatementKind::Wallet && !subject.photographed;
    (is_file && listed > printed).then_some(Severity::High)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank, broken, wallet};

    #[test]
    fn fails_on_a_trimmed_export() {
        let mut statement = wallet("wechat", "2026-03-01 -5.00\n2026-03-02 -6.00");
        statement.declared.rows = Some(at_line(3, 7));
        statement.proof = broken(&[(Equation::RowCount, None, "2", "3")]);
        statement.proof.broken[0].source = Some(at_line((), 7).source);
        Case::of(&[&[statement]]).expect(CHECK, &["fail medium, line 7: expected 2, found 3"]);
    }

    #[test]
    fn fails_worse_on_rows_put_in() {
        let mut statement = wallet("wechat", "2026-03-01 -5.00\n2026-03-02 -6.00");
        statement.declared.rows = Some(at_line(1, 7));
        statement.proof = broken(&[(Equation::RowCount, None, "2", "1")]);
        statement.proof.broken[0].source = Some(at_line((), 7).source);
        Case::of(&[&[statement]]).expect(CHECK, &["fail high, line 7: expected 2, found 1"]);
    }

    #[test]
    fn passes_on_closed_rows_that_the_issuer_counts() {
        let mut statement = wallet("alipay", "2026-03-01 -5.00\n2026-03-02 -6.00");
        statement.transactions[1].status = model::statement::Status::Closed;
        statement.declared.rows = Some(at_line(2, 7));
        Case::of(&[&[statement]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_a_printed_count() {
        Case::of(&[&[bank("2026-03-01 -5.00")]]).expect(CHECK, &["not_applicable"]);
    }
}
