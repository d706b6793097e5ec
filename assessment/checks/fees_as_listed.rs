//! X21: a fee that a row states must be what the issuer takes for it.
//!
//! A wallet's withdrawal costs a thousandth beyond the free quota, at least a jiao (`fees.toml`); it may cost less because of
//! the quota, never more, and never between nothing and the least. A card's instalments are equal from bill to bill but for
//! the first and the last, which take up the rounding, and so are their fees: a rate on what was parted, which no bank sets
//! above the table's. Innocent: a free quota used in part, a coupon, an instalment plan paid off early.

use std::collections::BTreeMap;

use model::finding::Severity;
use model::statement::{StatementKind, Transaction};
use model::{Money, Month};
use rust_decimal::{Decimal, RoundingStrategy};

use super::place;
use super::tables::{Fees, fees};
use super::verdict::{EVIDENCE_MAX, Failure, Subject, Summary, Verdict, subjects};
use super::words::{mentions, says, texts};
use super::{Check, View, figures};

pub const CHECK: Check = Check { code: "fees_as_listed", severity: Severity::Medium, run };

const WITHDRAWAL: [&str; 1] = ["提现"];
const FEE: [&str; 2] = ["服务费", "手续费"];
const INSTALMENT: [&str; 1] = ["分期"];
/// What tells an instalment's fee from its principal.
const HANDLING: [&str; 4] = ["手续费", "服务费", "分期费", "利息"];

/// Plans that are looked at, and instalments of each: nobody has a hundred at once, and banks part into sixty at most.
const PLANS_MAX: usize = 200;
const INSTALMENTS_MAX: usize = 100;

/// Instalments of one plan from which one that differs can be told.
const EQUAL_MIN: usize = 2;

fn run(view: &View<'_>) -> Verdict {
    let (mut failures, mut holding) = (Vec::new(), 0_usize);
    for subject in subjects(view).filter(|subject| subject.content.kind == StatementKind::Wallet) {
        let stated = withdrawals(subject);
        holding += usize::from(!stated.is_empty());
        failures.extend(withdrawn_wrong(subject, &stated));
    }
    let plans = plans(view);
    holding += plans.values().filter(|plan| plan.len() > EQUAL_MIN).count();
    failures.extend(plans.values().filter_map(|plan| unequal(plan)));
    let dear = too_dear(&plans);
    holding += usize::from(plans.keys().any(|plan| plan.is_fee));
    failures.extend(dear);
    if !failures.is_empty() {
        return Verdict::Fails(failures);
    }
    if holding > 0 {
        return Verdict::Passes(Summary::new("手续费和分期金额符合规则", "fees and instalments are as listed"));
    }
    Verdict::NotApplicable(Summary::new(
        "没有注明手续费的提现，也没有可比较的分期",
        "no withdrawal states its fee, and no instalments can be compared",
    ))
}

/// `服务费¥1.20` → 1.20.
fn stated_fee(row: &Transaction) -> Option<Money> {
    texts(row).find_map(|text| {
        let after = FEE.iter().find_map(|word| text.split_once(word))?.1;
        let figure: String = after
            .trim_start_matches(['¥', '￥', ':', '：', ' ', '(', '（'])
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        Money::read(&figure).ok()
    })
}

/// The most that may be taken, rounded up to the fen.
fn most(table: &Fees, amount: Money) -> Decimal {
    let share = amount.abs().to_decimal() * table.withdrawal_rate;
    share.round_dp_with_strategy(2, RoundingStrategy::AwayFromZero).max(table.withdrawal_min)
}

fn withdrawals<'a>(subject: Subject<'a>) -> Vec<(&'a Transaction, Money)> {
    let rows = subject.content.transactions.iter();
    rows.filter(|row| row.status.counts() && mentions(row, &WITHDRAWAL))
        .filter_map(|row| Some((row, stated_fee(row)?)))
        .collect()
}

