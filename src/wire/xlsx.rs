//! One line a transaction, as a workbook: the columns of `csv`, figures as numbers.

use std::borrow::Cow;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::csv::HEADER;
use super::document::DocumentOut;
use super::statement::{StatementOut, TransactionOut};

/// What a sheet holds, its heading apart (Excel's own bound).
const ROWS_MAX: u32 = 1_048_575;

/// A workbook of all transactions of these documents; one that failed has none.
///
/// Words are written as text, so nothing in them is a formula. Money is a number where a spreadsheet's numbers hold it to
/// the last digit, and text else. The same documents give the same bytes.
///
/// # Errors
/// The library's, also for more rows than a sheet holds.
pub fn workbook<'d>(documents: impl IntoIterator<Item = &'d DocumentOut<'d>>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The moment of writing would make every export another file.
    let made = ExcelDateTime::from_ymd(2020, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let money = Format::new().set_num_format("0.00");
    let heading = Format::new().set_bold();
    let sheet = workbook.add_worksheet();
    for (column, name) in (0..).zip(HEADER.trim_end().split(',')) {
        sheet.write_string_with_format(0, column, name, &heading)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let mut line = 0_u32;
    for document in documents {
        for (index, statement) in (0_u32..).zip(document.statements.iter().flatten()) {
            for transaction in &statement.transactions {
                line = line.saturating_add(1);
                if line > ROWS_MAX {
                    return Err(XlsxError::RowColumnLimitError);
                }
                row(sheet, line, &money, (document.file, index), statement, transaction)?;
            }
        }
    }
    workbook.save_to_buffer()
}

fn row(
    sheet: &mut Worksheet,
    line: u32,
    money: &Format,
    (file, index): (&str, u32),
    statement: &StatementOut<'_>,
    row: &TransactionOut<'_>,
) -> Result<(), XlsxError> {
    let source = row.source.to_string();
    let words = [
        (0, Some(file)),
        (2, Some(statement.issuer)),
        (3, Some(statement.kind)),
        (4, statement.account.as_ref().map(|account| account.masked.as_str())),
        (5, statement.currency),
        (7, row.time.as_deref()),
        (9, Some(row.flow)),
        (11, row.counterparty.as_deref()),
        (12, row.counterparty_account.as_deref()),
        (13, row.description.as_deref()),
        (14, row.remark.as_deref()),
        (15, row.printed_type),
        (16, row.method.as_deref()),
        (17, Some(row.status)),
        (18, row.category),
        (19, row.reference),
        (20, row.merchant_reference),
        (23, Some(statement.proof.status)),
        (24, Some(source.as_str())),
    ];
    for (column, text) in words {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            sheet.write_string(line, column, fitting(text))?;
        }
    }
    sheet.write_number(line, 1, index)?;
    sheet.write_number(line, 6, row.seq)?;
    sheet.write_string(line, 21, row.confidence.to_string())?;
    sheet.write_boolean(line, 22, row.repaired)?;
    figure(sheet, line, 8, Some(&row.amount), money)?;
    figure(sheet, line, 10, row.balance.as_deref(), money)
}

fn figure(sheet: &mut Worksheet, line: u32, column: u16, text: Option<&str>, money: &Format) -> Result<(), XlsxError> {
    let Some(text) = text else { return Ok(()) };
    match exact(text) {
        Some(number) => sheet.write_number_with_format(line, column, number, money)?,
        None => sheet.write_string(line, column, text)?,
    };
    Ok(())
}

/// A cell takes so many UTF-16 units (Excel's specifications and limits).
const CELL_UNITS_MAX: usize = 32_767;

/// The text as far as a cell takes it, with a mark where it goes on.
fn fitting(text: &str) -> Cow<'_, str> {
    if text.len() <= CELL_UNITS_MAX || text.encode_utf16().count() <= CELL_UNITS_MAX {
        return Cow::Borrowed(text);
    }
    let mut units = 0;
    let kept = text.chars().take_while(|one| {
        units += one.len_utf16();
        units < CELL_UNITS_MAX
    });
    Cow::Owned(kept.chain(['…']).collect())
}

/// The number of a decimal text, when it says the same to the last digit. A spreadsheet shows fifteen.
fn exact(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let number: f64 = text.parse().ok()?;
    (digits <= 15 && format!("{number:.2}") == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_longer_than_a_cell_is_cut_and_says_so() {
        let long = "备注𠮷".repeat(20_000);
        let cell = fitting(&long);
        assert!(cell.ends_with('…') && cell.encode_utf16().count() <= CELL_UNITS_MAX);
        assert!(Worksheet::new().write_string(0, 0, cell).is_ok());
        assert_eq!(fitting("备注"), "备注");
    }

    #[test]
    fn money_is_a_number_only_where_that_is_exact() {
        assert_eq!(exact("-12.30"), Some(-12.3));
        assert_eq!(exact("0.10"), Some(0.1));
        assert_eq!(exact("90071992547409.93"), None);
        assert_eq!(exact("0.1234"), None);
        assert_eq!(exact("1e3"), None);
    }
}
