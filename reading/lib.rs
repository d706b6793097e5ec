//! File bytes → [`Document`]. Knows no issuer, no database, no clock, no environment.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

pub mod archive;
mod compound;
pub mod delimited;
mod encoding;
pub mod forensics;
pub mod html;
pub mod image;
pub mod limits;
mod looked;
mod mail;
#[cfg(test)]
mod mutations;
pub mod ofd;
pub mod pdf;
mod side_by_side;
pub mod sniff;
pub mod spreadsheet;
mod structured;
#[cfg(test)]
mod test_files;
mod tiff;
pub mod trail;
pub mod view;
mod xml;

use model::document::{Document, MediaType};
use model::failure::PictureFault;

pub use limits::Limits;
pub use ocr::{self, Recognizer};
pub use pixels::marks;
pub use sniff::{Kind, sniff};

/// Why a file could not be read at all. A file that is only partly readable is a [`Document`] with problems.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the file is empty")]
    Empty,
    #[error("the file is of a kind that cannot be read: {found}")]
    Unsupported { found: String },
    /// `media_type` for which a password is needed, none having been given.
    #[error("a password is needed to open the {}", media_type.as_str())]
    PasswordRequired { media_type: MediaType },
    #[error("none of the passwords opens the {}", media_type.as_str())]
    WrongPassword { media_type: MediaType },
    #[error("the {} is damaged: {detail}", media_type.as_str())]
    Corrupt { media_type: MediaType, detail: String },
    #[error("too large: more than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("too many pages: {found}, at most {limit}")]
    TooManyPages { found: u32, limit: u32 },
    /// A bound on work or memory was reached: nesting, unpacked size, operators.
    #[error("more work than allowed: {what}")]
    ResourceLimit { what: String },
    #[error("the picture cannot be read: {fault:?}")]
    UnreadablePicture { fault: PictureFault },
    #[error("the file is a picture, and no engine that reads pictures is set up")]
    NoRecognizer,
    #[error("could not read the text of a picture")]
    Recognizer { source: ocr::OcrError },
}

/// Reads one file that is no archive. Passwords are tried in order. Of a mail only the body is read: what is attached
/// comes with [`archive::unpack`]. Pictures, and pages that are pictures, are read by `recognizer`.
///
/// # Errors
/// [`ReadError`], see its variants. An archive is [`ReadError::Unsupported`] here: unpack it with
/// [`archive::unpack`] and read each entry.
pub fn read(
    bytes: &[u8],
    passwords: &[&str],
    limits: &Limits,
    recognizer: Option<&dyn Recognizer>,
) -> Result<Document, ReadError> {
    let length = bytes.len() as u64;
    if length > limits.file_bytes {
        return Err(ReadError::TooLarge { limit: limits.file_bytes });
    }
    match sniff(bytes) {
        Kind::Empty => Err(ReadError::Empty),
        Kind::Pdf => pdf::read(bytes, passwords, limits, recognizer),
        Kind::Delimited => delimited::read(bytes, limits),
        Kind::Xls => spreadsheet::read(bytes, MediaType::Xls, passwords, limits),
        Kind::Xlsx => spreadsheet::read(bytes, MediaType::Xlsx, passwords, limits),
        Kind::SpreadsheetXml => spreadsheet::read_xml(bytes, limits),
        Kind::Html => html::read(bytes, limits),
        Kind::Mail => mail::read(bytes, limits),
        Kind::Ofd => ofd::read(bytes, passwords, limits),
        Kind::Ofx => structured::read(bytes, MediaType::Ofx),
        Kind::Qif => structured::read(bytes, MediaType::Qif),
        Kind::Mt940 => structured::read(bytes, MediaType::Mt940),
        Kind::Camt => structured::read(bytes, MediaType::Camt),
        Kind::Json => structured::read(bytes, MediaType::Json),
        Kind::Picture(media_type) => image::read(bytes, media_type, limits, recognizer),
        Kind::Zip => Err(ReadError::Unsupported { found: "a ZIP archive inside what must be one document".to_owned() }),
        Kind::Other(found) => Err(ReadError::Unsupported { found: found.to_owned() }),
    }
}
