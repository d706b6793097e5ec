//! Figures set in another font, or another size, than the rest of their column; off the line of their row, with other
//! steps from digit to digit, or drawn out of turn.
//!
//! An issuer's program sets a column in one font, row by row. What an editor adds comes in a font of its own, at best under
//! another subset prefix of the same name; where it has the very font, it is placed by eye, squeezed to fit or put at the
//! page's end. Which words are a column is told by whoever read the table.

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

/// Figures of a document from which lines and steps are compared.
const SETTING_MIN: usize = 20;

/// More figures than this that are off are the producer's habit.
const SETTING_ODD_MAX: usize = 3;

/// Points by which a figure must be off the line of its row. Producers round to a hundredth, some to a tenth.
const LINE_TOLERANCE: f32 = 0.25;

/// Points: what stands further off belongs to another line of a cell that has several.
const LINE_OFF_MAX: f32 = 3.0;

/// Ems by which the step from one digit to the next must differ: what squeezes a figure by a twentieth.
const STEP_TOLERANCE: f32 = 0.02;

/// Figures of a column that one must have been drawn after, out of turn, to be odd.
const TURNS_MIN: usize = 3;

/// Figures of a page's column from which turns are told; a page has a hundred lines at most.
const TURNS_OF: std::ops::Range<usize> = 12..1_000;

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
    /// Where it comes among the page's words as they are drawn.
    drawn: u32,
    /// How far its baseline is from the nearest of the row's other figures; `None` where it stands alone.
    off_line: Option<f32>,
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
        lines(&figures, facts, &mut found);
        steps(&figures, pages, facts, &mut found);
        turns(&figures, facts, &mut found);
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
        let words: Vec<(u32, &Word)> = near
            .filter_map(|&index| Some((index, page.words.get(index as usize)?)))
            .filter(|(_, word)| word.upright && has_digit(page.word_text(word)))
            .collect();
        let is_inside = |word: &Word| {
            let (x, y) = middle(word);
            x0 <= x && x <= x1 && y0 <= y && y <= y1
        };
        let in_row = |word: &Word| {
            let (_, y) = middle(word);
            y0 <= y && y <= y1 && !is_inside(word)
        };
        let rest: Vec<f32> = words.iter().filter(|(_, word)| in_row(word)).map(|(_, word)| word.baseline).collect();
        let inside = words.iter().filter(|(_, word)| is_inside(word));
        inside
            .map(|&(drawn, word)| Figure {
                source,
                page: *number,
                is_in,
                word: *word,
                text: page.word_text(word),
                drawn,
                off_line: rest.iter().map(|line| (line - word.baseline).abs()).reduce(f32::min),
            })
            .collect()
    }
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
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

