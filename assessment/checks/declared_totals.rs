//! X04: the totals a document prints about itself (人民币合计, 收入 n 笔 x 元) must be those of its rows.
//!
//! A bank's totals are arithmetic. Wallets say themselves that theirs may differ ("因统计逻辑不同"), and a WeChat
//! export loses the rows its owner deleted in the app: there a difference says less, unless every count holds and what was
//! refunded does not explain it.
//! Innocent: a wallet that counts otherwise than it lists, rows that its owner deleted.

use model::Money;
use model::finding::Severity;
use model::proof::Equation;
use model::statement::{DeclaredTotals, Statement, StatementKind, Status, Transaction};

use super::equations::judge;
use super::page_totals::is_of_a_page;
use super::verdict::{Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "declared_totals", severity: Severity::High, run };

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("单据合计", "printed totals"),
        ("没有打印合计的流水", "no statement prints totals"),
        |subject| {
            let prints = prints_totals(&subject.content.declared);
            judge(subject, Some(severity(subject)), prints, |broken| {
                is_total(broken.equation) && !is_of_a_page(subject.content, broken)
            })
        },
    )
}

fn prints_totals(declared: &DeclaredTotals) -> bool {
    let without_row_count = DeclaredTotals { rows: None, ..declared.clone() };
    !without_row_count.is_empty()
}

const fn is_total(equation: Equation) -> bool {
    !matches!(equation, Equation::RunningBalance | Equation::ClosingBalance | Equation::RowCount)
}

/// Rows that were deleted, and refunds that were counted in another way, change a wallet's counts with its sums: where
/// every count holds and a sum does not, an amount is not what it was.
fn severity(subject: Subject<'_>) -> Severity {
    let statement = subject.content;
    match statement.kind {
        StatementKind::Wallet if counts_hold(statement) && !refunds_explain(statement) => Severity::High,
        StatementKind::Wallet if statement.issuer == "wechat" || counts_hold(statement) => Severity::Medium,
        StatementKind::Wallet | StatementKind::PlatformBill => Severity::Low,
        _ => Severity::High,
    }
}

/// Whether each sum is off by all that the rows say was refunded: a count stays what it is where a part comes back.
fn refunds_explain(statement: &Statement) -> bool {
    let in_part = |row: &Transaction| match row.status {
        Status::Refunded => row.refunded.unwrap_or(row.amount.abs()),
        Status::PartlyRefunded => row.refunded.unwrap_or(Money::ZERO),
        _ => Money::ZERO,
    };
    let refunded: Money = statement.transactions.iter().map(in_part).sum();
    refunded.is_positive()
        && statement.proof.broken.iter().all(|one| {
            let read = |text: &str| Money::read(text).ok();
            let off = read(&one.expected).zip(read(&one.found)).map(|(expected, found)| expected.minus(found).abs());
            off == Some(refunded)
        })
}

/// Whether the counts of the sums that fail are printed, and no count fails.
fn counts_hold(statement: &Statement) -> bool {
    let declared = &statement.declared;
    let broken = &statement.proof.broken;
    let is_counted = |equation| match equation {
        Equation::InSum => declared.in_rows.is_some(),
        Equation::OutSum => declared.out_rows.is_some(),
        Equation::NeutralSum => declared.neutral_rows.is_some(),
        _ => false,
    };
    let is_sum = |equation| matches!(equation, Equation::InSum | Equation::OutSum | Equation::NeutralSum);
    broken.iter().all(|one| is_sum(one.equation) && is_counted(one.equation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank, broken, wallet};

    fn with_total(mut statement: Statement) -> Statement {
        statement.declared.out_sum = Some(at_line(Money::from_fen(900), 40));
        statement.declared.rows = Some(at_line(2, 39));
        statement
    }

    fn not_adding_up(mut statement: Statement) -> Statement {
        statement.proof = broken(&[(Equation::OutSum, None, "5.00", "9.00")]);
        statement.proof.broken[0].source = Some(at_line((), 40).source);
        statement
    }

    const ROWS: &str = "2026-03-01 -5.00";

    #[test]
    fn fails_on_the_printed_sum_as_badly_as_its_issuer_is_exact() {
        for (statement, severity) in
            [(bank(ROWS), "high"), (wallet("wechat", ROWS), "medium"), (wallet("alipay", ROWS), "low")]
        {
            let statement = not_adding_up(with_total(statement));
            let expected = format!("fail {severity}, line 40: expected 5.00, found 9.00");
            Case::of(&[&[statement]]).expect(CHECK, &[&expected]);
        }
    }

    #[test]
    fn a_wallets_sum_alone_says_more_than_its_sum_and_count() {
        for issuer in ["wechat", "alipay"] {
            let mut statement = not_adding_up(with_total(wallet(issuer, ROWS)));
            statement.declared.out_rows = Some(at_line(1, 40));
            Case::of(&[&[statement]]).expect(CHECK, &["fail high, line 40: expected 5.00, found 9.00"]);
        }
    }

    #[test]
    fn says_less_where_what_was_refunded_is_the_difference() {
        let mut statement = not_adding_up(with_total(wallet("alipay", "2026-03-01 -5.00\n2026-03-02 +4.00")));
        statement.declared.out_rows = Some(at_line(1, 40));
        statement.transactions[1].status = Status::Refunded;
        Case::of(&[&[statement]]).expect(CHECK, &["fail medium, line 40: expected 5.00, found 9.00"]);
    }

    #[test]
    fn passes_on_a_row_count_that_is_off_while_sums_agree() {
        let mut statement = with_total(bank(ROWS));
        statement.proof = broken(&[(Equation::RowCount, None, "1", "2")]);
        Case::of(&[&[statement]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_where_only_a_row_count_is_printed() {
        let mut statement = with_total(bank(ROWS));
        statement.declared.out_sum = None;
        Case::of(&[&[statement]]).expect(CHECK, &["not_applicable"]);
    }
}
