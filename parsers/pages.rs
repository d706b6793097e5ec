//! Printed pages → the records of their table.

use std::collections::HashSet;
use std::ops::Range;

use jiff::civil::Date;
use model::page::{Page, Word};
use model::problem::ProblemCode;
use model::sheet::CellKind;
use model::source::{Area, Source};
use model::statement::{DeclaredTotals, SectionTotals};
use model::{Money, Problem};

use crate::columns::{self, HeaderCell, Ink, all_headers, first_header};
use crate::fields::{Summary, keep, read_totals};
use crate::layout::{DateForm, FactKind, Layout, ROLE_COUNT, RecordColumn, Role, Section, Wraps};
use crate::readings::{Marks, read_doubtful};
use crate::record::{Columns as Meanings, Context, RowView, is_empty, read_record};
use crate::rows::{CellLine, assign_centred, assign_top};
use crate::spelling::Mark;
use crate::table::{FactRow, Table, is_carried, is_summary};
use crate::text::{TextLine, WordLine, page_line, squash, trim, word_lines, word_marks};
use crate::values::{currency_prefix, looks_like_date, looks_like_short_date, read_clock, read_when};

/// One page's lines, parted.
struct Body {
    page: usize,
    header: Option<Vec<HeaderCell>>,
    /// Lines of the table, below the header.
    lines: Vec<WordLine>,
    outside: Vec<TextLine>,
    /// A line said that the table ends.
    ended: bool,
}

/// Whether some page has the table's header; how many columns it names.
#[must_use]
pub fn find_header(layout: &Layout, pages: &[Page]) -> Option<usize> {
    // A table that starts later than this has a cover as long as a book.
    pages.iter().take(5).find_map(|page| {
        let (_, cells) = first_header(layout, page, &word_lines(page))?;
        Some(cells.iter().filter(|c| c.role.is_some()).count())
    })
}

/// Reads every page.
#[must_use]
pub fn read_table(layout: &Layout, pages: &[Page], reference: Option<Date>) -> Table {
    let mut table = Table::default();
    let meanings = Meanings::of(layout);
    let bodies: Vec<Body> = pages.iter().enumerate().flat_map(|(index, page)| parts(layout, page, index)).collect();
    let mut at = 0;
    let mut geometry: Option<columns::Columns> = None;
    let mut ended = false;
    let mut context = Context { section: None, reference };
    while let Some(body) = bodies.get(at) {
        // Pages whose headers stand in the same places share their edges, which more rows tell better.
        let end = match &body.header {
            Some(cells) => {
                let same = |b: &&Body| b.header.as_ref().is_none_or(|other| same_place(cells, other));
                let end = at + bodies.get(at..).unwrap_or(&[]).iter().take_while(same).count();
                geometry = Some(find_columns(pages, bodies.get(at..end).unwrap_or(&[]), cells));
                table.found = true;
                end
            }
            None => at + 1,
        };
        for body in bodies.get(at..end).unwrap_or(&[]) {
            let Some(page) = pages.get(body.page) else { continue };
            let first_seq = table.next_seq();
            // A page without the header may still repeat the heading.
            let repeated = body.header.is_none() && geometry.is_some();
            let without_heading = repeated.then(|| without_repeated(page, body, &table.outside));
            let body = without_heading.as_ref().unwrap_or(body);
            let known_outside = table.outside.len();
            // Where each table has its names, one that has ended goes on on no later page.
            ended &= body.header.is_none() && layout.sections.iter().any(|section| section.heads_table);
            match &geometry {
                Some(columns) if !ended => {
                    PageReader { layout, meanings: &meanings, page, columns }.read(body, &mut context, &mut table)
                }
                _ => table.outside.extend(body.lines.iter().map(|line| page_line(page, line))),
            }
            ended |= body.ended;
            let last_seq = table.next_seq().saturating_sub(1);
            let totals = read_totals(&layout.page_totals, &body.outside, &mut table.problems);
            if !totals.is_empty() {
                table.sections.push(SectionTotals { first_seq, last_seq, totals });
            }
            table.outside.extend(body.outside.iter().cloned());
            table.sum_up(layout, known_outside, &mut context.section);
        }
        at = end;
    }
    if table.found && layout.records.is_none() && pages.iter().any(|page| page.reader.is_some()) {
        count_unread(&mut table);
    }
    table
}

