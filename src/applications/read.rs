//! Reading stored files, and keeping what was read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::application::{ArchiveEntry, DocumentState, FiledDocument};
use model::document::{FileFacts, MediaType};
use model::ids::{ApplicationId, DocumentId, StatementId, TenantId};
use model::job::Job;
use model::summary::StatementSummary;
use model::{Problem, Sensitive};
use tokio::sync::SemaphorePermit;

use crate::blobs::Shelf;
use crate::db::queue::{self, Lease};
use crate::db::{Tx, applications, documents};
use crate::pipeline::{self, Extracted};

use super::{Error, Service};

/// What a stored file holds.
#[derive(Debug)]
pub(super) struct Reading {
    /// Of the file itself, which may be an archive.
    pub media_type: Option<MediaType>,
    /// The file, or the files in it.
    pub files: Vec<Extracted>,
}

/// A picture of 12 megapixels takes a third of a second; an upload is answered without the verdict after this.
const LOOK_MAX: Duration = Duration::from_secs(3);

impl Service {
    /// The job [`Job::ParseDocument`]: reads a document that came without a password.
    ///
    /// # Errors
    /// [`Error::LeaseLost`]: nothing was kept. [`Error::Files`], [`Error::Database`].
    pub async fn read_document(&self, id: &DocumentId, lease: &Lease) -> Result<(), Error> {
        let mut tx = self.db.read().await?;
        let document = documents::get(&mut tx, &lease.tenant, id).await?;
        let shelf = match &document {
            Some(document) => Some(self.shelf(&mut tx, &lease.tenant, &document.application).await?),
            None => None,
        };
        drop(tx);
        // Someone may have come with the password meanwhile.
        let unread = document.filter(|document| document.state == DocumentState::Received);
        let reading = match (&unread, shelf) {
            (Some(FiledDocument { filename, sha256: Some(sha256), .. }), Some(shelf)) => {
                Some(self.extract(shelf, filename, sha256, Vec::new()).await?)
            }
            _ => None,
        };
        let mut tx = self.db.write().await?;
        if !queue::complete(&mut tx, lease).await? {
            return Err(Error::LeaseLost);
        }
        let is_unread =
            documents::get(&mut tx, &lease.tenant, id).await?.is_some_and(|now| now.state == DocumentState::Received);
        if let (Some(reading), true) = (reading, is_unread) {
            self.keep_reading(&mut tx, &lease.tenant, id, &reading).await?;
        }
        tx.commit().await?;
        self.wake_workers();
        if let Some(document) = &unread {
            self.changed(&document.application);
        }
        Ok(())
    }

    /// Reads a stored file: in a process apart, or on a core of this one. The passwords live as long as this call.
    pub(super) async fn extract(
        &self,
        shelf: Shelf,
        filename: &Sensitive<String>,
        sha256: &str,
        passwords: Vec<Sensitive<String>>,
    ) -> Result<Reading, Error> {
        let began = Instant::now();
        let reading = self.extract_untimed(shelf, filename, sha256, passwords).await?;
        let kind = reading.media_type.map_or("other", MediaType::as_str);
        let outcome = if reading.files.iter().any(|file| file.outcome.is_ok()) { "read" } else { "failed" };
        self.metrics.document(kind, outcome, began.elapsed());
        Ok(reading)
    }

    async fn extract_untimed(
        &self,
        shelf: Shelf,
        filename: &Sensitive<String>,
        sha256: &str,
        passwords: Vec<Sensitive<String>>,
    ) -> Result<Reading, Error> {
        let doing = "reading a document";
        let Some(sandbox) = &self.sandbox else {
            let reader = self.reader.clone();
            let (filename, sha256) = (filename.clone(), sha256.to_owned());
            return self
                .on_a_core(doing, move || {
                    let bytes = shelf.read(&sha256)?;
                    let passwords: Vec<&str> = passwords.iter().map(|password| password.reveal().as_str()).collect();
                    Ok(Reading {
                        media_type: pipeline::media_type_of(&bytes),
                        files: pipeline::extract(filename.reveal(), &bytes, &passwords, &reader),
                    })
                })
                .await?;
        };
        let (_permit, bytes) = self.file_for_a_child(doing, shelf, sha256).await?;
        let answer = sandbox.read(filename.reveal(), &bytes, passwords).await;
        Ok(Reading { media_type: answer.media_type, files: answer.files })
    }

