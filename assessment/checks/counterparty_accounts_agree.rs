//! Y02: an account number must belong to one name, and a firm's wages must not come from a person's card.
//!
//! Whoever renames a friend or a lender to an employer leaves the old account number beside the new name: under the old
//! name elsewhere in the papers, or a card that no firm has. Numbers are compared where they are whole; one that is masked in
//! its middle may be several accounts', and is compared for wages alone, whose payers are one or two. A bank's cards are told
//! by their first digits, their length and their check digit. Innocent: a clearing account, under which a payment service prints the names of
//! many; a masked name, which may be anybody's.

use std::collections::BTreeMap;

use model::finding::{Evidence, Severity};
use model::ledger::{Category, Entry};
use model::statement::{AccountNumber, Flow};

use super::employers::may_be_same;
use super::names::{Likeness, compare, is_complete, is_persons};
use super::numbers::luhn_holds;
use super::place;
use super::tables::{bank_of_card, company_words};
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict};
use super::words::says;
use super::{Check, View};

pub const CHECK: Check = Check { code: "counterparty_accounts_agree", severity: Severity::High, run };

/// Shorter numbers are no bank account's.
const DIGITS_MIN: usize = 12;
/// Digits of a masked number that must be shown: the first four and the last four.
const SHOWN_MIN: usize = 8;
/// Wages under any of the names banks give them.
const SALARY: [&str; 4] = ["工资", "薪资", "薪酬", "薪水"];

fn run(view: &View<'_>) -> Verdict {
    let mut accounts: BTreeMap<String, Vec<(&str, &Entry)>> = BTreeMap::new();
    for entry in view.ledger.entries.iter().filter(|entry| entry.status.counts()) {
        let Some(row) = entry.rows.first().and_then(|row| place::transaction(view, *row)) else { continue };
        let number = row.counterparty_account.as_ref().and_then(shown);
        let name = entry.counterparty.as_deref().filter(|name| is_complete(name));
        if let Some((number, name)) = number.zip(name) {
            accounts.entry(number).or_default().push((name, entry));
        }
    }
    if accounts.is_empty() {
        return Verdict::NotApplicable(Summary::new(
            "没有打印可辨认的对方账号",
            "no counterparty's account number is printed so that it can be told",
        ));
    }
    let mut failures = Vec::new();
    for (number, rows) in &accounts {
        let whole = number.bytes().all(|byte| byte.is_ascii_digit());
        let renamed = two_names(view, rows, whole).or_else(|| from_a_lender(view, rows));
        failures.extend(renamed.or_else(|| from_a_card(view, number, rows).filter(|_| whole)));
    }
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    Verdict::Passes(Summary::new(
        format!("{} 个对方账号各属一个户名", accounts.len()),
        format!("{} counterparty account(s), each under one name", accounts.len()),
    ))
}

/// The number's digits, masked ones as `*`; `None` where too few are shown to tell it from others.
fn shown(account: &AccountNumber) -> Option<String> {
    let digits: String = account.reveal().chars().filter(|c| !c.is_whitespace()).collect();
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let told = count >= SHOWN_MIN && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*');
    (digits.len() >= DIGITS_MIN && told).then_some(digits)
}

fn is_firms(name: &str) -> bool {
    company_words().iter().any(|word| name.contains(word.as_str()))
}

/// One number under a person's name and under a firm's, and under no third: a clearing account has many. Where it is masked
/// the firm's must be wages.
fn two_names(view: &View<'_>, rows: &[(&str, &Entry)], whole: bool) -> Option<Failure> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in rows {
        if !names.iter().any(|known| compare(known, name) == Likeness::Same) {
            names.push(name);
        }
        // A clearing account's: the list need not grow.
        if names.len() > 2 {
            return None;
        }
    }
    let [one, other] = names.as_slice() else { return None };
    let (person, firm) = match (is_persons(one), is_persons(other)) {
        (true, false) if is_firms(other) => (*one, *other),
        (false, true) if is_firms(one) => (*other, *one),
        _ => return None,
    };
    if !whole && !rows.iter().any(|(name, entry)| compare(name, firm) == Likeness::Same && is_wage(view, entry)) {
        return None;
    }
    let of = |name: &str| -> Vec<Evidence> {
        let rows = rows.iter().filter(|(one, _)| compare(one, name) == Likeness::Same);
        rows.take(EVIDENCE_MAX / 2).filter_map(|(_, entry)| place::evidence(view, entry)).collect()
    };
    let evidence = of(firm).into_iter().chain(of(person)).collect();
    Some(Failure {
        severity: None,
        zh: format!("同一对方账号有“{firm}”和“{person}”两个户名：户名可能被改过"),
        en: format!("one counterparty account stands under two names, {firm} and {person}: one may have been changed"),
        expected: Some("one name".into()),
        found: Some(format!("{firm}, {person}").into()),
        evidence,
    })
}

fn is_wage(view: &View<'_>, entry: &Entry) -> bool {
    let row = entry.rows.first().and_then(|row| place::transaction(view, *row));
    entry.flow == Flow::In && (entry.category == Category::Salary || row.is_some_and(|row| says(row, &SALARY)))
}

