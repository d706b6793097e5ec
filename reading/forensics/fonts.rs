//! Figures set in another font, or another size, than the rest of their column.
//!
//! An issuer's program sets a column in one font. What an editor adds comes in a font of its own, at best under another
//! subset prefix of the same name. Which words are a column is told by whoever read the table.

use std::collections::HashMap;

use model::document::FileFacts;
use model::forensics::{OddFont, TRACES_MAX};
use model::page::{Page, Word};
use model::source::Area;
use model::{Source, Text};

/// One column of figures: where each stands, and whether it is money in, since some issuers set one side bold.
#[derive(Debug, Default)]
pub struct Column<'a> {
    pub figures: Vec<(&'a Source, bool)>,
}

/// Figures of a page from which its own majority counts rather than the whole document's: pages that were bound
/// together have subsets of their own, with their own prefixes.
const OWN_MAJORITY_MIN: usize = 4;

/// Share of a column that must be set alike for the rest to be odd.
const USUAL_MIN: f32 = 0.8;

/// The same for sizes, which programs shrink to fit.
const USUAL_SIZE_MIN: f32 = 0.95;

/// Figures of a page from which sizes are compared.
const SIZES_MIN: usize = 8;

/// Share of a size by which another must differ: positions and sizes are rounded.
const SIZE_TOLERANCE: f32 = 0.03;

/// Rows of one side that, all set alike and unlike the other side, are a style.
const STYLE_MIN: usize = 4;

/// Points: the height of the strips that words are looked up by.
const STRIP: f32 = 12.0;

/// Strips of one page; see [`STRIP`]. Larger pages share the last one.
const STRIPS_MAX: usize = 2_000;

#[derive(Debug, Clone, Copy)]
struct Figure<'a> {
    source: &'a Source,
    page: u32,
    is_in: bool,
    word: Word,
    text: &'a str,
}

/// The figures that are set unlike their column, at most [`TRACES_MAX`].
#[must_use]
pub fn odd(pages: &[Page], facts: &FileFacts, columns: &[Column<'_>]) -> Vec<OddFont> {
    let mut lookup = Lookup { pages, strips: HashMap::new() };
    let mut found = Vec::new();
    for column in columns {
        let figures: Vec<Figure<'_>> =
            column.figures.iter().flat_map(|&(source, is_in)| lookup.words(source, is_in)).collect();
        fonts(&figures, facts, &mut found);
        sizes(&figures, facts, &mut found);
    }
    found.truncate(TRACES_MAX);
    found
}

struct Lookup<'a> {
    pages: &'a [Page],
    strips: HashMap<u32, Vec<Vec<u32>>>,
}

impl<'a> Lookup<'a> {
    /// The words with a digit whose middles lie in a figure's rectangle.
    fn words(&mut self, source: &'a Source, is_in: bool) -> Vec<Figure<'a>> {
        let Source::Page { page: number, area } = source else { return Vec::new() };
        let pages = self.pages;
        let at = usize::try_from(*number).ok().and_then(|number| number.checked_sub(1));
        let Some(page) = at.and_then(|at| pages.get(at)) else { return Vec::new() };
        let strips = self.strips.entry(*number).or_insert_with(|| strips(page));
        let [x0, y0, x1, y1] = points(page, *area);
        let near = strips.get(strip(y0)..=strip(y1)).unwrap_or(&[]).iter().flatten();
        let words = near.filter_map(|&index| page.words.get(index as usize));
        let inside = words.filter(|word| {
            let (x, y) = middle(word);
            word.upright && x0 <= x && x <= x1 && y0 <= y && y <= y1
        });
        inside
            .map(|word| Figure { source, page: *number, is_in, word: *word, text: page.word_text(word) })
            .filter(|figure| figure.text.bytes().any(|byte| byte.is_ascii_digit()))
            .collect()
    }
}

fn strips(page: &Page) -> Vec<Vec<u32>> {
    let mut strips = vec![Vec::new(); strip(page.height) + 2];
    for (index, word) in (0..).zip(&page.words) {
        if let Some(strip) = strips.get_mut(strip(middle(word).1)) {
            strip.push(index);
        }
    }
    strips
}

fn strip(y: f32) -> usize {
    ((y / STRIP).max(0.0) as usize).min(STRIPS_MAX)
}

fn middle(word: &Word) -> (f32, f32) {
    (f32::midpoint(word.x0, word.x1), f32::midpoint(word.top, word.bottom))
}

fn points(page: &Page, area: Area) -> [f32; 4] {
    [area.x0 * page.width, area.y0 * page.height, area.x1 * page.width, area.y1 * page.height]
}

fn fonts(figures: &[Figure<'_>], facts: &FileFacts, found: &mut Vec<OddFont>) {
    let whole = majority(figures.iter().map(|figure| figure.word.font));
    let mut odd: Vec<(&Figure<'_>, u16)> = Vec::new();
    for figures in by_page(figures) {
        let own = majority(figures.iter().map(|figure| figure.word.font));
        let usual = if figures.len() >= OWN_MAJORITY_MIN { own } else { whole };
        let Some((usual, share)) = usual else { continue };
        if share >= USUAL_MIN {
            odd.extend(figures.iter().filter(|figure| figure.word.font != usual).map(|figure| (figure, usual)));
        }
    }
    // All of one side and none of the other: the issuer's own style.
    let sides = |is_in: bool| figures.iter().filter(|figure| figure.is_in == is_in).count();
    for is_in in [true, false] {
        let of_side = odd.iter().filter(|(figure, _)| figure.is_in == is_in).count();
        if of_side >= STYLE_MIN && of_side == sides(is_in) && of_side == odd.len() {
            return;
        }
    }
    let name = |font: u16| facts.fonts.get(usize::from(font)).cloned().unwrap_or_default();
    found.extend(odd.into_iter().map(|(figure, usual)| OddFont {
        source: figure.source.clone(),
        text: figure.text.into(),
        font: name(figure.word.font),
        usual: name(usual),
    }));
}

fn sizes(figures: &[Figure<'_>], facts: &FileFacts, found: &mut Vec<OddFont>) {
    for figures in by_page(figures) {
        if figures.len() < SIZES_MIN {
            continue;
        }
        let rounded = |figure: &Figure<'_>| (figure.word.font_size * 20.0).round() as i32;
        let Some((usual, share)) = majority(figures.iter().map(rounded)) else { continue };
        if share < USUAL_SIZE_MIN {
            continue;
        }
        let usual = usual as f32 / 20.0;
        let is_usual = |figure: &Figure<'_>| (figure.word.font_size - usual).abs() <= SIZE_TOLERANCE * usual;
        let longest =
            figures.iter().filter(|figure| is_usual(figure)).map(|figure| figure.text.len()).max().unwrap_or(0);
        for figure in figures.iter().filter(|figure| !is_usual(figure)) {
            // A longer figure may have been made to fit.
            let already = found.iter().any(|odd| odd.source == *figure.source);
            if figure.text.len() <= longest && !already && found.len() < TRACES_MAX {
                let name = facts.fonts.get(usize::from(figure.word.font)).map_or("", Text::as_str);
                found.push(OddFont {
                    source: figure.source.clone(),
                    text: figure.text.into(),
                    font: format!("{name} {:.1} pt", figure.word.font_size).into(),
                    usual: format!("{name} {usual:.1} pt").into(),
                });
            }
        }
    }
}

/// Figures come in the order of their pages.
fn by_page<'f, 'a>(figures: &'f [Figure<'a>]) -> impl Iterator<Item = &'f [Figure<'a>]> {
    figures.chunk_by(|a, b| a.page == b.page)
}

/// The most frequent value and its share.
fn majority<T: Copy + Eq + std::hash::Hash + Ord>(values: impl Iterator<Item = T>) -> Option<(T, f32)> {
    let mut counts: HashMap<T, usize> = HashMap::new();
    let mut all = 0_usize;
    for value in values {
        *counts.entry(value).or_default() += 1;
        all += 1;
    }
    // Of two equally frequent ones the smaller, so that the answer does not hang on the map's order.
    let (value, count) = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)))?;
    Some((value, count as f32 / all as f32))
}

