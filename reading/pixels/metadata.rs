//! What a picture's file says about itself: the camera, programs that wrote it, how it was compressed, its preview.

use std::io::Cursor;

use exif::{Exif, In, Tag};
use image::metadata::Orientation;
use image::{GrayImage, ImageFormat};
use memchr::memmem;
use model::Text;
use model::forensics::Picture;

/// Characters kept of what a file says.
const TEXT_MAX: usize = 80;

/// Pixels on each side of a preview that is decoded: cameras keep 160 × 120, telephones up to 512.
const PREVIEW_SIDE_MAX: u32 = 1_024;

/// Correlation of the preview with the picture below which they are two pictures. A preview that was compressed hard stays
/// above 0.9; a page cut to half shows less than 0.6.
const PREVIEW_ALIKE: f32 = 0.7;

/// Grey levels that a preview must span: of a blank page nothing can be said.
const PREVIEW_SPAN: f32 = 6.0;

/// Marks of programs that make pictures up, and what they stand for: the IPTC's source type (also under C2PA), the label
/// that GB 45438-2025 asks for, and the text chunks of the common programs.
const GENERATORS: [(&[u8], &str); 6] = [
    (b"trainedAlgorithmicMedia", "IPTC trainedAlgorithmicMedia"),
    (b"compositeWithTrainedAlgorithmicMedia", "IPTC compositeWithTrainedAlgorithmicMedia"),
    (b"TC260:AIGC", "AIGC (GB 45438)"),
    (b"tEXtparameters\0", "Stable Diffusion"),
    (b"tEXtprompt\0", "ComfyUI"),
    (b"tEXtDream\0", "InvokeAI"),
];

/// Reads what the file says. `pixels` are its own, turned as it says, and perhaps made smaller.
#[must_use]
pub fn read(bytes: &[u8], pixels: &GrayImage) -> Picture {
    let exif = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).ok();
    let text = |tag: Tag| exif.as_ref().and_then(|exif| ascii(exif, tag));
    let camera = match (text(Tag::Make), text(Tag::Model)) {
        (Some(make), Some(model)) => Some(format!("{make} {model}")),
        (make, model) => make.or(model),
    };
    let mut programs: Vec<String> = Vec::new();
    let xmp = [&b"<xmp:CreatorTool>"[..], b"xmp:CreatorTool=\""].iter().find_map(|mark| after(bytes, mark));
    let photoshop = memmem::find(bytes, b"Photoshop 3.0\x008BIM").map(|_| "Photoshop".to_owned());
    for program in [text(Tag::Software), xmp, png_software(bytes), photoshop] {
        programs.extend(program.filter(|program| !programs.iter().any(|known| known.contains(program.as_str()))));
    }
    let side = |tag: Tag| exif.as_ref()?.get_field(tag, In::PRIMARY)?.value.get_uint(0);
    let stated = side(Tag::PixelXDimension).zip(side(Tag::PixelYDimension)).filter(|(x, y)| *x > 0 && *y > 0);
    let (width, height) = image::ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()
        .and_then(|reader| reader.into_dimensions().ok())
        .unwrap_or(pixels.dimensions());
    Picture {
        width,
        height,
        camera: camera.map(Text::from),
        software: (!programs.is_empty()).then(|| programs.join(" / ").into()),
        generator: GENERATORS
            .iter()
            .find(|(mark, _)| memmem::find(bytes, mark).is_some())
            .map(|(_, name)| Text::from(*name)),
        stated_size: stated,
        quality: quality(bytes),
        taken: text(Tag::DateTimeOriginal).map(Text::from),
        modified: text(Tag::DateTime).map(Text::from),
        preview_differs: exif
            .as_ref()
            .and_then(preview)
            .and_then(|preview| alike(&preview, pixels))
            .filter(|alike| *alike < PREVIEW_ALIKE)
            .map(|alike| format!("{alike:.2}").into()),
    }
}

