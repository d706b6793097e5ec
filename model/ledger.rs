//! An application's statements as one: overlaps merged, own transfers paired, transactions enriched.

use serde::{Deserialize, Serialize};

use crate::dates::When;
use crate::statement::{Flow, StatementKind, Status};
use crate::{Money, Text};

/// A row of a statement of a document: what every derived figure rests on. `document` and `statement` count
/// from 0, `seq` as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RowRef {
    pub document: u32,
    pub statement: u32,
    pub seq: u32,
}

/// How well documents support a figure, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// Issuer-signed and verified, or a direct feed.
    A,
    /// Proven text consistent with a second issuer.
    B,
    /// Proven single-issuer file.
    C,
    /// Proven after repair, or a photo.
    D,
    /// Unproven.
    E,
}

/// One account of the applicant, seen through one or several statements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerAccount {
    pub kind: StatementKind,
    pub issuer: Text,
    pub tail: Option<Text>,
    /// ISO 4217; `None` when no statement says, which here means yuan.
    pub currency: Option<Text>,
    /// (document, statement) that show it.
    pub statements: Vec<(u32, u32)>,
    /// Days for which a statement shows it, merged, in order.
    pub covered: Vec<crate::Period>,
    /// Whether every statement of it is proven.
    pub proven: bool,
    /// What its proven statements are worth; [`Grade::E`] when none is.
    pub grade: Grade,
}

/// One event on one account, once, whatever number of documents show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Index in [`Ledger::accounts`].
    pub account: u32,
    /// Every row that shows it; the first is the one it was read from.
    pub rows: Vec<RowRef>,
    pub time: Option<When>,
    pub amount: Money,
    pub flow: Flow,
    pub balance: Option<Money>,
    pub status: Status,
    pub counterparty: Option<Text>,
    pub description: Option<Text>,
    pub method: Option<Text>,
    pub category: Category,
    /// Named lender, platform or payer, when a table knows it.
    pub party: Option<Text>,
    /// The other leg, when both sides are the applicant's: index in [`Ledger::entries`].
    pub own_transfer: Option<u32>,
    /// What of the amount came back, where the row itself says it.
    #[serde(default)]
    pub refunded: Option<Money>,
    /// The purchase this refunds, or the refund of this purchase.
    pub refund_of: Option<u32>,
    /// The same payment seen on another account (a wallet row paid by a card): index of the entry that counts.
    pub same_event: Option<u32>,
    /// False when the row's amount lies in no equation that holds, when no proven statement shows it, or when two
    /// exports give it different amounts: nothing may rest on such an entry, whatever its account's grade.
    pub checked: bool,
}

/// What a transaction is, in a credit decision's terms. Names are the contract's `category`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Salary,
    PlatformIncome,
    MerchantReceipts,
    PublicBenefit,
    RentalIncome,
    Interest,
    Refund,
    LoanDisbursement,
    LoanRepayment,
    CardRepayment,
    Mortgage,
    Rent,
    Insurance,
    Utilities,
    Telecom,
    Food,
    Transport,
    Shopping,
    Medical,
    Education,
    Entertainment,
    Gambling,
    Tax,
    Fee,
    Cash,
    Investment,
    OwnTransfer,
    PersonTransfer,
    Other,
}

impl Category {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Salary => "salary",
            Self::PlatformIncome => "platform_income",
            Self::MerchantReceipts => "merchant_receipts",
            Self::PublicBenefit => "public_benefit",
            Self::RentalIncome => "rental_income",
            Self::Interest => "interest",
            Self::Refund => "refund",
            Self::LoanDisbursement => "loan_disbursement",
            Self::LoanRepayment => "loan_repayment",
            Self::CardRepayment => "card_repayment",
            Self::Mortgage => "mortgage",
            Self::Rent => "rent",
            Self::Insurance => "insurance",
            Self::Utilities => "utilities",
            Self::Telecom => "telecom",
            Self::Food => "food",
            Self::Transport => "transport",
            Self::Shopping => "shopping",
            Self::Medical => "medical",
            Self::Education => "education",
            Self::Entertainment => "entertainment",
            Self::Gambling => "gambling",
            Self::Tax => "tax",
            Self::Fee => "fee",
            Self::Cash => "cash",
            Self::Investment => "investment",
            Self::OwnTransfer => "own_transfer",
            Self::PersonTransfer => "person_transfer",
            Self::Other => "other",
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    pub accounts: Vec<LedgerAccount>,
    /// By account, then in the order in which they happened.
    pub entries: Vec<Entry>,
}
