//! Drawn pictures of statements with known truth, read by the models that `.ci/models` fetches. Without them these
//! tests fail: a machine that says its pictures are read has read some.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use image::{DynamicImage, ImageFormat, imageops};
use model::document::{Content, Document};
use model::page::Page;
use model::proof::ProofStatus;
use model::source::Source;
use reading::ocr::Line;
use reading::ocr::OcrError;
use reading::ocr::ppocr::PpOcr;
use reading::{Limits, ReadError, Recognizer};
use serde::Deserialize;
use xinge::pipeline::{self, Engine, Reader};
use xinge::recognition;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures")
}

pub fn engine() -> &'static PpOcr {
    static ENGINE: OnceLock<PpOcr> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        recognition::load(&models, NonZeroUsize::MIN).expect("the models; `.ci/models` fetches them")
    })
}

fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    reading::read(bytes, &[], &Limits::default(), Some(engine()))
}

fn page(document: &Document) -> &Page {
    let Content::Pages(pages) = &document.content else { panic!("a picture is pages") };
    &pages[0]
}

/// The page's text without white space, in reading order.
fn text(page: &Page) -> String {
    let mut words: Vec<_> = page.words.iter().collect();
    words.sort_by(|a, b| {
        let row = |baseline: f32| (baseline / 6.0).round() as i64;
        row(a.baseline).cmp(&row(b.baseline)).then(a.x0.total_cmp(&b.x0))
    });
    words.into_iter().map(|word| page.word_text(word)).collect::<Vec<_>>().join("|")
}

/// How many texts of a kind are read exactly, each counted as often as it is printed.
fn exact(page: &Page, wanted: &[String]) -> usize {
    let plain = |text: &str| text.replace(['+', ' ', '|'], "").replace('：', ":");
    let words: Vec<String> = page.words.iter().map(|word| plain(page.word_text(word))).collect();
    let line = plain(&text(page));
    let found = |text: &&String| {
        let text = plain(text);
        words.contains(&text) || words.iter().any(|word| word.trim_start_matches('-') == text) || line.contains(&text)
    };
    wanted.iter().filter(found).count()
}

fn truth() -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    serde_json::from_str(&std::fs::read_to_string(root().join("truth.json")).unwrap()).unwrap()
}

fn assert_reads(name: &str, least: &[(&str, f32)]) {
    let document = read(&std::fs::read(root().join(name)).unwrap()).unwrap();
    let truth = truth();
    for (kind, share) in least {
        let wanted = &truth[name][*kind];
        let read = exact(page(&document), wanted);
        let missing = wanted.len() - read;
        assert!(
            read as f32 >= share * wanted.len() as f32,
            "{name}: {missing} of {} {kind} misread:\n{}",
            wanted.len(),
            text(page(&document))
        );
    }
    let reader = page(&document).reader.as_deref().unwrap_or_default();
    assert!(reader.starts_with("ppocrv6"), "{reader}");
}

#[test]
fn a_screenshot_is_read_exactly() {
    assert_reads("screenshot.jpg", &[("amount", 1.0), ("balance", 1.0), ("date", 1.0), ("counterparty", 0.9)]);
}

#[test]
fn photographs_are_read_stamps_and_all() {
    assert_reads("photo-stamped.jpg", &[("amount", 0.9), ("balance", 0.9), ("date", 0.95)]);
    assert_reads("photo-payslip.jpg", &[("amount", 1.0)]);
    assert_reads("photo-1440.jpg", &[("amount", 0.85), ("date", 0.9)]);
}

#[test]
fn a_page_of_a_pdf_without_text_is_drawn_and_read() {
    assert_reads("scan.pdf", &[("amount", 1.0), ("balance", 1.0), ("date", 1.0)]);
}

#[test]
fn a_picture_on_its_side_is_turned_and_its_places_stay_those_of_the_picture() {
    let upright = image::open(root().join("screenshot.jpg")).unwrap().into_rgb8();
    let turned = imageops::rotate90(&upright);
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(turned).write_to(&mut bytes, ImageFormat::Png).unwrap();
    let document = read(&bytes.into_inner()).unwrap();
    let page = page(&document);
    let wanted = &truth()["screenshot.jpg"]["balance"];
    assert!(exact(page, wanted) * 10 >= wanted.len() * 9, "{}", text(page));
    // Balances stand at the screen's right, which is the turned picture's foot.
    let balance = wanted.last().unwrap();
    let word = page.words.iter().find(|word| page.word_text(word).contains(balance.as_str())).unwrap();
    let Source::Page { area, .. } = page.source(word.x0, word.top, word.x1, word.bottom) else { panic!() };
    assert!(area.y1 > 0.9 && area.y1 - area.y0 > area.x1 - area.x0, "{area:?}");
}

