//! What a policy may read, by name.
//!
//! | name | means |
//! | --- | --- |
//! | `declared.…` | as the applicant states it; null where they do not |
//! | `baseline.…` | the limit and rate that stand |
//! | `verified.…` | as the documents show it; null where it cannot be known |
//! | `evidence.…` | what papers there are |
//! | `findings.…` | how many checks fail, and which |
//! | `corroboration.…` | `corroborated`, `contradicted`, `not_shown`, `not_declared` |
//! | `features.<group>.<name>` | any feature; null where it cannot be known |
//! | `policy.<name>` | the policy's own parameters |

use std::collections::BTreeSet;

use jiff::civil::Date;
use model::dates::days_between;
use model::declaration::Occupation;
use model::feature::Features;
use model::finding::{Cause, Finding, Outcome, Severity};
use model::profile::{Corroboration, Profile};
use model::statement::StatementKind;
use model::{Money, Text};
use rust_decimal::Decimal;
use zen_expression::variable::Variable;

use super::PolicyError;
use super::jdm::{Compiled, Known, evaluate};
use super::policy::{Policy, Relaxation};

/// Every name but features and parameters. Money in yuan, rates as fractions, counts as numbers.
pub const NAMES: [&str; 28] = [
    "declared.monthly_income",
    "declared.monthly_debt",
    "declared.requested_limit",
    // `salaried`, `gig`, `merchant`, `farmer`, `other`
    "declared.occupation",
    "baseline.limit",
    "baseline.apr",
    "verified.monthly_income",
    // the tenth percentile of next month's income
    "verified.monthly_income_low",
    // `A` to `E`
    "verified.income_grade",
    "verified.fixed_obligations",
    "verified.essential_spending",
    // months covered from the first day to the last
    "evidence.months",
    "evidence.accounts",
    "evidence.proven_accounts",
    "evidence.deposit_accounts",
    "evidence.wallets",
    // days from the end of the newest statement to the day of assessment; null without one
    "evidence.age_days",
    // failing checks by severity, and of the medium ones how many causes they come down to
    "findings.critical",
    "findings.high",
    "findings.medium",
    "findings.medium_roots",
    "findings.low",
    // codes of the failing checks, each once
    "findings.failed",
    // codes of the checks that were made and hold, each once
    "findings.passed",
    "corroboration.name",
    "corroboration.monthly_income",
    "corroboration.monthly_debt",
    "corroboration.employer",
];

/// The names an expression of a policy with these parameters may read.
pub fn known<'a>(parameters: impl Iterator<Item = &'a str>) -> Known {
    let mut known = Known { prefixes: vec!["features."], ..Known::default() };
    known.paths.extend(NAMES.iter().map(|name| (*name).to_owned()));
    known.paths.extend(parameters.map(|name| format!("policy.{name}")));
    known
}

/// One application's answers to those names.
#[derive(Debug)]
pub struct Inputs {
    context: Variable,
    failures: Vec<FailedCheck>,
}

/// A failing check, as far as counting goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct FailedCheck {
    check: Text,
    severity: Severity,
    cause: Cause,
}

impl Inputs {
    pub fn gather(profile: &Profile, features: &Features, findings: &[Finding], policy: &Policy, as_of: Date) -> Self {
        let mut tree = Tree(Variable::empty_object());
        let declared = &profile.declared;
        tree.money("declared.monthly_income", declared.monthly_income);
        tree.money("declared.monthly_debt", declared.monthly_debt);
        tree.money("declared.requested_limit", declared.requested_limit);
        tree.word("declared.occupation", declared.occupation.map(occupation));
        let baseline = policy.baseline(profile);
        tree.money("baseline.limit", Some(baseline.limit));
        tree.number("baseline.apr", Some(baseline.apr));

        let verified = &profile.verified;
        tree.money("verified.monthly_income", verified.monthly_income);
        tree.money("verified.monthly_income_low", verified.monthly_income_low);
        tree.word("verified.income_grade", Some(&format!("{:?}", verified.income_grade)));
        tree.money("verified.fixed_obligations", verified.fixed_obligations);
        tree.money("verified.essential_spending", verified.essential_spending);

        let accounts = &verified.accounts;
        let of_kind = |kind| accounts.iter().filter(|account| account.kind == kind).count();
        tree.count("evidence.months", verified.months.len());
        tree.count("evidence.accounts", accounts.len());
        tree.count("evidence.proven_accounts", accounts.iter().filter(|account| account.proven).count());
        tree.count("evidence.deposit_accounts", of_kind(StatementKind::DepositAccount));
        tree.count("evidence.wallets", of_kind(StatementKind::Wallet));
        let newest = accounts.iter().filter_map(|account| account.covered_to).max();
        tree.number("evidence.age_days", newest.map(|day| days_between(day, as_of).max(0).into()));

        for fact in ["name", "monthly_income", "monthly_debt", "employer"] {
            let found = profile.corroboration.iter().find(|one| one.fact == fact);
            let word = found.map_or("not_declared", |one| corroboration(one.corroboration));
            tree.word(&format!("corroboration.{fact}"), Some(word));
        }
        for (name, feature) in features {
            let value = feature.value.as_deref().map(|text| match text.parse::<Decimal>() {
                Ok(number) => Variable::Number(number),
                Err(_) => Variable::String(text.to_owned().into()),
            });
            tree.set(&format!("features.{name}"), value.unwrap_or(Variable::Null));
        }
        for (name, value) in policy.parameters() {
            tree.set(&format!("policy.{name}"), Variable::Number(value));
        }

        let failures: Vec<FailedCheck> = findings
            .iter()
            .filter(|finding| finding.outcome == Outcome::Fail)
            .map(|finding| FailedCheck {
                check: finding.check.clone(),
                severity: finding.severity,
                cause: finding.cause.clone(),
            })
            .collect();
        tree.failures(&failures);
        tree.codes("findings.passed", codes_of(findings, Outcome::Pass));
        Self { context: tree.0, failures }
    }

