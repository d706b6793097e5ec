//! The one object of `xinge assess --format json`, and its parts as the API serves them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use model::decision::{Decision, NextDocument, Reason};
use model::declaration::{Baseline, Declaration, Sector};
use model::extracted::Extracted;
use model::feature::{Feature, Features};
use model::finding::{Evidence, Finding};
use model::ledger::{Category, Ledger, RowRef};
use model::profile::{CorroboratedFact, FindingInShort, IncomeStream, Profile, ShownAccount, ShownSector};
use model::sensitive::mask_id;
use model::statement::{Statement, Transaction};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use utoipa::ToSchema;

use super::document::DocumentOut;
use super::explained::ExplainedOut;
use super::ledger::LedgerOut;
use super::mask::Masker;
use super::source::SourceOut;
use super::{Categories, SCHEMA};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AssessmentOut<'a> {
    pub schema: u32,
    /// The day it was made for.
    pub as_of: String,
    pub documents: Vec<DocumentOut<'a>>,
    pub ledger: LedgerOut<'a>,
    pub features: BTreeMap<&'a str, FeatureOut<'a>>,
    pub findings: Vec<FindingOut<'a>>,
    pub profile: ProfileOut<'a>,
    pub decision: DecisionOut<'a>,
    /// The features asked for, with their rows.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub explained: BTreeMap<&'a str, ExplainedOut<'a>>,
}

/// What an assessment made, by reference.
#[derive(Debug, Clone, Copy)]
pub struct Assessed<'a> {
    pub ledger: &'a Ledger,
    pub features: &'a Features,
    pub findings: &'a [Finding],
    pub profile: &'a Profile,
    pub decision: &'a Decision,
}

impl<'a> AssessmentOut<'a> {
    #[must_use]
    pub fn new(documents: &'a [Extracted], assessed: Assessed<'a>, as_of: Date, categories: &Categories<'_>) -> Self {
        Self {
            schema: SCHEMA,
            as_of: as_of.to_string(),
            documents: (0..).zip(documents).map(|(index, one)| DocumentOut::new(one, index, categories)).collect(),
            ledger: LedgerOut::from(assessed.ledger),
            features: features(assessed.features),
            findings: findings(assessed.findings),
            profile: ProfileOut::from(assessed.profile),
            decision: DecisionOut::from(assessed.decision),
            explained: BTreeMap::new(),
        }
    }
}

/// The ledger's categories: they know more than a row alone tells, as pay days and own transfers.
pub fn ledger_categories(ledger: &Ledger) -> impl Fn(RowRef, &Statement, &Transaction) -> Option<Category> + use<> {
    let by_row: HashMap<RowRef, Category> =
        ledger.entries.iter().flat_map(|entry| entry.rows.iter().map(|row| (*row, entry.category))).collect();
    move |place, _, _| by_row.get(&place).copied()
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FeatureOut<'a> {
    pub value: Option<&'a str>,
    pub unit: &'a str,
    pub window: &'a str,
    /// Share of the window's days that a statement covers.
    pub coverage: Option<f64>,
    pub grade: String,
    /// `[document, statement, seq]`; the first two from 0, `seq` as printed.
    pub rows: Vec<[u32; 3]>,
    /// Why the value is null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
}

#[must_use]
pub fn features(features: &Features) -> BTreeMap<&str, FeatureOut<'_>> {
    features.iter().map(|(name, feature)| (name.as_str(), FeatureOut::from(feature))).collect()
}