/// A page whose header was misread stands outside the table with its rows: they are missing, and nothing may be proven
/// without them.
fn count_unread(table: &mut Table) {
    let unread: Vec<TextLine> = table.outside.iter().filter(|line| line.is_movement()).cloned().collect();
    for line in unread {
        let seq = table.next_seq();
        table.holes.push(seq);
        let problem = Problem::new(
            ProblemCode::UnreadableRow,
            "这一行像是一笔交易，但所在页的表头未能识别：请重拍这一页或上传原始电子文件",
            "this line looks like a movement, but the header of its page could not be read: photograph the page again or \
             hand in the original file",
        );
        table.problems.push(match line.pieces.first() {
            Some(piece) => problem.at(piece.source.clone()).row(seq),
            None => problem.row(seq),
        });
    }
}

/// Lines at the top that stand outside the table on a page before do so here too.
fn without_repeated(page: &Page, body: &Body, outside: &[TextLine]) -> Body {
    let seen: HashSet<String> = outside.iter().map(TextLine::joined).collect();
    let count = body.lines.iter().take_while(|line| seen.contains(&page_line(page, line).joined())).count();
    let (heading, lines) = body.lines.split_at(count);
    let mut all = body.outside.clone();
    all.extend(heading.iter().map(|line| page_line(page, line)));
    Body { page: body.page, header: None, lines: lines.to_vec(), outside: all, ended: body.ended }
}

fn same_place(a: &[HeaderCell], b: &[HeaderCell]) -> bool {
    columns::Columns { cells: a.to_vec(), edges: Vec::new() }.same_place(b)
}

/// A page's one table with what is around it; where sections part the document, each table of the page, before them
/// what may go on from the page before.
fn parts(layout: &Layout, page: &Page, index: usize) -> Vec<Body> {
    let mut lines = if layout.watermark { without_watermark(word_lines(page)) } else { word_lines(page) };
    if layout.sections.is_empty() {
        let header = first_header(layout, page, &lines);
        return vec![part(layout, page, index, lines, header)];
    }
    let headers = all_headers(layout, page, &lines);
    let mut bodies = Vec::with_capacity(headers.len() + 1);
    for (at, cells) in headers.into_iter().rev() {
        let own = lines.split_off(at.min(lines.len()));
        bodies.push(part(layout, page, index, own, Some((0, cells))));
    }
    bodies.push(part(layout, page, index, lines, None));
    bodies.reverse();
    bodies
}

fn part(
    layout: &Layout,
    page: &Page,
    index: usize,
    lines: Vec<WordLine>,
    header: Option<(usize, Vec<HeaderCell>)>,
) -> Body {
    let mut body = Body { page: index, header: None, lines: Vec::new(), outside: Vec::new(), ended: false };
    let start = match header {
        Some((at, cells)) => {
            body.header = Some(cells);
            body.outside.extend(lines.iter().take(at).map(|line| page_line(page, line)));
            at + 1
        }
        None => 0,
    };
    let mut ended = false;
    let mut in_header = body.header.is_some();
    for line in lines.into_iter().skip(start) {
        if in_header {
            let pieces = page_line(page, &line).pieces;
            in_header = pieces.iter().all(|p| layout.header_also.iter().any(|word| squash(&p.text) == *word));
            if in_header {
                if let Some(cells) = &mut body.header {
                    name_more(layout, page, &line, cells);
                }
                continue;
            }
        }
        if !ended {
            let text = page_line(page, &line);
            ended = text.pieces.iter().any(|p| {
                let squashed = squash(&p.text);
                layout.ends_before.iter().any(|mark| squashed.starts_with(mark.as_str()))
            });
            let joined = text.joined();
            ended |= layout.section_of(&joined).is_some_and(|section| section.heads_table);
            let sums_up = layout.totals.lines.iter().any(|pattern| pattern.is_match(&joined)) || layout.is_total(&text);
            if ended || sums_up || layout.skips(&text, &joined) {
                body.outside.push(text);
            } else {
                body.lines.push(line);
            }
        } else {
            body.outside.push(page_line(page, &line));
        }
    }
    body.ended = ended;
    body
}

