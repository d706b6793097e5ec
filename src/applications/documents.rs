//! Filing documents with an application.
//!
//! A file without a password is kept, answered for, and read by a job. One that comes with a password is read before
//! it is answered for: the password is never written down, so no job could read it later.

use model::Sensitive;
use model::access::Reach;
use model::application::{DocumentState, FiledDocument};
use model::document::FileFacts;
use model::ids::{ApplicationId, DocumentId, JobId, TenantId};
use model::job::Job;

use crate::blobs::StoredFile;
use crate::db::queue::{self, Lane, Turn};
use crate::db::{Tx, applications, deletions, documents};

use super::read::Reading;
use super::{Error, Once, Service, declare, once};

/// Files up to this size are looked at before they are answered for: a photograph of 50 million pixels has 30 MB.
const PICTURE_BYTES_MAX: u64 = 40 << 20;

/// A received file.
#[derive(Debug)]
pub struct NewFile {
    /// As the applicant named it, without folders.
    pub filename: Sensitive<String>,
    pub stored: StoredFile,
    /// Tried in this order; none when it is to be read later.
    pub passwords: Vec<Sensitive<String>>,
}

/// The document of a file, and whether this call filed it.
#[derive(Debug, Clone, PartialEq)]
pub struct Filed {
    pub document: FiledDocument,
    /// False when the application had a document of these bytes, or the idempotency key was used for it.
    pub is_new: bool,
}

impl Service {
    /// Files a document. The same bytes twice in one application are one document; if it could not be read before
    /// and passwords come with it now, it is read again.
    ///
    /// # Errors
    /// [`Error::NoApplication`], [`Error::TooManyDocuments`], [`Error::KeyUsedElsewhere`], [`Error::Files`],
    /// [`Error::Database`].
    pub async fn file_document(
        &self,
        reach: &Reach,
        application: &ApplicationId,
        file: NewFile,
        once: Option<&Once>,
    ) -> Result<Filed, Error> {
        let filed = self.file_stored(reach, application, file, once).await;
        // Deleted while the file came: it lies where that application's files were.
        let is_gone =
            deletions::of_application(&mut self.db.read().await?, &reach.tenant, application).await?.is_some();
        if is_gone && filed.is_err() {
            let (blobs, owner) = (self.blobs.clone(), application.to_string());
            let removed = tokio::task::spawn_blocking(move || blobs.remove_shelf(&owner));
            removed.await.map_err(|_| Error::Panicked { doing: "removing files" })??;
            return Err(Error::NoApplication(application.clone()));
        }
        filed
    }

    async fn file_stored(
        &self,
        reach: &Reach,
        application: &ApplicationId,
        file: NewFile,
        once: Option<&Once>,
    ) -> Result<Filed, Error> {
        // Before the costly part: what would be refused or was answered already.
        let mut tx = self.db.read().await?;
        if let Some(earlier) = once::earlier(&mut tx, reach, once).await? {
            return filed_before(&mut tx, reach, &earlier).await;
        }
        declare::application(&mut tx, reach, application).await?;
        self.check_consent(&mut tx, reach, application).await?;
        let tenant = &reach.tenant;
        let known = documents::get_by_digest(&mut tx, tenant, application, &file.stored.sha256).await?;
        if known.is_none() && documents::count(&mut tx, tenant, application).await? >= i64::from(self.documents_max) {
            return Err(Error::TooManyDocuments { max: self.documents_max });
        }
        let shelf = self.shelf(&mut tx, tenant, application).await?;
        drop(tx);
        let is_read = known.as_ref().is_some_and(|document| document.state == DocumentState::Parsed);
        let (reading, problems) = if file.passwords.is_empty() || is_read {
            let may_be_picture = known.is_none() && file.stored.size_bytes <= PICTURE_BYTES_MAX;
            let problems = if may_be_picture { self.look(shelf, &file.stored.sha256).await? } else { Vec::new() };
            (None, problems)
        } else {
            (Some(self.extract(shelf, &file.filename, &file.stored.sha256, file.passwords).await?), Vec::new())
        };
        let document = FiledDocument {
            id: DocumentId::new(&self.unique()),
            tenant: tenant.clone(),
            application: application.clone(),
            parent: None,
            filename: file.filename,
            sha256: Some(file.stored.sha256.clone()),
            size_bytes: i64::try_from(file.stored.size_bytes).ok(),
            media_type: None,
            pages: None,
            state: DocumentState::Received,
            failure: None,
            parser: None,
            problems,
            facts: FileFacts::default(),
            summary: Vec::new(),
            entries: Vec::new(),
            created_ms: self.clock.now_ms(),
        };
        self.keep_document(reach, document, reading.as_ref(), once).await
    }

