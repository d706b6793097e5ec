//! The pattern of a photographed screen: its grid of pixels, or the waves (moiré) where that grid meets the camera's.
//!
//! Both are regular over the whole picture, and nothing on paper is: blank places are cut into tiles whose spectra are
//! added up, so that noise evens out and what repeats stands out of it as a peak.

use image::GrayImage;

use crate::grey::{Window, row};

/// Side of a tile, pixels.
const SIDE: usize = 64;

/// Tiles whose spectra are added; fewer than the least tell nothing.
const TILES_MAX: usize = 48;
const TILES_MIN: usize = 8;

/// Waves to a tile: fewer are shade and folds, more are the camera's own filter.
const WAVES: std::ops::RangeInclusive<i64> = 5..=30;

/// Times the usual power of its ring from which a wave is no accident. On drawn scans and photographs of paper, made
/// smaller and compressed, the largest is 40.
const PEAK: f64 = 60.0;

/// Power, in squares of grey levels a pixel, below which a wave would be what compressing and scaling leaves: a wave of four
/// grey levels has as much.
const POWER_MIN: f64 = 0.2;

/// How far the strongest wave stands out of its ring, where it is beyond what paper shows.
pub fn pattern(pixels: &GrayImage) -> Option<f64> {
    let tiles = blank(pixels);
    if tiles.len() < TILES_MIN {
        return None;
    }
    let mut power = vec![0.0_f64; SIDE * SIDE];
    let waves = Waves::new();
    for tile in &tiles {
        waves.add_power(pixels, *tile, &mut power);
    }
    let scale = 1.0 / (tiles.len() * SIDE * SIDE * SIDE * SIDE) as f64;
    power.iter_mut().for_each(|power| *power *= scale);
    let at = |u: i64, v: i64| {
        let index = |wave: i64| wave.rem_euclid(SIDE as i64) as usize;
        power.get(index(v) * SIDE + index(u)).copied().unwrap_or(0.0)
    };
    let mut best: Option<f64> = None;
    for radius in WAVES {
        let ring: Vec<(i64, i64)> = (-31_i64..=31)
            .flat_map(|u| (0..=31).map(move |v| (u, v)))
            // On the axes lie ruled lines, striped rows and the blocks of a JPEG.
            .filter(|(u, v)| *v > 1 && u.abs() > 1 && !(u % 8 == 0 && v % 8 == 0))
            .filter(|(u, v)| ((u * u + v * v) as f64).sqrt().round() as i64 == radius)
            .collect();
        let mut values: Vec<f64> = ring.iter().map(|(u, v)| at(*u, *v)).collect();
        let Some(usual) = crate::grey::median(&mut values, f64::total_cmp) else { continue };
        let most = values.iter().copied().fold(0.0, f64::max);
        let share = most / usual.max(f64::EPSILON);
        if most >= POWER_MIN && share >= PEAK && best.is_none_or(|best| share > best) {
            best = Some(share);
        }
    }
    best
}

/// Tiles without ink, spread over the picture.
fn blank(pixels: &GrayImage) -> Vec<Window> {
    let side = SIDE as u32;
    let (columns, lines) = (pixels.width() / side, pixels.height() / side);
    let mut found = Vec::new();
    for line in 0..lines {
        for column in 0..columns {
            let (x0, y0) = (column * side, line * side);
            let window = Window { x0, y0, x1: x0 + side, y1: y0 + side };
            let mut values: Vec<u8> = window.pixels(pixels).collect();
            let Some(usual) = crate::grey::median(&mut values, u8::cmp) else { continue };
            // A wave is shallower than ink; glare has none.
            let has_ink = values.iter().filter(|value| **value < usual / 2).count() > 4;
            if !has_ink && (40..250).contains(&usual) {
                found.push(window);
            }
        }
    }
    let step = found.len().div_ceil(TILES_MAX).max(1);
    found.into_iter().step_by(step).collect()
}

/// Tables for a transform of one tile.
struct Waves {
    cosine: Vec<f64>,
    sine: Vec<f64>,
    /// Fades a tile out to its edges, which would else be waves of their own.
    window: Vec<f64>,
}

impl Waves {
    fn new() -> Self {
        let turn = |at: usize| std::f64::consts::TAU * at as f64 / SIDE as f64;
        Self {
            cosine: (0..SIDE).map(|at| turn(at).cos()).collect(),
            sine: (0..SIDE).map(|at| turn(at).sin()).collect(),
            window: (0..SIDE).map(|at| 0.5 - 0.5 * (turn(at) + turn(1) / 2.0).cos()).collect(),
        }
    }

    /// Adds the power of each wave of a tile.
    fn add_power(&self, pixels: &GrayImage, tile: Window, power: &mut [f64]) {
        let mut values: Vec<f64> = Vec::with_capacity(SIDE * SIDE);
        for y in tile.y0..tile.y1 {
            values.extend(row(pixels, y, tile.x0, tile.x1).iter().map(|value| f64::from(*value)));
        }
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let faded: Vec<(f64, f64)> = values
            .chunks(SIDE)
            .zip(&self.window)
            .flat_map(|(row, down)| {
                row.iter().zip(&self.window).map(move |(value, across)| ((value - mean) * down * across, 0.0))
            })
            .collect();
        let rows: Vec<(f64, f64)> = faded.chunks(SIDE).flat_map(|row| self.transform(row)).collect();
        for u in 0..SIDE {
            let column: Vec<(f64, f64)> = rows.iter().skip(u).step_by(SIDE).copied().collect();
            for (v, (real, imaginary)) in self.transform(&column).into_iter().enumerate() {
                if let Some(sum) = power.get_mut(v * SIDE + u) {
                    *sum += real * real + imaginary * imaginary;
                }
            }
        }
    }

    fn transform(&self, values: &[(f64, f64)]) -> Vec<(f64, f64)> {
        (0..SIDE)
            .map(|wave| {
                values.iter().enumerate().fold((0.0, 0.0), |(real, imaginary), (at, (a, b))| {
                    let turn = wave * at % SIDE;
                    let cosine = self.cosine.get(turn).copied().unwrap_or(0.0);
                    let sine = self.sine.get(turn).copied().unwrap_or(0.0);
                    (real + a * cosine + b * sine, imaginary + b * cosine - a * sine)
                })
            })
            .collect()
    }
}
