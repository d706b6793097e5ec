//! Whether a picture can be read, told from its pixels alone before anything is: what its owner can do better.
//!
//! All of it takes a fraction of what reading takes, so that whoever hands a picture in is told while they still hold the
//! paper. What is measured and what is raised in vain stands in docs/CHECKS.md.

use image::{GrayImage, imageops};
use model::failure::PictureFault;

use crate::grey::{Window, median, row};
use crate::{bezel, glare, screen};

/// Rows that text is looked for in at a time, and how many such bands, spread over the picture: hundreds of characters, and
/// a fraction of a photograph of 12 million pixels.
const BAND_ROWS: u32 = 384;
const BANDS_MAX: u32 = 4;

/// Half the side of the square around a pixel that its paper is told from.
const AROUND: u32 = 16;

/// Grey levels by which ink is darker than what is around it; the noise of a dim photograph stays below.
const INK_DEPTH: i32 = 20;

/// Pieces of ink from which a picture's text is known.
const PIECES_MIN: usize = 60;

/// Pieces looked at in one band: a page of small print has 3,000.
const PIECES_MAX: usize = 20_000;

/// Height of the characters' ink, in pixels, below which they are not told apart.
const TEXT_HEIGHT_MIN: f32 = 6.5;

/// Spread of the blur as a share of the characters' height from which strokes run together.
const BLUR_SHARE: f32 = 0.17;

/// Of the pixels of a screenshot more than so many are as the one before, and fewer of what a camera or a scanner took.
const EQUAL_SHARE: f32 = 0.6;

/// Longer side, in pixels, of the copy that light, frames and what is left of blurred lines are looked for in.
const SMALL_SIDE: u32 = 1_000;

/// Paper darker than this has no light on it.
const PAPER_DARK: u8 = 60;

/// Cut pieces of text at one side from which the side is cut: a speck or a staple is none.
const CUT_LINES_MIN: usize = 3;

/// The same at the head or foot, where a cut line is cut in all its characters.
const CUT_CHARACTERS_MIN: usize = 8;

/// A table's lines that run out of paper at one side.
const CUT_RULES_MIN: usize = 5;

/// Of a character's height: nearer to the edge of a photograph than this no printer prints.
const EDGE_SHARE: f32 = 0.35;

/// A piece of ink.
#[derive(Debug, Clone, Copy)]
struct Piece {
    window: Window,
    /// How much darker than its paper it is, in grey levels.
    contrast: u8,
    /// The largest step between neighbours, in grey levels.
    step: u8,
    /// Its paper's level.
    paper: u8,
}

/// What a picture's text is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Text {
    /// Usual height of the ink of a character, pixels.
    pub height: f32,
    /// Spread of the blur, pixels.
    pub blur: f32,
}

/// What is wrong with a picture, the worst first; empty where nothing is, or where it cannot be told.
#[must_use]
pub fn faults(pixels: &GrayImage) -> Vec<PictureFault> {
    let is_taken = is_taken(pixels);
    let text = text(pixels);
    let small = small(pixels);
    let mut found = Vec::new();
    if is_taken && is_dark(pixels) {
        found.push(PictureFault::TooDark);
    }
    if let Some(text) = text {
        if text.height < TEXT_HEIGHT_MIN {
            found.push(PictureFault::TooSmall);
        } else if text.blur > BLUR_SHARE * text.height {
            found.push(PictureFault::Blurred);
        }
        if is_cut(pixels, text.height, is_taken) {
            found.push(PictureFault::CutOff);
        }
    } else if found.is_empty() && shows_smears(&small) {
        found.push(PictureFault::Blurred);
    }
    if glare::washes_text(&small) {
        found.push(PictureFault::Glare);
    }
    if screen::pattern(pixels).is_some() || bezel::surrounds(&small) {
        found.push(PictureFault::Screen);
    }
    found
}

