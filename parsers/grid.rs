//! A sheet (of a workbook, or a delimited text) → the records of its table.
//!
//! The header is found by its names. Each row after it is a row of the table, a repeated header, the footing, or
//! text that belongs to nothing, which is a problem.

use std::borrow::Cow;

use jiff::civil::Date;
use model::problem::ProblemCode;
use model::sheet::{Cell, CellKind, Row, Sheet, SheetOrigin};
use model::statement::DeclaredTotals;
use model::{Money, Problem};

use crate::fields::{Summary, keep};
use crate::layout::{Column, DateForm, Layout, ROLE_COUNT, RecordColumn, Records, Role, Section};
use crate::record::{Columns, Context, Record, RowView, is_empty, read_record};
use crate::table::{FactRow, Table, is_carried, is_summary};
use crate::text::{TextLine, sheet_line, squash, trim};
use crate::values::{currency_prefix, is_date_shaped, looks_like_date, looks_like_short_date, read_when_cell};

/// A header stands near the top: the longest known preamble is 25 lines, re-saved files add a few.
const HEADER_ROWS_SEARCHED: usize = 80;

/// The header of a sheet under a layout.
#[derive(Debug, Clone)]
pub struct Header {
    /// Index in [`Sheet::rows`].
    pub row: usize,
    /// Column number (from 1) of each role.
    columns: [Option<u32>; ROLE_COUNT],
    /// The last column that its name spans.
    ends: [u32; ROLE_COUNT],
    /// How many of the layout's columns it names.
    pub named: usize,
    /// Cells of the header row up to its last name.
    width: u32,
    /// Rows it takes: two where a name spans columns that the row below names.
    height: usize,
}

impl Header {
    fn column(&self, role: Role) -> Option<u32> {
        self.columns.get(role.index()).copied().flatten()
    }
}

/// The first rows of a sheet as names, squashed once for all the layouts that are tried on it.
#[derive(Debug)]
pub struct HeaderNames<'a> {
    rows: Vec<Vec<(u32, Cow<'a, str>)>>,
}

impl<'a> HeaderNames<'a> {
    #[must_use]
    pub fn of(sheet: &'a Sheet) -> Self {
        Self { rows: sheet.rows.iter().take(HEADER_ROWS_SEARCHED).map(|row| names_of(sheet, row)).collect() }
    }
}

impl HeaderNames<'_> {
    /// Each row's names.
    #[must_use]
    pub fn texts(&self) -> Vec<Vec<String>> {
        self.rows.iter().map(|row| row.iter().map(|(_, name)| name.clone().into_owned()).collect()).collect()
    }

    /// Each two rows' names as one row's.
    #[must_use]
    pub fn overlaid_texts(&self) -> Vec<Vec<String>> {
        let names = |pair: &[Vec<(u32, Cow<'_, str>)>]| match pair {
            [upper, lower] => overlaid(upper, lower).into_iter().map(|(_, name)| name.into_owned()).collect(),
            _ => Vec::new(),
        };
        self.rows.windows(2).map(names).collect()
    }
}

fn names_of<'a>(sheet: &'a Sheet, row: &Row) -> Vec<(u32, Cow<'a, str>)> {
    sheet.cells_of(row).iter().map(|cell| (cell.column, squash(trim(sheet.cell_text(cell))))).collect()
}

/// Finds the row that names every column that the layout requires.
#[must_use]
pub fn find_header(layout: &Layout, names: &HeaderNames<'_>) -> Option<Header> {
    let single = names.rows.iter().enumerate().find_map(|(index, names)| header_of(layout, names, index));
    single.or_else(|| {
        names.rows.windows(2).enumerate().find_map(|(index, pair)| {
            let [upper, lower] = pair else { return None };
            let header = header_of(layout, &overlaid(upper, lower), index + 1)?;
            Some(Header { height: 2, ..header })
        })
    })
}

