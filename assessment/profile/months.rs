//! The months that the documents cover from the first day to the last.

use std::collections::BTreeSet;

use model::Month;
use model::ledger::Ledger;

/// Ten years of statements; a period beyond it is a misprint, and walking it month by month would only cost time.
const MONTHS_MAX: usize = 120;

/// Latest first.
pub fn covered_in_full(ledger: &Ledger) -> Vec<Month> {
    let mut months = BTreeSet::new();
    for period in ledger.accounts.iter().flat_map(|account| &account.covered) {
        let mut month = Month::of(period.to);
        if month.last_day() > period.to {
            month = month.plus(-1);
        }
        for _ in 0..MONTHS_MAX {
            if month.first_day() < period.from {
                break;
            }
            months.insert(month);
            month = month.plus(-1);
        }
    }
    months.into_iter().rev().take(MONTHS_MAX).collect()
}
