//! Where the columns of a printed table are: the header's names give their order, the white between them their
//! edges.

use model::page::Page;

use crate::layout::{Column, Layout, Role};
use crate::text::WordLine;

/// A column as its header is printed; `role` is none for one that the layout does not name.
#[derive(Debug, Clone, PartialEq)]
pub struct HeaderCell {
    pub role: Option<Role>,
    pub x0: f32,
    pub x1: f32,
}

#[derive(Debug, Clone, Copy)]
struct Glyph {
    character: char,
    x0: f32,
    x1: f32,
}

/// Reads a line as the table's header: every column that the layout requires must be named on it.
#[must_use]
pub fn read_header(layout: &Layout, page: &Page, line: &WordLine) -> Option<Vec<HeaderCell>> {
    let required = layout.columns.iter().filter(|c| !c.optional).count();
    // A cheap look first: each required name has at least one character on the line.
    if layout.columns.is_empty()
        || line.words.is_empty()
        || line.words.iter().map(|w| w.text_end - w.text_start).sum::<u32>() < required as u32 * 2
    {
        return None;
    }
    let size = line.words.iter().map(|w| w.font_size).fold(0.0_f32, f32::max);
    let glyphs: Vec<Glyph> = line
        .words
        .iter()
        .flat_map(|word| page.glyphs(word).collect::<Vec<_>>())
        .map(|(character, x0, x1)| Glyph { character: fold_width(character), x0, x1 })
        .collect();
    let mut names: Vec<(Role, Vec<char>, Option<usize>, usize)> = Vec::new();
    for column in &layout.columns {
        for (preference, header) in column.headers.iter().enumerate() {
            let (name, place) = Column::name_and_place(header);
            names.push((column.role, name.chars().collect(), place, preference));
        }
    }
    // The longest first, so that `余额` is not found inside `账户余额`.
    names.sort_by_key(|(_, name, _, preference)| (std::cmp::Reverse(name.len()), *preference));
    let mut used = vec![false; glyphs.len()];
    let mut cells: Vec<HeaderCell> = Vec::new();
    for (role, name, place, _) in &names {
        if cells.iter().any(|c| c.role == Some(*role)) {
            continue;
        }
        if let Some(start) = find_name(&glyphs, &used, (name, *place), size) {
            let range = start..start + name.len();
            for slot in used.get_mut(range.clone()).into_iter().flatten() {
                *slot = true;
            }
            if let Some([first, .., last] | [first @ last]) = glyphs.get(range) {
                cells.push(HeaderCell { role: Some(*role), x0: first.x0, x1: last.x1 });
            }
        }
    }
    let all_named = layout.columns.iter().filter(|c| !c.optional).all(|c| {
        let named = |role: Role| cells.iter().any(|cell| cell.role == Some(role));
        named(c.role) || layout.columns.iter().any(|other| other.shares_name(c) && named(other.role))
    });
    if !all_named {
        return None;
    }
    // What is left names columns that the layout does not care for, but they have edges too.
    let mut open: Option<HeaderCell> = None;
    for (glyph, used) in glyphs.iter().zip(&used) {
        if *used {
            cells.extend(open.take());
            continue;
        }
        match &mut open {
            Some(cell) if glyph.x0 - cell.x1 < 0.8 * size => cell.x1 = glyph.x1,
            _ => {
                cells.extend(open.take());
                open = Some(HeaderCell { role: None, x0: glyph.x0, x1: glyph.x1 });
            }
        }
    }
    cells.extend(open);
    cells.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    Some(cells)
}

fn fold_width(character: char) -> char {
    match character {
        '！'..='～' => char::from_u32(character as u32 - 0xFEE0).unwrap_or(character),
        other => other,
    }
}

/// A name stands by itself: white before it and after it. With a place, it is the one at that place among all of the
/// name.
fn find_name(glyphs: &[Glyph], used: &[bool], (name, place): (&[char], Option<usize>), size: f32) -> Option<usize> {
    let parted = |left: Option<&Glyph>, right: Option<&Glyph>| match (left, right) {
        (Some(left), Some(right)) => right.x0 - left.x1 > 0.25 * size,
        _ => true,
    };
    let mut found = (0..=glyphs.len().checked_sub(name.len())?).filter(|&start| {
        let end = start + name.len();
        let same = glyphs.get(start..end).is_some_and(|here| here.iter().map(|g| g.character).eq(name.iter().copied()));
        let free = used.get(start..end).is_some_and(|here| here.iter().all(|u| !u));
        same && (free || place.is_some())
            && parted(start.checked_sub(1).and_then(|i| glyphs.get(i)), glyphs.get(start))
            && parted(end.checked_sub(1).and_then(|i| glyphs.get(i)), glyphs.get(end))
    });
    found.nth(place.unwrap_or(1) - 1)
}

