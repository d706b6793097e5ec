//! How a check came out.

use serde::{Deserialize, Serialize};

use crate::{Source, Text};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pass,
    Fail,
    /// The documents have nothing that this check is about.
    NotApplicable,
    /// It is about something that is there, but what it needs is missing.
    NotRun,
}

impl Outcome {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not_applicable",
            Self::NotRun => "not_run",
        }
    }
}

/// How bad a failure is; the catalogue's S1 to S4 are `Low` to `Critical`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// From 0, in the order the documents were given.
    pub document: u32,
    pub source: Option<Source>,
}

/// What a failure is a sign of. One edited amount breaks the chain of balances, the total and the interest, and is
/// still one edit: a rule that counts failures counts causes.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cause {
    pub name: Text,
    /// From 0; `None` where the cause is no single document's.
    pub document: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Named for what must hold: `running_balance`.
    pub check: Text,
    /// What a failure of it is a sign of.
    #[serde(default)]
    pub cause: Cause,
    pub outcome: Outcome,
    pub severity: Severity,
    pub message_zh: String,
    pub message_en: String,
    pub expected: Option<Text>,
    pub found: Option<Text>,
    pub evidence: Vec<Evidence>,
}
