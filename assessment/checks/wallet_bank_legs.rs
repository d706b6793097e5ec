//! Z01: a payment from a wallet by bank card must stand in the card's statement too, and the other way round.
//!
//! The ledger pairs the legs; here the pairs are counted, of payments only: a refund reaches the card days later, and
//! own money moves under many names. A wallet row asks for a bank leg when it names one of the application's cards and
//! that card's statement covers the day and the next one, as banks book a late payment overnight. A bank row asks for a wallet leg when it names a wallet that is among the documents, covers the day and
//! the day before, and is known to use this card.
//! Where nearly all legs are found, a wallet row and a bank row without a match that happened in the same minutes (on the
//! same day, where either prints no time) are one payment with two amounts: one of the papers was changed.
//! Innocent: netting, red packets, payments from several sources.

use std::collections::BTreeSet;

use jiff::civil::Date;
use model::Money;
use model::dates::seconds_between;
use model::finding::{Evidence, Severity};
use model::ledger::{Entry, Ledger, LedgerAccount};
use model::statement::{Flow, StatementKind};

use super::legs::names_wallet;
use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "wallet_bank_legs", severity: Severity::High, run };

/// Least share of legs that must be found, in percent (catalogue Z01); the rest is netting and red packets.
const MATCHED_MIN_PERCENT: usize = 80;

/// Fewer legs than this say nothing: one payment that was netted would decide.
const LEGS_MIN: usize = 5;

/// Two amounts for one payment are a matter of a few minutes, and of papers that bear each other out otherwise.
const SAME_PAYMENT_SECONDS: i64 = 300;
const MATCHED_OTHERWISE_MIN: usize = 20;
const MATCHED_OTHERWISE_PERCENT: usize = 90;

/// Rows without a match that are compared with each other: more of them are another matter, and each is compared with all.
const PAIRS_TRIED_MAX: usize = 200;

