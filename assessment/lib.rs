//! Statements → decision: the order of the stages, on one screen.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

pub mod checks;
pub mod decision;
pub mod enrichment;
pub mod features;
pub mod ledger;
pub mod profile;

mod names;

use jiff::civil::Date;
use model::declaration::Declaration;
use model::document::FileFacts;
use model::feature::Features;
use model::finding::Finding;
use model::ledger::Ledger;
use model::profile::Profile;
use model::statement::Statement;

/// One of the applicant's documents, read. A document that could not be read has no statements.
#[derive(Debug, Clone)]
pub struct DocumentView<'a> {
    pub statements: &'a [Statement],
    pub problems: &'a [model::Problem],
    pub facts: &'a FileFacts,
}

/// Everything an assessment reads. Nothing else has a say in it, so the same input gives the same bytes.
#[derive(Debug)]
pub struct Input<'a> {
    pub documents: &'a [DocumentView<'a>],
    pub declaration: &'a Declaration,
    pub policy: &'a decision::Policy,
    /// What issuers sent directly, to compare documents with.
    pub feeds: &'a [Statement],
    /// Earlier applicants, where the lender remembers them.
    pub across: Option<&'a checks::registry::Across<'a>>,
    /// The day the assessment is made for.
    pub as_of: Date,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Assessment {
    pub ledger: Ledger,
    pub features: Features,
    pub findings: Vec<Finding>,
    pub profile: Profile,
    pub decision: model::decision::Decision,
}

/// The documents as one ledger, each row with its category, and what recurs in it.
#[must_use]
pub fn build_ledger(documents: &[DocumentView<'_>]) -> Ledger {
    let mut ledger = ledger::build(documents, enrichment::category);
    enrichment::mark_salaries(&mut ledger);
    ledger.recurring = enrichment::recurring::find(&ledger);
    ledger
}

/// What of these documents is compared with other applicants' and remembered for them, as keyed hashes.
#[must_use]
pub fn fingerprints(
    documents: &[DocumentView<'_>],
    declaration: &Declaration,
    across: &checks::registry::Across<'_>,
    as_of: Date,
) -> Vec<checks::registry::Fingerprint> {
    let ledger = build_ledger(documents);
    let (features, feeds) = (Features::new(), []);
    let view = checks::View {
        documents,
        ledger: &ledger,
        features: &features,
        declaration,
        feeds: &feeds,
        across: Some(across),
        as_of,
    };
    checks::across::fingerprints(&view, across, &checks::registry::Kind::ALL)
}

/// The whole of it, stage by stage; each takes what the stage before made.
///
/// # Errors
/// [`decision::PolicyError`] when the policy cannot be evaluated on this profile.
pub fn assess(input: &Input<'_>) -> Result<Assessment, decision::PolicyError> {
    let ledger = build_ledger(input.documents);
    let features::Figures { features, streams, sector } =
        features::compute(&ledger, input.documents, input.declaration, input.as_of);
    let findings = checks::run(&checks::View {
        documents: input.documents,
        ledger: &ledger,
        features: &features,
        declaration: input.declaration,
        feeds: input.feeds,
        across: input.across,
        as_of: input.as_of,
    });
    let mut profile = profile::build(&ledger, &features, &findings, input.declaration);
    (profile.verified.streams, profile.verified.sector) = (streams, Some(sector));
    let decision = decision::decide(&profile, &features, &findings, input.policy, input.as_of)?;
    Ok(Assessment { ledger, features, findings, profile, decision })
}
