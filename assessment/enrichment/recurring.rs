//! What comes back regularly: wages and rent, instalments and subscriptions, with when the next is due.
//!
//! A stream is the payments of one category and direction with one side. It recurs when most of its gaps are of one
//! cadence; a stream that pays twice on a day has paid once that day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use model::dates::days_between;
use model::ledger::{Cadence, Category, Ledger, Recurring};
use model::statement::{Flow, StatementKind};
use model::{Money, Text};

use crate::names::normalised;

/// Two gaps may be equal by chance; three payments a quarter apart are half a year of habit.
const PAYMENTS_MIN: usize = 3;

/// Days between two payments of each cadence, weekends and holidays allowed for.
const GAPS: [(Cadence, std::ops::RangeInclusive<i64>); 5] = [
    (Cadence::Weekly, 6..=8),
    (Cadence::Fortnightly, 13..=16),
    (Cadence::Monthly, 25..=35),
    (Cadence::Bimonthly, 55..=66),
    (Cadence::Quarterly, 85..=97),
];

/// The recurring streams of a ledger, by direction, category and side.
pub(crate) fn find(ledger: &Ledger) -> Vec<Recurring> {
    let mut streams: BTreeMap<(Flow, Category, Text), Vec<(Date, usize)>> = BTreeMap::new();
    for (index, entry) in ledger.entries.iter().enumerate() {
        let kind = ledger.accounts.get(entry.account as usize).map(|account| account.kind);
        let is_own = entry.category == Category::OwnTransfer
            || (entry.own_transfer.is_some() && entry.category != Category::CardRepayment);
        let counts =
            entry.status.counts() && entry.same_event.is_none() && !is_own && entry.category != Category::Refund;
        let (true, Some(when), Some(StatementKind::DepositAccount | StatementKind::Wallet)) =
            (counts, entry.time, kind)
        else {
            continue;
        };
        let named = || entry.counterparty.as_deref().map(|name| Text::from(normalised(name)));
        let party = entry.party.clone().or_else(named).unwrap_or_default();
        // A wallet lists debt service as neutral: it went out all the same.
        let flow = if entry.flow == Flow::In { Flow::In } else { Flow::Out };
        streams.entry((flow, entry.category, party)).or_default().push((when.date, index));
    }
    streams.into_iter().filter_map(|(key, payments)| stream(ledger, key, payments)).collect()
}

fn stream(
    ledger: &Ledger,
    (flow, category, party): (Flow, Category, Text),
    mut payments: Vec<(Date, usize)>,
) -> Option<Recurring> {
    payments.sort_unstable();
    let mut days: Vec<Date> = payments.iter().map(|(day, _)| *day).collect();
    days.dedup();
    if days.len() < PAYMENTS_MIN {
        return None;
    }
    let gaps: Vec<i64> = days
        .windows(2)
        .filter_map(|pair| match pair {
            [before, after] => Some(days_between(*before, *after)),
            _ => None,
        })
        .collect();
    let (cadence, _) = GAPS.iter().find(|(_, range)| {
        let fitting = gaps.iter().filter(|gap| range.contains(gap)).count();
        fitting >= PAYMENTS_MIN - 1 && fitting * 3 >= gaps.len() * 2
    })?;
    let mut amounts: Vec<Money> =
        payments.iter().filter_map(|(_, index)| ledger.entries.get(*index)).map(|entry| entry.amount.abs()).collect();
    amounts.sort_unstable();
    let last = days.last().copied()?;
    let rows = payments.iter().filter_map(|(_, index)| ledger.entries.get(*index)?.rows.first()).copied().collect();
    Some(Recurring {
        flow,
        category,
        party: Some(party).filter(|party| !party.is_empty()),
        cadence: *cadence,
        last,
        next: last.checked_add(step(*cadence)).ok()?,
        // Of an even number the lower of the two in the middle: an amount that was paid.
        amount_median: amounts.get((amounts.len() - 1) / 2).copied()?,
        amount_min: amounts.first().copied()?,
        amount_max: amounts.last().copied()?,
        rows,
    })
}

fn step(cadence: Cadence) -> Span {
    match cadence {
        Cadence::Weekly => 7.days(),
        Cadence::Fortnightly => 14.days(),
        Cadence::Monthly => 1.month(),
        Cadence::Bimonthly => 2.months(),
        Cadence::Quarterly => 3.months(),
    }
}
