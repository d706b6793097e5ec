//! Workbooks: every sheet in the workbook's order, hidden ones too, since they carry rows all the same.
//!
//! A password opens what [`encrypted`] knows. XLSX is read with `calamine`, after its parts have been measured. XLS is read by [`xls`]: `calamine`
//! allocates by what an XLS file claims (a dimension, a ring of sectors), which a stranger's file can use to
//! end the process, and needs as many copies of a text as cells show it.

mod dates;
mod encrypted;
mod grid;
mod obfuscated;
mod xls;
mod xlsx;
mod xml2003;

use model::document::{Document, MediaType};

use crate::compound::{self, Compound};
use crate::{Kind, Limits, ReadError};

/// Excel itself stops at what memory allows; statements have one to three sheets.
const SHEETS_MAX: usize = 1_000;

fn check_sheet_count(count: usize) -> Result<(), ReadError> {
    if count > SHEETS_MAX {
        return Err(ReadError::ResourceLimit { what: format!("a workbook of more than {SHEETS_MAX} sheets") });
    }
    Ok(())
}

/// Reads a workbook of the kind that [`crate::sniff`] told.
///
/// Numbers and texts are told apart by [`model::sheet::CellKind`]; a number's text is the shortest decimal
/// that gives the stored number (`67`, `2176.91`), never with an exponent; a number styled as a date or a
/// time reads `YYYY-MM-DD hh:mm:ss`, a time alone has the date 1899-12-31; a formula is its stored value;
/// booleans are `TRUE` and `FALSE`, errors as Excel shows them. Empty cells are not stored.
///
/// # Errors
/// [`ReadError::PasswordRequired`] or [`ReadError::WrongPassword`] for an encrypted workbook,
/// [`ReadError::Unsupported`] if it is encrypted in a way that is not known here, [`ReadError::Corrupt`],
/// [`ReadError::ResourceLimit`], [`ReadError::Empty`] if no cell holds anything.
pub fn read(bytes: &[u8], media_type: MediaType, passwords: &[&str], limits: &Limits) -> Result<Document, ReadError> {
    if media_type == MediaType::Xls {
        return xls::read(bytes, passwords, limits);
    }
    if compound::is_compound(bytes) {
        let file = Compound::open(bytes)
            .filter(|file| file.has("EncryptedPackage"))
            .ok_or_else(|| ReadError::Corrupt { media_type, detail: "its container cannot be read".to_owned() })?;
        let package = encrypted::package(&file, passwords)?;
        return match crate::sniff(&package) {
            Kind::Xlsx => xlsx::read(&package, limits),
            Kind::Other(found) => Err(ReadError::Unsupported { found: found.to_owned() }),
            _ => Err(ReadError::Corrupt { media_type, detail: "what it holds is no workbook".to_owned() }),
        };
    }
    xlsx::read(bytes, limits)
}

/// Reads a workbook of Excel 2003 in XML: as [`read`].
///
/// # Errors
/// [`ReadError::Unsupported`] for bytes that are no text, [`ReadError::Corrupt`], [`ReadError::ResourceLimit`],
/// [`ReadError::Empty`] if no cell holds anything.
pub fn read_xml(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    xml2003::read(bytes, limits)
}

fn locked(media_type: MediaType, passwords: &[&str]) -> ReadError {
    if passwords.is_empty() {
        ReadError::PasswordRequired { media_type }
    } else {
        ReadError::WrongPassword { media_type }
    }
}
