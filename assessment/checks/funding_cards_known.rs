//! Y06: the cards that a wallet pays with must be among the accounts shown.
//!
//! A card without a statement may hide debts and spending. A note where it pays little, medium where it pays a fifth or
//! more. Innocent: a lost card, one that is hardly used.

use std::collections::BTreeMap;

use model::Money;
use model::finding::{Evidence, Severity};
use model::ledger::Entry;
use model::statement::{Flow, StatementKind};

use super::legs::card_tail;
use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "funding_cards_known", severity: Severity::Medium, run };

const SHARE_MIN_PERCENT: i64 = 20;

fn run(view: &View<'_>) -> Verdict {
    let ledger = view.ledger;
    let is_known = |tail: &str| ledger.accounts.iter().any(|account| account.tail.as_deref() == Some(tail));
    let kind = |entry: &Entry| {
        let account = usize::try_from(entry.account).ok().and_then(|index| ledger.accounts.get(index));
        account.map(|account| account.kind)
    };
    let paid = ledger
        .entries
        .iter()
        .filter(|entry| kind(entry) == Some(StatementKind::Wallet) && entry.flow == Flow::Out && entry.status.counts());
    let (mut total, mut known) = (Money::ZERO, 0_usize);
    let mut unknown: BTreeMap<&str, (Money, Vec<&Entry>)> = BTreeMap::new();
    for entry in paid {
        total = total.plus(entry.amount.abs());
        let Some(tail) = entry.method.as_deref().and_then(card_tail) else { continue };
        if is_known(tail) {
            known += 1;
            continue;
        }
        let (sum, entries) = unknown.entry(tail).or_default();
        *sum = sum.plus(entry.amount.abs());
        entries.push(entry);
    }
    if unknown.is_empty() {
        return if known > 0 {
            Verdict::Passes(Summary::new(
                "支付账户所用银行卡都有流水",
                "every card the wallets pay with has a statement",
            ))
        } else {
            Verdict::NotApplicable(Summary::new("支付账户没有用银行卡付款", "no wallet pays by card"))
        };
    }
    let failures = unknown.into_iter().map(|(tail, (sum, entries))| {
        let much =
            sum.ten_thousandths().saturating_mul(100) >= total.ten_thousandths().saturating_mul(SHARE_MIN_PERCENT);
        let evidence: Vec<Evidence> =
            entries.iter().take(EVIDENCE_MAX).filter_map(|entry| place::evidence(view, entry)).collect();
        Failure {
            severity: (!much).then_some(Severity::Low),
            zh: format!("支付账户用尾号 {tail} 的银行卡付了 {} 笔共 {sum} 元，没有该卡流水；请补充", entries.len()),
            en: format!(
                "the wallets paid {} time(s), {sum} in all, by the card ending {tail}, of which there is no statement",
                entries.len()
            ),
            expected: Some("a statement of the card".into()),
            found: Some(format!("…{tail}").into()),
            evidence,
        }
    });
    Verdict::Fails(failures.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank, wallet};
    use model::statement::AccountNumber;

    fn case(methods: &[&str]) -> Case {
        let rows: String = methods.iter().map(|_| "2026-03-01 -10.00\n").collect();
        let mut paid = wallet("alipay", &rows);
        for (row, method) in paid.transactions.iter_mut().zip(methods) {
            row.method = Some((*method).into());
        }
        let mut card = bank("2026-03-01 -1.00");
        card.account = Some(at_line(AccountNumber::new("6214 **** **** 1234"), 1));
        Case::of(&[&[paid], &[card]]).merged()
    }

    #[test]
    fn fails_as_badly_as_the_card_is_used() {
        case(&["招商银行(1234)", "工商银行(9999)"])
            .expect(CHECK, &["fail medium, line 2: expected a statement of the card, found …9999"]);
        let mut methods = vec!["招商银行(1234)"; 9];
        methods.push("工商银行(9999)");
        case(&methods).expect(CHECK, &["fail low, line 10: expected a statement of the card, found …9999"]);
    }

    #[test]
    fn passes_on_cards_shown_and_on_balances() {
        case(&["招商银行(1234)", "余额"]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_where_no_card_pays() {
        case(&["余额", "花呗"]).expect(CHECK, &["not_applicable"]);
    }
}