fn withdrawn_wrong(subject: Subject<'_>, stated: &[(&Transaction, Money)]) -> Option<Failure> {
    let table = fees();
    let is_wrong = |row: &Transaction, fee: Decimal| {
        fee > most(table, row.amount) || fee > Decimal::ZERO && fee < table.withdrawal_min
    };
    let wrong: Vec<&(&Transaction, Money)> =
        stated.iter().filter(|(row, fee)| is_wrong(row, fee.to_decimal())).collect();
    let (row, fee) = wrong.first()?;
    let (document, most) = (subject.document_number(), figures::money(most(table, row.amount)));
    let least = figures::money(table.withdrawal_min);
    Some(Failure {
        severity: None,
        zh: format!(
            "第 {document} 份材料{}：提现 {} 元的手续费为 {least} 至 {most} 元或免收，却注明 {fee} 元",
            place::zh(&row.source),
            row.amount.abs()
        ),
        en: format!(
            "document {document} {}: a withdrawal of {} costs {least} to {most} or nothing, {fee} is stated",
            place::en(&row.source),
            row.amount.abs()
        ),
        expected: Some(format!("<= {most}").into()),
        found: Some(fee.to_string().into()),
        evidence: wrong.iter().take(EVIDENCE_MAX).map(|(row, _)| subject.evidence(Some(&row.source))).collect(),
    })
}

/// What was parted into instalments: by its words, how many there are, the month of the first, and the card's issuer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Plan {
    issuer: String,
    words: String,
    count: i32,
    begun: Month,
    is_fee: bool,
}

/// One of them: its number, its amount and its row.
struct Instalment<'a> {
    number: i32,
    amount: Money,
    subject: Subject<'a>,
    row: &'a Transaction,
}

/// Every plan of the cards' bills, its instalments by number. A plan of which two bear one number is two plans that cannot
/// be told apart, and is left out.
fn plans<'a>(view: &'a View<'_>) -> BTreeMap<Plan, Vec<Instalment<'a>>> {
    let mut plans: BTreeMap<Plan, Vec<Instalment<'a>>> = BTreeMap::new();
    for subject in subjects(view).filter(|subject| subject.content.kind == StatementKind::CreditCard) {
        let closed = subject.content.period.as_ref().map(|period| period.value.to);
        for row in subject.content.transactions.iter().filter(|row| says(row, &INSTALMENT)) {
            let Some((text, (number, count))) = texts(row).find_map(|text| Some((text, numbered(text)?))) else {
                continue;
            };
            // Some banks date each instalment by the purchase: the bill's month counts where it is printed.
            let Some(month) = closed.or(row.time.map(|when| when.date)).map(Month::of) else { continue };
            let is_fee = says(row, &HANDLING);
            let words = text.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect();
            let (issuer, begun) = (subject.content.issuer.to_string(), month.plus(1 - number));
            if plans.len() >= PLANS_MAX {
                break;
            }
            let plan = plans.entry(Plan { issuer, words, count, begun, is_fee }).or_default();
            let amount = row.amount.abs();
            // The same bill handed in twice.
            let again = |one: &Instalment<'_>| one.number == number && one.amount == amount && one.row.time == row.time;
            if plan.len() < INSTALMENTS_MAX && !plan.iter().any(again) {
                plan.push(Instalment { number, amount, subject, row });
            }
        }
    }
    for plan in plans.values_mut() {
        plan.sort_by_key(|one| one.number);
    }
    plans.retain(|_, plan| plan.windows(2).all(|pair| matches!(pair, [a, b] if a.number != b.number)));
    plans
}

