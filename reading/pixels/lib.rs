//! What a picture shows about how it was made and what was done to it since: its file's own words, the noise of its paper,
//! figures that repeat or stand out, patterns of a photographed screen, matrix codes.
//!
//! A crate of its own, since its loops go over every pixel: it is optimised in debug builds too. Observations, not
//! judgements: whether one matters is for a check. Each measure says where it does not apply, and then says nothing: a
//! picture that a messenger made small has no noise left to compare.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

mod bezel;
pub mod codes;
mod copies;
mod glare;
mod glyphs;
mod grey;
pub mod marks;
pub mod metadata;
mod paper;
pub mod quality;
mod screen;

use image::{GrayImage, RgbImage};
use model::forensics::{Patch, PatchKind};
use model::source::Area;

pub use paper::{Grain, same_grain};
pub use quality::shows_screen;

/// One printed figure, for instance `1,280.00`.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The page it stands on, from 1.
    pub page: u32,
    /// In fractions of the picture.
    pub area: Area,
    pub text: String,
}

/// Figures of one picture that are looked at. Statements print some 400 on a page.
const FIGURES_MAX: usize = 1_200;

/// Places that do not carry the noise of the others, that repeat another, or that are drawn otherwise.
#[must_use]
pub fn patches(pixels: &GrayImage, figures: &[Figure]) -> Vec<Patch> {
    let figures = figures.get(..figures.len().min(FIGURES_MAX)).unwrap_or(figures);
    let boxes: Vec<grey::Window> = figures.iter().filter_map(|one| grey::Window::of(pixels, one.area)).collect();
    if boxes.len() < figures.len() {
        return Vec::new();
    }
    let blank = paper::blank_noise(pixels);
    let mut found = Vec::new();
    let patch = |at: usize, kind: PatchKind, strength: String| {
        let figure = figures.get(at)?;
        let source = model::Source::Page { page: figure.page, area: figure.area };
        Some(Patch { kind, source, strength: strength.into() })
    };
    for (at, share) in paper::smooth(pixels, &boxes, blank) {
        found.extend(patch(at, PatchKind::Smooth, format!("{share:.2}")));
    }
    for (at, share) in copies::find(pixels, figures, &boxes, paper::blank_variance(pixels)) {
        found.extend(patch(at, PatchKind::Copied, format!("{share:.2}")));
    }
    for (at, distance) in glyphs::odd(pixels, figures, &boxes, blank) {
        found.extend(patch(at, PatchKind::Redrawn, format!("{distance:.2}")));
    }
    found
}

