//! Web pages and the bodies of mails: their tables as grids, the rest as lines of text.

mod clean;
mod tables;
mod tree;

use std::sync::Arc;

use encoding_rs::Encoding;
use memchr::memmem;
use model::document::{Content, Document, FileFacts, MediaType};
use model::problem::ProblemCode;
use model::sheet::{Cell, CellKind, Row, Sheet, SheetOrigin};
use model::{Problem, Source};

use crate::encoding::{self, Decoded};
use crate::{Limits, ReadError};
use tables::{Cells, Item};
use tree::{NODES_MAX, Tree};

/// A bill by mail is under 2 MB, pictures included; a table of 80,000 rows with a style on each cell is 16 MB.
const PAGE_BYTES_MAX: usize = 16 << 20;

/// A bill has about twenty tables with text in them.
const SHEETS_MAX: usize = 1_000;

/// Where a page says its encoding; browsers look at 1 KiB, but mails have had longer heads.
const META_BYTES: usize = 4 << 10;

/// Reads a page. Every table that lists something is a sheet `table 1`, `table 2`, … in the page's order, `colspan`
/// and `rowspan` expanded so that columns line up; what they cover is empty. All other text comes first, in a sheet
/// `text`, a row for each line; the neighbouring cells of a layout table (a label and its value) are cells of one row.
///
/// White space is collapsed; scripts, styles, forms and what is marked as hidden are left out. Rows count from 1 in
/// their sheet, rows without text included.
///
/// # Errors
/// [`ReadError::Empty`] if a reader sees no text, [`ReadError::Unsupported`] for bytes that are no text,
/// [`ReadError::ResourceLimit`].
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    if bytes.len() > PAGE_BYTES_MAX {
        return Err(ReadError::ResourceLimit { what: format!("a page of more than {PAGE_BYTES_MAX} bytes") });
    }
    let decoded = decode(bytes)?;
    let tree = Tree::parse(&clean::clean(&decoded.text), NODES_MAX)?;
    let items = tables::items(&tree, limits)?;
    let sheets = sheets(items, limits)?;
    if sheets.is_empty() {
        return Err(ReadError::Empty);
    }
    let problems = damage(&decoded, &sheets);
    Ok(Document {
        media_type: MediaType::Html,
        page_count: None,
        content: Content::Sheets(sheets),
        facts: FileFacts { encoding: Some(decoded.encoding.into()), ..FileFacts::default() },
        problems,
    })
}

/// A mark counts, then text that is plainly UTF-8, then what the page says, then the usual order: pages keep
/// `charset=gb2312` when they are saved as something else.
fn decode(bytes: &[u8]) -> Result<Decoded, ReadError> {
    match said_encoding(bytes) {
        Some(encoding) if !encoding::is_wide_utf8(bytes) => encoding::decode_as(encoding, bytes),
        _ => encoding::decode(bytes),
    }
}

/// `<meta charset="gbk">`, `<meta http-equiv=… content="text/html; charset=gb2312">`, `<?xml encoding="…"?>`.
fn said_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..META_BYTES).unwrap_or(bytes).to_ascii_lowercase();
    [&b"charset="[..], b"encoding="].into_iter().find_map(|key| {
        let value = head.get(memmem::find(&head, key)? + key.len()..)?;
        let value = value.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
        let end = value.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_:.".contains(byte));
        // A page whose `<meta>` can be read as ASCII is not UTF-16, whatever it says.
        Encoding::for_label(value.get(..end?)?).filter(|encoding| encoding.is_ascii_compatible())
    })
}

/// A table's title, and perhaps a card's number and a currency under it.
const LEAD_LINES: usize = 3;

fn sheets(items: Vec<Item>, limits: &Limits) -> Result<Vec<Sheet>, ReadError> {
    let mut left = Left { rows: limits.rows, text: limits.unpacked_bytes };
    let mut text: Vec<Cells> = Vec::new();
    let mut grids = Vec::new();
    // Lines before this one stand above an earlier table.
    let mut led = 0;
    for item in items {
        match item {
            Item::Line(cells) => text.push(cells),
            Item::Grid(grid) => {
                let name = format!("table {}", grids.len() + 1);
                let mut made = sheet(&name, grid.rows, &mut left)?;
                let above = text.get(led.max(text.len().saturating_sub(LEAD_LINES))..).unwrap_or(&[]);
                let line = |cells: &Cells| cells.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" ");
                made.lead = above.iter().map(line).collect::<Vec<_>>().join("\n");
                led = text.len();
                grids.push(made);
            }
        }
        if grids.len() > SHEETS_MAX {
            return Err(ReadError::ResourceLimit { what: format!("a page of more than {SHEETS_MAX} tables") });
        }
    }
    if !text.is_empty() {
        grids.insert(0, sheet("text", text, &mut left)?);
    }
    Ok(grids)
}

/// What may still be written.
struct Left {
    rows: u32,
    text: u64,
}

fn sheet(name: &str, rows: Vec<Cells>, left: &mut Left) -> Result<Sheet, ReadError> {
    let too_much = || ReadError::ResourceLimit { what: "more rows or text in a page than allowed".to_owned() };
    let mut sheet = Sheet::new(SheetOrigin::Workbook { name: Arc::from(name) });
    for (number, cells) in (1..).zip(rows) {
        left.rows = left.rows.checked_sub(1).ok_or_else(too_much)?;
        let cell_start = u32::try_from(sheet.cells.len()).map_err(|_| too_much())?;
        for (column, text) in cells {
            left.text = left.text.checked_sub(text.len() as u64).ok_or_else(too_much)?;
            let start = u32::try_from(sheet.text.len()).map_err(|_| too_much())?;
            sheet.text.push_str(&text);
            let end = u32::try_from(sheet.text.len()).map_err(|_| too_much())?;
            sheet.cells.push(Cell { start, end, column, kind: CellKind::Text });
        }
        let cell_end = u32::try_from(sheet.cells.len()).map_err(|_| too_much())?;
        if cell_end > cell_start {
            sheet.rows.push(Row { number, cell_start, cell_end });
        }
    }
    Ok(sheet)
}

/// Damaged places named one by one; a file with more is damaged all over.
const PROBLEMS_MAX: usize = 100;

/// Cells with characters that could not be decoded.
fn damage(decoded: &Decoded, sheets: &[Sheet]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !decoded.replaced.is_empty() {
        let cells = sheets.iter().flat_map(|sheet| {
            sheet.rows.iter().flat_map(move |row| sheet.cells_of(row).iter().map(move |cell| (sheet, row, cell)))
        });
        let damaged = cells.filter(|(sheet, _, cell)| sheet.cell_text(cell).contains('\u{FFFD}'));
        problems.extend(damaged.take(PROBLEMS_MAX).map(|(sheet, row, cell)| {
            let source: Source = sheet.source(row, cell.column);
            Problem::new(ProblemCode::UnreadableCell, "含有无法解码的字符", "characters here could not be decoded")
                .at(source)
        }));
    }
    if decoded.cut {
        problems.push(Problem::new(
            ProblemCode::Truncated,
            "文件在一个字符中间结束，可能不完整",
            "the file ends in the middle of a character; the rest of it is missing",
        ));
    }
    problems
}

#[cfg(test)]
mod tests;