impl<'a> From<&'a Feature> for FeatureOut<'a> {
    fn from(feature: &'a Feature) -> Self {
        Self {
            value: feature.value.as_deref(),
            unit: &feature.unit,
            window: &feature.window,
            coverage: feature.coverage.parse().ok(),
            grade: format!("{:?}", feature.grade),
            rows: feature.rows.iter().map(|row| [row.document, row.statement, row.seq]).collect(),
            reason: feature.reason.as_deref(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FindingOut<'a> {
    pub check: &'a str,
    pub outcome: &'static str,
    pub severity: &'static str,
    pub message_en: Cow<'a, str>,
    pub message_zh: Cow<'a, str>,
    pub expected: Option<Cow<'a, str>>,
    pub found: Option<Cow<'a, str>>,
    pub evidence: Vec<EvidenceOut<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EvidenceOut<'a> {
    /// From 0, in the order the documents were given.
    pub document: u32,
    pub source: Option<SourceOut<'a>>,
}

#[must_use]
pub fn findings(findings: &[Finding]) -> Vec<FindingOut<'_>> {
    findings.iter().map(FindingOut::from).collect()
}

impl<'a> From<&'a Finding> for FindingOut<'a> {
    fn from(finding: &'a Finding) -> Self {
        let masker = Masker::default();
        Self {
            check: &finding.check,
            outcome: finding.outcome.as_str(),
            severity: finding.severity.as_str(),
            message_en: masker.text(&finding.message_en),
            message_zh: masker.text(&finding.message_zh),
            expected: finding.expected.as_ref().map(|text| masker.text(text)),
            found: finding.found.as_ref().map(|text| masker.text(text)),
            evidence: finding.evidence.iter().map(EvidenceOut::from).collect(),
        }
    }
}

impl<'a> From<&'a Evidence> for EvidenceOut<'a> {
    fn from(evidence: &'a Evidence) -> Self {
        Self { document: evidence.document, source: evidence.source.as_ref().map(SourceOut::from) }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProfileOut<'a> {
    pub declared: DeclaredOut<'a>,
    pub verified: VerifiedOut<'a>,
    pub corroboration: Vec<CorroborationOut<'a>>,
    pub obligations: ObligationsOut,
    pub findings: Vec<FindingInShortOut<'a>>,
}

/// As declared, the ID number masked.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DeclaredOut<'a> {
    pub name: Option<&'a str>,
    pub id_masked: Option<String>,
    pub monthly_income: Option<String>,
    pub employer: Option<&'a str>,
    /// The first day of work there.
    pub employed_since: Option<String>,
    pub occupation: Option<&'static str>,
    /// A correction of the sector that the documents suggest.
    pub sector: Option<&'static str>,
    pub monthly_debt: Option<String>,
    pub requested_limit: Option<String>,
    pub baseline: Option<BaselineOut>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BaselineOut {
    pub limit: String,
    /// Four decimals, `"0.1800"`.
    pub apr: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct VerifiedOut<'a> {
    pub monthly_income: Option<String>,
    pub monthly_income_low: Option<String>,
    pub income_grade: String,
    pub streams: Vec<StreamOut<'a>>,
    pub sector: Option<SectorOut<'a>>,
    /// With complete coverage, latest first.
    pub months: Vec<String>,
    pub names: Vec<&'a str>,
    pub accounts: Vec<ShownAccountOut<'a>>,
}

/// How the applicant earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SectorOut<'a> {
    /// `salaried`, `gig`, `merchant`, `farmer` or `mixed`, as the documents suggest; null where they show no income.
    pub inferred: Option<&'static str>,
    /// By how much it fits better than the next.
    pub margin: Option<&'a str>,
    /// What windows and measures of steadiness follow.
    pub used: Option<&'static str>,
    /// Whether the applicant corrected it (`sector` in the declaration).
    pub corrected: bool,
}

/// An account of the applicant's that a document shows.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ShownAccountOut<'a> {
    pub kind: &'static str,
    pub issuer: &'a str,
    pub tail: Option<&'a str>,
    pub grade: String,
    /// Whether every statement of it is proven.
    pub proven: bool,
    /// The last day that a statement covers.
    pub covered_to: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StreamOut<'a> {
    pub category: &'static str,
    pub payer: Option<Cow<'a, str>>,
    /// What a month brings, by `measure`.
    pub monthly_median: String,
    /// `median_month`, or `year_mean` where income comes with the seasons.
    pub measure: &'static str,
    pub months_seen: u32,
    pub grade: String,
    /// What of it counts, after grade and stability factors.
    pub counted: String,
}

