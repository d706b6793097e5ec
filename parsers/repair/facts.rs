//! Facts of a payslip or a bill, set right by the sums that they stand in.

use std::collections::BTreeMap;

use model::proof::{Equation, Repair};
use model::statement::Field;
use model::{Money, Sourced, Text};

use super::sums::{self, Term};
use super::{COST_MAX, MARGIN, choices, figure_of, total_repair};
use crate::facts::{Facts, prove_facts};
use crate::layout::{FactEquation, Layout};
use crate::readings::Figure;
use crate::text::TextLine;

/// Sets right what one equation of the layout tells of one fact, where every equation that held before still holds. Few
/// figures stand on such a paper: more than one in doubt of a sum, and it stays open.
pub fn mend_facts(layout: &Layout, facts: &mut Facts, lines: &[TextLine]) -> Vec<Repair> {
    let mut repairs = Vec::new();
    if lines.iter().flat_map(|line| &line.pieces).all(|piece| piece.marks.is_empty()) {
        return repairs;
    }
    for equation in layout.equations.iter().filter(|equation| equation.times.is_empty() && !equation.over_records) {
        let before = prove_facts(layout, facts).broken.len();
        if before == 0 {
            break;
        }
        let Some((name, value, repair)) = solve(equation, &facts.fields, lines) else { continue };
        let Some(field) = facts.fields.get_mut(&name) else { continue };
        let read = std::mem::replace(&mut field.value, Text::from(value.to_string()));
        if prove_facts(layout, facts).broken.len() < before {
            repairs.push(repair);
        } else if let Some(field) = facts.fields.get_mut(&name) {
            field.value = read;
        }
    }
    repairs
}

fn solve(equation: &FactEquation, fields: &BTreeMap<Text, Field>, lines: &[TextLine]) -> Option<(Text, Money, Repair)> {
    let names = equation.plus.iter().map(|name| (name, 1));
    let names = names.chain(equation.minus.iter().map(|name| (name, -1))).chain([(&equation.total, -1)]);
    let mut figures: Vec<(&String, &Field, Figure<Money>)> = Vec::new();
    let mut terms = Vec::new();
    for (name, sign) in names {
        let Some(field) = fields.get(name.as_str()) else { continue };
        let own = Money::read(&field.value).ok()?;
        let figure = figure_of(lines, &Sourced::new(own, field.source.clone()));
        let mut signed = choices(Some(own), &figure);
        for choice in signed.iter_mut().filter(|_| sign < 0) {
            choice.value = choice.value.negated();
        }
        terms.push(Term { choices: signed, cut: figure.cut });
        figures.push((name, field, figure));
    }
    // A total by itself is no sum.
    if figures.len() < 2 || !fields.contains_key(equation.total.as_str()) {
        return None;
    }
    let solution = sums::solve(&terms)?;
    let [(term, choice)] = solution.changes.as_slice() else { return None };
    let (name, field, figure) = figures.get(*term)?;
    let other = figure.others.get(choice.checked_sub(1)?)?;
    if other.cost > COST_MAX || solution.margin < MARGIN {
        return None;
    }
    let equations = vec![(Equation::FactSum, None)];
    let repair = total_repair(name, figure, other.value, field.source.clone(), equations, other.cost, solution.margin);
    Some((Text::from(name.as_str()), other.value, repair))
}
