//! Z10: where one statement of an account ends and the next begins the day after, the balances must meet.
//!
//! Innocent: a gap of days between the two, statements of sub-accounts under one card.

use model::finding::Severity;
use model::ledger::LedgerAccount;
use model::statement::StatementKind;

use super::verdict::{Failure, Subject, Summary, Verdict, subjects};
use super::{Check, View};

pub const CHECK: Check = Check { code: "exports_join", severity: Severity::Critical, run };

fn run(view: &View<'_>) -> Verdict {
    let (mut joined, mut unsure, mut failures) = (0_usize, 0_usize, Vec::new());
    for account in view.ledger.accounts.iter().filter(|account| account.kind == StatementKind::DepositAccount) {
        for (earlier, later) in neighbours(view, account) {
            match (closing(earlier), opening(later)) {
                (Some(closing), Some(opening)) if closing.value == opening.value => joined += 1,
                (Some(closing), Some(opening)) => {
                    failures.push(failure(earlier, later, &closing, &opening));
                }
                _ => unsure += 1,
            }
        }
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if joined > 0 {
        return Verdict::Passes(Summary::new(
            format!("{joined} 处前后衔接的流水余额相接"),
            format!("balances meet where {joined} statement(s) follow another"),
        ));
    }
    if unsure > 0 {
        return Verdict::NotRun(Summary::new(
            "前后衔接的流水没有期初、期末余额",
            "statements that follow each other lack an opening or a closing balance",
        ));
    }
    Verdict::NotApplicable(Summary::new(
        "没有日期前后衔接的同一账户流水",
        "no statement begins on the day after another ends",
    ))
}

/// Statements of the account of which the second begins on the day after the first ends, as both print.
fn neighbours<'a>(view: &'a View<'_>, account: &LedgerAccount) -> Vec<(Subject<'a>, Subject<'a>)> {
    // A number on both, or nothing says that they show one account.
    let mut shown: Vec<Subject<'a>> = subjects(view)
        .filter(|subject| account.statements.contains(&(subject.document, subject.statement)))
        .filter(|subject| subject.content.account.is_some() && subject.content.period.is_some())
        .collect();
    let from = |subject: &Subject<'_>| subject.content.period.as_ref().map(|printed| printed.value.from);
    shown.sort_by_key(|subject| from(subject));
    shown
        .iter()
        .zip(shown.iter().skip(1))
        .filter(|(earlier, later)| {
            let ends = earlier.content.period.as_ref().and_then(|printed| printed.value.to.tomorrow().ok());
            ends.is_some() && ends == from(later)
        })
        .map(|(earlier, later)| (*earlier, *later))
        .collect()
}

type Balance = model::Sourced<model::Money>;

/// Printed, or the balance after the last row; nothing of a chain that does not hold.
fn closing(subject: Subject<'_>) -> Option<Balance> {
    subject.content.closing_balance.clone().filter(|_| holds(subject))
}

fn opening(subject: Subject<'_>) -> Option<Balance> {
    subject.content.opening_balance.clone().filter(|_| holds(subject))
}

fn holds(subject: Subject<'_>) -> bool {
    subject.content.proof.broken.is_empty()
}

fn failure(earlier: Subject<'_>, later: Subject<'_>, closing: &Balance, opening: &Balance) -> Failure {
    let (first, second) = (earlier.document_number(), later.document_number());
    let severity = (earlier.photographed || later.photographed).then_some(Severity::Medium);
    Failure {
        severity,
        zh: format!(
            "同一账户第 {first} 份材料期末余额 {}，次日开始的第 {second} 份材料期初余额却为 {}",
            closing.value, opening.value
        ),
        en: format!(
            "document {first} closes at {}, document {second} of the same account opens on the next day at {}",
            closing.value, opening.value
        ),
        expected: Some(closing.value.to_string().into()),
        found: Some(opening.value.to_string().into()),
        evidence: vec![later.evidence(Some(&opening.source)), earlier.evidence(Some(&closing.source))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank, day};
    use model::statement::{AccountNumber, Statement};
    use model::{Money, Period};

    fn part(from: &str, to: &str, opening: i64, closing: i64) -> Statement {
        let mut part = bank("");
        part.account = Some(at_line(AccountNumber::new("6214 **** **** 1234"), 1));
        part.period = Some(at_line(Period::new(day(from), day(to)).unwrap(), 2));
        part.opening_balance = Some(at_line(Money::from_fen(opening), 3));
        part.closing_balance = Some(at_line(Money::from_fen(closing), 9));
        part
    }

    fn case(second_from: &str, opening: i64) -> Case {
        let mut case = Case::of(&[
            &[part("2026-01-01", "2026-03-31", 100, 500)],
            &[part(second_from, "2026-06-30", opening, 900)],
        ])
        .merged();
        let second = case.ledger.accounts.pop().unwrap();
        case.ledger.accounts[0].statements.extend(second.statements);
        case
    }

    #[test]
    fn fails_on_balances_that_do_not_meet() {
        case("2026-04-01", 700).expect(CHECK, &["fail critical, document 2 line 3: expected 5.00, found 7.00"]);
    }

    #[test]
    fn passes_where_they_meet() {
        case("2026-04-01", 500).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_over_a_gap_and_does_not_run_without_balances() {
        case("2026-04-02", 700).expect(CHECK, &["not_applicable"]);
        let mut first = part("2026-01-01", "2026-03-31", 100, 500);
        first.closing_balance = None;
        let mut case = Case::of(&[&[first], &[part("2026-04-01", "2026-06-30", 700, 900)]]).merged();
        let second = case.ledger.accounts.pop().unwrap();
        case.ledger.accounts[0].statements.extend(second.statements);
        case.expect(CHECK, &["not_run"]);
    }
}
