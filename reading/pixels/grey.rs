//! Rectangles of a grey picture.

use image::GrayImage;
use model::source::Area;

/// A rectangle in pixels, inside its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub x0: u32,
    pub y0: u32,
    /// Not included.
    pub x1: u32,
    /// Not included.
    pub y1: u32,
}

impl Window {
    /// The rectangle of an area in fractions; `None` where nothing of it is left.
    pub fn of(pixels: &GrayImage, area: Area) -> Option<Self> {
        let (width, height) = pixels.dimensions();
        let at = |share: f32, side: u32| ((share.clamp(0.0, 1.0) * side as f32).round() as u32).min(side);
        let (x0, x1) = (at(area.x0, width), at(area.x1, width));
        let (y0, y1) = (at(area.y0, height), at(area.y1, height));
        (x0 < x1 && y0 < y1).then_some(Self { x0, y0, x1, y1 })
    }

    pub const fn width(&self) -> u32 {
        self.x1 - self.x0
    }

    pub const fn height(&self) -> u32 {
        self.y1 - self.y0
    }

    /// With a margin around it, as far as the picture goes.
    pub fn grown(&self, pixels: &GrayImage, across: u32, down: u32) -> Self {
        let (width, height) = pixels.dimensions();
        Self {
            x0: self.x0.saturating_sub(across),
            y0: self.y0.saturating_sub(down),
            x1: self.x1.saturating_add(across).min(width),
            y1: self.y1.saturating_add(down).min(height),
        }
    }

    pub fn pixels<'a>(&self, of: &'a GrayImage) -> impl Iterator<Item = u8> + 'a {
        let window = *self;
        (window.y0..window.y1).flat_map(move |y| row(of, y, window.x0, window.x1).iter().copied())
    }
}

/// Part of a row; empty where it lies outside.
pub fn row(of: &GrayImage, y: u32, x0: u32, x1: u32) -> &[u8] {
    let width = of.width() as usize;
    let start = y as usize * width;
    of.as_raw().get(start + x0 as usize..start + (x1 as usize).min(width)).unwrap_or(&[])
}

/// A pixel; the nearest inside for one outside.
pub fn at(of: &GrayImage, x: i64, y: i64) -> u8 {
    let (width, height) = of.dimensions();
    let inside = |value: i64, side: u32| value.clamp(0, i64::from(side.saturating_sub(1))) as u32;
    of.get_pixel_checked(inside(x, width), inside(y, height)).map_or(0, |pixel| pixel.0[0])
}

/// The middle value; `None` of nothing.
pub fn median<T: Copy>(values: &mut [T], order: impl Fn(&T, &T) -> std::cmp::Ordering) -> Option<T> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    Some(*values.select_nth_unstable_by(middle, order).1)
}
