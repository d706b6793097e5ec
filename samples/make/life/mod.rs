//! A person's months as events. Every row of every account follows from an event, so a quick payment stands
//! in the wallet and in the bank, a withdrawal arrives, and balances run exactly and never below zero.

pub mod interest;
pub mod merchants;
pub mod words;

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use model::{Money, Month};

use crate::MakeError;
use crate::random::Random;
use crate::rows::{BankRow, Direction, WalletRow};
use crate::text::{compact, dashed, tail};

use merchants::Merchant;
use words::{Kind, Other};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bank {
    Cmb,
    Icbc,
    Ccb,
    Abc,
    Boc,
}

impl Bank {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cmb => "招商银行",
            Self::Icbc => "工商银行",
            Self::Ccb => "建设银行",
            Self::Abc => "农业银行",
            Self::Boc => "中国银行",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletKind {
    Alipay,
    Wechat,
}

/// What a wallet payment is paid from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Funding {
    /// A bank card, by its account's number in the world.
    Card(usize),
    /// 余额, 零钱.
    Balance,
    /// 花呗, Alipay's credit: no money moves until it is repaid.
    Huabei,
}

/// A recurring obligation, as the generator knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obligation {
    Rent,
    ShopRent,
    BankLoan,
    ConsumerLoan,
    Huabei,
    CreditCard,
}

impl Obligation {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rent => "rent",
            Self::ShopRent => "shop_rent",
            Self::BankLoan => "bank_loan",
            Self::ConsumerLoan => "consumer_loan",
            Self::Huabei => "huabei",
            Self::CreditCard => "credit_card",
        }
    }
}

/// Where money came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Income {
    Salary,
    ProvidentFund,
    Platform,
    Receipts,
    /// Harvests sold, and subsidies for growing them.
    Farm,
    Person,
    Loan,
    Interest,
}

/// What money was spent on, as far as truth tells it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spending {
    Purchase,
    Cash,
    /// To somebody whom one also receives from, or a gift.
    Person,
    Supplier,
    Lottery,
    Gambling,
    LateFee,
    Enforcement,
    Obligation,
    Other,
}

/// Money that left the person's accounts; negative for what of a purchase came back.
#[derive(Debug, Clone)]
pub struct Spent {
    pub at: DateTime,
    pub on: Spending,
    pub payee: String,
    pub amount: Money,
}

/// Somebody with an account.
#[derive(Debug, Clone, Copy)]
pub struct Party {
    pub name: &'static str,
    /// Empty where the bank would print none.
    pub account: &'static str,
}

/// How much of a purchase comes back, and when.
#[derive(Debug, Clone, Copy)]
pub struct Returned {
    pub after_days: i64,
    pub amount: Money,
}

#[derive(Debug, Clone)]
pub enum Event {
    Payroll {
        bank: usize,
        employer: Party,
        amount: Money,
        note: String,
    },
    ProvidentFund {
        bank: usize,
        office: Party,
        amount: Money,
    },
    ReceiveByBank {
        bank: usize,
        from: Party,
        amount: Money,
        note: &'static str,
        income: Income,
    },
    /// Not made at all when the money is not there.
    Purchase {
        wallet: WalletKind,
        funding: Funding,
        merchant: Merchant,
        amount: Money,
        returned: Option<Returned>,
    },
    /// Follows from a purchase.
    Refund {
        purchase: Box<Made>,
        amount: Money,
    },
    /// An order that was never paid: a row without money.
    Abandoned {
        merchant: Merchant,
        amount: Money,
    },
    /// A customer scans the code (二维码收款).
    Receipt {
        from: &'static str,
        amount: Money,
    },
    SendByBank {
        bank: usize,
        to: Party,
        amount: Money,
        note: &'static str,
        obligation: Option<Obligation>,
    },
    /// Not made at all when the money is not there.
    SpendByBank {
        bank: usize,
        to: Party,
        amount: Money,
        note: &'static str,
        on: Spending,
    },
    SendByWechat {
        funding: Funding,
        to: &'static str,
        amount: Money,
        note: &'static str,
        obligation: Option<Obligation>,
    },
    ReceiveByWechat {
        from: &'static str,
        amount: Money,
    },
    /// Everything above `keep` in whole yuan, to the bank.
    Withdraw {
        wallet: WalletKind,
        bank: usize,
        keep: Money,
    },
    /// The bill of what was bought in `month`.
    RepayHuabei {
        bank: usize,
        month: Month,
    },
    /// 借呗.
    RepayJiebei {
        bank: usize,
        amount: Money,
    },
    PayOutJiebei {
        bank: usize,
        amount: Money,
    },
    RepayLoan {
        bank: usize,
        lender: Party,
        amount: Money,
        obligation: Obligation,
    },
    /// A credit card elsewhere, through WeChat.
    RepayCard {
        bank: usize,
        issuer: &'static str,
        amount: Money,
    },
    /// Everything above `keep` in whole hundreds, to another own account.
    Move {
        from: usize,
        to: usize,
        keep: Money,
    },
    /// 余额宝's daily yield.
    Yield {
        amount: Money,
    },
    Cash {
        bank: usize,
        amount: Money,
    },
    Interest {
        bank: usize,
    },
}

