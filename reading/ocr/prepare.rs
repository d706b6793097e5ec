//! A picture made ready to be read: its size, and the height of its text.

use fast_image_resize as resize;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use image::{RgbImage, RgbaImage};

/// What is taken when too few characters are found to measure them.
const TEXT_HEIGHT_UNKNOWN: f32 = 25.0;
/// With fewer pieces of ink the middle one says nothing.
const PIECES_MIN: usize = 30;

/// A pixel is ink when it is so much darker than the mean around it.
const INK_DARKER: i32 = 12;
/// Half the side of the square that the mean is taken of.
const AROUND: usize = 15;

/// A picture is measured in bands of so many rows, so many of them, spread over its height: enough to hold hundreds of
/// characters, and a fraction of a 12 MP photograph.
const BAND_ROWS: usize = 384;
const BANDS_MAX: usize = 4;

/// The middle height of the pieces of ink that may be characters, in pixels.
pub(crate) fn text_height(picture: &RgbImage) -> f32 {
    let rows = picture.height() as usize;
    let bands = rows.div_ceil(BAND_ROWS).min(BANDS_MAX);
    let mut heights: Vec<u32> = Vec::new();
    for band in 0..bands {
        // The middle of each of as many equal parts.
        let middle = (2 * band + 1) * rows / (2 * bands);
        let first = middle.saturating_sub(BAND_ROWS / 2);
        heights.extend(piece_heights(picture, first..(first + BAND_ROWS).min(rows)));
    }
    if heights.len() < PIECES_MIN {
        return TEXT_HEIGHT_UNKNOWN;
    }
    let middle = heights.len() / 2;
    *heights.select_nth_unstable(middle).1 as f32
}

fn piece_heights(picture: &RgbImage, band: std::ops::Range<usize>) -> Vec<u32> {
    let columns = picture.width() as usize;
    let (rows, bytes) = (band.len(), columns * 3);
    let band = picture.as_raw().get(band.start * bytes..band.end * bytes).unwrap_or(&[]);
    let light: Vec<i32> = band.as_chunks::<3>().0.iter().map(luminance).collect();
    let ink = darker_than_around(&light, columns, rows);
    let mut seen = vec![false; ink.len()];
    let mut heights = Vec::new();
    let mut waiting = Vec::new();
    for start in 0..ink.len() {
        if !is(&ink, start) || is(&seen, start) {
            continue;
        }
        let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
        set(&mut seen, start);
        waiting.push(start);
        while let Some(at) = waiting.pop() {
            let (row, column) = (at / columns, at % columns);
            (left, right) = (left.min(column), right.max(column));
            (top, bottom) = (top.min(row), bottom.max(row));
            for y in row.saturating_sub(1)..(row + 2).min(rows) {
                for x in column.saturating_sub(1)..(column + 2).min(columns) {
                    let next = y * columns + x;
                    if is(&ink, next) && !is(&seen, next) {
                        set(&mut seen, next);
                        waiting.push(next);
                    }
                }
            }
        }
        let (width, height) = (right - left + 1, bottom - top + 1);
        // Neither specks nor ruled lines and pictures.
        if (8..90).contains(&height) && (4..90).contains(&width) {
            heights.extend(u32::try_from(height));
        }
    }
    heights
}

pub(crate) fn is(marks: &[bool], at: usize) -> bool {
    marks.get(at).copied().unwrap_or(false)
}

pub(crate) fn set(marks: &mut [bool], at: usize) {
    if let Some(slot) = marks.get_mut(at) {
        *slot = true;
    }
}

fn luminance([red, green, blue]: &[u8; 3]) -> i32 {
    (i32::from(*red) * 299 + i32::from(*green) * 587 + i32::from(*blue) * 114) / 1000
}

fn darker_than_around(light: &[i32], columns: usize, rows: usize) -> Vec<bool> {
    let mut ink = vec![false; light.len()];
    // Sums of the columns over the rows around, moved down row by row.
    let mut sums = vec![0_i32; columns];
    let row = |at: usize| light.get(at * columns..(at + 1) * columns).unwrap_or(&[]);
    let mut held = 0..0;
    for y in 0..rows {
        let wanted = y.saturating_sub(AROUND)..(y + AROUND + 1).min(rows);
        while held.end < wanted.end {
            sums.iter_mut().zip(row(held.end)).for_each(|(sum, value)| *sum += value);
            held.end += 1;
        }
        while held.start < wanted.start {
            sums.iter_mut().zip(row(held.start)).for_each(|(sum, value)| *sum -= value);
            held.start += 1;
        }
        let height = i32::try_from(held.len()).unwrap_or(1);
        let (mut total, mut count) = (0_i32, 0_i32);
        let mut ahead = sums.iter();
        for sum in ahead.by_ref().take(AROUND) {
            total += sum;
            count += 1;
        }
        for (x, value) in row(y).iter().enumerate() {
            if let Some(sum) = ahead.next() {
                total += sum;
                count += 1;
            }
            if let Some(sum) = x.checked_sub(AROUND + 1).and_then(|gone| sums.get(gone)) {
                total -= sum;
                count -= 1;
            }
            if *value + INK_DARKER < total / (count * height).max(1) {
                set(&mut ink, y * columns + x);
            }
        }
    }
    ink
}

/// What shows through is white paper.
pub fn on_white(picture: &RgbaImage) -> RgbImage {
    let over = |value: u8, alpha: u8| {
        let mixed = (u32::from(value) * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255;
        u8::try_from(mixed).unwrap_or(255)
    };
    let pixels = picture.as_raw().as_chunks::<4>().0.iter();
    let raw = pixels.flat_map(|[red, green, blue, alpha]| [*red, *green, *blue].map(|value| over(value, *alpha)));
    RgbImage::from_raw(picture.width(), picture.height(), raw.collect()).unwrap_or_default()
}

/// The picture in another size, each pixel the mean of those that it stands for.
pub fn resized(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let (from, to) = (picture.dimensions(), (width, height));
    let mut raw = vec![0; width as usize * height as usize * 3];
    // By its type: for one that is told at run time, the code for every kind of pixel is compiled here, which takes minutes.
    let source = TypedImageRef::<U8x3>::from_buffer(from.0, from.1, picture.as_raw());
    let target = TypedImage::<U8x3>::from_buffer(to.0, to.1, &mut raw);
    let options = resize::ResizeOptions::new().resize_alg(resize::ResizeAlg::Convolution(resize::FilterType::Bilinear));
    let done = source.is_ok_and(|source| {
        target.is_ok_and(|mut target| resize::Resizer::new().resize_typed(&source, &mut target, &options).is_ok())
    });
    debug_assert!(done, "both are of one pixel type and as large as they say");
    RgbImage::from_raw(width, height, raw).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn text_is_measured_by_its_pieces() {
        let mut picture = RgbImage::from_pixel(900, 600, Rgb([250; 3]));
        for row in 0..10 {
            for column in 0..20 {
                for y in 0..24 {
                    for x in 0..12 {
                        picture.put_pixel(20 + column * 40 + x, 30 + row * 55 + y, Rgb([20; 3]));
                    }
                }
            }
        }
        assert_eq!(text_height(&picture), 24.0);
        assert_eq!(text_height(&RgbImage::from_pixel(300, 300, Rgb([255; 3]))), TEXT_HEIGHT_UNKNOWN);
    }
}
