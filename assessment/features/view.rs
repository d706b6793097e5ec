//! What features read: the ledger with its complete months, and what of each entry counts as inflow and outflow.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use model::ledger::{Category, Entry, Grade, Ledger, LedgerAccount};
use model::statement::{Flow, StatementKind, Status};
use model::{Money, Month, Period};
use rust_decimal::Decimal;

use super::parameters::{EVIDENCE, TERMS};
use crate::names::normalised;

/// Months further back than this are not looked at: no window is longer than a year, and a period misread as
/// centuries must not be walked day by day.
const MONTHS_MAX: i32 = 120;

/// The stretch of time a feature is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Window {
    /// So many calendar months, the last of them the latest complete one.
    Months(u8),
    /// All that the documents show.
    All,
}

/// What the coverage of a feature's window is counted over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// Days that any statement shows.
    Shown,
    /// Days that a proven statement shows: for what may raise a limit.
    Proven,
    /// Days whose balance is known.
    Balances,
}

/// What an entry counts for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    /// Eligible inflow.
    pub(super) inflow: Money,
    /// Money that left the applicant's accounts; negative for a refund.
    pub(super) outflow: Money,
    /// What was consumed, however paid; negative for a refund.
    pub(super) consumption: Money,
}

pub(super) struct View<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) as_of: Date,
    pub(super) declared_debt: Option<Money>,
    /// Beside the ledger's entries.
    pub(super) counted: Vec<Counted>,
    /// Entries of the applicant's own money, by month, each event once.
    by_month: BTreeMap<Month, Vec<usize>>,
    /// Months that the documents show from the first day to the last.
    complete: BTreeSet<Month>,
    /// Whose months an entry's belong to: the bank account's that paid, where both legs are there.
    attributed: Vec<u32>,
}

impl<'a> View<'a> {
    pub(super) fn new(ledger: &'a Ledger, as_of: Date, declared_debt: Option<Money>) -> Self {
        let mut attributed: Vec<u32> = ledger.entries.iter().map(|entry| entry.account).collect();
        for entry in &ledger.entries {
            if let Some(wallet) = entry.same_event.and_then(|index| attributed.get_mut(index as usize)) {
                *wallet = entry.account;
            }
        }
        let mut by_month: BTreeMap<Month, Vec<usize>> = BTreeMap::new();
        for (index, entry) in ledger.entries.iter().enumerate() {
            if let (Some(when), true) = (entry.time, is_event(ledger, entry)) {
                by_month.entry(when.month()).or_default().push(index);
            }
        }
        let counted = counted(ledger, &by_month);
        let complete = complete_months(ledger, as_of);
        Self { ledger, as_of, declared_debt, counted, by_month, complete, attributed }
    }

    /// m0: the latest complete month.
    pub(super) fn latest_month(&self) -> Option<Month> {
        self.complete.last().copied()
    }

    /// First and last day of a window; `None` when no month is complete, or nothing is shown at all.
    pub(super) fn period(&self, window: Window) -> Option<Period> {
        match window {
            Window::Months(count) => {
                let latest = self.latest_month()?;
                let first = latest.plus(1 - i32::from(count));
                Period::new(first.first_day(), latest.last_day())
            }
            Window::All => {
                let periods = || self.money_accounts().flat_map(|account| account.covered.iter());
                let from = periods().map(|period| period.from).min()?;
                let to = periods().map(|period| period.to).max()?;
                Period::new(from, to.min(self.as_of))
            }
        }
    }

    /// The complete months of a window, oldest first.
    pub(super) fn months(&self, window: Window) -> Vec<Month> {
        let Some(period) = self.period(window) else { return Vec::new() };
        let (from, to) = (Month::of(period.from), Month::of(period.to));
        self.complete.range(from..=to).copied().collect()
    }

    /// Each event of a window's complete months once, oldest month first.
    pub(super) fn events(&self, window: Window) -> Vec<usize> {
        self.months(window).iter().flat_map(|month| self.events_of(*month)).copied().collect()
    }

    pub(super) fn events_of(&self, month: Month) -> &[usize] {
        self.by_month.get(&month).map_or(&[], Vec::as_slice)
    }

    /// Each event once, also of months that are shown in part.
    pub(super) fn all_events(&self) -> Vec<usize> {
        self.by_month.values().flatten().copied().collect()
    }