/// Figures off the line that the row's others stand on. A column may stand off by its own way: then all of it does.
fn lines(figures: &[Figure<'_>], facts: &FileFacts, found: &mut Vec<OddFont>) {
    let of_row: Vec<(&Figure<'_>, f32)> =
        figures.iter().filter_map(|figure| Some((figure, figure.off_line?))).collect();
    if of_row.len() < SETTING_MIN {
        return;
    }
    let rounded = |off: f32| (off * 10.0).round() as i32;
    let Some((usual, share)) = majority(of_row.iter().map(|(_, off)| rounded(*off))) else { return };
    let is_odd = |off: f32| off < LINE_OFF_MAX && (off - usual as f32 / 10.0).abs() > LINE_TOLERANCE;
    let odd: Vec<&(&Figure<'_>, f32)> = of_row.iter().filter(|(_, off)| is_odd(*off)).collect();
    if share < USUAL_SIZE_MIN || odd.len() > SETTING_ODD_MAX {
        return;
    }
    for (figure, off) in odd {
        let font = font_name(figure, facts);
        add(found, figure, format!("{font}, {off:.2} pt off the line"), format!("{font}, on the line"));
    }
}

/// Figures whose digits stand closer together or further apart than the column's others of their font do, measured
/// in ems, each digit by itself.
fn steps(figures: &[Figure<'_>], pages: &[Page], facts: &FileFacts, found: &mut Vec<OddFont>) {
    if figures.len() < SETTING_MIN {
        return;
    }
    let page_of = |figure: &Figure<'_>| pages.get((figure.page as usize).checked_sub(1)?);
    let steps_of = |figure: &Figure<'_>| -> Vec<(char, f32)> {
        let size = figure.word.font_size;
        let Some(page) = page_of(figure).filter(|_| size > 0.0) else { return Vec::new() };
        let glyphs: Vec<(char, f32, f32)> = page.glyphs(&figure.word).collect();
        // The last glyph's width holds no step.
        let stepped = glyphs.windows(2).filter_map(|pair| match pair {
            [(character, left, _), (_, next, _)] => Some((*character, (next - left) / size)),
            _ => None,
        });
        stepped.filter(|(character, _)| character.is_ascii_digit()).collect()
    };
    let rounded = |step: f32| (step * 200.0).round() as i32;
    let mut by_digit: HashMap<(u16, char), Vec<i32>> = HashMap::new();
    let stepped: Vec<(&Figure<'_>, Vec<(char, f32)>)> =
        figures.iter().map(|figure| (figure, steps_of(figure))).collect();
    for (figure, steps) in &stepped {
        for (digit, step) in steps {
            by_digit.entry((figure.word.font, *digit)).or_default().push(rounded(*step));
        }
    }
    let usual: HashMap<(u16, char), (i32, f32)> = by_digit
        .into_iter()
        .filter(|(_, steps)| steps.len() >= SETTING_MIN)
        .filter_map(|(key, steps)| Some((key, majority(steps.into_iter())?)))
        .filter(|(_, (_, share))| *share >= USUAL_SIZE_MIN)
        .collect();
    let off = |figure: &Figure<'_>, (digit, step): &(char, f32)| -> Option<f32> {
        let (usual, _) = usual.get(&(figure.word.font, *digit))?;
        Some(step - *usual as f32 / 200.0)
    };
    let is_odd = |figure: &Figure<'_>, steps: &[(char, f32)]| {
        let offs: Vec<f32> = steps.iter().filter_map(|step| off(figure, step)).collect();
        let far = |sign: f32| offs.iter().filter(|off| **off * sign > STEP_TOLERANCE).count();
        offs.len() > 1 && (far(1.0) == offs.len() || far(-1.0) == offs.len())
    };
    // A longer figure may have been squeezed to fit.
    let even = stepped.iter().filter(|(figure, steps)| !is_odd(figure, steps));
    let longest = even.map(|(figure, _)| figure.text.len()).max().unwrap_or(0);
    let odd: Vec<&(&Figure<'_>, Vec<(char, f32)>)> =
        stepped.iter().filter(|(figure, steps)| figure.text.len() <= longest && is_odd(figure, steps)).collect();
    if odd.len() > SETTING_ODD_MAX {
        return;
    }
    for (figure, steps) in odd {
        let sum: f32 = steps.iter().filter_map(|step| off(figure, step)).sum();
        let (font, mean) = (font_name(figure, facts), 100.0 * sum / steps.len() as f32);
        add(found, figure, format!("{font}, steps {mean:+.1} % of an em"), format!("{font}, even steps"));
    }
}

/// Figures drawn long after or before their turn: put in at the end of a page that is otherwise drawn down its columns.
fn turns(figures: &[Figure<'_>], facts: &FileFacts, found: &mut Vec<OddFont>) {
    let mut odd: Vec<&Figure<'_>> = Vec::new();
    for figures in by_page(figures) {
        if !TURNS_OF.contains(&figures.len()) {
            continue;
        }
        let mut placed: Vec<&Figure<'_>> = figures.iter().collect();
        placed.sort_by(|a, b| middle(&a.word).1.total_cmp(&middle(&b.word).1).then(a.drawn.cmp(&b.drawn)));
        let after = |a: &Figure<'_>, b: &Figure<'_>| a.drawn < b.drawn;
        let in_turn = placed.windows(2).filter(|pair| matches!(pair, [a, b] if after(a, b))).count();
        // Drawn down the page but for a few, or not judged: each that is out of turn breaks one step.
        if in_turn + SETTING_ODD_MAX + 1 < placed.len() {
            continue;
        }
        for (place, figure) in placed.iter().enumerate() {
            let before = placed.get(..place).unwrap_or_default().iter().filter(|one| one.drawn > figure.drawn).count();
            let behind = placed.get(place..).unwrap_or_default().iter().filter(|one| one.drawn < figure.drawn).count();
            if before.max(behind) >= TURNS_MIN {
                odd.push(figure);
            }
        }
    }
    if odd.len() > SETTING_ODD_MAX {
        return;
    }
    for figure in odd {
        let font = font_name(figure, facts);
        add(found, figure, format!("{font}, drawn out of turn"), format!("{font}, drawn row by row"));
    }
}

fn font_name<'a>(figure: &Figure<'_>, facts: &'a FileFacts) -> &'a str {
    facts.fonts.get(usize::from(figure.word.font)).map_or("", Text::as_str)
}

fn add(found: &mut Vec<OddFont>, figure: &Figure<'_>, font: String, usual: String) {
    let already = found.iter().any(|odd| odd.source == *figure.source);
    if !already && found.len() < TRACES_MAX {
        found.push(OddFont {
            source: figure.source.clone(),
            text: figure.text.into(),
            font: font.into(),
            usual: usual.into(),
        });
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

    /// Thirty rows, a day and a figure each: where the figure of row 12 stands off its line, by how much its steps differ,
    /// and whether it is drawn last.
    fn table(off: f32, wider: f32, last: bool) -> Vec<String> {
        let mut page = PageBuilder::new(1, 600.0, 800.0);
        let mut places = Vec::new();
        let shape = |baseline: f32| WordShape {
            top: baseline - 8.0,
            bottom: baseline + 2.0,
            baseline,
            font_size: 9.0,
            font: 0,
            upright: true,
            confidence: 1.0,
        };
        let mut rows: Vec<u8> = (1..=30).collect();
        if last {
            rows.retain(|row| *row != 12);
        }
        let figure = |page: &mut PageBuilder, row: u8| {
            let (line, step) = (15.0 * f32::from(row), if row == 12 { 4.5 + wider } else { 4.5 });
            let edges: Vec<f32> = (0..=8).map(|at| 300.0 + step * at as f32).collect();
            page.word("1,312.00", &edges, shape(line + if row == 12 { off } else { 0.0 }));
        };
        for row in &rows {
            let line = 15.0 * f32::from(*row);
            let edges: Vec<f32> = (0..=10).map(|at| 40.0 + 4.5 * at as f32).collect();
            page.word("2026-03-01", &edges, shape(line));
            figure(&mut page, *row);
        }
        if last {
            figure(&mut page, 12);
        }
        for row in 1..=30_u8 {
            places.push(15.0 * f32::from(row));
        }
        let page = page.finish();
        let sources: Vec<Source> = places.iter().map(|y| page.source(290.0, y - 8.0, 345.0, y + 2.5)).collect();
        let facts = FileFacts { fonts: vec!["AAAAAA+Song".into()], ..FileFacts::default() };
        let column = Column { figures: sources.iter().map(|source| (source, true)).collect() };
        odd(&[page], &facts, &[column]).into_iter().map(|odd| odd.font.to_string()).collect()
    }

    #[test]
    fn a_figure_off_its_line_is_odd() {
        assert_eq!(table(0.4, 0.0, false), ["AAAAAA+Song, 0.40 pt off the line"]);
        assert_eq!(table(0.1, 0.0, false), Vec::<String>::new());
    }

    #[test]
    fn a_figure_that_was_squeezed_is_odd() {
        assert_eq!(table(0.0, -0.3, false), ["AAAAAA+Song, steps -3.3 % of an em"]);
        assert_eq!(table(0.0, -0.05, false), Vec::<String>::new());
    }

    #[test]
    fn a_figure_put_in_at_the_pages_end_is_odd() {
        assert_eq!(table(0.0, 0.0, true), ["AAAAAA+Song, drawn out of turn"]);
        assert_eq!(table(0.0, 0.0, false), Vec::<String>::new());
    }
}
