//! Tesseract as a child: the fallback where PP-OCR's models are not there.
//!
//! The program rather than its library: it needs no headers to build with, and a picture that brings it down brings
//! only the child down.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::RgbImage;
use model::page::Change;
use reading::Recognizer;
use reading::ocr::{Glyph, Line, OcrError};

/// A 12 MP page takes about 15 s of a core.
const TIME_MAX: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(20);
/// A page of text as a table of words is under 200 kB.
const OUTPUT_BYTES_MAX: u64 = 16 << 20;
/// Chinese first: it decides how a line is cut.
const LANGUAGES: &str = "chi_sim+eng";
/// Tesseract says how sure it is of a word as a whole, and no alternatives. Below this, each character of the word may be
/// anything; the table of digits that it takes for each other is what it is weighed with.
const SURE: f32 = 0.90;
/// Digits that look alike in print, both ways.
const LOOK_ALIKE: [(char, char); 9] =
    [('0', '6'), ('0', '8'), ('1', '7'), ('3', '8'), ('5', '6'), ('6', '8'), ('8', '9'), ('5', '3'), ('4', '1')];

const PROGRAM: &str = "tesseract";

#[derive(Debug, Clone)]
pub struct Tesseract;

impl Tesseract {
    /// The program that the system finds under its name, when it has the languages.
    pub fn find() -> Option<Self> {
        let listed = Command::new(PROGRAM).arg("--list-langs").stdin(Stdio::null()).output().ok()?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let has = |language: &str| listed.lines().any(|line| line.trim() == language);
        LANGUAGES.split('+').all(has).then_some(Self)
    }

    fn fault(detail: impl ToString) -> OcrError {
        OcrError::Program { program: PROGRAM.to_owned(), detail: detail.to_string() }
    }

    /// Runs the program on a picture given as its standard input; its table of words.
    fn table(picture: &RgbImage) -> Result<String, OcrError> {
        let mut child = command().spawn().map_err(Self::fault)?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let header = format!("P6\n{} {}\n255\n", picture.width(), picture.height());
        let outcome = std::thread::scope(|scope| {
            // It may stop reading at any time, which is not this side's fault.
            scope.spawn(move || {
                stdin.map(|mut stdin| {
                    stdin.write_all(header.as_bytes()).and_then(|()| stdin.write_all(picture.as_raw()))
                })
            });
            let text = scope.spawn(move || {
                let mut text = Vec::new();
                stdout.map(|stdout| stdout.take(OUTPUT_BYTES_MAX).read_to_end(&mut text));
                text
            });
            let ended = wait(&mut child);
            (ended, text.join().unwrap_or_default())
        });
        match outcome {
            (Ok(true), text) => Ok(String::from_utf8_lossy(&text).into_owned()),
            (Ok(false), _) => Err(Self::fault("it failed, or took too long")),
            (Err(error), _) => Err(Self::fault(error)),
        }
    }
}

fn command() -> Command {
    let mut command = Command::new(PROGRAM);
    // One thread each: pages are read side by side. Page mode 11 finds text wherever it stands, as in a table.
    command
        .args(["stdin", "stdout", "-l", LANGUAGES, "--psm", "11", "--dpi", "300", "tsv"])
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Whether it ended well, within its time.
fn wait(child: &mut Child) -> std::io::Result<bool> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if began.elapsed() > TIME_MAX {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        std::thread::sleep(POLL);
    }
}

impl Recognizer for Tesseract {
    fn name(&self) -> &'static str {
        "tesseract chi_sim+eng"
    }

    fn lines(&self, picture: &RgbImage) -> Result<Vec<Line>, OcrError> {
        Ok(Self::table(picture)?.lines().filter_map(word).collect())
    }
}

/// A row of the table that is a word: level, page, block, paragraph, line, word, left, top, width, height, confidence in
/// percent, text.
fn word(row: &str) -> Option<Line> {
    let cells: Vec<&str> = row.split('\t').collect();
    let [level, _, _, _, _, _, left, top, width, height, confidence, text] = cells.as_slice() else { return None };
    if *level != "5" || text.trim().is_empty() {
        return None;
    }
    let number = |cell: &str| cell.parse::<f32>().ok().filter(|value| value.is_finite());
    let (left, top, width, height) = (number(left)?, number(top)?, number(width)?, number(height)?);
    let confidence = (number(confidence)? / 100.0).clamp(0.0, 1.0);
    let text = text.trim();
    let count = text.chars().count() as f32;
    let glyphs = text.chars().zip(0_u16..).map(|(character, at)| Glyph {
        character,
        left: f32::from(at) / count,
        right: (f32::from(at) + 1.0) / count,
        confidence,
        doubts: doubts(character, confidence),
    });
    // Its boxes are tight: grown to what the layout takes a line's height for.
    let margin = height * 0.2;
    let quad = [
        [left, top - margin],
        [left + width, top - margin],
        [left + width, top + height + margin],
        [left, top + height + margin],
    ];
    Some(Line { quad, glyphs: glyphs.collect() })
}

fn doubts(character: char, confidence: f32) -> Vec<(Change, f32)> {
    if confidence >= SURE || !character.is_ascii_digit() {
        return Vec::new();
    }
    let odds = (confidence.max(0.01) / (1.0 - confidence).max(0.01)).ln().max(0.1);
    let pairs = LOOK_ALIKE.into_iter().flat_map(|(a, b)| [(a, b), (b, a)]);
    pairs.filter(|(a, _)| *a == character).map(|(_, b)| (Change::Replaced(b), odds)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_its_table_is_a_word_with_its_place() {
        let line = word("5\t1\t1\t1\t1\t2\t100\t50\t80\t20\t70.5\t18.0").unwrap();
        assert_eq!(line.text(), "18.0");
        assert_eq!(line.quad[2], [180.0, 74.0]);
        assert!((line.glyphs[0].confidence - 0.705).abs() < 1e-6);
        assert!(line.glyphs[1].doubts.iter().any(|(change, _)| *change == Change::Replaced('3')));
        assert!(line.glyphs[2].doubts.is_empty());
        assert_eq!(word("4\t1\t1\t1\t1\t0\t100\t50\t80\t20\t-1\t"), None);
        assert_eq!(word("5\tx"), None);
    }
}