fn ascii(exif: &Exif, tag: Tag) -> Option<String> {
    let exif::Value::Ascii(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let text: String =
        String::from_utf8_lossy(parts.first()?).trim_matches(['\0', ' ']).chars().take(TEXT_MAX).collect();
    (!text.is_empty()).then_some(text)
}

/// The text after a mark, up to the next tag or quotation mark.
fn after(bytes: &[u8], mark: &[u8]) -> Option<String> {
    let start = memmem::find(bytes, mark)? + mark.len();
    let rest = bytes.get(start..)?;
    let end = rest.iter().take(4 * TEXT_MAX).position(|byte| matches!(byte, b'<' | b'"' | 0))?;
    let text: String = String::from_utf8_lossy(rest.get(..end)?).trim().chars().take(TEXT_MAX).collect();
    (!text.is_empty()).then_some(text)
}

fn png_software(bytes: &[u8]) -> Option<String> {
    const MARK: &[u8] = b"tEXtSoftware\0";
    let at = memmem::find(bytes, MARK)?;
    let length = bytes.get(at.checked_sub(4)?..at)?.try_into().ok().map(u32::from_be_bytes)? as usize;
    let start = at + MARK.len();
    let end = start + length.checked_sub(MARK.len() - 4)?.min(4 * TEXT_MAX);
    let text: String = String::from_utf8_lossy(bytes.get(start..end)?).trim().chars().take(TEXT_MAX).collect();
    (!text.is_empty()).then_some(text)
}

/// The preview that the file keeps, turned as its picture is.
fn preview(exif: &Exif) -> Option<GrayImage> {
    let number = |tag: Tag| exif.get_field(tag, In::THUMBNAIL)?.value.get_uint(0);
    let start = number(Tag::JPEGInterchangeFormat)? as usize;
    let length = number(Tag::JPEGInterchangeFormatLength)? as usize;
    let bytes = exif.buf().get(start..start.checked_add(length)?)?;
    let mut reader = image::ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg);
    let mut limits = image::Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(PREVIEW_SIDE_MAX), Some(PREVIEW_SIDE_MAX));
    reader.limits(limits);
    let mut preview = reader.decode().ok()?;
    let turned = exif.get_field(Tag::Orientation, In::PRIMARY).and_then(|field| field.value.get_uint(0));
    let turned = turned.and_then(|turned| Orientation::from_exif(u8::try_from(turned).ok()?));
    preview.apply_orientation(turned.unwrap_or(Orientation::NoTransforms));
    Some(preview.into_luma8())
}

/// The correlation of a preview with its picture, the bars that cameras add around it cut off. `None` where there is too
/// little in it.
fn alike(preview: &GrayImage, pixels: &GrayImage) -> Option<f32> {
    let (width, height) = preview.dimensions();
    let wide = pixels.width() as f32 / pixels.height().max(1) as f32;
    let (inner_width, inner_height) = if wide > width as f32 / height.max(1) as f32 {
        (width, ((width as f32 / wide).round() as u32).clamp(1, height))
    } else {
        (((height as f32 * wide).round() as u32).clamp(1, width), height)
    };
    let (left, top) = ((width - inner_width) / 2, (height - inner_height) / 2);
    let small = image::imageops::thumbnail(pixels, inner_width, inner_height);
    let kept = image::imageops::crop_imm(preview, left, top, inner_width, inner_height).to_image();
    let a: Vec<f32> = small.as_raw().iter().map(|value| f32::from(*value)).collect();
    let b: Vec<f32> = kept.as_raw().iter().map(|value| f32::from(*value)).collect();
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len().max(1) as f32;
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    let (mut product, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (one, other) in a.iter().zip(&b) {
        product += (one - mean_a) * (other - mean_b);
        of_a += (one - mean_a).powi(2);
        of_b += (other - mean_b).powi(2);
    }
    let spread = |sum: f32| (sum / a.len().max(1) as f32).sqrt();
    (spread(of_a) >= PREVIEW_SPAN && spread(of_b) >= PREVIEW_SPAN).then(|| product / (of_a * of_b).sqrt())
}

/// Luminance table of the JPEG standard (ITU T.81, K.1) in the order in which files store it.
const STANDARD: [u16; 64] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113,
    121, 112, 100, 120, 92, 101, 103, 99,
];

