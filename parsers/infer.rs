//! Statements of issuers that no layout describes.
//!
//! The table is found by what its header's words mean elsewhere, or by standing above the first row with a date and
//! an amount. What each column is follows from its name and from what is in it. Where several readings are possible —
//! which of two figures is the balance, whether 借 is out, what an unsigned amount's direction is — each is tried,
//! and the one whose equations hold is the right one. The readings are layouts like any other, read by the same engine.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use model::document::{Content, Document};
use model::page::Page;
use model::proof::ProofStatus;
use model::sheet::{CellKind, Sheet};
use model::statement::{Flow, Parsed, ParserId, StatementKind};
use model::{Money, Text};
use regex::Regex;
use serde::Deserialize;

use crate::grid;
use crate::layout::{
    Column, FactKind, FieldName, FieldSpec, Layout, Medium, RecordColumn, Records, Role, Sign, SumRule, TotalsSpec,
    Wraps,
};
use crate::text::{page_line, squash, trim, word_lines};
use crate::values::{looks_like_date, read_clock, read_when_cell};

/// What is printed as the parser of a statement read by inference.
pub const ID: &str = "generic";
/// Raised when an old sample's output changes.
pub const VERSION: u32 = 1;

/// Tables wider than this are not statements; it also bounds the readings that are tried.
const COLUMNS_MAX: usize = 20;
/// Rows whose cells tell what a column is.
const ROWS_TYPED: usize = 200;
/// Readings tried at most. Two money columns and four ways to tell a direction make sixteen.
const READINGS_MAX: usize = 48;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Synonyms {
    columns: BTreeMap<Role, Vec<String>>,
    parts: Vec<Part>,
    directions: BTreeMap<Flow, Vec<String>>,
    brackets: BTreeMap<Flow, Vec<String>>,
    labels: Labels,
    table: TableWords,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    role: Role,
    any: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    holder: Vec<String>,
    id_number: Vec<String>,
    account: Vec<String>,
    currency: Vec<String>,
    period: Vec<String>,
    issued: Vec<String>,
    opening_balance: Vec<String>,
    closing_balance: Vec<String>,
    in_sum: Vec<String>,
    out_sum: Vec<String>,
    in_rows: Vec<String>,
    out_rows: Vec<String>,
    rows: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableWords {
    ends_before: Vec<String>,
    skip: Vec<String>,
}

/// The table of words, or why it is refused (a test holds it to being sound).
fn synonyms() -> Result<&'static Synonyms, &'static str> {
    static SYNONYMS: OnceLock<Result<Synonyms, String>> = OnceLock::new();
    SYNONYMS
        .get_or_init(|| toml::from_str(include_str!("synonyms.toml")).map_err(|why| why.to_string()))
        .as_ref()
        .map_err(String::as_str)
}

/// Every name and label of the table of words.
pub fn known_words() -> Vec<String> {
    let Ok(words) = synonyms() else { return Vec::new() };
    let labels = &words.labels;
    let lists = [
        &labels.holder,
        &labels.id_number,
        &labels.account,
        &labels.currency,
        &labels.period,
        &labels.issued,
        &labels.opening_balance,
        &labels.closing_balance,
        &labels.in_sum,
        &labels.out_sum,
        &labels.in_rows,
        &labels.out_rows,
        &labels.rows,
    ];
    words.columns.values().chain(lists).flatten().cloned().collect()
}

/// Reads a document by inference. `None` when it has no table of movements that makes sense.
#[must_use]
pub fn infer(document: &Document) -> Option<Parsed> {
    let words = synonyms().ok()?;
    let with_points = with_decimal_points(document);
    let document = with_points.as_ref().unwrap_or(document);
    let mut best: Option<(Rank, Parsed)> = None;
    for header in headers(words, document) {
        for layout in readings(words, &header, document) {
            let parsed = crate::read_as(&layout, document);
            let Some(rank) = rank(&header, &parsed) else { continue };
            if best.as_ref().is_none_or(|(other, _)| rank > *other) {
                best = Some((rank, parsed));
            }
        }
        if best.as_ref().is_some_and(|(rank, _)| rank.status >= 4) {
            break;
        }
    }
    let (_, mut parsed) = best?;
    parsed.parser = ParserId { id: Text::from(ID), version: VERSION };
    let issuer = issuer_name(document).unwrap_or_else(|| "unknown".to_owned());
    for statement in &mut parsed.statements {
        statement.issuer = Text::from(issuer.as_str());
    }
    Some(parsed)
}

/// The same sheets with `1,234.56` where they have `1.234,56`, or `None` where they do not write figures so. All figures
/// of a file are written one way: a single one with a point before its cents, and nothing is changed.
fn with_decimal_points(document: &Document) -> Option<Document> {
    static COMMA: OnceLock<Option<Regex>> = OnceLock::new();
    let comma = COMMA.get_or_init(|| Regex::new(r"^[-+]?(\d{1,3}(\.\d{3})+|\d+),\d{2}$").ok()).as_ref()?;
    let Content::Sheets(sheets) = &document.content else { return None };
    let point = |text: &str| text.contains('.') && !text.contains(',') && Money::read(text).is_ok();
    let texts = || sheets.iter().flat_map(|sheet| sheet.cells.iter().map(|cell| trim(sheet.cell_text(cell))));
    if !texts().any(|text| comma.is_match(text)) || texts().any(point) {
        return None;
    }
    let swapped: Vec<Sheet> = sheets.iter().map(|sheet| swapped(sheet, comma)).collect();
    Some(Document { content: Content::Sheets(swapped), ..document.clone() })
}

/// Points for commas and commas for points, in the cells that are figures; every cell keeps its place.
fn swapped(sheet: &Sheet, figure: &Regex) -> Sheet {
    let mut sheet = sheet.clone();
    let figures: Vec<_> =
        sheet.cells.iter().filter(|cell| figure.is_match(trim(sheet.cell_text(cell)))).copied().collect();
    let mut bytes = std::mem::take(&mut sheet.text).into_bytes();
    for cell in figures {
        for byte in bytes.get_mut(cell.start as usize..cell.end as usize).unwrap_or(&mut []) {
            match byte {
                b'.' => *byte = b',',
                b',' => *byte = b'.',
                _ => {}
            }
        }
    }
    // One ASCII character for another: it stays UTF-8.
    sheet.text = String::from_utf8(bytes).unwrap_or_default();
    sheet
}

// ---- where the table is ----

/// The names over a table, and how they were found.
#[derive(Debug, Clone)]
struct Header {
    /// Squashed, as they stand in the document; a name that occurs twice cannot be told apart and is left out.
    names: Vec<String>,
    /// By their words, or only by standing over the first row.
    by_words: bool,
    /// Words of a second line of the heading.
    also: Vec<String>,
}

fn headers(words: &Synonyms, document: &Document) -> Vec<Header> {
    let mut found: Vec<(usize, Header)> = Vec::new();
    let mut add = |header: Header| {
        let roles = roles_by_name(words, &header.names);
        let has = |role| roles.iter().any(|(r, _)| *r == role);
        let makes_sense = has(Role::Time) && (has(Role::Amount) || has(Role::In) && has(Role::Out));
        let score = if makes_sense { 100 + roles.len() } else { roles.len() };
        if header.by_words && !makes_sense || header.names.len() < 3 || header.names.len() > COLUMNS_MAX {
            return;
        }
        found.push((score, header));
    };
    match &document.content {
        Content::Sheets(sheets) => sheets.iter().for_each(|sheet| sheet_headers(sheet, &mut add)),
        Content::Pages(pages) => pages.iter().take(5).for_each(|page| page_headers(page, &mut add)),
        Content::Text(_) => {}
    }
    found.sort_by_key(|(score, header)| (std::cmp::Reverse(*score), !header.by_words));
    found.dedup_by(|a, b| a.1.names == b.1.names);
    found.into_iter().map(|(_, header)| header).take(4).collect()
}

fn distinct(names: Vec<String>) -> Vec<String> {
    let twice = |name: &String| names.iter().filter(|n| *n == name).count() > 1;
    names.iter().filter(|name| !name.is_empty() && !twice(name)).cloned().collect()
}

fn sheet_headers(sheet: &Sheet, add: &mut impl FnMut(Header)) {
    let rows: Vec<Vec<String>> = grid::HeaderNames::of(sheet).texts();
    for names in &rows {
        add(Header { names: distinct(names.clone()), by_words: true, also: Vec::new() });
    }
    for names in grid::HeaderNames::of(sheet).overlaid_texts() {
        add(Header { names: distinct(names), by_words: true, also: Vec::new() });
    }
    // The row over the first one with a date and an amount.
    let is_data = |names: &Vec<String>| {
        names.iter().any(|n| looks_like_date(n)) && names.iter().any(|n| n.contains('.') && Money::read(n).is_ok())
    };
    let Some(first) = rows.iter().position(is_data) else { return };
    // What was there before the first movement may stand between.
    let has_money = |names: &Vec<String>| names.iter().any(|n| n.contains('.') && Money::read(n).is_ok());
    let above = (0..first).rev().take(3).find(|at| rows.get(*at).is_some_and(|names| !has_money(names)));
    let one = above.and_then(|above| rows.get(above)).cloned();
    let upper = above.and_then(|above| above.checked_sub(1));
    let two = upper.and_then(|upper| grid::HeaderNames::of(sheet).overlaid_texts().into_iter().nth(upper));
    for names in [one, two].into_iter().flatten() {
        add(Header { names: distinct(names), by_words: false, also: Vec::new() });
    }
}

fn page_headers(page: &Page, add: &mut impl FnMut(Header)) {
    let lines = word_lines(page);
    let texts: Vec<Vec<String>> = lines.iter().map(|line| name_pieces(page, line)).collect();
    let has_figure = |names: &Vec<String>| names.iter().any(|n| n.chars().any(|c| c.is_ascii_digit()));
    let is_data = |names: &Vec<String>| {
        names.iter().any(|n| looks_like_date(n)) && names.iter().any(|n| n.contains('.') && Money::read(n).is_ok())
    };
    for (index, names) in texts.iter().enumerate() {
        if has_figure(names) || names.len() < 3 {
            continue;
        }
        // Lines between the heading and the first row are its second line.
        let below = texts.get(index + 1..).unwrap_or(&[]);
        let further = below.iter().take_while(|names| !has_figure(names)).take(4).count();
        let mut also: Vec<String> = below.iter().take(further).flatten().cloned().collect();
        // Where a name of two words stands among them, the reader of the table sees it as one.
        let lines = lines.iter().skip(index + 1).take(further);
        also.extend(lines.flat_map(|line| page_line(page, line).pieces).map(|piece| squash(&piece.text).into_owned()));
        // A row's day can stand over its time of day, and its amount between them.
        let first_row: Vec<String> = below.iter().take(4).flatten().cloned().collect();
        // Lines of its wrapped cells can stand above its figures.
        let wrapped = below.iter().take_while(|line| !has_figure(line) && 2 * line.len() <= names.len()).count();
        add(Header { names: distinct(names.clone()), by_words: true, also });
        if wrapped <= 2 && below.get(wrapped).is_some_and(has_figure) && is_data(&first_row) {
            add(Header { names: distinct(names.clone()), by_words: false, also: Vec::new() });
        }
    }
}

/// A line as names: words parted by more than half an em, single characters with wider gaps joined (`日 志 号`).
fn name_pieces(page: &Page, line: &crate::text::WordLine) -> Vec<String> {
    let mut names: Vec<(String, f32)> = Vec::new();
    for word in &line.words {
        let text = squash(page.word_text(word)).into_owned();
        match names.last_mut() {
            Some((name, end))
                if word.x0 - *end < 0.5 * word.font_size || spaced_out(name, &text, word.x0 - *end, word.font_size) =>
            {
                name.push_str(&text);
                *end = word.x1;
            }
            _ => names.push((text, word.x1)),
        }
    }
    names.into_iter().map(|(name, _)| name).collect()
}

fn spaced_out(name: &str, next: &str, gap: f32, size: f32) -> bool {
    next.chars().count() == 1 && name.chars().count() <= 3 && gap < 1.2 * size && !next.is_ascii()
}

// ---- what the columns are ----

/// A name without brackets, the English half and the unit.
fn core(name: &str) -> String {
    let mut text = String::new();
    let mut depth = 0_u32;
    for character in name.chars() {
        match character {
            '(' | '[' | '【' | '（' => depth += 1,
            ')' | ']' | '】' | '）' => depth = depth.saturating_sub(1),
            _ if depth == 0 => text.push(character),
            _ => {}
        }
    }
    let text = text.trim_end_matches([':', '：']).trim_end_matches("/元");
    let chinese: String = text.chars().filter(|c| !c.is_ascii_alphabetic()).collect();
    if !chinese.is_ascii() { chinese } else { text.to_owned() }
}

fn role_of(words: &Synonyms, name: &str) -> Option<Role> {
    let (core, whole) = (core(name), name);
    let is = |role: Role| words.columns.get(&role).is_some_and(|names| names.iter().any(|n| n == whole || *n == core));
    // Directions in brackets go before the words they explain.
    if (core.contains('借') || core.contains('贷')) && core != whole {
        let bracket: String = whole
            .split(['(', '[', '（'])
            .nth(1)
            .unwrap_or("")
            .chars()
            .take_while(|c| !matches!(c, ')' | ']' | '）'))
            .collect();
        for (flow, role) in [(Flow::In, Role::In), (Flow::Out, Role::Out)] {
            if words.brackets.get(&flow).is_some_and(|list| list.contains(&bracket)) {
                return Some(role);
            }
        }
    }
    let order = [
        Role::Balance,
        Role::Flow,
        Role::In,
        Role::Out,
        Role::Amount,
        Role::Time,
        Role::Clock,
        Role::Currency,
        Role::CounterpartyAccount,
        Role::Counterparty,
        Role::Description,
        Role::Remark,
        Role::Method,
        Role::Reference,
    ];
    order.into_iter().find(|role| is(*role)).or_else(|| {
        words.parts.iter().find(|part| part.any.iter().any(|p| core.contains(p.as_str()))).map(|part| part.role)
    })
}

/// Each role with the names that could be it, in the order in which the synonyms prefer them.
fn roles_by_name(words: &Synonyms, names: &[String]) -> BTreeMap<Role, Vec<String>> {
    let mut roles: BTreeMap<Role, Vec<String>> = BTreeMap::new();
    for name in names {
        if let Some(role) = role_of(words, name) {
            roles.entry(role).or_default().push(name.clone());
        }
    }
    for (role, found) in &mut roles {
        let preference = |name: &String| {
            let core = core(name);
            let list = words.columns.get(role);
            list.and_then(|l| l.iter().position(|n| n == name || *n == core)).unwrap_or(usize::MAX)
        };
        found.sort_by_key(preference);
    }
    roles
}

/// What most cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cells {
    Date,
    Clock,
    Money,
    Direction,
    Text,
    Empty,
}

