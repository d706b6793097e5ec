//! S01 to S10: how steady the inflow is, and how lively the accounts are.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use model::ledger::{Category, Grade};
use model::statement::Flow;
use model::{Money, Month, Period};
use rust_decimal::Decimal;

use super::parameters::TERMS;
use super::view::{Basis, View, Window};
use super::{Definition, Measured, Value, statistics};

const THREE: Window = Window::Months(3);
const SIX: Window = Window::Months(6);
const TWELVE: Window = Window::Months(12);

pub(super) const FEATURES: &[Definition] = &[
    Definition {
        name: "ei_cv",
        unit: "ratio",
        windows: &[SIX, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "月有效流入的变异系数",
        meaning_en: "S01: variation of monthly eligible inflow",
        function: |view, window| of_months(view, window, statistics::cv),
    },
    Definition {
        name: "ei_trend_1m_3m",
        unit: "ratio",
        windows: &[THREE],
        basis: Basis::Shown,
        meaning_zh: "最近一月有效流入与近三月均值之比",
        meaning_en: "S02: latest month's eligible inflow over the mean of three months",
        function: |view, window| of_months(view, window, |months| over_mean(months, *months.last()?)),
    },
    Definition {
        name: "ei_slope",
        unit: "ratio/month",
        windows: &[SIX, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "月有效流入的趋势斜率（占均值）",
        meaning_en: "S03: slope of monthly eligible inflow, over its mean",
        function: |view, window| of_months(view, window, statistics::relative_slope),
    },
    Definition {
        name: "zero_income_months",
        unit: "count",
        windows: &[TWELVE],
        basis: Basis::Shown,
        meaning_zh: "有效流入低于中位数一成的月份数",
        meaning_en: "S04: months with eligible inflow below a tenth of the median",
        function: zero_income_months,
    },
    Definition {
        name: "worst_month_share",
        unit: "ratio",
        windows: &[SIX, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "最低月有效流入与均值之比",
        meaning_en: "S05: the worst month's eligible inflow over the mean",
        function: |view, window| of_months(view, window, |months| over_mean(months, *months.iter().min()?)),
    },
    Definition {
        name: "account_age_seen",
        unit: "days",
        windows: &[Window::All],
        basis: Basis::Shown,
        meaning_zh: "首末两笔交易相隔天数",
        meaning_en: "S06: days between the first and the last row",
        function: account_age_seen,
    },
    Definition {
        name: "longest_gap",
        unit: "days",
        windows: &[
            SIX,
            Window::MonthBack(0),
            Window::MonthBack(1),
            Window::MonthBack(2),
            Window::MonthBack(3),
            Window::MonthBack(4),
            Window::MonthBack(5),
        ],
        basis: Basis::Shown,
        meaning_zh: "最长连续无交易天数",
        meaning_en: "S07: longest run of shown days without a transaction",
        function: longest_gap,
    },
    Definition {
        name: "active_days_share",
        unit: "ratio",
        windows: &[SIX, THREE],
        basis: Basis::Shown,
        meaning_zh: "有交易天数占比",
        meaning_en: "S08: share of shown days with a transaction",
        function: active_days_share,
    },
    Definition {
        name: "primary_account_score",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "主要账户占支出与工资的份额",
        meaning_en: "S09: share of outflow and of salary that the main account has, their mean where there is salary",
        function: primary_account_score,
    },
    Definition {
        name: "address_phone_stability",
        unit: "count",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "缴费涉及的不同手机号与水电燃气户数",
        meaning_en: "S10: distinct phone numbers topped up and utility accounts paid, as far as rows name them",
        function: address_phone_stability,
    },
];

fn primary_account_score(view: &View<'_>, window: Window) -> Measured {
    let mut shares: BTreeMap<u32, (Money, Money)> = BTreeMap::new();
    let mut rows = Vec::new();
    for index in view.events_in(window) {
        let Some(entry) = view.entry(index) else { continue };
        let share = shares.entry(view.account(index)).or_default();
        share.0 = share.0.plus(view.counts(index).outflow);
        if TERMS.salary.contains(&entry.category) && entry.flow == Flow::In {
            share.1 = share.1.plus(entry.amount);
            rows.push(index);
        }
    }
    let of = |part: Money, whole: Money| part.to_decimal().checked_div(whole.to_decimal());
    let (out, salary): (Money, Money) =
        shares.values().fold((Money::ZERO, Money::ZERO), |sum, share| (sum.0.plus(share.0), sum.1.plus(share.1)));
    let scores = shares.values().filter_map(|share| {
        let spent = of(share.0, out).filter(|_| out.is_positive());
        match of(share.1, salary) {
            Some(paid) => Some((spent.unwrap_or_default() + paid) / Decimal::TWO),
            None => spent,
        }
    });
    Measured::maybe(scores.max().map(Value::Ratio), "no_outflow", rows)
}

/// A phone by the number in the row's words, a meter by its customer number, else by who is paid.
fn address_phone_stability(view: &View<'_>, window: Window) -> Measured {
    let mut accounts: BTreeSet<(Category, String)> = BTreeSet::new();
    let mut rows = Vec::new();
    for index in view.events_in(window) {
        let Some(entry) = view.entry(index).filter(|entry| entry.flow == Flow::Out) else { continue };
        if !matches!(entry.category, Category::Telecom | Category::Utilities) {
            continue;
        }
        let texts = [&entry.description, &entry.remark, &entry.counterparty];
        let number = texts.into_iter().flatten().find_map(|text| account_number(text));
        let payee = || view.party(index).map(|party| view.name(party).to_owned());
        if let Some(account) = number.or_else(payee) {
            accounts.insert((entry.category, account));
            rows.push(index);
        }
    }
    Measured::new(Value::Count(i64::try_from(accounts.len()).unwrap_or(i64::MAX)), rows)
}

/// Digits of a customer number are eight or more, some of them perhaps masked.
const ACCOUNT_DIGITS_MIN: usize = 8;

fn account_number(text: &str) -> Option<String> {
    let runs = text.split(|c: char| !(c.is_ascii_digit() || c == '*'));
    let is_number = |run: &&str| run.len() >= ACCOUNT_DIGITS_MIN && run.chars().any(|c| c.is_ascii_digit());
    runs.filter(is_number).map(str::to_owned).next()
}

fn of_months(view: &View<'_>, window: Window, measure: impl Fn(&[Money]) -> Option<Decimal>) -> Measured {
    let (sums, rows) = view.monthly_inflow(window);
    Measured::maybe(measure(&sums).map(Value::Ratio), "no_inflow", rows)
}

fn over_mean(months: &[Money], amount: Money) -> Option<Decimal> {
    amount.to_decimal().checked_div(statistics::mean(months)?)
}

fn zero_income_months(view: &View<'_>, window: Window) -> Measured {
    let (sums, rows) = view.monthly_inflow(window);
    let Some(median) = statistics::median(&sums).filter(|median| !median.is_zero()) else {
        return Measured::missing("no_inflow");
    };
    let least = median * TERMS.zero_income_share;
    let low = sums.iter().filter(|sum| sum.to_decimal() < least).count();
    Measured::new(Value::Count(i64::try_from(low).unwrap_or(i64::MAX)), rows)
}

/// Every row of the applicant's money, own moves too: they show that an account is in use.
fn dated_rows(view: &View<'_>) -> impl Iterator<Item = (usize, Date)> {
    let entries = view.ledger.entries.iter().enumerate();
    let used = entries.filter(|(_, entry)| entry.status.counts() && view.is_money(entry));
    used.filter_map(|(index, entry)| Some((index, entry.time?.date)))
}

fn account_age_seen(view: &View<'_>, _: Window) -> Measured {
    let first = dated_rows(view).min_by_key(|(index, date)| (*date, *index));
    let last = dated_rows(view).max_by_key(|(index, date)| (*date, *index));
    let (Some((first, from)), Some((last, to))) = (first, last) else {
        return Measured::missing("no_transactions");
    };
    // Dates do not rest on the rows' amounts, so these need no equation: what the accounts are worth is enough.
    let grade = view.money_accounts().map(|account| account.grade).max().unwrap_or(Grade::E);
    Measured::new(Value::Count(model::dates::days_between(from, to)), vec![first, last]).graded(grade)
}

/// The days of a window's complete months, all of which are shown, and those of them with a row.
fn days(view: &View<'_>, window: Window) -> (Vec<Period>, BTreeSet<Date>) {
    let months: Vec<Period> = view.months(window).into_iter().map(Month::period).collect();
    let shown = |date: &Date| months.iter().any(|month| month.contains(*date));
    let active = dated_rows(view).map(|(_, date)| date).filter(shown).collect();
    (months, active)
}

fn longest_gap(view: &View<'_>, window: Window) -> Measured {
    let (months, active) = days(view, window);
    let (mut longest, mut run) = (0_i64, 0_i64);
    let mut last: Option<Date> = None;
    for day in months
        .iter()
        .flat_map(|month| month.from.series(jiff::Span::new().days(1)).take(31).filter(|d| month.contains(*d)))
    {
        // A month that is not shown ends a run: nobody knows what happened in it.
        let follows = last.is_some_and(|last| last.tomorrow().is_ok_and(|next| next == day));
        run = if active.contains(&day) {
            0
        } else if follows {
            run + 1
        } else {
            1
        };
        longest = longest.max(run);
        last = Some(day);
    }
    Measured::new(Value::Count(longest), Vec::new())
}

fn active_days_share(view: &View<'_>, window: Window) -> Measured {
    let (months, active) = days(view, window);
    let shown: i64 = months.iter().map(|month| month.days()).sum();
    let share = Decimal::from(active.len()).checked_div(Decimal::from(shown)).map(Value::Ratio);
    Measured::maybe(share, "no_complete_month", Vec::new())
}
