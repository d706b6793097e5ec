//! Matrix codes (QR): what they hold.

use image::GrayImage;
use model::Source;
use model::forensics::MatrixCode;
use model::source::Area;

/// Codes of one picture. Papers have one; a poster of a shop's wallets has two or three.
const CODES_MAX: usize = 8;

/// Characters kept of a code: the largest holds 4,296 letters, an address with a signature some 500.
const PAYLOAD_MAX: usize = 1_024;

/// Pixels looked at: a code of 40 modules in an A4 page of 1.5 million pixels has 3 pixels a module still.
const PIXELS_MAX: u64 = 6_000_000;

/// The codes of a picture that can be read. `place` turns an area of the picture, in fractions, into what it is a source
/// of.
pub fn find(pixels: &GrayImage, place: impl Fn(Area) -> Source) -> Vec<MatrixCode> {
    let (width, height) = pixels.dimensions();
    let count = u64::from(width) * u64::from(height);
    if count > PIXELS_MAX {
        let share = (PIXELS_MAX as f64 / count as f64).sqrt();
        let side = |side: u32| ((f64::from(side) * share) as u32).max(1);
        return find(&image::imageops::thumbnail(pixels, side(width), side(height)), place);
    }
    let value = |x: usize, y: usize| {
        let (x, y) = (u32::try_from(x).unwrap_or(u32::MAX), u32::try_from(y).unwrap_or(u32::MAX));
        pixels.get_pixel_checked(x, y).map_or(u8::MAX, |pixel| pixel.0[0])
    };
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width as usize, height as usize, value);
    let mut found = Vec::new();
    for grid in prepared.detect_grids() {
        let Ok((_, payload)) = grid.decode() else { continue };
        if found.len() == CODES_MAX {
            break;
        }
        let share = |at: i32, side: u32| (at as f32 / side.max(1) as f32).clamp(0.0, 1.0);
        let xs = grid.bounds.map(|corner| share(corner.x, width));
        let ys = grid.bounds.map(|corner| share(corner.y, height));
        let least = |values: [f32; 4]| values.into_iter().fold(1.0, f32::min);
        let most = |values: [f32; 4]| values.into_iter().fold(0.0, f32::max);
        let area = Area { x0: least(xs), y0: least(ys), x1: most(xs), y1: most(ys) };
        let payload: String = payload.chars().take(PAYLOAD_MAX).collect();
        found.push(MatrixCode { source: Some(place(area)), payload: payload.into() });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code drawn at a number of pixels a module, on a page.
    fn page(payload: &str, module: u32, (x, y): (u32, u32)) -> GrayImage {
        let code = qrcode::QrCode::new(payload.as_bytes()).unwrap();
        let width = code.width() as u32;
        let dark: Vec<bool> = code.to_colors().iter().map(|color| *color == qrcode::Color::Dark).collect();
        GrayImage::from_fn(800, 600, |px, py| {
            let inside = |at: u32, from: u32| (from..from + width * module).contains(&at).then(|| (at - from) / module);
            match (inside(px, x), inside(py, y)) {
                (Some(column), Some(row)) if dark[(row * width + column) as usize] => image::Luma([10]),
                _ => image::Luma([245]),
            }
        })
    }

    fn read(pixels: &GrayImage) -> Vec<String> {
        find(pixels, |area| Source::Page { page: 1, area }).into_iter().map(|code| code.payload.to_string()).collect()
    }

    #[test]
    fn a_code_is_read_where_it_stands() {
        let payload = "https://verify.example.cn/q?no=2026090100012345&amt=1280.00";
        let found = find(&page(payload, 4, (500, 60)), |area| Source::Page { page: 2, area });
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].payload, payload);
        let Some(Source::Page { page, area }) = &found[0].source else { panic!() };
        assert_eq!(*page, 2);
        assert!((area.x0 - 0.625).abs() < 0.02 && (area.y0 - 0.1).abs() < 0.02, "{area:?}");
    }

    #[test]
    fn a_small_or_compressed_one_is_read_and_a_page_without_one_gives_none() {
        assert_eq!(read(&page("1234567890123456", 2, (100, 100))), ["1234567890123456"]);
        let mut bytes = Vec::new();
        let pixels = page("流水号 2026090100012345", 4, (100, 100));
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 40).encode_image(&pixels).unwrap();
        let again = image::load_from_memory(&bytes).unwrap().into_luma8();
        assert_eq!(read(&again), ["流水号 2026090100012345"]);
        assert!(read(&GrayImage::from_pixel(300, 300, image::Luma([250]))).is_empty());
    }
}
