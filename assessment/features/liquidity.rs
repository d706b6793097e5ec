//! L01 to L11: what the applicant has at hand.

use std::rc::Rc;

use jiff::civil::Date;
use model::ledger::{Category, Entry, Grade};
use model::statement::{Flow, StatementKind};
use model::{Money, Month, Period};
use rust_decimal::Decimal;

use super::balances::Balances;
use super::parameters::{TERMS, demand_rate};
use super::view::{Basis, View, Window};
use super::{Definition, Measured, Value, statistics};

const ONE: Window = Window::Months(1);
const THREE: Window = Window::Months(3);
const SIX: Window = Window::Months(6);

pub(super) const FEATURES: &[Definition] = &[
    Definition {
        name: "avg_daily_balance",
        unit: "CNY",
        windows: &[SIX, THREE, ONE],
        basis: Basis::Balances,
        meaning_zh: "日均余额",
        meaning_en: "L01: mean of daily balances",
        function: |view, window| of_balances(view, window, |balances| statistics::mean(&balances.known())),
    },
    Definition {
        name: "median_daily_balance",
        unit: "CNY",
        windows: &[SIX, THREE],
        basis: Basis::Balances,
        meaning_zh: "日余额中位数",
        meaning_en: "L02: median of daily balances",
        function: |view, window| of_balances(view, window, |balances| statistics::median(&balances.known())),
    },
    Definition {
        name: "min_balance",
        unit: "CNY",
        windows: &[THREE],
        basis: Basis::Balances,
        meaning_zh: "最低余额",
        meaning_en: "L03: lowest balance, within the day where one account tells it",
        function: |view, window| of_balances(view, window, lowest),
    },
    Definition {
        name: "eod_on_5_10_15_20_25_30",
        unit: "CNY",
        windows: PER_MONTH,
        basis: Basis::Balances,
        meaning_zh: "每月5、10、15、20、25、30日日终余额的均值",
        meaning_en: "L04: mean of the balances at the end of the 5th, 10th, 15th, 20th, 25th and 30th",
        function: |view, window| on_days(view, window, &FIXED_DAYS, |_| (Money::ZERO, Vec::new())),
    },
    Definition {
        name: "eod_on_5",
        unit: "CNY",
        windows: PER_MONTH,
        basis: Basis::Balances,
        meaning_zh: "5日日终余额",
        meaning_en: "L04: balance at the end of the 5th",
        function: |view, window| on_day(view, window, 5),
    },
    Definition {
        name: "eod_on_10",
        unit: "CNY",
        windows: PER_MONTH,
        basis: Basis::Balances,
        meaning_zh: "10日日终余额",
        meaning_en: "L04: balance at the end of the 10th",
        function: |view, window| on_day(view, window, 10),
    },
    Definition {
        name: "eod_on_15",
        unit: "CNY",
        windows: PER_MONTH,
        basis: Basis::Balances,
        meaning_zh: "15日日终余额",
        meaning_en: "L04: balance at the end of the 15th",
        function: |view, window| on_day(view, window, 15),
    },
    Definition {
        name: "eod_on_20",
        unit: "CNY",
        windows: PER_MONTH,
        basis: Basis::Balances,
        meaning_zh: "20日日终余额",
        meaning_en: "L04: balance at the end of the 20th",
        function: |view, window| on_day(view, window, 20),
    },
    Definition {
        name: "eod_on_25",
        unit: "CNY",
        windows: PER_MONTH,
        basis: Basis::Balances,
        meaning_zh: "25日日终余额",
        meaning_en: "L04: balance at the end of the 25th",
        function: |view, window| on_day(view, window, 25),
    },
    Definition {
        name: "eod_on_30",
        unit: "CNY",
        windows: PER_MONTH,
        basis: Basis::Balances,
        meaning_zh: "30日（不足则月末）日终余额",
        meaning_en: "L04: balance at the end of the 30th, or of the month where it is shorter",
        function: |view, window| on_day(view, window, 30),
    },
    Definition {
        name: "eod_net_of_loans",
        unit: "CNY",
        windows: PER_MONTH,
        basis: Basis::Balances,
        meaning_zh: "固定日余额均值，扣除此前30日内到账的借款",
        meaning_en: "L05: the mean of L04 with loans paid out in the 30 days before each day taken off",
        function: net_of_loans,
    },
    Definition {
        name: "low_balance_days",
        unit: "count",
        windows: &[THREE, ONE],
        basis: Basis::Balances,
        meaning_zh: "低余额天数",
        meaning_en: "L06: days with a balance below 100 yuan or 5 % of a month's eligible inflow, the larger",
        function: low_balance_days,
    },
    Definition {
        name: "negative_or_overdraft_days",
        unit: "count",
        windows: &[THREE],
        basis: Basis::Balances,
        meaning_zh: "余额为负的天数",
        meaning_en: "L07: days on which an account is below zero",
        function: overdraft_days,
    },
    Definition {
        name: "days_of_cover",
        unit: "days",
        windows: &[THREE],
        basis: Basis::Balances,
        meaning_zh: "日均余额可覆盖支出的天数",
        meaning_en: "L08: mean daily balance over mean daily outflow",
        function: days_of_cover,
    },
    Definition {
        name: "savings_rate",
        unit: "ratio",
        windows: &[SIX, THREE],
        basis: Basis::Shown,
        meaning_zh: "储蓄率",
        meaning_en: "L09: share of eligible inflow that is not consumed",
        function: savings_rate,
    },
    Definition {
        name: "liquid_wealth_moves",
        unit: "CNY",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "转入定期、理财及货币基金减转出的净额",
        meaning_en: "L10: moved to own deposits, funds and money-market balances, less what came back",
        function: liquid_wealth_moves,
    },
    Definition {
        name: "interest_implied_adb",
        unit: "CNY",
        windows: &[Window::Quarter],
        basis: Basis::Shown,
        meaning_zh: "由季度结息反推的日均余额",
        meaning_en: "L11: average daily balance implied by the quarter's interest at the listed demand rate",
        function: interest_implied_adb,
    },
];

