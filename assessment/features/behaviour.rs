//! B01 to B14: what money is spent on and how, and what a lender would want to be told.

use std::collections::BTreeMap;

use model::dates::{days_between, seconds_between};
use model::ledger::{Category, Entry};
use model::statement::{Flow, StatementKind};
use model::{Money, When};
use rust_decimal::Decimal;

use super::parameters::TERMS;
use super::view::{Basis, View, Window};
use super::{Definition, Measured, Value};

const ONE: Window = Window::Months(1);
const THREE: Window = Window::Months(3);
const SIX: Window = Window::Months(6);
const TWELVE: Window = Window::Months(12);

pub(super) const FEATURES: &[Definition] = &[
    Definition {
        name: "salary_spend_7d",
        unit: "ratio",
        windows: &[SIX, ONE],
        basis: Basis::Shown,
        meaning_zh: "发薪后7日内支出与工资之比",
        meaning_en: "B01: outflow from a pay day to the seventh day after it, over the salaries",
        function: |view, window| salary_spend(view, window, None),
    },
    Definition {
        name: "salary_spend_7d_transfer",
        unit: "ratio",
        windows: &[SIX, ONE],
        basis: Basis::Shown,
        meaning_zh: "发薪后7日内银行转账支出与工资之比",
        meaning_en: "B01: the part of it that left a bank account other than in cash",
        function: |view, window| salary_spend(view, window, Some(Channel::Transfer)),
    },
    Definition {
        name: "salary_spend_7d_cash",
        unit: "ratio",
        windows: &[SIX, ONE],
        basis: Basis::Shown,
        meaning_zh: "发薪后7日内取现与工资之比",
        meaning_en: "B01: the part of it that was drawn in cash",
        function: |view, window| salary_spend(view, window, Some(Channel::Cash)),
    },
    Definition {
        name: "salary_spend_7d_card",
        unit: "ratio",
        windows: &[SIX, ONE],
        basis: Basis::Shown,
        meaning_zh: "发薪后7日内信用卡还款与工资之比",
        meaning_en: "B01: the part of it that repaid credit cards",
        function: |view, window| salary_spend(view, window, Some(Channel::Card)),
    },
    Definition {
        name: "salary_spend_7d_wallet",
        unit: "ratio",
        windows: &[SIX, ONE],
        basis: Basis::Shown,
        meaning_zh: "发薪后7日内支付账户支出与工资之比",
        meaning_en: "B01: the part of it that was paid through wallets",
        function: |view, window| salary_spend(view, window, Some(Channel::Wallet)),
    },
    Definition {
        name: "cash_withdrawal_share",
        unit: "ratio",
        windows: &[SIX, THREE],
        basis: Basis::Shown,
        meaning_zh: "取现占支出的比例",
        meaning_en: "B02: cash drawn over outflow",
        function: |view, window| spent_on(view, window, &[Category::Cash]),
    },
    Definition {
        name: "cash_deposit_share",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "现金存入占流入的比例",
        meaning_en: "B03: cash paid in over all inflow but own moves and refunds",
        function: cash_deposit_share,
    },
    Definition {
        name: "night_txn_share",
        unit: "ratio",
        windows: &[THREE],
        basis: Basis::Shown,
        meaning_zh: "夜间（23时至5时）交易笔数占比",
        meaning_en: "B04: share of rows between 23:00 and 05:00, of those that print a time",
        function: night_share,
    },
    Definition {
        name: "round_amount_share",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "千元整数倍交易笔数占比",
        meaning_en: "B05: share of rows of a multiple of 1,000 yuan",
        function: |view, window| round_share(view, window, Money::from_fen(100_000)),
    },
    Definition {
        name: "round_hundreds_share",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "百元整数倍交易笔数占比",
        meaning_en: "B05: share of rows of a multiple of 100 yuan",
        function: |view, window| round_share(view, window, Money::from_fen(10_000)),
    },
    Definition {
        name: "one_yuan_tests",
        unit: "count",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "小额试探后十分钟内同一对手大额交易的次数",
        meaning_en: "B06: payments of up to 1.00 followed within ten minutes by a large one with the same side",
        function: one_yuan_tests,
    },
    Definition {
        name: "discretionary_share",
        unit: "ratio",
        windows: &[THREE],
        basis: Basis::Shown,
        meaning_zh: "非必要消费占支出的比例",
        meaning_en: "B07: travel, entertainment, subscriptions, games and tips over outflow",
        function: |view, window| spent_on(view, window, &TERMS.discretionary),
    },
    Definition {
        name: "essentials_share",
        unit: "ratio",
        windows: &[THREE],
        basis: Basis::Shown,
        meaning_zh: "基本生活消费占支出的比例",
        meaning_en: "B08: food, utilities, telecom, transport and medical over outflow",
        function: |view, window| spent_on(view, window, &TERMS.living),
    },
    Definition {
        name: "insurance_paid",
        unit: "CNY",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "窗口内保费支出合计",
        meaning_en: "B09: insurance premiums paid in the window",
        function: |view, window| {
            let (sum, rows) = premiums(view, window);
            Measured::new(Value::Money(sum), rows)
        },
    },
    Definition {
        name: "insurance_paid_any",
        unit: "flag",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "窗口内是否缴过保费",
        meaning_en: "B09: whether any premium was paid in the window",
        function: |view, window| {
            let (_, rows) = premiums(view, window);
            Measured::new(Value::Flag(!rows.is_empty()), rows)
        },
    },
    Definition {
        name: "late_fee_count",
        unit: "count",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "逾期费、违约金、滞纳金笔数",
        meaning_en: "B10: late fees and penalties",
        function: |view, window| rows_of(view, window, &[Category::LateFee]),
    },
    Definition {
        name: "debt_collector_contact",
        unit: "count",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "向催收、债务优化、征信修复机构付款笔数",
        meaning_en: "B11: payments to collectors and to those who settle debts or repair credit records for a fee",
        function: |view, window| rows_of(view, window, &[Category::DebtCollection, Category::CreditRepair]),
    },
    Definition {
        name: "legal_enforcement",
        unit: "count",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "法院扣划、司法冻结笔数",
        meaning_en: "B12: rows of a court's debit or freeze",
        function: |view, window| rows_of(view, window, &[Category::CourtEnforcement]),
    },
    Definition {
        name: "refund_ratio",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "退款与商户消费之比",
        meaning_en: "B13: refunds received over what was bought",
        function: refund_ratio,
    },
    Definition {
        name: "expense_to_income",
        unit: "ratio",
        windows: &[SIX, Window::Months(5), Window::Months(4), THREE, Window::Months(2), ONE],
        basis: Basis::Shown,
        meaning_zh: "支出与有效流入之比",
        meaning_en: "B14: outflow over eligible inflow",
        function: |view, window| {
            let (inflow, rows) = view.inflow(window);
            Measured::share(view.outflow(window), inflow, "no_inflow", rows)
        },
    },
];

