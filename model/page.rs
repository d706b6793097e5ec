//! A page as positioned words, from a text layer or from OCR.
//!
//! A page's text lies in one string and its glyph edges in one vector; words are ranges into them. A
//! 200-page statement is then a few allocations a page rather than a few a word.

use crate::Text;
use crate::source::{Area, Source};

/// One run of glyphs without white space. Points, origin top left, y down, after the page's rotation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word {
    /// Byte range in [`Page::text`].
    pub text_start: u32,
    pub text_end: u32,
    /// Index in [`Page::edges`] of this word's first edge; a word of n characters has n + 1 edges.
    pub edge_start: u32,
    pub x0: f32,
    pub x1: f32,
    pub top: f32,
    pub bottom: f32,
    /// Where the glyphs stand; lines are found by it, since `top` and `bottom` depend on the font.
    pub baseline: f32,
    pub font_size: f32,
    /// Index in the document's font list.
    pub font: u16,
    /// False for rotated text (watermarks, margin notes), which tables never contain.
    pub upright: bool,
    /// 1.0 for a text layer.
    pub confidence: f32,
}

/// A ruled line or a thin filled box, horizontal or vertical.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    pub x0: f32,
    pub y0: f32,
    pub x1: f32,
    pub y1: f32,
}

/// What a character that was read off a picture may be instead. A character without one is beyond doubt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Doubt {
    /// Index in [`Page::edges`] of the character's left edge.
    pub edge: u32,
    pub change: Change,
    /// How much less likely than what was read: `ln p(read) - ln p(instead)`, in nats, 0 or more.
    pub cost: f32,
}

/// How a character may have been misread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is another one.
    Replaced(char),
    /// It is none: a speck, a line, half of its neighbour.
    Absent,
    /// One that was not read stands right behind it.
    Followed(char),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// From 1.
    pub number: u32,
    pub width: f32,
    pub height: f32,
    pub text: String,
    /// Left edge of each character and the right edge of the last, for each word in turn.
    pub edges: Vec<f32>,
    /// In the order they are drawn, which is not reading order.
    pub words: Vec<Word>,
    pub rules: Vec<Rule>,
    /// Pictures drawn on the page that cover a good part of it: a scan has one and few words.
    pub image_area: f32,
    /// By `edge`, then by `cost`; empty for a text layer.
    pub doubts: Vec<Doubt>,
    /// The engine and model that read the page off a picture; `None` for a text layer.
    pub reader: Option<Text>,
    /// How the page lies in its picture, when it was straightened to be read.
    pub mesh: Option<Mesh>,
}

/// Where the places of a straightened page lie in its picture: a grid over the page, even in both directions, with
/// the picture's place at each crossing. All in fractions of the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Mesh {
    columns: u32,
    points: Vec<[f32; 2]>,
}

impl Mesh {
    /// Cells in each direction: a curled A4 page is off by under a tenth of a line between crossings.
    const CELLS: u32 = 16;

    /// `place` gives for each crossing, in fractions of the page, its fractions of the picture.
    #[must_use]
    pub fn new(place: impl Fn(f32, f32) -> [f32; 2]) -> Self {
        let share = |at: u32| at as f32 / Self::CELLS as f32;
        let crossings = (0..=Self::CELLS).flat_map(|row| (0..=Self::CELLS).map(move |column| (column, row)));
        let points = crossings.map(|(column, row)| place(share(column), share(row))).collect();
        Self { columns: Self::CELLS + 1, points }
    }

