//! X15: the rates that an account's interest was paid at must not rise from quarter to quarter.
//!
//! Demand rates have only fallen since 2012. Compared as finely as the postings' rounding allows.
//! Innocent: a product with tiers, where a larger balance earns more.

use model::finding::Severity;

use super::interest::{Quarter, quarters};
use super::interest_amount::percent;
use super::place;
use super::verdict::{Failure, Summary, Verdict};
use super::{Check, View};

pub const CHECK: Check = Check { code: "interest_rates_coherent", severity: Severity::High, run };

/// Several times the rounding: both postings may be off, in opposite directions.
const RESOLUTIONS: i64 = 4;

fn run(view: &View<'_>) -> Verdict {
    let quarters = quarters(view);
    let paid: Vec<&Quarter<'_>> =
        quarters.iter().filter(|quarter| quarter.whole && !quarter.postings.is_empty()).collect();
    let mut failures = Vec::new();
    let mut compared = 0_usize;
    for (earlier, later) in paid.iter().zip(paid.iter().skip(1)) {
        if !std::ptr::eq(earlier.account, later.account) {
            continue;
        }
        let rate = |quarter: &Quarter<'_>| quarter.implied(quarter.posted().to_decimal());
        let Some((before, after)) = rate(earlier).zip(rate(later)) else { continue };
        let Some((one, other)) = earlier.resolution().zip(later.resolution()) else { continue };
        compared += 1;
        if after - before <= (one + other) * rust_decimal::Decimal::from(RESOLUTIONS) {
            continue;
        }
        let (before, after) = (percent(before), percent(after));
        failures.push(Failure {
            severity: later.tiered.then_some(Severity::Medium),
            zh: format!(
                "{} 的结息相当于年利率 {after}，高于上一季度的 {before}：活期利率只降未升，余额或利息可能被改过",
                later.name()
            ),
            en: format!(
                "interest for {} was paid as if at {after}, after {before} the quarter before: demand rates have only fallen",
                later.name()
            ),
            expected: Some(format!("<= {before}").into()),
            found: Some(after.into()),
            evidence: [later, earlier]
                .iter()
                .filter_map(|quarter| place::evidence(view, quarter.postings.first()?))
                .collect(),
        });
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if compared > 0 {
        return Verdict::Passes(Summary::new(
            format!("{compared} 次相邻季度的隐含利率没有上升"),
            format!("implied rates do not rise over {compared} pair(s) of quarters"),
        ));
    }
    Verdict::NotApplicable(Summary::new(
        "没有两个相邻的完整结息季度",
        "no account shows the interest of two covered quarters",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, quarter_of};

    fn case(second: &str) -> Case {
        let rows = format!(
            "2025-09-20 +10000.00 10000.00\n2025-12-21 +1.26 10001.26\n2026-03-21 +{second} 1000{:.2}\n",
            1.26 + second.parse::<f64>().unwrap()
        );
        Case::of(&[&[quarter_of("icbc", &rows)]]).merged()
    }

    #[test]
    fn fails_on_a_rate_that_rises() {
        case("2.50").expect(CHECK, &["fail high, line 3: expected <= 0.0498%, found 0.1%"]);
    }

    #[test]
    fn passes_on_a_rate_that_stays_within_rounding_or_falls() {
        case("1.25").expect(CHECK, &["pass"]);
        case("0.75").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_one_quarter() {
        let rows = "2025-12-20 +10000.00 10000.00\n2026-03-21 +1.25 10001.25";
        Case::of(&[&[quarter_of("icbc", rows)]]).merged().expect(CHECK, &["not_applicable"]);
    }
}
