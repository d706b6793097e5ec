//! W06: a firm that pays salaries to several applicants must show as an employer on somebody's papers of work.
//!
//! A ring's firm pays wages and nothing else: no tax, no insurance, no fund. Where this applicant's own papers name the
//! payer, it employs people and nothing is asked. Innocent: a young firm whose people all need credit.

use std::collections::BTreeSet;

use model::finding::{Evidence, Severity};

use super::across::{matches, not_run};
use super::employers::{is_internal, may_be_same, of_papers, of_salaries};
use super::registry::Kind;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "payer_unshared", severity: Severity::High, run };

/// Other applicants that the firm pays, from which it is asked about, and from which it is strong.
const OTHERS_ASKED: usize = 2;
const OTHERS_STRONG: usize = 4;

fn run(view: &View<'_>) -> Verdict {
    let Some(across) = view.across else { return not_run() };
    let payers: Vec<_> = of_salaries(view).into_iter().filter(|payer| !is_internal(&payer.name)).collect();
    if payers.is_empty() {
        return Verdict::NotApplicable(Summary::new("没有写明付款方的工资", "no salary names its payer"));
    }
    let papers = of_papers(view);
    let unknown = |name: &str| !papers.iter().any(|paper| may_be_same(&paper.name, name));
    let mut failures = Vec::new();
    for (payer, (_, others)) in payers.iter().zip(matches(view, across, Kind::Payer)) {
        let persons = others.iter().map(|sighting| &sighting.person).collect::<BTreeSet<_>>().len();
        if persons < OTHERS_ASKED || !unknown(&payer.name) {
            continue;
        }
        let evidence: Vec<Evidence> = [payer.evidence.clone()].into_iter().take(EVIDENCE_MAX).collect();
        failures.push(Failure {
            severity: (persons < OTHERS_STRONG).then_some(Severity::Medium),
            zh: format!("发薪单位“{}”还向另外 {persons} 位申请人发薪，且没有纳税、社保或公积金材料印证；请补充", payer.name),
            en: format!(
                "{} pays salaries to {persons} other applicant(s) too, and no tax, insurance or fund paper names it; such a paper would settle it",
                payer.name
            ),
            expected: Some("a paper of work that names it".into()),
            found: Some(persons.to_string().into()),
            evidence,
        });
    }
    if failures.is_empty() {
        return Verdict::Passes(Summary::new(
            "发薪单位没有异常集中",
            "the salary's payer pays no unusual number of applicants",
        ));
    }
    Verdict::Fails(failures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, paper, remembering_payer};
    use model::ledger::Category;
    use model::statement::StatementKind::SocialInsurance;

    fn case(insured_by: Option<&str>) -> Case {
        let mut statement = bank("2026-03-10 +8000.00");
        statement.transactions[0].counterparty = Some("速达商贸有限公司".into());
        let insurance = insured_by.map(|name| paper(SocialInsurance, &[("employer", name)]));
        let papers: Vec<_> = insurance.into_iter().collect();
        Case::of(&[&[statement], &papers]).merged().categorised("速达", Category::Salary)
    }

    #[test]
    fn fails_on_a_firm_that_pays_many_applicants_and_insures_none() {
        case(None)
            .across(remembering_payer("速达商贸有限公司", &["甲", "乙", "丙", "丁"]), "本人", &[])
            .expect(CHECK, &["fail high, line 1: expected a paper of work that names it, found 4"]);
        case(None)
            .across(remembering_payer("速达商贸有限公司", &["甲", "乙"]), "本人", &[])
            .expect(CHECK, &["fail medium, line 1: expected a paper of work that names it, found 2"]);
    }

    #[test]
    fn passes_on_a_large_employer_that_insures_its_people() {
        case(Some("速达商贸有限公司"))
            .across(remembering_payer("速达商贸有限公司", &["甲", "乙", "丙", "丁"]), "本人", &[])
            .expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_run_without_a_registry_and_does_not_apply_without_a_salary() {
        case(None).expect(CHECK, &["not_run"]);
        Case::of(&[])
            .across(remembering_payer("速达商贸有限公司", &["甲"]), "本人", &[])
            .expect(CHECK, &["not_applicable"]);
    }
}
