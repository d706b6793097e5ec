//! Y07: rows that moved no money (交易关闭, 支付失败) must not count as income.
//!
//! The figures themselves are looked at: no income may rest on such a row. Innocent: a purchase refunded later is two
//! rows that both moved money.

use std::collections::BTreeSet;

use model::finding::{Evidence, Severity};
use model::ledger::RowRef;

use super::place::transaction;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict, subjects};
use super::{Check, View};

pub const CHECK: Check = Check { code: "unsettled_rows_uncounted", severity: Severity::Low, run };

fn run(view: &View<'_>) -> Verdict {
    let unsettled =
        subjects(view).flat_map(|subject| &subject.content.transactions).filter(|row| !row.status.counts()).count();
    if unsettled == 0 {
        return Verdict::NotApplicable(Summary::new("没有关闭或失败的交易", "no row was closed or failed"));
    }
    let counted: BTreeSet<RowRef> =
        income_rows(view).filter(|row| transaction(view, *row).is_some_and(|shown| !shown.status.counts())).collect();
    if counted.is_empty() {
        return Verdict::Passes(Summary::new(
            format!("{unsettled} 笔关闭或失败的交易没有计入收入"),
            format!("none of {unsettled} closed or failed row(s) counts as income"),
        ));
    }
    Verdict::Fails(vec![Failure {
        severity: None,
        zh: format!("{} 笔未成功的交易被计入收入，请人工核对", counted.len()),
        en: format!("{} row(s) that moved no money count as income; a reviewer should look", counted.len()),
        expected: Some("0".into()),
        found: Some(counted.len().to_string().into()),
        evidence: shown(view, &counted),
    }])
}

/// Rows that figures of income rest on.
pub fn income_rows<'a>(view: &View<'a>) -> impl Iterator<Item = RowRef> + use<'a> {
    let incomes = view.features.iter().filter(|(name, _)| name.starts_with("income."));
    incomes.flat_map(|(_, feature)| &feature.rows).copied()
}

pub fn shown(view: &View<'_>, rows: &BTreeSet<RowRef>) -> Vec<Evidence> {
    let rows = rows.iter().take(EVIDENCE_MAX);
    rows.map(|row| Evidence {
        document: row.document,
        source: transaction(view, *row).map(|shown| shown.source.clone()),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, wallet};
    use model::statement::Status;

    fn case(status: Status, rows: &[u32]) -> Case {
        let mut statement = wallet("alipay", "2026-03-01 +5.00\n2026-03-02 +6.00");
        statement.transactions[1].status = status;
        let mut case = Case::of(&[&[statement]]).feature("income.gig_income_avg", Some("5.00"));
        let rows = rows.iter().map(|seq| RowRef { document: 0, statement: 0, seq: *seq });
        case.features.get_mut("income.gig_income_avg").unwrap().rows = rows.collect();
        case
    }

    #[test]
    fn fails_on_a_closed_row_in_an_income() {
        case(Status::Closed, &[1, 2]).expect(CHECK, &["fail low, line 2: expected 0, found 1"]);
    }

    #[test]
    fn passes_where_it_is_left_out() {
        case(Status::Closed, &[1]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_where_all_rows_settled() {
        case(Status::Refunded, &[1, 2]).expect(CHECK, &["not_applicable"]);
    }
}
