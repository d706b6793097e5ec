//! The list of movements that an app shows, off its screenshots: items under each other, each with its title on the
//! left, a signed amount on the right, and its time somewhere below.
//!
//! There is no header and there are no columns: amounts at the right edge mark the items, the widest gap between two of
//! them parts what stands around them, and patterns tell what each text is. Screenshots that follow one another
//! overlap; what two of them show is one row.

use std::collections::HashMap;

use jiff::civil::Date;
use model::page::Page;
use model::problem::ProblemCode;
use model::sheet::CellKind;
use model::source::{Area, Source};
use model::statement::{DeclaredTotals, SectionTotals, Transaction};
use model::{Money, Problem, Sourced, When};
use regex::Captures;

use crate::layout::{Layout, List, ROLE_COUNT, Role};
use crate::pattern::Pattern;
use crate::readings::{Marks, RowReadings, read_doubtful};
use crate::record::{Columns, Context, Record, RowView};
use crate::spelling::{Mark, amount_spellings};
use crate::table::Table;
use crate::text::{Piece, TextLine, WordLine, placed_pieces, trim, word_lines};

/// Amounts stand at the right edge: apps leave a twentieth of the width there, some an arrow's place more.
const AMOUNT_RIGHT_MIN: f32 = 0.8;
/// Fewer are no list.
const ITEMS_MIN: usize = 2;

/// A piece of text with its place, in points.
#[derive(Debug, Clone)]
struct Bit {
    text: String,
    marks: Vec<Mark>,
    area: Area,
    source: Source,
    confidence: f32,
}

impl Bit {
    fn middle(&self) -> f32 {
        (self.area.y0 + self.area.y1) / 2.0
    }

    fn height(&self) -> f32 {
        self.area.y1 - self.area.y0
    }
}

/// A line of one page.
#[derive(Debug, Clone)]
struct Line {
    bits: Vec<Bit>,
    text: TextLine,
}

impl Line {
    fn middle(&self) -> f32 {
        self.bits.iter().map(Bit::middle).sum::<f32>() / self.bits.len().max(1) as f32
    }
}

/// One item: its amount, and the other pieces of text that stand around it.
#[derive(Debug)]
struct Item {
    amount: Bit,
    bits: Vec<Bit>,
}

/// What a page shows, from top to bottom.
#[derive(Debug)]
enum Block {
    /// Lines outside the items, among them a month with its sums.
    Heading(Vec<TextLine>),
    Item(Item),
}

/// How many items the pages show as this layout's app does; `None` when they are no such list.
#[must_use]
pub fn count_items(list: &List, layout: &Layout, pages: &[Page]) -> Option<usize> {
    let mut dated = 0;
    let mut items = 0;
    // A list of screenshots tells itself by its first.
    for page in pages.iter().take(3).filter(|page| page.reader.is_some()) {
        for block in blocks(list, layout, page) {
            if let Block::Item(item) = block {
                items += 1;
                // A table has its dates on the line of the amounts.
                let is_below = |bit: &Bit| bit.area.y0 > item.amount.middle();
                let is_time = |bit: &Bit| list.time.iter().any(|pattern| pattern.is_match(trim(&bit.text)));
                dated += usize::from(item.bits.iter().any(|bit| is_below(bit) && is_time(bit)));
            }
        }
    }
    // The first and the last item of a screenshot may be cut.
    (items >= ITEMS_MIN && dated + 2 >= items && dated * 2 >= items).then_some(dated)
}

