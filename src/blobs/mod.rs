//! Uploaded files on disk, sealed with the key of the application they are of.
//!
//! Each application has a shelf: a folder that goes as a whole when the application does. A file's name on it is a keyed
//! digest of its bytes, so that neither a name nor a file tells whether two applicants handed in the same paper.
//!
//! A file is written under a name of its own, brought to the disk, renamed, and then its folder is brought to the
//! disk: what was answered for survives a power cut, and no half-written file ever has a digest's name. It is sealed
//! from its first byte on.

mod partial;
mod sealed;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::vault::{DataKey, VaultError};

pub use partial::{Checksum, Partial, PartialReader};
use sealed::Sealing;

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
    /// Which file is for whoever handles it: a digest tells whether somebody has a paper.
    #[error("could not read a stored file")]
    Read { sha256: String, source: io::Error },
    #[error("a stored file is not what was stored")]
    Altered { sha256: String },
    #[error("another request is writing to it")]
    Busy,
    #[error("the bytes are not those that their checksum was made of")]
    Checksum,
    #[error("more bytes than were announced")]
    TooLong,
    #[error("{name} is no name for a file or a folder")]
    NoName { name: String },
    #[error("a file could not be sealed")]
    Seal(#[source] VaultError),
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

    /// The shelf of an application.
    ///
    /// # Errors
    /// [`BlobError::NoName`].
    pub fn shelf(&self, owner: &str, key: DataKey) -> Result<Shelf, BlobError> {
        self.folder(owner)?;
        Ok(Shelf { blobs: self.clone(), owner: owner.to_owned(), key })
    }

    /// Takes away every file of an application; that there is none is what was wanted.
    ///
    /// # Errors
    /// [`BlobError::Write`], [`BlobError::NoName`].
    pub fn remove_shelf(&self, owner: &str) -> Result<(), BlobError> {
        match std::fs::remove_dir_all(self.folder(owner)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(BlobError::Write { source: error }),
            _ => Ok(()),
        }
    }

    /// Writes a file and takes it away again: a disk that is full or gone is noticed before an upload is taken.
    ///
    /// # Errors
    /// [`BlobError::Write`].
    pub fn try_writing(&self, unique: &str) -> Result<(), BlobError> {
        let path = self.unfinished().join(format!("try-{unique}"));
        std::fs::write(&path, b"1")
            .and_then(|()| std::fs::remove_file(&path))
            .map_err(|source| BlobError::Write { source })
    }

    fn unfinished(&self) -> PathBuf {
        self.root.join("unfinished")
    }

    /// `files/9f/app_…9f`: a folder of a million folders is slow to list. Ids end in random digits.
    fn folder(&self, owner: &str) -> Result<PathBuf, BlobError> {
        let plausible = owner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        match owner.len().checked_sub(2).and_then(|at| owner.split_at_checked(at)) {
            Some((_, end)) if plausible => Ok(self.root.join("files").join(end).join(owner)),
            _ => Err(BlobError::NoName { name: owner.to_owned() }),
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
}

/// Where the files of one application lie, and the key they are sealed with.
#[derive(Debug, Clone)]
pub struct Shelf {
    blobs: Blobs,
    owner: String,
    key: DataKey,
}

impl Shelf {
    /// Begins a file; `unique` names it until its digest is known.
    ///
    /// # Errors
    /// [`BlobError::Write`], [`BlobError::Seal`].
    pub async fn begin(&self, unique: &str) -> Result<Incoming, BlobError> {
        let sealing = Sealing::begin(&self.key, &self.owner).map_err(BlobError::Seal)?;
        let path = self.blobs.unfinished().join(unique);
        let file = tokio::fs::File::create_new(&path).await.map_err(|source| BlobError::Write { source })?;
        Ok(Incoming { shelf: self.clone(), file: Some(file), path, sealing, digest: Sha256::new(), size_bytes: 0 })
    }

    /// The bytes of a file, compared with its digest.
    ///
    /// # Errors
    /// [`BlobError::Read`]; [`BlobError::Altered`], also for a file of another application or of another name.
    pub fn read(&self, sha256: &str) -> Result<Vec<u8>, BlobError> {
        let reading = |source| BlobError::Read { sha256: sha256.to_owned(), source };
        let altered = || BlobError::Altered { sha256: sha256.to_owned() };
        let mut file = std::fs::File::open(self.path(sha256)?).map_err(reading)?;
        let length = file.metadata().map_err(reading)?.len();
        if length > sealed::length_max(self.blobs.bytes_max) {
            return Err(altered());
        }
        let bytes = match sealed::read(&mut file, length, &self.key, &self.owner) {
            Ok(bytes) => bytes,
            Err(sealed::OpenError::Read(source)) => return Err(reading(source)),
            Err(sealed::OpenError::Altered) => return Err(altered()),
        };
        if hex(&Sha256::digest(&bytes)) == sha256 { Ok(bytes) } else { Err(altered()) }
    }

    fn path(&self, sha256: &str) -> Result<PathBuf, BlobError> {
        Ok(self.blobs.folder(&self.owner)?.join(self.key.name(sha256)))
    }

    /// Moves a finished file to its digest's name. A file of the same bytes is replaced, which mends a damaged one.
    fn keep(&self, file: &std::fs::File, from: &Path, sha256: &str) -> Result<(), BlobError> {
        let writing = |source| BlobError::Write { source };
        let folder = self.blobs.folder(&self.owner)?;
        file.sync_all().map_err(writing)?;
        let is_new = !folder.exists();
        create_private(&folder).map_err(writing)?;
        std::fs::rename(from, self.path(sha256)?).map_err(writing)?;
        sync_folder(&folder).map_err(writing)?;
        // The folders above it, up to the store's, where it has just been made.
        for above in folder.ancestors().skip(1).take(if is_new { 3 } else { 0 }) {
            sync_folder(above).map_err(writing)?;
        }
        Ok(())
    }
}

/// A file that is being received; dropped unfinished, it is removed.
#[derive(Debug)]
pub struct Incoming {
    shelf: Shelf,
    file: Option<tokio::fs::File>,
    path: PathBuf,
    sealing: Sealing,
    digest: Sha256,
    size_bytes: u64,
}

impl Incoming {
    /// # Errors
    /// [`BlobError::TooLarge`] once the bound is passed, [`BlobError::Write`], [`BlobError::Seal`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        let limit = self.shelf.blobs.bytes_max;
        self.size_bytes = self.size_bytes.saturating_add(bytes.len() as u64);
        if self.size_bytes > limit {
            return Err(BlobError::TooLarge { limit });
        }
        self.digest.update(bytes);
        let sealed = self.sealing.push(bytes).map_err(BlobError::Seal)?;
        match &mut self.file {
            Some(file) => file.write_all(&sealed).await.map_err(|source| BlobError::Write { source }),
            None => Ok(()),
        }
    }

    /// Brings the file to the disk under its digest's name.
    ///
    /// # Errors
    /// [`BlobError::Write`], [`BlobError::Seal`].
    pub async fn finish(mut self) -> Result<StoredFile, BlobError> {
        let sha256 = hex(&std::mem::take(&mut self.digest).finalize());
        let size_bytes = self.size_bytes;
        if let Some(mut file) = self.file.take() {
            let last = self.sealing.finish().map_err(BlobError::Seal)?;
            file.write_all(&last).await.map_err(|source| BlobError::Write { source })?;
            file.flush().await.map_err(|source| BlobError::Write { source })?;
            let file = file.into_std().await;
            let (shelf, path, digest) = (self.shelf.clone(), self.path.clone(), sha256.clone());
            tokio::task::spawn_blocking(move || shelf.keep(&file, &path, &digest))
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

    async fn store(shelf: &Shelf, bytes: &[u8]) -> StoredFile {
        let mut incoming = shelf.begin("one").await.unwrap();
        for piece in bytes.chunks(7_001) {
            incoming.write(piece).await.unwrap();
        }
        incoming.finish().await.unwrap()
    }

    #[tokio::test]
    async fn what_was_finished_can_be_read_and_is_compared_with_its_digest() {
        let folder = folder("read");
        let blobs = Blobs::open(&folder, 1 << 20).unwrap();
        let shelf = blobs.shelf("app_01", DataKey::generate().unwrap()).unwrap();
        let stored = store(&shelf, b"abc").await;
        assert_eq!(stored.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(stored.size_bytes, 3);
        assert_eq!(shelf.read(&stored.sha256).unwrap(), b"abc");
        assert_eq!(unfinished(&folder), 0);
        // Around the ends of chunks, and nothing at all.
        for length in [0, 65_535, 65_536, 65_537, 131_072, 200_000] {
            let bytes: Vec<u8> = (0..length).map(|i: u32| i.to_le_bytes()[0]).collect();
            let stored = store(&shelf, &bytes).await;
            assert!(shelf.read(&stored.sha256).unwrap() == bytes, "{length}");
        }
        blobs.remove_shelf("app_01").unwrap();
        blobs.remove_shelf("app_01").unwrap();
        assert!(matches!(shelf.read(&stored.sha256), Err(BlobError::Read { .. })));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn what_was_altered_cut_or_swapped_is_not_read() {
        let folder = folder("altered");
        let blobs = Blobs::open(&folder, 1 << 20).unwrap();
        let key = DataKey::generate().unwrap();
        let shelf = blobs.shelf("app_01", key.clone()).unwrap();
        let (one, two) = (store(&shelf, &[1; 140_000]).await, store(&shelf, &[2; 140_000]).await);
        let path = shelf.path(&one.sha256).unwrap();
        let kept = std::fs::read(&path).unwrap();
        assert!(!kept.windows(16).any(|window| window == [1; 16]), "it is not sealed");
        let chunk = 65_536 + 16;
        let mut flipped = kept.clone();
        flipped[100_000] ^= 1;
        let mut salted = kept.clone();
        salted[10] ^= 1;
        let mut swapped = kept.clone();
        let head = kept.len() - 2 * chunk - (140_000 - 2 * 65_536 + 16);
        let (first, second) = swapped[head..].split_at_mut(chunk);
        first.swap_with_slice(&mut second[..chunk]);
        let other_name = std::fs::read(shelf.path(&two.sha256).unwrap()).unwrap();
        for altered in [&flipped, &salted, &swapped, &kept[..head + 2 * chunk].to_vec(), &Vec::new(), &other_name] {
            std::fs::write(&path, altered).unwrap();
            assert!(matches!(shelf.read(&one.sha256), Err(BlobError::Altered { .. })));
        }
        std::fs::write(&path, &kept).unwrap();
        assert!(shelf.read(&one.sha256).is_ok());
        // The same key under another name, and another key under the same: another's papers in one's place.
        let other = blobs.shelf("app_02", key).unwrap();
        create_private(other.path(&one.sha256).unwrap().parent().unwrap()).unwrap();
        std::fs::copy(&path, other.path(&one.sha256).unwrap()).unwrap();
        assert!(matches!(other.read(&one.sha256), Err(BlobError::Altered { .. })));
        let other = blobs.shelf("app_01", DataKey::generate().unwrap()).unwrap();
        assert_ne!(other.path(&one.sha256).unwrap(), path, "the name tells what the file is");
        std::fs::copy(&path, other.path(&one.sha256).unwrap()).unwrap();
        assert!(matches!(other.read(&one.sha256), Err(BlobError::Altered { .. })));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_file_beyond_the_bound_leaves_nothing() {
        let folder = folder("bound");
        let blobs = Blobs::open(&folder, 3).unwrap();
        let shelf = blobs.shelf("app_01", DataKey::generate().unwrap()).unwrap();
        let mut incoming = shelf.begin("one").await.unwrap();
        assert!(matches!(incoming.write(b"abcd").await, Err(BlobError::TooLarge { limit: 3 })));
        drop(incoming);
        assert_eq!(unfinished(&folder), 0);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        let folder = folder("name");
        let blobs = Blobs::open(&folder, 3).unwrap();
        for name in ["../../etc/passwd", "", "a", "app/1"] {
            assert!(matches!(blobs.remove_shelf(name), Err(BlobError::NoName { .. })), "{name}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
