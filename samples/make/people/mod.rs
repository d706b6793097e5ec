//! The applicants: who they are, how their months go, which papers they hand in.

mod gig;
mod merchant;
mod salaried;

use jiff::civil::{Date, DateTime, Weekday, date};
use model::Money;
use serde_json::Value;

use crate::MakeError;
use crate::layout::{BankLayout, WalletLayout};
use crate::life::merchants::{DAILY, Merchant, ONLINE};
use crate::life::{Account, Event, Funding, Returned, WalletKind, World};
use crate::rows::{BankRow, BankStatement, Holder, WalletRow, WalletStatement, Window};

/// What every paper covers.
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
    Ok(vec![salaried::applicant()?, gig::applicant()?, merchant::applicant()?])
}

fn bank_paper(
    world: &World,
    account: usize,
    layout: BankLayout,
    holder: &Holder,
    (branch, printed, code): (&str, DateTime, &str),
) -> Result<Paper, MakeError> {
    let book: &Account = world.accounts.get(account).ok_or(MakeError::NoAccount { index: account })?;
    let rows: Vec<BankRow> = book.rows.iter().filter(|row| WINDOW.contains(row.time.date())).cloned().collect();
    Ok(Paper::Bank {
        layout,
        account,
        statement: BankStatement {
            holder: holder.clone(),
            account: book.number.clone(),
            branch: branch.to_owned(),
            window: WINDOW,
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
        let returned = if online && world.random.chance(18) {
            let part = world.random.chance(40).then(|| Money::from_fen(amount.ten_thousandths() / 100 / 3));
            Some(Returned { after_days: world.random.between(1, 6), amount: part.unwrap_or(amount) })
        } else {
            None
        };
        world.plan(at, Event::Purchase { wallet: habit.wallet, funding, merchant, amount, returned });
    }
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
