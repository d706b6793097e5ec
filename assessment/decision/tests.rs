//! Policies as tables: each `policies/*.cases.json` holds profiles, the decision each must get and trace lines it must show.

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::decision::Decision;
use model::declaration::Declaration;
use model::feature::{Feature, Features};
use model::finding::{Cause, Evidence, Finding, Outcome, Severity};
use model::ledger::Grade;
use model::profile::{CorroboratedFact, Corroboration, Profile, ShownAccount, Verified};
use model::statement::StatementKind;
use model::{Money, Month, Text};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Policy, PolicyError, decide};

const STANDARD: &str = include_str!("../policies/2026-11.json");
const CASES: &str = include_str!("../policies/2026-11.cases.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    as_of: Date,
    #[serde(default)]
    declared: Declaration,
    #[serde(default)]
    verified: CaseVerified,
    #[serde(default)]
    features: BTreeMap<Text, Text>,
    /// `check severity [document [cause]]`, all failing; a check without a cause is its own.
    #[serde(default)]
    failing: Vec<String>,
    /// Checks that were made and hold.
    #[serde(default)]
    passing: Vec<Text>,
    expected: Value,
    trace: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CaseVerified {
    monthly_income: Option<Money>,
    monthly_income_low: Option<Money>,
    grade: Option<Grade>,
    fixed_obligations: Option<Money>,
    essential_spending: Option<Money>,
    full_months: u32,
    /// `kind last-day`
    accounts: Vec<String>,
}

impl Case {
    fn profile(&self) -> Profile {
        let verified = &self.verified;
        let grade = verified.grade.unwrap_or(Grade::E);
        let accounts = verified.accounts.iter().map(|text| {
            let (kind, last) = text.split_once(' ').unwrap();
            let kind: StatementKind = serde_json::from_value(json!(kind)).unwrap();
            ShownAccount {
                kind,
                issuer: "cmb".into(),
                tail: None,
                grade,
                proven: grade != Grade::E,
                covered_to: Some(last.parse().unwrap()),
            }
        });
        let last = Month::of(self.as_of);
        Profile {
            declared: self.declared.clone(),
            verified: Verified {
                monthly_income: verified.monthly_income,
                monthly_income_low: verified.monthly_income_low,
                income_grade: grade,
                streams: Vec::new(),
                sector: None,
                fixed_obligations: verified.fixed_obligations,
                essential_spending: verified.essential_spending,
                months: (1..=verified.full_months).map(|back| last.plus(-i32::try_from(back).unwrap())).collect(),
                names: Vec::new(),
                accounts: accounts.collect(),
            },
            corroboration: vec![CorroboratedFact {
                fact: "monthly_income".into(),
                declared: None,
                verified: None,
                corroboration: Corroboration::NotDeclared,
            }],
            findings: Vec::new(),
        }
    }

    fn features(&self) -> Features {
        let feature = |value: &Text| Feature {
            value: Some(value.clone()),
            unit: "ratio".into(),
            window: "6m".into(),
            coverage: "1".into(),
            grade: Grade::C,
            reason: None,
            rows: Vec::new(),
        };
        self.features.iter().map(|(name, value)| (name.clone(), feature(value))).collect()
    }

    fn findings(&self) -> Vec<Finding> {
        let failing = self.failing.iter().map(|text| {
            let parts: Vec<&str> = text.split_whitespace().collect();
            let severity: Severity = serde_json::from_value(json!(parts[1])).unwrap();
            let document = parts.get(2).map_or(0, |document| document.parse().unwrap());
            Finding {
                check: parts[0].into(),
                cause: Cause { name: (*parts.get(3).unwrap_or(&parts[0])).into(), document: Some(document) },
                outcome: Outcome::Fail,
                severity,
                message_zh: format!("{} 在第 {document} 份材料", parts[0]),
                message_en: format!("{} in document {document}", parts[0]),
                expected: None,
                found: None,
                evidence: vec![Evidence { document, source: None }],
            }
        });
        let passing = self.passing.iter().map(|check| Finding {
            check: check.clone(),
            cause: Cause::default(),
            outcome: Outcome::Pass,
            severity: Severity::Medium,
            message_zh: format!("{check} 相符"),
            message_en: format!("{check} holds"),
            expected: None,
            found: None,
            evidence: Vec::new(),
        });
        failing.chain(passing).collect()
    }

    fn decide(&self, policy: &Policy) -> Decision {
        decide(&self.profile(), &self.features(), &self.findings(), policy, self.as_of).unwrap()
    }
}

fn cases() -> Vec<Case> {
    serde_json::from_str(CASES).unwrap()
}

/// A decision as the case files write it.
fn shown(decision: &Decision) -> Value {
    let next = decision.next_documents.iter().map(|next| {
        let up_to = next.limit_up_to.map_or_else(|| "-".to_owned(), |limit| limit.to_string());
        let down_to = next.apr_down_to.map_or_else(|| "-".to_owned(), |apr| apr.to_string());
        format!("{} limit {up_to} apr {down_to}", next.kind)
    });
    json!({
        "outcome": decision.outcome.as_str(),
        "limit": decision.limit,
        "apr": decision.apr.to_string(),
        "reasons": decision.reasons.iter().map(|reason| reason.code.clone()).collect::<Vec<_>>(),
        "next_documents": next.collect::<Vec<_>>(),
    })
}

fn lines(decision: &Decision) -> Vec<String> {
    decision.trace.iter().map(|line| format!("{}: {}", line.node, line.text)).collect()
}

#[test]
fn every_case_gets_its_decision_and_shows_why() {
    let policy = Policy::standard().unwrap();
    let mut wrong = Vec::new();
    for case in cases() {
        let decision = case.decide(&policy);
        let (shown, lines) = (shown(&decision), lines(&decision));
        if shown != case.expected {
            wrong.push(format!(
                "{}\n  expected {}\n  found    {shown}\n    {}",
                case.name,
                case.expected,
                lines.join("\n    ")
            ));
        }
        for line in case.trace.iter().filter(|line| !lines.contains(line)) {
            wrong.push(format!("{}: no trace line `{line}` among\n    {}", case.name, lines.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_cases_reach_every_outcome() {
    let outcomes: std::collections::BTreeSet<String> =
        cases().iter().map(|case| case.expected["outcome"].as_str().unwrap().to_owned()).collect();
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), ["approve", "decline", "need_documents", "refer"]);
}

#[test]
fn no_outcome_makes_the_standing_limit_or_rate_worse() {
    let policy = Policy::standard().unwrap();
    for case in cases() {
        let decision = case.decide(&policy);
        assert!(decision.limit >= decision.baseline.limit, "{}", case.name);
        assert!(decision.apr <= decision.baseline.apr, "{}", case.name);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for case in cases() {
        let bytes = || serde_json::to_vec(&case.decide(&Policy::standard().unwrap())).unwrap();
        assert_eq!(bytes(), bytes(), "{}", case.name);
    }
}

#[test]
fn reasons_are_at_most_four_and_complete_sentences() {
    let policy = Policy::standard().unwrap();
    for case in cases() {
        let reasons = case.decide(&policy).reasons;
        assert!(reasons.len() <= 4, "{}", case.name);
        for reason in reasons {
            for message in [&reason.message_zh, &reason.message_en] {
                assert!(!message.contains(['{', '}', '—']), "{}: {message}", case.name);
            }
        }
    }
}

/// Old statements that do not tell an income either: neither reason alone would change the outcome.
#[test]
fn causes_that_only_together_change_the_outcome_are_all_told() {
    let case: Case = serde_json::from_value(json!({
        "name": "two causes", "as_of": "2026-11-20",
        "verified": {"grade": "C", "full_months": 1, "accounts": ["deposit_account 2025-01-10"]},
        "expected": null, "trace": []
    }))
    .unwrap();
    let decision = case.decide(&Policy::standard().unwrap());
    assert_eq!(shown(&decision)["reasons"], json!(["R20", "R09"]));
    assert_eq!(decision.reasons[0].message_zh, "资料已过期：最近一份流水截至 679 天前。上传最近的流水");
    assert!(lines(&decision).contains(&"reasons: R20: with it alone still need_documents".to_owned()));
}

#[test]
fn every_critical_contradiction_is_told_before_the_need_for_a_person() {
    let case: Case = serde_json::from_value(json!({
        "name": "forged twice", "as_of": "2026-11-20", "declared": {"monthly_income": "9000"},
        "verified": {"grade": "E", "full_months": 6, "accounts": ["deposit_account 2026-11-10"]},
        "failing": ["running_balance critical", "holder_agrees critical"],
        "expected": null, "trace": []
    }))
    .unwrap();
    let decision = case.decide(&Policy::standard().unwrap());
    assert_eq!(shown(&decision)["reasons"], json!(["R23", "R10", "R22"]));
}

/// The standard policy with one parameter or text replaced.
fn changed(from: &str, to: &str) -> Result<Policy, PolicyError> {
    assert!(STANDARD.contains(from), "the standard policy does not say `{from}`");
    Policy::load(STANDARD.replace(from, to).as_bytes())
}

/// The affordability limit of the worked example: income 8,000, obligations 1,500, cap 0.5, so that 2,500 can be paid.
fn affordable(months: &str, apr_base: &str) -> String {
    let months = format!("\"term_months\": {{\"value\": \"{months}\"");
    let policy = STANDARD
        .replace("\"term_months\": {\"value\": \"12\"", &months)
        .replace("\"apr_base\": {\"value\": \"0.1200\"", &format!("\"apr_base\": {{\"value\": \"{apr_base}\""));
    let case: Case = serde_json::from_value(json!({
        "name": "worked example", "as_of": "2026-11-20",
        "verified": {"monthly_income": "8000", "monthly_income_low": "8000", "grade": "A", "fixed_obligations": "1500",
                     "full_months": 6, "accounts": ["deposit_account 2026-11-10"]},
        "features": {"stability.ei_cv": "0.1"}, "expected": null, "trace": []
    }))
    .unwrap();
    let decision = case.decide(&Policy::load(policy.as_bytes()).unwrap());
    let line = lines(&decision).into_iter().find(|line| line.starts_with("limit: affordable = ")).unwrap();
    let value: rust_decimal::Decimal = line.strip_prefix("limit: affordable = ").unwrap().parse().unwrap();
    value.round_dp(0).to_string()
}

#[test]
fn the_affordability_limit_is_that_of_the_worked_example() {
    assert_eq!(affordable("12", "0.18"), "27269");
    assert_eq!(affordable("12", "0.20"), "26988");
    assert_eq!(affordable("24", "0.12"), "53108");
}

#[test]
fn the_policy_is_known_by_its_bytes() {
    let policy = Policy::standard().unwrap();
    assert_eq!(policy.id().id, "2026-11");
    assert_eq!(policy.id().sha256.len(), 64);
    let other = changed("\"0.50\"", "\"0.55\"").unwrap();
    assert_ne!(policy.id().sha256, other.id().sha256);
}

#[test]
fn a_broken_policy_is_refused_with_its_place() {
    for (from, to, place) in [
        (
            "\"> policy.stale_days\"",
            "\"> policy.stale_day\"",
            "node outcome, row 5, cell age of the newest statement in days: nothing is called `policy.stale_day`",
        ),
        ("\"> policy.stale_days\"", "\"> \"", "node outcome, row 5, cell age of the newest statement in days: "),
        ("\"'decline'\"", "\"'decline\"", "node outcome, row 9, cell outcome: "),
        ("multiple * income\"", "multiple * incme\"", "node limit, row 5, cell by_evidence: nothing is called `incme`"),
        (
            "multiple * income\"",
            "rand(3)\"",
            "node limit, row 5, cell by_evidence: a function that is not allowed here",
        ),
        (
            "multiple * income\"",
            "d('now')\"",
            "node limit, row 5, cell by_evidence: a function that is not allowed here",
        ),
        (
            "verified.monthly_income ?? 0\"",
            "capacity ?? 0\"",
            "node capacity, row 1, cell income: nothing is called `capacity`",
        ),
        (
            "\"evidence.age_days\": \"0\"}}",
            "\"baseline.limit\": \"9\"}}",
            "node reasons, row 6, cell baseline.limit: no input",
        ),
        ("\"code\": \"R20\"", "\"code\": \"R99\"", "no reason R99"),
        ("\"code\": \"R20\"", "\"code\": \"R23\"", "no reason R23, or given twice"),
        ("\"code\": \"R20\"", "\"code\": \"R17\"", "reason R17: it has neither a figure nor a finding"),
        ("\"value\": \"0.50\"", "\"value\": \"half\"", "parameter dti_cap: "),
        ("\"value\": \"12\"", "\"value\": \"-12\"", "parameter term_months: "),
        ("\"baseline_apr\"", "\"baseline_rate\"", "parameter baseline_apr is missing"),
        ("\"sourceId\": \"result\"", "\"sourceId\": \"nowhere\"", "edge 7 leads to no node"),
        ("\"targetId\": \"capacity\"", "\"targetId\": \"outcome\"", "nothing leads to node capacity"),
        ("\"hitPolicy\": \"first\"", "\"hitPolicy\": \"collect\"", "only the hit policy `first`"),
        ("\"executionMode\": \"single\"", "\"executionMode\": \"loop\"", "loops are not supported"),
        ("\"key\": \"apr\"", "\"key\": \"rate\"", "no node gives `apr`"),
    ] {
        let error = changed(from, to).err().unwrap_or_else(|| panic!("{to} was taken")).to_string();
        assert!(error.contains(place), "{to}: {error}");
    }
}

#[test]
fn nodes_that_run_code_or_reach_out_are_refused() {
    let output = r#"{"id": "output", "name": "decision", "type": "outputNode""#;
    for (kind, content) in [
        ("functionNode", r#"{"source": "export const handler = async () => ({})"}"#),
        ("customNode", r#"{"kind": "http", "config": {"url": "https://example.org"}}"#),
        ("decisionNode", r#"{"key": "another"}"#),
        ("switchNode", r#"{"statements": []}"#),
    ] {
        let node = format!(r#"{{"id": "x", "name": "stray", "type": "{kind}", "content": {content}}}, {output}"#);
        let edge = r#"{"id": "8", "type": "edge", "sourceId": "input", "targetId": "x"}, {"id": "7","#;
        let text = STANDARD.replace(output, &node).replace(r#"{"id": "7","#, edge);
        let error = Policy::load(text.as_bytes()).unwrap_err();
        assert!(matches!(error, PolicyError::NodeRefused { .. }), "{kind}: {error}");
    }
}

#[test]
fn no_bytes_make_loading_panic() {
    assert!(Policy::load(b"").is_err());
    assert!(Policy::load(b"[]").is_err());
    assert!(Policy::load(&[0xff; 64]).is_err());
    let deep = format!("{}1{}", "(".repeat(390), ")".repeat(5));
    assert!(changed("multiple * income\"", &format!("{deep}\"")).is_err());
    let long = "1+".repeat(500);
    let error = changed("multiple * income\"", &format!("{long}1\"")).unwrap_err().to_string();
    assert!(error.contains("longer than"), "{error}");
}

/// One policy serves every worker of a service.
#[test]
fn a_policy_can_be_shared_between_threads() {
    const fn shared<T: Send + Sync + Clone>() {}
    const { shared::<Policy>() };
}

#[test]
fn figures_beyond_reason_give_an_outcome_and_no_panic() {
    let policy = Policy::standard().unwrap();
    let most = Money::from_ten_thousandths(i64::MAX);
    let least = Money::from_ten_thousandths(i64::MIN);
    for income in [most, least, Money::ZERO, Money::from_ten_thousandths(1)] {
        for obligations in [most, least, Money::ZERO] {
            let mut case: Case = serde_json::from_value(json!({
                "name": "beyond reason", "as_of": "9999-12-31",
                "verified": {"grade": "A", "accounts": ["deposit_account 0001-01-01"]},
                "expected": null, "trace": []
            }))
            .unwrap();
            case.verified.monthly_income = Some(income);
            case.verified.monthly_income_low = Some(obligations);
            case.verified.fixed_obligations = Some(obligations);
            case.declared.requested_limit = Some(most);
            case.declared.monthly_income = Some(least);
            case.features.insert("stability.ei_cv".into(), "-79228162514264337593543950335".into());
            let decision = case.decide(&policy);
            assert!(decision.limit >= decision.baseline.limit);
        }
    }
}

#[test]
fn every_reason_of_the_catalogue_is_there() {
    let catalogue = super::reasons::catalogue().unwrap();
    let codes: Vec<String> = catalogue.keys().map(ToString::to_string).collect();
    assert_eq!(codes, (1..=24).map(|number| format!("R{number:02}")).collect::<Vec<_>>());
}
