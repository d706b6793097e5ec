//! Papers as data: what stands around a table and in each of its rows, with names in braces for what is filled in.
//!
//! In `{name}`, `{name?none}` prints `none` where there is nothing. In a row: `n`, `date` (2026-03-05), `slash`, `compact`,
//! `day_first` (05/03/2026), `clock`, `broken_clock`, `clock6`, `amount` (`-1,234.50`), `plain`, `plus` (`+1,234.50`), `abs`, `in`, `out`, `in_rmb`, `out_rmb`, `balance`, `bare` (the
//! balance without commas), `flow:out/in`, `text`, `channel`, `name`, `account`, `masked`, `remark`, `log`, and both sides of a firm's payment as `payer`, `payer_account`,
//! `payee`, `payee_account`. Around the
//! table: `holder`, `number`, `starred`, `from`, `to`, `from_slash`, `to_slash`, `from_compact`, `to_compact`, `rows`,
//! `in_rows`, `out_rows`, `in_sum`, `out_sum`, `opening`, `closing`, `page`, `pages`, `carried` (the balance before a page), and `page_rows`, `page_in`, `page_out`.

use jiff::civil::{Date, date};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use super::account::{self, Account, Owner};
use super::table::{self, Column, Row, Table, Wrap};
use crate::MakeError;
use crate::pdf::{A4_LANDSCAPE, Align, Font, Info, Pdf};
use crate::rows::{BankRow, bank_totals};
use crate::text::{clock, compact, dashed, gb18030, grouped, signed, starred, utf8_with_mark};
use crate::xls;

/// The kinds of file a grid is saved as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Xlsx,
    Xls,
    Csv,
    CsvGbk,
    /// UTF-16 with its mark, cells parted by tabs.
    Unicode,
    /// A workbook of Excel 2003 in XML; figures are numbers.
    Xml2003,
}

/// A grid; cells parted by `|` in every line.
#[derive(Debug, Clone, Copy)]
pub struct Grid {
    pub owner: Owner,
    pub seed: u64,
    pub rows: usize,
    pub newest_first: bool,
    pub before: &'static [&'static str],
    pub row: &'static str,
    pub after: &'static [&'static str],
}

/// A printed list.
#[derive(Debug, Clone, Copy)]
pub struct Pages<'a> {
    pub owner: Owner,
    pub seed: u64,
    pub rows: usize,
    pub newest_first: bool,
    pub title: &'static str,
    pub size: f32,
    /// Lines above the table: x and text of each piece, parted by `|`; from the top of every page.
    pub before: &'static [&'static [(f32, &'static str)]],
    pub columns: &'a [Column],
    pub repeat_header: bool,
    pub wrap: Wrap,
    pub row: &'static str,
    pub per_page: usize,
    /// The first row of each page: what is carried over to it, `{carried}`.
    pub carried: &'static str,
    /// Lines below the last row.
    pub after: &'static [&'static str],
    /// Lines at the foot of each page.
    pub foot: &'static [&'static str],
    /// Large pale text drawn over the table, rotated and upright.
    pub watermark: &'static str,
}

/// What most of the papers have in common.
pub const PAGES: Pages<'_> = Pages {
    owner: Owner::Person,
    seed: 0,
    rows: 24,
    newest_first: false,
    title: "",
    size: 7.0,
    before: &[],
    columns: &[],
    repeat_header: true,
    wrap: Wrap::Centred,
    row: "",
    per_page: 16,
    carried: "",
    after: &[],
    foot: &[],
    watermark: "",
};

pub const GRID: Grid =
    Grid { owner: Owner::Person, seed: 0, rows: 16, newest_first: false, before: &[], row: "", after: &[] };