/// Two rows of names as one: what stands lower names its column, what nothing stands under keeps its name.
fn overlaid<'a>(upper: &[(u32, Cow<'a, str>)], lower: &[(u32, Cow<'a, str>)]) -> Vec<(u32, Cow<'a, str>)> {
    let mut names: Vec<(u32, Cow<'a, str>)> = lower.iter().filter(|(_, name)| !name.is_empty()).cloned().collect();
    for (column, name) in upper {
        if !names.iter().any(|(taken, _)| taken == column) {
            names.push((*column, name.clone()));
        }
    }
    names.sort_by_key(|(column, _)| *column);
    names
}

/// A bilingual table may name its columns in English as well, in the same cell.
fn is_name(name: &str, wanted: &str) -> bool {
    name.strip_prefix(wanted).is_some_and(|rest| {
        let english = |c: char| c.is_ascii_alphabetic() || matches!(c, '.' | '/' | '-' | '\'' | '[' | ']');
        rest.is_empty() || rest.len() >= 3 && !wanted.is_ascii() && rest.chars().all(english)
    })
}

fn header_of(layout: &Layout, names: &[(u32, Cow<'_, str>)], index: usize) -> Option<Header> {
    let required = layout.columns.iter().filter(|c| !c.optional).count();
    // One word may be the type and the direction, or the type and the status.
    if names.len() + 2 < required || layout.columns.is_empty() {
        return None;
    }
    let mut columns = [None; ROLE_COUNT];
    let mut ends = [0; ROLE_COUNT];
    let mut named = 0;
    for column in &layout.columns {
        // The first alias that is there wins, so that a layout can prefer one column over another.
        let named_so = |header: &String| {
            let (wanted, place) = Column::name_and_place(header);
            names.iter().filter(|(_, name)| is_name(name, wanted)).nth(place.unwrap_or(1) - 1)
        };
        let at = column.headers.iter().find_map(named_so).map(|(at, _)| *at);
        match at {
            Some(_) => named += 1,
            None if column.optional => {}
            None => return None,
        }
        if let Some(slot) = columns.get_mut(column.role.index()) {
            *slot = at;
        }
        // Currency and amount, under one name.
        if let (Some(end), Some(at), Some(_)) = (ends.get_mut(column.role.index()), at, &column.pattern) {
            let next = names.iter().find(|(other, name)| *other > at && !name.is_empty());
            *end = next.map_or(at + 1, |(next, _)| next - 1);
        }
    }
    let width = names.iter().filter(|(_, name)| !name.is_empty()).map(|(at, _)| *at).max().unwrap_or(0);
    Some(Header { row: index, columns, ends, named, width, height: 1 })
}

/// What is known of a sheet's rows before the first of them.
#[must_use]
pub const fn start(section: Option<&Section>, reference: Option<Date>) -> Context<'_> {
    Context { section, reference }
}

/// Reads the whole sheet into `table`, after what is there.
pub fn read_table<'a>(
    layout: &'a Layout,
    sheet: &'a Sheet,
    header: &'a Header,
    context: Context<'a>,
    table: &mut Table,
) {
    table.found = true;
    let known_outside = table.outside.len();
    table.transactions.reserve_exact(sheet.rows.len().saturating_sub(header.row));
    let columns = Columns::of(layout);
    let reader = Reader { layout, sheet, header, columns: &columns };
    let mut state = State { in_footing: false, context };
    for (index, row) in sheet.rows.iter().enumerate() {
        if index + header.height <= header.row {
            let line = sheet_line(sheet, row);
            if let Some(section) = layout.section_of(&line.joined()) {
                state.context.section = Some(section);
            }
            table.outside.push(line);
        } else if index > header.row {
            reader.row(row, &mut state, table);
        }
    }
    table.sum_up(layout, known_outside, &mut { context.section });
}

/// Every row of a sheet as a line, for a recognised document whose table is missing.
#[must_use]
pub fn all_lines(sheet: &Sheet) -> Vec<TextLine> {
    sheet.rows.iter().map(|row| sheet_line(sheet, row)).collect()
}

/// What the rows read so far say of those that follow.
struct State<'a> {
    in_footing: bool,
    context: Context<'a>,
}

/// A row's texts and columns by role, after cells that belong together were joined.
type Merged = ([String; ROLE_COUNT], [Option<u32>; ROLE_COUNT]);

struct Reader<'a> {
    layout: &'a Layout,
    sheet: &'a Sheet,
    header: &'a Header,
    columns: &'a Columns<'a>,
}

