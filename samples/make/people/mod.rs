//! The applicants: who they are, how their months go, which papers they hand in.

pub mod drawn;
mod farmer;
mod gig;
mod merchant;
mod salaried;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday, date};
use model::Money;
use serde_json::Value;

use crate::MakeError;
use crate::layout::{BankLayout, WalletLayout};
use crate::life::merchants::{DAILY, Merchant, ONLINE};
use crate::life::{Account, Event, Funding, Returned, WalletKind, World};
use crate::rows::{BankRow, BankStatement, Holder, WalletRow, WalletStatement, Window};

/// What the papers cover, unless they say otherwise.
pub const WINDOW: Window = Window { from: date(2026, 2, 1), to: date(2026, 8, 31) };
/// Lives begin before the window, so that the first interest in it has its whole quarter.
const BEGINNING: Date = date(2025, 12, 1);

/// A person, a life, and its papers.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// The folder's name under `samples/`.
    pub folder: &'static str,
    pub holder: Holder,
    /// The contract's `--declared` file.
    pub declared: Value,
    pub world: World,
    pub papers: Vec<Paper>,
}

/// One document and the account it is about.
#[derive(Debug, Clone)]
pub enum Paper {
    Bank { layout: BankLayout, account: usize, statement: BankStatement },
    Wallet { layout: WalletLayout, wallet: WalletKind, statement: WalletStatement },
}

impl Paper {
    /// The file's bytes.
    ///
    /// # Errors
    /// [`MakeError`] when a writer refuses.
    pub fn print(&self) -> Result<Vec<u8>, MakeError> {
        match self {
            Self::Bank { layout, statement, .. } => layout.print(statement),
            Self::Wallet { layout, statement, .. } => layout.print(statement),
        }
    }

    #[must_use]
    pub fn file_name(&self) -> String {
        match self {
            Self::Bank { layout, statement, .. } => layout.file_name(statement),
            Self::Wallet { layout, statement, .. } => layout.file_name(statement),
        }
    }
}

/// Everyone under `samples/`.
///
/// # Errors
/// [`MakeError::Broke`] when a life was planned too expensively.
pub fn all() -> Result<Vec<Applicant>, MakeError> {
    Ok(vec![salaried::applicant()?, gig::applicant()?, merchant::applicant()?, farmer::applicant()?])
}

/// Everyone, made once for all tests.
#[cfg(test)]
pub(crate) fn everyone() -> &'static [Applicant] {
    static EVERYONE: std::sync::OnceLock<Vec<Applicant>> = std::sync::OnceLock::new();
    EVERYONE.get_or_init(|| all().unwrap())
}

fn bank_paper(
    world: &World,
    account: usize,
    layout: BankLayout,
    holder: &Holder,
    window: Window,
    (branch, printed, code): (&str, DateTime, &str),
) -> Result<Paper, MakeError> {
    let book: &Account = world.accounts.get(account).ok_or(MakeError::NoAccount { index: account })?;
    let rows: Vec<BankRow> = book.rows.iter().filter(|row| window.contains(row.time.date())).cloned().collect();
    Ok(Paper::Bank {
        layout,
        account,
        statement: BankStatement {
            holder: holder.clone(),
            account: book.number.clone(),
            branch: branch.to_owned(),
            window,
            printed,
            code: code.to_owned(),
            rows,
            counted: None,
        },
    })
}

fn wallet_paper(
    world: &World,
    wallet: WalletKind,
    layout: WalletLayout,
    holder: &Holder,
    (account, exported): (&str, DateTime),
) -> Paper {
    let book = match wallet {
        WalletKind::Alipay => &world.alipay,
        WalletKind::Wechat => &world.wechat,
    };
    let rows: Vec<WalletRow> = book.rows.iter().filter(|row| WINDOW.contains(row.time.date())).cloned().collect();
    Paper::Wallet {
        layout,
        wallet,
        statement: WalletStatement {
            holder: holder.clone(),
            account: account.to_owned(),
            window: WINDOW,
            exported,
            rows,
            counted: None,
        },
    }
}

