//! Text as documents print it: trimming, comparing, and lines of a page or a sheet as pieces with their place.

use std::borrow::Cow;

use model::page::{Page, Word};
use model::sheet::{Row, Sheet};
use model::source::Area;
use model::{Money, Source};
use unicode_normalization::UnicodeNormalization;

use crate::spelling::Mark;
use crate::values::looks_like_date;

/// White space of any kind that exports use, zero-width characters included.
#[must_use]
pub fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{2060}')
}

/// Trims what surrounds a cell: padding, the tab that keeps an id textual, zero-width characters.
#[must_use]
pub fn trim(text: &str) -> &str {
    let text = text.trim_ascii();
    let bytes = text.as_bytes();
    // No blank character begins with these bytes: the letters of ASCII, and most of Chinese writing.
    let is_writing = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xE4..=0xE9);
    let starts = bytes.first().is_none_or(is_writing);
    let ends = bytes.last().is_none_or(u8::is_ascii_graphic)
        || bytes.len().checked_sub(3).and_then(|at| bytes.get(at)).is_some_and(|byte| matches!(byte, 0xE4..=0xE9));
    if starts && ends { text } else { text.trim_matches(is_blank) }
}

/// For comparing words: no blanks, compatibility forms folded (full-width brackets, digits and colons).
#[must_use]
pub fn squash(text: &str) -> Cow<'_, str> {
    // Plain writing folds to itself.
    if text.chars().all(|c| c.is_ascii_graphic() || matches!(c, '\u{4e00}'..='\u{9fff}')) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(squashed_chars(text).collect())
}

fn squashed_chars(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !is_blank(*c)).nfkc()
}

/// One piece of a line that stands by itself: a cell, or words with only narrow gaps between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    pub text: String,
    pub source: Source,
    /// What its characters may be instead, where it was read off a picture.
    pub marks: Vec<Mark>,
    /// The least of its words; 1.0 for text.
    pub confidence: f32,
}

impl Piece {
    /// A part of its text, of which nothing more than its place is known.
    fn part(&self, text: &str) -> Self {
        let source = self.source.clone();
        Self { text: text.to_owned(), source, marks: Vec::new(), confidence: self.confidence }
    }
}

/// A line of a page or a row of a sheet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextLine {
    pub pieces: Vec<Piece>,
}

impl TextLine {
    /// The pieces joined by one space.
    #[must_use]
    pub fn joined(&self) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&piece.text);
        }
        text
    }

    /// Whether a day and an amount stand on it: a row of a table.
    #[must_use]
    pub fn is_movement(&self) -> bool {
        let words = || self.pieces.iter().flat_map(|piece| piece.text.split_whitespace());
        words().any(looks_like_date) && words().any(|word| word.contains('.') && Money::read(word).is_ok())
    }

    /// The piece that holds the byte at `offset` of [`TextLine::joined`].
    #[must_use]
    pub fn piece_at(&self, offset: usize) -> Option<&Piece> {
        let mut end = 0;
        for piece in &self.pieces {
            end += piece.text.len();
            if offset < end {
                return Some(piece);
            }
            end += 1;
        }
        self.pieces.last()
    }

    /// What stands after `label` (compared without blanks, a colon after it skipped): the rest of its piece, or
    /// the next piece. The value ends where the next label of the same piece begins.
    #[must_use]
    pub fn after(&self, label: &str) -> Option<Piece> {
        self.value_of(label, false)
    }

    /// As [`TextLine::after`], where `label` is the whole label: `月缴存额` is not found in `单位月缴存额：`, nor `电费` in
    /// `电费年月：`.
    #[must_use]
    pub fn after_whole(&self, label: &str) -> Option<Piece> {
        self.value_of(label, true)
    }

    fn value_of(&self, label: &str, is_whole: bool) -> Option<Piece> {
        let wanted: Vec<char> = squashed_chars(label).collect();
        // Every character of the line, folded one by one so that its place in its piece stays known.
        let mut characters = Vec::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            for (offset, character) in piece.text.char_indices().filter(|(_, c)| !is_blank(*c)) {
                let folded = fold(character);
                characters.push((folded, index, offset + character.len_utf8()));
            }
        }
        let stands_alone = |start: usize| {
            let (Some(first), Some(last)) = (characters.get(start), characters.get(start + wanted.len() - 1)) else {
                return false;
            };
            let text = |index: usize| self.pieces.get(index).map_or("", |piece| piece.text.as_str());
            let own_start = first.2 - label_start_width(text(first.1), first.2);
            let before = text(first.1).get(..own_start).and_then(|t| t.chars().next_back());
            let after = text(last.1).get(last.2..).and_then(|t| t.chars().next());
            ![before, after].into_iter().flatten().any(char::is_alphabetic)
        };
        let start = find_label(&characters, &wanted, &|start| !is_whole || stands_alone(start))?;
        let mut next = start + wanted.len();
        // The English half of a bilingual label.
        let english =
            characters.get(next..).unwrap_or(&[]).iter().take(30).position(|(c, ..)| !c.is_ascii_alphabetic());
        if let Some(length) = english.filter(|length| *length > 2)
            && matches!(characters.get(next + length), Some((':', ..)))
        {
            next += length;
        }
        while matches!(characters.get(next), Some((':', ..))) {
            next += 1;
        }
        let &(_, index, offset) = characters.get(next.checked_sub(1)?)?;
        let piece = self.pieces.get(index)?;
        let rest = trim(cut_at_next_label(piece.text.get(offset..)?));
        if !rest.is_empty() {
            return Some(piece.part(rest));
        }
        let following = self.pieces.get(index + 1)?;
        let text = trim(cut_at_next_label(&following.text));
        let is_label = text.split_once([':', '：']).is_some_and(|(before, _)| is_label(trim(before)));
        (!text.is_empty() && !is_label).then(|| following.part(text))
    }
}

