//! A document's geometry and vocabulary without any of its data, so that a lender can ask for a layout without
//! handing over a statement.
//!
//! Only words that layouts and the table of synonyms already know (column names, labels, titles) are printed as they
//! stand. Of everything else the shape is left: 口 for a Chinese character, 9 for a digit, A and a for letters.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use model::Source;
use model::document::{Content, Document};

use crate::layout::library;
use crate::synonyms::known_words;
use crate::text::{placed_pieces, sheet_line, squash, word_lines};

/// Lines printed of each page or sheet: its head, then its foot.
const HEAD_LINES: usize = 40;
const FOOT_LINES: usize = 12;

/// The report, as text. Holds no name, no figure and no number of the document.
#[must_use]
pub fn shape(document: &Document) -> String {
    let vocabulary = vocabulary();
    let mut out = String::new();
    let _ = writeln!(out, "media type  {}", document.media_type.as_str());
    if let Some(producer) = &document.facts.producer {
        // A producer is a program's name; a person's name never stands there alone.
        let _ = writeln!(out, "producer    {producer}");
    }
    match &document.content {
        Content::Pages(pages) => {
            let _ = writeln!(out, "pages       {}", pages.len());
            for page in pages.iter().take(2).chain(pages.iter().skip(2).next_back()) {
                let _ = writeln!(
                    out,
                    "\npage {}: {:.0} x {:.0} pt, {} words, {} rules",
                    page.number,
                    page.width,
                    page.height,
                    page.words.len(),
                    page.rules.len()
                );
                let lines: Vec<_> = word_lines(page)
                    .iter()
                    .map(|line| {
                        let size = line.words.iter().map(|w| w.font_size).fold(0.0_f32, f32::max);
                        (line.baseline, size, placed_pieces(page, line))
                    })
                    .collect();
                print_edges(&mut out, lines.len(), |out, index| {
                    let Some((baseline, size, pieces)) = lines.get(index) else { return };
                    let _ = write!(out, "y {baseline:6.1}  size {size:4.1} ");
                    // Where it stands on the page as it is read: a photograph's is straightened.
                    for (piece, area) in pieces {
                        let _ = write!(out, " [{:.0}–{:.0} {}]", area.x0, area.x1, masked(&piece.text, &vocabulary));
                    }
                    out.push('\n');
                });
            }
        }
        Content::Sheets(sheets) => {
            for (number, sheet) in (1..).zip(sheets) {
                let _ = writeln!(out, "\nsheet {number}: {} rows", sheet.rows.len());
                print_edges(&mut out, sheet.rows.len(), |out, index| {
                    let Some(row) = sheet.rows.get(index) else { return };
                    let _ = write!(out, "row {:5} ", row.number);
                    for piece in &sheet_line(sheet, row).pieces {
                        let column = match &piece.source {
                            Source::Cell { column, .. } | Source::Line { column, .. } => *column,
                            Source::Page { .. } => 0,
                        };
                        let _ = write!(out, " [{column} {}]", masked(&piece.text, &vocabulary));
                    }
                    out.push('\n');
                });
            }
        }
        Content::Text(text) => {
            let lines: Vec<&str> = text.lines().collect();
            let _ = writeln!(out, "lines       {}\n", lines.len());
            print_edges(&mut out, lines.len(), |out, index| {
                let _ = writeln!(out, "{}", lines.get(index).map(|line| masked(line, &vocabulary)).unwrap_or_default());
            });
        }
    }
    out
}

fn print_edges(out: &mut String, count: usize, mut print: impl FnMut(&mut String, usize)) {
    let foot = count.saturating_sub(FOOT_LINES).max(HEAD_LINES.min(count));
    for index in 0..HEAD_LINES.min(count) {
        print(out, index);
    }
    if foot > HEAD_LINES {
        let _ = writeln!(out, "… {} more", foot - HEAD_LINES);
    }
    for index in foot..count {
        print(out, index);
    }
}

/// Column names, labels and titles that are the same on every document of an issuer.
fn vocabulary() -> BTreeSet<String> {
    let mut words: BTreeSet<String> = known_words().into_iter().map(|w| squash(&w).into_owned()).collect();
    for layout in &library().layouts {
        words.extend(layout.columns.iter().flat_map(|c| c.headers.iter().cloned()));
        words.extend(layout.identify.iter().flat_map(|i| i.texts.iter().cloned()));
        let labels = layout.fields.values().chain(layout.facts.iter().map(|f| &f.spec)).flat_map(|f| &f.after);
        words.extend(labels.map(|label| squash(label).into_owned()));
    }
    // A single character is no name of a column but may be one of a person.
    words.retain(|word| word.chars().count() > 1);
    words
}

fn masked(text: &str, vocabulary: &BTreeSet<String>) -> String {
    let squashed = squash(text);
    if vocabulary.contains(&*squashed) {
        return squashed.into_owned();
    }
    if let Some((label, rest)) = text.split_once([':', '：'])
        && vocabulary.contains(&*squash(label))
    {
        return format!("{}：{}", squash(label), masked(rest, vocabulary));
    }
    // Blanks part the words of a title or of a heading in two languages.
    if text.contains(' ') {
        let parts: Vec<String> = text.split(' ').map(|part| masked(part, vocabulary)).collect();
        return parts.join(" ");
    }
    let mask = |character: char| match character {
        '0'..='9' | '０'..='９' => '9',
        'A'..='Z' => 'A',
        'a'..='z' => 'a',
        c if c.is_ascii_graphic() || matches!(c, '：' | '，' | '。' | '（' | '）' | '、' | '￥' | '¥' | '—') => {
            c
        }
        c if c.is_alphanumeric() => '口',
        _ => '·',
    };
    text.chars().map(mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_words_are_printed() {
        let vocabulary = vocabulary();
        let masked = |text: &str| masked(text, &vocabulary);
        assert_eq!(masked("交易日期"), "交易日期");
        assert_eq!(masked("户名：周一一"), "户名：口口口");
        assert_eq!(masked("周一一"), "口口口");
        assert_eq!(masked("6222 0212 3456"), "9999 9999 9999");
        assert_eq!(masked("-1,234.56"), "-9,999.99");
        assert_eq!(masked("Zhou yi"), "Aaaa aa");
    }
}
