//! What the applicant states.

use jiff::civil::Date;
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

/// How somebody earns, as far as the treatment of income depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sector {
    Salaried,
    Gig,
    Merchant,
    Farmer,
    Mixed,
}

impl Sector {
    pub const ALL: [Self; 5] = [Self::Salaried, Self::Gig, Self::Merchant, Self::Farmer, Self::Mixed];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Salaried => "salaried",
            Self::Gig => "gig",
            Self::Merchant => "merchant",
            Self::Farmer => "farmer",
            Self::Mixed => "mixed",
        }
    }
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
    /// First day of work for that employer.
    pub employed_since: Option<Date>,
    pub occupation: Option<Occupation>,
    /// The applicant's correction of the sector that the documents suggest; `occupation` is only a claim.
    pub sector: Option<Sector>,
    pub monthly_debt: Option<Money>,
    pub requested_limit: Option<Money>,
    pub baseline: Option<Baseline>,
}