/// Every day of a life, in order.
fn days() -> impl Iterator<Item = Date> {
    BEGINNING.series(jiff::Span::new().days(1)).take_while(|day| *day <= WINDOW.to)
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// True on the day on which something due on the `due`th of the month is paid: that day, or the last working
/// day before it.
fn is_payday(day: Date, due: i8) -> bool {
    let Ok(mut paid) = Date::new(day.year(), day.month(), due) else {
        return false;
    };
    while is_weekend(paid) {
        let Ok(earlier) = paid.yesterday() else {
            return false;
        };
        paid = earlier;
    }
    paid == day
}

fn yuan(whole: i64) -> Money {
    Money::from_fen(whole.saturating_mul(100))
}

/// A moment of a day between two hours.
fn sometime(world: &mut World, day: Date, from_hour: i8, to_hour: i8) -> DateTime {
    let hour = world.random.between(i64::from(from_hour), i64::from(to_hour)) as i8;
    let (minute, second) = (world.random.between(0, 59) as i8, world.random.between(0, 59) as i8);
    day.at(hour, minute, second, 0)
}

/// How somebody pays: each funding with its share in a hundred.
struct Habit<'a> {
    wallet: WalletKind,
    fundings: &'a [(Funding, i64)],
    /// Purchases a day, at least and at most.
    per_day: (i64, i64),
    online_percent: i64,
}

/// Plans a day's small purchases.
fn spend(world: &mut World, day: Date, habit: &Habit<'_>) {
    let count = world.random.between(habit.per_day.0, habit.per_day.1);
    for _ in 0..count {
        let online = world.random.chance(habit.online_percent);
        let choices: &[Merchant] = if online { &ONLINE } else { &DAILY };
        let Some(&merchant) = world.random.pick(choices) else {
            continue;
        };
        let amount = Money::from_fen(world.random.between(merchant.low, merchant.high));
        let at = sometime(world, day, 7, 21);
        let mut draw = world.random.between(0, 99);
        let mut funding = None;
        for &(choice, share) in habit.fundings {
            if draw < share {
                funding = Some(choice);
                break;
            }
            draw -= share;
        }
        let Some(funding) = funding else {
            continue;
        };
        let returned = if online && world.random.chance(18) { returned(world, day, amount) } else { None };
        world.plan(at, Event::Purchase { wallet: habit.wallet, funding, merchant, amount, returned });
    }
}

/// The whole or a third comes back within a week; nothing that would come back after the papers were drawn,
/// for they could not know of it.
fn returned(world: &mut World, day: Date, amount: Money) -> Option<Returned> {
    let part = world.random.chance(40).then(|| Money::from_fen(amount.ten_thousandths() / 100 / 3));
    let after_days = world.random.between(1, 6);
    let back = day.checked_add((after_days + 1).days()).ok()?;
    (back <= WINDOW.to).then(|| Returned { after_days, amount: part.unwrap_or(amount) })
}

/// Plans a bill that is always paid by the same card and never sent back.
fn bill(world: &mut World, at: DateTime, wallet: WalletKind, bank: usize, merchant: Merchant) {
    let amount = Money::from_fen(world.random.between(merchant.low, merchant.high));
    world.plan(at, Event::Purchase { wallet, funding: Funding::Card(bank), merchant, amount, returned: None });
}

