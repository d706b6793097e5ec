//! Z13: who states since when they work there must have been paid since then, as far as the account shows.
//!
//! Compared with the first salary where the account is covered from well before: an employer that begins to pay half a
//! year after the stated day contradicts it. Innocent: a salary once paid into another account, a firm renamed.

use jiff::civil::Date;
use model::dates::days_between;
use model::finding::Severity;
use model::ledger::{Category, Entry};

use super::place;
use super::verdict::{Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "tenure_borne_out", severity: Severity::Medium, run };

/// The first salary comes up to two months after the first day of work.
const FIRST_PAY_DAYS_MAX: i64 = 75;

fn run(view: &View<'_>) -> Verdict {
    let Some(since) = view.declaration.employed_since else {
        return Verdict::NotApplicable(Summary::new("申请人没有申报入职日期", "no first day of work was declared"));
    };
    let salaries = view.ledger.entries.iter().filter(|entry| entry.category == Category::Salary);
    let first = salaries.filter_map(|entry| Some((entry.time?.date, entry))).min_by_key(|(date, _)| *date);
    let Some((first, entry)) = first else {
        return Verdict::NotRun(Summary::new("流水中没有工资", "no statement shows a salary"));
    };
    if since > first {
        return Verdict::Fails(vec![failure(view, since, first, entry)]);
    }
    let account = usize::try_from(entry.account).ok().and_then(|index| view.ledger.accounts.get(index));
    let covered_from = account
        .and_then(|account| account.covered.iter().find(|period| period.contains(first)).map(|period| period.from));
    let asked_from = covered_from.map_or(since, |covered| covered.max(since));
    if days_between(asked_from, first) > FIRST_PAY_DAYS_MAX {
        return Verdict::Fails(vec![failure(view, since, first, entry)]);
    }
    let (expected, found) = (Some(since.to_string().into()), Some(first.to_string().into()));
    let summary = if covered_from.is_some_and(|covered| covered <= since) {
        return Verdict::Passes(Summary {
            expected,
            found,
            evidence: place::evidence(view, entry).into_iter().collect(),
            ..Summary::new("首笔工资与申报的入职日期相符", "the first salary bears out the declared first day")
        });
    } else {
        Summary::new("流水晚于申报的入职日期开始", "the statements begin after the declared first day")
    };
    Verdict::NotRun(Summary { expected, found, ..summary })
}

fn failure(view: &View<'_>, since: Date, first: Date, entry: &Entry) -> Failure {
    Failure {
        severity: None,
        zh: format!("申报 {since} 入职，流水中首笔工资却在 {first}；若此前工资发到其他账户，请补充流水"),
        en: format!(
            "declared to work there since {since}, yet the first salary shown is of {first}; another account's statement may explain it"
        ),
        expected: Some(since.to_string().into()),
        found: Some(first.to_string().into()),
        evidence: place::evidence(view, entry).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, day};

    fn case(since: &str, from: &str) -> Case {
        let mut statement = bank(&format!("{from} -1.00\n2026-03-10 +8000.00\n2026-04-10 +8000.00"));
        for row in &mut statement.transactions[1..] {
            row.description = Some("代发工资".into());
        }
        Case::of(&[&[statement]])
            .merged()
            .categorised("代发工资", Category::Salary)
            .declared(|declaration| declaration.employed_since = Some(day(since)))
    }

    #[test]
    fn fails_on_years_of_work_that_the_account_does_not_show() {
        case("2022-06-01", "2025-06-01").expect(CHECK, &["fail medium, line 2: expected 2022-06-01, found 2026-03-10"]);
    }

    #[test]
    fn fails_on_a_salary_from_before_the_first_day() {
        case("2026-04-01", "2026-03-01").expect(CHECK, &["fail medium, line 2: expected 2026-04-01, found 2026-03-10"]);
    }

    #[test]
    fn passes_on_a_first_salary_in_the_month_after() {
        case("2026-02-02", "2025-06-01").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_on_a_younger_statement_and_does_not_apply_without_a_claim() {
        case("2022-06-01", "2026-03-01").expect(CHECK, &["not_run"]);
        Case::of(&[]).expect(CHECK, &["not_applicable"]);
    }
}
