//! The applicant's statements as one ledger: accounts, each event once, own moves and refunds paired.
//!
//! Which leg counts: a payment seen on a wallet *and* on the card it was paid from is one event. The wallet's row
//! knows the merchant, so it counts; the bank's row carries [`Entry::same_event`] and the wallet row's category. A
//! move between own accounts is paired by [`Entry::own_transfer`] on both legs and counts on neither.

mod accounts;
mod currency;
mod evidence;
mod legs;
mod overlaps;
mod pool;
mod refunds;
mod stretches;
mod transfers;

use model::dates::days_between;
use model::ledger::{Category, Entry, Ledger, LedgerAccount, Pairing, PairingKind, PairingRule, RowRef};
use model::statement::{Flow, StatementKind, Transaction};
use model::{Money, Text, When};

use crate::DocumentView;

/// The ledger in the making: entries with the rows they were read from, which know more than an entry keeps.
struct Draft<'a> {
    accounts: Vec<LedgerAccount>,
    entries: Vec<Entry>,
    /// Beside `entries`, the row each was read from.
    rows: Vec<&'a Transaction>,
    pairings: Vec<Pairing>,
}

/// What a row is by its own words, given the names of the applicant.
pub type Categorise = fn(&Transaction, StatementKind, &[&str]) -> (Category, Option<Text>);

/// Merges what the documents show. Documents without wallet, deposit or card statements add nothing: a platform's
/// bill, for one, lists payments that were made from an account, and would count them twice.
#[must_use]
pub fn build(documents: &[DocumentView<'_>], categorise: Categorise) -> Ledger {
    let grouped = accounts::group(documents);
    let mut draft = overlaps::merge(documents, grouped, categorise);
    legs::pair(&mut draft);
    transfers::pair(&mut draft);
    refunds::pair(&mut draft);
    evidence::corroborate(&mut draft);
    Ledger { accounts: draft.accounts, entries: draft.entries, pairings: draft.pairings, ..Ledger::default() }
}

impl Draft<'_> {
    fn kind(&self, entry: &Entry) -> StatementKind {
        self.accounts.get(entry.account as usize).map_or(StatementKind::Unknown, |account| account.kind)
    }

    /// The currency an entry's account is kept in; `None` when it is not known.
    fn currency(&self, account: u32) -> Option<&str> {
        self.accounts.get(account as usize)?.currency.as_deref()
    }

    /// Notes why two entries were taken together.
    fn note(&mut self, kind: PairingKind, rule: PairingRule, first: u32, second: u32) {
        let row =
            |index: u32| self.entries.get(index as usize).and_then(|entry| Some((*entry.rows.first()?, entry.time)));
        if let (Some(first), Some(second)) = (row(first), row(second)) {
            self.pairings.push(pairing(kind, rule, first, second));
        }
    }
}

fn pairing(
    kind: PairingKind,
    rule: PairingRule,
    (first, first_time): (RowRef, Option<When>),
    (second, second_time): (RowRef, Option<When>),
) -> Pairing {
    let both = first_time.zip(second_time);
    let seconds = both.and_then(|(a, b)| model::dates::seconds_between(a, b));
    Pairing { kind, rule, first, second, days: both.map(|(a, b)| days_between(a.date, b.date)), seconds }
}

/// An entry that moved money and whose other leg is still to be found.
fn is_unpaired(entry: &Entry) -> bool {
    entry.status.counts() && entry.same_event.is_none() && entry.own_transfer.is_none()
}

/// A row's amount without its sign, zero for none: rows of 0.00 are legitimate, and pair with nothing.
fn magnitude(entry: &Entry) -> Money {
    entry.amount.abs()
}

/// All texts of a row that a bank or wallet may name the other side in.
fn texts(row: &Transaction) -> impl Iterator<Item = &str> {
    [&row.description, &row.remark, &row.counterparty, &row.printed_type, &row.method]
        .into_iter()
        .filter_map(|text| text.as_deref())
}

/// An entry's index as the ledger keeps it. A ledger of four billion rows does not fit into memory.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

const fn opposite(flow: Flow) -> Flow {
    match flow {
        Flow::In => Flow::Out,
        Flow::Out => Flow::In,
        Flow::Neutral => Flow::Neutral,
    }
}

#[cfg(test)]
mod tests;
