//! Z04: an instalment or a loan that a platform's bill charges to a card must stand in the card's statement.
//!
//! A platform's bill (京东白条, 美团借钱) names the card that paid, a wallet's the card that a loan was paid out to (借呗);
//! the statement of that card must cover the day and the two after. Where nothing but wages came in that amount, the loan was
//! renamed. Innocent: fees netted against the payout, so amounts off by up to 3 % count as the same.

use model::finding::{Evidence, Severity};
use model::ledger::Entry;
use model::statement::{Flow, StatementKind, Transaction};

use super::legs::{bank_with, card_tail, covers, entries_on, later};
use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, Summary, Verdict, subjects};
use super::words::says;
use super::{Check, View};

pub const CHECK: Check = Check { code: "loan_legs", severity: Severity::High, run };

const REPAID: [&str; 3] = ["还款", "归还", "分期扣款"];
const DISBURSED: [&str; 3] = ["放款", "借款到账", "贷款发放"];
/// What a loan is renamed to.
const SALARY: [&str; 5] = ["工资", "薪资", "薪酬", "薪水", "奖金"];
const DAYS_MAX: i64 = 2;
/// Parts of a hundred that fees may take.
const NETTED_MAX_PERCENT: i64 = 3;
/// One leg may have been paid by another card than named.
const MISSING_MIN: usize = 2;

fn run(view: &View<'_>) -> Verdict {
    let (mut found, mut missing): (usize, Vec<(u32, &Transaction)>) = (0, Vec::new());
    let mut renamed: Vec<(&Entry, u32, &Transaction)> = Vec::new();
    for subject in subjects(view) {
        for row in subject.content.transactions.iter().filter(|row| row.status.counts()) {
            let wanted = match subject.content.kind {
                StatementKind::PlatformBill if says(row, &REPAID) => Flow::Out,
                StatementKind::PlatformBill | StatementKind::Wallet if says(row, &DISBURSED) => Flow::In,
                _ => continue,
            };
            let Some((bank, account)) =
                row.method.as_deref().and_then(card_tail).and_then(|tail| bank_with(view, tail))
            else {
                continue;
            };
            let Some(date) = row.time.map(|when| when.date) else { continue };
            let last = later(date, DAYS_MAX);
            if !covers(account, date, last) {
                continue;
            }
            let amount = row.amount.abs();
            let near = |other: model::Money| {
                other.minus(amount).abs().ten_thousandths().saturating_mul(100)
                    <= amount.ten_thousandths().saturating_mul(NETTED_MAX_PERCENT)
            };
            let legs: Vec<&Entry> = entries_on(view, bank, (date, last))
                .filter(|entry| entry.flow == wanted && near(entry.amount.abs()))
                .collect();
            match legs.first() {
                None => missing.push((subject.document, row)),
                Some(first) if legs.iter().all(|entry| is_wage(view, entry)) => {
                    renamed.push((first, subject.document, row));
                }
                Some(_) => found += 1,
            }
        }
    }
    let mut failures: Vec<Failure> = renaming(view, &renamed).into_iter().collect();
    let Some((_, first)) = missing.first() else {
        return if !failures.is_empty() {
            Verdict::Fails(failures)
        } else if found > 0 {
            Verdict::Passes(Summary::new(
                format!("{found} 笔借款或还款与银行流水相符"),
                format!("{found} loan row(s) of platform bills stand in the bank statement"),
            ))
        } else {
            Verdict::NotApplicable(Summary::new(
                "没有与已提供银行卡相关的借款、还款账单",
                "no platform bill charges a loan to a card whose statement is shown",
            ))
        };
    };
    let shown = place::dated(first.time, first.amount);
    failures.push(Failure {
        severity: (missing.len() < MISSING_MIN).then_some(Severity::Medium),
        zh: format!("{} 笔平台借款或还款不在银行流水中（首笔 {shown}）", missing.len()),
        en: format!("{} loan row(s) of platform bills are not in the bank statement, first {shown}", missing.len()),
        expected: Some("a row within 2 days".into()),
        found: Some(format!("{}/{}", found, found + missing.len()).into()),
        evidence: missing
            .iter()
            .take(EVIDENCE_MAX)
            .map(|(document, row)| Evidence { document: *document, source: Some(row.source.clone()) })
            .collect(),
    });
    Verdict::Fails(failures)
}

