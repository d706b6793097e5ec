//! C01 to C06: money that comes and goes to look like income (刷流水, 快进快出).

use std::collections::{BTreeMap, HashMap, VecDeque};

use model::dates::{days_between, seconds_between};
use model::ledger::{Category, Entry};
use model::statement::Flow;
use model::{Money, When};
use rust_decimal::Decimal;

use super::parameters::TERMS;
use super::view::{Basis, View, Window};
use super::{Definition, Measured, Value};

const THREE: Window = Window::Months(3);
const SIX: Window = Window::Months(6);

pub(super) const FEATURES: &[Definition] = &[
    Definition {
        name: "fast_in_out_share",
        unit: "ratio",
        windows: &[SIX, THREE],
        basis: Basis::Shown,
        meaning_zh: "24小时内转出九成以上的流入占比（不含工资）",
        meaning_en: "C01: share of credits of which at least 90 % left within 24 hours, first in first out, salary left out",
        function: fast_in_out,
    },
    Definition {
        name: "round_trip_value",
        unit: "CNY",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "7日内原路往返（损耗不超过2%）的金额",
        meaning_en: "C02: money that came from somebody and went back, or the reverse, within 7 days and 2 %",
        function: round_trips,
    },
    Definition {
        name: "same_counterparty_both_ways",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "与同一个人既收又付的金额占流入的比例",
        meaning_en: "C03: for each person the smaller of in and out, over eligible inflow before persons are netted",
        function: both_ways,
    },
    Definition {
        name: "retained_ratio",
        unit: "ratio",
        windows: &[SIX, THREE],
        basis: Basis::Balances,
        meaning_zh: "余额增加额与总流入之比",
        meaning_en: "C04: closing less opening balance, over gross credits to the accounts whose balances are known",
        function: retained,
    },
    Definition {
        name: "amount_template_repeat",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "个人转入中金额与附言完全相同的占比",
        meaning_en: "C05: share of credits that came from persons with the same amount and words as another",
        function: template_repeat,
    },
    Definition {
        name: "gross_to_net_inflation",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "总流入与有效流入之比",
        meaning_en: "C06: gross credits, own moves among them, over eligible inflow",
        function: inflation,
    },
];

/// Money waiting to leave, oldest first.
struct Waiting {
    since: When,
    amount: Money,
    left: Money,
    left_fast: Money,
    /// The credit it came by; `None` for what stood before.
    entry: Option<usize>,
}

/// 24 hours and nine tenths (catalogue, C01).
const FAST_SECONDS: i64 = 86_400;
const FAST_DAYS: i64 = 1;
const FAST_PARTS: (i64, i64) = (9, 10);

fn fast_in_out(view: &View<'_>, window: Window) -> Measured {
    let Some(period) = view.period(window) else { return Measured::missing("no_complete_month") };
    let mut events: Vec<(When, bool, usize)> = Vec::new();
    for index in view.events_in(window) {
        let Some((entry, when)) = view.entry(index).and_then(|entry| Some((entry, entry.time?))) else { continue };
        // On one day without times, money comes before it goes.
        events.push((when, entry.flow != Flow::In, index));
    }
    events.sort_unstable();
    let mut queue: VecDeque<Waiting> = VecDeque::new();
    let opening = view.daily(period).opening;
    if opening.is_positive() {
        let since = When::day(period.from);
        queue.push_back(Waiting { since, amount: opening, left: opening, left_fast: Money::ZERO, entry: None });
    }
    let mut fast: Vec<usize> = Vec::new();
    let (mut all, mut fast_sum) = (Money::ZERO, Money::ZERO);
    let is_salary = |index: usize| view.entry(index).is_some_and(|entry| TERMS.salary.contains(&entry.category));
    let mut judge = |waiting: &Waiting| {
        let Some(index) = waiting.entry.filter(|index| !is_salary(*index)) else { return };
        all = all.plus(waiting.amount);
        let (part, whole) = FAST_PARTS;
        let (gone, came) = (waiting.left_fast.ten_thousandths(), waiting.amount.ten_thousandths());
        if i128::from(gone) * i128::from(whole) >= i128::from(came) * i128::from(part) {
            fast_sum = fast_sum.plus(waiting.amount);
            fast.push(index);
        }
    };
    for (when, _, index) in events {
        let Some(entry) = view.entry(index) else { continue };
        if entry.flow == Flow::In && entry.category != Category::Refund && entry.amount.is_positive() {
            let amount = entry.amount;
            queue.push_back(Waiting { since: when, amount, left: amount, left_fast: Money::ZERO, entry: Some(index) });
            continue;
        }
        let mut going = view.counts(index).outflow;
        while let Some(first) = queue.front_mut().filter(|_| going.is_positive()) {
            let part = going.min(first.left);
            going = going.minus(part);
            first.left = first.left.minus(part);
            let is_fast = match seconds_between(first.since, when) {
                Some(seconds) => seconds <= FAST_SECONDS,
                None => days_between(first.since.date, when.date) <= FAST_DAYS,
            };
            if is_fast {
                first.left_fast = first.left_fast.plus(part);
            }
            if first.left.is_zero()
                && let Some(gone) = queue.pop_front()
            {
                judge(&gone);
            }
        }
    }
    queue.iter().for_each(&mut judge);
    Measured::share(fast_sum.to_decimal(), all.to_decimal(), "no_credits", fast)
}

