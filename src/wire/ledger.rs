//! The ledger behind an assessment: its accounts, why rows were taken together, and what recurs.

use std::borrow::Cow;

use model::ledger::{Ledger, LedgerAccount, Pairing, Recurring, RowRef};
use serde::Serialize;
use utoipa::ToSchema;

use super::mask::Masker;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LedgerOut<'a> {
    pub accounts: Vec<AccountOut<'a>>,
    /// Rows that are one event, one move or a refund with its purchase: closed and failed rows are never among them.
    pub pairings: Vec<PairingOut>,
    pub recurring: Vec<RecurringOut<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccountOut<'a> {
    pub kind: &'static str,
    pub issuer: &'a str,
    pub tail: Option<&'a str>,
    /// ISO 4217; null when nothing tells it, and then no figure rests on the account.
    pub currency: Option<&'a str>,
    /// True when no statement prints the currency.
    pub currency_assumed: bool,
    pub grade: String,
    /// `[document, statement]`, from 0.
    pub statements: Vec<[u32; 2]>,
    /// First and last days of what the statements cover.
    pub covered: Vec<[String; 2]>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PairingOut {
    /// `same_row`, `same_event`, `own_transfer` or `refund`.
    pub kind: &'static str,
    /// What showed it.
    pub rule: &'static str,
    /// `[document, statement, seq]`.
    pub first: [u32; 3],
    pub second: [u32; 3],
    /// From the first row to the second; days where a row prints no time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
}

/// Payments of one kind to or from one side that come back regularly.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RecurringOut<'a> {
    /// `in` or `out`.
    pub flow: &'static str,
    pub category: &'static str,
    pub party: Option<Cow<'a, str>>,
    /// `weekly`, `fortnightly`, `monthly`, `bimonthly` or `quarterly`.
    pub cadence: &'static str,
    pub payments: usize,
    pub last: String,
    /// When the next is due.
    pub next: String,
    pub amount_median: String,
    pub amount_min: String,
    pub amount_max: String,
    /// `[document, statement, seq]`.
    pub rows: Vec<[u32; 3]>,
}

const fn place(row: RowRef) -> [u32; 3] {
    [row.document, row.statement, row.seq]
}

impl<'a> From<&'a Ledger> for LedgerOut<'a> {
    fn from(ledger: &'a Ledger) -> Self {
        Self {
            accounts: ledger.accounts.iter().map(AccountOut::from).collect(),
            pairings: ledger.pairings.iter().map(PairingOut::from).collect(),
            recurring: ledger.recurring.iter().map(RecurringOut::from).collect(),
        }
    }
}

impl<'a> From<&'a LedgerAccount> for AccountOut<'a> {
    fn from(account: &'a LedgerAccount) -> Self {
        Self {
            kind: account.kind.as_str(),
            issuer: &account.issuer,
            tail: account.tail.as_deref(),
            currency: account.currency.as_deref(),
            currency_assumed: account.currency_assumed,
            grade: format!("{:?}", account.grade),
            statements: account.statements.iter().map(|(document, statement)| [*document, *statement]).collect(),
            covered: account.covered.iter().map(|covered| [covered.from.to_string(), covered.to.to_string()]).collect(),
        }
    }
}

impl From<&Pairing> for PairingOut {
    fn from(pairing: &Pairing) -> Self {
        Self {
            kind: pairing.kind.as_str(),
            rule: pairing.rule.as_str(),
            first: place(pairing.first),
            second: place(pairing.second),
            seconds: pairing.seconds,
            days: pairing.days.filter(|_| pairing.seconds.is_none()),
        }
    }
}

impl<'a> From<&'a Recurring> for RecurringOut<'a> {
    fn from(recurring: &'a Recurring) -> Self {
        Self {
            flow: recurring.flow.as_str(),
            category: recurring.category.as_str(),
            party: recurring.party.as_ref().map(|party| Masker::default().text(party)),
            cadence: recurring.cadence.as_str(),
            payments: recurring.rows.len(),
            last: recurring.last.to_string(),
            next: recurring.next.to_string(),
            amount_median: recurring.amount_median.to_string(),
            amount_min: recurring.amount_min.to_string(),
            amount_max: recurring.amount_max.to_string(),
            rows: recurring.rows.iter().copied().map(place).collect(),
        }
    }
}
