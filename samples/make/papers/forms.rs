//! Papers that state facts: labels and figures, and a table of months. Told as text, drawn as a page, a sheet or a web
//! page.

use jiff::civil::date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use super::table::{self, Column, Row, Table, Wrap};
use crate::MakeError;
use crate::pdf::{A4_LANDSCAPE, Align, Font, Info, Pdf};

/// A paper. Lines are pieces parted by `|`, rows are cells parted by `|`.
#[derive(Debug, Default)]
pub struct Form {
    pub title: String,
    pub before: Vec<String>,
    /// The line of groups over the columns' names.
    pub groups: &'static str,
    pub names: &'static str,
    pub rows: Vec<String>,
    pub after: Vec<String>,
    pub foot: &'static str,
}

impl Form {
    #[must_use]
    pub fn new(title: &str, before: &[&str]) -> Self {
        Self {
            title: title.to_owned(),
            before: before.iter().map(|&line| line.to_owned()).collect(),
            ..Self::default()
        }
    }
}

const WIDTH: f32 = 842.0;
const MARGIN: f32 = 36.0;
const PITCH: f32 = 16.0;

fn pieces(line: &str) -> Vec<&str> {
    line.split('|').map(str::trim).collect()
}

/// One page of labels and figures, or a table over as many as it takes.
///
/// # Errors
/// [`MakeError`] when the PDF writer refuses.
pub fn pdf(form: &Form) -> Result<Vec<u8>, MakeError> {
    let made = date(2026, 4, 20).at(9, 30, 0, 0);
    let mut pdf = Pdf::new(Info { title: "", producer: "iText 2.1.7 by 1T3XT", creator: "", made });
    let font = pdf.font(Font::SONG);
    let (_, height) = A4_LANDSCAPE;
    let write = |pdf: &mut Pdf, y: f32, line: &str| {
        let stops = pieces(line);
        let step = (WIDTH - 2.0 * MARGIN) / stops.len().max(3) as f32;
        for (piece, at) in stops.iter().zip(0_u16..) {
            pdf.text(font, 9.0, MARGIN + f32::from(at) * step, y, piece);
        }
    };
    let heading = |pdf: &mut Pdf| {
        pdf.aligned(font, 14.0, (Align::Center, WIDTH / 2.0), height - 40.0, &form.title);
        for (line, at) in form.before.iter().zip(0_u16..) {
            write(pdf, height - 64.0 - f32::from(at) * PITCH, line);
        }
    };
    let top = height - 72.0 - form.before.len() as f32 * PITCH;
    let mut y = top;
    if form.names.is_empty() {
        pdf.page(A4_LANDSCAPE);
        heading(&mut pdf);
    } else {
        let names: Vec<&'static str> = form.names.split('|').map(str::trim).collect();
        let step = (WIDTH - 2.0 * MARGIN) / names.len().max(1) as f32;
        let middle = |at: u16| MARGIN + (f32::from(at) + 0.5) * step;
        let columns: Vec<Column> =
            names.iter().zip(0_u16..).map(|(name, at)| Column::center(name, middle(at), step - 6.0)).collect();
        let size = if names.len() > 12 { 6.0 } else { 8.0 };
        let table = Table {
            columns: &columns,
            page: A4_LANDSCAPE,
            size,
            leading: size + 2.0,
            pitch: size + 9.0,
            wrap: Wrap::Centred,
            top: (top - 14.0, top - 14.0),
            bottom: 70.0,
            repeat_header: true,
        };
        let rows: Vec<Row> = form.rows.iter().map(|row| Row::of(row)).collect();
        y = table::draw(&mut pdf, font, &table, &rows, &|pdf, page, pages| {
            heading(pdf);
            let groups = pieces(form.groups);
            for (group, at) in groups.iter().zip(0_u16..) {
                pdf.aligned(font, size, (Align::Center, middle(at)), top, group);
            }
            if !form.foot.is_empty() {
                let foot = form.foot.replace("{page}", &(page + 1).to_string()).replace("{pages}", &pages.to_string());
                pdf.aligned(font, 8.0, (Align::Center, WIDTH / 2.0), 24.0, &foot);
            }
        });
    }
    for line in &form.after {
        y -= PITCH;
        write(&mut pdf, y, line);
    }
    pdf.finish(None)
}

fn lines(form: &Form) -> Vec<Vec<String>> {
    let mut lines = vec![vec![form.title.clone()]];
    let tables = [form.groups, form.names].into_iter().filter(|line| !line.is_empty()).map(str::to_owned);
    let all =
        form.before.iter().cloned().chain(tables).chain(form.rows.iter().cloned()).chain(form.after.iter().cloned());
    lines.extend(all.map(|line| pieces(&line).into_iter().map(str::to_owned).collect()));
    lines
}

