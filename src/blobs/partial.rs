//! Files that come in pieces, each under its upload's id until all of it is there.
//!
//! The file's length is what has come. Bytes that come with a checksum are written beside it and appended when they
//! fit, so that its length never counts what was not checked.

use std::io;
use std::path::PathBuf;

use sha1::Sha1;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{BlobError, Blobs, create_private, sync_folder};

/// As much as is read at once when a whole file is taken over.
const PIECE_BYTES: usize = 64 << 10;

/// What bytes must have as their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checksum {
    Sha1(Vec<u8>),
    Sha256(Vec<u8>),
}

#[derive(Debug)]
enum Running {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Running {
    fn begin(checksum: &Checksum) -> Self {
        match checksum {
            Checksum::Sha1(_) => Self::Sha1(Sha1::new()),
            Checksum::Sha256(_) => Self::Sha256(Sha256::new()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(digest) => digest.update(bytes),
            Self::Sha256(digest) => digest.update(bytes),
        }
    }

    fn fits(self, checksum: &Checksum) -> bool {
        match (self, checksum) {
            (Self::Sha1(digest), Checksum::Sha1(wanted)) => digest.finalize().as_slice() == wanted,
            (Self::Sha256(digest), Checksum::Sha256(wanted)) => digest.finalize().as_slice() == wanted,
            _ => false,
        }
    }
}

/// An upload that is being written to; nobody else can while this lives.
#[derive(Debug)]
pub struct Partial {
    file: File,
    offset_bytes: u64,
    length_bytes: u64,
    aside: Option<Aside>,
}

/// Bytes that count once their checksum fits.
#[derive(Debug)]
struct Aside {
    path: PathBuf,
    file: File,
    wanted: Checksum,
    running: Running,
}

impl Drop for Aside {
    fn drop(&mut self) {
        // What stays after a crash is written over by the next try, or swept with the upload.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn writing(source: io::Error) -> BlobError {
    BlobError::Write { source }
}

impl Blobs {
    fn partials(&self) -> PathBuf {
        self.root.join("partial")
    }

    /// Makes an empty file for an upload.
    ///
    /// # Errors
    /// [`BlobError::Write`].
    pub async fn begin_partial(&self, id: &str) -> Result<(), BlobError> {
        let folder = self.partials();
        create_private(&folder).map_err(writing)?;
        let file = File::create_new(folder.join(id)).await.map_err(writing)?;
        file.sync_all().await.map_err(writing)?;
        sync_folder(&folder).map_err(writing)
    }

    /// How much of an upload has come; `None` when there is none.
    ///
    /// # Errors
    /// [`BlobError::Write`].
    pub async fn partial_length(&self, id: &str) -> Result<Option<u64>, BlobError> {
        match tokio::fs::metadata(self.partials().join(id)).await {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(writing(error)),
        }
    }

    /// Opens an upload of `length_bytes` in all, to go on where it stands.
    ///
    /// # Errors
    /// [`BlobError::Busy`] while somebody else writes, in this process or another; [`BlobError::Write`].
    pub async fn open_partial(
        &self,
        id: &str,
        length_bytes: u64,
        checksum: Option<Checksum>,
    ) -> Result<Partial, BlobError> {
        let path = self.partials().join(id);
        let file = std::fs::OpenOptions::new().append(true).open(&path).map_err(writing)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(BlobError::Busy),
            Err(std::fs::TryLockError::Error(source)) => return Err(writing(source)),
        }
        let offset_bytes = file.metadata().map_err(writing)?.len();
        let aside = match checksum {
            None => None,
            Some(wanted) => {
                let path = path.with_extension("aside");
                let file = std::fs::OpenOptions::new();
                let file = file.clone().read(true).write(true).create(true).truncate(true).open(&path);
                let running = Running::begin(&wanted);
                Some(Aside { path, file: File::from_std(file.map_err(writing)?), wanted, running })
            }
        };
        Ok(Partial { file: File::from_std(file), offset_bytes, length_bytes, aside })
    }

    /// Reads an upload from its beginning.
    ///
    /// # Errors
    /// [`BlobError::Write`].
    pub async fn read_partial(&self, id: &str) -> Result<PartialReader, BlobError> {
        let file = File::open(self.partials().join(id)).await.map_err(writing)?;
        Ok(PartialReader { file, piece: vec![0; PIECE_BYTES] })
    }

