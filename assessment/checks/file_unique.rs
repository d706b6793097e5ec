//! W01: the same file must not come from two persons.
//!
//! Innocent: a family that hands in the statement of one account they share; the same person applying again is no match.

use model::finding::Severity;

use super::across::{judge, matches, not_run};
use super::registry::Kind;
use super::verdict::Verdict;
use super::{Check, View};

pub const CHECK: Check = Check { code: "file_unique", severity: Severity::Critical, run };

fn run(view: &View<'_>) -> Verdict {
    let Some(across) = view.across else { return not_run() };
    judge(view, &matches(view, across, Kind::File), None, ("文件", "the same file"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, remembering};

    fn case() -> Case {
        Case::of(&[&[bank("2026-03-01 -1.00")]])
    }

    #[test]
    fn fails_on_a_file_that_somebody_else_sent() {
        case()
            .across(remembering(&case(), "他人", &["ab12"]), "本人", &["ab12"])
            .expect(CHECK, &["fail critical, : expected 0 other applicants, found 1"]);
    }

    #[test]
    fn passes_on_the_same_person_again_and_on_another_file() {
        case().across(remembering(&case(), "本人", &["ab12"]), "本人", &["ab12"]).expect(CHECK, &["pass"]);
        case().across(remembering(&case(), "他人", &["cd34"]), "本人", &["ab12"]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_without_a_registry_and_does_not_apply_without_files() {
        case().expect(CHECK, &["not_run"]);
        case().across(remembering(&case(), "他人", &["ab12"]), "本人", &[]).expect(CHECK, &["not_applicable"]);
    }
}
