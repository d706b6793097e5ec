//! What a figure that was read off a picture may say instead: its own doubts, letters that look like digits, and
//! lost or mistaken separators.

use std::sync::OnceLock;

use model::document::{Content, Document};
use model::page::{Change, Page};
use regex::Regex;

use crate::text::{is_blank, trim};

/// A doubt about a character of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// The character's byte offset in its text.
    pub at: usize,
    pub change: Change,
    /// In nats, as [`model::page::Doubt::cost`].
    pub cost: f32,
}

/// Another text, and how much less likely it is than what was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Spelling {
    pub text: String,
    pub cost: f32,
}

/// The other texts, cheapest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Spellings {
    pub others: Vec<Spelling>,
    /// The least cost of what was left out: nothing that is not listed is cheaper. Infinite when all is listed.
    pub cut: f32,
}

/// Nothing dearer is looked at: it is further from what was read than a repair may be ([`crate::repair`]), and than what
/// a repair must be told apart from.
pub const COST_MAX: f32 = 12.0;
/// A figure is read wrong in one place, seldom in two; three is a misread that nothing should be built on.
const CHANGES_MAX: usize = 3;
/// Doubts looked at for one figure. With three changes at most, 24 make some 2,000 texts.
const MARKS_MAX: usize = 24;
/// Texts kept of one figure, the cheapest; a chain looks at all pairs of two neighbours' values.
const TEXTS_MAX: usize = 64;
/// A longer text is no figure.
const LENGTH_MAX: usize = 40;

/// A letter where a digit must be is that digit's look-alike: the reader chose between shapes and knew nothing of the
/// column.
const LOOK_ALIKE_COST: f32 = 0.5;
/// A comma and a point differ by a speck.
const SEPARATOR_COST: f32 = 0.7;
/// A lost point or a lost line between a date's parts: the digits are all there.
const LOST_POINT_COST: f32 = 1.5;

/// Writing that ran into a figure: the digits are all there.
const WRITING_COST: f32 = 1.5;

/// Every text within [`COST_MAX`] that the marks and the look-alikes of digits allow, without the one that was read.
#[must_use]
pub fn spellings(text: &str, marks: &[Mark]) -> Spellings {
    let mut found = Spellings { others: Vec::new(), cut: f32::INFINITY };
    let length = text.chars().count();
    if length == 0 || length > LENGTH_MAX {
        return found;
    }
    let mut usable: Vec<Mark> = marks.iter().filter(|m| m.cost.is_finite()).copied().collect();
    usable.extend(text.char_indices().filter_map(|(at, character)| {
        Some(Mark { at, change: Change::Replaced(look_alike(character)?), cost: LOOK_ALIKE_COST })
    }));
    usable.sort_by(|a, b| a.cost.max(0.0).total_cmp(&b.cost.max(0.0)).then(a.at.cmp(&b.at)));
    if let Some(first_left_out) = usable.get(MARKS_MAX) {
        found.cut = first_left_out.cost;
        usable.truncate(MARKS_MAX);
    }
    extend(text, &usable, &mut Vec::new(), 0.0, &mut found);
    found.cheapest()
}

impl Spellings {
    /// Every text with either sign: a thin line that the picture does not show. `cost` is of each.
    pub fn with_signs(mut self, text: &str, cost: f32) -> Self {
        let as_read = Spelling { text: text.to_owned(), cost: 0.0 };
        let unsigned =
            std::iter::once(as_read).chain(self.others).filter(|s| s.text.starts_with(|c: char| c.is_ascii_digit()));
        let signed = unsigned
            .flat_map(|s| ['+', '-'].map(|sign| Spelling { text: format!("{sign}{}", s.text), cost: s.cost + cost }));
        self.others = signed.filter(|s| s.cost <= COST_MAX).collect();
        self.cheapest()
    }

    fn cheapest(mut self) -> Self {
        self.others.sort_by(|a, b| a.cost.total_cmp(&b.cost).then_with(|| a.text.cmp(&b.text)));
        if let Some(first_left_out) = self.others.get(TEXTS_MAX) {
            self.cut = self.cut.min(first_left_out.cost);
            self.others.truncate(TEXTS_MAX);
        }
        self
    }
}