fn fold(character: char) -> char {
    let mut folded = std::iter::once(character).nfkc();
    match (folded.next(), folded.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

/// How many bytes the character takes that ends at `end`.
fn label_start_width(text: &str, end: usize) -> usize {
    text.get(..end).and_then(|t| t.chars().next_back()).map_or(0, char::len_utf8)
}

/// The first place where `wanted` stands as a label: followed by a colon, or at least at the start of a piece.
fn find_label(characters: &[(char, usize, usize)], wanted: &[char], fits: &dyn Fn(usize) -> bool) -> Option<usize> {
    if wanted.is_empty() {
        return None;
    }
    let mut fallback = None;
    for start in 0..=characters.len().checked_sub(wanted.len())? {
        let here = characters.get(start..start + wanted.len())?;
        if !here.iter().map(|(c, ..)| c).eq(wanted.iter()) || !fits(start) {
            continue;
        }
        if matches!(characters.get(start + wanted.len()), Some((':', ..))) || wanted.last() == Some(&':') {
            return Some(start);
        }
        let begins_piece =
            start == 0 || characters.get(start - 1).map(|(_, p, _)| p) != here.first().map(|(_, p, _)| p);
        if begins_piece && fallback.is_none() {
            fallback = Some(start);
        }
    }
    fallback
}

/// `某某   打印时间： 2025/01/05` → `某某`: a run of blanks, then 2 to 10 characters of writing, then a colon.
fn cut_at_next_label(text: &str) -> &str {
    let text = cut_at_english_label(text);
    let mut search = 0;
    while let Some(found) = text.get(search..).and_then(|rest| rest.find([':', '：'])) {
        let colon = search + found;
        let before = text.get(..colon).unwrap_or("");
        let label_start = before
            .rfind(is_blank)
            .map(|at| at + before.get(at..).and_then(|s| s.chars().next()).map_or(0, char::len_utf8));
        if let Some(start) = label_start {
            let label = before.get(start..).unwrap_or("");
            if is_label(label) && !trim(before.get(..start).unwrap_or("")).is_empty() {
                return before.get(..start).unwrap_or("");
            }
        }
        search = colon + text.get(colon..).and_then(|s| s.chars().next()).map_or(1, char::len_utf8);
    }
    text
}

/// `CHAU MAU   Account Number: 123` → `CHAU MAU`: English labels have blanks in them, so that only the usual first words tell.
fn cut_at_english_label(text: &str) -> &str {
    const STARTS: [&str; 9] =
        ["Account", "A/C", "Statement", "Customer", "Currency", "Branch", "Period", "Date", "Page"];
    let is_start = |at: &usize| {
        let rest = text.get(*at..).unwrap_or("");
        let label = rest.find(':').filter(|end| *end <= LABEL_MAX).and_then(|end| rest.get(..end));
        label.is_some_and(|label| label.is_ascii() && STARTS.iter().any(|start| label.starts_with(start)))
    };
    let starts = text.match_indices(' ').map(|(at, _)| at + 1);
    match starts.into_iter().find(is_start) {
        Some(at) if !trim(text.get(..at).unwrap_or("")).is_empty() => text.get(..at).unwrap_or(text),
        _ => text,
    }
}

/// The longest English label has about so many characters.
const LABEL_MAX: usize = 24;

/// 2 to 10 characters of Chinese writing: what stands before a colon is then a label.
fn is_label(text: &str) -> bool {
    (2..=10).contains(&text.chars().count()) && text.chars().all(|c| !c.is_ascii() && c.is_alphabetic())
}

/// A sheet's row as a line; empty cells are no pieces, the lines within a cell are one each.
#[must_use]
pub fn sheet_line(sheet: &Sheet, row: &Row) -> TextLine {
    let mut pieces = Vec::new();
    for cell in sheet.cells_of(row) {
        for text in sheet.cell_text(cell).split(['\n', '\r']).map(trim).filter(|text| !text.is_empty()) {
            let source = sheet.source(row, cell.column);
            pieces.push(Piece { text: text.to_owned(), source, marks: Vec::new(), confidence: 1.0 });
        }
    }
    TextLine { pieces }
}

/// The words of a page that stand on one line, left to right.
#[derive(Debug, Clone, Default)]
pub struct WordLine {
    pub baseline: f32,
    pub words: Vec<Word>,
}

/// Upright words by line, top to bottom. Words whose baselines differ by less than a third of their size are on
/// one line.
#[must_use]
pub fn word_lines(page: &Page) -> Vec<WordLine> {
    if page.reader.is_some() {
        return picture_lines(page);
    }
    let mut words: Vec<Word> = page.words.iter().filter(|w| w.upright).copied().collect();
    words.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut lines: Vec<WordLine> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if (word.baseline - line.baseline).abs() <= 0.3 * word.font_size.max(1.0) => {
                line.words.push(word)
            }
            _ => lines.push(WordLine { baseline: word.baseline, words: vec![word] }),
        }
    }
    for line in &mut lines {
        line.words.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    }
    lines
}

