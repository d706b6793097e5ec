//! How the applicant earns (N04, N05): the fit of each sector's template, and which sector is used.
//!
//! The templates are data (`tables/sectors.toml`). The sector is inferred from what the documents show; where two fit
//! about equally well, the declared occupation decides between them, for it is only a claim; a correction by the
//! applicant is followed, and shown as one.

use std::collections::{BTreeMap, BTreeSet};

use model::declaration::{Declaration, Occupation, Sector};
use model::ledger::Category;
use model::statement::Flow;
use model::{Money, Month};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::parameters::{SECTORS, TERMS};
use super::statistics;
use super::view::{View, Window};

/// `tables/sectors.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    margin_min: Decimal,
    one_payer_share: Decimal,
    steady_cv_max: Decimal,
    main_source_share: Decimal,
    half: Decimal,
    many_credits_a_month: Decimal,
    many_receipts_a_month: Decimal,
    season_share: Decimal,
    season_months_min: usize,
    ln: BTreeMap<Decimal, Decimal>,
    sign: BTreeMap<Sign, BTreeMap<Sector, Decimal>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sign {
    OnePayer,
    MonthlyPayer,
    Steady,
    MostlyWages,
    Platforms,
    ManySettlements,
    Receipts,
    ManyReceipts,
    Suppliers,
    Farm,
    Seasonal,
    Grows,
    NoMainSource,
}

/// What the documents suggest, and what is gone by.
#[derive(Debug, Clone, Default)]
pub(super) struct Inferred {
    /// The logarithm of each template's likelihood, best first; empty when there is no inflow to tell by.
    pub(super) fits: Vec<(Sector, Decimal)>,
    pub(super) used: Option<Sector>,
    pub(super) corrected: bool,
}

impl Inferred {
    pub(super) fn best(&self) -> Option<Sector> {
        self.fits.first().map(|(sector, _)| *sector)
    }

    /// By how much the best fits better than the second.
    pub(super) fn margin(&self) -> Option<Decimal> {
        match self.fits.as_slice() {
            [(_, first), (_, second), ..] => Some(*first - *second),
            _ => None,
        }
    }

    pub(super) fn fit(&self, sector: Sector) -> Option<Decimal> {
        self.fits.iter().find(|(known, _)| *known == sector).map(|(_, fit)| *fit)
    }

    /// With what the applicant says.
    pub(super) fn settle(mut self, declaration: &Declaration) -> Self {
        let claimed = declaration.occupation.and_then(|occupation| match occupation {
            Occupation::Salaried => Some(Sector::Salaried),
            Occupation::Gig => Some(Sector::Gig),
            Occupation::Merchant => Some(Sector::Merchant),
            Occupation::Farmer => Some(Sector::Farmer),
            Occupation::Other => None,
        });
        let close = self.margin().is_some_and(|margin| margin < SECTORS.margin_min);
        let second = self.fits.get(1).map(|(sector, _)| *sector);
        let inferred = if close && claimed.is_some() && claimed == second { second } else { self.best() };
        self.corrected = declaration.sector.is_some_and(|sector| Some(sector) != inferred);
        self.used = declaration.sector.or(inferred);
        self
    }
}

/// Fits the templates to the complete months of a window.
pub(super) fn infer(view: &View<'_>, window: Window) -> Inferred {
    let months = months(view, window);
    let seen = signs(view, &months);
    let Some(seen) = seen else { return Inferred::default() };
    let table: &Table = &SECTORS;
    let mut fits: Vec<(Sector, Decimal)> = Sector::ALL
        .into_iter()
        .map(|sector| {
            let logarithm = |(sign, likely): (&Sign, &BTreeMap<Sector, Decimal>)| {
                let likely = likely.get(&sector).copied().unwrap_or(table.half);
                let likely = if seen.contains(sign) { likely } else { Decimal::ONE - likely };
                table.ln.get(&likely).copied().unwrap_or_default()
            };
            (sector, table.sign.iter().map(logarithm).sum())
        })
        .collect();
    // Stable: of equal fits the first of the list.
    fits.sort_by(|(_, a), (_, b)| b.cmp(a));
    Inferred { fits, ..Inferred::default() }
}

fn months(view: &View<'_>, window: Window) -> Vec<Month> {
    match window {
        // No more than a year: an old occupation is none.
        Window::All => view.months(Window::Months(12)),
        window => view.months(window),
    }
}

