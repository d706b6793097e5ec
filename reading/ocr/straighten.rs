//! A photographed page made straight: skew, perspective and a curl of the paper, told from the text itself.
//!
//! Lines of text say at many places how the horizontal runs, edges of columns how the vertical does. The picture is
//! read as it is; only the places of what was read are moved, and back again for the reader's eye.

use super::{Line, geometry};

/// Slopes are smooth functions of the place: a constant (skew), linear terms (perspective), a cubic one (curl).
const TERMS: usize = 6;
/// Fewer lines than this say no more than how the page is turned.
const LINES_MIN: usize = 12;
/// A line says its slope when it is this much wider than high.
const ASPECT_MIN: f32 = 3.0;
/// Steeper is no page that somebody meant to be read (17 degrees).
const SLOPE_MAX: f64 = 0.3;
/// A slope below this moves nothing by a pixel over a screen.
const SLOPE_MIN: f64 = 0.0004;
/// Two lines stand in one row when they are no further apart, once made straight, than this much of their height: half of the
/// closest rows' distance.
const LINK_REACH: f32 = 0.5;
/// Each round of linking makes the page straighter, and finds links that reach further.
const LINKED_ROUNDS: u32 = 3;
/// Steps of the integration across a page; the slope changes little within one.
const STEPS: u32 = 8;

/// How the page lies in its picture. Places are fractions of the longer side from the picture's middle, so that one
/// unit is the same in both directions.
#[derive(Debug, Clone, PartialEq)]
pub struct Straightener {
    middle: [f64; 2],
    unit: f64,
    /// dy/dx of the text's lines.
    across: [f64; TERMS],
    /// dx/dy of the columns' edges: at the middle, and how it changes from left to right.
    down: [f64; 2],
}

impl Straightener {
    /// For a picture of this size with these lines.
    pub fn new(width: f32, height: f32, lines: &[Line]) -> Self {
        let unit = f64::from(width.max(height)) / 2.0;
        let middle = [f64::from(width) / 2.0, f64::from(height) / 2.0];
        let mut page = Self { middle, unit: unit.max(1.0), across: [0.0; TERMS], down: [0.0; 2] };
        let own = page.slopes(lines);
        page.across = fit_across(&own);
        for _ in 0..LINKED_ROUNDS {
            let links = page.links(lines);
            if links.len() < LINES_MIN {
                break;
            }
            page.across = fit_across(&[own.as_slice(), links.as_slice()].concat());
        }
        page.down = page.fit_down(lines);
        page
    }

    pub fn is_straight(&self) -> bool {
        self.across.iter().chain(&self.down).all(|term| term.abs() < SLOPE_MIN)
    }

    /// A place in the picture as one on the straight page; both in pixels.
    pub fn flat(&self, point: [f32; 2]) -> [f32; 2] {
        let [x, y] = self.inward(point);
        let y = self.along_line(x, y, 0.0);
        let x = self.along_column(x, y, 0.0);
        self.outward([x, y])
    }

    /// The way back from [`Self::flat`].
    pub fn bent(&self, point: [f32; 2]) -> [f32; 2] {
        let [x, y] = self.inward(point);
        let x = self.along_column(x, 0.0, y);
        let y = self.along_line(0.0, y, x);
        self.outward([x, y])
    }

    fn inward(&self, [x, y]: [f32; 2]) -> [f64; 2] {
        [(f64::from(x) - self.middle[0]) / self.unit, (f64::from(y) - self.middle[1]) / self.unit]
    }

    fn outward(&self, [x, y]: [f64; 2]) -> [f32; 2] {
        [(x * self.unit + self.middle[0]) as f32, (y * self.unit + self.middle[1]) as f32]
    }

    /// Follows the line of text through (`from`, `y`) to `to`: its y there.
    fn along_line(&self, from: f64, y: f64, to: f64) -> f64 {
        let slope = |x: f64, y: f64| dot(&terms(x, y), &self.across).clamp(-SLOPE_MAX, SLOPE_MAX);
        follow(from, y, to, slope)
    }

    /// Follows the column's edge through (`x`, `from`) to `to`: its x there.
    fn along_column(&self, x: f64, from: f64, to: f64) -> f64 {
        let slope = |_: f64, x: f64| (self.down[0] + self.down[1] * x).clamp(-SLOPE_MAX, SLOPE_MAX);
        follow(from, x, to, slope)
    }

