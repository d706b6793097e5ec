//! ZIP archives as issuers mail them.

use std::io::{Cursor, Write};

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::MakeError;

/// One file in a ZIP, with WinZip AES-256 when there is a password.
///
/// Without a password the bytes are the same every time; with one they are not, for the salt is random.
///
/// # Errors
/// [`MakeError::Archive`] when the format cannot hold the name or the bytes.
pub fn zip(name: &str, bytes: &[u8], password: Option<&str>) -> Result<Vec<u8>, MakeError> {
    let mut options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    if let Some(password) = password {
        options = options.with_aes_encryption(zip::AesMode::Aes256, password);
    }
    let failed = |source| MakeError::Archive { name: name.to_owned(), source };
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, options).map_err(failed)?;
    writer.write_all(bytes).map_err(|source| MakeError::ArchiveBytes { name: name.to_owned(), source })?;
    Ok(writer.finish().map_err(failed)?.into_inner())
}