/// `None` without inflow in complete months.
fn signs(view: &View<'_>, months: &[Month]) -> Option<BTreeSet<Sign>> {
    let table: &Table = &SECTORS;
    let mut by_month: Vec<Money> = Vec::with_capacity(months.len());
    let mut payers: BTreeMap<Option<u32>, (Money, Vec<jiff::civil::Date>)> = BTreeMap::new();
    let (mut wages, mut platforms, mut receipts, mut farm) = (Money::ZERO, Money::ZERO, Money::ZERO, Money::ZERO);
    let mut others: BTreeMap<Category, Money> = BTreeMap::new();
    let (mut settlements, mut receipt_rows, mut supplied_months, mut grows) = (0_u32, 0_u32, 0_usize, false);
    for month in months {
        let mut sum = Money::ZERO;
        let mut supplied = false;
        for &index in view.events_of(*month) {
            let Some(entry) = view.entry(index) else { continue };
            supplied |= entry.category == Category::Supplier && entry.flow == Flow::Out;
            grows |= matches!(entry.category, Category::FarmInput | Category::FarmSubsidy);
            let inflow = view.counts(index).inflow;
            let Some(when) = entry.time.filter(|_| inflow.is_positive()) else { continue };
            sum = sum.plus(inflow);
            let payer = payers.entry(view.party(index)).or_default();
            payer.0 = payer.0.plus(inflow);
            payer.1.push(when.date);
            let group = match entry.category {
                category if TERMS.salary.contains(&category) => &mut wages,
                category if TERMS.farm.contains(&category) => &mut farm,
                Category::PlatformIncome => {
                    settlements += 1;
                    &mut platforms
                }
                Category::MerchantReceipts => {
                    receipt_rows += 1;
                    &mut receipts
                }
                category => others.entry(category).or_default(),
            };
            *group = group.plus(inflow);
        }
        supplied_months += usize::from(supplied);
        by_month.push(sum);
    }
    let total: Money = by_month.iter().copied().sum();
    if !total.is_positive() {
        return None;
    }
    let share = |part: Money| part.to_decimal().checked_div(total.to_decimal()).unwrap_or_default();
    let a_month = |count: u32| Decimal::from(count).checked_div(Decimal::from(months.len())).unwrap_or_default();
    let main = payers.values().max_by_key(|(sum, _)| *sum)?;
    let mut best = by_month.clone();
    best.sort_unstable_by(|a, b| b.cmp(a));
    let best: Money = best.iter().take(3).copied().sum();
    let groups = [wages, platforms, receipts, farm].into_iter().chain(others.into_values());
    let largest = groups.max().unwrap_or(Money::ZERO);
    let seen = [
        (Sign::OnePayer, share(main.0) >= table.one_payer_share),
        (Sign::MonthlyPayer, pays_monthly(&main.1)),
        (Sign::Steady, statistics::cv(&by_month).is_some_and(|cv| cv < table.steady_cv_max)),
        (Sign::MostlyWages, share(wages) >= table.main_source_share),
        (Sign::Platforms, share(platforms) >= table.half),
        (Sign::ManySettlements, a_month(settlements) >= table.many_credits_a_month),
        (Sign::Receipts, share(receipts) >= table.half),
        (Sign::ManyReceipts, a_month(receipt_rows) >= table.many_receipts_a_month),
        (Sign::Suppliers, supplied_months * 2 >= months.len()),
        (Sign::Farm, share(farm) >= table.half),
        (Sign::Seasonal, months.len() >= table.season_months_min && share(best) >= table.season_share),
        (Sign::Grows, grows),
        (Sign::NoMainSource, share(largest) < table.main_source_share),
    ];
    Some(seen.into_iter().filter(|(_, is_seen)| *is_seen).map(|(sign, _)| sign).collect())
}

/// Most gaps between pay days are a month (catalogue, 4.9: 28 to 33 days; weekends and holidays move them by two more).
fn pays_monthly(days: &[jiff::civil::Date]) -> bool {
    let mut days = days.to_vec();
    days.sort_unstable();
    days.dedup();
    let gaps: Vec<i64> = days
        .windows(2)
        .filter_map(|pair| match pair {
            [before, after] => Some(model::dates::days_between(*before, *after)),
            _ => None,
        })
        .collect();
    let monthly = gaps.iter().filter(|gap| (26..=35).contains(*gap)).count();
    !gaps.is_empty() && monthly * 3 >= gaps.len() * 2
}
