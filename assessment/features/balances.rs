//! The applicant's balance at the end of each day: the day's last balance of each deposit account, carried over days
//! without rows, and added up (catalogue, 4.0).
//!
//! Carried only through days that a statement shows: over a gap nobody knows what happened. A day counts when any
//! account's balance is known; an account that is not shown then adds nothing, so the sum errs to the low side.

use jiff::civil::Date;
use model::ledger::{Entry, Grade};
use model::statement::{Flow, StatementKind};
use model::{Money, Period};
use rust_decimal::Decimal;

use super::view::View;

#[derive(Debug)]
pub(super) struct Balances {
    /// One for each day of the period, in order; `None` where no balance is known.
    pub(super) days: Vec<Option<Money>>,
    /// Days on which some account is overdrawn.
    pub(super) overdrawn: u32,
    /// The entries whose balances these are.
    pub(super) rows: Vec<usize>,
    pub(super) grade: Grade,
    /// The one account's lowest balance after any row, where there is just one account: rows of several accounts have
    /// no common order within a day.
    pub(super) lowest_row: Option<Money>,
    /// What stood at the start of the first known day, over all accounts that show it.
    pub(super) opening: Money,
}

impl Balances {
    pub(super) fn known(&self) -> Vec<Money> {
        self.days.iter().flatten().copied().collect()
    }

    pub(super) fn coverage(&self) -> Decimal {
        Decimal::from(self.known().len()).checked_div(Decimal::from(self.days.len())).unwrap_or_default()
    }
}

/// The last balance of a day, and the day's first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Close {
    date: Date,
    opening: Money,
    balance: Money,
    entry: usize,
}

pub(super) fn daily(view: &View<'_>, period: Period) -> Balances {
    let length = usize::try_from(period.days()).unwrap_or(0);
    let mut balances = Balances {
        days: vec![None; length],
        overdrawn: 0,
        rows: Vec::new(),
        grade: Grade::A,
        lowest_row: None,
        opening: Money::ZERO,
    };
    let mut overdrawn = vec![false; length];
    let mut accounts = 0;
    let money = |index: &usize| {
        view.ledger.accounts.get(*index).is_some_and(|account| {
            account.kind == StatementKind::DepositAccount
                && view.money_accounts().any(|other| std::ptr::eq(other, account))
        })
    };
    for index in (0..view.ledger.accounts.len()).filter(money) {
        let closes = view.closes(index);
        let Some(account) = view.ledger.accounts.get(index).filter(|_| !closes.is_empty()) else { continue };
        accounts += 1;
        balances.grade = balances.grade.max(account.grade);
        balances.lowest_row = lowest(view, index, period);
        for covered in account.covered.iter().filter_map(|covered| Some((*covered, covered.overlap(period)?))) {
            add(&mut balances, &mut overdrawn, closes, covered, period.from);
        }
        let starts = account.covered.iter().filter_map(|covered| Some((*covered, covered.overlap(period)?)));
        if let Some(opening) = starts.filter_map(|part| opening(closes, part)).next() {
            balances.opening = balances.opening.plus(opening);
        }
    }
    if accounts == 0 {
        balances.grade = Grade::E;
    }
    if accounts != 1 {
        balances.lowest_row = None;
    }
    balances.overdrawn = u32::try_from(overdrawn.iter().filter(|day| **day).count()).unwrap_or(u32::MAX);
    balances.rows.sort_unstable();
    balances.rows.dedup();
    balances
}

/// What stood on an account when the part of a covered stretch begins.
fn opening(closes: &[Close], (covered, part): (Period, Period)) -> Option<Money> {
    let start = closes.partition_point(|close| close.date < covered.from);
    let next = closes.partition_point(|close| close.date < part.from);
    let before = next.checked_sub(1).filter(|index| *index >= start).and_then(|index| closes.get(index));
    before.map(|close| close.balance).or_else(|| closes.get(next).map(|close| close.opening))
}

