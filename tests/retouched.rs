//! Pictures that were retouched: digits copied from elsewhere in the same picture, signs wiped off, rows taken out. None
//! may come back as a statement that the forged figure is proven or repaired in; what a repair restores is what the paper
//! said before, and the strip is named.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageFormat, RgbImage, imageops};
use model::document::Content;
use model::extracted::ReadDocument;
use model::page::{Page, Word};
use model::proof::ProofStatus;
use model::source::Source;
use model::statement::{Statement, Transaction};
use reading::Limits;
use xinge::pipeline;

use crate::pictures::{engine, reader};

/// A statement that lists its movements with their signs, photographed small.
const PHOTOGRAPH: &str = "photo-1440.jpg";
/// A bank's app.
const SCREEN: &str = "screens/bank.png";

/// A rectangle of pixels: left, top, right, bottom.
type Place = [u32; 4];

/// A picture and what is read on it.
struct Picture {
    pixels: RgbImage,
    page: Page,
}

impl Picture {
    fn open(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name);
        let pixels = image::open(path).unwrap().into_rgb8();
        let document = reading::read(&png(&pixels), &[], &Limits::default(), Some(engine())).unwrap();
        let Content::Pages(pages) = document.content else { panic!("a picture is pages") };
        Self { pixels, page: pages.into_iter().next().unwrap() }
    }

    fn word(&self, text: &str) -> &Word {
        let found = self.page.words.iter().find(|word| self.page.word_text(word) == text);
        found.unwrap_or_else(|| panic!("{text} is not read on the picture"))
    }

    fn pixels_of(&self, x0: f32, x1: f32, word: &Word) -> Place {
        // The strokes of a character end a little outside its font's size.
        let margin = 0.1 * word.font_size;
        let source = self.page.source(x0, word.top - margin, x1, word.bottom + margin);
        let Source::Page { area, .. } = source else { panic!("a picture is pages") };
        let (width, height) = (self.pixels.width() as f32, self.pixels.height() as f32);
        [area.x0 * width, area.y0 * height, area.x1 * width, area.y1 * height].map(|side| side.round() as u32)
    }

    /// Where a character of a figure stands.
    fn character(&self, text: &str, at: usize) -> Place {
        let word = self.word(text);
        let (_, x0, x1) = self.page.glyphs(word).nth(at).unwrap();
        self.pixels_of(x0, x1, word)
    }

    /// Copies a character of one figure over one of another.
    fn copy(&mut self, (from, from_at): (&str, usize), (to, to_at): (&str, usize)) {
        let [from, to] = [self.character(from, from_at), self.character(to, to_at)];
        let piece = imageops::crop_imm(&self.pixels, from[0], from[1], from[2] - from[0], from[3] - from[1]).to_image();
        let (width, height) = (to[2] - to[0], to[3] - to[1]);
        let piece = imageops::resize(&piece, width, height, imageops::FilterType::CatmullRom);
        imageops::overlay(&mut self.pixels, &piece, to[0].into(), to[1].into());
    }

    /// Wipes a character off: the paper at its left goes over it.
    fn wipe(&mut self, text: &str, at: usize) {
        let [left, top, right, bottom] = self.character(text, at);
        let width = right - left;
        let paper = imageops::crop_imm(&self.pixels, left - width - 4, top, width + 4, bottom - top).to_image();
        imageops::overlay(&mut self.pixels, &paper, i64::from(left) - 3, top.into());
    }

    fn read(&self) -> ReadDocument {
        pipeline::extract("picture.png", &png(&self.pixels), &[], &reader()).remove(0).outcome.unwrap()
    }
}

fn png(pixels: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(pixels.clone()).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn statement(read: &ReadDocument) -> &Statement {
    let [statement] = read.parsed.statements.as_slice() else { panic!("one statement") };
    statement
}

fn amounts(statement: &Statement) -> Vec<String> {
    statement.transactions.iter().map(|row| row.amount.to_string()).collect()
}

/// The row that prints a figure, as the picture was before.
fn row_with<'a>(statement: &'a Statement, balance: &str) -> &'a Transaction {
    let found = statement.transactions.iter().find(|row| row.balance.is_some_and(|b| b.to_string() == balance));
    found.unwrap_or_else(|| panic!("no row with a balance of {balance}: {:?}", amounts(statement)))
}