/// A workbook of one sheet; figures are numbers.
///
/// # Errors
/// [`MakeError::Workbook`] when the writer refuses.
pub fn xlsx(sheet_name: &str, form: &Form) -> Result<Vec<u8>, MakeError> {
    let write = || -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
        let mut book = Workbook::new();
        // The time of making is part of the file; a fixed one keeps the drawing the same.
        let made = ExcelDateTime::from_ymd(2026, 4, 20)?.and_hms(9, 0, 0)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name)?;
        for (line, row) in lines(form).iter().zip(0_u32..) {
            for (cell, column) in line.iter().zip(0_u16..).filter(|(cell, _)| !cell.is_empty()) {
                match cell.parse::<f64>() {
                    Ok(number) if cell.contains('.') => sheet.write_number(row, column, number)?,
                    _ => sheet.write_string(row, column, cell)?,
                };
            }
        }
        book.save_to_buffer()
    };
    write().map_err(MakeError::Workbook)
}

/// A saved page: for each form its heading, its table and what follows.
#[must_use]
pub fn html(title: &str, forms: &[Form]) -> Vec<u8> {
    let mut text = format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n"
    );
    let row = |line: &str, tag: &str| {
        let cells: String = pieces(line).iter().map(|cell| format!("<{tag}>{cell}</{tag}>")).collect();
        format!("<tr>{cells}</tr>\n")
    };
    for form in forms {
        text.push_str(&format!("<h2>{}</h2>\n", form.title));
        if !form.before.is_empty() {
            let facts: String = form.before.iter().map(|line| row(line, "td")).collect();
            text.push_str(&format!("<table>\n{facts}</table>\n"));
        }
        if !form.names.is_empty() {
            if !form.before.is_empty() {
                text.push_str(&format!("<h3>{}</h3>\n", form.title));
            }
            let rows: String = form.rows.iter().map(|line| row(line, "td")).collect();
            text.push_str(&format!("<table>\n{}{rows}</table>\n", row(form.names, "th")));
        }
        for line in &form.after {
            text.push_str(&format!("<p>{}</p>\n", line.replace('|', " ")));
        }
    }
    text.push_str("</body></html>\n");
    text.into_bytes()
}

/// `123456` → `1234.56`.
#[must_use]
pub fn yuan(fen: i64) -> String {
    model::Money::from_fen(fen).to_string()
}

/// The months of 2025 from January on: `2025-01`, with the mark between year and month given.
pub fn months(count: i64, mark: &str) -> impl Iterator<Item = (i64, String)> {
    (1..=count).map(move |month| (month, format!("2025{mark}{month:02}")))
}

/// An amount in capitals: `123456` → `人民币壹仟贰佰叁拾肆元伍角陆分`. Below a hundred million yuan.
#[must_use]
pub fn capitals(fen: i64) -> String {
    const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
    let digit = |value: i64| usize::try_from(value).ok().and_then(|at| DIGITS.get(at)).copied().unwrap_or("");
    let mut text = String::from("人民币");
    let start = text.len();
    let (whole, small) = (fen / 100, fen % 100);
    for (section, name) in [(whole / 10_000, "万"), (whole % 10_000, "")] {
        let mut gap = text.len() > start && section > 0 && section < 1000;
        for (unit, word) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
            match section / unit % 10 {
                0 => gap = gap || text.len() > start && section >= unit && section % unit > 0,
                value => {
                    text.push_str(if gap { "零" } else { "" });
                    text.push_str(digit(value));
                    text.push_str(word);
                    gap = false;
                }
            }
        }
        text.push_str(if section > 0 { name } else { "" });
    }
    text.push_str(if whole > 0 { "元" } else { "零元" });
    match (small / 10, small % 10) {
        (0, 0) => text.push('整'),
        (0, fen) => text.push_str(&format!("零{}分", digit(fen))),
        (jiao, 0) => text.push_str(&format!("{}角整", digit(jiao))),
        (jiao, fen) => text.push_str(&format!("{}角{}分", digit(jiao), digit(fen))),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_in_capitals() {
        for (fen, expected) in [
            (123_456, "人民币壹仟贰佰叁拾肆元伍角陆分"),
            (100_305, "人民币壹仟零叁元零伍分"),
            (2_003_050, "人民币贰万零叁拾元伍角整"),
            (120_000, "人民币壹仟贰佰元整"),
        ] {
            assert_eq!(capitals(fen), expected);
        }
    }
}
