//! W04: a document's printed number or verification code must not come from two persons.
//!
//! Innocent: the same person handing in a paper again; short numbers, which are not compared.

use model::finding::Severity;

use super::across::{judge, matches, not_run};
use super::registry::Kind;
use super::verdict::Verdict;
use super::{Check, View};

pub const CHECK: Check = Check { code: "serial_unique", severity: Severity::Critical, run };

fn run(view: &View<'_>) -> Verdict {
    let Some(across) = view.across else { return not_run() };
    judge(view, &matches(view, across, Kind::Serial), None, ("单据编号或验证码", "document numbers"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, paper, remembering};
    use model::statement::StatementKind::IncomeTax;

    fn case(number: &str) -> Case {
        Case::of(&[&[paper(IncomeTax, &[("record_number", number)])]])
    }

    #[test]
    fn fails_on_a_number_that_somebody_else_had() {
        case("233015180100012345")
            .across(remembering(&case("233015180100012345"), "他人", &[]), "本人", &[])
            .expect(CHECK, &["fail critical, line 1: expected 0 other applicants, found 1"]);
    }

    #[test]
    fn passes_on_another_number() {
        case("233015180100012345")
            .across(remembering(&case("233015180100012346"), "他人", &[]), "本人", &[])
            .expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_without_a_registry_and_does_not_apply_to_short_numbers() {
        case("233015180100012345").expect(CHECK, &["not_run"]);
        case("12").across(remembering(&case("12"), "他人", &[]), "本人", &[]).expect(CHECK, &["not_applicable"]);
    }
}
