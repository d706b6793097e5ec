//! What was read and what was made of it.

use model::application::{ApplicationState, DocumentState, FiledDocument};
use model::extracted::Extracted;
use model::ids::{ApplicationId, DocumentId};
use model::ledger::Ledger;

use crate::db::assessments::{self, StoredAssessment};
use crate::db::{Tx, applications, documents};

use super::assess::restore;
use super::{Error, Service};

pub use crate::pipeline::category as printed_category;

/// The newest assessment, which takes every document into account.
pub type Assessment = StoredAssessment;

/// A document with what was read of it.
#[derive(Debug)]
pub struct DocumentReading {
    pub filed: FiledDocument,
    /// `None` while it has not been read, and for an archive, whose files are documents of their own.
    pub extracted: Option<Extracted>,
    /// Its number in the assessment that `ledger` is of.
    pub index: u32,
    /// Of the application's assessment, when there is one that takes this document into account.
    pub ledger: Option<Ledger>,
}

impl Service {
    /// # Errors
    /// [`Error::NoDocument`], [`Error::Database`].
    pub async fn document_reading(&self, id: &DocumentId) -> Result<DocumentReading, Error> {
        let mut tx = self.db.read().await?;
        let filed = documents::get(&mut tx, id).await?.ok_or_else(|| Error::NoDocument(id.clone()))?;
        let extracted = match filed.state {
            DocumentState::Received => None,
            _ if filed.is_opened_archive() => None,
            _ => Some(restore(filed.clone(), documents::statements(&mut tx, id).await?)),
        };
        let assessed = current_ledger(&mut tx, &filed.application).await?;
        let placed = assessed.and_then(|(ledger, ids)| {
            let index = ids.iter().position(|other| other == id)?;
            Some((u32::try_from(index).ok()?, ledger))
        });
        let (index, ledger) = placed.map_or((0, None), |(index, ledger)| (index, Some(ledger)));
        Ok(DocumentReading { filed, extracted, index, ledger })
    }

    /// The assessment of an application as it stands.
    ///
    /// # Errors
    /// [`Error::NotAssessedYet`], also when its documents have changed since; [`Error::NoApplication`],
    /// [`Error::Database`].
    pub async fn assessment(&self, id: &ApplicationId) -> Result<Assessment, Error> {
        let mut tx = self.db.read().await?;
        let application = applications::get(&mut tx, id).await?.ok_or_else(|| Error::NoApplication(id.clone()))?;
        let newest = match application.state {
            ApplicationState::Assessed => assessments::newest(&mut tx, id).await?,
            ApplicationState::Open | ApplicationState::Processing | ApplicationState::Abandoned => None,
        };
        newest.ok_or(Error::NotAssessedYet { state: application.state })
    }
}

/// The ledger of the assessment as the application stands, and which document each of its numbers is.
async fn current_ledger(tx: &mut Tx, id: &ApplicationId) -> Result<Option<(Ledger, Vec<DocumentId>)>, Error> {
    match applications::get(tx, id).await? {
        Some(application) if application.state == ApplicationState::Assessed => {
            Ok(assessments::ledger(tx, id, application.revision).await?)
        }
        _ => Ok(None),
    }
}
