//! Y08: what a relative pays (亲情卡, 亲属卡, 代付) must not count as the applicant's own income.
//!
//! Innocent: a purchase on a family card that its owner returned.

use std::collections::BTreeSet;

use model::finding::Severity;
use model::ledger::RowRef;
use model::statement::StatementKind;

use super::place::transaction;
use super::unsettled_rows_uncounted::{income_rows, shown};
use super::verdict::{Failure, Summary, Verdict, subjects};
use super::words::mentions;
use super::{Check, View};

pub const CHECK: Check = Check { code: "family_payments_apart", severity: Severity::Low, run };

const WORDS: [&str; 5] = ["亲情卡", "亲属卡", "亲密付", "他人代付", "代付-"];

fn run(view: &View<'_>) -> Verdict {
    let paid_by_family = subjects(view)
        .filter(|subject| matches!(subject.content.kind, StatementKind::Wallet | StatementKind::PlatformBill))
        .flat_map(|subject| &subject.content.transactions)
        .filter(|row| mentions(row, &WORDS))
        .count();
    if paid_by_family == 0 {
        return Verdict::NotApplicable(Summary::new("没有亲情卡或代付", "no row is paid by a relative's card"));
    }
    let counted: BTreeSet<RowRef> =
        income_rows(view).filter(|row| transaction(view, *row).is_some_and(|row| mentions(row, &WORDS))).collect();
    if counted.is_empty() {
        return Verdict::Passes(Summary::new(
            format!("{paid_by_family} 笔亲情卡或代付没有计入收入"),
            format!("none of {paid_by_family} row(s) paid by relatives counts as income"),
        ));
    }
    Verdict::Fails(vec![Failure {
        severity: None,
        zh: format!("{} 笔亲情卡或代付被计入收入，请人工核对", counted.len()),
        en: format!("{} row(s) paid by relatives count as income; a reviewer should look", counted.len()),
        expected: Some("0".into()),
        found: Some(counted.len().to_string().into()),
        evidence: shown(view, &counted),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, wallet};

    fn case(words: &str, rows: &[u32]) -> Case {
        let mut statement = wallet("wechat", "2026-03-01 +5.00\n2026-03-02 +6.00");
        statement.transactions[1].printed_type = Some(words.into());
        let mut case = Case::of(&[&[statement]]).feature("income.gig_income_avg", Some("5.00"));
        let rows = rows.iter().map(|seq| RowRef { document: 0, statement: 0, seq: *seq });
        case.features.get_mut("income.gig_income_avg").unwrap().rows = rows.collect();
        case
    }

    #[test]
    fn fails_on_a_relatives_payment_in_an_income() {
        case("亲属卡交易退款", &[1, 2]).expect(CHECK, &["fail low, line 2: expected 0, found 1"]);
    }

    #[test]
    fn passes_where_it_is_left_out() {
        case("亲属卡交易", &[1]).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_such_rows() {
        case("商户消费", &[1]).expect(CHECK, &["not_applicable"]);
    }
}
