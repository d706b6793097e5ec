//! Red stamps taken out of a picture, so that what is printed under them can be read.

use image::RgbImage;

use super::planes::Plane;
use super::prepare::{is, resized, set};

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
        let sides = [right.min(picture.width()).saturating_sub(left), bottom.min(picture.height()).saturating_sub(top)];
        let before = image::imageops::crop_imm(picture, left, top, sides[0], sides[1]).to_image();
        let paper = paper_of(&before);
        let cleared = without_red(&before, paper);
        for (target, value) in picture.rows_mut().skip(top as usize).zip(cleared.rows()) {
            for (pixel, value) in target.skip(left as usize).zip(value) {
                pixel.0 = [value.round().clamp(0.0, 255.0) as u8; 3];
            }
        }
        Stamp { left, top, paper, before }
    };
    stamps.into_iter().map(clear_one).collect()
}

/// The lightness that four of five pixels stay under: the paper's, seen through little ink.
fn paper_of(picture: &RgbImage) -> i16 {
    let mut lights: Vec<u8> = picture.pixels().map(|pixel| pixel.0.into_iter().max().unwrap_or(0)).collect();
    if lights.is_empty() {
        return 255;
    }
    let place = (lights.len() * 4 / 5).min(lights.len() - 1);
    i16::from(*lights.select_nth_unstable(place).1)
}

/// Ink takes some red light too; so much of its redness is given back.
const GIVEN_BACK: f32 = 0.35;
/// What is left of a stamp is within this many pixels of red, of half the size.
const BESIDE: usize = 2;
/// ... and darker than paper by no more than this share of it. What is twice as dark is print, and stays as it is.
const LEFT_BEHIND: f32 = 0.15;
/// Paper is found within this reach, in pixels of half the size.
const PAPER_REACH: usize = 4;

/// The lightness of what lies under red ink.
///
/// In red light a stamp is nearly as light as paper. But cameras and JPEG keep colour at half the size: the edges of red
/// strokes are too little red, so the stamp's outlines stay behind. They are faint beside print, and what is as faint goes.
fn without_red(picture: &RgbImage, paper: i16) -> Plane {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let channels = || picture.as_raw().as_chunks::<3>().0.iter().map(|pixel| pixel.map(f32::from));
    let redness = Plane::new(width, channels().map(|[red, green, blue]| red - green.max(blue)).collect());
    let lightest = Plane::new(width, channels().map(|[red, green, blue]| red.max(green).max(blue)).collect());
    let lit = lightest.with(&redness, |light, red| {
        let is_ink = red > f32::from(STAMP_EDGE_RED);
        if is_ink { (light + red * GIVEN_BACK).min(f32::from(paper).max(light)) } else { light }
    });
    let around = redness.halved().most(BESIDE).doubled(width, height);
    let paper = lit.halved().mean(1).most(PAPER_REACH).mean(PAPER_REACH).doubled(width, height);
    let kept = paper.with(&lit, |paper, lit| {
        let dark = (paper - lit) / paper.max(1.0);
        ((dark - LEFT_BEHIND) / LEFT_BEHIND).clamp(0.0, 1.0)
    });
    let kept = kept.with(&around, |kept, red| if red > f32::from(STAMP_EDGE_RED) { kept } else { 1.0 });
    let cleared = paper.with(&lit, |paper, lit| paper - lit).with(&kept, |darker, kept| darker.max(0.0) * kept);
    // What is lighter than the paper around it stays so.
    lit.with(&paper, f32::max).with(&cleared, |light, darker| light - darker)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

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

    #[test]
    fn what_a_camera_leaves_of_a_stamp_goes_and_print_beside_it_stays() {
        // The ring in full lightness and half as red, as where colour is kept at half the size; print across it.
        let ring = |x: f32, y: f32| (80.0..84.0).contains(&(x - 120.0).hypot(y - 120.0));
        let around = |x: f32, y: f32| (77.0..87.0).contains(&(x - 120.0).hypot(y - 120.0));
        let picture = RgbImage::from_fn(240, 240, |x, y| {
            let (across, down) = (x as f32, y as f32);
            match (ring(across, down), around(across, down)) {
                _ if (118..122).contains(&y) && x > 150 => Rgb([40; 3]),
                (true, _) => Rgb([190, 150, 150]),
                (false, true) => Rgb([225, 200, 200]),
                (false, false) => Rgb([220; 3]),
            }
        });
        let cleared = without_red(&picture, paper_of(&picture));
        let at = |x: usize, y: usize| cleared.rows().nth(y).unwrap()[x];
        assert!(at(120, 38) > 200.0, "the ring: {}", at(120, 38));
        assert!(at(160, 120) < 60.0 && at(202, 120) < 60.0, "print: {} {}", at(160, 120), at(202, 120));
    }
}