/// A name in a header's further line, over no column that is named already, names one of its own.
fn name_more(layout: &Layout, page: &Page, line: &WordLine, cells: &mut Vec<HeaderCell>) {
    let apart = |a: &Word, b: &Word| b.x0 - a.x1 > 1.2 * b.font_size;
    for words in line.words.chunk_by(|a, b| !apart(a, b)) {
        let (Some(first), Some(last)) = (words.first(), words.last()) else { continue };
        if cells.iter().any(|cell| cell.x0 < last.x1 && first.x0 < cell.x1) {
            continue;
        }
        let name: String = words.iter().map(|word| squash(page.word_text(word))).collect();
        let named = layout.columns.iter().find(|c| c.optional && c.headers.contains(&name));
        let role = named.map(|c| c.role).filter(|role| cells.iter().all(|cell| cell.role != Some(*role)));
        cells.push(HeaderCell { role, x0: first.x0, x1: last.x1 });
    }
    cells.sort_by(|a, b| a.x0.total_cmp(&b.x0));
}

/// Drops words much larger than most: a watermark's characters stand between those of the table.
fn without_watermark(mut lines: Vec<WordLine>) -> Vec<WordLine> {
    let mut sizes: Vec<f32> = lines.iter().flat_map(|line| line.words.iter().map(|w| w.font_size)).collect();
    sizes.sort_by(f32::total_cmp);
    let usual = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0);
    for line in &mut lines {
        line.words.retain(|word| word.font_size <= 1.6 * usual);
    }
    lines.retain(|line| !line.words.is_empty());
    lines
}

/// Of a picture's lines, at most one in so many reaches over the edge of its column.
const REACHING_SHARE: usize = 8;

fn find_columns(pages: &[Page], bodies: &[Body], cells: &[HeaderCell]) -> columns::Columns {
    // A page without the table's names may still repeat what stands above them, and that is no row.
    let heading: HashSet<String> = bodies.iter().take(1).flat_map(|b| &b.outside).map(TextLine::joined).collect();
    let width = bodies.iter().filter_map(|b| pages.get(b.page)).map(|p| p.width).fold(0.0_f32, f32::max);
    let mut ink = Ink::new(width);
    // A name stands in its own column. On a picture a figure or two reach over the white beside it, and that white is still
    // the edge, not what lies under half of a name.
    let is_read = bodies.iter().filter_map(|body| pages.get(body.page)).any(|page| page.reader.is_some());
    let lines: usize = bodies.iter().map(|body| body.lines.len()).sum();
    let name_lines = if is_read { i32::try_from(lines / REACHING_SHARE).unwrap_or(i32::MAX).max(1) } else { 1 };
    for cell in cells {
        ink.add(cell.x0, cell.x1, name_lines);
    }
    let mut rules = Vec::new();
    for body in bodies {
        let Some(page) = pages.get(body.page) else { continue };
        let repeated = |line: &&WordLine| body.header.is_none() && heading.contains(&page_line(page, line).joined());
        for line in body.lines.iter().skip_while(repeated) {
            ink.add_line(page, line);
        }
        if rules.is_empty() {
            rules.extend(
                page.rules
                    .iter()
                    .filter(|r| (r.x1 - r.x0).abs() < 1.5 && (r.y1 - r.y0).abs() > 6.0)
                    .map(|r| (r.x0 + r.x1) / 2.0),
            );
        }
    }
    rules.sort_by(f32::total_cmp);
    columns::edges(cells.to_vec(), &ink, &rules)
}

struct PageReader<'a, 'c> {
    layout: &'a Layout,
    meanings: &'c Meanings<'a>,
    page: &'c Page,
    columns: &'c columns::Columns,
}

/// The cells of one page by column, their texts in one string.
struct Cells {
    arena: String,
    /// Doubts about its characters, by their offset in it; in order.
    marks: Vec<Mark>,
    by_column: Vec<Vec<CellLine>>,
}

