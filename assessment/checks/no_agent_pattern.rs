//! W07: nobody who sells made-up papers or quarrels with lenders should stand behind the application.
//!
//! Payments to such agents (`agents.toml`), and bills of one telephone or address that many persons hand in, are shown so
//! that a reviewer can protect the applicant, who is a victim first: it never counts against them beyond medium. One device
//! or one template behind many is W05's and W03's; how somebody types and in what order they upload is not observed.
//! Innocent: a lawyer, a debt adviser of a public body, a household.

use std::collections::BTreeSet;

use model::dates::days_between;
use model::finding::{Evidence, Severity};
use model::ledger::Entry;
use model::statement::Flow;

use super::across::{self, matches};
use super::place;
use super::registry::{Kind, Person};
use super::tables::agents;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::words::mentions;
use super::{Check, View};

pub const CHECK: Check = Check { code: "no_agent_pattern", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    let entries = &view.ledger.entries;
    let shared = contacts_shared(view);
    if entries.is_empty() && shared.is_none() {
        return Verdict::NotApplicable(Summary::new("没有流水", "no statement has rows"));
    }
    let failures: Vec<Failure> = agents_paid(view, entries).into_iter().chain(shared.flatten()).collect();
    if failures.is_empty() {
        return Verdict::Passes(Summary::new(
            "没有向“代理维权”等中介付款",
            "no payment went to an agent against lenders",
        ));
    }
    Verdict::Fails(failures)
}

/// `None` where there is nothing to compare; else the telephone or address that too many persons' papers bear.
fn contacts_shared(view: &View<'_>) -> Option<Option<Failure>> {
    let found = matches(view, view.across?, Kind::Contact);
    if found.is_empty() {
        return None;
    }
    let (most, days) = (agents().contact_persons, agents().contact_days);
    let failure = found.iter().find_map(|(contact, others)| {
        let near = others.iter().filter(|one| (0..=days).contains(&days_between(one.on, view.as_of)));
        let persons = near.map(|one| &one.person).collect::<BTreeSet<&Person>>().len().saturating_add(1);
        (persons >= most).then(|| Failure {
            severity: None,
            zh: format!(
                "同一电话或地址的账单 {days} 天内由 {persons} 位申请人提交：可能有中介代办，申请人可能受骗，请人工联系核实"
            ),
            en: format!(
                "bills of one telephone or address came from {persons} persons within {days} days: an agent may stand behind them, the applicant may be a victim, a reviewer should call"
            ),
            expected: Some(format!("< {most}").into()),
            found: Some(persons.to_string().into()),
            evidence: across::evidence(view, contact).into_iter().collect(),
        })
    });
    Some(failure)
}

fn agents_paid(view: &View<'_>, entries: &[Entry]) -> Option<Failure> {
    let paid: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.flow != Flow::In && entry.status.counts())
        .filter(|entry| {
            let row = entry.rows.first().and_then(|row| place::transaction(view, *row));
            row.is_some_and(|row| mentions(row, &agents().words))
        })
        .collect();
    let first = paid.first()?;
    let evidence: Vec<Evidence> =
        paid.iter().take(EVIDENCE_MAX).filter_map(|entry| place::evidence(view, entry)).collect();
    Some(Failure {
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
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank, paper, remembering_all};
    use model::statement::{AccountNumber, StatementKind};

    fn case(to: &str) -> Case {
        let mut statement = bank("2026-03-10 -1980.00");
        statement.transactions[0].counterparty = Some(to.into());
        Case::of(&[&[statement]]).merged()
    }

    #[test]
    fn fails_on_a_payment_to_such_an_agent() {
        case("某某征信修复中心").expect(CHECK, &["fail medium, line 1: expected 0, found 1"]);
    }

    /// A telephone bill, and a registry that knows it from so many others.
    fn telephone(number: &str, others: &[&str]) -> Case {
        let mut bill = paper(StatementKind::TelecomBill, &[]);
        bill.account = Some(at_line(AccountNumber::new(number), 3));
        let case = Case::of(&[&[bill]]);
        let known = remembering_all(&case, others);
        case.across(known, "本人", &[])
    }

    #[test]
    fn fails_on_one_telephone_of_many_persons() {
        telephone("13800001234", &["甲", "乙", "丙"])
            .assessed_on("2026-04-10")
            .expect(CHECK, &["fail medium, line 3: expected < 4, found 4"]);
    }

    #[test]
    fn passes_on_a_household_on_a_masked_number_and_on_long_ago() {
        telephone("13800001234", &["甲", "乙"]).assessed_on("2026-04-10").expect(CHECK, &["pass"]);
        telephone("138****1234", &["甲", "乙", "丙"]).assessed_on("2026-04-10").expect(CHECK, &["not_applicable"]);
        telephone("13800001234", &["甲", "乙", "丙"]).assessed_on("2026-12-10").expect(CHECK, &["pass"]);
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
