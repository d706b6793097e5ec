//! Glyphs in the order they are drawn → words.
//!
//! A word ends at white space, at a gap wider than [`GAP_MAX`], and where the line, the size or the direction
//! changes. All of a page's text lies in a few vectors that the next page uses again.

use std::collections::HashMap;

use model::forensics::TRACES_MAX;
use model::page::{PageBuilder, WordShape};

/// Ems between two glyphs of one word. The narrowest space of common fonts is 0.25; kerning stays under 0.1.
const GAP_MAX: f32 = 0.2;

/// Ems that a following glyph may lie over the one before it, in another text operator: rounded positions.
const OVERLAP_MAX: f32 = 0.1;

/// Ems between the glyphs of a word set wide; only where all gaps of one text operator are the same.
const TRACKING_MAX: f32 = 0.5;

/// Ems by which the gaps of a word set wide may differ: kerning and rounding.
const TRACKING_TOLERANCE: f32 = 0.06;

/// Ems that a glyph may stand off the baseline of its word (raised currency signs are set smaller and further).
const BASELINE_TOLERANCE: f32 = 0.12;

/// Ems between two drawings of one glyph that are meant to look like one bold glyph.
const DOUBLING_MAX: f32 = 0.15;

/// Cosine of the angle, some two degrees, up to which a line counts as straight.
const STRAIGHT: f32 = 0.999;

/// What is the same for all glyphs of one text operator. Lengths in points on the turned page, y down.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// Where the operator's pen starts.
    pub origin: (f32, f32),
    /// Unit vector along the line.
    pub along: (f32, f32),
    /// See [`direction`].
    pub direction: usize,
    /// Size of the font along and across the line; both positive.
    pub em: f32,
    pub font_size: f32,
    pub font: u16,
    /// In ems.
    pub ascent: f32,
    pub descent: f32,
    /// Repeats without a mark (render mode 3): an OCR layer, or text that only a search should find.
    pub hidden: bool,
    /// Drawn in white.
    pub white: bool,
}

/// Of a unit vector: right 0, down 1, left 2, up 3, any other 4.
pub fn direction(along: (f32, f32)) -> usize {
    match along {
        (x, _) if x > STRAIGHT => 0,
        (_, y) if y > STRAIGHT => 1,
        (x, _) if x < -STRAIGHT => 2,
        (_, y) if y < -STRAIGHT => 3,
        _ => 4,
    }
}

impl Line {
    /// The place `distance` points along the line.
    #[inline]
    fn point(&self, distance: f32) -> (f32, f32) {
        (self.origin.0 + self.along.0 * distance, self.origin.1 + self.along.1 * distance)
    }
}

#[derive(Debug, Clone, Copy)]
struct Word {
    text_start: usize,
    text_end: usize,
    edge_start: usize,
    edge_end: usize,
    start: (f32, f32),
    end: (f32, f32),
    line: Line,
}

/// The word that is still being written.
#[derive(Debug, Clone, Copy)]
struct Open {
    word: Word,
    last: Last,
    glyphs: u32,
    /// The text operator of all its glyphs; `None` when they come from several.
    operator: Option<u32>,
    /// The gap between its glyphs in ems, when it is set wide.
    tracking: Option<f32>,
    /// The font of its last glyph.
    font: u16,
}

/// The last glyph of the open word.
#[derive(Debug, Clone, Copy)]
struct Last {
    character: char,
    text_start: usize,
    operator: u32,
    /// Along the line of its operator.
    at: f32,
    end: f32,
    start_point: (f32, f32),
    end_point: (f32, f32),
}

#[derive(Debug, Default)]
pub struct Words {
    text: String,
    edges: Vec<f32>,
    words: Vec<Word>,
    open: Option<Open>,
    repeats: Repeats,
    operator: u32,
    size: (f32, f32),
    /// Words whose digits are of two fonts: index in `words`, and the second font.
    mixed: Vec<(usize, u16)>,
    /// Glyphs whose character nobody can tell, drawn inside the page.
    pub unknown: u32,
    /// Glyphs drawn inside the page, by the direction of their line: right, down, left, up, and any other.
    pub directions: [u32; 5],
}

