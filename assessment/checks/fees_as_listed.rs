//! X21: a fee that a row states must be what the issuer takes for it.
//!
//! A wallet's withdrawal costs a thousandth beyond the free quota, at least a jiao (`fees.toml`); it may cost less, never
//! more. Innocent: a free quota used in part, a coupon.

use model::Money;
use model::finding::Severity;
use model::statement::{StatementKind, Transaction};
use rust_decimal::{Decimal, RoundingStrategy};

use super::place;
use super::tables::{Fees, fees};
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject, Verdict, each_statement};
use super::words::{mentions, texts};
use super::{Check, View, figures};

pub const CHECK: Check = Check { code: "fees_as_listed", severity: Severity::Medium, run };

const WITHDRAWAL: [&str; 1] = ["提现"];
const FEE: [&str; 2] = ["服务费", "手续费"];

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("手续费", "fees are as listed"),
        ("没有注明手续费的提现", "no withdrawal states its fee"),
        judge,
    )
}

/// `服务费¥1.20` → 1.20.
fn stated_fee(row: &Transaction) -> Option<Money> {
    texts(row).find_map(|text| {
        let after = FEE.iter().find_map(|word| text.split_once(word))?.1;
        let figure: String = after
            .trim_start_matches(['¥', '￥', ':', '：', ' ', '(', '（'])
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        Money::read(&figure).ok()
    })
}

/// The most that may be taken, rounded up to the fen.
fn most(table: &Fees, amount: Money) -> Decimal {
    let share = amount.abs().to_decimal() * table.withdrawal_rate;
    share.round_dp_with_strategy(2, RoundingStrategy::AwayFromZero).max(table.withdrawal_min)
}

fn judge(subject: Subject<'_>) -> OnStatement {
    if subject.content.kind != StatementKind::Wallet {
        return OnStatement::Silent;
    }
    let table = fees();
    let stated: Vec<(&Transaction, Money)> = subject
        .content
        .transactions
        .iter()
        .filter(|row| row.status.counts() && mentions(row, &WITHDRAWAL))
        .filter_map(|row| Some((row, stated_fee(row)?)))
        .collect();
    let too_dear: Vec<&(&Transaction, Money)> =
        stated.iter().filter(|(row, fee)| fee.to_decimal() > most(table, row.amount)).collect();
    let Some((row, fee)) = too_dear.first() else {
        return if stated.is_empty() { OnStatement::Silent } else { OnStatement::Holds };
    };
    let (document, most) = (subject.document_number(), figures::money(most(table, row.amount)));
    OnStatement::Fails(Failure {
        severity: None,
        zh: format!(
            "第 {document} 份材料{}：提现 {} 元的手续费最多 {most} 元，却注明 {fee} 元",
            place::zh(&row.source),
            row.amount.abs()
        ),
        en: format!(
            "document {document} {}: a withdrawal of {} costs at most {most}, {fee} is stated",
            place::en(&row.source),
            row.amount.abs()
        ),
        expected: Some(format!("<= {most}").into()),
        found: Some(fee.to_string().into()),
        evidence: too_dear.iter().take(EVIDENCE_MAX).map(|(row, _)| subject.evidence(Some(&row.source))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, wallet};

    fn withdrawal(amount: &str, remark: &str) -> Case {
        let mut statement = wallet("wechat", &format!("2026-03-01 {amount}"));
        statement.transactions[0].printed_type = Some("零钱提现".into());
        statement.transactions[0].remark = Some(remark.into());
        Case::of(&[&[statement]])
    }

    #[test]
    fn fails_on_the_fee_of_another_amount() {
        withdrawal("-500.00", "服务费¥5.00").expect(CHECK, &["fail medium, line 1: expected <= 0.50, found 5.00"]);
    }

    #[test]
    fn passes_on_the_fee_on_the_least_and_on_less() {
        withdrawal("-5000.00", "服务费¥5.00").expect(CHECK, &["pass"]);
        withdrawal("-20.00", "服务费¥0.10").expect(CHECK, &["pass"]);
        withdrawal("-5000.00", "服务费¥0.30").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_a_stated_fee() {
        withdrawal("-500.00", "").expect(CHECK, &["not_applicable"]);
    }
}