    /// Whether an entry stands on an account of the applicant's own money.
    pub(super) fn is_money(&self, entry: &Entry) -> bool {
        self.ledger.accounts.get(entry.account as usize).is_some_and(holds_money)
    }

    pub(super) fn entry(&self, index: usize) -> Option<&'a Entry> {
        self.ledger.entries.get(index)
    }

    /// What of an entry counts; nothing for an index that is none.
    pub(super) fn counts(&self, index: usize) -> Counted {
        self.counted.get(index).copied().unwrap_or_default()
    }

    /// Sums by complete month, oldest first, over the entries that `amount` gives something for.
    pub(super) fn monthly(
        &self,
        window: Window,
        mut amount: impl FnMut(usize, &Entry) -> Option<Money>,
    ) -> (Vec<Money>, Vec<usize>) {
        let mut rows = Vec::new();
        let months = self.months(window);
        let sums = months.iter().map(|month| {
            let mut sum = Money::ZERO;
            for &index in self.events_of(*month) {
                if let Some(amount) = self.entry(index).and_then(|entry| amount(index, entry)) {
                    sum = sum.plus(amount);
                    rows.push(index);
                }
            }
            sum
        });
        (sums.collect(), rows)
    }

    /// Eligible inflow by complete month, oldest first, and the entries it consists of.
    pub(super) fn monthly_inflow(&self, window: Window) -> (Vec<Money>, Vec<usize>) {
        self.monthly(window, |index, _| Some(self.counts(index).inflow).filter(|inflow| inflow.is_positive()))
    }

    /// The monthly average where accounts show different months: each account's sum over its own complete months, so
    /// that a bill paid from an account shown for half the window is not halved. The same as a plain average where
    /// all accounts show the whole window.
    pub(super) fn average_by_account(
        &self,
        window: Window,
        mut amount: impl FnMut(usize, &Entry) -> Option<Money>,
    ) -> (Decimal, Vec<usize>) {
        let months = self.months(window);
        let mut sums: BTreeMap<u32, Vec<(Month, Money, usize)>> = BTreeMap::new();
        for month in &months {
            for &index in self.events_of(*month) {
                let Some(amount) = self.entry(index).and_then(|entry| amount(index, entry)) else { continue };
                let account = self.attributed.get(index).copied().unwrap_or_default();
                sums.entry(account).or_default().push((*month, amount, index));
            }
        }
        let mut average = Decimal::ZERO;
        let mut rows = Vec::new();
        for (account, amounts) in sums {
            let shows = |month: Month| {
                self.ledger.accounts.get(account as usize).is_some_and(|account| shows_whole(account, month))
            };
            let shown = months.iter().filter(|month| shows(**month)).count();
            // An account that shows no month whole has at least what it shows.
            let divisor = if shown == 0 { months.len() } else { shown };
            let counting = amounts.iter().filter(|(month, ..)| shown == 0 || shows(*month));
            let sum: Money = counting.clone().map(|(_, amount, _)| *amount).sum();
            average += sum.to_decimal().checked_div(Decimal::from(divisor)).unwrap_or_default();
            rows.extend(counting.map(|(.., index)| *index));
        }
        (average, rows)
    }

    /// What may rest on an entry.
    pub(super) fn grade(&self, entry: &Entry) -> Grade {
        let account = self.ledger.accounts.get(entry.account as usize);
        account.filter(|_| entry.checked).map_or(Grade::E, |account| account.grade)
    }

    pub(super) fn money_accounts(&self) -> impl Iterator<Item = &'a LedgerAccount> {
        self.ledger.accounts.iter().filter(|account| holds_money(account))
    }

    /// Share of a period's days that a statement (a proven one) of the applicant's money shows.
    pub(super) fn coverage(&self, period: Period, proven_only: bool) -> Decimal {
        let counting = self.money_accounts().filter(|account| !proven_only || account.grade != Grade::E);
        let mut shown: Vec<Period> =
            counting.flat_map(|account| &account.covered).filter_map(|covered| covered.overlap(period)).collect();
        shown.sort_by_key(|part| (part.from, part.to));
        let mut days = 0;
        let mut counted_until: Option<Date> = None;
        for part in shown {
            let from = match counted_until {
                Some(until) if part.from <= until => until.tomorrow().unwrap_or(until),
                _ => part.from,
            };
            days += Period::new(from, part.to).map_or(0, Period::days);
            counted_until = counted_until.max(Some(part.to));
        }
        Decimal::from(days).checked_div(Decimal::from(period.days())).unwrap_or_default()
    }
}

