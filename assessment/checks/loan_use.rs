//! V05: borrowed money must not go into houses, shares or other uses that consumer credit excludes.
//!
//! Looked at are the days after a loan was paid out: half of it or more to one such use is told. Innocent: own savings
//! spent in the same week.

use model::Money;
use model::finding::{Evidence, Severity};
use model::ledger::{Category, Entry};
use model::statement::Flow;

use super::legs::later;
use super::place;
use super::tables::uses;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::words::mentions;
use super::{Check, View};

pub const CHECK: Check = Check { code: "loan_use", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    let table = uses();
    let entries = || view.ledger.entries.iter().filter(|entry| entry.status.counts());
    let loans: Vec<&Entry> = entries()
        .filter(|entry| entry.category == Category::LoanDisbursement && entry.flow == Flow::In)
        .filter(|entry| entry.amount.to_decimal() >= table.amount_min)
        .collect();
    if loans.is_empty() {
        return Verdict::NotApplicable(Summary::new("没有放款", "no loan of note was paid out"));
    }
    let forbidden: Vec<&Entry> = entries()
        .filter(|entry| entry.flow == Flow::Out && entry.own_transfer.is_none())
        .filter(|entry| {
            let row = entry.rows.first().and_then(|row| place::transaction(view, *row));
            row.is_some_and(|row| mentions(row, &table.forbidden))
        })
        .collect();
    let mut failures = Vec::new();
    for loan in &loans {
        let Some(paid_out) = loan.time.map(|when| when.date) else { continue };
        let until = later(paid_out, table.days_max);
        let used: Vec<&&Entry> = forbidden
            .iter()
            .filter(|entry| entry.time.is_some_and(|when| paid_out <= when.date && when.date <= until))
            .collect();
        let sum: Money = used.iter().map(|entry| entry.amount.abs()).sum();
        if used.is_empty() || sum.to_decimal() < loan.amount.to_decimal() * table.share_min {
            continue;
        }
        let evidence = std::iter::once(loan).chain(used.iter().copied());
        let evidence: Vec<Evidence> =
            evidence.take(EVIDENCE_MAX).filter_map(|entry| place::evidence(view, entry)).collect();
        failures.push(Failure {
            severity: None,
            zh: format!("{} 放款 {} 元后 {} 天内有 {sum} 元用于购房、投资等禁止用途；若为自有资金请说明", paid_out, loan.amount, table.days_max),
            en: format!("of the loan of {} paid out on {paid_out}, {sum} went into housing or investment within {} days; own savings would explain it", loan.amount, table.days_max),
            expected: Some("a permitted use".into()),
            found: Some(sum.to_string().into()),
            evidence,
        });
    }
    if failures.is_empty() {
        return Verdict::Passes(Summary::new("放款后没有禁止用途的支出", "no loan went into a use that is excluded"));
    }
    Verdict::Fails(failures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};

    fn case(day: &str, amount: &str) -> Case {
        let mut statement = bank(&format!("2026-03-01 +50000.00\n{day} -{amount}"));
        statement.transactions[0].description = Some("贷款发放".into());
        statement.transactions[1].counterparty = Some("某某证券股份有限公司".into());
        Case::of(&[&[statement]]).merged().categorised("贷款发放", Category::LoanDisbursement)
    }

    #[test]
    fn fails_on_a_loan_put_into_shares() {
        case("2026-03-03", "48000.00")
            .expect(CHECK, &["fail medium, line 1: expected a permitted use, found 48000.00"]);
    }

    #[test]
    fn passes_on_a_little_and_on_much_later() {
        case("2026-03-03", "2000.00").expect(CHECK, &["pass"]);
        case("2026-04-03", "48000.00").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_a_loan() {
        Case::of(&[&[bank("2026-03-01 +50000.00")]]).merged().expect(CHECK, &["not_applicable"]);
    }
}
