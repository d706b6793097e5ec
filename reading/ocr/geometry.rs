//! Points, rectangles at an angle, and the straight-line fits that pages are straightened by.

use super::Quad;

pub fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// A rectangle at an angle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectangle {
    pub center: [f32; 2],
    /// Along `direction` and across it.
    pub size: [f32; 2],
    /// Unit vector along the text, within 45 degrees of rightwards.
    pub direction: [f32; 2],
}

impl Rectangle {
    pub fn grown(self, by: f32) -> Self {
        Self { size: [self.size[0] + 2.0 * by, self.size[1] + 2.0 * by], ..self }
    }

    pub fn quad(&self) -> Quad {
        let [ux, uy] = self.direction;
        let (half_width, half_height) = (self.size[0] / 2.0, self.size[1] / 2.0);
        let corner = |along: f32, across: f32| {
            [
                self.center[0] + along * half_width * ux - across * half_height * uy,
                self.center[1] + along * half_width * uy + across * half_height * ux,
            ]
        };
        [corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]
    }

    pub fn contains(&self, point: [f32; 2]) -> bool {
        let (x, y) = (point[0] - self.center[0], point[1] - self.center[1]);
        let [ux, uy] = self.direction;
        (x * ux + y * uy).abs() <= self.size[0] / 2.0 && (y * ux - x * uy).abs() <= self.size[1] / 2.0
    }
}

/// The smallest rectangle around points, by trying the direction of every edge of their hull.
pub fn smallest_rectangle(points: &[[f32; 2]]) -> Option<Rectangle> {
    let hull = hull(points);
    let mut best: Option<(f32, Rectangle)> = None;
    let upright = std::iter::once([1.0, 0.0]);
    let edges = hull.iter().zip(hull.iter().cycle().skip(1)).filter_map(|(a, b)| {
        let length = distance(*a, *b);
        (length > 0.0).then(|| [(b[0] - a[0]) / length, (b[1] - a[1]) / length])
    });
    for direction in upright.chain(edges) {
        let direction = rightwards(direction);
        let [ux, uy] = direction;
        let mut along = (f32::INFINITY, f32::NEG_INFINITY);
        let mut across = along;
        for [x, y] in &hull {
            let (a, c) = (x * ux + y * uy, y * ux - x * uy);
            along = (along.0.min(a), along.1.max(a));
            across = (across.0.min(c), across.1.max(c));
        }
        let size = [along.1 - along.0, across.1 - across.0];
        let area = size[0] * size[1];
        if best.as_ref().is_none_or(|(smallest, _)| area < *smallest) {
            let (a, c) = (f32::midpoint(along.0, along.1), f32::midpoint(across.0, across.1));
            best = Some((area, Rectangle { center: [a * ux - c * uy, a * uy + c * ux], size, direction }));
        }
    }
    best.map(|(_, rectangle)| rectangle).filter(|rectangle| rectangle.size[0].is_finite())
}

/// The same axis or the one across it, whichever is within 45 degrees of rightwards.
fn rightwards([x, y]: [f32; 2]) -> [f32; 2] {
    let [x, y] = if y.abs() > x.abs() { [y, -x] } else { [x, y] };
    if x < 0.0 { [-x, -y] } else { [x, y] }
}

/// Convex hull (Andrew's monotone chain).
fn hull(points: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let half = |points: &mut dyn Iterator<Item = &[f32; 2]>| {
        let mut chain: Vec<[f32; 2]> = Vec::new();
        for point in points {
            while let [.., a, b] = chain.as_slice() {
                if (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) > 0.0 {
                    break;
                }
                chain.pop();
            }
            chain.push(*point);
        }
        chain.pop();
        chain
    };
    let mut lower = half(&mut sorted.iter());
    lower.append(&mut half(&mut sorted.iter().rev()));
    lower
}

/// Weighted least squares: the coefficients that bring `terms · coefficients` closest to the values. `None` when the
/// samples do not determine them.
pub fn least_squares<const N: usize>(samples: &[([f64; N], f64, f64)]) -> Option<[f64; N]> {
    // Each row is an equation, its right side last.
    let mut rows = vec![vec![0.0_f64; N + 1]; N];
    for (terms, value, weight) in samples {
        for (row, term) in rows.iter_mut().zip(terms) {
            for (cell, other) in row.iter_mut().zip(terms.iter().chain([value])) {
                *cell += weight * term * other;
            }
        }
    }
    <[f64; N]>::try_from(solve(rows)?).ok()
}

/// Gauss-Jordan elimination with the largest pivot of each column.
fn solve(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let count = rows.len();
    let at = |row: &[f64], column: usize| row.get(column).copied().unwrap_or(0.0);
    for pivot in 0..count {
        let largest = (pivot..count).max_by(|&a, &b| {
            let size = |row: usize| rows.get(row).map_or(0.0, |row| at(row, pivot).abs());
            size(a).total_cmp(&size(b))
        })?;
        rows.swap(pivot, largest);
        let with = rows.get(pivot)?.clone();
        let divisor = at(&with, pivot);
        if divisor.abs() < 1e-9 {
            return None;
        }
        for (_, row) in rows.iter_mut().enumerate().filter(|(row, _)| *row != pivot) {
            let factor = at(row, pivot) / divisor;
            for (cell, above) in row.iter_mut().zip(&with) {
                *cell -= factor * above;
            }
        }
    }
    Some(rows.iter().enumerate().map(|(row, cells)| at(cells, count) / at(cells, row)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilted_rectangle_is_found_back() {
        let tilted = Rectangle { center: [100.0, 50.0], size: [80.0, 10.0], direction: [0.995_037_2, 0.099_503_72] };
        let found = smallest_rectangle(&tilted.quad()).unwrap();
        assert!((found.size[0] - 80.0).abs() < 0.01 && (found.size[1] - 10.0).abs() < 0.01, "{found:?}");
        assert!((found.center[0] - 100.0).abs() < 0.01 && (found.direction[1] - 0.0995).abs() < 0.001, "{found:?}");
    }

    #[test]
    fn one_point_and_points_in_a_row_have_one_too() {
        assert_eq!(smallest_rectangle(&[]), None);
        assert_eq!(smallest_rectangle(&[[3.0, 4.0]]).unwrap().size, [0.0, 0.0]);
        let row = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]];
        assert_eq!(smallest_rectangle(&row).unwrap().size, [2.0, 0.0]);
    }

    #[test]
    fn a_line_is_fitted() {
        let samples: Vec<([f64; 2], f64, f64)> =
            (0..5).map(|x| ([1.0, f64::from(x)], 2.0 + 3.0 * f64::from(x), 1.0)).collect();
        let [a, b] = least_squares(&samples).unwrap();
        assert!((a - 2.0).abs() < 1e-9 && (b - 3.0).abs() < 1e-9);
        assert_eq!(least_squares(&samples[..1]), None);
    }
}
