//! How a file lies on the disk: a mark, a salt, then chunks of 64 KiB, each with its tag.
//!
//! The salt makes the file's key its own. A chunk's number and whether it is the last are its nonce (the STREAM
//! construction), so a file that was cut or whose chunks were moved does not open. Nothing but a chunk is in memory twice.

use std::io::{self, Read};

use crate::vault::{CHUNK_BYTES, DataKey, FileKey, TAG_BYTES, VaultError};

/// Tells our files from others, and this form from later ones.
const MARK: &[u8; 8] = b"xinge-1\n";
const SALT_BYTES: usize = 32;
const HEAD_BYTES: u64 = (MARK.len() + SALT_BYTES) as u64;
const SEALED_CHUNK_BYTES: usize = CHUNK_BYTES + TAG_BYTES;

/// Why a file does not open.
#[derive(Debug)]
pub(super) enum OpenError {
    Read(io::Error),
    Altered,
}

/// How long a sealed file of at most `bytes` is.
pub(super) const fn length_max(bytes: u64) -> u64 {
    let chunks = (bytes / CHUNK_BYTES as u64).saturating_add(1);
    bytes.saturating_add(chunks.saturating_mul(TAG_BYTES as u64)).saturating_add(HEAD_BYTES)
}

/// A file that is being sealed.
pub(super) struct Sealing {
    key: FileKey,
    /// What comes before the first chunk; empty once it is out.
    head: Vec<u8>,
    chunk: Vec<u8>,
    number: u64,
}

impl std::fmt::Debug for Sealing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealing").field("number", &self.number).finish_non_exhaustive()
    }
}

impl Sealing {
    pub(super) fn begin(key: &DataKey, owner: &str) -> Result<Self, VaultError> {
        let mut salt = [0_u8; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(VaultError::NoRandomness)?;
        let mut head = MARK.to_vec();
        head.extend_from_slice(&salt);
        Ok(Self { key: key.file(&salt, owner)?, head, chunk: Vec::with_capacity(SEALED_CHUNK_BYTES), number: 0 })
    }

    /// What can be written by now. The last chunk is held back: that it is the last is sealed with it.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut out = std::mem::take(&mut self.head);
        while !bytes.is_empty() {
            if self.chunk.len() == CHUNK_BYTES {
                self.key.seal_chunk(self.number, false, &mut self.chunk)?;
                out.append(&mut self.chunk);
                self.number = self.number.saturating_add(1);
            }
            let room = CHUNK_BYTES.saturating_sub(self.chunk.len()).min(bytes.len());
            let (now, later) = bytes.split_at(room);
            self.chunk.extend_from_slice(now);
            bytes = later;
        }
        Ok(out)
    }

    /// The last chunk.
    pub(super) fn finish(&mut self) -> Result<Vec<u8>, VaultError> {
        let mut out = std::mem::take(&mut self.head);
        self.key.seal_chunk(self.number, true, &mut self.chunk)?;
        out.append(&mut self.chunk);
        Ok(out)
    }
}

/// The bytes of a sealed file that is `length` long.
pub(super) fn read(file: &mut impl Read, length: u64, key: &DataKey, owner: &str) -> Result<Vec<u8>, OpenError> {
    let mut mark = [0_u8; MARK.len()];
    let mut salt = [0_u8; SALT_BYTES];
    let mut left = length.checked_sub(HEAD_BYTES).ok_or(OpenError::Altered)?;
    file.read_exact(&mut mark).map_err(OpenError::Read)?;
    file.read_exact(&mut salt).map_err(OpenError::Read)?;
    if mark != *MARK {
        return Err(OpenError::Altered);
    }
    let key = key.file(&salt, owner).map_err(|_| OpenError::Altered)?;
    let mut bytes = Vec::with_capacity(usize::try_from(left).map_err(|_| OpenError::Altered)?);
    let mut buffer = vec![0_u8; SEALED_CHUNK_BYTES];
    let mut number = 0_u64;
    loop {
        let size = usize::try_from(left).unwrap_or(usize::MAX).min(SEALED_CHUNK_BYTES);
        let chunk = buffer.get_mut(..size).ok_or(OpenError::Altered)?;
        file.read_exact(chunk).map_err(OpenError::Read)?;
        left = left.saturating_sub(size as u64);
        let is_last = left == 0;
        bytes.extend_from_slice(key.open_chunk(number, is_last, chunk).map_err(|_| OpenError::Altered)?);
        if is_last {
            return Ok(bytes);
        }
        number = number.saturating_add(1);
    }
}
