//! The noise of paper: what a scanner or a camera adds everywhere, and what paint over it lacks.

use image::GrayImage;

use crate::grey::{Window, at, median, row};

/// Grey levels from the paper's that a pixel may differ by and still be paper: shade and noise, not ink.
const PAPER_DEPTH: u8 = 28;

/// Pixels of paper in a window from which its noise can be told.
const SAMPLES_MIN: usize = 60;

/// Noise of blank paper, in grey levels, below which a picture has none to compare: a screenshot, or one that was made
/// small or compressed until its noise was gone.
const NOISE_MIN: f32 = 0.5;

/// Of the noise that figures have around them: a place with less was painted. Out of focus and in shade noise falls to
/// two thirds; see the measurements in docs/CHECKS.md.
const SMOOTH_SHARE: f32 = 0.35;

/// Figures of a picture from which it is known what is usual.
const FIGURES_MIN: usize = 8;

/// Side of the tiles that blank paper is looked for in, pixels.
const TILE: u32 = 16;

/// Tiles looked at: enough for a median, few enough for a picture of 16 million pixels.
const TILES_MAX: u32 = 6_000;

/// Half the mean second difference of pixels among which no ink is: the spread of their noise.
///
/// The second difference across and down takes out shade and anything that changes evenly.
fn noise(pixels: &GrayImage, window: Window) -> Option<f32> {
    let mut values: Vec<u8> = window.pixels(pixels).collect();
    let paper = brightest(&mut values)?;
    let low = paper.saturating_sub(PAPER_DEPTH);
    let (mut sum, mut count) = (0_u64, 0_usize);
    for y in window.y0 + 1..window.y1.saturating_sub(1) {
        let rows = [y - 1, y, y + 1].map(|y| row(pixels, y, window.x0, window.x1));
        let [above, own, below] = rows;
        for ((a, b), c) in above.windows(3).zip(own.windows(3)).zip(below.windows(3)) {
            let (&[a0, a1, a2], &[b0, b1, b2], &[c0, c1, c2]) = (a, b, c) else { continue };
            let all = [a0, a1, a2, b0, b1, b2, c0, c1, c2];
            if all.iter().any(|value| *value < low) {
                continue;
            }
            let [a0, a1, a2, b0, b1, b2, c0, c1, c2] = all.map(i32::from);
            let difference = a0 - 2 * a1 + a2 - 2 * (b0 - 2 * b1 + b2) + c0 - 2 * c1 + c2;
            sum += u64::from(difference.unsigned_abs());
            count += 1;
        }
    }
    // Mean absolute value of a normal spread is √(2/π) of it, and the mask's own gain is 6 (Immerkær 1996).
    (count >= SAMPLES_MIN).then(|| (std::f64::consts::FRAC_PI_2.sqrt() * sum as f64 / (6.0 * count as f64)) as f32)
}

/// The paper's level in a window: what its lighter half is like.
fn brightest(values: &mut [u8]) -> Option<u8> {
    if values.is_empty() {
        return None;
    }
    let place = values.len() * 4 / 5;
    Some(*values.select_nth_unstable(place.min(values.len() - 1)).1)
}

/// Blank tiles, spread over the picture.
fn blank_tiles(pixels: &GrayImage) -> Vec<(Window, f32)> {
    let (width, height) = pixels.dimensions();
    let tiles = (width / TILE) * (height / TILE);
    let step = (tiles / TILES_MAX).max(1);
    let mut found = Vec::new();
    for number in (0..tiles).step_by(step as usize) {
        let (column, line) = (number % (width / TILE), number / (width / TILE));
        let window = Window { x0: column * TILE, y0: line * TILE, x1: (column + 1) * TILE, y1: (line + 1) * TILE };
        let (mut low, mut high) = (u8::MAX, 0);
        for value in window.pixels(pixels) {
            low = low.min(value);
            high = high.max(value);
        }
        // Glare and the black around a page are flat for another reason.
        let is_blank = high - low <= PAPER_DEPTH && high < u8::MAX && low > 40;
        if is_blank && let Some(noise) = noise(pixels, window) {
            found.push((window, noise));
        }
    }
    found
}

/// The usual noise of blank paper, in grey levels; 0 where there is too little of it to tell.
pub fn blank_noise(pixels: &GrayImage) -> f32 {
    let mut found: Vec<f32> = blank_tiles(pixels).into_iter().map(|(_, noise)| noise).collect();
    if found.len() < 20 {
        return 0.0;
    }
    median(&mut found, f32::total_cmp).unwrap_or(0.0)
}