impl Cells {
    /// The doubts about a cell's line, by their offset in a text in which it begins at `start`.
    fn marks_of(&self, line: &CellLine, start: usize) -> impl Iterator<Item = Mark> + '_ {
        let from = self.marks.partition_point(|mark| mark.at < line.text_start);
        let (first, end) = (line.text_start, line.text_end);
        let marks = self.marks.get(from..).unwrap_or(&[]).iter().take_while(move |mark| mark.at < end);
        marks.map(move |mark| Mark { at: start + mark.at - first, ..*mark })
    }
}

impl<'a> PageReader<'a, '_> {
    fn read(&self, body: &Body, context: &mut Context<'a>, table: &mut Table) {
        // Lines that open a section are no part of any row.
        let mut sections: Vec<(f32, &'a Section)> = Vec::new();
        let mut lines = body.lines.clone();
        if !self.layout.sections.is_empty() {
            lines.retain(|line| match self.layout.section_of(&page_line(self.page, line).joined()) {
                Some(section) => {
                    sections.push((line.baseline, section));
                    false
                }
                None => true,
            });
        }
        if let Some(pattern) = self.layout.records.as_ref().and_then(|r| r.totals.as_ref()) {
            lines.retain(|line| {
                let first = page_line(self.page, line).pieces.into_iter().next();
                let adds_up = first.is_some_and(|piece| pattern.is_match(&squash(&piece.text)));
                if adds_up {
                    table.fact_totals = self.fact_totals(line);
                }
                !adds_up
            });
        }
        if self.layout.open_footing {
            lines.retain(|line| {
                let text = page_line(self.page, line);
                let adds_up = self.adds_up(&text);
                if adds_up {
                    table.outside.push(text);
                }
                !adds_up
            });
        }
        if let Some(pattern) = &self.layout.totals.row {
            lines.retain(|line| {
                let first = page_line(self.page, line).pieces.into_iter().next();
                let Some(first) = first.filter(|piece| pattern.is_match(&squash(&piece.text))) else { return true };
                let totals = self.total_line(line, table);
                table.summaries.push(Summary { currency: currency_prefix(&first.text), totals, ..Summary::default() });
                false
            });
        }
        let lines = &lines;
        let cells = self.cells(lines);
        let anchors = self.anchors(&cells, lines);
        if anchors.is_empty() {
            // A page of notes, or a table without rows.
            table.outside.extend(body.lines.iter().map(|line| page_line(self.page, line)));
            return;
        }
        let assign = match self.layout.wraps {
            Wraps::Centred if !self.hang(&cells, &anchors) => assign_centred,
            _ => assign_top,
        };
        let assigned: Vec<Vec<Option<usize>>> = cells.by_column.iter().map(|lines| assign(lines, &anchors)).collect();
        self.complain_of_strays(&cells, lines, &assigned, &anchors, table);
        let shared = self.shared_columns();
        let other_amounts = self.rows_with_other_amounts(&cells, &assigned);
        // Each column's lines are in order, so a cursor per column walks them once.
        let mut cursors = vec![0_usize; cells.by_column.len()];
        let mut texts: [String; ROLE_COUNT] = std::array::from_fn(|_| String::new());
        let mut marks: Marks = std::array::from_fn(|_| Vec::new());
        for (row, anchor) in anchors.iter().enumerate() {
            if let Some((_, section)) = sections.iter().rev().find(|(baseline, _)| baseline < anchor) {
                context.section = Some(section);
            }
            let mut areas: [Option<Area>; ROLE_COUNT] = [None; ROLE_COUNT];
            let mut whole: Option<Area> = None;
            let mut confidence = 1.0_f32;
            for (text, marks) in texts.iter_mut().zip(&mut marks) {
                text.clear();
                marks.clear();
            }
            for (((lines, owners), cursor), header) in
                cells.by_column.iter().zip(&assigned).zip(&mut cursors).zip(&self.columns.cells)
            {
                while let (Some(line), Some(owner)) = (lines.get(*cursor), owners.get(*cursor)) {
                    match owner {
                        Some(owner) if *owner > row => break,
                        Some(owner) if *owner == row => {
                            let area = Area { x0: line.x0, y0: line.top, x1: line.x1, y1: line.bottom };
                            whole = Some(whole.map_or(area, |w| w.union(area)));
                            confidence = confidence.min(line.confidence);
                            if let Some(role) = header.role {
                                if let Some(text) = texts.get_mut(role.index()) {
                                    let more = cells.arena.get(line.text_start..line.text_end).unwrap_or("");
                                    append(role, text, more);
                                    if let Some(marks) = marks.get_mut(role.index()) {
                                        marks.extend(cells.marks_of(line, text.len() - more.len()));
                                    }
                                }
                                if let Some(slot) = areas.get_mut(role.index()) {
                                    *slot = Some(slot.map_or(area, |s| s.union(area)));
                                }
                            }
                        }
                        _ => {}
                    }
                    *cursor += 1;
                }
            }
            let Some(whole) = whole else { continue };
            for (from, to) in &shared {
                let text = texts.get(from.index()).cloned().unwrap_or_default();
                let area = areas.get(from.index()).copied().flatten();
                if let (Some(slot), Some(place)) = (texts.get_mut(to.index()), areas.get_mut(to.index())) {
                    (*slot, *place) = (text, area);
                }
            }
            let place = |role: Option<Role>| -> Source {
                let area = role.and_then(|r| areas.get(r.index()).copied().flatten()).unwrap_or(whole);
                self.page.source(area.x0, area.y0, area.x1, area.y1)
            };
            let mut views = [""; ROLE_COUNT];
            for (view, text) in views.iter_mut().zip(&texts) {
                *view = text.as_str();
            }
            let view = RowView {
                texts: &views,
                kinds: &[CellKind::Text; ROLE_COUNT],
                place: &place,
                confidence,
                context: *context,
            };
            if let Some(records) = &self.layout.records {
                let cell = |column: &RecordColumn| {
                    let text = |slot: Role| views.get(slot.index()).copied().unwrap_or("");
                    (column.text(text), place(Some(column.slot)), confidence)
                };
                let cells = records.columns.iter().map(cell).collect();
                table.facts.push(FactRow { cells, has_other_amounts: other_amounts.contains(&row), lead: None });
                continue;
            }
            let seq = table.next_seq();
            let record = if self.page.reader.is_some() {
                let (record, readings) = read_doubtful(self.meanings, &view, &marks, seq, &mut table.problems);
                table.readings.extend(readings);
                record
            } else {
                read_record(self.meanings, &view, seq, &mut table.problems)
            };
            table.push(record, seq);
        }
        if let Some((_, section)) = sections.last() {
            context.section = Some(section);
        }
    }

    /// Whether a line of a table that no layout describes is no movement: sums of the rows above it, or what was there
    /// before or after them, with its day but without an amount of its own.
    fn adds_up(&self, line: &TextLine) -> bool {
        let figures =
            line.pieces.iter().filter(|piece| piece.text.contains('.') && Money::read(trim(&piece.text)).is_ok());
        let is_dated = line.pieces.iter().any(|piece| looks_like_date(&piece.text));
        line.pieces.first().is_some_and(|first| is_summary(&first.text) && !is_dated)
            || figures.count() <= 1 && line.pieces.iter().any(|piece| is_carried(&piece.text))
    }

    /// Columns that a row needs and that have another's header: (the one that has it, the other).
    fn shared_columns(&self) -> Vec<(Role, Role)> {
        let has_cell = |role: Role| self.columns.cells.iter().any(|c| c.role == Some(role));
        let bare = self.layout.columns.iter().filter(|c| !has_cell(c.role));
        bare.filter_map(|column| {
            let with = self.layout.columns.iter().find(|o| has_cell(o.role) && o.shares_name(column))?;
            Some((with.role, column.role))
        })
        .collect()
    }

    /// Rows with an amount in a column that the layout does not name.
    fn rows_with_other_amounts(&self, cells: &Cells, assigned: &[Vec<Option<usize>>]) -> HashSet<usize> {
        if self.layout.records.is_none() {
            return HashSet::new();
        }
        let unnamed = cells.by_column.iter().zip(assigned).zip(&self.columns.cells).filter(|(_, c)| c.role.is_none());
        let lines = unnamed.flat_map(|((lines, owners), _)| lines.iter().zip(owners));
        let is_amount = |line: &CellLine| {
            let text = cells.arena.get(line.text_start..line.text_end).unwrap_or("");
            Money::read(trim(text)).is_ok_and(|money| !money.is_zero())
        };
        lines.filter(|(line, _)| is_amount(line)).filter_map(|(_, owner)| *owner).collect()
    }

    /// The sums of a line of the table itself, in its columns `in` and `out`.
    fn total_line(&self, line: &WordLine, table: &mut Table) -> DeclaredTotals {
        let cells = self.cells(std::slice::from_ref(line));
        let mut sum = |role: Role| {
            let at = self.columns.cells.iter().position(|c| c.role == Some(role))?;
            let found = cells.by_column.get(at)?.first()?;
            let text = trim(cells.arena.get(found.text_start..found.text_end)?);
            let source = self.page.source(found.x0, found.top, found.x1, found.bottom);
            (!is_empty(None, text))
                .then(|| keep(Money::read(text).ok().map(Money::abs), text, &source, &mut table.problems))?
        };
        DeclaredTotals { in_sum: sum(Role::In), out_sum: sum(Role::Out), ..DeclaredTotals::default() }
    }

    /// The line that adds a table of facts up, as a row.
    fn fact_totals(&self, line: &WordLine) -> Option<FactRow> {
        let records = self.layout.records.as_ref()?;
        let cells = self.cells(std::slice::from_ref(line));
        let cell = |column: &RecordColumn| {
            let at = self.columns.cells.iter().position(|c| c.role == Some(column.slot));
            let Some(found) = at.and_then(|at| cells.by_column.get(at)).and_then(|lines| lines.first()) else {
                return (String::new(), self.page.source(0.0, 0.0, 0.0, 0.0), 1.0);
            };
            let text = cells.arena.get(found.text_start..found.text_end).unwrap_or("");
            let source = self.page.source(found.x0, found.top, found.x1, found.bottom);
            (trim(text).to_owned(), source, found.confidence)
        };
        Some(FactRow { cells: records.columns.iter().map(cell).collect(), has_other_amounts: false, lead: None })
    }

    fn cells(&self, lines: &[WordLine]) -> Cells {
        let count = self.columns.cells.len();
        let mut cells = Cells {
            arena: String::with_capacity(self.page.text.len()),
            marks: Vec::new(),
            by_column: vec![Vec::new(); count],
        };
        for (index, line) in lines.iter().enumerate() {
            for word in &line.words {
                let (first, last) = (self.columns.at(word.x0), self.columns.at(word.x1));
                if first == last {
                    self.add(&mut cells, index, line, first, self.page.word_text(word), (word.x0, word.x1), word);
                    self.add_marks(&mut cells, word, 0..usize::MAX);
                    continue;
                }
                // A run over an edge: each glyph goes to the column its middle is in.
                let mut run = String::new();
                let mut open: Option<(usize, f32, f32)> = None;
                let mut start = 0;
                for (place, (character, x0, x1)) in self.page.glyphs(word).enumerate() {
                    let column = self.columns.at((x0 + x1) / 2.0);
                    match &mut open {
                        Some((current, _, right)) if *current == column => *right = x1,
                        _ => {
                            if let Some((column, left, right)) = open {
                                self.add(&mut cells, index, line, column, &run, (left, right), word);
                                self.add_marks(&mut cells, word, start..place);
                            }
                            run.clear();
                            open = Some((column, x0, x1));
                            start = place;
                        }
                    }
                    run.push(character);
                }
                if let Some((column, left, right)) = open {
                    self.add(&mut cells, index, line, column, &run, (left, right), word);
                    self.add_marks(&mut cells, word, start..usize::MAX);
                }
            }
        }
        cells
    }

    /// The doubts about the word's characters in `range`, which end the arena.
    fn add_marks(&self, cells: &mut Cells, word: &Word, range: Range<usize>) {
        if self.page.doubts.is_empty() {
            return;
        }
        let text = self.page.word_text(word);
        let offset_of = |place: usize| text.char_indices().nth(place).map_or(text.len(), |(offset, _)| offset);
        let (start, end) = (offset_of(range.start), offset_of(range.end));
        let arena_start = cells.arena.len().saturating_sub(end - start);
        let inside = word_marks(self.page, word, 0).filter(|mark| (start..end).contains(&mark.at));
        cells.marks.extend(inside.map(|mark| Mark { at: arena_start + mark.at - start, ..mark }));
    }

    #[allow(clippy::too_many_arguments)]
    fn add(
        &self,
        cells: &mut Cells,
        index: usize,
        line: &WordLine,
        column: usize,
        text: &str,
        (x0, x1): (f32, f32),
        word: &model::page::Word,
    ) {
        let Some(lines) = cells.by_column.get_mut(column) else { return };
        match lines.last_mut() {
            // The cell's text on this line goes on; columns are walked left to right, so it ends the arena.
            Some(open) if open.line == index && open.text_end == cells.arena.len() => {
                if x0 - open.x1 > 0.15 * word.font_size {
                    cells.arena.push(' ');
                }
                cells.arena.push_str(text);
                open.text_end = cells.arena.len();
                open.x1 = open.x1.max(x1);
                open.top = open.top.min(word.top);
                open.bottom = open.bottom.max(word.bottom);
                open.confidence = open.confidence.min(word.confidence);
            }
            _ => {
                let text_start = cells.arena.len();
                cells.arena.push_str(text);
                lines.push(CellLine {
                    line: index,
                    baseline: line.baseline,
                    font_size: word.font_size,
                    text_start,
                    text_end: cells.arena.len(),
                    x0,
                    x1,
                    top: word.top,
                    bottom: word.bottom,
                    confidence: word.confidence,
                });
            }
        }
    }

    /// Baselines of the rows.
    ///
    /// Where date and amount stand on one line, a line with a date is a row, and so is one without but with an amount
    /// and a balance. Where a date takes two lines around its row (the day over the time), the amount marks the row.
    fn anchors(&self, cells: &Cells, lines: &[WordLine]) -> Vec<f32> {
        let column = |role: Role| self.columns.cells.iter().position(|c| c.role == Some(role));
        let marks = |role: Role, test: &dyn Fn(&str) -> bool| -> Vec<bool> {
            let mut found = vec![false; lines.len()];
            for cell in column(role).and_then(|c| cells.by_column.get(c)).into_iter().flatten() {
                if test(cells.arena.get(cell.text_start..cell.text_end).unwrap_or(""))
                    && let Some(slot) = found.get_mut(cell.line)
                {
                    *slot = true;
                }
            }
            found
        };
        let at = |marks: &[bool], index: usize| marks.get(index).copied().unwrap_or(false);
        let form = self.layout.column(Role::Time).map_or(DateForm::YearFirst, |c| c.form);
        let records = self.layout.records.as_ref();
        let month = records.and_then(|r| r.columns.iter().find(|c| c.slot == Role::Time && c.value == FactKind::Month));
        let is_month = |text: &str| month.is_some_and(|column| column.looks_like_month(text));
        let is_date = |text: &str| {
            looks_like_date(text)
                || form != DateForm::YearFirst && looks_like_short_date(text)
                || is_month(text)
                || read_when(text).is_some()
        };
        // A table of facts without dates has its amounts to mark the rows.
        let undated = records.is_some() && column(Role::Time).is_none();
        let dated = marks(Role::Time, &is_date);
        let summaries = marks(Role::Time, &|text| is_summary(text));
        let amounts: Vec<Vec<bool>> = [Role::Amount, Role::In, Role::Out]
            .iter()
            .map(|role| {
                let pattern = self.layout.column(*role).and_then(|c| c.pattern.as_ref());
                marks(*role, &|text| match pattern {
                    Some(pattern) => pattern.is_match(trim(text)),
                    None => Money::read(trim(text)).is_ok(),
                })
            })
            .collect();
        let has_amount = |index: usize| amounts.iter().any(|m| at(m, index));
        let balance = self.layout.column(Role::Balance).and_then(|c| c.pattern.as_ref());
        let balances = marks(Role::Balance, &|text| match balance {
            Some(pattern) => pattern.is_match(trim(text)),
            None => Money::read(trim(text)).is_ok(),
        });
        let indexes = || 0..lines.len();
        let (dates, both) = (
            indexes().filter(|i| at(&dated, *i)).count(),
            indexes().filter(|i| at(&dated, *i) && has_amount(*i)).count(),
        );
        let apart = dates > 0 && both * 2 < dates && indexes().any(has_amount);
        let is_anchor = |index: usize| {
            if at(&summaries, index) {
                return false;
            }
            if apart || form != DateForm::YearFirst {
                return has_amount(index) || !apart && at(&dated, index);
            }
            at(&dated, index) || has_amount(index) && (undated || at(&balances, index))
        };
        lines.iter().enumerate().filter(|(index, _)| is_anchor(*index)).map(|(_, line)| line.baseline).collect()
    }

    /// Whether the rows hang from their first line although the layout has them centred: the time of day then stands
    /// under the day, and the day on the row's own line.
    fn hang(&self, cells: &Cells, anchors: &[f32]) -> bool {
        let Some(times) = self.columns.cells.iter().position(|c| c.role == Some(Role::Time)) else { return false };
        let times = cells.by_column.get(times).map_or(&[][..], Vec::as_slice);
        let on_anchor = |line: &CellLine| anchors.iter().any(|a| (a - line.baseline).abs() <= 0.3 * line.font_size);
        let text = |line: &CellLine| cells.arena.get(line.text_start..line.text_end).unwrap_or("");
        let under = times.windows(2).filter(|pair| {
            matches!(pair, [day, clock] if on_anchor(day) && looks_like_date(text(day))
                && !on_anchor(clock) && read_clock(text(clock)).is_some())
        });
        2 * under.count() > anchors.len()
    }

    fn complain_of_strays(
        &self,
        cells: &Cells,
        lines: &[WordLine],
        assigned: &[Vec<Option<usize>>],
        anchors: &[f32],
        table: &mut Table,
    ) {
        let first_anchor = anchors.first().copied().unwrap_or(0.0);
        let last_anchor = anchors.last().copied().unwrap_or(f32::MAX);
        let mut footing = vec![false; lines.len()];
        for (column, owners) in cells.by_column.iter().zip(assigned) {
            for (cell, _) in column.iter().zip(owners).filter(|(_, owner)| owner.is_none()) {
                let text = cells.arena.get(cell.text_start..cell.text_end).unwrap_or("");
                let squashed = squash(text);
                // The header's second line, in the header's own words.
                if cell.baseline < first_anchor && self.layout.header_also.iter().any(|w| squashed == *w) {
                    continue;
                }
                if self.layout.open_footing && cell.baseline > last_anchor + 2.0 * cell.font_size {
                    if let Some(slot) = footing.get_mut(cell.line) {
                        *slot = true;
                    }
                    continue;
                }
                let shown: String = text.chars().take(40).collect();
                table.problems.push(
                    Problem::new(
                        ProblemCode::StrayText,
                        format!("表格中有文字不属于任何一行：“{shown}”"),
                        format!("text inside the table belongs to no row: {shown:?}"),
                    )
                    .at(self.page.source(cell.x0, cell.top, cell.x1, cell.bottom)),
                );
            }
        }
        let footing = lines.iter().zip(&footing).filter(|(_, is_footing)| **is_footing);
        table.outside.extend(footing.map(|(line, _)| page_line(self.page, line)));
    }
}

/// Joins a wrapped cell's next line: writing goes on without a blank, two Latin words keep one, and so do a day and
/// the time under it.
fn append(role: Role, text: &mut String, more: &str) {
    let (Some(before), Some(after)) = (text.chars().next_back(), more.chars().next()) else {
        text.push_str(more);
        return;
    };
    let words = before.is_ascii_alphabetic() && after.is_ascii_alphabetic() && before.is_lowercase();
    // A time of day that is broken after its colon goes on.
    let day_and_time = role == Role::Time && before != ':' && looks_like_date(text) && after.is_ascii_digit();
    if words || day_and_time {
        text.push(' ');
    }
    text.push_str(more);
}
