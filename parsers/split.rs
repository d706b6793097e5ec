//! A printed file that holds several statements one after the other → where each begins.
//!
//! People merge the papers of two months, or of two accounts, into one PDF. A page begins a further statement where its
//! number starts again, where its heading names another account or another period, or where another issuer's title
//! stands on it. What is told here is only tried: [`crate::parse`] takes the parts when each of them reads as well as
//! the whole does.

use std::ops::Range;
use std::sync::OnceLock;

use model::Source;
use model::page::Page;
use model::statement::{PageRange, Statement};
use regex::Regex;

use crate::fields::find;
use crate::layout::{FieldName, FieldSpec, Layout};
use crate::text::{TextLine, page_line, squash, word_lines};

/// Lines of a heading; the longest known has 14.
const HEADING_LINES: usize = 24;
/// Lines at a page's foot that may print its number.
const FOOT_LINES: usize = 4;
/// More statements than this in one file is a mistake of ours.
const PARTS_MAX: usize = 120;

/// What a page says of the statement it belongs to.
#[derive(Debug, Default)]
struct Leaf {
    /// Its printed number, and how many pages it says there are.
    number: Option<(u32, Option<u32>)>,
    account: Option<String>,
    period: Option<String>,
    /// Layouts whose titles stand on it, with the number of their texts.
    titles: Vec<(usize, usize)>,
}

impl Leaf {
    fn texts_of(&self, layout: usize) -> usize {
        self.titles.iter().find(|(at, _)| *at == layout).map_or(0, |(_, texts)| *texts)
    }

    /// The layout that most texts name.
    fn title(&self) -> Option<usize> {
        let best = self.titles.iter().map(|(_, texts)| *texts).max()?;
        self.titles.iter().find(|(_, texts)| *texts == best).map(|(at, _)| *at)
    }
}

/// The index ranges of the pages that each statement takes, or `None` where nothing says that there are several.
/// `fields` are the labels of the heading: the layout's, or for a layout that nobody described the usual ones.
pub fn split(
    layouts: &[Layout],
    layout: Option<&Layout>,
    fields: &[(FieldName, FieldSpec)],
    pages: &[Page],
) -> Option<Vec<Range<usize>>> {
    if pages.len() < 2 {
        return None;
    }
    let is_picture = pages.iter().any(|page| page.reader.is_some());
    let leaves: Vec<Leaf> = pages.iter().map(|page| leaf(layouts, fields, page)).collect();
    let told = layout.and_then(|layout| layouts.iter().position(|other| other.id == layout.id));
    let own = |leaf: &Leaf| match told {
        Some(told) if leaf.title().is_none_or(|best| leaf.texts_of(best) == leaf.texts_of(told)) => Some(told),
        _ => leaf.title(),
    };
    let is_facts = |layout: usize| layouts.get(layout).is_some_and(|layout| layout.columns.is_empty());
    let mut current = leaves.first().and_then(own);
    let mut starts = vec![0];
    let (mut account, mut period) = (None, None);
    let mut before: Option<(u32, Option<u32>)> = None;
    for (index, leaf) in leaves.iter().enumerate() {
        let differ = |own: &str, told: &str| if is_picture { is_far(own, told) } else { own != told };
        let other = |own: &Option<String>, told: &Option<String>| matches!((own, told), (Some(own), Some(told)) if differ(own, told));
        let again = matches!((leaf.number, before), (Some((1, _)), Some((last, all))) if last > 1 || all == Some(last));
        // Texts that many issuers print tell nothing: another's title needs to fit better than the layout's own. A
        // paper of facts begins anew with its title.
        let titled = current.is_some_and(|current| {
            leaf.title().is_some_and(|best| leaf.texts_of(best) > leaf.texts_of(current))
                || is_facts(current) && leaf.texts_of(current) > 0
        });
        let begins = index > 0 && (again || titled || other(&account, &leaf.account) || other(&period, &leaf.period));
        if begins {
            starts.push(index);
            current = own(leaf);
            (account, period) = (None, None);
        }
        account = leaf.account.clone().or(account);
        period = leaf.period.clone().or(period);
        before = leaf.number.or(before);
    }
    if starts.len() < 2 || starts.len() > PARTS_MAX {
        return None;
    }
    let ends = starts.iter().skip(1).copied().chain([pages.len()]);
    Some(starts.iter().copied().zip(ends).map(|(from, to)| from..to).collect())
}

/// Whether two texts that were read off pictures differ by more than misreads: by over a quarter of their characters, as
/// two accounts of one bank do. Two periods may not; their pages are told by their numbers.
fn is_far(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.chars().take(COMPARED_MAX).collect(), b.chars().take(COMPARED_MAX).collect());
    // The edit distance, row by row.
    let mut distances: Vec<usize> = (0..=b.len()).collect();
    for (row, left) in (1..).zip(&a) {
        let mut corner = std::mem::replace(distances.first_mut().unwrap_or(&mut 0), row);
        let mut before = row;
        for (cell, right) in distances.iter_mut().skip(1).zip(&b) {
            let best = (corner + usize::from(left != right)).min(*cell + 1).min(before + 1);
            corner = std::mem::replace(cell, best);
            before = best;
        }
    }
    4 * distances.last().copied().unwrap_or(0) > a.len().max(b.len())
}

