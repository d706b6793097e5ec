//! Where the table of a statement that no layout describes may begin: by what its names mean elsewhere, or by standing
//! over the first row with a date and an amount.

use model::Money;
use model::document::{Content, Document};
use model::page::Page;
use model::sheet::Sheet;

use crate::grid;
use crate::layout::Role;
use crate::synonyms::{Synonyms, names_two, roles_by_name};
use crate::text::{WordLine, page_line, squash, word_lines};
use crate::values::{looks_like_date, read_when};

/// Tables wider than this are not statements; it also bounds the readings that are tried.
pub const COLUMNS_MAX: usize = 20;

/// The names over a table, and how they were found.
#[derive(Debug, Clone)]
pub struct Header {
    /// Squashed, as they stand in the document; a name that occurs twice cannot be told apart and is left out.
    pub names: Vec<String>,
    /// By their words, or only by standing over the first row.
    pub by_words: bool,
    /// Words of a second line of the heading.
    pub also: Vec<String>,
}

/// The tables that a document may have, the likeliest first; at most four.
pub fn headers(words: &Synonyms, document: &Document) -> Vec<Header> {
    let mut found: Vec<(usize, Header)> = Vec::new();
    let mut add = |header: Header| {
        let roles = roles_by_name(words, &header.names);
        let has = |role| roles.iter().any(|(r, _)| *r == role);
        let is_two = header.names.iter().any(|name| names_two(words, name));
        let makes_sense = has(Role::Time) && (is_two || has(Role::Amount) || has(Role::In) && has(Role::Out));
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

fn is_day(text: &str) -> bool {
    looks_like_date(text) || read_when(text).is_some()
}

/// An amount, or two in one cell.
fn is_money(text: &str) -> bool {
    text.contains('.') && text.split(['/', '／', '|']).all(|part| Money::read(part).is_ok())
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
    let is_data = |names: &Vec<String>| names.iter().any(|n| is_day(n)) && names.iter().any(|n| is_money(n));
    let Some(first) = rows.iter().position(is_data) else { return };
    // What was there before the first movement may stand between.
    let has_money = |names: &Vec<String>| names.iter().any(|n| is_money(n));
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
    let is_data = |names: &Vec<String>| names.iter().any(|n| is_day(n)) && names.iter().any(|n| is_money(n));
    for (index, names) in texts.iter().enumerate() {
        if has_figure(names) || names.len() < 3 {
            continue;
        }
        // Lines between the heading and the first row are its second line.
        let below = texts.get(index + 1..).unwrap_or(&[]);
        let mut further = below.iter().take_while(|names| !has_figure(names)).take(4).count();
        // ... but the first row's own: a cell of two lines around it.
        while further > 0 && lines.get(index + further..).is_some_and(are_beside) {
            further -= 1;
        }
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

/// Whether the first two lines stand beside each other rather than one below the other: nearer than any print sets lines.
fn are_beside(lines: &[WordLine]) -> bool {
    let [upper, lower, ..] = lines else { return false };
    let size = upper.words.iter().map(|word| word.font_size).fold(0.0, f32::max);
    lower.baseline - upper.baseline < BESIDE * size
}

/// Of the font's size.
const BESIDE: f32 = 0.9;

/// A line as names: words parted by more than half an em, single characters with wider gaps joined (`日 志 号`).
pub fn name_pieces(page: &Page, line: &WordLine) -> Vec<String> {
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
