//! X12: no row may stand twice.
//!
//! Two rows with one balance after them cannot both have happened, unless nothing moved. Innocent: two equal purchases a
//! minute apart leave different balances, and rows without a balance may look alike.

use std::collections::BTreeMap;

use model::Money;
use model::dates::When;
use model::finding::Severity;
use model::statement::Transaction;

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "rows_distinct", severity: Severity::Medium, run };

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("没有重复的流水", "no row stands twice"),
        ("没有带余额的流水", "no statement prints balances"),
        judge,
    )
}

type Identity<'a> = (Option<When>, Money, Money, Option<&'a str>);

fn judge(subject: Subject<'_>) -> OnStatement {
    let mut seen: BTreeMap<Identity<'_>, &Transaction> = BTreeMap::new();
    let mut twice: Vec<(&Transaction, &Transaction)> = Vec::new();
    let mut balances = 0_usize;
    for row in &subject.content.transactions {
        let Some(balance) = row.balance.filter(|_| !row.amount.is_zero() && row.status.counts()) else { continue };
        balances += 1;
        let key = (row.time, row.amount, balance, row.reference.as_deref());
        match seen.get(&key) {
            Some(first) => twice.push((first, row)),
            None => {
                seen.insert(key, row);
            }
        }
    }
    let Some((first, again)) = twice.first() else {
        return if balances > 1 { OnStatement::Holds } else { OnStatement::Silent };
    };
    // In and out again within a day comes back to the same balance; only neighbours, or rows that also share a serial, are
    // one row printed twice.
    let document = subject.document_number();
    let sure =
        |(first, again): &(&Transaction, &Transaction)| first.reference.is_some() || first.seq.abs_diff(again.seq) == 1;
    if !twice.iter().any(sure) {
        return OnStatement::Holds;
    }
    OnStatement::Fails(Failure {
        severity: None,
        zh: format!(
            "第 {document} 份材料{}：与{}的流水完全相同（金额、余额），共 {} 处",
            place::zh(&again.source),
            place::zh(&first.source),
            twice.len()
        ),
        en: format!(
            "document {document} {}: the same row as {} with the same balance after it; {} place(s)",
            place::en(&again.source),
            place::en(&first.source),
            twice.len()
        ),
        expected: Some("one row".into()),
        found: Some(place::dated(again.time, again.amount).into()),
        evidence: twice
            .iter()
            .take(EVIDENCE_MAX / 2)
            .flat_map(|(first, again)| [subject.evidence(Some(&again.source)), subject.evidence(Some(&first.source))])
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, wallet};

    #[test]
    fn fails_on_a_row_printed_twice() {
        let rows = "2026-03-01 -5.00 95.00\n2026-03-02 -5.00 90.00\n2026-03-02 -5.00 90.00";
        Case::of(&[&[bank(rows)]]).expect(CHECK, &["fail medium, line 3: expected one row, found 2026-03-02 -5.00"]);
    }

    #[test]
    fn passes_on_two_equal_purchases_and_on_money_lent_and_returned_within_a_day() {
        Case::of(&[&[bank("2026-03-02 -5.00 90.00\n2026-03-02 -5.00 85.00")]]).expect(CHECK, &["pass"]);
        let around = "2026-03-02 -5.00 90.00\n2026-03-02 +5.00 95.00\n2026-03-02 -5.00 90.00";
        Case::of(&[&[bank(around)]]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_balances() {
        let rows = "2026-03-02 -5.00\n2026-03-02 -5.00";
        Case::of(&[&[wallet("alipay", rows)]]).expect(CHECK, &["not_applicable"]);
    }
}
