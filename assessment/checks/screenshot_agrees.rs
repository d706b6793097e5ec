//! Z15: what a picture of an account shows must stand in the file exported from it, for the same days.
//!
//! Asked in one direction: a screenshot shows a part, and an owner may have deleted rows from the app since, but what the
//! picture shows and the file lacks was in one of them only. Innocent: an export that filters, a digit misread.

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::finding::Severity;
use model::statement::Transaction;
use model::{Money, Period};

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, Subject, Summary, Verdict, subjects};
use super::{Check, View};

pub const CHECK: Check = Check { code: "screenshot_agrees", severity: Severity::High, run };

/// A row read with less confidence may be another figure.
const CONFIDENCE_MIN: f32 = 0.9;

/// Fewer rows in common and the two may be of different accounts.
const COMMON_MIN: usize = 3;

fn run(view: &View<'_>) -> Verdict {
    let (mut compared, mut unsure, mut failures) = (0_usize, 0_usize, Vec::new());
    for account in &view.ledger.accounts {
        let shown: Vec<Subject<'_>> = subjects(view)
            .filter(|subject| account.statements.contains(&(subject.document, subject.statement)))
            .collect();
        for picture in shown.iter().filter(|subject| subject.photographed) {
            for file in shown.iter().filter(|subject| !subject.photographed) {
                match compare(*picture, *file) {
                    Some(Ok(())) => compared += 1,
                    Some(Err(failure)) => failures.push(failure),
                    None => unsure += 1,
                }
            }
        }
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if compared > 0 {
        return Verdict::Passes(Summary::new(
            format!("{compared} 份图片的流水都在导出文件中"),
            format!("every row of {compared} picture(s) stands in the exported file"),
        ));
    }
    if unsure > 0 {
        return Verdict::NotRun(Summary::new(
            "图片与文件没有足够的共同日期",
            "picture and file have too few days in common",
        ));
    }
    Verdict::NotApplicable(Summary::new("没有同一账户的图片和文件", "no account is shown by both a picture and a file"))
}

type Key = (Date, Money);

/// `None` where too little is shown by both.
fn compare(picture: Subject<'_>, file: Subject<'_>) -> Option<Result<(), Failure>> {
    let dates = || file.content.transactions.iter().filter_map(|row| Some(row.time?.date));
    let covered = Period::new(dates().min()?, dates().max()?)?;
    let mut left: BTreeMap<Key, usize> = BTreeMap::new();
    for row in &file.content.transactions {
        if let Some(when) = row.time {
            *left.entry((when.date, row.amount.abs())).or_default() += 1;
        }
    }
    let (mut common, mut missing): (usize, Vec<&Transaction>) = (0, Vec::new());
    for row in &picture.content.transactions {
        // The first and the last day may be cut off.
        let Some(date) = row.time.map(|when| when.date).filter(|date| covered.from < *date && *date < covered.to)
        else {
            continue;
        };
        match left.get_mut(&(date, row.amount.abs())).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                common += 1;
            }
            None if row.confidence >= CONFIDENCE_MIN && row.status.counts() => missing.push(row),
            None => {}
        }
    }
    if common < COMMON_MIN {
        return None;
    }
    let Some(first) = missing.first() else { return Some(Ok(())) };
    let (document, other) = (picture.document_number(), file.document_number());
    Some(Err(Failure {
        severity: None,
        zh: format!(
            "第 {document} 份材料（图片）{}：{} 不在同一账户的第 {other} 份材料中，共 {} 笔",
            place::zh(&first.source),
            place::dated(first.time, first.amount),
            missing.len()
        ),
        en: format!(
            "document {document} (a picture) {}: {} is not in document {other} of the same account; {} row(s)",
            place::en(&first.source),
            place::dated(first.time, first.amount),
            missing.len()
        ),
        expected: Some("a row in the file".into()),
        found: Some(place::dated(first.time, first.amount).into()),
        evidence: missing.iter().take(EVIDENCE_MAX).map(|row| picture.evidence(Some(&row.source))).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, wallet};

    const FILE: &str = "
        2026-03-01 -1.00
        2026-03-02 -2.00
        2026-03-03 -3.00
        2026-03-04 -4.00
        2026-03-09 -9.00
    ";

    fn case(picture: &str) -> Case {
        let mut seen = wallet("wechat", picture);
        for row in &mut seen.transactions {
            row.confidence = 0.95;
        }
        let mut case = Case::of(&[&[wallet("wechat", FILE)], &[seen]]).merged();
        let second = case.ledger.accounts.pop().unwrap();
        case.ledger.accounts[0].statements.extend(second.statements);
        case
    }

    #[test]
    fn fails_on_a_patched_row() {
        case("2026-03-02 -2.00\n2026-03-03 -3.00\n2026-03-04 -4.00\n2026-03-04 +8000.00")
            .expect(CHECK, &["fail high, document 2 line 4: expected a row in the file, found 2026-03-04 8000.00"]);
    }

    #[test]
    fn passes_on_a_part_of_the_file() {
        case("2026-03-02 -2.00\n2026-03-03 -3.00\n2026-03-04 -4.00").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_on_too_few_rows_and_does_not_apply_without_a_picture() {
        case("2026-03-02 -2.00\n2026-03-03 -7.00").expect(CHECK, &["not_run"]);
        Case::of(&[&[wallet("wechat", FILE)]]).merged().expect(CHECK, &["not_applicable"]);
    }
}
