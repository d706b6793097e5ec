//! W07: nobody who sells made-up papers or quarrels with lenders should stand behind the application.
//!
//! Payments to such agents (`agents.toml`) are shown so that a reviewer can protect the applicant, who is a victim first:
//! it never counts against them beyond medium. Innocent: a lawyer, a debt adviser of a public body.

use model::finding::{Evidence, Severity};
use model::ledger::Entry;
use model::statement::Flow;

use super::place;
use super::tables::agents;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::words::mentions;
use super::{Check, View};

pub const CHECK: Check = Check { code: "no_agent_pattern", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    let entries = &view.ledger.entries;
    if entries.is_empty() {
        return Verdict::NotApplicable(Summary::new("没有流水", "no statement has rows"));
    }
    let paid: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.flow != Flow::In && entry.status.counts())
        .filter(|entry| {
            let row = entry.rows.first().and_then(|row| place::transaction(view, *row));
            row.is_some_and(|row| mentions(row, &agents().words))
        })
        .collect();
    let Some(first) = paid.first() else {
        return Verdict::Passes(Summary::new(
            "没有向“代理维权”等中介付款",
            "no payment went to an agent against lenders",
        ));
    };
    let evidence: Vec<Evidence> =
        paid.iter().take(EVIDENCE_MAX).filter_map(|entry| place::evidence(view, entry)).collect();
    Verdict::Fails(vec![Failure {
        severity: None,
        zh: format!(
            "{} 笔付款给“征信修复、代理维权”类中介（首笔 {}）：申请人可能受骗，请人工联系核实",
            paid.len(),
            place::in_short(first)
        ),
        en: format!(
            "{} payment(s) to an agent for \"credit repair\" or the like, first {}: the applicant may be a victim, a reviewer should call",
            paid.len(),
            place::in_short(first)
        ),
        expected: Some("0".into()),
        found: Some(paid.len().to_string().into()),
        evidence,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};

    fn case(to: &str) -> Case {
        let mut statement = bank("2026-03-10 -1980.00");
        statement.transactions[0].counterparty = Some(to.into());
        Case::of(&[&[statement]]).merged()
    }

    #[test]
    fn fails_on_a_payment_to_such_an_agent() {
        case("某某征信修复中心").expect(CHECK, &["fail medium, line 1: expected 0, found 1"]);
    }

    #[test]
    fn passes_on_a_law_firm() {
        case("某某律师事务所").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_rows() {
        Case::of(&[]).expect(CHECK, &["not_applicable"]);
    }
}
