//! One file per check; what must hold, and how it came out.
//!
//! A check never guesses and never repairs: it says pass, fail, not_applicable or not_run, with what it expected,
//! what it found and where. Numbers in the files' first lines (X01, Z09, …) are the catalogue's.

mod equations;
mod figures;
mod file;
mod names;
mod place;
mod verdict;

pub mod closing_balance;
pub mod dates_in_order;
pub mod dates_in_period;
pub mod declared_debt;
pub mod declared_income;
pub mod declared_totals;
pub mod earlier_revision_agrees;
pub mod figures_in_one_font;
pub mod file_dates_agree;
pub mod holder_agrees;
pub mod overlapping_exports_agree;
pub mod page_totals;
pub mod producer_known;
pub mod row_count;
pub mod running_balance;
pub mod signature_valid;
pub mod text_layer_agrees;
pub mod text_visible;
pub mod wallet_bank_legs;

#[cfg(test)]
pub(crate) mod test_support;

use jiff::civil::Date;
use model::declaration::Declaration;
use model::feature::Features;
use model::finding::{Finding, Severity};
use model::ledger::Ledger;

use crate::DocumentView;
use verdict::Verdict;

/// What a check may look at.
#[derive(Debug)]
pub struct View<'a> {
    pub documents: &'a [DocumentView<'a>],
    pub ledger: &'a Ledger,
    pub features: &'a Features,
    pub declaration: &'a Declaration,
    /// The day the assessment is made for.
    pub as_of: Date,
}

/// One thing that must hold.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Published, never reused; reads right before "fail".
    pub code: &'static str,
    /// Of a failure, unless the failure itself says otherwise.
    pub severity: Severity,
    pub(crate) run: fn(&View<'_>) -> Verdict,
}

/// Every check, in reading order: what one document says about itself, then documents against each other,
/// then documents against what was declared.
pub const CHECKS: [Check; 19] = [
    running_balance::CHECK,
    closing_balance::CHECK,
    page_totals::CHECK,
    declared_totals::CHECK,
    row_count::CHECK,
    dates_in_order::CHECK,
    dates_in_period::CHECK,
    earlier_revision_agrees::CHECK,
    text_visible::CHECK,
    figures_in_one_font::CHECK,
    file_dates_agree::CHECK,
    producer_known::CHECK,
    text_layer_agrees::CHECK,
    signature_valid::CHECK,
    wallet_bank_legs::CHECK,
    overlapping_exports_agree::CHECK,
    holder_agrees::CHECK,
    declared_income::CHECK,
    declared_debt::CHECK,
];

/// Every check's findings, in the order of [`CHECKS`]: one finding for each statement where a check fails, or else
/// one that sums the check up.
#[must_use]
pub fn run(view: &View<'_>) -> Vec<Finding> {
    CHECKS.iter().flat_map(|check| check.findings(view)).collect()
}

impl Check {
    /// This check alone.
    #[must_use]
    pub fn findings(&self, view: &View<'_>) -> Vec<Finding> {
        (self.run)(view).into_findings(self)
    }
}
