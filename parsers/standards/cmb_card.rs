//! 招商银行's app: a card's bill as the app fetches it, `data.detail[]` its rows.
//!
//! Spending is positive, what is paid back negative; `amount` is what was posted, in yuan. Nothing in it adds up to
//! anything printed.

use jiff::civil::Date;
use model::problem::ProblemCode;
use model::statement::{Flow, StatementKind, Status, Transaction};
use model::{Money, Period, Problem, Sourced, Text, When};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::account::Account;
use super::place::Cursor;
use super::{ROWS_MAX, Read};
use crate::layout::DateForm;
use crate::values::read_when_form;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File<'t> {
    #[serde(borrow)]
    data: Data<'t>,
    #[serde(borrow)]
    rmb_bill_info: Option<BillInfo<'t>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'t> {
    #[serde(borrow)]
    detail: Vec<&'t RawValue>,
    #[serde(borrow)]
    rmb_bill_info: Option<BillInfo<'t>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BillInfo<'t> {
    #[serde(borrow)]
    amount: Option<&'t RawValue>,
    #[serde(borrow)]
    bill_cycle_start: Option<&'t RawValue>,
    #[serde(borrow)]
    bill_cycle_end: Option<&'t RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row<'t> {
    #[serde(borrow)]
    bill_date: Option<&'t RawValue>,
    #[serde(borrow)]
    posting_date: Option<&'t RawValue>,
    #[serde(borrow)]
    amount: &'t RawValue,
    #[serde(borrow)]
    description: Option<&'t RawValue>,
    #[serde(borrow)]
    card_no: Option<&'t RawValue>,
    #[serde(borrow)]
    transaction_type: Option<&'t RawValue>,
}

/// `None` for any other JSON.
pub fn read(text: &str) -> Read {
    let file: File<'_> = serde_json::from_str(text).ok()?;
    let mut cursor = Cursor::new(text);
    // A value's place is where its slice of the text begins.
    let mut place = |raw: &RawValue| {
        let offset = (raw.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize);
        cursor.place(offset.unwrap_or(0)).source()
    };
    let mut account = Account::new(StatementKind::CreditCard, Some(Text::const_new("cmb")));
    account.currency = Some(Text::const_new("CNY"));
    let mut closed: Option<Date> = None;
    if let Some(bill) = file.data.rmb_bill_info.or(file.rmb_bill_info) {
        let day = |raw: Option<&RawValue>| read_when_form(&value(raw?)?, DateForm::YearFirst, None).map(|w| w.date);
        closed = day(bill.bill_cycle_end);
        if let (Some(raw), Some(from), Some(to)) = (bill.bill_cycle_start, day(bill.bill_cycle_start), closed) {
            account.period = Period::new(from, to).map(|period| Sourced::new(period, place(raw)));
        }
        if let Some(raw) = bill.amount
            && let Some(owed) = value(raw).and_then(|amount| Money::read(&amount).ok())
        {
            account.closing = Some(Sourced::new(owed.negated(), place(raw)));
        }
    }
    let mut problems = Vec::new();
    for raw in file.data.detail.into_iter().take(ROWS_MAX) {
        let source = place(raw);
        let read = serde_json::from_str::<Row<'_>>(raw.get()).ok();
        let amount = read.as_ref().and_then(|row| Money::read(&value(row.amount)?).ok());
        let (Some(row), Some(spent)) = (read, amount) else {
            let problem = Problem::new(
                ProblemCode::UnreadableRow,
                "账单中有一条明细的金额无法识别",
                "the amount of one of the bill's rows could not be read",
            );
            account.hole(problem.at(source), &mut problems);
            continue;
        };
        let text = |raw: Option<&RawValue>| value(raw?).map(Text::from);
        let when = |raw: Option<&RawValue>| -> Option<When> {
            let printed = value(raw?)?;
            read_when_form(&printed, DateForm::MonthDay, closed)
        };
        let seq = account.next_seq();
        let amount = spent.negated();
        let time = when(row.posting_date).or_else(|| when(row.bill_date));
        if time.is_none() {
            let problem = Problem::new(
                ProblemCode::UnreadableCell,
                format!("第{seq}行：日期无法识别"),
                format!("row {seq}: the date could not be read"),
            );
            problems.push(problem.at(source.clone()).row(seq));
        }
        account.rows.push(Transaction {
            seq,
            time,
            amount,
            flow: if amount.is_negative() { Flow::Out } else { Flow::In },
            balance: None,
            counterparty: None,
            counterparty_account: None,
            description: text(row.description),
            remark: None,
            printed_type: text(row.transaction_type),
            method: text(row.card_no),
            status: Status::Settled,
            refunded: None,
            reference: None,
            merchant_reference: None,
            source: source.clone(),
            amount_source: source,
            balance_source: None,
            confidence: 1.0,
            repaired: None,
        });
    }
    Some((vec![account.into_statement(&mut problems)], problems))
}

/// A string's or a number's text; `None` for null and blank.
fn value<'t>(raw: impl Into<Option<&'t RawValue>>) -> Option<String> {
    let printed = raw.into()?.get();
    let text = if printed.starts_with('"') { serde_json::from_str(printed).ok()? } else { printed.to_owned() };
    (text != "null" && !text.trim().is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spending_is_money_out_and_rows_know_their_line() {
        let text = r#"{"data": {"detail": [
            {"billDate": "0304", "postingDate": "0305", "amount": "52.77", "description": "示例商户", "cardNo": "1234"},
            {"billDate": null, "postingDate": "2026-03-06", "amount": -517.5, "description": "还款"}],
            "rmbBillInfo": {"amount": "120.00", "billCycleStart": "2026/02/21", "billCycleEnd": "2026/03/20"}}}"#;
        let (statements, problems) = read(text).unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        let rows: Vec<String> = statements[0]
            .transactions
            .iter()
            .map(|t| format!("{} {} {:?}", t.time.unwrap(), t.amount, t.source))
            .collect();
        assert_eq!(
            rows,
            ["2026-03-05 -52.77 Line { line: 2, column: 13 }", "2026-03-06 517.50 Line { line: 3, column: 13 }"]
        );
        assert_eq!(statements[0].closing_balance.as_ref().unwrap().value, Money::from_fen(-12_000));
    }

    #[test]
    fn other_json_is_not_a_bill() {
        assert!(read("{}").is_none());
        assert!(read(r#"{"data": [1]}"#).is_none());
    }
}
