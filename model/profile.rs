//! The enriched picture a decision is made on: declared against verified.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::declaration::{Declaration, Sector};
use crate::finding::{Outcome, Severity};
use crate::ledger::Grade;
use crate::statement::StatementKind;
use crate::{Money, Month, Text};

/// What is taken for a stream's month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncomeMeasure {
    /// The median of the window's months.
    #[default]
    MedianMonth,
    /// What the year's shown months brought, over twelve.
    YearMean,
}

impl IncomeMeasure {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MedianMonth => "median_month",
            Self::YearMean => "year_mean",
        }
    }
}

/// How the applicant earns, as the documents suggest and as it is gone by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownSector {
    /// What the documents suggest; `None` where they show no income.
    pub inferred: Option<Sector>,
    /// By how much it fits better than the next: a difference of log-likelihoods, as a decimal string.
    pub margin: Option<Text>,
    /// What windows and measures of steadiness follow.
    pub used: Option<Sector>,
    /// Whether the applicant corrected it.
    pub corrected: bool,
}

/// One stream of income as far as the documents show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncomeStream {
    pub category: crate::ledger::Category,
    pub payer: Option<Text>,
    /// What a month brings, by the measure named below.
    pub monthly_median: Money,
    #[serde(default)]
    pub measure: IncomeMeasure,
    pub months_seen: u32,
    pub grade: Grade,
    /// What of it counts, after grade and stability factors.
    pub counted: Money,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verified {
    pub monthly_income: Option<Money>,
    pub monthly_income_low: Option<Money>,
    pub income_grade: Grade,
    pub streams: Vec<IncomeStream>,
    #[serde(default)]
    pub sector: Option<ShownSector>,
    pub fixed_obligations: Option<Money>,
    pub essential_spending: Option<Money>,
    /// Months with complete coverage, latest first.
    pub months: Vec<Month>,
    pub names: Vec<Text>,
    /// Every account that a document shows.
    #[serde(default)]
    pub accounts: Vec<ShownAccount>,
}

/// An account of the applicant in short: what kind of paper there is, what it is worth and how old it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShownAccount {
    pub kind: StatementKind,
    pub issuer: Text,
    pub tail: Option<Text>,
    pub grade: Grade,
    /// Whether every statement of it is proven.
    pub proven: bool,
    /// The last day that a statement covers; `None` when it prints neither a period nor a dated row.
    pub covered_to: Option<Date>,
}

/// How a declared fact stands against the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Corroboration {
    Corroborated,
    Contradicted,
    NotShown,
    NotDeclared,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CorroboratedFact {
    /// `name`, `monthly_income`, `monthly_debt`, …
    pub fact: Text,
    pub declared: Option<Text>,
    pub verified: Option<Text>,
    pub corroboration: Corroboration,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingInShort {
    pub check: Text,
    pub outcome: Outcome,
    pub severity: Severity,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    pub declared: Declaration,
    pub verified: Verified,
    pub corroboration: Vec<CorroboratedFact>,
    pub findings: Vec<FindingInShort>,
}