impl<'a> Reader<'a> {
    fn row(&self, row: &Row, state: &mut State<'a>, table: &mut Table) {
        let cells = self.sheet.cells_of(row);
        let (texts, kinds) = self.by_role(cells);
        if !self.layout.skip.is_empty() {
            let line = sheet_line(self.sheet, row);
            if self.layout.skips(&line, &line.joined()) {
                return;
            }
        }
        if self.layout.totals.lines.iter().any(|p| p.is_match(&sheet_line(self.sheet, row).joined())) {
            table.outside.push(sheet_line(self.sheet, row));
            return;
        }
        // A comma that nobody quoted moves every cell after it.
        let merged = self.has_extra_cells(cells).then(|| self.merged(cells)).flatten();
        if let Some(records) = &self.layout.records
            && let Some(pattern) = &records.totals
            && let Some(first) = cells.iter().map(|c| squash(self.sheet.cell_text(c))).find(|text| !text.is_empty())
            && pattern.is_match(&first)
        {
            table.fact_totals = Some(self.facts(row, cells, &texts, records));
            return;
        }
        if merged.is_some() || self.is_row(&texts, &kinds) && !self.is_carried(&texts, cells) {
            if let Some(records) = &self.layout.records {
                table.facts.push(self.facts(row, cells, &texts, records));
                return;
            }
            let seq = table.next_seq();
            let record = self.read(row, cells, &texts, &kinds, merged, state.context, table);
            table.push(record, seq);
            return;
        }
        let line = sheet_line(self.sheet, row);
        if let Some(section) = self.layout.section_of(&line.joined()) {
            state.context.section = Some(section);
            return;
        }
        if self.layout.is_total(&line) {
            table.outside.push(line);
            return;
        }
        let Some(first) = line.pieces.first() else { return };
        if let Some(pattern) = &self.layout.totals.row
            && pattern.is_match(&squash(&first.text))
        {
            let sums = self.total_row(row, &texts, table);
            table.summaries.push(Summary {
                currency: currency_prefix(&first.text),
                totals: sums,
                ..Summary::default()
            });
            state.in_footing = true;
            return;
        }
        let start = squash(&first.text);
        if self.layout.ends_before.iter().any(|mark| start.starts_with(mark.as_str())) {
            state.in_footing = true;
        } else if !state.in_footing && !is_summary(&first.text) && !self.is_header_again(row) {
            let shown: String = line.joined().chars().take(40).collect();
            table.problems.push(
                Problem::new(
                    ProblemCode::StrayText,
                    format!("表格中有一行不是交易：“{shown}”"),
                    format!("a line inside the table is no transaction: {shown:?}"),
                )
                .at(first.source.clone()),
            );
        }
        table.outside.push(line);
    }

    /// A row of the table has a date, or at least an amount and something where its date should be.
    fn is_row(&self, texts: &[&str; ROLE_COUNT], kinds: &[CellKind; ROLE_COUNT]) -> bool {
        let text = |role: Role| texts.get(role.index()).copied().unwrap_or("");
        let time = text(Role::Time);
        let kind = kinds.get(Role::Time.index()).copied().unwrap_or_default();
        if is_date_shaped(time) || read_when_cell(time, kind).is_some() {
            return true;
        }
        let is_money = |role: Role| {
            let pattern = self.layout.column(role).and_then(|c| c.pattern.as_ref());
            let text = trim(text(role));
            pattern.map_or_else(|| Money::read(text).is_ok(), |pattern| pattern.is_match(text))
        };
        let has_amount = [Role::Amount, Role::In, Role::Out].iter().any(|role| is_money(*role));
        if is_summary(time) || self.is_total(time) {
            return false;
        }
        if let Some(records) = &self.layout.records {
            let has_fact = records.columns.iter().any(|c| c.value.is_figure() && is_money(c.slot));
            return looks_like_date(time) || has_fact && !texts.iter().any(|t| is_summary(trim(t)));
        }
        // A date that lacks its year or stands in another order is one only where its column says so.
        let other_form = self.layout.column(Role::Time).is_some_and(|c| c.form != DateForm::YearFirst);
        looks_like_date(time)
            || other_form && looks_like_short_date(time)
            || has_amount && (!trim(text(Role::Balance)).is_empty() || !trim(time).is_empty() || other_form)
    }

    /// A dated row that says what was there before or after the others: no amount, and words for it.
    fn is_carried(&self, texts: &[&str; ROLE_COUNT], cells: &[Cell]) -> bool {
        let is_blank = |role: Role| {
            let text = trim(texts.get(role.index()).copied().unwrap_or(""));
            is_empty(self.layout.column(role), text) || Money::read(text).is_ok_and(Money::is_zero)
        };
        [Role::Amount, Role::In, Role::Out].into_iter().all(is_blank)
            && cells.iter().any(|cell| is_carried(self.sheet.cell_text(cell)))
    }

    fn is_total(&self, first: &str) -> bool {
        self.layout.totals.row.as_ref().is_some_and(|pattern| pattern.is_match(&squash(first)))
    }

    fn is_header_again(&self, row: &Row) -> bool {
        header_of(self.layout, &names_of(self.sheet, row), 0).is_some()
    }