    /// The picture's place for one of the page, both in fractions; places beyond the page are taken to its edge.
    #[must_use]
    pub fn at(&self, x: f32, y: f32) -> [f32; 2] {
        let cell = |share: f32| {
            let place = share.clamp(0.0, 1.0) * Self::CELLS as f32;
            let at = (place as u32).min(Self::CELLS - 1);
            (at, place - at as f32)
        };
        let ((column, right), (row, down)) = (cell(x), cell(y));
        let point = |column: u32, row: u32| {
            let at = (row * self.columns + column) as usize;
            self.points.get(at).copied().unwrap_or([x, y])
        };
        let mix = |a: [f32; 2], b: [f32; 2], share: f32| [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
        let above = mix(point(column, row), point(column + 1, row), right);
        let below = mix(point(column, row + 1), point(column + 1, row + 1), right);
        mix(above, below, down)
    }
}

impl Page {
    #[must_use]
    pub fn word_text(&self, word: &Word) -> &str {
        self.text.get(word.text_start as usize..word.text_end as usize).unwrap_or("")
    }

    /// The characters of a word with their left and right edges.
    pub fn glyphs<'a>(&'a self, word: &'a Word) -> impl Iterator<Item = (char, f32, f32)> + 'a {
        self.word_text(word).chars().enumerate().map(move |(index, character)| {
            let left = self.edge(word, index);
            (character, left, self.edge(word, index + 1))
        })
    }

    /// What else the characters of a word may be: the character's place in the word, and the doubt.
    pub fn doubts<'a>(&'a self, word: &Word) -> impl Iterator<Item = (usize, &'a Doubt)> + 'a {
        let start = word.edge_start;
        let characters = u32::try_from(self.word_text(word).chars().count()).unwrap_or(0);
        let end = start.saturating_add(characters);
        let from = self.doubts.partition_point(|doubt| doubt.edge < start);
        let doubts = self.doubts.get(from..).unwrap_or(&[]).iter();
        doubts.take_while(move |doubt| doubt.edge < end).map(move |doubt| ((doubt.edge - start) as usize, doubt))
    }

    fn edge(&self, word: &Word, index: usize) -> f32 {
        self.edges.get(word.edge_start as usize + index).copied().unwrap_or(word.x1)
    }

    /// A rectangle in points as the contract's fraction of the page, rounded so that it prints short. Of a page that
    /// was straightened it is the upright rectangle around the place in the picture as it was handed in.
    #[must_use]
    pub fn source(&self, x0: f32, top: f32, x1: f32, bottom: f32) -> Source {
        let share = |value: f32, whole: f32| if whole > 0.0 { (value / whole).clamp(0.0, 1.0) } else { 0.0 };
        let (x0, x1) = (share(x0, self.width), share(x1, self.width));
        let (y0, y1) = (share(top, self.height), share(bottom, self.height));
        let [x0, y0, x1, y1] = match &self.mesh {
            None => [x0, y0, x1, y1],
            Some(mesh) => {
                let corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)].map(|(x, y)| mesh.at(x, y));
                let bound = |axis: usize, pick: fn(f32, f32) -> f32| {
                    corners.iter().filter_map(|corner| corner.get(axis).copied()).reduce(pick).unwrap_or(0.0)
                };
                [bound(0, f32::min), bound(1, f32::min), bound(0, f32::max), bound(1, f32::max)]
            }
        };
        let short = |share: f32| (share.clamp(0.0, 1.0) * 10_000.0).round() / 10_000.0;
        Source::Page { page: self.number, area: Area { x0: short(x0), y0: short(y0), x1: short(x1), y1: short(y1) } }
    }
}

/// Builds a page word by word; readers and tests use it.
#[derive(Debug, Default)]
pub struct PageBuilder {
    page: Page,
}

/// The geometry of a word to be added, without its text.
#[derive(Debug, Clone, Copy)]
pub struct WordShape {
    pub top: f32,
    pub bottom: f32,
    pub baseline: f32,
    pub font_size: f32,
    pub font: u16,
    pub upright: bool,
    pub confidence: f32,
}

impl PageBuilder {
    #[must_use]
    pub fn new(number: u32, width: f32, height: f32) -> Self {
        Self { page: Page { number, width, height, ..Page::default() } }
    }

