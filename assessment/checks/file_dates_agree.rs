//! T03: the file's own dates must agree with each other and with what it prints.
//!
//! Clocks of servers and of programs are often wrong, and saving a file anew sets them: a note, more where the file
//! says it was made before the rows it shows. Made on a day between its rows, and never saved after the last of them, it was
//! made to say so: a form that is filled has a day from before all its rows, and gets the day it was filled as its last
//! saving; programs that know no day write one of long ago (2006-09-16 in many workbooks).

use jiff::civil::Date;
use model::dates::days_between;
use model::finding::Severity;

use super::file::{File, OnFile, each_file};
use super::verdict::{Failure, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "file_dates_agree", severity: Severity::Low, run };

/// Days between two clocks in different time zones.
const ZONE_DAYS: i64 = 1;

fn run(view: &View<'_>) -> Verdict {
    let as_of = view.as_of;
    each_file(
        view,
        ("文件的制作日期合理", "the file's own dates make sense"),
        ("没有记录制作日期的文件", "no file says when it was made"),
        |file| judge(file, as_of),
    )
}

fn judge(file: File<'_>, as_of: Date) -> OnFile {
    let created = file.facts.created.as_ref().and_then(|text| date(text));
    let modified = file.facts.modified.as_ref().and_then(|text| date(text));
    if created.is_none() && modified.is_none() {
        return OnFile::Silent;
    }
    let days = || file.statements.iter().flat_map(|one| &one.transactions).filter_map(|row| Some(row.time?.date));
    let (oldest_row, newest_row) = (days().min(), days().max());
    let issued =
        file.statements.iter().filter_map(|statement| statement.issued.as_ref().map(|one| one.value.date)).max();
    let mut failures = Vec::new();
    let mut fail = |severity, (zh, en): (&str, &str), expected: String, found: Date| {
        let number = file.number();
        failures.push(Failure {
            severity: Some(severity),
            zh: format!("第 {number} 份材料{zh}（应为 {expected}，实为 {found}）"),
            en: format!("document {number}: {en} (expected {expected}, found {found})"),
            expected: Some(expected.into()),
            found: Some(found.to_string().into()),
            evidence: file.whole(),
        });
    };
    for day in [created, modified].into_iter().flatten() {
        if days_between(as_of, day) > ZONE_DAYS {
            fail(
                Severity::Medium,
                ("的制作日期晚于评估日", "made after the day of assessment"),
                format!("<= {as_of}"),
                day,
            );
            break;
        }
    }
    if let (Some(created), Some(newest)) = (created, newest_row)
        && days_between(created, newest) > ZONE_DAYS
    {
        let words = ("在其所列交易发生之前就已制作", "made before the rows it shows");
        let never_saved_since = modified.is_some_and(|modified| days_between(modified, newest) > ZONE_DAYS);
        let among_its_rows = oldest_row.is_some_and(|oldest| oldest <= created);
        let severity = if never_saved_since && among_its_rows { Severity::High } else { Severity::Medium };
        fail(severity, words, format!(">= {newest}"), created);
    }
    if let (Some(created), Some(modified)) = (created, modified) {
        if days_between(modified, created) > ZONE_DAYS {
            fail(
                Severity::Low,
                ("的修改日期早于制作日期", "modified before it was made"),
                format!(">= {created}"),
                modified,
            );
        } else if days_between(created, modified) > ZONE_DAYS {
            fail(Severity::Low, ("制作之后又被保存过", "saved again after it was made"), created.to_string(), modified);
        }
    }
    if let (Some(created), Some(issued)) = (created, issued)
        && days_between(created, issued).abs() > ZONE_DAYS
    {
        let words = ("的制作日期与所印的出具日期不同", "not made on the printed day of issue");
        fail(Severity::Low, words, issued.to_string(), created);
    }
    if failures.is_empty() { OnFile::Holds } else { OnFile::Fails(failures) }
}

/// The day of `D:20260301101500+08'00'`, `2026-03-01T10:15:00` and `2026-03-01`, without its time.
fn date(text: &str) -> Option<Date> {
    let digits: String = text.trim_start_matches("D:").chars().filter(|one| *one != '-').take(8).collect();
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use model::document::FileFacts;

    use super::*;
    use crate::checks::test_support::{Case, bank};

    fn case(created: &str, modified: &str) -> Case {
        let text = |text: &str| (!text.is_empty()).then(|| text.into());
        let facts = FileFacts { created: text(created), modified: text(modified), ..FileFacts::default() };
        Case::of(&[&[bank("2026-03-01 +1.00\n2026-03-20 +2.00")]]).filed(facts)
    }

    #[test]
    fn fails_where_the_file_is_older_than_its_rows() {
        let case = case("D:20260301090000+08'00'", "D:20260301090000+08'00'");
        case.expect(CHECK, &["fail high, : expected >= 2026-03-20, found 2026-03-01"]);
    }

    #[test]
    fn a_form_drawn_before_and_filled_after_says_less() {
        case("D:20260301090000+08'00'", "D:20260321090000+08'00'").expect(
            CHECK,
            &[
                "fail medium, : expected >= 2026-03-20, found 2026-03-01",
                "fail low, : expected 2026-03-01, found 2026-03-21",
            ],
        );
        case("2006-09-16T00:00:00Z", "2006-09-16T00:00:00Z")
            .expect(CHECK, &["fail medium, : expected >= 2026-03-20, found 2006-09-16"]);
    }

    #[test]
    fn a_later_saving_is_a_note() {
        case("2026-03-21", "2026-04-21").expect(CHECK, &["fail low, : expected 2026-03-21, found 2026-04-21"]);
    }

    #[test]
    fn passes_on_the_day_of_issue_in_another_time_zone() {
        case("D:20260321003000+08'00'", "D:20260320163000Z").expect(CHECK, &["pass"]);
    }

    #[test]
    fn not_without_dates() {
        case("", "").expect(CHECK, &["not_applicable"]);
        case("yesterday", "").expect(CHECK, &["not_applicable"]);
    }
}
