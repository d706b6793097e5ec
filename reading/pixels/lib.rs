//! What a picture shows about how it was made and what was done to it since: its file's own words, the noise of its paper,
//! figures that repeat or stand out, patterns of a photographed screen, matrix codes.
//!
//! A crate of its own, since its loops go over every pixel: it is optimised in debug builds too. Observations, not
//! judgements: whether one matters is for a check. Each measure says where it does not apply, and then says nothing: a
//! picture that a messenger made small has no noise left to compare.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

pub mod codes;
mod copies;
mod glyphs;
mod grey;
pub mod marks;
pub mod metadata;
mod paper;
mod screen;

use image::{GrayImage, RgbImage};
use model::forensics::{Patch, PatchKind};
use model::source::Area;

pub use paper::{Grain, same_grain};

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
    for (at, share) in copies::find(pixels, figures, &boxes, blank) {
        found.extend(patch(at, PatchKind::Copied, format!("{share:.2}")));
    }
    for (at, distance) in glyphs::odd(pixels, figures, &boxes, blank) {
        found.extend(patch(at, PatchKind::Redrawn, format!("{distance:.2}")));
    }
    found
}

/// Whether a picture carries the regular pattern that a photographed screen leaves.
#[must_use]
pub fn shows_screen(pixels: &GrayImage) -> bool {
    screen::pattern(pixels).is_some()
}

/// Lightness as the eye weighs it.
#[must_use]
pub fn grey(pixels: &RgbImage) -> GrayImage {
    image::imageops::grayscale(pixels)
}