fn run(view: &View<'_>) -> Verdict {
    let ledger = view.ledger;
    let linked = linked(ledger);
    let mut failures = Vec::new();
    let (mut asked, mut found) = (0_usize, 0_usize);
    let mut not_found: Vec<&Entry> = Vec::new();
    for (wallet, account) in (0_u32..).zip(&ledger.accounts).filter(|(_, account)| is_wallet(account)) {
        let cards = cards_used(ledger, wallet);
        let mut missing_of: [Vec<&Entry>; 2] = Default::default();
        let (mut asked_here, mut found_here) = (0_usize, 0_usize);
        for direction in [Direction::WalletToBank, Direction::BankToWallet] {
            let legs = match direction {
                Direction::WalletToBank => wallet_legs(ledger, wallet),
                Direction::BankToWallet => bank_legs(view, account, &cards),
            };
            let missing: Vec<&Entry> =
                legs.iter().filter(|(index, _)| !linked.contains(index)).map(|(_, entry)| *entry).collect();
            asked_here += legs.len();
            found_here += legs.len() - missing.len();
            if legs.len() >= LEGS_MIN && (legs.len() - missing.len()) * 100 < legs.len() * MATCHED_MIN_PERCENT {
                failures.push(failure(view, direction, account, legs.len(), &missing));
            }
            match direction {
                Direction::WalletToBank => missing_of[0] = missing,
                Direction::BankToWallet => missing_of[1] = missing,
            }
        }
        asked += asked_here;
        found += found_here;
        let [of_wallet, of_bank] = &missing_of;
        if found_here >= MATCHED_OTHERWISE_MIN && found_here * 100 >= asked_here * MATCHED_OTHERWISE_PERCENT {
            failures.extend(differing(view, account, of_wallet, of_bank));
        }
        not_found.extend(missing_of.concat());
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    let counted = Some(format!("{found}/{asked}").into());
    match asked {
        0 => Verdict::NotApplicable(Summary::new(
            "没有可与银行流水相互印证的支付账户交易",
            "no wallet payment is covered by a bank statement as well",
        )),
        1..LEGS_MIN => Verdict::NotRun(Summary {
            found: counted,
            ..Summary::new("可相互印证的交易太少", "too few payments are covered on both sides")
        }),
        // What few legs are missing is shown all the same: a reviewer may ask about them.
        _ => Verdict::Passes(Summary {
            expected: Some(format!(">= {MATCHED_MIN_PERCENT}%").into()),
            found: counted,
            evidence: evidence(view, &not_found),
            ..Summary::new(
                format!("支付账户与银行流水相互印证，{} 笔没有对应", not_found.len()),
                format!("wallet and bank statements bear each other out; {} row(s) without a match", not_found.len()),
            )
        }),
    }
}

#[derive(Debug, Clone, Copy)]
enum Direction {
    WalletToBank,
    BankToWallet,
}

fn failure(view: &View<'_>, direction: Direction, wallet: &LedgerAccount, legs: usize, missing: &[&Entry]) -> Failure {
    let value: Money = missing.iter().map(|entry| entry.amount.abs()).sum();
    let found = legs - missing.len();
    let issuer = &wallet.issuer;
    let first = missing.first().map(|entry| place::in_short(entry)).unwrap_or_default();
    let (zh, en) = match direction {
        Direction::WalletToBank => (
            format!("{issuer} 账单中由银行卡支付的 {legs} 笔，银行流水只有 {found} 笔，缺 {value} 元（首笔 {first}）"),
            format!(
                "of {legs} payments by card in the {issuer} bill the bank statement shows {found}; {value} is missing, first {first}"
            ),
        ),
        Direction::BankToWallet => (
            format!("银行流水中经 {issuer} 支付的 {legs} 笔，支付账单只有 {found} 笔，缺 {value} 元（首笔 {first}）"),
            format!(
                "of {legs} payments through {issuer} in the bank statement the bill shows {found}; {value} is missing, first {first}"
            ),
        ),
    };
    Failure {
        severity: None,
        zh,
        en,
        expected: Some(format!(">= {MATCHED_MIN_PERCENT}%").into()),
        found: Some(format!("{found}/{legs}").into()),
        evidence: evidence(view, missing),
    }
}

/// Payments whose two legs stand beside each other with different amounts. Both must have no other candidate: two
/// payments of one minute could be anything.
fn differing(view: &View<'_>, wallet: &LedgerAccount, of_wallet: &[&Entry], of_bank: &[&Entry]) -> Option<Failure> {
    let near = |one: &Entry, other: &Entry| match (one.time, other.time) {
        (Some(one), Some(other)) => match seconds_between(one, other) {
            Some(seconds) => seconds.abs() <= SAME_PAYMENT_SECONDS,
            None => one.date == other.date,
        },
        _ => false,
    };
    let only = |one: &Entry, among: &[&'_ Entry]| -> Option<usize> {
        let mut candidates = among.iter().enumerate().filter(|(_, other)| near(one, other));
        let first = candidates.next()?.0;
        candidates.next().is_none().then_some(first)
    };
    let mut pairs: Vec<(&Entry, &Entry)> = Vec::new();
    for entry in of_wallet.iter().take(PAIRS_TRIED_MAX) {
        let Some(bank) = only(entry, of_bank).and_then(|at| of_bank.get(at)) else { continue };
        if only(bank, of_wallet).is_some() {
            pairs.push((entry, bank));
        }
    }
    let (first, bank) = pairs.first()?;
    let (issuer, count) = (&wallet.issuer, pairs.len());
    Some(Failure {
        severity: None,
        zh: format!(
            "{issuer} 账单与银行流水中同一时刻的 {count} 笔付款金额不同（首笔：账单 {}，银行 {}）：其中一份可能被改过",
            place::in_short(first),
            place::in_short(bank)
        ),
        en: format!(
            "{count} payment(s) have one amount in the {issuer} bill and another in the bank statement, first {} and {}: one of the papers may have been changed",
            place::in_short(first),
            place::in_short(bank)
        ),
        expected: Some(bank.amount.abs().to_string().into()),
        found: Some(first.amount.abs().to_string().into()),
        evidence: pairs
            .iter()
            .take(EVIDENCE_MAX / 2)
            .flat_map(|(one, other)| [place::evidence(view, one), place::evidence(view, other)])
            .flatten()
            .collect(),
    })
}

fn evidence(view: &View<'_>, entries: &[&Entry]) -> Vec<Evidence> {
    entries.iter().take(EVIDENCE_MAX).filter_map(|entry| place::evidence(view, entry)).collect()
}

fn is_wallet(account: &LedgerAccount) -> bool {
    account.kind == StatementKind::Wallet
}

fn is_card(account: &LedgerAccount) -> bool {
    matches!(account.kind, StatementKind::DepositAccount | StatementKind::CreditCard)
}

/// Entries that the ledger paired with one on another account, from either side.
fn linked(ledger: &Ledger) -> BTreeSet<u32> {
    let mut linked = BTreeSet::new();
    for (index, entry) in (0_u32..).zip(&ledger.entries) {
        for other in entry.same_event.into_iter().chain(entry.own_transfer) {
            linked.insert(index);
            linked.insert(other);
        }
    }
    linked
}

/// The wallet's rows that name one of the application's cards, on days that the card's statement covers.
fn wallet_legs(ledger: &Ledger, wallet: u32) -> Vec<(u32, &Entry)> {
    let of_wallet =
        (0_u32..).zip(&ledger.entries).filter(|(_, entry)| entry.account == wallet && entry.status.counts());
    of_wallet
        .filter(|(_, entry)| {
            if entry.flow != Flow::Out {
                return false;
            }
            let Some((tail, date)) =
                entry.method.as_deref().and_then(single_tail).zip(entry.time.map(|when| when.date))
            else {
                return false;
            };
            let next = date.tomorrow().unwrap_or(date);
            ledger.accounts.iter().any(|account| is_card_with(account, tail) && covers(account, [date, next]))
        })
        .collect()
}

/// Tails of the application's cards that the wallet names.
fn cards_used(ledger: &Ledger, wallet: u32) -> BTreeSet<u32> {
    let named: BTreeSet<&str> = ledger
        .entries
        .iter()
        .filter(|entry| entry.account == wallet)
        .filter_map(|entry| entry.method.as_deref().and_then(single_tail))
        .collect();
    let cards = (0_u32..).zip(&ledger.accounts);
    cards.filter(|(_, account)| named.iter().any(|tail| is_card_with(account, tail))).map(|(index, _)| index).collect()
}

/// Rows of those cards that name the wallet, on days that the wallet's statement covers.
fn bank_legs<'a>(view: &View<'a>, wallet: &LedgerAccount, cards: &BTreeSet<u32>) -> Vec<(u32, &'a Entry)> {
    let of_cards = (0_u32..).zip(&view.ledger.entries).filter(|(_, entry)| cards.contains(&entry.account));
    of_cards
        .filter(|(_, entry)| {
            let Some(date) = entry.time.map(|when| when.date) else { return false };
            let before = date.yesterday().unwrap_or(date);
            // What a bank pays in from a wallet may come from another person's: only payments are asked for.
            entry.flow == Flow::Out
                && entry.status.counts()
                && covers(wallet, [date, before])
                && names_wallet(view, entry, &wallet.issuer)
        })
        .collect()
}