/// Months looked back to by figures per month: the half year of the other windows.
const PER_MONTH: &[Window] = &[
    Window::MonthBack(0),
    Window::MonthBack(1),
    Window::MonthBack(2),
    Window::MonthBack(3),
    Window::MonthBack(4),
    Window::MonthBack(5),
];

/// The days of a month on which balances are looked at (L04); the last stands for the month's last where it is shorter.
const FIXED_DAYS: [i8; 6] = [5, 10, 15, 20, 25, 30];

/// The balances on fixed days of a month, as they stand or with other money taken off.
fn on_days(
    view: &View<'_>,
    window: Window,
    days: &[i8],
    mut taken_off: impl FnMut(Date) -> (Money, Vec<usize>),
) -> Measured {
    let Some(month) = view.period(window).map(|period| Month::of(period.from)) else {
        return Measured::missing("no_complete_month");
    };
    let balances = view.daily(month.period());
    let mut found = Vec::with_capacity(days.len());
    let mut rows = balances.rows.clone();
    for &day in days {
        let day = day.min(month.last_day().day());
        let Some(Some(balance)) = usize::try_from(day - 1).ok().and_then(|place| balances.days.get(place)) else {
            return Measured::missing("no_balances");
        };
        let Ok(date) = Date::new(month.first_day().year(), month.first_day().month(), day) else {
            return Measured::missing("out_of_range");
        };
        let (off, off_rows) = taken_off(date);
        found.push(balance.minus(off));
        rows.extend(off_rows);
    }
    let grade = balances.grade;
    Measured::maybe(statistics::mean(&found).map(Value::Money), "no_balances", rows).graded(grade)
}

fn on_day(view: &View<'_>, window: Window, day: i8) -> Measured {
    on_days(view, window, &[day], |_| (Money::ZERO, Vec::new()))
}

/// Days before a balance in which a loan paid out is taken off it (L05).
const LOAN_DAYS: i64 = 30;

fn net_of_loans(view: &View<'_>, window: Window) -> Measured {
    let loan = |index: &usize| {
        view.entry(*index).is_some_and(|entry| {
            entry.category == Category::LoanDisbursement && entry.flow != Flow::Out && !entry.amount.is_zero()
        })
    };
    let loans: Vec<usize> = view.all_events().into_iter().filter(loan).collect();
    on_days(view, window, &FIXED_DAYS, |day| {
        let recent = |index: &&usize| {
            let date = view.entry(**index).and_then(|entry| entry.time).map(|when| when.date);
            date.is_some_and(|date| (0..LOAN_DAYS).contains(&model::dates::days_between(date, day)))
        };
        let rows: Vec<usize> = loans.iter().filter(recent).copied().collect();
        let sum = rows.iter().filter_map(|index| view.entry(*index)).map(|entry| entry.amount.abs()).sum();
        (sum, rows)
    })
}

fn liquid_wealth_moves(view: &View<'_>, window: Window) -> Measured {
    let mut net = Money::ZERO;
    let mut rows = Vec::new();
    for index in view.rows_in(window) {
        let Some(entry) = view.entry(index) else { continue };
        // Of two legs of one move the first tells.
        let other = entry.own_transfer.or(entry.same_event).is_some_and(|other| (other as usize) < index);
        if other || !entry.status.counts() {
            continue;
        }
        let Some(moved) = saved(entry) else { continue };
        net = net.plus(moved);
        rows.push(index);
    }
    Measured::new(Value::Money(net.to_decimal()), rows)
}

/// What a row puts aside; negative for what it takes back, `None` for other rows.
fn saved(entry: &Entry) -> Option<Money> {
    let said = |words: &[String]| {
        let texts = [&entry.description, &entry.remark, &entry.counterparty];
        texts.into_iter().flatten().any(|text| words.iter().any(|word| text.contains(word.as_str())))
    };
    let amount = entry.amount.abs();
    match (entry.category, entry.flow) {
        (Category::InvestmentRedemption, _) | (Category::Investment, Flow::In) => Some(amount.negated()),
        (Category::Investment, _) => Some(amount),
        (Category::OwnTransfer, Flow::Out) if said(&TERMS.savings_words) => Some(amount),
        (Category::OwnTransfer, Flow::In) if said(&TERMS.savings_words) => Some(amount.negated()),
        // A neutral row has no direction of its own.
        (Category::OwnTransfer, Flow::Neutral) if said(&TERMS.savings_words) => {
            if said(&TERMS.savings_out_words) {
                Some(amount.negated())
            } else {
                said(&TERMS.savings_in_words).then_some(amount)
            }
        }
        _ => None,
    }
}

