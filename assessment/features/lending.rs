//! M01 to M06: borrowing in many places (多头借贷).
//!
//! A lender is who a row's words name in `tables/lenders.toml`, else its other side as printed. A card's issuer is no
//! lender here: its repayments have features of their own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use model::dates::{days_between, seconds_between};
use model::ledger::{Category, Entry};
use model::statement::Flow;
use model::{Money, Text, When};

use super::parameters::is_high_cost;
use super::view::{Basis, View, Window};
use super::{Definition, Measured, Value};

const THREE: Window = Window::Months(3);
const SIX: Window = Window::Months(6);

pub(super) const FEATURES: &[Definition] = &[
    Definition {
        name: "lenders_distinct",
        unit: "count",
        windows: &[Window::Days(90), Window::Days(30), Window::Days(180), Window::Days(365)],
        basis: Basis::Shown,
        meaning_zh: "窗口内有往来的放款机构数",
        meaning_en: "M01: distinct lenders with a row in the window",
        function: |view, window| {
            let rows: Vec<usize> =
                view.events_in(window).into_iter().filter(|index| is_lending(view, *index)).collect();
            let lenders: BTreeSet<Text> = rows.iter().filter_map(|index| lender(view, *index)).collect();
            Measured::new(Value::Count(i64::try_from(lenders.len()).unwrap_or(i64::MAX)), rows)
        },
    },
    Definition {
        name: "new_lenders",
        unit: "count",
        windows: &[Window::Days(90), Window::Days(30), Window::Days(60)],
        basis: Basis::Shown,
        meaning_zh: "窗口内首次出现的放款机构数",
        meaning_en: "M02: lenders first seen in the window, where a month before it is shown as well",
        function: new_lenders,
    },
    Definition {
        name: "borrow_to_repay_share",
        unit: "ratio",
        windows: &[SIX, THREE],
        basis: Basis::Shown,
        meaning_zh: "以新还旧：还款前48小时内新借款所支持的还款占比",
        meaning_en: "M03: share of repayments that loans paid out within 48 hours before could fund",
        function: borrow_to_repay,
    },
    Definition {
        name: "disbursement_chain",
        unit: "count",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "任意7日内借款到账的最多笔数",
        meaning_en: "M04: most loans paid out within any seven days",
        function: disbursement_chain,
    },
    Definition {
        name: "high_cost_lender_share",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "还给高成本放款机构的金额占比",
        meaning_en: "M05: share of what was repaid to lenders that went to those tagged high cost",
        function: high_cost_share,
    },
    Definition {
        name: "lender_concentration",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "最大放款机构占还款的比例",
        meaning_en: "M06: the largest lender's share of repayments",
        function: concentration,
    },
];

fn is_lending(view: &View<'_>, index: usize) -> bool {
    view.entry(index)
        .is_some_and(|entry| matches!(entry.category, Category::LoanDisbursement | Category::LoanRepayment))
}

fn lender(view: &View<'_>, index: usize) -> Option<Text> {
    let entry = view.entry(index)?;
    let named = || view.party(index).map(|party| Text::from(view.name(party)));
    entry.party.clone().or_else(named).or_else(|| entry.description.clone())
}

/// A month: what is first seen in a window tells nothing when nothing before it is shown.
const EARLIER_DAYS_MIN: i64 = 30;

fn new_lenders(view: &View<'_>, window: Window) -> Measured {
    let (Some(period), Some(shown)) = (view.period(window), view.period(Window::All)) else {
        return Measured::missing("no_transactions");
    };
    if days_between(shown.from, period.from) < EARLIER_DAYS_MIN {
        return Measured::missing("no_earlier_history");
    }
    let mut first: BTreeMap<Text, (jiff::civil::Date, usize)> = BTreeMap::new();
    for index in view.all_events() {
        let date = view.entry(index).and_then(|entry| entry.time).map(|when| when.date);
        let (Some(date), Some(lender)) = (date.filter(|_| is_lending(view, index)), lender(view, index)) else {
            continue;
        };
        let seen = first.entry(lender).or_insert((date, index));
        *seen = (*seen).min((date, index));
    }
    Measured::count(first.into_values().filter(|(date, _)| period.contains(*date)).map(|(_, index)| index).collect())
}

fn repays(entry: &Entry) -> bool {
    matches!(entry.category, Category::LoanRepayment | Category::CardRepayment) && entry.flow != Flow::In
}

/// 48 hours (catalogue, M03).
const FUNDING_SECONDS: i64 = 2 * 86_400;
const FUNDING_DAYS: i64 = 2;

