//! Y04: in a column of amounts every figure must stand where the column's others do.
//!
//! A printed column is flush on one side, to a fraction of a point. Text put in by hand stands a little off. Only a page
//! whose rows are nearly all flush is judged, and only figures of its own text layer.
//! Innocent: columns that are centred (they are not judged), and figures too wide for theirs.

use std::collections::BTreeMap;

use model::finding::Severity;
use model::statement::Transaction;
use model::{Source, source::Area};

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "amounts_aligned", severity: Severity::High, run };

/// 0.5 pt of an A4 page's 595, as the catalogue has it, with the width of a hair more for rounding.
const OFF_MAX: f32 = 0.6 / 595.0;
/// Further off a figure stands in another column: debit and credit, say.
const SAME_COLUMN: f32 = 12.0 / 595.0;
const ROWS_MIN: usize = 20;
/// Share of a column that must be flush before the rest is odd, in percent.
const FLUSH_MIN_PERCENT: usize = 95;
/// More figures off than this are the printer's habit.
const ODD_MAX: usize = 3;

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("金额列对齐", "amounts are aligned"),
        ("没有可判断对齐的金额列", "no column of amounts is flush enough to judge"),
        judge,
    )
}

fn area(source: &Source) -> Option<Area> {
    match source {
        Source::Page { area, .. } => Some(*area),
        _ => None,
    }
}

fn judge(subject: Subject<'_>) -> OnStatement {
    if subject.photographed {
        return OnStatement::Silent;
    }
    let rows = &subject.content.transactions;
    let columns: [Vec<(&Transaction, &Source)>; 2] = [
        rows.iter().map(|row| (row, &row.amount_source)).collect(),
        rows.iter().filter_map(|row| Some((row, row.balance_source.as_ref()?))).collect(),
    ];
    let (mut judged, mut odd): (bool, Vec<(&Transaction, &Source)>) = (false, Vec::new());
    for column in &columns {
        if let Some(off) = off_column(column) {
            judged = true;
            odd.extend(off);
        }
    }
    let Some((row, source)) = odd.first() else {
        return if judged { OnStatement::Holds } else { OnStatement::Silent };
    };
    let document = subject.document_number();
    OnStatement::Fails(Failure {
        severity: None,
        zh: format!(
            "第 {document} 份材料{}（第 {} 笔）：数字没有与同列其他数字对齐，可能是后加的文字，共 {} 处",
            place::zh(source),
            row.seq,
            odd.len()
        ),
        en: format!(
            "document {document} {} (transaction {}): the figure is not flush with its column and may have been put in later; {} place(s)",
            place::en(source),
            row.seq,
            odd.len()
        ),
        expected: Some("flush with its column".into()),
        found: Some(row.amount.to_string().into()),
        evidence: odd.iter().take(EVIDENCE_MAX).map(|(_, source)| subject.evidence(Some(source))).collect(),
    })
}

/// `None` where the figures are not flush; else those that stand off.
///
/// A figure is off only where none of its edges and not its middle stands where the column's do: in a column flush on the
/// left, a shorter figure ends earlier.
fn off_column<'a>(column: &[(&'a Transaction, &'a Source)]) -> Option<Vec<(&'a Transaction, &'a Source)>> {
    let boxed: Vec<(&Transaction, &Source, Area)> =
        column.iter().filter_map(|(row, source)| Some((*row, *source, area(source)?))).collect();
    if boxed.len() < ROWS_MIN {
        return None;
    }
    let distances: Vec<Vec<f32>> = EDGES.iter().map(|edge| distances(&boxed, *edge)).collect();
    let is_off = |distance: &f32| *distance > OFF_MAX + BUCKET;
    let is_flush = |distances: &Vec<f32>| {
        let off = distances.iter().filter(|distance| is_off(distance)).count();
        (boxed.len() - off) * 100 >= boxed.len() * FLUSH_MIN_PERCENT
    };
    if !distances.iter().any(is_flush) {
        return None;
    }
    let nearest = |index: usize| distances.iter().filter_map(|edge| edge.get(index)).copied().fold(f32::MAX, f32::min);
    let near: Vec<(&Transaction, &Source)> = boxed
        .iter()
        .enumerate()
        .filter(|(index, _)| is_off(&nearest(*index)) && nearest(*index) < SAME_COLUMN)
        .map(|(_, (row, source, _))| (*row, *source))
        .collect();
    (near.len() <= ODD_MAX).then_some(near)
}

/// Right, left and middle.
const EDGES: [fn(&Area) -> f32; 3] = [|area| area.x1, |area| area.x0, |area| f32::midpoint(area.x0, area.x1)];

/// How far each figure's edge stands from the nearest place that a tenth of them share: one, or several where debit and
/// credit have columns of their own.
fn distances(boxed: &[(&Transaction, &Source, Area)], edge: fn(&Area) -> f32) -> Vec<f32> {
    let mut shared: BTreeMap<i32, usize> = BTreeMap::new();
    for (.., area) in boxed {
        *shared.entry(bucket(edge(area))).or_default() += 1;
    }
    let places: Vec<f32> =
        shared.iter().filter(|(_, count)| **count * 10 >= boxed.len()).map(|(bucket, _)| position(*bucket)).collect();
    let nearest = |area: &Area| places.iter().map(|one| (edge(area) - one).abs()).fold(f32::MAX, f32::min);
    boxed.iter().map(|(.., area)| nearest(area)).collect()
}

/// Edges are told apart to a quarter of a point.
const BUCKET: f32 = 0.25 / 595.0;

#[allow(clippy::cast_possible_truncation, reason = "a fraction of a page times 2,380")]
fn bucket(edge: f32) -> i32 {
    (edge / BUCKET).round() as i32
}

#[allow(clippy::cast_precision_loss, reason = "at most some thousands")]
fn position(bucket: i32) -> f32 {
    bucket as f32 * BUCKET
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, on_page};

    fn case(right: impl Fn(usize) -> f32) -> Case {
        let rows: String = (0..40).map(|_| "2026-03-01 -1.00\n").collect();
        let mut statement = bank(&rows);
        for (index, row) in statement.transactions.iter_mut().enumerate() {
            row.amount_source = on_page(1, right(index));
            row.source = on_page(1, 0.9);
        }
        Case::of(&[&[statement]])
    }

    #[test]
    fn fails_on_the_figure_that_stands_off() {
        case(|index| if index == 7 { 0.504 } else { 0.5 })
            .expect(CHECK, &["fail high, page 1: expected flush with its column, found -1.00"]);
    }

    #[test]
    fn passes_on_two_columns_and_on_rounding() {
        case(|index| if index % 2 == 0 { 0.5 } else { 0.6 }).expect(CHECK, &["pass"]);
        case(|index| if index % 2 == 0 { 0.5 } else { 0.5002 }).expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_a_short_figure_in_a_column_flush_on_the_left() {
        let rows: String = (0..40).map(|_| "2026-03-01 -1.00\n").collect();
        let mut statement = bank(&rows);
        for (index, row) in statement.transactions.iter_mut().enumerate() {
            let right = if index == 7 { 0.56 } else { 0.57 };
            row.amount_source = Source::Page { page: 1, area: Area { x0: 0.53, y0: 0.1, x1: right, y1: 0.12 } };
        }
        Case::of(&[&[statement]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_ragged_columns_and_to_sheets() {
        #[allow(clippy::cast_precision_loss, reason = "forty")]
        case(|index| 0.5 + index as f32 * 0.002).expect(CHECK, &["not_applicable"]);
        Case::of(&[&[bank("2026-03-01 -1.00")]]).expect(CHECK, &["not_applicable"]);
    }
}
