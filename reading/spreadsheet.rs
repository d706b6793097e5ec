//! Workbooks: every sheet in the workbook's order, hidden ones too, since they carry rows all the same.
//!
//! XLSX is read with `calamine`, after its parts have been measured. XLS is read by [`xls`]: `calamine`
//! allocates by what an XLS file claims (a dimension, a ring of sectors), which a stranger's file can use to
//! end the process, and needs as many copies of a text as cells show it.

mod dates;
mod grid;
mod xls;
mod xlsx;

use model::document::{Document, MediaType};

use crate::compound::{self, Compound};
use crate::{Limits, ReadError};

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
/// [`ReadError::PasswordRequired`] for an encrypted workbook, [`ReadError::Unsupported`] if a password was
/// given for it (it is not decrypted here), [`ReadError::Corrupt`], [`ReadError::ResourceLimit`],
/// [`ReadError::Empty`] if no cell holds anything.
pub fn read(bytes: &[u8], media_type: MediaType, passwords: &[&str], limits: &Limits) -> Result<Document, ReadError> {
    if media_type == MediaType::Xls {
        return xls::read(bytes, passwords, limits);
    }
    if compound::is_compound(bytes) {
        return Err(match Compound::open(bytes) {
            Some(file) if file.has("EncryptedPackage") => locked(media_type, passwords),
            _ => ReadError::Corrupt { media_type, detail: "its container cannot be read".to_owned() },
        });
    }
    xlsx::read(bytes, limits)
}

fn locked(media_type: MediaType, passwords: &[&str]) -> ReadError {
    if passwords.is_empty() {
        return ReadError::PasswordRequired { media_type };
    }
    ReadError::Unsupported {
        found: "a workbook encrypted with a password of its own; save it without one, or export it again".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_files::compound;
    use crate::{Kind, sniff};

    #[test]
    fn an_encrypted_xlsx_needs_its_password() {
        let file = compound("EncryptedPackage", &[7; 100]);
        assert_eq!(sniff(&file), Kind::Xlsx);
        let error = |passwords: &[&str]| read(&file, MediaType::Xlsx, passwords, &Limits::default()).unwrap_err();
        assert!(matches!(error(&[]), ReadError::PasswordRequired { media_type: MediaType::Xlsx }));
        assert!(matches!(error(&["123456"]), ReadError::Unsupported { .. }));
    }
}