    /// A stored file, and a core for whoever works on it, which is taken for as long as the permit is held.
    pub(super) async fn file_for_a_child(
        &self,
        doing: &'static str,
        shelf: Shelf,
        sha256: &str,
    ) -> Result<(SemaphorePermit<'_>, Vec<u8>), Error> {
        let permit = self.cores.acquire().await.map_err(|_| Error::Panicked { doing })?;
        let digest = sha256.to_owned();
        let bytes = tokio::task::spawn_blocking(move || shelf.read(&digest));
        Ok((permit, bytes.await.map_err(|_| Error::Panicked { doing })??))
    }

    /// Looks at a picture before it is read, so that whoever sent it is told at once what to do better. Who sends something
    /// else, or comes when others' pictures are looked at for longer than [`LOOK_MAX`], is told when it is read.
    pub(super) async fn look(&self, shelf: Shelf, sha256: &str) -> Result<Vec<Problem>, Error> {
        let doing = "looking at a picture";
        let digest = sha256.to_owned();
        let picture = tokio::task::spawn_blocking(move || {
            shelf.read(&digest).map(|bytes| pipeline::begins_as_picture(&bytes).then_some(bytes))
        });
        let Some(bytes) = picture.await.map_err(|_| Error::Panicked { doing })?? else { return Ok(Vec::new()) };
        let looked = async {
            // Not a reader's core: a file that takes minutes must not keep others from being taken.
            let permit = Arc::clone(&self.looks).acquire_owned().await.ok()?;
            let Some(sandbox) = &self.sandbox else {
                let limits = self.reader.limits.clone();
                let look = move || {
                    let _permit = permit;
                    pipeline::poor_picture(&bytes, &limits)
                };
                return tokio::task::spawn_blocking(look).await.ok();
            };
            Some(sandbox.look(&bytes).await)
        };
        Ok(tokio::time::timeout(LOOK_MAX, looked).await.ok().flatten().unwrap_or_default())
    }

    /// Keeps what reading a document gave, and queues what follows. What had been read before stays.
    pub(super) async fn keep_reading(
        &self,
        tx: &mut Tx,
        tenant: &TenantId,
        id: &DocumentId,
        reading: &Reading,
    ) -> Result<(), Error> {
        let document = documents::get(tx, tenant, id).await?.ok_or_else(|| Error::NoDocument(id.clone()))?;
        match reading.files.as_slice() {
            [whole] if whole.name == *document.filename.reveal() => {
                self.keep_one(tx, document.clone(), whole).await?;
            }
            files => self.keep_archive(tx, document.clone(), reading.media_type, files).await?,
        }
        self.documents_changed(tx, &document).await
    }

    pub(super) async fn documents_changed(&self, tx: &mut Tx, document: &FiledDocument) -> Result<(), Error> {
        // First the application's row, which keeps two transactions apart; only then is the count the true one.
        applications::raise_revision(tx, &document.tenant, &document.application).await?;
        self.assess_when_read(tx, &document.tenant, &document.application).await
    }

    /// Queues the assessment, unless a document that is still to be read will.
    pub(super) async fn assess_when_read(
        &self,
        tx: &mut Tx,
        tenant: &TenantId,
        application: &ApplicationId,
    ) -> Result<(), Error> {
        if documents::count_unread(tx, tenant, application).await? == 0 {
            let job = Job::AssessApplication { application: application.clone() };
            self.enqueue(tx, &job, tenant, application).await?;
        }
        Ok(())
    }

    async fn keep_one(&self, tx: &mut Tx, mut document: FiledDocument, read: &Extracted) -> Result<(), Error> {
        fill(&mut document, read);
        let kept = documents::update(tx, &document).await?;
        if kept {
            self.keep_statements(tx, &document, read).await?;
            self.document_happened(tx, &document).await?;
        }
        Ok(())
    }

    async fn keep_statements(&self, tx: &mut Tx, document: &FiledDocument, read: &Extracted) -> Result<(), Error> {
        let Ok(read) = &read.outcome else { return Ok(()) };
        for (position, statement) in (0..).zip(&read.parsed.statements) {
            let id = StatementId::new(&self.unique());
            documents::insert_statement(tx, &document.tenant, &document.id, &id, position, statement).await?;
        }
        Ok(())
    }

