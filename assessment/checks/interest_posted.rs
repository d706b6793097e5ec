//! X14: a deposit account must be paid interest on the 20th or 21st of each quarter's last month.
//!
//! A quarter that earned a jiao at the lowest rate is asked for. An account that is paid in one quarter and not in the
//! next has lost a row; one that is never paid may be of a kind that earns nothing.
//! Innocent: an account of class II or III, a card whose interest goes to another account, balances near zero.

use model::finding::Severity;
use rust_decimal::Decimal;

use super::interest::{Quarter, quarters};
use super::place;
use super::verdict::{Failure, Summary, Verdict};
use super::{Check, View, figures};

pub const CHECK: Check = Check { code: "interest_posted", severity: Severity::High, run };

/// Yuan: what banks do not post starts at half a fen; from a jiao on, none fails to.
const MATERIAL: Decimal = Decimal::from_parts(10, 0, 0, false, 2);

fn run(view: &View<'_>) -> Verdict {
    let quarters = quarters(view);
    let mut failures = Vec::new();
    let mut asked = 0_usize;
    for quarter in quarters.iter().filter(|quarter| quarter.whole) {
        let Some(least) = quarter.expected().into_iter().map(|one| one.interest).min() else { continue };
        if least < MATERIAL {
            continue;
        }
        asked += 1;
        if quarter.postings.is_empty() {
            let elsewhere =
                quarters.iter().any(|other| std::ptr::eq(other.account, quarter.account) && !other.postings.is_empty());
            failures.push(missing(view, quarter, least, elsewhere));
        }
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if asked > 0 {
        return Verdict::Passes(Summary::new(
            format!("{asked} 个完整季度都有结息"),
            format!("interest was posted for each of {asked} covered quarter(s)"),
        ));
    }
    Verdict::NotApplicable(Summary::new(
        "没有完整覆盖且应有结息的季度",
        "no quarter is covered in full that would have earned interest",
    ))
}

fn missing(view: &View<'_>, quarter: &Quarter<'_>, least: Decimal, paid_elsewhere: bool) -> Failure {
    let (days, least) = (quarter.name(), figures::money(least));
    // The row before which it should stand, or the last one.
    let ledger = view.ledger;
    let number = ledger.accounts.iter().position(|account| std::ptr::eq(account, quarter.account));
    let after = ledger.entries.iter().find(|entry| {
        usize::try_from(entry.account).ok() == number && entry.time.is_some_and(|when| when.date > quarter.days.to)
    });
    Failure {
        // Never paid at all, it may be an account that earns none.
        severity: (!paid_elsewhere).then_some(Severity::Low),
        zh: format!("{days} 至少应有利息 {least} 元，流水中没有结息：可能删去了流水；不计息的账户请说明"),
        en: format!(
            "{days} earned at least {least}, yet no interest is posted: a row may have been removed, unless the account earns none"
        ),
        expected: Some(format!(">= {least}").into()),
        found: None,
        evidence: after.and_then(|entry| place::evidence(view, entry)).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, quarter_of};

    #[test]
    fn fails_on_the_quarter_without_its_posting() {
        let rows = "
            2025-09-20  +10000.00  10000.00
            2025-12-21  +1.26      10001.26
            2026-03-25  -1.26      10000.00
        ";
        Case::of(&[&[quarter_of("icbc", rows)]])
            .merged()
            .expect(CHECK, &["fail high, line 3: expected >= 1.25, found -"]);
    }

    #[test]
    fn says_little_of_an_account_that_is_never_paid() {
        let rows = "2025-12-01 +10000.00 10000.00\n2026-03-25 -1.00 9999.00";
        Case::of(&[&[bank(rows)]]).merged().expect(CHECK, &["fail low, line 2: expected >= 1.25, found -"]);
    }

    #[test]
    fn passes_on_a_posting_on_either_day() {
        for day in ["20", "21"] {
            let rows =
                format!("2025-12-20 +10000.00 10000.00\n2026-03-{day} +1.25 10001.25\n2026-03-25 -1.25 10000.00");
            Case::of(&[&[quarter_of("icbc", &rows)]]).merged().expect(CHECK, &["pass"]);
        }
    }

    #[test]
    fn does_not_apply_to_a_balance_that_earns_nothing() {
        let rows = "2025-12-01 +10.00 10.00\n2026-03-25 -1.00 9.00";
        Case::of(&[&[bank(rows)]]).merged().expect(CHECK, &["not_applicable"]);
    }
}
