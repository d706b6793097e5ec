//! Excel 2003's XML workbooks ("SpreadsheetML"), which sites still name `.xls`.

use model::document::{Content, Document, FileFacts, MediaType};
use model::problem::ProblemCode;
use model::sheet::CellKind;

use super::dates;
use super::grid::{self, Budget, Grid};
use crate::xml::{self, Element};
use crate::{Limits, ReadError, encoding};

/// Excel's last row and column of its time; what says more is damaged.
const ROW_MAX: u32 = 1 << 20;
const COLUMN_MAX: u32 = 1 << 14;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    let decoded = encoding::decode(bytes)?;
    let parsed = xml::parse(&decoded.text)?;
    let mut budget = Budget::new(limits);
    let (mut sheets, mut problems) = (Vec::new(), Vec::new());
    for worksheet in parsed.root.children("Worksheet") {
        super::check_sheet_count(sheets.len() + 1)?;
        let mut grid = Grid::new(worksheet.attribute("Name").unwrap_or(""));
        let mut row = 0_u32;
        for element in worksheet.child("Table").into_iter().flat_map(|table| table.children("Row")) {
            row = place(element, row).filter(|row| *row <= ROW_MAX).ok_or_else(|| outside("row"))?;
            read_row(element, row, &mut grid, &mut budget)?;
            // Rows that look alike are written once.
            row = row.saturating_add(number(element, "Span").unwrap_or(0));
        }
        if parsed.is_damaged && sheets.len() + 1 == parsed.root.children("Worksheet").count() {
            let (row, column) = grid.last();
            let (zh, en) = ("工作表在此处之后无法读取", "the sheet ends early; what followed is missing");
            grid.problem(ProblemCode::Truncated, row, column, zh, en);
        }
        let (sheet, found) = grid.finish();
        sheets.push(sheet);
        problems.extend(found);
    }
    if sheets.iter().all(|sheet| sheet.cells.is_empty()) {
        return Err(if parsed.is_damaged { corrupt("its sheets end early") } else { ReadError::Empty });
    }
    Ok(Document {
        media_type: MediaType::Xls,
        page_count: None,
        content: Content::Sheets(sheets),
        facts: FileFacts { encoding: Some(decoded.encoding.into()), ..FileFacts::default() },
        problems,
    })
}

fn corrupt(detail: &str) -> ReadError {
    ReadError::Corrupt { media_type: MediaType::Xls, detail: detail.to_owned() }
}

fn outside(what: &str) -> ReadError {
    corrupt(&format!("a {what} of it has a number that Excel does not know"))
}

fn number(element: &Element, name: &str) -> Option<u32> {
    element.attribute(name)?.trim().parse().ok()
}

/// The number that a row or a cell says it has, or the one after the last; `None` beyond all numbers.
fn place(element: &Element, last: u32) -> Option<u32> {
    match element.attribute("Index") {
        Some(_) => number(element, "Index").filter(|at| *at > last),
        None => last.checked_add(1),
    }
}

fn read_row(element: &Element, row: u32, grid: &mut Grid, budget: &mut Budget) -> Result<(), ReadError> {
    let mut column = 0_u32;
    for cell in element.children("Cell") {
        budget.cell()?;
        column = place(cell, column).filter(|at| *at <= COLUMN_MAX).ok_or_else(|| outside("cell"))?;
        if let Some(data) = cell.child("Data") {
            match value(data) {
                Ok((kind, text)) => grid.push(budget, row, column, kind, &text)?,
                Err(_) if grid.problems.len() >= grid::PROBLEMS_MAX => {}
                Err(why) => grid.unreadable(row, column, why),
            }
        }
        column = column.saturating_add(number(cell, "MergeAcross").unwrap_or(0));
    }
    Ok(())
}

