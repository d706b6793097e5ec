//! W03: files of two persons and two issuers must not be made from one template.
//!
//! The six letters before an embedded font's name are drawn anew for each file: who shares them, with the same producer,
//! took one file for the other. Files of one issuer are left out, as some draw them once for all.
//! Innocent: one converter app that two people used, which is why this is not the last word.

use model::finding::Severity;

use super::across::{judge, matches, not_run};
use super::registry::Kind;
use super::verdict::Verdict;
use super::{Check, View};

pub const CHECK: Check = Check { code: "template_unique", severity: Severity::High, run };

fn run(view: &View<'_>) -> Verdict {
    let Some(across) = view.across else { return not_run() };
    let mut found = matches(view, across, Kind::Template);
    for (one, others) in &mut found {
        others.retain(|sighting| sighting.context != one.context);
    }
    judge(view, &found, None, ("文件模板痕迹", "the same template"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, remembering};

    fn case(issuer: &str, font: &str) -> Case {
        let mut statement = bank("2026-03-01 -1.00");
        statement.issuer = issuer.into();
        let mut case = Case::of(&[&[statement]]);
        case.facts.fonts = vec![font.into()];
        case
    }

    #[test]
    fn fails_on_another_banks_file_of_the_same_make() {
        case("cmb", "QXKZPB+SimSun")
            .across(remembering(&case("icbc", "QXKZPB+SimSun"), "他人", &[]), "本人", &[])
            .expect(CHECK, &["fail high, : expected 0 other applicants, found 1"]);
    }

    #[test]
    fn passes_on_the_same_banks_file_and_on_other_letters() {
        for (issuer, font) in [("cmb", "QXKZPB+SimSun"), ("icbc", "ABXKZQ+SimSun")] {
            case("cmb", "QXKZPB+SimSun")
                .across(remembering(&case(issuer, font), "他人", &[]), "本人", &[])
                .expect(CHECK, &["pass"]);
        }
    }

    #[test]
    fn does_not_run_without_a_registry_and_does_not_apply_to_fonts_without_letters() {
        case("cmb", "QXKZPB+SimSun").expect(CHECK, &["not_run"]);
        for font in ["SimSun", "AAAAAA+SimSun"] {
            case("cmb", font)
                .across(remembering(&case("icbc", font), "他人", &[]), "本人", &[])
                .expect(CHECK, &["not_applicable"]);
        }
    }
}
