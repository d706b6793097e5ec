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
//! Windows: `6m` complete months, `m0` one of them (the latest; `m1` the one before), `90d` days up to the last that
//! is shown, `quarter` the latest period of interest, `all` whatever is shown.
//!
//! A share names the rows of what it is a share *of interest* (the cash, the loans), not those of the whole it is
//! divided by: the whole is a figure of its own, and would name every row of the ledger.
//!
//! Why a figure is null is one of the words of [`REASONS`].

mod balances;
mod parameters;
mod sector;
mod statistics;
mod streams;
mod view;

mod behaviour;
mod circular;
mod gambling;
mod income;
mod lending;
mod liquidity;
mod obligations;
mod pattern;
mod stability;

use jiff::civil::Date;
use model::declaration::Declaration;
use model::feature::{Feature, Features};
use model::ledger::{Grade, Ledger, RowRef};
use model::profile::{IncomeStream, ShownSector};
use model::{Money, Month, Text};
use rust_decimal::Decimal;

use crate::DocumentView;
use parameters::EVIDENCE;
use view::{Basis, View, Window};

/// One feature of a family's table.
pub struct Definition {
    pub name: &'static str,
    /// `CNY`, `CNY/month`, `ratio`, `ratio/month`, `days`, `months`, `count`, `score`, `flag` or `name`.
    pub unit: &'static str,
    windows: &'static [Window],
    basis: Basis,
    pub meaning_zh: &'static str,
    /// Begins with the number in the catalogue.
    pub meaning_en: &'static str,
    function: fn(&View<'_>, Window) -> Measured,
}

impl Definition {
    /// The windows it is stated for, the main one first.
    pub fn windows(&self) -> impl Iterator<Item = String> + '_ {
        self.windows.iter().map(|window| name(*window))
    }

    /// The numbers in the catalogue, `I05`; those of its parts have the same.
    #[must_use]
    pub fn source(&self) -> &'static str {
        let numbered = self.meaning_en.strip_prefix("part of ").unwrap_or(self.meaning_en);
        numbered.split_once(':').map_or("", |(number, _)| number)
    }
}

/// The families and their features, in the catalogue's order.
pub const FEATURES: [(&str, &[Definition]); 9] = [
    ("income", income::FEATURES),
    ("stability", stability::FEATURES),
    ("obligations", obligations::FEATURES),
    ("liquidity", liquidity::FEATURES),
    ("behaviour", behaviour::FEATURES),
    ("lending", lending::FEATURES),
    ("gambling", gambling::FEATURES),
    ("circular", circular::FEATURES),
    ("pattern", pattern::FEATURES),
];

/// Figures about verified income, which is looked at over a year where income comes with the seasons.
const SEASONAL: [&str; 4] = ["verified_income", "income_forecast_low", "dti_observed", "residual_income"];

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
    Flag(bool),
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

    /// A part over a whole, where there is one.
    fn share(part: Decimal, whole: Decimal, otherwise: &'static str, rows: Vec<usize>) -> Self {
        let share = if whole > Decimal::ZERO { part.checked_div(whole) } else { None };
        Self::maybe(share.map(Value::Ratio), otherwise, rows)
    }

    fn count(rows: Vec<usize>) -> Self {
        Self::new(Value::Count(i64::try_from(rows.len()).unwrap_or(i64::MAX)), rows)
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
            Self::Flag(value) => Text::new(if *value { "true" } else { "false" }),
            Self::Name(name) => name.clone(),
        }
    }
}

/// What the ledger comes down to.
#[derive(Debug, Clone)]
pub struct Figures {
    pub features: Features,
    /// The streams of income that verified income consists of, the largest first; empty when no month is complete. What
    /// they count adds up to `income.verified_income` — where that is stated: it needs more coverage than streams do.
    pub streams: Vec<IncomeStream>,
    pub sector: ShownSector,
}