/// A cell's kind and text; what cannot be read, in words.
fn value(data: &Element) -> Result<(CellKind, String), &'static str> {
    let text = plain_text(data)?;
    match data.attribute("Type").unwrap_or("String") {
        "Number" => match text.trim().parse::<f64>() {
            Ok(value) => Ok((CellKind::Number, grid::number(value))),
            Err(_) => Err("its number is none"),
        },
        "DateTime" => {
            dates::iso_date_time(text.trim()).map(|text| (CellKind::DateTime, text)).ok_or("its date is none")
        }
        "Boolean" => Ok((CellKind::Text, grid::boolean(text.trim() == "1").to_owned())),
        _ => Ok((CellKind::Text, text)),
    }
}

/// The text of a cell; where it changes its looks, that of its runs.
fn plain_text(data: &Element) -> Result<String, &'static str> {
    let runs: Vec<String> = data.children.iter().map(plain_text).collect::<Result<_, _>>()?;
    let runs = runs.concat();
    match (data.text.trim().is_empty(), runs.is_empty()) {
        (_, true) => Ok(data.text.clone()),
        (true, false) => Ok(runs),
        // The order in which they stand is not kept.
        (false, false) => Err("its text stands in and between runs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_files::{problems, rows};
    use crate::{Kind, sniff};

    fn workbook(rows: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"明细\"><Table>{rows}</Table></Worksheet></Workbook>"
        )
    }

    fn data(kind: &str, text: &str) -> String {
        format!("<Cell><Data ss:Type=\"{kind}\">{text}</Data></Cell>")
    }

    fn document(rows: &str) -> Document {
        let file = workbook(rows);
        assert_eq!(sniff(file.as_bytes()), Kind::SpreadsheetXml);
        crate::read(file.as_bytes(), &[], &Limits::default(), None).unwrap()
    }

    #[test]
    fn reads_cells_of_each_kind_in_their_places() {
        let cells = [
            data("String", "午餐 &amp; 晚餐"),
            data("Number", "-12.50"),
            data("DateTime", "2026-03-01T08:09:10.000"),
            data("Boolean", "1"),
        ];
        let first = format!("<Row ss:Index=\"3\"><Cell ss:MergeAcross=\"1\"/>{}</Row>", cells.concat());
        let second = format!("<Row>{}<Cell ss:Index=\"4\"><Data ss:Type=\"Number\">1E2</Data></Cell></Row>", cells[0]);
        assert_eq!(
            rows(&document(&(first + &second))),
            ["3: 3t 午餐 & 晚餐|4n -12.5|5d 2026-03-01 08:09:10|6t TRUE", "4: 1t 午餐 & 晚餐|4n 100"]
        );
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let read = document(&format!("<Row>{}{}</Row>", data("String", "a"), data("Number", "b")));
        assert_eq!((rows(&read), problems(&read)), (vec!["1: 1t a".to_owned()], vec!["unreadable_cell at 1:2".into()]));
        let cut = workbook(&format!("<Row>{}</Row><Row>{}</Row>", data("String", "a"), data("String", "b")));
        let read = crate::read(&cut.as_bytes()[..cut.len() - 40], &[], &Limits::default(), None).unwrap();
        assert_eq!(problems(&read), ["truncated at 2:1"]);
    }

    #[test]
    fn runs_of_a_cell_are_one_text_and_comments_are_none() {
        let cell =
            "<Cell><Data ss:Type=\"String\"><B>合</B><Font>计</Font></Data><Comment><Data>x</Data></Comment></Cell>";
        assert_eq!(rows(&document(&format!("<Row>{cell}</Row>"))), ["1: 1t 合计"]);
    }

    #[test]
    fn places_are_bounded() {
        let error = |rows: &str| read(workbook(rows).as_bytes(), &Limits::default()).unwrap_err().to_string();
        assert!(error("<Row ss:Index=\"4000000000\"/>").contains("Excel does not know"));
        assert!(error("<Row ss:Index=\"2\"/><Row ss:Index=\"2\"/>").contains("Excel does not know"));
        assert!(error("<Row><Cell ss:Index=\"99999\"/></Row>").contains("Excel does not know"));
        let limits = Limits { cells: 1, ..Limits::default() };
        let two = workbook(&format!("<Row>{}{}</Row>", data("String", "a"), data("String", "b")));
        assert!(matches!(read(two.as_bytes(), &limits), Err(ReadError::ResourceLimit { .. })));
    }
}