    /// That there is none is what was wanted.
    ///
    /// # Errors
    /// [`BlobError::Write`].
    pub async fn remove_partial(&self, id: &str) -> Result<(), BlobError> {
        let path = self.partials().join(id);
        // Left by a crash only.
        let _ = tokio::fs::remove_file(path.with_extension("aside")).await;
        match tokio::fs::remove_file(path).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(writing(error)),
            _ => Ok(()),
        }
    }
}

impl Partial {
    /// Where the next byte goes.
    #[must_use]
    pub const fn offset_bytes(&self) -> u64 {
        self.offset_bytes
    }

    /// # Errors
    /// [`BlobError::TooLong`] when more comes than was announced: nothing of this piece counts; [`BlobError::Write`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        let after = self.offset_bytes.saturating_add(bytes.len() as u64);
        if after > self.length_bytes {
            return Err(BlobError::TooLong);
        }
        match &mut self.aside {
            Some(aside) => {
                aside.running.update(bytes);
                aside.file.write_all(bytes).await.map_err(writing)?;
            }
            None => self.file.write_all(bytes).await.map_err(writing)?,
        }
        self.offset_bytes = after;
        Ok(())
    }

    /// Brings what came to the disk. With a checksum it counts now, if it fits.
    ///
    /// # Errors
    /// [`BlobError::Checksum`]: the upload stands where it stood. [`BlobError::Write`].
    pub async fn finish(mut self) -> Result<u64, BlobError> {
        if let Some(mut aside) = self.aside.take() {
            aside.file.flush().await.map_err(writing)?;
            let running = std::mem::replace(&mut aside.running, Running::begin(&aside.wanted));
            if !running.fits(&aside.wanted) {
                return Err(BlobError::Checksum);
            }
            let mut checked = File::open(&aside.path).await.map_err(writing)?;
            tokio::io::copy(&mut checked, &mut self.file).await.map_err(writing)?;
        }
        self.file.flush().await.map_err(writing)?;
        self.file.sync_data().await.map_err(writing)?;
        Ok(self.offset_bytes)
    }
}

/// An upload that is being read, piece by piece.
#[derive(Debug)]
pub struct PartialReader {
    file: File,
    piece: Vec<u8>,
}

impl PartialReader {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// [`BlobError::Write`].
    pub async fn next(&mut self) -> Result<Option<&[u8]>, BlobError> {
        let length = self.file.read(&mut self.piece).await.map_err(writing)?;
        Ok(self.piece.get(..length).filter(|piece| !piece.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blobs(name: &str) -> (Blobs, PathBuf) {
        let folder = std::env::temp_dir().join(format!("xinge-partial-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        (Blobs::open(&folder, 100).unwrap(), folder)
    }

    #[tokio::test]
    async fn pieces_are_put_together() {
        let (blobs, folder) = blobs("pieces");
        blobs.begin_partial("upl_1").await.unwrap();
        for piece in ["ab", "c"] {
            let mut partial = blobs.open_partial("upl_1", 3, None).await.unwrap();
            assert!(matches!(blobs.open_partial("upl_1", 3, None).await, Err(BlobError::Busy)));
            partial.write(piece.as_bytes()).await.unwrap();
            partial.finish().await.unwrap();
        }
        let mut partial = blobs.open_partial("upl_1", 3, None).await.unwrap();
        assert!(matches!(partial.write(b"d").await, Err(BlobError::TooLong)));
        drop(partial);
        assert_eq!(blobs.partial_length("upl_1").await.unwrap(), Some(3));
        assert_eq!(blobs.read_partial("upl_1").await.unwrap().next().await.unwrap(), Some(b"abc".as_slice()));
        blobs.remove_partial("upl_1").await.unwrap();
        assert_eq!(blobs.partial_length("upl_1").await.unwrap(), None);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn what_does_not_fit_its_checksum_does_not_count() {
        let (blobs, folder) = blobs("checksum");
        blobs.begin_partial("upl_1").await.unwrap();
        let wanted = || Some(Checksum::Sha256(Sha256::digest(b"abc").to_vec()));
        let mut partial = blobs.open_partial("upl_1", 9, wanted()).await.unwrap();
        partial.write(b"abd").await.unwrap();
        // What a crash would leave.
        assert_eq!(blobs.partial_length("upl_1").await.unwrap(), Some(0));
        assert!(matches!(partial.finish().await, Err(BlobError::Checksum)));
        assert_eq!(blobs.partial_length("upl_1").await.unwrap(), Some(0));
        let mut partial = blobs.open_partial("upl_1", 9, wanted()).await.unwrap();
        partial.write(b"a").await.unwrap();
        partial.write(b"bc").await.unwrap();
        assert_eq!(partial.finish().await.unwrap(), 3);
        assert_eq!(std::fs::read_dir(folder.join("partial")).unwrap().count(), 1);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
