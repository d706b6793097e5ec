//! Whether a picture is worth reading: said at once, in terms of what its owner can do about it.
//!
//! The engine's own confidence decides; the measures of the picture only say why.

use image::RgbImage;
use model::failure::PictureFault;

use super::Line;

/// Characters this small (in pixels) are not told apart: on the drawn sets amounts go wrong below 10.
const TEXT_HEIGHT_MIN: f32 = 8.0;
/// Mean confidence of the characters below which a reading is nonsense. Readable photographs stay above 0.9; text out
/// of focus that nobody can read is under 0.7.
const CONFIDENCE_MIN: f32 = 0.75;
/// Below this text height, size is the likelier reason for a low confidence than focus.
const TEXT_HEIGHT_SMALL: f32 = 13.0;
/// Share of pixels that are pure white on a page whose paper is not.
const GLARE_SHARE: f32 = 0.05;
const WHITE: u8 = 250;
/// Paper's lightness below which a picture is too dark.
const PAPER_DARK: u8 = 70;
/// Neighbouring pixels of sharp text differ somewhere by most of the range between ink and paper.
const SHARP_STEP_SHARE: f32 = 0.35;
/// Pixels looked at along each side.
const SAMPLES: u32 = 600;

/// `None` when the lines are worth handing on.
pub fn fault(picture: &RgbImage, lines: &[Line], text_height: f32) -> Option<PictureFault> {
    let characters: usize = lines.iter().map(|line| line.glyphs.len()).sum();
    if characters == 0 {
        return Some(light(picture).unwrap_or(PictureFault::NoText));
    }
    if text_height < TEXT_HEIGHT_MIN {
        return Some(PictureFault::TooSmall);
    }
    let confidence: f32 =
        lines.iter().flat_map(|line| &line.glyphs).map(|glyph| glyph.confidence).sum::<f32>() / characters as f32;
    if confidence >= CONFIDENCE_MIN {
        return None;
    }
    let why = if text_height < TEXT_HEIGHT_SMALL { Some(PictureFault::TooSmall) } else { light(picture) };
    Some(why.unwrap_or(if is_sharp(picture) { PictureFault::Unclear } else { PictureFault::Blurred }))
}

/// Glare or darkness, when it is plain.
fn light(picture: &RgbImage) -> Option<PictureFault> {
    let step = |side: u32| (side / SAMPLES).max(1) as usize;
    let columns = step(picture.width());
    let mut lights: Vec<u8> = picture
        .rows()
        .step_by(step(picture.height()))
        .flat_map(|row| row.step_by(columns).map(|pixel| pixel.0.into_iter().min().unwrap_or(0)))
        .collect();
    if lights.is_empty() {
        return None;
    }
    let white = lights.iter().filter(|light| **light >= WHITE).count() as f32 / lights.len() as f32;
    let place = lights.len() * 3 / 4;
    let paper = *lights.select_nth_unstable(place).1;
    if paper < PAPER_DARK {
        Some(PictureFault::TooDark)
    } else if paper < WHITE && white > GLARE_SHARE {
        Some(PictureFault::Glare)
    } else {
        None
    }
}

/// Whether anything in the picture has a sharp edge.
fn is_sharp(picture: &RgbImage) -> bool {
    let mut steps = [0_u32; 256];
    let (mut darkest, mut lightest) = (255_u8, 0_u8);
    for row in picture.rows().step_by((picture.height() / SAMPLES).max(1) as usize) {
        let mut before: Option<u8> = None;
        for pixel in row {
            let [_, green, _] = pixel.0;
            (darkest, lightest) = (darkest.min(green), lightest.max(green));
            if let Some(count) = before.and_then(|before| steps.get_mut(usize::from(before.abs_diff(green)))) {
                *count += 1;
            }
            before = Some(green);
        }
    }
    let needed = f32::from(lightest.saturating_sub(darkest)) * SHARP_STEP_SHARE;
    let sharp: u32 =
        (0_u8..=u8::MAX).zip(steps).filter(|(size, _)| f32::from(*size) >= needed).map(|(_, count)| count).sum();
    let all: u32 = steps.iter().sum();
    // One edge in a thousand pixels: noise makes fewer, a page of text has fifty.
    u64::from(sharp) * 1_000 > u64::from(all)
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use model::page::Change;

    use super::*;
    use crate::Glyph;

    fn line(confidence: f32) -> Line {
        let doubts: Vec<(Change, f32)> = Vec::new();
        let glyph = Glyph { character: '1', left: 0.0, right: 1.0, confidence, doubts };
        Line { quad: [[0.0, 0.0], [30.0, 0.0], [30.0, 30.0], [0.0, 30.0]], glyphs: vec![glyph] }
    }

    #[test]
    fn confident_text_is_handed_on_whatever_the_picture_is_like() {
        let gray = RgbImage::from_pixel(100, 100, Rgb([40; 3]));
        assert_eq!(fault(&gray, &[line(0.99)], 30.0), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let gray = RgbImage::from_pixel(100, 100, Rgb([200; 3]));
        let dark = RgbImage::from_pixel(100, 100, Rgb([40; 3]));
        let glare = RgbImage::from_fn(100, 100, |x, _| if x < 10 { Rgb([255; 3]) } else { Rgb([180; 3]) });
        assert_eq!(fault(&gray, &[], 25.0), Some(PictureFault::NoText));
        assert_eq!(fault(&gray, &[line(0.99)], 7.0), Some(PictureFault::TooSmall));
        assert_eq!(fault(&gray, &[line(0.5)], 12.0), Some(PictureFault::TooSmall));
        assert_eq!(fault(&dark, &[line(0.5)], 30.0), Some(PictureFault::TooDark));
        assert_eq!(fault(&glare, &[line(0.5)], 30.0), Some(PictureFault::Glare));
        let soft = RgbImage::from_fn(100, 100, |x, _| Rgb([(x * 2) as u8 + 50; 3]));
        assert_eq!(fault(&soft, &[line(0.5)], 30.0), Some(PictureFault::Blurred));
    }
}
