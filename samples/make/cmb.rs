//! 招商银行: the PDF "招商银行交易流水" in its layout of 2024, and the web's "招商银行交易记录" CSV.

use crate::MakeError;
use crate::pdf::{A4, Align, Font, FontId, Info, Pdf};
use crate::rows::{BankRow, BankStatement, bank_totals};
use crate::text::{clock, compact, dashed, grouped, moment};

const SIZE: f32 = 8.25;
/// Left edges: date, currency, amount, balance, type, counterparty, remark.
const COLUMNS: [f32; 7] = [36.0, 88.3, 135.4, 213.8, 292.2, 375.8, 480.3];
/// What the last three columns hold before they wrap; the others never need to.
const WRAPS: [f32; 3] = [79.0, 100.0, 79.0];
/// Lines of a wrapped cell stand this far apart, centred on the row.
const LINE_PITCH: f32 = 12.0;
const ROW_PADDING: f32 = 1.5;
/// The header's centre line, and the upper edge of the first row under it.
const FIRST_HEADER: f32 = 587.36;
const LATER_HEADER: f32 = 789.86;
const HEADER_TO_ROWS: f32 = 36.8;
/// Rows end above the closing notes.
const FLOOR: f32 = 95.0;

const CHINESE: [&str; 7] = ["记账日期", "货币", "交易金额", "联机余额", "交易摘要", "对手信息", "客户摘要"];
const ENGLISH: [&[&str]; 7] = [
    &["Date"],
    &["Currency"],
    &["Transaction", "Amount"],
    &["Balance"],
    &["Transaction Type"],
    &["Counter Party"],
    &["Customer Type"],
];

/// How rows are spread over pages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spacing {
    /// As the bank does: each row as high as its lines, as many as fit.
    Printed,
    /// The same number on every page, evenly, whatever they hold: for measuring.
    Even { rows_per_page: usize },
}

/// The PDF, oldest row first.
///
/// # Errors
/// [`MakeError`] when the PDF writer refuses.
pub fn pdf(statement: &BankStatement, spacing: Spacing) -> Result<Vec<u8>, MakeError> {
    let mut pdf = Pdf::new(Info {
        title: "招商银行交易流水",
        producer: "iText 2.1.7 by 1T3XT",
        creator: "JasperReports Library version 6.4.0",
        made: statement.printed,
    });
    let font = pdf.font(Font::SONG);
    let pages = lay_out(&pdf, font, &statement.rows, spacing);
    let count = pages.len();
    for (index, page) in pages.iter().enumerate() {
        pdf.page(A4);
        // The page number and, on the last page, the closing notes come first in the stream.
        if index + 1 == count {
            notes(&mut pdf, font);
        }
        pdf.text(font, 8.0, 540.0, 30.0, &format!("{}/{count}", index + 1));
        let header = if index == 0 {
            title_block(&mut pdf, font, statement);
            FIRST_HEADER
        } else {
            LATER_HEADER
        };
        table_header(&mut pdf, font, header);
        for placed in page {
            draw_row(&mut pdf, font, placed);
        }
    }
    pdf.finish(None)
}

struct Placed {
    center: f32,
    /// Lines of every cell.
    cells: [Vec<String>; 7],
}

fn cells(pdf: &Pdf, font: FontId, row: &BankRow) -> [Vec<String>; 7] {
    let [kind, party, remark] = WRAPS;
    let other = [row.counterparty.as_str(), row.counterparty_account.as_str()];
    let other: Vec<&str> = other.into_iter().filter(|text| !text.is_empty()).collect();
    [
        vec![dashed(row.time.date())],
        vec!["CNY".to_owned()],
        vec![grouped(row.amount)],
        vec![grouped(row.balance)],
        pdf.wrap(font, SIZE, kind, &row.description),
        pdf.wrap(font, SIZE, party, &other.join(" ")),
        pdf.wrap(font, SIZE, remark, &row.remark),
    ]
}

fn lay_out(pdf: &Pdf, font: FontId, rows: &[BankRow], spacing: Spacing) -> Vec<Vec<Placed>> {
    match spacing {
        Spacing::Printed => lay_out_as_printed(pdf, font, rows),
        Spacing::Even { rows_per_page } => lay_out_evenly(pdf, font, rows, rows_per_page.max(1)),
    }
}

fn lay_out_as_printed(pdf: &Pdf, font: FontId, rows: &[BankRow]) -> Vec<Vec<Placed>> {
    let mut pages: Vec<Vec<Placed>> = vec![Vec::new()];
    let mut top = FIRST_HEADER - HEADER_TO_ROWS;
    for row in rows {
        let cells = cells(pdf, font, row);
        let lines = cells.iter().map(Vec::len).max().unwrap_or(1);
        // One line alone takes the height of two and a bit less, measured on the bank's pages.
        let height = if lines <= 1 { 25.5 } else { lines as f32 * LINE_PITCH + 2.0 * ROW_PADDING };
        if top - height < FLOOR {
            pages.push(Vec::new());
            top = LATER_HEADER - HEADER_TO_ROWS;
        }
        if let Some(page) = pages.last_mut() {
            page.push(Placed { center: top - height / 2.0, cells });
        }
        top -= height;
    }
    pages
}

/// The first row as far below the header as the bank puts it, the last just above the notes.
fn lay_out_evenly(pdf: &Pdf, font: FontId, rows: &[BankRow], rows_per_page: usize) -> Vec<Vec<Placed>> {
    let mut pages: Vec<Vec<Placed>> = Vec::new();
    for chunk in rows.chunks(rows_per_page) {
        let header = if pages.is_empty() { FIRST_HEADER } else { LATER_HEADER };
        let first = header - HEADER_TO_ROWS - 12.75;
        let pitch = (first - FLOOR) / rows_per_page as f32;
        let placed = chunk
            .iter()
            .enumerate()
            .map(|(index, row)| Placed { center: first - index as f32 * pitch, cells: cells(pdf, font, row) });
        pages.push(placed.collect());
    }
    pages
}

