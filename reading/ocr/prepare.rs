//! A picture made ready to be read: its size, the height of its text, red stamps taken out.

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

fn is(marks: &[bool], at: usize) -> bool {
    marks.get(at).copied().unwrap_or(false)
}

fn set(marks: &mut [bool], at: usize) {
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

/// Red has so much more red than green or blue (of 255) when it is a stamp's ink...
const STAMP_RED: i16 = 28;
/// ... and its thin edge has so much.
const STAMP_EDGE_RED: i16 = 18;
/// A stamp is larger than 5 characters, and about as wide as high.
const STAMP_CHARACTERS: f32 = 5.0;

/// A stamp as it was on the picture.
pub(crate) struct Stamp {
    left: u32,
    top: u32,
    before: RgbImage,
    /// The paper's lightness in it.
    paper: i16,
}

/// Among the darkest of a character's pixels, one in so many is looked at: strokes are a fifth of a character's area.
const CORES: usize = 12;
/// Red ink is at least this much red for how dark it is; black ink has a quarter of that, which JPEG bleeds into it from
/// red beside it.
const RED_SHARE: f32 = 0.3;

impl Stamp {
    /// Whether what stands between two corners of the picture is printed in the stamp's ink: its own letters, which stay
    /// readable where the ink is not wholly taken out. Text that the stamp's edge lies over is not.
    pub(crate) fn prints(&self, from: [f32; 2], to: [f32; 2]) -> bool {
        let (width, height) = self.before.dimensions();
        let inside = |value: f32, start: u32, side: u32| (value - start as f32).clamp(0.0, side as f32) as u32;
        let columns = inside(from[0], self.left, width)..inside(to[0], self.left, width);
        let rows = inside(from[1], self.top, height)..inside(to[1], self.top, height);
        // Half outside is no letter of the stamp.
        if (columns.len() as f32) < 0.5 * (to[0] - from[0]) || (rows.len() as f32) < 0.5 * (to[1] - from[1]) {
            return false;
        }
        let mut pixels: Vec<(i16, i16)> = Vec::with_capacity(columns.len() * rows.len());
        for y in rows {
            for x in columns.clone() {
                let Some(pixel) = self.before.get_pixel_checked(x, y) else { continue };
                let [red, green, blue] = pixel.0.map(i16::from);
                pixels.push((red.max(green).max(blue), red - green.max(blue)));
            }
        }
        let cores = pixels.len() / CORES;
        if cores == 0 {
            return false;
        }
        pixels.select_nth_unstable(cores);
        let count = cores as f32;
        let mean = |value: fn(&(i16, i16)) -> i16| {
            let cores = pixels.iter().take(cores);
            cores.map(|pixel| f32::from(value(pixel))).sum::<f32>() / count
        };
        let (dark, red) = (f32::from(self.paper) - mean(|pixel| pixel.0), mean(|pixel| pixel.1));
        red > f32::from(STAMP_EDGE_RED) && red > RED_SHARE * dark
    }
}

/// Takes red stamps out: within each, red ink becomes paper, black print under it stays. Red text outside stamps, as
/// apps print amounts in, is left as it is. The stamps come back as they were.
pub(crate) fn without_stamps(picture: &mut RgbImage, text_height: f32) -> Vec<Stamp> {
    // Small enough that a stamp is a few dozen pixels wide.
    let scale = (10.0 / text_height).min(1.0);
    let side = |side: u32| ((side as f32 * scale).round() as u32).max(1);
    let small = resized(picture, side(picture.width()), side(picture.height()));
    let (columns, rows) = (small.width() as usize, small.height() as usize);
    let red = |pixel: &[u8; 3], least: i16| {
        let [red, green, blue] = pixel.map(i16::from);
        red - green.max(blue) > least
    };
    let mask: Vec<bool> = small.as_raw().as_chunks::<3>().0.iter().map(|pixel| red(pixel, STAMP_RED)).collect();
    let mut seen = vec![false; mask.len()];
    let mut waiting = Vec::new();
    let mut stamps = Vec::new();
    // Strokes of one stamp lie within 3 pixels of each other here.
    let reach = 3;
    for start in 0..mask.len() {
        if !is(&mask, start) || is(&seen, start) {
            continue;
        }
        let (mut left, mut right, mut top, mut bottom, mut area) = (usize::MAX, 0, usize::MAX, 0, 0_usize);
        set(&mut seen, start);
        waiting.push(start);
        while let Some(at) = waiting.pop() {
            let (row, column) = (at / columns, at % columns);
            area += 1;
            (left, right) = (left.min(column), right.max(column));
            (top, bottom) = (top.min(row), bottom.max(row));
            for y in row.saturating_sub(reach)..(row + reach + 1).min(rows) {
                for x in column.saturating_sub(reach)..(column + reach + 1).min(columns) {
                    let next = y * columns + x;
                    if is(&mask, next) && !is(&seen, next) {
                        set(&mut seen, next);
                        waiting.push(next);
                    }
                }
            }
        }
        let (width, height) = ((right - left + 1) as f32, (bottom - top + 1) as f32);
        let is_round = (0.55..1.8).contains(&(width / height));
        if width.min(height) > 10.0 * STAMP_CHARACTERS && is_round && area as f32 > 0.02 * width * height {
            let back = |at: usize, by: f32| ((at as f32 + by) / scale).max(0.0) as u32;
            stamps.push([back(left, -4.0), back(top, -4.0), back(right, 5.0), back(bottom, 5.0)]);
        }
    }
    let clear_one = |[left, top, right, bottom]: [u32; 4]| {
        let (columns, rows) = (left..right.min(picture.width()), top..bottom.min(picture.height()));
        let sides = [columns.end.saturating_sub(left), rows.end.saturating_sub(top)];
        let before = image::imageops::crop_imm(picture, left, top, sides[0], sides[1]).to_image();
        let paper = clear(picture, columns, rows, &|pixel| red(pixel, STAMP_EDGE_RED));
        Stamp { left, top, before, paper }
    };
    stamps.into_iter().map(clear_one).collect()
}

/// Clears red ink from a part of the picture; the paper's lightness there.
fn clear(
    picture: &mut RgbImage,
    columns: std::ops::Range<u32>,
    rows: std::ops::Range<u32>,
    is_red: &dyn Fn(&[u8; 3]) -> bool,
) -> i16 {
    // The lightness that four of five pixels stay under: the paper's, seen through little ink.
    let mut counts = [0_u32; 256];
    let mut pixels = 0_u32;
    for y in rows.clone() {
        for x in columns.clone() {
            let lightest = picture.get_pixel_checked(x, y).map_or(0, |pixel| pixel.0.into_iter().max().unwrap_or(0));
            if let Some(count) = counts.get_mut(usize::from(lightest)) {
                *count += 1;
                pixels += 1;
            }
        }
    }
    let mut below = 0;
    let paper = counts.iter().position(|count| {
        below += count;
        below * 5 >= pixels * 4
    });
    let paper = i16::try_from(paper.unwrap_or(255)).unwrap_or(255);
    for y in rows {
        for x in columns.clone() {
            let Some(pixel) = picture.get_pixel_mut_checked(x, y) else { continue };
            let [red, green, blue] = pixel.0.map(i16::from);
            let lightest = red.max(green).max(blue);
            let gray = if is_red(&pixel.0) {
                // Ink takes some red too; what it took is given back, up to the paper.
                (lightest + (red - green.max(blue)) * 35 / 100).min(paper.max(lightest))
            } else {
                lightest
            };
            pixel.0 = [u8::try_from(gray.clamp(0, 255)).unwrap_or(255); 3];
        }
    }
    paper
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

    #[test]
    fn a_stamp_goes_and_black_and_red_print_stays() {
        let mut picture = RgbImage::from_pixel(800, 400, Rgb([255; 3]));
        let ring = |x: f32, y: f32| (80.0..92.0).contains(&(x - 200.0).hypot(y - 200.0));
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            if ring(x as f32, y as f32) {
                *pixel = Rgb([205, 40, 45]);
            }
            if (195..205).contains(&y) && (250..350).contains(&x) {
                *pixel = Rgb([25; 3]);
            }
            if (195..205).contains(&y) && (600..650).contains(&x) {
                *pixel = Rgb([214, 48, 49]);
            }
        }
        without_stamps(&mut picture, 12.0);
        assert!(picture.get_pixel(200, 114).0[1] > 200, "{:?}", picture.get_pixel(200, 114));
        assert!(picture.get_pixel(270, 200).0[1] < 60);
        assert_eq!(picture.get_pixel(620, 200).0, [214, 48, 49]);
    }
}
