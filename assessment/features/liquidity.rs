//! L01 to L09: what the applicant has at hand.

use model::Money;
use rust_decimal::Decimal;

use super::balances::{self, Balances};
use super::parameters::TERMS;
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
];

fn daily(view: &View<'_>, window: Window) -> Option<Balances> {
    view.period(window).map(|period| balances::daily(view, period))
}

fn of_balances(view: &View<'_>, window: Window, measure: impl Fn(&Balances) -> Option<Decimal>) -> Measured {
    let Some(balances) = daily(view, window) else { return Measured::missing("no_balances") };
    let value = measure(&balances).map(Value::Money);
    let grade = balances.grade;
    Measured::maybe(value, "no_balances", balances.rows).graded(grade)
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
    Measured::new(Value::Count(i64::try_from(days).unwrap_or(i64::MAX)), balances.rows).graded(grade)
}

fn overdraft_days(view: &View<'_>, window: Window) -> Measured {
    let Some(balances) = daily(view, window) else { return Measured::missing("no_balances") };
    let grade = balances.grade;
    Measured::new(Value::Count(i64::from(balances.overdrawn)), balances.rows).graded(grade)
}

/// Days are those of the complete months: only there is every outflow shown.
fn days_of_cover(view: &View<'_>, window: Window) -> Measured {
    let Some(balances) = daily(view, window) else { return Measured::missing("no_balances") };
    let (sums, rows) = view.monthly(window, |index, _| Some(view.counts(index).outflow).filter(|out| !out.is_zero()));
    let days: i64 = view.months(window).into_iter().map(|month| month.period().days()).sum();
    let outflow = statistics::total(&sums).max(Decimal::ZERO).checked_div(Decimal::from(days)).unwrap_or_default();
    let cover = statistics::mean(&balances.known()).and_then(|balance| balance.checked_div(outflow));
    let grade = balances.grade;
    Measured::maybe(cover.map(Value::Ratio), "no_outflow", [balances.rows, rows].concat()).graded(grade)
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
