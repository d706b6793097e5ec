//! Pages that were read before: the same page, standing twice in one file or in two that one process reads, is not read
//! twice. A process that reads one document and ends, as the service's do, remembers no more than that document.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use image::RgbImage;
use reading::Recognizer;
use reading::ocr::{Glyph, Line, OcrError};
use sha2::{Digest, Sha256};

/// Bytes of lines that are kept: some 200 full pages. What was first kept goes first.
const BYTES_MAX: usize = 64 << 20;

/// Of an entry without its lines: digests, the table's slots, allocations.
const ENTRY_BYTES: usize = 256;

/// An engine that remembers what it read, by the digest of a picture's pixels. Only in memory, and only in this process:
/// one engine with one set of models, so that the digest need not name them.
pub struct Cached<R> {
    engine: R,
    kept: Mutex<Kept>,
    bytes_max: usize,
}

#[derive(Default)]
struct Kept {
    lines: HashMap<[u8; 32], Arc<Vec<Line>>>,
    /// The oldest first, with its size.
    order: VecDeque<([u8; 32], usize)>,
    bytes: usize,
}

impl<R: Recognizer> Cached<R> {
    pub fn new(engine: R) -> Self {
        Self { engine, kept: Mutex::default(), bytes_max: BYTES_MAX }
    }

    fn keep(&self, digest: [u8; 32], lines: &[Line]) {
        let bytes = size(lines);
        if bytes > self.bytes_max {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Two threads may have read the same page side by side.
        if kept.lines.insert(digest, Arc::new(lines.to_vec())).is_none() {
            kept.order.push_back((digest, bytes));
            kept.bytes += bytes;
        }
        while kept.bytes > self.bytes_max {
            let Some((oldest, bytes)) = kept.order.pop_front() else { break };
            kept.lines.remove(&oldest);
            kept.bytes -= bytes;
        }
    }
}

impl<R: Recognizer> Recognizer for Cached<R> {
    fn name(&self) -> &str {
        self.engine.name()
    }

    fn lines(&self, picture: &RgbImage) -> Result<Vec<Line>, OcrError> {
        let digest = digest(picture);
        let known = self.kept.lock().unwrap_or_else(PoisonError::into_inner).lines.get(&digest).cloned();
        if let Some(known) = known {
            return Ok(known.to_vec());
        }
        let lines = self.engine.lines(picture)?;
        self.keep(digest, &lines);
        Ok(lines)
    }
}

fn digest(picture: &RgbImage) -> [u8; 32] {
    let mut digest = Sha256::new();
    // Equal bytes in another shape are another picture.
    digest.update(picture.width().to_be_bytes());
    digest.update(picture.height().to_be_bytes());
    digest.update(picture.as_raw());
    digest.finalize().into()
}

fn size(lines: &[Line]) -> usize {
    let glyphs = lines.iter().flat_map(|line| &line.glyphs);
    let doubts: usize = glyphs.clone().map(|glyph| size_of_val(glyph.doubts.as_slice())).sum();
    // An empty page takes its place in the table, too.
    ENTRY_BYTES + size_of_val(lines) + glyphs.count() * size_of::<Glyph>() + doubts
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use image::Rgb;

    use super::*;

    /// Reads every picture as one character and counts how often it was asked.
    struct Counting(AtomicUsize);

    impl Recognizer for Counting {
        fn name(&self) -> &str {
            "counting"
        }

        fn lines(&self, picture: &RgbImage) -> Result<Vec<Line>, OcrError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let character = char::from(b'0' + picture.get_pixel(0, 0).0[0] % 10);
            let glyph = Glyph { character, left: 0.0, right: 1.0, confidence: 1.0, doubts: Vec::new() };
            Ok(vec![Line { quad: [[0.0; 2]; 4], glyphs: vec![glyph] }])
        }
    }

    fn read(cached: &Cached<Counting>, level: u8, width: u32) -> String {
        cached.lines(&RgbImage::from_pixel(width, 12 / width, Rgb([level; 3]))).unwrap()[0].text()
    }

    #[test]
    fn the_same_page_is_read_once_and_another_by_itself() {
        let cached = Cached::new(Counting(AtomicUsize::new(0)));
        assert_eq!([read(&cached, 3, 4), read(&cached, 3, 4), read(&cached, 4, 4)], ["3", "3", "4"]);
        assert_eq!(cached.engine.0.load(Ordering::Relaxed), 2);
        read(&cached, 3, 6);
        assert_eq!(cached.engine.0.load(Ordering::Relaxed), 3, "the same bytes in another shape");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let one = size(&Counting(AtomicUsize::new(0)).lines(&RgbImage::new(4, 3)).unwrap());
        let cached = Cached { bytes_max: 2 * one, ..Cached::new(Counting(AtomicUsize::new(0))) };
        for level in [1, 2, 3] {
            read(&cached, level, 4);
        }
        read(&cached, 3, 4);
        assert_eq!(cached.engine.0.load(Ordering::Relaxed), 3, "the newest are kept");
        read(&cached, 1, 4);
        assert_eq!(cached.engine.0.load(Ordering::Relaxed), 4, "the oldest went");
        assert_eq!(cached.kept.lock().unwrap().bytes, 2 * one);
    }
}