/// A purchase that was made: what its refund needs to know.
#[derive(Debug, Clone)]
pub struct Made {
    at: DateTime,
    wallet: WalletKind,
    funding: Funding,
    merchant: Merchant,
    amount: Money,
    order: String,
    merchant_order: String,
    method: String,
}

/// A deposit account and all its rows since the beginning.
#[derive(Debug, Clone)]
pub struct Account {
    pub bank: Bank,
    pub number: String,
    pub initial: Money,
    pub balance: Money,
    pub rows: Vec<BankRow>,
}

impl Account {
    #[must_use]
    pub fn new(bank: Bank, number: &str, initial: Money) -> Self {
        Self { bank, number: number.to_owned(), initial, balance: initial, rows: Vec::new() }
    }

    /// `招商银行储蓄卡(5678)`.
    #[must_use]
    pub fn card(&self) -> String {
        format!("{}储蓄卡({})", self.bank.name(), tail(&self.number))
    }
}

/// A wallet and all its rows since the beginning.
#[derive(Debug, Clone, Default)]
pub struct WalletBook {
    pub balance: Money,
    pub rows: Vec<WalletRow>,
    /// What was bought on credit, by month.
    huabei: BTreeMap<Month, Money>,
}

/// How a wallet row and a bank row belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LegKind {
    QuickPay,
    QuickRefund,
    Withdrawal,
    Repayment,
    LoanPayout,
}

/// One movement that stands in a wallet and in a bank account.
#[derive(Debug, Clone)]
pub struct Leg {
    pub kind: LegKind,
    pub wallet: WalletKind,
    pub bank: usize,
    /// The bank's side, unsigned.
    pub amount: Money,
    pub wallet_time: DateTime,
    pub bank_time: DateTime,
}

#[derive(Debug, Clone)]
pub struct Earned {
    pub on: Date,
    pub income: Income,
    pub payer: String,
    pub amount: Money,
}

#[derive(Debug, Clone)]
pub struct Paid {
    pub on: Date,
    pub obligation: Obligation,
    pub payee: String,
    pub amount: Money,
}

/// The name and the seed of everything, the accounts, and what truly happened.
#[derive(Debug, Clone)]
pub struct World {
    pub owner: String,
    pub accounts: Vec<Account>,
    pub alipay: WalletBook,
    pub wechat: WalletBook,
    pub random: Random,
    pub legs: Vec<Leg>,
    pub earned: Vec<Earned>,
    pub paid: Vec<Paid>,
    pub spent: Vec<Spent>,
    queue: BTreeMap<(DateTime, u32), Event>,
    planned: u32,
}

/// Kept back for rent and instalments: a purchase that would go below it is not made.
const RESERVE: Money = Money::from_fen(30_000);

impl World {
    #[must_use]
    pub fn new(owner: &str, accounts: Vec<Account>, seed: u64) -> Self {
        Self {
            owner: owner.to_owned(),
            accounts,
            alipay: WalletBook::default(),
            wechat: WalletBook::default(),
            random: Random::new(seed),
            legs: Vec::new(),
            earned: Vec::new(),
            paid: Vec::new(),
            spent: Vec::new(),
            queue: BTreeMap::new(),
            planned: 0,
        }
    }

    pub fn plan(&mut self, at: DateTime, event: Event) {
        self.queue.insert((at, self.planned), event);
        self.planned += 1;
    }

    /// Lets everything planned before the end of `last` happen, in order.
    ///
    /// # Errors
    /// [`MakeError::Broke`] when an obligation could not be paid: the life is planned too expensively.
    pub fn live(&mut self, last: Date) -> Result<(), MakeError> {
        while let Some(((at, _), event)) = self.queue.pop_first() {
            if at.date() > last {
                break;
            }
            self.happen(at, event)?;
        }
        Ok(())
    }