/// Each loan funds repayments once, the oldest that is still fresh first.
fn borrow_to_repay(view: &View<'_>, window: Window) -> Measured {
    let mut events: Vec<(When, bool, Money, usize)> = Vec::new();
    for index in view.events_in(window) {
        let Some(entry) = view.entry(index) else { continue };
        let is_loan = entry.category == Category::LoanDisbursement && entry.flow != Flow::Out;
        let Some(when) = entry.time.filter(|_| is_loan || repays(entry)) else { continue };
        // On one day without times, the loan comes first.
        events.push((when, !is_loan, entry.amount.abs(), index));
    }
    events.sort_unstable();
    let mut loans: VecDeque<(When, Money)> = VecDeque::new();
    let (mut repaid, mut funded, mut rows) = (Money::ZERO, Money::ZERO, Vec::new());
    for (when, is_repayment, amount, index) in events {
        if !is_repayment {
            loans.push_back((when, amount));
            continue;
        }
        repaid = repaid.plus(amount);
        let mut open = amount;
        while let Some((borrowed, left)) = loans.front_mut() {
            let is_fresh = match seconds_between(*borrowed, when) {
                Some(seconds) => seconds <= FUNDING_SECONDS,
                None => days_between(borrowed.date, when.date) <= FUNDING_DAYS,
            };
            if is_fresh {
                let part = open.min(*left);
                *left = left.minus(part);
                open = open.minus(part);
            }
            if is_fresh && !left.is_zero() {
                break;
            }
            loans.pop_front();
        }
        if open < amount {
            funded = funded.plus(amount.minus(open));
            rows.push(index);
        }
    }
    Measured::share(funded.to_decimal(), repaid.to_decimal(), "no_repayments", rows)
}

/// Seven days, both ends counted (catalogue, M04).
const CHAIN_DAYS: i64 = 7;

fn disbursement_chain(view: &View<'_>, window: Window) -> Measured {
    let mut loans: Vec<(jiff::civil::Date, usize)> = Vec::new();
    for index in view.events_in(window) {
        let Some(entry) = view.entry(index) else { continue };
        let is_loan = entry.category == Category::LoanDisbursement && entry.flow != Flow::Out;
        loans.extend(entry.time.filter(|_| is_loan).map(|when| (when.date, index)));
    }
    loans.sort_unstable();
    let mut longest: &[(jiff::civil::Date, usize)] = &[];
    let mut start = 0;
    for end in 1..=loans.len() {
        while let (Some((first, _)), Some((last, _))) = (loans.get(start), loans.get(end - 1)) {
            if days_between(*first, *last) < CHAIN_DAYS {
                break;
            }
            start += 1;
        }
        let chain = loans.get(start..end).unwrap_or_default();
        if chain.len() > longest.len() {
            longest = chain;
        }
    }
    Measured::count(longest.iter().map(|(_, index)| *index).collect())
}

/// What was repaid to each lender, and the rows of it.
fn repaid_by_lender(view: &View<'_>, window: Window) -> BTreeMap<Text, (Money, Vec<usize>)> {
    let mut lenders: BTreeMap<Text, (Money, Vec<usize>)> = BTreeMap::new();
    for index in view.events_in(window) {
        let Some(entry) = view.entry(index) else { continue };
        if entry.category != Category::LoanRepayment || entry.flow == Flow::In {
            continue;
        }
        let repaid = lenders.entry(lender(view, index).unwrap_or_default()).or_default();
        repaid.0 = repaid.0.plus(entry.amount.abs());
        repaid.1.push(index);
    }
    lenders
}

fn high_cost_share(view: &View<'_>, window: Window) -> Measured {
    let lenders = repaid_by_lender(view, window);
    let all: Money = lenders.values().map(|(sum, _)| *sum).sum();
    let dear: Vec<_> = lenders.into_iter().filter(|(lender, _)| is_high_cost(lender)).collect();
    let sum: Money = dear.iter().map(|(_, (sum, _))| *sum).sum();
    let rows = dear.into_iter().flat_map(|(_, (_, rows))| rows).collect();
    Measured::share(sum.to_decimal(), all.to_decimal(), "no_lenders", rows)
}

fn concentration(view: &View<'_>, window: Window) -> Measured {
    let lenders = repaid_by_lender(view, window);
    let all: Money = lenders.values().map(|(sum, _)| *sum).sum();
    let Some((largest, rows)) = lenders.into_values().max_by(|a, b| a.0.cmp(&b.0)) else {
        return Measured::missing("no_lenders");
    };
    Measured::share(largest.to_decimal(), all.to_decimal(), "no_lenders", rows)
}
