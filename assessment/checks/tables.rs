//! Dated facts that checks compare with, from `tables/*.toml`: an operator changes those, never this.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use model::Period;
use model::ledger::Category;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::words::WordList;

/// The tables are part of the program: a faulty one is our own bug, and every test of this stage fails on it.
fn load<T: DeserializeOwned>(name: &str, text: &str) -> T {
    match toml::from_str(text) {
        Ok(table) => table,
        Err(fault) => panic!("tables/{name}: {fault}"),
    }
}

macro_rules! table {
    ($function:ident, $type:ty, $file:literal) => {
        #[doc = concat!("`tables/", $file, "`.")]
        pub fn $function() -> &'static $type {
            static TABLE: LazyLock<$type> = LazyLock::new(|| load($file, include_str!(concat!("../tables/", $file))));
            &TABLE
        }
    };
}

table!(rates, Rates, "rates.toml");
table!(bins, Bins, "bins.toml");
table!(regions, Regions, "regions.toml");
table!(fees, Fees, "fees.toml");
table!(tax, Tax, "tax.toml");
table!(fund, Fund, "fund.toml");
table!(social, Social, "social.toml");
table!(employers, Employers, "employers.toml");
table!(vocabulary, Vocabulary, "vocabulary.toml");
table!(uses, Uses, "uses.toml");
table!(agents, Agents, "agents.toml");
table!(circles, Circles, "circles.toml");

/// Demand deposit rates.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Issuers that pay exactly the listed rate.
    pub listed_issuers: Vec<String>,
    /// Share of one a year, from a day on, in order.
    pub listed: Vec<DatedRate>,
    /// Rates that other banks have paid.
    pub allowed: Vec<Decimal>,
    /// Words of accounts whose interest is tiered or goes by another rule.
    pub tiered_words: WordList,
    pub interest_words: WordList,
    pub not_interest_words: WordList,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatedRate {
    pub from: Date,
    pub rate: Decimal,
}

