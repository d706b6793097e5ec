//! Where a figure stands, as the contract writes it and as a person says it.

use std::fmt;

use model::Source;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum SourceOut<'a> {
    /// `box` is `[x0, y0, x1, y1]` in fractions of the page, origin top left.
    Page {
        page: u32,
        #[serde(rename = "box")]
        area: [f32; 4],
    },
    Cell {
        sheet: &'a str,
        row: u32,
        column: u32,
    },
    Line {
        line: u32,
        column: u32,
    },
}

impl<'a> From<&'a Source> for SourceOut<'a> {
    fn from(source: &'a Source) -> Self {
        match source {
            Source::Page { page, area } => Self::Page { page: *page, area: [area.x0, area.y0, area.x1, area.y1] },
            Source::Cell { sheet, row, column } => Self::Cell { sheet, row: *row, column: *column },
            Source::Line { line, column } => Self::Line { line: *line, column: *column },
        }
    }
}

/// `page 1 [0.08 0.21 0.95 0.23]`, `Sheet1 row 18 column 3`, `line 18 column 3`.
impl fmt::Display for SourceOut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page { page, area: [x0, y0, x1, y1] } => write!(f, "page {page} [{x0} {y0} {x1} {y1}]"),
            Self::Cell { sheet, row, column } => write!(f, "{sheet} row {row} column {column}"),
            Self::Line { line, column } => write!(f, "line {line} column {column}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::source::Area;

    #[test]
    fn a_box_prints_as_short_as_it_can() {
        let source = Source::Page { page: 1, area: Area { x0: 0.08, y0: 0.21, x1: 0.95, y1: 1.0 } };
        let json = serde_json::to_string(&SourceOut::from(&source)).unwrap();
        assert_eq!(json, r#"{"page":1,"box":[0.08,0.21,0.95,1.0]}"#);
    }
}