    fn happen(&mut self, at: DateTime, event: Event) -> Result<(), MakeError> {
        match event {
            Event::Payroll { bank, employer, amount, note } => {
                let other = Other { name: employer.name, account: employer.account, note: &note };
                self.earn(at, Income::Salary, employer.name, amount);
                self.post(bank, at, amount, Kind::Payroll, &other)
            }
            Event::ProvidentFund { bank, office, amount } => {
                let other = Other { name: office.name, account: office.account, note: "约定提取" };
                self.earn(at, Income::ProvidentFund, office.name, amount);
                self.post(bank, at, amount, Kind::ProvidentFund, &other)
            }
            Event::ReceiveByBank { bank, from, amount, note, income } => {
                let other = Other { name: from.name, account: from.account, note };
                self.earn(at, income, from.name, amount);
                self.post(bank, at, amount, Kind::TransferIn, &other)
            }
            Event::Purchase { wallet, funding, merchant, amount, returned } => {
                self.purchase(at, wallet, funding, merchant, amount, returned)
            }
            Event::Refund { purchase, amount } => self.refund(at, &purchase, amount),
            Event::Abandoned { merchant, amount } => {
                let (order, merchant_order) = self.orders(WalletKind::Alipay, at, true);
                let row = WalletRow {
                    status: "交易关闭".to_owned(),
                    ..alipay_row(at, &merchant, Direction::Neutral, amount, String::new(), order, merchant_order)
                };
                self.alipay.rows.push(row);
                Ok(())
            }
            Event::Receipt { from, amount } => {
                self.earn(at, Income::Receipts, from, amount);
                self.wechat.balance = self.wechat.balance.plus(amount);
                let order = format!("1000107101{}{}", compact(at.date()), self.random.digits(12));
                self.wechat.rows.push(WalletRow {
                    item: "收款方备注:二维码收款".to_owned(),
                    status: "已收钱".to_owned(),
                    method: "零钱".to_owned(),
                    ..wechat_row(at, "二维码收款", from, Direction::In, amount, order)
                });
                Ok(())
            }
            Event::SendByBank { bank, to, amount, note, obligation } => {
                if let Some(obligation) = obligation {
                    self.pay(at, obligation, to.name, amount);
                } else if self.affords(bank, amount) {
                    self.spend(at, Spending::Other, to.name, amount);
                } else {
                    return Ok(());
                }
                let other = Other { name: to.name, account: to.account, note };
                self.post(bank, at, amount.negated(), Kind::TransferOut, &other)
            }
            Event::SpendByBank { bank, to, amount, note, on } => {
                if !self.affords(bank, amount) {
                    return Ok(());
                }
                self.spend(at, on, to.name, amount);
                let other = Other { name: to.name, account: to.account, note };
                self.post(bank, at, amount.negated(), Kind::TransferOut, &other)
            }
            Event::SendByWechat { funding, to, amount, note, obligation } => {
                self.send_by_wechat(at, funding, to, amount, note, obligation)
            }
            Event::ReceiveByWechat { from, amount } => {
                self.earn(at, Income::Person, from, amount);
                self.wechat.balance = self.wechat.balance.plus(amount);
                let order = format!("1000050001{}{}", compact(at.date()), self.random.digits(14));
                self.wechat.rows.push(WalletRow {
                    item: "转账备注:微信转账".to_owned(),
                    status: "已存入零钱".to_owned(),
                    ..wechat_row(at, "转账", from, Direction::In, amount, order)
                });
                Ok(())
            }
            Event::Withdraw { wallet, bank, keep } => self.withdraw(at, wallet, bank, keep),
            Event::RepayHuabei { bank, month } => {
                let amount = self.alipay.huabei.remove(&month).unwrap_or(Money::ZERO);
                let item = format!("花呗自动还款-{}年{:02}月账单", month.first_day().year(), month.first_day().month());
                self.repay_by_alipay(at, bank, amount, ("花呗", Obligation::Huabei), &item)
            }
            Event::RepayJiebei { bank, amount } => self.repay_by_alipay(
                at,
                bank,
                amount,
                ("重庆蚂蚁消费金融有限公司", Obligation::ConsumerLoan),
                "借呗还款",
            ),
            Event::PayOutJiebei { bank, amount } => self.pay_out_jiebei(at, bank, amount),
            Event::RepayLoan { bank, lender, amount, obligation } => {
                self.pay(at, obligation, lender.name, amount);
                let other = Other { name: lender.name, account: lender.account, note: "" };
                self.post(bank, at, amount.negated(), Kind::LoanPayment, &other)
            }
            Event::RepayCard { bank, issuer, amount } => {
                self.pay(at, Obligation::CreditCard, issuer, amount);
                let order = self.wechat_order(at);
                let method = self.account(bank)?.card();
                self.wechat.rows.push(WalletRow {
                    method,
                    status: "支付成功".to_owned(),
                    ..wechat_row(at, "信用卡还款", &format!("{issuer}信用卡还款"), Direction::Neutral, amount, order)
                });
                let kind = Kind::QuickPay(WalletKind::Wechat);
                self.leg(at, LegKind::Repayment, WalletKind::Wechat, bank, amount.negated(), (kind, "信用卡还款"))
            }
            Event::Move { from, to, keep } => self.move_between(at, from, to, keep),
            Event::Yield { amount } => {
                let yesterday = at.date().yesterday().unwrap_or(at.date());
                let order = self.alipay_order(at);
                self.alipay.rows.push(WalletRow {
                    time: at,
                    kind: "投资理财".to_owned(),
                    counterparty: "天弘基金管理有限公司".to_owned(),
                    counterparty_account: "/".to_owned(),
                    item: format!("余额宝-{}-收益发放", dashed(yesterday).replace('-', ".")),
                    direction: Direction::Neutral,
                    amount,
                    method: "余额宝".to_owned(),
                    status: "交易成功".to_owned(),
                    order,
                    merchant_order: String::new(),
                    remark: String::new(),
                });
                Ok(())
            }
            Event::Cash { bank, amount } => {
                if !self.affords(bank, amount) {
                    return Ok(());
                }
                self.spend(at, Spending::Cash, "", amount);
                self.post(bank, at, amount.negated(), Kind::Cash, &Other::default())
            }
            Event::Interest { bank } => {
                let account = self.account(bank)?;
                let Some(paid) = interest::quarterly(&account.rows, account.initial, at.date()) else {
                    return Ok(());
                };
                let taxed = account.bank == Bank::Abc;
                self.earn(at, Income::Interest, "", paid);
                self.post(bank, at, paid, Kind::Interest, &Other::default())?;
                // Interest has not been taxed since 2008, but the bank still prints the line.
                if taxed { self.post(bank, at, Money::ZERO, Kind::InterestTax, &Other::default()) } else { Ok(()) }
            }
        }
    }

