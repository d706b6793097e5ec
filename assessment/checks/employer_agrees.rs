//! Z12: payslips, tax, fund and insurance papers and the salary's payer must name one employer.
//!
//! Names are compared without their form and place; groups and dispatch agencies (`employers.toml`) are known.
//! Innocent: a change of job within the time shown, labour dispatch, a payroll firm.

use model::finding::Severity;

use super::employers::{Named, is_internal, may_be_same, of_papers, of_salaries};
use super::verdict::{Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "employer_agrees", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    let papers = of_papers(view);
    let payers: Vec<Named> = of_salaries(view).into_iter().filter(|payer| !is_internal(&payer.name)).collect();
    let Some(reference) = payers.first().or(papers.first()) else {
        return Verdict::NotApplicable(Summary::new("没有写明单位的材料", "no document names an employer"));
    };
    let others: Vec<&Named> =
        papers.iter().filter(|paper| paper.evidence.document != reference.evidence.document).collect();
    if others.is_empty() {
        return Verdict::NotApplicable(Summary::new("没有两份写明单位的材料", "no two documents name an employer"));
    }
    // Who changed jobs has two payers and papers of both.
    let known =
        |name: &str| payers.iter().any(|payer| may_be_same(&payer.name, name)) || may_be_same(&reference.name, name);
    let unknown: Vec<&&Named> = others.iter().filter(|paper| !known(&paper.name)).collect();
    let Some(first) = unknown.first() else {
        return Verdict::Passes(Summary {
            found: Some(reference.name.as_str().into()),
            evidence: others.iter().take(super::verdict::EVIDENCE_MAX).map(|paper| paper.evidence.clone()).collect(),
            ..Summary::new("各份材料的单位一致", "the documents name one employer")
        });
    };
    let document = first.evidence.document.saturating_add(1);
    Verdict::Fails(vec![Failure {
        severity: None,
        zh: format!("第 {document} 份材料的单位“{}”与“{}”不一致；换过工作或劳务派遣请说明", first.name, reference.name),
        en: format!(
            "document {document} names the employer {}, elsewhere it is {}; a change of job or labour dispatch would explain it",
            first.name, reference.name
        ),
        expected: Some(reference.name.as_str().into()),
        found: Some(first.name.as_str().into()),
        evidence: unknown
            .iter()
            .map(|paper| paper.evidence.clone())
            .chain([reference.evidence.clone()])
            .take(super::verdict::EVIDENCE_MAX)
            .collect(),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, paper};
    use model::ledger::Category;
    use model::statement::StatementKind::{Payslip, ProvidentFund};

    fn case(employer: &str) -> Case {
        let mut statement = bank("2026-03-10 +8000.00");
        statement.transactions[0].counterparty = Some("青禾信息技术有限公司".into());
        let fund = paper(ProvidentFund, &[("employer", employer)]);
        Case::of(&[&[statement], &[fund]]).merged().categorised("青禾", Category::Salary)
    }

    #[test]
    fn fails_on_another_firm() {
        case("蓝湾食品加工厂")
            .expect(CHECK, &["fail medium, document 2 line 1: expected 青禾信息技术有限公司, found 蓝湾食品加工厂"]);
    }

    #[test]
    fn passes_on_a_branch_and_on_an_agency() {
        case("北京青禾信息技术有限公司上海分公司").expect(CHECK, &["pass"]);
        case("某某人力资源服务有限公司").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_one_paper() {
        Case::of(&[&[paper(Payslip, &[("employer", "青禾信息技术有限公司")])]]).expect(CHECK, &["not_applicable"]);
    }
}
