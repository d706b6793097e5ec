//! Text that is in the file and not to be seen on the page, and text that lies over other text.
//!
//! Boxes and pictures are remembered with the number of words begun before them: what was drawn earlier and lies under
//! an opaque one is not seen. A page that is a scan has its recognised text under or over the picture, and is left alone.

use model::Text;
use model::forensics::{OddFont, Overlay, OverlayKind, TRACES_MAX};
use model::page::Page;

use super::words::{Seen, Words};

/// Boxes and pictures of one page. A tagged table paints one for each cell, some hundreds.
const PAINTS_MAX: usize = 20_000;

/// Words compared with boxes and with each other, in one document. A text layer of 200 pages takes some 200,000.
const COMPARISONS_MAX: u32 = 30_000_000;

/// Share of the page from which a box is its ground, and a picture a scan.
const GROUND: f32 = 0.4;

/// Points: narrower boxes are lines.
const SIDE_MIN: f32 = 3.0;

/// Points: the height of the strips that words are sorted into; a line of text, so that few words share a strip.
const STRIP: f32 = 12.0;

/// Strips of one page; pages higher than this many lines have their last lines in one strip.
const STRIPS_MAX: usize = 2_000;

/// Points: lines so fine that rows of a table never share one or two neighbouring ones.
const LINE: f32 = 3.0;

/// Lines of one page; a larger page has its last ones in one.
const LINES_MAX: usize = 400;

/// Points: columns so fine that neighbouring figures do not share one.
const COLUMN: f32 = 8.0;

/// Share of the shorter of two figures that must lie on the other for them to stand at one place.
const SAME_PLACE: f32 = 0.5;

/// Heights up to this many times each other's are of one kind of text.
const ALIKE_MAX: f32 = 1.5;

/// A filled box or a picture.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    /// Left, top, right, bottom, in points.
    pub bounds: [f32; 4],
    /// Words begun before it.
    pub begun: usize,
    pub is_picture: bool,
    pub white: bool,
    /// What lies under it is not seen.
    pub covers: bool,
}

/// What was noticed on the pages of one file.
#[derive(Debug, Default)]
pub struct Noticed {
    pub overlays: Vec<Overlay>,
    /// Words whose digits are of two fonts; the names are indexes in the document's list of fonts.
    pub mixed: Vec<Mixed>,
}

#[derive(Debug)]
pub struct Mixed {
    pub source: model::Source,
    pub text: Text,
    pub font: u16,
    pub usual: u16,
}

impl Mixed {
    pub fn named(self, fonts: &[Text]) -> OddFont {
        let name = |index: u16| fonts.get(usize::from(index)).cloned().unwrap_or_default();
        OddFont { source: self.source, text: self.text, font: name(self.font), usual: name(self.usual) }
    }
}

#[derive(Debug)]
pub struct Watch {
    paints: Vec<Paint>,
    strips: Vec<Vec<u32>>,
    /// For each line of the page the columns in which a figure stands, a bit each.
    taken: Vec<u128>,
    comparisons_left: u32,
    noticed: Noticed,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            paints: Vec::new(),
            strips: Vec::new(),
            taken: Vec::new(),
            comparisons_left: COMPARISONS_MAX,
            noticed: Noticed::default(),
        }
    }
}

impl Watch {
    pub fn start_page(&mut self) {
        self.paints.clear();
    }

    pub fn take(&mut self) -> Noticed {
        std::mem::take(&mut self.noticed)
    }

    pub fn paint(&mut self, paint: Paint) {
        let [x0, y0, x1, y1] = paint.bounds;
        if x1 - x0 > SIDE_MIN && y1 - y0 > SIDE_MIN && self.paints.len() < PAINTS_MAX {
            self.paints.push(paint);
        }
    }

    /// Looks at a page whose words are finished.
    pub fn page(&mut self, page: &Page, words: &Words) {
        if page.image_area > GROUND * page.width * page.height || self.comparisons_left == 0 {
            return;
        }
        if !self.worth_a_look(words) {
            return;
        }
        let seen: Vec<Seen<'_>> = words.seen().collect();
        self.sort(page, &seen);
        self.hidden(page, &seen);
        self.covered(page, &seen);
        self.doubled(page, &seen);
        for &(index, font) in words.mixed() {
            if let Some(word) = seen.get(index)
                && word.upright
                && self.noticed.mixed.len() < TRACES_MAX
            {
                let text = word.text.into();
                self.noticed.mixed.push(Mixed { source: place(page, word), text, font, usual: word.font });
            }
        }
    }