/// The usual variance of blank paper, in squares of grey levels; 0 where there is too little of it to tell. What two
/// prints of one thing differ by is twice this at least.
pub fn blank_variance(pixels: &GrayImage) -> f32 {
    let mut found: Vec<f32> = blank_tiles(pixels)
        .into_iter()
        .map(|(window, _)| {
            let (mut sum, mut squares, mut count) = (0_u64, 0_u64, 0_u64);
            for value in window.pixels(pixels) {
                sum += u64::from(value);
                squares += u64::from(value) * u64::from(value);
                count += 1;
            }
            let mean = sum as f64 / count.max(1) as f64;
            (squares as f64 / count.max(1) as f64 - mean * mean) as f32
        })
        .collect();
    if found.len() < 20 {
        return 0.0;
    }
    median(&mut found, f32::total_cmp).unwrap_or(0.0)
}

/// Figures that lack the noise which the other figures have around them, with the share of it that they have.
pub fn smooth(pixels: &GrayImage, boxes: &[Window], blank: f32) -> Vec<(usize, f32)> {
    if blank < NOISE_MIN {
        return Vec::new();
    }
    let own: Vec<Option<f32>> = boxes.iter().map(|window| noise(pixels, window.grown(pixels, 2, 1))).collect();
    let mut all: Vec<f32> = own.iter().flatten().copied().collect();
    if all.len() < FIGURES_MIN {
        return Vec::new();
    }
    let Some(usual) = median(&mut all, f32::total_cmp).filter(|usual| *usual >= NOISE_MIN) else { return Vec::new() };
    let mut found = Vec::new();
    for (index, (window, own)) in boxes.iter().zip(&own).enumerate() {
        let Some(own) = own else { continue };
        let around = window.grown(pixels, 3 * window.height(), window.height());
        // A fold or a shadow takes the noise of the paper around with it.
        let near = noise(pixels, around).unwrap_or(0.0);
        let share = own / usual.min(near.max(f32::EPSILON));
        if near >= NOISE_MIN && share < SMOOTH_SHARE {
            found.push((index, share));
        }
    }
    // What holds for many figures is how the picture is.
    if found.len() * 5 > all.len() { Vec::new() } else { found }
}

/// The noise of a page's blank paper at fixed places, for comparing pages.
#[derive(Debug, Clone)]
pub struct Grain {
    width: u32,
    height: u32,
    /// Place of each tile and the noise in it, pixel by pixel.
    tiles: Vec<(u32, u32, Vec<i8>)>,
}

/// Tiles kept of a page.
const GRAIN_TILES_MAX: usize = 600;

/// Tiles blank on both pages from which they can be compared: 16 × 16 pixels each, so that what is independent correlates
/// by less than 0.02.
const SHARED_MIN: usize = 12;

/// Correlation from which two pages have the same paper. Two sheets in one scanner share dust and its sensor's stripes,
/// which comes to 0.1 to 0.2.
const SAME_GRAIN: f32 = 0.6;

impl Grain {
    /// `None` where the page has no noise, or no blank paper.
    #[must_use]
    pub fn of(pixels: &GrayImage) -> Option<Self> {
        if blank_noise(pixels) < NOISE_MIN {
            return None;
        }
        let tiles = blank_tiles(pixels).into_iter().take(GRAIN_TILES_MAX).map(|(window, _)| {
            let mut grain = Vec::with_capacity((TILE * TILE) as usize);
            for y in window.y0..window.y1 {
                for x in window.x0..window.x1 {
                    let (x, y) = (i64::from(x), i64::from(y));
                    let own = 4 * i16::from(at(pixels, x, y));
                    let near: i16 = [(1, 0), (-1, 0), (0, 1), (0, -1)]
                        .iter()
                        .map(|(dx, dy)| i16::from(at(pixels, x + dx, y + dy)))
                        .sum();
                    grain.push((own - near).clamp(-127, 127) as i8);
                }
            }
            (window.x0, window.y0, grain)
        });
        let (width, height) = pixels.dimensions();
        Some(Self { width, height, tiles: tiles.collect() })
    }
}

/// The correlation of two pages' noise, where it is so high that they have the same paper; `None` otherwise.
#[must_use]
pub fn same_grain(a: &Grain, b: &Grain) -> Option<f32> {
    if (a.width, a.height) != (b.width, b.height) {
        return None;
    }
    let mut shared = 0_usize;
    let (mut product, mut of_a, mut of_b) = (0_i64, 0_i64, 0_i64);
    let mut others = b.tiles.iter().peekable();
    for (x, y, grain) in &a.tiles {
        // Both lists run in one order.
        while others.next_if(|(other_x, other_y, _)| (*other_y, *other_x) < (*y, *x)).is_some() {}
        let Some((other_x, other_y, other)) = others.peek() else { break };
        if (other_x, other_y) != (x, y) {
            continue;
        }
        shared += 1;
        for (one, two) in grain.iter().zip(other) {
            let (one, two) = (i64::from(*one), i64::from(*two));
            product += one * two;
            of_a += one * one;
            of_b += two * two;
        }
    }
    if shared < SHARED_MIN || of_a == 0 || of_b == 0 {
        return None;
    }
    let correlation = (product as f64 / ((of_a as f64) * (of_b as f64)).sqrt()) as f32;
    (correlation >= SAME_GRAIN).then_some(correlation)
}