/// Reads every page; pages that overlap are stitched.
#[must_use]
pub fn read_table(layout: &Layout, list: &List, pages: &[Page]) -> Table {
    let mut table = Table::default();
    let columns = Columns::of(layout);
    let mut context = Months::default();
    let mut sections: Vec<Section> = Vec::new();
    for page in pages {
        // The next screenshot may show again what this one showed.
        context.start_over();
        let mut rows: Vec<(Record, Option<RowReadings>)> = Vec::new();
        let mut headings: Vec<(usize, Vec<TextLine>)> = Vec::new();
        let mut problems: Vec<(usize, Problem)> = Vec::new();
        for block in blocks(list, layout, page) {
            match block {
                Block::Heading(lines) => {
                    if let Some(month) = lines.iter().find_map(|line| month_of(list, line)) {
                        context.enter(month);
                    }
                    headings.push((rows.len(), lines));
                }
                Block::Item(item) => {
                    let mut own = Vec::new();
                    match item_row(list, layout, &columns, &item, &mut context, &mut own) {
                        Ok(row) => rows.push(row),
                        Err(problem) => own.push(problem),
                    }
                    problems.extend(own.into_iter().map(|problem| (rows.len().saturating_sub(1), problem)));
                }
            }
        }
        let shared = overlap(&table.transactions, &rows);
        let start = table.transactions.len();
        let first_new = start - replaced(&mut table, &mut rows, shared);
        // A heading of the second screenshot over rows that the first one shows too was read there.
        for (at, lines) in headings {
            let totals = totals_of(list, &lines, &mut table.problems);
            let is_new = at >= shared && !lines.is_empty();
            table.outside.extend(lines);
            if let Some(totals) = totals.filter(|_| is_new || at == 0 && shared == 0) {
                sections.push(Section { first: first_new + at, totals });
            }
        }
        let kept = |at: usize| at >= shared;
        let mut renumbered: HashMap<usize, u32> = HashMap::new();
        for (at, (record, readings)) in rows.into_iter().enumerate() {
            if !kept(at) {
                continue;
            }
            let seq = table.next_seq();
            renumbered.insert(at, seq);
            let mut record = record;
            record.transaction.seq = seq;
            table.readings.extend(readings.map(|readings| RowReadings { seq, ..readings }));
            table.push(Ok(record), seq);
        }
        for (at, problem) in problems {
            match renumbered.get(&at) {
                Some(seq) if problem.seq.is_some() => table.problems.push(problem.row(*seq)),
                None if problem.seq.is_some() => {}
                _ => table.problems.push(problem),
            }
        }
    }
    table.found = !table.transactions.is_empty();
    section_totals(&mut table, sections);
    table
}

/// A month's heading with its sums, and the index of the first row under it.
struct Section {
    first: usize,
    totals: DeclaredTotals,
}

/// The sums of a month are about the rows down to the next heading. A list that is cut before the next heading may show
/// a part of them only.
fn section_totals(table: &mut Table, sections: Vec<Section>) {
    let ends: Vec<usize> =
        sections.iter().skip(1).map(|section| section.first).chain([table.transactions.len()]).collect();
    let last = sections.len().saturating_sub(1);
    for (at, (section, end)) in sections.into_iter().zip(ends).enumerate() {
        let seq = |index: usize| table.transactions.get(index).map(|row| row.seq);
        let (Some(first_seq), Some(last_seq)) = (seq(section.first), end.checked_sub(1).and_then(seq)) else {
            continue;
        };
        if at == last {
            table.open_sections.push(first_seq);
        }
        table.sections.push(SectionTotals { first_seq, last_seq, totals: section.totals });
    }
}

// ---- the blocks of a page ----

fn lines_of(page: &Page) -> Vec<Line> {
    let line = |words: &WordLine| {
        let placed = placed_pieces(page, words);
        let text = TextLine { pieces: placed.iter().map(|(piece, _)| piece.clone()).collect() };
        let bit = |(piece, area): (Piece, Area)| {
            let Piece { text, marks, source, confidence } = piece;
            Bit { text, marks, area, source, confidence }
        };
        Line { bits: placed.into_iter().map(bit).collect(), text }
    };
    word_lines(page).iter().map(line).filter(|line| !line.bits.is_empty()).collect()
}

