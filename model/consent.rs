//! What an applicant allowed: one consent for each family of sources, to one version of its text.

use serde::{Deserialize, Serialize};

use crate::statement::StatementKind;

/// Sources that one consent covers. The Personal Information Protection Law (art. 13, 14, 29) asks for a consent that
/// is specific, and a separate one for sensitive data, so there is one a family rather than one for everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// 银行流水与信用卡账单
    Bank,
    /// 支付账户与平台账单
    Wallet,
    /// 工资、个税
    Income,
    /// 社保、公积金
    Insurance,
    /// 水电燃气、通信账单
    Utility,
    /// 其他单据
    Other,
}

impl Family {
    pub const ALL: [Self; 6] = [Self::Bank, Self::Wallet, Self::Income, Self::Insurance, Self::Utility, Self::Other];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Wallet => "wallet",
            Self::Income => "income",
            Self::Insurance => "insurance",
            Self::Utility => "utility",
            Self::Other => "other",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.as_str() == text)
    }

    #[must_use]
    pub const fn of(kind: StatementKind) -> Self {
        match kind {
            StatementKind::DepositAccount | StatementKind::CreditCard => Self::Bank,
            StatementKind::Wallet | StatementKind::PlatformBill => Self::Wallet,
            StatementKind::Payslip | StatementKind::IncomeTax => Self::Income,
            StatementKind::ProvidentFund | StatementKind::SocialInsurance => Self::Insurance,
            StatementKind::UtilityBill | StatementKind::TelecomBill => Self::Utility,
            StatementKind::Unknown => Self::Other,
        }
    }
}

/// One consent from when it was given; an earlier version of the same family stays beside it as revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub family: Family,
    /// Which text was agreed to, as the lender names it.
    pub version: String,
    /// Milliseconds since 1970.
    pub granted_ms: i64,
    pub revoked_ms: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_read_as_it_is_written() {
        for family in Family::ALL {
            assert_eq!(Family::parse(family.as_str()), Some(family));
        }
    }
}