/// The quality, 1 to 100, at which the common library would write these tables; `None` for a camera's own, and for what is
/// no JPEG.
fn quality(bytes: &[u8]) -> Option<u8> {
    let mut at = 2_usize;
    if bytes.get(..2)? != [0xff, 0xd8] {
        return None;
    }
    loop {
        let (marker, length) = match bytes.get(at..at.checked_add(4)?)? {
            [0xff, marker, high, low] => (*marker, usize::from(u16::from_be_bytes([*high, *low]))),
            _ => return None,
        };
        let segment = bytes.get(at + 4..at.checked_add(2)?.checked_add(length)?)?;
        match marker {
            0xdb if segment.first()? & 0x0f == 0 => {
                let table: Vec<u16> = match segment.first()? >> 4 {
                    0 => segment.get(1..65)?.iter().copied().map(u16::from).collect(),
                    _ => return None,
                };
                let written = |quality: u16| {
                    let scale = if quality < 50 { 5_000 / u32::from(quality) } else { 200 - 2 * u32::from(quality) };
                    let scaled = move |value: u16| ((u32::from(value) * scale + 50) / 100).clamp(1, 255);
                    STANDARD.iter().map(move |value| scaled(*value))
                };
                let own = || table.iter().map(|value| u32::from(*value));
                return (1..=100)
                    .find(|quality| written(*quality).eq(own()))
                    .and_then(|found| u8::try_from(found).ok());
            }
            0xda => return None,
            _ => {}
        }
        at = at.checked_add(2)?.checked_add(length)?;
    }
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, Luma};

    use super::*;

    /// A page with lines of text at places that depend on `seed`.
    fn page(width: u32, height: u32, seed: u32) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| {
            let (column, line) = (x * 40 / width, y * 30 / height);
            let ink = line % 2 == 1 && (column * 7 + line * 13 + seed * 29) % 11 < 6;
            Luma([if ink { 40 } else { 235 }])
        })
    }

    fn jpeg(pixels: &GrayImage, quality: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
        encoder.encode(pixels.as_raw(), pixels.width(), pixels.height(), ExtendedColorType::L8).unwrap();
        bytes
    }

    /// The JPEG with an EXIF segment: texts of the first directory, and a preview in the second.
    fn with_exif(jpeg: &[u8], texts: &[(u16, &str)], preview: Option<&[u8]>) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0".to_vec();
        let entries = texts.len() as u16;
        let mut data = 8 + 2 + 12 * texts.len() as u32 + 4;
        tiff.extend(entries.to_le_bytes());
        let mut values = Vec::new();
        for (tag, text) in texts {
            let bytes = [text.as_bytes(), b"\0\0\0\0"].concat();
            tiff.extend(tag.to_le_bytes());
            tiff.extend(2_u16.to_le_bytes());
            tiff.extend((bytes.len() as u32).to_le_bytes());
            tiff.extend(data.to_le_bytes());
            data += bytes.len() as u32;
            values.extend(bytes);
        }
        tiff.extend(if preview.is_some() { data } else { 0 }.to_le_bytes());
        tiff.extend(values);
        if let Some(preview) = preview {
            tiff.extend(2_u16.to_le_bytes());
            for (tag, value) in [(0x0201_u16, data + 2 + 24 + 4), (0x0202, preview.len() as u32)] {
                tiff.extend(tag.to_le_bytes());
                tiff.extend(4_u16.to_le_bytes());
                tiff.extend(1_u32.to_le_bytes());
                tiff.extend(value.to_le_bytes());
            }
            tiff.extend(0_u32.to_le_bytes());
            tiff.extend(preview);
        }
        let length = (2 + 6 + tiff.len()) as u16;
        [&jpeg[..2], &[0xff, 0xe1], &length.to_be_bytes(), b"Exif\0\0", &tiff, &jpeg[2..]].concat()
    }

    fn read_of(bytes: &[u8]) -> Picture {
        read(bytes, &image::load_from_memory(bytes).unwrap().into_luma8())
    }

    #[test]
    fn the_camera_and_the_program_are_told() {
        let texts = [
            (0x010f, "Example"),
            (0x0110, "Phone 9"),
            (0x0131, "Adobe Photoshop 25.0"),
            (0x0132, "2026:09:01 10:00:00"),
        ];
        let found = read_of(&with_exif(&jpeg(&page(400, 300, 1), 80), &texts, None));
        assert_eq!(found.camera.as_deref(), Some("Example Phone 9"));
        assert_eq!(found.software.as_deref(), Some("Adobe Photoshop 25.0"));
        assert_eq!(found.modified.as_deref(), Some("2026:09:01 10:00:00"));
        assert_eq!((found.generator, found.preview_differs), (None, None));
    }

    #[test]
    fn a_preview_of_another_picture_differs_and_its_own_does_not() {
        let pixels = page(800, 600, 1);
        let own = jpeg(&image::imageops::thumbnail(&pixels, 160, 120), 60);
        let other = jpeg(&page(160, 120, 5), 60);
        assert_eq!(read_of(&with_exif(&jpeg(&pixels, 80), &[], Some(&own))).preview_differs, None);
        assert!(read_of(&with_exif(&jpeg(&pixels, 80), &[], Some(&other))).preview_differs.is_some());
        // A picture of 16 to 9 has bars above and below in a preview of 4 to 3.
        let wide = page(1_600, 900, 1);
        let mut barred = GrayImage::from_pixel(160, 120, Luma([0]));
        image::imageops::overlay(&mut barred, &image::imageops::thumbnail(&wide, 160, 90), 0, 15);
        assert_eq!(read_of(&with_exif(&jpeg(&wide, 80), &[], Some(&jpeg(&barred, 60)))).preview_differs, None);
        // Nothing can be said of a blank one.
        let blank = jpeg(&GrayImage::from_pixel(160, 120, Luma([240])), 60);
        assert_eq!(read_of(&with_exif(&jpeg(&pixels, 80), &[], Some(&blank))).preview_differs, None);
    }

    #[test]
    fn the_quality_is_told_from_the_tables() {
        for quality in [50, 75, 92] {
            assert_eq!(read_of(&jpeg(&page(64, 64, 1), quality)).quality, Some(quality));
        }
    }

    #[test]
    fn a_program_that_makes_pictures_up_is_told() {
        let marked = [jpeg(&page(64, 64, 1), 80), b"<x Iptc4xmpExt:DigitalSourceType=\"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia\"/>".to_vec()].concat();
        assert_eq!(read_of(&marked).generator.as_deref(), Some("IPTC trainedAlgorithmicMedia"));
    }

    #[test]
    fn what_is_cut_gives_what_it_can() {
        let whole =
            with_exif(&jpeg(&page(200, 150, 1), 80), &[(0x0131, "GIMP 2.10")], Some(&jpeg(&page(160, 120, 1), 60)));
        let pixels = page(200, 150, 1);
        for length in 0..whole.len().min(3_000) {
            let _ = read(&whole[..length], &pixels);
        }
    }
}