/// Wallets and deposits in yuan: what is owed on a card is not the applicant's money, and there is no rate here to
/// add other currencies by. An account whose currency nothing tells is kept apart as well.
fn holds_money(account: &LedgerAccount) -> bool {
    let kind = matches!(account.kind, StatementKind::Wallet | StatementKind::DepositAccount);
    kind && account.currency.as_deref() == Some("CNY")
}

/// An entry that moved the applicant's money and is not another leg of one that counts. A card's repayment counts
/// although its other leg is the applicant's own card.
fn is_event(ledger: &Ledger, entry: &Entry) -> bool {
    let is_money = ledger.accounts.get(entry.account as usize).is_some_and(holds_money);
    let is_own_move = entry.category == Category::OwnTransfer
        || (entry.own_transfer.is_some() && entry.category != Category::CardRepayment);
    is_money && entry.status.counts() && entry.same_event.is_none() && !is_own_move
}

fn shows_whole(account: &LedgerAccount, month: Month) -> bool {
    let whole = month.period();
    account.covered.iter().any(|covered| covered.from <= whole.from && whole.to <= covered.to)
}

/// Days of a month that an account may leave out without cutting it short: a document without a printed period
/// shows the days from its first row to its last, and quiet days stand at either end.
const EDGE_DAYS_MAX: i64 = 3;

/// Months that end by `as_of`, shown whole by some account, and cut short by none.
///
/// An account that shows a month in part cuts it short, as what is missing would look like a bad month — but only
/// when it shows another month whole: a few days of one more wallet must not take away what the rest shows.
fn complete_months(ledger: &Ledger, as_of: Date) -> BTreeSet<Month> {
    let accounts: Vec<&LedgerAccount> = ledger.accounts.iter().filter(|account| holds_money(account)).collect();
    let last = Month::of(as_of);
    let months: Vec<Month> = (0..MONTHS_MAX).map(|back| last.plus(-back)).filter(|m| m.last_day() <= as_of).collect();
    let whole = |account: &LedgerAccount, month: Month| shows_whole(account, month);
    // Of a month that the account does not show at all, it leaves out nothing: it was not in use, or not handed in.
    let days_left_out = |account: &LedgerAccount, month: Month| -> i64 {
        let shown = account.covered.iter().filter_map(|covered| covered.overlap(month.period()));
        let shown: i64 = shown.map(Period::days).sum();
        if shown == 0 { 0 } else { month.period().days() - shown }
    };
    let regular: Vec<bool> = accounts.iter().map(|a| months.iter().any(|month| whole(a, *month))).collect();
    let is_complete = |month: Month| {
        let cut_short = accounts
            .iter()
            .zip(&regular)
            .any(|(account, regular)| *regular && days_left_out(account, month) > EDGE_DAYS_MAX);
        !cut_short && accounts.iter().any(|account| whole(account, month))
    };
    months.into_iter().filter(|month| is_complete(*month)).collect()
}

fn counted(ledger: &Ledger, by_month: &BTreeMap<Month, Vec<usize>>) -> Vec<Counted> {
    let mut counted = vec![Counted::default(); ledger.entries.len()];
    let events = || by_month.values().flatten().copied();
    for index in events() {
        if let (Some(entry), Some(slot)) = (ledger.entries.get(index), counted.get_mut(index)) {
            *slot = gross(entry, |other| ledger.entries.get(other as usize));
        }
    }
    net_persons(ledger, events(), &mut counted);
    for month in by_month.values() {
        net_given_back(ledger, month, &mut counted);
    }
    counted
}

fn gross<'l>(entry: &Entry, other: impl Fn(u32) -> Option<&'l Entry>) -> Counted {
    if entry.category != Category::Refund {
        return purchase_or_income(entry);
    }
    // A refund takes back what its purchase counted for: nothing, where that never counted. One whose purchase is not
    // shown is still money back.
    let purchase = entry
        .refund_of
        .and_then(other)
        .map(|purchase| if purchase.status.counts() { purchase_or_income(purchase) } else { Counted::default() });
    let amount = if entry.flow == Flow::Out { Money::ZERO } else { entry.amount.abs() };
    let back = |part: Money| if part.is_zero() { Money::ZERO } else { amount.negated() };
    let whole = Counted { outflow: unless_on_credit(entry, amount), consumption: amount, ..Counted::default() };
    let taken = purchase.unwrap_or(whole);
    Counted { inflow: Money::ZERO, outflow: back(taken.outflow), consumption: back(taken.consumption) }
}