/// How money left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channel {
    Transfer,
    Cash,
    Card,
    Wallet,
}

fn channel(view: &View<'_>, entry: &Entry) -> Channel {
    let kind = view.ledger.accounts.get(entry.account as usize).map(|account| account.kind);
    match entry.category {
        Category::Cash => Channel::Cash,
        Category::CardRepayment => Channel::Card,
        _ if kind == Some(StatementKind::Wallet) => Channel::Wallet,
        _ => Channel::Transfer,
    }
}

/// Days after a pay day that belong to it (catalogue, B01).
const CYCLE_DAYS: i64 = 7;

/// A day within seven of two pay days belongs to both only once: each outflow is counted for the window as a whole.
fn salary_spend(view: &View<'_>, window: Window, wanted: Option<Channel>) -> Measured {
    let (salary, rows) = view.sum(window, |_, entry| {
        (TERMS.salary.contains(&entry.category) && entry.flow == Flow::In).then_some(entry.amount)
    });
    let mut days: Vec<_> = rows
        .iter()
        .filter_map(|index| view.entry(*index))
        .filter_map(|entry| entry.time)
        .map(|when| when.date)
        .collect();
    days.sort_unstable();
    let mut spent = Money::ZERO;
    // The last pay day's week may end in the next month, whose events count as well where they are shown.
    for index in view.all_events() {
        let Some(entry) = view.entry(index) else { continue };
        let Some(date) = entry.time.map(|when| when.date) else { continue };
        let paid = days.partition_point(|payday| *payday <= date).checked_sub(1).and_then(|last| days.get(last));
        let follows = paid.is_some_and(|payday| days_between(*payday, date) <= CYCLE_DAYS);
        if follows && wanted.is_none_or(|wanted| channel(view, entry) == wanted) {
            spent = spent.plus(view.counts(index).outflow);
        }
    }
    Measured::share(spent.to_decimal(), salary, "no_salary", rows)
}

/// What of the outflow went to some categories.
fn spent_on(view: &View<'_>, window: Window, categories: &[Category]) -> Measured {
    let (spent, rows) = view.sum(window, |index, entry| {
        let outflow = view.counts(index).outflow;
        // A refund takes off what its purchase was for.
        let category = match entry.refund_of.filter(|_| entry.category == Category::Refund) {
            Some(purchase) => view.entry(purchase as usize).map_or(entry.category, |purchase| purchase.category),
            None => entry.category,
        };
        (categories.contains(&category) && !outflow.is_zero()).then_some(outflow)
    });
    Measured::share(spent, view.outflow(window), "no_outflow", rows)
}

