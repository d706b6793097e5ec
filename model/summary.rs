//! A statement in a line, for whoever handed it in: what it was taken for, with nothing in it that has to be masked.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Text;
use crate::dates::Month;
use crate::proof::ProofStatus;
use crate::sensitive::mask_name;
use crate::statement::{Statement, StatementKind};

/// Ten years: no statement that people hand in is longer, and a misread date must not fill a page.
const MONTHS_MAX: usize = 120;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementSummary {
    pub kind: StatementKind,
    pub issuer: Text,
    /// `林**`
    pub holder_masked: Option<String>,
    /// `6214 **** **** 1234`
    pub account_masked: Option<String>,
    /// `2026-02`, …: those of its period, or of its rows where it prints none.
    pub months: Vec<String>,
    pub rows: u32,
    pub proof: ProofStatus,
}

impl StatementSummary {
    #[must_use]
    pub fn of(statement: &Statement) -> Self {
        Self {
            kind: statement.kind,
            issuer: statement.issuer.clone(),
            holder_masked: statement.holder.name.as_ref().map(|name| mask_name(name.value.reveal())),
            account_masked: statement.account.as_ref().map(|account| account.value.masked()),
            months: months(statement),
            rows: u32::try_from(statement.transactions.len()).unwrap_or(u32::MAX),
            proof: statement.proof.status,
        }
    }
}

fn months(statement: &Statement) -> Vec<String> {
    let months: BTreeSet<Month> = match &statement.period {
        Some(period) => {
            let last = Month::of(period.value.to);
            let from = Month::of(period.value.from);
            let all = std::iter::successors(Some(from), |month| Some(month.plus(1)).filter(|next| *next <= last));
            all.take(MONTHS_MAX).collect()
        }
        None => statement.transactions.iter().filter_map(|row| Some(row.time?.month())).collect(),
    };
    months.into_iter().take(MONTHS_MAX).map(|month| month.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::statement;

    #[test]
    fn a_statement_is_told_in_a_line() {
        let one = statement(
            "deposit_account cmb 林一舟 6214000011111234
             period 2025-11-15 2026-01-02
             opening 100.00
             2025-11-20 快捷支付 -12.30 87.70",
        );
        let summary = StatementSummary::of(&one);
        assert_eq!(summary.holder_masked.as_deref(), Some("林**"));
        assert_eq!(summary.account_masked.as_deref(), Some("6214 **** **** 1234"));
        assert_eq!(summary.months, ["2025-11", "2025-12", "2026-01"]);
        assert_eq!((summary.rows, summary.proof), (1, ProofStatus::Proven));
    }

    #[test]
    fn without_a_period_the_months_are_those_of_the_rows() {
        let one = statement(
            "wallet wechat 林一舟 _
             2026-03-01 转账 -1.00
             2026-01-09 转账 -2.00
             2026-03-07 转账 -3.00",
        );
        assert_eq!(StatementSummary::of(&one).months, ["2026-01", "2026-03"]);
    }
}
