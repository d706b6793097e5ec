//! Where a value stands in a text: line and character column, both from 1.

use model::Source;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

impl Place {
    pub const START: Self = Self { line: 1, column: 1 };

    #[must_use]
    pub const fn source(self) -> Source {
        Source::Line { line: self.line, column: self.column }
    }
}

/// Byte offsets → places. Walks forward, so that a file whose every element stands on one line is read once.
#[derive(Debug)]
pub struct Cursor<'t> {
    text: &'t str,
    offset: usize,
    place: Place,
    after_carriage_return: bool,
}

impl<'t> Cursor<'t> {
    #[must_use]
    pub const fn new(text: &'t str) -> Self {
        Self { text, offset: 0, place: Place::START, after_carriage_return: false }
    }

    /// The place of the character at a byte offset. `\n`, `\r\n` and a lone `\r` end a line.
    pub fn place(&mut self, offset: usize) -> Place {
        if offset < self.offset {
            *self = Self::new(self.text);
        }
        let passed = self.text.get(self.offset..offset).unwrap_or("");
        for character in passed.chars() {
            match character {
                // The second half of `\r\n`.
                '\n' if self.after_carriage_return => {}
                '\n' | '\r' => {
                    self.place = Place { line: self.place.line.saturating_add(1), column: 1 };
                }
                _ => self.place.column = self.place.column.saturating_add(1),
            }
            self.after_carriage_return = character == '\r';
        }
        self.offset += passed.len();
        self.place
    }
}

/// A line without its end, and the number it has in the file.
#[derive(Debug, Clone, Copy)]
pub struct Line<'t> {
    pub number: u32,
    pub text: &'t str,
}

impl Line<'_> {
    /// The place of the character at a byte offset of the line.
    #[must_use]
    pub fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or("").chars().count();
        Place { line: self.number, column: u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1) }
    }
}

/// All lines of a text.
pub fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut rest = Some(text);
    let mut number = 0_u32;
    std::iter::from_fn(move || {
        let text = rest?;
        number = number.saturating_add(1);
        let Some(end) = text.find(['\n', '\r']) else {
            rest = None;
            return Some(Line { number, text });
        };
        let (line, tail) = text.split_at(end);
        rest = Some(tail.strip_prefix("\r\n").or_else(|| tail.get(1..)).unwrap_or(""));
        Some(Line { number, text: line })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let text = "甲b\r\nc\rd\ne";
        let mut cursor = Cursor::new(text);
        let place = |cursor: &mut Cursor<'_>, what: &str| {
            let place = cursor.place(text.find(what).unwrap());
            (place.line, place.column)
        };
        assert_eq!(place(&mut cursor, "b"), (1, 2));
        assert_eq!(place(&mut cursor, "c"), (2, 1));
        assert_eq!(place(&mut cursor, "d"), (3, 1));
        assert_eq!(place(&mut cursor, "e"), (4, 1));
        assert_eq!(place(&mut cursor, "甲"), (1, 1));
        let seen: Vec<(u32, &str)> = lines(text).map(|l| (l.number, l.text)).collect();
        assert_eq!(seen, vec![(1, "甲b"), (2, "c"), (3, "d"), (4, "e")]);
    }
}
