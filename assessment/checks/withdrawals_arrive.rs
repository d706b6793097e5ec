//! Z02: what is withdrawn from a wallet to a bank card must arrive on that card.
//!
//! Asked where the wallet names a card whose statement covers the day and the two after (T+1, a night between). The fee is
//! taken on the wallet's side. Where the card shows a credit from that wallet which no withdrawal explains, then or of just
//! that amount on another day, it is the withdrawal, and one of the papers was changed.
//! Innocent: a withdrawal that the bank returned.

use std::collections::BTreeSet;

use jiff::civil::Date;
use model::Money;
use model::finding::Severity;
use model::ledger::{Entry, LedgerAccount, RowRef};
use model::statement::{Flow, StatementKind};

use super::legs::{bank_with, card_tail, covers, entries_on, later, names_wallet};
use super::place;
use super::tables::fees;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::words::mentions;
use super::{Check, View};

pub const CHECK: Check = Check { code: "withdrawals_arrive", severity: Severity::High, run };

const WITHDRAWAL: [&str; 1] = ["提现"];
/// T+1, and the night before it.
const DAYS_MAX: i64 = 2;
/// One withdrawal may have been returned; from the second on, or of this many yuan, it is no chance.
const MATERIAL: Money = Money::from_fen(200_000);
/// Of those that did not, the ones for which another credit is looked for among all of the card's.
const MISSING_TRIED_MAX: usize = 50;
/// Withdrawals that must have arrived otherwise, so that the two papers are known to be of one purse.
const ARRIVED_OTHERWISE_MIN: usize = 3;

/// A withdrawal to a card whose statement covers the days on which it arrives.
struct Withdrawal<'a> {
    entry: &'a Entry,
    wallet: &'a LedgerAccount,
    bank: u32,
    days: (Date, Date),
}

