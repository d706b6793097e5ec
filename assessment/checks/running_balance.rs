//! X01: a row's running balance must follow from the row before it.
//!
//! Edited amounts rarely come with every later balance recomputed. The parsers try the printed order, its reverse
//! and each day by itself before an equation counts as broken, so same-second reordering does not arrive here. Rows
//! that could not be read are stepped over: the hole they leave is `row_count`'s business.
//! Innocent: a digit misread from a picture (medium there), rows of one second printed in another order.

use model::finding::Severity;
use model::proof::Equation;

use super::equations::judge;
use super::verdict::{Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "running_balance", severity: Severity::Critical, run };

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("逐笔余额", "running balance"),
        ("没有打印逐笔余额的流水", "no statement prints running balances"),
        |subject| {
            // A misread digit breaks a chain as an edited one does: from a picture it is no more than a hint.
            let severity = subject.photographed.then_some(Severity::Medium);
            judge(subject, severity, has_chain(subject), |broken| broken.equation == Equation::RunningBalance)
        },
    )
}

fn has_chain(subject: Subject<'_>) -> bool {
    subject.content.transactions.iter().filter(|row| row.balance.is_some()).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, broken, wallet};

    const CHAIN: &str = "
        2026-03-01  +5000.00  6000.00
        2026-03-02  -2500.00  4000.00
        2026-03-03  -100.00   3900.00
    ";

    #[test]
    fn fails_on_the_row_after_the_edit() {
        let mut statement = bank(CHAIN);
        statement.proof = broken(&[(Equation::RunningBalance, Some(2), "3500.00", "4000.00")]);
        Case::of(&[&[statement]]).expect(CHECK, &["fail critical, line 2: expected 3500.00, found 4000.00"]);
    }

    #[test]
    fn a_misread_digit_of_a_picture_is_a_hint() {
        let mut statement = bank(CHAIN);
        statement.proof = broken(&[(Equation::RunningBalance, Some(2), "3500.00", "4000.00")]);
        for row in &mut statement.transactions {
            row.confidence = 0.9;
        }
        Case::of(&[&[statement]]).expect(CHECK, &["fail medium, line 2: expected 3500.00, found 4000.00"]);
    }

    #[test]
    fn each_statement_fails_for_itself() {
        let mut edited = bank(CHAIN);
        edited.proof = broken(&[(Equation::RunningBalance, Some(3), "3900.00", "3800.00")]);
        Case::of(&[&[bank(CHAIN)], &[edited]])
            .expect(CHECK, &["fail critical, document 2 line 3: expected 3900.00, found 3800.00"]);
    }

    #[test]
    fn passes_on_a_chain_that_holds() {
        Case::of(&[&[bank(CHAIN)]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_totals_that_do_not_add_up() {
        let mut statement = bank(CHAIN);
        statement.proof = broken(&[(Equation::InSum, None, "5000.00", "5100.00")]);
        Case::of(&[&[statement]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_balances() {
        Case::of(&[&[wallet("wechat", "2026-03-01 -5.00")]]).expect(CHECK, &["not_applicable"]);
        Case::of(&[]).expect(CHECK, &["not_applicable"]);
    }
}
