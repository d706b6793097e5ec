//! [`Document`] → [`Parsed`]: every folder here is an issuer, every file is the engine.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

use model::document::Document;
use model::statement::Parsed;

/// Why a readable document is no statement.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    #[error("the document has no text")]
    Empty,
    #[error("the document has pages without a text layer only")]
    NoTextLayer,
    #[error("no known layout fits the document")]
    NotAStatement,
}

/// Tells the layout and reads the statements.
///
/// # Errors
/// [`ParseError`]; parts that could not be read are problems of the result instead.
pub fn parse(_document: &Document) -> Result<Parsed, ParseError> {
    Err(ParseError::NotAStatement)
}

/// One line of `xinge parsers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutSummary {
    pub id: String,
    pub version: u32,
    pub kind: &'static str,
    pub title: String,
    pub media: Vec<&'static str>,
}

/// Every layout this build knows, in the order of their ids.
#[must_use]
pub fn layouts() -> Vec<LayoutSummary> {
    Vec::new()
}
