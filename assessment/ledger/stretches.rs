//! Lists that print no period: each shows a stretch of its account's rows without a gap, as a screenshot does.
//!
//! Where two stretches overlap, every row of the overlap stands in both, in the same order. That is what says that rows
//! are the same: one date and amount alone never does, for people buy the same twice.

use model::statement::{Statement, Transaction};

use super::overlaps::printed;
use crate::names::normalised;

/// Rows of a list that is looked at so. A long screenshot shows two hundred; comparing costs a product of lengths at worst.
const ROWS_MAX: usize = 600;

/// Comparisons of rows over all lists of one account. A hundred screenshots of fifty rows take a tenth; lists that are
/// left out are not joined, and the gaps between them are told.
pub(super) const COMPARED_MAX: usize = 4_000_000;

/// A row of a list, and the name on its other side as names are compared.
#[derive(Clone)]
pub(super) struct Shown<'a> {
    pub row: &'a Transaction,
    name: Option<String>,
}

impl<'a> Shown<'a> {
    pub fn of(row: &'a Transaction) -> Self {
        Self { row, name: row.counterparty.as_deref().map(normalised).filter(|name| !name.is_empty()) }
    }
}

/// Rows, oldest first, with the events they are.
pub(super) struct Stretch<'a> {
    pub rows: Vec<Shown<'a>>,
    pub events: Vec<usize>,
}

/// Whether a statement is such a list.
pub(super) fn is_stretch(statement: &Statement) -> bool {
    statement.period.is_none() && (1..=ROWS_MAX).contains(&statement.transactions.len())
}

/// For each of `next` (oldest first) the event that it is by the longest overlap with each stretch known. `left` is what
/// may still be compared.
pub(super) fn events(known: &[Stretch<'_>], next: &[Shown<'_>], left: &mut usize) -> Vec<Option<usize>> {
    let mut found = vec![None; next.len()];
    for stretch in known {
        let Some((in_known, in_next, count)) = overlap(&stretch.rows, next, left) else { continue };
        let events = stretch.events.iter().skip(in_known).take(count);
        for (slot, event) in found.iter_mut().skip(in_next).zip(events) {
            slot.get_or_insert(*event);
        }
    }
    found
}

/// The longest overlap: where it begins in each, and its length.
fn overlap(known: &[Shown<'_>], next: &[Shown<'_>], left: &mut usize) -> Option<(usize, usize, usize)> {
    // The second list begins before the first by so many rows, beside it, or after it.
    let before = (1..next.len()).map(|at| (0, at));
    let after = (0..known.len()).map(|at| (at, 0));
    let candidates = before.chain(after).filter_map(|(in_known, in_next)| {
        let (one, other) = (known.get(in_known..)?, next.get(in_next..)?);
        let count = one.len().min(other.len());
        let mut pairs = one.iter().zip(other);
        let is_one = pairs.all(|(one, other)| {
            *left = left.saturating_sub(1);
            *left > 0 && is_same(one, other)
        });
        let run = one.get(..count)?;
        (count > 0 && is_one && is_told(run, other)).then_some((in_known, in_next, count))
    });
    candidates.max_by_key(|(.., count)| *count)
}

/// Every field that both print is the same; where no time of day is printed, the names must say it.
fn is_same(one: &Shown<'_>, other: &Shown<'_>) -> bool {
    let (name, other_name) = (&one.name, &other.name);
    let (one, other) = (one.row, other.row);
    let references = printed(one.reference.as_deref()).zip(printed(other.reference.as_deref()));
    one.amount == other.amount
        && one.flow == other.flow
        && one.time.is_some()
        && one.time == other.time
        && (one.balance.is_none() || other.balance.is_none() || one.balance == other.balance)
        && references.is_none_or(|(one, other)| one == other)
        && (has_clock(one) || name.is_some() && name == other_name)
}

/// Whether rows that are the same in both lists can be told to be one run and no repetition. With a time of day or what an
/// issuer prints once, each row says it; by days alone the same may be bought twice, and only an order of unlike rows does.
fn is_told(run: &[Shown<'_>], other: &[Shown<'_>]) -> bool {
    let is_numbered = |(one, other): (&Shown<'_>, &Shown<'_>)| {
        let printed_on_both = |of: fn(&Transaction) -> bool| of(one.row) && of(other.row);
        printed_on_both(|row| row.balance.is_some())
            || printed_on_both(|row| printed(row.reference.as_deref()).is_some())
    };
    if run.iter().zip(other).any(is_numbered) {
        return true;
    }
    let is_unlike = run.windows(2).any(|pair| matches!(pair, [one, next] if !is_same(one, next)));
    is_unlike
        || run.iter().zip(other).all(|(one, other)| has_clock(one.row) && one.name.is_some() && one.name == other.name)
}

fn has_clock(row: &Transaction) -> bool {
    row.time.is_some_and(|when| when.time.is_some())
}
