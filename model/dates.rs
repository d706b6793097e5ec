//! Dates, months and periods, in the documents' own calendar (China, UTC+8).

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

/// When a transaction happened: to the second where the document prints a time, else to the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct When {
    pub date: Date,
    pub time: Option<Time>,
}

impl When {
    #[must_use]
    pub const fn day(date: Date) -> Self {
        Self { date, time: None }
    }

    #[must_use]
    pub fn at(moment: DateTime) -> Self {
        Self { date: moment.date(), time: Some(moment.time()) }
    }

    #[must_use]
    pub fn month(self) -> Month {
        Month::of(self.date)
    }
}

/// RFC 3339 with `+08:00`, or a plain date.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date;
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())?;
        match self.time {
            Some(time) => write!(f, "T{:02}:{:02}:{:02}+08:00", time.hour(), time.minute(), time.second()),
            None => Ok(()),
        }
    }
}

/// Both days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

impl Period {
    /// `None` when it would end before it starts.
    #[must_use]
    pub fn new(from: Date, to: Date) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }

    #[must_use]
    pub fn overlap(self, other: Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }

    /// Days, both ends counted.
    #[must_use]
    pub fn days(self) -> i64 {
        days_between(self.from, self.to) + 1
    }
}

/// From the first moment to the second; `None` where either prints no time.
#[must_use]
pub fn seconds_between(from: When, to: When) -> Option<i64> {
    let seconds =
        |time: Time| i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let (from_time, to_time) = (from.time?, to.time?);
    Some(days_between(from.date, to.date).saturating_mul(86_400) + seconds(to_time) - seconds(from_time))
}

/// `to - from` in days.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i64 {
    i64::from(from.until(to).map_or(0, |span| span.get_days()))
}

/// A calendar month, `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    #[must_use]
    pub fn of(date: Date) -> Self {
        Self { year: date.year(), month: date.month() }
    }

    /// `None` when there is no such month.
    #[must_use]
    pub fn new(year: i16, month: i8) -> Option<Self> {
        Date::new(year, month, 1).ok().map(Self::of)
    }

    #[must_use]
    pub fn first_day(self) -> Date {
        Date::new(self.year, self.month, 1).unwrap_or(Date::MIN)
    }

    #[must_use]
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    #[must_use]
    pub fn period(self) -> Period {
        Period { from: self.first_day(), to: self.last_day() }
    }

    /// The month `months` later (earlier when negative).
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        let index = i32::from(self.year) * 12 + i32::from(self.month) - 1 + months;
        let year = i16::try_from(index.div_euclid(12)).unwrap_or(self.year);
        let month = i8::try_from(index.rem_euclid(12) + 1).unwrap_or(1);
        Self { year, month }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_step_over_years() {
        let month = Month::new(2025, 1).unwrap();
        assert_eq!(month.plus(-1).to_string(), "2024-12");
        assert_eq!(month.plus(12).to_string(), "2026-01");
        assert_eq!(Month::new(2024, 2).unwrap().last_day(), date(2024, 2, 29));
    }

    #[test]
    fn a_period_counts_both_days() {
        let period = Period::new(date(2024, 1, 1), date(2024, 12, 31)).unwrap();
        assert_eq!(period.days(), 366);
        assert!(Period::new(date(2024, 1, 2), date(2024, 1, 1)).is_none());
    }

    #[test]
    fn times_are_printed_as_the_contract_says() {
        assert_eq!(When::at(date(2025, 1, 2).at(8, 15, 0, 0)).to_string(), "2025-01-02T08:15:00+08:00");
        assert_eq!(When::day(date(2025, 1, 2)).to_string(), "2025-01-02");
    }
}