fn run(view: &View<'_>) -> Verdict {
    let withdrawals: Vec<Withdrawal<'_>> =
        view.ledger.entries.iter().filter_map(|entry| withdrawal(view, entry)).collect();
    let mut explained = linked(view);
    let mut missing: Vec<&Withdrawal<'_>> = Vec::new();
    for one in &withdrawals {
        let amount = one.entry.amount.abs();
        let credit = credits(view, one).find(|credit| credit.amount == amount);
        explained.extend(credit.and_then(|credit| credit.rows.first()));
        if one.entry.own_transfer.is_none() && credit.is_none() {
            missing.push(one);
        }
    }
    let arrived = withdrawals.len() - missing.len();
    let differing = missing.iter().take(MISSING_TRIED_MAX).filter_map(|one| {
        let mut others = credits(view, one).filter(|credit| {
            let known = credit.rows.first().is_some_and(|row| explained.contains(row));
            !known && names_wallet(view, credit, &one.wallet.issuer)
        });
        // Two of them could be anything.
        let then = others.next().filter(|_| others.next().is_none());
        let credit = then.or_else(|| on_another_day(view, one, &explained))?;
        Some((one.entry, credit))
    });
    let differing: Vec<(&Entry, &Entry)> = differing.collect();
    let missing: Vec<&Entry> = missing.iter().map(|one| one.entry).collect();
    if let Some(failure) = otherwise(view, arrived, &differing) {
        return Verdict::Fails(vec![failure]);
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

fn withdrawal<'a>(view: &View<'a>, entry: &'a Entry) -> Option<Withdrawal<'a>> {
    let account = usize::try_from(entry.account).ok().and_then(|index| view.ledger.accounts.get(index));
    let wallet = account.filter(|account| account.kind == StatementKind::Wallet)?;
    if entry.flow == Flow::In || !entry.status.counts() {
        return None;
    }
    let row = entry.rows.first().and_then(|row| place::transaction(view, *row));
    let row = row.filter(|row| mentions(row, &WITHDRAWAL))?;
    let tail =
        [&row.method, &row.counterparty, &row.description].into_iter().flatten().find_map(|text| card_tail(text));
    let (bank, account) = tail.and_then(|tail| bank_with(view, tail))?;
    let date = entry.time.map(|when| when.date)?;
    let days = (date, later(date, DAYS_MAX));
    covers(account, days.0, days.1).then_some(Withdrawal { entry, wallet, bank, days })
}

fn credits<'a>(view: &View<'a>, withdrawal: &Withdrawal<'a>) -> impl Iterator<Item = &'a Entry> {
    entries_on(view, withdrawal.bank, withdrawal.days).filter(|entry| entry.flow == Flow::In)
}

/// A credit of the withdrawn amount, less a fee, at any other time.
fn on_another_day<'a>(view: &View<'a>, withdrawal: &Withdrawal<'a>, explained: &BTreeSet<RowRef>) -> Option<&'a Entry> {
    let withdrawn = withdrawal.entry.amount.abs();
    let fee = Money::from_decimal(withdrawn.to_decimal() * fees().withdrawal_rate)?
        .max(Money::from_decimal(fees().withdrawal_min)?)
        .plus(Money::from_fen(1));
    let mut others = entries_on(view, withdrawal.bank, (Date::MIN, Date::MAX)).filter(|credit| {
        let known = credit.rows.first().is_some_and(|row| explained.contains(row));
        credit.flow == Flow::In
            && !known
            && credit.amount <= withdrawn
            && credit.amount.plus(fee) >= withdrawn
            && names_wallet(view, credit, &withdrawal.wallet.issuer)
    });
    others.next().filter(|_| others.next().is_none())
}

/// Rows that the ledger has paired with one on another account, from either side.
fn linked(view: &View<'_>) -> BTreeSet<RowRef> {
    let entries = &view.ledger.entries;
    let at = |index: u32| usize::try_from(index).ok().and_then(|index| entries.get(index));
    let pairs = entries.iter().filter_map(|entry| Some((entry, entry.own_transfer.or(entry.same_event).and_then(at)?)));
    pairs.flat_map(|(one, other)| [one.rows.first(), other.rows.first()]).flatten().copied().collect()
}

fn otherwise(view: &View<'_>, arrived: usize, differing: &[(&Entry, &Entry)]) -> Option<Failure> {
    let (withdrawn, credit) = differing.first().filter(|_| arrived >= ARRIVED_OTHERWISE_MIN)?;
    let (left, came) = (place::in_short(withdrawn), place::in_short(credit));
    let places = differing.iter().take(EVIDENCE_MAX / 2);
    Some(Failure {
        severity: None,
        zh: format!(
            "{} 笔提现与到账的金额或日期不同（首笔：账单 {left}，银行 {came}），其余 {arrived} 笔相符：其中一份可能被改过",
            differing.len()
        ),
        en: format!(
            "{} withdrawal(s) arrived in another amount or on another day, first {left} in the bill and {came} in the bank statement, where {arrived} agree: one of the papers may have been changed",
            differing.len()
        ),
        expected: Some(left.into()),
        found: Some(came.into()),
        evidence: places
            .flat_map(|(one, other)| [place::evidence(view, other), place::evidence(view, one)])
            .flatten()
            .collect(),
    })
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
    fn fails_on_a_credit_of_another_amount_where_the_others_agree() {
        let withdrawals = "2026-03-03 -800.00\n2026-03-09 -900.00\n2026-03-15 -700.00\n2026-03-21 -600.00";
        let mut case =
            case("2026-03-03 +800.00\n2026-03-09 +900.00\n2026-03-15 +5700.00\n2026-03-21 +600.00", withdrawals);
        case.expect(CHECK, &["fail medium, line 3: expected a credit within 2 days, found 3/4"]);
        for entry in case.ledger.entries.iter_mut().filter(|entry| entry.account == 1) {
            entry.counterparty = Some("财付通支付科技有限公司".into());
        }
        // The credits that do agree, as the ledger has paired them.
        for (wallet, bank) in [(0, 5), (1, 6), (3, 8)] {
            case.ledger.entries[wallet].own_transfer = Some(bank);
        }
        case.expect(CHECK, &["fail high, document 2 line 4: expected 2026-03-15 -700.00, found 2026-03-15 5700.00"]);
        // The right amount on another day.
        let entry = &mut case.ledger.entries[7];
        (entry.amount, entry.time) = (Money::from_fen(70_000), Some(model::When::day("2026-03-26".parse().unwrap())));
        case.expect(CHECK, &["fail high, document 2 line 4: expected 2026-03-15 -700.00, found 2026-03-26 700.00"]);
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