fn is_heading(list: &List, line: &Line) -> bool {
    let text = line.text.joined();
    let sums = [&list.in_sum, &list.out_sum];
    list.month.as_ref().is_some_and(|month| month.is_match(trim(&text)))
        || sums.into_iter().flatten().any(|sum| sum.is_match(&text))
}

/// Whether a text at the right edge is an item's amount, in whatever doubt its digits are.
fn is_amount(list: &List, pattern: Option<&Pattern>, page: &Page, bit: &Bit) -> bool {
    if bit.area.x1 < AMOUNT_RIGHT_MIN * page.width || !bit.text.chars().any(|c| c.is_ascii_digit()) {
        return false;
    }
    if list.marked.iter().any(|(_, pattern)| pattern.is_match(trim(&bit.text))) {
        return false;
    }
    let fits = |text: &str| pattern.is_none_or(|pattern| pattern.is_match(trim(text)));
    let has_sum = |text: &str| text.contains('.') && fits(text);
    has_sum(&bit.text) || amount_spellings(&bit.text, &bit.marks).others.iter().any(|other| has_sum(&other.text))
}

fn blocks(list: &List, layout: &Layout, page: &Page) -> Vec<Block> {
    let pattern = layout.column(Role::Amount).and_then(|column| column.pattern.as_ref());
    let lines = lines_of(page);
    let heading: Vec<bool> = lines.iter().map(|line| is_heading(list, line)).collect();
    let amount_in = |line: &Line| line.bits.iter().position(|bit| is_amount(list, pattern, page, bit));
    let anchors: Vec<(usize, usize)> = lines
        .iter()
        .enumerate()
        .filter(|(at, _)| !heading.get(*at).copied().unwrap_or(false))
        .filter_map(|(at, line)| Some((at, amount_in(line)?)))
        .collect();
    let middle = |at: usize| lines.get(at).map_or(0.0, Line::middle);
    // Each line's item.
    let mut owner: Vec<Option<usize>> = vec![None; lines.len()];
    for (item, (line, _)) in anchors.iter().enumerate() {
        let next = anchors.get(item + 1).map_or(lines.len(), |(next, _)| *next);
        let end = (*line + 1..next).find(|at| heading.get(*at) == Some(&true)).unwrap_or(next);
        let is_last = end == lines.len();
        let stop = if is_last || end < next { end } else { split(*line, end, &middle) };
        // Below the last item stand the app's own buttons: an item is as high as those before it.
        let before = item.checked_sub(1).and_then(|before| anchors.get(before)).map(|(before, _)| *before);
        let size = lines.get(*line).and_then(|l| l.bits.first()).map_or(0.0, Bit::height);
        let reach = before.map_or(4.0 * size, |before| 0.85 * (middle(*line) - middle(before)));
        for at in *line..stop {
            if let Some(slot) = owner.get_mut(at)
                && (!is_last || middle(at) - middle(*line) <= reach)
            {
                *slot = Some(item);
            }
        }
        // What stands between the split and the next amount is the next item's.
        if !is_last && end == next {
            for slot in owner.get_mut(stop..next).into_iter().flatten() {
                *slot = Some(item + 1);
            }
        }
        // A title may stand a little above its amount.
        let start = (0..*line).rev().take_while(|at| {
            owner.get(*at) == Some(&None)
                && heading.get(*at) == Some(&false)
                && middle(*line) - middle(*at) <= 1.2 * size
        });
        for at in start.collect::<Vec<_>>() {
            if let Some(slot) = owner.get_mut(at) {
                *slot = Some(item);
            }
        }
    }
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<(usize, Item)> = None;
    for (at, line) in lines.iter().enumerate() {
        match owner.get(at).copied().flatten() {
            Some(item) => {
                if open.as_ref().is_none_or(|(current, _)| *current != item) {
                    blocks.extend(open.take().map(|(_, item)| Block::Item(item)));
                    let amount = anchors.get(item).and_then(|(line, bit)| lines.get(*line)?.bits.get(*bit)).cloned();
                    open = amount.map(|amount| (item, Item { amount, bits: Vec::new() }));
                }
                if let Some((_, item)) = &mut open {
                    let own = |bit: &&Bit| bit.source != item.amount.source;
                    item.bits.extend(line.bits.iter().filter(own).cloned());
                }
            }
            None => {
                blocks.extend(open.take().map(|(_, item)| Block::Item(item)));
                match blocks.last_mut() {
                    Some(Block::Heading(lines)) => lines.push(line.text.clone()),
                    _ => blocks.push(Block::Heading(vec![line.text.clone()])),
                }
            }
        }
    }
    blocks.extend(open.take().map(|(_, item)| Block::Item(item)));
    blocks
}

