//! X20: what only people at a counter or a clearing run can do must not happen when those rest.
//!
//! A counter at night is asked about, and a payroll batch on a day that the State Council made one of rest is noted.
//! Weekends are no sign of either: counters open and batches run on many. Money to and from a broker moves on the
//! exchanges' days only (沪深交易所交易规则): never on a weekend, not even one that is worked for a holiday. Innocent:
//! machines in a branch, channels that run day and night, and dates of value.

use jiff::civil::Time;
use model::finding::Severity;
use model::statement::{Flow, StatementKind, Transaction};

use super::place;
use super::tables::{is_statutory_rest, is_trading_day};
use super::verdict::{EVIDENCE_MAX, Failure, OnStatement, Subject, Verdict, each_statement};
use super::words::{mentions, says};
use super::{Check, View};

pub const CHECK: Check = Check { code: "banking_hours", severity: Severity::Medium, run };

const COUNTER: [&str; 4] = ["柜面", "柜台", "柜员", "网点柜"];
const MACHINE: [&str; 5] = ["自助", "ATM", "智能", "CRS", "机具"];
const PAYROLL: [&str; 3] = ["代发工资", "批量代发", "代发薪"];

/// Transfers between a bank and a broker (三方存管).
const BROKER: [&str; 6] = ["银证转账", "银证转", "证银转账", "银行转证券", "证券转银行", "三方存管转账"];

/// Counters open at half past eight and close by six; an hour of grace on either side.
const OPENS: Time = jiff::civil::time(7, 0, 0, 0);
const CLOSES: Time = jiff::civil::time(20, 0, 0, 0);

fn run(view: &View<'_>) -> Verdict {
    each_statement(
        view,
        ("柜面和批量业务的时间", "counters and batches keep their hours"),
        (
            "没有柜面、批量代发或银证转账的流水",
            "no row was made at a counter, by a payroll batch or between bank and broker",
        ),
        judge,
    )
}

fn judge(subject: Subject<'_>) -> OnStatement {
    if subject.content.kind != StatementKind::DepositAccount {
        return OnStatement::Silent;
    }
    let rows = &subject.content.transactions;
    let counter: Vec<&Transaction> =
        rows.iter().filter(|row| mentions(row, &COUNTER) && !mentions(row, &MACHINE)).collect();
    let payroll: Vec<&Transaction> = rows.iter().filter(|row| row.flow == Flow::In && says(row, &PAYROLL)).collect();
    let broker: Vec<&Transaction> = rows.iter().filter(|row| row.flow != Flow::Neutral && says(row, &BROKER)).collect();
    let at_night = |row: &&&Transaction| {
        let time = row.time.and_then(|when| when.time);
        // Midnight to the second is a date without a time.
        time.is_some_and(|time| time != Time::midnight() && (time < OPENS || time >= CLOSES))
    };
    let resting = |row: &&&Transaction| row.time.is_some_and(|when| is_statutory_rest(when.date) == Some(true));
    let closed = |row: &&&Transaction| row.time.is_some_and(|when| !is_trading_day(when.date));
    let found = [
        (
            counter.iter().filter(at_night).copied().collect(),
            Severity::Medium,
            ("营业时间以外的柜面业务", "a counter's row outside its hours"),
        ),
        (
            broker.iter().filter(closed).copied().collect(),
            Severity::Medium,
            ("非交易日的银证转账", "a transfer to or from a broker on a day without trading"),
        ),
        (
            payroll.iter().filter(resting).copied().collect(),
            Severity::Low,
            ("法定节假日的批量代发", "a payroll batch on a statutory holiday"),
        ),
    ];
    let odd: Option<(Vec<&Transaction>, Severity, (&str, &str))> =
        found.into_iter().find(|(rows, ..): &(Vec<&Transaction>, _, _)| !rows.is_empty());
    let Some((odd, severity, (zh, en))) = odd else {
        let none = counter.is_empty() && payroll.is_empty() && broker.is_empty();
        return if none { OnStatement::Silent } else { OnStatement::Holds };
    };
    let Some(first) = odd.first() else { return OnStatement::Silent };
    let document = subject.document_number();
    OnStatement::Fails(Failure {
        severity: Some(severity),
        zh: format!(
            "第 {document} 份材料{}：{zh}，共 {} 笔；若为自助设备或起息日，请说明",
            place::zh(&first.source),
            odd.len()
        ),
        en: format!(
            "document {document} {}: {en}; {} row(s), unless of a machine or a date of value",
            place::en(&first.source),
            odd.len()
        ),
        expected: Some("a working time".into()),
        found: first.time.map(|when| when.to_string().into()),
        evidence: odd.iter().take(EVIDENCE_MAX).map(|row| subject.evidence(Some(&row.source))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_support::{Case, bank};

    fn case(when: &str, words: &str) -> Case {
        let mut statement = bank(&format!("{when} +5000.00"));
        statement.transactions[0].description = Some(words.into());
        Case::of(&[&[statement]])
    }

    #[test]
    fn fails_on_a_counter_at_night() {
        case("2026-03-03T02:10:00", "柜面现金存入")
            .expect(CHECK, &["fail medium, line 1: expected a working time, found 2026-03-03T02:10:00+08:00"]);
    }

    #[test]
    fn notes_a_payroll_on_a_holiday() {
        case("2026-10-02", "代发工资").expect(CHECK, &["fail low, line 1: expected a working time, found 2026-10-02"]);
    }

    #[test]
    fn fails_on_a_brokers_transfer_without_trading() {
        // A Saturday, and one that is worked for the Spring Festival.
        for day in ["2026-03-07", "2026-02-14"] {
            let told = format!("fail medium, line 1: expected a working time, found {day}");
            case(day, "银证转账").expect(CHECK, &[&told]);
        }
        case("2026-03-06", "银证转账").expect(CHECK, &["pass"]);
    }

    #[test]
    fn passes_on_a_saturday_and_on_a_counter_by_day() {
        case("2026-03-07", "代发工资").expect(CHECK, &["pass"]);
        case("2026-03-03T10:10:00", "柜面现金存入").expect(CHECK, &["pass"]);
    }

    #[test]
    fn does_not_apply_to_machines_and_apps() {
        case("2026-03-03T02:10:00", "自助柜台存款").expect(CHECK, &["not_applicable"]);
        case("2026-03-03T02:10:00", "快捷支付").expect(CHECK, &["not_applicable"]);
    }
}
