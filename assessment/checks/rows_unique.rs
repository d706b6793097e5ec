//! W02: twenty rows in a row must not stand in two persons' accounts.
//!
//! Day, amount and balance (or the issuer's reference, where no balance is printed) of twenty consecutive rows are nobody
//! else's. Innocent: a joint account handed in by both; shorter runs.

use model::finding::Severity;

use super::across::{judge, matches, not_run};
use super::registry::Kind;
use super::verdict::Verdict;
use super::{Check, View};

pub const CHECK: Check = Check { code: "rows_unique", severity: Severity::Critical, run };

fn run(view: &View<'_>) -> Verdict {
    let Some(across) = view.across else { return not_run() };
    judge(view, &matches(view, across, Kind::Rows), None, ("连续 20 笔流水", "runs of twenty rows"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, remembering};

    fn case(rows: std::ops::RangeInclusive<u32>, salary: &str) -> Case {
        let rows: String = rows.map(|day| format!("2026-03-{day:02} -1.00 {}.00\n", 1000 - day)).collect();
        Case::of(&[&[bank(&format!("{rows}2026-03-31 +{salary} 9000.00"))]])
    }

    #[test]
    fn fails_on_rows_of_somebody_elses_account_at_the_end_of_the_run() {
        // Twenty rows are shared, the salary is not.
        case(1..=20, "8000.00")
            .across(remembering(&case(1..=20, "5000.00"), "他人", &[]), "本人", &[])
            .expect(CHECK, &["fail critical, line 20: expected 0 other applicants, found 1"]);
    }

    #[test]
    fn passes_on_a_shorter_run() {
        case(1..=19, "8000.00")
            .across(remembering(&case(1..=19, "5000.00"), "他人", &[]), "本人", &[])
            .expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_without_a_registry_and_does_not_apply_to_few_rows() {
        case(1..=20, "1.00").expect(CHECK, &["not_run"]);
        case(1..=10, "1.00")
            .across(remembering(&case(1..=20, "1.00"), "他人", &[]), "本人", &[])
            .expect(CHECK, &["not_applicable"]);
    }
}
