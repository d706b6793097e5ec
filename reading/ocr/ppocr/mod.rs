//! PP-OCR: a model finds the lines, another reads each, and a larger one reads again what the first was unsure of.
//!
//! The models see what PaddleOCR's own programs show them: blue, green, red, in that order; detection normalised as
//! ImageNet is, recognition to -1..1 on lines 48 pixels high.

mod crop;
mod ctc;
mod detect;
mod session;

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

use image::RgbImage;

use super::{Line, OcrError, Recognizer};
use crop::Crop;
use ctc::Alphabet;
pub use session::Runtime;
use session::{Held, Sessions};

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

/// The engine. It works on as many threads as it was told, whether one page is read or several are.
pub struct PpOcr {
    name: String,
    detection: Sessions,
    recognition: Sessions,
    alphabet: Alphabet,
    second: Option<(Sessions, Alphabet)>,
}

/// A thread more is worth its start from so many lines on.
const LINES_A_THREAD: usize = 8;

/// The model has one step for so many columns.
const WIDTH_MULTIPLE: usize = 8;

/// A line is read again when one of its characters is less probable than this...
const SURE: f32 = 0.90;

/// ... or may be another that is less than so many nats behind (1 in 20).
const DOUBT_NATS: f32 = 3.0;

impl PpOcr {
    /// # Errors
    /// [`OcrError::Model`] when a model is none, or does not fit its characters.
    pub fn new(runtime: &Runtime, models: Models<'_>, threads: NonZeroUsize) -> Result<Self, OcrError> {
        let open = |model, bytes| Sessions::open(runtime, model, bytes, Held::Copies(threads));
        let second = match models.second {
            Some((bytes, characters)) => Some((open("second recognition", bytes)?, Alphabet::new(characters))),
            None => None,
        };
        let size = if second.is_some() { "tiny+small" } else { "tiny" };
        Ok(Self {
            name: format!("ppocrv6 {size}, onnxruntime"),
            detection: Sessions::open(runtime, "detection", models.detection, Held::Shared(threads))?,
            recognition: open("recognition", models.recognition)?,
            alphabet: Alphabet::new(models.characters),
            second,
        })
    }

    /// Reads crops with one model; each answer stands at its crop's place.
    ///
    /// Each crop is a run of its own: the model's layers stay in the processor's cache, and no line is padded to the width
    /// of another, which together take a sixth less time than runs of sixteen lines, and a sixth of their memory.
    fn recognize(sessions: &Sessions, alphabet: &Alphabet, crops: &[&Crop]) -> Result<Vec<ctc::Reading>, OcrError> {
        let mut order: Vec<usize> = (0..crops.len()).collect();
        // The longest first, so that the threads end at about the same time.
        order.sort_by_key(|at| std::cmp::Reverse(crops.get(*at).map_or(0, |crop| crop.width)));
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done: Vec<(usize, ctc::Reading)> = Vec::new();
            while let Some(at) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                let Some(crop) = crops.get(*at) else { continue };
                done.push((*at, Self::recognize_one(sessions, alphabet, crop)?));
            }
            Ok(done)
        };
        let threads = sessions.copies().min(crops.len().div_ceil(LINES_A_THREAD));
        let mut readings: Vec<ctc::Reading> = vec![ctc::Reading::default(); crops.len()];
        let outcomes: Vec<Result<Vec<(usize, ctc::Reading)>, OcrError>> = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let own = work();
            let joined = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            std::iter::once(own).chain(joined).collect()
        });
        for outcome in outcomes {
            for (at, reading) in outcome? {
                if let Some(slot) = readings.get_mut(at) {
                    *slot = reading;
                }
            }
        }
        Ok(readings)
    }

    fn recognize_one(sessions: &Sessions, alphabet: &Alphabet, crop: &Crop) -> Result<ctc::Reading, OcrError> {
        let width = crop.width.div_ceil(WIDTH_MULTIPLE) * WIDTH_MULTIPLE;
        let share = crop.width as f32 / width as f32;
        let shape = [1, crop::PLANES, crop::HEIGHT, width];
        sessions.run(
            shape,
            |input| crop.write(input, width),
            |output| {
                let [_, _, classes] = output.dimensions()?;
                Ok(alphabet.decode(output.values, classes, share))
            },
        )
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
