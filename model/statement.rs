//! The movements of one account over one period, every figure with its source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dates::{Period, When};
use crate::proof::Proof;
use crate::sensitive::{account_tail, mask_account};
use crate::{Money, Problem, Sensitive, Source, Sourced, Text};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    Wallet,
    DepositAccount,
    CreditCard,
    Payslip,
    IncomeTax,
    ProvidentFund,
    SocialInsurance,
    UtilityBill,
    TelecomBill,
    PlatformBill,
    Unknown,
}

impl StatementKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wallet => "wallet",
            Self::DepositAccount => "deposit_account",
            Self::CreditCard => "credit_card",
            Self::Payslip => "payslip",
            Self::IncomeTax => "income_tax",
            Self::ProvidentFund => "provident_fund",
            Self::SocialInsurance => "social_insurance",
            Self::UtilityBill => "utility_bill",
            Self::TelecomBill => "telecom_bill",
            Self::PlatformBill => "platform_bill",
            Self::Unknown => "unknown",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    In,
    Out,
    /// 不计收支, 中性交易: moves between own accounts; the amount is unsigned and counts as neither.
    Neutral,
}

impl Flow {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Neutral => "neutral",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    #[default]
    Settled,
    Refunded,
    PartlyRefunded,
    Closed,
    Pending,
    Failed,
}

impl Status {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Refunded => "refunded",
            Self::PartlyRefunded => "partly_refunded",
            Self::Closed => "closed",
            Self::Pending => "pending",
            Self::Failed => "failed",
        }
    }

    /// Whether the row moved money: closed and failed rows are listed and never counted, and a row whose status
    /// nobody knows yet is pending.
    #[must_use]
    pub const fn counts(self) -> bool {
        !matches!(self, Self::Closed | Self::Failed | Self::Pending)
    }
}

/// An account or card number, printed in full or masked by the issuer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountNumber(Sensitive<Text>);

impl AccountNumber {
    #[must_use]
    pub fn new(printed: impl Into<Text>) -> Self {
        Self(Sensitive::new(printed.into()))
    }

    #[must_use]
    pub fn masked(&self) -> String {
        mask_account(self.0.reveal())
    }

    /// The last four digits, where the document shows them.
    #[must_use]
    pub fn tail(&self) -> Option<String> {
        account_tail(self.0.reveal())
    }

    /// As printed.
    #[must_use]
    pub const fn reveal(&self) -> &Text {
        self.0.reveal()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Holder {
    pub name: Option<Sourced<Sensitive<Text>>>,
    pub id_number: Option<Sourced<Sensitive<Text>>>,
}

/// What the document prints about itself. Sums are unsigned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DeclaredTotals {
    pub rows: Option<Sourced<u32>>,
    pub in_rows: Option<Sourced<u32>>,
    pub in_sum: Option<Sourced<Money>>,
    pub out_rows: Option<Sourced<u32>>,
    pub out_sum: Option<Sourced<Money>>,
    pub neutral_rows: Option<Sourced<u32>>,
    pub neutral_sum: Option<Sourced<Money>>,
}

impl DeclaredTotals {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

/// Totals printed for part of a statement, in practice for one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionTotals {
    /// `seq` of the first and the last row it is about.
    pub first_seq: u32,
    pub last_seq: u32,
    pub totals: DeclaredTotals,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// The row's number as printed, from 1; a row that could not be read leaves a gap.
    pub seq: u32,
    /// `None` when the row prints a date that is none; a problem says so.
    pub time: Option<When>,
    /// Signed from the holder's side; unsigned when neutral.
    pub amount: Money,
    pub flow: Flow,
    /// After this row.
    pub balance: Option<Money>,
    pub counterparty: Option<Text>,
    pub counterparty_account: Option<AccountNumber>,
    /// The issuer's words (摘要, 商品说明).
    pub description: Option<Text>,
    /// The payer's words (附言, 备注).
    pub remark: Option<Text>,
    /// The issuer's own class (交易类型, 交易分类).
    pub printed_type: Option<Text>,
    /// How it was paid: a wallet's funding source, a bank's channel.
    pub method: Option<Text>,
    pub status: Status,
    /// What of the amount came back, where the row itself says it.
    #[serde(default)]
    pub refunded: Option<Money>,
    pub reference: Option<Text>,
    /// The merchant's or the counterparty's own number for it.
    pub merchant_reference: Option<Text>,
    /// The whole row.
    pub source: Source,
    pub amount_source: Source,
    pub balance_source: Option<Source>,
    /// The least confidence of what was read for it; 1.0 for text.
    pub confidence: f32,
    /// What OCR read before the equations corrected it, each as (figure, original text): `amount`, `balance` or `time`.
    /// Why it was corrected is in [`Proof::repairs`].
    pub repaired: Option<Box<[(Text, Text)]>>,
}

/// A single fact of a document that is no transaction list (net pay, fund base).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub value: Text,
    pub source: Source,
    pub confidence: f32,
}

/// Pages of a document, both included, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRange {
    pub first: u32,
    pub last: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    pub kind: StatementKind,
    /// The issuer's folder name: `cmb`.
    pub issuer: Text,
    /// The pages of its document that it stands on; `None` for what has none.
    #[serde(default)]
    pub pages: Option<PageRange>,
    pub holder: Holder,
    pub account: Option<Sourced<AccountNumber>>,
    /// ISO 4217; `None` when the document does not say.
    pub currency: Option<Text>,
    pub period: Option<Sourced<Period>>,
    /// When the issuer made the document.
    pub issued: Option<Sourced<When>>,
    /// Printed, or told by a chain of balances that holds.
    pub opening_balance: Option<Sourced<Money>>,
    pub closing_balance: Option<Sourced<Money>>,
    pub declared: DeclaredTotals,
    pub sections: Vec<SectionTotals>,
    /// In the printed order.
    pub transactions: Vec<Transaction>,
    pub fields: BTreeMap<Text, Field>,
    pub records: Vec<BTreeMap<Text, Field>>,
    pub proof: Proof,
}

/// Which layout read a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParserId {
    /// `issuer.layout`: `cmb.deposit.pdf`.
    pub id: Text,
    pub version: u32,
}

/// What the parsers make of one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    pub parser: ParserId,
    pub statements: Vec<Statement>,
    pub problems: Vec<Problem>,
}
