//! Streams of income, and what of them is verified (I15).
//!
//! A stream is eligible inflow of one category from one payer (a shop's receipts are one stream, whatever the number
//! of customers). Of it counts its *median* month — a month without it is a zero, so what comes less than every other
//! month counts nothing — times the factor of its grade, times the factor of its stability (`tables/evidence.toml`).
//! Rows of grade E are left out of a stream before anything is computed: they never add.
//!
//! Who earns with the seasons (a farmer) has no median month: there counts what the year's shown months brought, over
//! twelve. A month that is not shown counts as one that brought nothing, so the figure is the least it can be; produce
//! sold to persons is a stream of its own, and counts for less.

use std::collections::BTreeMap;

use model::ledger::{Category, Entry, Grade};
use model::profile::{IncomeMeasure, IncomeStream};
use model::{Money, Text};
use rust_decimal::Decimal;

use super::parameters::{EVIDENCE, TERMS};
use super::statistics;
use super::view::{View, Window};
use crate::names::looks_like_person;

/// Months of a year, over which seasonal income is spread.
const YEAR: Decimal = Decimal::from_parts(12, 0, 0, false, 0);

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

type Key = (Category, Option<Text>);

/// The window that streams are about: half a year, or a year where income comes with the seasons.
pub(super) fn window(view: &View<'_>) -> Window {
    Window::Months(if view.is_seasonal() { 12 } else { 6 })
}

/// The window's streams, the largest first. A stream seen only in rows of grade E is listed and counts nothing.
pub(super) fn streams(view: &View<'_>) -> Vec<Stream> {
    let months = view.months(window(view));
    let mut proven: BTreeMap<Key, Part> = BTreeMap::new();
    let mut unproven: BTreeMap<Key, Part> = BTreeMap::new();
    for (place, month) in months.iter().enumerate() {
        for &index in view.events_of(*month) {
            let inflow = view.counts(index).inflow;
            let Some(entry) = view.entry(index).filter(|_| inflow.is_positive()) else { continue };
            let Some(key) = key(view, index, entry) else { continue };
            let grade = view.grade(entry);
            let parts = if grade == Grade::E { &mut unproven } else { &mut proven };
            let part = parts.entry(key).or_default();
            let sum = part.months.entry(place).or_default();
            *sum = sum.plus(inflow);
            part.rows.push(index);
            part.grade = part.grade.max(Some(grade));
        }
    }
    unproven.retain(|key, _| !proven.contains_key(key));
    let parts = proven.into_iter().chain(unproven);
    let mut streams: Vec<Stream> = parts
        .filter_map(|(key, part)| {
            if view.is_seasonal() { seasonal(key, part, months.len()) } else { regular(key, part, months.len()) }
        })
        .collect();
    streams.sort_by(|a, b| {
        let key = |stream: &Stream| (std::cmp::Reverse(stream.income.counted), stream.income.category);
        key(a).cmp(&key(b)).then_with(|| a.income.payer.cmp(&b.income.payer))
    });
    streams
}

/// The name of the stream of produce sold to persons.
const PERSONS: &str = "个人收购";

fn key(view: &View<'_>, index: usize, entry: &Entry) -> Option<Key> {
    if !TERMS.streams.contains(&entry.category) {
        return None;
    }
    // A bonus comes with the wages.
    let category = if entry.category == Category::Bonus { Category::Salary } else { entry.category };
    if category == Category::FarmSale && entry.counterparty.as_deref().is_some_and(looks_like_person) {
        // What a person writes beside a payment says nothing about work, unless all else says farm.
        return view.is_seasonal().then(|| (category, Some(Text::new(PERSONS))));
    }
    if TERMS.streams_without_payer.contains(&category) {
        return Some((category, None));
    }
    let named = || view.party(index).map(|party| Text::from(view.name(party)));
    Some((category, entry.party.clone().or_else(named)))
}

fn regular(key: Key, part: Part, months: usize) -> Option<Stream> {
    let amounts = amounts(&part, months);
    let median = statistics::median(&amounts).filter(|median| !median.is_zero())?;
    let factor = statistics::cv(&amounts).map_or(Decimal::ZERO, |cv| EVIDENCE.stability_factor(cv));
    stream(key, part, (median, IncomeMeasure::MedianMonth), factor)
}

fn seasonal(key: Key, part: Part, months: usize) -> Option<Stream> {
    let mean = statistics::total(&amounts(&part, months)).checked_div(YEAR)?;
    let to_persons = key.1.as_deref() == Some(PERSONS);
    let factor = if to_persons { EVIDENCE.seasonal.person_buyer_factor } else { Decimal::ONE };
    stream(key, part, (mean, IncomeMeasure::YearMean), EVIDENCE.seasonal.factor * factor)
}

fn amounts(part: &Part, months: usize) -> Vec<Money> {
    (0..months).map(|place| part.months.get(&place).copied().unwrap_or(Money::ZERO)).collect()
}

fn stream(
    (category, payer): Key,
    part: Part,
    (monthly, measure): (Decimal, IncomeMeasure),
    factor: Decimal,
) -> Option<Stream> {
    let grade = part.grade.unwrap_or(Grade::E);
    let counted = monthly * EVIDENCE.grade_factor(grade) * factor;
    let income = IncomeStream {
        category,
        payer,
        monthly_median: Money::from_decimal(monthly)?,
        measure,
        months_seen: u32::try_from(part.months.len()).unwrap_or(u32::MAX),
        grade,
        counted: Money::from_decimal(counted)?,
    };
    Some(Stream { income, rows: part.rows })
}
