//! Where on a document a figure stands.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A rectangle in fractions of the page, origin top left: `[x0, y0, x1, y1]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Area {
    pub x0: f32,
    pub y0: f32,
    pub x1: f32,
    pub y1: f32,
}

impl Area {
    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }
}

/// The place of a figure in its document. All numbers count from 1, as a person counts them in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Page {
        page: u32,
        area: Area,
    },
    Cell {
        sheet: Arc<str>,
        row: u32,
        column: u32,
    },
    /// `line` is the physical line the record starts on, `column` the field in it.
    Line {
        line: u32,
        column: u32,
    },
}

/// A value and the place it was read from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sourced<T> {
    pub value: T,
    pub source: Source,
}

impl<T> Sourced<T> {
    pub const fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }
}
