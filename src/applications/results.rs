//! What was read and what was made of it.

use model::access::Reach;
use model::application::{ApplicationState, DocumentState, FiledDocument};
use model::extracted::Extracted;
use model::ids::{ApplicationId, DocumentId, TenantId};
use model::ledger::Ledger;
use tokio::sync::SemaphorePermit;

use crate::db::assessments::{self, StoredAssessment};
use crate::db::{Tx, applications, documents};

use super::assess::restore;
use super::documents::document;
use super::{Error, Service, declare};

pub use crate::pipeline::category as printed_category;

/// The newest assessment, which takes every document into account.
pub type Assessment = StoredAssessment;

/// Documents with what was read of them, and the ledger they are part of.
#[derive(Debug)]
pub struct Readings {
    pub documents: Vec<DocumentReading>,
    /// Of the application's assessment as it stands; `None` while there is none.
    pub ledger: Option<Ledger>,
}

impl Readings {
    /// How many transactions they list.
    #[must_use]
    pub fn rows(&self) -> usize {
        let read = self.documents.iter().filter_map(|document| document.extracted.as_ref()?.outcome.as_ref().ok());
        read.flat_map(|read| &read.parsed.statements).map(|statement| statement.transactions.len()).sum()
    }
}

/// A document with what was read of it.
#[derive(Debug)]
pub struct DocumentReading {
    pub filed: FiledDocument,
    /// `None` while it has not been read, and for an archive, whose files are documents of their own.
    pub extracted: Option<Extracted>,
    /// Its number in the ledger's row references; `None` when the ledger does not know it.
    pub index: Option<u32>,
}

impl Service {
    /// Waits until an export may take the memory that it needs; it has it for as long as the permit is held.
    pub async fn room_for_export(&self) -> Option<SemaphorePermit<'_>> {
        self.exports.acquire().await.ok()
    }

    /// One document with what was read of it.
    ///
    /// # Errors
    /// [`Error::NoDocument`], [`Error::Database`].
    pub async fn document_reading(&self, reach: &Reach, id: &DocumentId) -> Result<Readings, Error> {
        let mut tx = self.db.read().await?;
        let filed = document(&mut tx, reach, id).await?;
        let application = filed.application.clone();
        readings(&mut tx, &reach.tenant, &application, vec![filed]).await
    }

    /// At most `limit` of an application's documents with what was read of them, in the order in which they came,
    /// those after `after`.
    ///
    /// # Errors
    /// [`Error::NoApplication`], [`Error::Database`].
    pub async fn document_readings(
        &self,
        reach: &Reach,
        application: &ApplicationId,
        after: Option<&DocumentId>,
        limit: u32,
    ) -> Result<Readings, Error> {
        let mut tx = self.db.read().await?;
        declare::application(&mut tx, reach, application).await?;
        let filed = documents::page(&mut tx, &reach.tenant, application, after, limit).await?;
        readings(&mut tx, &reach.tenant, application, filed).await
    }

    /// The assessment of an application as it stands.
    ///
    /// # Errors
    /// [`Error::NotAssessedYet`], also when its documents have changed since; [`Error::NoApplication`],
    /// [`Error::Database`].
    pub async fn assessment(&self, reach: &Reach, id: &ApplicationId) -> Result<Assessment, Error> {
        let mut tx = self.db.read().await?;
        let application = declare::application(&mut tx, reach, id).await?;
        let newest = match application.state {
            ApplicationState::Assessed => assessments::newest(&mut tx, &reach.tenant, id).await?,
            ApplicationState::Open | ApplicationState::Processing | ApplicationState::Abandoned => None,
        };
        newest.ok_or(Error::NotAssessedYet { state: application.state })
    }
}

async fn readings(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
    filed: Vec<FiledDocument>,
) -> Result<Readings, Error> {
    let (ledger, ids) = match current_ledger(tx, tenant, application).await? {
        Some((ledger, ids)) => (Some(ledger), ids),
        None => (None, Vec::new()),
    };
    let mut read = Vec::with_capacity(filed.len());
    for filed in filed {
        let extracted = match filed.state {
            DocumentState::Received => None,
            _ if filed.is_opened_archive() => None,
            _ => Some(restore(filed.clone(), documents::statements(tx, tenant, &filed.id).await?)),
        };
        let index = ids.iter().position(|id| *id == filed.id).and_then(|index| u32::try_from(index).ok());
        read.push(DocumentReading { filed, extracted, index });
    }
    Ok(Readings { documents: read, ledger })
}

/// The ledger of the assessment as the application stands, and which document each of its numbers is.
async fn current_ledger(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &ApplicationId,
) -> Result<Option<(Ledger, Vec<DocumentId>)>, Error> {
    match applications::get(tx, tenant, id).await? {
        Some(application) if application.state == ApplicationState::Assessed => {
            Ok(assessments::ledger(tx, tenant, id, application.revision).await?)
        }
        _ => Ok(None),
    }
}
