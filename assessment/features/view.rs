//! What features read: the ledger with its complete months, and what of each entry counts as inflow and outflow.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use jiff::civil::Date;
use model::declaration::{Declaration, Sector};
use model::ledger::{Category, Entry, Grade, Ledger, LedgerAccount};
use model::statement::{Flow, StatementKind, Status};
use model::{Money, Month, Period};
use rust_decimal::Decimal;

use super::balances::{Balances, Close};
use super::parameters::TERMS;
use super::sector::{self, Inferred};
use super::streams::Stream;
use crate::DocumentView;
use crate::names::normalised;

/// Months further back than this are not looked at: no window is longer than a year, and a period misread as
/// centuries must not be walked day by day.
const MONTHS_MAX: i32 = 120;

/// The stretch of time a feature is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Window {
    /// So many calendar months, the last of them the latest complete one.
    Months(u8),
    /// One complete month: the latest, or so many before it.
    MonthBack(u8),
    /// So many days up to the last that the documents show.
    Days(u16),
    /// The latest whole period of interest that the documents show the end of: the 21st to the 20th (catalogue, 5.2).
    Quarter,
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
    /// Money that left the applicant's accounts, what came back of it taken off; negative for a refund of a purchase
    /// that is not shown.
    pub(super) outflow: Money,
    /// What was consumed, however paid; negative as above.
    pub(super) consumption: Money,
}

pub(super) struct View<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) documents: &'a [DocumentView<'a>],
    pub(super) as_of: Date,
    pub(super) declared_debt: Option<Money>,
    /// How the applicant earns, and so which windows and measures of steadiness apply.
    pub(super) sector: Inferred,
    /// Beside the ledger's entries.
    pub(super) counted: Vec<Counted>,
    /// Entries of the applicant's own money, by month, each event once.
    by_month: BTreeMap<Month, Vec<usize>>,
    /// Months that the documents show from the first day to the last.
    complete: BTreeSet<Month>,
    /// Whose months an entry's belong to: the bank account's that paid, where both legs are there.
    attributed: Vec<u32>,
    /// Beside the entries, who the other side is: equal numbers are equal names.
    parties: Vec<Option<u32>>,
    names: Vec<String>,
    /// Computed once, asked for by many features.
    balances: RefCell<HashMap<Period, Rc<Balances>>>,
    closes: OnceCell<Vec<Vec<Close>>>,
    streams: OnceCell<Vec<Stream>>,
}