impl Words {
    /// Glyphs drawn inside the page.
    pub fn glyphs(&self) -> u32 {
        self.directions.iter().sum()
    }

    /// Forgets everything and starts a page of this size in points.
    pub fn start_page(&mut self, width: f32, height: f32) {
        self.text.clear();
        self.edges.clear();
        self.words.clear();
        self.mixed.clear();
        self.open = None;
        self.operator = 0;
        self.size = (width, height);
        self.unknown = 0;
        self.directions = [0; 5];
    }

    /// A text operator begins.
    pub fn start_operator(&mut self) {
        self.operator = self.operator.wrapping_add(1);
    }

    /// White space between two glyphs.
    #[inline]
    pub fn space(&mut self) {
        if self.open.is_some() {
            self.close();
        }
    }

    /// One character that draws something, `at` points along the line and `advance` points wide.
    #[inline]
    pub fn glyph(&mut self, line: &Line, character: char, at: f32, advance: f32) {
        let glyph = Last {
            character,
            text_start: self.text.len(),
            operator: self.operator,
            at,
            end: at + advance,
            start_point: line.point(at),
            end_point: line.point(at + advance),
        };
        if !self.on_page(glyph.start_point, glyph.end_point) {
            self.space();
            return;
        }
        if let Some(count) = self.directions.get_mut(line.direction) {
            *count += 1;
        }
        self.unknown += u32::from(character == super::font::UNKNOWN);
        if let Some(open) = &mut self.open {
            match follows(open, line, &glyph) {
                Follows::Doubled => return,
                Follows::Word { tracking } => {
                    if open.font != line.font {
                        let both_digits = character.is_ascii_digit() && open.last.character.is_ascii_digit();
                        open.font = line.font;
                        if both_digits && self.mixed.len() < TRACES_MAX {
                            self.mixed.push((self.words.len(), line.font));
                        }
                    }
                    if open.tracking.is_some() && tracking.is_none() {
                        self.split_first();
                    }
                    self.extend(glyph, tracking);
                    return;
                }
                Follows::Not => self.close(),
            }
        }
        self.text.push(character);
        self.edges.push(glyph.start_point.0);
        self.open = Some(Open {
            word: Word {
                text_start: glyph.text_start,
                text_end: self.text.len(),
                edge_start: self.edges.len() - 1,
                edge_end: self.edges.len(),
                start: glyph.start_point,
                end: glyph.end_point,
                line: *line,
            },
            last: glyph,
            glyphs: 1,
            operator: Some(self.operator),
            tracking: None,
            font: line.font,
        });
    }

    #[inline]
    fn on_page(&self, start: (f32, f32), end: (f32, f32)) -> bool {
        let (x, y) = (start.0 + end.0, start.1 + end.1);
        // Twice the middle; also false for what is not a number.
        x >= 0.0 && x <= 2.0 * self.size.0 && y >= 0.0 && y <= 2.0 * self.size.1
    }

    #[inline]
    fn extend(&mut self, glyph: Last, tracking: Option<f32>) {
        let Some(open) = &mut self.open else { return };
        open.glyphs += 1;
        open.tracking = tracking;
        if open.operator != Some(glyph.operator) {
            open.operator = None;
        }
        self.text.push(glyph.character);
        self.edges.push(glyph.start_point.0);
        open.last = glyph;
    }

    /// Ends the word that is being written.
    pub fn close(&mut self) {
        // Two glyphs with one wide gap say nothing about tracking: they are two words.
        if self.open.is_some_and(|open| open.tracking.is_some() && open.glyphs == 2) {
            self.split_first();
        }
        if let Some(open) = self.open.take() {
            self.edges.push(open.last.end_point.0);
            self.words.push(Word {
                text_end: self.text.len(),
                edge_end: self.edges.len(),
                end: open.last.end_point,
                ..open.word
            });
        }
    }

