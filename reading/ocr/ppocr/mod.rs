//! PP-OCR: a model finds the lines, another reads each, and a larger one reads again what the first was unsure of.
//!
//! The models see what PaddleOCR's own programs show them: blue, green, red, in that order; detection normalised as
//! ImageNet is, recognition to -1..1 on lines 48 pixels high.

mod crop;
mod ctc;
mod detect;
mod session;

use std::num::NonZeroUsize;

use image::RgbImage;

use super::{Line, OcrError, Recognizer};
use crop::Crop;
use ctc::Alphabet;
pub use session::Runtime;
use session::Sessions;

/// The models' files, whole.
#[derive(Clone, Copy)]
pub struct Models<'a> {
    pub detection: &'a [u8],
    pub recognition: &'a [u8],
    /// One character a line, in the order of the recognition model's classes.
    pub characters: &'a str,
    /// The larger recognition model and its characters, for the second reading.
    pub second: Option<(&'a [u8], &'a str)>,
}

/// The engine. Pages may be read at the same time, as many as `sessions`; more wait for one.
pub struct PpOcr {
    name: String,
    detection: Sessions,
    recognition: Sessions,
    alphabet: Alphabet,
    second: Option<(Sessions, Alphabet)>,
}

/// Lines read in one run of the model: enough that the run's own cost does not count.
const BATCH_MAX: usize = 16;

/// A line is read again when one of its characters is less probable than this...
const SURE: f32 = 0.90;

/// ... or may be another that is less than so many nats behind (1 in 20).
const DOUBT_NATS: f32 = 3.0;

impl PpOcr {
    /// # Errors
    /// [`OcrError::Model`] when a model is none, or does not fit its characters.
    pub fn new(runtime: &Runtime, models: Models<'_>, sessions: NonZeroUsize) -> Result<Self, OcrError> {
        let open = |model, bytes| Sessions::open(runtime, model, bytes, sessions);
        let second = match models.second {
            Some((bytes, characters)) => Some((open("second recognition", bytes)?, Alphabet::new(characters))),
            None => None,
        };
        let size = if second.is_some() { "tiny+small" } else { "tiny" };
        Ok(Self {
            name: format!("ppocrv6 {size}, onnxruntime"),
            detection: open("detection", models.detection)?,
            recognition: open("recognition", models.recognition)?,
            alphabet: Alphabet::new(models.characters),
            second,
        })
    }

    /// Reads crops with one model; each answer stands at its crop's place.
    fn recognize(sessions: &Sessions, alphabet: &Alphabet, crops: &[&Crop]) -> Result<Vec<ctc::Reading>, OcrError> {
        let mut order: Vec<(usize, &Crop)> = crops.iter().copied().enumerate().collect();
        // Lines of one width go together, so that little is padded.
        order.sort_by_key(|(at, crop)| (crop.width, *at));
        let mut readings: Vec<ctc::Reading> = vec![ctc::Reading::default(); crops.len()];
        let mut rest = order.as_slice();
        while let Some((_, first)) = rest.first() {
            let bound = first.width + first.width / 7 + 8;
            let count = rest.iter().take(BATCH_MAX).take_while(|(_, crop)| crop.width <= bound).count().max(1);
            let (batch, later) = rest.split_at(count.min(rest.len()));
            rest = later;
            let width = batch.iter().map(|(_, crop)| crop.width).max().unwrap_or(1).div_ceil(8) * 8;
            let mut input = vec![0.0_f32; batch.len() * crop::PLANES * crop::HEIGHT * width];
            for (slot, (_, crop)) in input.chunks_exact_mut(crop::PLANES * crop::HEIGHT * width).zip(batch) {
                crop.write(slot, width);
            }
            let output = sessions.run([batch.len(), crop::PLANES, crop::HEIGHT, width], &input)?;
            let [_, steps, classes] = output.dimensions()?;
            for (probabilities, (at, crop)) in output.values.chunks_exact((steps * classes).max(1)).zip(batch) {
                let share = crop.width as f32 / width as f32;
                if let Some(slot) = readings.get_mut(*at) {
                    *slot = alphabet.decode(probabilities, classes, share);
                }
            }
        }
        Ok(readings)
    }

    fn is_unsure(reading: &ctc::Reading) -> bool {
        reading
            .characters
            .iter()
            .any(|character| character.confidence < SURE || character.doubts.iter().any(|(_, cost)| *cost < DOUBT_NATS))
    }
}

impl Recognizer for PpOcr {
    fn name(&self) -> &str {
        &self.name
    }

    fn lines(&self, picture: &RgbImage) -> Result<Vec<Line>, OcrError> {
        let quads = detect::detect(&self.detection, picture)?;
        let crops: Vec<Crop> = quads.iter().map(|quad| Crop::take(picture, quad)).collect();
        let all: Vec<&Crop> = crops.iter().collect();
        let mut readings = Self::recognize(&self.recognition, &self.alphabet, &all)?;
        if let Some((sessions, alphabet)) = &self.second {
            let unsure: Vec<usize> =
                (0..).zip(&readings).filter(|(_, r)| Self::is_unsure(r)).map(|(at, _)| at).collect();
            let again: Vec<&Crop> = unsure.iter().filter_map(|at| crops.get(*at)).collect();
            for (at, second) in unsure.iter().zip(Self::recognize(sessions, alphabet, &again)?) {
                if let Some(first) = readings.get_mut(*at) {
                    *first = ctc::agree(std::mem::take(first), second);
                }
            }
        }
        let lines = quads.into_iter().zip(&crops).zip(readings);
        Ok(lines
            .map(|((quad, crop), reading)| Line { quad, glyphs: crop.place(reading) })
            .filter(|line| line.glyphs.iter().any(|glyph| !glyph.character.is_whitespace()))
            .collect())
    }
}
