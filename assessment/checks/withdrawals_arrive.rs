//! Z02: what is withdrawn from a wallet to a bank card must arrive on that card.
//!
//! Asked where the wallet names a card whose statement covers the day and the two after (T+1, a night between). The fee is
//! taken on the wallet's side. Innocent: a withdrawal that the bank returned.

use model::Money;
use model::finding::Severity;
use model::ledger::Entry;
use model::statement::{Flow, StatementKind};

use super::legs::{arrives, bank_with, card_tail, covers, later};
use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::words::mentions;
use super::{Check, View};

pub const CHECK: Check = Check { code: "withdrawals_arrive", severity: Severity::High, run };

const WITHDRAWAL: [&str; 1] = ["提现"];
/// T+1, and the night before it.
const DAYS_MAX: i64 = 2;
/// One withdrawal may have been returned; from the second on, or of this many yuan, it is no chance.
const MATERIAL: Money = Money::from_fen(200_000);

fn run(view: &View<'_>) -> Verdict {
    let mut arrived = 0_usize;
    let mut missing: Vec<&Entry> = Vec::new();
    for entry in &view.ledger.entries {
        let account = usize::try_from(entry.account).ok().and_then(|index| view.ledger.accounts.get(index));
        if account.is_none_or(|account| account.kind != StatementKind::Wallet)
            || entry.flow == Flow::In
            || !entry.status.counts()
        {
            continue;
        }
        let row = entry.rows.first().and_then(|row| place::transaction(view, *row));
        let Some(row) = row.filter(|row| mentions(row, &WITHDRAWAL)) else { continue };
        let tail =
            [&row.method, &row.counterparty, &row.description].into_iter().flatten().find_map(|text| card_tail(text));
        let Some((bank, account)) = tail.and_then(|tail| bank_with(view, tail)) else { continue };
        let Some(date) = entry.time.map(|when| when.date) else { continue };
        if !covers(account, date, later(date, DAYS_MAX)) {
            continue;
        }
        if entry.own_transfer.is_some() || arrives(view, entry, bank, Flow::In, DAYS_MAX) {
            arrived += 1;
        } else {
            missing.push(entry);
        }
    }
    let Some(first) = missing.first() else {
        return if arrived > 0 {
            Verdict::Passes(Summary::new(
                format!("{arrived} 笔提现均已到账"),
                format!("{arrived} withdrawal(s) arrived"),
            ))
        } else {
            Verdict::NotApplicable(Summary::new(
                "没有提现到已提供流水的银行卡",
                "no withdrawal goes to a card whose statement is shown",
            ))
        };
    };
    let value: Money = missing.iter().map(|entry| entry.amount.abs()).sum();
    let severity = (missing.len() == 1 && value < MATERIAL).then_some(Severity::Medium);
    Verdict::Fails(vec![Failure {
        severity,
        zh: format!(
            "{} 笔提现共 {value} 元没有到银行卡（首笔 {}）；若被退回请说明",
            missing.len(),
            place::in_short(first)
        ),
        en: format!(
            "{} withdrawal(s) of {value} in all did not reach the card, first {}; a returned one would explain it",
            missing.len(),
            place::in_short(first)
        ),
        expected: Some("a credit within 2 days".into()),
        found: Some(format!("{}/{}", arrived, arrived + missing.len()).into()),
        evidence: missing.iter().take(EVIDENCE_MAX).filter_map(|entry| place::evidence(view, entry)).collect(),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank, wallet};
    use model::statement::AccountNumber;

    fn case(credit: &str, withdrawals: &str) -> Case {
        let mut from = wallet("wechat", withdrawals);
        for row in &mut from.transactions {
            row.printed_type = Some("零钱提现".into());
            row.method = Some("招商银行(1234)".into());
        }
        let mut to = bank(&format!("2026-03-01 +1.00\n{credit}\n2026-03-31 -1.00"));
        to.account = Some(at_line(AccountNumber::new("6214 **** **** 1234"), 1));
        Case::of(&[&[from], &[to]]).merged()
    }

    #[test]
    fn fails_on_a_withdrawal_that_never_came() {
        case("2026-03-10 +5.00", "2026-03-10 -5000.00")
            .expect(CHECK, &["fail high, line 1: expected a credit within 2 days, found 0/1"]);
        case("2026-03-10 +5.00", "2026-03-10 -50.00")
            .expect(CHECK, &["fail medium, line 1: expected a credit within 2 days, found 0/1"]);
    }

    #[test]
    fn passes_on_the_day_after() {
        case("2026-03-11 +5000.00", "2026-03-10 -5000.00").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_at_the_end_of_the_banks_statement() {
        case("2026-03-11 +1.00", "2026-03-30 -5000.00").expect(CHECK, &["not_applicable"]);
    }
}
