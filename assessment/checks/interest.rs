//! Demand deposit interest as a seal: the sum of a quarter's daily closing balances × the rate / 360 (catalogue 5.2).
//!
//! Whoever edits an amount and computes every later balance anew seldom recomputes the interest. The quarter runs from
//! the 21st to the 20th and is paid on the 20th or 21st of March, June, September and December.

use jiff::civil::Date;
use model::Money;
use model::dates::{Month, Period};
use model::ledger::{Entry, LedgerAccount};
use model::statement::{Flow, StatementKind};
use rust_decimal::Decimal;

use super::View;
use super::place;
use super::tables::{Rates, rates};
use super::words::says;

/// Banks count 360 days a year for interest.
const DAYS_A_YEAR: i64 = 360;
/// Parts of a fen in [`Money`], with which balances are summed exactly.
const YUAN: i64 = 10_000;
/// Longer than any account lived; keeps a date typed as year 1 from asking for eight thousand quarters.
const QUARTERS_MAX: usize = 80;

/// One quarter of one account, as far as documents cover it.
#[derive(Debug)]
pub struct Quarter<'a> {
    pub account: &'a LedgerAccount,
    pub days: Period,
    /// Every day is covered and the balances form an unbroken chain.
    pub whole: bool,
    /// The day, and the sum of the covered days' closing balances: exact, and in whole yuan a day.
    pub sum: Decimal,
    pub sum_of_yuan: Decimal,
    /// Interest if each day earned the rate listed on it; `None` where the table does not reach.
    pub segmented: Option<Decimal>,
    /// What the bank posted for it, in the order posted.
    pub postings: Vec<&'a Entry>,
    /// The account names a product whose interest goes by other rules.
    pub tiered: bool,
}

/// A way to compute a posting, and what it gives.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    pub rate: Decimal,
    pub interest: Decimal,
}

impl Quarter<'_> {
    /// `2026-Q1 (2025-12-21..2026-03-20)` without the quarter's number, which people count differently.
    pub fn name(&self) -> String {
        format!("{}..{}", self.days.from, self.days.to)
    }

    /// What was posted in all; an account with sub-accounts gets several.
    pub fn posted(&self) -> Money {
        self.postings.iter().map(|entry| entry.amount).sum()
    }

    /// Every posting that some permitted rate gives, best first: what large banks list on the day of settlement.
    pub fn expected(&self) -> Vec<Expected> {
        let table = rates();
        let mut permitted: Vec<Decimal> = Vec::new();
        // Notices take effect on a day, and a settlement on the 20th or 21st may fall on either side of it.
        let settled = [self.days.to, self.days.to.tomorrow().unwrap_or(self.days.to)];
        permitted.extend(settled.iter().filter_map(|day| table.listed_on(*day)));
        if !is_listed(table, self.account) {
            permitted.extend(&table.allowed);
        }
        let mut expected: Vec<Expected> = Vec::new();
        for rate in permitted {
            for sum in [self.sum, self.sum_of_yuan] {
                expected.push(Expected { rate, interest: over_a_year(sum * rate) });
            }
        }
        if let (Some(interest), Some(rate)) = (self.segmented, self.implied(self.segmented.unwrap_or_default())) {
            expected.push(Expected { rate, interest });
        }
        expected
    }

    /// The rate that such an interest means; `None` on nothing deposited.
    pub fn implied(&self, interest: Decimal) -> Option<Decimal> {
        interest.checked_mul(DAYS_A_YEAR.into())?.checked_div(self.sum).map(|rate| rate.round_dp(6))
    }

    /// What the posting may be off by: the fen it is rounded to, up or down.
    pub fn tolerance() -> Decimal {
        Decimal::new(1, 2)
    }

    /// How finely the posting tells its rate.
    pub fn resolution(&self) -> Option<Decimal> {
        self.implied(Decimal::new(5, 3))
    }
}

fn over_a_year(product: Decimal) -> Decimal {
    product / Decimal::from(DAYS_A_YEAR)
}

/// Whether the account's bank pays exactly the listed rate.
pub fn is_listed(table: &Rates, account: &LedgerAccount) -> bool {
    table.listed_issuers.iter().any(|issuer| *issuer == account.issuer.as_str())
}

/// Whether the row is a quarter's interest by its issuer's words.
pub fn is_interest(view: &View<'_>, entry: &Entry) -> bool {
    let Some(row) = entry.rows.first().and_then(|row| place::transaction(view, *row)) else { return false };
    let table = rates();
    entry.flow != Flow::Out && says(row, &table.interest_words) && !says(row, &table.not_interest_words)
}

