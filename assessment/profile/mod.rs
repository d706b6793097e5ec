//! Declared against verified: the picture a decision is made on.

mod corroboration;
mod months;

use model::declaration::Declaration;
use model::feature::{Feature, Features};
use model::finding::{Finding, Outcome, Severity};
use model::ledger::{Grade, Ledger};
use model::profile::{FindingInShort, Profile, ShownAccount, Verified};
use model::{Money, Text};
use rust_decimal::Decimal;

/// What the applicant states beside what the documents show. Nothing is computed anew: figures are features', and
/// whether a fact is borne out is the findings' to say.
#[must_use]
pub fn build(ledger: &Ledger, features: &Features, findings: &[Finding], declaration: &Declaration) -> Profile {
    let verified = verified(ledger, features, findings);
    let corroboration = corroboration::facts(declaration, &verified, features, findings);
    let findings = findings.iter().map(|finding| FindingInShort {
        check: finding.check.clone(),
        outcome: finding.outcome,
        severity: finding.severity,
    });
    Profile { declared: declaration.clone(), corroboration, findings: findings.collect(), verified }
}

fn verified(ledger: &Ledger, features: &Features, findings: &[Finding]) -> Verified {
    let accounts = ledger.accounts.iter().map(|account| ShownAccount {
        kind: account.kind,
        issuer: account.issuer.clone(),
        tail: account.tail.clone(),
        grade: account.grade,
        proven: account.proven,
        covered_to: account.covered.last().map(|period| period.to),
    });
    Verified {
        monthly_income: money(features, "income.verified_income"),
        monthly_income_low: money(features, "income.income_forecast_low"),
        income_grade: features.get("income.verified_income").map_or(Grade::E, |feature| feature.grade),
        streams: Vec::new(),
        sector: None,
        fixed_obligations: money(features, "obligations.fixed_obligations"),
        essential_spending: money(features, "obligations.essential_spending"),
        months: months::covered_in_full(ledger),
        names: names(findings),
        accounts: accounts.collect(),
    }
}

fn decimal(features: &Features, name: &str) -> Option<Decimal> {
    features.get(name).and_then(|feature: &Feature| feature.value.as_ref())?.parse().ok()
}

fn money(features: &Features, name: &str) -> Option<Money> {
    Money::from_decimal(decimal(features, name)?)
}

