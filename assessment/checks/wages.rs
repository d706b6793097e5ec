//! What papers of work say was earned in a month: payslips, and the tax authority's records.

use std::str::FromStr;

use jiff::civil::Date;
use model::finding::Evidence;
use model::ledger::{Category, Entry};
use model::statement::{Field, Flow, StatementKind};
use model::{Money, Month, Text};

use super::View;
use super::names::{Likeness, compare};
use super::tables::tax;
use super::verdict::subjects;

type Fields = std::collections::BTreeMap<Text, Field>;

/// A month's wage by one paper.
#[derive(Debug, Clone)]
pub struct Wage {
    pub document: u32,
    pub month: Month,
    pub payer: Option<String>,
    pub gross: Option<Money>,
    pub net: Option<Money>,
    pub tax: Option<Money>,
    /// The row, or the fact that says most.
    pub evidence: Evidence,
    /// Every character was certain.
    pub legible: bool,
}

/// `2025-08`, as the parsers write months.
pub fn month(text: &str) -> Option<Month> {
    let (year, month) = text.trim().split_once('-')?;
    Month::new(year.parse().ok()?, month.get(..2).unwrap_or(month).parse().ok()?)
}

pub fn money(fields: &Fields, name: &str) -> Option<Money> {
    Money::from_str(&fields.get(name)?.value).ok()
}

/// The applicant's own rows of a payslip; a department's sheet lists others too.
pub fn payslips(view: &View<'_>) -> Vec<Wage> {
    let mut wages = Vec::new();
    for subject in subjects(view).filter(|subject| subject.content.kind == StatementKind::Payslip) {
        let whole = &subject.content.fields;
        let rows = subject.content.records.iter().filter(|row| is_applicants(view, row));
        for fields in std::iter::once(whole).chain(rows) {
            let month = fields.get("month").or_else(|| whole.get("month")).and_then(|field| month(&field.value));
            let Some((month, net)) = month.zip(fields.get("net_pay")) else { continue };
            if !is_applicants(view, fields) {
                continue;
            }
            wages.push(Wage {
                document: subject.document,
                month,
                payer: fields.get("employer").or_else(|| whole.get("employer")).map(|field| field.value.to_string()),
                gross: money(fields, "gross_pay"),
                net: money(fields, "net_pay"),
                tax: money(fields, "income_tax"),
                evidence: Evidence { document: subject.document, source: Some(net.source.clone()) },
                legible: net.confidence >= 1.0,
            });
        }
    }
    wages
}

/// Whether the row is the applicant's, as far as it names anybody.
fn is_applicants(view: &View<'_>, fields: &Fields) -> bool {
    let (Some(name), Some(stated)) = (fields.get("name"), view.declaration.name.as_ref()) else { return true };
    compare(&name.value, stated.reveal()) != Likeness::Different
}

/// The tax authority's months of wages, each with its payer, in the order printed.
pub fn taxed(view: &View<'_>) -> Vec<Wage> {
    let mut wages = Vec::new();
    let words = &tax().wage_words;
    for subject in subjects(view).filter(|subject| subject.content.kind == StatementKind::IncomeTax) {
        for fields in std::iter::once(&subject.content.fields).chain(&subject.content.records) {
            let is_wage = fields
                .get("income_item")
                .is_some_and(|item| words.iter().any(|word| item.value.contains(word.as_str())));
            let Some((month, income)) =
                fields.get("month").and_then(|field| month(&field.value)).zip(fields.get("income"))
            else {
                continue;
            };
            if !is_wage {
                continue;
            }
            wages.push(Wage {
                document: subject.document,
                month,
                payer: fields.get("payer").map(|field| field.value.to_string()),
                gross: money(fields, "income"),
                net: None,
                tax: money(fields, "tax_paid"),
                evidence: Evidence { document: subject.document, source: Some(income.source.clone()) },
                legible: income.confidence >= 1.0,
            });
        }
    }
    wages
}

/// Days from the first of the month worked to the last on which its pay arrives: the end of the month after.
pub fn pay_days(month: Month) -> (Date, Date) {
    (month.first_day(), month.plus(1).last_day())
}

/// Whether some bank account is covered on all of these days.
pub fn is_covered(view: &View<'_>, (from, to): (Date, Date)) -> bool {
    let banks = view.ledger.accounts.iter().filter(|account| account.kind == StatementKind::DepositAccount);
    banks.flat_map(|account| &account.covered).any(|period| period.contains(from) && period.contains(to))
}

/// What came into bank accounts on these days.
pub fn credits<'a>(view: &View<'a>, (from, to): (Date, Date)) -> impl Iterator<Item = &'a Entry> {
    let ledger = view.ledger;
    ledger.entries.iter().filter(move |entry| {
        let account = usize::try_from(entry.account).ok().and_then(|index| ledger.accounts.get(index));
        entry.flow == Flow::In
            && entry.status.counts()
            && account.is_some_and(|account| account.kind == StatementKind::DepositAccount)
            && entry.time.is_some_and(|when| from <= when.date && when.date <= to)
    })
}

/// Whether the credit is a salary by its category or its payer.
pub fn is_pay(entry: &Entry, payer: Option<&str>) -> bool {
    let named = entry.counterparty.as_deref();
    let from_payer = payer
        .zip(named)
        .is_some_and(|(payer, named)| super::employers::may_be_same(payer, named) && named.chars().count() > 3);
    entry.category == Category::Salary || from_payer
}

/// The monthly wage that bank rows and papers show, for comparison with a base: the median gross of papers, or else the
/// average salary credited, which is the less. `None` when neither shows one.
pub fn typical(view: &View<'_>) -> Option<(rust_decimal::Decimal, bool)> {
    let mut gross: Vec<Money> = payslips(view)
        .iter()
        .chain(&taxed(view))
        .filter_map(|wage| wage.gross)
        .filter(|gross| gross.is_positive())
        .collect();
    gross.sort_unstable();
    if let Some(median) = gross.get(gross.len() / 2) {
        return Some((median.to_decimal(), true));
    }
    let salary = super::figures::value(view, "income.salary_monthly_avg")?;
    (salary > rust_decimal::Decimal::ZERO).then_some((salary, false))
}