impl<'a> View<'a> {
    pub(super) fn new(
        ledger: &'a Ledger,
        documents: &'a [DocumentView<'a>],
        declaration: &Declaration,
        as_of: Date,
    ) -> Self {
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
        let (parties, names) = parties(ledger);
        let counted = counted(ledger, &by_month, &parties);
        let complete = complete_months(ledger, as_of);
        let mut view = Self {
            ledger,
            documents,
            as_of,
            declared_debt: declaration.monthly_debt,
            sector: Inferred::default(),
            counted,
            by_month,
            complete,
            attributed,
            parties,
            names,
            balances: RefCell::default(),
            closes: OnceCell::new(),
            streams: OnceCell::new(),
        };
        view.sector = sector::infer(&view, Window::All).settle(declaration);
        view
    }

    /// Whether income comes with the seasons: then a year is looked at, and never less.
    pub(super) fn is_seasonal(&self) -> bool {
        self.sector.used == Some(Sector::Farmer)
    }

    /// Who the other side of an entry is, as a number; `None` when the row names nobody.
    pub(super) fn party(&self, index: usize) -> Option<u32> {
        self.parties.get(index).copied().flatten()
    }

    /// The name behind a party's number.
    pub(super) fn name(&self, party: u32) -> &str {
        self.names.get(party as usize).map_or("", String::as_str)
    }

    /// The account that an entry's money left or reached: the bank's, where both legs are there.
    pub(super) fn account(&self, index: usize) -> u32 {
        self.attributed.get(index).copied().unwrap_or_default()
    }

    pub(super) fn daily(&self, period: Period) -> Rc<Balances> {
        let known = self.balances.borrow().get(&period).cloned();
        known.unwrap_or_else(|| {
            let computed = Rc::new(super::balances::daily(self, period));
            self.balances.borrow_mut().insert(period, Rc::clone(&computed));
            computed
        })
    }

    /// The daily closing balances of an account, oldest first.
    pub(super) fn closes(&self, account: usize) -> &[Close] {
        self.closes.get_or_init(|| super::balances::all_closes(self)).get(account).map_or(&[], Vec::as_slice)
    }

    /// The streams of income over the window that verified income is about.
    pub(super) fn streams(&self) -> &[Stream] {
        self.streams.get_or_init(|| super::streams::streams(self))
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
            Window::MonthBack(back) => Some(self.latest_month()?.plus(-i32::from(back)).period()),
            Window::Days(count) => {
                let to = self.shown()?.to;
                Period::new(to.checked_sub(jiff::Span::new().days(i64::from(count) - 1)).ok()?, to)
            }
            Window::Quarter => quarter_until(self.shown()?.to),
            Window::All => self.shown(),
        }
    }

    /// From the first to the last day that any statement shows, up to the day of the assessment.
    fn shown(&self) -> Option<Period> {
        let periods = || self.money_accounts().flat_map(|account| account.covered.iter());
        let from = periods().map(|period| period.from).min()?;
        let to = periods().map(|period| period.to).max()?;
        Period::new(from, to.min(self.as_of))
    }

    /// Each event of a stretch of days once, oldest month first.
    pub(super) fn events_between(&self, period: Period) -> Vec<usize> {
        let months = self.by_month.range(Month::of(period.from)..=Month::of(period.to));
        let inside = |index: &usize| {
            self.entry(*index).and_then(|entry| entry.time).is_some_and(|when| period.contains(when.date))
        };
        months.flat_map(|(_, events)| events).copied().filter(inside).collect()
    }

    /// Each event of a window once: of its complete months, or of its days where it is counted in days.
    pub(super) fn events_in(&self, window: Window) -> Vec<usize> {
        match window {
            Window::Months(_) | Window::MonthBack(_) => self.events(window),
            Window::Days(_) | Window::Quarter | Window::All => {
                self.period(window).map(|period| self.events_between(period)).unwrap_or_default()
            }
        }
    }

    /// The sum over a window's events that `amount` gives something for, and those events.
    pub(super) fn sum(
        &self,
        window: Window,
        mut amount: impl FnMut(usize, &Entry) -> Option<Money>,
    ) -> (Decimal, Vec<usize>) {
        let mut rows = Vec::new();
        let mut sum = Money::ZERO;
        for index in self.events_in(window) {
            if let Some(amount) = self.entry(index).and_then(|entry| amount(index, entry)) {
                sum = sum.plus(amount);
                rows.push(index);
            }
        }
        (sum.to_decimal(), rows)
    }

    /// Eligible inflow of a window.
    pub(super) fn inflow(&self, window: Window) -> (Decimal, Vec<usize>) {
        self.sum(window, |index, _| Some(self.counts(index).inflow).filter(|inflow| inflow.is_positive()))
    }

    /// What left the applicant's accounts in a window, refunds taken off.
    pub(super) fn outflow(&self, window: Window) -> Decimal {
        self.sum(window, |index, _| Some(self.counts(index).outflow)).0
    }

    /// Entries of the applicant's money in a window whose status lets them count or not, own moves among them.
    pub(super) fn rows_in(&self, window: Window) -> Vec<usize> {
        let Some(period) = self.period(window) else { return Vec::new() };
        let months: BTreeSet<Month> = self.months(window).into_iter().collect();
        let by_month = matches!(window, Window::Months(_) | Window::MonthBack(_));
        let inside = |entry: &Entry| {
            entry
                .time
                .is_some_and(|when| period.contains(when.date) && (!by_month || months.contains(&Month::of(when.date))))
        };
        let entries = self.ledger.entries.iter().enumerate();
        entries.filter(|(_, entry)| self.is_money(entry) && inside(entry)).map(|(index, _)| index).collect()
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

/// The other sides of all entries as numbers, and their names.
fn parties(ledger: &Ledger) -> (Vec<Option<u32>>, Vec<String>) {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    // Names repeat by the thousand: each is normalised once.
    let mut printed: HashMap<&str, Option<u32>> = HashMap::new();
    let mut names: Vec<String> = Vec::new();
    let parties = ledger.entries.iter().map(|entry| {
        let name = entry.counterparty.as_deref()?;
        *printed.entry(name).or_insert_with(|| {
            let name = normalised(name);
            if !name.chars().any(char::is_alphanumeric) {
                return None;
            }
            Some(*numbers.entry(name).or_insert_with_key(|name| {
                names.push(name.clone());
                u32::try_from(names.len() - 1).unwrap_or(u32::MAX)
            }))
        })
    });
    let parties = parties.collect();
    (parties, names)
}

/// The last period of interest that ends by this day: from the 21st of a quarter's last month to the 20th of the next's.
fn quarter_until(day: Date) -> Option<Period> {
    let ended = |month: &Month| {
        month.last_day().month() % 3 == 0 && {
            let posted = Date::new(month.last_day().year(), month.last_day().month(), 20);
            posted.is_ok_and(|posted| posted <= day)
        }
    };
    let last = (0..6).map(|back| Month::of(day).plus(-back)).find(ended)?;
    let first = last.plus(-3).last_day();
    let to = Date::new(last.last_day().year(), last.last_day().month(), 20).ok()?;
    Period::new(Date::new(first.year(), first.month(), 21).ok()?, to)
}

fn counted(ledger: &Ledger, by_month: &BTreeMap<Month, Vec<usize>>, parties: &[Option<u32>]) -> Vec<Counted> {
    let mut counted = vec![Counted::default(); ledger.entries.len()];
    let events = || by_month.values().flatten().copied();
    for index in events() {
        if let (Some(entry), Some(slot)) = (ledger.entries.get(index), counted.get_mut(index)) {
            *slot = gross(entry, |other| ledger.entries.get(other as usize));
        }
    }
    net_refunds(ledger, events(), &mut counted);
    net_persons(ledger, events(), parties, &mut counted);
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
fn net_persons(ledger: &Ledger, events: impl Iterator<Item = usize>, parties: &[Option<u32>], counted: &mut [Counted]) {
    let mut persons: BTreeMap<Option<u32>, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for index in events {
        let Some(entry) = ledger.entries.get(index) else { continue };
        if !TERMS.persons.contains(&entry.category) {
            continue;
        }
        let (ins, outs) = persons.entry(parties.get(index).copied().flatten()).or_default();
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

/// A refund is netted against its purchase, whenever it came: a month is neither richer for what was bought in an
/// earlier one, nor its purchases larger for what came back later.
fn net_refunds(ledger: &Ledger, events: impl Iterator<Item = usize>, counted: &mut [Counted]) {
    for index in events {
        let Some(refund) = ledger.entries.get(index).filter(|entry| entry.category == Category::Refund) else {
            continue;
        };
        // A bank's row of what a wallet's row shows counts there.
        let purchase = refund
            .refund_of
            .map(|row| ledger.entries.get(row as usize).and_then(|purchase| purchase.same_event).unwrap_or(row));
        let Some(purchase) = purchase else { continue };
        let back = counted.get_mut(index).map(std::mem::take).unwrap_or_default();
        if let Some(slot) = counted.get_mut(purchase as usize) {
            // Several refunds of one purchase give no more back than it took.
            slot.outflow = slot.outflow.plus(back.outflow).max(Money::ZERO);
            slot.consumption = slot.consumption.plus(back.consumption).max(Money::ZERO);
        }
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