/// A month's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ObligationsOut {
    pub fixed: Option<String>,
    pub essential_spending: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CorroborationOut<'a> {
    pub fact: &'a str,
    pub declared: Option<Cow<'a, str>>,
    pub verified: Option<Cow<'a, str>>,
    pub corroboration: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingInShortOut<'a> {
    pub check: &'a str,
    pub outcome: &'static str,
    pub severity: &'static str,
}

impl<'a> From<&'a Profile> for ProfileOut<'a> {
    fn from(profile: &'a Profile) -> Self {
        let verified = &profile.verified;
        Self {
            declared: DeclaredOut::from(&profile.declared),
            verified: VerifiedOut {
                monthly_income: verified.monthly_income.map(|money| money.to_string()),
                monthly_income_low: verified.monthly_income_low.map(|money| money.to_string()),
                income_grade: format!("{:?}", verified.income_grade),
                streams: verified.streams.iter().map(StreamOut::from).collect(),
                sector: verified.sector.as_ref().map(SectorOut::from),
                months: verified.months.iter().map(ToString::to_string).collect(),
                names: verified.names.iter().map(|name| name.as_str()).collect(),
                accounts: verified.accounts.iter().map(ShownAccountOut::from).collect(),
            },
            corroboration: profile.corroboration.iter().map(CorroborationOut::from).collect(),
            obligations: ObligationsOut {
                fixed: verified.fixed_obligations.map(|money| money.to_string()),
                essential_spending: verified.essential_spending.map(|money| money.to_string()),
            },
            findings: profile.findings.iter().map(FindingInShortOut::from).collect(),
        }
    }
}

impl<'a> From<&'a ShownSector> for SectorOut<'a> {
    fn from(sector: &'a ShownSector) -> Self {
        Self {
            inferred: sector.inferred.map(Sector::as_str),
            margin: sector.margin.as_deref(),
            used: sector.used.map(Sector::as_str),
            corrected: sector.corrected,
        }
    }
}

impl<'a> From<&'a Declaration> for DeclaredOut<'a> {
    fn from(declared: &'a Declaration) -> Self {
        Self {
            name: declared.name.as_ref().map(|name| name.reveal().as_str()),
            id_masked: declared.id_number.as_ref().map(|id| mask_id(id.reveal())),
            monthly_income: declared.monthly_income.map(|money| money.to_string()),
            employer: declared.employer.as_deref(),
            employed_since: declared.employed_since.map(|day| day.to_string()),
            occupation: declared.occupation.map(occupation),
            sector: declared.sector.map(Sector::as_str),
            monthly_debt: declared.monthly_debt.map(|money| money.to_string()),
            requested_limit: declared.requested_limit.map(|money| money.to_string()),
            baseline: declared.baseline.as_ref().map(BaselineOut::from),
        }
    }
}

const fn occupation(occupation: model::declaration::Occupation) -> &'static str {
    use model::declaration::Occupation;
    match occupation {
        Occupation::Salaried => "salaried",
        Occupation::Gig => "gig",
        Occupation::Merchant => "merchant",
        Occupation::Farmer => "farmer",
        Occupation::Other => "other",
    }
}

impl<'a> From<&'a ShownAccount> for ShownAccountOut<'a> {
    fn from(account: &'a ShownAccount) -> Self {
        Self {
            kind: account.kind.as_str(),
            issuer: &account.issuer,
            tail: account.tail.as_deref(),
            grade: format!("{:?}", account.grade),
            proven: account.proven,
            covered_to: account.covered_to.map(|day| day.to_string()),
        }
    }
}

impl<'a> From<&'a IncomeStream> for StreamOut<'a> {
    fn from(stream: &'a IncomeStream) -> Self {
        Self {
            category: stream.category.as_str(),
            payer: stream.payer.as_ref().map(|payer| Masker::default().text(payer)),
            monthly_median: stream.monthly_median.to_string(),
            measure: stream.measure.as_str(),
            months_seen: stream.months_seen,
            grade: format!("{:?}", stream.grade),
            counted: stream.counted.to_string(),
        }
    }
}