/// Whether a picture is a photograph of a screen: it carries the pattern of its grid, or the screen's frame is in it.
#[must_use]
pub fn shows_screen(pixels: &GrayImage) -> bool {
    screen::pattern(pixels).is_some() || bezel::surrounds(&small(pixels))
}

fn small(pixels: &GrayImage) -> GrayImage {
    let (width, height) = pixels.dimensions();
    let scale = (SMALL_SIDE as f32 / width.max(height).max(1) as f32).min(1.0);
    let side = |side: u32| ((side as f32 * scale) as u32).max(1);
    imageops::thumbnail(pixels, side(width), side(height))
}

/// Whether a camera or a scanner made the picture, which never see the same twice.
fn is_taken(pixels: &GrayImage) -> bool {
    let (mut equal, mut all) = (0_u32, 0_u32);
    for y in (0..pixels.height()).step_by((pixels.height() / 200).max(1) as usize) {
        for pair in row(pixels, y, 0, pixels.width()).windows(2) {
            let &[one, next] = pair else { continue };
            equal += u32::from(one == next);
            all += 1;
        }
    }
    (equal as f32) < EQUAL_SHARE * all as f32
}

/// Whether lines of text are left as grey bars without an edge: places of little contrast, and hardly any of more.
fn shows_smears(small: &GrayImage) -> bool {
    // Half the size again: noise evens out, and a line of print is still some pixels high.
    let tiny = imageops::thumbnail(small, (small.width() / 2).max(1), (small.height() / 2).max(1));
    let (columns, rows) = (tiny.width() / 8, tiny.height() / 8);
    let (mut dim, mut sharp) = (0_u32, 0_u32);
    for line in 0..rows {
        for column in 0..columns {
            let (x0, y0) = (column * 8, line * 8);
            let (mut low, mut high) = (u8::MAX, 0);
            for value in (Window { x0, y0, x1: x0 + 8, y1: y0 + 8 }).pixels(&tiny) {
                (low, high) = (low.min(value), high.max(value));
            }
            match high.saturating_sub(low) {
                14..=50 => dim += 1,
                60.. => sharp += 1,
                _ => {}
            }
        }
    }
    let all = columns * rows;
    dim * 25 >= all && sharp * 50 < all
}

/// The text's measures; `None` where there is too little of it.
#[must_use]
pub fn text(pixels: &GrayImage) -> Option<Text> {
    let (width, height) = pixels.dimensions();
    let bands = height.div_ceil(BAND_ROWS).min(BANDS_MAX);
    let mut found: Vec<Piece> = Vec::new();
    for band in 0..bands {
        let middle = (2 * band + 1) * height / (2 * bands);
        let y0 = middle.saturating_sub(BAND_ROWS / 2);
        found.extend(pieces(pixels, Window { x0: 0, y0, x1: width, y1: (y0 + BAND_ROWS).min(height) }));
    }
    let characters: Vec<&Piece> = found.iter().filter(|piece| is_character(piece.window)).collect();
    if characters.len() < PIECES_MIN {
        return None;
    }
    let mut heights: Vec<u32> = characters.iter().map(|piece| piece.window.height()).collect();
    // Dots and single strokes are the lower half.
    let place = (heights.len() * 3 / 5).min(heights.len() - 1);
    let text_height = *heights.select_nth_unstable(place).1 as f32;
    let mut blurs: Vec<f32> = characters
        .iter()
        .filter(|piece| piece.window.height() as f32 >= 0.6 * text_height)
        .map(|piece| blur(piece))
        .collect();
    Some(Text { height: text_height, blur: median(&mut blurs, f32::total_cmp)? })
}

/// The steepest step of an edge that is spread by σ is 1 / (σ √2π) of its height, and that of a thin stroke 0.6 / σ: σ lies
/// between 0.4 and 0.6 of the edge's height over its step.
fn blur(piece: &Piece) -> f32 {
    0.5 * f32::from(piece.contrast) / f32::from(piece.step.max(1))
}