    async fn keep_document(
        &self,
        reach: &Reach,
        document: FiledDocument,
        reading: Option<&Reading>,
        once: Option<&Once>,
    ) -> Result<Filed, Error> {
        let (tenant, now_ms) = (&reach.tenant, self.clock.now_ms());
        let mut tx = self.db.write().await?;
        let is_new = documents::insert(&mut tx, &document).await?;
        let id = if is_new {
            document.id
        } else {
            let sha256 = document.sha256.as_deref().unwrap_or_default();
            let known = documents::get_by_digest(&mut tx, tenant, &document.application, sha256).await?;
            known.ok_or(Error::NoDocument(document.id))?.id
        };
        if let Some(earlier) = once::claim(&mut tx, reach, once, id.as_str(), now_ms).await? {
            return filed_before(&mut tx, reach, &earlier).await;
        }
        match reading {
            Some(reading) => self.keep_reading(&mut tx, tenant, &id, reading).await?,
            None if is_new => {
                applications::raise_revision(&mut tx, tenant, &document.application).await?;
                let job = Job::ParseDocument { document: id.clone() };
                self.enqueue(&mut tx, &job, tenant, &document.application).await?;
            }
            None => {}
        }
        let document = documents::get(&mut tx, tenant, &id).await?.ok_or(Error::NoDocument(id))?;
        tx.commit().await?;
        self.wake_workers();
        self.changed(&document.application);
        Ok(Filed { document, is_new })
    }

    /// Reads a document again with passwords. One that has been read stays as it is; so does an archive's file.
    ///
    /// # Errors
    /// [`Error::NoDocument`], [`Error::KeyUsedElsewhere`], [`Error::Files`], [`Error::Database`].
    pub async fn unlock_document(
        &self,
        reach: &Reach,
        id: &DocumentId,
        passwords: Vec<Sensitive<String>>,
        once: Option<&Once>,
    ) -> Result<FiledDocument, Error> {
        let mut tx = self.db.read().await?;
        let tenant = &reach.tenant;
        let document = document(&mut tx, reach, id).await?;
        let answered = once::earlier(&mut tx, reach, once).await?.is_some();
        // A file in an archive has no bytes of its own: the archive is opened again, for all its files.
        let root = match &document.parent {
            Some(parent) => {
                documents::get(&mut tx, tenant, parent).await?.ok_or_else(|| Error::NoDocument(parent.clone()))?
            }
            None => document.clone(),
        };
        let shelf = self.shelf(&mut tx, tenant, &document.application).await?;
        drop(tx);
        let needs_no_reading = document.state == DocumentState::Parsed && document.entries.is_empty();
        if answered || needs_no_reading {
            return Ok(document);
        }
        let sha256 = root.sha256.as_deref().ok_or_else(|| Error::NoDocument(root.id.clone()))?;
        let reading = self.extract(shelf, &root.filename, sha256, passwords).await?;
        let mut tx = self.db.write().await?;
        if once::claim(&mut tx, reach, once, id.as_str(), self.clock.now_ms()).await?.is_none() {
            self.keep_reading(&mut tx, tenant, &root.id, &reading).await?;
        }
        // An archive in the archive that opens at last has its files in its place; then the whole is the answer.
        let document = match documents::get(&mut tx, tenant, id).await? {
            Some(document) => document,
            None => documents::get(&mut tx, tenant, &root.id).await?.ok_or_else(|| Error::NoDocument(id.clone()))?,
        };
        tx.commit().await?;
        self.wake_workers();
        self.changed(&document.application);
        Ok(document)
    }

    /// # Errors
    /// [`Error::NoDocument`], [`Error::Database`].
    pub async fn document(&self, reach: &Reach, id: &DocumentId) -> Result<FiledDocument, Error> {
        document(&mut self.db.read().await?, reach, id).await
    }

    /// At most `limit` of an application's documents in the order in which they came, those after `after`.
    ///
    /// # Errors
    /// [`Error::NoApplication`], [`Error::Database`].
    pub async fn documents(
        &self,
        reach: &Reach,
        application: &ApplicationId,
        after: Option<&DocumentId>,
        limit: u32,
    ) -> Result<Vec<FiledDocument>, Error> {
        let mut tx = self.db.read().await?;
        declare::application(&mut tx, reach, application).await?;
        Ok(documents::page(&mut tx, &reach.tenant, application, after, limit).await?)
    }

    /// Queues a job in the transaction that needs it. Applications take turns.
    pub(super) async fn enqueue(
        &self,
        tx: &mut Tx,
        job: &Job,
        tenant: &TenantId,
        application: &ApplicationId,
    ) -> Result<(), Error> {
        let id = JobId::new(&self.unique());
        let turn = Turn { tenant, flow: application.as_str(), lane: Lane::Interactive };
        Ok(queue::enqueue(tx, &id, job, turn, self.clock.now_ms()).await?)
    }
}

async fn filed_before(tx: &mut Tx, reach: &Reach, id: &str) -> Result<Filed, Error> {
    let id = DocumentId::parse(id).ok_or(Error::KeyUsedElsewhere)?;
    Ok(Filed { document: document(tx, reach, &id).await?, is_new: false })
}

/// A document within reach. What is out of reach is not there.
pub(super) async fn document(tx: &mut Tx, reach: &Reach, id: &DocumentId) -> Result<FiledDocument, Error> {
    let found = documents::get(tx, &reach.tenant, id).await?;
    found.filter(|document| reach.admits(&document.application)).ok_or_else(|| Error::NoDocument(id.clone()))
}
