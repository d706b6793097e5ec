//! What several checks may be signs of: one edited amount breaks the chain of balances, the total and the interest, and
//! is still one edit. Signals of one cause count once: in one document where the cause is a document's own, in the whole
//! application where it lies between documents or in what was declared.

use model::finding::Cause;

/// Where a cause can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Two documents with the same trouble were altered twice.
    Document,
    /// Which of the documents compared is wrong cannot be told, so there is one cause.
    Application,
}

/// The cause that a check's failure in this document (the first that it points at) is a sign of; a check that is not
/// listed stands for itself.
#[must_use]
pub fn of(check: &str, document: Option<u32>) -> Cause {
    match CAUSES.iter().find(|(.., checks)| checks.contains(&check)) {
        Some((name, Within::Application, _)) => Cause { name: (*name).into(), document: None },
        Some((name, Within::Document, _)) => Cause { name: (*name).into(), document },
        None => Cause { name: check.into(), document },
    }
}

/// Cause → checks whose failures it explains.
const CAUSES: [(&str, Within, &[&str]); 13] = [
    (
        "figures",
        Within::Document,
        &["running_balance", "closing_balance", "page_totals", "declared_totals", "row_count", "pages_continuous"],
    ),
    ("picture", Within::Document, &["picture_unedited", "picture_unpatched", "pages_not_generated"]),
    (
        "rows",
        Within::Document,
        &["rows_distinct", "order_numbers_agree", "amounts_well_formed", "cells_single", "amounts_aligned"],
    ),
    ("dates", Within::Document, &["dates_in_order", "dates_in_period", "dates_exist", "banking_hours"]),
    (
        "interest",
        Within::Document,
        &["interest_amount", "interest_posted", "interest_rates_coherent", "interest_untaxed"],
    ),
    // Saving a file in an editor leaves its name and its date, and is one saving.
    ("file", Within::Document, &["producer_known", "file_dates_agree"]),
    (
        "other_account",
        Within::Application,
        &[
            "wallet_bank_legs",
            "withdrawals_arrive",
            "card_repayments_arrive",
            "loan_legs",
            "overlapping_exports_agree",
            "exports_join",
            "screenshot_agrees",
            "feed_agrees",
        ],
    ),
    ("identity", Within::Application, &["holder_agrees", "id_number_valid", "card_number_valid"]),
    (
        "employment",
        Within::Application,
        &[
            "salary_paid_by_firm",
            "salary_payer_is_other",
            "counterparty_accounts_agree",
            "payslip_paid",
            "tax_withheld",
            "fund_base_plausible",
            "insurance_base_plausible",
            "employer_agrees",
            "tenure_borne_out",
            "declared_employment",
        ],
    ),
    ("declaration", Within::Application, &["declared_income", "declared_debt"]),
    ("undisclosed_account", Within::Application, &["funding_cards_known", "accounts_disclosed"]),
    ("shared_paper", Within::Application, &["file_unique", "rows_unique", "template_unique", "serial_unique"]),
    ("ring", Within::Application, &["device_unshared", "payer_unshared", "no_agent_pattern"]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::checks::CHECKS;

    #[test]
    fn every_listed_check_exists_and_has_one_cause() {
        let listed: Vec<&str> = CAUSES.iter().flat_map(|(.., checks)| checks.iter().copied()).collect();
        for check in &listed {
            assert!(CHECKS.iter().any(|one| one.code == *check), "{check} is no check");
        }
        assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len());
    }

    fn causes(failures: &[(&str, u32)]) -> usize {
        failures.iter().map(|(check, document)| of(check, Some(*document))).collect::<BTreeSet<_>>().len()
    }

    #[test]
    fn two_signals_of_one_edit_count_once() {
        assert_eq!(causes(&[("running_balance", 0), ("declared_totals", 0)]), 1);
        assert_eq!(causes(&[("running_balance", 0), ("running_balance", 1), ("holder_agrees", 0)]), 3);
    }

    #[test]
    fn what_lies_between_documents_counts_once_wherever_it_shows() {
        assert_eq!(causes(&[("wallet_bank_legs", 0), ("withdrawals_arrive", 1)]), 1);
        assert_eq!(causes(&[("funding_cards_known", 1), ("accounts_disclosed", 0)]), 1);
    }

    #[test]
    fn a_check_of_its_own_stands_for_itself() {
        assert_eq!(causes(&[("loan_use", 0), ("company_code_valid", 0)]), 2);
    }
}
