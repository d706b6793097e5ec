//! Z10: where one statement of an account ends and the next begins the day after, the balances must meet.
//!
//! Screenshots of one list say no period: they join where they share rows, and what lies between two that share none is
//! not known. That is said (low), with what to hand in; it is no fault of the papers.
//!
//! Innocent: a gap of days between the two, statements of sub-accounts under one card.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use model::When;
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
    failures.extend(view.ledger.accounts.iter().flat_map(|account| gaps(view, account)));
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

/// Screenshots that share rows, directly or by others between them.
struct Stretch<'a> {
    shown: Vec<Subject<'a>>,
    first: When,
    last: When,
}

/// Where the screenshots of an account do not join.
fn gaps(view: &View<'_>, account: &LedgerAccount) -> Vec<Failure> {
    let mut stretches: Vec<Stretch<'_>> = Vec::new();
    let pictures = subjects(view)
        .filter(|subject| account.statements.contains(&(subject.document, subject.statement)))
        .filter(|subject| subject.photographed && subject.content.period.is_none());
    for subject in pictures {
        let times = || subject.content.transactions.iter().filter_map(|row| row.time);
        if let (Some(first), Some(last)) = (times().min(), times().max()) {
            stretches.push(Stretch { shown: vec![subject], first, last });
        }
    }
    if stretches.len() < 2 {
        return Vec::new();
    }
    // Which stretch each list ended up in: those that share a row, by way of others too, are one.
    let place: BTreeMap<(u32, u32), usize> = (0..)
        .zip(&stretches)
        .flat_map(|(at, stretch)| stretch.shown.iter().map(move |one| ((one.document, one.statement), at)))
        .collect();
    let mut leads: Vec<usize> = (0..stretches.len()).collect();
    for entry in view.ledger.entries.iter().filter(|entry| entry.rows.len() > 1) {
        let mut of_entry = entry.rows.iter().filter_map(|row| place.get(&(row.document, row.statement)).copied());
        let Some(first) = of_entry.next().map(|at| lead(&leads, at)) else { continue };
        for other in of_entry {
            let other = lead(&leads, other);
            if let Some(slot) = leads.get_mut(other) {
                *slot = first;
            }
        }
    }
    let mut whole: BTreeMap<usize, Stretch<'_>> = BTreeMap::new();
    for (at, stretch) in stretches.into_iter().enumerate() {
        match whole.entry(lead(&leads, at)) {
            Entry::Vacant(slot) => drop(slot.insert(stretch)),
            Entry::Occupied(mut slot) => {
                let one = slot.get_mut();
                (one.first, one.last) = (one.first.min(stretch.first), one.last.max(stretch.last));
                one.shown.extend(stretch.shown);
            }
        }
    }
    let mut stretches: Vec<Stretch<'_>> = whole.into_values().collect();
    stretches.sort_by_key(|stretch| (stretch.first, stretch.last));
    stretches.windows(2).filter_map(|pair| Some(gap(pair.first()?, pair.get(1)?))).collect()
}

/// The first of those that are one with it.
fn lead(leads: &[usize], mut at: usize) -> usize {
    while let Some(next) = leads.get(at).copied().filter(|next| *next != at) {
        at = next;
    }
    at
}

fn gap(earlier: &Stretch<'_>, later: &Stretch<'_>) -> Failure {
    let row = |stretch: &Stretch<'_>, when: When| {
        let rows =
            stretch.shown.iter().flat_map(|shown| shown.content.transactions.iter().map(move |row| (shown, row)));
        let mut at = rows.filter(|(_, row)| row.time == Some(when));
        at.next().map(|(shown, row)| shown.evidence(Some(&row.source)))
    };
    let evidence: Vec<_> = [row(earlier, earlier.last), row(later, later.first)].into_iter().flatten().collect();
    let number = |at: usize| evidence.get(at).map_or(0, |one| one.document.saturating_add(1));
    let (first, second) = (number(0), number(1));
    if earlier.last > later.first {
        // One misread figure is enough for that: rows that both show may then count twice.
        return Failure {
            severity: Some(Severity::Medium),
            zh: format!(
                "同一账户的截图时间重叠而内容对不上：第 {first} 份材料到 {} 为止，第 {second} 份材料从 {} 开始，重叠的记录可能重复计算；请重新截图或提交导出文件",
                earlier.last, later.first
            ),
            en: format!(
                "screenshots of one account overlap in time and do not agree: document {first} ends at {}, document {second} begins at {}, and rows that both show may count twice; take them again, or hand in the exported file",
                earlier.last, later.first
            ),
            expected: None,
            found: None,
            evidence,
        };
    }
    Failure {
        severity: Some(Severity::Low),
        zh: format!(
            "同一账户的截图没有接上：第 {first} 份材料到 {} 为止，第 {second} 份材料从 {} 开始，中间可能缺少记录；请补交与两边都有重叠的截图，或导出文件",
            earlier.last, later.first
        ),
        en: format!(
            "screenshots of one account do not join: document {first} ends at {}, document {second} begins at {}, and rows between them may be missing; hand in screenshots that overlap both, or the exported file",
            earlier.last, later.first
        ),
        expected: None,
        found: None,
        evidence,
    }
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

    fn screenshot(rows: &str) -> Statement {
        let mut shown = bank(rows);
        (shown.period, shown.account) = (None, None);
        shown.transactions.iter_mut().for_each(|row| row.confidence = 0.97);
        shown
    }

    /// Two screenshots of one account; the rows at these places (from 0, oldest first) are one.
    fn screenshots(same: Option<(usize, usize)>) -> Case {
        let first = screenshot("2026-03-01 -1.00\n2026-03-02 -2.00");
        let second = screenshot("2026-03-02 -2.00\n2026-03-05 -3.00");
        let mut case = Case::of(&[&[first], &[second]]).merged();
        let other = case.ledger.accounts.pop().unwrap();
        case.ledger.accounts[0].statements.extend(other.statements);
        if let Some((one, other)) = same {
            let rows = case.ledger.entries[other].rows.clone();
            case.ledger.entries[one].rows.extend(rows);
            case.ledger.entries.remove(other);
        }
        case
    }

    #[test]
    fn says_where_screenshots_do_not_join() {
        screenshots(None).expect(CHECK, &["fail low, line 2: expected -, found -"]);
        screenshots(Some((1, 2))).expect(CHECK, &["not_applicable"]);
    }

    #[test]
    fn says_where_screenshots_overlap_and_do_not_agree() {
        let first = screenshot("2026-03-01 -1.00\n2026-03-04 -2.00");
        let second = screenshot("2026-03-02 -2.50\n2026-03-05 -3.00");
        let mut case = Case::of(&[&[first], &[second]]).merged();
        let other = case.ledger.accounts.pop().unwrap();
        case.ledger.accounts[0].statements.extend(other.statements);
        case.expect(CHECK, &["fail medium, line 2: expected -, found -"]);
    }
}
