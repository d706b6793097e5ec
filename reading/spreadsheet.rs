//! Workbooks.
use crate::{Limits, ReadError};
use model::document::{Document, MediaType};
pub fn read(
    _bytes: &[u8],
    _media_type: MediaType,
    _passwords: &[&str],
    _limits: &Limits,
) -> Result<Document, ReadError> {
    Err(ReadError::Empty)
}