/// Reads the table as plain text to see what is in each column.
fn contents(words: &Synonyms, header: &Header, document: &Document, time: &str) -> BTreeMap<String, Cells> {
    let slots = Role::ALL.iter().copied().filter(|r| *r != Role::Time);
    let others = header.names.iter().filter(|n| *n != time).take(slots.clone().count());
    let mut columns = vec![Column::plain(Role::Time, vec![time.to_owned()])];
    let mut records = vec![RecordColumn {
        name: time.to_owned(),
        value: FactKind::Text,
        slot: Role::Time,
        month_slot: None,
        year_in_heading: false,
        carries_down: false,
    }];
    for (name, slot) in others.zip(slots) {
        columns.push(Column { optional: true, ..Column::plain(slot, vec![name.clone()]) });
        // Amounts mark the rows of a table of facts.
        records.push(RecordColumn {
            name: name.clone(),
            value: FactKind::Amount,
            slot,
            month_slot: None,
            year_in_heading: false,
            carries_down: false,
        });
    }
    let mut layout = frame(words, header, document);
    layout.columns = columns;
    layout.records = Some(Records { one_row_is_facts: false, totals: None, lead: None, block: None, columns: records });
    let tables = crate::tables(&layout, document, None);
    let rows: Vec<_> = tables.iter().flat_map(|t| &t.facts).take(ROWS_TYPED).collect();
    let Some(records) = &layout.records else { return BTreeMap::new() };
    let kind = |index: usize| {
        let texts: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.cells.get(index))
            .map(|(text, ..)| text.as_str())
            .filter(|text| !crate::record::is_empty(None, text))
            .collect();
        let share = |test: &dyn Fn(&str) -> bool| texts.iter().filter(|t| test(t)).count() * 10 >= texts.len() * 8;
        let is_direction = |text: &str| words.directions.values().flatten().any(|w| w == &*squash(text));
        if texts.is_empty() {
            Cells::Empty
        } else if share(&|t| read_when_cell(t, CellKind::Text).is_some()) {
            Cells::Date
        } else if share(&|t| read_clock(t).is_some()) && texts.iter().any(|t| t.contains(':') || t.len() == 6) {
            Cells::Clock
        } else if share(&|t| Money::read(t).is_ok()) && texts.iter().any(|t| t.contains('.')) {
            Cells::Money
        } else if share(&is_direction) {
            Cells::Direction
        } else {
            Cells::Text
        }
    };
    records.columns.iter().enumerate().map(|(index, column)| (column.name.clone(), kind(index))).collect()
}

