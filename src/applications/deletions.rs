//! Deleting applications, and keeping none for longer than it may be kept.
//!
//! With the application's key every copy of its data is gone, in backups too as far as they do not hold that key. Key and
//! rows go in one transaction with a certificate; the files, which nobody can read any more, go from the disk after it,
//! and whatever a crash leaves of them goes with the next sweep.

use model::access::{Actor, Reach, Role};
use model::decision::DecisionOutcome;
use model::event::Event;
use model::ids::{ApplicationId, TenantId};
use tracing::warn;

use crate::db::deletions::{self, Retention};
use crate::db::{applications, documents, keys};
use crate::vault::{DeletionCertificate, DeletionReason, DeletionStatement, certify};

use super::audit::By;
use super::{Error, Service, declare};

const DAY_MS: i64 = 24 * 3600 * 1000;

/// How many days data is kept, by class; 0 keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Periods {
    /// Applications that were not approved.
    pub short_days: u32,
    /// Those that were approved or referred to a person.
    pub long_days: u32,
    pub fingerprints_days: u32,
}

/// What a sweep took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub applications: u64,
    pub fingerprints: u64,
}

impl Service {
    /// Deletes an application. One that was deleted before gives the certificate that it had then.
    ///
    /// # Errors
    /// [`Error::NoApplication`], [`Error::Database`], [`Error::Files`]: it is deleted, and its files will be off the disk
    /// after the next sweep.
    pub async fn delete_application(
        &self,
        reach: &Reach,
        id: &ApplicationId,
        reason: DeletionReason,
        by: &By,
    ) -> Result<DeletionCertificate, Error> {
        let deleted = self.delete(reach, id, reason, by, None).await?;
        let certificate = deleted.ok_or_else(|| Error::NoApplication(id.clone()))?;
        self.remove_files(&[(reach.tenant.clone(), id.clone())]).await?;
        Ok(certificate)
    }

    /// `None` when it is not past its time any more.
    async fn delete(
        &self,
        reach: &Reach,
        id: &ApplicationId,
        reason: DeletionReason,
        by: &By,
        expired: Option<(Retention, i64)>,
    ) -> Result<Option<DeletionCertificate>, Error> {
        let (tenant, now_ms) = (&reach.tenant, self.clock.now_ms());
        let mut tx = self.db.write().await?;
        let signer = keys::find_or_make(&mut tx, tenant, tenant.as_str(), now_ms).await?;
        let last = deletions::last(&mut tx, tenant).await?;
        deletions::hold(&mut tx, tenant, id).await?;
        if let Some(certificate) = deletions::of_application(&mut tx, tenant, id).await? {
            return if reach.admits(id) { Ok(Some(certificate)) } else { Err(Error::NoApplication(id.clone())) };
        }
        declare::application(&mut tx, reach, id).await?;
        match expired {
            Some((retention, than_ms)) => {
                if !deletions::is_expired(&mut tx, tenant, id, retention, than_ms).await? {
                    return Ok(None);
                }
            }
            None => drop(applications::raise_revision(&mut tx, tenant, id).await?),
        }
        let key = keys::of_application(&mut tx, tenant, id).await?;
        let statement = DeletionStatement {
            schema: 1,
            tenant: tenant.clone(),
            number: last.as_ref().map_or(1, |(number, _)| number.saturating_add(1)),
            application_id: id.clone(),
            deleted_ms: now_ms,
            reason,
            role: by.actor.role.as_str().to_owned(),
            subject: by.actor.subject.clone(),
            key_commitment: key.commitment().map_err(Error::Keys)?,
            documents: documents::count(&mut tx, tenant, id).await?,
            previous: last.map_or_else(|| "0".repeat(64), |(_, digest)| digest),
        };
        let certificate = certify(statement, &signer).map_err(Error::Keys)?;
        let uploads = deletions::erase(&mut tx, tenant, id).await?;
        deletions::insert(&mut tx, &certificate).await?;
        self.record(&mut tx, tenant, by, "application_deleted", id.as_str(), Some(reason.as_str())).await?;
        self.happened(&mut tx, tenant, Event::ApplicationDeleted { application_id: id.clone() }).await?;
        tx.commit().await?;
        self.wake_workers();
        self.changed(id);
        for upload in uploads {
            // What stays of it is taken with other leftovers.
            if let Err(error) = self.blobs.remove_partial(upload.as_str()).await {
                warn!(
                    error = format!("{:#}", anyhow::Error::new(error)),
                    "an upload of a deleted application stays for now"
                );
            }
        }
        Ok(Some(certificate))
    }