/// The first line of the next item, among the lines after `anchor` up to `next`: behind the widest gap.
fn split(anchor: usize, next: usize, middle: &dyn Fn(usize) -> f32) -> usize {
    (anchor + 1..=next)
        .max_by(|a, b| {
            let gap = |at: usize| middle(at) - middle(at - 1);
            gap(*a).total_cmp(&gap(*b)).then(b.cmp(a))
        })
        .unwrap_or(next)
}

// ---- one item ----

/// Which day a time without its year is of: lists run from the newest to the oldest, so it is the last such day that is
/// not after the item before it, or not after the month that stands above.
#[derive(Debug, Default)]
struct Months {
    latest: Option<Date>,
    /// The first day of the screenshot.
    first: Option<Date>,
}

impl Months {
    fn start_over(&mut self) {
        self.latest = self.first.take().or(self.latest);
    }

    fn enter(&mut self, month: Date) {
        let last = month.last_of_month();
        self.latest = Some(self.latest.map_or(last, |latest| latest.min(last).max(month)));
    }

    fn day(&mut self, year: Option<i16>, month: i8, day: i8) -> Option<Date> {
        let date = match year {
            Some(year) => Date::new(year, month, day).ok(),
            None => {
                let latest = self.latest?;
                // 29 February exists in some years only.
                (0..=4).find_map(|back| Date::new(latest.year() - back, month, day).ok().filter(|d| *d <= latest))
            }
        }?;
        self.latest = Some(date);
        self.first = self.first.or(Some(date));
        Some(date)
    }
}

fn number<T: std::str::FromStr>(captures: &Captures<'_>, name: &str) -> Option<T> {
    captures.name(name)?.as_str().parse().ok()
}

fn month_of(list: &List, line: &TextLine) -> Option<Date> {
    let text = line.joined();
    let captures = list.month.as_ref()?.captures(trim(&text))?;
    Date::new(number(&captures, "year")?, number(&captures, "month")?, 1).ok()
}

fn totals_of(list: &List, lines: &[TextLine], problems: &mut Vec<Problem>) -> Option<DeclaredTotals> {
    let mut find = |pattern: Option<&Pattern>| -> Option<Sourced<Money>> {
        let pattern = pattern?;
        lines.iter().find_map(|line| {
            let text = line.joined();
            let found = pattern.captures(&text)?.get(1)?;
            let source = &line.piece_at(found.start())?.source;
            crate::fields::keep(Money::read(trim(found.as_str())).ok(), found.as_str(), source, problems)
        })
    };
    let totals = DeclaredTotals {
        in_sum: find(list.in_sum.as_ref()),
        out_sum: find(list.out_sum.as_ref()),
        ..DeclaredTotals::default()
    };
    (!totals.is_empty()).then_some(totals)
}

/// The time of an item as a text that every reader of dates knows.
fn time_text(list: &List, text: &str, months: &mut Months) -> Option<String> {
    let captures = list.time.iter().find_map(|pattern| pattern.captures(text))?;
    let day = months.day(number(&captures, "year"), number(&captures, "month")?, number(&captures, "day")?)?;
    let clock = captures.name("clock").map_or(String::new(), |clock| format!(" {}", clock.as_str()));
    Some(format!("{day}{clock}"))
}

