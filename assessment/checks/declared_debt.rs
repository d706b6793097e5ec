//! V02: the documents must not show more debt service than was declared.
//!
//! Shown is what certainly is debt: instalments and mortgage. Rent, insurance and tuition are obligations, but nobody
//! declares them as debt, and of a card that is paid off only a part is. Declaring more than the documents show is
//! honest: the rest is paid from an account that is not among them.
//! Innocent: a loan shared with a spouse, or repaid for somebody else.

use model::Text;
use model::finding::{Evidence, Severity};
use rust_decimal::Decimal;

use super::place::transaction;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::{Check, View, figures};

pub const CHECK: Check = Check { code: "declared_debt", severity: Severity::Medium, run };

/// Parts of O08 that are debt service.
const DEBTS: [&str; 2] = ["obligations.loan_instalments_out", "obligations.mortgage_out"];

/// Shown over declared, as V01 has it the other way round.
const RATIO: Decimal = Decimal::from_parts(13, 0, 0, false, 1);
/// Yuan a month: below it people round.
const MATERIAL: Decimal = Decimal::from_parts(300, 0, 0, false, 0);

fn run(view: &View<'_>) -> Verdict {
    let Some(declared) = view.declaration.monthly_debt else {
        return Verdict::NotApplicable(Summary::new("申请人没有申报负债", "no debt was declared"));
    };
    let parts: Option<Vec<Decimal>> = DEBTS.iter().map(|name| figures::value(view, name)).collect();
    let Some(shown) = parts.map(|parts| parts.iter().sum::<Decimal>()) else {
        return Verdict::NotRun(Summary::new("材料不足以核实负债支出", "the documents cannot verify debt service"));
    };
    let (expected, found) = (Some(Text::from(declared.to_string())), Some(figures::money(shown)));
    let rows = DEBTS.iter().flat_map(|name| figures::rows(view, name)).take(EVIDENCE_MAX);
    let evidence: Vec<Evidence> = rows
        .map(|row| Evidence {
            document: row.document,
            source: transaction(view, *row).map(|shown| shown.source.clone()),
        })
        .collect();
    let bound = declared.to_decimal() * RATIO;
    if shown > bound && shown - declared.to_decimal() > MATERIAL {
        return Verdict::Fails(vec![Failure {
            severity: None,
            zh: format!("申报每月负债支出 {declared} 元，材料显示 {} 元", figures::money(shown)),
            en: format!("declared monthly debt service {declared}, the documents show {}", figures::money(shown)),
            expected,
            found,
            evidence,
        }]);
    }
    let summary = Summary::new("材料所示负债支出不超过申报", "the documents show no more debt service than declared");
    Verdict::Passes(Summary { expected, found, evidence, ..summary })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};
    use model::Money;

    fn case(declared: i64, shown: Option<&str>) -> Case {
        Case::of(&[&[bank("2026-03-05 -2000.00")]])
            .declared(|declaration| declaration.monthly_debt = Some(Money::from_fen(declared * 100)))
            .feature("obligations.loan_instalments_out", shown)
            .feature("obligations.mortgage_out", Some("0.00"))
            .feature("obligations.fixed_obligations", Some("9000.00"))
    }

    #[test]
    fn fails_on_debt_that_was_not_declared() {
        case(500, Some("2000.00")).expect(CHECK, &["fail medium: expected 500.00, found 2000.00"]);
        case(0, Some("2000.00")).expect(CHECK, &["fail medium: expected 0.00, found 2000.00"]);
    }

    #[test]
    fn passes_on_rent_on_rounding_and_on_more_declared_than_shown() {
        case(1_500, Some("1950.00")).expect(CHECK, &["pass"]);
        case(0, Some("260.00")).expect(CHECK, &["pass"]);
        case(3_000, Some("0.00")).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_a_declaration_and_does_not_run_without_figures() {
        Case::of(&[]).feature("obligations.loan_instalments_out", Some("1.00")).expect(CHECK, &["not_applicable"]);
        case(500, None).expect(CHECK, &["not_run"]);
    }
}
