//! Limit, rate, reasons: the policy walked over the profile.

mod inputs;
mod jdm;
pub mod loan_cost;
mod next_documents;
mod policy;
mod reasons;

#[cfg(test)]
mod tests;

use jiff::civil::Date;
use model::Money;
use model::decision::{Decision, DecisionOutcome, TraceLine};
use model::feature::Features;
use model::finding::Finding;
use model::profile::Profile;
use rust_decimal::Decimal;
use zen_expression::variable::Variable;

pub use policy::{Policy, PolicyError};

/// Walks `policy` over what is known of the applicant on the day `as_of`.
///
/// The same input gives the same bytes: nothing else is read, and every figure is an exact decimal. Whatever the
/// outcome, the standing limit and rate never become worse here: only a person may do that.
///
/// # Errors
/// [`PolicyError::Evaluation`] when the policy cannot be evaluated on this profile.
pub fn decide(
    profile: &Profile,
    features: &Features,
    findings: &[Finding],
    policy: &Policy,
    as_of: Date,
) -> Result<Decision, PolicyError> {
    let inputs = inputs::Inputs::gather(profile, features, findings, policy, as_of);
    let walk = policy.model().walk(inputs.context())?;
    let verdict = Verdict::read(&walk.result)?;
    let mut trace = walk.trace;
    let baseline = policy.baseline(profile);
    let reasons = reasons::explain(&inputs, findings, policy, &walk.result, &verdict, &mut trace)?;
    let next_documents = next_documents::suggest(&inputs, policy, &walk.result, &verdict)?;
    trace.extend(cost_line(policy, &verdict));
    Ok(Decision {
        outcome: verdict.outcome,
        limit: verdict.limit,
        apr: verdict.apr,
        baseline,
        reasons,
        next_documents,
        policy: policy.id().clone(),
        trace,
    })
}

/// What a policy's walk comes down to.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Verdict {
    outcome: DecisionOutcome,
    limit: Money,
    /// Four digits after the point.
    apr: Decimal,
    /// What the documents alone bear out, whatever stands already.
    offered_limit: Money,
}

impl Verdict {
    /// Reads `outcome`, `limit`, `apr` and `offered_limit` from the end of a walk.
    fn read(result: &Variable) -> Result<Self, PolicyError> {
        let missing = |what: &str| PolicyError::Evaluation {
            node: "output".to_owned(),
            detail: format!("`{what}` is missing or of the wrong kind"),
        };
        let outcome = result.dot("outcome").ok_or_else(|| missing("outcome"))?;
        let outcome = match outcome.as_str() {
            Some("approve") => DecisionOutcome::Approve,
            Some("refer") => DecisionOutcome::Refer,
            Some("decline") => DecisionOutcome::Decline,
            Some("need_documents") => DecisionOutcome::NeedDocuments,
            _ => return Err(missing("outcome")),
        };
        let number = |key: &str| result.dot(key).and_then(|value| value.as_number()).ok_or_else(|| missing(key));
        let money = |key: &str| Money::from_decimal(number(key)?).ok_or_else(|| missing(key));
        let mut apr = number("apr")?.round_dp(4);
        apr.rescale(4);
        Ok(Self { outcome, limit: money("limit")?, apr, offered_limit: money("offered_limit")? })
    }

    /// How good the outcome is for the applicant, to compare with what might have been.
    const fn rank(&self) -> u8 {
        match self.outcome {
            DecisionOutcome::Decline => 0,
            DecisionOutcome::NeedDocuments => 1,
            DecisionOutcome::Refer => 2,
            DecisionOutcome::Approve => 3,
        }
    }
}

/// What the limit costs when drawn in full and paid back in equal instalments, with the rate that follows from those
/// payments: the annual rate shown must be that of the money that actually flows.
fn cost_line(policy: &Policy, verdict: &Verdict) -> Option<TraceLine> {
    if verdict.outcome != DecisionOutcome::Approve || !verdict.limit.is_positive() {
        return None;
    }
    let months = policy.term_months();
    let instalment = loan_cost::instalment(verdict.limit, verdict.apr, months)?;
    let interest = loan_cost::interest(verdict.limit, verdict.apr, months)?;
    let payments = vec![instalment; usize::try_from(months).ok()?];
    let rate = loan_cost::annual_rate(verdict.limit, &payments)?;
    Some(TraceLine {
        node: "cost".into(),
        text: format!(
            "{} over {months} months: {instalment} a month, {interest} interest, {}% a year by the payments",
            verdict.limit,
            (rate * Decimal::ONE_HUNDRED).round_dp(2)
        ),
    })
}
