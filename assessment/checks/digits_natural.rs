//! X22: the digits of many amounts must look as those of real payments do.
//!
//! Leading digits thin out from 1 to 9 and invented ones hardly do. Of amounts that are no whole jiao the last digit is any
//! of nine in real payments (8 and 9 of price tags among them); typed-in figures favour one or two.
//! Measured as an effect, not as a significance: with thousands of rows any small habit is significant. A note only.
//! Innocent: a shop with few prices, one salary and one rent a month.

use model::finding::Severity;
use model::statement::{StatementKind, Transaction};

use super::verdict::{Failure, OnStatement, Subject, Verdict, each_statement};
use super::{Check, View};

pub const CHECK: Check = Check { code: "digits_natural", severity: Severity::Low, run };

/// Rows from which digits can be counted (catalogue X22).
const ROWS_MIN: usize = 200;

/// Chi-square over n from which leading digits are far from natural. Uniform digits give 0.40; purses of real people,
/// with their favourite prices, stayed below 0.2.
const EFFECT_MAX: f64 = 0.35;

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("金额首位数字分布", "leading digits look natural"),
        ("没有 200 笔以上的流水", "no statement has 200 rows"),
        judge,
    )
}

/// Amounts that are no whole jiao from which last digits can be counted.
const CENTS_MIN: usize = 100;

/// Chi-square over n, against nine equal digits, from which last digits are far from natural: one digit in half of them
/// gives about 1.8, price tags stayed below 0.6.
const CENTS_EFFECT_MAX: f64 = 1.5;

/// How far the last digits of the amounts that are no whole jiao are from even; `None` for too few.
fn cents_effect(rows: &[Transaction]) -> Option<f64> {
    let mut counts = [0_u32; 9];
    for row in rows {
        // In fen; `0` is a whole jiao.
        let digit = row.amount.abs().ten_thousandths() / 100 % 10;
        let slot = digit.checked_sub(1).and_then(|digit| usize::try_from(digit).ok());
        if let Some(count) = slot.and_then(|slot| counts.get_mut(slot)) {
            *count += 1;
        }
    }
    let total: u32 = counts.iter().sum();
    if usize::try_from(total).ok()? < CENTS_MIN {
        return None;
    }
    let expected = 1.0 / 9.0;
    let off = |count: &u32| (f64::from(*count) / f64::from(total) - expected).powi(2) / expected;
    Some(counts.iter().map(off).sum())
}

/// Share of natural figures that start with the digit.
fn benford(digit: u32) -> f64 {
    (1.0 + 1.0 / f64::from(digit)).log10()
}

fn leading_digit(row: &Transaction) -> Option<usize> {
    let first = row.amount.abs().ten_thousandths().to_string().bytes().next()?;
    Some(usize::from(first.checked_sub(b'1')?))
}

fn judge(subject: Subject<'_>) -> OnStatement {
    let is_account = matches!(
        subject.content.kind,
        StatementKind::DepositAccount | StatementKind::CreditCard | StatementKind::Wallet
    );
    let digits: Vec<usize> = subject.content.transactions.iter().filter_map(leading_digit).collect();
    if !is_account || digits.len() < ROWS_MIN {
        return OnStatement::Silent;
    }
    let mut counts = [0_u32; 9];
    for digit in &digits {
        if let Some(count) = counts.get_mut(*digit) {
            *count += 1;
        }
    }
    let total = f64::from(counts.iter().sum::<u32>());
    let effect: f64 = counts
        .iter()
        .zip(1_u32..)
        .map(|(count, digit)| (f64::from(*count) / total - benford(digit)).powi(2) / benford(digit))
        .sum();
    let cents = cents_effect(&subject.content.transactions).filter(|cents| *cents > CENTS_EFFECT_MAX);
    let document = subject.document_number();
    let place =
        || subject.content.transactions.first().map(|row| subject.evidence(Some(&row.source))).into_iter().collect();
    if effect <= EFFECT_MAX {
        let Some(cents) = cents else { return OnStatement::Holds };
        return OnStatement::Fails(Failure {
            severity: None,
            zh: format!("第 {document} 份材料：金额的末位数字分布不自然，仅供参考；价格单一的生意也会如此"),
            en: format!(
                "document {document}: the last digits of the amounts look unnatural; a note only, as few prices do the same"
            ),
            expected: Some(format!("<= {CENTS_EFFECT_MAX}").into()),
            found: Some(format!("{cents:.2}").into()),
            evidence: place(),
        });
    }
    let shown: Vec<String> = counts.iter().map(u32::to_string).collect();
    OnStatement::Fails(Failure {
        severity: None,
        zh: format!("第 {document} 份材料：{total} 笔金额的首位数字分布不自然，仅供参考；价格单一的生意也会如此"),
        en: format!(
            "document {document}: the leading digits of {total} amounts look unnatural; a note only, as few prices do the same"
        ),
        expected: Some(format!("<= {EFFECT_MAX}").into()),
        found: Some(format!("{effect:.2} ({})", shown.join(" ")).into()),
        evidence: place(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};

    fn rows(count: u32, amount: impl Fn(u32) -> String) -> Case {
        let rows: String = (0..count).map(|index| format!("2026-03-01 -{}\n", amount(index))).collect();
        Case::of(&[&[bank(&rows)]])
    }

    #[test]
    fn fails_on_digits_that_favour_the_high_end() {
        rows(270, |index| format!("{}00.00", index % 9 + 1))
            .expect(CHECK, &["fail low, line 1: expected <= 0.35, found 0.40 (30 30 30 30 30 30 30 30 30)"]);
    }

    #[test]
    fn fails_on_one_favourite_last_digit() {
        rows(300, |index| format!("{:.1}8", 5.0 * 1.02_f64.powf(f64::from(index))))
            .expect(CHECK, &["fail low, line 1: expected <= 1.5, found 8.00"]);
    }

    #[test]
    fn passes_on_growing_amounts() {
        // Powers of 1.02 spread over the digits as natural amounts do.
        rows(300, |index| format!("{:.2}", 5.0 * 1.02_f64.powf(f64::from(index)))).expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_few_rows() {
        rows(199, |_| "9.00".to_owned()).expect(CHECK, &["not_applicable"]);
    }
}
