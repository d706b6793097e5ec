//! Which equations a statement satisfies, and which rows they cover.

use serde::{Deserialize, Serialize};

use crate::{Source, Text};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofStatus {
    /// Every row lies in an equation that holds, and none fails.
    Proven,
    /// Proven after OCR digits were corrected, the correction being the only one that fits.
    Repaired,
    /// What can be checked holds, but not every row is covered.
    Consistent,
    /// The document prints nothing to check against.
    Unproven,
    /// An equation fails.
    Contradicted,
}

impl ProofStatus {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Repaired => "repaired",
            Self::Consistent => "consistent",
            Self::Unproven => "unproven",
            Self::Contradicted => "contradicted",
        }
    }

    /// Whether figures of such a statement may raise a limit.
    #[must_use]
    pub const fn is_proof(self) -> bool {
        matches!(self, Self::Proven | Self::Repaired)
    }
}

/// The kinds of equation, by what must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Equation {
    /// balance before + amount = balance after
    RunningBalance,
    /// opening balance + all amounts = closing balance
    ClosingBalance,
    /// the printed number of rows
    RowCount,
    InCount,
    OutCount,
    NeutralCount,
    InSum,
    OutSum,
    NeutralSum,
    /// a total of a document's facts (net pay = gross pay - deductions)
    FactSum,
}

impl Equation {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RunningBalance => "running_balance",
            Self::ClosingBalance => "closing_balance",
            Self::RowCount => "row_count",
            Self::InCount => "in_count",
            Self::OutCount => "out_count",
            Self::NeutralCount => "neutral_count",
            Self::InSum => "in_sum",
            Self::OutSum => "out_sum",
            Self::NeutralSum => "neutral_sum",
            Self::FactSum => "fact_sum",
        }
    }
}

/// An equation that fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Broken {
    pub equation: Equation,
    /// The row where it fails, when it is about one row.
    pub seq: Option<u32>,
    /// What the rows give.
    pub expected: Text,
    /// What is printed.
    pub found: Text,
    pub source: Option<Source>,
}

/// A figure that was read off a picture, set right because nothing else satisfies the equations it stands in: the
/// certificate of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repair {
    /// `amount`, `balance`, `time`, `opening_balance`, `declared_totals.in_sum`, ….
    pub figure: Text,
    /// The row it stands in, when it stands in one.
    pub seq: Option<u32>,
    /// As it was read, and what it is now.
    pub original: Text,
    pub value: Text,
    pub source: Source,
    /// The equations that hold by it and did not, or could not be tried, without it; with the row each is about.
    pub equations: Vec<(Equation, Option<u32>)>,
    /// How much less likely its new text is than what was read, by the reader's own account: nats.
    pub cost: f32,
    /// How much less likely, in nats, the next best way is in which the equations could hold and this figure be another;
    /// `None` when there is no other within the bounds of a repair.
    pub margin: Option<f32>,
}

/// The order a table is printed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrintedOrder {
    OldestFirst,
    NewestFirst,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    pub status: ProofStatus,
    pub equations: u32,
    pub holding: u32,
    pub broken: Vec<Broken>,
    /// Rows whose *amount* lies in no equation that holds. A chain of balances without a printed opening balance
    /// cannot check its first row's amount: such a row is listed here, and nothing may rest on it.
    pub unchecked: Vec<u32>,
    /// Told by the balances, or else by the dates; `None` when neither tells.
    pub order: Option<PrintedOrder>,
    /// The figures that were set right so that the equations hold; empty for what was read from a text layer.
    #[serde(default)]
    pub repairs: Vec<Repair>,
}

impl Proof {
    /// Of a statement that prints nothing to check against.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            status: ProofStatus::Unproven,
            equations: 0,
            holding: 0,
            broken: Vec::new(),
            unchecked: Vec::new(),
            order: None,
            repairs: Vec::new(),
        }
    }
}
