//! A printed table: columns at their places, cells wrapped as the issuer wraps them, pages broken where they are full.

use crate::pdf::{Align, FontId, Pdf};

/// A column: its name, where its cells stand, and how wide a line of a cell may be.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub align: Align,
    /// The cells' left edge, middle or right edge, as `align` says.
    pub x: f32,
    pub width: f32,
}

impl Column {
    #[must_use]
    pub const fn left(name: &'static str, x: f32, width: f32) -> Self {
        Self { name, align: Align::Left, x, width }
    }

    #[must_use]
    pub const fn center(name: &'static str, x: f32, width: f32) -> Self {
        Self { name, align: Align::Center, x, width }
    }

    #[must_use]
    pub const fn right(name: &'static str, x: f32, width: f32) -> Self {
        Self { name, align: Align::Right, x, width }
    }
}

/// Where a cell's further lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrap {
    /// Around the row's middle.
    Centred,
    /// Below the row's first line.
    Top,
}

#[derive(Debug, Clone)]
pub enum Row {
    /// A cell for each column; a line break in it is one on paper.
    Cells(Vec<String>),
    /// A line of its own, from its left edge.
    Line(f32, String),
}

impl Row {
    /// Cells parted by `|`, blanks around them dropped.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::Cells(text.split('|').map(|cell| cell.trim().to_owned()).collect())
    }
}

/// Sizes and pitches in points, `top` and `bottom` as y on the page.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    pub columns: &'a [Column],
    pub page: (f32, f32),
    pub size: f32,
    /// Between the lines of a cell.
    pub leading: f32,
    /// What a row takes at least.
    pub pitch: f32,
    pub wrap: Wrap,
    /// The header's baseline on the first page, and on those after it.
    pub top: (f32, f32),
    /// No row goes below.
    pub bottom: f32,
    /// Whether pages after the first repeat the names.
    pub repeat_header: bool,
}

/// A column's names can stand on several lines, parted by a line break.
fn draw_header(pdf: &mut Pdf, font: FontId, table: &Table<'_>, y: f32) -> f32 {
    let mut lines = 1;
    for column in table.columns {
        for (index, line) in column.name.split('\n').enumerate() {
            pdf.aligned(font, table.size, (column.align, column.x), y - index as f32 * table.leading, line);
            lines = lines.max(index + 1);
        }
    }
    y - (lines - 1) as f32 * table.leading
}

/// Draws the rows on as many pages as they take; `around` draws what else stands on the page with that index, and
/// learns whether it is the last. Returns the y below the last row.
pub fn draw(
    pdf: &mut Pdf,
    font: FontId,
    table: &Table<'_>,
    rows: &[Row],
    around: &dyn Fn(&mut Pdf, usize, usize),
) -> f32 {
    draw_pages(pdf, font, table, rows, around, true)
}

/// The same, its first page being the one begun last.
pub fn draw_below(
    pdf: &mut Pdf,
    font: FontId,
    table: &Table<'_>,
    rows: &[Row],
    around: &dyn Fn(&mut Pdf, usize, usize),
) -> f32 {
    draw_pages(pdf, font, table, rows, around, false)
}

fn draw_pages(
    pdf: &mut Pdf,
    font: FontId,
    table: &Table<'_>,
    rows: &[Row],
    around: &dyn Fn(&mut Pdf, usize, usize),
    begins_page: bool,
) -> f32 {
    let laid: Vec<(f32, Vec<Vec<String>>)> = rows
        .iter()
        .map(|row| match row {
            Row::Line(..) => (table.pitch, Vec::new()),
            Row::Cells(cells) => {
                let lines: Vec<Vec<String>> = cells
                    .iter()
                    .zip(table.columns)
                    .map(|(cell, column)| {
                        cell.split('\n').flat_map(|line| pdf.wrap(font, table.size, column.width, line)).collect()
                    })
                    .collect();
                let most = lines.iter().map(Vec::len).max().unwrap_or(1).max(1);
                (table.pitch.max(most as f32 * table.leading + table.pitch - table.leading), lines)
            }
        })
        .collect();
    // Which page each row is on, then the pages, since what stands around the table knows their number.
    let first_row = |page: usize| {
        let top = if page == 0 { table.top.0 } else { table.top.1 };
        let lines = table.columns.iter().map(|c| c.name.split('\n').count()).max().unwrap_or(1);
        let header = if page == 0 || table.repeat_header { lines as f32 * table.leading } else { 0.0 };
        top - header - 0.4 * table.leading
    };
    let (mut page, mut y) = (0, first_row(0));
    let mut places = Vec::with_capacity(rows.len());
    for (height, _) in &laid {
        if y - height < table.bottom {
            page += 1;
            y = first_row(page);
        }
        places.push((page, y));
        y -= height;
    }
    let pages = page + 1;
    for index in 0..pages {
        if index > 0 || begins_page {
            pdf.page(table.page);
        }
        around(pdf, index, pages);
        if index == 0 || table.repeat_header {
            draw_header(pdf, font, table, if index == 0 { table.top.0 } else { table.top.1 });
        }
        for ((row, (height, lines)), (page, top)) in rows.iter().zip(&laid).zip(&places) {
            if *page != index {
                continue;
            }
            // The baseline of a single line in the row's middle.
            let middle = top - height / 2.0 - 0.35 * table.size;
            match row {
                Row::Line(x, text) => pdf.text(font, table.size, *x, middle, text),
                Row::Cells(_) => {
                    for (column, cell) in table.columns.iter().zip(lines) {
                        let first = match table.wrap {
                            Wrap::Centred => middle + (cell.len().saturating_sub(1)) as f32 * table.leading / 2.0,
                            Wrap::Top => top - table.size,
                        };
                        for (at, line) in cell.iter().enumerate() {
                            let y = first - at as f32 * table.leading;
                            pdf.aligned(font, table.size, (column.align, column.x), y, line);
                        }
                    }
                }
            }
        }
    }
    y
}
