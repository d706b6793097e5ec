//! V01: the documents must bear out the declared income.
//!
//! Innocent: income in cash, or into an account that is not shown.

use model::Text;
use model::finding::{Evidence, Severity};
use model::ledger::Grade;
use rust_decimal::Decimal;

use super::place::transaction;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::{Check, View, figures};

pub const CHECK: Check = Check { code: "declared_income", severity: Severity::Medium, run };

/// Declared over shown, from which a declaration is contradicted (catalogue V01).
const RATIO_MEDIUM: Decimal = Decimal::from_parts(13, 0, 0, false, 1);
/// … and strongly so.
const RATIO_HIGH: Decimal = Decimal::TWO;
/// Below it the applicant declared less than they earn, which is worth a note.
const RATIO_UNDERSTATED: Decimal = Decimal::from_parts(7, 0, 0, false, 1);

/// Monthly averages of money whose source is known. Verified income is a median after factors for grade and
/// stability; those factors are our caution, and must not make an honest declaration look wrong.
const SOURCES: [&str; 3] = ["income.salary_monthly_avg", "income.gig_income_avg", "income.merchant_receipts_avg"];

fn run(view: &View<'_>) -> Verdict {
    let Some(declared) = view.declaration.monthly_income else {
        return Verdict::NotApplicable(Summary::new("申请人没有申报收入", "no income was declared"));
    };
    let Some(verified) = figures::value(view, "income.verified_income") else {
        return Verdict::NotRun(Summary::new("材料不足以核实收入", "the documents cannot verify an income"));
    };
    // What nothing proves bears nothing out.
    let is_proven = |name: &str| view.features.get(name).is_some_and(|feature| feature.grade != Grade::E);
    let sources: Decimal =
        SOURCES.iter().filter(|name| is_proven(name)).filter_map(|name| figures::value(view, name)).sum();
    let shown = verified.max(sources);
    if shown <= Decimal::ZERO {
        return Verdict::NotRun(Summary::new("材料中没有可核实的收入", "the documents show no income to compare with"));
    }
    let evidence = evidence(view);
    let (expected, found) = (Some(Text::from(declared.to_string())), Some(figures::money(shown)));
    let Some(ratio) = declared.to_decimal().checked_div(shown) else {
        return Verdict::NotRun(Summary::new("收入无法比较", "the incomes cannot be compared"));
    };
    if ratio > RATIO_MEDIUM {
        let severity = if ratio > RATIO_HIGH { Severity::High } else { Severity::Medium };
        let times = ratio.round_dp(2);
        return Verdict::Fails(vec![Failure {
            severity: Some(severity),
            zh: format!("申报月收入 {declared} 元，是材料所示 {} 元的 {times} 倍", figures::money(shown)),
            en: format!("declared monthly income {declared} is {times} times the {} shown", figures::money(shown)),
            expected,
            found,
            evidence,
        }]);
    }
    let (zh, en) = if ratio < RATIO_UNDERSTATED {
        ("申报收入低于材料所示", "less was declared than the documents show")
    } else {
        ("申报收入与材料相符", "the documents bear out the declared income")
    };
    Verdict::Passes(Summary { expected, found, evidence, ..Summary::new(zh, en) })
}

fn evidence(view: &View<'_>) -> Vec<Evidence> {
    let rows = figures::rows(view, "income.verified_income").iter().take(EVIDENCE_MAX);
    rows.map(|row| Evidence {
        document: row.document,
        source: transaction(view, *row).map(|shown| shown.source.clone()),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};
    use model::Money;

    fn case(declared: i64, verified: Option<&str>, salary: Option<&str>) -> Case {
        Case::of(&[&[bank("2026-03-05 +8000.00")]])
            .declared(|declaration| declaration.monthly_income = Some(Money::from_fen(declared * 100)))
            .feature("income.verified_income", verified)
            .feature("income.salary_monthly_avg", salary)
    }

    #[test]
    fn fails_as_badly_as_the_declaration_exceeds_the_documents() {
        case(9_000, Some("6000.00"), None).expect(CHECK, &["fail medium: expected 9000.00, found 6000.00"]);
        case(12_100, Some("6000.00"), None).expect(CHECK, &["fail high: expected 12100.00, found 6000.00"]);
    }

    #[test]
    fn passes_on_an_income_that_only_our_caution_lowers() {
        case(8_000, Some("5600.00"), Some("8000.00")).expect(CHECK, &["pass"]);
    }

    #[test]
    fn fails_on_a_salary_that_nothing_proves() {
        let mut case = case(8_000, Some("3000.00"), Some("8000.00"));
        case.features.get_mut("income.salary_monthly_avg").unwrap().grade = Grade::E;
        case.expect(CHECK, &["fail high: expected 8000.00, found 3000.00"]);
    }

    #[test]
    fn passes_on_the_bound_and_below_it() {
        case(7_800, Some("6000.00"), None).expect(CHECK, &["pass"]);
        case(3_000, Some("6000.00"), None).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_a_declaration_and_does_not_run_without_income() {
        Case::of(&[]).feature("income.verified_income", Some("1.00")).expect(CHECK, &["not_applicable"]);
        case(8_000, None, None).expect(CHECK, &["not_run"]);
        case(8_000, Some("0.00"), None).expect(CHECK, &["not_run"]);
    }
}
