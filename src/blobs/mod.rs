//! Uploaded files on disk, named by the digest of their bytes.
//!
//! A file is written under a name of its own, brought to the disk, renamed, and then its folder is brought to the
//! disk: what was answered for survives a power cut, and no half-written file ever has a digest's name.

mod partial;

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

pub use partial::{Checksum, Partial, PartialReader};

/// Longer than any upload may take: what is older was left by a process that died.
const UNFINISHED_AGE_MAX: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("could not prepare the folder {}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("could not write a file that is being received")]
    Write { source: io::Error },
    #[error("more than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("could not read the file {sha256}")]
    Read { sha256: String, source: io::Error },
    #[error("the file {sha256} is not what was stored")]
    Altered { sha256: String },
    #[error("another request is writing to it")]
    Busy,
    #[error("the bytes are not those that their checksum was made of")]
    Checksum,
    #[error("more bytes than were announced")]
    TooLong,
    #[error("{digest} is no digest")]
    NoDigest { digest: String },
}

/// A file that lies on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// 64 hex digits.
    pub sha256: String,
    pub size_bytes: u64,
}

#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
    bytes_max: u64,
}

impl Blobs {
    /// Opens or creates the store. Files are applicants' papers: the folder is its owner's only.
    ///
    /// # Errors
    /// [`BlobError::Folder`].
    pub fn open(root: &Path, bytes_max: u64) -> Result<Self, BlobError> {
        let blobs = Self { root: root.to_owned(), bytes_max };
        let unfinished = blobs.unfinished();
        create_private(&unfinished).map_err(|source| BlobError::Folder { path: unfinished, source })?;
        blobs.sweep();
        Ok(blobs)
    }

    /// Begins a file; `unique` names it until its digest is known.
    ///
    /// # Errors
    /// [`BlobError::Write`].
    pub async fn begin(&self, unique: &str) -> Result<Incoming, BlobError> {
        let path = self.unfinished().join(unique);
        let file = tokio::fs::File::create_new(&path).await.map_err(|source| BlobError::Write { source })?;
        Ok(Incoming { blobs: self.clone(), file: Some(file), path, digest: Sha256::new(), size_bytes: 0 })
    }

