//! Y05: a cell must hold one figure.
//!
//! Two amounts run together (`12.30 45.60`, `1,234.5612.00`) are read as none; the parsers say which cell, and here it is
//! told from other illegible cells. Innocent: columns that a converter merged.

use model::finding::{Evidence, Severity};
use model::problem::ProblemCode;

use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict, subjects};
use super::{Check, View};

pub const CHECK: Check = Check { code: "cells_single", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    if subjects(view).all(|subject| subject.content.transactions.is_empty()) {
        return Verdict::NotApplicable(Summary::new("没有流水", "no statement has rows"));
    }
    let mut failures = Vec::new();
    for (document, shown) in (0_u32..).zip(view.documents) {
        let glued: Vec<(&model::Problem, &str)> = shown
            .problems
            .iter()
            .filter(|problem| matches!(problem.code, ProblemCode::UnreadableCell | ProblemCode::UnreadableRow))
            .filter_map(|problem| Some((problem, two_figures(&problem.message_en)?)))
            .collect();
        let Some((_, text)) = glued.first() else { continue };
        let number = document.saturating_add(1);
        failures.push(Failure {
            severity: None,
            zh: format!("第 {number} 份材料：一个单元格里有两个数字（{text}），请提供原始导出文件"),
            en: format!("document {number}: one cell holds two figures ({text}); the original export would help"),
            expected: Some("one figure".into()),
            found: Some((*text).into()),
            evidence: glued
                .iter()
                .take(EVIDENCE_MAX)
                .map(|(problem, _)| Evidence { document, source: problem.source.clone() })
                .collect(),
        });
    }
    if failures.is_empty() {
        return Verdict::Passes(Summary::new("每个单元格只有一个数字", "every cell holds one figure"));
    }
    Verdict::Fails(failures)
}

/// What a problem quotes, where it is two amounts.
fn two_figures(message: &str) -> Option<&str> {
    let quoted = message.split('"').nth(1)?.trim();
    let is_amount = |part: &str| {
        let (whole, cents) = part.trim_start_matches(['+', '-', '¥', '￥']).rsplit_once('.').unwrap_or_default();
        !whole.is_empty()
            && cents.len() == 2
            && part.bytes().any(|byte| byte.is_ascii_digit())
            && whole.bytes().chain(cents.bytes()).all(|byte| byte.is_ascii_digit() || byte == b',')
    };
    let apart: Vec<&str> = quoted.split_whitespace().collect();
    if apart.len() == 2 && apart.iter().all(|part| is_amount(part)) {
        return Some(quoted);
    }
    // Glued: the first ends two digits after its point.
    let point = quoted.find('.')?;
    let (first, second) = (quoted.get(..point.checked_add(3)?)?, quoted.get(point.checked_add(3)?..)?);
    (is_amount(first) && is_amount(second)).then_some(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank};
    use model::Problem;

    fn case(cell: &str) -> Case {
        let mut case = Case::of(&[&[bank("2026-03-01 -1.00")]]);
        let told = Problem::new(
            ProblemCode::UnreadableCell,
            "金额",
            format!("row 3: the amount \"{cell}\" could not be read"),
        );
        case.problems = vec![vec![told.at(at_line((), 3).source)]];
        case
    }

    #[test]
    fn fails_on_two_figures_apart_or_glued() {
        case("12.30 45.60").expect(CHECK, &["fail medium, line 3: expected one figure, found 12.30 45.60"]);
        case("1,234.5612.00").expect(CHECK, &["fail medium, line 3: expected one figure, found 1,234.5612.00"]);
    }

    #[test]
    fn passes_on_a_cell_that_is_only_smudged() {
        case("12.3O").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_rows() {
        Case::of(&[]).expect(CHECK, &["not_applicable"]);
    }
}
