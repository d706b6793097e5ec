//! Pages as plain text, to write down and to fuzz: the words of a page without a file format around them.
//!
//! A line is one word, `x baseline size text`, its glyphs half or one size wide; `| x y0 y1` is a vertical rule, and `---`
//! begins the next page. Lines that are neither are left out.

use crate::document::{Content, Document, FileFacts, MediaType};
use crate::page::{Page, PageBuilder, Rule, WordShape};

const WIDTH: f32 = 842.0;
const HEIGHT: f32 = 595.0;

/// The document that a text describes.
#[must_use]
pub fn document(text: &str) -> Document {
    let pages: Vec<Page> = text.split("\n---").zip(1_u32..).map(|(part, number)| page(number, part)).collect();
    Document {
        media_type: MediaType::Pdf,
        page_count: u32::try_from(pages.len()).ok(),
        content: Content::Pages(pages),
        facts: FileFacts::default(),
        problems: Vec::new(),
    }
}

fn page(number: u32, text: &str) -> Page {
    let mut page = PageBuilder::new(number, WIDTH, HEIGHT);
    for line in text.lines() {
        let mut parts = line.splitn(4, ' ');
        let mut next = || parts.next();
        let Some(first) = next() else { continue };
        let mut figure = || next().and_then(|part| part.parse::<f32>().ok()).filter(|figure| figure.is_finite());
        if first == "|" {
            if let (Some(x), Some(y0), Some(y1)) = (figure(), figure(), figure()) {
                page.rule(Rule { x0: x, y0, x1: x, y1 });
            }
            continue;
        }
        let x = first.parse::<f32>().ok().filter(|x| x.is_finite());
        let (Some(x), Some(baseline), Some(size)) = (x, figure(), figure()) else { continue };
        let Some(word) = next() else { continue };
        let mut edges = vec![x];
        let mut right = x;
        for character in word.chars() {
            right += if character.is_ascii() { size / 2.0 } else { size };
            edges.push(right);
        }
        let shape = WordShape {
            top: baseline - 0.8 * size,
            bottom: baseline + 0.2 * size,
            baseline,
            font_size: size,
            font: 0,
            upright: true,
            confidence: 1.0,
        };
        page.word(word, &edges, shape);
    }
    page.finish()
}

/// A document's pages as such a text; `None` for what has none.
#[must_use]
pub fn text(document: &Document) -> Option<String> {
    let Content::Pages(pages) = &document.content else { return None };
    let page = |page: &Page| {
        let words = page.words.iter().filter(|word| word.upright);
        let word = |word| page_line(page, word);
        let rules = page.rules.iter().filter(|rule| (rule.x1 - rule.x0).abs() < 1.0);
        let rules = rules.map(|rule| format!("| {:.0} {:.0} {:.0}\n", rule.x0, rule.y0, rule.y1));
        words.map(word).chain(rules).collect::<String>()
    };
    Some(pages.iter().map(page).collect::<Vec<_>>().join("---\n"))
}

fn page_line(page: &Page, word: &crate::page::Word) -> String {
    format!("{:.1} {:.1} {:.1} {}\n", word.x0, word.baseline, word.font_size, page.word_text(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_written_down_and_read_back() {
        let written = "10.0 20.0 8.0 余额\n60.0 20.0 8.0 1,234.50\n| 55 10 30\n---\n10.0 30.0 8.0 合计\n";
        let read = document(written);
        assert_eq!(text(&read).as_deref(), Some(written));
        let Content::Pages(pages) = &read.content else { panic!("pages") };
        assert_eq!((pages.len(), pages[0].words[1].x1), (2, 92.0));
    }
}