    pub fn context(&self) -> &Variable {
        &self.context
    }

    /// The same application with some things otherwise. New values are computed from `result`, the walk as it was.
    ///
    /// # Errors
    /// [`PolicyError::Evaluation`] when a value cannot be computed.
    pub fn relaxed(&self, relaxations: &[&Relaxation], result: &Variable) -> Result<Variable, PolicyError> {
        let mut tree = Tree(self.context.deep_clone());
        for (path, value) in relaxations.iter().flat_map(|relaxation| &relaxation.set) {
            tree.set(path, relaxation_value(path, value, result)?);
        }
        let holds = |check: &Text| relaxations.iter().any(|relaxation| relaxation.without.contains(check));
        let rest: Vec<FailedCheck> = self.failures.iter().filter(|failure| !holds(&failure.check)).cloned().collect();
        tree.failures(&rest);
        Ok(tree.0)
    }
}

fn relaxation_value(path: &str, value: &Compiled, result: &Variable) -> Result<Variable, PolicyError> {
    evaluate(value, result).map_err(|detail| PolicyError::Evaluation { node: format!("set {path}"), detail })
}

struct Tree(Variable);

impl Tree {
    fn set(&mut self, path: &str, value: Variable) {
        self.0.dot_insert(path, value);
    }

    fn number(&mut self, path: &str, value: Option<Decimal>) {
        self.set(path, value.map_or(Variable::Null, Variable::Number));
    }

    fn money(&mut self, path: &str, value: Option<Money>) {
        self.number(path, value.map(Money::to_decimal));
    }

    fn count(&mut self, path: &str, value: usize) {
        self.number(path, Some(value.into()));
    }

    fn word(&mut self, path: &str, value: Option<&str>) {
        self.set(path, value.map_or(Variable::Null, |word| Variable::String(word.to_owned().into())));
    }

    fn failures(&mut self, failures: &[FailedCheck]) {
        let of = |severity| failures.iter().filter(move |failure| failure.severity == severity);
        self.count("findings.critical", of(Severity::Critical).count());
        self.count("findings.high", of(Severity::High).count());
        self.count("findings.medium", of(Severity::Medium).count());
        self.count("findings.low", of(Severity::Low).count());
        let causes: BTreeSet<&Cause> = of(Severity::Medium).map(|failure| &failure.cause).collect();
        self.count("findings.medium_roots", causes.len());
        self.codes("findings.failed", failures.iter().map(|failure| &failure.check).collect());
    }

    fn codes(&mut self, path: &str, codes: BTreeSet<&Text>) {
        let codes = codes.into_iter().map(|code| Variable::String(code.to_string().into())).collect();
        self.set(path, Variable::from_array(codes));
    }
}

fn codes_of(findings: &[Finding], outcome: Outcome) -> BTreeSet<&Text> {
    findings.iter().filter(|finding| finding.outcome == outcome).map(|finding| &finding.check).collect()
}

const fn occupation(occupation: Occupation) -> &'static str {
    match occupation {
        Occupation::Salaried => "salaried",
        Occupation::Gig => "gig",
        Occupation::Merchant => "merchant",
        Occupation::Farmer => "farmer",
        Occupation::Other => "other",
    }
}

const fn corroboration(corroboration: Corroboration) -> &'static str {
    match corroboration {
        Corroboration::Corroborated => "corroborated",
        Corroboration::Contradicted => "contradicted",
        Corroboration::NotShown => "not_shown",
        Corroboration::NotDeclared => "not_declared",
    }
}
