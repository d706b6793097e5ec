//! Boxes drawn around places of a page, each with its number, for people who look at evidence.

use image::{Rgb, RgbImage};
use model::source::Area;

/// A place to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    pub area: Area,
    /// Written beside the box.
    pub number: u32,
    pub color: [u8; 3],
}

/// Of the picture's longer side: a box's line, and the pixels that digits are made of.
const LINE_SHARE: u32 = 600;

/// Of the picture's longer side: the space between a box and what it shows.
const SPACE_SHARE: u32 = 250;

/// Digits of 3 by 5 dots, row by row from the top, the leftmost dot in the highest of three bits.
pub const DIGITS: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b010, 0b010, 0b010],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];

/// Draws the marks onto a picture of the page.
pub fn draw(pixels: &mut RgbImage, marks: &[Mark]) {
    let (width, height) = pixels.dimensions();
    let long = width.max(height);
    let (line, space) = ((long / LINE_SHARE).max(1), (long / SPACE_SHARE).max(2));
    for mark in marks {
        let at = |share: f32, side: u32| (share.clamp(0.0, 1.0) * side as f32) as u32;
        let (x0, x1) = (at(mark.area.x0, width).saturating_sub(space), (at(mark.area.x1, width) + space).min(width));
        let (y0, y1) = (at(mark.area.y0, height).saturating_sub(space), (at(mark.area.y1, height) + space).min(height));
        let color = Rgb(mark.color);
        fill(pixels, [x0, y0, x1, (y0 + line).min(y1)], color);
        fill(pixels, [x0, y1.saturating_sub(line).max(y0), x1, y1], color);
        fill(pixels, [x0, y0, (x0 + line).min(x1), y1], color);
        fill(pixels, [x1.saturating_sub(line).max(x0), y0, x1, y1], color);
        label(pixels, (x0, y0), line, mark.number, color);
    }
}

/// The number on a ground of the box's colour, above its left upper corner, or inside where nothing is above.
fn label(pixels: &mut RgbImage, (x, y): (u32, u32), line: u32, number: u32, color: Rgb<u8>) {
    let digits: Vec<usize> = number.to_string().bytes().map(|digit| usize::from(digit - b'0')).collect();
    let dot = line.max(2);
    let count = u32::try_from(digits.len()).unwrap_or(1);
    let (width, height) = ((4 * count + 1) * dot, 7 * dot);
    let top = y.saturating_sub(height);
    fill(pixels, [x, top, x + width, top + height], color);
    for (place, digit) in (0_u32..).zip(digits) {
        for (row, bits) in (0_u32..).zip(DIGITS.get(digit).into_iter().flatten()) {
            for column in 0..3 {
                if bits >> (2 - column) & 1 == 1 {
                    let (left, above) = (x + (4 * place + 1 + column) * dot, top + (1 + row) * dot);
                    fill(pixels, [left, above, left + dot, above + dot], Rgb([255, 255, 255]));
                }
            }
        }
    }
}

/// Fills a rectangle as far as it lies in the picture.
fn fill(pixels: &mut RgbImage, [x0, y0, x1, y1]: [u32; 4], color: Rgb<u8>) {
    for y in y0..y1 {
        for x in x0..x1 {
            if let Some(pixel) = pixels.get_pixel_mut_checked(x, y) {
                *pixel = color;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_drawn_around_its_place_and_leaves_it_readable() {
        let mut pixels = RgbImage::from_pixel(600, 400, Rgb([250, 250, 250]));
        let area = Area { x0: 0.5, y0: 0.5, x1: 0.75, y1: 0.6 };
        draw(&mut pixels, &[Mark { area, number: 12, color: [200, 0, 0] }]);
        assert_eq!(pixels.get_pixel(298, 220).0, [200, 0, 0], "the left line");
        assert_eq!(pixels.get_pixel(375, 198).0, [200, 0, 0], "the upper line");
        assert_eq!(pixels.get_pixel(375, 220).0, [250, 250, 250], "the place itself");
        assert!(pixels.pixels().any(|pixel| pixel.0 == [255, 255, 255]), "the number");
    }

    #[test]
    fn a_box_at_the_edge_or_beyond_it_is_no_matter() {
        let mut pixels = RgbImage::from_pixel(20, 20, Rgb([0, 0, 0]));
        let area = Area { x0: -1.0, y0: 0.0, x1: 3.0, y1: 1.0 };
        draw(&mut pixels, &[Mark { area, number: 4_000_000_000, color: [1, 2, 3] }]);
        assert_eq!(pixels.get_pixel(0, 10).0, [1, 2, 3]);
    }
}