    fn by_role(&self, cells: &[Cell]) -> ([&'a str; ROLE_COUNT], [CellKind; ROLE_COUNT]) {
        let mut texts = [""; ROLE_COUNT];
        let mut kinds = [CellKind::Text; ROLE_COUNT];
        // Delimited rows have every cell in its place; a sheet's rows may lack some.
        let dense = cells.first().is_some_and(|c| c.column == 1)
            && cells.last().is_some_and(|c| c.column as usize == cells.len());
        for ((slot, kind), column) in texts.iter_mut().zip(&mut kinds).zip(&self.header.columns) {
            let Some(column) = *column else { continue };
            let cell = if dense {
                cells.get(column as usize - 1)
            } else {
                cells.binary_search_by_key(&column, |c| c.column).ok().and_then(|at| cells.get(at))
            };
            if let Some(cell) = cell {
                *slot = self.sheet.cell_text(cell);
                *kind = cell.kind;
            }
        }
        if self.sheet.origin != SheetOrigin::Delimited {
            for ((slot, column), end) in texts.iter_mut().zip(&self.header.columns).zip(&self.header.ends) {
                let Some(column) = *column else { continue };
                let mut spanned = cells.iter().filter(|c| (column..=*end).contains(&c.column));
                // Neighbouring cells' texts stand side by side.
                if let (Some(first), Some(last)) = (spanned.next(), spanned.next_back()) {
                    *slot = self.sheet.text.get(first.start as usize..last.end as usize).unwrap_or(slot);
                }
            }
        }
        (texts, kinds)
    }

    /// A row of a table of facts; cells that say nothing are left out.
    fn facts(&self, row: &Row, cells: &[Cell], texts: &[&str; ROLE_COUNT], records: &Records) -> FactRow {
        let first = cells.first().map_or(1, |c| c.column);
        let cell = |column: &RecordColumn| {
            let text = |slot: Role| texts.get(slot.index()).copied().unwrap_or("");
            let source = self.sheet.source(row, self.header.column(column.slot).unwrap_or(first));
            (column.text(text), source, 1.0)
        };
        let is_named = |column: u32| self.header.columns.contains(&Some(column));
        let others = cells.iter().filter(|c| c.column <= self.header.width && !is_named(c.column));
        let is_amount = |c: &Cell| Money::read(trim(self.sheet.cell_text(c))).is_ok_and(|money| !money.is_zero());
        FactRow {
            cells: records.columns.iter().map(cell).collect(),
            has_other_amounts: others.into_iter().any(is_amount),
            lead: self.lead(records, row),
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn read(
        &self,
        row: &Row,
        cells: &[Cell],
        texts: &[&str; ROLE_COUNT],
        kinds: &[CellKind; ROLE_COUNT],
        merged: Option<Merged>,
        context: Context<'_>,
        table: &mut Table,
    ) -> Result<Record, Problem> {
        let seq = table.next_seq();
        let place = |role: Option<Role>| {
            let column =
                role.and_then(|r| self.header.column(r)).unwrap_or_else(|| cells.first().map_or(1, |c| c.column));
            self.sheet.source(row, column)
        };
        let view = RowView { texts, kinds, place: &place, confidence: 1.0, context };
        let merged = match merged {
            None => {
                let known_problems = table.problems.len();
                let read = read_record(self.columns, &view, seq, &mut table.problems);
                // The last cells may be blank, so that one too many does not show.
                let Some(merged) = read.is_err().then(|| self.merged(cells)).flatten() else { return read };
                table.problems.truncate(known_problems);
                Some(merged)
            }
            merged => merged,
        };
        match merged {
            Some((joined, columns)) => {
                let mut texts = [""; ROLE_COUNT];
                for (slot, text) in texts.iter_mut().zip(&joined) {
                    *slot = text.as_str();
                }
                let place = |role: Option<Role>| {
                    let column = role.and_then(|r| columns.get(r.index()).copied().flatten()).unwrap_or(1);
                    self.sheet.source(row, column)
                };
                read_record(
                    self.columns,
                    &RowView { texts: &texts, kinds, place: &place, confidence: 1.0, context },
                    seq,
                    &mut table.problems,
                )
            }
            None => read_record(self.columns, &view, seq, &mut table.problems),
        }
    }

    /// More cells than the header has names, the surplus not blank: a comma that its writer did not quote.
    fn has_extra_cells(&self, cells: &[Cell]) -> bool {
        self.sheet.origin == SheetOrigin::Delimited
            && cells
                .iter()
                .rev()
                .take_while(|c| c.column > self.header.width)
                .any(|c| !trim(self.sheet.cell_text(c)).is_empty())
    }

    /// Joins neighbouring cells again so that every checked column reads: the one place where that works, the
    /// description's where several texts would do. `None` where no single reading stands out.
    fn merged(&self, cells: &[Cell]) -> Option<Merged> {
        let filled = cells.iter().rposition(|c| !trim(self.sheet.cell_text(c)).is_empty())? + 1;
        let surplus = u32::try_from(filled).ok()?.saturating_sub(self.header.width);
        if surplus > 8 || self.sheet.origin != SheetOrigin::Delimited {
            return None;
        }
        let at_surplus = |surplus: u32| -> Vec<u32> {
            (1..=self.header.width).filter(|at| self.reads_when_merged(cells, *at, surplus)).collect()
        };
        // Blank last cells hide some of the commas: the least number that reads.
        let least = surplus.max(1);
        let (surplus, candidates) =
            (least..=least + 2).map(|commas| (commas, at_surplus(commas))).find(|(_, found)| !found.is_empty())?;
        let description = self.header.column(Role::Description);
        let at = match candidates.as_slice() {
            [only] => *only,
            several => *several.iter().find(|at| Some(**at) == description)?,
        };
        let columns = self.header.columns.map(|column| column.map(|c| if c > at { c + surplus } else { c }));
        let texts = std::array::from_fn(|role| {
            let Some(column) = self.header.columns.get(role).copied().flatten() else { return String::new() };
            self.merged_text(cells, column, at, surplus)
        });
        Some((texts, columns))
    }

    fn merged_text(&self, cells: &[Cell], column: u32, at: u32, surplus: u32) -> String {
        let text = |column: u32| cells.get(column as usize - 1).map_or("", |c| self.sheet.cell_text(c));
        match column.cmp(&at) {
            std::cmp::Ordering::Less => text(column).to_owned(),
            std::cmp::Ordering::Greater => text(column + surplus).to_owned(),
            std::cmp::Ordering::Equal => (at..=at + surplus).map(text).collect::<Vec<_>>().join(","),
        }
    }

    fn reads_when_merged(&self, cells: &[Cell], at: u32, surplus: u32) -> bool {
        let is_text =
            [Role::Counterparty, Role::CounterpartyAccount, Role::Description, Role::Remark, Role::Method, Role::Type];
        if !is_text.iter().any(|role| self.header.column(*role) == Some(at)) {
            return false;
        }
        let text = |role: Role| self.header.column(role).map(|c| self.merged_text(cells, c, at, surplus));
        let dated = text(Role::Time).is_some_and(|t| read_when_cell(&t, CellKind::Text).is_some());
        let amount = [Role::Amount, Role::In, Role::Out, Role::Balance].iter().all(|role| {
            let pattern = self.layout.column(*role).and_then(|c| c.pattern.as_ref());
            let reads = |t: &str| pattern.map_or(Money::read(t).is_ok(), |p| p.is_match(t));
            text(*role).is_none_or(|t| is_empty(None, trim(&t)) || reads(trim(&t)))
        });
        let known = |role: Role| {
            let Some(column) = self.layout.column(role) else { return true };
            let Some(text) = text(role) else { return true };
            let text = trim(&text);
            let statuses = || {
                column.status_words.iter().any(|w| w.word == text || w.is_prefix && text.starts_with(w.word.as_str()))
            };
            column.flow_words.iter().any(|(word, _)| word == text) || statuses()
        };
        // A blank direction is told by another column, as when the row is read.
        let blank = text(Role::Flow).is_some_and(|t| trim(&t).is_empty());
        let directed =
            known(Role::Flow) || blank && self.layout.column(Role::FlowFallback).is_some() && known(Role::FlowFallback);
        dated && amount && directed && known(Role::Status)
    }

    /// What the line above the table, or the sheet's name, says of its rows.
    fn lead(&self, records: &Records, row: &Row) -> Option<(String, model::Source)> {
        let (_, pattern) = records.lead.as_ref()?;
        let sheet_name = match &self.sheet.origin {
            SheetOrigin::Workbook { name } => name,
            SheetOrigin::Delimited => "",
        };
        let found = self.sheet.lead.lines().rev().chain([sheet_name]).find_map(|text| pattern.captures(text))?;
        Some((found.get(1)?.as_str().to_owned(), self.sheet.source(row, 1)))
    }

    fn total_row(&self, row: &Row, texts: &[&str; ROLE_COUNT], table: &mut Table) -> DeclaredTotals {
        let mut sum = |role: Role| {
            let text = trim(texts.get(role.index()).copied().unwrap_or(""));
            if is_empty(None, text) {
                return None;
            }
            let source = self.sheet.source(row, self.header.column(role)?);
            keep(Money::read(text).ok().map(Money::abs), text, &source, &mut table.problems)
        };
        DeclaredTotals { in_sum: sum(Role::In), out_sum: sum(Role::Out), ..DeclaredTotals::default() }
    }
}
