//! Telling who waits that something changed.
//!
//! What is told are states, never steps: whoever comes late, or comes back after a lost connection, is told the states as
//! they are, and nothing has to be remembered for them.

use std::collections::BTreeMap;
use std::time::Duration;

use model::access::Reach;
use model::application::{Application, ApplicationState, DocumentState, FiledDocument};
use model::ids::{ApplicationId, DocumentId};
use tokio::sync::broadcast;

use crate::db::documents;

use super::declare;
use super::documents::document;
use super::{Error, Service};

/// Longest time until a change that another process made is noticed.
const POLL: Duration = Duration::from_secs(1);

/// What somebody who watches an application has been told.
#[derive(Debug)]
pub struct Watch {
    reach: Reach,
    application: ApplicationId,
    changes: broadcast::Receiver<ApplicationId>,
    told: Option<(ApplicationState, i64)>,
    told_documents: BTreeMap<DocumentId, DocumentState>,
}

/// What changed.
#[derive(Debug)]
pub enum Change {
    Document(Box<FiledDocument>),
    Application(Box<Application>),
}

impl Service {
    /// Begins to watch an application.
    ///
    /// # Errors
    /// [`Error::NoApplication`], [`Error::Database`].
    pub async fn watch(&self, reach: &Reach, id: &ApplicationId) -> Result<Watch, Error> {
        let changes = self.changes.subscribe();
        self.application(reach, id).await?;
        Ok(Watch {
            reach: reach.clone(),
            application: id.clone(),
            changes,
            told: None,
            told_documents: BTreeMap::new(),
        })
    }

    /// What changed since the last call, documents before their application; the first call tells all there is. Waits
    /// until there is something.
    ///
    /// # Errors
    /// [`Error::NoApplication`], [`Error::Database`].
    pub async fn next_changes(&self, watch: &mut Watch) -> Result<Vec<Change>, Error> {
        loop {
            let changed = self.changed_since(watch).await?;
            if !changed.is_empty() {
                return Ok(changed);
            }
            wait(&mut watch.changes, &watch.application, POLL).await;
        }
    }

    async fn changed_since(&self, watch: &mut Watch) -> Result<Vec<Change>, Error> {
        let mut tx = self.db.read().await?;
        let application = declare::application(&mut tx, &watch.reach, &watch.application).await?;
        let mut changed = Vec::new();
        for (id, state) in documents::states(&mut tx, &watch.reach.tenant, &watch.application).await? {
            if watch.told_documents.get(&id) != Some(&state) {
                let filed = document(&mut tx, &watch.reach, &id).await?;
                watch.told_documents.insert(id, state);
                changed.push(Change::Document(Box::new(filed)));
            }
        }
        let now = (application.state, application.revision);
        if watch.told != Some(now) {
            watch.told = Some(now);
            changed.push(Change::Application(Box::new(application)));
        }
        Ok(changed)
    }

    /// The document once it has been read, or as it is when `patience` is over.
    ///
    /// # Errors
    /// [`Error::NoDocument`], [`Error::Database`].
    pub async fn document_when_read(
        &self,
        reach: &Reach,
        id: &DocumentId,
        patience: Duration,
    ) -> Result<FiledDocument, Error> {
        let mut changes = self.changes.subscribe();
        let patient = async {
            loop {
                let filed = self.document(reach, id).await?;
                if filed.state != DocumentState::Received {
                    return Ok(filed);
                }
                wait(&mut changes, &filed.application, POLL).await;
            }
        };
        match tokio::time::timeout(patience, patient).await {
            Ok(read) => read,
            Err(_) => self.document(reach, id).await,
        }
    }

    /// Tells whoever watches this application to look again.
    pub(super) fn changed(&self, application: &ApplicationId) {
        // An error says that nobody watches.
        let _ = self.changes.send(application.clone());
    }
}

/// Until the application changes in this process, or the time is over.
async fn wait(changes: &mut broadcast::Receiver<ApplicationId>, application: &ApplicationId, at_most: Duration) {
    let changed = async {
        loop {
            match changes.recv().await {
                Ok(other) if other != *application => {}
                // Having missed some is as good as a change.
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    };
    let _ = tokio::time::timeout(at_most, changed).await;
}
