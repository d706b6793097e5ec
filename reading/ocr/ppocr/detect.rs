//! Where the lines are: the detection model's map of text, cut at a threshold, and a rectangle around each piece
//! (DB post-processing, Liao and others 2020, with PaddleOCR's constants).

use image::RgbImage;

use super::session::Sessions;
use crate::geometry::{self, Rectangle};
use crate::{OcrError, Quad, prepare};

/// The height in pixels that characters have in the picture given to the model: the smallest at which amounts stay
/// whole on the drawn sets.
const TEXT_HEIGHT: f32 = 20.0;
/// Longest side given to the model: 12 MP photographs of A4 have characters of 20 pixels at it, and the model's memory
/// grows with the area.
const SIDE_MAX: f32 = 2_560.0;
/// Enlarging more than this shows nothing new.
const SCALE_MAX: f32 = 2.0;
/// The model halves its picture five times.
const SIDE_MULTIPLE: f32 = 32.0;

/// A pixel of the map is text from here on.
const TEXT: f32 = 0.3;
/// A piece is a line when its rectangle is this much text on the mean.
const LINE: f32 = 0.5;
/// The map shows the middle of lines; they are this much larger, by area over circumference.
const GROW: f32 = 1.6;
/// Thinner pieces are specks.
const THICKNESS_MIN: f32 = 3.0;
/// A full statement page has under 600 pieces; noise has thousands.
const PIECES_MAX: usize = 4_000;

/// ImageNet's means and deviations, which the model was trained with, for blue, green, red as PaddleOCR applies them.
const MEANS: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATIONS: [f32; 3] = [0.229, 0.224, 0.225];

pub fn detect(model: &Sessions, picture: &RgbImage) -> Result<Vec<Quad>, OcrError> {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let scale = (TEXT_HEIGHT / prepare::text_height(picture)).min(SCALE_MAX).min(SIDE_MAX / width.max(height));
    let side = |side: f32| ((side * scale / SIDE_MULTIPLE).round().max(1.0) * SIDE_MULTIPLE) as u32;
    let small = prepare::resized(picture, side(width), side(height));
    let (columns, rows) = (small.width() as usize, small.height() as usize);
    let fill = |input: &mut [f32]| {
        for ((plane, values), (mean, deviation)) in
            input.chunks_exact_mut(rows * columns).enumerate().zip(MEANS.into_iter().zip(DEVIATIONS))
        {
            for (value, pixel) in values.iter_mut().zip(small.as_raw().as_chunks::<3>().0) {
                let [red, green, blue] = *pixel;
                let channel = [blue, green, red].get(plane).copied().unwrap_or(0);
                *value = (f32::from(channel) / 255.0 - mean) / deviation;
            }
        }
        drop(small);
    };
    model.run([1, 3, rows, columns], fill, |output| {
        let [_, _, map_rows, map_columns] = output.dimensions()?;
        let back = [width / map_columns.max(1) as f32, height / map_rows.max(1) as f32];
        let map = Map { values: output.values, columns: map_columns, rows: map_rows };
        let rectangles = map.lines();
        Ok(rectangles.iter().map(|rectangle| rectangle.quad().map(|[x, y]| [x * back[0], y * back[1]])).collect())
    })
}

struct Map<'a> {
    values: &'a [f32],
    columns: usize,
    rows: usize,
}

impl Map<'_> {
    fn lines(&self) -> Vec<Rectangle> {
        let mut seen = vec![false; self.values.len()];
        let mut found = Vec::new();
        for start in 0..self.values.len() {
            if found.len() >= PIECES_MAX {
                break;
            }
            if seen.get(start).copied().unwrap_or(true) || !self.is_text(start) {
                continue;
            }
            let outline = self.piece(start, &mut seen);
            found.extend(self.line(&outline));
        }
        found
    }

    fn is_text(&self, at: usize) -> bool {
        self.values.get(at).is_some_and(|value| *value > TEXT)
    }

    /// The leftmost and rightmost pixels of the piece in every row: its hull has no others.
    fn piece(&self, start: usize, seen: &mut [bool]) -> Vec<[f32; 2]> {
        let mut extents: Vec<(usize, usize, usize)> = Vec::new();
        let mut waiting = vec![start];
        let mark = |at: usize, seen: &mut [bool]| match seen.get_mut(at) {
            Some(slot) if !*slot => {
                *slot = true;
                true
            }
            _ => false,
        };
        mark(start, seen);
        let top = start / self.columns;
        while let Some(at) = waiting.pop() {
            let (row, column) = (at / self.columns, at % self.columns);
            // Pixels are met in the order of their rows at first, so `top` is the smallest row.
            let index = row - top.min(row);
            if extents.len() <= index {
                extents.resize(index + 1, (row, usize::MAX, 0));
            }
            if let Some(extent) = extents.get_mut(index) {
                *extent = (row, extent.1.min(column), extent.2.max(column));
            }
            for y in row.saturating_sub(1)..(row + 2).min(self.rows) {
                for x in column.saturating_sub(1)..(column + 2).min(self.columns) {
                    let next = y * self.columns + x;
                    if self.is_text(next) && mark(next, seen) {
                        waiting.push(next);
                    }
                }
            }
        }
        let whole = extents.into_iter().filter(|(_, left, right)| left <= right);
        whole.flat_map(|(row, left, right)| [[left as f32, row as f32], [right as f32, row as f32]]).collect()
    }

    fn line(&self, outline: &[[f32; 2]]) -> Option<Rectangle> {
        let rectangle = geometry::smallest_rectangle(outline)?;
        let [width, height] = rectangle.size;
        if width.min(height) < THICKNESS_MIN || self.mean_within(&rectangle) < LINE {
            return None;
        }
        let grown = rectangle.grown(width * height * GROW / (2.0 * (width + height)));
        Some(grown)
    }

    fn mean_within(&self, rectangle: &Rectangle) -> f32 {
        let quad = rectangle.quad();
        let bounds = |axis: usize, side: usize| {
            let values = || quad.iter().filter_map(|corner| corner.get(axis).copied());
            let low = values().fold(f32::INFINITY, f32::min).floor().max(0.0) as usize;
            let high = values().fold(0.0, f32::max).ceil() as usize + 1;
            low..high.min(side)
        };
        let (mut sum, mut count) = (0.0_f64, 0_u32);
        for y in bounds(1, self.rows) {
            for x in bounds(0, self.columns) {
                if rectangle.contains([x as f32, y as f32]) {
                    sum += f64::from(self.values.get(y * self.columns + x).copied().unwrap_or(0.0));
                    count += 1;
                }
            }
        }
        (sum / f64::from(count.max(1))) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_the_map_become_rectangles_larger_than_they_are() {
        let (columns, rows) = (100, 40);
        let mut values = vec![0.0; columns * rows];
        for y in 10..20 {
            for x in 20..80 {
                values[y * columns + x] = 0.9;
            }
        }
        values[35 * columns + 90] = 0.9;
        let lines = Map { values: &values, columns, rows }.lines();
        let [line] = lines.as_slice() else { panic!("one line, the speck is none: {lines:?}") };
        assert_eq!(line.center, [49.5, 14.5]);
        let grown = 59.0 * 9.0 * GROW / (2.0 * 68.0);
        assert!((line.size[0] - (59.0 + 2.0 * grown)).abs() < 0.01, "{line:?}");
    }
}