/// Lightness as the eye weighs it.
#[must_use]
pub fn grey(pixels: &RgbImage) -> GrayImage {
    image::imageops::grayscale(pixels)
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::marks::DIGITS;
    use super::*;

    const DOT: u32 = 4;

    /// Even noise of `depth` grey levels to each side, the same for the same seed.
    struct Noise(u32, u32);

    impl Noise {
        fn next(&mut self) -> i32 {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.0 >> 16) as i32 % (2 * self.1 as i32 + 1) - self.1 as i32
        }
    }

    fn draw(pixels: &mut GrayImage, (x, y): (u32, u32), text: &str) {
        for (place, character) in (0_u32..).zip(text.chars()) {
            let Some(digit) = character.to_digit(10) else {
                let left = x + place * 4 * DOT + DOT;
                fill(pixels, [left, y + 4 * DOT, left + DOT, y + 5 * DOT], 40);
                continue;
            };
            for (row, bits) in (0_u32..).zip(DIGITS[digit as usize]) {
                for column in (0..3).filter(|column| bits >> (2 - column) & 1 == 1) {
                    let (left, top) = (x + (place * 4 + column) * DOT, y + row * DOT);
                    fill(pixels, [left, top, left + DOT, top + DOT], 40);
                }
            }
        }
    }

    fn fill(pixels: &mut GrayImage, [x0, y0, x1, y1]: [u32; 4], value: u8) {
        for y in y0..y1 {
            for x in x0..x1 {
                pixels.put_pixel(x, y, Luma([value]));
            }
        }
    }

    /// A page of twenty amounts below each other, with noise of `depth`.
    fn page(depth: u32) -> (GrayImage, Vec<Figure>) {
        let mut pixels = GrayImage::from_pixel(500, 1_000, Luma([225]));
        let mut figures = Vec::new();
        for line in 0..20_u32 {
            let text = format!("{}{}8{}.{}1", line % 9 + 1, (line * 3) % 10, (line * 7) % 10, (line * 5) % 10);
            let (x, y) = (200, 30 + 45 * line);
            draw(&mut pixels, (x, y), &text);
            let share = |at: u32, side: u32| at as f32 / side as f32;
            let (x1, y1) = (x + 4 * DOT * text.len() as u32, y + 5 * DOT);
            let area = Area { x0: share(x, 500), y0: share(y, 1_000), x1: share(x1, 500), y1: share(y1, 1_000) };
            figures.push(Figure { page: 1, area, text });
        }
        let mut noise = Noise(7, depth);
        for pixel in pixels.pixels_mut() {
            pixel.0[0] = (i32::from(pixel.0[0]) + noise.next()).clamp(0, 255) as u8;
        }
        (pixels, figures)
    }

    fn found(pixels: &GrayImage, figures: &[Figure]) -> Vec<(PatchKind, usize)> {
        let place = |source: &model::Source| {
            figures
                .iter()
                .position(|one| matches!(source, model::Source::Page { area, .. } if *area == one.area))
                .unwrap()
        };
        patches(pixels, figures).iter().map(|patch| (patch.kind, place(&patch.source))).collect()
    }

    #[test]
    fn a_page_as_it_was_scanned_or_drawn_shows_nothing() {
        for depth in [0, 3, 8] {
            let (pixels, figures) = page(depth);
            assert_eq!(found(&pixels, &figures), [], "noise of {depth}");
        }
    }

    #[test]
    fn a_digit_copied_with_its_noise_is_found_at_both_places() {
        let (mut pixels, figures) = page(6);
        let (from, to) = ((200, 30 + 45 * 2), (200, 30 + 45 * 11));
        let digit = image::imageops::crop_imm(&pixels, from.0 - 2, from.1 - 2, 3 * DOT + 4, 5 * DOT + 4).to_image();
        image::imageops::overlay(&mut pixels, &digit, to.0 - 2, to.1 - 2);
        // The eleventh row began with another digit; what it says now is what was read.
        let mut figures = figures;
        figures[11].text.replace_range(0..1, "3");
        assert_eq!(found(&pixels, &figures), [(PatchKind::Copied, 2), (PatchKind::Copied, 11)]);
    }

    #[test]
    fn a_figure_painted_over_has_no_noise() {
        let (mut pixels, figures) = page(6);
        fill(&mut pixels, [196, 30 + 45 * 5 - 4, 330, 30 + 45 * 5 + 24], 225);
        draw(&mut pixels, (200, 30 + 45 * 5), &figures[5].text);
        // Two equal digits of it have no noise to tell them apart either.
        assert_eq!(found(&pixels, &figures), [(PatchKind::Smooth, 5), (PatchKind::Copied, 5)]);
    }

    #[test]
    fn a_digit_of_another_program_stands_out_where_all_others_are_alike() {
        let (mut pixels, figures) = page(0);
        // A slanted 8, as another font has it.
        let (x, y) = (200 + 8 * DOT, 30 + 45 * 9);
        fill(&mut pixels, [x - 2, y - 2, x + 3 * DOT + 2, y + 5 * DOT + 2], 225);
        for row in 0..5 * DOT {
            let left = x + (5 * DOT - row) / 6;
            fill(&mut pixels, [left, y + row, left + 2, y + row + 1], 40);
            fill(&mut pixels, [left + 2 * DOT, y + row, left + 2 * DOT + 2, y + row + 1], 40);
            if row % 9 == 0 {
                fill(&mut pixels, [left, y + row, left + 2 * DOT, y + row + 1], 40);
            }
        }
        assert_eq!(found(&pixels, &figures), [(PatchKind::Redrawn, 9)]);
    }

    #[test]
    fn a_photographed_screen_is_told_from_paper() {
        let (paper, _) = page(6);
        assert!(!shows_screen(&paper));
        let screen = GrayImage::from_fn(500, 1_000, |x, y| {
            let wave = (f64::from(x) * 0.83 + f64::from(y) * 0.47).sin() * 8.0;
            Luma([(f64::from(paper.get_pixel(x, y).0[0]) + wave) as u8])
        });
        assert!(shows_screen(&screen));
    }
}
