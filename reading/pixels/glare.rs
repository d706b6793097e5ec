//! Light mirrored on a page: a place so bright that nothing is left of the text on it.

use image::GrayImage;

use crate::grey::median;

/// Side of the tiles that the picture is cut into, pixels of its small copy.
const TILE: u32 = 8;

/// A level that only light makes on a page whose paper is below it.
const WHITE: u8 = 250;
const PAPER_MAX: u8 = 236;

/// A tile with a pixel so much darker than its mean has ink on it.
const INK_DEPTH: u8 = 22;

/// Washed tiles in one place, as a share of all, from which figures are lost: a column's width by two rows.
const AREA_MIN: f32 = 0.003;

/// Of the rows of tiles through the bright place, those that have text on both of its sides: the margin of a page has none.
const BETWEEN_TEXT: f32 = 0.6;

/// Grey levels by which the ring around the place is lighter than paper: light fades out, white paint does not.
const FADE_MIN: f32 = 4.0;

struct Tile {
    mean: u8,
    is_washed: bool,
    has_ink: bool,
}

/// Whether light has washed text out. `small` is the picture with its longer side of 1,000 pixels or less.
pub fn washes_text(small: &GrayImage) -> bool {
    let (columns, rows) = (small.width() / TILE, small.height() / TILE);
    let tiles: Vec<Tile> =
        (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row))).map(|at| tile(small, at)).collect();
    let mut papers: Vec<u8> = tiles.iter().filter(|tile| !tile.has_ink).map(|tile| tile.mean).collect();
    let Some(paper) = median(&mut papers, u8::cmp).filter(|paper| *paper <= PAPER_MAX) else { return false };
    let columns = columns as usize;
    let mut seen = vec![false; tiles.len()];
    for start in 0..tiles.len() {
        let mut waiting = vec![start];
        let mut place: Vec<usize> = Vec::new();
        while let Some(at) = waiting.pop() {
            let is_new = tiles.get(at).is_some_and(|tile| tile.is_washed)
                && seen.get_mut(at).is_some_and(|seen| !std::mem::replace(seen, true));
            if is_new {
                place.push(at);
                waiting.extend(near(at, columns));
            }
        }
        let is_large = place.len() as f32 >= AREA_MIN * tiles.len() as f32;
        if is_large && lies_between_text(&tiles, columns, &place) && fades(&tiles, columns, &place, paper) {
            return true;
        }
    }
    false
}

fn tile(small: &GrayImage, (column, row): (u32, u32)) -> Tile {
    let (mut sum, mut least) = (0_u32, u8::MAX);
    for y in row * TILE..(row + 1) * TILE {
        for value in crate::grey::row(small, y, column * TILE, (column + 1) * TILE) {
            sum += u32::from(*value);
            least = least.min(*value);
        }
    }
    let mean = u8::try_from(sum / (TILE * TILE)).unwrap_or(u8::MAX);
    Tile { mean, is_washed: least >= WHITE, has_ink: mean.saturating_sub(least) >= INK_DEPTH }
}

/// The tiles beside, above and below; those beyond the picture are left out by their number.
fn near(at: usize, columns: usize) -> impl Iterator<Item = usize> {
    let column = at % columns.max(1);
    let left = (column > 0).then(|| at - 1);
    let right = (column + 1 < columns).then_some(at + 1);
    [left, right, at.checked_sub(columns), at.checked_add(columns)].into_iter().flatten()
}

fn lies_between_text(tiles: &[Tile], columns: usize, place: &[usize]) -> bool {
    let mut rows: Vec<(usize, usize, usize)> = Vec::new();
    let mut sorted = place.to_vec();
    sorted.sort_unstable();
    for at in sorted {
        let (row, column) = (at / columns, at % columns);
        match rows.last_mut() {
            Some((last, _, right)) if *last == row => *right = column,
            _ => rows.push((row, column, column)),
        }
    }
    let has_ink = |row: usize, columns_of: std::ops::Range<usize>| {
        tiles
            .get(row * columns + columns_of.start..row * columns + columns_of.end)
            .is_some_and(|tiles| tiles.iter().filter(|tile| tile.has_ink).count() >= 2)
    };
    let between = rows.iter().filter(|(row, left, right)| has_ink(*row, 0..*left) && has_ink(*row, right + 1..columns));
    between.count() as f32 >= BETWEEN_TEXT * rows.len() as f32
}

fn fades(tiles: &[Tile], columns: usize, place: &[usize], paper: u8) -> bool {
    let ring: Vec<u8> = place
        .iter()
        .flat_map(|at| near(*at, columns))
        .filter_map(|at| tiles.get(at))
        .filter(|tile| !tile.is_washed && !tile.has_ink)
        .map(|tile| tile.mean)
        .collect();
    let mean = ring.iter().map(|value| f32::from(*value)).sum::<f32>() / ring.len().max(1) as f32;
    !ring.is_empty() && mean >= f32::from(paper) + FADE_MIN
}
