//! Pages as they look, for people who look at evidence.

use ::image::RgbImage;
use model::document::Content;
use model::page::Page;

use crate::{Kind, Limits, Recognizer, image, ofd, pdf, sniff};

/// A page of a file as a picture: drawn if it is a PDF's or an OFD's, as it is if the file is one. `number` is from 1. `None`
/// for what has no pages or cannot be drawn: sheets and texts, a file that none of the passwords opens.
#[must_use]
pub fn page(bytes: &[u8], passwords: &[&str], limits: &Limits, number: u32) -> Option<RgbImage> {
    match sniff(bytes) {
        Kind::Pdf => pdf::render::view(bytes, passwords, number),
        Kind::Ofd => {
            let Content::Pages(pages) = ofd::read(bytes, passwords, limits).ok()?.content else { return None };
            ofd::picture::draw(pages.get(usize::try_from(number).ok()?.checked_sub(1)?)?)
        }
        Kind::Picture(media_type) => image::page(bytes, media_type, limits, number).ok(),
        _ => None,
    }
}

/// Pages of a PDF as they are seen: drawn, and read as pictures. `wanted` are indexes of `pages`; those that cannot be drawn
/// or read are left out.
#[must_use]
pub fn seen(
    bytes: &[u8],
    passwords: &[&str],
    pages: &[Page],
    wanted: &[usize],
    limits: &Limits,
    recognizer: &dyn Recognizer,
) -> Vec<Page> {
    if sniff(bytes) != Kind::Pdf || wanted.is_empty() {
        return Vec::new();
    }
    let blank = |page: &Page| Page { number: page.number, width: page.width, height: page.height, ..Page::default() };
    let mut seen: Vec<Page> = pages.iter().map(blank).collect();
    // An engine that fails here has failed nobody: the page is not compared.
    let _ = pdf::render::read_pictures(bytes, passwords, &mut seen, wanted, limits, recognizer);
    seen.retain(|page| page.reader.is_some());
    seen
}
