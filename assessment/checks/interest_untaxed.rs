//! X16: a row of interest tax must be of nothing: it has been 0 % since 9 October 2008.
//!
//! Innocent: a statement from before that day.

use jiff::civil::{Date, date};
use model::finding::Severity;
use model::statement::{StatementKind, Transaction};

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject, Verdict, each_statement};
use super::words::says;
use super::{Check, View};

pub const CHECK: Check = Check { code: "interest_untaxed", severity: Severity::Medium, run };

const SUSPENDED: Date = date(2008, 10, 9);
const WORDS: [&str; 2] = ["利息税", "利息所得税"];

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("利息税为零", "interest is untaxed"),
        ("没有利息税", "no statement shows interest tax"),
        judge,
    )
}

fn judge(subject: Subject<'_>) -> OnStatement {
    if subject.content.kind != StatementKind::DepositAccount {
        return OnStatement::Silent;
    }
    let rows = subject.content.transactions.iter().filter(|row| says(row, &WORDS));
    let rows: Vec<&Transaction> = rows.filter(|row| row.time.is_some_and(|when| when.date >= SUSPENDED)).collect();
    let taxed: Vec<&&Transaction> = rows.iter().filter(|row| !row.amount.is_zero()).collect();
    let Some(first) = taxed.first() else {
        return if rows.is_empty() { OnStatement::Silent } else { OnStatement::Holds };
    };
    let document = subject.document_number();
    OnStatement::Fails(Failure {
        severity: None,
        zh: format!("第 {document} 份材料{}：利息税自 2008-10-09 起暂免，应为 0.00", place::zh(&first.source)),
        en: format!(
            "document {document} {}: interest tax has been suspended since 2008-10-09",
            place::en(&first.source)
        ),
        expected: Some("0.00".into()),
        found: Some(first.amount.to_string().into()),
        evidence: taxed.iter().take(EVIDENCE_MAX).map(|row| subject.evidence(Some(&row.source))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};

    fn taxed(day: &str, amount: &str) -> Case {
        let mut statement = bank(&format!("{day} {amount}"));
        statement.transactions[0].description = Some("利息税".into());
        Case::of(&[&[statement]])
    }

    #[test]
    fn fails_on_a_tax_that_is_none() {
        taxed("2026-03-21", "-0.25").expect(CHECK, &["fail medium, line 1: expected 0.00, found -0.25"]);
    }

    #[test]
    fn passes_on_the_row_of_nothing() {
        taxed("2026-03-21", "+0.00").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_before_2008_and_without_such_a_row() {
        taxed("2008-06-21", "-0.25").expect(CHECK, &["not_applicable"]);
        Case::of(&[&[bank("2026-03-21 +1.00")]]).expect(CHECK, &["not_applicable"]);
    }
}