    fn account(&self, index: usize) -> Result<&Account, MakeError> {
        self.accounts.get(index).ok_or(MakeError::NoAccount { index })
    }

    fn affords(&self, bank: usize, amount: Money) -> bool {
        self.accounts.get(bank).is_some_and(|account| account.balance >= amount.plus(RESERVE))
    }

    fn earn(&mut self, at: DateTime, income: Income, payer: &str, amount: Money) {
        self.earned.push(Earned { on: at.date(), income, payer: payer.to_owned(), amount });
    }

    fn spend(&mut self, at: DateTime, on: Spending, payee: &str, amount: Money) {
        self.spent.push(Spent { at, on, payee: payee.to_owned(), amount });
    }

    fn pay(&mut self, at: DateTime, obligation: Obligation, payee: &str, amount: Money) {
        self.spend(at, Spending::Obligation, payee, amount);
        self.paid.push(Paid { on: at.date(), obligation, payee: payee.to_owned(), amount });
    }

    /// One row on a bank account.
    fn post(
        &mut self,
        bank: usize,
        at: DateTime,
        amount: Money,
        kind: Kind,
        other: &Other<'_>,
    ) -> Result<(), MakeError> {
        let account = self.accounts.get_mut(bank).ok_or(MakeError::NoAccount { index: bank })?;
        let balance = account.balance.plus(amount);
        if balance.is_negative() {
            let name = account.card();
            return Err(MakeError::Broke { account: name, amount: amount.abs(), on: at, balance: account.balance });
        }
        let texts = words::texts(account.bank, kind, other, &mut self.random);
        // Batch postings carry a short number, the rest nine digits, some behind a letter.
        let timed = !matches!(kind, Kind::Interest | Kind::InterestTax | Kind::LoanPayment);
        let log_number = match kind {
            Kind::Interest | Kind::InterestTax => "0000000010".to_owned(),
            _ if self.random.chance(25) => format!("P{}", self.random.digits(9)),
            _ => self.random.digits(9),
        };
        // A transfer that leaves within the second another row came in must not overtake it.
        let time = account.rows.last().map_or(at, |last| at.max(last.time));
        account.balance = balance;
        account.rows.push(BankRow {
            time,
            timed,
            amount,
            balance,
            description: texts.description,
            channel: texts.channel,
            place: texts.place,
            remark: texts.remark,
            counterparty: texts.counterparty,
            counterparty_account: texts.counterparty_account,
            log_number,
        });
        Ok(())
    }

