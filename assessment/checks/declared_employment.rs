//! V03: the employer that was declared must be one that the documents show.
//!
//! Since when is the business of Z13. Innocent: a brand's name for the firm behind it, labour dispatch, a salary paid by
//! a payroll firm.

use model::Text;
use model::finding::Severity;

use super::employers::{Named, is_internal, may_be_same, of_papers, of_salaries};
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "declared_employment", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    let Some(declared) = view.declaration.employer.as_deref().filter(|name| !name.trim().is_empty()) else {
        return Verdict::NotApplicable(Summary::new("申请人没有申报单位", "no employer was declared"));
    };
    let mut shown: Vec<Named> = of_salaries(view).into_iter().filter(|payer| !is_internal(&payer.name)).collect();
    shown.extend(of_papers(view));
    let Some(first) = shown.first() else {
        return Verdict::NotRun(Summary::new("材料上没有单位名称", "no document names an employer"));
    };
    let matching: Vec<&Named> = shown.iter().filter(|one| may_be_same(&one.name, declared)).collect();
    let expected = Some(Text::from(declared));
    if let Some(found) = matching.first() {
        return Verdict::Passes(Summary {
            expected,
            found: Some(found.name.as_str().into()),
            evidence: matching.iter().take(EVIDENCE_MAX).map(|one| one.evidence.clone()).collect(),
            ..Summary::new("材料所示单位与申报相符", "the documents show the declared employer")
        });
    }
    Verdict::Fails(vec![Failure {
        severity: None,
        zh: format!("申报单位“{declared}”不在材料中，材料所示为“{}”；若为同一单位的不同名称请说明", first.name),
        en: format!(
            "the declared employer {declared} is on no document, they show {}; another name of the same firm would explain it",
            first.name
        ),
        expected,
        found: Some(first.name.as_str().into()),
        evidence: shown.iter().take(EVIDENCE_MAX).map(|one| one.evidence.clone()).collect(),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, paper};
    use model::statement::StatementKind::Payslip;

    fn case(declared: &str) -> Case {
        Case::of(&[&[paper(Payslip, &[("employer", "北京青禾信息技术有限公司")])]])
            .declared(|declaration| declaration.employer = Some(declared.into()))
    }

    #[test]
    fn fails_on_an_employer_that_no_document_shows() {
        case("蓝湾食品加工厂")
            .expect(CHECK, &["fail medium, line 1: expected 蓝湾食品加工厂, found 北京青禾信息技术有限公司"]);
    }

    #[test]
    fn passes_on_a_short_name() {
        case("青禾信息").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_without_a_name_and_does_not_apply_without_a_declaration() {
        Case::of(&[]).declared(|declaration| declaration.employer = Some("青禾".into())).expect(CHECK, &["not_run"]);
        Case::of(&[&[paper(Payslip, &[("employer", "青禾")])]]).expect(CHECK, &["not_applicable"]);
    }
}
