//! Named figures over the ledger: one file a family, one entry a feature.
//!
//! A feature's name is `family.name`. Where it exists for several windows, its main window — the first in its entry —
//! has the plain name and each other window is appended: `income.eligible_inflow_avg` (six months),
//! `income.eligible_inflow_avg_3m`.
//!
//! Conventions (catalogue, 4.0): m0 is the latest calendar month that ends by the day of the assessment and that the
//! documents show whole; windows count complete months only. A figure is null, with a reason, when statements cover
//! less of its window than `tables/evidence.toml` asks for, and zero only where they cover it and show nothing. Its
//! grade is that of its worst row; without rows, that of the worst account it was looked for on.
//!
//! Reasons are words: `no_complete_month`, `coverage_below_threshold`, `no_balances`, `too_few_salaries`,
//! `no_salary`, `no_inflow`, `no_outflow`, `no_verified_income`, `not_declared`, `no_transactions`, `out_of_range`.

mod balances;
mod parameters;
mod statistics;
mod streams;
mod view;

mod income;
mod liquidity;
mod obligations;
mod stability;

use jiff::civil::Date;
use model::declaration::Declaration;
use model::feature::{Feature, Features};
use model::ledger::{Grade, Ledger, RowRef};
use model::profile::IncomeStream;
use model::{Money, Month, Text};
use rust_decimal::Decimal;

use crate::DocumentView;
use view::{Basis, View, Window};

/// One feature of a family's table.
pub struct Definition {
    pub name: &'static str,
    /// `CNY`, `CNY/month`, `ratio`, `days`, `months`, `count` or `name`.
    pub unit: &'static str,
    windows: &'static [Window],
    basis: Basis,
    pub meaning_zh: &'static str,
    pub meaning_en: &'static str,
    function: fn(&View<'_>, Window) -> Measured,
}

/// The families and their features, in the catalogue's order.
pub const FEATURES: [(&str, &[Definition]); 4] = [
    ("income", income::FEATURES),
    ("stability", stability::FEATURES),
    ("obligations", obligations::FEATURES),
    ("liquidity", liquidity::FEATURES),
];

/// The window that streams and verified income are about (I15).
const STREAMS_WINDOW: Window = Window::Months(6);

/// What a feature's function found.
struct Measured {
    value: Result<Value, &'static str>,
    /// Indexes of the entries it rests on.
    rows: Vec<usize>,
    /// When it is not that of the rows: a balance is proven by the chain, not by its row's amount.
    grade: Option<Grade>,
}

enum Value {
    /// Rounded to the cent, half away from zero.
    Money(Decimal),
    /// Rounded to four digits.
    Ratio(Decimal),
    Count(i64),
    Name(Text),
}

impl Measured {
    fn new(value: Value, rows: Vec<usize>) -> Self {
        Self { value: Ok(value), rows, grade: None }
    }

    fn missing(reason: &'static str) -> Self {
        Self { value: Err(reason), rows: Vec::new(), grade: None }
    }

    /// A figure that does not exist without something it is divided by.
    fn maybe(value: Option<Value>, otherwise: &'static str, rows: Vec<usize>) -> Self {
        Self { value: value.ok_or(otherwise), rows, grade: None }
    }

    fn graded(mut self, grade: Grade) -> Self {
        self.grade = Some(grade);
        self
    }
}

impl Value {
    fn text(&self) -> Text {
        use statistics::{RATIO_DIGITS, rounded};
        match self {
            Self::Money(value) => Text::from(rounded(*value, 2).to_string()),
            Self::Ratio(value) => Text::from(rounded(*value, RATIO_DIGITS).to_string()),
            Self::Count(value) => Text::from(value.to_string()),
            Self::Name(name) => name.clone(),
        }
    }
}

/// Every feature of [`FEATURES`], also those that cannot be known, with the reason why.
#[must_use]
pub fn compute(ledger: &Ledger, _documents: &[DocumentView<'_>], declaration: &Declaration, as_of: Date) -> Features {
    let view = View::new(ledger, as_of, declaration.monthly_debt);
    let mut features = Features::new();
    for (family, definitions) in FEATURES {
        for definition in definitions {
            for (place, &window) in definition.windows.iter().enumerate() {
                let suffix = if place == 0 { String::new() } else { format!("_{}", name(window)) };
                let name = format!("{family}.{}{suffix}", definition.name);
                features.insert(Text::from(name), feature(&view, definition, window));
            }
        }
    }
    features
}

/// The applicant's streams of income over the last six complete months, the largest first; empty when no month is
/// complete. `as_of` is the day the assessment is made for.
///
/// What they count adds up to `income.verified_income` — where that is stated: it needs more coverage than streams do.
#[must_use]
pub fn streams(ledger: &Ledger, as_of: Date) -> Vec<IncomeStream> {
    let view = View::new(ledger, as_of, None);
    streams::streams(&view, STREAMS_WINDOW).into_iter().map(|stream| stream.income).collect()
}

/// Eligible inflow of each complete month of the last twelve, latest first.
#[must_use]
pub fn monthly_inflow(ledger: &Ledger, as_of: Date) -> Vec<(Month, Money)> {
    let view = View::new(ledger, as_of, None);
    let window = Window::Months(12);
    let (sums, _) = view.monthly_inflow(window);
    view.months(window).into_iter().zip(sums).rev().collect()
}

fn feature(view: &View<'_>, definition: &Definition, window: Window) -> Feature {
    let period = view.period(window);
    let coverage = period.map_or(Decimal::ZERO, |period| match definition.basis {
        Basis::Shown => view.coverage(period, false),
        Basis::Proven => view.coverage(period, true),
        Basis::Balances => balances::daily(view, period).coverage(),
    });
    let measured = match (period, window) {
        (None, Window::Months(_)) => Measured::missing("no_complete_month"),
        (None, Window::All) => Measured::missing("no_transactions"),
        (Some(_), Window::Months(_)) if !view::is_enough(coverage) => {
            let none = coverage.is_zero() && definition.basis == Basis::Balances;
            Measured::missing(if none { "no_balances" } else { "coverage_below_threshold" })
        }
        _ => (definition.function)(view, window),
    };
    let accounts = view.money_accounts().map(|account| account.grade).max().unwrap_or(Grade::E);
    let rows_grade = measured.rows.iter().filter_map(|index| view.entry(*index)).map(|entry| view.grade(entry)).max();
    let mut rows: Vec<RowRef> =
        measured.rows.iter().filter_map(|index| view.entry(*index)).flat_map(|entry| &entry.rows).copied().collect();
    rows.sort_unstable();
    rows.dedup();
    Feature {
        value: measured.value.as_ref().ok().map(Value::text),
        unit: Text::new(definition.unit),
        window: Text::from(name(window)),
        coverage: Text::from(statistics::rounded(coverage, statistics::RATIO_DIGITS).to_string()),
        grade: measured.grade.or(rows_grade).unwrap_or(accounts),
        reason: measured.value.err().map(Text::new),
        rows,
    }
}

fn name(window: Window) -> String {
    match window {
        Window::Months(count) => format!("{count}m"),
        Window::All => "all".to_owned(),
    }
}

#[cfg(test)]
mod tests;