    /// Whether anything on the page may be an overlay, told in one pass over its words: nearly no page has any, and every
    /// page is asked.
    fn worth_a_look(&mut self, words: &Words) -> bool {
        let covered = self.paints.iter().any(|paint| paint.covers && paint.begun > 0);
        if covered || !words.mixed().is_empty() {
            return true;
        }
        self.taken.clear();
        self.taken.resize(LINES_MAX, 0);
        for word in words.seen() {
            if word.hidden || word.white {
                return true;
            }
            if !word.upright || !has_digit(word.text) {
                continue;
            }
            let [x0, _, x1, _] = word.bounds;
            // Two figures that lie half on each other share part of their middle halves.
            let quarter = (x1 - x0) / 4.0;
            let columns = columns(x0 + quarter, x1 - quarter);
            let line = ((middle(&word).1 / LINE).max(0.0) as usize).min(LINES_MAX - 1);
            let near = self.taken.get(line.saturating_sub(1)..(line + 2).min(LINES_MAX)).unwrap_or(&[]);
            if near.iter().any(|taken| taken & columns != 0) {
                return true;
            }
            if let Some(taken) = self.taken.get_mut(line) {
                *taken |= columns;
            }
        }
        false
    }

    /// Sorts the words into strips by their middles.
    fn sort(&mut self, page: &Page, seen: &[Seen<'_>]) {
        self.strips.iter_mut().for_each(Vec::clear);
        self.strips.resize_with(strip(page.height) + 1, Vec::new);
        for (index, word) in (0_u32..).zip(seen) {
            if let Some(strip) = self.strips.get_mut(strip(middle(word).1)) {
                strip.push(index);
            }
        }
    }

    fn push(&mut self, page: &Page, word: &Seen<'_>, kind: OverlayKind, covered: &str, shown: Option<&str>) {
        if self.noticed.overlays.len() < TRACES_MAX && !covered.is_empty() {
            let shown = shown.filter(|text| !text.is_empty()).map(Text::from);
            self.noticed.overlays.push(Overlay { kind, source: place(page, word), covered: covered.into(), shown });
        }
    }

    fn spend(&mut self, comparisons: usize) -> bool {
        self.comparisons_left = self.comparisons_left.saturating_sub(u32::try_from(comparisons).unwrap_or(u32::MAX));
        self.comparisons_left > 0
    }

    /// Words without a mark, and white ones with no darker ground under them. A page with no other text is read by
    /// them, and nothing about it is hidden.
    fn hidden(&mut self, page: &Page, seen: &[Seen<'_>]) {
        if !seen.iter().any(|word| !word.hidden && !word.white) {
            return;
        }
        for (index, word) in seen.iter().enumerate() {
            if word.hidden {
                self.push(page, word, OverlayKind::Hidden, word.text, None);
            } else if word.white {
                if !self.spend(self.paints.len()) {
                    return;
                }
                let at = middle(word);
                // The ground is what was painted last before the word.
                let before = self.paints.iter().rev().filter(|paint| paint.begun <= index);
                let ground = before.into_iter().find(|paint| holds(paint.bounds, at));
                if ground.is_none_or(|paint| paint.white) {
                    self.push(page, word, OverlayKind::White, word.text, None);
                }
            }
        }
    }

    /// Words that lie under an opaque box or picture drawn after them.
    fn covered(&mut self, page: &Page, seen: &[Seen<'_>]) {
        let paints = std::mem::take(&mut self.paints);
        let strips = std::mem::take(&mut self.strips);
        for paint in paints.iter().filter(|paint| paint.covers && paint.begun > 0) {
            let [x0, y0, x1, y1] = paint.bounds;
            if (x1 - x0) * (y1 - y0) > GROUND * page.width * page.height {
                continue;
            }
            let under = strips.get(strip(y0)..=strip(y1)).unwrap_or(&[]);
            let count: usize = under.iter().map(Vec::len).sum();
            if !self.spend(count + under.len()) {
                break;
            }
            let kind = if paint.is_picture { OverlayKind::PictureOverText } else { OverlayKind::BoxOverText };
            let inside =
                || under.iter().flatten().filter_map(|&index| Some((index as usize, seen.get(index as usize)?)));
            for (index, word) in inside() {
                if index >= paint.begun || word.hidden || word.white || !word.upright {
                    continue;
                }
                let covered = part_under(word, paint.bounds);
                if covered.is_empty() {
                    continue;
                }
                let shown = inside().find(|(later, other)| {
                    *later >= paint.begun && !other.hidden && overlap(other.bounds, word.bounds) > 0.0
                });
                self.push(page, word, kind, &covered, shown.map(|(_, other)| other.text));
            }
        }
        self.paints = paints;
        self.strips = strips;
    }

    /// Figures at the place of another figure.
    fn doubled(&mut self, page: &Page, seen: &[Seen<'_>]) {
        let strips = std::mem::take(&mut self.strips);
        let figure = |index: &&u32| {
            seen.get(**index as usize).is_some_and(|word| word.upright && !word.hidden && has_digit(word.text))
        };
        let mut figures: Vec<u32> = Vec::new();
        for (at, strip) in strips.iter().enumerate() {
            figures.clear();
            // Two lines of figures at one place may fall on both sides of a strip's edge.
            figures.extend(strip.iter().filter(figure));
            let own = figures.len();
            figures.extend(strips.get(at + 1).into_iter().flatten().filter(figure));
            if own == 0 {
                continue;
            }
            figures.get_mut(..own).unwrap_or(&mut []).sort_by(|a, b| left(seen, *a).total_cmp(&left(seen, *b)));
            figures.get_mut(own..).unwrap_or(&mut []).sort_by(|a, b| left(seen, *a).total_cmp(&left(seen, *b)));
            if !self.spend(figures.len()) {
                break;
            }
            let (own, next) = figures.split_at(own);
            self.pairs(page, seen, own, own, true);
            self.pairs(page, seen, own, next, false);
        }
        self.strips = strips;
    }

    /// Both lists are sorted by their left edges. `same`: they are one list, and each pair is looked at once.
    fn pairs(&mut self, page: &Page, seen: &[Seen<'_>], these: &[u32], those: &[u32], same: bool) {
        let mut from = 0;
        for (at, this) in these.iter().enumerate() {
            let Some(word) = seen.get(*this as usize) else { continue };
            if same {
                from = at + 1;
            } else {
                // A word that ends before this one begins ends before all that follow, unless it is longer than a column.
                while those
                    .get(from)
                    .and_then(|that| seen.get(*that as usize))
                    .is_some_and(|other| other.bounds[2] < word.bounds[0])
                {
                    from += 1;
                }
            }
            for that in those.get(from..).unwrap_or(&[]) {
                let Some(other) = seen.get(*that as usize) else { continue };
                if !self.spend(1) || other.bounds[0] >= word.bounds[2] {
                    break;
                }
                let height = (word.bounds[3] - word.bounds[1]).min(other.bounds[3] - other.bounds[1]);
                // A watermark is larger than what it lies over.
                let alike = word.bounds[3] - word.bounds[1] < ALIKE_MAX * height
                    && other.bounds[3] - other.bounds[1] < ALIKE_MAX * height;
                let near = alike && (middle(word).1 - middle(other).1).abs() < 0.5 * height;
                if near && word.text != other.text && overlap(word.bounds, other.bounds) >= SAME_PLACE {
                    let (under, over) = if this < that { (word, other) } else { (other, word) };
                    self.push(page, under, OverlayKind::TextOverText, under.text, Some(over.text));
                }
            }
        }
    }
}

fn left(seen: &[Seen<'_>], index: u32) -> f32 {
    seen.get(index as usize).map_or(0.0, |word| word.bounds[0])
}

/// The columns between two places, a bit each; a page wider than 128 of them has the rest in the last.
fn columns(x0: f32, x1: f32) -> u128 {
    let at = |x: f32| ((x / COLUMN).max(0.0) as u32).min(127);
    let (first, last) = (at(x0), at(x1.max(x0)));
    (u128::MAX >> (127 - (last - first))) << first
}

fn strip(y: f32) -> usize {
    // The cast cuts at the type's bounds, and the rest of the page at its own.
    ((y / STRIP).max(0.0) as usize).min(STRIPS_MAX)
}

fn middle(word: &Seen<'_>) -> (f32, f32) {
    let [x0, y0, x1, y1] = word.bounds;
    (f32::midpoint(x0, x1), f32::midpoint(y0, y1))
}

fn holds([x0, y0, x1, y1]: [f32; 4], (x, y): (f32, f32)) -> bool {
    x0 <= x && x <= x1 && y0 <= y && y <= y1
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// The share of the smaller box's width that lies on the other, where they meet at all in height.
fn overlap(a: [f32; 4], b: [f32; 4]) -> f32 {
    if a[3].min(b[3]) <= a[1].max(b[1]) {
        return 0.0;
    }
    let width = (a[2] - a[0]).min(b[2] - b[0]).max(f32::MIN_POSITIVE);
    (a[2].min(b[2]) - a[0].max(b[0])).max(0.0) / width
}

/// The characters of a word whose middles lie in a box.
fn part_under(word: &Seen<'_>, bounds: [f32; 4]) -> String {
    let y = middle(word).1;
    let edges = word.edges.iter().zip(word.edges.iter().skip(1));
    let inside = word.text.chars().zip(edges).filter(|(_, (x0, x1))| holds(bounds, (f32::midpoint(**x0, **x1), y)));
    inside.map(|(character, _)| character).collect()
}

fn place(page: &Page, word: &Seen<'_>) -> model::Source {
    let [x0, y0, x1, y1] = word.bounds;
    page.source(x0, y0, x1, y1)
}
