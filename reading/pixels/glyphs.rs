//! The characters of a figure as they are drawn, and those drawn unlike the others.

use std::collections::BTreeMap;

use image::GrayImage;

use crate::Figure;
use crate::grey::{Window, at, median, row};

/// Contrast to the paper, in grey levels, from which a pixel is ink.
const INK: u8 = 40;

/// One character where its ink stands.
#[derive(Debug, Clone, Copy)]
pub struct Glyph {
    pub character: char,
    /// Around the ink, with a margin of one pixel.
    pub window: Window,
    pub paper: u8,
}

/// The characters of a figure, told by the white between them. Empty where their number is not the text's: two that
/// touch are not cut by guess.
pub fn of(pixels: &GrayImage, figure: &Figure, window: Window) -> Vec<Glyph> {
    let window = window.grown(pixels, 2, 2);
    let mut values: Vec<u8> = window.pixels(pixels).collect();
    let Some(paper) = median(&mut values, u8::cmp) else { return Vec::new() };
    let is_ink = |value: u8| value.abs_diff(paper) > INK;
    let columns: Vec<bool> = (window.x0..window.x1)
        .map(|x| (window.y0..window.y1).any(|y| is_ink(at(pixels, i64::from(x), i64::from(y)))))
        .collect();
    let characters: Vec<char> = figure.text.chars().filter(|character| !character.is_whitespace()).collect();
    let mut found = Vec::new();
    let mut start = None;
    for (x, ink) in (window.x0..).zip(columns.iter().chain([&false])) {
        match (start, *ink) {
            (None, true) => start = Some(x),
            (Some(from), false) => {
                let rows: Vec<u32> = (window.y0..window.y1)
                    .filter(|y| row(pixels, *y, from, x).iter().any(|value| is_ink(*value)))
                    .collect();
                if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
                    found.push(Window { x0: from, y0: *first, x1: x, y1: last + 1 });
                }
                start = None;
            }
            _ => {}
        }
    }
    if found.len() != characters.len() {
        return Vec::new();
    }
    let glyph = |(window, character): (Window, char)| Glyph { character, window: window.grown(pixels, 1, 1), paper };
    found.into_iter().zip(characters).map(glyph).collect()
}

/// Noise, in grey levels, above which two prints of a character differ by it: the comparison is for screenshots.
const NOISE_MAX: f32 = 0.3;

/// Prints of a digit of one size from which it is known how it is drawn.
const PRINTS_MIN: usize = 4;

/// Mean difference, as a share of the contrast, beyond which a print is like no other.
const ODD: f32 = 0.10;

/// The same for the others among themselves: fonts that are placed between pixels have several looks, and then no
/// print is odd.
const ALIKE: f32 = 0.02;

/// Prints compared with each other.
const PRINTS_MAX: usize = 120;

/// Figures with a digit that is drawn unlike every other print of it, in a picture without noise.
pub fn odd(pixels: &GrayImage, figures: &[Figure], boxes: &[Window], blank: f32) -> Vec<(usize, f32)> {
    if blank > NOISE_MAX {
        return Vec::new();
    }
    // Prints by their character and the height of their ink: a total is set larger than its rows.
    let mut prints: BTreeMap<char, Vec<(usize, Glyph)>> = BTreeMap::new();
    for (index, (figure, window)) in figures.iter().zip(boxes).enumerate() {
        for glyph in of(pixels, figure, *window) {
            let list = prints.entry(glyph.character).or_default();
            if glyph.character.is_ascii_digit() && list.len() < PRINTS_MAX {
                list.push((index, glyph));
            }
        }
    }
    let mut found: BTreeMap<usize, f32> = BTreeMap::new();
    for prints in prints.values() {
        // Sizes within two pixels are meant to be one; larger steps are another style.
        let alike = |a: &Glyph, b: &Glyph| a.window.height().abs_diff(b.window.height()) <= 2;
        let nearest: Vec<(usize, usize, f32)> = prints
            .iter()
            .enumerate()
            .map(|(place, (index, glyph))| {
                let peers = prints.iter().enumerate().filter(|(at, (_, other))| *at != place && alike(glyph, other));
                let distances: Vec<f32> = peers.map(|(_, (_, other))| distance(pixels, glyph, other)).collect();
                (*index, distances.len(), distances.into_iter().fold(f32::INFINITY, f32::min))
            })
            .collect();
        let mut usual: Vec<f32> = nearest.iter().map(|(_, _, distance)| *distance).collect();
        if median(&mut usual, f32::total_cmp).is_none_or(|usual| usual > ALIKE) {
            continue;
        }
        for (index, peers, distance) in nearest {
            if peers + 1 >= PRINTS_MIN && distance > ODD && distance.is_finite() {
                let most = found.entry(index).or_insert(distance);
                *most = most.max(distance);
            }
        }
    }
    // A second style of many figures is the issuer's.
    if found.len() * 5 > figures.len() { Vec::new() } else { found.into_iter().collect() }
}

/// The mean difference of two prints as a share of their contrast, at the best of the near places.
fn distance(pixels: &GrayImage, one: &Glyph, other: &Glyph) -> f32 {
    let (a, b) = (one.window, other.window);
    let (width, height) = (a.width().max(b.width()), a.height().max(b.height()));
    let contrast =
        |glyph: &Glyph| glyph.window.pixels(pixels).map(|value| value.abs_diff(glyph.paper)).max().unwrap_or(0).max(1);
    let (depth_a, depth_b) = (f32::from(contrast(one)), f32::from(contrast(other)));
    let ink = |window: Window, paper: u8, depth: f32, x: i64, y: i64| {
        let inside = (0..i64::from(window.width())).contains(&x) && (0..i64::from(window.height())).contains(&y);
        if !inside {
            return 0.0;
        }
        f32::from(at(pixels, i64::from(window.x0) + x, i64::from(window.y0) + y).abs_diff(paper)) / depth
    };
    let mut least = f32::INFINITY;
    for dy in -1..=1 {
        for dx in -1..=1 {
            let mut sum = 0.0;
            for y in 0..i64::from(height) {
                for x in 0..i64::from(width) {
                    sum += (ink(a, one.paper, depth_a, x, y) - ink(b, other.paper, depth_b, x + dx, y + dy)).abs();
                }
            }
            least = least.min(sum / (width * height) as f32);
        }
    }
    least
}
