//! What the printers print: the rows of one account, and what stands around them.

use jiff::civil::{Date, DateTime};
use model::Money;

/// The person a paper is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub name: String,
    /// No issuer prints it whole on these papers; the declaration holds it.
    pub id_number: String,
}

/// Both days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub from: Date,
    pub to: Date,
}

impl Window {
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }
}

/// One movement of a deposit account. Empty text prints as the issuer prints "nothing".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankRow {
    pub time: DateTime,
    /// False for batch postings (interest, instalments), where ABC prints no time.
    pub timed: bool,
    /// `+` in, `-` out.
    pub amount: Money,
    /// After this row.
    pub balance: Money,
    /// 摘要, 交易名称.
    pub description: String,
    /// 渠道.
    pub channel: String,
    /// 交易场所, 网点名称.
    pub place: String,
    /// 附言, 客户摘要, 交易详情.
    pub remark: String,
    pub counterparty: String,
    pub counterparty_account: String,
    /// 日志号.
    pub log_number: String,
}

/// A deposit account over a period, rows in the order they happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankStatement {
    pub holder: Holder,
    /// Whole; each issuer masks it in its own way.
    pub account: String,
    pub branch: String,
    pub window: Window,
    pub printed: DateTime,
    /// Serial or verification code, where the issuer prints one.
    pub code: String,
    pub rows: Vec<BankRow>,
    /// The rows that printed totals are counted from, when they are not `rows`: on an edited paper the
    /// totals still speak of what was there before.
    pub counted: Option<Vec<BankRow>>,
}

impl BankStatement {
    /// The rows that the paper's own totals and counts speak of.
    #[must_use]
    pub fn counted_rows(&self) -> &[BankRow] {
        self.counted.as_deref().unwrap_or(&self.rows)
    }

    /// Before the first row; `None` without rows.
    #[must_use]
    pub fn opening(&self) -> Option<Money> {
        self.rows.first().map(|row| row.balance.minus(row.amount))
    }

    /// After the last row; `None` without rows.
    #[must_use]
    pub fn closing(&self) -> Option<Money> {
        self.rows.last().map(|row| row.balance)
    }
}

/// 收入, 支出, and 不计收支 or 中性交易 or `/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    In,
    Out,
    Neutral,
}

/// One row of a wallet's bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletRow {
    pub time: DateTime,
    /// 交易分类 (Alipay), 交易类型 (WeChat).
    pub kind: String,
    pub counterparty: String,
    /// Alipay only.
    pub counterparty_account: String,
    /// 商品说明, 商品.
    pub item: String,
    pub direction: Direction,
    /// Unsigned, as wallets print it.
    pub amount: Money,
    /// 收/付款方式, 支付方式.
    pub method: String,
    pub status: String,
    /// 交易订单号, 交易单号.
    pub order: String,
    /// 商家订单号, 商户单号.
    pub merchant_order: String,
    pub remark: String,
}

/// A wallet over a period, rows in the order they happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletStatement {
    pub holder: Holder,
    /// 支付宝账户; the nickname at WeChat, which prints no name.
    pub account: String,
    pub window: Window,
    pub exported: DateTime,
    pub rows: Vec<WalletRow>,
    /// As [`BankStatement::counted`].
    pub counted: Option<Vec<WalletRow>>,
}

impl WalletStatement {
    /// The rows that the preamble's totals and counts speak of.
    #[must_use]
    pub fn counted_rows(&self) -> &[WalletRow] {
        self.counted.as_deref().unwrap_or(&self.rows)
    }
}

/// How many rows and how much money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    pub rows: usize,
    pub sum: Money,
}

impl Total {
    pub fn add(&mut self, amount: Money) {
        self.rows += 1;
        self.sum = self.sum.plus(amount);
    }
}

/// Bank rows in and out; both sums unsigned. A row of 0.00 counts on neither side.
#[must_use]
pub fn bank_totals(rows: &[BankRow]) -> (Total, Total) {
    let (mut credit, mut debit) = (Total::default(), Total::default());
    for row in rows {
        if row.amount.is_positive() {
            credit.add(row.amount);
        } else if row.amount.is_negative() {
            debit.add(row.amount.abs());
        }
    }
    (credit, debit)
}

/// Wallet rows by the word in their direction column, whatever their status: what the wallets' own
/// preambles count (a refunded purchase stays in the sum of 支出).
#[must_use]
pub fn wallet_total(rows: &[WalletRow], direction: Direction) -> Total {
    let mut total = Total::default();
    for row in rows.iter().filter(|row| row.direction == direction) {
        total.add(row.amount);
    }
    total
}
