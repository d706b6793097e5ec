//! Why a file gave no statements: everything that can stop it on the way from bytes to statements.
//!
//! The stages have error types of their own; this is their common form, which can be stored. What a caller is
//! told about it (code, words, HTTP status) is `src/wire/failure.rs`.

use serde::{Deserialize, Serialize};

use crate::document::MediaType;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "failure", rename_all = "snake_case")]
pub enum Failure {
    #[error("there is no such file")]
    Missing,
    /// The operating system gave no bytes: no permission, a fault of the disk.
    #[error("the file could not be opened: {detail}")]
    Unopenable { detail: String },
    #[error("the file is empty")]
    Empty,
    /// Readable, but there is no text in it.
    #[error("the document has no text")]
    NoText,
    #[error("the file is of a kind that cannot be read: {found}")]
    Unsupported { found: String },
    #[error("a password is needed to open the {}", media_type.as_str())]
    PasswordRequired { media_type: MediaType },
    #[error("none of the passwords opens the {}", media_type.as_str())]
    WrongPassword { media_type: MediaType },
    #[error("the {} is damaged: {detail}", media_type.as_str())]
    Corrupt { media_type: MediaType, detail: String },
    /// Larger than `limit` bytes.
    #[error("too large: more than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("too many pages: {found}, at most {limit}")]
    TooManyPages { found: u32, limit: u32 },
    /// A bound on work or memory was reached: nesting, unpacked size, operators.
    #[error("more work than allowed: {what}")]
    ResourceLimit { what: String },
    #[error("not done within {seconds} s")]
    Timeout { seconds: u64 },
    /// Pictures of pages only.
    #[error("the document has pages without a text layer only")]
    NoTextLayer,
    /// A picture that was looked at and cannot be read with confidence.
    #[error("the picture cannot be read: {fault:?}")]
    UnreadablePicture { fault: PictureFault },
    /// No engine that reads pictures is set up here: the operator's business, not the borrower's.
    #[error("no engine that reads pictures is set up; `.ci/models` fetches one")]
    NoRecognizer,
    /// The engine that reads pictures failed: the operator's business too.
    #[error("the engine that reads pictures failed: {detail}")]
    Recognizer { detail: String },
    #[error("no known layout fits the document")]
    NotAStatement,
    /// Somebody who looks after jobs said that it is not to be read.
    #[error("reading the file was cancelled")]
    Cancelled,
    /// A defect of ours that this file brought out. The panic's own words may quote the document: not kept.
    #[error("the program failed while {doing} the file")]
    Panicked { doing: String },
}

/// What is wrong with a picture, by what its owner can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureFault {
    /// No text was found at all.
    NoText,
    /// The characters have too few pixels.
    TooSmall,
    /// Out of focus, or shaken.
    Blurred,
    /// Lamps or windows mirrored on the page.
    Glare,
    TooDark,
    /// Text was found and is not read with confidence, and nothing of the above is plain.
    Unclear,
}