fn is_card_with(account: &LedgerAccount, tail: &str) -> bool {
    is_card(account) && account.tail.as_deref() == Some(tail)
}

fn covers(account: &LedgerAccount, days: [Date; 2]) -> bool {
    days.iter().all(|day| account.covered.iter().any(|period| period.contains(*day)))
}

/// `招商银行储蓄卡(1234)` → `1234`. `None` for a payment from several sources (`…(1234)&红包`): the card paid part of it.
fn single_tail(method: &str) -> Option<&str> {
    if method.contains(['&', '+', '、']) {
        return None;
    }
    let after = method.rsplit(['(', '（']).next()?;
    let tail = after.split([')', '）']).next()?.trim();
    (tail.len() == 4 && method.len() > 4 && tail.bytes().all(|byte| byte.is_ascii_digit())).then_some(tail)
}

#[cfg(test)]
mod tests {
    use model::When;

    use super::*;
    use crate::checks::test_support::{Case, account, entry};

    /// A wallet and a bank card 1234, `days` payments of which the bank shows the first `paired`.
    fn case(days: u32, paired: u32) -> Case {
        let mut case = Case::of(&[]);
        case.ledger.accounts = vec![
            account(StatementKind::Wallet, "alipay", None, "2026-03-01", "2026-04-30"),
            account(StatementKind::DepositAccount, "cmb", Some("1234"), "2026-03-01", "2026-04-30"),
        ];
        for day in 1..=days {
            let mut row = entry(0, &format!("2026-03-{day:02}"), "-12.00");
            row.method = Some("招商银行储蓄卡(1234)".into());
            row.same_event = (day <= paired).then_some(days + day - 1);
            case.ledger.entries.push(row);
        }
        for day in 1..=paired {
            let mut row = entry(1, &format!("2026-03-{day:02}"), "-12.00");
            row.counterparty = Some("支付宝（中国）网络技术有限公司".into());
            case.ledger.entries.push(row);
        }
        case
    }