/// Columns with their edges: a word whose middle lies in `left..right` is in the column.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    pub cells: Vec<HeaderCell>,
    /// One less than `cells`: the edge between each and the next.
    pub edges: Vec<f32>,
}

impl Columns {
    /// The column at a horizontal place.
    #[must_use]
    pub fn at(&self, x: f32) -> usize {
        self.edges.partition_point(|edge| *edge <= x)
    }

    /// Whether the headers stand where these do.
    #[must_use]
    pub fn same_place(&self, cells: &[HeaderCell]) -> bool {
        self.cells.len() == cells.len()
            && self
                .cells
                .iter()
                .zip(cells)
                .all(|(a, b)| a.role == b.role && (a.x0 - b.x0).abs() < 1.5 && (a.x1 - b.x1).abs() < 1.5)
    }
}

/// How much ink lies over each half point of the page's width.
#[derive(Debug, Clone)]
pub struct Ink {
    /// Differences; their running sum is the number of glyphs.
    steps: Vec<i32>,
}

const BINS_PER_POINT: f32 = 2.0;
/// Wider pages exist only as drawings.
const BINS_MAX: f32 = 8_000.0;

impl Ink {
    #[must_use]
    pub fn new(width: f32) -> Self {
        let bins = (width.max(0.0) * BINS_PER_POINT).min(BINS_MAX) as usize;
        Self { steps: vec![0; bins + 2] }
    }

    fn bin(&self, x: f32) -> usize {
        ((x.max(0.0) * BINS_PER_POINT) as usize).min(self.steps.len() - 1)
    }

    /// Adds ink from `x0` to `x1`.
    pub fn add(&mut self, x0: f32, x1: f32) {
        let (start, end) = (self.bin(x0 + 0.2), self.bin(x1 - 0.2) + 1);
        if let Some(step) = self.steps.get_mut(start) {
            *step += 1;
        }
        let last = self.steps.len() - 1;
        if let Some(step) = self.steps.get_mut(end.max(start).min(last)) {
            *step -= 1;
        }
    }

    pub fn add_line(&mut self, page: &Page, line: &WordLine) {
        for word in &line.words {
            let text = page.word_text(word);
            // Glyphs of one number touch: one stretch of ink. A long run may span columns, glyph by glyph.
            if text.len() <= 16 && text.is_ascii() {
                self.add(word.x0, word.x1);
            } else {
                for (_, x0, x1) in page.glyphs(word) {
                    self.add(x0, x1);
                }
            }
        }
    }
}

/// Finds the edges between the columns: between two neighbouring headers, the widest stretch with the least ink.
/// `rules` are the x of vertical lines of the table; where one stands between two headers it is the edge.
#[must_use]
pub fn edges(cells: Vec<HeaderCell>, ink: &Ink, rules: &[f32]) -> Columns {
    let mut density = Vec::with_capacity(ink.steps.len());
    let mut level = 0;
    for step in &ink.steps {
        level += step;
        density.push(level);
    }
    let edges = cells.windows(2).map(|pair| edge_between(pair, ink, &density, rules)).collect();
    Columns { cells, edges }
}

fn edge_between(pair: &[HeaderCell], ink: &Ink, density: &[i32], rules: &[f32]) -> f32 {
    let [left, right] = pair else { return 0.0 };
    let middle = |cell: &HeaderCell| (cell.x0 + cell.x1) / 2.0;
    if let Some(rule) = rules.iter().find(|x| middle(left) < **x && **x < middle(right)) {
        return *rule;
    }
    let (from, to) = (ink.bin(left.x0), ink.bin(right.x1));
    let Some(stretch) = density.get(from..=to) else { return (left.x1 + right.x0) / 2.0 };
    let least = stretch.iter().copied().min().unwrap_or(0);
    let wanted = ink.bin((left.x1 + right.x0) / 2.0);
    let mut best: Option<(usize, usize, usize)> = None;
    let mut start = None;
    for (offset, level) in stretch.iter().copied().chain([i32::MAX]).enumerate() {
        match (level == least, start) {
            (true, None) => start = Some(offset),
            (false, Some(begin)) => {
                let (begin, end) = (from + begin, from + offset);
                let far = wanted.abs_diff((begin + end) / 2);
                let wider =
                    best.is_none_or(|(b, e, f)| (end - begin, std::cmp::Reverse(far)) > (e - b, std::cmp::Reverse(f)));
                if wider {
                    best = Some((begin, end, far));
                }
                start = None;
            }
            _ => {}
        }
    }
    let Some((begin, end, _)) = best else { return (left.x1 + right.x0) / 2.0 };
    let (begin, end) = (begin as f32 / BINS_PER_POINT, end as f32 / BINS_PER_POINT);
    // Text that starts exactly under its header never begins before it: keep the whole gap to the left.
    if (end - right.x0).abs() < 2.0 { (end - 1.0).max((begin + end) / 2.0) } else { (begin + end) / 2.0 }
}