fn item_row(
    list: &List,
    layout: &Layout,
    columns: &Columns<'_>,
    item: &Item,
    months: &mut Months,
    problems: &mut Vec<Problem>,
) -> Result<(Record, Option<RowReadings>), Problem> {
    let mut texts: [String; ROLE_COUNT] = std::array::from_fn(|_| String::new());
    let mut places: [Option<Source>; ROLE_COUNT] = std::array::from_fn(|_| None);
    let mut marks: Marks = std::array::from_fn(|_| Vec::new());
    let mut set = |role: Role, text: &str, bit: &Bit, own: Vec<Mark>| {
        if let (Some(slot), Some(place), Some(doubts)) =
            (texts.get_mut(role.index()), places.get_mut(role.index()), marks.get_mut(role.index()))
        {
            if !slot.is_empty() {
                slot.push(' ');
            }
            slot.push_str(text);
            place.get_or_insert_with(|| bit.source.clone());
            *doubts = own;
        }
    };
    set(Role::Amount, &item.amount.text, &item.amount, item.amount.marks.clone());
    let is_time = |bit: &&Bit| list.time.iter().any(|pattern| pattern.is_match(trim(&bit.text)));
    let time = item.bits.iter().find(is_time);
    // A picture at the left edge may hold a letter of the name.
    let left = time.map_or(0.0, |bit| bit.area.x0 - bit.height());
    let mut roles = list.texts.iter();
    let mut role = None;
    let mut whole = item.amount.area;
    let mut confidence = item.amount.confidence;
    for bit in &item.bits {
        let text = trim(&bit.text);
        if bit.area.x1 <= left {
            continue;
        }
        whole = whole.union(bit.area);
        confidence = confidence.min(bit.confidence);
        if time.is_some_and(|time| time.source == bit.source) {
            match time_text(list, text, months) {
                Some(full) => set(Role::Time, &full, bit, Vec::new()),
                // The problem shows what is printed.
                None => set(Role::Time, text, bit, Vec::new()),
            }
        } else if let Some((marked, captures)) =
            list.marked.iter().find_map(|(role, pattern)| Some((*role, pattern.captures(text)?)))
        {
            let found = captures.get(1).map_or(text, |group| group.as_str());
            let start = (found.as_ptr() as usize).saturating_sub(bit.text.as_ptr() as usize);
            let own = bit.marks.iter().filter(|mark| (start..start + found.len()).contains(&mark.at));
            let own = own.map(|mark| Mark { at: mark.at - start, ..*mark }).collect();
            set(marked, found, bit, own);
        } else if bit.area.x0 < 0.6 * item.amount.area.x1 {
            role = roles.next().or(role);
            if let Some(role) = role {
                set(*role, text, bit, Vec::new());
            }
        } else {
            problems.push(stray(bit));
        }
    }
    let whole_source = union_source(item, left);
    let place = |role: Option<Role>| -> Source {
        let own = role.and_then(|role| places.get(role.index()).cloned().flatten());
        own.unwrap_or_else(|| whole_source.clone())
    };
    let mut views = [""; ROLE_COUNT];
    for (view, text) in views.iter_mut().zip(&texts) {
        *view = text.as_str();
    }
    let kinds = [CellKind::Text; ROLE_COUNT];
    let view = RowView { texts: &views, kinds: &kinds, place: &place, confidence, context: Context::default() };
    let known = problems.len();
    let (record, readings) = read_doubtful(columns, &view, &marks, 0, problems);
    let record = record?;
    if record.transaction.time.is_none() && problems.len() == known && layout.column(Role::Time).is_some() {
        let printed = texts.get(Role::Time.index()).map_or("", String::as_str);
        problems.push(
            Problem::new(
                ProblemCode::UnreadableCell,
                format!("这一条没有可识别的日期“{printed}”：请连同月份一起截图"),
                format!("this item has no date that can be told ({printed:?}): take the month into the screenshot"),
            )
            .at(place(None))
            .row(0),
        );
    }
    Ok((record, readings))
}

