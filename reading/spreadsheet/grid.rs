//! One sheet being filled, and what may still be filled over all sheets.

use std::sync::Arc;

use model::problem::ProblemCode;
use model::sheet::{Cell, CellKind, Row, Sheet, SheetOrigin};
use model::{Problem, Source};

use crate::{Limits, ReadError};

/// Unreadable cells named one by one; then the sheet is given up, so that a report stays readable.
pub(super) const PROBLEMS_MAX: usize = 100;

/// What the sheets of one workbook may still hold.
pub(super) struct Budget {
    rows: u32,
    cells: u32,
    /// Many cells may show one long text, so the text that is shown is bounded, not only what is stored.
    text: u64,
}

impl Budget {
    pub fn new(limits: &Limits) -> Self {
        Self { rows: limits.rows, cells: limits.cells, text: limits.unpacked_bytes }
    }

    /// To be called for each cell that is looked at, empty ones too.
    pub fn cell(&mut self) -> Result<(), ReadError> {
        self.cells = self.cells.checked_sub(1).ok_or_else(|| too_much("cells"))?;
        Ok(())
    }
}

fn too_much(what: &str) -> ReadError {
    ReadError::ResourceLimit { what: format!("more {what} in a workbook than allowed") }
}

pub(super) struct Grid {
    sheet: Sheet,
    name: Arc<str>,
    /// Of the cell before.
    row: u32,
    column: u32,
    is_ordered: bool,
    pub problems: Vec<Problem>,
}

