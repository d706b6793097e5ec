//! Figures that are more than a number: with a mark of their direction, two in one cell, or written with other points
//! and commas.

use std::sync::OnceLock;

use model::Money;
use model::document::{Content, Document};
use model::page::{Page, PageBuilder, WordShape};
use model::sheet::{Cell, Sheet};
use model::statement::Flow;
use regex::Regex;

use crate::synonyms::Synonyms;
use crate::text::trim;

/// What the cells of a column of figures hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    Plain,
    /// `收 12.00`
    MarkBefore,
    /// `12.00CR`, `12.00-`
    MarkBehind,
    /// `-12.00 / 88.00`
    Two,
}

/// Which part of the cell is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Whole,
    First,
    Second,
}

#[derive(Debug)]
struct Patterns {
    any: Regex,
    before: Regex,
    behind: Regex,
    first: Regex,
    second: Regex,
}

/// A number as [`Money::read`] takes it; that one decides.
const NUMBER: &str = r"[-+－]?[(（]?[-+]?(?:人民币|CNY|RMB|[¥￥])?\s*[-+]?\d[\d,]*(?:\.\d+)?[)）]?\s*(?:元|CNY|RMB)?";

fn patterns(words: &Synonyms) -> Option<&'static Patterns> {
    static PATTERNS: OnceLock<Option<Patterns>> = OnceLock::new();
    let make = || {
        let mut marks: Vec<&String> =
            [Flow::In, Flow::Out].iter().filter_map(|flow| words.directions.get(flow)).flatten().collect();
        // The longest first, so that 借 is not found in 借方.
        marks.sort_by_key(|mark| std::cmp::Reverse(mark.len()));
        let marks: Vec<String> = marks.into_iter().map(|mark| regex::escape(mark)).collect();
        let marks = marks.join("|");
        let number = NUMBER;
        let pattern = |text: String| Regex::new(&text).ok();
        Some(Patterns {
            any: pattern(format!(
                r"^(?:(?:{marks})\s*[:：]?\s*)?(?P<amount>{number})\s*[(（\[]?(?:{marks})?[)）\]]?(?:\s*[/／|]\s*{number})?$"
            ))?,
            before: pattern(format!(r"^(?:(?P<flow>{marks})\s*[:：]?\s*)?(?P<amount>{number})$"))?,
            behind: pattern(format!(r"^(?P<amount>{number})\s*[(（\[]?(?P<flow>{marks})?[)）\]]?$"))?,
            first: pattern(format!(r"^(?P<amount>{number})\s*[/／|]\s*{number}$"))?,
            second: pattern(format!(r"^{number}\s*[/／|]\s*(?P<amount>{number})$"))?,
        })
    };
    PATTERNS.get_or_init(make).as_ref()
}

/// What marks a cell as holding a figure of any kind.
pub fn any(words: &Synonyms) -> Option<Regex> {
    patterns(words).map(|patterns| patterns.any.clone())
}

/// The pattern that reads this part of such cells; none for a plain number.
pub fn pattern(words: &Synonyms, figure: Figure, part: Part) -> Option<Regex> {
    let patterns = patterns(words)?;
    match (figure, part) {
        (Figure::Plain, _) => None,
        (Figure::MarkBefore, _) => Some(patterns.before.clone()),
        (Figure::MarkBehind, _) => Some(patterns.behind.clone()),
        (Figure::Two, Part::Second) => Some(patterns.second.clone()),
        (Figure::Two, _) => Some(patterns.first.clone()),
    }
}

