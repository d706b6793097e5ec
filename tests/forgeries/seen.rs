//! Scans with a text layer underneath, of which one of the two was altered: read by the engines that `.ci/models` fetches.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use make_samples::rows::BankStatement;
use make_samples::tamper;
use make_samples::tamper_pdf::Paper;
use model::Money;
use model::finding::{Finding, Outcome, Severity};
use reading::{Limits, view};
use xinge::pipeline::{self, Engine, Policy, Reader};

use super::{Papers, bank, clean};
use crate::pictures;

/// One page of the salaried applicant's statement.
fn short() -> BankStatement {
    let (_, _, statement) = bank("salaried");
    let mut short = statement.clone();
    short.rows.truncate(14);
    short.window.to = short.rows.last().unwrap().time.date();
    short
}

fn print(statement: &BankStatement) -> Vec<u8> {
    bank("salaried").1.print(statement).unwrap()
}

/// The pages of `picture` as a scanner took them, with the text of `layer` on top of them that nobody sees.
fn scanned(layer: &[u8], picture: &[u8]) -> Vec<u8> {
    let pages = (1..).map_while(|number| view::page(picture, &[], &Limits::default(), number));
    let pictures: Vec<_> = pages
        .map(|pixels| {
            let mut jpeg = Cursor::new(Vec::new());
            JpegEncoder::new_with_quality(&mut jpeg, 85).encode_image(&pixels).unwrap();
            (jpeg.into_inner(), pixels.width(), pixels.height())
        })
        .collect();
    let mut paper = Paper::open(layer).unwrap();
    paper.under_pictures(&pictures).unwrap();
    paper.resave().unwrap()
}

/// How `text_layer_agrees` came out on a paper, and the problems of the paper.
fn judged(paper: &[u8]) -> (Finding, Vec<String>) {
    let engine = pictures::reader().recognizer;
    let second = xinge::recognition::reader(Limits::default(), &models(), std::num::NonZeroUsize::MIN).second;
    assert!(second.is_some(), "Tesseract is the second engine (Debian: tesseract-ocr tesseract-ocr-chi-sim)");
    let reader = Reader { recognizer: engine.map(|engine| Engine(engine.0)), second, ..Reader::default() };
    let (at, ..) = bank("salaried");
    let Papers { files, declared, .. } = clean("salaried").with(at, paper.to_vec());
    let documents: Vec<_> =
        files.iter().flat_map(|(name, bytes)| pipeline::extract(name, bytes, &["246810"], &reader)).collect();
    let as_of = "2026-09-05".parse().unwrap();
    let assessment = pipeline::assess(&documents, &declared, &Policy::standard().unwrap(), as_of).unwrap();
    let found = assessment.findings.into_iter().find(|finding| finding.check == "text_layer_agrees").unwrap();
    let read = documents[at].outcome.as_ref().unwrap();
    (found, read.parsed.problems.iter().map(|problem| problem.message_en.clone()).collect())
}

fn models() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models")
}

/// The row whose amount is altered, and by how much: no digit becomes one that looks like it.
const ROW: usize = 6;
const MORE: i64 = 400_000;

#[test]
fn a_text_layer_that_was_altered_under_its_picture_is_found() {
    let short = short();
    let amount = short.rows[ROW].amount.plus(Money::from_fen(MORE));
    let edited = tamper::edit_and_rechain(&short, ROW, amount, print);
    let (found, _) = judged(&scanned(&edited, &print(&short)));
    assert_eq!((found.outcome, found.severity), (Outcome::Fail, Severity::Critical), "{found:?}");
    assert!(!found.evidence.is_empty() && found.expected.is_some() && found.expected != found.found);
}

#[test]
fn a_picture_that_was_altered_over_its_text_layer_is_found() {
    let short = short();
    let amount = short.rows[ROW].amount.plus(Money::from_fen(MORE));
    let edited = tamper::edit_amount(&short, ROW, amount, print);
    let (found, _) = judged(&scanned(&print(&short), &edited));
    assert_eq!((found.outcome, found.severity), (Outcome::Fail, Severity::Critical), "{found:?}");
}

#[test]
fn a_scan_as_it_was_made_passes_and_a_digit_that_its_scanner_misread_is_no_forgery() {
    let short = short();
    let plain = print(&short);
    let (found, problems) = judged(&scanned(&plain, &plain));
    assert_eq!(found.outcome, Outcome::Pass, "{found:?}");
    assert!(problems.is_empty(), "{problems:?}");
    // One 3 read as an 8, or the other way round: in the layer alone.
    let misread = short.rows.iter().enumerate().find_map(|(row, one)| {
        let text = one.amount.to_string();
        let swapped = text.replacen('3', "8", 1);
        (swapped != text).then(|| tamper::edit_amount(&short, row, Money::read(&swapped).unwrap(), print))
    });
    let (found, problems) = judged(&scanned(&misread.unwrap(), &plain));
    assert_eq!(found.outcome, Outcome::Pass, "{found:?}");
    assert!(problems.iter().any(|problem| problem.contains("text layer")), "{problems:?}");
}
