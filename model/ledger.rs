//! An application's statements as one: overlaps merged, own transfers paired, transactions enriched.

use jiff::civil::Date;
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
    /// ISO 4217; `None` when no statement says and nothing else tells.
    pub currency: Option<Text>,
    /// True when no statement prints the currency, and it is yuan because mainland banks leave that unsaid.
    #[serde(default)]
    pub currency_assumed: bool,
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
    /// The payer's words.
    #[serde(default)]
    pub remark: Option<Text>,
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
    // earned
    /// Wages and what comes with them; a bonus is its own.
    Salary,
    /// Paid once in a while by an employer: 年终奖, 十三薪.
    Bonus,
    /// From a platform to somebody who works on it.
    PlatformIncome,
    /// What customers pay a shop, through codes, acquirers and platforms.
    MerchantReceipts,
    /// Grain, livestock and produce sold.
    FarmSale,
    /// For growing it: 粮补, 耕地地力保护补贴.
    FarmSubsidy,
    RentalIncome,
    // received
    /// An employer gives back what was laid out.
    Reimbursement,
    Pension,
    UnemploymentBenefit,
    /// 低保, 救助金, 抚恤.
    SocialAssistance,
    /// The applicant's own savings, paid back.
    ProvidentFundWithdrawal,
    /// Any other benefit, child and maternity among them.
    PublicBenefit,
    /// Of deposits and money-market funds.
    Interest,
    TaxRefund,
    InsurancePayout,
    // given back
    Refund,
    // debt
    LoanDisbursement,
    LoanRepayment,
    CardRepayment,
    Mortgage,
    /// 滞纳金, 违约金, 逾期费.
    LateFee,
    /// To a collector or for 协商还款.
    DebtCollection,
    /// 征信修复, 代理维权.
    CreditRepair,
    /// 法院扣划.
    CourtEnforcement,
    // obligations and living
    Rent,
    Insurance,
    /// Social insurance and provident fund paid in by the applicant.
    SocialContribution,
    /// 抚养费, 赡养费.
    ChildSupport,
    Utilities,
    Telecom,
    /// Eaten out or brought.
    Food,
    Groceries,
    Transport,
    Fuel,
    /// Care, tolls and parking.
    Vehicle,
    Medical,
    Education,
    Childcare,
    Shopping,
    // discretionary
    Travel,
    Entertainment,
    Games,
    /// 直播打赏.
    LiveTips,
    Subscription,
    Charity,
    // trade
    /// Goods bought to be sold.
    Supplier,
    /// Seed, fertiliser, feed.
    FarmInput,
    WagesPaid,
    ShopRent,
    // risk
    Gambling,
    /// Licensed.
    Lottery,
    Crypto,
    // state and bank
    Tax,
    Fine,
    Fee,
    // moves
    Cash,
    Investment,
    InvestmentRedemption,
    /// 购汇, 结汇.
    CurrencyExchange,
    OwnTransfer,
    PersonTransfer,
    RedPacket,
    /// 亲情卡, 亲属卡: another pays, or is paid for.
    FamilyCard,
    Other,
}