/// What these cells hold; none where fewer than four in five are figures, or no cell has a point and `is_named` (the
/// column is called an amount) does not say that they are.
pub fn figure_of(words: &Synonyms, texts: &[&str], is_named: bool) -> Option<Figure> {
    let patterns = patterns(words)?;
    if !is_named && !texts.iter().any(|text| text.contains('.')) {
        return None;
    }
    let reads = |pattern: &Regex, text: &str| {
        let amount = pattern.captures(text).and_then(|found| found.name("amount"));
        amount.is_some_and(|amount| Money::read(trim(amount.as_str())).is_ok())
    };
    let count = |test: &dyn Fn(&str) -> bool| texts.iter().filter(|text| test(trim(text))).count();
    let plain = count(&|text| Money::read(text).is_ok());
    let mut best = (plain, Figure::Plain);
    if plain < texts.len() {
        for (pattern, figure) in [
            (&patterns.before, Figure::MarkBefore),
            (&patterns.behind, Figure::MarkBehind),
            (&patterns.first, Figure::Two),
        ] {
            let found = count(&|text| reads(pattern, text));
            if found > best.0 {
                best = (found, figure);
            }
        }
    }
    (best.0 > 0 && best.0 * 10 >= texts.len() * 8).then_some(best.1)
}

// ---- points and commas ----

/// How a whole document writes its figures, where it is not `1,234.56`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// `1.234,56`
    DecimalComma,
    /// `1'234.56`
    Apostrophes,
    /// `12,3456.78`
    GroupsOfFour,
}

impl Spelling {
    const ALL: [Self; 3] = [Self::DecimalComma, Self::Apostrophes, Self::GroupsOfFour];

    fn pattern(self) -> Option<&'static Regex> {
        static PATTERNS: OnceLock<[Option<Regex>; 3]> = OnceLock::new();
        let patterns = PATTERNS.get_or_init(|| {
            [
                r"^[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d{2}$",
                r"^[-+]?\d{1,3}(?:['’]\d{3})+(?:\.\d+)?$",
                r"^[-+]?\d{1,4}(?:,\d{4})+(?:\.\d+)?$",
            ]
            .map(|pattern| Regex::new(pattern).ok())
        });
        patterns.get(self as usize).and_then(Option::as_ref)
    }

    /// A figure that no document of this spelling has.
    fn is_foreign(self, text: &str) -> bool {
        match self {
            Self::DecimalComma => text.contains('.') && !text.contains(',') && Money::read(text).is_ok(),
            Self::Apostrophes => false,
            Self::GroupsOfFour => text.contains(',') && Money::read(text).is_ok(),
        }
    }

    fn respell(self, character: char) -> Option<char> {
        match (self, character) {
            (Self::DecimalComma, '.') => Some(','),
            (Self::DecimalComma, ',') => Some('.'),
            (Self::Apostrophes, '\'' | '’') => Some(','),
            (Self::GroupsOfFour, ',') => None,
            (_, other) => Some(other),
        }
    }
}

/// The same document with its figures as `1,234.56`, or `None` where they are. All figures of a file are written one
/// way: a single one that could not be, and nothing is changed. Everything keeps its place.
pub fn respelled(document: &Document) -> Option<Document> {
    let texts: Vec<&str> = match &document.content {
        Content::Sheets(sheets) => {
            sheets.iter().flat_map(|s| s.cells.iter().map(|cell| trim(s.cell_text(cell)))).collect()
        }
        Content::Pages(pages) => pages.iter().flat_map(|p| p.words.iter().map(|word| p.word_text(word))).collect(),
        Content::Text(_) => return None,
    };
    let numbers = texts.into_iter().filter(|text| text.bytes().any(|b| b.is_ascii_digit()));
    let mut fits = Spelling::ALL.map(|spelling| (spelling, false));
    for text in numbers {
        for (spelling, found) in &mut fits {
            // Nearly every text is told by having none of the marks.
            *found |= text.contains([',', '\'', '’']) && spelling.pattern().is_some_and(|p| p.is_match(text));
        }
    }
    let foreign = |spelling: Spelling, document: &Document| match &document.content {
        Content::Sheets(sheets) => {
            sheets.iter().any(|s| s.cells.iter().any(|cell| spelling.is_foreign(trim(s.cell_text(cell)))))
        }
        Content::Pages(pages) => {
            pages.iter().any(|p| p.words.iter().any(|word| spelling.is_foreign(p.word_text(word))))
        }
        Content::Text(_) => true,
    };
    let (spelling, _) = fits.into_iter().find(|(spelling, found)| *found && !foreign(*spelling, document))?;
    let pattern = spelling.pattern()?;
    let content = match &document.content {
        Content::Sheets(sheets) => {
            Content::Sheets(sheets.iter().map(|s| respelled_sheet(s, spelling, pattern)).collect())
        }
        Content::Pages(pages) => Content::Pages(pages.iter().map(|p| respelled_page(p, spelling, pattern)).collect()),
        Content::Text(_) => return None,
    };
    Some(Document { content, ..document.clone() })
}