/// `03/12`, `第3期/共12期` → the third of twelve.
fn numbered(text: &str) -> Option<(i32, i32)> {
    let figures = |part: &str| {
        let digits: String = part.chars().filter(char::is_ascii_digit).collect();
        (digits.len() <= 2).then(|| digits.parse::<i32>().ok()).flatten()
    };
    let (before, after) = text.split_once(['/', '／'])?;
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '第' | '期' | '共' | ' ');
    let before: String =
        before.chars().rev().take_while(|c| is_part(*c)).collect::<Vec<_>>().into_iter().rev().collect();
    let after: String = after.chars().take_while(|c| is_part(*c)).collect();
    let (number, count) = figures(&before).zip(figures(&after))?;
    (1 <= number && number <= count && count > 1).then_some((number, count))
}

/// An instalment that is not what the plan's others are. The first may hold a fee for all, the first and the last what
/// rounding left.
fn unequal(plan: &[Instalment<'_>]) -> Option<Failure> {
    let last = plan.iter().map(|one| one.number).max()?;
    let middle: Vec<&Instalment<'_>> = plan.iter().filter(|one| one.number > 1 && one.number < last).collect();
    let usual = middle.iter().map(|one| one.amount).find(|amount| {
        let alike = middle.iter().filter(|one| one.amount == *amount).count();
        alike >= EQUAL_MIN && alike * 2 > middle.len()
    })?;
    let odd = middle.iter().find(|one| one.amount != usual)?;
    let document = odd.subject.document_number();
    Some(Failure {
        severity: (odd.row.confidence < 1.0).then_some(Severity::Low),
        zh: format!(
            "第 {document} 份材料{}：第 {} 期为 {} 元，同一分期的其他各期为 {usual} 元",
            place::zh(&odd.row.source),
            odd.number,
            odd.amount
        ),
        en: format!(
            "document {document} {}: instalment {} is {}, the plan's others are {usual}",
            place::en(&odd.row.source),
            odd.number,
            odd.amount
        ),
        expected: Some(usual.to_string().into()),
        found: Some(odd.amount.to_string().into()),
        evidence: vec![odd.subject.evidence(Some(&odd.row.source))],
    })
}

/// A fee that is more than the highest rate of what was parted: each instalment's principal, as often as there are
/// instalments. The first may hold the fee for all.
fn too_dear(plans: &BTreeMap<Plan, Vec<Instalment<'_>>>) -> Option<Failure> {
    let table = fees();
    let bare = |words: &str| HANDLING.iter().fold(words.replace("本金", ""), |words, fee| words.replace(fee, ""));
    plans.iter().filter(|(plan, _)| plan.is_fee).find_map(|(plan, fees)| {
        let of_same = |other: &&Plan| {
            !other.is_fee
                && (&other.issuer, other.count, other.begun) == (&plan.issuer, plan.count, plan.begun)
                && bare(&other.words) == bare(&plan.words)
        };
        let mut principals = plans.keys().filter(of_same);
        let (Some(principal), None) = (principals.next(), principals.next()) else { return None };
        let each = plans.get(principal)?.first()?.amount.to_decimal();
        let most = each * Decimal::from(plan.count) * table.instalment_rate_max;
        let fee = fees.iter().find(|fee| fee.number > 1 && fee.amount.to_decimal() > most.round_dp(2))?;
        let (document, most) = (fee.subject.document_number(), figures::money(most));
        Some(Failure {
            severity: None,
            zh: format!(
                "第 {document} 份材料{}：第 {} 期分期手续费 {} 元，按本金和费率上限最多 {most} 元",
                place::zh(&fee.row.source),
                fee.number,
                fee.amount
            ),
            en: format!(
                "document {document} {}: the fee of instalment {} is {}, the principal allows {most} at most",
                place::en(&fee.row.source),
                fee.number,
                fee.amount
            ),
            expected: Some(format!("<= {most}").into()),
            found: Some(fee.amount.to_string().into()),
            evidence: vec![fee.subject.evidence(Some(&fee.row.source))],
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank, wallet};
    use model::statement::Statement;

    fn withdrawal(amount: &str, remark: &str) -> Case {
        let mut statement = wallet("wechat", &format!("2026-03-01 {amount}"));
        statement.transactions[0].printed_type = Some("零钱提现".into());
        statement.transactions[0].remark = Some(remark.into());
        Case::of(&[&[statement]])
    }

    #[test]
    fn fails_on_the_fee_of_another_amount() {
        withdrawal("-500.00", "服务费¥5.00").expect(CHECK, &["fail medium, line 1: expected <= 0.50, found 5.00"]);
    }

    #[test]
    fn fails_on_a_fee_between_nothing_and_the_least() {
        withdrawal("-20.00", "服务费¥0.02").expect(CHECK, &["fail medium, line 1: expected <= 0.10, found 0.02"]);
    }

    /// Bills of one card, one a month from January on, each with these instalments.
    fn bills(instalments: &[&[(&str, &str)]]) -> Case {
        let bills: Vec<Statement> = (1..)
            .zip(instalments)
            .map(|(month, rows)| {
                let text: String = rows.iter().map(|(_, amount)| format!("2026-{month:02}-09 {amount}\n")).collect();
                let mut bill = bank(&text);
                bill.kind = StatementKind::CreditCard;
                for (row, (words, _)) in bill.transactions.iter_mut().zip(*rows) {
                    row.description = Some((*words).into());
                }
                bill
            })
            .collect();
        Case::of(&bills.iter().map(std::slice::from_ref).collect::<Vec<_>>())
    }

    #[test]
    fn fails_on_an_instalment_that_is_not_what_the_others_are() {
        bills(&[
            &[("消费分期-手机商城 02/12", "-499.91")],
            &[("消费分期-手机商城 03/12", "-199.91")],
            &[("消费分期-手机商城 04/12", "-499.91")],
            &[("消费分期-手机商城 05/12", "-499.91")],
            &[("消费分期-手机商城 06/12", "-499.91")],
        ])
        .expect(CHECK, &["fail medium, document 2 line 1: expected 499.91, found 199.91"]);
    }

    #[test]
    fn fails_on_a_fee_that_the_principal_does_not_allow() {
        bills(&[&[("账单分期本金 第3期/共12期", "-100.00"), ("账单分期手续费 第3期/共12期", "-45.00")]])
            .expect(CHECK, &["fail medium, line 2: expected <= 18.00, found 45.00"]);
    }

    #[test]
    fn passes_on_two_plans_rounding_and_a_fee_taken_at_once() {
        bills(&[
            &[("账单分期本金 1/3", "-333.34"), ("账单分期手续费 1/3", "-45.00"), ("消费分期-家电 11/12", "-80.00")],
            &[("账单分期本金 2/3", "-333.33"), ("账单分期手续费 2/3", "-7.50"), ("消费分期-家电 12/12", "-80.07")],
            &[("账单分期本金 3/3", "-333.33"), ("账单分期手续费 3/3", "-7.50"), ("消费分期-家电 1/12", "-120.00")],
        ])
        .expect(CHECK, &["pass"]);
    }

    #[test]
    fn tells_instalments_from_dates() {
        for (text, expected) in [
            ("消费分期-手机商城 03/12", Some((3, 12))),
            ("账单分期 第3期/共12期", Some((3, 12))),
            ("分期 2026/03/12", None),
            ("分期 13/12", None),
            ("分期付款", None),
        ] {
            assert_eq!(numbered(text), expected, "{text}");
        }
    }

    #[test]
    fn passes_on_the_fee_on_the_least_and_on_less() {
        withdrawal("-5000.00", "服务费¥5.00").expect(CHECK, &["pass"]);
        withdrawal("-20.00", "服务费¥0.10").expect(CHECK, &["pass"]);
        withdrawal("-5000.00", "服务费¥0.30").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_without_a_stated_fee() {
        withdrawal("-500.00", "").expect(CHECK, &["not_applicable"]);
    }
}
