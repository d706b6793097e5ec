//! How each declared fact stands against the documents.

use model::declaration::Declaration;
use model::feature::Features;
use model::finding::{Finding, Outcome};
use model::profile::{CorroboratedFact, Corroboration, Verified};
use model::{Sensitive, Text};

/// Always the same facts in the same order, declared or not.
pub fn facts(
    declaration: &Declaration,
    verified: &Verified,
    features: &Features,
    findings: &[Finding],
) -> Vec<CorroboratedFact> {
    let name = declaration.name.as_ref().map(Sensitive::reveal);
    let names = (!verified.names.is_empty()).then(|| verified.names.join("、").into());
    let (income, debt) = (declaration.monthly_income, declaration.monthly_debt);
    let employer = features.get("income.salary_employer_id").and_then(|feature| feature.value.clone());
    vec![
        fact("name", name.cloned(), names, |_| as_found(findings, "holder_agrees")),
        fact("monthly_income", income.map(printed), verified.monthly_income.map(printed), |_| {
            as_found(findings, "declared_income")
        }),
        // What the check compared: rent and the like are obligations, and nobody declares them as debt.
        fact("monthly_debt", debt.map(printed), found(findings, "declared_debt"), |_| {
            as_found(findings, "declared_debt")
        }),
        fact("employer", declaration.employer.clone(), employer, |(declared, payer)| {
            // A payer's name that differs contradicts nothing: wages come from agencies and parent companies.
            if names_one_company(declared, payer) { Corroboration::Corroborated } else { Corroboration::NotShown }
        }),
    ]
}

fn printed(amount: model::Money) -> Text {
    amount.to_string().into()
}

/// `judge` is asked only where the fact is both declared and shown.
fn fact(
    name: &str,
    declared: Option<Text>,
    verified: Option<Text>,
    judge: impl FnOnce((&str, &str)) -> Corroboration,
) -> CorroboratedFact {
    let corroboration = match (&declared, &verified) {
        (None, _) => Corroboration::NotDeclared,
        (Some(_), None) => Corroboration::NotShown,
        (Some(declared), Some(verified)) => judge((declared, verified)),
    };
    CorroboratedFact { fact: name.into(), declared, verified, corroboration }
}

/// What a check found in the documents.
fn found(findings: &[Finding], check: &str) -> Option<Text> {
    findings.iter().filter(|finding| finding.check == check).find_map(|finding| finding.found.clone())
}

fn as_found(findings: &[Finding], check: &str) -> Corroboration {
    let outcomes = || findings.iter().filter(|finding| finding.check == check).map(|finding| finding.outcome);
    if outcomes().any(|outcome| outcome == Outcome::Fail) {
        Corroboration::Contradicted
    } else if outcomes().any(|outcome| outcome == Outcome::Pass) {
        Corroboration::Corroborated
    } else {
        Corroboration::NotShown
    }
}

/// People write a company's short name; payrolls print the registered one around it.
fn names_one_company(declared: &str, payer: &str) -> bool {
    let plain =
        |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (declared, payer) = (plain(declared), plain(payer));
    // Two characters are a place or a trade, not a company.
    declared.chars().count() > 2
        && payer.chars().count() > 2
        && (payer.contains(&declared) || declared.contains(&payer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_its_companys() {
        assert!(names_one_company("云杉科技", "杭州云杉科技有限公司"));
        assert!(names_one_company("杭州云杉科技有限公司（总部）", "杭州云杉科技有限公司"));
        assert!(!names_one_company("云杉科技", "杭州云松科技有限公司"));
        assert!(!names_one_company("杭州", "杭州云杉科技有限公司"));
    }
}
