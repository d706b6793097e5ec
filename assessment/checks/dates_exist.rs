//! X09: every printed date must be one of the calendar, on the day of the week that is printed beside it.
//!
//! The parsers keep a row whose date is none (2月30日), or no such weekday, and say so; here it is judged. Who moves a row to
//! another day seldom thinks of its weekday. Innocent: a digit misread from a picture.

use std::collections::BTreeSet;

use jiff::civil::Date;
use model::Problem;
use model::finding::Severity;
use model::problem::ProblemCode;
use model::statement::Transaction;

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "dates_exist", severity: Severity::Critical, run };

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("日期存在", "dates are of the calendar"),
        ("没有带日期的流水", "no statement has dated rows"),
        |subject| {
            let shown = usize::try_from(subject.document).ok().and_then(|index| view.documents.get(index));
            judge(subject, shown.map_or(&[], |shown| shown.problems))
        },
    )
}

fn judge(subject: Subject<'_>, problems: &[Problem]) -> OnStatement {
    let rows = &subject.content.transactions;
    if rows.iter().all(|row| row.time.is_none()) {
        // A table without dates at all is the layout's, not a date that does not exist.
        return OnStatement::Silent;
    }
    let told = |code: ProblemCode, says: fn(&str) -> bool| -> BTreeSet<u32> {
        let of_code = problems.iter().filter(|problem| problem.code == code && says(&problem.message_en));
        of_code.filter_map(|problem| problem.seq).collect()
    };
    let impossible = told(ProblemCode::UnreadableCell, |message| {
        message.contains("date") && message.split('"').nth(1).is_some_and(is_impossible)
    });
    let other_weekday = told(ProblemCode::DoesNotAddUp, |message| message.contains("printed weekday"));
    let is_none = |row: &&Transaction| row.time.is_none() && impossible.contains(&row.seq);
    let none: Vec<&Transaction> = rows.iter().filter(is_none).collect();
    let off: Vec<&Transaction> = rows.iter().filter(|row| other_weekday.contains(&row.seq)).collect();
    if let Some(first) = off.first().filter(|_| none.is_empty()) {
        return OnStatement::Fails(other_day(subject, first, &off));
    }
    let wrong = none;
    let Some(first) = wrong.first() else { return OnStatement::Holds };
    let document = subject.document_number();
    OnStatement::Fails(Failure {
        severity: subject.photographed.then_some(Severity::Medium),
        zh: format!("第 {document} 份材料{}：印出的日期不存在，共 {} 笔", place::zh(&first.source), wrong.len()),
        en: format!(
            "document {document} {}: the printed date does not exist; {} row(s)",
            place::en(&first.source),
            wrong.len()
        ),
        expected: Some("a date of the calendar".into()),
        found: Some("none".into()),
        evidence: wrong.iter().take(EVIDENCE_MAX).map(|row| subject.evidence(Some(&row.source))).collect(),
    })
}

/// Rows whose printed weekday is another day's.
fn other_day(subject: Subject<'_>, first: &Transaction, off: &[&Transaction]) -> Failure {
    let document = subject.document_number();
    Failure {
        severity: subject.photographed.then_some(Severity::Medium),
        zh: format!("第 {document} 份材料{}：印出的星期与日期不符，共 {} 笔", place::zh(&first.source), off.len()),
        en: format!(
            "document {document} {}: the printed weekday is not the date's; {} row(s)",
            place::en(&first.source),
            off.len()
        ),
        expected: first.time.map(|when| weekday(when.date).into()),
        found: Some("another weekday".into()),
        evidence: off.iter().take(EVIDENCE_MAX).map(|row| subject.evidence(Some(&row.source))).collect(),
    }
}

fn weekday(date: Date) -> String {
    format!("{date} {:?}", date.weekday())
}

/// Whether the text is three numbers of a date that no order of them makes one: 2026-02-30, but not 02/03/26, whose order
/// may only be unknown.
fn is_impossible(text: &str) -> bool {
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let numbers: Vec<i16> = match parts.as_slice() {
        [whole] if whole.len() == 8 => [whole.get(..4), whole.get(4..6), whole.get(6..)]
            .into_iter()
            .flatten()
            .filter_map(|n| n.parse().ok())
            .collect(),
        parts => parts.iter().take(3).filter_map(|part| part.parse().ok()).collect(),
    };
    let [a, b, c] = numbers.as_slice() else { return false };
    let exists = |year: i16, month: i16, day: i16| {
        let narrow = |number: i16| i8::try_from(number).ok();
        narrow(month).zip(narrow(day)).is_some_and(|(month, day)| Date::new(year, month, day).is_ok())
    };
    // A year of four digits says where it stands; one of two may stand at either end.
    let orders = [(*a, *b, *c), (*c, *a, *b), (*c, *b, *a)];
    let mut possible = orders.into_iter().filter(|(year, ..)| *a <= 31 || year == a);
    !possible.any(|(year, month, day)| exists(year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};

    fn case(printed: &str, confidence: f32) -> Case {
        let mut statement = bank("2026-02-27 -1.00\n2026-02-28 -1.00");
        statement.transactions[1].time = None;
        statement.transactions[0].confidence = confidence;
        let mut case = Case::of(&[&[statement]]);
        let told = format!("row 2: the date \"{printed}\" could not be read");
        case.problems = vec![vec![Problem::new(ProblemCode::UnreadableCell, "日期", told).row(2)]];
        case
    }

    #[test]
    fn fails_on_the_row_whose_date_is_none() {
        for printed in ["2026-02-30", "20260230", "2026年13月01日", "02/30/2026"] {
            case(printed, 1.0).expect(CHECK, &["fail critical, line 2: expected a date of the calendar, found none"]);
        }
        case("2026-02-30", 0.8).expect(CHECK, &["fail medium, line 2: expected a date of the calendar, found none"]);
    }

    #[test]
    fn fails_on_the_row_whose_weekday_is_another_days() {
        let mut case = Case::of(&[&[bank("2026-02-27 -1.00\n2026-02-28 -1.00")]]);
        let told = "row 2: the printed weekday is not that of 2026-02-28 (\"2026-02-28 周五\")";
        case.problems = vec![vec![Problem::new(ProblemCode::DoesNotAddUp, "星期", told).row(2)]];
        case.expect(CHECK, &["fail critical, line 2: expected 2026-02-28 Saturday, found another weekday"]);
    }

    #[test]
    fn passes_on_a_leap_day_and_on_dates_that_are_only_unclear() {
        Case::of(&[&[bank("2024-02-29 -1.00")]]).expect(CHECK, &["pass"]);
        for unclear in ["02/03/26", "2O26-02-28", "昨天"] {
            case(unclear, 1.0).expect(CHECK, &["pass"]);
        }
    }

    #[test]
    fn does_not_apply_to_rows_without_dates() {
        let mut statement = bank("2026-02-27 -1.00");
        statement.transactions[0].time = None;
        Case::of(&[&[statement]]).expect(CHECK, &["not_applicable"]);
    }
}
