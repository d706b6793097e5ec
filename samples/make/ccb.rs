//! 建设银行: the web's `交易明细_…xls` and the app's `hqmx_….xls` (also met saved as `.xlsx`).

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use crate::MakeError;
use crate::rows::{BankRow, BankStatement, bank_totals};
use crate::text::{clock, compact, grouped, moment, starred, tail};
use crate::xls::{self, Cell, Merge};

/// The web's sheet: oldest first, amounts as numbers, the unused side `0.0`. BIFF8.
///
/// # Errors
/// [`MakeError::TooLarge`] beyond what a sheet holds.
pub fn web_xls(statement: &BankStatement) -> Result<Vec<u8>, MakeError> {
    let mut rows = vec![
        vec![Cell::text("China Construction Bank")],
        vec![Cell::text("开户机构："), Cell::text(statement.branch.as_str())],
        vec![Cell::text("币　　种："), Cell::text("人民币")],
        vec![Cell::text("账　　号："), Cell::text(starred(&statement.account))],
        vec![],
        [
            "记账日",
            "交易日期",
            "交易时间",
            "支出",
            "收入",
            "账户余额",
            "币种",
            "摘要",
            "对方账号",
            "对方户名",
            "交易地点",
        ]
        .map(|name| Cell::text(format!(" {name} ")))
        .to_vec(),
    ];
    for row in &statement.rows {
        let date = compact(row.time.date());
        rows.push(vec![
            Cell::text(date.as_str()),
            Cell::text(date),
            Cell::text(clock(row.time)),
            side(row.amount.negated()),
            side(row.amount),
            Cell::Number(yuan(row.balance)),
            Cell::text("人民币"),
            Cell::text(row.description.as_str()),
            Cell::text(row.counterparty_account.as_str()),
            Cell::text(masked_name(&row.counterparty)),
            Cell::text(if row.place.is_empty() { row.remark.as_str() } else { row.place.as_str() }),
        ]);
    }
    let last = u16::try_from(rows.len()).map_err(|_| MakeError::TooLarge { what: "a worksheet" })?;
    rows.push(vec![Cell::text("以上数据仅供参考|具体内容请以柜台为准")]);
    xls::workbook("交易明细", &rows, &[Merge { row: last, first_column: 0, last_column: 8 }])
}

fn yuan(money: model::Money) -> f64 {
    money.ten_thousandths() as f64 / 10_000.0
}

fn side(money: model::Money) -> Cell {
    Cell::Number(if money.is_positive() { yuan(money) } else { 0.0 })
}

/// `示例超市有限公司` → `示***公司`; a person keeps the surname.
fn masked_name(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let first: String = characters.iter().take(1).collect();
    match characters.len() {
        0 => String::new(),
        1..=4 => format!("{first}{}", "*".repeat(characters.len() - 1)),
        count => format!("{first}***{}", characters.iter().skip(count - 2).collect::<String>()),
    }
}

/// The app's rows, shared by both file types.
fn app_rows(statement: &BankStatement) -> Vec<Vec<String>> {
    let (credit, debit) = bank_totals(statement.counted_rows());
    let mut head = vec![String::new(); 8];
    for (column, text) in [
        (1, format!("卡号/账号:{}", statement.account)),
        (3, format!("客户名称:{}", statement.holder.name)),
        (5, format!("起始日期:{}", compact(statement.window.from))),
        (7, format!("结束日期:{}", compact(statement.window.to))),
    ] {
        if let Some(cell) = head.get_mut(column) {
            *cell = text;
        }
    }
    let mut title = vec![String::new(); 4];
    title.push("中国建设银行个人活期账户全部交易明细".to_owned());
    let mut rows = vec![
        title,
        head,
        vec![format!(
            "当前时间段收支金额合计：[人民币元；总支出：{} 总收入：{}]",
            grouped(debit.sum),
            grouped(credit.sum)
        )],
        ["序号", "摘要", "币别", "钞汇", "交易日期", "交易金额", "账户余额", "交易地点/附言", "对方账号与户名"]
            .map(str::to_owned)
            .to_vec(),
    ];
    rows.extend((1..).zip(&statement.rows).map(|(number, row)| app_row(number, row)));
    rows
}

fn app_row(number: usize, row: &BankRow) -> Vec<String> {
    let other = if row.counterparty.is_empty() && row.counterparty_account.is_empty() {
        String::new()
    } else {
        format!("{}/{}", row.counterparty_account, masked_name(&row.counterparty))
    };
    vec![
        number.to_string(),
        row.description.clone(),
        "人民币元".to_owned(),
        "钞".to_owned(),
        compact(row.time.date()),
        grouped(row.amount),
        grouped(row.balance),
        if row.place.is_empty() { row.remark.clone() } else { row.place.clone() },
        other,
    ]
}

/// The app's sheet as BIFF8, every cell text.
///
/// # Errors
/// [`MakeError::TooLarge`] beyond what a sheet holds.
pub fn app_xls(statement: &BankStatement) -> Result<Vec<u8>, MakeError> {
    let rows: Vec<Vec<Cell>> = app_rows(statement)
        .into_iter()
        .map(|row| row.into_iter().map(|text| if text.is_empty() { Cell::Blank } else { Cell::Text(text) }).collect())
        .collect();
    xls::workbook("Sheet1", &rows, &[])
}

/// The app's sheet saved as a workbook of today.
///
/// # Errors
/// [`MakeError::Workbook`] when the writer refuses.
pub fn app_xlsx(statement: &BankStatement) -> Result<Vec<u8>, MakeError> {
    let draw = || {
        let mut book = Workbook::new();
        let made = ExcelDateTime::parse_from_str(&moment(statement.printed))?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let sheet = book.add_worksheet();
        for (line, row) in (0..).zip(app_rows(statement)) {
            for (column, text) in (0..).zip(row) {
                if !text.is_empty() {
                    sheet.write_string(line, column, text)?;
                }
            }
        }
        book.save_to_buffer()
    };
    draw().map_err(MakeError::Workbook)
}

/// `交易明细_1234_20260201_20260831.xls`.
#[must_use]
pub fn web_file_name(statement: &BankStatement) -> String {
    format!(
        "交易明细_{}_{}_{}.xls",
        tail(&statement.account),
        compact(statement.window.from),
        compact(statement.window.to)
    )
}
