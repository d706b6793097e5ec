//! Files that come in pieces, each under its upload's id until all of it is there.
//!
//! What has come is what whole pieces lie in the file: each is sealed, with its length before it. A piece that a crash cut
//! short does not count. Bytes that come with a checksum are written beside it and appended when they fit, so that what
//! was not checked is never counted.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::SystemTime;

use sha1::Sha1;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use crate::vault::{CHUNK_BYTES, FileKey, VaultError};

use super::{BlobError, Blobs, Shelf, UNFINISHED_AGE_MAX, create_private, sync_folder};

/// Most bytes of one piece: what comes in small packets is put together up to this.
const PIECE_BYTES: usize = CHUNK_BYTES;
/// What stands before a piece: how many bytes it has.
const HEAD_BYTES: u64 = 4;
/// What sealing adds to a piece: the nonce and the tag.
const SEAL_BYTES: u64 = 12 + 16;

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
    key: FileKey,
    /// What has come, with what is still in `piece`.
    offset_bytes: u64,
    length_bytes: u64,
    piece: Vec<u8>,
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

/// How much of an upload lies in its file.
struct Measure {
    /// Of the bytes as they were sent.
    bytes: u64,
    /// Where the last whole piece ends in the file.
    end: u64,
}

/// Reads the lengths of the pieces, not the pieces.
fn measure(file: &mut std::fs::File) -> io::Result<Measure> {
    let length = file.metadata()?.len();
    let mut measure = Measure { bytes: 0, end: 0 };
    loop {
        let mut head = [0_u8; HEAD_BYTES as usize];
        if measure.end.saturating_add(HEAD_BYTES) > length {
            return Ok(measure);
        }
        file.seek(SeekFrom::Start(measure.end))?;
        file.read_exact(&mut head)?;
        let piece = u64::from(u32::from_be_bytes(head));
        let end = measure.end.saturating_add(HEAD_BYTES).saturating_add(piece).saturating_add(SEAL_BYTES);
        if piece == 0 || piece > PIECE_BYTES as u64 || end > length {
            return Ok(measure);
        }
        measure = Measure { bytes: measure.bytes.saturating_add(piece), end };
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
        let path = self.partials().join(id);
        let measured = tokio::task::spawn_blocking(move || measure(&mut std::fs::File::open(path)?)).await;
        match measured.map_err(|gone| writing(io::Error::other(gone)))? {
            Ok(measure) => Ok(Some(measure.bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(writing(error)),
        }
    }

    /// Names of uploads whose file was not written to for a day: a crash may have left them behind.
    ///
    /// # Errors
    /// [`BlobError::Write`].
    pub fn old_partials(&self) -> Result<Vec<String>, BlobError> {
        let entries = match std::fs::read_dir(self.partials()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(writing)?,
        };
        let is_old = |entry: &std::fs::DirEntry| {
            let written = entry.metadata().and_then(|metadata| metadata.modified()).ok();
            written.and_then(|at| SystemTime::now().duration_since(at).ok()).is_some_and(|age| age > UNFINISHED_AGE_MAX)
        };
        let old = entries.flatten().filter(is_old).filter_map(|entry| entry.file_name().into_string().ok());
        // What stands aside of one goes with it.
        Ok(old.map(|name| name.trim_end_matches(".aside").to_owned()).collect())
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

impl Shelf {
    fn partial_key(&self, id: &str) -> Result<FileKey, BlobError> {
        self.key.file(id.as_bytes(), "upload").map_err(BlobError::Seal)
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
        let path = self.blobs.partials().join(id);
        let mut file = std::fs::OpenOptions::new().read(true).write(true).open(&path).map_err(writing)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(BlobError::Busy),
            Err(std::fs::TryLockError::Error(source)) => return Err(writing(source)),
        }
        let measure = measure(&mut file).map_err(writing)?;
        // What a crash cut short would stand in the way of what comes after it.
        file.set_len(measure.end).map_err(writing)?;
        file.seek(SeekFrom::Start(measure.end)).map_err(writing)?;
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
        Ok(Partial {
            file: File::from_std(file),
            key: self.partial_key(id)?,
            offset_bytes: measure.bytes,
            length_bytes,
            piece: Vec::new(),
            aside,
        })
    }

    /// Reads an upload from its beginning.
    ///
    /// # Errors
    /// [`BlobError::Write`].
    pub async fn read_partial(&self, id: &str) -> Result<PartialReader, BlobError> {
        let file = File::open(self.blobs.partials().join(id)).await.map_err(writing)?;
        let measure = {
            let mut file = file.try_clone().await.map_err(writing)?.into_std().await;
            measure(&mut file).map_err(writing)?
        };
        let mut reader =
            PartialReader { file, key: self.partial_key(id)?, offset_bytes: 0, left: measure.bytes, piece: Vec::new() };
        // The measuring moved where both stand.
        reader.file.seek(SeekFrom::Start(0)).await.map_err(writing)?;
        Ok(reader)
    }
}

impl Partial {
    /// Where the next byte goes.
    #[must_use]
    pub const fn offset_bytes(&self) -> u64 {
        self.offset_bytes
    }

    /// # Errors
    /// [`BlobError::TooLong`] when more comes than was announced: nothing of this piece counts; [`BlobError::Write`],
    /// [`BlobError::Seal`].
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        let after = self.offset_bytes.saturating_add(bytes.len() as u64);
        if after > self.length_bytes {
            return Err(BlobError::TooLong);
        }
        if let Some(aside) = &mut self.aside {
            aside.running.update(bytes);
        }
        while !bytes.is_empty() {
            let room = PIECE_BYTES.saturating_sub(self.piece.len()).min(bytes.len());
            let (now, later) = bytes.split_at(room);
            self.piece.extend_from_slice(now);
            self.offset_bytes = self.offset_bytes.saturating_add(room as u64);
            bytes = later;
            if self.piece.len() == PIECE_BYTES {
                self.write_piece().await?;
            }
        }
        Ok(())
    }

    async fn write_piece(&mut self) -> Result<(), BlobError> {
        let Some(length) = u32::try_from(self.piece.len()).ok().filter(|length| *length > 0) else { return Ok(()) };
        let begins = self.offset_bytes.saturating_sub(u64::from(length));
        let sealed = self.key.seal_piece(begins, &self.piece).map_err(BlobError::Seal)?;
        let file = match &mut self.aside {
            Some(aside) => &mut aside.file,
            None => &mut self.file,
        };
        file.write_all(&length.to_be_bytes()).await.map_err(writing)?;
        file.write_all(&sealed).await.map_err(writing)?;
        self.piece.clear();
        Ok(())
    }

    /// Brings what came to the disk. With a checksum it counts now, if it fits.
    ///
    /// # Errors
    /// [`BlobError::Checksum`]: the upload stands where it stood. [`BlobError::Write`], [`BlobError::Seal`].
    pub async fn finish(mut self) -> Result<u64, BlobError> {
        self.write_piece().await?;
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
    key: FileKey,
    offset_bytes: u64,
    /// What is still to come.
    left: u64,
    piece: Vec<u8>,
}

impl PartialReader {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// [`BlobError::Write`]; [`BlobError::Seal`] for a piece that was altered.
    pub async fn next(&mut self) -> Result<Option<&[u8]>, BlobError> {
        if self.left == 0 {
            return Ok(None);
        }
        let mut head = [0_u8; HEAD_BYTES as usize];
        self.file.read_exact(&mut head).await.map_err(writing)?;
        let length = u32::from_be_bytes(head);
        if length as usize > PIECE_BYTES || u64::from(length) > self.left {
            return Err(BlobError::Seal(VaultError::Altered { what: "piece" }));
        }
        let sealed_bytes = (length as usize).saturating_add(SEAL_BYTES as usize);
        let mut sealed = vec![0; sealed_bytes];
        self.file.read_exact(&mut sealed).await.map_err(writing)?;
        self.piece = self.key.open_piece(self.offset_bytes, &sealed).map_err(BlobError::Seal)?;
        self.offset_bytes = self.offset_bytes.saturating_add(u64::from(length));
        self.left = self.left.saturating_sub(u64::from(length));
        Ok(Some(&self.piece))
    }
}

#[cfg(test)]
mod tests {
    use crate::vault::DataKey;

    use super::*;

    fn shelf(name: &str) -> (Shelf, PathBuf) {
        let folder = std::env::temp_dir().join(format!("xinge-partial-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let blobs = Blobs::open(&folder, 1 << 20).unwrap();
        (blobs.shelf("app_01", DataKey::generate().unwrap()).unwrap(), folder)
    }

    async fn whole(shelf: &Shelf, id: &str) -> Result<Vec<u8>, BlobError> {
        let mut reader = shelf.read_partial(id).await?;
        let mut whole = Vec::new();
        while let Some(piece) = reader.next().await? {
            whole.extend_from_slice(piece);
        }
        Ok(whole)
    }

    #[tokio::test]
    async fn pieces_are_put_together() {
        let (shelf, folder) = shelf("pieces");
        let blobs = &shelf.blobs;
        blobs.begin_partial("upl_1").await.unwrap();
        for piece in ["ab", "c"] {
            let mut partial = shelf.open_partial("upl_1", 3, None).await.unwrap();
            assert!(matches!(shelf.open_partial("upl_1", 3, None).await, Err(BlobError::Busy)));
            partial.write(piece.as_bytes()).await.unwrap();
            partial.finish().await.unwrap();
        }
        let mut partial = shelf.open_partial("upl_1", 3, None).await.unwrap();
        assert!(matches!(partial.write(b"d").await, Err(BlobError::TooLong)));
        drop(partial);
        assert_eq!(blobs.partial_length("upl_1").await.unwrap(), Some(3));
        assert_eq!(whole(&shelf, "upl_1").await.unwrap(), b"abc");
        assert!(!std::fs::read(folder.join("partial/upl_1")).unwrap().windows(2).any(|two| two == b"ab"));
        blobs.remove_partial("upl_1").await.unwrap();
        assert_eq!(blobs.partial_length("upl_1").await.unwrap(), None);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn what_a_crash_cut_short_does_not_count_and_is_sent_again() {
        let (shelf, folder) = shelf("cut");
        let bytes: Vec<u8> = (0..150_000_u32).map(|i| i.to_le_bytes()[0]).collect();
        shelf.blobs.begin_partial("upl_1").await.unwrap();
        let mut partial = shelf.open_partial("upl_1", 150_000, None).await.unwrap();
        for packet in bytes.chunks(1_000) {
            partial.write(packet).await.unwrap();
        }
        partial.finish().await.unwrap();
        let path = folder.join("partial/upl_1");
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(std::fs::metadata(&path).unwrap().len() - 1).unwrap();
        assert_eq!(shelf.blobs.partial_length("upl_1").await.unwrap(), Some(131_072));
        let mut partial = shelf.open_partial("upl_1", 150_000, None).await.unwrap();
        assert_eq!(partial.offset_bytes(), 131_072);
        partial.write(&bytes[131_072..]).await.unwrap();
        partial.finish().await.unwrap();
        assert!(whole(&shelf, "upl_1").await.unwrap() == bytes);
        let mut altered = std::fs::read(&path).unwrap();
        altered[1_000] ^= 1;
        std::fs::write(&path, altered).unwrap();
        assert!(matches!(whole(&shelf, "upl_1").await, Err(BlobError::Seal(VaultError::Altered { .. }))));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn what_does_not_fit_its_checksum_does_not_count() {
        let (shelf, folder) = shelf("checksum");
        let blobs = &shelf.blobs;
        blobs.begin_partial("upl_1").await.unwrap();
        let wanted = || Some(Checksum::Sha256(Sha256::digest(b"abc").to_vec()));
        let mut partial = shelf.open_partial("upl_1", 9, wanted()).await.unwrap();
        partial.write(b"abd").await.unwrap();
        // What a crash would leave.
        assert_eq!(blobs.partial_length("upl_1").await.unwrap(), Some(0));
        assert!(matches!(partial.finish().await, Err(BlobError::Checksum)));
        assert_eq!(blobs.partial_length("upl_1").await.unwrap(), Some(0));
        let mut partial = shelf.open_partial("upl_1", 9, wanted()).await.unwrap();
        partial.write(b"a").await.unwrap();
        partial.write(b"bc").await.unwrap();
        assert_eq!(partial.finish().await.unwrap(), 3);
        assert_eq!(whole(&shelf, "upl_1").await.unwrap(), b"abc");
        assert_eq!(std::fs::read_dir(folder.join("partial")).unwrap().count(), 1);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
