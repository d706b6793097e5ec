//! Planes of numbers beside the pixels of a picture, and what is done to a whole plane at once.

/// A value for each pixel, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    width: usize,
    values: Vec<f32>,
}

impl Plane {
    /// `values` are whole rows of `width`.
    pub fn new(width: usize, values: Vec<f32>) -> Self {
        debug_assert!(values.len().is_multiple_of(width.max(1)), "whole rows");
        Self { width: width.max(1), values }
    }

    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.width)
    }

    fn height(&self) -> usize {
        self.values.len() / self.width
    }

    /// Each value with the other plane's at its place; the planes are of one size.
    pub fn with(&self, other: &Self, combine: impl Fn(f32, f32) -> f32) -> Self {
        let values = self.values.iter().zip(&other.values).map(|(one, other)| combine(*one, *other)).collect();
        Self { width: self.width, values }
    }

    /// Half as wide and high, rounded up: the means of two by two.
    pub fn halved(&self) -> Self {
        let mut values = Vec::with_capacity(self.values.len() / 4 + self.width);
        for rows in self.values.chunks(2 * self.width) {
            let (first, second) = rows.split_at(self.width.min(rows.len()));
            let second = if second.is_empty() { first } else { second };
            let pairs = first.chunks(2).zip(second.chunks(2));
            values.extend(pairs.map(|(a, b)| a.iter().chain(b).sum::<f32>() / (a.len() + b.len()) as f32));
        }
        Self { width: self.width.div_ceil(2), values }
    }

    /// The plane that [`Plane::halved`] was made of as far as it tells: values between those of the halves' middles lie
    /// between them.
    pub fn doubled(&self, width: usize, height: usize) -> Self {
        let (columns, rows) = (stretched(width, self.width), stretched(height, self.height()));
        let mut values = Vec::with_capacity(width * height);
        for (above, below, down) in rows {
            let row = |at: usize| self.values.get(at * self.width..(at + 1) * self.width).unwrap_or(&[]);
            let (above, below) = (row(above), row(below));
            values.extend(columns.iter().map(|(left, right, across)| {
                let value = |row: &[f32], at: usize| row.get(at).copied().unwrap_or(0.0);
                let between = |row| value(row, *left) * (1.0 - across) + value(row, *right) * across;
                between(above) * (1.0 - down) + between(below) * down
            }));
        }
        Self::new(width, values)
    }

    /// The mean of the square around each value, of those of it that there are.
    pub fn mean(&self, reach: usize) -> Self {
        let means = |line: &[f32]| -> Vec<f32> {
            // Sums in `f64`: a running sum of ten thousand numbers must not drift.
            let mut sums = Vec::with_capacity(line.len() + 1);
            sums.push(0.0_f64);
            let mut sum = 0.0_f64;
            sums.extend(line.iter().map(|value| {
                sum += f64::from(*value);
                sum
            }));
            let at = |place: usize| sums.get(place).copied().unwrap_or(0.0);
            let around = |place: usize| (place.saturating_sub(reach), (place + reach + 1).min(line.len()));
            (0..line.len()).map(around).map(|(from, to)| ((at(to) - at(from)) / (to - from) as f64) as f32).collect()
        };
        self.both_ways(means)
    }

    /// The largest of the square around each value.
    pub fn most(&self, reach: usize) -> Self {
        let most = |line: &[f32]| -> Vec<f32> {
            let around = |place: usize| place.saturating_sub(reach)..(place + reach + 1).min(line.len());
            let largest = |values: &[f32]| values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            (0..line.len()).map(|place| largest(line.get(around(place)).unwrap_or(&[]))).collect()
        };
        self.both_ways(most)
    }

    /// Along the rows, then along the columns.
    fn both_ways(&self, along: impl Fn(&[f32]) -> Vec<f32>) -> Self {
        let once: Vec<f32> = self.rows().flat_map(&along).collect();
        let across = Self { width: self.width, values: once }.turned();
        let twice: Vec<f32> = across.rows().flat_map(&along).collect();
        Self { width: across.width, values: twice }.turned()
    }

    /// Rows as columns.
    fn turned(&self) -> Self {
        let height = self.height();
        let mut values = Vec::with_capacity(self.values.len());
        for column in 0..self.width {
            values.extend(self.values.iter().skip(column).step_by(self.width));
        }
        Self { width: height.max(1), values }
    }
}

/// For each of `length` places the two of the `halves` that it lies between, and how far from the first.
fn stretched(length: usize, halves: usize) -> Vec<(usize, usize, f32)> {
    let last = halves.saturating_sub(1);
    let place = |at: usize| {
        let exact = ((at as f32 + 0.5) / 2.0 - 0.5).clamp(0.0, last as f32);
        let before = exact as usize;
        (before, (before + 1).min(last), exact - before as f32)
    };
    (0..length).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, values: &[f32]) -> Plane {
        Plane::new(width, values.to_vec())
    }

    #[test]
    fn a_plane_is_halved_and_doubled() {
        let odd = plane(3, &[1.0, 3.0, 5.0, 1.0, 3.0, 7.0, 4.0, 8.0, 2.0]);
        assert_eq!(odd.halved(), plane(2, &[2.0, 6.0, 6.0, 2.0]));
        let even = plane(2, &[0.0, 4.0]);
        assert_eq!(even.doubled(4, 2), plane(4, &[0.0, 1.0, 3.0, 4.0, 0.0, 1.0, 3.0, 4.0]));
        assert_eq!(plane(1, &[7.0]).doubled(1, 1), plane(1, &[7.0]));
    }

    #[test]
    fn means_and_the_most_are_of_what_there_is() {
        let one = plane(3, &[0.0, 0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(one.mean(1).rows().map(|row| row[0]).collect::<Vec<_>>(), [2.25, 1.5, 2.25]);
        assert_eq!(one.most(1), plane(3, &[9.0; 9]));
        assert_eq!(plane(3, &[1.0, 2.0, 3.0]).most(1), plane(3, &[2.0, 3.0, 3.0]));
    }
}
