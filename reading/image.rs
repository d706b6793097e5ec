//! Pictures of one page: photographs, scans, screenshots.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};
use memchr::memmem;
use model::Problem;
use model::document::{Content, Document, FileFacts, MediaType};
use model::failure::PictureFault;
use model::forensics::Traces;
use model::page::{Page, PageBuilder};

use ocr::{Recognizer, prepare};

use crate::looked::{self, Looked};
use crate::pdf::render::{is_blank, unreadable};
use crate::side_by_side::side_by_side;
use crate::{Limits, ReadError, sniff, tiff};

/// More shows nothing more of a page: A4 at 300 dpi has 8.7 million pixels, a telephone's photograph 12.
pub(crate) const PIXELS_KEPT_MAX: u64 = 16_000_000;

/// Reads a picture as a document of one page, a TIFF as one of as many as it has.
///
/// # Errors
/// [`ReadError::NoRecognizer`] without an engine, [`ReadError::UnreadablePicture`] when there is no text in it worth
/// having, [`ReadError::Corrupt`], [`ReadError::ResourceLimit`] for more pixels than `limits` allow.
pub fn read(
    bytes: &[u8],
    media_type: MediaType,
    limits: &Limits,
    recognizer: Option<&dyn Recognizer>,
) -> Result<Document, ReadError> {
    let pages = if media_type == MediaType::Tiff { tiff::pages(bytes) } else { tiff::Pages::default() };
    if pages.directories.len() > 1 || pages.is_cut && !pages.directories.is_empty() {
        return several(bytes, &pages, limits, recognizer);
    }
    // First: what is no picture is damaged wherever it is handed in.
    let pixels = decode(bytes, media_type, limits)?;
    let recognizer = recognizer.ok_or(ReadError::NoRecognizer)?;
    let grey = pixels::grey(&pixels);
    let page = one(pixels, 1, &grey, recognizer)?;
    let picture = pixels::metadata::read(bytes, &grey);
    let traces = Traces { picture: Some(picture), ..Traces::default() };
    Ok(document(media_type, 1, vec![page], Vec::new(), traces))
}

fn one(
    pixels: RgbImage,
    number: u32,
    grey: &GrayImage,
    recognizer: &dyn Recognizer,
) -> Result<(Page, Looked), ReadError> {
    let page = ocr::page(ocr::Picture { pixels, number, size: None }, recognizer)
        .map_err(|source| ReadError::Recognizer { source })?
        .map_err(|fault| ReadError::UnreadablePicture { fault: looked::why(fault, grey) })?;
    let looked = looked::look(grey, &page);
    Ok((page, looked))
}

fn document(
    media_type: MediaType,
    page_count: u32,
    pages: Vec<(Page, Looked)>,
    mut problems: Vec<Problem>,
    mut traces: Traces,
) -> Document {
    let (pages, looked): (Vec<Page>, Vec<Looked>) = pages.into_iter().unzip();
    problems.extend(looked::poor(&looked));
    looked::into_traces(looked, &mut traces);
    Document {
        media_type,
        page_count: Some(page_count),
        content: Content::Pages(pages),
        facts: FileFacts { traces, ..FileFacts::default() },
        problems,
    }
}

/// The pages of a TIFF, side by side. One that cannot be read is a problem; if none can, the first says why.
fn several(
    bytes: &[u8],
    pages: &tiff::Pages,
    limits: &Limits,
    recognizer: Option<&dyn Recognizer>,
) -> Result<Document, ReadError> {
    let directories = &pages.directories;
    let count = u32::try_from(directories.len()).unwrap_or(u32::MAX);
    if count > limits.picture_pages {
        return Err(ReadError::TooManyPages { found: count, limit: limits.picture_pages });
    }
    let recognizer = recognizer.ok_or(ReadError::NoRecognizer)?;
    let read = |at: usize| {
        let directory = *directories.get(at).ok_or(ReadError::Empty)?;
        let pixels = decode(&tiff::beginning_with(bytes, directory), MediaType::Tiff, limits)?;
        let grey = pixels::grey(&pixels);
        // What the file says of itself it says of its first page.
        let picture = (at == 0).then(|| pixels::metadata::read(bytes, &grey));
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let page = if is_blank(&grey) { Ok(blank(number, &grey)) } else { one(pixels, number, &grey, recognizer) };
        page.map(|page| (page, picture))
    };
    let is_cut = pages.is_cut;
    let (mut pages, mut problems, mut first) = (Vec::new(), Vec::new(), None);
    let mut traces = Traces::default();
    for (number, outcome) in (1..).zip(side_by_side(directories.len(), limits.pages_at_once, read)) {
        match outcome {
            Some(Ok((page, picture))) => {
                pages.push(page);
                traces.picture = traces.picture.or(picture);
            }
            Some(Err(error @ ReadError::Recognizer { .. })) => return Err(error),
            Some(Err(error)) => {
                problems.push(unreadable(number));
                first.get_or_insert(error);
            }
            None => problems.push(unreadable(number)),
        }
    }
    if pages.is_empty() {
        return Err(first.unwrap_or(ReadError::UnreadablePicture { fault: PictureFault::Unclear }));
    }
    // Where the last page found was read, one more was to come.
    if is_cut && pages.last().is_none_or(|(page, _)| page.number == count) {
        problems.push(unreadable(count.saturating_add(1)));
    }
    if pages.iter().all(|(page, _)| page.reader.is_none()) {
        return Err(ReadError::UnreadablePicture { fault: PictureFault::NoText });
    }
    Ok(document(MediaType::Tiff, count, pages, problems, traces))
}