fn cash_deposit_share(view: &View<'_>, window: Window) -> Measured {
    let credit = |entry: &Entry| entry.flow == Flow::In && entry.category != Category::Refund;
    let (all, _) = view.sum(window, |_, entry| credit(entry).then_some(entry.amount));
    let (cash, rows) =
        view.sum(window, |_, entry| (credit(entry) && entry.category == Category::Cash).then_some(entry.amount));
    Measured::share(cash, all, "no_inflow", rows)
}

fn night_share(view: &View<'_>, window: Window) -> Measured {
    let hour = |index: &usize| view.entry(*index)?.time?.time.map(jiff::civil::Time::hour);
    let events = view.events_in(window);
    let timed = events.iter().filter(|index| hour(index).is_some()).count();
    let is_night =
        |index: &usize| hour(index).is_some_and(|hour| hour >= TERMS.night_from_hour || hour < TERMS.night_to_hour);
    let night: Vec<usize> = events.iter().copied().filter(is_night).collect();
    Measured::share(Decimal::from(night.len()), Decimal::from(timed), "no_times", night)
}

fn round_share(view: &View<'_>, window: Window, unit: Money) -> Measured {
    let amount = |index: &usize| view.entry(*index).map(|entry| entry.amount.abs()).filter(|amount| !amount.is_zero());
    let events: Vec<usize> = view.events_in(window).into_iter().filter(|index| amount(index).is_some()).collect();
    let is_round =
        |index: &usize| amount(index).is_some_and(|amount| amount.ten_thousandths() % unit.ten_thousandths() == 0);
    let round: Vec<usize> = events.iter().copied().filter(is_round).collect();
    Measured::share(Decimal::from(round.len()), Decimal::from(events.len()), "no_transactions", round)
}

/// Ten minutes (catalogue, B06).
const TEST_SECONDS: i64 = 600;

fn one_yuan_tests(view: &View<'_>, window: Window) -> Measured {
    let mut by_party: BTreeMap<u32, Vec<(When, Money, usize)>> = BTreeMap::new();
    for index in view.events_in(window) {
        let (Some(entry), Some(party)) = (view.entry(index), view.party(index)) else { continue };
        if let Some(when) = entry.time.filter(|when| when.time.is_some()) {
            by_party.entry(party).or_default().push((when, entry.amount.abs(), index));
        }
    }
    let mut rows = Vec::new();
    for payments in by_party.values_mut() {
        payments.sort_unstable();
        // From the latest back: the next large payment is the last one seen.
        let mut large: Option<When> = None;
        for &(when, amount, index) in payments.iter().rev() {
            if amount >= TERMS.test_followed_by_min {
                large = Some(when);
            } else if !amount.is_zero() && amount <= TERMS.test_amount_max {
                let soon = large.and_then(|large| seconds_between(when, large));
                if soon.is_some_and(|seconds| seconds <= TEST_SECONDS) {
                    rows.push(index);
                }
            }
        }
    }
    Measured::count(rows)
}

fn premiums(view: &View<'_>, window: Window) -> (Decimal, Vec<usize>) {
    view.sum(window, |_, entry| {
        (entry.category == Category::Insurance && entry.flow != Flow::In).then(|| entry.amount.abs())
    })
}

fn rows_of(view: &View<'_>, window: Window, categories: &[Category]) -> Measured {
    let fits = |index: &usize| view.entry(*index).is_some_and(|entry| categories.contains(&entry.category));
    Measured::count(view.events_in(window).into_iter().filter(fits).collect())
}

/// A refund of a purchase that is itself not counted (closed, as the issuer marks it) is still one: both are in the
/// ratio, the purchase as bought and the refund as given back.
fn refund_ratio(view: &View<'_>, window: Window) -> Measured {
    let (mut bought, mut given_back, mut rows) = (Money::ZERO, Money::ZERO, Vec::new());
    for index in view.rows_in(window) {
        let Some(entry) = view.entry(index).filter(|entry| entry.same_event.is_none()) else { continue };
        let refunded = entry.refund_of.is_some() && entry.category != Category::Refund;
        if entry.category == Category::Refund && entry.flow != Flow::Out && entry.status.counts() {
            given_back = given_back.plus(entry.amount.abs());
            rows.push(index);
        } else if entry.flow == Flow::Out
            && TERMS.purchases.contains(&entry.category)
            && (entry.status.counts() || refunded)
        {
            bought = bought.plus(entry.amount.abs());
        }
    }
    Measured::share(given_back.to_decimal(), bought.to_decimal(), "no_purchases", rows)
}
