//! Where the table of a statement that no layout describes may begin: by what its names mean elsewhere, or by standing
//! over the first row with a date and an amount.

use model::Money;
use model::document::{Content, Document};
use model::page::{Page, Word};
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

/// Between names of two columns there is more, in the font's size.
const NAMES_GAP: f32 = 0.5;

/// A line as names: words parted by more than half an em, single characters with wider gaps joined (`日 志 号`).
pub fn name_pieces(page: &Page, line: &WordLine) -> Vec<String> {
    let mut names: Vec<(String, f32)> = Vec::new();
    for word in &line.words {
        let text = squash(page.word_text(word)).into_owned();
        match names.last_mut() {
            Some((name, end))
                if word.x0 - *end < NAMES_GAP * word.font_size
                    || spaced_out(name, &text, word.x0 - *end, word.font_size) =>
            {
                name.push_str(&text);
                *end = word.x1;
            }
            _ => names.push((text, word.x1)),
        }
    }
    names.into_iter().map(|(name, _)| name).collect()
}

/// A picture's document with the names parted that its reader ran together: two columns close to each other, whose names are
/// read as one line. `None` where there are none.
pub fn names_parted(words: &Synonyms, document: &Document) -> Option<Document> {
    let Content::Pages(pages) = &document.content else { return None };
    if pages.iter().all(|page| page.reader.is_none()) {
        return None;
    }
    let mut pages = pages.clone();
    let mut is_parted = false;
    for page in pages.iter_mut().filter(|page| page.reader.is_some()) {
        for at in (0..page.words.len()).rev() {
            let Some(word) = page.words.get(at).copied() else { continue };
            let Some((characters, bytes)) = two_names(words, page.word_text(&word)) else { continue };
            let Some((_, edge, _)) = page.glyphs(&word).nth(characters) else { continue };
            let (text, place) = (word.text_start + bytes, word.edge_start + characters as u32);
            // As far apart as names of two columns must be to be taken for two.
            let half_gap = NAMES_GAP / 2.0 * word.font_size;
            let first = Word { text_end: text, x1: edge - half_gap, ..word };
            let second = Word { text_start: text, edge_start: place, x0: edge + half_gap, ..word };
            page.words.splice(at..=at, [first, second]);
            is_parted = true;
        }
    }
    is_parted.then(|| Document { content: Content::Pages(pages), ..document.clone() })
}

/// Where a text is two columns' names, one of money and one that is not, and no name by itself: how many characters and
/// bytes the first has. Names of two figures (`交易金额余额`) or of two texts (`对方户名账号`) are printed over one column too.
fn two_names(words: &Synonyms, text: &str) -> Option<(usize, u32)> {
    let known = |text: &str| {
        let mut columns = words.columns.iter();
        columns.find(|(_, names)| names.iter().any(|name| name == text)).map(|(role, _)| *role)
    };
    let is_money = |role: Role| matches!(role, Role::Amount | Role::In | Role::Out | Role::Balance);
    if text.chars().count() > TWO_NAMES_MAX || text.is_ascii() || known(text).is_some() {
        return None;
    }
    let parts = text.char_indices().enumerate().skip(1).map(|(characters, (bytes, _))| (characters, bytes));
    let mut parted = parts.filter(|(_, bytes)| {
        let (first, second) = text.split_at(*bytes);
        known(first).zip(known(second)).is_some_and(|(first, second)| is_money(first) != is_money(second))
    });
    let (characters, bytes) = parted.next()?;
    Some((characters, u32::try_from(bytes).ok()?))
}

/// Two names are no longer together.
const TWO_NAMES_MAX: usize = 16;

fn spaced_out(name: &str, next: &str, gap: f32, size: f32) -> bool {
    next.chars().count() == 1 && name.chars().count() <= 3 && gap < 1.2 * size && !next.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synonyms::synonyms;

    #[test]
    fn names_that_ran_together_are_parted_where_they_are_of_money_and_of_none() {
        let two = |text: &str| two_names(synonyms().unwrap(), text).map(|(characters, _)| characters);
        assert_eq!(two("余额摘要"), Some(2));
        assert_eq!(two("账户余额交易摘要"), Some(4));
        assert_eq!(two("摘要交易金额"), Some(2));
        for whole in ["收入金额", "交易金额余额", "对方户名账号", "余额", "示例银行"] {
            assert_eq!(two(whole), None, "{whole}");
        }
    }
}