/// The back of a sheet, which is no page that could not be read.
fn blank(number: u32, grey: &GrayImage) -> (Page, Looked) {
    let page = PageBuilder::new(number, grey.width() as f32, grey.height() as f32).finish();
    let looked = looked::look(grey, &page);
    (page, looked)
}

/// A page of a picture's file as it is seen, from 1.
pub(crate) fn page(bytes: &[u8], media_type: MediaType, limits: &Limits, number: u32) -> Result<RgbImage, ReadError> {
    let directories = if media_type == MediaType::Tiff { tiff::pages(bytes).directories } else { Vec::new() };
    let at = usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
    match directories.get(at) {
        Some(directory) if at > 0 => decode(&tiff::beginning_with(bytes, *directory), media_type, limits),
        _ if at == 0 => decode(bytes, media_type, limits),
        _ => Err(ReadError::Empty),
    }
}

/// What its owner could do better about a picture, told from its pixels in a fraction of the time that reading it takes.
/// Empty where nothing is wrong, and for what is no picture or does not open: reading it says more.
#[must_use]
pub fn poor(bytes: &[u8], limits: &Limits) -> Vec<Problem> {
    let Some(media_type) = sniff::picture(bytes) else { return Vec::new() };
    let Ok(pixels) = decode(bytes, media_type, limits) else { return Vec::new() };
    pixels::quality::faults(&pixels::grey(&pixels)).into_iter().map(|fault| looked::problem(fault, 1)).collect()
}

/// Whether a JPEG ends before its picture does: the decoder fills what is missing with grey, and rows are lost in silence.
///
/// An image ends with the marker EOI, which its data cannot hold (ITU-T T.81, B.1.1.5); what some cameras put behind it
/// does not matter, and neither does a preview's own end before the image begins.
fn is_cut_jpeg(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xDA;
    let mut rest = bytes.get(2..).unwrap_or(&[]);
    while let [0xFF, marker, more @ ..] = rest {
        rest = match (*marker, more) {
            (START_OF_SCAN, data) => return memmem::find(data, &[0xFF, 0xD9]).is_none(),
            // Fill bytes may stand before a marker; those without a length are followed by the next.
            (0xFF, _) => rest.get(1..).unwrap_or(&[]),
            (0x01 | 0xD0..=0xD7, _) => more,
            (_, [high, low, ..]) => more.get(usize::from(u16::from_be_bytes([*high, *low]))..).unwrap_or(&[]),
            _ => &[],
        };
    }
    // No scan at all, or no markers where they should be: for the decoder to say.
    false
}

/// The pixels as their owner sees them: turned as the camera noted, on white where they are transparent.
pub(crate) fn decode(bytes: &[u8], media_type: MediaType, limits: &Limits) -> Result<RgbImage, ReadError> {
    let corrupt = |error: image::ImageError| ReadError::Corrupt { media_type, detail: error.to_string() };
    let format = match media_type {
        MediaType::Png => ImageFormat::Png,
        MediaType::Jpeg => ImageFormat::Jpeg,
        MediaType::Webp => ImageFormat::WebP,
        MediaType::Tiff => ImageFormat::Tiff,
        MediaType::Bmp => ImageFormat::Bmp,
        other => return Err(ReadError::Unsupported { found: other.as_str().to_owned() }),
    };
    if format == ImageFormat::Jpeg && is_cut_jpeg(bytes) {
        return Err(ReadError::Corrupt { media_type, detail: "it ends before its picture does".to_owned() });
    }
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format).into_decoder().map_err(corrupt)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.picture_pixels {
        let what = format!("a picture of {pixels} pixels, at most {}", limits.picture_pixels);
        return Err(ReadError::ResourceLimit { what });
    }
    if pixels == 0 {
        return Err(ReadError::Empty);
    }
    // Not every format can say: as it is, then.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(corrupt)?;
    picture.apply_orientation(orientation);
    let pixels =
        if picture.color().has_alpha() { prepare::on_white(&picture.into_rgba8()) } else { picture.into_rgb8() };
    Ok(bounded(pixels))
}