fn respelled_sheet(sheet: &Sheet, spelling: Spelling, pattern: &Regex) -> Sheet {
    let mut sheet = sheet.clone();
    let mut more = String::new();
    let end = sheet.text.len();
    let mut cells = std::mem::take(&mut sheet.cells);
    for cell in &mut cells {
        let text = trim(sheet.cell_text(cell));
        if !pattern.is_match(text) {
            continue;
        }
        let start = end + more.len();
        more.extend(text.chars().filter_map(|c| spelling.respell(c)));
        if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end + more.len())) {
            *cell = Cell { start, end, ..*cell };
        }
    }
    sheet.cells = cells;
    sheet.text.push_str(&more);
    sheet
}

fn respelled_page(page: &Page, spelling: Spelling, pattern: &Regex) -> Page {
    let mut made = PageBuilder::new(page.number, page.width, page.height);
    for word in &page.words {
        let is_figure = pattern.is_match(page.word_text(word));
        let mut text = String::new();
        let mut edges = Vec::new();
        for (character, x0, _) in page.glyphs(word) {
            if let Some(character) = if is_figure { spelling.respell(character) } else { Some(character) } {
                text.push(character);
                edges.push(x0);
            }
        }
        edges.push(page.glyphs(word).last().map_or(word.x1, |(_, _, x1)| x1));
        made.word(&text, &edges, shape_of(word));
    }
    let mut made = made.finish();
    made.rules = page.rules.clone();
    made.image_area = page.image_area;
    made.reader = page.reader.clone();
    // Doubts are about edges, which have moved: a page of a picture is read as it is.
    if page.reader.is_some() { page.clone() } else { made }
}

/// The place of a word without its text.
pub const fn shape_of(word: &model::page::Word) -> WordShape {
    WordShape {
        top: word.top,
        bottom: word.bottom,
        baseline: word.baseline,
        font_size: word.font_size,
        font: word.font,
        upright: word.upright,
        confidence: word.confidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synonyms::synonyms;

    #[test]
    fn cells_are_told_by_most_of_them() {
        let told = |texts: &[&str]| figure_of(synonyms().unwrap(), texts, false);
        assert_eq!(told(&["1.00", "-2.00", "3"]), Some(Figure::Plain));
        assert_eq!(told(&["1.00CR", "2.00DR"]), Some(Figure::MarkBehind));
        assert_eq!(told(&["1.00", "2.00-"]), Some(Figure::MarkBehind));
        assert_eq!(told(&["收1.00", "支 2.00", "借：3.00"]), Some(Figure::MarkBefore));
        assert_eq!(told(&["1.00/99.00", "-2.00 / 97.00"]), Some(Figure::Two));
        assert_eq!(told(&["2024.01", "工资", "房租"]), None);
        assert_eq!(told(&["12", "13"]), None);
    }

    #[test]
    fn groups_of_four_and_apostrophes_are_respelled() {
        let respell =
            |spelling: Spelling, text: &str| -> String { text.chars().filter_map(|c| spelling.respell(c)).collect() };
        assert_eq!(respell(Spelling::GroupsOfFour, "1,2345,6789.01"), "123456789.01");
        assert_eq!(respell(Spelling::Apostrophes, "1'234’567.01"), "1,234,567.01");
        assert!(Spelling::GroupsOfFour.pattern().unwrap().is_match("1,2345,6789.01"));
        assert!(!Spelling::GroupsOfFour.pattern().unwrap().is_match("1,234.01"));
    }
}