/// Neither specks nor lines, frames and pictures.
const fn is_character(window: Window) -> bool {
    let (width, height) = (window.width(), window.height());
    height >= 4 && height <= 120 && width >= 2 && width <= 3 * height && height <= 12 * width
}

/// Pieces of ink in a part of a picture; light ink on a dark ground counts as well.
fn pieces(pixels: &GrayImage, window: Window) -> Vec<Piece> {
    let (columns, rows) = (window.width() as usize, window.height() as usize);
    let mut values: Vec<u8> = window.pixels(pixels).collect();
    if values.len() != columns * rows || values.is_empty() {
        return Vec::new();
    }
    let mut order = values.clone();
    let is_dark = median(&mut order, u8::cmp).is_some_and(|usual| usual < 100);
    drop(order);
    if is_dark {
        values.iter_mut().for_each(|value| *value = u8::MAX - *value);
    }
    let means = means(&values, columns, rows);
    let is_ink = |at: usize| {
        let (Some(value), Some(mean)) = (values.get(at), means.get(at)) else { return false };
        i32::from(*value) + INK_DEPTH < i32::from(*mean)
    };
    let mut seen = vec![false; values.len()];
    let mut found = Vec::new();
    let mut waiting = Vec::new();
    for start in 0..values.len() {
        if !is_ink(start) || seen.get(start).copied().unwrap_or(true) {
            continue;
        }
        let (mut left, mut right, mut top, mut bottom) = (columns, 0, rows, 0);
        let (mut darkest, mut step, mut paper) = (u8::MAX, 0_u8, 0_u8);
        let mut visit = |at: usize, waiting: &mut Vec<usize>| {
            if let Some(slot) = seen.get_mut(at)
                && !*slot
                && is_ink(at)
            {
                *slot = true;
                waiting.push(at);
            }
        };
        visit(start, &mut waiting);
        while let Some(at) = waiting.pop() {
            let (y, x) = (at / columns, at % columns);
            (left, right) = (left.min(x), right.max(x));
            (top, bottom) = (top.min(y), bottom.max(y));
            let value = values.get(at).copied().unwrap_or(0);
            darkest = darkest.min(value);
            paper = paper.max(means.get(at).copied().unwrap_or(0));
            if x > 0 {
                step = step.max(value.abs_diff(values.get(at - 1).copied().unwrap_or(value)));
                visit(at - 1, &mut waiting);
            }
            if x + 1 < columns {
                step = step.max(value.abs_diff(values.get(at + 1).copied().unwrap_or(value)));
                visit(at + 1, &mut waiting);
            }
            if y > 0 {
                visit(at - columns, &mut waiting);
            }
            if y + 1 < rows {
                visit(at + columns, &mut waiting);
            }
        }
        if found.len() >= PIECES_MAX {
            break;
        }
        let at = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
        let window = Window {
            x0: window.x0 + at(left),
            y0: window.y0 + at(top),
            x1: window.x0 + at(right) + 1,
            y1: window.y0 + at(bottom) + 1,
        };
        let paper_level = if is_dark { u8::MAX - paper } else { paper };
        found.push(Piece { window, contrast: paper.saturating_sub(darkest), step, paper: paper_level });
    }
    found
}