    /// The bank's side of a wallet row, a few seconds later.
    fn leg(
        &mut self,
        at: DateTime,
        kind: LegKind,
        wallet: WalletKind,
        bank: usize,
        amount: Money,
        (words, merchant): (Kind, &str),
    ) -> Result<(), MakeError> {
        let seconds = self.random.between(1, 4);
        let bank_time = at
            .checked_add(seconds.seconds())
            .map_err(|source| MakeError::Calendar { what: "the bank's side of a payment", source })?;
        let account = if self.account(bank)?.bank == Bank::Cmb { self.random.digits(12) } else { String::new() };
        self.post(bank, bank_time, amount, words, &Other { name: merchant, account: &account, note: "" })?;
        let bank_time = self.account(bank)?.rows.last().map_or(bank_time, |row| row.time);
        self.legs.push(Leg { kind, wallet, bank, amount: amount.abs(), wallet_time: at, bank_time });
        Ok(())
    }

    fn alipay_order(&mut self, at: DateTime) -> String {
        format!("{}2200{}", compact(at.date()), self.random.digits(16))
    }

    fn wechat_order(&mut self, at: DateTime) -> String {
        format!("42000{}{}{}", self.random.digits(5), compact(at.date()), self.random.digits(10))
    }

    fn orders(&mut self, wallet: WalletKind, at: DateTime, till: bool) -> (String, String) {
        let order = match wallet {
            WalletKind::Alipay => self.alipay_order(at),
            WalletKind::Wechat => self.wechat_order(at),
        };
        let merchant_order = if till { self.random.code(20) } else { String::new() };
        (order, merchant_order)
    }

    fn purchase(
        &mut self,
        at: DateTime,
        wallet: WalletKind,
        funding: Funding,
        merchant: Merchant,
        amount: Money,
        returned: Option<Returned>,
    ) -> Result<(), MakeError> {
        let book = match wallet {
            WalletKind::Alipay => &mut self.alipay,
            WalletKind::Wechat => &mut self.wechat,
        };
        let method = match funding {
            Funding::Card(bank) => {
                if !self.affords(bank, amount) {
                    return Ok(());
                }
                self.account(bank)?.card()
            }
            Funding::Balance if book.balance < amount => return Ok(()),
            Funding::Balance => {
                book.balance = book.balance.minus(amount);
                if wallet == WalletKind::Alipay { "余额".to_owned() } else { "零钱".to_owned() }
            }
            Funding::Huabei => {
                let due = book.huabei.entry(Month::of(at.date())).or_insert(Money::ZERO);
                *due = due.plus(amount);
                "花呗".to_owned()
            }
        };
        let (order, merchant_order) = self.orders(wallet, at, merchant.till);
        let full = returned.is_some_and(|returned| returned.amount == amount);
        // Alipay closes an order that is sent back whole: neither it nor its refund ever counts. What is bought on
        // credit leaves no account until it is repaid.
        if funding != Funding::Huabei && !(full && wallet == WalletKind::Alipay) {
            self.spend(at, Spending::Purchase, merchant.name, amount);
        }
        match wallet {
            WalletKind::Alipay => {
                let status = if full { "交易关闭" } else { "交易成功" };
                self.alipay.rows.push(WalletRow {
                    status: status.to_owned(),
                    ..alipay_row(
                        at,
                        &merchant,
                        Direction::Out,
                        amount,
                        method.clone(),
                        order.clone(),
                        merchant_order.clone(),
                    )
                });
            }
            WalletKind::Wechat => {
                let (kind, item, status) = if merchant.till {
                    ("商户消费", merchant.item.to_owned(), "支付成功")
                } else {
                    ("扫二维码付款", "收款方备注:二维码收款".to_owned(), "已转账")
                };
                let status = match returned {
                    Some(_) if full => "已全额退款".to_owned(),
                    Some(returned) => format!("已退款(￥{})", returned.amount),
                    None => status.to_owned(),
                };
                self.wechat.rows.push(WalletRow {
                    item,
                    status,
                    method: method.clone(),
                    merchant_order: merchant_order.clone(),
                    ..wechat_row(at, kind, merchant.name, Direction::Out, amount, order.clone())
                });
            }
        }
        if let Funding::Card(bank) = funding {
            // A printed code carries no merchant to the bank.
            let named =
                if wallet == WalletKind::Wechat && !merchant.till { "扫二维码付款" } else { merchant.name };
            self.leg(at, LegKind::QuickPay, wallet, bank, amount.negated(), (Kind::QuickPay(wallet), named))?;
        }
        if let Some(returned) = returned {
            let later = at.checked_add(returned.after_days.days().hours(2).minutes(17));
            let later = later.map_err(|source| MakeError::Calendar { what: "a refund", source })?;
            let purchase = Made { at, wallet, funding, merchant, amount, order, merchant_order, method };
            self.plan(later, Event::Refund { purchase: Box::new(purchase), amount: returned.amount });
        }
        Ok(())
    }

