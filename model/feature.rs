//! A named figure with its unit, window, coverage, grade and the rows it rests on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Text;
use crate::ledger::{Grade, RowRef};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// A decimal string, or a word for the few that are labels; `None` with a `reason` when it cannot be known.
    pub value: Option<Text>,
    pub unit: Text,
    /// `1m`, `3m`, `6m`, `12m`, `all`.
    pub window: Text,
    /// Share of the window's days that a statement covers, 0 to 1, as a decimal string.
    pub coverage: Text,
    pub grade: Grade,
    pub reason: Option<Text>,
    pub rows: Vec<RowRef>,
}

/// By name, `income.salary_monthly_avg`.
pub type Features = BTreeMap<Text, Feature>;