impl Category {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Salary => "salary",
            Self::Bonus => "bonus",
            Self::PlatformIncome => "platform_income",
            Self::MerchantReceipts => "merchant_receipts",
            Self::FarmSale => "farm_sale",
            Self::FarmSubsidy => "farm_subsidy",
            Self::RentalIncome => "rental_income",
            Self::Reimbursement => "reimbursement",
            Self::Pension => "pension",
            Self::UnemploymentBenefit => "unemployment_benefit",
            Self::SocialAssistance => "social_assistance",
            Self::ProvidentFundWithdrawal => "provident_fund_withdrawal",
            Self::PublicBenefit => "public_benefit",
            Self::Interest => "interest",
            Self::TaxRefund => "tax_refund",
            Self::InsurancePayout => "insurance_payout",
            Self::Refund => "refund",
            Self::LoanDisbursement => "loan_disbursement",
            Self::LoanRepayment => "loan_repayment",
            Self::CardRepayment => "card_repayment",
            Self::Mortgage => "mortgage",
            Self::LateFee => "late_fee",
            Self::DebtCollection => "debt_collection",
            Self::CreditRepair => "credit_repair",
            Self::CourtEnforcement => "court_enforcement",
            Self::Rent => "rent",
            Self::Insurance => "insurance",
            Self::SocialContribution => "social_contribution",
            Self::ChildSupport => "child_support",
            Self::Utilities => "utilities",
            Self::Telecom => "telecom",
            Self::Food => "food",
            Self::Groceries => "groceries",
            Self::Transport => "transport",
            Self::Fuel => "fuel",
            Self::Vehicle => "vehicle",
            Self::Medical => "medical",
            Self::Education => "education",
            Self::Childcare => "childcare",
            Self::Shopping => "shopping",
            Self::Travel => "travel",
            Self::Entertainment => "entertainment",
            Self::Games => "games",
            Self::LiveTips => "live_tips",
            Self::Subscription => "subscription",
            Self::Charity => "charity",
            Self::Supplier => "supplier",
            Self::FarmInput => "farm_input",
            Self::WagesPaid => "wages_paid",
            Self::ShopRent => "shop_rent",
            Self::Gambling => "gambling",
            Self::Lottery => "lottery",
            Self::Crypto => "crypto",
            Self::Tax => "tax",
            Self::Fine => "fine",
            Self::Fee => "fee",
            Self::Cash => "cash",
            Self::Investment => "investment",
            Self::InvestmentRedemption => "investment_redemption",
            Self::CurrencyExchange => "currency_exchange",
            Self::OwnTransfer => "own_transfer",
            Self::PersonTransfer => "person_transfer",
            Self::RedPacket => "red_packet",
            Self::FamilyCard => "family_card",
            Self::Other => "other",
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    pub accounts: Vec<LedgerAccount>,
    /// By account, then in the order in which they happened.
    pub entries: Vec<Entry>,
    /// Why rows were taken together, one line for each two of them.
    #[serde(default)]
    pub pairings: Vec<Pairing>,
    /// Payments that come back regularly.
    #[serde(default)]
    pub recurring: Vec<Recurring>,
}

/// Payments of one category and direction with one side that come back regularly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurring {
    /// In or out.
    pub flow: Flow,
    pub category: Category,
    pub party: Option<Text>,
    pub cadence: Cadence,
    pub last: Date,
    pub next: Date,
    /// Unsigned, as the others.
    pub amount_median: Money,
    pub amount_min: Money,
    pub amount_max: Money,
    /// One a payment, oldest first.
    pub rows: Vec<RowRef>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    Weekly,
    Fortnightly,
    Monthly,
    Bimonthly,
    Quarterly,
}

impl Cadence {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Fortnightly => "fortnightly",
            Self::Monthly => "monthly",
            Self::Bimonthly => "bimonthly",
            Self::Quarterly => "quarterly",
        }
    }
}

/// Two rows that were taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    pub kind: PairingKind,
    pub rule: PairingRule,
    pub first: RowRef,
    pub second: RowRef,
    /// From the first row's day to the second's, when both print one.
    pub days: Option<i64>,
    /// From the first row to the second, when both print a time of day.
    pub seconds: Option<i64>,
}

/// What two rows are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairingKind {
    /// One row of the account, in two exports of it.
    SameRow,
    /// One payment, on the wallet and on the account that paid.
    SameEvent,
    /// Out of one of the applicant's accounts and into another.
    OwnTransfer,
    /// A refund and its purchase.
    Refund,
}

/// What showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairingRule {
    /// The issuer's own number of the row.
    Reference,
    /// The same place in the chain of balances: day, amount and balance after it.
    Balance,
    /// The same place among the equal rows of a day that both exports cover.
    PlaceInDay,
    /// The same place in the order of rows, where two lists without a period overlap.
    PlaceInList,
    /// The bank's row names the wallet; amount, direction and account agree within Z01's window.
    NamesWallet,
    /// The bank's row names the wallet row's merchant.
    NamesMerchant,
    /// The bank's row names neither, at the same minutes.
    SameMinutes,
    /// One row names the applicant or the other account (Z02's window).
    NamesOwner,
    /// A card's repayment on the paying account and on the card (Z03's window).
    CardRepayment,
    /// The refund's number continues the purchase's.
    OrderNumber,
    /// The same merchant gives the amount back.
    SameMerchant,
}

impl PairingKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SameRow => "same_row",
            Self::SameEvent => "same_event",
            Self::OwnTransfer => "own_transfer",
            Self::Refund => "refund",
        }
    }
}

impl PairingRule {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Balance => "balance",
            Self::PlaceInDay => "place_in_day",
            Self::PlaceInList => "place_in_list",
            Self::NamesWallet => "names_wallet",
            Self::NamesMerchant => "names_merchant",
            Self::SameMinutes => "same_minutes",
            Self::NamesOwner => "names_owner",
            Self::CardRepayment => "card_repayment",
            Self::OrderNumber => "order_number",
            Self::SameMerchant => "same_merchant",
        }
    }
}