/// Draws a grid.
///
/// # Errors
/// [`MakeError`] when the file format's writer refuses.
pub fn grid(form: Form, grid: &Grid) -> Result<Vec<u8>, MakeError> {
    let account = Account::new(grid.owner, grid.seed, grid.rows);
    let all = Facts { account: &account, page: (1, 1), rows: &account.rows };
    let mut lines: Vec<Vec<String>> = Vec::new();
    let cells = |line: String| line.split('|').map(str::to_owned).collect::<Vec<_>>();
    lines.extend(grid.before.iter().map(|line| cells(fill(line, &|name| all.value(name)))));
    lines.extend(printed(&account, grid.newest_first).iter().map(|(n, row)| cells(row_text(grid.row, *n, row))));
    lines.extend(grid.after.iter().map(|line| cells(fill(line, &|name| all.value(name)))));
    match form {
        Form::Xls => {
            let rows: Vec<Vec<xls::Cell>> =
                lines.into_iter().map(|line| line.into_iter().map(xls::Cell::text).collect()).collect();
            xls::workbook("sheet", &rows, &[])
        }
        Form::Xlsx => workbook(&[("Sheet1", lines)]),
        Form::Csv => Ok(utf8_with_mark(&delimited(&lines, ","))),
        Form::CsvGbk => Ok(gb18030(&delimited(&lines, ","))),
        Form::Xml2003 => Ok(xml_workbook(&lines).into_bytes()),
        Form::Unicode => {
            let text = format!("\u{feff}{}", delimited(&lines, "\t"));
            Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
        }
    }
}

fn delimited(lines: &[Vec<String>], mark: &str) -> String {
    let quoted = |cell: &String| if cell.contains([',', '"', '\n']) { format!("\"{cell}\"") } else { cell.clone() };
    lines.iter().map(|line| line.iter().map(quoted).collect::<Vec<_>>().join(mark) + "\r\n").collect()
}

fn xml_workbook(lines: &[Vec<String>]) -> String {
    let cell = |(text, at): (&String, usize)| {
        if text.is_empty() {
            return String::new();
        }
        let is_figure = text.parse::<f64>().is_ok() && text.contains('.');
        let kind = if is_figure { "Number" } else { "String" };
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        format!("<Cell ss:Index=\"{at}\"><Data ss:Type=\"{kind}\">{text}</Data></Cell>")
    };
    let row = |(line, at): (&Vec<String>, usize)| {
        let cells: String = line.iter().zip(1..).map(cell).collect();
        format!("   <Row ss:Index=\"{at}\">{cells}</Row>\n")
    };
    let rows: String = lines.iter().zip(1..).map(row).collect();
    let space = "urn:schemas-microsoft-com:office:spreadsheet";
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook xmlns=\"{space}\" xmlns:ss=\"{space}\">\n <Worksheet ss:Name=\"Sheet1\">\n  <Table>\n{rows}  </Table>\n </Worksheet>\n</Workbook>\n"
    )
}

/// A workbook of named sheets, every cell text.
///
/// # Errors
/// [`MakeError::Workbook`] when the writer refuses.
pub fn workbook(sheets: &[(&str, Vec<Vec<String>>)]) -> Result<Vec<u8>, MakeError> {
    let write = || -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
        let mut book = Workbook::new();
        // The time of making is part of the file; a fixed one keeps the drawing the same.
        let made = ExcelDateTime::from_ymd(2026, 4, 20)?.and_hms(9, 0, 0)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&made));
        for (name, lines) in sheets {
            let sheet = book.add_worksheet();
            sheet.set_name(*name)?;
            for (line, row) in lines.iter().zip(0_u32..) {
                for (cell, column) in line.iter().zip(0_u16..).filter(|(cell, _)| !cell.is_empty()) {
                    sheet.write_string(row, column, cell)?;
                }
            }
        }
        book.save_to_buffer()
    };
    write().map_err(MakeError::Workbook)
}

/// Columns of equal width across the page, names parted by `|`; figures end on the right.
#[must_use]
pub fn even(names: &'static str) -> Vec<Column> {
    let names: Vec<&str> = names.split('|').collect();
    let (width, _) = A4_LANDSCAPE;
    let step = (width - 2.0 * MARGIN) / names.len().max(1) as f32;
    let is_figure =
        |name: &str| ["金额", "余额", "收入", "支出", "借方", "贷方"].iter().any(|word| name.contains(word));
    let mut left = MARGIN;
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let (text, figure) = (step - 8.0, name != "收入/支出" && is_figure(name));
        columns.push(if figure { Column::right(name, left + text, text) } else { Column::left(name, left, text) });
        left += step;
    }
    columns
}

const MARGIN: f32 = 24.0;
const LINE_PITCH: f32 = 14.0;

