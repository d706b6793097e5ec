//! Declared against verified.
use model::{
    declaration::Declaration,
    feature::Features,
    finding::Finding,
    ledger::{Grade, Ledger},
    profile::{Profile, Verified},
};
#[must_use]
pub fn build(_ledger: &Ledger, _features: &Features, findings: &[Finding], declaration: &Declaration) -> Profile {
    let _ = findings;
    Profile {
        declared: declaration.clone(),
        verified: Verified {
            monthly_income: None,
            monthly_income_low: None,
            income_grade: Grade::E,
            streams: Vec::new(),
            fixed_obligations: None,
            essential_spending: None,
            months: Vec::new(),
            names: Vec::new(),
        },
        corroboration: Vec::new(),
        findings: Vec::new(),
    }
}
