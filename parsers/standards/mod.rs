//! Interchange formats: the figures stand in named elements, not in a table.
//!
//! Each file here reads one of them; the result is proven by the same equations as a printed statement.

use model::document::MediaType;
use model::statement::Parsed;

/// `None` when the text is not what its media type says.
#[must_use]
pub fn parse(_media_type: MediaType, _text: &str) -> Option<Parsed> {
    None
}
