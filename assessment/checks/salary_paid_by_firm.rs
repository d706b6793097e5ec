//! Y01: what is called a salary must come from a firm, not from a person.
//!
//! Innocent: a small shop whose owner pays from a private account.

use std::collections::BTreeMap;

use model::finding::{Evidence, Severity};
use model::ledger::Category;

use super::names::is_persons;
use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "salary_paid_by_firm", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    let mut by_person: BTreeMap<&str, Vec<Evidence>> = BTreeMap::new();
    let mut firms = 0_usize;
    for entry in view.ledger.entries.iter().filter(|entry| entry.category == Category::Salary) {
        match entry.counterparty.as_deref() {
            Some(name) if is_persons(name) => {
                by_person.entry(name).or_default().extend(place::evidence(view, entry));
            }
            Some(_) => firms += 1,
            None => {}
        }
    }
    let failures: Vec<Failure> = by_person
        .into_iter()
        .map(|(name, mut evidence)| {
            let count = evidence.len();
            evidence.truncate(EVIDENCE_MAX);
            Failure {
                severity: None,
                zh: format!("{count} 笔工资由个人“{name}”付款；个体老板发薪请提供劳动合同或工资条"),
                en: format!("{count} salary row(s) are paid by a person, {name}; an owner who pays privately can be shown by a contract or payslips"),
                expected: Some("a firm".into()),
                found: Some(name.into()),
                evidence,
            }
        })
        .collect();
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if firms > 0 {
        return Verdict::Passes(Summary::new("工资由单位付款", "salaries are paid by firms"));
    }
    Verdict::NotApplicable(Summary::new("没有写明付款方的工资", "no salary names its payer"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};

    fn paid_by(name: Option<&str>) -> Case {
        let mut statement = bank("2026-03-10 +8000.00");
        statement.transactions[0].description = Some("工资".into());
        statement.transactions[0].counterparty = name.map(Into::into);
        Case::of(&[&[statement]]).merged().categorised("工资", Category::Salary)
    }

    #[test]
    fn fails_on_a_person() {
        paid_by(Some("王大力")).expect(CHECK, &["fail medium, line 1: expected a firm, found 王大力"]);
    }

    #[test]
    fn passes_on_a_firm_and_on_a_banks_batch() {
        paid_by(Some("青禾信息技术有限公司")).expect(CHECK, &["pass"]);
        paid_by(Some("待清算代发工资户")).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_a_payer() {
        paid_by(None).expect(CHECK, &["not_applicable"]);
    }
}
