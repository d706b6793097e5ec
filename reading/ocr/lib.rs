//! Pictures → pages: the text of a picture as positioned words, with what each character may be instead.
//!
//! A crate of its own, since its loops go over every pixel: it is optimised in debug builds too, which all of `reading`
//! would take minutes for.
//!
//! A [`Recognizer`] finds and reads lines and knows nothing of pages; [`layout`] turns its lines into the same
//! [`model::page::Page`] that a text layer gives, straightened, so that the parsers see one kind of page.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

mod geometry;
mod layout;
mod planes;
pub mod ppocr;
pub mod prepare;
mod quality;
mod stamps;
mod straighten;

use image::RgbImage;
use model::page::Change;

pub use layout::{Picture, page};

/// An engine that reads pictures.
pub trait Recognizer: Send + Sync {
    /// The engine and its models, as a result names them: `ppocrv6 tiny+small, onnxruntime`.
    fn name(&self) -> &str;

    /// The lines of an upright picture, in no order. Every call is independent of the others.
    ///
    /// # Errors
    /// [`OcrError`] when the engine itself fails; a picture without text gives no lines.
    fn lines(&self, picture: &RgbImage) -> Result<Vec<Line>, OcrError>;
}

/// Why a picture could not be read.
#[derive(Debug, thiserror::Error)]
pub enum OcrError {
    #[error("could not load ONNX Runtime from {library}: {detail}")]
    Runtime { library: String, detail: String },
    #[error("could not load the {model} model: {detail}")]
    Model { model: &'static str, detail: String },
    #[error("the {model} model failed on a picture: {detail}")]
    Run { model: &'static str, detail: String },
    #[error("could not run {program}: {detail}")]
    Program { program: String, detail: String },
}

/// Corners of a line in pixels of its picture: top left, top right, bottom right, bottom left as its text runs.
pub type Quad = [[f32; 2]; 4];

/// A line of text, or a part of one that stands by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub quad: Quad,
    /// In reading order; white space is among them.
    pub glyphs: Vec<Glyph>,
}

/// A character as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Glyph {
    pub character: char,
    /// Edges along the line, 0 at its left end and 1 at its right.
    pub left: f32,
    pub right: f32,
    /// The engine's probability of the character, 0 to 1.
    pub confidence: f32,
    /// What it may be instead and how much less likely that is, in nats.
    pub doubts: Vec<(Change, f32)>,
}

impl Line {
    #[must_use]
    pub fn text(&self) -> String {
        self.glyphs.iter().map(|glyph| glyph.character).collect()
    }

    /// Mean probability of the characters; 0 for a line without any.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        if self.glyphs.is_empty() {
            return 0.0;
        }
        self.glyphs.iter().map(|glyph| glyph.confidence).sum::<f32>() / self.glyphs.len() as f32
    }

    pub(crate) fn width(&self) -> f32 {
        let [a, b, c, d] = self.quad;
        geometry::distance(a, b).max(geometry::distance(d, c))
    }

    pub(crate) fn height(&self) -> f32 {
        let [a, b, c, d] = self.quad;
        geometry::distance(a, d).max(geometry::distance(b, c))
    }
}