/// As [`word_lines`], for a page read off a picture, whose lines are not quite straight: a word goes on the line whose
/// last word, left of it, stands nearest to its height.
fn picture_lines(page: &Page) -> Vec<WordLine> {
    struct Open {
        middle: f32,
        size: f32,
        right: f32,
        line: WordLine,
    }
    let middle = |word: &Word| (word.top + word.bottom) / 2.0;
    let mut words: Vec<Word> = page.words.iter().filter(|w| w.upright).copied().collect();
    words.sort_by(|a, b| a.x0.total_cmp(&b.x0).then(a.top.total_cmp(&b.top)));
    let mut lines: Vec<Open> = Vec::new();
    for word in words {
        let (own, size) = (middle(&word), (word.bottom - word.top).max(1.0));
        let fits = |line: &&mut Open| {
            (line.middle - own).abs() <= LINE_TOLERANCE * size.min(line.size) && word.x0 > line.right - 0.5 * size
        };
        let nearest =
            lines.iter_mut().filter(fits).min_by(|a, b| (a.middle - own).abs().total_cmp(&(b.middle - own).abs()));
        match nearest {
            Some(line) => {
                (line.middle, line.size, line.right) = (own, size, word.x1);
                line.line.words.push(word);
            }
            None => {
                let line = WordLine { baseline: 0.0, words: vec![word] };
                lines.push(Open { middle: own, size, right: word.x1, line });
            }
        }
    }
    let mut lines: Vec<WordLine> = lines.into_iter().map(|open| open.line).collect();
    for line in &mut lines {
        let mut baselines: Vec<f32> = line.words.iter().map(|word| word.baseline).collect();
        baselines.sort_by(f32::total_cmp);
        line.baseline = baselines.get(baselines.len() / 2).copied().unwrap_or(0.0);
    }
    lines.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    lines
}

/// Of a word's height: lines of a cell that takes two stand half a height off their row's line.
const LINE_TOLERANCE: f32 = 0.35;

/// The doubts about a word's characters, by their byte offset in a text in which the word begins at `start`.
pub fn word_marks<'a>(page: &'a Page, word: &'a Word, start: usize) -> impl Iterator<Item = Mark> + 'a {
    page.doubts(word).filter_map(move |(place, doubt)| {
        let (offset, _) = page.word_text(word).char_indices().nth(place)?;
        Some(Mark { at: start + offset, change: doubt.change, cost: doubt.cost })
    })
}

/// A line of words as pieces: a gap wider than 1.2 em parts two.
#[must_use]
pub fn page_line(page: &Page, line: &WordLine) -> TextLine {
    TextLine { pieces: placed_pieces(page, line).into_iter().map(|(piece, _)| piece).collect() }
}

