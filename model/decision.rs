//! Outcome, limit, rate, and why.

use serde::{Deserialize, Serialize};

use crate::declaration::Baseline;
use crate::{Money, Text};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionOutcome {
    Approve,
    Refer,
    Decline,
    NeedDocuments,
}

impl DecisionOutcome {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refer => "refer",
            Self::Decline => "decline",
            Self::NeedDocuments => "need_documents",
        }
    }
}

/// Why the outcome is what it is; codes are the catalogue of adverse-action reasons, `R01` to `R24`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    pub code: Text,
    pub message_zh: String,
    pub message_en: String,
    /// Names of the features it rests on.
    pub features: Vec<Text>,
}

/// A document that would help, and how far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NextDocument {
    pub kind: Text,
    pub why_zh: String,
    pub why_en: String,
    pub limit_up_to: Option<Money>,
    pub apr_down_to: Option<rust_decimal::Decimal>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyId {
    pub id: Text,
    pub sha256: Text,
}

/// One line of how the policy was walked: the node, what it read and what it gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TraceLine {
    pub node: Text,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub outcome: DecisionOutcome,
    pub limit: Money,
    /// Simple annualised rate; four decimals.
    pub apr: rust_decimal::Decimal,
    pub baseline: Baseline,
    pub reasons: Vec<Reason>,
    pub next_documents: Vec<NextDocument>,
    pub policy: PolicyId,
    pub trace: Vec<TraceLine>,
}
