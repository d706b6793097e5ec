//! A line cut out of its picture, 48 pixels high, and where its characters stand in it.

use image::RgbImage;

use super::ctc::Reading;
use crate::{Glyph, Quad, geometry};

/// What the recognition models were trained on.
pub const HEIGHT: usize = 48;
pub const PLANES: usize = 3;

/// Longer lines are squeezed. A statement's longest remark stays under 60 times its height.
const WIDTH_MAX: usize = 60 * HEIGHT;
/// Narrower ones are stretched: a single digit is narrower than the model can see.
const WIDTH_MIN: usize = 16;

/// Ink differs from the line's paper by this share of the strongest difference in it.
const INK_SHARE: f32 = 0.35;

/// Rows that are looked at for ink; above and below them stand ruled lines and the next lines' feet.
const INK_ROWS: std::ops::Range<usize> = 6..42;

pub struct Crop {
    pub width: usize,
    /// Red, green, blue; row by row.
    pixels: Vec<u8>,
}

impl Crop {
    pub fn take(picture: &RgbImage, quad: &Quad) -> Self {
        let [top_left, top_right, bottom_right, bottom_left] = *quad;
        let across =
            geometry::distance(top_left, top_right).max(geometry::distance(bottom_left, bottom_right)).max(1.0);
        let down = geometry::distance(top_left, bottom_left).max(geometry::distance(top_right, bottom_right)).max(1.0);
        let width = ((HEIGHT as f32 * across / down).ceil() as usize).clamp(WIDTH_MIN, WIDTH_MAX);
        let step = [
            [(top_right[0] - top_left[0]) / width as f32, (top_right[1] - top_left[1]) / width as f32],
            [(bottom_left[0] - top_left[0]) / HEIGHT as f32, (bottom_left[1] - top_left[1]) / HEIGHT as f32],
        ];
        // Where the picture is finer than the crop, several of its pixels are averaged.
        let samples = ((down / HEIGHT as f32).round() as usize).clamp(1, 4);
        let mut pixels = Vec::with_capacity(width * HEIGHT * PLANES);
        for row in 0..HEIGHT {
            for column in 0..width {
                let at = |u: f32, v: f32| {
                    [
                        top_left[0] + u * step[0][0] + v * step[1][0] - 0.5,
                        top_left[1] + u * step[0][1] + v * step[1][1] - 0.5,
                    ]
                };
                let color = if samples == 1 {
                    cubic(picture, at(column as f32 + 0.5, row as f32 + 0.5))
                } else {
                    let mut sum = [0.0_f32; PLANES];
                    for i in 0..samples {
                        for j in 0..samples {
                            let part = |n: usize| (n as f32 + 0.5) / samples as f32;
                            let color = linear(picture, at(column as f32 + part(i), row as f32 + part(j)));
                            for (sum, color) in sum.iter_mut().zip(color) {
                                *sum += color;
                            }
                        }
                    }
                    sum.map(|value| value / (samples * samples) as f32)
                };
                pixels.extend(color.map(|value| value.round().clamp(0.0, 255.0) as u8));
            }
        }
        Self { width, pixels }
    }

    /// Writes the crop as the model's input, padded at its right to `width`.
    pub fn write(&self, slot: &mut [f32], width: usize) {
        for (row, pixels) in self.pixels.chunks_exact(self.width * PLANES).enumerate() {
            for (column, pixel) in pixels.as_chunks::<PLANES>().0.iter().enumerate() {
                // Blue first.
                for (plane, value) in pixel.iter().rev().enumerate() {
                    if let Some(cell) = slot.get_mut((plane * HEIGHT + row) * width + column) {
                        *cell = f32::from(*value) / 127.5 - 1.0;
                    }
                }
            }
        }
    }

    /// Gives the characters of a reading their edges: in the white between them where there is white.
    pub fn place(&self, reading: Reading) -> Vec<Glyph> {
        let ink = self.ink();
        let width = self.width as f32;
        let column = |share: f32| ((share * width) as usize).min(self.width.saturating_sub(1));
        let centers: Vec<usize> = reading.characters.iter().map(|character| column(character.center)).collect();
        let mut edges: Vec<(f32, f32)> = Vec::with_capacity(centers.len());
        let inked = |range: std::ops::Range<usize>| ink.get(range).unwrap_or(&[]).iter().position(|is_ink| *is_ink);
        let last_inked = |range: std::ops::Range<usize>| {
            let start = range.start;
            ink.get(range).unwrap_or(&[]).iter().rposition(|is_ink| *is_ink).map(|at| start + at + 1)
        };
        for (at, center) in centers.iter().enumerate() {
            let left = match at.checked_sub(1).and_then(|before| centers.get(before)) {
                Some(before) => white(&ink, *before, *center).1,
                None => {
                    let from = center.saturating_sub(HEIGHT * 3 / 4);
                    inked(from..center + 1).map_or(*center as f32 - HEIGHT as f32 / 4.0, |at| (from + at) as f32)
                }
            };
            let right = match centers.get(at + 1) {
                Some(after) => white(&ink, *center, *after).0,
                None => {
                    let to = (center + HEIGHT * 3 / 4).min(self.width);
                    last_inked(*center..to).map_or(*center as f32 + HEIGHT as f32 / 4.0, |at| at as f32)
                }
            };
            edges.push((left.max(0.0), right.min(width)));
        }
        let glyphs = reading.characters.into_iter().zip(edges).map(|(character, (left, right))| Glyph {
            character: character.character,
            left: (left / width).clamp(0.0, 1.0),
            right: (right.max(left) / width).clamp(0.0, 1.0),
            confidence: character.confidence,
            doubts: character.doubts,
        });
        glyphs.collect()
    }

