//! Pages as they look, for people who look at evidence.

use ::image::RgbImage;
use model::document::MediaType;

use crate::{Kind, Limits, image, pdf, sniff};

/// A page of a file as a picture: drawn if it is a PDF's, as it is if the file is one. `number` is from 1. `None` for what
/// has no pages or cannot be drawn: sheets and texts, an OFD's pages, a file that none of the passwords opens.
#[must_use]
pub fn page(bytes: &[u8], passwords: &[&str], limits: &Limits, number: u32) -> Option<RgbImage> {
    match sniff(bytes) {
        Kind::Pdf => pdf::render::view(bytes, passwords, number),
        Kind::Picture(media_type) if number == 1 => picture(bytes, media_type, limits),
        _ => None,
    }
}

fn picture(bytes: &[u8], media_type: MediaType, limits: &Limits) -> Option<RgbImage> {
    image::decode(bytes, media_type, limits).ok()
}
