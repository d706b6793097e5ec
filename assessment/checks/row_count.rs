//! X05: a document must have as many rows as it says.
//!
//! Rows deleted from an export, and rows that could not be read, show here.
//! Innocent: an export trimmed by its owner.

use model::finding::Severity;
use model::proof::Equation;

use super::equations::judge;
use super::page_totals::is_of_a_page;
use super::verdict::{Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "row_count", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("交易笔数", "row count"),
        ("没有打印总笔数的流水", "no statement prints how many rows it has"),
        |subject| {
            judge(subject, None, subject.content.declared.rows.is_some(), |broken| {
                broken.equation == Equation::RowCount && !is_of_a_page(subject.content, broken)
            })
        },
    )
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
