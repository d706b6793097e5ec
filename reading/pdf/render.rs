//! Pages of a PDF without text of their own, drawn and read as pictures.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::{GrayImage, RgbImage, RgbaImage};
use model::Problem;
use model::page::{Page, PageBuilder};
use model::problem::ProblemCode;
use model::source::{Area, Source};

use ocr::{OcrError, Recognizer, prepare};

use crate::looked::{self, Looked};
use crate::side_by_side::side_by_side;
use crate::{Limits, ReadError};

/// Pages are drawn at this many pixels to the inch: 9 point text is 25 pixels high, which the models read as well as
/// 300 to the inch at half the cost.
const DOTS_PER_INCH: f32 = 200.0;
const POINTS_PER_INCH: f32 = 72.0;
/// Longest side drawn. A3 at 200 dpi is 3,300.
const SIDE_MAX: f32 = 3_400.0;
/// Shortest side that can hold a character.
const SIDE_MIN: f32 = 16.0;
/// Grey levels that a scanner's noise stays within.
const NOISE_MAX: usize = 16;
/// One pixel in so many differs by more: a page number on A4 darkens one in 5,000.
const MARKED_MIN: u64 = 20_000;

/// Reads `wanted` (indexes of `pages`) as pictures, side by side. A page that gives no text worth having stays as it
/// is and becomes a problem. Gives the problems, and what was seen on the pages besides their text.
///
/// # Errors
/// [`ReadError::Recognizer`] when the engine itself fails.
pub fn read_pictures(
    bytes: &[u8],
    passwords: &[&str],
    pages: &mut [Page],
    wanted: &[usize],
    limits: &Limits,
    recognizer: &dyn Recognizer,
) -> Result<(Vec<Problem>, Vec<Looked>), ReadError> {
    let Some(pdf) = open(bytes, passwords) else {
        return Ok((wanted.iter().filter_map(|at| pages.get(*at)).map(undrawn).collect(), Vec::new()));
    };
    let sizes: Vec<(usize, u32)> = wanted.iter().filter_map(|at| Some((*at, pages.get(*at)?.number))).collect();
    let read = |at: usize| {
        let (page, number) = sizes.get(at)?;
        one(&pdf, *page, *number, recognizer)
    };
    let done = side_by_side(sizes.len(), limits.pages_at_once, read);
    let (mut problems, mut seen) = (Vec::new(), Vec::new());
    for ((at, _), outcome) in sizes.iter().zip(done) {
        let Some(slot) = pages.get_mut(*at) else { continue };
        match outcome.flatten() {
            Some(Ok(Ok((page, looked)))) => {
                *slot = page;
                seen.push(looked);
            }
            Some(Ok(Err(_))) => problems.push(unreadable(slot.number)),
            Some(Err(source)) => return Err(ReadError::Recognizer { source }),
            None => problems.push(undrawn(slot)),
        }
    }
    Ok((problems, seen))
}

/// A page as it looks, for people; `None` where it cannot be drawn. `number` is from 1.
#[must_use]
pub fn view(bytes: &[u8], passwords: &[&str], number: u32) -> Option<RgbImage> {
    let at = usize::try_from(number).ok()?.checked_sub(1)?;
    let pdf = open(bytes, passwords)?;
    catch_unwind(AssertUnwindSafe(|| draw(&pdf, at))).ok().flatten().map(|(pixels, _)| pixels)
}

fn open(bytes: &[u8], passwords: &[&str]) -> Option<Pdf> {
    let data = std::sync::Arc::new(bytes.to_vec());
    [""].iter().chain(passwords).find_map(|password| {
        let data = data.clone();
        catch_unwind(AssertUnwindSafe(|| Pdf::new_with_password(data, password).ok())).ok().flatten()
    })
}

type Outcome = Result<Result<(Page, Looked), model::failure::PictureFault>, OcrError>;