    /// The bytes of a file, compared with its digest.
    ///
    /// # Errors
    /// [`BlobError::Read`], [`BlobError::Altered`], [`BlobError::NoDigest`].
    pub fn read(&self, sha256: &str) -> Result<Vec<u8>, BlobError> {
        let path = self.path(sha256)?;
        let reading = |source| BlobError::Read { sha256: sha256.to_owned(), source };
        let mut bytes = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(self.bytes_max.saturating_add(1)).read_to_end(&mut bytes))
            .map_err(reading)?;
        if hex(&Sha256::digest(&bytes)) == sha256 {
            Ok(bytes)
        } else {
            Err(BlobError::Altered { sha256: sha256.to_owned() })
        }
    }

    fn unfinished(&self) -> PathBuf {
        self.root.join("unfinished")
    }

    /// `ab/cdef…`: a folder of a million files is slow to list.
    fn path(&self, sha256: &str) -> Result<PathBuf, BlobError> {
        let plausible = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match sha256.split_at_checked(2) {
            Some((folder, name)) if plausible => Ok(self.root.join(folder).join(name)),
            _ => Err(BlobError::NoDigest { digest: sha256.to_owned() }),
        }
    }

    fn sweep(&self) {
        let Ok(entries) = std::fs::read_dir(self.unfinished()) else { return };
        for entry in entries.flatten() {
            let written = entry.metadata().and_then(|metadata| metadata.modified());
            let age = written.ok().and_then(|at| SystemTime::now().duration_since(at).ok());
            if age.is_some_and(|age| age > UNFINISHED_AGE_MAX) {
                // Another process may have been quicker; what stays is tried at the next start.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Moves a finished file to its digest's name. A file of the same bytes is replaced, which mends a damaged one.
    fn keep(&self, file: &std::fs::File, from: &Path, sha256: &str) -> Result<(), BlobError> {
        let writing = |source| BlobError::Write { source };
        let path = self.path(sha256)?;
        let folder = path.parent().unwrap_or(&self.root);
        file.sync_all().map_err(writing)?;
        create_private(folder).map_err(writing)?;
        std::fs::rename(from, &path).map_err(writing)?;
        sync_folder(folder).map_err(writing)?;
        sync_folder(&self.root).map_err(writing)
    }
}

/// A file that is being received; dropped unfinished, it is removed.
#[derive(Debug)]
pub struct Incoming {
    blobs: Blobs,
    file: Option<tokio::fs::File>,
    path: PathBuf,
    digest: Sha256,
    size_bytes: u64,
}

impl Incoming {
    /// # Errors
    /// [`BlobError::TooLarge`] once the bound is passed, [`BlobError::Write`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.size_bytes = self.size_bytes.saturating_add(bytes.len() as u64);
        if self.size_bytes > self.blobs.bytes_max {
            return Err(BlobError::TooLarge { limit: self.blobs.bytes_max });
        }
        self.digest.update(bytes);
        match &mut self.file {
            Some(file) => file.write_all(bytes).await.map_err(|source| BlobError::Write { source }),
            None => Ok(()),
        }
    }

    /// Brings the file to the disk under its digest's name.
    ///
    /// # Errors
    /// [`BlobError::Write`].
    pub async fn finish(mut self) -> Result<StoredFile, BlobError> {
        let sha256 = hex(&std::mem::take(&mut self.digest).finalize());
        let size_bytes = self.size_bytes;
        if let Some(mut file) = self.file.take() {
            file.flush().await.map_err(|source| BlobError::Write { source })?;
            let file = file.into_std().await;
            let (blobs, path, digest) = (self.blobs.clone(), self.path.clone(), sha256.clone());
            tokio::task::spawn_blocking(move || blobs.keep(&file, &path, &digest))
                .await
                .map_err(|gone| BlobError::Write { source: io::Error::other(gone) })??;
        }
        Ok(StoredFile { sha256, size_bytes })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // Gone already when it was finished.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    std::fs::File::open(path)?.sync_all()
}

/// Folders cannot be opened there.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("xinge-blobs-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    fn unfinished(folder: &Path) -> usize {
        std::fs::read_dir(folder.join("unfinished")).unwrap().count()
    }

    #[tokio::test]
    async fn what_was_finished_can_be_read_and_is_compared_with_its_digest() {
        let folder = folder("read");
        let blobs = Blobs::open(&folder, 100).unwrap();
        let mut incoming = blobs.begin("one").await.unwrap();
        incoming.write(b"ab").await.unwrap();
        incoming.write(b"c").await.unwrap();
        let stored = incoming.finish().await.unwrap();
        assert_eq!(stored.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(stored.size_bytes, 3);
        assert_eq!(blobs.read(&stored.sha256).unwrap(), b"abc");
        assert_eq!(unfinished(&folder), 0);

        std::fs::write(blobs.path(&stored.sha256).unwrap(), b"abd").unwrap();
        assert!(matches!(blobs.read(&stored.sha256), Err(BlobError::Altered { .. })));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_file_beyond_the_bound_leaves_nothing() {
        let folder = folder("bound");
        let blobs = Blobs::open(&folder, 3).unwrap();
        let mut incoming = blobs.begin("one").await.unwrap();
        assert!(matches!(incoming.write(b"abcd").await, Err(BlobError::TooLarge { limit: 3 })));
        drop(incoming);
        assert_eq!(unfinished(&folder), 0);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_name_that_is_no_digest_is_refused() {
        let folder = folder("name");
        let blobs = Blobs::open(&folder, 3).unwrap();
        assert!(matches!(blobs.read("../../etc/passwd"), Err(BlobError::NoDigest { .. })));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
