//! One file per check; what must hold, and how it came out.
//!
//! A check never guesses and never repairs: it says pass, fail, not_applicable or not_run, with what it expected,
//! what it found and where. Numbers in the files' first lines (X01, Z09, …) are the catalogue's.

pub(crate) mod across;
pub mod cause;
mod employers;
mod equations;
mod figures;
mod file;
mod interest;
mod legs;
mod names;
mod numbers;
mod place;
pub mod registry;
mod tables;
mod verdict;
mod wages;
mod words;

pub mod accounts_disclosed;
pub mod amount_in_words;
pub mod amounts_aligned;
pub mod amounts_well_formed;
pub mod banking_hours;
pub mod card_bills_regular;
pub mod card_number_valid;
pub mod card_repayments_arrive;
pub mod cells_single;
pub mod closing_balance;
pub mod codes_agree;
pub mod company_code_valid;
pub mod counterparty_accounts_agree;
pub mod dates_exist;
pub mod dates_in_order;
pub mod dates_in_period;
pub mod declared_debt;
pub mod declared_employment;
pub mod declared_income;
pub mod declared_totals;
pub mod device_unshared;
pub mod digits_natural;
pub mod earlier_revision_agrees;
pub mod employer_agrees;
pub mod exports_join;
pub mod family_payments_apart;
pub mod feed_agrees;
pub mod fees_as_listed;
pub mod figures_in_one_font;
pub mod file_dates_agree;
pub mod file_unique;
pub mod fund_base_plausible;
pub mod funding_cards_known;
pub mod holder_agrees;
pub mod id_number_valid;
pub mod insurance_base_plausible;
pub mod interest_amount;
pub mod interest_posted;
pub mod interest_rates_coherent;
pub mod interest_untaxed;
pub mod loan_legs;
pub mod loan_use;
pub mod mail_trail_agrees;
pub mod no_agent_pattern;
pub mod no_circular_flow;
pub mod order_numbers_agree;
pub mod overlapping_exports_agree;
pub mod page_totals;
pub mod pages_continuous;
pub mod pages_not_generated;
pub mod paper_photographed;
pub mod payer_unshared;
pub mod payslip_paid;
pub mod picture_unedited;
pub mod picture_unpatched;
pub mod producer_known;
pub mod row_count;
pub mod rows_distinct;
pub mod rows_unique;
pub mod running_balance;
pub mod salary_paid_by_firm;
pub mod salary_payer_is_other;
pub mod screenshot_agrees;
pub mod serial_unique;
pub mod signature_valid;
pub mod tax_withheld;
pub mod template_unique;
pub mod tenure_borne_out;
pub mod text_layer_agrees;
pub mod text_visible;
pub mod unsettled_rows_uncounted;
pub mod wallet_bank_legs;
pub mod withdrawals_arrive;
pub mod wording_known;

#[cfg(test)]
pub(crate) mod test_support;

use jiff::civil::Date;
use model::declaration::Declaration;
use model::feature::Features;
use model::finding::{Finding, Severity};
use model::ledger::Ledger;
use model::statement::Statement;

use crate::DocumentView;
use verdict::Verdict;

/// What a check may look at.
#[derive(Debug)]
pub struct View<'a> {
    pub documents: &'a [DocumentView<'a>],
    pub ledger: &'a Ledger,
    pub features: &'a Features,
    pub declaration: &'a Declaration,
    /// What issuers sent directly, to compare documents with; mostly nothing.
    pub feeds: &'a [Statement],
    /// Earlier applicants, where the lender remembers them.
    pub across: Option<&'a registry::Across<'a>>,
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
/// then documents against what was declared, and against other applicants' documents.
pub const CHECKS: [Check; 74] = [
    running_balance::CHECK,
    closing_balance::CHECK,
    page_totals::CHECK,
    declared_totals::CHECK,
    row_count::CHECK,
    pages_continuous::CHECK,
    dates_in_order::CHECK,
    dates_in_period::CHECK,
    earlier_revision_agrees::CHECK,
    text_visible::CHECK,
    figures_in_one_font::CHECK,
    file_dates_agree::CHECK,
    producer_known::CHECK,
    text_layer_agrees::CHECK,
    signature_valid::CHECK,
    codes_agree::CHECK,
    picture_unedited::CHECK,
    picture_unpatched::CHECK,
    paper_photographed::CHECK,
    pages_not_generated::CHECK,
    mail_trail_agrees::CHECK,
    dates_exist::CHECK,
    amounts_well_formed::CHECK,
    amount_in_words::CHECK,
    rows_distinct::CHECK,
    order_numbers_agree::CHECK,
    interest_amount::CHECK,
    interest_posted::CHECK,
    interest_rates_coherent::CHECK,
    interest_untaxed::CHECK,
    card_number_valid::CHECK,
    id_number_valid::CHECK,
    company_code_valid::CHECK,
    banking_hours::CHECK,
    fees_as_listed::CHECK,
    digits_natural::CHECK,
    salary_paid_by_firm::CHECK,
    salary_payer_is_other::CHECK,
    counterparty_accounts_agree::CHECK,
    wording_known::CHECK,
    amounts_aligned::CHECK,
    cells_single::CHECK,
    funding_cards_known::CHECK,
    unsettled_rows_uncounted::CHECK,
    family_payments_apart::CHECK,
    no_circular_flow::CHECK,
    wallet_bank_legs::CHECK,
    withdrawals_arrive::CHECK,
    card_repayments_arrive::CHECK,
    loan_legs::CHECK,
    payslip_paid::CHECK,
    tax_withheld::CHECK,
    fund_base_plausible::CHECK,
    insurance_base_plausible::CHECK,
    overlapping_exports_agree::CHECK,
    exports_join::CHECK,
    holder_agrees::CHECK,
    employer_agrees::CHECK,
    tenure_borne_out::CHECK,
    card_bills_regular::CHECK,
    screenshot_agrees::CHECK,
    feed_agrees::CHECK,
    declared_income::CHECK,
    declared_debt::CHECK,
    declared_employment::CHECK,
    accounts_disclosed::CHECK,
    loan_use::CHECK,
    file_unique::CHECK,
    rows_unique::CHECK,
    template_unique::CHECK,
    serial_unique::CHECK,
    device_unshared::CHECK,
    payer_unshared::CHECK,
    no_agent_pattern::CHECK,
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