/// Days of a year in the banks' arithmetic (catalogue, 5.2).
const INTEREST_YEAR: Decimal = Decimal::from_parts(360, 0, 0, false, 0);

fn interest_implied_adb(view: &View<'_>, window: Window) -> Measured {
    let Some(period) = view.period(window) else { return Measured::missing("no_interest") };
    let Some(posted) = period.to.tomorrow().ok() else { return Measured::missing("out_of_range") };
    // Posted on the 21st; some banks post on the evening of the 20th.
    let posting = Period { from: period.to, to: posted };
    let is_interest = |index: &usize| {
        view.entry(*index).is_some_and(|entry| {
            let kind = view.ledger.accounts.get(entry.account as usize).map(|account| account.kind);
            entry.category == Category::Interest
                && entry.flow == Flow::In
                && kind == Some(StatementKind::DepositAccount)
        })
    };
    let rows: Vec<usize> = view.events_between(posting).into_iter().filter(is_interest).collect();
    if rows.is_empty() {
        return Measured::missing("no_interest");
    }
    let Some(rate) = demand_rate(posted) else { return Measured::missing("no_rate") };
    let interest: Money = rows.iter().filter_map(|index| view.entry(*index)).map(|entry| entry.amount).sum();
    let days = Decimal::from(period.days());
    let implied = (interest.to_decimal() * INTEREST_YEAR).checked_div(rate * days);
    Measured::maybe(implied.map(Value::Money), "out_of_range", rows)
}

fn daily(view: &View<'_>, window: Window) -> Option<Rc<Balances>> {
    view.period(window).map(|period| view.daily(period))
}

fn of_balances(view: &View<'_>, window: Window, measure: impl Fn(&Balances) -> Option<Decimal>) -> Measured {
    let Some(balances) = daily(view, window) else { return Measured::missing("no_balances") };
    let value = measure(&balances).map(Value::Money);
    let grade: Grade = balances.grade;
    Measured::maybe(value, "no_balances", balances.rows.clone()).graded(grade)
}

fn lowest(balances: &Balances) -> Option<Decimal> {
    let daily = balances.known().into_iter().min();
    daily.map(|daily| balances.lowest_row.map_or(daily, |row| row.min(daily)).to_decimal())
}

fn low_balance_days(view: &View<'_>, window: Window) -> Measured {
    let Some(balances) = daily(view, window) else { return Measured::missing("no_balances") };
    let (inflow, _) = view.monthly_inflow(window);
    let share = statistics::mean(&inflow).unwrap_or_default() * TERMS.low_balance_share;
    let low = share.max(TERMS.low_balance.to_decimal());
    let days = balances.known().iter().filter(|balance| balance.to_decimal() < low).count();
    let grade = balances.grade;
    Measured::new(Value::Count(i64::try_from(days).unwrap_or(i64::MAX)), balances.rows.clone()).graded(grade)
}

fn overdraft_days(view: &View<'_>, window: Window) -> Measured {
    let Some(balances) = daily(view, window) else { return Measured::missing("no_balances") };
    let grade = balances.grade;
    Measured::new(Value::Count(i64::from(balances.overdrawn)), balances.rows.clone()).graded(grade)
}

/// Days are those of the complete months: only there is every outflow shown.
fn days_of_cover(view: &View<'_>, window: Window) -> Measured {
    let Some(balances) = daily(view, window) else { return Measured::missing("no_balances") };
    let (sums, rows) = view.monthly(window, |index, _| Some(view.counts(index).outflow).filter(|out| !out.is_zero()));
    let days: i64 = view.months(window).into_iter().map(|month| month.period().days()).sum();
    let outflow = statistics::total(&sums).max(Decimal::ZERO).checked_div(Decimal::from(days)).unwrap_or_default();
    let cover = statistics::mean(&balances.known()).and_then(|balance| balance.checked_div(outflow));
    let grade = balances.grade;
    Measured::maybe(cover.map(Value::Ratio), "no_outflow", [balances.rows.clone(), rows].concat()).graded(grade)
}

fn savings_rate(view: &View<'_>, window: Window) -> Measured {
    let (inflow, mut rows) = view.monthly_inflow(window);
    let consumed = |index: usize| Some(view.counts(index).consumption).filter(|amount: &Money| !amount.is_zero());
    let (consumption, consumed_rows) = view.monthly(window, |index, _| consumed(index));
    rows.extend(consumed_rows);
    let inflow = statistics::total(&inflow);
    let saved = inflow - statistics::total(&consumption);
    Measured::maybe(saved.checked_div(inflow).map(Value::Ratio), "no_inflow", rows)
}
