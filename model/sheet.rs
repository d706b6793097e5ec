//! A grid of cells: one sheet of a workbook, or a delimited text file.
//!
//! All cell text lies in one string. Cells are kept as they stand in the file (untrimmed), since padding and
//! trailing tabs are part of what an issuer's export looks like.

use std::sync::Arc;

use crate::source::Source;

/// What a cell held in the file; its text is always there too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CellKind {
    #[default]
    Text,
    /// A number: its text is the shortest decimal that gives the stored number.
    Number,
    /// A number styled as a date or a time: its text is `YYYY-MM-DD hh:mm:ss` (rounded to the second).
    DateTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Byte range in [`Sheet::text`].
    pub start: u32,
    pub end: u32,
    /// From 1.
    pub column: u32,
    pub kind: CellKind,
}

/// A row that has cells; rows without any are not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// From 1: the row of the sheet, or the physical line the record starts on.
    pub number: u32,
    pub cell_start: u32,
    pub cell_end: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetOrigin {
    Delimited,
    Workbook { name: Arc<str> },
}

#[derive(Debug, Clone)]
pub struct Sheet {
    pub origin: SheetOrigin,
    /// The lines of text directly above it on a web page, at most three; empty elsewhere.
    pub lead: String,
    pub text: String,
    pub cells: Vec<Cell>,
    pub rows: Vec<Row>,
    /// Line and column (from 1) of each cell in a file that is no grid, such as JSON; empty elsewhere.
    pub places: Vec<(u32, u32)>,
}

impl Sheet {
    #[must_use]
    pub fn new(origin: SheetOrigin) -> Self {
        Self {
            origin,
            lead: String::new(),
            text: String::new(),
            cells: Vec::new(),
            rows: Vec::new(),
            places: Vec::new(),
        }
    }

    #[inline]
    #[must_use]
    pub fn cells_of(&self, row: &Row) -> &[Cell] {
        self.cells.get(row.cell_start as usize..row.cell_end as usize).unwrap_or(&[])
    }

    /// The cell's text as it stands in the file.
    #[inline]
    #[must_use]
    pub fn cell_text(&self, cell: &Cell) -> &str {
        self.text.get(cell.start as usize..cell.end as usize).unwrap_or("")
    }

    #[inline]
    #[must_use]
    pub fn source(&self, row: &Row, column: u32) -> Source {
        if !self.places.is_empty() {
            let at = self.cells_of(row).iter().position(|cell| cell.column == column).unwrap_or(0);
            if let Some((line, column)) = self.places.get(row.cell_start as usize + at) {
                return Source::Line { line: *line, column: *column };
            }
        }
        match &self.origin {
            SheetOrigin::Delimited => Source::Line { line: row.number, column },
            SheetOrigin::Workbook { name } => Source::Cell { sheet: Arc::clone(name), row: row.number, column },
        }
    }
}