    fn refund(&mut self, at: DateTime, purchase: &Made, amount: Money) -> Result<(), MakeError> {
        let wallet = purchase.wallet;
        let merchant = &purchase.merchant;
        let closed = amount == purchase.amount && wallet == WalletKind::Alipay;
        if purchase.funding != Funding::Huabei && !closed {
            // Netted against its purchase, whenever it came.
            self.spend(purchase.at, Spending::Purchase, merchant.name, amount.negated());
        }
        match wallet {
            WalletKind::Alipay => {
                let order = format!("{}_{}", purchase.order, self.random.digits(20));
                let mut row = alipay_row(
                    at,
                    merchant,
                    Direction::Neutral,
                    amount,
                    purchase.method.clone(),
                    order,
                    purchase.merchant_order.clone(),
                );
                row.kind = "退款".to_owned();
                row.item = format!("退款-{}", merchant.item);
                row.status = "退款成功".to_owned();
                self.alipay.rows.push(row);
            }
            WalletKind::Wechat => {
                let order = format!("50300{}{}{}", self.random.digits(5), compact(at.date()), self.random.digits(10));
                let status = if amount == purchase.amount {
                    "已全额退款".to_owned()
                } else {
                    format!("已退款￥{amount}")
                };
                let kind = format!("{}-退款", merchant.name);
                self.wechat.rows.push(WalletRow {
                    item: merchant.item.to_owned(),
                    status,
                    method: purchase.method.clone(),
                    ..wechat_row(at, &kind, merchant.name, Direction::In, amount, order)
                });
            }
        }
        match purchase.funding {
            Funding::Card(bank) => {
                self.leg(at, LegKind::QuickRefund, wallet, bank, amount, (Kind::QuickRefund(wallet), merchant.name))
            }
            Funding::Balance => {
                let book = if wallet == WalletKind::Alipay { &mut self.alipay } else { &mut self.wechat };
                book.balance = book.balance.plus(amount);
                Ok(())
            }
            Funding::Huabei => {
                let due = self.alipay.huabei.entry(Month::of(at.date())).or_insert(Money::ZERO);
                *due = due.minus(amount);
                Ok(())
            }
        }
    }

    fn send_by_wechat(
        &mut self,
        at: DateTime,
        funding: Funding,
        to: &str,
        amount: Money,
        note: &str,
        obligation: Option<Obligation>,
    ) -> Result<(), MakeError> {
        let method = match funding {
            Funding::Card(bank) => {
                if obligation.is_none() && !self.affords(bank, amount) {
                    return Ok(());
                }
                self.account(bank)?.card()
            }
            _ if self.wechat.balance < amount => return Ok(()),
            _ => {
                self.wechat.balance = self.wechat.balance.minus(amount);
                "零钱".to_owned()
            }
        };
        match obligation {
            Some(obligation) => self.pay(at, obligation, to, amount),
            None => self.spend(at, Spending::Person, to, amount),
        }
        let order = format!("1000050001{}{}", compact(at.date()), self.random.digits(14));
        self.wechat.rows.push(WalletRow {
            item: format!("转账备注:{note}"),
            status: "对方已收钱".to_owned(),
            method,
            ..wechat_row(at, "转账", to, Direction::Out, amount, order)
        });
        match funding {
            Funding::Card(bank) => {
                let kind = Kind::QuickPay(WalletKind::Wechat);
                self.leg(at, LegKind::QuickPay, WalletKind::Wechat, bank, amount.negated(), (kind, "微信转账"))
            }
            _ => Ok(()),
        }
    }

