//! Why the outcome is what it is: at most four reasons, by their effect on this outcome.
//!
//! The effect of a reason is measured, not assumed: the policy is walked once more with its cause taken away. What a
//! reason says stands in `reasons.toml`, the published catalogue; when it may be given, in the policy.

use std::collections::BTreeMap;

use model::decision::{DecisionOutcome, Reason, TraceLine};
use model::finding::{Finding, Outcome};
use model::{Money, Text};
use rust_decimal::Decimal;
use serde::Deserialize;
use zen_expression::variable::Variable;

use super::Verdict;
use super::inputs::Inputs;
use super::jdm::{Compiled, Known, compile, evaluate};
use super::policy::{Policy, PolicyError, ReasonRule};

/// A longer list tells an applicant nothing (catalogue 6.3).
const REASONS_MAX: usize = 4;

const CATALOGUE: &str = include_str!("reasons.toml");

/// What one code says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonText {
    zh: String,
    en: String,
    /// What would change it.
    change_zh: String,
    change_en: String,
    /// What it says where the outcome is an approval: what the limit would be raised by, and no refusal.
    raise_zh: Option<String>,
    raise_en: Option<String>,
    #[serde(default)]
    features: Vec<Text>,
    #[serde(default)]
    figures: BTreeMap<Text, Figure>,
    /// Checks whose first failure is told in place of `{finding}`.
    #[serde(default)]
    findings: Vec<Text>,
}

/// A number in a reason's text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Figure {
    /// An expression over the walk.
    of: Text,
    #[serde(rename = "as")]
    shown_as: ShownAs,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ShownAs {
    Money,
    Percent,
    Count,
}

/// Every reason by its code.
///
/// # Errors
/// [`PolicyError::Unreadable`] when the catalogue that ships with this build is broken.
pub fn catalogue() -> Result<BTreeMap<Text, ReasonText>, PolicyError> {
    toml::from_str(CATALOGUE).map_err(|why| PolicyError::Unreadable { detail: format!("reasons.toml: {why}") })
}

impl ReasonText {
    /// Ready to be said by a policy that knows these names: a reason shown to a person has a figure or a finding.
    ///
    /// # Errors
    /// What is missing, in words.
    pub fn compile(self, known: &Known) -> Result<Wording, String> {
        if self.figures.is_empty() && self.findings.is_empty() {
            return Err("it has neither a figure nor a finding".to_owned());
        }
        let mut figures = Vec::with_capacity(self.figures.len());
        for (name, figure) in &self.figures {
            let of = compile(&figure.of, known).map_err(|why| format!("figure {name}: {why}"))?;
            figures.push((format!("{{{name}}}"), figure.shown_as, of));
        }
        Ok(Wording { text: self, figures })
    }
}

/// A text whose figures can be computed from a walk.
#[derive(Debug)]
pub struct Wording {
    text: ReasonText,
    /// (placeholder with its braces, form, value).
    figures: Vec<(String, ShownAs, Compiled)>,
}

/// What taking a reason's cause away would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Effect {
    /// Steps the outcome would rise.
    outcome: u8,
    /// What the documents would bear out more.
    limit: Money,
}

impl Effect {
    const NONE: Self = Self { outcome: 0, limit: Money::ZERO };

    fn between(verdict: &Verdict, relaxed: &Verdict) -> Self {
        let outcome = relaxed.rank().saturating_sub(verdict.rank());
        // Where the outcome stands in the way, a limit that nobody gets does not count.
        if outcome == 0 && verdict.outcome != DecisionOutcome::Approve {
            return Self::NONE;
        }
        Self { outcome, limit: relaxed.offered_limit.minus(verdict.offered_limit).max(Money::ZERO) }
    }
}