/// Adds one account's balances over one covered stretch, of which `part` lies in the period.
fn add(
    balances: &mut Balances,
    overdrawn: &mut [bool],
    closes: &[Close],
    (covered, part): (Period, Period),
    first_day: Date,
) {
    let start = closes.partition_point(|close| close.date < covered.from);
    let inside = closes.get(start..).unwrap_or_default();
    let inside = inside.get(..inside.partition_point(|close| close.date <= covered.to)).unwrap_or_default();
    // Without a row, the stretch does not tell its balance.
    let Some(first) = inside.first() else { return };
    let mut next = inside.partition_point(|close| close.date < part.from);
    let before = next.checked_sub(1).and_then(|index| inside.get(index));
    let (mut balance, mut entry) = before.map_or((first.opening, first.entry), |close| (close.balance, close.entry));
    for day in part.from.series(jiff::Span::new().days(1)).take_while(|day| *day <= part.to) {
        if let Some(close) = inside.get(next).filter(|close| close.date == day) {
            (balance, entry) = (close.balance, close.entry);
            next += 1;
        }
        let place = usize::try_from(model::dates::days_between(first_day, day)).unwrap_or(usize::MAX);
        let (Some(sum), Some(flag)) = (balances.days.get_mut(place), overdrawn.get_mut(place)) else { continue };
        *sum = Some(sum.unwrap_or(Money::ZERO).plus(balance));
        *flag |= balance.is_negative();
        if balances.rows.last() != Some(&entry) {
            balances.rows.push(entry);
        }
    }
}

fn rows_of<'v>(view: &'v View<'_>, account: usize) -> impl Iterator<Item = (usize, &'v Entry)> {
    let entries = view.ledger.entries.iter().enumerate();
    entries.filter(move |(_, entry)| entry.account as usize == account && entry.status.counts())
}

/// Of every account, beside the ledger's.
pub(super) fn all_closes(view: &View<'_>) -> Vec<Vec<Close>> {
    let mut by_account: Vec<Vec<(usize, &Entry)>> = vec![Vec::new(); view.ledger.accounts.len()];
    for (index, entry) in view.ledger.entries.iter().enumerate() {
        let counts = entry.status.counts() && entry.time.is_some();
        if let Some(rows) = by_account.get_mut(entry.account as usize).filter(|_| counts) {
            rows.push((index, entry));
        }
    }
    by_account.iter().map(|rows| closes(rows)).collect()
}

/// Each day's closing balance of an account. Some issuers print the rows of a day out of order: then the closing
/// balance is the one that the day's sum leads to, not the one printed last.
fn closes(rows: &[(usize, &Entry)]) -> Vec<Close> {
    let mut result: Vec<Close> = Vec::new();
    for day in rows.chunk_by(|(_, a), (_, b)| a.time.map(|t| t.date) == b.time.map(|t| t.date)) {
        let signed = |entry: &Entry| if entry.flow == Flow::Neutral { Money::ZERO } else { entry.amount };
        let with_balance = || day.iter().filter_map(|(index, entry)| Some((*index, entry.balance?, signed(entry))));
        let Some((last_entry, last_balance, _)) = with_balance().next_back() else { continue };
        let Some((_, first_balance, first_amount)) = with_balance().next() else { continue };
        let Some(date) = day.first().and_then(|(_, entry)| entry.time).map(|when| when.date) else { continue };
        let sum: Money = day.iter().map(|(_, entry)| signed(entry)).sum();
        let expected = result.last().map(|close| close.balance.plus(sum));
        let chained = with_balance().find(|(_, balance, _)| Some(*balance) == expected);
        let (entry, balance) = chained.map_or((last_entry, last_balance), |(index, balance, _)| (index, balance));
        result.push(Close { date, opening: first_balance.minus(first_amount), balance, entry });
    }
    result
}

fn lowest(view: &View<'_>, account: usize, period: Period) -> Option<Money> {
    let inside = |entry: &Entry| entry.time.is_some_and(|when| period.contains(when.date));
    rows_of(view, account).filter(|(_, entry)| inside(entry)).filter_map(|(_, entry)| entry.balance).min()
}