fn bounded(picture: RgbImage) -> RgbImage {
    let pixels = u64::from(picture.width()) * u64::from(picture.height());
    if pixels <= PIXELS_KEPT_MAX {
        return picture;
    }
    let scale = (PIXELS_KEPT_MAX as f64 / pixels as f64).sqrt();
    let side = |side: u32| ((f64::from(side) * scale) as u32).max(1);
    prepare::resized(&picture, side(picture.width()), side(picture.height()))
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

    use super::*;

    fn png(width: u32, height: u32, pixels: &[u8], color: ExtendedColorType) -> Vec<u8> {
        let mut bytes = Vec::new();
        PngEncoder::new(&mut bytes).write_image(pixels, width, height, color).unwrap();
        bytes
    }

    #[test]
    fn transparency_is_paper() {
        let bytes = png(2, 1, &[0, 0, 0, 0, 10, 20, 30, 255], ExtendedColorType::Rgba8);
        let picture = decode(&bytes, MediaType::Png, &Limits::default()).unwrap();
        assert_eq!(picture.as_raw(), &[255, 255, 255, 10, 20, 30]);
    }

    #[test]
    fn a_bomb_is_refused_by_what_its_header_says() {
        let bytes = png(300, 300, &vec![0; 90_000], ExtendedColorType::L8);
        let limits = Limits { picture_pixels: 80_000, ..Limits::default() };
        assert!(matches!(decode(&bytes, MediaType::Png, &limits), Err(ReadError::ResourceLimit { .. })));
    }

    #[test]
    fn a_cut_picture_is_damaged_and_none_panics() {
        let bytes = png(40, 40, &vec![0; 1_600], ExtendedColorType::L8);
        assert!(matches!(decode(&bytes[..60], MediaType::Png, &Limits::default()), Err(ReadError::Corrupt { .. })));
        for media_type in [MediaType::Jpeg, MediaType::Webp, MediaType::Tiff, MediaType::Bmp] {
            assert!(decode(&bytes, media_type, &Limits::default()).is_err());
        }
    }

    /// Half of a list would be read as if it were all of it.
    #[test]
    fn a_photograph_that_came_in_part_is_damaged() {
        let mut whole = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new(&mut whole);
        let pixels: Vec<u8> = (0_u32..160 * 160).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        encoder.write_image(&pixels, 160, 160, ExtendedColorType::L8).unwrap();
        assert!(decode(&whole, MediaType::Jpeg, &Limits::default()).is_ok());
        let longer = [whole.as_slice(), b"\xFF\xDAwhat a camera puts behind it"].concat();
        assert!(decode(&longer, MediaType::Jpeg, &Limits::default()).is_ok());
        for share in [4, 10, 19] {
            let cut = &whole[..whole.len() * share / 20];
            assert!(
                matches!(decode(cut, MediaType::Jpeg, &Limits::default()), Err(ReadError::Corrupt { .. })),
                "{share}"
            );
        }
    }

    /// Reads a picture as the level of its paper.
    struct Levels;

    impl Recognizer for Levels {
        fn name(&self) -> &str {
            "levels"
        }

        fn lines(&self, picture: &RgbImage) -> Result<Vec<ocr::Line>, ocr::OcrError> {
            let level = picture.get_pixel(0, 0).0[0];
            let glyph = ocr::Glyph {
                character: char::from(level),
                left: 0.0,
                right: 1.0,
                confidence: 0.99,
                doubts: Vec::new(),
            };
            let quad = [[0.0, 0.0], [30.0, 0.0], [30.0, 20.0], [0.0, 20.0]];
            // A page of the level 0 has nothing on it.
            Ok(if level == 0 { Vec::new() } else { vec![ocr::Line { quad, glyphs: vec![glyph; 3] }] })
        }
    }

    #[test]
    fn every_page_of_a_tiff_is_read_and_one_that_cannot_be_is_told() {
        let bytes = crate::tiff::tests::grey_pages(b"A\0C");
        let document = read(&bytes, MediaType::Tiff, &Limits::default(), Some(&Levels)).unwrap();
        let Content::Pages(pages) = &document.content else { panic!("pages") };
        let shown: Vec<(u32, &str)> = pages.iter().map(|page| (page.number, page.text.as_str())).collect();
        assert_eq!((document.page_count, shown), (Some(3), vec![(1, "AAA"), (3, "CCC")]));
        let [problem] = document.problems.as_slice() else { panic!("{:?}", document.problems) };
        assert_eq!(problem.code, model::problem::ProblemCode::UnreadablePage);
        // A file that is cut lacks a page, and says so.
        let cut = read(&bytes[..bytes.len() - 20], MediaType::Tiff, &Limits::default(), Some(&Levels)).unwrap();
        let lost = |document: &Document| document.problems.iter().map(|p| p.code).collect::<Vec<_>>();
        assert_eq!(lost(&cut), [model::problem::ProblemCode::UnreadablePage; 2]);
        let few = Limits { picture_pages: 2, ..Limits::default() };
        let refused = read(&bytes, MediaType::Tiff, &few, Some(&Levels));
        assert!(matches!(refused, Err(ReadError::TooManyPages { found: 3, limit: 2 })));
    }

    #[test]
    fn without_an_engine_it_says_so() {
        let bytes = png(1, 1, &[0], ExtendedColorType::L8);
        let error = read(&bytes, MediaType::Png, &Limits::default(), None).unwrap_err();
        assert!(matches!(error, ReadError::NoRecognizer), "{error}");
    }
}
