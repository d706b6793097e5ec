//! X02: the opening balance and all movements must give the closing balance.
//!
//! Innocent: a sub-account or currency printed under the same heading.

use model::finding::Severity;
use model::proof::Equation;

use super::equations::judge;
use super::verdict::{Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "closing_balance", severity: Severity::High, run };

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("期初余额加收支等于期末余额", "opening balance and movements give the closing balance"),
        ("没有同时给出期初和期末余额的流水", "no statement shows both an opening and a closing balance"),
        |subject| {
            let prints = subject.content.opening_balance.is_some() && subject.content.closing_balance.is_some();
            judge(subject, None, prints, |broken| broken.equation == Equation::ClosingBalance)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank, broken, wallet};
    use model::Money;

    fn opened_and_closed() -> model::statement::Statement {
        let mut statement = bank("2026-03-01 +50.00");
        statement.opening_balance = Some(at_line(Money::from_fen(10_000), 91));
        statement.closing_balance = Some(at_line(Money::from_fen(15_000), 92));
        statement
    }

    #[test]
    fn fails_on_the_printed_closing_balance() {
        let mut statement = opened_and_closed();
        statement.proof = broken(&[(Equation::ClosingBalance, None, "150.00", "950.00")]);
        statement.proof.broken[0].source = statement.closing_balance.as_ref().map(|printed| printed.source.clone());
        Case::of(&[&[statement]]).expect(CHECK, &["fail high, line 92: expected 150.00, found 950.00"]);
    }

    #[test]
    fn passes_on_a_broken_chain_between_balances_that_agree() {
        let mut statement = opened_and_closed();
        statement.proof = broken(&[(Equation::RunningBalance, Some(1), "1.00", "2.00")]);
        Case::of(&[&[statement]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_where_only_one_balance_is_known() {
        let mut statement = opened_and_closed();
        statement.opening_balance = None;
        Case::of(&[&[statement], &[wallet("alipay", "2026-03-01 -5.00")]]).expect(CHECK, &["not_applicable"]);
    }
}
