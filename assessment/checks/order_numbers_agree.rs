//! X12: an order number must be of one payment, made about the day that the number holds.
//!
//! Wallets number each payment and put the day of the order into the number, each kind of number at a place of its own. Who
//! copies a row to another day, or moves one, leaves the number as it was. Only money received is judged, since a refund bears
//! its purchase's number, and by its day only what is received as it is sent: a purchase may be ordered weeks before it is
//! paid, and what was sold weeks before the buyer confirms it. Innocent: a transfer that was accepted on the next day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::dates::days_between;
use model::finding::Severity;
use model::statement::{Flow, StatementKind, Transaction};

use super::place;
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject, Verdict, each_statement};
use super::words::{mentions, says};
use super::{Check, View};

pub const CHECK: Check = Check { code: "order_numbers_agree", severity: Severity::High, run };

/// Numbers of one length from which the place of the day in them is told, and the share of them that must hold their row's
/// day there, in percent.
const ALIKE_MIN: usize = 8;
const ALIKE_MIN_PERCENT: usize = 60;

/// Days that money may wait for its receiver: a transfer is sent back after one.
const WAITING_MAX: i64 = 3;

/// More rows than this share are off by the issuer's own way, in percent.
const ODD_MAX_PERCENT: usize = 10;

const RETURNED: [&str; 4] = ["退款", "退回", "返还", "撤销"];

/// What is received as it is sent: transfers, collections by code, wages and settlements.
const AT_ONCE: [&str; 9] = ["转账", "收款", "收钱", "红包", "工资", "薪", "奖金", "报酬", "结算"];

/// Year, month and day.
const DAY_DIGITS: usize = 8;

/// Digits of an order number; longer ones are something else.
const NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 12..=64;

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("订单号与日期一致且不重复", "order numbers are of one payment and of its day"),
        ("没有带日期的订单号", "no bill has order numbers that hold a day"),
        judge,
    )
}

fn judge(subject: Subject<'_>) -> OnStatement {
    if subject.content.kind != StatementKind::Wallet || subject.photographed {
        return OnStatement::Silent;
    }
    let rows: Vec<Numbered<'_>> = subject.content.transactions.iter().filter_map(numbered).collect();
    let places = places(&rows);
    if places.is_empty() {
        return OnStatement::Silent;
    }
    let is_income =
        |one: &&Numbered<'_>| one.row.flow == Flow::In && one.row.status.counts() && !mentions(one.row, &RETURNED);
    let incomes: Vec<&Numbered<'_>> = rows.iter().filter(is_income).collect();
    let is_off = |one: &&&Numbered<'_>| {
        let held = places.get(&one.number.len()).and_then(|place| day_at(one.number, *place));
        // Ordered after it was paid, or long before.
        held.is_some_and(|held| !(0..=WAITING_MAX).contains(&days_between(held, one.day)))
    };
    let mut odd: BTreeMap<u32, &Transaction> =
        incomes.iter().filter(|one| says(one.row, &AT_ONCE)).filter(is_off).map(|one| (one.row.seq, one.row)).collect();
    let mut seen: BTreeMap<&str, &Transaction> = BTreeMap::new();
    for one in &incomes {
        let first = *seen.entry(one.number).or_insert(one.row);
        if first.seq != one.row.seq {
            odd.insert(one.row.seq, one.row);
        }
    }
    let Some(first) = odd.values().next().filter(|_| odd.len() * 100 <= rows.len() * ODD_MAX_PERCENT) else {
        return OnStatement::Holds;
    };
    let document = subject.document_number();
    OnStatement::Fails(Failure {
        severity: None,
        zh: format!(
            "第 {document} 份材料{}：收款的订单号是另一天的，或与另一笔相同，共 {} 笔：可能是复制或改过日期的流水",
            place::zh(&first.source),
            odd.len()
        ),
        en: format!(
            "document {document} {}: the order number of money received is of another day, or of another row; {} row(s) may have been copied or moved",
            place::en(&first.source),
            odd.len()
        ),
        expected: Some("a number of its own, of its day".into()),
        found: Some(place::dated(first.time, first.amount).into()),
        evidence: odd.values().take(EVIDENCE_MAX).map(|row| subject.evidence(Some(&row.source))).collect(),
    })
}