    fn withdraw(&mut self, at: DateTime, wallet: WalletKind, bank: usize, keep: Money) -> Result<(), MakeError> {
        let card = self.account(bank)?.card();
        let book = if wallet == WalletKind::Alipay { &mut self.alipay } else { &mut self.wechat };
        let above = book.balance.minus(keep).ten_thousandths();
        let whole = Money::from_ten_thousandths(above - above.rem_euclid(10_000));
        if whole < Money::from_fen(10_000) {
            return Ok(());
        }
        // Both wallets take 0.1 %, at least 0.10; WeChat's row shows the amount with the fee in it.
        let fee = Money::from_fen((whole.ten_thousandths() / 100 / 1000).max(10));
        book.balance = book.balance.minus(whole);
        match wallet {
            WalletKind::Alipay => {
                let order = self.alipay_order(at);
                self.alipay.rows.push(WalletRow {
                    time: at,
                    kind: "账户存取".to_owned(),
                    counterparty: card,
                    counterparty_account: "/".to_owned(),
                    item: "提现-实时提现".to_owned(),
                    direction: Direction::Neutral,
                    amount: whole,
                    method: "余额".to_owned(),
                    status: "提取成功".to_owned(),
                    order,
                    merchant_order: String::new(),
                    remark: format!("服务费¥{fee}"),
                });
            }
            WalletKind::Wechat => {
                let order = format!("2070{}{}{}", self.random.digits(4), compact(at.date()), self.random.digits(14));
                self.wechat.rows.push(WalletRow {
                    method: card.clone(),
                    status: "提现已到账".to_owned(),
                    remark: format!("服务费¥{fee}"),
                    ..wechat_row(at, "零钱提现", &card, Direction::Neutral, whole, order)
                });
            }
        }
        let arriving = whole.minus(fee);
        self.leg(at, LegKind::Withdrawal, wallet, bank, arriving, (Kind::WalletPayout(wallet), words::company(wallet)))
    }

    fn repay_by_alipay(
        &mut self,
        at: DateTime,
        bank: usize,
        amount: Money,
        (lender, obligation): (&str, Obligation),
        item: &str,
    ) -> Result<(), MakeError> {
        if !amount.is_positive() {
            return Ok(());
        }
        self.pay(at, obligation, lender, amount);
        let order = self.alipay_order(at);
        let method = self.account(bank)?.card();
        self.alipay.rows.push(WalletRow {
            time: at,
            kind: "信用借还".to_owned(),
            counterparty: lender.to_owned(),
            counterparty_account: "/".to_owned(),
            item: item.to_owned(),
            direction: Direction::Neutral,
            amount,
            method,
            status: "还款成功".to_owned(),
            order,
            merchant_order: String::new(),
            remark: String::new(),
        });
        let kind = Kind::QuickPay(WalletKind::Alipay);
        let named = if obligation == Obligation::Huabei { "花呗还款" } else { item };
        self.leg(at, LegKind::Repayment, WalletKind::Alipay, bank, amount.negated(), (kind, named))
    }

    fn pay_out_jiebei(&mut self, at: DateTime, bank: usize, amount: Money) -> Result<(), MakeError> {
        let lender = "重庆蚂蚁消费金融有限公司";
        self.earn(at, Income::Loan, lender, amount);
        let order = self.alipay_order(at);
        let method = self.account(bank)?.card();
        self.alipay.rows.push(WalletRow {
            time: at,
            kind: "信用借还".to_owned(),
            counterparty: lender.to_owned(),
            counterparty_account: "/".to_owned(),
            item: "借呗放款至银行卡".to_owned(),
            direction: Direction::Neutral,
            amount,
            method,
            status: "放款成功".to_owned(),
            order,
            merchant_order: String::new(),
            remark: String::new(),
        });
        self.leg(at, LegKind::LoanPayout, WalletKind::Alipay, bank, amount, (Kind::LoanPayout, lender))
    }