#[cfg(test)]
mod tests {
    use model::page::{PageBuilder, WordShape};

    use super::*;

    /// One figure a line, 15 points apart: its font, its size and its text.
    fn column(figures: &[(u16, f32, &str)]) -> (Page, Vec<Source>) {
        let mut page = PageBuilder::new(1, 600.0, 800.0);
        let mut places = Vec::new();
        for (line, &(font, font_size, text)) in (1_u8..).zip(figures) {
            let baseline = 15.0 * f32::from(line);
            let edges: Vec<f32> = (0..=text.len()).map(|at| 300.0 + 5.0 * at as f32).collect();
            let shape = WordShape {
                top: baseline - 8.0,
                bottom: baseline + 2.0,
                baseline,
                font_size,
                font,
                upright: true,
                confidence: 1.0,
            };
            page.word(text, &edges, shape);
            places.push((baseline, edges.last().copied().unwrap()));
        }
        let page = page.finish();
        let sources = places.iter().map(|(y, x1)| page.source(300.0, y - 8.0, *x1, y + 2.0)).collect();
        (page, sources)
    }

    fn odd_of(figures: &[(u16, f32, &str)], is_in: fn(usize) -> bool) -> Vec<String> {
        let (page, sources) = column(figures);
        let facts = FileFacts { fonts: vec!["AAAAAA+Song".into(), "BBBBBB+Song".into()], ..FileFacts::default() };
        let column = Column { figures: sources.iter().enumerate().map(|(at, source)| (source, is_in(at))).collect() };
        odd(&[page], &facts, &[column])
            .into_iter()
            .map(|odd| format!("{} {} for {}", odd.text, odd.font, odd.usual))
            .collect()
    }

    #[test]
    fn one_figure_of_another_subset_is_odd() {
        let mut figures = vec![(0, 9.0, "12.00"); 9];
        figures[4] = (1, 9.0, "9,812.00");
        assert_eq!(odd_of(&figures, |at| at == 4), ["9,812.00 BBBBBB+Song for AAAAAA+Song"]);
    }

    #[test]
    fn a_side_set_bold_throughout_is_a_style() {
        let figures: Vec<_> = (0..30).map(|at| (u16::from(at % 6 == 0), 9.0, "12.00")).collect();
        assert!(odd_of(&figures, |at| at % 6 == 0).is_empty());
    }

    #[test]
    fn a_larger_figure_is_odd_and_a_shrunk_long_one_is_not() {
        let mut figures = vec![(0, 9.0, "1,312.00"); 30];
        figures[4] = (0, 9.6, "9,812.00");
        figures[8] = (0, 7.0, "1,009,812.00");
        assert_eq!(odd_of(&figures, |_| true), Vec::<String>::new(), "two of thirty are more than five in a hundred");
        let mut figures = vec![(0, 9.0, "1,312.00"); 60];
        figures[4] = (0, 9.6, "9,812.00");
        figures[8] = (0, 7.0, "1,009,812.00");
        let (figures, _) = figures.split_at(45);
        assert_eq!(odd_of(figures, |_| true), ["9,812.00 AAAAAA+Song 9.6 pt for AAAAAA+Song 9.0 pt"]);
    }
}