/// Seven days and two in a hundred (catalogue, C02).
const ROUND_TRIP_DAYS: i64 = 7;
const ROUND_TRIP_KEPT: (i64, i64) = (98, 100);

/// Payments of one direction that nothing came back for yet, by amount.
type Open = BTreeMap<Money, VecDeque<(When, usize)>>;

fn round_trips(view: &View<'_>, window: Window) -> Measured {
    let mut by_party: BTreeMap<u32, Vec<(When, usize)>> = BTreeMap::new();
    for index in view.events_in(window) {
        let (Some(entry), Some(party)) = (view.entry(index), view.party(index)) else { continue };
        let may_circle = entry.flow != Flow::Neutral
            && !entry.amount.is_zero()
            && entry.refund_of.is_none()
            && !TERMS.no_circle.contains(&entry.category);
        if let Some(when) = entry.time.filter(|_| may_circle) {
            by_party.entry(party).or_default().push((when, index));
        }
    }
    let mut value = Money::ZERO;
    let mut rows = Vec::new();
    for payments in by_party.values_mut() {
        payments.sort_unstable();
        let (mut came, mut went) = (Open::new(), Open::new());
        for &(when, index) in payments.iter() {
            let Some(entry) = view.entry(index) else { continue };
            let amount = entry.amount.abs();
            let (own, other) = if entry.flow == Flow::In { (&mut came, &mut went) } else { (&mut went, &mut came) };
            match close(other, amount, when) {
                Some((back, first)) => {
                    value = value.plus(amount.min(back));
                    rows.extend([first, index]);
                }
                None => own.entry(amount).or_default().push_back((when, index)),
            }
        }
    }
    Measured::new(Value::Money(value.to_decimal()), rows)
}

/// Takes an open payment of about the same amount that is not too old; what is too old is dropped as it is met.
fn close(open: &mut Open, amount: Money, now: When) -> Option<(Money, usize)> {
    let (kept, whole) = ROUND_TRIP_KEPT;
    let units = i128::from(amount.ten_thousandths());
    let bound = |value: i128| i64::try_from(value).map(Money::from_ten_thousandths).ok();
    // Rounded inwards, so that the smaller is never less than 98 % of the larger.
    let least = bound((units * i128::from(kept) + i128::from(whole) - 1).div_euclid(i128::from(whole)))?;
    let most = bound((units * i128::from(whole)).div_euclid(i128::from(kept)))?;
    let mut emptied = Vec::new();
    let mut found = None;
    for (open_amount, payments) in open.range_mut(least..=most) {
        while payments.front().is_some_and(|(when, _)| days_between(when.date, now.date) > ROUND_TRIP_DAYS) {
            payments.pop_front();
        }
        if found.is_none() {
            found = payments.pop_front().map(|(_, index)| (*open_amount, index));
        }
        if payments.is_empty() {
            emptied.push(*open_amount);
        }
    }
    for amount in emptied {
        open.remove(&amount);
    }
    found
}