/// As [`page_line`], each piece with its rectangle in points on the page.
#[must_use]
pub fn placed_pieces(page: &Page, line: &WordLine) -> Vec<(Piece, Area)> {
    struct Open {
        text: String,
        area: Area,
        marks: Vec<Mark>,
        confidence: f32,
    }
    let mut pieces = Vec::new();
    let mut open: Option<Open> = None;
    let close = |open: &mut Option<Open>, pieces: &mut Vec<(Piece, Area)>| {
        if let Some(Open { text, area, marks, confidence }) = open.take() {
            let source = page.source(area.x0, area.y0, area.x1, area.y1);
            pieces.push((Piece { text, source, marks, confidence }, area));
        }
    };
    for word in &line.words {
        let text = page.word_text(word);
        let area = Area { x0: word.x0, y0: word.top, x1: word.x1, y1: word.bottom };
        match &mut open {
            Some(piece) if word.x0 - piece.area.x1 <= 1.2 * word.font_size => {
                if word.x0 - piece.area.x1 > 0.1 * word.font_size {
                    piece.text.push(' ');
                }
                piece.marks.extend(word_marks(page, word, piece.text.len()));
                piece.text.push_str(text);
                piece.area = piece.area.union(area);
                piece.confidence = piece.confidence.min(word.confidence);
            }
            _ => {
                close(&mut open, &mut pieces);
                let marks = word_marks(page, word, 0).collect();
                open = Some(Open { text: text.to_owned(), area, marks, confidence: word.confidence });
            }
        }
    }
    close(&mut open, &mut pieces);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(pieces: &[&str]) -> TextLine {
        let pieces = pieces.iter().enumerate().map(|(i, text)| Piece {
            text: (*text).to_owned(),
            source: Source::Line { line: 1, column: u32::try_from(i).unwrap() + 1 },
            marks: Vec::new(),
            confidence: 1.0,
        });
        TextLine { pieces: pieces.collect() }
    }

    fn after(pieces: &[&str], label: &str) -> Option<String> {
        line(pieces).after(label).map(|p| p.text)
    }

    #[test]
    fn a_value_stands_after_its_label_or_in_the_next_piece() {
        assert_eq!(after(&["户", "名：某某"], "户名").as_deref(), Some("某某"));
        assert_eq!(after(&["币　　种：", "人民币"], "币种").as_deref(), Some("人民币"));
        assert_eq!(after(&["客户姓名： 某某   打印时间： 2025/01/05 10:11:12"], "客户姓名").as_deref(), Some("某某"));
        assert_eq!(
            after(&["打印时间： 2025/01/05 10:11:12 页数: 1 / 2"], "打印时间").as_deref(),
            Some("2025/01/05 10:11:12")
        );
        assert_eq!(after(&["卡号: 6222****0000", "卡别名: "], "卡号").as_deref(), Some("6222****0000"));
        assert_eq!(after(&["开户名：", "币种：人民币"], "开户名"), None);
        assert_eq!(after(&["户名 Account Name：某某"], "户名").as_deref(), Some("某某"));
        assert_eq!(after(&["Account Name: CHAU MAU Account Number: 12"], "AccountName").as_deref(), Some("CHAU MAU"));
        assert_eq!(after(&["导出时间：[2024-04-01 09:12:52]"], "导出时间").as_deref(), Some("[2024-04-01 09:12:52]"));
    }

    #[test]
    fn a_whole_label_is_no_part_of_another() {
        let after = |pieces: &[&str], label: &str| line(pieces).after_whole(label).map(|p| p.text);
        assert_eq!(after(&["单位月缴存额：1.00元", "月缴存额：2.00元"], "月缴存额").as_deref(), Some("2.00元"));
        assert_eq!(after(&["单位月缴存额：1.00元  月缴存额：2.00元"], "月缴存额").as_deref(), Some("2.00元"));
        assert_eq!(after(&["电费年月：202508"], "电费"), None);
        assert_eq!(after(&["电费 86.50"], "电费").as_deref(), Some("86.50"));
        assert_eq!(after(&["电费", "86.50"], "电费").as_deref(), Some("86.50"));
        assert_eq!(after(&["姓 名：某某"], "姓名").as_deref(), Some("某某"));
    }

    #[test]
    fn trims_every_kind_of_blank() {
        assert_eq!(trim(" \u{a0}\u{3000}午餐\t\u{200b}"), "午餐");
        for (text, trimmed) in [
            ("", ""),
            (" \t", ""),
            ("午", "午"),
            ("a\u{3000}", "a"),
            ("\u{feff}午餐 ", "午餐"),
            ("é\u{a0}", "é"),
            ("午\u{a0}", "午"),
        ] {
            assert_eq!(trim(text), trimmed, "{text:?}");
        }
        assert_eq!(squash("金额（元） ："), "金额(元):");
    }
}