    /// Which columns have ink of characters: a ruled line of the table beside them is none.
    fn ink(&self) -> Vec<bool> {
        let light: Vec<f32> = self
            .pixels
            .as_chunks::<PLANES>()
            .0
            .iter()
            .map(|[red, green, blue]| (f32::from(*red) + 2.0 * f32::from(*green) + f32::from(*blue)) / 4.0)
            .collect();
        let mut sorted = light.clone();
        let middle = sorted.len() / 2;
        let paper = if sorted.is_empty() { 0.0 } else { *sorted.select_nth_unstable_by(middle, f32::total_cmp).1 };
        let inner = |row: &usize| INK_ROWS.contains(row);
        let rows = || light.chunks_exact(self.width.max(1)).enumerate();
        let in_text = rows().filter(|(row, _)| inner(row)).flat_map(|(_, values)| values);
        let strongest = in_text.map(|value| (value - paper).abs()).fold(1.0, f32::max);
        let dark: Vec<bool> = light.iter().map(|value| (value - paper).abs() > INK_SHARE * strongest).collect();
        let mut map = InkMap { dark, width: self.width };
        map.clear_rules();
        let mut ink = vec![false; self.width];
        for (_, row) in map.dark.chunks_exact(self.width.max(1)).enumerate().filter(|(row, _)| inner(row)) {
            for (is_ink, is_dark) in ink.iter_mut().zip(row) {
                *is_ink |= is_dark;
            }
        }
        ink
    }
}

/// Dark pixels of a crop.
struct InkMap {
    dark: Vec<bool>,
    width: usize,
}

/// A ruled line runs through the whole height of a crop, where characters end before its edges; so many rows of it may
/// be too pale.
const RULE_GAPS_MAX: usize = 3;
/// Columns by which a ruled line goes aside over a crop's height: on a page seen from aside the columns lean against the
/// lines of text by up to 10 degrees.
const RULE_LEAN_MAX: isize = 8;
/// Half a ruled line's width at most, in columns: a hairline of a picture whose text is 12 pixels high, out of focus.
const RULE_HALF: usize = 6;

impl InkMap {
    fn is_dark(&self, row: usize, column: isize) -> bool {
        let inside = usize::try_from(column).ok().filter(|column| *column < self.width);
        inside.is_some_and(|column| self.dark.get(row * self.width + column).copied().unwrap_or(false))
    }

    /// Where a line from `top`, leaning by so many columns over the height, is in a row.
    fn column(top: usize, lean: isize, row: usize) -> isize {
        top.cast_signed() + lean * row.cast_signed() / (HEIGHT.cast_signed() - 1)
    }

    /// Takes ruled lines between columns out.
    fn clear_rules(&mut self) {
        let mut rules: Vec<(usize, isize)> = Vec::new();
        for top in 0..self.width {
            // Most columns have no ink at the upper edge.
            if !(0..=RULE_GAPS_MAX).any(|row| self.is_dark(row, top.cast_signed())) {
                continue;
            }
            for lean in -RULE_LEAN_MAX..=RULE_LEAN_MAX {
                let pale = (0..HEIGHT).filter(|row| !self.is_dark(*row, Self::column(top, lean, *row)));
                if pale.take(RULE_GAPS_MAX + 1).count() <= RULE_GAPS_MAX {
                    rules.push((top, lean));
                }
            }
        }
        for (top, lean) in rules {
            for row in 0..HEIGHT {
                let at = Self::column(top, lean, row);
                self.clear_run(row, at, 1);
                self.clear_run(row, at - 1, -1);
            }
        }
    }

    /// Clears dark pixels from a place on to one side, up to half a rule's width.
    fn clear_run(&mut self, row: usize, from: isize, step: isize) {
        let mut at = from;
        for _ in 0..RULE_HALF {
            let inside = usize::try_from(at).ok().filter(|column| *column < self.width);
            match inside.and_then(|column| self.dark.get_mut(row * self.width + column)) {
                Some(dark) if *dark => *dark = false,
                _ => break,
            }
            at += step;
        }
    }
}

/// The widest white between two characters' centers; half way where there is none.
fn white(ink: &[bool], from: usize, to: usize) -> (f32, f32) {
    let mut best = (0, 0);
    let mut start = from;
    for at in from..=to {
        if at == to || ink.get(at).copied().unwrap_or(true) {
            if at.saturating_sub(start) > best.1 - best.0 {
                best = (start, at);
            }
            start = at + 1;
        }
    }
    if best.1 > best.0 {
        (best.0 as f32, best.1 as f32)
    } else {
        let half = f32::midpoint(from as f32, to as f32);
        (half, half)
    }
}