fn both_ways(view: &View<'_>, window: Window) -> Measured {
    let mut persons: BTreeMap<u32, (Money, Money, Vec<usize>)> = BTreeMap::new();
    let mut gross = Money::ZERO;
    for index in view.events_in(window) {
        let Some(entry) = view.entry(index) else { continue };
        if entry.flow == Flow::In && TERMS.eligible.contains(&entry.category) {
            gross = gross.plus(entry.amount);
        }
        let (true, Some(party)) = (TERMS.persons.contains(&entry.category), view.party(index)) else { continue };
        let person = persons.entry(party).or_default();
        let sum = if entry.flow == Flow::In { &mut person.0 } else { &mut person.1 };
        *sum = sum.plus(entry.amount.abs());
        person.2.push(index);
    }
    let both: Vec<_> =
        persons.into_values().filter(|(came, went, _)| came.is_positive() && went.is_positive()).collect();
    let sum: Money = both.iter().map(|(came, went, _)| (*came).min(*went)).sum();
    let rows = both.into_iter().flat_map(|(.., rows)| rows).collect();
    Measured::share(sum.to_decimal(), gross.to_decimal(), "no_inflow", rows)
}

fn retained(view: &View<'_>, window: Window) -> Measured {
    let Some(period) = view.period(window) else { return Measured::missing("no_complete_month") };
    let balances = view.daily(period);
    let Some(closing) = balances.known().last().copied() else { return Measured::missing("no_balances") };
    let on_deposit = |entry: &Entry| {
        let kind = view.ledger.accounts.get(entry.account as usize).map(|account| account.kind);
        kind == Some(model::statement::StatementKind::DepositAccount)
    };
    // Credits as the accounts saw them: a wallet's refund to a card is one, a move between the accounts is none.
    let between = |entry: &Entry| {
        let other = entry.own_transfer.and_then(|other| view.entry(other as usize));
        other.is_some_and(on_deposit)
    };
    let mut gross = Money::ZERO;
    for (_, entry) in view.rows_in(window).into_iter().filter_map(|index| Some((index, view.entry(index)?))) {
        if entry.flow == Flow::In && entry.status.counts() && on_deposit(entry) && !between(entry) {
            gross = gross.plus(entry.amount);
        }
    }
    let change = closing.minus(balances.opening).to_decimal();
    let grade = balances.grade;
    Measured::share(change, gross.to_decimal(), "no_credits", balances.rows.clone()).graded(grade)
}

fn template_repeat(view: &View<'_>, window: Window) -> Measured {
    let mut credits = 0_usize;
    let mut templates: HashMap<(Money, String), Vec<usize>> = HashMap::new();
    for index in view.events_in(window) {
        let Some(entry) = view.entry(index).filter(|e| e.flow == Flow::In && e.category != Category::Refund) else {
            continue;
        };
        credits += 1;
        if TERMS.persons.contains(&entry.category) {
            let words = [entry.description.as_deref(), entry.remark.as_deref()];
            let words: Vec<&str> = words.into_iter().flatten().collect();
            templates.entry((entry.amount, words.join("\n"))).or_default().push(index);
        }
    }
    let rows: Vec<usize> = templates.into_values().filter(|rows| rows.len() > 1).flatten().collect();
    Measured::share(Decimal::from(rows.len()), Decimal::from(credits), "no_credits", rows)
}

fn inflation(view: &View<'_>, window: Window) -> Measured {
    let mut gross = Money::ZERO;
    for entry in view.rows_in(window).into_iter().filter_map(|index| view.entry(index)) {
        if entry.flow == Flow::In && entry.status.counts() && entry.same_event.is_none() {
            gross = gross.plus(entry.amount);
        }
    }
    let (inflow, rows) = view.inflow(window);
    Measured::share(gross.to_decimal(), inflow, "no_inflow", rows)
}
