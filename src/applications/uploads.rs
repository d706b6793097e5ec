//! Files that come in pieces: they survive a dropped network and a killed server.
//!
//! How much has come is the length of the file on disk, and nothing else: what arrived before a crash is there after it.
//! A whole file becomes a document as any other; if the service dies in between, whoever asks next for the upload, or
//! the hourly sweep, does it again, and the same bytes are one document.

use model::Sensitive;
use model::access::Reach;
use model::ids::{ApplicationId, UploadId};

use crate::blobs::{BlobError, Partial};
use crate::db::uploads;

use super::documents::NewFile;
use super::{Error, Service, declare};

pub use crate::blobs::Checksum;
pub use crate::db::uploads::Upload;

/// A person who loses the network comes back the same day.
pub const AGE_MAX_MS: i64 = 24 * 3600 * 1000;
/// A person sends a few files side by side; each may take its bound on disk.
const OPEN_MAX: i64 = 20;

/// An upload, and how much of it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub upload: Upload,
    pub offset_bytes: u64,
}

impl Service {
    /// Announces a file of `length_bytes`.
    ///
    /// # Errors
    /// [`Error::NoApplication`], [`Error::NoConsent`], [`Error::FileTooLarge`], [`Error::TooManyUploads`],
    /// [`Error::Files`], [`Error::Database`].
    pub async fn announce_upload(
        &self,
        reach: &Reach,
        application: &ApplicationId,
        filename: Sensitive<String>,
        length_bytes: u64,
    ) -> Result<Received, Error> {
        let limit = self.reader.limits.file_bytes;
        if length_bytes > limit {
            return Err(Error::FileTooLarge { limit });
        }
        let now_ms = self.clock.now_ms();
        let upload = Upload {
            id: UploadId::new(&self.unique()),
            tenant: reach.tenant.clone(),
            application: application.clone(),
            filename,
            length_bytes,
            expires_ms: now_ms.saturating_add(AGE_MAX_MS),
            document: None,
        };
        let mut tx = self.db.write().await?;
        declare::application(&mut tx, reach, application).await?;
        self.check_consent(&mut tx, reach, application).await?;
        if uploads::count_open(&mut tx, &reach.tenant, application, now_ms).await? >= OPEN_MAX {
            return Err(Error::TooManyUploads { max: OPEN_MAX });
        }
        uploads::insert(&mut tx, &upload, now_ms).await?;
        // Before the row is there for others: a row without a file would be one that is gone.
        self.blobs.begin_partial(upload.id.as_str()).await?;
        tx.commit().await?;
        if length_bytes == 0 {
            return self.received(reach, &upload.id).await;
        }
        Ok(Received { upload, offset_bytes: 0 })
    }

    /// How much of an upload has come. One that has come whole is made a document here, if it is none yet.
    ///
    /// # Errors
    /// [`Error::NoUpload`], [`Error::UploadGone`], and those of [`Service::file_document`].
    pub async fn received(&self, reach: &Reach, id: &UploadId) -> Result<Received, Error> {
        let upload = self.upload(reach, id).await?;
        if upload.document.is_some() {
            return Ok(Received { offset_bytes: upload.length_bytes, upload });
        }
        let offset_bytes =
            self.blobs.partial_length(id.as_str()).await?.ok_or_else(|| Error::UploadGone(id.clone()))?;
        if offset_bytes < upload.length_bytes {
            return Ok(Received { upload, offset_bytes });
        }
        self.file_upload(reach, upload).await
    }

    /// Opens an upload for more bytes, which go on at `offset_bytes`.
    ///
    /// # Errors
    /// [`Error::UploadElsewhere`] when that is not where it stands, [`Error::UploadBusy`] while another request writes,
    /// [`Error::NoUpload`], [`Error::UploadGone`], [`Error::Files`], [`Error::Database`].
    pub async fn continue_upload(
        &self,
        reach: &Reach,
        id: &UploadId,
        offset_bytes: u64,
        checksum: Option<Checksum>,
    ) -> Result<Partial, Error> {
        let upload = self.upload(reach, id).await?;
        let at = match &upload.document {
            Some(_) => upload.length_bytes,
            None => self.blobs.partial_length(id.as_str()).await?.ok_or_else(|| Error::UploadGone(id.clone()))?,
        };
        if at != offset_bytes {
            return Err(Error::UploadElsewhere { at });
        }
        let shelf = self.shelf(&mut self.db.read().await?, &upload.tenant, &upload.application).await?;
        let partial = shelf.open_partial(id.as_str(), upload.length_bytes, checksum).await?;
        // Compared again under the lock: another request may just have written.
        if partial.offset_bytes() != offset_bytes && upload.document.is_none() {
            return Err(Error::UploadElsewhere { at: partial.offset_bytes() });
        }
        Ok(partial)
    }