    #[test]
    fn fails_when_the_bank_lacks_the_wallets_payments() {
        case(10, 7).expect(CHECK, &["fail high: expected >= 80%, found 7/10"]);
    }

    #[test]
    fn fails_when_the_wallet_lacks_the_banks_payments() {
        let mut case = case(6, 6);
        for day in 10..=14 {
            let mut row = entry(1, &format!("2026-03-{day:02}"), "-30.00");
            row.description = Some("支付宝-消费".into());
            case.ledger.entries.push(row);
        }
        // The bank row of 1 March may have been paid on the day before the bill begins: ten are asked for.
        case.expect(CHECK, &["fail high: expected >= 80%, found 5/10"]);
    }

    #[test]
    fn fails_on_one_payment_with_two_amounts() {
        let mut case = case(25, 25);
        for (account, amount, time) in [(0, "-912.00", "20:15:09"), (1, "-12.00", "20:15:11")] {
            let mut row = entry(account, "2026-03-28", amount);
            row.time = row.time.map(|when| When { time: time.parse().ok(), ..when });
            row.method = (account == 0).then(|| "招商银行储蓄卡(1234)".into());
            row.counterparty = (account == 1).then(|| "支付宝（中国）网络技术有限公司".into());
            case.ledger.entries.push(row);
        }
        case.expect(CHECK, &["fail high: expected 12.00, found 912.00"]);
        // An hour apart they are two payments, either of which may have been netted.
        case.ledger.entries.last_mut().unwrap().time = Some(When::at("2026-03-28T21:20:00".parse().unwrap()));
        case.expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_a_few_netted_payments() {
        case(10, 8).expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_refunds_and_payments_from_several_sources_and_by_other_cards() {
        let mut case = case(6, 6);
        for (method, amount) in [
            ("招商银行储蓄卡(1234)&红包", "-30.00"),
            ("工商银行储蓄卡(9999)", "-30.00"),
            ("余额", "-30.00"),
            // a refund
            ("招商银行储蓄卡(1234)", "30.00"),
        ] {
            for day in 10..=14 {
                let mut row = entry(0, &format!("2026-03-{day:02}"), amount);
                row.method = Some(method.into());
                case.ledger.entries.push(row);
            }
        }
        case.expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_the_last_day_booked_overnight() {
        let mut case = case(6, 6);
        for _ in 0..5 {
            let mut row = entry(0, "2026-04-30", "-30.00");
            row.method = Some("招商银行储蓄卡(1234)".into());
            case.ledger.entries.push(row);
        }
        case.expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_where_nothing_is_covered_twice_and_does_not_run_on_a_handful() {
        let mut apart = case(10, 0);
        apart.ledger.accounts[1].covered = vec![];
        apart.expect(CHECK, &["not_applicable"]);
        case(3, 0).expect(CHECK, &["not_run"]);
    }
}