    /// What each line says of how lines run where it stands.
    fn slopes(&self, lines: &[Line]) -> Vec<Slope> {
        let slope = |line: &Line| {
            let aspect = line.width() / line.height().max(1.0);
            let [a, b, c, d] = line.quad;
            let run = [f64::from(b[0] + c[0] - a[0] - d[0]), f64::from(b[1] + c[1] - a[1] - d[1])];
            if aspect < ASPECT_MIN || run[0] <= 0.0 {
                return None;
            }
            let place = self.inward([(a[0] + b[0] + c[0] + d[0]) / 4.0, (a[1] + b[1] + c[1] + d[1]) / 4.0]);
            Slope::new(place, run[1] / run[0], aspect)
        };
        lines.iter().filter_map(slope).collect()
    }

    /// What the white between two lines that stand in one row says: a label and its figure far to the right tell the slope
    /// better than either of them, which may be three characters long.
    fn links(&self, lines: &[Line]) -> Vec<Slope> {
        let half = |one: [f32; 2], other: [f32; 2]| [f32::midpoint(one[0], other[0]), f32::midpoint(one[1], other[1])];
        let mut placed: Vec<(f32, [f32; 2], [f32; 2], f32)> = lines
            .iter()
            .filter(|line| line.width() > line.height())
            .map(|line| {
                let [a, b, c, d] = line.quad;
                let (start, end) = (half(a, d), half(b, c));
                (self.flat(half(start, end))[1], start, end, line.height())
            })
            .collect();
        placed.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut links = Vec::new();
        for (y, _, end, height) in &placed {
            let reach = LINK_REACH * height;
            let from = placed.partition_point(|(other, ..)| *other < y - reach);
            let row = placed.get(from..).unwrap_or(&[]).iter().take_while(|(other, ..)| *other <= y + reach);
            let next = row.filter(|(_, start, ..)| start[0] > end[0]).min_by(|a, b| a.1[0].total_cmp(&b.1[0]));
            let Some((_, start, ..)) = next else { continue };
            let run = [f64::from(start[0] - end[0]), f64::from(start[1] - end[1])];
            let aspect = (start[0] - end[0]) / height.max(1.0);
            if aspect >= ASPECT_MIN {
                links.extend(Slope::new(self.inward(half(*start, *end)), run[1] / run[0], aspect));
            }
        }
        links
    }

    /// Left and right edges of texts that stand below each other lie on the edges of columns.
    fn fit_down(&self, lines: &[Line]) -> [f64; 2] {
        // Square to the lines, unless the columns say otherwise.
        let square = [-self.across[0], 0.0];
        let mut edges: Vec<[[f64; 2]; 2]> = Vec::new();
        let mut heights: Vec<f64> = Vec::new();
        for line in lines {
            let [a, b, c, d] = line.quad;
            let edge = |one: [f32; 2], other: [f32; 2]| {
                let [x, y] = self.inward([f32::midpoint(one[0], other[0]), f32::midpoint(one[1], other[1])]);
                [x, self.along_line(x, y, 0.0)]
            };
            edges.push([edge(a, d), edge(b, c)]);
            heights.push(f64::from(line.height()) / self.unit);
        }
        if edges.len() < LINES_MIN {
            return square;
        }
        let half = heights.len() / 2;
        let height = *heights.select_nth_unstable_by(half, f64::total_cmp).1;
        // Pairs of edges of one side, a few rows apart and nearly below each other: (x, dy, dx).
        let mut pairs: Vec<(f64, f64, f64)> = Vec::new();
        let mut by_y = edges;
        by_y.sort_by(|a, b| a[0][1].total_cmp(&b[0][1]));
        for (at, [left, right]) in by_y.iter().enumerate() {
            let below = by_y.get(at + 1..).unwrap_or(&[]).iter();
            for [next_left, next_right] in below.take_while(|[next, _]| next[1] - left[1] < 12.0 * height) {
                for (from, to) in [(left, next_left), (right, next_right)] {
                    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
                    if dy > height && dx.abs() < SLOPE_MAX / 2.0 * dy {
                        pairs.push((f64::midpoint(from[0], to[0]), dy, dx));
                    }
                }
            }
        }
        // Every slope and change of slope within reason is tried; true ones bring many pairs into line at once.
        let count = |p: f64, q: f64| {
            let near = |(x, dy, dx): &&(f64, f64, f64)| (dx - (p + q * x) * dy).abs() < 0.12 * height;
            pairs.iter().filter(near).count()
        };
        let grid = |steps: i32, size: f64| (-steps..=steps).map(move |step| f64::from(step) * size);
        let mut best = (count(square[0], square[1]), square);
        // Equal counts keep what was there first: square to the lines.
        for p in grid(12, 0.01) {
            for q in grid(8, 0.015) {
                let found = count(square[0] + p, q);
                if found > best.0 {
                    best = (found, [square[0] + p, q]);
                }
            }
        }
        let (inliers, coarse) = best;
        // A page without columns: by chance some tenth of the pairs lie in line.
        if inliers < LINES_MIN || inliers * 6 < pairs.len() {
            return square;
        }
        let near: Vec<([f64; 2], f64, f64)> = pairs
            .iter()
            .filter(|(x, dy, dx)| (dx - (coarse[0] + coarse[1] * x) * dy).abs() < 0.15 * height)
            .map(|(x, dy, dx)| ([*dy, x * dy], *dx, 1.0))
            .collect();
        geometry::least_squares(&near)
            .filter(|fitted| fitted.iter().all(|term| term.abs() < SLOPE_MAX))
            .unwrap_or(coarse)
    }
}