#[test]
fn rows_of_a_bent_photograph_lie_level() {
    let document = read(&std::fs::read(root().join("photo-stamped.jpg")).unwrap()).unwrap();
    let page = page(&document);
    let dates = &truth()["photo-stamped.jpg"]["date"];
    let balances = &truth()["photo-stamped.jpg"]["balance"];
    let baseline = |text: &String| {
        let mut of = page.words.iter().filter(|word| page.word_text(word) == text);
        of.next().filter(|_| of.next().is_none()).map(|word| (word.baseline, word.font_size))
    };
    let pairs: Vec<(f32, f32)> = dates
        .iter()
        .zip(balances)
        .filter_map(|(date, balance)| {
            let ((date, size), (balance, _)) = (baseline(date)?, baseline(balance)?);
            Some(((date - balance).abs(), size))
        })
        .collect();
    assert!(pairs.len() >= 5, "too few rows with a date of their own: {}", text(page));
    for (off, size) in pairs {
        assert!(off < 0.5 * size, "a date and its balance are {off} apart at size {size}");
    }
}

#[test]
fn a_picture_without_text_and_a_blurred_one_are_refused() {
    let encode = |picture: DynamicImage| {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    let blank = encode(DynamicImage::new_rgb8(640, 480));
    assert!(matches!(read(&blank), Err(ReadError::UnreadablePicture { .. })));
    let sharp = image::open(root().join("photo-1440.jpg")).unwrap();
    let blurred = encode(sharp.fast_blur(6.0));
    let outcome = read(&blurred);
    assert!(
        matches!(outcome, Err(ReadError::UnreadablePicture { .. })),
        "{:?}",
        outcome.map(|document| text(page(&document)))
    );
}

#[test]
fn pictures_as_they_should_be_have_no_problem_and_a_cut_one_is_told() {
    for name in ["screenshot.jpg", "photo-stamped.jpg", "photo-payslip.jpg", "photo-1440.jpg"] {
        let bytes = std::fs::read(root().join(name)).unwrap();
        assert_eq!(reading::image::poor(&bytes, &Limits::default()), [], "{name}");
    }
    let whole = image::open(root().join("screenshot.jpg")).unwrap();
    let cut = whole.crop_imm(0, 0, whole.width() * 9 / 10, whole.height());
    let mut bytes = Cursor::new(Vec::new());
    cut.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let document = read(&bytes.into_inner()).unwrap();
    let told: Vec<_> = document.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(told, ["poor_picture"], "{:?}", document.problems);
}

/// The shared engine, for what takes one of its own.
struct Shared;

impl Recognizer for Shared {
    fn name(&self) -> &str {
        engine().name()
    }

    fn lines(&self, picture: &image::RgbImage) -> Result<Vec<Line>, OcrError> {
        engine().lines(picture)
    }
}

pub fn reader() -> Reader {
    Reader { recognizer: Some(Engine(std::sync::Arc::new(Shared))), ..Reader::default() }
}

#[derive(Deserialize)]
struct Row {
    /// As printed: with or without a year.
    day: String,
    amount: String,
    balance: Option<String>,
}

#[test]
fn lists_of_apps_are_statements_with_every_row_right() {
    let folder = root().join("screens");
    let truth: BTreeMap<String, Vec<Row>> =
        serde_json::from_str(&std::fs::read_to_string(folder.join("truth.json")).unwrap()).unwrap();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (name, rows) in &truth {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let read = pipeline::extract(name, &bytes, &[], &reader()).remove(0).outcome.unwrap();
        let issuer = name.split(['-', '.']).next().unwrap();
        assert_eq!(read.parsed.parser.id, format!("{issuer}.app.image").as_str(), "{name}");
        let [statement] = read.parsed.statements.as_slice() else { panic!("{name}: one statement") };
        let printed: Vec<_> = rows.iter().map(|row| (row.amount.clone(), row.balance.clone())).collect();
        let found: Vec<_> = statement
            .transactions
            .iter()
            .map(|row| (row.amount.to_string(), row.balance.map(|balance| balance.to_string())))
            .collect();
        assert_eq!(found, printed, "{name}");
        for (row, read) in rows.iter().zip(&statement.transactions) {
            let day = read.time.unwrap().date.to_string();
            assert!(day.ends_with(&row.day), "{name}: {day} is printed {}", row.day);
        }
        // Each of them prints the sums of what it shows.
        assert_eq!(statement.proof.status, ProofStatus::Proven, "{name}");
        *seen.entry(read.parsed.parser.id.to_string()).or_default() += 1;
    }
    // No list goes without two screens, one light and one dark.
    let of_screens = ::parsers::layouts().into_iter().map(|layout| layout.id).filter(|id| id.ends_with(".image"));
    for id in of_screens {
        assert!(seen.get(&id).is_some_and(|count| *count >= 2), "{id} has too few screens: {seen:?}");
    }
}