/// Plans the interest postings of an account.
fn interest(world: &mut World, bank: usize) {
    for day in [date(2026, 3, 21), date(2026, 6, 21)] {
        world.plan(day.at(2, 13, 40, 0), Event::Interest { bank });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::interest::{closing, quarterly};
    use crate::life::{LegKind, words};
    use crate::rows::Direction;

    #[test]
    fn balances_run_exactly_and_never_below_zero() {
        for applicant in everyone() {
            for account in &applicant.world.accounts {
                let mut balance = account.initial;
                for row in &account.rows {
                    balance = balance.plus(row.amount);
                    assert_eq!(row.balance, balance, "{} {}", applicant.folder, row.time);
                    assert!(!balance.is_negative());
                }
                assert!(account.rows.is_sorted_by_key(|row| row.time));
            }
        }
    }

    #[test]
    fn every_leg_stands_in_its_wallet_and_in_its_bank() {
        for applicant in everyone() {
            let world = &applicant.world;
            for leg in &world.legs {
                let book = if leg.wallet == WalletKind::Alipay { &world.alipay } else { &world.wechat };
                let row =
                    book.rows.iter().find(|row| row.time == leg.wallet_time && leg_fits(leg.kind, row, leg.amount));
                let card = world.accounts[leg.bank].card();
                assert!(row.is_some_and(|row| row.method == card || row.counterparty == card), "{leg:?}");
                let posted = world.accounts[leg.bank]
                    .rows
                    .iter()
                    .any(|row| row.time == leg.bank_time && row.amount.abs() == leg.amount);
                assert!(posted, "{leg:?}");
                let seconds = leg.wallet_time.until(leg.bank_time).unwrap().total(jiff::Unit::Second).unwrap();
                assert!((0.0..86_400.0).contains(&seconds));
            }
        }
    }

    /// A withdrawal's wallet row holds the fee as well.
    fn leg_fits(kind: LegKind, row: &WalletRow, amount: Money) -> bool {
        match kind {
            LegKind::Withdrawal => {
                let fee = row.remark.strip_prefix("服务费¥").and_then(|fee| Money::read(fee).ok());
                fee.is_some_and(|fee| row.amount.minus(fee) == amount)
            }
            _ => row.amount == amount,
        }
    }

    #[test]
    fn interest_follows_from_daily_balances() {
        for applicant in everyone() {
            for account in &applicant.world.accounts {
                for settled in [date(2026, 3, 21), date(2026, 6, 21)] {
                    let row = account.rows.iter().find(|row| {
                        row.time.date() == settled && row.description.contains("息") && !row.amount.is_zero()
                    });
                    let row = row.unwrap_or_else(|| panic!("{} has no interest on {settled}", account.card()));
                    assert_eq!(Some(row.amount), quarterly(&account.rows, account.initial, settled));
                }
                assert_eq!(closing(&account.rows, account.initial, WINDOW.to), account.balance);
            }
        }
    }

    #[test]
    fn refunds_pair_by_each_wallets_own_rule() {
        let mut pairs = 0;
        for applicant in everyone() {
            for refund in applicant.world.alipay.rows.iter().filter(|row| row.status == "退款成功") {
                let (order, _) = refund.order.split_once('_').unwrap();
                let original = applicant.world.alipay.rows.iter().find(|row| row.order == order).unwrap();
                assert_eq!(original.merchant_order, refund.merchant_order);
                assert_eq!(original.status == "交易关闭", original.amount == refund.amount);
                assert_eq!(refund.direction, Direction::Neutral);
                pairs += 1;
            }
            for refund in applicant.world.wechat.rows.iter().filter(|row| row.kind.ends_with("-退款")) {
                let fits =
                    |row: &&WalletRow| row.counterparty == refund.counterparty && row.direction == Direction::Out;
                let whole = refund.status == "已全额退款";
                assert!(applicant.world.wechat.rows.iter().filter(fits).any(|row| {
                    if whole {
                        row.amount == refund.amount
                    } else {
                        row.status == format!("已退款(￥{})", refund.amount)
                    }
                }));
                pairs += 1;
            }
        }
        assert!(pairs > 10, "{pairs} refunds are too few to show anything");
    }

    #[test]
    fn papers_name_the_gateway_of_a_quick_payment() {
        for applicant in everyone() {
            for leg in applicant.world.legs.iter().filter(|leg| leg.kind == LegKind::QuickPay) {
                let account = &applicant.world.accounts[leg.bank];
                let row = account.rows.iter().find(|row| row.time == leg.bank_time && row.amount.abs() == leg.amount);
                let row = row.unwrap();
                let words =
                    [&row.description, &row.place, &row.remark, &row.counterparty].map(String::as_str).join(" ");
                let names = match leg.wallet {
                    WalletKind::Alipay => ["支付宝", words::company(WalletKind::Alipay)],
                    WalletKind::Wechat => ["财付通", "微信支付"],
                };
                assert!(names.iter().any(|name| words.contains(name)), "{words}");
            }
        }
    }
}
