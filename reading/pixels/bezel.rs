//! The frame of a screen: a black band of even width around what is shown, with the room behind it outside.

use image::GrayImage;

use crate::grey::at;

/// Lines from the middle outwards that are followed to each side.
const LINES: u32 = 24;

/// Levels of a frame's black, and of what is on both sides of it.
const BLACK_MAX: u8 = 48;
const STEP_MIN: u8 = 28;

/// Width of a frame as a share of the shorter side: a telephone's is 1 %, a laptop's up to a tenth.
const WIDTH_MIN: f32 = 0.006;
const WIDTH_MAX: f32 = 0.14;

/// Lines of one side that must meet the frame.
const MET_SHARE: f32 = 0.6;

/// How far, as a share of the longer side, the frame's edge may lie beside one straight line.
const STRAIGHT: f32 = 0.008;

/// Sides with a frame from which it is a screen's: the fourth may lie outside the picture, or have keys below it.
const SIDES_MIN: usize = 3;

/// Whether the frame of a screen is in the picture, of which `small` is a copy with a longer side of 1,000 pixels or less.
pub fn surrounds(small: &GrayImage) -> bool {
    let (width, height) = (i64::from(small.width()), i64::from(small.height()));
    let shorter = width.min(height) as f32;
    let longer = width.max(height) as f32;
    let sides = [(true, 1), (true, -1), (false, 1), (false, -1)];
    let framed = sides.into_iter().filter(|(is_across, step)| {
        let (along, outward) = if *is_across { (height, width) } else { (width, height) };
        let met: Vec<(f32, f32)> = (0..i64::from(LINES))
            .filter_map(|line| {
                // The middle four fifths: at its corners a frame turns.
                let place = along / 10 + line * along * 8 / (10 * i64::from(LINES));
                let values: Vec<u8> = (0..outward / 2)
                    .map(|far| {
                        let from_middle = outward / 2 + step * far;
                        if *is_across { at(small, from_middle, place) } else { at(small, place, from_middle) }
                    })
                    .collect();
                Some((place as f32, frame(&values, shorter)? as f32))
            })
            .collect();
        met.len() as f32 >= MET_SHARE * LINES as f32 && is_straight(&met, STRAIGHT * longer)
    });
    framed.count() >= SIDES_MIN
}

/// Where a black band with lighter ground on both sides begins, going outwards; the outermost.
fn frame(values: &[u8], shorter: f32) -> Option<usize> {
    let mut found = None;
    let mut start = None;
    for (place, value) in values.iter().enumerate() {
        match (start, *value <= BLACK_MAX) {
            (None, true) => start = Some(place),
            (Some(from), false) => {
                let width = (place - from) as f32;
                let is_frame = (WIDTH_MIN * shorter..=WIDTH_MAX * shorter).contains(&width);
                let band = values.get(from..place).unwrap_or(&[]);
                let black = band.iter().copied().min().unwrap_or(u8::MAX);
                // Two pixels off, where the edge has been passed.
                let inside = from.checked_sub(3).and_then(|at| values.get(at)).copied().unwrap_or(0);
                let outside = values.get(place + 2).copied().unwrap_or(0);
                if is_frame && inside >= black.saturating_add(STEP_MIN * 2) && outside >= black.saturating_add(STEP_MIN)
                {
                    found = Some(from);
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// Whether most places lie on one line, which need not be level.
fn is_straight(places: &[(f32, f32)], tolerance: f32) -> bool {
    let count = places.len() as f32;
    // The line through the middles of both halves: one strange place does not turn it.
    let middle = |part: &[(f32, f32)]| {
        let mut across: Vec<f32> = part.iter().map(|(_, y)| *y).collect();
        let x = part.iter().map(|(x, _)| *x).sum::<f32>() / part.len().max(1) as f32;
        crate::grey::median(&mut across, f32::total_cmp).map(|y| (x, y))
    };
    let (first, second) = places.split_at(places.len() / 2);
    let (Some((x0, y0)), Some((x1, y1))) = (middle(first), middle(second)) else { return false };
    let slope = (y1 - y0) / (x1 - x0).max(1.0);
    let on = places.iter().filter(|(x, y)| (y0 + slope * (x - x0) - y).abs() <= tolerance).count() as f32;
    on >= 0.8 * count
}
