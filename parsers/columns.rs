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

/// The first line that is the table's header, with its place among `lines`. Where none is by itself, names that take
/// several lines are read downwards; the header's place is then its last line's.
#[must_use]
pub fn first_header(layout: &Layout, page: &Page, lines: &[WordLine]) -> Option<(usize, Vec<HeaderCell>)> {
    let single = lines.iter().enumerate().find_map(|(at, line)| Some((at, read_header(layout, page, line)?)));
    single.or_else(|| stacked_header(layout, page, lines))
}

/// All of them, for a page with several tables.
#[must_use]
pub fn all_headers(layout: &Layout, page: &Page, lines: &[WordLine]) -> Vec<(usize, Vec<HeaderCell>)> {
    let single: Vec<(usize, Vec<HeaderCell>)> =
        lines.iter().enumerate().filter_map(|(at, line)| Some((at, read_header(layout, page, line)?))).collect();
    if single.is_empty() { stacked_header(layout, page, lines).into_iter().collect() } else { single }
}

fn stacked_header(layout: &Layout, page: &Page, lines: &[WordLine]) -> Option<(usize, Vec<HeaderCell>)> {
    if layout.columns.is_empty() {
        return None;
    }
    (2..=HEADER_LINES_MAX).find_map(|height| {
        lines.windows(height).enumerate().find_map(|(at, lines)| {
            let stacks = stacked(page, lines)?;
            let glyphs = stacks.iter().flat_map(Stack::glyphs).collect();
            let cells = named_cells(layout, glyphs, size_of(lines), page.reader.is_some())?;
            Some((at + height - 1, stacks.iter().flat_map(|stack| stack.cells(&cells)).collect()))
        })
    })
}

/// Lines further apart than this (in font sizes) are not one header.
const HEADER_LEADING_MAX: f32 = 1.8;
/// Names of one, two and three lines, each around the same middle, stand on five baselines.
const HEADER_LINES_MAX: usize = 5;

fn size_of(lines: &[WordLine]) -> f32 {
    lines.iter().flat_map(|line| &line.words).map(|w| w.font_size).fold(0.0_f32, f32::max)
}

/// Words that stand over each other: one name, read downwards.
struct Stack {
    x0: f32,
    x1: f32,
    name: Vec<char>,
}

impl Stack {
    /// Its characters side by side, as if they stood on one line.
    fn glyphs(&self) -> Vec<Glyph> {
        let step = (self.x1 - self.x0) / self.name.len().max(1) as f32;
        let place = |(at, character): (usize, &char)| {
            let left = self.x0 + at as f32 * step;
            Glyph { character: *character, x0: left, x1: left + step }
        };
        self.name.iter().enumerate().map(place).collect()
    }

    /// Its column: the named part stands for all of it.
    fn cells(&self, found: &[HeaderCell]) -> Vec<HeaderCell> {
        let is_inside = |cell: &&HeaderCell| (self.x0..self.x1).contains(&((cell.x0 + cell.x1) / 2.0));
        let named: Vec<HeaderCell> = found.iter().filter(is_inside).filter(|c| c.role.is_some()).cloned().collect();
        match named.as_slice() {
            [] => vec![HeaderCell { role: None, x0: self.x0, x1: self.x1 }],
            [only] => vec![HeaderCell { role: only.role, x0: self.x0, x1: self.x1 }],
            _ => named,
        }
    }
}

/// The words of neighbouring lines by what stands over what; none when the lines are too far apart.
fn stacked(page: &Page, lines: &[WordLine]) -> Option<Vec<Stack>> {
    let size = size_of(lines);
    let is_close = |pair: &[WordLine]| match pair {
        [upper, lower] => lower.baseline - upper.baseline <= HEADER_LEADING_MAX * size,
        _ => true,
    };
    let height = lines.last()?.baseline - lines.first()?.baseline;
    if !lines.windows(2).all(is_close) || height > 2.0 * HEADER_LEADING_MAX * size {
        return None;
    }
    let mut stacks: Vec<Stack> = Vec::new();
    for line in lines {
        let mut pieces: Vec<Stack> = Vec::new();
        for glyph in glyphs_of(page, line) {
            match pieces.last_mut() {
                Some(piece) if glyph.x0 - piece.x1 <= 0.25 * size => {
                    piece.name.push(glyph.character);
                    piece.x1 = glyph.x1;
                }
                _ => pieces.push(Stack { x0: glyph.x0, x1: glyph.x1, name: vec![glyph.character] }),
            }
        }
        for piece in pieces {
            match stacks.iter_mut().find(|stack| piece.x0 < stack.x1 && stack.x0 < piece.x1) {
                Some(stack) => {
                    (stack.x0, stack.x1) = (stack.x0.min(piece.x0), stack.x1.max(piece.x1));
                    stack.name.extend(piece.name);
                }
                None => stacks.push(piece),
            }
        }
    }
    stacks.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    Some(stacks)
}