impl Grid {
    pub fn new(name: &str) -> Self {
        let name: Arc<str> = Arc::from(name);
        Self {
            sheet: Sheet::new(SheetOrigin::Workbook { name: Arc::clone(&name) }),
            name,
            row: 0,
            column: 0,
            is_ordered: true,
            problems: Vec::new(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Adds a cell; `row` and `column` count from 1. An empty text adds nothing.
    pub fn push(
        &mut self,
        budget: &mut Budget,
        row: u32,
        column: u32,
        kind: CellKind,
        text: &str,
    ) -> Result<(), ReadError> {
        if text.is_empty() {
            return Ok(());
        }
        budget.text = budget.text.checked_sub(text.len() as u64).ok_or_else(|| too_much("text"))?;
        let start = self.sheet.text.len();
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(start + text.len())) else {
            return Err(too_much("text"));
        };
        self.sheet.text.push_str(text);
        let cell_start = self.sheet.cells.len() as u32;
        self.sheet.cells.push(Cell { start, end, column, kind });
        self.is_ordered &= row > self.row || (row == self.row && column > self.column);
        match self.sheet.rows.last_mut().filter(|last| last.number == row) {
            Some(last) => last.cell_end = cell_start + 1,
            None => {
                budget.rows = budget.rows.checked_sub(1).ok_or_else(|| too_much("rows"))?;
                self.sheet.rows.push(Row { number: row, cell_start, cell_end: cell_start + 1 });
            }
        }
        (self.row, self.column) = (row, column);
        Ok(())
    }

    /// A cell that is there and cannot be read.
    pub fn unreadable(&mut self, row: u32, column: u32, why: &str) {
        self.problem(
            ProblemCode::UnreadableCell,
            row,
            column,
            "单元格无法读取",
            &format!("the cell cannot be read: {why}"),
        );
    }

    pub fn problem(&mut self, code: ProblemCode, row: u32, column: u32, zh: &str, en: &str) {
        let source = Source::Cell { sheet: Arc::clone(&self.name), row, column };
        self.problems.push(Problem::new(code, zh, en).at(source));
    }

    /// Row and column of the last cell added; (1, 1) in the beginning.
    pub fn last(&self) -> (u32, u32) {
        (self.row.max(1), self.column.max(1))
    }

    /// The sheet, rows and cells in ascending order. Of two cells in one place the later counts, as it does
    /// in Excel, and the place is a problem.
    pub fn finish(mut self) -> (Sheet, Vec<Problem>) {
        if !self.is_ordered {
            self.order();
        }
        (self.sheet, self.problems)
    }

    fn order(&mut self) {
        let sheet = &self.sheet;
        let mut placed: Vec<(u32, Cell)> =
            sheet.rows.iter().flat_map(|row| sheet.cells_of(row).iter().map(|cell| (row.number, *cell))).collect();
        placed.sort_by_key(|(row, cell)| (*row, cell.column));
        let (mut rows, mut cells) = (Vec::<Row>::new(), Vec::<Cell>::new());
        let mut twice = Vec::new();
        for (number, cell) in placed {
            let index = cells.len() as u32;
            match rows.last_mut().filter(|last| last.number == number) {
                Some(_) if cells.last().is_some_and(|last| last.column == cell.column) => {
                    cells.pop();
                    twice.push((number, cell.column));
                }
                Some(last) => last.cell_end = index + 1,
                None => rows.push(Row { number, cell_start: index, cell_end: index + 1 }),
            }
            cells.push(cell);
        }
        (self.sheet.rows, self.sheet.cells) = (rows, cells);
        for (row, column) in twice.into_iter().take(PROBLEMS_MAX) {
            let (zh, en) = ("同一单元格出现两次，以后者为准", "the cell is given twice; the later one was read");
            self.problem(ProblemCode::UnreadableCell, row, column, zh, en);
        }
    }
}

/// The shortest decimal that gives the number, without an exponent; what is no number reads `NaN`, `inf`.
pub(super) fn number(value: f64) -> String {
    // Excel has no negative zero.
    if value == 0.0 { "0".to_owned() } else { value.to_string() }
}

pub(super) const fn boolean(value: bool) -> &'static str {
    if value { "TRUE" } else { "FALSE" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_shortest_decimal() {
        let shown: Vec<String> =
            [67.0, 2176.91, 0.1, -0.0, -12.3, 6_222_000_012_345_678_900.0, 2.02e27, 1e-7, 4e9 / 100.0]
                .into_iter()
                .map(number)
                .collect();
        let expected = [
            "67",
            "2176.91",
            "0.1",
            "0",
            "-12.3",
            "6222000012345679000",
            "2020000000000000000000000000",
            "0.0000001",
            "40000000",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn cells_out_of_order_are_ordered_and_the_later_of_two_counts() {
        let mut budget = Budget::new(&Limits::default());
        let mut grid = Grid::new("Sheet1");
        for (row, column, text) in [(2, 2, "d"), (2, 1, "c"), (1, 1, "x"), (2, 2, "e"), (1, 3, "b"), (1, 1, "a")] {
            grid.push(&mut budget, row, column, CellKind::Text, text).unwrap();
        }
        let (sheet, problems) = grid.finish();
        let shown: Vec<(u32, Vec<(u32, &str)>)> = sheet
            .rows
            .iter()
            .map(|row| {
                (row.number, sheet.cells_of(row).iter().map(|cell| (cell.column, sheet.cell_text(cell))).collect())
            })
            .collect();
        assert_eq!(shown, [(1, vec![(1, "a"), (3, "b")]), (2, vec![(1, "c"), (2, "e")])]);
        assert_eq!(problems.len(), 2);
    }

    #[test]
    fn bounds_rows_cells_and_text() {
        let limits = Limits { rows: 2, cells: 3, unpacked_bytes: 4, ..Limits::default() };
        let mut budget = Budget::new(&limits);
        let mut grid = Grid::new("");
        assert!(grid.push(&mut budget, 1, 1, CellKind::Text, "ab").is_ok());
        assert!(grid.push(&mut budget, 2, 1, CellKind::Text, "c").is_ok());
        assert!(matches!(grid.push(&mut budget, 3, 1, CellKind::Text, "d"), Err(ReadError::ResourceLimit { .. })));
        assert!(matches!(grid.push(&mut budget, 2, 2, CellKind::Text, "e"), Err(ReadError::ResourceLimit { .. })));
        assert_eq!((0..4).filter(|_| budget.cell().is_ok()).count(), 3);
    }
}
