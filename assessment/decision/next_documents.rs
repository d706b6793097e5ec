//! Which document would help, and how far: the policy walked over the same application as that document is assumed to
//! complete it. No figure here is a promise, and none is invented: where the policy gives no better one, none is named.

use model::decision::{DecisionOutcome, NextDocument};
use zen_expression::variable::Variable;

use super::Verdict;
use super::inputs::Inputs;
use super::jdm::evaluate;
use super::policy::{Policy, PolicyError};

/// In the policy's order.
///
/// # Errors
/// [`PolicyError::Evaluation`] when a rule cannot be evaluated on this application.
pub fn suggest(
    inputs: &Inputs,
    policy: &Policy,
    result: &Variable,
    verdict: &Verdict,
) -> Result<Vec<NextDocument>, PolicyError> {
    let mut suggested = Vec::new();
    for rule in policy.next_documents() {
        let failed = |detail: String| PolicyError::Evaluation { node: format!("next document {}", rule.kind), detail };
        let applies = evaluate(&rule.when, result).map_err(failed)?.as_bool();
        if !applies.ok_or_else(|| failed("neither true nor false".to_owned()))? {
            continue;
        }
        let with = Verdict::read(&policy.model().walk(&inputs.relaxed(&[&rule.relaxation], result)?)?.result)?;
        let limit_up_to = (with.limit > verdict.limit).then_some(with.limit);
        let apr_down_to = (with.apr < verdict.apr).then_some(with.apr);
        let asked_for = verdict.outcome == DecisionOutcome::NeedDocuments;
        if asked_for || limit_up_to.is_some() || apr_down_to.is_some() {
            suggested.push(NextDocument {
                kind: rule.kind.clone(),
                why_zh: rule.why_zh.clone(),
                why_en: rule.why_en.clone(),
                limit_up_to,
                apr_down_to,
            });
        }
    }
    Ok(suggested)
}