fn glyphs_of(page: &Page, line: &WordLine) -> Vec<Glyph> {
    let glyphs = line.words.iter().flat_map(|word| page.glyphs(word).collect::<Vec<_>>());
    glyphs.map(|(character, x0, x1)| Glyph { character: fold_width(character), x0, x1 }).collect()
}

/// Reads a line as the table's header: every column that the layout requires must be named on it.
fn read_header(layout: &Layout, page: &Page, line: &WordLine) -> Option<Vec<HeaderCell>> {
    let required = layout.columns.iter().filter(|c| !c.optional).count();
    // A cheap look first: each required name has at least one character on the line.
    if layout.columns.is_empty()
        || line.words.is_empty()
        || line.words.iter().map(|w| w.text_end - w.text_start).sum::<u32>() < required as u32 * 2
    {
        return None;
    }
    named_cells(layout, glyphs_of(page, line), size_of(std::slice::from_ref(line)), page.reader.is_some())
}

/// `is_picture`: a name that is not there as it is written may be there with a character misread.
fn named_cells(layout: &Layout, glyphs: Vec<Glyph>, size: f32, is_picture: bool) -> Option<Vec<HeaderCell>> {
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
    // What is there as it is written first, so that a misread name is not taken for its neighbour.
    let exact = names.iter().map(|name| (name, 0));
    let misread = names.iter().filter(|_| is_picture).map(|name| (name, name.1.len() / MISREAD_SHARE));
    for ((role, name, place, _), errors) in exact.chain(misread.filter(|(_, errors)| *errors > 0)) {
        if cells.iter().any(|c| c.role == Some(*role)) {
            continue;
        }
        if let Some(start) = find_name(&glyphs, &used, (name, *place), size, errors) {
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
        // A bilingual name's English half goes with it.
        let follows = |cell: &&mut HeaderCell| (0.0..0.8 * size).contains(&(glyph.x0 - cell.x1 + 0.1));
        if glyph.character.is_ascii()
            && open.is_none()
            && let Some(named) = cells.iter_mut().find(follows)
        {
            named.x1 = glyph.x1;
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

/// One character of so many may be misread on a picture; a shorter name would be another one then.
const MISREAD_SHARE: usize = 3;

/// A name stands by itself: white before it and after it. With a place, it is the one at that place among all of the
/// name.
fn find_name(
    glyphs: &[Glyph],
    used: &[bool],
    (name, place): (&[char], Option<usize>),
    size: f32,
    errors: usize,
) -> Option<usize> {
    let parted = |left: Option<&Glyph>, right: Option<&Glyph>| match (left, right) {
        (Some(left), Some(right)) => {
            let english = |glyph: &Glyph| glyph.character.is_ascii_alphabetic();
            let bilingual = !name.iter().any(char::is_ascii_alphabetic) && (english(left) || english(right));
            bilingual || right.x0 - left.x1 > 0.25 * size
        }
        _ => true,
    };
    // `交易时间/Transaction Time`
    let slashed = |end: usize| matches!(glyphs.get(end..end + 2), Some([slash, next]) if slash.character == '/' && next.character.is_ascii_alphabetic());
    let mut found = (0..=glyphs.len().checked_sub(name.len())?).filter(|&start| {
        // Nearly every place is ruled out by its first character.
        if errors == 0 && glyphs.get(start).map(|glyph| glyph.character) != name.first().copied() {
            return false;
        }
        let end = start + name.len();
        let same = glyphs.get(start..end).is_some_and(|here| {
            here.iter().zip(name).filter(|(glyph, wanted)| glyph.character != **wanted).take(errors + 1).count()
                <= errors
        });
        let free = used.get(start..end).is_some_and(|here| here.iter().all(|u| !u));
        same && (free || place.is_some())
            && parted(start.checked_sub(1).and_then(|i| glyphs.get(i)), glyphs.get(start))
            && (parted(end.checked_sub(1).and_then(|i| glyphs.get(i)), glyphs.get(end)) || slashed(end))
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

    /// Adds ink from `x0` to `x1`, as much as so many lines have there.
    pub fn add(&mut self, x0: f32, x1: f32, lines: i32) {
        let (start, end) = (self.bin(x0 + 0.2), self.bin(x1 - 0.2) + 1);
        if let Some(step) = self.steps.get_mut(start) {
            *step += lines;
        }
        let last = self.steps.len() - 1;
        if let Some(step) = self.steps.get_mut(end.max(start).min(last)) {
            *step -= lines;
        }
    }

    pub fn add_line(&mut self, page: &Page, line: &WordLine) {
        for word in &line.words {
            let text = page.word_text(word);
            // Glyphs of one number touch: one stretch of ink. A long run may span columns, glyph by glyph.
            if text.len() <= 16 && text.is_ascii() {
                self.add(word.x0, word.x1, 1);
            } else {
                for (_, x0, x1) in page.glyphs(word) {
                    self.add(x0, x1, 1);
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
    // Both names stand in their own columns: the edge is between their middles.
    let (from, to) = (ink.bin(middle(left)), ink.bin(middle(right)));
    let Some(stretch) = density.get(from..=to) else { return (left.x1 + right.x0) / 2.0 };
    // Half a point of white is where two glyphs do not quite touch; an edge is wider.
    let widened = stretch.windows(2).map(|pair| pair.iter().copied().max().unwrap_or(0));
    let least = widened.min().or(stretch.first().copied()).unwrap_or(0);
    let wanted = ink.bin((left.x1 + right.x0) / 2.0);
    let mut best: Option<(usize, usize, usize)> = None;
    let mut start = None;
    for (offset, level) in stretch.iter().copied().chain([i32::MAX]).enumerate() {
        match (level <= least, start) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::word_lines;

    /// Words at their left edge and baseline, ten points to a character.
    fn page(words: &[(f32, f32, &str)]) -> Page {
        let mut page = Page { width: 842.0, height: 595.0, ..Page::default() };
        for (x0, baseline, text) in words {
            let (start, edge_start) = (page.text.len(), page.edges.len());
            page.text.push_str(text);
            let count = text.chars().count();
            page.edges.extend((0..=count).map(|at| x0 + 10.0 * at as f32));
            page.words.push(model::page::Word {
                text_start: u32::try_from(start).unwrap(),
                text_end: u32::try_from(page.text.len()).unwrap(),
                edge_start: u32::try_from(edge_start).unwrap(),
                x0: *x0,
                x1: x0 + 10.0 * count as f32,
                top: baseline - 10.0,
                bottom: *baseline,
                baseline: *baseline,
                font_size: 10.0,
                font: 0,
                upright: true,
                confidence: 1.0,
            });
        }
        page
    }

    fn layout() -> Layout {
        let text = r#"
            kind = "deposit_account"
            version = 1
            title = "示例"
            [[identify]]
            text = "示例"
            [columns]
            time = { header = "交易日期" }
            flow = { header = "收支", words = { "收" = "in" } }
            amount = { header = "交易金额" }
            counterparty = { header = "对方户名/账号", optional = true }
        "#;
        Layout::load("example/deposit.pdf.toml", text).unwrap()
    }

    /// The header's last line, and each column's role and edges.
    type Found = (usize, Vec<(Option<Role>, f32, f32)>);

    fn header(words: &[(f32, f32, &str)]) -> Option<Found> {
        let page = page(words);
        let (at, cells) = first_header(&layout(), &page, &word_lines(&page))?;
        Some((at, cells.iter().map(|c| (c.role, c.x0, c.x1)).collect()))
    }

    #[test]
    fn names_that_take_several_lines_are_read_downwards() {
        let found = header(&[
            (100.0, 90.0, "收"),
            (250.0, 94.0, "对方户名/"),
            (10.0, 100.0, "交易日期"),
            (150.0, 100.0, "交易金额"),
            (255.0, 106.0, "账号"),
            (100.0, 110.0, "支"),
        ]);
        let expected = vec![
            (Some(Role::Time), 10.0, 50.0),
            (Some(Role::Flow), 100.0, 110.0),
            (Some(Role::Amount), 150.0, 190.0),
            (Some(Role::Counterparty), 250.0, 300.0),
        ];
        assert_eq!(found, Some((4, expected)));
    }

    #[test]
    fn a_names_english_half_goes_with_it() {
        let found = header(&[
            (10.0, 100.0, "交易日期/Date"),
            (150.0, 100.0, "收支"),
            (180.0, 100.0, "交易金额"),
            (224.0, 100.0, "Amount"),
        ]);
        let expected =
            vec![(Some(Role::Time), 10.0, 100.0), (Some(Role::Flow), 150.0, 170.0), (Some(Role::Amount), 180.0, 284.0)];
        assert_eq!(found, Some((0, expected)));
        // A longer Chinese name is another one.
        assert_eq!(header(&[(10.0, 100.0, "交易日期/类型"), (150.0, 100.0, "收支"), (180.0, 100.0, "交易金额")]), None);
    }

    #[test]
    fn neighbouring_rows_are_no_header() {
        assert_eq!(header(&[(10.0, 100.0, "交易日期"), (100.0, 130.0, "收支"), (150.0, 130.0, "交易金额")]), None);
    }
}