/// Every quarter of every yuan deposit account that ends on a covered day, oldest first.
pub fn quarters<'a>(view: &View<'a>) -> Vec<Quarter<'a>> {
    let mut quarters = Vec::new();
    for (number, account) in (0_u32..).zip(&view.ledger.accounts) {
        let in_yuan = account.currency.as_deref().is_none_or(|code| code == "CNY");
        if account.kind != StatementKind::DepositAccount || !in_yuan {
            continue;
        }
        // Entries stand by account, so one account's are a run.
        let start = view.ledger.entries.partition_point(|entry| entry.account < number);
        let end = view.ledger.entries.partition_point(|entry| entry.account <= number);
        let entries: Vec<&Entry> = view.ledger.entries.get(start..end).unwrap_or_default().iter().collect();
        let tiered = entries.iter().any(|entry| {
            let row = entry.rows.first().and_then(|row| place::transaction(view, *row));
            row.is_some_and(|row| says(row, &rates().tiered_words))
        });
        for period in &account.covered {
            for days in ends_within(*period) {
                quarters.extend(quarter(view, account, &entries, *period, days, tiered));
            }
        }
    }
    quarters
}

/// The quarters whose posting would fall within the period.
fn ends_within(period: Period) -> Vec<Period> {
    let mut month = Month::of(period.from);
    let mut quarters = Vec::new();
    while quarters.len() < QUARTERS_MAX && month.first_day() <= period.to {
        let is_last = month.first_day().month() % 3 == 0;
        let day = |month: Month, day: i8| month.first_day().with().day(day).build().ok();
        if let (true, Some(to), Some(from), Some(posted)) =
            (is_last, day(month, 20), day(month.plus(-3), 21), day(month, 21))
            && period.contains(to)
            && period.contains(posted)
        {
            quarters.push(Period { from, to });
        }
        month = month.plus(1);
    }
    quarters
}

fn quarter<'a>(
    view: &View<'a>,
    account: &'a LedgerAccount,
    entries: &[&'a Entry],
    covered: Period,
    days: Period,
    tiered: bool,
) -> Option<Quarter<'a>> {
    let date = |entry: &Entry| entry.time.map(|when| when.date);
    if entries.iter().any(|entry| date(entry).is_none() || entry.balance.is_none()) {
        return None;
    }
    let before = |day: Date| entries.partition_point(|entry| date(entry) < Some(day));
    let (first, after) = (before(days.from), before(days.to.tomorrow().ok()?));
    let posting_after = before(days.to.checked_add(jiff::Span::new().days(3)).ok()?);
    let posting_from = before(days.to);
    // The balance that the quarter begins with: after the last row before it, or before its first row.
    let opening = match first.checked_sub(1).and_then(|last| entries.get(last)) {
        Some(last) => last.balance?,
        None => entries.first()?.balance?.minus(entries.first()?.amount),
    };
    let known_from = if covered.from > days.from { covered.from } else { days.from };
    let chain_holds = {
        let within = entries.get(first..after).unwrap_or_default();
        let mut balance = opening;
        within.iter().all(|entry| {
            let follows = entry.balance == Some(balance.plus(entry.amount));
            balance = entry.balance.unwrap_or(balance);
            follows
        })
    };
    if !chain_holds {
        return None;
    }
    let (mut sum, mut sum_of_yuan, mut segmented) = (0_i128, 0_i128, Some(Decimal::ZERO));
    let mut next = if covered.from > days.from { before(covered.from) } else { first };
    let mut balance = match next.checked_sub(1).and_then(|last| entries.get(last)) {
        Some(last) => last.balance?,
        None => opening,
    };
    let mut day = known_from;
    while day <= days.to {
        while let Some(entry) = entries.get(next).filter(|entry| date(entry) <= Some(day)) {
            balance = entry.balance?;
            next += 1;
        }
        // An overdrawn account earns nothing.
        let held = balance.ten_thousandths().max(0);
        sum += i128::from(held);
        sum_of_yuan += i128::from(held / YUAN);
        let rate = rates().listed_on(day);
        segmented = segmented.zip(rate).map(|(sum, rate)| sum + Decimal::new(held, 4) * rate);
        day = day.tomorrow().ok()?;
    }
    let postings = entries.get(posting_from..posting_after).unwrap_or_default();
    Some(Quarter {
        account,
        days,
        whole: covered.from <= days.from,
        sum: Decimal::from_i128_with_scale(sum, 4),
        sum_of_yuan: Decimal::from_i128_with_scale(sum_of_yuan, 0),
        segmented: segmented.map(over_a_year),
        postings: postings.iter().copied().filter(|entry| is_interest(view, entry)).collect(),
        tiered,
    })
}