    /// Forgets an upload and what came of it. What became a document stays one.
    ///
    /// # Errors
    /// [`Error::NoUpload`], [`Error::Files`], [`Error::Database`].
    pub async fn end_upload(&self, reach: &Reach, id: &UploadId) -> Result<(), Error> {
        let upload = match self.upload(reach, id).await {
            Err(Error::UploadGone(_)) => return Ok(()),
            other => other?,
        };
        let mut tx = self.db.write().await?;
        uploads::delete(&mut tx, &upload.tenant, id).await?;
        tx.commit().await?;
        Ok(self.blobs.remove_partial(id.as_str()).await?)
    }

    async fn upload(&self, reach: &Reach, id: &UploadId) -> Result<Upload, Error> {
        let found = uploads::get(&mut self.db.read().await?, &reach.tenant, id).await?;
        let upload = found.filter(|upload| reach.admits(&upload.application));
        let upload = upload.ok_or_else(|| Error::NoUpload(id.clone()))?;
        if upload.expires_ms <= self.clock.now_ms() { Err(Error::UploadGone(id.clone())) } else { Ok(upload) }
    }

    async fn file_upload(&self, reach: &Reach, mut upload: Upload) -> Result<Received, Error> {
        let shelf = self.shelf(&mut self.db.read().await?, &upload.tenant, &upload.application).await?;
        let mut partial = shelf.read_partial(upload.id.as_str()).await?;
        let mut incoming = shelf.begin(&self.unique()).await?;
        while let Some(piece) = partial.next().await? {
            incoming.write(piece).await?;
        }
        let stored = incoming.finish().await?;
        let file = NewFile { filename: upload.filename.clone(), stored, passwords: Vec::new() };
        let filed = self.file_document(reach, &upload.application, file, None).await?;
        let mut tx = self.db.write().await?;
        uploads::set_document(&mut tx, &upload.tenant, &upload.id, &filed.document.id).await?;
        tx.commit().await?;
        self.blobs.remove_partial(upload.id.as_str()).await?;
        upload.document = Some(filed.document.id);
        Ok(Received { offset_bytes: upload.length_bytes, upload })
    }

    /// Makes documents of uploads that a crash left whole, and forgets those whose time has passed. How many they were.
    ///
    /// # Errors
    /// [`Error::Files`], [`Error::Database`].
    pub async fn sweep_uploads(&self) -> Result<usize, Error> {
        let now_ms = self.clock.now_ms();
        let mut swept = 0_usize;
        let unfiled = uploads::unfiled(&mut self.db.read().await?, now_ms).await?;
        for upload in unfiled {
            if self.blobs.partial_length(upload.id.as_str()).await? == Some(upload.length_bytes) {
                let id = upload.id.clone();
                match self.file_upload(&Reach::of(upload.tenant.clone()), upload).await {
                    Ok(_) => swept = swept.saturating_add(1),
                    // One that no application takes stays until it expires; the others go on.
                    Err(error) => {
                        tracing::warn!(upload = %id, error = format!("{:#}", anyhow::Error::new(error)), "could not file a whole upload")
                    }
                }
            }
        }
        let blobs = self.blobs.clone();
        let old = tokio::task::spawn_blocking(move || blobs.old_partials());
        for id in old.await.map_err(|_| Error::Panicked { doing: "looking for leftovers" })?? {
            if !uploads::is_known(&mut self.db.read().await?, &id).await? {
                self.blobs.remove_partial(&id).await?;
                swept = swept.saturating_add(1);
            }
        }
        loop {
            let expired = uploads::expired(&mut self.db.read().await?, now_ms).await?;
            if expired.is_empty() {
                return Ok(swept);
            }
            for upload in expired {
                let mut tx = self.db.write().await?;
                uploads::delete(&mut tx, &upload.tenant, &upload.id).await?;
                tx.commit().await?;
                self.blobs.remove_partial(upload.id.as_str()).await?;
                swept = swept.saturating_add(1);
            }
        }
    }
}

impl From<BlobError> for Error {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::TooLarge { limit } => Self::FileTooLarge { limit },
            BlobError::Busy => Self::UploadBusy,
            BlobError::Checksum => Self::UploadChecksum,
            BlobError::TooLong => Self::UploadTooLong,
            other => Self::Files(other),
        }
    }
}