fn pixel(picture: &RgbImage, x: i64, y: i64) -> [f32; PLANES] {
    let inside = |value: i64, side: u32| u32::try_from(value.max(0)).unwrap_or(0).min(side.saturating_sub(1));
    let found = picture.get_pixel_checked(inside(x, picture.width()), inside(y, picture.height()));
    found.map_or([255.0; PLANES], |pixel| pixel.0.map(f32::from))
}

fn linear(picture: &RgbImage, [x, y]: [f32; 2]) -> [f32; PLANES] {
    let (left, top) = (x.floor(), y.floor());
    let (u, v) = (x - left, y - top);
    let mut sum = [0.0; PLANES];
    for (down, row_weight) in [(0, 1.0 - v), (1, v)] {
        for (right, weight) in [(0, 1.0 - u), (1, u)] {
            let color = pixel(picture, left as i64 + right, top as i64 + down);
            for (sum, color) in sum.iter_mut().zip(color) {
                *sum += row_weight * weight * color;
            }
        }
    }
    sum
}

/// Cubic convolution with the sharpness that `OpenCV` uses, which is what the models were trained on.
fn cubic(picture: &RgbImage, [x, y]: [f32; 2]) -> [f32; PLANES] {
    const A: f32 = -0.75;
    let weights = |t: f32| {
        let near = |d: f32| ((A + 2.0) * d - (A + 3.0)) * d * d + 1.0;
        let far = |d: f32| ((A * d - 5.0 * A) * d + 8.0 * A) * d - 4.0 * A;
        [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)]
    };
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (weights(x - left), weights(y - top));
    let mut sum = [0.0; PLANES];
    for (row, row_weight) in (-1_i64..).zip(down) {
        for (column, weight) in (-1_i64..).zip(across) {
            let color = pixel(picture, left as i64 + column, top as i64 + row);
            for (sum, color) in sum.iter_mut().zip(color) {
                *sum += row_weight * weight * color;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;
    use crate::ppocr::ctc::Character;

    #[test]
    fn a_ruled_line_is_no_part_of_the_characters_beside_it() {
        // Two characters, and a rule that leans by 6 columns over the height and runs through it.
        let dark = |x: u32, y: u32| {
            let glyph = ((30..50).contains(&x) || (60..80).contains(&x)) && (8..40).contains(&y);
            glyph || (10 + y / 8..13 + y / 8).contains(&x)
        };
        let picture = RgbImage::from_fn(96, 48, |x, y| if dark(x, y) { Rgb([0; 3]) } else { Rgb([255; 3]) });
        let crop = Crop::take(&picture, &[[0.0, 0.0], [96.0, 0.0], [96.0, 48.0], [0.0, 48.0]]);
        let character = |character, center| Character { character, center, confidence: 1.0, doubts: Vec::new() };
        let reading = Reading { characters: vec![character('1', 40.0 / 96.0), character('2', 70.0 / 96.0)] };
        let glyphs = crop.place(reading);
        let columns: Vec<(u32, u32)> =
            glyphs.iter().map(|g| ((g.left * 96.0).round() as u32, (g.right * 96.0).round() as u32)).collect();
        assert_eq!(columns, [(30, 50), (60, 80)]);
    }

    #[test]
    fn a_crop_is_the_quad_of_the_picture() {
        let picture = RgbImage::from_fn(200, 100, |x, _| Rgb([x as u8, 0, 0]));
        let crop = Crop::take(&picture, &[[50.0, 20.0], [146.0, 20.0], [146.0, 68.0], [50.0, 68.0]]);
        assert_eq!(crop.width, 96);
        assert_eq!((crop.pixels[0], crop.pixels[95 * 3]), (50, 145));
    }

    #[test]
    fn characters_end_where_the_white_begins() {
        // Two bars of ink at columns 10 to 19 and 40 to 49, as high as characters are.
        let dark = |x: u32, y: u32| ((10..20).contains(&x) || (40..50).contains(&x)) && (7..41).contains(&y);
        let picture = RgbImage::from_fn(96, 48, |x, y| if dark(x, y) { Rgb([0; 3]) } else { Rgb([255; 3]) });
        let crop = Crop::take(&picture, &[[0.0, 0.0], [96.0, 0.0], [96.0, 48.0], [0.0, 48.0]]);
        let character = |character, center| Character { character, center, confidence: 1.0, doubts: Vec::new() };
        let reading = Reading { characters: vec![character('1', 15.0 / 96.0), character('2', 45.0 / 96.0)] };
        let glyphs = crop.place(reading);
        let columns: Vec<(u32, u32)> =
            glyphs.iter().map(|g| ((g.left * 96.0).round() as u32, (g.right * 96.0).round() as u32)).collect();
        assert_eq!(columns, [(10, 20), (40, 50)]);
    }
}
