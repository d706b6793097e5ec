//! Demand deposit interest: the sum of daily closing balances × the listed rate / 360, paid on the 21st of
//! March, June, September and December for the quarter from the 21st to the 20th.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use model::Money;

use crate::rows::BankRow;

/// The large banks' listed rates, in hundredths of a percent a year, from their first day on.
const RATES: [(Date, i64); 3] = [(date(2024, 7, 25), 15), (date(2024, 10, 18), 10), (date(2025, 5, 20), 5)];

/// Hundredths of a percent in one, times the 360 days of the bank's year.
const DIVISOR: i128 = 10_000 * 360;

/// The rate listed on a day, in hundredths of a percent; `None` before the table begins.
#[must_use]
pub fn listed_rate(on: Date) -> Option<i64> {
    RATES.iter().rev().find(|(from, _)| *from <= on).map(|(_, rate)| *rate)
}

/// What is paid on `settled`: the rate of that day over the whole quarter, rounded to the fen, half up.
///
/// `rows` in the order they were posted, `initial` the balance before the first. `None` when the rate is not
/// known.
#[must_use]
pub fn quarterly(rows: &[BankRow], initial: Money, settled: Date) -> Option<Money> {
    let rate = listed_rate(settled)?;
    let mut day = settled.checked_sub(3.months()).ok()?;
    let mut sum: i128 = 0;
    while day < settled {
        sum += i128::from(closing(rows, initial, day).ten_thousandths() / 100);
        day = day.tomorrow().ok()?;
    }
    let fen = (sum * i128::from(rate) * 2 + DIVISOR) / (2 * DIVISOR);
    i64::try_from(fen).ok().map(Money::from_fen)
}

/// The balance at the end of a day.
#[must_use]
pub fn closing(rows: &[BankRow], initial: Money, day: Date) -> Money {
    let posted = rows.partition_point(|row| row.time.date() <= day);
    posted.checked_sub(1).and_then(|last| rows.get(last)).map_or(initial, |row| row.balance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_balance_earns_its_rate() {
        // 10,000.00 over the 90 days from 2025-12-21 to 2026-03-20 at 0.05 %: 10,000 × 90 × 0.0005 / 360 = 1.25.
        let paid = quarterly(&[], Money::from_fen(1_000_000), date(2026, 3, 21));
        assert_eq!(paid, Some(Money::from_fen(125)));
        assert_eq!(listed_rate(date(2025, 5, 19)), Some(10));
        assert_eq!(listed_rate(date(2020, 1, 1)), None);
    }
}