fn draw_row(pdf: &mut Pdf, font: FontId, row: &Placed) {
    for (x, lines) in COLUMNS.into_iter().zip(&row.cells) {
        // A line's baseline lies a third of the size below its middle.
        let middle = row.center + (lines.len().saturating_sub(1)) as f32 * LINE_PITCH / 2.0;
        for (index, line) in lines.iter().enumerate() {
            pdf.text(font, SIZE, x, middle - index as f32 * LINE_PITCH, line);
        }
    }
}

fn table_header(pdf: &mut Pdf, font: FontId, y: f32) {
    for (x, name) in COLUMNS.into_iter().zip(CHINESE) {
        pdf.text(font, SIZE, x, y, name);
    }
    let middle = y - 23.25;
    for (x, lines) in COLUMNS.into_iter().zip(ENGLISH) {
        let first = middle + lines.len().saturating_sub(1) as f32 * LINE_PITCH / 2.0;
        for (index, line) in lines.iter().enumerate() {
            pdf.text(font, SIZE, x, first - index as f32 * LINE_PITCH, line);
        }
    }
}

fn title_block(pdf: &mut Pdf, font: FontId, statement: &BankStatement) {
    let window = format!("{} -- {}", dashed(statement.window.from), dashed(statement.window.to));
    for (y, text) in
        [(780.11, "招商银行交易流水"), (761.36, "Transaction Statement of China Merchants Bank"), (742.61, &window)]
    {
        pdf.aligned(font, SIZE, (Align::Center, 297.4), y, text);
    }
    let left = [
        (705.11, format!("户    名：{}", statement.holder.name)),
        (686.36, "Name".to_owned()),
        (667.61, "账户类型：ALL/全币种".to_owned()),
        (648.86, "Account Type".to_owned()),
        (630.11, format!("申请时间：{}", moment(statement.printed))),
        (611.36, "Date".to_owned()),
    ];
    for (y, text) in &left {
        pdf.text(font, SIZE, 36.0, *y, text);
    }
    let right = [
        (705.11, format!("账号：{}", statement.account)),
        (686.36, "Account No".to_owned()),
        (667.61, format!("开 户 行：{}", statement.branch)),
        (648.86, "Sub Branch".to_owned()),
        (630.11, format!("验 证 码：{}", statement.code)),
        (611.36, "Verification Code".to_owned()),
    ];
    for (y, text) in &right {
        pdf.text(font, SIZE, 261.0, *y, text);
    }
}

fn notes(pdf: &mut Pdf, font: FontId) {
    for (y, text) in [
        (80.0, "—————————————————————————————————————————————————————————————————"),
        (70.0, "温馨提示："),
        (
            60.0,
            "1.交易流水验真：进入一网通首页（www.cmbchina.com）点击“在线服务-交易流水验真”进入页面正确录入“基本项”和“明细项”信息，",
        ),
        (50.0, "点击“查询”提交系统验真。"),
    ] {
        pdf.text(font, 8.0, 35.0, y, text);
    }
}

/// `招商银行交易流水(申请时间2026年09月01日10时15分03秒).pdf`.
#[must_use]
pub fn pdf_file_name(statement: &BankStatement) -> String {
    let at = statement.printed;
    format!(
        "招商银行交易流水(申请时间{:04}年{:02}月{:02}日{:02}时{:02}分{:02}秒).pdf",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// The web's CSV: UTF-8, CRLF, newest first, counts and sums in the last two lines.
#[must_use]
pub fn csv(statement: &BankStatement) -> Vec<u8> {
    let mut lines = vec![
        "# 招商银行交易记录,,,,,,".to_owned(),
        format!("# 导出时间: [            {}],,,,,,", moment(statement.printed)),
        format!("# 账    号: [一卡通:{}   招商银行],,,,,,", crate::text::starred(&statement.account)),
        "# 币    种: [                         人民币],,,,,,".to_owned(),
        format!(
            "# 起始日期: [{}]   终止日期: [{}],,,,,,",
            compact(statement.window.from),
            compact(statement.window.to)
        ),
        "# 过滤设置: 无,,,,,,".to_owned(),
        ",,,,,,".to_owned(),
        "交易日期,交易时间,收入,支出,余额,交易类型,交易备注".to_owned(),
    ];
    for row in statement.rows.iter().rev() {
        let (credit, debit) = if row.amount.is_negative() {
            (String::new(), row.amount.abs().to_string())
        } else {
            (row.amount.to_string(), String::new())
        };
        let remark = if row.remark.is_empty() { &row.counterparty } else { &row.remark };
        lines.push(format!(
            "{},{},{credit},{debit},{},\t{},\t{}",
            compact(row.time.date()),
            clock(row.time),
            row.balance,
            row.description,
            remark.replace(',', "，")
        ));
    }
    let (credit, debit) = bank_totals(statement.counted_rows());
    // A row of 0.00 stands in the income column, so it is counted there.
    let credit_rows = statement.counted_rows().len() - debit.rows;
    lines.push(",,,,,,".to_owned());
    lines.push(format!("# 收入合计: {credit_rows} 笔，共 {} 元,,,,,,", credit.sum));
    lines.push(format!("# 支出合计: {} 笔，共 {} 元,,,,,,", debit.rows, debit.sum));
    lines.join("\r\n").into_bytes()
}
