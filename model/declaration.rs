//! What the applicant states.

use serde::{Deserialize, Serialize};

use crate::{Money, Sensitive, Text};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occupation {
    Salaried,
    Gig,
    Merchant,
    Farmer,
    Other,
}

/// What stood before: the limit and the APR the applicant has without any papers. `apr` is a decimal string.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    pub limit: Money,
    pub apr: rust_decimal::Decimal,
}

/// Every part is optional; the contract's `--declared` file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Declaration {
    pub name: Option<Sensitive<Text>>,
    pub id_number: Option<Sensitive<Text>>,
    pub monthly_income: Option<Money>,
    pub employer: Option<Text>,
    pub occupation: Option<Occupation>,
    pub monthly_debt: Option<Money>,
    pub requested_limit: Option<Money>,
    pub baseline: Option<Baseline>,
}
