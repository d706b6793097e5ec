//! A page's tree → the lines of its text and its grids, in reading order.
//!
//! Mails nest tables for their looks: a table may be a page's frame, a row of a list, or one cell's border. What
//! counts is what a reader sees, so a table is judged by what its cells hold and not by its depth:
//!
//! - A cell that holds text, however wrapped, is a cell of its table.
//! - A cell that holds one row of cells is as many cells of its table.
//! - A cell that holds a table of several rows and columns makes its own table a frame, whose text flows around.

use std::collections::BTreeMap;

use super::tree::{DEPTH_MAX, Data, Tree};
use crate::{Limits, ReadError};

/// What browsers allow; a wider cell is a banner across a table that has far fewer columns.
const COLSPAN_MAX: u32 = 1_000;

/// What workbooks allow.
const COLUMNS_MAX: u32 = 16_384;

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 41] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "title",
    "ul",
    "br",
];

/// Column, from 1, and text; in ascending order, none empty.
pub type Cells = Vec<(u32, String)>;

#[derive(Debug, PartialEq, Eq)]
pub enum Item {
    /// A line of text, or of a frame's neighbouring texts.
    Line(Cells),
    Grid(Grid),
}

#[derive(Debug, PartialEq, Eq)]
pub struct Grid {
    /// As many as the page shows, empty ones too.
    pub rows: Vec<Cells>,
    /// How wide it is, empty columns too.
    pub columns: u32,
}

/// The page's lines and grids. A grid lists something: a single row is a line, unless it is the head of the grid
/// that follows it, or one of several rows that are each a table.
///
/// # Errors
/// [`ReadError::ResourceLimit`] for more cells, columns or nesting than allowed.
pub fn items(tree: &Tree, limits: &Limits) -> Result<Vec<Item>, ReadError> {
    let mut walk = Walk { tree, cells_left: limits.cells };
    let mut flow = Flow::default();
    walk.flow(Tree::ROOT, 0, false, &mut flow)?;
    let single_rows_are_lines = |item| match item {
        Item::Grid(mut grid) if grid.rows.len() == 1 => Item::Line(grid.rows.pop().unwrap_or_default()),
        item => item,
    };
    Ok(joined(flow.finish()).into_iter().map(single_rows_are_lines).collect())
}

/// Text being written, in lines.
#[derive(Default)]
struct Flow {
    line: String,
    items: Vec<Item>,
}

impl Flow {
    /// White space of any sort and length is one space.
    fn write(&mut self, text: &str) {
        for character in text.chars() {
            if !character.is_whitespace() {
                self.line.push(character);
            } else if !self.line.ends_with(' ') {
                self.line.push(' ');
            }
        }
    }

    fn end_line(&mut self) {
        let line = self.line.trim();
        if !line.is_empty() {
            self.items.push(Item::Line(vec![(1, line.to_owned())]));
        }
        self.line.clear();
    }

    fn finish(mut self) -> Vec<Item> {
        self.end_line();
        self.items
    }
}

/// What a table's cell holds.
enum Held {
    Nothing,
    Text(String),
    /// One row of cells and how wide it is.
    Row(Cells, u32),
    Items(Vec<Item>),
}

impl Held {
    fn of(mut items: Vec<Item>) -> Self {
        let is_text = |item: &Item| matches!(item, Item::Line(cells) if cells.len() == 1);
        if items.is_empty() {
            return Self::Nothing;
        }
        if items.iter().all(is_text) {
            let texts: Vec<String> = items.into_iter().flat_map(Item::into_texts).collect();
            return Self::Text(texts.join(" "));
        }
        match items.pop() {
            Some(Item::Grid(mut grid)) if items.is_empty() && grid.rows.len() == 1 => {
                Self::Row(grid.rows.pop().unwrap_or_default(), grid.columns)
            }
            last => Self::Items(items.into_iter().chain(last).collect()),
        }
    }

    /// Its width in columns of a table whose other rows have one cell there.
    const fn columns(&self) -> u32 {
        match self {
            Self::Row(_, columns) => *columns,
            Self::Nothing | Self::Text(_) | Self::Items(_) => 1,
        }
    }
}

impl Item {
    fn into_texts(self) -> Vec<String> {
        match self {
            Self::Line(cells) => cells.into_iter().map(|(_, text)| text).collect(),
            Self::Grid(grid) => grid.rows.into_iter().flatten().map(|(_, text)| text).collect(),
        }
    }
}

/// A cell in its place, `start` from 1.
struct Placed {
    start: u32,
    span: u32,
    /// As the items that it was read as, in order.
    items: Vec<Item>,
}

struct Walk<'a> {
    tree: &'a Tree,
    cells_left: u32,
}