    fn move_between(&mut self, at: DateTime, from: usize, to: usize, keep: Money) -> Result<(), MakeError> {
        let (sender, receiver) = (self.account(from)?, self.account(to)?);
        let above = sender.balance.minus(keep).ten_thousandths();
        let amount = Money::from_ten_thousandths(above - above.rem_euclid(1_000_000));
        if !amount.is_positive() {
            return Ok(());
        }
        let (out, into) = (receiver.number.clone(), sender.number.clone());
        let owner = self.owner.clone();
        let later = at.checked_add(6.seconds());
        let later = later.map_err(|source| MakeError::Calendar { what: "an own transfer", source })?;
        self.post(from, at, amount.negated(), Kind::TransferOut, &Other { name: &owner, account: &out, note: "转账" })?;
        self.post(to, later, amount, Kind::TransferIn, &Other { name: &owner, account: &into, note: "转账" })
    }
}

fn alipay_row(
    at: DateTime,
    merchant: &Merchant,
    direction: Direction,
    amount: Money,
    method: String,
    order: String,
    merchant_order: String,
) -> WalletRow {
    WalletRow {
        time: at,
        kind: merchant.category.to_owned(),
        counterparty: merchant.name.to_owned(),
        counterparty_account: merchant.account.to_owned(),
        item: merchant.item.to_owned(),
        direction,
        amount,
        method,
        status: "交易成功".to_owned(),
        order,
        merchant_order,
        remark: String::new(),
    }
}

fn wechat_row(
    at: DateTime,
    kind: &str,
    counterparty: &str,
    direction: Direction,
    amount: Money,
    order: String,
) -> WalletRow {
    WalletRow {
        time: at,
        kind: kind.to_owned(),
        counterparty: counterparty.to_owned(),
        counterparty_account: String::new(),
        item: String::new(),
        direction,
        amount,
        method: String::new(),
        status: String::new(),
        order,
        merchant_order: String::new(),
        remark: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use merchants::DAILY;

    fn world() -> World {
        let account = Account::new(Bank::Cmb, "6214830100005678", Money::from_fen(100_000));
        World::new("某人", vec![account], 1)
    }

    #[test]
    fn a_quick_payment_and_its_refund_stand_in_both() {
        let mut world = world();
        let amount = Money::from_fen(1_650);
        world.plan(
            date(2026, 3, 1).at(12, 0, 0, 0),
            Event::Purchase {
                wallet: WalletKind::Alipay,
                funding: Funding::Card(0),
                merchant: DAILY[0],
                amount,
                returned: Some(Returned { after_days: 2, amount }),
            },
        );
        world.live(date(2026, 3, 31)).unwrap();
        let [out, back] = &world.alipay.rows[..] else { panic!("two rows") };
        assert_eq!((out.status.as_str(), back.status.as_str()), ("交易关闭", "退款成功"));
        assert!(back.order.starts_with(&format!("{}_", out.order)));
        let bank: Vec<String> = world.accounts[0].rows.iter().map(|row| row.amount.to_string()).collect();
        assert_eq!(bank, ["-16.50", "16.50"]);
        assert_eq!(world.accounts[0].balance, Money::from_fen(100_000));
        assert_eq!(world.legs.len(), 2);
    }

    #[test]
    fn a_withdrawal_arrives_less_its_fee() {
        let mut world = world();
        world
            .plan(date(2026, 3, 1).at(9, 0, 0, 0), Event::Receipt { from: "大鹏", amount: Money::from_fen(1_234_567) });
        world.plan(
            date(2026, 3, 1).at(21, 0, 0, 0),
            Event::Withdraw { wallet: WalletKind::Wechat, bank: 0, keep: Money::ZERO },
        );
        world.live(date(2026, 3, 1)).unwrap();
        assert_eq!(world.wechat.rows[1].amount.to_string(), "12345.00");
        assert_eq!(world.wechat.rows[1].remark, "服务费¥12.34");
        assert_eq!(world.accounts[0].rows[0].amount.to_string(), "12332.66");
        assert_eq!(world.wechat.balance.to_string(), "0.67");
    }

    #[test]
    fn an_obligation_beyond_the_balance_stops_the_life() {
        let mut world = world();
        world.plan(
            date(2026, 3, 1).at(9, 0, 0, 0),
            Event::RepayLoan {
                bank: 0,
                lender: Party { name: "某贷", account: "" },
                amount: Money::from_fen(100_001),
                obligation: Obligation::BankLoan,
            },
        );
        assert!(matches!(world.live(date(2026, 3, 1)), Err(MakeError::Broke { .. })));
    }
}