/// Draws a printed list.
///
/// # Errors
/// [`MakeError`] when the PDF writer refuses.
pub fn pages(paper: &Pages<'_>) -> Result<Vec<u8>, MakeError> {
    let account = Account::new(paper.owner, paper.seed, paper.rows);
    let mut pdf = Pdf::new(Info {
        title: "",
        producer: "iText 2.1.7 by 1T3XT",
        creator: "",
        made: date(2026, 4, 20).at(9, 30, 0, 0),
    });
    let font = pdf.font(Font::SONG);
    let rows = printed(&account, paper.newest_first);
    let chunks: Vec<&[(usize, &BankRow)]> = rows.chunks(paper.per_page.max(1)).collect();
    let nameless: Vec<Column> = paper.columns.iter().map(|column| Column { name: "", ..*column }).collect();
    let (_, height) = A4_LANDSCAPE;
    for (index, chunk) in chunks.iter().enumerate() {
        let own: Vec<BankRow> = chunk.iter().map(|(_, row)| (*row).clone()).collect();
        let facts = Facts { account: &account, page: (index + 1, chunks.len()), rows: &own };
        let is_last = index + 1 == chunks.len();
        let top = height - 60.0 - paper.before.len() as f32 * LINE_PITCH;
        let table = Table {
            columns: if index == 0 || paper.repeat_header { paper.columns } else { &nameless },
            page: A4_LANDSCAPE,
            size: paper.size,
            leading: paper.size + 1.6,
            pitch: paper.size + 8.0,
            wrap: paper.wrap,
            top: (top, top),
            bottom: 0.0,
            repeat_header: true,
        };
        let carried = (!paper.carried.is_empty()).then(|| Row::of(&fill(paper.carried, &|name| facts.value(name))));
        let rows_of_page = chunk.iter().map(|(n, row)| Row::of(&row_text(paper.row, *n, row)));
        let cells: Vec<Row> = carried.into_iter().chain(rows_of_page).collect();
        let value = |name: &str| facts.value(name);
        let mut y = table::draw(&mut pdf, font, &table, &cells, &|pdf, _, _| {
            pdf.aligned(font, 13.0, (Align::Center, 421.0), height - 36.0, paper.title);
            for (line, at) in paper.before.iter().zip(0_u16..) {
                for (x, text) in *line {
                    let y = height - 58.0 - f32::from(at) * LINE_PITCH;
                    pdf.text(font, paper.size + 0.5, *x, y, &fill(text, &value));
                }
            }
            for (text, at) in paper.foot.iter().rev().zip(0_u16..) {
                pdf.text(font, paper.size, MARGIN, 20.0 + f32::from(at) * 11.0, &fill(text, &value));
            }
            if !paper.watermark.is_empty() {
                for (x, y) in [(150.0, 180.0), (420.0, 300.0)] {
                    pdf.text_at(font, [16.0, 11.0, -11.0, 16.0, x, y], 1.0, paper.watermark);
                    pdf.text(font, 22.0, x + 60.0, y - 40.0, paper.watermark);
                }
            }
        });
        for text in paper.after.iter().filter(|_| is_last) {
            y -= LINE_PITCH;
            pdf.text(font, paper.size, MARGIN, y, &fill(text, &value));
        }
    }
    pdf.finish(None)
}

/// The rows with their printed numbers.
fn printed(account: &Account, newest_first: bool) -> Vec<(usize, &BankRow)> {
    let mut rows: Vec<&BankRow> = account.rows.iter().collect();
    if newest_first {
        rows.reverse();
    }
    (1..).zip(rows).collect()
}

/// Fills in what stands in braces.
fn fill(template: &str, value: &dyn Fn(&str) -> String) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        let (name, none) = name.split_once('?').unwrap_or((name, ""));
        let filled = value(name);
        text.push_str(if filled.is_empty() { none } else { &filled });
        rest = tail;
    }
    text + rest
}

fn slashed(date: Date) -> String {
    dashed(date).replace('-', "/")
}