    /// Makes the first of two glyphs a word of its own and the second the word that is being written.
    fn split_first(&mut self) {
        let Some(open) = self.open else { return };
        if open.glyphs != 2 {
            return;
        }
        let (word, last) = (open.word, open.last);
        // `word.end` is still the end of the first glyph; that right edge goes before the second left edge.
        self.edges.pop();
        self.edges.push(word.end.0);
        self.words.push(Word { text_end: last.text_start, edge_end: self.edges.len(), ..word });
        let edge_start = self.edges.len();
        self.edges.push(last.start_point.0);
        self.open = Some(Open {
            word: Word {
                text_start: last.text_start,
                edge_start,
                edge_end: self.edges.len(),
                start: last.start_point,
                end: last.end_point,
                ..word
            },
            glyphs: 1,
            tracking: None,
            ..open
        });
    }

    /// How many words have been begun.
    pub fn begun(&self) -> usize {
        self.words.len() + usize::from(self.open.is_some())
    }

    /// The finished words in the order they were drawn, repeats and hidden ones too.
    pub fn seen(&self) -> impl ExactSizeIterator<Item = Seen<'_>> {
        self.words.iter().map(|word| {
            let shape = shape(word);
            let (x0, x1) = (word.start.0.min(word.end.0), word.start.0.max(word.end.0));
            Seen {
                text: self.text.get(word.text_start..word.text_end).unwrap_or(""),
                edges: self.edges.get(word.edge_start..word.edge_end).unwrap_or(&[]),
                bounds: [x0, shape.top, x1, shape.bottom],
                font: word.line.font,
                hidden: word.line.hidden,
                white: word.line.white,
                upright: shape.upright,
            }
        })
    }

    /// Words whose digits are of two fonts: index among the words seen, and the second font.
    pub fn mixed(&self) -> &[(usize, u16)] {
        &self.mixed
    }

    /// Hands the words to the page: each once, and hidden ones only when there are no others.
    pub fn finish_page(&mut self, page: &mut PageBuilder) {
        self.close();
        let any_visible = self.words.iter().any(|word| !word.line.hidden);
        page.reserve(self.words.len(), self.text.len(), self.edges.len());
        self.repeats.clear();
        for (at, word) in self.words.iter().enumerate() {
            let again = self.repeats.again(&self.words, at, &self.text);
            if again || any_visible && word.line.hidden {
                continue;
            }
            let text = self.text.get(word.text_start..word.text_end).unwrap_or("");
            let edges = self.edges.get(word.edge_start..word.edge_end).unwrap_or(&[]);
            page.word(text, edges, shape(word));
        }
    }
}

/// A word as it was drawn.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub text: &'a str,
    /// One more than it has characters.
    pub edges: &'a [f32],
    /// Left, top, right, bottom.
    pub bounds: [f32; 4],
    pub font: u16,
    pub hidden: bool,
    pub white: bool,
    pub upright: bool,
}

enum Follows {
    /// The same glyph again, a hair beside: one bold glyph.
    Doubled,
    /// The next glyph of the word, which is set wide when there is a `tracking`.
    Word {
        tracking: Option<f32>,
    },
    Not,
}

#[inline]
fn follows(open: &Open, line: &Line, glyph: &Last) -> Follows {
    let last = &open.last;
    let of = &open.word.line;
    let (gap, from_last) = if last.operator == glyph.operator {
        (glyph.at - last.end, glyph.at - last.at)
    } else {
        let same_direction = of.along.0 * line.along.0 + of.along.1 * line.along.1 > STRAIGHT;
        let same_size = (of.font_size - line.font_size).abs() <= 0.2 * of.font_size;
        if !same_direction || !same_size || of.hidden != line.hidden {
            return Follows::Not;
        }
        let offset = |from: (f32, f32)| {
            let (x, y) = (glyph.start_point.0 - from.0, glyph.start_point.1 - from.1);
            (x * of.along.0 + y * of.along.1, y * of.along.0 - x * of.along.1)
        };
        let (gap, across) = offset(last.end_point);
        if across.abs() > BASELINE_TOLERANCE * of.font_size {
            return Follows::Not;
        }
        (gap, offset(last.start_point).0)
    };
    if glyph.character == last.character && from_last.abs() < DOUBLING_MAX * of.em {
        return Follows::Doubled;
    }
    let gap = gap / of.em;
    let same_operator = open.operator == Some(glyph.operator);
    // Within one operator glyphs follow each other however much they overlap, as long as they move on.
    let backwards = if same_operator { from_last <= 0.0 } else { gap < -OVERLAP_MAX };
    if backwards || gap.is_nan() {
        return Follows::Not;
    }
    if let Some(tracking) = open.tracking {
        if same_operator && (gap - tracking).abs() <= TRACKING_TOLERANCE {
            return Follows::Word { tracking: Some(tracking) };
        }
        // One wide gap and then a narrow one: the first glyph stood alone.
        return if open.glyphs == 2 && gap <= GAP_MAX { Follows::Word { tracking: None } } else { Follows::Not };
    }
    if gap <= GAP_MAX {
        Follows::Word { tracking: None }
    } else if gap <= TRACKING_MAX && same_operator && open.glyphs == 1 {
        Follows::Word { tracking: Some(gap) }
    } else {
        Follows::Not
    }
}