fn union_source(item: &Item, left: f32) -> Source {
    let own = item.bits.iter().filter(|bit| bit.area.x1 > left).map(|bit| &bit.source);
    own.fold(item.amount.source.clone(), |whole, source| match (whole, source) {
        (Source::Page { page, area }, Source::Page { area: other, .. }) => {
            Source::Page { page, area: area.union(*other) }
        }
        (whole, _) => whole,
    })
}

fn stray(bit: &Bit) -> Problem {
    let shown: String = bit.text.chars().take(40).collect();
    Problem::new(
        ProblemCode::StrayText,
        format!("列表中有文字不知何意：“{shown}”"),
        format!("text of the list that nothing is known of: {shown:?}"),
    )
    .at(bit.source.clone())
}

// ---- overlapping screenshots ----

fn same_row(a: &Transaction, b: &Transaction) -> bool {
    let agree = |x: Option<When>, y: Option<When>| x.is_none() || y.is_none() || x == y;
    a.amount == b.amount
        && a.flow == b.flow
        && agree(a.time, b.time)
        && (a.balance.is_none() || b.balance.is_none() || a.balance == b.balance)
}

/// How many rows at the end of the list so far the next screenshot begins with.
fn overlap(known: &[Transaction], next: &[(Record, Option<RowReadings>)]) -> usize {
    let most = known.len().min(next.len());
    (1..=most)
        .rev()
        .find(|count| {
            let tail = known.get(known.len() - count..).unwrap_or(&[]);
            tail.iter().zip(next).all(|(a, (b, _))| same_row(a, &b.transaction))
                // Rows cut in half at both edges are no evidence by themselves.
                && tail.iter().zip(next).any(|(a, (b, _))| a.time.is_some() && a.time == b.transaction.time)
        })
        .unwrap_or(0)
}

/// Rows that were cut at the foot of the screenshot before are taken as the next one shows them; returns how many of
/// the shared rows lie before the new ones (all of them).
fn replaced(table: &mut Table, next: &mut [(Record, Option<RowReadings>)], shared: usize) -> usize {
    let start = table.transactions.len() - shared.min(table.transactions.len());
    for (known, (record, _)) in table.transactions.iter_mut().skip(start).zip(next.iter_mut()) {
        let whole = &record.transaction;
        if known.time.is_none() && whole.time.is_some() {
            let seq = known.seq;
            *known = Transaction { seq, ..whole.clone() };
            table.problems.retain(|problem| problem.seq != Some(seq));
        } else if known.counterparty.is_none() {
            known.counterparty.clone_from(&whole.counterparty);
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_its_year_is_not_after_the_one_above_it() {
        let mut months = Months::default();
        assert_eq!(months.day(None, 1, 5), None, "nothing says the year");
        months.enter(Date::constant(2025, 1, 1));
        let mut day = |month, day| months.day(None, month, day).map(|d| d.to_string());
        assert_eq!(day(1, 5).as_deref(), Some("2025-01-05"));
        assert_eq!(day(12, 30).as_deref(), Some("2024-12-30"));
        assert_eq!(day(2, 29).as_deref(), Some("2024-02-29"));
    }

    #[test]
    fn the_widest_gap_parts_two_items() {
        let at = [0.0, 60.0, 110.0, 200.0];
        assert_eq!(split(0, 3, &|i| at[i]), 3);
        let at = [0.0, 60.0, 160.0, 200.0];
        assert_eq!(split(0, 3, &|i| at[i]), 2, "a title stands over its amount");
    }
}
