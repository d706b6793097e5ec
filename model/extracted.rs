//! One file as far as it could be understood: its statements, or why there are none.

use serde::{Deserialize, Serialize};

use crate::document::{FileFacts, MediaType};
use crate::failure::Failure;
use crate::statement::Parsed;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extracted {
    /// As given; a file in an archive is `archive.zip/inner.csv`.
    pub name: String,
    /// Of the file's bytes, 64 hex digits; `None` when there are none (an archive's entry that does not open).
    pub sha256: Option<String>,
    /// `None` when the kind is none that can be read.
    pub media_type: Option<MediaType>,
    /// `None` for what has no pages, or could not be read so far as to count them.
    pub pages: Option<u32>,
    pub outcome: Result<ReadDocument, Failure>,
}

/// A document with a known layout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadDocument {
    /// With the reader's problems before the parser's own.
    pub parsed: Parsed,
    pub facts: FileFacts,
}