/// Adds every text that changes what is `chosen` and one or more of `rest`, which are in the order of their cost.
fn extend(text: &str, rest: &[Mark], chosen: &mut Vec<Mark>, cost: f32, found: &mut Spellings) {
    if chosen.len() == CHANGES_MAX {
        return;
    }
    for (index, mark) in rest.iter().enumerate() {
        let total = cost + mark.cost.max(0.0);
        // The marks that follow cost no less.
        if total > COST_MAX {
            found.cut = found.cut.min(total);
            break;
        }
        if chosen.iter().any(|other| other.at == mark.at) {
            continue;
        }
        chosen.push(*mark);
        found.others.push(Spelling { text: changed(text, chosen), cost: total });
        extend(text, rest.get(index + 1..).unwrap_or(&[]), chosen, total, found);
        chosen.pop();
    }
}

fn changed(text: &str, marks: &[Mark]) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for (at, character) in text.char_indices() {
        match marks.iter().find(|mark| mark.at == at).map(|mark| mark.change) {
            None => out.push(character),
            Some(Change::Replaced(other)) => out.push(other),
            Some(Change::Absent) => {}
            Some(Change::Followed(next)) => out.extend([character, next]),
        }
    }
    out
}

/// The digit or the sign that a character looks like which stands in no figure.
const fn look_alike(character: char) -> Option<char> {
    Some(match character {
        'O' | 'o' | 'D' | 'Q' | '〇' | '○' => '0',
        'l' | 'I' | 'i' | '|' | '!' => '1',
        'Z' | 'z' => '2',
        'S' | 's' => '5',
        'b' => '6',
        'B' => '8',
        'g' | 'q' => '9',
        '。' | '·' | '•' => '.',
        '、' => ',',
        '_' | '—' | '–' | '一' | '~' => '-',
        _ => return None,
    })
}

/// As [`spellings`], for money: separators that stand where an amount has none are set where it has them.
#[must_use]
pub fn amount_spellings(text: &str, marks: &[Mark]) -> Spellings {
    let mut found = spellings(text, marks);
    let as_read = Spelling { text: text.to_owned(), cost: 0.0 };
    let alone: Vec<Spelling> = std::iter::once(&as_read).chain(&found.others).filter_map(without_writing).collect();
    found.others.extend(alone.into_iter().filter(|s| s.cost <= COST_MAX));
    let mut more: Vec<Spelling> = Vec::new();
    for spelling in std::iter::once(&as_read).chain(&found.others) {
        more.extend(repointed(spelling).filter(|s| s.cost <= COST_MAX));
    }
    found.others.extend(more);
    found.cheapest()
}

/// `国267,590.05用`: a figure without the Chinese characters before and behind it, where a seal's letters or the next
/// cell's text ran into it. One among its digits may stand for a digit.
fn without_writing(spelling: &Spelling) -> Option<Spelling> {
    let is_writing = |c: char| c.is_alphabetic() && !c.is_ascii();
    let figure = trim(trim(&spelling.text).trim_matches(|c: char| is_writing(c) || is_blank(c)));
    let has_digits = figure.bytes().any(|byte| byte.is_ascii_digit()) && !figure.contains(is_writing);
    let is_parted = has_digits && spelling.text.contains(is_writing);
    is_parted.then(|| Spelling { text: figure.to_owned(), cost: spelling.cost + WRITING_COST })
}