// ---- the readings ----

/// What the headings of statements are usually labelled.
pub fn heading_fields() -> Vec<(FieldName, FieldSpec)> {
    synonyms().map(|words| labelled(&words.labels)).unwrap_or_default()
}

fn after(labels: &[String]) -> FieldSpec {
    FieldSpec { after: labels.to_vec(), ..FieldSpec::default() }
}

fn labelled(labels: &Labels) -> Vec<(FieldName, FieldSpec)> {
    let fields = [
        (FieldName::Holder, &labels.holder),
        (FieldName::IdNumber, &labels.id_number),
        (FieldName::Account, &labels.account),
        (FieldName::Currency, &labels.currency),
        (FieldName::Period, &labels.period),
        (FieldName::Issued, &labels.issued),
        (FieldName::OpeningBalance, &labels.opening_balance),
        (FieldName::ClosingBalance, &labels.closing_balance),
    ];
    fields.into_iter().map(|(name, labels)| (name, after(labels))).collect()
}

/// A layout with everything but its columns.
fn frame(words: &Synonyms, header: &Header, document: &Document) -> Layout {
    let labels = &words.labels;
    let is_pages = matches!(document.content, Content::Pages(_));
    Layout {
        id: "generic".to_owned(),
        issuer: "unknown".to_owned(),
        version: 1,
        title: String::new(),
        kind: StatementKind::DepositAccount,
        currency: None,
        medium: if is_pages { Medium::Pages } else { Medium::Grid },
        identify: Vec::new(),
        fields: labelled(labels).into_iter().collect(),
        totals: TotalsSpec {
            rows: Some(after(&labels.rows)),
            in_rows: Some(after(&labels.in_rows)),
            in_sum: Some(after(&labels.in_sum)),
            out_rows: Some(after(&labels.out_rows)),
            out_sum: Some(after(&labels.out_sum)),
            sums: vec![SumRule::All],
            ..TotalsSpec::default()
        },
        page_totals: TotalsSpec::default(),
        ends_before: words.table.ends_before.iter().map(|t| squash(t).into_owned()).collect(),
        skip: words.table.skip.iter().filter_map(|p| Regex::new(p).ok()).collect(),
        wraps: Wraps::Centred,
        header_also: header.also.clone(),
        watermark: is_pages,
        open_footing: true,
        sections: Vec::new(),
        columns: Vec::new(),
        facts: Vec::new(),
        records: None,
        equations: Vec::new(),
        list: None,
    }
}