impl Rates {
    /// What large banks listed on the day; `None` before the table begins.
    pub fn listed_on(&self, day: Date) -> Option<Decimal> {
        self.listed.iter().rev().find(|one| one.from <= day).map(|one| one.rate)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bins {
    pub bin: Vec<Bin>,
}

/// The first digits of a bank's cards, and how many digits those have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    pub issuer: String,
    pub length: usize,
    pub starts: Vec<String>,
}

/// The bank whose card this is; `None` for what is no card.
pub fn bank_of_card(digits: &str) -> Option<&'static Bin> {
    bins().bin.iter().find(|bin| digits.len() == bin.length && bin.starts.iter().any(|start| digits.starts_with(start)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regions {
    /// First two digits of an ID number.
    pub province: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fees {
    /// Share of a withdrawal that a wallet may take.
    pub withdrawal_rate: Decimal,
    /// Yuan.
    pub withdrawal_min: Decimal,
    /// Share of what was parted into instalments that each of them may cost besides.
    pub instalment_rate_max: Decimal,
}

/// Wage tax by cumulative withholding.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// Yuan a month that are never taxed.
    pub allowance: Decimal,
    /// From which year on the brackets hold.
    pub from_year: i16,
    pub brackets: Vec<Bracket>,
    /// Share of wages that social insurance and the housing fund take from a person at most.
    pub insurance_share_max: Decimal,
    /// Yuan a month of special additional deductions that a person can have at most.
    pub additional_max: Decimal,
    /// Share of wages that a net salary can be lower by, besides the tax.
    pub deductions_share_max: Decimal,
    /// Words of an income item that is withheld cumulatively.
    pub wage_words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bracket {
    /// Yuan of taxable income from which it holds.
    pub from: Decimal,
    pub rate: Decimal,
    pub quick_deduction: Decimal,
}

impl Tax {
    /// Tax on a year's taxable income so far; nothing on nothing.
    pub fn on(&self, taxable: Decimal) -> Decimal {
        let bracket = self.brackets.iter().rev().find(|one| taxable > one.from);
        bracket.map_or(Decimal::ZERO, |one| taxable * one.rate - one.quick_deduction)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fund {
    /// Personal rate, least and most.
    pub rate_min: Decimal,
    pub rate_max: Decimal,
    /// Yuan: the highest base of any city.
    pub base_max: Decimal,
    /// How far above the wage that the other papers show a base may stand: it is the year before's average, with bonuses.
    pub base_over_wage_max: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Social {
    /// Yuan a month: the lowest floor and the highest ceiling of any province.
    pub base_min: Decimal,
    pub base_max: Decimal,
    pub base_over_wage_max: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Employers {
    /// Words of agencies that pay and insure other firms' people.
    pub dispatch: Vec<String>,
    /// Names of one employer.
    pub group: Vec<Vec<String>>,
    /// What does not tell one firm from another.
    pub forms: Vec<String>,
    pub places: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Words of every issuer listed.
    pub common: WordList,
    pub issuer: Vec<IssuerVocabulary>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerVocabulary {
    pub name: String,
    /// A description is known when it holds one of these.
    pub words: WordList,
}

/// Who sells help against lenders.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agents {
    pub words: WordList,
    /// Persons, the applicant among them, whose papers bear one telephone or address within so many days.
    pub contact_persons: usize,
    pub contact_days: i64,
}

/// When money that comes and goes is a circle.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circles {
    pub days_max: i64,
    pub passed_on_days_max: i64,
    /// Yuan.
    pub amount_min: Decimal,
    pub loss_max: Decimal,
    /// Of the parties' money, what goes round.
    pub share_min: Decimal,
    pub days_min: usize,
    pub relays_min: usize,
    pub relays_a_month_min: Decimal,
    pub parties_max: usize,
    /// Of all credits.
    pub inflow_share_min: Decimal,
    pub not: Vec<Category>,
    pub passed_on: Vec<Category>,
}

/// What borrowed money must not be used for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uses {
    pub forbidden: WordList,
    /// Days in which money borrowed counts as used.
    pub days_max: i64,
    /// Share of the loan from which its use is told.
    pub share_min: Decimal,
    /// Yuan.
    pub amount_min: Decimal,
}

/// `tables/names.toml`, of which checks need what tells a firm from a person.
#[derive(Deserialize)]
struct NameTable {
    company: Vec<String>,
}

/// Words of which a person's name holds none.
pub fn company_words() -> &'static [String] {
    static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let table: NameTable = load("names.toml", include_str!("../tables/names.toml"));
        table.company
    });
    &WORDS
}

/// `tables/holidays.toml`, of which checks need the days of rest, and the weekends that are worked for them.
#[derive(Deserialize)]
struct HolidayTable {
    rest: Vec<String>,
    work: Vec<Date>,
}

struct Holidays {
    rest: Vec<Period>,
    work: Vec<Date>,
}

fn holidays() -> &'static Holidays {
    static HOLIDAYS: LazyLock<Holidays> = LazyLock::new(|| {
        let table: HolidayTable = load("holidays.toml", include_str!("../tables/holidays.toml"));
        let read = |text: &String| {
            let (from, to) = text.split_once("..")?;
            Period::new(from.parse().ok()?, to.parse().ok()?)
        };
        Holidays { rest: table.rest.iter().filter_map(read).collect(), work: table.work }
    });
    &HOLIDAYS
}

/// Whether the State Council made the day one of rest; `None` for years the table does not know.
pub fn is_statutory_rest(day: Date) -> Option<bool> {
    let rest = &holidays().rest;
    let known = rest.iter().any(|period| period.from.year() == day.year() || period.to.year() == day.year());
    known.then(|| rest.iter().any(|period| period.contains(day)))
}

/// Whether the exchanges trade on the day: no weekend is worked there.
pub fn is_trading_day(day: Date) -> bool {
    is_statutory_rest(day) != Some(true) && !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Whether banks book between each other on the day; of a year that the table does not know the weekday alone tells.
pub fn is_banking_day(day: Date) -> bool {
    let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    is_statutory_rest(day) != Some(true) && (!is_weekend || holidays().work.contains(&day))
}

/// The day on which so many banking days are over; the same day where the calendar ends.
pub fn banking_days_later(day: Date, count: u32) -> Date {
    let mut last = day;
    let mut left = count;
    while left > 0 {
        let Ok(next) = last.tomorrow() else { return day };
        last = next;
        left -= u32::from(is_banking_day(last));
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banking_days_step_over_holidays_and_count_the_weekends_worked_for_them() {
        for (from, to) in [
            // A Thursday; Friday, and Monday after the weekend.
            ("2026-03-05", "2026-03-09"),
            // The week before the Spring Festival of 2026: the Saturday is worked, then nothing until the 24th.
            ("2026-02-13", "2026-02-24"),
            // May Day of 2026: the 1st to 5th rest.
            ("2026-04-30", "2026-05-07"),
        ] {
            assert_eq!(banking_days_later(from.parse().unwrap(), 2), to.parse().unwrap(), "{from}");
        }
    }
}