/// A document whose figures were read off pictures with commas and points mistaken for each other (`1.034.437.97`), with
/// each as it is meant; `None` where none is. Groups of three digits and two decimals allow one reading only, and no digit
/// changes. Everything keeps its place.
#[must_use]
pub fn with_groups(document: &Document) -> Option<Document> {
    let Content::Pages(pages) = &document.content else { return None };
    let mut is_changed = false;
    let regrouped = |page: &Page| {
        page.reader.as_ref()?;
        let mut text: Option<String> = None;
        for word in &page.words {
            let Some(meant) = regrouped(page.word_text(word)) else { continue };
            // As long as it was, so that the other words' places stay.
            let text = text.get_or_insert_with(|| page.text.clone());
            text.replace_range(word.text_start as usize..word.text_end as usize, &meant);
        }
        is_changed |= text.is_some();
        Some(Page { text: text?, ..page.clone() })
    };
    let changed: Vec<Option<Page>> = pages.iter().map(regrouped).collect();
    if !is_changed {
        return None;
    }
    let pages = changed.into_iter().zip(pages).map(|(changed, page)| changed.unwrap_or_else(|| page.clone())).collect();
    Some(Document { content: Content::Pages(pages), ..document.clone() })
}

/// The text with the marks of its grouped figures set right, as long as it was; `None` where they are.
fn regrouped(text: &str) -> Option<String> {
    static FIGURE: OnceLock<Option<Regex>> = OnceLock::new();
    let figure = FIGURE.get_or_init(|| Regex::new(r"[0-9][0-9.,]*[0-9]").ok()).as_ref()?;
    let mut out = text.to_owned();
    for found in figure.find_iter(text) {
        let parts: Vec<&str> = found.as_str().split(['.', ',']).collect();
        let [first, groups @ .., cents] = parts.as_slice() else { continue };
        let is_grouped = !groups.is_empty()
            && (1..=3).contains(&first.len())
            && groups.iter().all(|group| group.len() == 3)
            && cents.len() == 2;
        if is_grouped {
            let whole: Vec<&str> = std::iter::once(first).chain(groups).copied().collect();
            out.replace_range(found.range(), &format!("{}.{cents}", whole.join(",")));
        }
    }
    (out != text).then_some(out)
}

/// `1.234.56`, `1,234,56` and `123456` as an amount of two decimals: documents print all of theirs with them.
fn repointed(spelling: &Spelling) -> Option<Spelling> {
    let is_separator = |c: char| matches!(c, '.' | ',' | '，' | '．' | '\'' | ' ' | ':' | '：');
    let figure = trim(&spelling.text);
    let start = figure.find(|c: char| c.is_ascii_digit())?;
    let end = figure.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (before, body, after) = (figure.get(..start)?, figure.get(start..end)?, figure.get(end..)?);
    if body.chars().any(|c| !c.is_ascii_digit() && !is_separator(c)) {
        return None;
    }
    let digits: String = body.chars().filter(char::is_ascii_digit).collect();
    // Fewer have no place for a point; more are no amount.
    if !(3..=14).contains(&digits.len()) {
        return None;
    }
    let parts: Vec<&str> = body.split(is_separator).filter(|part| !part.is_empty()).collect();
    let cost = match parts.as_slice() {
        [_] => LOST_POINT_COST,
        [.., cents] if cents.len() == 2 => SEPARATOR_COST,
        [first, groups @ ..] if first.len() <= 3 && groups.iter().all(|g| g.len() == 3) => return None,
        _ => LOST_POINT_COST,
    };
    let (whole, cents) = digits.split_at_checked(digits.len().checked_sub(2)?)?;
    let text = format!("{before}{whole}.{cents}{after}");
    (text != figure).then_some(Spelling { text, cost: spelling.cost + cost })
}

/// As [`spellings`], for a day or a day with its time: where the marks between its parts are lost the digits alone are
/// read.
#[must_use]
pub fn date_spellings(text: &str, marks: &[Mark]) -> Spellings {
    let mut found = spellings(text, marks);
    let as_read = Spelling { text: text.to_owned(), cost: 0.0 };
    let bare: Vec<Spelling> = std::iter::once(&as_read)
        .chain(&found.others)
        .filter_map(|s| Some(Spelling { text: bare_date(&s.text)?, cost: s.cost + LOST_POINT_COST }))
        .filter(|s| s.cost <= COST_MAX)
        .collect();
    found.others.extend(bare);
    found.cheapest()
}