impl<'a> From<&'a CorroboratedFact> for CorroborationOut<'a> {
    fn from(fact: &'a CorroboratedFact) -> Self {
        use model::profile::Corroboration;
        let masker = Masker::default();
        Self {
            fact: &fact.fact,
            declared: fact.declared.as_ref().map(|text| masker.text(text)),
            verified: fact.verified.as_ref().map(|text| masker.text(text)),
            corroboration: match fact.corroboration {
                Corroboration::Corroborated => "corroborated",
                Corroboration::Contradicted => "contradicted",
                Corroboration::NotShown => "not_shown",
                Corroboration::NotDeclared => "not_declared",
            },
        }
    }
}

impl<'a> From<&'a FindingInShort> for FindingInShortOut<'a> {
    fn from(finding: &'a FindingInShort) -> Self {
        Self { check: &finding.check, outcome: finding.outcome.as_str(), severity: finding.severity.as_str() }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DecisionOut<'a> {
    pub outcome: &'static str,
    pub limit: String,
    pub apr: String,
    pub baseline: BaselineOut,
    /// None are made yet.
    #[schema(value_type = Vec<String>)]
    pub offers: [&'static str; 0],
    pub reasons: Vec<ReasonOut<'a>>,
    pub next_documents: Vec<NextDocumentOut<'a>>,
    pub policy: PolicyOut<'a>,
    /// How the policy was walked, line by line.
    pub trace: Vec<TraceOut<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReasonOut<'a> {
    pub code: &'a str,
    pub message_zh: &'a str,
    pub message_en: &'a str,
    pub features: Vec<&'a str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NextDocumentOut<'a> {
    pub kind: &'a str,
    pub why_zh: &'a str,
    pub why_en: &'a str,
    pub limit_up_to: Option<String>,
    pub apr_down_to: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PolicyOut<'a> {
    pub id: &'a str,
    pub sha256: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TraceOut<'a> {
    pub node: &'a str,
    pub text: &'a str,
}

/// Four decimals, as the contract prints a rate.
#[must_use]
pub fn rate(apr: Decimal) -> String {
    let mut rounded = apr.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(4);
    rounded.to_string()
}

impl From<&Baseline> for BaselineOut {
    fn from(baseline: &Baseline) -> Self {
        Self { limit: baseline.limit.to_string(), apr: rate(baseline.apr) }
    }
}

impl<'a> From<&'a Decision> for DecisionOut<'a> {
    fn from(decision: &'a Decision) -> Self {
        Self {
            outcome: decision.outcome.as_str(),
            limit: decision.limit.to_string(),
            apr: rate(decision.apr),
            baseline: BaselineOut::from(&decision.baseline),
            offers: [],
            reasons: decision.reasons.iter().map(ReasonOut::from).collect(),
            next_documents: decision.next_documents.iter().map(NextDocumentOut::from).collect(),
            policy: PolicyOut { id: &decision.policy.id, sha256: &decision.policy.sha256 },
            trace: decision.trace.iter().map(|line| TraceOut { node: &line.node, text: &line.text }).collect(),
        }
    }
}

impl<'a> From<&'a Reason> for ReasonOut<'a> {
    fn from(reason: &'a Reason) -> Self {
        Self {
            code: &reason.code,
            message_zh: &reason.message_zh,
            message_en: &reason.message_en,
            features: reason.features.iter().map(|name| name.as_str()).collect(),
        }
    }
}

impl<'a> From<&'a NextDocument> for NextDocumentOut<'a> {
    fn from(next: &'a NextDocument) -> Self {
        Self {
            kind: &next.kind,
            why_zh: &next.why_zh,
            why_en: &next.why_en,
            limit_up_to: next.limit_up_to.map(|money| money.to_string()),
            apr_down_to: next.apr_down_to.map(rate),
        }
    }
}
