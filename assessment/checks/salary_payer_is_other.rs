//! Y02: a salary must come from somebody else than the applicant, and from an account that can exist.
//!
//! Money sent to oneself under the word 工资 is the plainest of inflated incomes. Innocent: a bank that prints the
//! receiving account's name on its own batch payrolls; such rows say 代发.

use model::finding::{Evidence, Severity};
use model::ledger::{Category, Entry};

use super::names::{Likeness, compare};
use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict, subjects};
use super::words::mentions;
use super::{Check, View};

pub const CHECK: Check = Check { code: "salary_payer_is_other", severity: Severity::High, run };

const BATCH: [&str; 3] = ["代发", "批量", "财政统发"];
const SALARY: [&str; 4] = ["工资", "薪资", "薪酬", "薪水"];

/// Digits of an account of a Chinese bank: from a cooperative's 9 to 32 with sub-account.
const DIGITS: std::ops::RangeInclusive<usize> = 9..=32;

fn run(view: &View<'_>) -> Verdict {
    let names: Vec<&str> = subjects(view)
        .filter_map(|subject| subject.content.holder.name.as_ref().map(|name| name.value.reveal().as_str()))
        .chain(view.declaration.name.as_ref().map(|name| name.reveal().as_str()))
        .collect();
    let (mut other, mut own, mut odd): (usize, Vec<&Entry>, Vec<&Entry>) = (0, Vec::new(), Vec::new());
    for entry in &view.ledger.entries {
        let Some(row) = entry.rows.first().and_then(|row| place::transaction(view, *row)) else { continue };
        let called_salary = entry.category == Category::Salary
            || entry.flow == model::statement::Flow::In && super::words::says(row, &SALARY);
        if !called_salary || mentions(row, &BATCH) {
            continue;
        }
        let payer = entry.counterparty.as_deref();
        let is_own = |payer: &str| {
            payer.chars().count() > 1
                && !payer.contains('*')
                && names.iter().any(|name| compare(name, payer) == Likeness::Same)
        };
        let account = row.counterparty_account.as_ref().map(model::statement::AccountNumber::reveal);
        let impossible = account.is_some_and(|account| {
            let digits = account.bytes().filter(u8::is_ascii_digit).count();
            digits == account.chars().count() && digits > 4 && !DIGITS.contains(&digits)
        });
        match payer {
            Some(payer) if is_own(payer) => own.push(entry),
            _ if impossible => odd.push(entry),
            Some(_) => other += 1,
            None => {}
        }
    }
    let shown = |entries: &[&Entry]| -> Vec<Evidence> {
        entries.iter().take(EVIDENCE_MAX).filter_map(|entry| place::evidence(view, entry)).collect()
    };
    let mut failures = Vec::new();
    if let Some(first) = own.first() {
        failures.push(Failure {
            severity: None,
            zh: format!("{} 笔“工资”由申请人本人转入（首笔 {}）", own.len(), place::in_short(first)),
            en: format!("{} \"salary\" row(s) come from the applicant, first {}", own.len(), place::in_short(first)),
            expected: Some("another payer".into()),
            found: first.counterparty.clone(),
            evidence: shown(&own),
        });
    }
    if let Some(first) = odd.first() {
        failures.push(Failure {
            severity: Some(Severity::Medium),
            zh: format!("{} 笔工资的对方账号位数不可能（首笔 {}）", odd.len(), place::in_short(first)),
            en: format!(
                "{} salary row(s) come from an account number of impossible length, first {}",
                odd.len(),
                place::in_short(first)
            ),
            expected: Some(format!("{} to {} digits", DIGITS.start(), DIGITS.end()).into()),
            found: None,
            evidence: shown(&odd),
        });
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if other > 0 {
        return Verdict::Passes(Summary::new("工资由他方付款", "salaries are paid by others"));
    }
    Verdict::NotApplicable(Summary::new("没有写明付款方的工资", "no salary names its payer"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, held_by};
    use model::statement::AccountNumber;

    fn case(words: &str, payer: &str, account: &str) -> Case {
        let mut statement = held_by("林小满");
        statement.transactions[0].description = Some(words.into());
        statement.transactions[0].counterparty = Some(payer.into());
        statement.transactions[0].counterparty_account = Some(AccountNumber::new(account));
        Case::of(&[&[statement]]).merged()
    }

    #[test]
    fn fails_on_money_sent_to_oneself() {
        case("工资", "林小满", "6222021234567890123")
            .expect(CHECK, &["fail high, line 1: expected another payer, found 林小满"]);
    }

    #[test]
    fn fails_on_an_account_that_cannot_be() {
        case("工资", "青禾信息技术有限公司", "1234567")
            .expect(CHECK, &["fail medium, line 1: expected 9 to 32 digits, found -"]);
    }

    #[test]
    fn passes_on_a_firm_and_does_not_apply_to_a_batch_under_the_holders_name() {
        case("工资", "青禾信息技术有限公司", "31050161393600000123").expect(CHECK, &["pass"]);
        case("代发工资", "林小满", "6222021234567890123").expect(CHECK, &["not_applicable"]);
    }
}
