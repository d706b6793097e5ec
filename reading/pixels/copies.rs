//! Figures that repeat another one pixel by pixel, noise and all: no pen, printer or camera makes the same noise twice.

use std::collections::BTreeMap;

use image::GrayImage;

use crate::Figure;
use crate::glyphs::{self, Glyph};
use crate::grey::{Window, at};

/// Variance of blank paper, in squares of grey levels, from which a repeat is no accident: in a screenshot every 8 looks
/// like every other.
const VARIANCE_MIN: f32 = 0.8;

/// Of the difference that two independent prints would show from noise alone: a copy that was compressed again has a
/// third of it, prints of one character have more than all of it.
const DIFFERENCE_SHARE: f32 = 0.45;

/// Prints of one character that are compared with each other.
const PRINTS_MAX: usize = 160;

/// Pixels of a glyph, its margin included, from which a repeat is no accident.
const PIXELS_MIN: u32 = 80;

/// Pixels by which a copy may be moved against the box that was found for it.
const SHIFT: i64 = 1;

/// Figures with a glyph that repeats another, and the share of the expected difference that is left.
pub fn find(pixels: &GrayImage, figures: &[Figure], boxes: &[Window], variance: f32) -> Vec<(usize, f32)> {
    if variance < VARIANCE_MIN {
        return Vec::new();
    }
    let mut prints: BTreeMap<char, Vec<(usize, Glyph)>> = BTreeMap::new();
    for (index, (figure, window)) in figures.iter().zip(boxes).enumerate() {
        for glyph in glyphs::of(pixels, figure, *window) {
            let list = prints.entry(glyph.character).or_default();
            let is_large = glyph.window.width() * glyph.window.height() >= PIXELS_MIN;
            if glyph.character.is_ascii_digit() && is_large && list.len() < PRINTS_MAX {
                list.push((index, glyph));
            }
        }
    }
    // Variance of the difference of two independent values is twice their own.
    let expected = 2.0 * variance;
    let mut found: BTreeMap<usize, f32> = BTreeMap::new();
    for prints in prints.values() {
        for (place, (first, one)) in prints.iter().enumerate() {
            for (second, other) in prints.iter().skip(place + 1) {
                let share = least_difference(pixels, one.window, other.window) / expected;
                if share < DIFFERENCE_SHARE {
                    for index in [*first, *second] {
                        let least = found.entry(index).or_insert(share);
                        *least = least.min(share);
                    }
                }
            }
        }
    }
    found.into_iter().collect()
}

/// The mean square of the difference of two windows, their own lightness taken out, at the best of the near places.
fn least_difference(pixels: &GrayImage, one: Window, other: Window) -> f32 {
    let (width, height) = (one.width().min(other.width()), one.height().min(other.height()));
    if one.width().abs_diff(other.width()) > 2 || one.height().abs_diff(other.height()) > 2 {
        return f32::INFINITY;
    }
    let mut least = f32::INFINITY;
    for dy in -SHIFT..=SHIFT {
        for dx in -SHIFT..=SHIFT {
            let (mut sum, mut squares) = (0_i64, 0_i64);
            for y in 0..i64::from(height) {
                for x in 0..i64::from(width) {
                    let own = at(pixels, i64::from(one.x0) + x, i64::from(one.y0) + y);
                    let its = at(pixels, i64::from(other.x0) + x + dx, i64::from(other.y0) + y + dy);
                    let difference = i64::from(own) - i64::from(its);
                    sum += difference;
                    squares += difference * difference;
                }
                // Far off already: most pairs are.
                if y == 3 && squares > 3_000 * i64::from(width) {
                    squares = i64::MAX;
                    break;
                }
            }
            if squares == i64::MAX {
                continue;
            }
            let count = (width * height) as f32;
            let mean = sum as f32 / count;
            least = least.min(squares as f32 / count - mean * mean);
        }
    }
    least
}