    /// Takes the files of deleted applications off the disk. They are finished once nothing of their keys is left in the
    /// database's log either; until then the next sweep tries again.
    async fn remove_files(&self, deleted: &[(TenantId, ApplicationId)]) -> Result<(), Error> {
        let (mut gone, mut failed) = (Vec::new(), None);
        for (tenant, id) in deleted {
            let (blobs, owner) = (self.blobs.clone(), id.to_string());
            let removed = tokio::task::spawn_blocking(move || blobs.remove_shelf(&owner));
            match removed.await.map_err(|_| Error::Panicked { doing: "removing files" }).and_then(|done| Ok(done?)) {
                Ok(()) => gone.push((tenant, id)),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if !gone.is_empty() && self.db.empty_log().await? {
            let mut tx = self.db.write().await?;
            for (tenant, id) in gone {
                deletions::finished(&mut tx, tenant, id, self.clock.now_ms()).await?;
            }
            tx.commit().await?;
        }
        failed.map_or(Ok(()), Err)
    }

    /// At most `limit` certificates in their order, those after the number `after`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn deletions(&self, reach: &Reach, after: i64, limit: u32) -> Result<Vec<DeletionCertificate>, Error> {
        Ok(deletions::page(&mut self.db.read().await?, &reach.tenant, after, limit).await?)
    }

    /// Takes off the disk what a crash left there of deleted applications, and deletes what is past its time.
    ///
    /// # Errors
    /// [`Error::Database`], [`Error::Files`].
    pub async fn apply_retention(&self) -> Result<Swept, Error> {
        let unfinished = deletions::to_finish(&mut self.db.read().await?).await?;
        if let Err(error) = self.remove_files(&unfinished).await {
            warn!(error = format!("{:#}", anyhow::Error::new(error)), "files of deleted applications stay for now");
        }
        let now_ms = self.clock.now_ms();
        let mut swept = Swept::default();
        let periods = [(Retention::Short, self.periods.short_days), (Retention::Long, self.periods.long_days)];
        for (retention, days) in periods.into_iter().filter(|(_, days)| *days > 0) {
            let than_ms = now_ms.saturating_sub(i64::from(days).saturating_mul(DAY_MS));
            let mut after = None;
            loop {
                let mut tx = self.db.read().await?;
                let expired = deletions::expired(&mut tx, retention, than_ms, after.as_ref()).await?;
                drop(tx);
                let Some(last) = expired.last().cloned() else { break };
                after = Some(last);
                let deleted = self.delete_expired(expired, (retention, than_ms)).await;
                swept.applications = swept.applications.saturating_add(deleted.len() as u64);
                if let Err(error) = self.remove_files(&deleted).await {
                    warn!(
                        error = format!("{:#}", anyhow::Error::new(error)),
                        "files of deleted applications stay for now"
                    );
                }
            }
        }
        if self.periods.fingerprints_days > 0 {
            let before = now_ms.saturating_sub(i64::from(self.periods.fingerprints_days).saturating_mul(DAY_MS));
            let before = super::day(before).to_string();
            let mut tx = self.db.write().await?;
            swept.fingerprints = deletions::forget_fingerprints(&mut tx, &before).await?;
            tx.commit().await?;
        }
        Ok(swept)
    }

    /// Those that were deleted. One that cannot be is said, and the others go on.
    async fn delete_expired(
        &self,
        expired: Vec<deletions::Expired>,
        past: (Retention, i64),
    ) -> Vec<(TenantId, ApplicationId)> {
        let by = By { actor: Actor { role: Role::Local, subject: "retention".to_owned() }, request: String::new() };
        let mut deleted = Vec::new();
        for deletions::Expired { tenant, application, .. } in expired {
            let reach = Reach::of(tenant);
            match self.delete(&reach, &application, DeletionReason::Retention, &by, Some(past)).await {
                Ok(Some(_)) => deleted.push((reach.tenant, application)),
                Ok(None) => {}
                Err(error) => {
                    let error = format!("{:#}", anyhow::Error::new(error));
                    warn!(%application, error, "an application past its time could not be deleted");
                }
            }
        }
        deleted
    }
}

/// Which period counts after a decision: whoever may have a loan, by us or by a reviewer, is kept the longer one.
pub(super) const fn retention_of(outcome: DecisionOutcome) -> Retention {
    match outcome {
        DecisionOutcome::Approve | DecisionOutcome::Refer => Retention::Long,
        DecisionOutcome::Decline | DecisionOutcome::NeedDocuments => Retention::Short,
    }
}
