//! Matrix codes that a page shows as a picture of its own.

use image::{DynamicImage, GrayImage, ImageFormat};
use lopdf::{Dictionary, Object, Stream};
use model::Source;
use model::forensics::MatrixCode;
use model::source::Area;

use super::file::File;

/// Pixels on a side: the smallest code has 21 modules; larger pictures are photographs.
const SIDE: std::ops::RangeInclusive<i64> = 21..=1_600;

/// One side may be longer by a tenth: a line of text below the code.
const OBLONG_MAX: f32 = 1.25;

/// Pictures of one document that are looked at: a seal on each of a hundred pages is one picture drawn a hundred times.
const PICTURES_MAX: usize = 24;

/// A picture of about a square, where it stands.
pub struct Square<'a> {
    pub page: u32,
    pub area: Area,
    pub stream: &'a Stream,
}

/// Whether a picture may be a code, by its header alone.
pub fn is_square(file: &File<'_>, dictionary: &Dictionary) -> bool {
    let side = |key: &[u8]| file.get(dictionary, key).and_then(|side| side.as_i64().ok());
    let (Some(width), Some(height)) = (side(b"Width"), side(b"Height")) else { return false };
    let long = width.max(height) as f32 / width.min(height).max(1) as f32;
    SIDE.contains(&width) && SIDE.contains(&height) && long <= OBLONG_MAX
}

/// The codes of these pictures, each picture looked at once.
pub fn find(file: &File<'_>, squares: &[Square<'_>], stream_bytes: u64) -> Vec<MatrixCode> {
    let mut looked: Vec<*const Stream> = Vec::new();
    let mut found = Vec::new();
    for square in squares {
        let this = std::ptr::from_ref(square.stream);
        if looked.contains(&this) {
            continue;
        }
        if looked.len() == PICTURES_MAX {
            break;
        }
        looked.push(this);
        if let Some(pixels) = decode(file, square.stream, stream_bytes) {
            // The whole picture stands for the code: it is small.
            let source = Source::Page { page: square.page, area: square.area };
            found.extend(pixels::codes::find(&with_margin(&pixels), |_| source.clone()));
        }
    }
    found
}

/// The picture in grey; `None` for what this does not read (colour tables, faxes, JPEG 2000).
fn decode(file: &File<'_>, stream: &Stream, stream_bytes: u64) -> Option<GrayImage> {
    let dictionary = &stream.dict;
    let side = |key: &[u8]| file.get(dictionary, key)?.as_i64().ok().and_then(|side| u32::try_from(side).ok());
    let (width, height) = (side(b"Width")?, side(b"Height")?);
    let is_jpeg = match file.get(dictionary, b"Filter") {
        Some(Object::Name(name)) => name == b"DCTDecode",
        Some(Object::Array(list)) => {
            matches!(list.as_slice(), [one] if is_named(file.resolve(one), b"DCTDecode"))
        }
        _ => false,
    };
    if is_jpeg {
        let picture = image::load_from_memory_with_format(&stream.content, ImageFormat::Jpeg).ok()?;
        return (picture.width() <= 2 * width && picture.height() <= 2 * height).then(|| picture.into_luma8());
    }
    let mut bytes = Vec::new();
    file.unpack(stream, &mut bytes, stream_bytes).ok()?;
    let is_mask = matches!(file.get(dictionary, b"ImageMask"), Some(Object::Boolean(true)));
    let depth = if is_mask { 1 } else { file.get(dictionary, b"BitsPerComponent")?.as_i64().ok()? };
    let channels = match file.name(dictionary, b"ColorSpace") {
        _ if is_mask => 1,
        Some(b"DeviceGray" | b"CalGray") => 1,
        Some(b"DeviceRGB" | b"CalRGB") => 3,
        _ => icc_channels(file, dictionary)?,
    };
    match (depth, channels) {
        (8, 1) => GrayImage::from_raw(width, height, bytes),
        (8, 3) => image::RgbImage::from_raw(width, height, bytes).map(|rgb| DynamicImage::from(rgb).into_luma8()),
        (1, 1) => {
            // Bits of a mask are painted where they are 0; either way dark on light is what a reader looks for, and
            // it looks for both.
            let row_bytes = width.div_ceil(8) as usize;
            let bit = |x: u32, y: u32| {
                let byte = bytes.get(y as usize * row_bytes + x as usize / 8).copied().unwrap_or(0xff);
                byte >> (7 - x % 8) & 1 == 1
            };
            Some(GrayImage::from_fn(width, height, |x, y| image::Luma([if bit(x, y) { 255 } else { 0 }])))
        }
        _ => None,
    }
}

fn is_named(object: &Object, name: &[u8]) -> bool {
    object.as_name().is_ok_and(|own| own == name)
}

/// Channels of a colour space that is given with its profile.
fn icc_channels(file: &File<'_>, dictionary: &Dictionary) -> Option<i64> {
    let Some(Object::Array(space)) = file.get(dictionary, b"ColorSpace") else { return None };
    let [kind, profile] = space.as_slice() else { return None };
    let Object::Stream(profile) = file.resolve(profile) else { return None };
    (is_named(file.resolve(kind), b"ICCBased")).then(|| file.get(&profile.dict, b"N")?.as_i64().ok())?
}

/// White around a code: readers want it, and a picture of a code often has none. Small ones are drawn larger.
fn with_margin(pixels: &GrayImage) -> GrayImage {
    let (width, height) = pixels.dimensions();
    let scale = if width.max(height) < 200 { 4 } else { 1 };
    let margin = (width.max(height) * scale / 8).max(8);
    GrayImage::from_fn(width * scale + 2 * margin, height * scale + 2 * margin, |x, y| {
        let inside = |at: u32, side: u32| at.checked_sub(margin).map(|at| at / scale).filter(|at| *at < side);
        match (inside(x, width), inside(y, height)) {
            (Some(x), Some(y)) => pixels.get_pixel_checked(x, y).copied().unwrap_or(image::Luma([255])),
            _ => image::Luma([255]),
        }
    })
}

#[cfg(test)]
mod tests {
    use make_samples::tamper_pdf::Paper;

    use crate::Limits;

    #[test]
    fn a_code_that_is_a_picture_is_read_where_it_stands() {
        let page = include_bytes!("signed-rsa.pdf");
        assert!(super::super::read(page, &[], &Limits::default(), None).unwrap().facts.traces.codes.is_empty());
        let mut paper = Paper::open(page).unwrap();
        paper.add_code("https://verify.example.cn/q?no=2026090100012345").unwrap();
        let bytes = paper.resave().unwrap();
        let codes = super::super::read(&bytes, &[], &Limits::default(), None).unwrap().facts.traces.codes;
        assert_eq!(codes.len(), 1);
        assert_eq!(codes[0].payload, "https://verify.example.cn/q?no=2026090100012345");
        let Some(model::Source::Page { page: 1, area }) = &codes[0].source else { panic!("{codes:?}") };
        assert!(area.x1 < 0.06 && area.y0 > 0.9, "{area:?}");
    }
}
