//! A path, as far as it can be a ruled line.

use super::matrix::Matrix;

/// Straight pieces of one path, beyond which it is a drawing and no ruled line.
const PIECES_MAX: usize = 20_000;

/// Points by which the ends of a side may differ for a box to count as upright.
const UPRIGHT_TOLERANCE: f32 = 0.05;

/// A straight line from one point to another.
type Piece = ((f32, f32), (f32, f32));

/// A path on the page, as far as it is straight.
#[derive(Debug, Default)]
pub struct Path {
    pub pieces: Vec<Piece>,
    /// Index in `pieces` of the first of each outline.
    starts: Vec<usize>,
    pub boxes: Vec<[f32; 4]>,
    first: (f32, f32),
    at: (f32, f32),
    /// It has curves or more pieces than a table has lines.
    pub is_drawing: bool,
}

impl Path {
    pub fn clear(&mut self) {
        self.pieces.clear();
        self.starts.clear();
        self.boxes.clear();
        self.is_drawing = false;
    }

    pub fn move_to(&mut self, point: (f32, f32)) {
        self.first = point;
        self.at = point;
        if self.starts.len() < PIECES_MAX {
            self.starts.push(self.pieces.len());
        }
    }

    pub fn line_to(&mut self, point: (f32, f32)) {
        if self.pieces.len() < PIECES_MAX {
            self.pieces.push((self.at, point));
        } else {
            self.is_drawing = true;
        }
        self.at = point;
    }

    pub fn curve_to(&mut self, point: (f32, f32)) {
        self.is_drawing = true;
        self.at = point;
    }

    pub fn close(&mut self) {
        if self.at != self.first {
            self.line_to(self.first);
        }
    }

    pub fn rectangle(&mut self, matrix: Matrix, x: f32, y: f32, width: f32, height: f32) {
        let (a, b) = (matrix.apply(x, y), matrix.apply(x + width, y + height));
        // Turned by anything but quarters it is no box of a table.
        let straight = (matrix.b == 0.0 && matrix.c == 0.0) || (matrix.a == 0.0 && matrix.d == 0.0);
        if straight && self.boxes.len() < PIECES_MAX {
            self.boxes.push([a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1)]);
        }
        self.first = matrix.apply(x, y);
        self.at = self.first;
    }

    /// The outlines that are upright boxes, drawn as such or side by side.
    pub fn upright_boxes(&self) -> impl Iterator<Item = [f32; 4]> + '_ {
        let straight = |pieces: &&[Piece]| {
            let level = |(from, to): &Piece| {
                (from.0 - to.0).abs() < UPRIGHT_TOLERANCE || (from.1 - to.1).abs() < UPRIGHT_TOLERANCE
            };
            (3..=5).contains(&pieces.len()) && pieces.iter().all(level)
        };
        self.boxes.iter().copied().chain(self.sides().filter(straight).filter_map(bounds))
    }

    /// The bounding boxes of its outlines.
    pub fn outlines(&self) -> impl Iterator<Item = [f32; 4]> + '_ {
        self.sides().filter_map(bounds)
    }

    fn sides(&self) -> impl Iterator<Item = &[Piece]> + '_ {
        let ends = self.starts.iter().copied().skip(1).chain([self.pieces.len()]);
        self.starts.iter().zip(ends).filter_map(|(&start, end)| self.pieces.get(start..end))
    }
}

fn bounds(pieces: &[Piece]) -> Option<[f32; 4]> {
    let (first, _) = *pieces.first()?;
    let around = |[x0, y0, x1, y1]: [f32; 4], (x, y): (f32, f32)| [x0.min(x), y0.min(y), x1.max(x), y1.max(y)];
    let bounds = [first.0, first.1, first.0, first.1];
    Some(pieces.iter().fold(bounds, |bounds, &(_, to)| around(bounds, to)))
}