/// The layouts that a header allows, the most usual first.
fn readings(words: &Synonyms, header: &Header, document: &Document) -> Vec<Layout> {
    let roles = roles_by_name(words, &header.names);
    let named = |role: Role| roles.get(&role).cloned().unwrap_or_default();
    // The date: by name, else the first column that is a date.
    let mut time_guesses = if header.by_words { named(Role::Time) } else { Vec::new() };
    let others: Vec<String> = header.names.iter().filter(|name| !time_guesses.contains(name)).cloned().collect();
    time_guesses.extend(others);
    let mut kinds = BTreeMap::new();
    let mut time = None;
    for guess in time_guesses.iter().take(8) {
        let seen = contents(words, header, document, guess);
        if seen.get(guess) == Some(&Cells::Date) {
            kinds = seen;
            time = Some(guess.clone());
            break;
        }
    }
    let Some(time) = time else { return Vec::new() };
    let kind = |name: &String| kinds.get(name).copied().unwrap_or(Cells::Empty);
    let money: Vec<String> = header.names.iter().filter(|n| kind(n) == Cells::Money).cloned().collect();
    let first = |role: Role, wanted: Cells| named(role).into_iter().find(|n| kind(n) == wanted && *n != time);

    let mut base = vec![(Role::Time, time.clone())];
    let clock = header.names.iter().find(|n| kind(n) == Cells::Clock).cloned();
    base.extend(clock.map(|n| (Role::Clock, n)));
    for role in [
        Role::Currency,
        Role::Counterparty,
        Role::CounterpartyAccount,
        Role::Description,
        Role::Remark,
        Role::Method,
        Role::Reference,
    ] {
        base.extend(named(role).into_iter().find(|n| kind(n) != Cells::Empty && *n != time).map(|n| (role, n)));
    }
    let flow = first(Role::Flow, Cells::Direction)
        .or_else(|| header.names.iter().find(|n| kind(n) == Cells::Direction).cloned());

    // Figures: by name where names tell, else every way to read them.
    let balance = first(Role::Balance, Cells::Money);
    let balances: Vec<Option<String>> = match &balance {
        Some(name) => vec![Some(name.clone())],
        None if header.by_words && !named(Role::Balance).is_empty() => vec![None],
        None => money.iter().cloned().map(Some).chain([None]).collect(),
    };
    let mut layouts = Vec::new();
    let mut push = |columns: Vec<(Role, String)>, sign: Sign, inverted: bool| {
        if layouts.len() < READINGS_MAX {
            layouts.push(reading(words, header, document, &columns, sign, inverted));
        }
    };
    for balance in &balances {
        let rest: Vec<&String> = money.iter().filter(|n| Some(*n) != balance.as_ref()).collect();
        let with = |figures: &[(Role, &String)]| {
            let mut columns = base.clone();
            columns.extend(figures.iter().map(|(role, name)| (*role, (*name).clone())));
            columns.extend(balance.clone().map(|name| (Role::Balance, name)));
            columns
        };
        let pair = (named(Role::In).into_iter().next(), named(Role::Out).into_iter().next());
        if let (Some(inflow), Some(out)) = &pair {
            push(with(&[(Role::In, inflow), (Role::Out, out)]), Sign::None, false);
            push(with(&[(Role::In, out), (Role::Out, inflow)]), Sign::None, true);
        }
        let amounts: Vec<&String> =
            match named(Role::Amount).iter().find(|n| kind(n) == Cells::Money && Some(*n) != balance.as_ref()) {
                Some(name) => money.iter().filter(|n| *n == name).collect(),
                None => rest.clone(),
            };
        for amount in amounts {
            if let Some(flow) = &flow {
                push(with(&[(Role::Amount, amount), (Role::Flow, flow)]), Sign::None, false);
                push(with(&[(Role::Amount, amount), (Role::Flow, flow)]), Sign::None, true);
            }
            push(with(&[(Role::Amount, amount)]), Sign::Account, false);
            if balance.is_some() {
                push(with(&[(Role::Amount, amount)]), Sign::FromBalance, false);
                push(with(&[(Role::Amount, amount)]), Sign::Inverted, true);
            }
        }
        if !header.by_words {
            for (a, b) in rest.iter().flat_map(|a| rest.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b) {
                push(with(&[(Role::In, a), (Role::Out, b)]), Sign::None, true);
            }
        }
    }
    layouts
}