/// The mean of the square around each pixel, as far as it lies inside.
fn means(values: &[u8], columns: usize, rows: usize) -> Vec<u8> {
    let reach = AROUND as usize;
    let line = |at: usize| values.get(at * columns..(at + 1) * columns).unwrap_or(&[]);
    let mut sums = vec![0_u32; columns];
    let mut means = Vec::with_capacity(values.len());
    let mut held = 0..0;
    for y in 0..rows {
        let wanted = y.saturating_sub(reach)..(y + reach + 1).min(rows);
        while held.end < wanted.end {
            sums.iter_mut().zip(line(held.end)).for_each(|(sum, value)| *sum += u32::from(*value));
            held.end += 1;
        }
        while held.start < wanted.start {
            sums.iter_mut().zip(line(held.start)).for_each(|(sum, value)| *sum -= u32::from(*value));
            held.start += 1;
        }
        let tall = u32::try_from(held.len()).unwrap_or(1);
        let (mut total, mut wide) = (0_u32, 0_u32);
        let mut ahead = sums.iter();
        for sum in ahead.by_ref().take(reach) {
            total += sum;
            wide += 1;
        }
        for x in 0..columns {
            if let Some(sum) = ahead.next() {
                total += sum;
                wide += 1;
            }
            if let Some(sum) = x.checked_sub(reach + 1).and_then(|gone| sums.get(gone)) {
                total -= sum;
                wide -= 1;
            }
            means.push(u8::try_from(total / (tall * wide).max(1)).unwrap_or(u8::MAX));
        }
    }
    means
}

/// The lighter half of the picture is what its paper is like.
fn is_dark(pixels: &GrayImage) -> bool {
    let step = (pixels.height() / 400).max(1) as usize;
    let mut values: Vec<u8> = (0..pixels.height())
        .step_by(step)
        .flat_map(|y| row(pixels, y, 0, pixels.width()).iter().step_by(step).copied())
        .collect();
    if values.is_empty() {
        return false;
    }
    let place = (values.len() * 3 / 4).min(values.len() - 1);
    *values.select_nth_unstable(place).1 < PAPER_DARK
}

