//! X08: rows must lie in the printed period, the period must end by the day of issue, and nothing may be in the future.
//!
//! Innocent: a card purchase made before the bill and booked within it (it passes).

use jiff::civil::Date;
use model::finding::{Evidence, Severity};
use model::statement::StatementKind;
use model::{Source, Text};

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "dates_in_period", severity: Severity::High, run };

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("日期在账单期间内", "dates within the period"),
        ("没有带日期的流水", "no statement has dates"),
        |subject| judge(subject, view.as_of),
    )
}

/// One date that stands where it cannot.
struct Misplaced<'a> {
    source: &'a Source,
    zh: &'static str,
    en: &'static str,
    expected: String,
    found: Date,
}

fn judge(subject: Subject<'_>, as_of: Date) -> OnStatement {
    let statement = subject.content;
    let mut misplaced = Vec::new();
    if let (Some(period), Some(issued)) = (&statement.period, &statement.issued)
        && period.value.to > issued.value.date
    {
        misplaced.push(Misplaced {
            source: &period.source,
            zh: "账单期间晚于出具日期",
            en: "the period ends after the day of issue",
            expected: format!("<= {}", issued.value.date),
            found: period.value.to,
        });
    }
    if let Some(issued) = &statement.issued
        && issued.value.date > as_of
    {
        misplaced.push(Misplaced {
            source: &issued.source,
            zh: "出具日期晚于评估日",
            en: "issued after the day of assessment",
            expected: format!("<= {as_of}"),
            found: issued.value.date,
        });
    }
    // A card's purchase may be made before the bill's period and booked within it.
    let may_start_earlier = statement.kind == StatementKind::CreditCard;
    for row in &statement.transactions {
        let Some(date) = row.time.map(|when| when.date) else { continue };
        let outside = statement
            .period
            .as_ref()
            .map(|printed| printed.value)
            .filter(|period| !(period.contains(date) || may_start_earlier && date < period.from));
        if let Some(period) = outside {
            misplaced.push(Misplaced {
                source: &row.source,
                zh: "交易日期不在账单期间内",
                en: "a row lies outside the printed period",
                expected: format!("{}..{}", period.from, period.to),
                found: date,
            });
        } else if date > as_of {
            misplaced.push(Misplaced {
                source: &row.source,
                zh: "交易日期晚于评估日",
                en: "a row is dated after the day of assessment",
                expected: format!("<= {as_of}"),
                found: date,
            });
        }
    }
    let Some(first) = misplaced.first() else {
        let dated = statement.transactions.iter().any(|row| row.time.is_some());
        return if dated || statement.period.is_some() { OnStatement::Holds } else { OnStatement::Silent };
    };
    let document = subject.document_number();
    let evidence: Vec<Evidence> =
        misplaced.iter().take(EVIDENCE_MAX).map(|one| subject.evidence(Some(one.source))).collect();
    OnStatement::Fails(Failure {
        severity: None,
        zh: format!(
            "第 {document} 份材料{}：{}（应为 {}，实为 {}），共 {} 处",
            place::zh(first.source),
            first.zh,
            first.expected,
            first.found,
            misplaced.len()
        ),
        en: format!(
            "document {document} {}: {} (expected {}, found {}); {} place(s)",
            place::en(first.source),
            first.en,
            first.expected,
            first.found,
            misplaced.len()
        ),
        expected: Some(Text::from(first.expected.as_str())),
        found: Some(first.found.to_string().into()),
        evidence,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank, day};
    use model::statement::Statement;
    use model::{Period, When};

    fn march(rows: &str) -> Statement {
        let mut statement = bank(rows);
        statement.period = Some(at_line(Period::new(day("2026-03-01"), day("2026-03-31")).unwrap(), 90));
        statement.issued = Some(at_line(When::day(day("2026-03-31")), 91));
        statement
    }

    #[test]
    fn fails_on_the_row_outside_the_period() {
        let statement = march("2026-03-01 +5.00\n2026-04-02 -1.00");
        Case::of(&[&[statement]])
            .expect(CHECK, &["fail high, line 2: expected 2026-03-01..2026-03-31, found 2026-04-02"]);
    }

    #[test]
    fn fails_on_a_period_that_ends_after_the_day_of_issue() {
        let mut statement = march("2026-03-01 +5.00");
        statement.issued = Some(at_line(When::day(day("2026-03-20")), 91));
        Case::of(&[&[statement]]).expect(CHECK, &["fail high, line 90: expected <= 2026-03-20, found 2026-03-31"]);
    }

    #[test]
    fn fails_on_a_row_from_the_future() {
        let case = Case::of(&[&[bank("2026-03-01 +5.00\n2026-03-09 -1.00")]]).assessed_on("2026-03-08");
        case.expect(CHECK, &["fail high, line 2: expected <= 2026-03-08, found 2026-03-09"]);
    }

    #[test]
    fn passes_on_the_first_and_last_day_and_a_document_of_the_same_day() {
        Case::of(&[&[march("2026-03-01 +5.00\n2026-03-31 -1.00")]]).assessed_on("2026-03-31").expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_a_card_purchase_booked_in_the_next_bill() {
        let mut statement = march("2026-02-27 -5.00\n2026-03-31 -1.00");
        statement.kind = StatementKind::CreditCard;
        Case::of(&[&[statement]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_dates() {
        Case::of(&[&[bank("")]]).expect(CHECK, &["not_applicable"]);
    }
}