/// `inverted`: 借 is in. Such a reading counts only where it is proven, and one whose directions come from the
/// balances only where they do not contradict it: its id tells [`rank`].
fn reading(
    words: &Synonyms,
    header: &Header,
    document: &Document,
    columns: &[(Role, String)],
    sign: Sign,
    inverted: bool,
) -> Layout {
    let mut layout = frame(words, header, document);
    layout.id = match sign {
        Sign::FromBalance => "generic~".to_owned(),
        _ if inverted || !header.by_words => "generic?".to_owned(),
        _ => layout.id,
    };
    for (role, name) in columns {
        let mut column = Column::plain(*role, vec![name.clone()]);
        match role {
            Role::Amount => column.signed = sign,
            Role::Flow => {
                for (flow, list) in &words.directions {
                    let flow = match (flow, inverted) {
                        (Flow::In, true) => Flow::Out,
                        (Flow::Out, true) => Flow::In,
                        _ => *flow,
                    };
                    column.flow_words.extend(list.iter().map(|word| (word.clone(), flow)));
                }
            }
            Role::Time | Role::In | Role::Out => {}
            _ => column.optional = true,
        }
        layout.columns.push(column);
    }
    layout.columns.sort_by_key(|c| c.role);
    layout
}

// ---- which reading is right ----