    /// Each file of an archive is a document of its own.
    async fn keep_archive(
        &self,
        tx: &mut Tx,
        mut archive: FiledDocument,
        media_type: Option<MediaType>,
        files: &[Extracted],
    ) -> Result<(), Error> {
        archive.state = DocumentState::Parsed;
        archive.media_type = media_type;
        archive.failure = None;
        if documents::update(tx, &archive).await? {
            self.document_happened(tx, &archive).await?;
        }

        let mut occurrences: BTreeMap<&str, i64> = BTreeMap::new();
        let mut entries = Vec::with_capacity(files.len());
        for file in files {
            let occurrence = occurrences.entry(&file.name).or_insert(0);
            let known = archive.entries.iter().find(|e| *e.name.reveal() == file.name && e.occurrence == *occurrence);
            let document = self.keep_entry(tx, &archive, known.map(|entry| &entry.document), file).await?;
            entries.push(ArchiveEntry { name: Sensitive::new(file.name.clone()), occurrence: *occurrence, document });
            *occurrence = occurrence.saturating_add(1);
        }
        // What had been read of it stays, whatever this password opens.
        for old in &archive.entries {
            let known = documents::get(tx, &archive.tenant, &old.document).await?;
            let was_read = known.is_some_and(|document| document.state == DocumentState::Parsed);
            let is_listed = entries.iter().any(|e| e.name == old.name && e.occurrence == old.occurrence);
            if was_read && !is_listed {
                entries.push(old.clone());
            }
        }
        documents::set_entries(tx, &archive.tenant, &archive.id, &entries).await?;
        for old in &archive.entries {
            if !entries.iter().any(|entry| entry.document == old.document) {
                documents::delete_failed(tx, &archive.tenant, &old.document).await?;
            }
        }
        Ok(())
    }

    /// The document of an archive's file: the one it was before, the one of the same bytes, or a new one.
    async fn keep_entry(
        &self,
        tx: &mut Tx,
        archive: &FiledDocument,
        known: Option<&DocumentId>,
        file: &Extracted,
    ) -> Result<DocumentId, Error> {
        let twin = match &file.sha256 {
            Some(sha256) => documents::get_by_digest(tx, &archive.tenant, &archive.application, sha256).await?,
            None => None,
        };
        let before = match (twin, known) {
            (Some(twin), _) => Some(twin),
            (None, Some(known)) => documents::get(tx, &archive.tenant, known).await?,
            (None, None) => None,
        };
        if let Some(before) = before {
            let id = before.id.clone();
            if before.state != DocumentState::Parsed {
                self.keep_one(tx, before, file).await?;
            }
            return Ok(id);
        }
        let mut document = FiledDocument {
            id: DocumentId::new(&self.unique()),
            parent: Some(archive.id.clone()),
            filename: Sensitive::new(file.name.clone()),
            size_bytes: None,
            entries: Vec::new(),
            created_ms: self.clock.now_ms(),
            ..archive.clone()
        };
        fill(&mut document, file);
        document.sha256.clone_from(&file.sha256);
        documents::insert(tx, &document).await?;
        self.keep_statements(tx, &document, file).await?;
        self.document_happened(tx, &document).await?;
        Ok(document.id)
    }
}

/// What reading told of a document.
fn fill(document: &mut FiledDocument, read: &Extracted) {
    document.media_type = read.media_type;
    document.pages = read.pages;
    if document.sha256.is_none() {
        document.sha256.clone_from(&read.sha256);
    }
    match &read.outcome {
        Ok(read) => {
            document.state = DocumentState::Parsed;
            document.failure = None;
            document.parser = Some(read.parsed.parser.clone());
            document.problems.clone_from(&read.parsed.problems);
            document.facts.clone_from(&read.facts);
            document.summary = read.parsed.statements.iter().map(StatementSummary::of).collect();
        }
        Err(failure) => {
            document.state = DocumentState::Failed;
            document.failure = Some(failure.clone());
            document.parser = None;
            document.problems = Vec::new();
            document.facts = FileFacts::default();
            document.summary = Vec::new();
        }
    }
}