/// Every feature of [`FEATURES`], also those that cannot be known, with the reason why; and what verified income rests
/// on. `as_of` is the day the assessment is made for.
#[must_use]
pub fn compute(ledger: &Ledger, documents: &[DocumentView<'_>], declaration: &Declaration, as_of: Date) -> Figures {
    let view = View::new(ledger, documents, declaration, as_of);
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
    let streams = view.streams().iter().map(|stream| stream.income.clone()).collect();
    let sector = ShownSector {
        inferred: view.sector.best(),
        margin: view.sector.margin().map(|margin| Text::from(statistics::rounded(margin, 2).to_string())),
        used: view.sector.used,
        corrected: view.sector.corrected,
    };
    Figures { features, streams, sector }
}

/// Eligible inflow of each complete month of the last twelve, latest first.
#[must_use]
pub fn monthly_inflow(ledger: &Ledger, as_of: Date) -> Vec<(Month, Money)> {
    let view = View::new(ledger, &[], &Declaration::default(), as_of);
    let window = Window::Months(12);
    let (sums, _) = view.monthly_inflow(window);
    view.months(window).into_iter().zip(sums).rev().collect()
}

/// Why a figure cannot be known: the word, and what it says in Chinese and English.
pub const REASONS: [(&str, &str, &str); 24] = [
    ("no_complete_month", "没有完整覆盖的自然月", "no calendar month is shown whole"),
    ("coverage_below_threshold", "流水覆盖的天数不足", "statements cover too few days of the window"),
    ("no_balances", "材料没有账户余额", "no statement shows balances"),
    ("too_few_salaries", "发薪次数太少", "too few salaries"),
    ("no_salary", "没有工资入账", "no salary is shown"),
    ("no_inflow", "没有有效流入", "no eligible inflow is shown"),
    ("no_outflow", "没有支出", "no outflow is shown"),
    ("no_verified_income", "没有可核实的收入", "no income is verified"),
    ("not_declared", "未申报", "not declared"),
    ("no_transactions", "没有交易", "no transactions are shown"),
    ("out_of_range", "数值超出范围", "the figure is out of range"),
    ("no_receipts", "没有经营收款", "no receipts are shown"),
    ("no_card_statement", "没有信用卡账单", "no credit-card statement was handed in"),
    ("no_instalments", "没有还款或扣款", "no instalments or direct debits are shown"),
    ("no_repayments", "没有还款", "no repayments are shown"),
    ("no_lenders", "没有放款机构往来", "no lender is shown"),
    ("no_times", "流水没有时间", "no row prints a time of day"),
    ("no_credits", "没有流入", "no credits are shown"),
    ("no_purchases", "没有消费", "no purchases are shown"),
    ("no_stakes", "没有投注", "no stakes are shown"),
    ("no_interest", "没有结息", "no interest posting is shown"),
    ("no_rate", "没有该日的挂牌利率", "no listed rate is known for the day"),
    ("no_earlier_history", "窗口之前没有流水可比", "nothing is shown before the window"),
    ("month_without_inflow", "有的月份没有流入", "a month has no inflow"),
];

/// What a reason says in Chinese and English.
#[must_use]
pub fn reason(word: &str) -> Option<(&'static str, &'static str)> {
    REASONS.iter().find(|(known, ..)| *known == word).map(|(_, zh, en)| (*zh, *en))
}

/// What a feature is: its family's entry, by its whole name.
#[must_use]
pub fn definition(name: &str, feature: &Feature) -> Option<&'static Definition> {
    let (family, name) = name.split_once('.')?;
    let (_, definitions) = FEATURES.iter().find(|(known, _)| *known == family)?;
    // A name may itself end in a window that is its main one's, `eod_on_5`: the whole name is looked for first.
    let plain = name.strip_suffix(feature.window.as_str()).and_then(|name| name.strip_suffix('_'));
    let by_name = |wanted: &str| definitions.iter().find(|known| known.name == wanted);
    by_name(name).or_else(|| by_name(plain?))
}

fn feature(view: &View<'_>, definition: &Definition, window: Window) -> Feature {
    let is_seasonal = view.is_seasonal() && SEASONAL.contains(&definition.name);
    let window = if is_seasonal { streams::window(view) } else { window };
    let period = view.period(window);
    let coverage = period.map_or(Decimal::ZERO, |period| match definition.basis {
        Basis::Shown => view.coverage(period, false),
        Basis::Proven => view.coverage(period, true),
        Basis::Balances => view.daily(period).coverage(),
    });
    let coverage_min = if is_seasonal { EVIDENCE.seasonal.coverage_min } else { EVIDENCE.coverage_min };
    let measured = match (period, window) {
        (None, Window::Months(_) | Window::MonthBack(_)) => Measured::missing("no_complete_month"),
        (None, Window::All | Window::Days(_) | Window::Quarter) => Measured::missing("no_transactions"),
        (Some(_), window) if window != Window::All && coverage < coverage_min => {
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
        Window::MonthBack(back) => format!("m{back}"),
        Window::Days(count) => format!("{count}d"),
        Window::Quarter => "quarter".to_owned(),
        Window::All => "all".to_owned(),
    }
}

#[cfg(test)]
mod tests;