fn row_text(template: &str, n: usize, row: &BankRow) -> String {
    fill(template, &|name| {
        let day = row.time.date();
        let side = |wanted: bool| if wanted { grouped(row.amount.abs()) } else { String::new() };
        match name {
            "n" => n.to_string(),
            "date" => dashed(day),
            "slash" => slashed(day),
            "compact" => compact(day),
            "day_first" => format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year()),
            "clock" => clock(row.time),
            // The time of day, broken after its minutes.
            "broken_clock" => {
                clock(row.time).chars().take(6).chain(['\n']).chain(clock(row.time).chars().skip(6)).collect()
            }
            "clock6" => clock(row.time).replace(':', ""),
            "amount" => grouped(row.amount),
            "plain" => row.amount.to_string(),
            "plus" if row.amount.is_negative() => grouped(row.amount),
            "plus" => signed(row.amount).chars().take(1).chain(grouped(row.amount).chars()).collect(),
            "abs" => grouped(row.amount.abs()),
            "in" => side(!row.amount.is_negative()),
            "out" => side(row.amount.is_negative()),
            "in_rmb" if !row.amount.is_negative() => format!("RMB {}", grouped(row.amount)),
            "out_rmb" if row.amount.is_negative() => format!("RMB {}", grouped(row.amount.abs())),
            "in_rmb" | "out_rmb" => String::new(),
            "balance" => grouped(row.balance),
            "bare" => row.balance.to_string(),
            "text" => row.description.clone(),
            "channel" => row.channel.clone(),
            "name" => row.counterparty.clone(),
            "account" => row.counterparty_account.clone(),
            "masked" => starred(&row.counterparty_account),
            "payer" | "payee" if (name == "payer") == row.amount.is_positive() => row.counterparty.clone(),
            "payer" | "payee" => account::FIRM.to_owned(),
            "payer_account" | "payee_account" if name.starts_with("payer") == row.amount.is_positive() => {
                row.counterparty_account.clone()
            }
            "payer_account" | "payee_account" => "6222000000000000".to_owned(),
            "remark" => row.remark.clone(),
            "log" => row.log_number.clone(),
            _ => match name.strip_prefix("flow:").and_then(|words| words.split_once('/')) {
                Some((out, inflow)) => (if row.amount.is_negative() { out } else { inflow }).to_owned(),
                None => format!("{{{name}}}"),
            },
        }
    })
}

struct Facts<'a> {
    account: &'a Account,
    /// Its number, and how many there are.
    page: (usize, usize),
    rows: &'a [BankRow],
}

impl Facts<'_> {
    fn value(&self, name: &str) -> String {
        let account = self.account;
        let (credit, debit) = bank_totals(&account.rows);
        let (page_credit, page_debit) = bank_totals(self.rows);
        match name {
            "holder" => account.holder.to_owned(),
            "number" => account.number.clone(),
            "starred" => starred(&account.number),
            "from" => dashed(account.from),
            "to" => dashed(account.to),
            "from_slash" => slashed(account.from),
            "to_slash" => slashed(account.to),
            "from_compact" => compact(account.from),
            "to_compact" => compact(account.to),
            "rows" => account.rows.len().to_string(),
            "in_rows" => credit.rows.to_string(),
            "out_rows" => debit.rows.to_string(),
            "in_sum" => grouped(credit.sum),
            "out_sum" => grouped(debit.sum),
            "opening" => grouped(account.opening),
            "carried" => self.rows.first().map_or(String::new(), |row| grouped(row.balance.minus(row.amount))),
            "closing" => grouped(account.closing()),
            "page" => self.page.0.to_string(),
            "pages" => self.page.1.to_string(),
            "page_rows" => self.rows.len().to_string(),
            "page_in" => grouped(page_credit.sum),
            "page_out" => grouped(page_debit.sum),
            _ => format!("{{{name}}}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_filled_in() {
        let account = Account::new(Owner::Person, 1, 3);
        let row = &account.rows[0];
        let text = row_text("{n}|{flow:借/贷}|{abs}|{date}|{nothing}", 4, row);
        let flow = if row.amount.is_negative() { "借" } else { "贷" };
        let expected = format!("4|{flow}|{}|{}|{{nothing}}", grouped(row.amount.abs()), dashed(row.time.date()));
        assert_eq!(text, expected);
        assert_eq!(fill("{a?--}|{b?--}", &|name| if name == "b" { "x".to_owned() } else { String::new() }), "--|x");
    }
}
