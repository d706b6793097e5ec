//! X13: a quarter's interest must be what the daily balances earned.
//!
//! Tried are the rate listed on the day of settlement over the whole quarter and each day's own rate, balances exact and
//! cut to whole yuan, and rounding either way; at banks that list their own rates, each that such banks have paid.
//! Where the quarter begins before the documents do, the days shown only give the least that can have been paid.
//! Innocent: a product with tiers or notice, which names itself on some row; a bank with a rate of its own.

use model::finding::Severity;
use rust_decimal::Decimal;

use super::interest::{Expected, Quarter, is_listed, quarters};
use super::place;
use super::tables::rates;
use super::verdict::{Failure, Summary, Verdict};
use super::{Check, View, figures};

pub const CHECK: Check = Check { code: "interest_amount", severity: Severity::Critical, run };

fn run(view: &View<'_>) -> Verdict {
    let quarters = quarters(view);
    let posted: Vec<&Quarter<'_>> = quarters.iter().filter(|quarter| !quarter.postings.is_empty()).collect();
    let mut tested = Vec::new();
    let mut failures = Vec::new();
    for quarter in &posted {
        if quarter.whole {
            tested.push(*quarter);
            failures.extend(mismatch(view, quarter));
        } else {
            failures.extend(below_bound(view, quarter));
        }
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if let (Some(first), Some(last)) = (tested.first(), tested.last()) {
        let shown = tested.iter().filter_map(|quarter| Some(percent(quarter.implied(quarter.posted().to_decimal())?)));
        return Verdict::Passes(Summary {
            found: Some(shown.collect::<Vec<_>>().join(", ").into()),
            evidence: tested
                .iter()
                .filter_map(|quarter| place::evidence(view, quarter.postings.first()?))
                .take(super::verdict::EVIDENCE_MAX)
                .collect(),
            ..Summary::new(
                format!("{} 个季度的结息与逐日余额相符（{} 至 {}）", tested.len(), first.days.from, last.days.to),
                format!(
                    "interest follows from daily balances in {} quarter(s), {} to {}",
                    tested.len(),
                    first.days.from,
                    last.days.to
                ),
            )
        });
    }
    if posted.is_empty() {
        return Verdict::NotApplicable(Summary::new("流水中没有结息", "no statement shows a quarter's interest"));
    }
    Verdict::NotRun(Summary::new(
        "流水未覆盖整个结息季度（上季末月21日至本季末月20日），不能验算利息",
        "no quarter from the 21st to the 20th is covered in full, so its interest cannot be recomputed",
    ))
}

fn fits(expected: &Expected, posted: Decimal) -> bool {
    (posted - expected.interest).abs() <= Quarter::tolerance()
}

fn mismatch(view: &View<'_>, quarter: &Quarter<'_>) -> Option<Failure> {
    let expected = quarter.expected();
    let one_of = |posted: Decimal| expected.iter().any(|expected| fits(expected, posted));
    let total = quarter.posted().to_decimal();
    // Fixed deposits kept under the same card may be paid on the same day.
    if one_of(total) || quarter.postings.iter().any(|entry| one_of(entry.amount.to_decimal())) {
        return None;
    }
    // Without a table for the time nothing can be said.
    let best = expected.first()?;
    let severity = if quarter.tiered {
        Severity::Medium
    } else if is_listed(rates(), quarter.account) {
        Severity::Critical
    } else {
        // The bank may have a rate that no table knows.
        Severity::High
    };
    Some(failure(view, quarter, severity, (best.interest, best.rate), false))
}

/// The days shown alone earned more than was paid for the whole quarter, at the lowest rate there is.
fn below_bound(view: &View<'_>, quarter: &Quarter<'_>) -> Option<Failure> {
    let least = quarter.expected().into_iter().min_by_key(|one| one.interest)?;
    let short = quarter.posted().to_decimal() + Quarter::tolerance() < least.interest;
    short.then(|| failure(view, quarter, Severity::Medium, (least.interest, least.rate), true))
}

fn failure(
    view: &View<'_>,
    quarter: &Quarter<'_>,
    severity: Severity,
    (interest, rate): (Decimal, Decimal),
    bound: bool,
) -> Failure {
    let posted = quarter.posted();
    let implied = quarter.implied(posted.to_decimal()).map_or_else(|| "-".to_owned(), percent);
    let (days, rate, interest) = (quarter.name(), percent(rate), figures::money(interest));
    let (zh_least, en_least) = if bound { ("至少", "at least ") } else { ("", "") };
    Failure {
        severity: Some(severity),
        zh: format!(
            "{days} 结息 {posted} 元，按逐日余额和年利率 {rate} 应{zh_least}为 {interest} 元（实付相当于 {implied}）：\
             余额或金额可能被改过；若为智能、通知存款等产品，请说明"
        ),
        en: format!(
            "interest for {days} is {posted}; the daily balances at {rate} give {en_least}{interest} (paid as if at {implied}): \
             figures may have been changed, unless the account is of a tiered or notice product"
        ),
        expected: Some(format!("{}{interest} ({rate})", if bound { ">= " } else { "" }).into()),
        found: Some(format!("{posted} ({implied})").into()),
        evidence: quarter.postings.iter().filter_map(|entry| place::evidence(view, entry)).collect(),
    }
}

/// `0.05%`.
pub fn percent(rate: Decimal) -> String {
    format!("{}%", (rate * Decimal::ONE_HUNDRED).normalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, quarter_of};

    #[test]
    fn fails_on_stale_interest_under_balances_computed_anew() {
        // 10,000.00 for the 90 days at 0.05 % is 1.25; the salary was raised by 5,000.00 half way, the interest left.
        let rows = "
            2025-12-20  +10000.00  10000.00
            2026-02-04  +5000.00   15000.00
            2026-03-21  +1.25      15001.25
            2026-03-22  -1.00      15000.25
        ";
        Case::of(&[&[quarter_of("icbc", rows)]])
            .merged()
            .expect(CHECK, &["fail critical, line 3: expected 1.56 (0.05%), found 1.25 (0.04%)"]);
        Case::of(&[&[quarter_of("cmb", rows)]])
            .merged()
            .expect(CHECK, &["fail high, line 3: expected 1.56 (0.05%), found 1.25 (0.04%)"]);
    }

    #[test]
    fn says_less_of_a_tiered_product() {
        let rows = "
            2025-12-20  +10000.00  10000.00
            2026-03-21  +9.99      10009.99
            2026-03-22  -1.00      10008.99
        ";
        let mut statement = quarter_of("icbc", rows);
        statement.transactions[0].description = Some("智能存款转入".into());
        Case::of(&[&[statement]])
            .merged()
            .expect(CHECK, &["fail medium, line 2: expected 1.25 (0.05%), found 9.99 (0.3996%)"]);
    }

    #[test]
    fn passes_on_what_the_balances_earned_rounded_either_way() {
        for (interest, after, rest) in [("1.25", "10001.25", "10000.25"), ("1.24", "10001.24", "10000.24")] {
            let rows =
                format!("2025-12-20 +10000.00 10000.00\n2026-03-21 +{interest} {after}\n2026-03-22 -1.00 {rest}");
            Case::of(&[&[quarter_of("icbc", &rows)]]).merged().expect(CHECK, &["pass"]);
        }
    }

    #[test]
    fn bounds_a_quarter_whose_beginning_is_not_shown() {
        let rows = "
            2026-02-01  +90000.00  100000.00
            2026-03-21  +1.00      100001.00
            2026-03-22  -1.00      100000.00
        ";
        Case::of(&[&[quarter_of("icbc", rows)]])
            .merged()
            .expect(CHECK, &["fail medium, line 2: expected >= 6.67 (0.05%), found 1.00 (0.0075%)"]);
        let rows = "
            2026-02-01  +90000.00  100000.00
            2026-03-21  +9.00      100009.00
            2026-03-22  -1.00      100008.00
        ";
        Case::of(&[&[quarter_of("icbc", rows)]]).merged().expect(CHECK, &["not_run"]);
    }

    #[test]
    fn does_not_apply_without_interest() {
        Case::of(&[&[bank("2026-03-01 -1.00 5.00")]]).merged().expect(CHECK, &["not_applicable"]);
    }
}