    /// Makes room for so many more words, bytes of text and edges, so that a full page is not moved while it grows.
    pub fn reserve(&mut self, words: usize, text_bytes: usize, edges: usize) {
        self.page.words.reserve_exact(words);
        self.page.text.reserve_exact(text_bytes);
        self.page.edges.reserve_exact(edges);
    }

    /// `edges` has one more entry than `text` has characters; anything else is ignored.
    pub fn word(&mut self, text: &str, edges: &[f32], shape: WordShape) {
        let (Some(&x0), Some(&x1)) = (edges.first(), edges.last()) else {
            return;
        };
        if text.is_empty() || edges.len() != text.chars().count() + 1 {
            return;
        }
        let page = &mut self.page;
        let (Ok(text_start), Ok(edge_start)) = (u32::try_from(page.text.len()), u32::try_from(page.edges.len())) else {
            return;
        };
        page.text.push_str(text);
        page.edges.extend_from_slice(edges);
        page.words.push(Word {
            text_start,
            text_end: text_start + u32::try_from(text.len()).unwrap_or(0),
            edge_start,
            x0: x0.min(x1),
            x1: x1.max(x0),
            top: shape.top,
            bottom: shape.bottom,
            baseline: shape.baseline,
            font_size: shape.font_size,
            font: shape.font,
            upright: shape.upright,
            confidence: shape.confidence,
        });
    }

    pub fn rule(&mut self, rule: Rule) {
        self.page.rules.push(rule);
    }

    /// `doubts` are about the word added last, each with its character's place in it.
    pub fn doubts(&mut self, doubts: impl IntoIterator<Item = (u32, Change, f32)>) {
        let page = &mut self.page;
        let Some(word) = page.words.last() else { return };
        let from = page.doubts.len();
        let start = word.edge_start;
        page.doubts.extend(doubts.into_iter().map(|(at, change, cost)| Doubt { edge: start + at, change, cost }));
        if let Some(new) = page.doubts.get_mut(from..) {
            new.sort_by(|a, b| a.edge.cmp(&b.edge).then(a.cost.total_cmp(&b.cost)));
        }
    }

    pub fn reader(&mut self, reader: impl Into<Text>) {
        self.page.reader = Some(reader.into());
    }

    pub fn mesh(&mut self, mesh: Mesh) {
        self.page.mesh = Some(mesh);
    }

    pub fn image_area(&mut self, area: f32) {
        self.page.image_area += area;
    }

    #[must_use]
    pub fn finish(self) -> Page {
        self.page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_a_straightened_page_lies_in_its_picture() {
        let mut page = PageBuilder::new(1, 100.0, 200.0);
        // The picture is the page turned upside down.
        page.mesh(Mesh::new(|x, y| [1.0 - x, 1.0 - y]));
        let Source::Page { area, .. } = page.finish().source(10.0, 20.0, 30.0, 40.0) else { panic!("a page's") };
        assert_eq!([area.x0, area.y0, area.x1, area.y1], [0.7, 0.8, 0.9, 0.9]);
    }

    #[test]
    fn a_words_doubts_are_its_own() {
        let shape = WordShape {
            top: 0.0,
            bottom: 10.0,
            baseline: 8.0,
            font_size: 10.0,
            font: 0,
            upright: true,
            confidence: 0.9,
        };
        let mut page = PageBuilder::new(1, 100.0, 100.0);
        page.word("10", &[0.0, 5.0, 10.0], shape);
        page.doubts([(1, Change::Replaced('8'), 2.0), (1, Change::Replaced('6'), 1.0), (0, Change::Absent, 3.0)]);
        page.word("25", &[20.0, 25.0, 30.0], shape);
        page.doubts([(0, Change::Followed('5'), 1.5)]);
        let page = page.finish();
        let of = |index: usize| page.doubts(&page.words[index]).map(|(at, d)| (at, d.change)).collect::<Vec<_>>();
        assert_eq!(of(0), [(0, Change::Absent), (1, Change::Replaced('6')), (1, Change::Replaced('8'))]);
        assert_eq!(of(1), [(0, Change::Followed('5'))]);
    }
}