/// The names that documents show, as `holder_agrees` lists them: joined by `、` where they agree, one by one where they
/// differ. Its failures about ID numbers are less severe than those about names, which tells them apart.
fn names(findings: &[Finding]) -> Vec<Text> {
    let mut names: Vec<Text> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.check == "holder_agrees") {
        let about_an_id = finding.outcome == Outcome::Fail && finding.severity != Severity::Critical;
        // With a second place the failure compares two documents, and what was expected is printed there.
        let expected = finding.expected.as_deref().filter(|_| finding.evidence.len() > 1);
        let printed = expected.into_iter().chain(finding.found.as_deref()).filter(|_| !about_an_id);
        for name in printed.flat_map(|list| list.split('、')) {
            if !names.iter().any(|known| known == name) {
                names.push(name.into());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::finding::{Cause, Evidence};
    use model::ledger::LedgerAccount;
    use model::profile::Corroboration;
    use model::statement::StatementKind;
    use model::{Period, Sensitive};

    fn feature(value: &str, grade: Grade) -> Feature {
        Feature {
            value: Some(value.into()),
            unit: "CNY/month".into(),
            window: "6m".into(),
            coverage: "1".into(),
            grade,
            reason: None,
            rows: Vec::new(),
        }
    }

    fn finding(check: &str, outcome: Outcome, severity: Severity) -> Finding {
        Finding {
            check: check.into(),
            cause: Cause::default(),
            outcome,
            severity,
            message_zh: String::new(),
            message_en: String::new(),
            expected: None,
            found: None,
            evidence: Vec::new(),
        }
    }

    fn facts(profile: &Profile) -> Vec<(&str, Corroboration)> {
        profile.corroboration.iter().map(|fact| (fact.fact.as_str(), fact.corroboration)).collect()
    }

    #[test]
    fn figures_are_those_of_the_features() {
        let features: Features = [
            ("income.verified_income", feature("6800.00", Grade::C)),
            ("income.income_forecast_low", feature("6100.00", Grade::C)),
            ("obligations.fixed_obligations", feature("1500.00", Grade::C)),
            ("obligations.essential_spending", feature("1200.00", Grade::C)),
        ]
        .into_iter()
        .map(|(name, feature)| (Text::from(name), feature))
        .collect();
        let verified = build(&Ledger::default(), &features, &[], &Declaration::default()).verified;
        assert_eq!(verified.monthly_income, Some(Money::from_fen(680_000)));
        assert_eq!(verified.monthly_income_low, Some(Money::from_fen(610_000)));
        assert_eq!(verified.fixed_obligations, Some(Money::from_fen(150_000)));
        assert_eq!(verified.essential_spending, Some(Money::from_fen(120_000)));
        assert_eq!(verified.income_grade, Grade::C);
    }

    #[test]
    fn nothing_shown_is_unknown_and_not_zero() {
        let profile = build(&Ledger::default(), &Features::new(), &[], &Declaration::default());
        assert_eq!(profile.verified.monthly_income, None);
        assert_eq!(profile.verified.income_grade, Grade::E);
        assert!(profile.verified.months.is_empty() && profile.verified.accounts.is_empty());
        assert!(facts(&profile).iter().all(|(_, corroboration)| *corroboration == Corroboration::NotDeclared));
    }

    #[test]
    fn a_fact_stands_as_its_check_came_out() {
        let declaration = Declaration {
            name: Some(Sensitive::new("林小满".into())),
            monthly_income: Some(Money::from_fen(900_000)),
            monthly_debt: Some(Money::ZERO),
            employer: Some("云杉科技".into()),
            ..Declaration::default()
        };
        let mut name = finding("holder_agrees", Outcome::Pass, Severity::Critical);
        name.found = Some("林小满、林*".into());
        let findings = [
            name,
            finding("declared_income", Outcome::Fail, Severity::Medium),
            finding("declared_debt", Outcome::NotRun, Severity::Medium),
        ];
        let features: Features = [
            (Text::from("income.salary_employer_id"), feature("杭州云杉科技有限公司", Grade::C)),
            (Text::from("income.verified_income"), feature("6000.00", Grade::C)),
        ]
        .into_iter()
        .collect();
        let profile = build(&Ledger::default(), &features, &findings, &declaration);
        assert_eq!(
            facts(&profile),
            [
                ("name", Corroboration::Corroborated),
                ("monthly_income", Corroboration::Contradicted),
                ("monthly_debt", Corroboration::NotShown),
                ("employer", Corroboration::Corroborated),
            ]
        );
        assert_eq!(profile.verified.names, ["林小满", "林*"]);
    }

    #[test]
    fn both_names_of_documents_that_differ_are_listed_and_no_id_number() {
        let place = Evidence { document: 0, source: None };
        let mut name = finding("holder_agrees", Outcome::Fail, Severity::Critical);
        (name.expected, name.found) = (Some("林小满".into()), Some("陈大海".into()));
        name.evidence = vec![place.clone(), place];
        let mut id_number = finding("holder_agrees", Outcome::Fail, Severity::High);
        id_number.found = Some("4****************X".into());
        let profile = build(&Ledger::default(), &Features::new(), &[name, id_number], &Declaration::default());
        assert_eq!(profile.verified.names, ["林小满", "陈大海"]);
    }

    #[test]
    fn months_need_every_day() {
        let period = |from: &str, to: &str| Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
        let account = LedgerAccount {
            kind: StatementKind::DepositAccount,
            issuer: "cmb".into(),
            tail: None,
            currency: None,
            currency_assumed: false,
            statements: Vec::new(),
            covered: vec![period("2026-01-15", "2026-03-31"), period("2026-05-01", "2026-05-30")],
            proven: true,
            grade: Grade::C,
        };
        let ledger = Ledger { accounts: vec![account], entries: Vec::new(), ..Ledger::default() };
        let verified = build(&ledger, &Features::new(), &[], &Declaration::default()).verified;
        let months: Vec<String> = verified.months.iter().map(ToString::to_string).collect();
        assert_eq!(months, ["2026-03", "2026-02"]);
        assert_eq!(verified.accounts[0].covered_to, Some("2026-05-30".parse().unwrap()));
    }
}