impl Walk<'_> {
    /// Writes what a node holds.
    fn flow(&mut self, node: usize, depth: usize, is_preformatted: bool, out: &mut Flow) -> Result<(), ReadError> {
        // Mended pages may be deeper than they were while being parsed.
        if depth > 2 * DEPTH_MAX {
            return Err(too_much(format!("a page whose elements lie more than {DEPTH_MAX} deep")));
        }
        let tree = self.tree;
        for (id, child) in tree.children(node) {
            match &child.data {
                Data::Text(text) if is_preformatted => {
                    for (index, line) in text.split('\n').enumerate() {
                        if index > 0 {
                            out.end_line();
                        }
                        out.write(line);
                    }
                }
                Data::Text(text) => out.write(text),
                Data::Element { hidden: true, .. } | Data::Other => {}
                Data::Element { .. } if child.tag() == "table" => {
                    out.end_line();
                    out.items.append(&mut self.table(id, depth + 1)?);
                }
                Data::Element { .. } => {
                    let is_block = BLOCKS.contains(&child.tag());
                    if is_block {
                        out.end_line();
                    }
                    self.flow(id, depth + 1, is_preformatted || child.tag() == "pre", out)?;
                    if is_block {
                        out.end_line();
                    }
                }
            }
        }
        Ok(())
    }

    fn table(&mut self, table: usize, depth: usize) -> Result<Vec<Item>, ReadError> {
        let mut before = Flow::default();
        let mut rows = Vec::new();
        self.find_rows(table, depth, &mut rows, &mut before)?;
        let placed = self.place(&rows, depth)?;
        let mut items = before.finish();
        let mut texts = placed.iter().flatten().filter(|cell| !cell.items.is_empty()).map(|cell| cell.start);
        let first = texts.next();
        if texts.all(|start| Some(start) == first) {
            // One column is no table: a frame, or paragraphs.
            let held: Vec<Vec<Item>> =
                placed.into_iter().map(|row| row.into_iter().flat_map(|c| c.items).collect()).collect();
            items.append(&mut listed(held));
            return Ok(items);
        }
        let held: Vec<Vec<(u32, u32, Held)>> = placed
            .into_iter()
            .map(|row| row.into_iter().map(|cell| (cell.start, cell.span, Held::of(cell.items))).collect())
            .collect();
        if held.iter().flatten().any(|(_, _, held)| matches!(held, Held::Items(_))) {
            items.extend(held.into_iter().flat_map(frame_row));
        } else {
            items.push(Item::Grid(grid(held)?));
        }
        Ok(items)
    }

    /// The rows of the table itself, in order; captions and the like are written to `before`.
    fn find_rows(
        &mut self,
        node: usize,
        depth: usize,
        rows: &mut Vec<usize>,
        before: &mut Flow,
    ) -> Result<(), ReadError> {
        let tree = self.tree;
        for (id, child) in tree.children(node) {
            if matches!(child.data, Data::Element { hidden: true, .. }) {
                continue;
            }
            match child.tag() {
                "tr" => rows.push(id),
                "thead" | "tbody" | "tfoot" => self.find_rows(id, depth + 1, rows, before)?,
                "caption" => {
                    before.end_line();
                    self.flow(id, depth + 1, false, before)?;
                    before.end_line();
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Each row's cells in their columns, those from the rows above that reach down into it being kept free.
    fn place(&mut self, rows: &[usize], depth: usize) -> Result<Vec<Vec<Placed>>, ReadError> {
        let mut placed = Vec::new();
        // Column ranges (from, to beyond) that are taken, and for how many more rows.
        let mut taken: Vec<(u32, u32, u32)> = Vec::new();
        let tree = self.tree;
        for &row in rows {
            self.spend(taken.len() + 1)?;
            let mut column = 1;
            let mut cells = Vec::new();
            let mut reaching = Vec::new();
            let mut ranges = taken.iter().peekable();
            for (id, cell) in tree.children(row) {
                let Data::Element { colspan, rowspan, hidden: false, .. } = cell.data else { continue };
                if !matches!(cell.tag(), "td" | "th") {
                    continue;
                }
                self.spend(1)?;
                // Both go from left to right, so no range is looked at twice.
                while let Some((_, end, _)) = ranges.next_if(|(start, _, _)| *start <= column) {
                    column = column.max(*end);
                }
                let span = colspan.clamp(1, COLSPAN_MAX);
                if column + span > COLUMNS_MAX {
                    return Err(too_much(format!("a table of more than {COLUMNS_MAX} columns")));
                }
                let mut flow = Flow::default();
                self.flow(id, depth + 1, false, &mut flow)?;
                cells.push(Placed { start: column, span, items: joined(flow.finish()) });
                // Zero reaches to the end of the table.
                if rowspan != 1 {
                    reaching.push((column, column + span, rowspan.checked_sub(1).unwrap_or(u32::MAX)));
                }
                column += span;
            }
            for range in &mut taken {
                range.2 -= 1;
            }
            taken.retain(|(_, _, rows_left)| *rows_left > 0);
            taken.append(&mut reaching);
            taken.sort_unstable();
            placed.push(cells);
        }
        Ok(placed)
    }

    fn spend(&mut self, cells: usize) -> Result<(), ReadError> {
        let cells = u32::try_from(cells).unwrap_or(u32::MAX);
        self.cells_left = self
            .cells_left
            .checked_sub(cells)
            .ok_or_else(|| too_much("more cells in a page than allowed".to_owned()))?;
        Ok(())
    }
}

fn too_much(what: String) -> ReadError {
    ReadError::ResourceLimit { what }
}

/// The items of a table with one column. Where most of its rows are rows of cells of one width, it is their grid, and
/// a line between them is one of its rows (`消费`, `还款` above the rows they head).
fn listed(rows: Vec<Vec<Item>>) -> Vec<Item> {
    let width = |row: &Vec<Item>| match row.as_slice() {
        [Item::Grid(grid)] if grid.rows.len() == 1 => Some(grid.columns),
        _ => None,
    };
    let (Some(first), Some(last)) =
        (rows.iter().position(|row| width(row).is_some()), rows.iter().rposition(|row| width(row).is_some()))
    else {
        return rows.into_iter().flatten().collect();
    };
    let is_line = |row: &Vec<Item>| matches!(row.as_slice(), [Item::Line(_)]);
    let widths: Vec<u32> = rows.iter().filter_map(width).collect();
    let between = rows.get(first..last).unwrap_or(&[]);
    let is_list = widths.len() > between.iter().filter(|row| is_line(row)).count()
        && widths.windows(2).all(|pair| matches!(pair, [one, other] if one == other))
        && between.iter().all(|row| row.is_empty() || width(row).is_some() || is_line(row));
    if !is_list {
        return joined(rows.into_iter().flatten().collect());
    }
    let columns = widths.first().copied().unwrap_or(1);
    let mut items = Vec::new();
    let mut grid = Vec::new();
    let mut after = Vec::new();
    for (index, row) in rows.into_iter().enumerate() {
        for item in row {
            match item {
                item if index < first => items.push(item),
                item if index > last => after.push(item),
                Item::Line(cells) => grid.push(cells),
                Item::Grid(one) => grid.extend(one.rows),
            }
        }
    }
    items.push(Item::Grid(Grid { rows: grid, columns }));
    items.append(&mut after);
    items
}

/// A frame's row: neighbouring texts are one line, what is more stands alone.
fn frame_row(row: Vec<(u32, u32, Held)>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut line: Cells = Vec::new();
    let mut column = 1;
    for (_, _, held) in row {
        match held {
            Held::Nothing => {}
            Held::Text(text) => {
                line.push((column, text));
                column += 1;
            }
            Held::Row(cells, columns) => {
                line.extend(cells.into_iter().map(|(at, text)| (column + at - 1, text)));
                column += columns;
            }
            Held::Items(mut held) => {
                if !line.is_empty() {
                    items.push(Item::Line(std::mem::take(&mut line)));
                }
                column = 1;
                items.append(&mut held);
            }
        }
    }
    if !line.is_empty() {
        items.push(Item::Line(line));
    }
    items
}

/// A table's cells in the columns of the whole: one that holds a row of cells makes its column as many.
fn grid(held: Vec<Vec<(u32, u32, Held)>>) -> Result<Grid, ReadError> {
    // Columns beyond the first that each column is made of, and where the table ends.
    let mut extra = BTreeMap::new();
    let mut end = 1;
    for (start, span, held) in held.iter().flatten() {
        end = end.max(start + span);
        let more = held.columns().saturating_sub(*span);
        if more > 0 {
            let most = extra.entry(*start).or_insert(0);
            *most = more.max(*most);
        }
    }
    // For each widened column, how much further right everything after it stands.
    let mut shifted = 0_u32;
    for more in extra.values_mut() {
        shifted = shifted.saturating_add(*more);
        *more = shifted;
    }
    if end.saturating_add(shifted) > COLUMNS_MAX {
        return Err(too_much(format!("a table of more than {COLUMNS_MAX} columns")));
    }
    let shift = |column: u32| extra.range(..column).next_back().map_or(0, |(_, shift)| *shift);
    let rows = held.into_iter().map(|row| {
        let mut cells = Vec::new();
        for (start, _, held) in row {
            let at = start + shift(start);
            match held {
                Held::Text(text) => cells.push((at, text)),
                Held::Row(inner, _) => cells.extend(inner.into_iter().map(|(column, text)| (at + column - 1, text))),
                // No cell of a grid holds items.
                Held::Nothing | Held::Items(_) => {}
            }
        }
        cells
    });
    Ok(Grid { rows: rows.collect(), columns: end - 1 + shifted })
}

/// Joins grids that stand on one another, as wide as each other, if one of them is a single row: the head over a
/// list, and the rows of a list that are each a table.
fn joined(items: Vec<Item>) -> Vec<Item> {
    let mut joined: Vec<Item> = Vec::with_capacity(items.len());
    // Whether the last grid was a single row when it was last added to.
    let mut ends_single = false;
    for item in items {
        let Item::Grid(grid) = item else {
            joined.push(item);
            continue;
        };
        let is_single = grid.rows.len() == 1;
        match joined.last_mut() {
            Some(Item::Grid(last)) if last.columns == grid.columns && (is_single || ends_single) => {
                last.rows.extend(grid.rows);
            }
            _ => joined.push(Item::Grid(grid)),
        }
        ends_single = is_single;
    }
    joined
}
