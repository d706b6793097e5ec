//! Documents that are no list of movements: payslips, tax records, fund sheets. Facts by name, and records by month.

use std::collections::BTreeMap;

use model::problem::ProblemCode;
use model::proof::{Broken, Equation, Proof, ProofStatus};
use model::statement::Field;
use model::{Money, Problem, Source, Text};

use crate::fields::find;
use crate::layout::{FactEquation, FactKind, Layout};
use crate::record::is_empty;
use crate::table::FactRow;
use crate::text::{TextLine, trim};
use crate::values::{read_month, read_when};

/// The facts and records of a document.
#[derive(Debug, Default)]
pub struct Facts {
    pub fields: BTreeMap<Text, Field>,
    pub records: Vec<BTreeMap<Text, Field>>,
}

/// Reads the facts of the heading and the rows of the table of facts.
pub fn read_facts(layout: &Layout, lines: &[TextLine], rows: &[FactRow], problems: &mut Vec<Problem>) -> Facts {
    let mut facts = Facts::default();
    for fact in &layout.facts {
        let Some(found) = find(&fact.spec, lines) else { continue };
        if let Some(field) = read_fact(&fact.name, fact.value, &found.first, &found.source, 1.0, problems) {
            facts.fields.insert(Text::from(fact.name.as_str()), field);
        }
    }
    let Some(records) = &layout.records else { return facts };
    for row in rows {
        let mut record = BTreeMap::new();
        for (column, (text, source, confidence)) in records.columns.iter().zip(&row.cells) {
            if let Some(field) = read_fact(&column.name, column.value, text, source, *confidence, problems) {
                record.insert(Text::from(column.name.as_str()), field);
            }
        }
        facts.records.push(record);
    }
    if records.one_row_is_facts
        && facts.records.len() == 1
        && let Some(only) = facts.records.pop()
    {
        facts.fields.extend(only);
    }
    facts
}

fn read_fact(
    name: &str,
    kind: FactKind,
    text: &str,
    source: &Source,
    confidence: f32,
    problems: &mut Vec<Problem>,
) -> Option<Field> {
    let text = trim(text);
    if is_empty(None, text) {
        return None;
    }
    let value = match kind {
        FactKind::Text => Some(Text::from(text)),
        FactKind::Amount => Money::read(text).ok().map(|money| Text::from(money.to_string())),
        FactKind::Date => read_when(text).map(|when| Text::from(when.date.to_string())),
        FactKind::Month => read_month(text).map(|month| Text::from(month.to_string())),
        FactKind::Rate => read_rate(text).map(Text::from),
    };
    if value.is_none() {
        problems.push(
            Problem::new(
                ProblemCode::UnreadableField,
                format!("{name}印为“{text}”，无法识别"),
                format!("{name} is printed as {text:?} and could not be read"),
            )
            .at(source.clone()),
        );
    }
    value.map(|value| Field { value, source: source.clone(), confidence })
}

/// `12%` → `0.12`, `0.12` as it is; exact.
fn read_rate(text: &str) -> Option<String> {
    let (figure, percent) = match text.strip_suffix(['%', '％']) {
        Some(figure) => (trim(figure), true),
        None => (text, false),
    };
    let money = Money::read(figure).ok()?;
    if !percent {
        return Some(money.to_string());
    }
    let (scaled, rest) = (money.ten_thousandths() / 100, money.ten_thousandths() % 100);
    (rest == 0).then(|| Money::from_ten_thousandths(scaled).to_string())
}

/// Tries the layout's equations. Proven when they hold and every amount stands in one.
#[must_use]
pub fn prove_facts(equations: &[FactEquation], layout: &Layout, facts: &Facts) -> Proof {
    let mut proof = Proof::none();
    let amount = |row: &BTreeMap<Text, Field>, name: &str| row.get(name).and_then(|f| Money::read(&f.value).ok());
    let mut covered: Vec<&str> = Vec::new();
    for equation in equations {
        let names = || std::iter::once(&equation.total).chain(&equation.plus).chain(&equation.minus);
        let term_sum = |row: &BTreeMap<Text, Field>| {
            let plus: Money = equation.plus.iter().filter_map(|name| amount(row, name)).sum();
            let minus: Money = equation.minus.iter().filter_map(|name| amount(row, name)).sum();
            plus.minus(minus)
        };
        let has_terms = |row: &BTreeMap<Text, Field>| equation.plus.iter().any(|name| amount(row, name).is_some());
        let mut check = |row: &BTreeMap<Text, Field>, expected: Money| {
            let (Some(found), Some(field)) = (amount(row, &equation.total), row.get(equation.total.as_str())) else {
                return;
            };
            proof.equations += 1;
            if expected == found {
                proof.holding += 1;
                covered.extend(names().map(String::as_str));
            } else {
                proof.broken.push(Broken {
                    equation: Equation::FactSum,
                    seq: None,
                    expected: Text::from(expected.to_string()),
                    found: Text::from(found.to_string()),
                    source: Some(field.source.clone()),
                });
            }
        };
        if equation.over_records {
            if facts.records.iter().any(has_terms) {
                check(&facts.fields, facts.records.iter().map(term_sum).sum());
            }
        } else {
            for row in std::iter::once(&facts.fields).chain(&facts.records) {
                if has_terms(row) {
                    check(row, term_sum(row));
                }
            }
        }
    }
    let is_amount = |name: &str| {
        layout.facts.iter().any(|f| f.name == name && f.value == FactKind::Amount)
            || layout.records.iter().flat_map(|r| &r.columns).any(|c| c.name == name && c.value == FactKind::Amount)
    };
    let all = std::iter::once(&facts.fields).chain(&facts.records).flat_map(BTreeMap::keys);
    let every_amount_covered = all.filter(|name| is_amount(name)).all(|name| covered.contains(&name.as_str()));
    proof.status = match (proof.broken.is_empty(), proof.equations > 0, every_amount_covered) {
        (false, ..) => ProofStatus::Contradicted,
        (true, false, _) => ProofStatus::Unproven,
        (true, true, true) => ProofStatus::Proven,
        (true, true, false) => ProofStatus::Consistent,
    };
    proof
}