/// `None` when the page cannot be drawn.
fn one(pdf: &Pdf, at: usize, number: u32, recognizer: &dyn Recognizer) -> Option<Outcome> {
    let (pixels, size) = draw(pdf, at)?;
    let grey = pixels::grey(&pixels);
    if is_blank(&grey) {
        let page = PageBuilder::new(number, size[0], size[1]).finish();
        let looked = looked::look(&grey, &page);
        return Some(Ok(Ok((page, looked))));
    }
    let outcome = ocr::page(ocr::Picture { pixels, number, size: Some(size) }, recognizer);
    Some(outcome.map(|read| {
        read.map(|page| {
            let looked = looked::look(&grey, &page);
            (page, looked)
        })
    }))
}

/// The back of a sheet: nothing on it but paper. Text that is out of focus still darkens more of a page than this.
pub fn is_blank(grey: &GrayImage) -> bool {
    let mut levels = [0_u64; 256];
    for level in grey.as_raw() {
        if let Some(count) = levels.get_mut(usize::from(*level)) {
            *count += 1;
        }
    }
    let all: u64 = levels.iter().sum();
    let mut below = 0;
    let paper = levels.iter().position(|count| {
        below += count;
        below * 2 > all
    });
    let paper = paper.unwrap_or(255);
    let marks: u64 =
        (0_usize..).zip(levels).filter(|(level, _)| level.abs_diff(paper) > NOISE_MAX).map(|(_, n)| n).sum();
    marks * MARKED_MIN < all
}

/// A page on white, and its size in points.
fn draw(pdf: &Pdf, at: usize) -> Option<(RgbImage, [f32; 2])> {
    let page = pdf.pages().get(at)?;
    let (width, height) = page.render_dimensions();
    let longest = width.max(height);
    if !longest.is_finite() || longest <= 0.0 {
        return None;
    }
    let scale = (DOTS_PER_INCH / POINTS_PER_INCH).min(SIDE_MAX / longest);
    if width.min(height) * scale < SIDE_MIN {
        return None;
    }
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let drawn = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &settings,
    );
    let (columns, rows) = (u32::from(drawn.width()), u32::from(drawn.height()));
    let drawn = RgbaImage::from_raw(columns, rows, drawn.data_as_u8_slice().to_vec())?;
    Some((prepare::on_white(&drawn), [width, height]))
}

fn problem(number: u32, zh: String, en: String) -> Problem {
    let whole = Source::Page { page: number, area: Area { x0: 0.0, y0: 0.0, x1: 1.0, y1: 1.0 } };
    Problem::new(ProblemCode::UnreadablePage, zh, en).at(whole)
}

/// A page that is a picture whose text is not clear.
pub fn unreadable(number: u32) -> Problem {
    problem(
        number,
        format!("第 {number} 页是图片，看不清其中的文字，请重新扫描或拍照"),
        format!("page {number} is a picture whose text is not clear; scan or photograph it again"),
    )
}

fn undrawn(page: &Page) -> Problem {
    let number = page.number;
    problem(
        number,
        format!("第 {number} 页是图片，没有文字层，也无法显示"),
        format!("page {number} is a picture without a text layer and cannot be drawn"),
    )
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn the_back_of_a_sheet_is_blank_and_a_page_number_is_not() {
        let paper = GrayImage::from_fn(1_000, 1_400, |x, y| Luma([236 + ((x * 7 + y * 13) % 11) as u8]));
        assert!(is_blank(&paper));
        let mut numbered = paper.clone();
        (0..25).for_each(|y| (0..12).for_each(|x| numbered.put_pixel(500 + x, 1_300 + y, Luma([40]))));
        assert!(!is_blank(&numbered));
        // Lines out of focus: little darker than paper, and much of the page.
        let blurred = GrayImage::from_fn(1_000, 1_400, |_, y| Luma([if y % 40 < 20 { 240 } else { 215 }]));
        assert!(!is_blank(&blurred));
    }
}
