//! PDF text layers.
use crate::{Limits, ReadError};
use model::document::Document;
pub fn read(_bytes: &[u8], _passwords: &[&str], _limits: &Limits) -> Result<Document, ReadError> {
    Err(ReadError::Empty)
}