/// A row with its order number and its day.
struct Numbered<'a> {
    row: &'a Transaction,
    number: &'a str,
    day: Date,
}

fn numbered(row: &Transaction) -> Option<Numbered<'_>> {
    let number = row.reference.as_deref()?.trim();
    let is_number = NUMBER_DIGITS.contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    Some(Numbered { row, number, day: row.time?.date }).filter(|_| is_number)
}

/// For each length of number, where the day stands in it.
fn places(rows: &[Numbered<'_>]) -> BTreeMap<usize, usize> {
    let mut by_length: BTreeMap<usize, Vec<&Numbered<'_>>> = BTreeMap::new();
    for one in rows {
        by_length.entry(one.number.len()).or_default().push(one);
    }
    let place = |alike: &[&Numbered<'_>]| -> Option<usize> {
        let length = alike.first()?.number.len();
        let share = |place: usize| alike.iter().filter(|one| day_at(one.number, place) == Some(one.day)).count();
        let (best, count) =
            (0..=length.saturating_sub(DAY_DIGITS)).map(|place| (place, share(place))).max_by_key(|(_, n)| *n)?;
        (alike.len() >= ALIKE_MIN && count * 100 >= alike.len() * ALIKE_MIN_PERCENT).then_some(best)
    };
    by_length.into_iter().filter_map(|(length, alike)| Some((length, place(&alike)?))).collect()
}

/// The day that stands in a number, if it is one of these years.
fn day_at(number: &str, place: usize) -> Option<Date> {
    let digits = number.get(place..place.checked_add(DAY_DIGITS)?)?;
    let (year, month, day) = (digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?);
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (2004..2100).contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, wallet};

    /// Twelve receipts, a day each, and then what else: the day, the amount, the number and the words.
    fn case(more: &[(&str, &str, &str, &str)]) -> Case {
        let mut rows: Vec<(String, String, String, &str)> = (1..=12)
            .map(|day| {
                (format!("2026-03-{day:02}"), "+10.00".into(), format!("1000107101202603{day:02}77{day:04}"), "收款")
            })
            .collect();
        rows.extend(more.iter().map(|(day, amount, number, words)| {
            ((*day).to_owned(), (*amount).to_owned(), (*number).to_owned(), *words)
        }));
        let text: String = rows.iter().map(|(day, amount, ..)| format!("{day} {amount}\n")).collect();
        let mut statement = wallet("wechat", &text);
        for (row, (.., number, words)) in statement.transactions.iter_mut().zip(&rows) {
            row.reference = Some(number.as_str().into());
            row.description = Some((*words).into());
        }
        Case::of(&[&[statement]])
    }

    #[test]
    fn fails_on_a_row_copied_to_another_day() {
        case(&[]).expect(CHECK, &["pass"]);
        case(&[("2026-03-25", "+9000.00", "100010710120260309770019", "收款")])
            .expect(CHECK, &["fail high, line 13: expected a number of its own, of its day, found 2026-03-25 9000.00"]);
    }

    #[test]
    fn fails_on_one_number_of_two_payments() {
        case(&[("2026-03-09", "+9000.00", "100010710120260309770009", "收款")])
            .expect(CHECK, &["fail high, line 13: expected a number of its own, of its day, found 2026-03-09 9000.00"]);
    }

    #[test]
    fn passes_on_a_transfer_accepted_later_a_refund_and_another_kind_of_number() {
        case(&[
            ("2026-03-10", "+50.00", "100010710120260309770021", "转账"),
            ("2026-03-28", "+70.00", "100010710120260309770022", "退款"),
            ("2026-03-28", "+80.00", "4200001985202601019999", "收款"),
            ("2026-03-28", "-80.00", "100010710120260309770023", "预约"),
            ("2026-03-28", "+90.00", "100010710120260312770024", "二手相机"),
        ])
        .expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_numbers_without_a_day() {
        let mut statement = wallet("wechat", "2026-03-01 +1.00");
        statement.transactions[0].reference = Some("77123".into());
        Case::of(&[&[statement]]).expect(CHECK, &["not_applicable"]);
    }
}
