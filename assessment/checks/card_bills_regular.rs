//! Z14: the bills of one credit card must close on the same day of the month, and its limit must not jump about.
//!
//! Innocent: a cycle that the holder moved once, a temporary limit for a holiday.

use std::collections::BTreeMap;

use model::finding::Severity;
use model::statement::StatementKind;
use model::{Money, Text};

use super::verdict::{Failure, Subject, Summary, Verdict, subjects};
use super::wages::money;
use super::{Check, View};

pub const CHECK: Check = Check { code: "card_bills_regular", severity: Severity::Low, run };

/// A month of 28 days closes a cycle of the 31st earlier.
const DAYS_OFF_MAX: i8 = 3;

/// A limit that grows by more within the bills shown is asked about.
const LIMIT_GROWTH_MAX: i64 = 3;

fn run(view: &View<'_>) -> Verdict {
    let mut cards: BTreeMap<(Text, Option<String>), Vec<Subject<'_>>> = BTreeMap::new();
    for subject in subjects(view).filter(|subject| subject.content.kind == StatementKind::CreditCard) {
        let tail = subject.content.account.as_ref().and_then(|printed| printed.value.tail());
        cards.entry((subject.content.issuer.clone(), tail)).or_default().push(subject);
    }
    let (mut compared, mut failures) = (0_usize, Vec::new());
    for bills in cards.values().filter(|bills| bills.len() > 2) {
        compared += 1;
        failures.extend(odd_cycle(bills));
        failures.extend(odd_limit(bills));
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if compared > 0 {
        return Verdict::Passes(Summary::new(
            format!("{compared} 张信用卡的账单日和额度前后一致"),
            format!("billing day and limit of {compared} card(s) are regular"),
        ));
    }
    Verdict::NotApplicable(Summary::new("没有同一张信用卡的三期账单", "no card has three bills"))
}

/// The one bill that closes on another day than the rest.
fn odd_cycle(bills: &[Subject<'_>]) -> Option<Failure> {
    let closing = |subject: &Subject<'_>| Some(subject.content.period.as_ref()?.value.to.day());
    let mut days: Vec<i8> = bills.iter().filter_map(closing).collect();
    days.sort_unstable();
    let usual = *days.get(days.len() / 2)?;
    // The end of a month and the beginning of the next are near.
    let off = |day: i8| (day - usual).abs().min(31 - (day - usual).abs());
    let odd: Vec<&Subject<'_>> =
        bills.iter().filter(|bill| closing(bill).is_some_and(|day| off(day) > DAYS_OFF_MAX)).collect();
    let bill = odd.first()?;
    // Half of them otherwise is a cycle that was moved.
    if odd.len() * 3 > bills.len() {
        return None;
    }
    let document = bill.document_number();
    Some(Failure {
        severity: None,
        zh: format!("第 {document} 份材料：账单日与同一张卡的其他账单（每月 {usual} 日）不同；改过账单日请说明"),
        en: format!(
            "document {document}: the card's other bills close on day {usual} of the month; a moved cycle would explain it"
        ),
        expected: Some(usual.to_string().into()),
        found: closing(bill).map(|day| day.to_string().into()),
        evidence: vec![bill.evidence(bill.content.period.as_ref().map(|printed| &printed.source))],
    })
}

fn odd_limit(bills: &[Subject<'_>]) -> Option<Failure> {
    let limit =
        |subject: &Subject<'_>| money(&subject.content.fields, "credit_limit").filter(|limit| limit.is_positive());
    let least: Money = bills.iter().filter_map(limit).min()?;
    let (most, bill) = bills.iter().filter_map(|bill| Some((limit(bill)?, bill))).max_by_key(|(limit, _)| *limit)?;
    if most.ten_thousandths() <= least.ten_thousandths().saturating_mul(LIMIT_GROWTH_MAX) {
        return None;
    }
    let document = bill.document_number();
    let source = bill.content.fields.get("credit_limit").map(|field| &field.source);
    Some(Failure {
        severity: None,
        zh: format!("第 {document} 份材料：信用额度 {most} 元，同一张卡的其他账单为 {least} 元；临时额度请说明"),
        en: format!(
            "document {document}: a credit limit of {most}, {least} on another bill of the card; a temporary limit would explain it"
        ),
        expected: Some(least.to_string().into()),
        found: Some(most.to_string().into()),
        evidence: vec![bill.evidence(source)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, day, paper};
    use model::Period;
    use model::statement::{AccountNumber, Statement};

    fn bill(from: &str, to: &str, limit: &str) -> Statement {
        let mut bill = paper(StatementKind::CreditCard, &[("credit_limit", limit)]);
        bill.period = Some(at_line(Period::new(day(from), day(to)).unwrap(), 9));
        bill.account = Some(at_line(AccountNumber::new("1234"), 8));
        bill
    }

    fn case(third: &str, limit: &str) -> Case {
        let bills = [
            bill("2026-01-06", "2026-02-05", "20000"),
            bill("2026-02-06", "2026-03-05", "20000"),
            bill("2026-03-06", third, limit),
        ];
        Case::of(&[&bills])
    }

    #[test]
    fn fails_on_a_bill_of_another_day_and_on_a_limit_that_jumps() {
        case("2026-04-18", "20000").expect(CHECK, &["fail low, line 9: expected 5, found 18"]);
        case("2026-04-05", "90000").expect(CHECK, &["fail low, line 1: expected 20000.00, found 90000.00"]);
    }

    #[test]
    fn passes_on_a_weekend_and_a_raised_limit() {
        case("2026-04-07", "30000").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_two_bills() {
        let bills = [bill("2026-01-06", "2026-02-05", "1"), bill("2026-02-06", "2026-03-18", "9")];
        Case::of(&[&bills]).expect(CHECK, &["not_applicable"]);
    }
}