/// Better is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    status: u8,
    holding: u32,
    /// Less is better, so it is held negated.
    lost: i64,
    named: usize,
}

fn rank(header: &Header, parsed: &Parsed) -> Option<Rank> {
    let rows: usize = parsed.statements.iter().map(|s| s.transactions.len()).sum();
    if rows == 0 {
        return None;
    }
    let worst = parsed.statements.iter().map(|s| s.proof.status).map(|status| match status {
        ProofStatus::Proven | ProofStatus::Repaired => 4,
        ProofStatus::Consistent => 3,
        ProofStatus::Unproven => 2,
        ProofStatus::Contradicted => 1,
    });
    let status = worst.min()?;
    let needed = match parsed.parser.id.chars().next_back() {
        Some('?') => 4,
        Some('~') => 3,
        _ => 0,
    };
    if status < needed {
        return None;
    }
    // One direction only, told by nothing but signs that are not there, tells nothing.
    let one_way = parsed.statements.iter().flat_map(|s| &s.transactions).all(|t| t.flow == Flow::In);
    if status <= 2 && one_way && rows > 1 {
        return None;
    }
    let holding = parsed.statements.iter().map(|s| s.proof.holding).sum();
    let lost = -i64::try_from(parsed.problems.len()).unwrap_or(i64::MAX);
    Some(Rank { status, holding, lost, named: header.names.len() })
}