/// Characters of an account or a period that are compared: neither is longer.
const COMPARED_MAX: usize = 64;

fn leaf(layouts: &[Layout], fields: &[(FieldName, FieldSpec)], page: &Page) -> Leaf {
    let lines = word_lines(page);
    let text = |line| page_line(page, line);
    let heading: Vec<TextLine> =
        lines.iter().take(HEADING_LINES).map(text).take_while(|line| !line.is_movement()).collect();
    let value = |wanted: FieldName| {
        let spec = fields.iter().find(|(name, _)| *name == wanted).map(|(_, spec)| spec)?;
        let found = find(spec, &heading)?;
        Some(squash(&format!("{}{}", found.first, found.second.unwrap_or_default())).into_owned())
    };
    let mut title = String::new();
    for line in &heading {
        title.push_str(&squash(&line.joined()));
        title.push('\n');
    }
    let all = |texts: &Vec<String>| !texts.is_empty() && texts.iter().all(|text| title.contains(text.as_str()));
    let texts =
        |layout: &Layout| layout.identify.iter().filter(|block| all(&block.texts)).map(|block| block.texts.len()).max();
    let titles = layouts.iter().enumerate().filter_map(|(at, layout)| Some((at, texts(layout)?))).collect();
    let foot = lines.len().saturating_sub(FOOT_LINES).max(heading.len());
    let at_the_foot = || lines.get(foot..).unwrap_or(&[]).iter().map(text).find_map(|line| page_number(&line));
    let number = heading.iter().find_map(page_number).or_else(at_the_foot);
    Leaf { number, account: value(FieldName::Account), period: value(FieldName::Period), titles }
}

fn page_number(line: &TextLine) -> Option<(u32, Option<u32>)> {
    static PATTERNS: OnceLock<Vec<Regex>> = OnceLock::new();
    let patterns = PATTERNS.get_or_init(|| {
        let list = [
            r"第(\d{1,4})页[/,，、]?(?:总?共|总)(\d{1,4})页",
            r"第(\d{1,4})/(\d{1,4})页",
            r"(?i)page(\d{1,4})(?:of|/)(\d{1,4})",
            r"^(?:页码?[:：]?)?(\d{1,4})/(\d{1,4})$",
            r"^第(\d{1,4})页$",
        ];
        list.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
    });
    let text = squash(&line.joined()).into_owned();
    if !text.contains(['页', '/']) && !text.contains("age") && !text.contains("AGE") {
        return None;
    }
    let captures = patterns.iter().find_map(|pattern| pattern.captures(&text))?;
    let number = |at: usize| captures.get(at).and_then(|group| group.as_str().parse::<u32>().ok());
    let (page, all) = (number(1)?, number(2));
    // `3/2` is a day, or a price.
    all.is_none_or(|all| page <= all).then_some((page, all))
}

/// Says which pages each statement stands on: a lone one on all of them, others where their figures are.
pub fn tell_pages(statements: &mut [Statement], pages: &[Page]) {
    let (Some(first), Some(last)) = (pages.first(), pages.last()) else { return };
    if let [only] = statements {
        only.pages = Some(PageRange { first: first.number, last: last.number });
        return;
    }
    for statement in statements {
        let rows = statement.transactions.iter().map(|row| &row.source);
        let fields = statement.fields.values().chain(statement.records.iter().flat_map(|record| record.values()));
        let sources = rows.chain(fields.map(|field| &field.source));
        let numbers = sources.filter_map(|source| match source {
            Source::Page { page, .. } => Some(*page),
            _ => None,
        });
        let (low, high) = numbers.fold((u32::MAX, 0), |(low, high), page| (low.min(page), high.max(page)));
        statement.pages = (low <= high).then_some(PageRange { first: low, last: high });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Piece;

    fn line(text: &str) -> TextLine {
        TextLine {
            pieces: vec![Piece {
                text: text.to_owned(),
                source: Source::Line { line: 1, column: 1 },
                marks: Vec::new(),
                confidence: 1.0,
            }],
        }
    }

    #[test]
    fn a_misread_account_is_the_same_account() {
        assert!(!is_far("6222021234567890123", "6222021284567890123"));
        assert!(!is_far("6222021234567890123", "622202123456789012"));
        assert!(is_far("6222021234567890123", "6222029876512340987"));
        assert!(is_far("6222****1234", "6222****5678"));
    }

    #[test]
    fn page_numbers_are_told_from_dates_and_prices() {
        for (text, number) in [
            ("第 1 页 / 共 12 页", Some((1, Some(12)))),
            ("第2页，共3页", Some((2, Some(3)))),
            ("第 1/3 页", Some((1, Some(3)))),
            ("Page 2 of 7", Some((2, Some(7)))),
            ("3/8", Some((3, Some(8)))),
            ("第 4 页", Some((4, None))),
            ("11/3", None),
            ("2024/03/05 3/8 元", None),
        ] {
            assert_eq!(page_number(&line(text)), number, "{text}");
        }
    }
}