/// Whether text runs out of the picture. A screenshot's list goes on above and below it: only its sides are looked at.
fn is_cut(pixels: &GrayImage, text_height: f32, is_taken: bool) -> bool {
    let (width, height) = pixels.dimensions();
    let depth = ((text_height * 4.0) as u32).max(AROUND);
    if depth * 4 > width.min(height) {
        return false;
    }
    let mut middle = Window { x0: width / 4, y0: height / 4, x1: width * 3 / 4, y1: height * 3 / 4 }
        .pixels(pixels)
        .step_by(97)
        .collect::<Vec<u8>>();
    let Some(usual) = median(&mut middle, u8::cmp) else { return false };
    let reach = if is_taken { (EDGE_SHARE * text_height) as u32 } else { 0 };
    let is_on_paper = |piece: &Piece| u32::from(piece.paper) * 10 >= u32::from(usual) * 7;
    let touching = |found: &[Piece], touches: &dyn Fn(Window) -> bool| {
        let cut = found.iter().filter(|piece| {
            let tall = piece.window.height() as f32;
            let wide = piece.window.width() as f32;
            // A table's lines are thinner, the ground beside a page and what lies on it are no characters.
            let is_text = (0.5 * text_height..1.8 * text_height).contains(&tall)
                && (0.2 * text_height..2.5 * text_height).contains(&wide);
            // What is around the paper is darker, in most photographs; text runs out of paper.
            touches(piece.window) && is_text && is_on_paper(piece) && piece.contrast >= 40
        });
        cut.map(|piece| piece.window).collect::<Vec<Window>>()
    };
    let side = |strip: Window, touches: &dyn Fn(Window) -> bool| {
        let found = pieces(pixels, strip);
        let mut tops: Vec<u32> = touching(&found, touches).iter().map(|window| window.y0).collect();
        tops.sort_unstable();
        tops.dedup_by(|next, before| (next.abs_diff(*before) as f32) < text_height);
        let runs_through = |piece: &&Piece| {
            let window = piece.window;
            window.width() + 1 >= strip.width() && window.height() as f32 <= 0.4 * text_height && is_on_paper(piece)
        };
        tops.len() >= CUT_LINES_MIN || is_taken && found.iter().filter(runs_through).count() >= CUT_RULES_MIN
    };
    let ends = |strip: Window, touches: &dyn Fn(Window) -> bool| {
        is_taken && touching(&pieces(pixels, strip), touches).len() >= CUT_CHARACTERS_MIN
    };
    side(Window { x0: 0, y0: 0, x1: depth, y1: height }, &|window| window.x0 <= reach)
        || side(Window { x0: width - depth, y0: 0, x1: width, y1: height }, &|window| window.x1 + reach >= width)
        || ends(Window { x0: 0, y0: 0, x1: width, y1: depth }, &|window| window.y0 <= reach)
        || ends(Window { x0: 0, y0: height - depth, x1: width, y1: height }, &|window| window.y1 + reach >= height)
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    /// A page of lines of characters, as a camera takes it: grey paper with noise. `margin` is the white around the lines.
    fn page(width: u32, height: u32, size: u32, margin: u32) -> GrayImage {
        let mut state = 7_u32;
        GrayImage::from_fn(width, height, |x, y| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 29) as u8;
            let inside = (margin..width - margin).contains(&x) && (margin..height - margin).contains(&y);
            let (column, line) = ((x - margin.min(x)) / size, (y - margin.min(y)) / size);
            // Strokes two pixels wide, every other line and three characters of four.
            let stroke = (x - margin.min(x)) % size < 2 || (y - margin.min(y)) % size < 2;
            let ends = (x - margin.min(x)) % size >= size * 3 / 4;
            let ink = inside && stroke && !ends && line % 2 == 0 && column % 4 != 3;
            Luma([if ink { 60 + noise } else { 210 + noise }])
        })
    }

    #[test]
    fn a_page_that_is_whole_and_sharp_has_no_fault() {
        assert_eq!(faults(&page(1_200, 900, 20, 60)), []);
        assert_eq!(faults(&GrayImage::from_pixel(800, 600, Luma([240]))), []);
    }

    #[test]
    fn what_is_cut_blurred_small_dark_or_in_glare_is_told() {
        let whole = page(1_200, 900, 20, 60);
        let cut = imageops::crop_imm(&whole, 61, 0, 1_139, 900).to_image();
        assert_eq!(faults(&cut), [PictureFault::CutOff]);
        assert_eq!(faults(&imageops::blur(&whole, 5.0)), [PictureFault::Blurred]);
        assert_eq!(faults(&page(1_200, 900, 6, 60)), [PictureFault::TooSmall]);
        let dark = GrayImage::from_fn(1_200, 900, |x, y| Luma([whole.get_pixel(x, y).0[0] / 6]));
        let noisy =
            GrayImage::from_fn(1_200, 900, |x, y| Luma([dark.get_pixel(x, y).0[0] + ((x * 7 + y * 13) % 5) as u8]));
        assert_eq!(faults(&noisy), [PictureFault::TooDark]);
        let glare = GrayImage::from_fn(1_200, 900, |x, y| {
            let far = ((x as f32 - 600.0) / 100.0).hypot((y as f32 - 450.0) / 60.0);
            let light = 400.0 * (-far * far / 2.0).exp();
            Luma([(f32::from(whole.get_pixel(x, y).0[0]) + light).min(255.0) as u8])
        });
        assert_eq!(faults(&glare), [PictureFault::Glare]);
    }

    #[test]
    fn a_screen_is_told_by_its_frame_and_paper_on_a_dark_desk_is_none() {
        let whole = page(1_200, 900, 20, 60);
        let around = |band: u32, room: u8| {
            GrayImage::from_fn(1_500, 1_200, |x, y| {
                let (x, y) = (i64::from(x) - 150, i64::from(y) - 150);
                let inside = |by: i64| (-by..1_200 + by).contains(&x) && (-by..900 + by).contains(&y);
                if inside(0) {
                    *whole.get_pixel(x as u32, y as u32)
                } else if inside(i64::from(band)) {
                    Luma([14])
                } else {
                    Luma([room + ((x * 5 + y * 3).rem_euclid(4)) as u8])
                }
            })
        };
        assert_eq!(faults(&around(40, 120)), [PictureFault::Screen]);
        assert_eq!(faults(&around(0, 20)), []);
        assert_eq!(faults(&around(0, 120)), []);
    }
}
