//! Streams of income, and what of them is verified (I15).
//!
//! A stream is eligible inflow of one category from one payer (a shop's receipts are one stream, whatever the number
//! of customers). Of it counts its *median* month — a month without it is a zero, so what comes less than every other
//! month counts nothing — times the factor of its grade, times the factor of its stability (`tables/evidence.toml`).
//! Rows of grade E are left out of a stream before anything is computed: they never add.

use std::collections::BTreeMap;

use model::ledger::{Category, Entry, Grade};
use model::profile::IncomeStream;
use model::{Money, Text};
use rust_decimal::Decimal;

use super::parameters::{EVIDENCE, TERMS};
use super::statistics;
use super::view::{View, Window};
use crate::names::normalised;

/// A stream with the entries it rests on.
pub(super) struct Stream {
    pub(super) income: IncomeStream,
    pub(super) rows: Vec<usize>,
}

#[derive(Default)]
struct Part {
    months: BTreeMap<usize, Money>,
    rows: Vec<usize>,
    grade: Option<Grade>,
}

/// The window's streams that have a median month, the largest first. A stream seen only in rows of grade E is listed
/// and counts nothing.
pub(super) fn streams(view: &View<'_>, window: Window) -> Vec<Stream> {
    let months = view.months(window);
    let mut proven: BTreeMap<(Category, Option<Text>), Part> = BTreeMap::new();
    let mut unproven: BTreeMap<(Category, Option<Text>), Part> = BTreeMap::new();
    for (place, month) in months.iter().enumerate() {
        for &index in view.events_of(*month) {
            let inflow = view.counts(index).inflow;
            let Some(entry) = view.entry(index).filter(|_| inflow.is_positive()) else { continue };
            if !TERMS.streams.contains(&entry.category) {
                continue;
            }
            let grade = view.grade(entry);
            let parts = if grade == Grade::E { &mut unproven } else { &mut proven };
            // A bonus comes with the wages.
            let category = if entry.category == Category::Bonus { Category::Salary } else { entry.category };
            let part = parts.entry((category, payer(entry))).or_default();
            let sum = part.months.entry(place).or_default();
            *sum = sum.plus(inflow);
            part.rows.push(index);
            part.grade = part.grade.max(Some(grade));
        }
    }
    unproven.retain(|key, _| !proven.contains_key(key));
    let mut streams: Vec<Stream> =
        proven.into_iter().chain(unproven).filter_map(|(key, part)| stream(key, part, months.len())).collect();
    streams.sort_by(|a, b| {
        let key = |stream: &Stream| (std::cmp::Reverse(stream.income.counted), stream.income.category);
        key(a).cmp(&key(b)).then_with(|| a.income.payer.cmp(&b.income.payer))
    });
    streams
}

fn payer(entry: &Entry) -> Option<Text> {
    if TERMS.streams_without_payer.contains(&entry.category) {
        return None;
    }
    entry.party.clone().or_else(|| entry.counterparty.as_deref().map(|name| Text::from(normalised(name))))
}

fn stream((category, payer): (Category, Option<Text>), part: Part, months: usize) -> Option<Stream> {
    let amounts: Vec<Money> =
        (0..months).map(|place| part.months.get(&place).copied().unwrap_or(Money::ZERO)).collect();
    let median = statistics::median(&amounts).filter(|median| !median.is_zero())?;
    let grade = part.grade.unwrap_or(Grade::E);
    let stability = statistics::cv(&amounts).map_or(Decimal::ZERO, |cv| EVIDENCE.stability_factor(cv));
    let counted = median * EVIDENCE.grade_factor(grade) * stability;
    let income = IncomeStream {
        category,
        payer,
        monthly_median: Money::from_decimal(median)?,
        months_seen: u32::try_from(part.months.len()).unwrap_or(u32::MAX),
        grade,
        counted: Money::from_decimal(counted)?,
    };
    Some(Stream { income, rows: part.rows })
}