/// The bank that the document names itself after, as it prints it.
fn issuer_name(document: &Document) -> Option<String> {
    static NAME: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = NAME
        .get_or_init(|| Regex::new(r"[\p{Han}]{2,12}?(?:银行|农村信用社联合社|农村信用合作联社|农信)").ok())
        .as_ref()?;
    let mut lines: Vec<String> = Vec::new();
    match &document.content {
        Content::Pages(pages) => {
            for page in pages.iter().take(1) {
                lines.extend(word_lines(page).iter().take(6).map(|line| page_line(page, line).joined()));
            }
        }
        Content::Sheets(sheets) => {
            for sheet in sheets.iter().take(2) {
                lines.extend(sheet.rows.iter().take(6).map(|row| crate::text::sheet_line(sheet, row).joined()));
            }
        }
        Content::Text(_) => {}
    }
    lines.iter().find_map(|line| pattern.find(&squash(line)).map(|m| trim(m.as_str()).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_words_is_sound() {
        let words = synonyms().unwrap();
        let patterns: Result<Vec<_>, _> = words.table.skip.iter().map(|p| Regex::new(p)).collect();
        assert!(patterns.is_ok());
    }

    #[test]
    fn names_are_told_by_their_core() {
        let words = synonyms().unwrap();
        for (name, role) in [
            ("交易金额(元)", Role::Amount),
            ("账户余额(元)", Role::Balance),
            ("TradingAmount交易金额", Role::Amount),
            ("借方金额(收)", Role::In),
            ("贷方金额(支)", Role::Out),
            ("借方发生额(支取)", Role::Out),
            ("贷方发生额/元(收入)", Role::In),
            ("交易后余额[After-transactionbalance]", Role::Balance),
            ("对方账户名", Role::Counterparty),
            ("对方卡/账号", Role::CounterpartyAccount),
            ("收/支", Role::Flow),
        ] {
            assert_eq!(role_of(words, name), Some(role), "{name}");
        }
        assert_eq!(role_of(words, "序号"), None);
    }
}