/// `2024-0315`, `2024-03-1512:05:41` → its digits alone, where they are those of a day or of a day and a time.
#[must_use]
pub fn bare_date(text: &str) -> Option<String> {
    let text = trim(text);
    let is_mark = |c: char| c.is_whitespace() || "-/.:：，,年月日—–_·'".contains(c);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let known = text.chars().all(|c| c.is_ascii_digit() || is_mark(c));
    let bare = match digits.len() {
        8 | 14 => digits,
        // Without the seconds.
        12 => format!("{digits}00"),
        _ => return None,
    };
    (known && bare != text).then_some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(at: usize, other: char, cost: f32) -> Mark {
        Mark { at, change: Change::Replaced(other), cost }
    }

    fn texts(found: &Spellings) -> Vec<&str> {
        found.others.iter().map(|s| s.text.as_str()).collect()
    }

    #[test]
    fn marks_between_groups_are_told_by_the_groups() {
        for (read, meant) in [
            ("1.034.437.97", Some("1,034,437.97")),
            ("+2.000,00元", Some("+2,000.00元")),
            ("29,671,65 收", Some("29,671.65 收")),
            ("29,671.65", None),
            ("12.30", None),
            ("2025.11.17", None),
            ("1.2345.67", None),
            ("1.234.567", None),
            ("192.168.10.12", None),
        ] {
            assert_eq!(regrouped(read).as_deref(), meant, "{read}");
        }
    }

    #[test]
    fn every_way_to_read_a_figure_is_listed_cheapest_first() {
        let marks = [replaced(0, '7', 1.0), replaced(3, '8', 2.0), replaced(3, '6', 19.0)];
        assert_eq!(texts(&spellings("1.03", &marks)), ["7.03", "1.08", "7.08"]);
        let absent = Mark { at: 1, change: Change::Absent, cost: 1.0 };
        let followed = Mark { at: 1, change: Change::Followed('4'), cost: 2.0 };
        assert_eq!(texts(&spellings("12", &[absent, followed])), ["1", "124"]);
        assert_eq!(texts(&spellings("12.00", &[])), Vec::<&str>::new(), "nothing is in doubt");
    }

    #[test]
    fn what_was_left_out_is_not_cheaper_than_the_cut() {
        let marks: Vec<Mark> = (0..30).map(|at| replaced(at, '9', 0.1 * at as f32)).collect();
        let found = spellings(&"1".repeat(30), &marks);
        assert!(found.cut > 0.5 && found.others.len() == TEXTS_MAX, "{found:?}");
        for mark in marks.iter().filter(|mark| mark.cost < found.cut) {
            let mut text = "1".repeat(30);
            text.replace_range(mark.at..=mark.at, "9");
            assert!(texts(&found).contains(&text.as_str()), "{mark:?}");
        }
    }

    #[test]
    fn letters_and_separators_are_set_right() {
        for (read, meant) in [
            ("1,28O.00", "1,280.00"),
            ("l2.50", "12.50"),
            ("1.234.56", "1234.56"),
            ("1,234,56", "1234.56"),
            ("-123456", "-1234.56"),
            ("+1 234.56", "+1234.56"),
        ] {
            let found = amount_spellings(read, &[]);
            assert!(texts(&found).contains(&meant), "{read}: {found:?}");
        }
        assert!(amount_spellings("1,234.56", &[]).others.iter().all(|s| s.text == "1234.56"), "the same amount");
    }

    #[test]
    fn a_date_without_its_marks_is_its_digits() {
        assert_eq!(bare_date("2024-0315").as_deref(), Some("20240315"));
        assert_eq!(bare_date("2024-03-1512:05:41").as_deref(), Some("20240315120541"));
        assert_eq!(bare_date("2024-03-15 12:05").as_deref(), Some("20240315120500"));
        assert_eq!(bare_date("20240315"), None);
        assert_eq!(bare_date("2024-03"), None);
    }

    #[test]
    fn a_text_without_end_is_no_figure() {
        assert!(spellings(&"1".repeat(1000), &[replaced(0, '7', 0.1)]).others.is_empty());
    }
}