/// How lines run at a place, and how much that is to be relied on.
#[derive(Debug, Clone, Copy)]
struct Slope {
    terms: [f64; TERMS],
    slope: f64,
    weight: f64,
}

impl Slope {
    /// `aspect`: how much longer than high what says it is. `None` for what is too steep to be of the page.
    fn new([x, y]: [f64; 2], slope: f64, aspect: f32) -> Option<Self> {
        // The slope of what is long is known better, in the square of its length, up to a point.
        let weight = f64::from(aspect.min(12.0)).powi(2);
        (slope.abs() <= SLOPE_MAX).then(|| Self { terms: terms(x, y), slope, weight })
    }
}

fn fit_across(said: &[Slope]) -> [f64; TERMS] {
    let mut slopes: Vec<f64> = said.iter().map(|said| said.slope).collect();
    if slopes.is_empty() {
        return [0.0; TERMS];
    }
    let half = slopes.len() / 2;
    let usual = *slopes.select_nth_unstable_by(half, f64::total_cmp).1;
    let skew = [usual, 0.0, 0.0, 0.0, 0.0, 0.0];
    if said.len() < LINES_MIN {
        return skew;
    }
    // Thrice, each time with less weight on what lies far from the last fit: a seal's or a drawing's lines.
    let mut fitted = skew;
    for _ in 0..3 {
        let weighted: Vec<_> = said
            .iter()
            .map(|Slope { terms, slope, weight }| {
                let off = (slope - dot(terms, &fitted)) / 0.01;
                (*terms, *slope, weight / (1.0 + off * off))
            })
            // A page without lines at its sides says nothing about its curl: a weak pull to none.
            .chain((1..TERMS).map(|term| {
                let mut pull = [0.0; TERMS];
                if let Some(slot) = pull.get_mut(term) {
                    *slot = 1.0;
                }
                (pull, 0.0, 1.0)
            }))
            .collect();
        fitted = match geometry::least_squares(&weighted) {
            Some(better) if better.iter().all(|term| term.abs() < 2.0 * SLOPE_MAX) => better,
            _ => return skew,
        };
    }
    fitted
}

fn terms(x: f64, y: f64) -> [f64; TERMS] {
    [1.0, x, y, x * x, x * y, x * x * x]
}

fn dot(terms: &[f64; TERMS], coefficients: &[f64; TERMS]) -> f64 {
    terms.iter().zip(coefficients).map(|(term, coefficient)| term * coefficient).sum()
}

