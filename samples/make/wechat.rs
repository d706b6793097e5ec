//! 微信支付: the CSV until mid-2025, the workbook since then, and the workbook since about 2026-03.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet};

use crate::MakeError;
use crate::rows::{Direction, WalletRow, WalletStatement, wallet_total};
use crate::text::{clock, dashed, moment, utf8_with_mark};

const HEADER: [&str; 11] = [
    "交易时间",
    "交易类型",
    "交易对方",
    "商品",
    "收/支",
    "金额(元)",
    "支付方式",
    "当前状态",
    "交易单号",
    "商户单号",
    "备注",
];
const TITLE: &str = "微信支付账单明细";
const LIST: &str = "----------------------微信支付账单明细列表--------------------";
const NOTE_NEUTRAL: &str = "1. 充值/提现/理财通购买/零钱通存取/信用卡还款等交易，将计入中性交易";
const NOTE_PERSONAL: &str = "3. 本明细仅供个人对账使用";

/// What stands above the table but the title, the notes from 2 on left to the caller.
fn preamble(statement: &WalletStatement) -> Vec<String> {
    let rows = statement.counted_rows();
    let mut lines = vec![
        TITLE.to_owned(),
        format!("微信昵称：[{}]", statement.account),
        format!(
            "起始时间：[{} 00:00:00] 终止时间：[{} 23:59:59]",
            dashed(statement.window.from),
            dashed(statement.window.to)
        ),
        "导出类型：[全部]".to_owned(),
        format!("导出时间：[{}]", moment(statement.exported)),
        String::new(),
        format!("共{}笔记录", rows.len()),
    ];
    for (word, direction) in [("收入", Direction::In), ("支出", Direction::Out), ("中性交易", Direction::Neutral)]
    {
        let total = wallet_total(rows, direction);
        lines.push(format!("{word}：{}笔 {}元", total.rows, total.sum));
    }
    lines.push("注：".to_owned());
    lines.push(NOTE_NEUTRAL.to_owned());
    lines
}

const fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "收入",
        Direction::Out => "支出",
        Direction::Neutral => "/",
    }
}

fn or_slash(text: &str) -> &str {
    if text.is_empty() { "/" } else { text }
}

/// `微信支付账单(20260201-20260831).csv`: UTF-8 with a mark, CRLF, header on line 17, newest first.
#[must_use]
pub fn csv(statement: &WalletStatement) -> Vec<u8> {
    let mut lines = preamble(statement);
    lines.push("2. 本明细仅展示当前账单中的交易，不包括已删除的记录".to_owned());
    lines.push(NOTE_PERSONAL.to_owned());
    lines.push(String::new());
    lines.push(LIST.to_owned());
    let mut text = String::new();
    for line in lines {
        text.push_str(&line);
        text.push_str(",,,,,,,,,,\r\n");
    }
    text.push_str(&HEADER.join(","));
    text.push_str("\r\n");
    for row in statement.rows.iter().rev() {
        let cells = [
            moment(row.time),
            row.kind.clone(),
            row.counterparty.clone(),
            quoted(or_slash(&row.item)),
            word(row.direction).to_owned(),
            format!("¥{}", row.amount),
            or_slash(&row.method).to_owned(),
            row.status.clone(),
            quoted(&format!("{}\t", row.order)),
            quoted(&format!("{}\t", or_slash(&row.merchant_order))),
            quoted(or_slash(&row.remark)),
        ];
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    utf8_with_mark(&text)
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// Since about 2025-07: header in row 17, times and amounts are text.
///
/// # Errors
/// [`MakeError::Workbook`] when the writer refuses.
pub fn workbook_2025(statement: &WalletStatement) -> Result<Vec<u8>, MakeError> {
    let notes = ["2. 若交易记录明细无有效内容，则代表该时间段内此微信号无交易。", NOTE_PERSONAL];
    workbook(statement, &notes, |sheet, line, row, _| {
        sheet.write_string(line, 0, moment(row.time))?;
        sheet.write_string(line, 5, format!("¥{}", row.amount))?;
        Ok(())
    })
}

/// Since about 2026-03: a fourth note, header in row 18, amounts are numbers shown as `¥#,##0.00`, times are
/// serial dates.
///
/// # Errors
/// [`MakeError::Workbook`] when the writer refuses.
pub fn workbook_2026(statement: &WalletStatement) -> Result<Vec<u8>, MakeError> {
    let notes = [
        "2. 若交易记录明细无有效内容，则代表该时间段内此微信号无交易。",
        NOTE_PERSONAL,
        "4. 本账单中所有时间均为UTC+08:00时间",
    ];
    workbook(statement, &notes, |sheet, line, row, formats| {
        let time = ExcelDateTime::parse_from_str(&format!("{} {}", dashed(row.time.date()), clock(row.time)))?;
        sheet.write_datetime_with_format(line, 0, &time, &formats.time)?;
        // Amounts below 2^53 fen come back from an f64 exactly when read to the fen.
        let yuan = row.amount.ten_thousandths() as f64 / 10_000.0;
        sheet.write_number_with_format(line, 5, yuan, &formats.amount)?;
        Ok(())
    })
}

struct Formats {
    time: Format,
    amount: Format,
}

fn workbook(
    statement: &WalletStatement,
    notes: &[&str],
    write_time_and_amount: impl Fn(&mut Worksheet, u32, &WalletRow, &Formats) -> Result<(), rust_xlsxwriter::XlsxError>,
) -> Result<Vec<u8>, MakeError> {
    let draw = || {
        let formats = Formats {
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            amount: Format::new().set_num_format("¥#,##0.00"),
        };
        let mut book = Workbook::new();
        // Without it the writer would put the time of the drawing into the file.
        let made = ExcelDateTime::parse_from_str(&moment(statement.exported))?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let sheet = book.add_worksheet();
        sheet.set_name("Sheet1")?;
        let mut lines = preamble(statement);
        lines.extend(notes.iter().map(|&note| note.to_owned()));
        lines.push(String::new());
        lines.push(LIST.to_owned());
        let left = Format::new().set_align(FormatAlign::Left);
        let mut line = 0;
        for text in &lines {
            // An empty preamble row is not in the file at all.
            if !text.is_empty() {
                sheet.merge_range(line, 0, line, 10, text, &left)?;
            }
            line += 1;
        }
        for (column, name) in (0..).zip(HEADER) {
            sheet.write_string(line, column, name)?;
        }
        for row in statement.rows.iter().rev() {
            line += 1;
            write_time_and_amount(sheet, line, row, &formats)?;
            for (column, text) in [
                (1, row.kind.as_str()),
                (2, &row.counterparty),
                (3, or_slash(&row.item)),
                (4, word(row.direction)),
                (6, or_slash(&row.method)),
                (7, &row.status),
                (8, &format!("{}\t", row.order)),
                (9, &format!("{}\t", or_slash(&row.merchant_order))),
                (10, or_slash(&row.remark)),
            ] {
                sheet.write_string(line, column, text)?;
            }
        }
        book.save_to_buffer()
    };
    draw().map_err(MakeError::Workbook)
}
