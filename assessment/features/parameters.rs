//! The terms features are computed by, as data: `tables/evidence.toml`, `features.toml`, `holidays.toml`.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use model::ledger::{Category, Grade};
use model::{Money, Month};
use rust_decimal::Decimal;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Evidence {
    pub(super) coverage_min: Decimal,
    grade_factor: BTreeMap<String, Decimal>,
    stability: Stability,
    pub(super) seasonal: Seasonal,
}

/// How income that comes with the seasons is taken.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seasonal {
    pub(super) coverage_min: Decimal,
    pub(super) factor: Decimal,
    pub(super) person_buyer_factor: Decimal,
    pub(super) best_month_share: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stability {
    beyond: Decimal,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    cv_max: Decimal,
    factor: Decimal,
}

impl Evidence {
    /// Nothing of a grade that the table does not name counts.
    pub(super) fn grade_factor(&self, grade: Grade) -> Decimal {
        let name = match grade {
            Grade::A => "A",
            Grade::B => "B",
            Grade::C => "C",
            Grade::D => "D",
            Grade::E => "E",
        };
        self.grade_factor.get(name).copied().unwrap_or(Decimal::ZERO)
    }

    /// By the coefficient of variation of a stream's months.
    pub(super) fn stability_factor(&self, cv: Decimal) -> Decimal {
        let step = self.stability.steps.iter().find(|step| cv <= step.cv_max);
        step.map_or(self.stability.beyond, |step| step.factor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Terms {
    pub(super) eligible: Vec<Category>,
    pub(super) salary: Vec<Category>,
    pub(super) benefits: Vec<Category>,
    pub(super) farm: Vec<Category>,
    pub(super) persons: Vec<Category>,
    pub(super) streams: Vec<Category>,
    pub(super) streams_without_payer: Vec<Category>,
    pub(super) not_consumption: Vec<Category>,
    pub(super) card_methods: Vec<String>,
    pub(super) credit_methods: Vec<String>,
    pub(super) essentials: Vec<Category>,
    pub(super) essential_floor: Money,
    pub(super) card_minimum_share: Decimal,
    pub(super) low_balance: Money,
    pub(super) low_balance_share: Decimal,
    pub(super) obligations: Vec<Category>,
    pub(super) zero_income_share: Decimal,
    pub(super) card_minimum_paid_share: Decimal,
    pub(super) failed_debit_words: Vec<String>,
    pub(super) failed_debit_categories: Vec<Category>,
    pub(super) discretionary: Vec<Category>,
    pub(super) living: Vec<Category>,
    pub(super) savings_words: Vec<String>,
    pub(super) savings_in_words: Vec<String>,
    pub(super) savings_out_words: Vec<String>,
    pub(super) night_from_hour: i8,
    pub(super) night_to_hour: i8,
    pub(super) test_amount_max: Money,
    pub(super) test_followed_by_min: Money,
    pub(super) purchases: Vec<Category>,
    pub(super) no_circle: Vec<Category>,
    pub(super) cash_out_fee_min: Decimal,
    pub(super) cash_out_fee_max: Decimal,
    pub(super) cash_out_amount_min: Money,
}

#[derive(Deserialize)]
struct LenderTable {
    lender: Vec<Lender>,
}

#[derive(Deserialize)]
struct Lender {
    name: String,
    #[serde(default)]
    high_cost: bool,
}

/// The rest of the table is the checks'.
#[derive(Deserialize)]
struct DemandRates {
    listed: Vec<DemandRate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemandRate {
    from: Date,
    rate: Decimal,
}

/// The yearly rate on demand deposits that large banks list on a day; `None` before the table begins.
pub(super) fn demand_rate(day: Date) -> Option<Decimal> {
    DEMAND_RATES.listed.iter().filter(|listed| listed.from <= day).max_by_key(|listed| listed.from).map(|l| l.rate)
}

/// Whether the table of lenders tags this one as dear.
pub(super) fn is_high_cost(lender: &str) -> bool {
    HIGH_COST.contains(lender)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayTable {
    years: Vec<i16>,
    spring_festival: Vec<Date>,
    rest: Vec<String>,
    work: Vec<Date>,
}

pub(super) struct Holidays {
    years: Vec<i16>,
    spring_festival: Vec<Date>,
    rest: HashSet<Date>,
    work: HashSet<Date>,
}

impl Holidays {
    fn read(table: &HolidayTable) -> Option<Self> {
        let mut rest = HashSet::new();
        for range in &table.rest {
            let (from, to) = range.split_once("..")?;
            let (from, to): (Date, Date) = (from.parse().ok()?, to.parse().ok()?);
            rest.extend(from.series(jiff::Span::new().days(1)).take_while(|day| *day <= to));
        }
        let work = table.work.iter().copied().collect();
        Some(Self { years: table.years.clone(), spring_festival: table.spring_festival.clone(), rest, work })
    }

    fn is_working_day(&self, date: Date) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !self.years.contains(&date.year()) {
            return !weekend;
        }
        self.work.contains(&date) || (!weekend && !self.rest.contains(&date))
    }

    /// Whether the lunar year begins in this month.
    pub(super) fn has_spring_festival(&self, month: Month) -> bool {
        self.spring_festival.iter().any(|day| Month::of(*day) == month)
    }

    /// The day itself, or the last working day before it.
    pub(super) fn working_day_until(&self, date: Date) -> Date {
        // The longest holiday is nine days; beyond twice that the table is wrong, and the day itself will do.
        let days = std::iter::successors(Some(date), |day| day.yesterday().ok()).take(18);
        days.into_iter().find(|day| self.is_working_day(*day)).unwrap_or(date)
    }
}

/// The tables are part of the program: a faulty one is our own bug, and every test of this stage fails on it.
fn built_in<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> T {
    match toml::from_str(text) {
        Ok(table) => table,
        Err(fault) => panic!("tables/{name}: {fault}"),
    }
}

pub(super) static EVIDENCE: LazyLock<Evidence> = LazyLock::new(|| {
    // The rest of the table is the ledger's.
    built_in("evidence.toml", include_str!("../tables/evidence.toml"))
});

pub(super) static TERMS: LazyLock<Terms> =
    LazyLock::new(|| built_in("features.toml", include_str!("../tables/features.toml")));

static HIGH_COST: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let table: LenderTable = built_in("lenders.toml", include_str!("../tables/lenders.toml"));
    table.lender.into_iter().filter(|lender| lender.high_cost).map(|lender| lender.name).collect()
});

static DEMAND_RATES: LazyLock<DemandRates> =
    LazyLock::new(|| built_in("rates.toml", include_str!("../tables/rates.toml")));

/// The templates of the sectors.
pub(super) static SECTORS: LazyLock<super::sector::Table> =
    LazyLock::new(|| built_in("sectors.toml", include_str!("../tables/sectors.toml")));

pub(super) static HOLIDAYS: LazyLock<Holidays> = LazyLock::new(|| {
    let table = built_in("holidays.toml", include_str!("../tables/holidays.toml"));
    match Holidays::read(&table) {
        Some(holidays) => holidays,
        None => panic!("tables/holidays.toml: a range is not two dates"),
    }
});

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_pay_day_on_a_holiday_is_the_working_day_before_it() {
        assert_eq!(HOLIDAYS.working_day_until(date(2026, 3, 10)), date(2026, 3, 10));
        assert_eq!(HOLIDAYS.working_day_until(date(2026, 10, 5)), date(2026, 9, 30), "the autumn holiday");
        assert_eq!(HOLIDAYS.working_day_until(date(2026, 3, 15)), date(2026, 3, 13), "a Sunday");
        assert_eq!(HOLIDAYS.working_day_until(date(2026, 2, 28)), date(2026, 2, 28), "a Saturday that is worked");
        // Not announced yet: only weekends are known.
        assert_eq!(HOLIDAYS.working_day_until(date(2027, 10, 4)), date(2027, 10, 4));
        assert_eq!(HOLIDAYS.working_day_until(date(2027, 10, 3)), date(2027, 10, 1), "a Sunday");
    }

    #[test]
    fn factors_follow_the_table() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(EVIDENCE.grade_factor(Grade::C), decimal("0.85"));
        assert_eq!(EVIDENCE.stability_factor(Decimal::ZERO), Decimal::ONE);
        assert_eq!(EVIDENCE.stability_factor(decimal("0.31")), decimal("0.85"));
        assert_eq!(EVIDENCE.stability_factor(decimal("2")), decimal("0.50"));
    }
}
