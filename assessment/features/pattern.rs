//! N01 to N05: from whom income comes and when, and the way of earning it looks like.

use std::collections::BTreeMap;

use model::declaration::Sector;
use model::{Money, Text};
use rust_decimal::Decimal;

use super::parameters::HOLIDAYS;
use super::view::{Basis, View, Window};
use super::{Definition, Measured, Value, sector, statistics};

const SIX: Window = Window::Months(6);
const TWELVE: Window = Window::Months(12);

pub(super) const FEATURES: &[Definition] = &[
    Definition {
        name: "payer_hhi",
        unit: "ratio",
        windows: &[SIX, TWELVE],
        basis: Basis::Shown,
        meaning_zh: "有效流入按付款方的集中度",
        meaning_en: "N01: Herfindahl index of eligible inflow by payer",
        function: |view, window| of_payers(view, window, |share| share.iter().map(|share| share * share).sum()),
    },
    Definition {
        name: "top1_payer_share",
        unit: "ratio",
        windows: &[SIX],
        basis: Basis::Shown,
        meaning_zh: "最大付款方占有效流入的比例",
        meaning_en: "N02: the largest payer's share of eligible inflow",
        function: |view, window| of_payers(view, window, |shares| shares.iter().max().copied().unwrap_or_default()),
    },
    Definition {
        name: "seasonality_index",
        unit: "ratio",
        windows: &[TWELVE],
        basis: Basis::Shown,
        meaning_zh: "月有效流入最高与最低之比",
        meaning_en: "N03: the best month of the year over the worst",
        function: seasonality,
    },
    Definition {
        name: "spring_festival_ratio",
        unit: "ratio",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "春节所在月有效流入与月均之比",
        meaning_en: "N03: the inflow of the month in which the lunar year begins, over the mean month",
        function: spring_festival,
    },
    Definition {
        name: "sector_pattern_fit",
        unit: "score",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "收入形态与最相近行业模板的拟合度",
        meaning_en: "N04: log-likelihood of the best template",
        function: |view, window| fit(view, window, None),
    },
    Definition {
        name: "sector_pattern_fit_salaried",
        unit: "score",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "与受薪模板的拟合度",
        meaning_en: "N04: log-likelihood of the template of wages",
        function: |view, window| fit(view, window, Some(Sector::Salaried)),
    },
    Definition {
        name: "sector_pattern_fit_gig",
        unit: "score",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "与平台劳务模板的拟合度",
        meaning_en: "N04: log-likelihood of the template of platform work",
        function: |view, window| fit(view, window, Some(Sector::Gig)),
    },
    Definition {
        name: "sector_pattern_fit_merchant",
        unit: "score",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "与商户模板的拟合度",
        meaning_en: "N04: log-likelihood of the template of a shop",
        function: |view, window| fit(view, window, Some(Sector::Merchant)),
    },
    Definition {
        name: "sector_pattern_fit_farmer",
        unit: "score",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "与农户模板的拟合度",
        meaning_en: "N04: log-likelihood of the template of a farm",
        function: |view, window| fit(view, window, Some(Sector::Farmer)),
    },
    Definition {
        name: "sector_pattern_fit_mixed",
        unit: "score",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "与混合模板的拟合度",
        meaning_en: "N04: log-likelihood of the template of several sources",
        function: |view, window| fit(view, window, Some(Sector::Mixed)),
    },
    Definition {
        name: "sector_label",
        unit: "name",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "收入形态所属行业",
        meaning_en: "N05: the sector whose template fits best",
        function: |view, window| {
            let label = sector::infer(view, window).best().map(|sector| Value::Name(Text::new(sector.as_str())));
            Measured::maybe(label, "no_inflow", Vec::new())
        },
    },
    Definition {
        name: "sector_margin",
        unit: "score",
        windows: &[TWELVE, Window::All],
        basis: Basis::Shown,
        meaning_zh: "最相近行业较次相近行业的拟合优势",
        meaning_en: "N05: by how much the best template fits better than the next",
        function: |view, window| {
            let margin = sector::infer(view, window).margin();
            Measured::maybe(margin.map(Value::Ratio), "no_inflow", Vec::new())
        },
    },
];

/// A measure over the payers' shares of eligible inflow; who is not named is one payer.
fn of_payers(view: &View<'_>, window: Window, measure: impl Fn(&[Decimal]) -> Decimal) -> Measured {
    let (inflow, rows) = view.inflow(window);
    let mut payers: BTreeMap<Option<u32>, Money> = BTreeMap::new();
    for &index in &rows {
        let sum = payers.entry(view.party(index)).or_default();
        *sum = sum.plus(view.counts(index).inflow);
    }
    let shares: Option<Vec<Decimal>> = payers.values().map(|sum| sum.to_decimal().checked_div(inflow)).collect();
    let shares = shares.filter(|shares| !shares.is_empty());
    Measured::maybe(shares.map(|shares| Value::Ratio(measure(&shares))), "no_inflow", rows)
}

fn seasonality(view: &View<'_>, window: Window) -> Measured {
    let (sums, rows) = view.monthly_inflow(window);
    let (Some(best), Some(worst)) = (sums.iter().max(), sums.iter().min()) else {
        return Measured::missing("no_complete_month");
    };
    let index = best.to_decimal().checked_div(worst.to_decimal());
    Measured::maybe(index.map(Value::Ratio), "month_without_inflow", rows)
}

fn spring_festival(view: &View<'_>, window: Window) -> Measured {
    let window = if window == Window::All { TWELVE } else { window };
    let months = view.months(window);
    let (sums, _) = view.monthly_inflow(window);
    let Some(mean) = statistics::mean(&sums).filter(|mean| !mean.is_zero()) else {
        return Measured::missing("no_inflow");
    };
    let mut of_month = months.iter().zip(&sums).filter(|(month, _)| HOLIDAYS.has_spring_festival(**month));
    let Some((month, sum)) = of_month.next_back() else { return Measured::missing("coverage_below_threshold") };
    let is_inflow = |index: &usize| view.counts(*index).inflow.is_positive();
    let rows = view.events_of(*month).iter().copied().filter(is_inflow).collect();
    Measured::maybe(sum.to_decimal().checked_div(mean).map(Value::Ratio), "no_inflow", rows)
}

fn fit(view: &View<'_>, window: Window, sector: Option<Sector>) -> Measured {
    let inferred = sector::infer(view, window);
    let fit = match sector {
        Some(sector) => inferred.fit(sector),
        None => inferred.fits.first().map(|(_, fit)| *fit),
    };
    Measured::maybe(fit.map(Value::Ratio), "no_inflow", Vec::new())
}