/// A forged figure: it was read as it was forged, and the arithmetic says that it does not fit.
fn assert_contradicted(name: &str, read: &ReadDocument, forged: &[&str]) {
    let statement = statement(read);
    let balances = statement.transactions.iter().filter_map(|row| row.balance).map(|balance| balance.to_string());
    let figures: Vec<String> = amounts(statement).into_iter().chain(balances).collect();
    for figure in forged {
        assert!(figures.iter().any(|other| other == figure), "{name}: {figure} is not read: {figures:?}");
    }
    assert_eq!(statement.proof.status, ProofStatus::Contradicted, "{name}: {:?}", statement.proof);
    assert!(statement.proof.repairs.is_empty(), "{name}: {:?}", statement.proof.repairs);
}

#[test]
fn the_pictures_are_proven_as_they_are() {
    for name in [PHOTOGRAPH, SCREEN] {
        let read = Picture::open(name).read();
        assert!(statement(&read).proof.status.is_proof(), "{name}: {:?}", statement(&read).proof);
    }
}

#[test]
fn a_digit_of_an_amount_copied_from_another_is_contradicted() {
    let mut photograph = Picture::open(PHOTOGRAPH);
    photograph.copy(("-23,567.09", 1), ("-12,048.13", 1));
    assert_contradicted(PHOTOGRAPH, &photograph.read(), &["-22048.13"]);
    let mut screen = Picture::open(SCREEN);
    screen.copy(("+809,181.48", 1), ("+2,877.00", 1));
    assert_contradicted(SCREEN, &screen.read(), &["8877.00"]);
}

#[test]
fn a_digit_of_a_balance_copied_from_another_is_contradicted() {
    let mut photograph = Picture::open(PHOTOGRAPH);
    photograph.copy(("537,948.49", 1), ("534,392.89", 0));
    assert_contradicted(PHOTOGRAPH, &photograph.read(), &["334392.89"]);
}

#[test]
fn an_amount_and_its_balance_raised_together_are_contradicted_by_the_next_row() {
    let mut photograph = Picture::open(PHOTOGRAPH);
    // 2,908.64 more by 7,000, and the balance after it.
    photograph.copy(("180,453.97", 8), ("+2,908.64", 1));
    photograph.copy(("156,230.03", 2), ("158,898.67", 1));
    photograph.copy(("156,230.03", 1), ("158,898.67", 2));
    assert_contradicted(PHOTOGRAPH, &photograph.read(), &["9908.64", "165898.67"]);
}

#[test]
fn a_row_taken_out_of_a_list_is_contradicted() {
    let mut screen = Picture::open(SCREEN);
    let tops = ["-57.03", "-103.18"].map(|text| screen.character(text, 1)[1]);
    let pitch = tops[1] - tops[0];
    let below = tops[0] + pitch / 2;
    let (width, height) = screen.pixels.dimensions();
    let rest = imageops::crop_imm(&screen.pixels, 0, below + pitch, width, height - below - pitch).to_image();
    imageops::overlay(&mut screen.pixels, &rest, 0, below.into());
    let shorter = imageops::crop_imm(&screen.pixels, 0, 0, width, height - pitch).to_image();
    screen.pixels = shorter;
    let read = screen.read();
    let statement = statement(&read);
    assert_eq!(statement.transactions.len(), 10, "{:?}", amounts(statement));
    assert_eq!(statement.proof.status, ProofStatus::Contradicted, "{:?}", statement.proof);
    assert!(statement.proof.repairs.is_empty());
}

/// Who wipes the sign of a debit off claims an income. A sign may as well be lost in a small picture: the balances say what
/// it was, but the row is named.
#[test]
fn a_sign_wiped_off_is_no_income_and_not_mended_in_silence() {
    for (name, printed, balance, amount) in
        [(PHOTOGRAPH, "-240.00", "155990.03", "-240.00"), (SCREEN, "-344.41", "212703.56", "-344.41")]
    {
        let mut picture = Picture::open(name);
        picture.wipe(printed, 0);
        let read = picture.read();
        let statement = statement(&read);
        if !statement.proof.status.is_proof() {
            continue;
        }
        let row = row_with(statement, balance);
        assert_eq!(statement.proof.status, ProofStatus::Repaired, "{name}: {:?}", statement.proof);
        assert_eq!(row.amount.to_string(), amount, "{name}");
        assert!(read.parsed.problems.iter().any(|p| p.seq == Some(row.seq)), "{name}: {:?}", read.parsed.problems);
    }
}

#[test]
fn a_sign_turned_into_the_other_is_contradicted() {
    let mut screen = Picture::open(SCREEN);
    screen.copy(("+2,877.00", 0), ("-344.41", 0));
    let read = screen.read();
    let statement = statement(&read);
    assert!(!statement.proof.status.is_proof(), "{:?}", statement.proof);
}