fn shape(word: &Word) -> WordShape {
    let line = &word.line;
    let upright = line.direction == 0;
    let baseline = word.start.1;
    let (top, bottom) = if upright {
        (baseline - line.ascent * line.font_size, baseline - line.descent * line.font_size)
    } else {
        // The box around the line's ends and, across it, the glyphs' height.
        let rise = line.ascent * line.font_size * line.along.0.abs();
        let fall = -line.descent * line.font_size * line.along.0.abs();
        (word.start.1.min(word.end.1) - rise, word.start.1.max(word.end.1) + fall)
    };
    WordShape { top, bottom, baseline, font_size: line.font_size, font: line.font, upright, confidence: 1.0 }
}

/// Finds words that were drawn before at nearly the same place: bold by drawing a whole string twice, and footers
/// that are simply printed twice.
#[derive(Debug, Default)]
struct Repeats {
    /// The last word with a text, by the text's hash.
    last: HashMap<u64, usize, Hasher>,
    /// For each word the one before it with the same text.
    before: Vec<Option<usize>>,
}

/// How many words of the same text are looked at: a currency stands in every one of some fifty rows.
const SAME_MAX: usize = 128;

impl Repeats {
    fn clear(&mut self) {
        self.last.clear();
        self.before.clear();
    }

    /// Whether `words[at]` was drawn before. Asked for each word in turn.
    fn again(&mut self, words: &[Word], at: usize, page_text: &str) -> bool {
        let text_of = |word: &Word| page_text.get(word.text_start..word.text_end).unwrap_or("");
        let Some(word) = words.get(at) else { return false };
        let text = text_of(word);
        let before = self.last.insert(hash(text.as_bytes()), at);
        self.before.push(before);
        let reach = DOUBLING_MAX * word.line.em;
        std::iter::successors(before, |&index| self.before.get(index).copied().flatten()).take(SAME_MAX).any(|index| {
            words.get(index).is_some_and(|other| {
                other.line.hidden == word.line.hidden
                    && (other.start.0 - word.start.0).abs() <= reach
                    && (other.start.1 - word.start.1).abs() <= reach
                    && text_of(other) == text
            })
        })
    }
}

