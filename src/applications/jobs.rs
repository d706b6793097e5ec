//! Jobs as whoever looks after them sees them: what waits, what was given up, and putting it back.

use model::access::Reach;
use model::application::DocumentState;
use model::failure::Failure;
use model::ids::{DocumentId, JobId, TenantId};
use model::job::Job;

use crate::db::queue::{self, State, StoredJob};
use crate::db::{Tx, applications, documents};

use super::audit::By;
use super::{Error, Service};

impl Service {
    /// At most `limit` of the jobs in the order in which they were queued, those after `after`; of one state when it is
    /// given. One that is done is none any more.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn jobs(
        &self,
        reach: &Reach,
        state: Option<State>,
        after: Option<&JobId>,
        limit: u32,
    ) -> Result<Vec<StoredJob>, Error> {
        Ok(queue::page(&mut self.db.read().await?, &reach.tenant, state, after, limit).await?)
    }

    /// # Errors
    /// [`Error::NoJob`], [`Error::Database`].
    pub async fn job(&self, reach: &Reach, id: &JobId) -> Result<StoredJob, Error> {
        let found = queue::get(&mut self.db.read().await?, &reach.tenant, id).await?;
        found.ok_or_else(|| Error::NoJob(id.clone()))
    }

    /// Puts a job that was given up or cancelled back; its document is to be read again.
    ///
    /// # Errors
    /// [`Error::NoJob`], [`Error::JobState`] for one that was not given up, [`Error::Database`].
    pub async fn retry_job(&self, reach: &Reach, id: &JobId, by: &By) -> Result<StoredJob, Error> {
        let mut tx = self.db.write().await?;
        let before = stored(&mut tx, reach, id).await?;
        if !queue::revive(&mut tx, &reach.tenant, id, self.clock.now_ms()).await? {
            return Err(Error::JobState { id: id.clone(), state: before.state.as_str() });
        }
        if let Job::ParseDocument { document } = &before.job
            && documents::set_received(&mut tx, &reach.tenant, document).await?
            && let Some(document) = documents::get(&mut tx, &reach.tenant, document).await?
        {
            applications::raise_revision(&mut tx, &reach.tenant, &document.application).await?;
        }
        self.record(&mut tx, &reach.tenant, by, "job_retried", id.as_str(), None).await?;
        let after = stored(&mut tx, reach, id).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(after)
    }

    /// Gives a job up that waits or runs: what it would have made is not made, and what waits for it is told so.
    ///
    /// # Errors
    /// [`Error::NoJob`], [`Error::JobState`] for one that was given up, [`Error::Database`].
    pub async fn cancel_job(&self, reach: &Reach, id: &JobId, by: &By) -> Result<StoredJob, Error> {
        let mut tx = self.db.write().await?;
        let before = stored(&mut tx, reach, id).await?;
        let why = format!("cancelled by {} {}", by.actor.role.as_str(), by.actor.subject);
        if !queue::cancel(&mut tx, &reach.tenant, id, &why).await? {
            return Err(Error::JobState { id: id.clone(), state: before.state.as_str() });
        }
        match &before.job {
            Job::ParseDocument { document } => {
                self.give_up_document(&mut tx, &reach.tenant, document, Failure::Cancelled).await?;
            }
            Job::AssessApplication { application } => {
                self.abandon_assessment(&mut tx, &reach.tenant, application).await?;
            }
            // What was not told can be asked for again.
            Job::DeliverEvent { .. } => {}
        }
        self.record(&mut tx, &reach.tenant, by, "job_cancelled", id.as_str(), None).await?;
        let after = stored(&mut tx, reach, id).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(after)
    }

    /// A document that nobody will read: it failed, and its application goes on without it.
    pub(super) async fn give_up_document(
        &self,
        tx: &mut Tx,
        tenant: &TenantId,
        id: &DocumentId,
        why: Failure,
    ) -> Result<(), Error> {
        let Some(mut document) = documents::get(tx, tenant, id).await? else { return Ok(()) };
        if document.state == DocumentState::Received {
            document.state = DocumentState::Failed;
            document.failure = Some(why);
            documents::update(tx, &document).await?;
            self.document_happened(tx, &document).await?;
            self.documents_changed(tx, &document).await?;
        }
        Ok(())
    }
}

async fn stored(tx: &mut Tx, reach: &Reach, id: &JobId) -> Result<StoredJob, Error> {
    queue::get(tx, &reach.tenant, id).await?.ok_or_else(|| Error::NoJob(id.clone()))
}