/// The reasons for this outcome, if it asks for any, and a line of trace for each.
///
/// # Errors
/// [`PolicyError::Evaluation`] when a rule cannot be evaluated on this application.
pub fn explain(
    inputs: &Inputs,
    findings: &[Finding],
    policy: &Policy,
    result: &Variable,
    verdict: &Verdict,
    trace: &mut Vec<TraceLine>,
) -> Result<Vec<Reason>, PolicyError> {
    if !is_true(policy.explains(), result, "reasons")? {
        return Ok(Vec::new());
    }
    let mut applicable = Vec::new();
    for rule in policy.reasons() {
        if is_true(&rule.when, result, &rule.code)? {
            applicable.push(rule);
        }
    }
    let without = |rules: &[&ReasonRule]| -> Result<Verdict, PolicyError> {
        let relaxations: Vec<_> = rules.iter().map(|rule| &rule.relaxation).collect();
        Verdict::read(&policy.model().walk(&inputs.relaxed(&relaxations, result)?)?.result)
    };
    let without_any = without(&applicable)?;
    let mut given: Vec<(Effect, &ReasonRule)> = Vec::new();
    for rule in &applicable {
        // A rule without a counterfactual states the outcome itself (需人工复核): it needs no effect, and comes last.
        if rule.relaxation.is_empty() {
            given.push((Effect::NONE, rule));
            continue;
        }
        let relaxed = without(&[rule])?;
        let mut effect = Effect::between(verdict, &relaxed);
        let mut told = format!("without it {} with {} offered", relaxed.outcome.as_str(), relaxed.offered_limit);
        if effect == Effect::NONE && without_any.outcome != verdict.outcome {
            // One cause of several: alone it changes nothing, but with it nothing changes either.
            let others: Vec<&ReasonRule> = applicable.iter().filter(|other| other.code != rule.code).copied().collect();
            if without(&others)?.outcome == verdict.outcome {
                effect = Effect { outcome: Effect::between(verdict, &without_any).outcome, limit: Money::ZERO };
                told = format!("with it alone still {}", verdict.outcome.as_str());
            }
        }
        if effect != Effect::NONE {
            trace.push(TraceLine { node: "reasons".into(), text: format!("{}: {told}", rule.code) });
            given.push((effect, rule));
        }
    }
    // Stable: of equal effect, the policy's own order.
    given.sort_by(|(one, _), (other, _)| other.cmp(one));
    given.into_iter().take(REASONS_MAX).map(|(_, rule)| say(rule, findings, result, verdict.outcome)).collect()
}

fn is_true(expression: &Compiled, result: &Variable, place: &str) -> Result<bool, PolicyError> {
    let failed = |detail: String| PolicyError::Evaluation { node: format!("{place} when"), detail };
    evaluate(expression, result).map_err(failed)?.as_bool().ok_or_else(|| failed("neither true nor false".to_owned()))
}

fn say(
    rule: &ReasonRule,
    findings: &[Finding],
    result: &Variable,
    outcome: DecisionOutcome,
) -> Result<Reason, PolicyError> {
    let Wording { text, figures } = &rule.wording;
    let mut shown: Vec<(&str, String)> = Vec::with_capacity(figures.len());
    for (placeholder, shown_as, value) in figures {
        let value = evaluate(value, result)
            .map_err(|detail| PolicyError::Evaluation { node: format!("{} {placeholder}", rule.code), detail })?;
        let value = value.as_number().map_or_else(|| "—".to_owned(), |value| shown_as.show(value));
        shown.push((placeholder, value));
    }
    let told =
        findings.iter().find(|finding| finding.outcome == Outcome::Fail && text.findings.contains(&finding.check));
    let fill = |template: &str, finding: Option<&str>| {
        let mut filled = template.replace("{finding}", finding.unwrap_or("—"));
        for (placeholder, figure) in &shown {
            filled = filled.replace(placeholder, figure);
        }
        filled
    };
    let (zh, en) = (told.map(|finding| finding.message_zh.as_str()), told.map(|finding| finding.message_en.as_str()));
    let is_approved = outcome == DecisionOutcome::Approve;
    let said_zh = text.raise_zh.as_ref().filter(|_| is_approved).unwrap_or(&text.zh);
    let said_en = text.raise_en.as_ref().filter(|_| is_approved).unwrap_or(&text.en);
    Ok(Reason {
        code: rule.code.clone(),
        message_zh: format!("{}。{}", fill(said_zh, zh), fill(&text.change_zh, zh)),
        message_en: format!("{}. {}", fill(said_en, en), fill(&text.change_en, en)),
        features: text.features.clone(),
    })
}

impl ShownAs {
    fn show(self, value: Decimal) -> String {
        match self {
            Self::Money => format!("{:.2}", value.round_dp(2)),
            Self::Percent => format!("{}%", (value * Decimal::ONE_HUNDRED).round_dp(1).normalize()),
            Self::Count => value.round_dp(0).to_string(),
        }
    }
}
