//! One applicant's request and what state it is in.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationState {
    /// Waiting for documents.
    Open,
    /// Documents are being read, or the assessment is not up to date with them.
    Processing,
    /// The decision takes every document into account.
    Assessed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// Stored; not read yet.
    Received,
    /// Read: it has statements.
    Parsed,
    /// It could not be read; an error says why.
    Failed,
}