fn hash(text: &[u8]) -> u64 {
    let mut hash = text.len() as u64;
    for chunk in text.chunks(8) {
        let value = chunk.iter().fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
        hash = (hash.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    hash
}

/// Keys are hashes already.
#[derive(Debug, Default, Clone, Copy)]
struct Hasher(u64);

impl std::hash::BuildHasher for Hasher {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

impl std::hash::Hasher for Hasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Line = Line {
        origin: (0.0, 100.0),
        along: (1.0, 0.0),
        direction: 0,
        em: 10.0,
        font_size: 10.0,
        font: 0,
        ascent: 0.88,
        descent: -0.12,
        hidden: false,
        white: false,
    };

    struct Sheet {
        words: Words,
        x: f32,
    }

    impl Sheet {
        fn new() -> Self {
            let mut words = Words::default();
            words.start_page(600.0, 800.0);
            Self { words, x: 10.0 }
        }

        /// Text of half-em glyphs in one operator, `gap` ems after each.
        fn show(&mut self, text: &str, gap: f32) -> &mut Self {
            self.words.start_operator();
            for character in text.chars() {
                self.words.glyph(&LINE, character, self.x, 5.0);
                self.x += 5.0 + gap * 10.0;
            }
            self
        }

        fn skip(&mut self, ems: f32) -> &mut Self {
            self.x += ems * 10.0;
            self
        }

        fn read(&mut self) -> String {
            let mut page = PageBuilder::new(1, 600.0, 800.0);
            self.words.finish_page(&mut page);
            let page = page.finish();
            page.words.iter().map(|word| page.word_text(word)).collect::<Vec<_>>().join(" ")
        }
    }

    #[test]
    fn a_gap_of_a_space_ends_a_word() {
        assert_eq!(Sheet::new().show("3960", 0.0).skip(0.26).show("704", 0.0).read(), "3960 704");
        assert_eq!(Sheet::new().show("-", 0.0).skip(0.05).show("71.89", 0.0).read(), "-71.89");
    }

    #[test]
    fn a_number_set_wide_is_one_word() {
        assert_eq!(Sheet::new().show("1234.56", 0.4).read(), "1234.56");
        assert_eq!(Sheet::new().show("1234.56", 0.6).read(), "1 2 3 4 . 5 6");
    }

    #[test]
    fn one_wide_gap_is_no_tracking() {
        assert_eq!(Sheet::new().show("A", 0.4).show("B", 0.0).read(), "A B");
        let mut sheet = Sheet::new();
        sheet.words.start_operator();
        for (character, x) in [('1', 10.0), ('2', 18.0), ('3', 23.0), ('4', 31.0)] {
            sheet.words.glyph(&LINE, character, x, 5.0);
        }
        assert_eq!(sheet.read(), "1 23 4");
    }

    #[test]
    fn splitting_keeps_every_edge() {
        let mut sheet = Sheet::new();
        sheet.words.start_operator();
        for (character, x) in [('1', 10.0), ('2', 18.0), ('3', 23.0)] {
            sheet.words.glyph(&LINE, character, x, 5.0);
        }
        let mut page = PageBuilder::new(1, 600.0, 800.0);
        sheet.words.finish_page(&mut page);
        let page = page.finish();
        let glyphs: Vec<_> = page.words.iter().flat_map(|word| page.glyphs(word)).collect();
        assert_eq!(glyphs, [('1', 10.0, 15.0), ('2', 18.0, 23.0), ('3', 23.0, 28.0)]);
    }

    #[test]
    fn text_drawn_twice_is_read_once() {
        let mut sheet = Sheet::new();
        sheet.show("余额", 0.0);
        sheet.x = 10.3;
        sheet.show("余额", 0.0);
        assert_eq!(sheet.read(), "余额");

        let mut sheet = Sheet::new();
        for x in [10.0, 10.4, 15.0, 15.4] {
            sheet.words.start_operator();
            sheet.words.glyph(&LINE, '1', x, 5.0);
        }
        assert_eq!(sheet.read(), "11");
    }

    #[test]
    fn hidden_text_counts_only_alone() {
        let hidden = Line { hidden: true, origin: (0.0, 50.0), ..LINE };
        let mut sheet = Sheet::new();
        sheet.words.glyph(&hidden, 'h', 10.0, 5.0);
        assert_eq!(sheet.read(), "h");
        let mut sheet = Sheet::new();
        sheet.words.glyph(&hidden, 'h', 10.0, 5.0);
        assert_eq!(sheet.show("seen", 0.0).read(), "seen");
    }

    #[test]
    fn text_outside_the_page_is_dropped() {
        let mut sheet = Sheet::new();
        sheet.words.glyph(&LINE, 'x', -20.0, 5.0);
        sheet.words.glyph(&Line { origin: (0.0, 900.0), ..LINE }, 'y', 10.0, 5.0);
        sheet.words.glyph(&LINE, 'z', f32::NAN, 5.0);
        assert_eq!(sheet.show("in", 0.0).read(), "in");
    }
}