/// Whether the bank's row calls itself wages.
fn is_wage(view: &View<'_>, entry: &Entry) -> bool {
    let row = entry.rows.first().and_then(|row| place::transaction(view, *row));
    entry.flow == Flow::In && row.is_some_and(|row| says(row, &SALARY))
}

fn renaming(view: &View<'_>, renamed: &[(&Entry, u32, &Transaction)]) -> Option<Failure> {
    let (entry, _, loan) = renamed.first()?;
    let (shown, paid_out) = (place::in_short(entry), place::dated(loan.time, loan.amount));
    let places = renamed.iter().take(EVIDENCE_MAX / 2).flat_map(|(entry, document, row)| {
        [place::evidence(view, entry), Some(Evidence { document: *document, source: Some(row.source.clone()) })]
    });
    Some(Failure {
        severity: None,
        zh: format!(
            "银行流水中的 {} 笔工资（首笔 {shown}）与平台放款（{paid_out}）是同一笔钱：贷款可能被改成了工资",
            renamed.len()
        ),
        en: format!(
            "{} salary row(s) of the bank statement, first {shown}, are what a lender paid out ({paid_out}): a loan may have been renamed",
            renamed.len()
        ),
        expected: loan.counterparty.clone(),
        found: entry.counterparty.clone(),
        evidence: places.flatten().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, at_line, bank, wallet};
    use model::statement::AccountNumber;

    fn case(debit: &str) -> Case {
        let mut bill = bank("2026-03-05 -500.00\n2026-04-05 -500.00");
        bill.kind = StatementKind::PlatformBill;
        for row in &mut bill.transactions {
            row.description = Some("白条还款".into());
            row.method = Some("招商银行(1234)".into());
        }
        let mut card = bank(&format!("2026-03-01 +1.00\n{debit}\n2026-04-30 -1.00"));
        card.account = Some(at_line(AccountNumber::new("6214 **** **** 1234"), 1));
        Case::of(&[&[bill], &[card]]).merged()
    }

    #[test]
    fn fails_on_repayments_that_the_bank_does_not_show() {
        case("2026-03-09 -1.00").expect(CHECK, &["fail high, line 1: expected a row within 2 days, found 0/2"]);
    }

    /// A wallet's loan of 24,000.00, and what the card's statement shows, each with its words.
    fn paid_out(credits: &[(&str, &str)]) -> Case {
        let mut from = wallet("alipay", "2026-03-10 +24000.00");
        for row in &mut from.transactions {
            row.description = Some("借呗放款至银行卡".into());
            row.counterparty = Some("重庆蚂蚁消费金融有限公司".into());
            row.method = Some("招商银行(1234)".into());
        }
        let rows: Vec<&str> = credits.iter().map(|(row, _)| *row).collect();
        let mut to = bank(&format!("2026-03-01 +1.00\n{}\n2026-03-31 -1.00", rows.join("\n")));
        to.account = Some(at_line(AccountNumber::new("6214 **** **** 1234"), 1));
        for (row, (_, words)) in to.transactions.iter_mut().skip(1).zip(credits) {
            row.description = Some((*words).into());
        }
        Case::of(&[&[from], &[to]]).merged()
    }

    #[test]
    fn fails_on_a_loan_renamed_to_wages() {
        paid_out(&[("2026-03-10 +24000.00", "代发工资")])
            .expect(CHECK, &["fail high, document 2 line 2: expected 重庆蚂蚁消费金融有限公司, found -"]);
    }

    #[test]
    fn passes_on_a_loan_and_on_wages_of_about_that_amount() {
        paid_out(&[("2026-03-10 +24000.00", "他行汇入")]).expect(CHECK, &["pass"]);
        paid_out(&[("2026-03-10 +24000.00", "他行汇入"), ("2026-03-11 +23900.00", "代发工资")])
            .expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_a_repayment_with_its_fee() {
        case("2026-03-05 -505.00\n2026-04-06 -500.00").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_a_platforms_bill() {
        Case::of(&[&[bank("2026-03-05 -500.00")]]).merged().expect(CHECK, &["not_applicable"]);
    }
}
