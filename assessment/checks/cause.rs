//! What several checks may be signs of: one edited amount breaks the chain of balances, the total and the interest, and
//! is still one edit. Signals of one cause in one document count once.

use std::collections::BTreeSet;

use model::finding::{Finding, Outcome, Severity};

/// The cause a check's failure is a sign of; a check that is not listed stands for itself.
#[must_use]
pub fn of(check: &str) -> &str {
    let known = CAUSES.iter().find(|(_, checks)| checks.contains(&check));
    known.map_or(check, |(cause, _)| cause)
}

/// Cause → checks whose failures it explains.
const CAUSES: [(&str, &[&str]); 11] = [
    (
        "figures",
        &["running_balance", "closing_balance", "page_totals", "declared_totals", "row_count", "pages_continuous"],
    ),
    ("rows", &["rows_distinct", "amounts_well_formed", "cells_single", "amounts_aligned"]),
    ("dates", &["dates_in_order", "dates_in_period", "dates_exist", "banking_hours"]),
    ("interest", &["interest_amount", "interest_posted", "interest_rates_coherent", "interest_untaxed"]),
    (
        "other_account",
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
    ("identity", &["holder_agrees", "id_number_valid", "card_number_valid"]),
    (
        "employment",
        &[
            "salary_paid_by_firm",
            "salary_payer_is_other",
            "payslip_paid",
            "tax_withheld",
            "fund_base_plausible",
            "insurance_base_plausible",
            "employer_agrees",
            "tenure_borne_out",
            "declared_employment",
        ],
    ),
    ("declaration", &["declared_income", "declared_debt"]),
    ("undisclosed_account", &["funding_cards_known", "accounts_disclosed"]),
    ("shared_paper", &["file_unique", "rows_unique", "template_unique", "serial_unique"]),
    ("ring", &["device_unshared", "payer_unshared", "no_agent_pattern"]),
];

/// The causes behind the failures at least as bad as `severity`, each once in a document: what a rule may count.
#[must_use]
pub fn distinct(findings: &[Finding], severity: Severity) -> BTreeSet<(&str, Option<u32>)> {
    let failing = findings.iter().filter(|one| one.outcome == Outcome::Fail && one.severity >= severity);
    failing.map(|one| (of(&one.check), one.evidence.first().map(|shown| shown.document))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::CHECKS;
    use model::finding::Evidence;

    #[test]
    fn every_listed_check_exists_and_has_one_cause() {
        let listed: Vec<&str> = CAUSES.iter().flat_map(|(_, checks)| checks.iter().copied()).collect();
        for check in &listed {
            assert!(CHECKS.iter().any(|one| one.code == *check), "{check} is no check");
        }
        assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len());
    }

    #[test]
    fn two_signals_of_one_edit_count_once() {
        let finding = |check: &str, document| Finding {
            check: check.into(),
            outcome: Outcome::Fail,
            severity: Severity::High,
            message_zh: String::new(),
            message_en: String::new(),
            expected: None,
            found: None,
            evidence: vec![Evidence { document, source: None }],
        };
        let edited = [finding("running_balance", 0), finding("declared_totals", 0)];
        assert_eq!(distinct(&edited, Severity::High).len(), 1);
        let two = [finding("running_balance", 0), finding("running_balance", 1), finding("holder_agrees", 0)];
        assert_eq!(distinct(&two, Severity::High).len(), 3);
        assert_eq!(distinct(&two, Severity::Critical).len(), 0);
    }
}
