//! The applicant's statements as one ledger: accounts, each event once, own moves and refunds paired.
//!
//! Which leg counts: a payment seen on a wallet *and* on the card it was paid from is one event. The wallet's row
//! knows the merchant, so it counts; the bank's row carries [`Entry::same_event`] and the wallet row's category. A
//! move between own accounts is paired by [`Entry::own_transfer`] on both legs and counts on neither.

mod accounts;
mod evidence;
mod legs;
mod overlaps;
mod pool;
mod refunds;
mod transfers;

use model::Money;
use model::ledger::{Category, Entry, Ledger, LedgerAccount};
use model::statement::{Flow, StatementKind, Transaction};

use crate::DocumentView;
use crate::enrichment;

/// The ledger in the making: entries with the rows they were read from, which know more than an entry keeps.
struct Draft<'a> {
    accounts: Vec<LedgerAccount>,
    entries: Vec<Entry>,
    /// Beside `entries`, the row each was read from.
    rows: Vec<&'a Transaction>,
    /// Names printed as holder on any statement.
    own_names: Vec<&'a str>,
}

/// Merges what the documents show. Documents without wallet, deposit or card statements add nothing: a platform's
/// bill, for one, lists payments that were made from an account, and would count them twice.
#[must_use]
pub fn build(documents: &[DocumentView<'_>]) -> Ledger {
    let grouped = accounts::group(documents);
    let mut draft = overlaps::merge(documents, grouped);
    draft.enrich();
    legs::pair(&mut draft);
    transfers::pair(&mut draft);
    refunds::pair(&mut draft);
    evidence::corroborate(&mut draft);
    let mut ledger = Ledger { accounts: draft.accounts, entries: draft.entries };
    enrichment::mark_salaries(&mut ledger);
    ledger
}

impl Draft<'_> {
    fn kind(&self, entry: &Entry) -> StatementKind {
        self.accounts.get(entry.account as usize).map_or(StatementKind::Unknown, |account| account.kind)
    }

    /// Entries are read with the holder of their own statement; here every name that any document prints counts.
    fn enrich(&mut self) {
        for entry in &mut self.entries {
            let Some(name) = entry.counterparty.as_deref() else { continue };
            let is_own = || self.own_names.iter().any(|own| enrichment::same_person(name, own));
            if enrichment::may_be_own_transfer(entry.category) && is_own() {
                entry.category = Category::OwnTransfer;
                entry.party = None;
            }
        }
    }
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
