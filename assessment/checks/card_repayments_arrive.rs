//! Z03: a repayment that leaves a bank account for a credit card shown must stand on the card's bill.
//!
//! Asked where the row names the card's own tail: only that says which card it was. Two banking days may pass
//! (`holidays.toml`).
//! Innocent: the repayment of a relative's card, and one through an agent that nets.

use std::collections::BTreeMap;

use model::Money;
use model::dates::days_between;
use model::finding::Severity;
use model::ledger::{Category, Entry};
use model::statement::{AccountNumber, Flow, StatementKind};

use super::legs::{arrives, covers};
use super::place;
use super::tables::banking_days_later;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "card_repayments_arrive", severity: Severity::High, run };

/// Catalogue Z03.
const BANKING_DAYS_MAX: u32 = 2;
/// Fewer may be another's card.
const MISSING_MIN: usize = 2;

fn run(view: &View<'_>) -> Verdict {
    let ledger = view.ledger;
    let cards: BTreeMap<u32, &model::ledger::LedgerAccount> =
        (0_u32..).zip(&ledger.accounts).filter(|(_, account)| account.kind == StatementKind::CreditCard).collect();
    let (mut arrived, mut missing): (usize, Vec<&Entry>) = (0, Vec::new());
    for entry in &ledger.entries {
        let account = usize::try_from(entry.account).ok().and_then(|index| ledger.accounts.get(index));
        let from_bank = account.is_some_and(|account| account.kind == StatementKind::DepositAccount);
        if !from_bank || entry.category != Category::CardRepayment || entry.flow != Flow::Out || !entry.status.counts()
        {
            continue;
        }
        let row = entry.rows.first().and_then(|row| place::transaction(view, *row));
        let tail = row.and_then(|row| row.counterparty_account.as_ref()).and_then(AccountNumber::tail);
        // Only the card's own number says which card it was.
        let card = cards.iter().find(|(_, card)| tail.is_some() && card.tail.as_deref() == tail.as_deref());
        let Some(((card, shown), date)) = card.zip(entry.time.map(|when| when.date)) else { continue };
        let latest = banking_days_later(date, BANKING_DAYS_MAX);
        if !covers(shown, date, latest) {
            continue;
        }
        if entry.own_transfer.is_some() || arrives(view, entry, *card, Flow::In, days_between(date, latest)) {
            arrived += 1;
        } else {
            missing.push(entry);
        }
    }
    let Some(first) = missing.first() else {
        return if arrived > 0 {
            Verdict::Passes(Summary::new(
                format!("{arrived} 笔信用卡还款与账单相符"),
                format!("{arrived} card repayment(s) stand on the card's bill"),
            ))
        } else {
            Verdict::NotApplicable(Summary::new(
                "没有向已提供账单的信用卡还款",
                "no repayment goes to a card whose bill is shown",
            ))
        };
    };
    let value: Money = missing.iter().map(|entry| entry.amount.abs()).sum();
    Verdict::Fails(vec![Failure {
        severity: (missing.len() < MISSING_MIN).then_some(Severity::Medium),
        zh: format!("{} 笔信用卡还款共 {value} 元不在信用卡账单上（首笔 {}）", missing.len(), place::in_short(first)),
        en: format!(
            "{} card repayment(s) of {value} in all are not on the card's bill, first {}",
            missing.len(),
            place::in_short(first)
        ),
        expected: Some("a credit within 2 banking days".into()),
        found: Some(format!("{}/{}", arrived, arrived + missing.len()).into()),
        evidence: missing.iter().take(EVIDENCE_MAX).filter_map(|entry| place::evidence(view, entry)).collect(),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank};

    fn case(repaid: &str, tail: &str) -> Case {
        let mut from = bank("2026-03-05 -3000.00\n2026-04-05 -2000.00");
        for row in &mut from.transactions {
            row.description = Some("信用卡还款".into());
            row.counterparty_account = Some(AccountNumber::new(format!("6225 **** **** {tail}")));
        }
        let mut card = bank(&format!("2026-03-01 -1.00\n{repaid}\n2026-04-30 -1.00"));
        card.kind = StatementKind::CreditCard;
        card.account = Some(at_line(AccountNumber::new("6225 **** **** 1234"), 1));
        Case::of(&[&[from], &[card]]).merged().categorised("还款", Category::CardRepayment)
    }

    #[test]
    fn fails_on_repayments_that_the_card_does_not_show() {
        case("2026-03-06 +1.00", "1234")
            .expect(CHECK, &["fail high, line 1: expected a credit within 2 banking days, found 0/2"]);
        case("2026-04-06 +2000.00", "1234")
            .expect(CHECK, &["fail medium, line 1: expected a credit within 2 banking days, found 1/2"]);
    }

    #[test]
    fn passes_over_a_weekend() {
        case("2026-03-08 +3000.00\n2026-04-07 +2000.00", "1234").expect(CHECK, &["pass"]);
    }

    #[test]
    fn two_banking_days_are_no_longer_without_a_weekend_and_longer_over_a_holiday() {
        // Thursday 5 March; the second banking day is Monday the 9th.
        case("2026-03-10 +3000.00\n2026-04-07 +2000.00", "1234")
            .expect(CHECK, &["fail medium, line 1: expected a credit within 2 banking days, found 1/2"]);
        // Sunday 5 April in the Qingming rest of the 4th to 6th: the 7th and the 8th.
        case("2026-03-06 +3000.00\n2026-04-08 +2000.00", "1234").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_a_relatives_card() {
        case("2026-03-06 +1.00", "9999").expect(CHECK, &["not_applicable"]);
    }
}