/// Wages under a firm's name, from the account that loans are paid out of or repaid to under a lender's.
fn from_a_lender(view: &View<'_>, rows: &[(&str, &Entry)]) -> Option<Failure> {
    let of_loans = |entry: &Entry| matches!(entry.category, Category::LoanDisbursement | Category::LoanRepayment);
    let (lender, loan) = rows.iter().find(|(_, entry)| of_loans(entry))?;
    let is_other = |name: &str| !may_be_same(name, lender);
    // Nobody's account but these two's: a payment service lends and pays wages for others.
    let wages: Vec<&(&str, &Entry)> =
        rows.iter().filter(|(name, entry)| is_other(name) && is_wage(view, entry)).collect();
    let (firm, first) = wages.first()?;
    if rows.iter().any(|(name, _)| is_other(name) && compare(name, firm) != Likeness::Same) {
        return None;
    }
    let shown = wages.iter().take(EVIDENCE_MAX - 1).map(|(_, entry)| *entry).chain([*loan]);
    Some(Failure {
        severity: None,
        zh: format!(
            "“{firm}”的 {} 笔工资来自“{lender}”收放贷款的账号（首笔 {}）：户名可能被改过",
            wages.len(),
            place::in_short(first)
        ),
        en: format!(
            "{} salary row(s) of {firm} come from the account that {lender} lends by, first {}: the name may have been changed",
            wages.len(),
            place::in_short(first)
        ),
        expected: Some("one name".into()),
        found: Some(format!("{firm}, {lender}").into()),
        evidence: shown.filter_map(|entry| place::evidence(view, entry)).collect(),
    })
}

/// Wages that a firm pays from what is a person's debit card.
fn from_a_card(view: &View<'_>, number: &str, rows: &[(&str, &Entry)]) -> Option<Failure> {
    bank_of_card(number).filter(|_| luhn_holds(number))?;
    let wages: Vec<&(&str, &Entry)> =
        rows.iter().filter(|(name, entry)| is_firms(name) && !is_persons(name) && is_wage(view, entry)).collect();
    let (name, first) = wages.first()?;
    Some(Failure {
        severity: None,
        zh: format!(
            "“{name}”的 {} 笔工资由个人银行卡付出（首笔 {}）：户名可能被改过",
            wages.len(),
            place::in_short(first)
        ),
        en: format!(
            "{} salary row(s) of {name} come from a person's bank card, first {}: the name may have been changed",
            wages.len(),
            place::in_short(first)
        ),
        expected: Some("a firm's account".into()),
        found: Some("a person's card".into()),
        evidence: wages.iter().take(EVIDENCE_MAX).filter_map(|(_, entry)| place::evidence(view, entry)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};

    /// `amount name account words` a line.
    fn case(rows: &[[&str; 4]]) -> Case {
        let text: String = (1..).zip(rows).map(|(day, row)| format!("2026-03-{day:02} {}\n", row[0])).collect();
        let mut statement = bank(&text);
        for (row, [_, name, account, words]) in statement.transactions.iter_mut().zip(rows) {
            row.counterparty = Some((*name).into());
            row.counterparty_account = Some(AccountNumber::new(*account));
            row.description = Some((*words).into());
        }
        Case::of(&[&[statement]]).merged()
    }

    const CARD: &str = "6217001540009912345";

    #[test]
    fn fails_on_a_friend_renamed_to_an_employer() {
        case(&[["-300.00", "周启明", CARD, "转账"], ["+9000.00", "青禾科技有限公司", CARD, "转账"]])
            .expect(CHECK, &["fail high, line 2: expected one name, found 青禾科技有限公司, 周启明"]);
    }

    #[test]
    fn fails_on_wages_from_a_persons_card() {
        // 6217 0015 4000 9912 34 and its check digit.
        case(&[["+9000.00", "青禾科技有限公司", "6217001540009912344", "工资"]])
            .expect(CHECK, &["fail high, line 1: expected a firm's account, found a person's card"]);
    }

    #[test]
    fn fails_on_wages_from_a_masked_number_of_a_persons() {
        let masked = |words| {
            case(&[
                ["-300.00", "周启明", "6217******2345", "转账"],
                ["+9000.00", "青禾科技有限公司", "6217******2345", words],
            ])
        };
        masked("工资").expect(CHECK, &["fail high, line 2: expected one name, found 青禾科技有限公司, 周启明"]);
        masked("货款").expect(CHECK, &["pass"]);
    }

    #[test]
    fn fails_on_a_loan_renamed_to_wages() {
        let account = "110936021510801";
        case(&[
            ["+24000.00", "青禾科技有限公司", account, "代发工资"],
            ["-900.00", "招联消费金融有限公司", account, "还款"],
        ])
        .categorised("招联", Category::LoanRepayment)
        .expect(CHECK, &["fail high, line 1: expected one name, found 青禾科技有限公司, 招联消费金融有限公司"]);
    }

    #[test]
    fn passes_on_a_clearing_account_and_on_other_spellings() {
        case(&[
            ["-3.00", "周启明", "243300133000001", "财付通"],
            ["-4.00", "某某面馆有限公司", "243300133000001", "财付通"],
            ["-5.00", "某某超市有限公司", "243300133000001", "财付通"],
            ["-6.00", "阿卜杜拉·买买提", CARD, "转账"],
            ["-7.00", "阿卜杜拉买买提", CARD, "转账"],
            ["+9000.00", "青禾科技有限公司", "571900123410902", "工资"],
        ])
        .expect(CHECK, &["pass"]);
        // A payment service's account, by which a lender lends and firms pay.
        case(&[
            ["+9000.00", "青禾科技有限公司", "243300133000002", "工资"],
            ["-900.00", "招联消费金融有限公司", "243300133000002", "还款"],
            ["-70.00", "某某超市有限公司", "243300133000002", "消费"],
        ])
        .categorised("招联", Category::LoanRepayment)
        .expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_masked_numbers() {
        case(&[["+1.00", "周启明", "********2345", "转账"]]).expect(CHECK, &["not_applicable"]);
    }
}
