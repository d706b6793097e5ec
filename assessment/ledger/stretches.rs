//! Lists that print no period: each shows a stretch of its account's rows without a gap, as a screenshot does.
//!
//! Where two stretches overlap, every row of the overlap stands in both, in the same order. That is what says that rows
//! are the same: one date and amount alone never does, for people buy the same twice.

use model::statement::{Statement, Transaction};

use super::overlaps::printed;
use crate::names::normalised;

/// Rows of a list that is looked at so. A long screenshot shows two hundred; comparing costs a product of lengths at worst.
const ROWS_MAX: usize = 600;

/// Rows, oldest first, with the events they are.
pub(super) struct Stretch<'a> {
    pub rows: Vec<(&'a Transaction, usize)>,
}

/// Whether a statement is such a list.
pub(super) fn is_stretch(statement: &Statement) -> bool {
    statement.period.is_none() && (1..=ROWS_MAX).contains(&statement.transactions.len())
}

/// For each of `next` (oldest first) the event that it is by the longest overlap with each stretch known.
pub(super) fn events(known: &[Stretch<'_>], next: &[&Transaction]) -> Vec<Option<usize>> {
    let mut found = vec![None; next.len()];
    for stretch in known {
        let rows: Vec<&Transaction> = stretch.rows.iter().map(|(row, _)| *row).collect();
        let Some((in_known, in_next, count)) = overlap(&rows, next) else { continue };
        let events = stretch.rows.iter().skip(in_known).take(count).map(|(_, event)| *event);
        for (slot, event) in found.iter_mut().skip(in_next).zip(events) {
            slot.get_or_insert(event);
        }
    }
    found
}

/// The longest overlap: where it begins in each, and its length.
fn overlap(known: &[&Transaction], next: &[&Transaction]) -> Option<(usize, usize, usize)> {
    // The second list begins before the first by so many rows, beside it, or after it.
    let before = (1..next.len()).map(|at| (0, at));
    let after = (0..known.len()).map(|at| (at, 0));
    let candidates = before.chain(after).filter_map(|(in_known, in_next)| {
        let (one, other) = (known.get(in_known..)?, next.get(in_next..)?);
        let count = one.len().min(other.len());
        let pairs = || one.iter().zip(other);
        let is_one = count > 0 && pairs().all(|(one, other)| is_same(one, other));
        let is_told = count > 1 || pairs().all(|(one, other)| tells_alone(one, other));
        (is_one && is_told).then_some((in_known, in_next, count))
    });
    candidates.max_by_key(|(.., count)| *count)
}

/// Every field that both print is the same; where no time of day is printed, the names must say it.
fn is_same(one: &Transaction, other: &Transaction) -> bool {
    let references = printed(one.reference.as_deref()).zip(printed(other.reference.as_deref()));
    let has_clock = one.time.is_some_and(|when| when.time.is_some());
    one.amount == other.amount
        && one.flow == other.flow
        && one.time.is_some()
        && one.time == other.time
        && (one.balance.is_none() || other.balance.is_none() || one.balance == other.balance)
        && references.is_none_or(|(one, other)| one == other)
        && (has_clock || name(one).is_some() && name(one) == name(other))
}

/// A run of rows says it by its order, one row alone only with its time of day and its name.
fn tells_alone(one: &Transaction, other: &Transaction) -> bool {
    one.time.is_some_and(|when| when.time.is_some()) && name(one).is_some() && name(one) == name(other)
}

fn name(row: &Transaction) -> Option<String> {
    row.counterparty.as_deref().map(normalised).filter(|name| !name.is_empty())
}