fn purchase_or_income(entry: &Entry) -> Counted {
    let amount = entry.amount.abs();
    // A wallet lists debt service as neutral: it is neither income nor shopping, but the money is gone.
    let serves_debt = matches!(entry.category, Category::LoanRepayment | Category::CardRepayment | Category::Mortgage);
    match entry.flow {
        Flow::In => {
            let eligible = TERMS.eligible.contains(&entry.category);
            Counted { inflow: if eligible { amount } else { Money::ZERO }, ..Counted::default() }
        }
        Flow::Neutral if !serves_debt => Counted::default(),
        Flow::Out | Flow::Neutral => {
            // A document that lists no refund rows says on the purchase what came back; one that lists both would
            // otherwise give it back twice.
            let back = match (entry.refund_of, entry.status, entry.refunded) {
                (Some(_), ..) => Money::ZERO,
                (None, Status::Refunded, None) => amount,
                (None, _, refunded) => refunded.unwrap_or(Money::ZERO).min(amount),
            };
            let amount = amount.minus(back);
            let consumed = !paid_with(entry, &TERMS.card_methods) && !TERMS.not_consumption.contains(&entry.category);
            Counted {
                inflow: Money::ZERO,
                outflow: unless_on_credit(entry, amount),
                consumption: if consumed { amount } else { Money::ZERO },
            }
        }
    }
}

/// What is bought on credit leaves the accounts when it is repaid.
fn unless_on_credit(entry: &Entry, amount: Money) -> Money {
    let on_credit = paid_with(entry, &TERMS.card_methods) || paid_with(entry, &TERMS.credit_methods);
    if on_credit { Money::ZERO } else { amount }
}

fn paid_with(entry: &Entry, words: &[String]) -> bool {
    let method = entry.method.as_deref().unwrap_or_default();
    words.iter().any(|word| method.contains(word.as_str()))
}

/// What came from a person counts as far as it is more than what went to the same person, whenever it did: borrowed
/// and given back, or shared bills, are nobody's income. The oldest are set off first. Those without a name are one.
fn net_persons(ledger: &Ledger, events: impl Iterator<Item = usize>, counted: &mut [Counted]) {
    let mut persons: BTreeMap<String, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for index in events {
        let Some(entry) = ledger.entries.get(index) else { continue };
        if !TERMS.persons.contains(&entry.category) {
            continue;
        }
        let name = entry.counterparty.as_deref().map(normalised).unwrap_or_default();
        let (ins, outs) = persons.entry(name).or_default();
        if entry.flow == Flow::In { ins.push(index) } else { outs.push(index) }
    }
    for (ins, outs) in persons.into_values() {
        let sum = |indexes: &[usize], of: fn(&Counted) -> Money| -> Money {
            indexes.iter().filter_map(|index| counted.get(*index)).map(of).sum()
        };
        let set_off = sum(&ins, |c| c.inflow).min(sum(&outs, |c| c.consumption));
        take_off(counted, &ins, set_off, |c| &mut c.inflow);
        take_off(counted, &outs, set_off, |c| &mut c.consumption);
    }
}

/// What a shop gives back to its customers is not received (I09), within the month.
fn net_given_back(ledger: &Ledger, month: &[usize], counted: &mut [Counted]) {
    let with = |fits: fn(&Entry) -> bool| -> Vec<usize> {
        month.iter().copied().filter(|index| ledger.entries.get(*index).is_some_and(fits)).collect()
    };
    let given = with(|entry| entry.category == Category::Refund && entry.flow == Flow::Out);
    let given: Money = given.iter().filter_map(|index| ledger.entries.get(*index)).map(|e| e.amount.abs()).sum();
    let receipts = with(|entry| entry.category == Category::MerchantReceipts && entry.flow == Flow::In);
    take_off(counted, &receipts, given, |c| &mut c.inflow);
}

fn take_off(counted: &mut [Counted], indexes: &[usize], mut amount: Money, of: fn(&mut Counted) -> &mut Money) {
    for index in indexes {
        let Some(slot) = counted.get_mut(*index).map(of) else { continue };
        let part = amount.min(*slot);
        *slot = slot.minus(part);
        amount = amount.minus(part);
    }
}

/// Whether a feature of this coverage is stated at all.
pub(super) fn is_enough(coverage: Decimal) -> bool {
    coverage >= EVIDENCE.coverage_min
}