/// Follows a slope from one place to another (midpoint rule).
fn follow(from: f64, value: f64, to: f64, slope: impl Fn(f64, f64) -> f64) -> f64 {
    let step = (to - from) / f64::from(STEPS);
    let (mut at, mut value) = (from, value);
    for _ in 0..STEPS {
        let half = value + slope(at, value) * step / 2.0;
        value += slope(at + step / 2.0, half) * step;
        at += step;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of 20 rows and 6 columns, bent as told.
    fn table(bend: impl Fn([f32; 2]) -> [f32; 2]) -> Vec<Line> {
        let mut lines = Vec::new();
        for row in 0..20_u8 {
            for column in 0..6_u8 {
                let (x, y) = (150.0 + f32::from(column) * 300.0, 150.0 + f32::from(row) * 60.0);
                let quad = [[x, y], [x + 200.0, y], [x + 200.0, y + 30.0], [x, y + 30.0]].map(&bend);
                lines.push(Line { quad, glyphs: Vec::new() });
            }
        }
        lines
    }

    fn check(name: &str, bend: impl Fn([f32; 2]) -> [f32; 2]) {
        let lines = table(&bend);
        let page = Straightener::new(2_000.0, 1_500.0, &lines);
        let mut rows: Vec<f32> = Vec::new();
        for row in lines.chunks(6) {
            let ys: Vec<f32> = row.iter().map(|line| page.flat(line.quad[0])[1]).collect();
            let (low, high) = ys.iter().fold((f32::MAX, f32::MIN), |(l, h), y| (l.min(*y), h.max(*y)));
            rows.push(high - low);
        }
        let worst = rows.iter().copied().fold(0.0, f32::max);
        assert!(worst < 8.0, "{name}: a row spans {worst} px of 60");
        for column in 0..6 {
            let xs: Vec<f32> = lines.iter().skip(column).step_by(6).map(|line| page.flat(line.quad[0])[0]).collect();
            let (low, high) = xs.iter().fold((f32::MAX, f32::MIN), |(l, h), x| (l.min(*x), h.max(*x)));
            assert!(high - low < 16.0, "{name}: column {column} spans {} px of 300", high - low);
        }
        for point in [[100.0, 100.0], [1_900.0, 1_400.0], [700.0, 1_000.0]] {
            let [x, y] = page.bent(page.flat(point));
            assert!(
                (x - point[0]).abs() < 1.0 && (y - point[1]).abs() < 1.0,
                "{name}: {point:?} comes back as {x}, {y}"
            );
        }
    }

    #[test]
    fn a_straight_page_stays() {
        let page = Straightener::new(2_000.0, 1_500.0, &table(|point| point));
        assert!(page.is_straight(), "{page:?}");
    }

    #[test]
    fn skew_perspective_and_curl_are_undone() {
        let turn = |[x, y]: [f32; 2]| {
            let (x, y) = (x - 1_000.0, y - 750.0);
            [1_000.0 + x * 0.998 - y * 0.05, 750.0 + x * 0.05 + y * 0.998]
        };
        check("skew", turn);
        let recede = |[x, y]: [f32; 2]| {
            let depth = 1.0 + (1_500.0 - y) / 1_500.0 * 0.08;
            [1_000.0 + (x - 1_000.0) / depth, 750.0 + (y - 750.0) / depth]
        };
        check("perspective", recede);
        let curl = |[x, y]: [f32; 2]| [x, y + 18.0 * (std::f32::consts::PI * x / 2_000.0).sin()];
        check("curl", curl);
        check("all", |point| turn(recede(curl(point))));
    }

    #[test]
    fn short_labels_and_the_figures_far_beside_them_are_brought_into_rows() {
        // Each label and figure is too short to tell its slope to better than a pixel, and says one that is off by that.
        let lean = |[x, y]: [f32; 2]| [x, y - (0.04 + 0.04 * x / 2_000.0) * x];
        let mut lines = Vec::new();
        for row in 0..8_u8 {
            for (column, (x, width)) in
                [(100.0, 100.0), (750.0, 90.0), (1_000.0, 110.0), (1_800.0, 95.0)].iter().enumerate()
            {
                let y = 400.0 + f32::from(row) * 80.0;
                let off = if (usize::from(row) + column).is_multiple_of(2) { 1.5 } else { -1.5 };
                let [left, right] = [lean([*x, y]), lean([x + width, y])];
                let quad =
                    [left, [right[0], right[1] + off], [right[0], right[1] + off + 30.0], [left[0], left[1] + 30.0]];
                lines.push(Line { quad, glyphs: Vec::new() });
            }
        }
        let page = Straightener::new(2_000.0, 1_500.0, &lines);
        for row in lines.chunks(4) {
            let ys: Vec<f32> = row.iter().map(|line| page.flat(line.quad[0])[1]).collect();
            let (low, high) = ys.iter().fold((f32::MAX, f32::MIN), |(l, h), y| (l.min(*y), h.max(*y)));
            assert!(high - low < 6.0, "a row spans {} px of 80: {ys:?}", high - low);
        }
    }

    #[test]
    fn nothing_to_go_by_is_straight() {
        assert!(Straightener::new(100.0, 100.0, &[]).is_straight());
    }
}
