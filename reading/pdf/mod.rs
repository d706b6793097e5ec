//! PDF text layers: where each word stands, from the file's own text and never from a guess.
//!
//! `lopdf` takes the file apart and decrypts it; the content streams are read here, because only then is the
//! place of every glyph known, its font, and whether it can be seen.

mod cmap;
mod codes;
mod encodings;
mod file;
mod font;
mod index;
mod interpret;
mod lazy;
mod lexer;
mod matrix;
mod object;
mod overlays;
mod path;
mod radicals;
pub(crate) mod render;
mod revisions;
mod signatures;
mod truetype;
mod unpack;
pub(crate) mod words;

#[cfg(test)]
mod tests;

use model::Problem;
use model::document::{Content, Document, FileFacts, MediaType};
use model::forensics::Traces;
use model::problem::ProblemCode;

use crate::{Limits, ReadError, Recognizer, looked};
use file::File;
use interpret::Interpreter;

/// Reads a PDF's pages. Passwords are tried in order, after the empty one; owner passwords open a file too.
///
/// Words are in drawing order. A page whose text cannot be told, or that is a picture, is drawn and read by
/// `recognizer`; where that gives nothing, it is there without text, and a problem says so. A damaged file gives the pages that are left and a problem.
///
/// # Errors
/// [`ReadError::Empty`] when nothing is drawn on any page, [`ReadError::PasswordRequired`],
/// [`ReadError::WrongPassword`], [`ReadError::Corrupt`], [`ReadError::TooManyPages`], and
/// [`ReadError::ResourceLimit`] when the pages take more work than `limits` allow.
pub fn read(
    bytes: &[u8],
    passwords: &[&str],
    limits: &Limits,
    recognizer: Option<&dyn Recognizer>,
) -> Result<Document, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let file = File::open(bytes, passwords, limits)?;
    let nodes = file.pages(limits)?;
    let mut problems = Vec::new();
    if file.rebuilt {
        if nodes.is_empty() {
            let detail = "its index is damaged and no page is left".to_owned();
            return Err(ReadError::Corrupt { media_type: MediaType::Pdf, detail });
        }
        problems.push(truncated(&file, nodes.len()));
    }
    let mut interpreter = Interpreter::new(&file, limits, true);
    let mut pages = Vec::with_capacity(nodes.len());
    let mut drawn = false;
    // Pages to be read as pictures: their place, and whose problem that they have no text is not one then.
    let mut pictures = Vec::new();
    for (number, node) in (1..).zip(&nodes) {
        let before = problems.len();
        let page = interpreter.page(number, node, &mut problems)?;
        drawn |= interpreter.drew_anything();
        if recognizer.is_some() && interpreter.is_picture(&page) && pictures.len() < limits.picture_pages as usize {
            problems.truncate(before);
            pictures.push(pages.len());
        }
        pages.push(page);
    }
    if !drawn && problems.is_empty() {
        return Err(ReadError::Empty);
    }
    let fonts = std::mem::take(&mut interpreter.font_names);
    let noticed = interpreter.traces();
    let mut traces = Traces {
        overlays: noticed.overlays,
        odd_fonts: noticed.mixed.into_iter().map(|mixed| mixed.named(&fonts)).collect(),
        ..Traces::default()
    };
    traces.codes = codes::find(&file, &interpreter.squares, limits.stream_bytes);
    traces.signatures = signatures::find(&file, file::from_header(bytes));
    revisions::compare(bytes, passwords, limits, &pages, &mut traces);
    if let (Some(recognizer), false) = (recognizer, pictures.is_empty()) {
        drop(interpreter);
        let (undrawn, looked) = render::read_pictures(bytes, passwords, &mut pages, &pictures, limits, recognizer)?;
        problems.extend(undrawn);
        problems.extend(looked::poor(&looked));
        looked::into_traces(looked, &mut traces);
    }
    let facts = FileFacts { fonts, traces, ..file.facts() };
    Ok(Document {
        media_type: MediaType::Pdf,
        page_count: u32::try_from(pages.len()).ok(),
        content: Content::Pages(pages),
        facts,
        problems,
    })
}

fn truncated(file: &File, found: usize) -> Problem {
    match file.page_count_printed() {
        Some(printed) if printed as usize > found => Problem::new(
            ProblemCode::Truncated,
            format!("文件已损坏或不完整：应有 {printed} 页，只找到 {found} 页"),
            format!("the file is damaged or incomplete: {found} of {printed} pages were found"),
        ),
        _ => Problem::new(
            ProblemCode::Truncated,
            "文件已损坏或不完整，内容可能有缺失",
            "the file is damaged or incomplete; parts of it may be missing",
        ),
    }
}
