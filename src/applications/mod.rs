//! What can be done with an application. The doors (`api`, `jobs`) call these and nothing below.
//!
//! Whatever changes an application's documents raises its revision and queues the work that follows, in one
//! transaction: after a crash at any moment the work is either queued or was never asked for.

mod access;
mod assess;
mod audit;
mod consents;
mod declare;
mod deletions;
mod documents;
mod housekeeping;
mod jobs;
mod master;
mod once;
mod picture;
mod progress;
mod read;
mod results;
mod reveal;
mod uploads;
mod webhooks;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::civil::Date;
use model::access::Reach;
use model::ids::{AccessKeyId, ApplicationId, DocumentId, JobId, TenantId, UploadId, WebhookId};
use tokio::sync::{Notify, Semaphore, broadcast, watch};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::blobs::{BlobError, Blobs, Incoming, Shelf};
use crate::courier::{Courier, Undelivered};
use crate::db::queue::Crew;
use crate::db::{Db, DbError, Tx, keys};
use crate::metrics::Metrics;
use crate::pipeline::{AssessError, Key as RegistryKey, Policy, Reader};
use crate::sandbox::Sandbox;
use crate::vault::VaultError;

pub use crate::blobs::StoredFile;
pub use crate::courier::BadAddress;
pub use crate::db::queue::{State as JobState, StoredJob};
pub use crate::vault::{DeletionCertificate, DeletionReason};
pub use access::{Holder, Key, NewToken, default_tenant};
pub use audit::{By, Line};
pub use deletions::{Periods, Swept};
pub use documents::{Filed, NewFile};
pub use master::MasterInUse;
pub use once::Once;
pub use progress::{Change, Watch};
pub use results::{Assessment, DocumentReading, Readings, printed_category};
pub use reveal::{Revealed, RevealedStatement};
pub use uploads::{Checksum, Received, Upload};
pub use webhooks::{Happened, Replayed, Webhook, WebhookChange};

/// The program's shared state.
#[derive(Debug)]
pub struct Service {
    pub db: Db,
    pub blobs: Blobs,
    pub policy: Policy,
    pub reader: Reader,
    /// Reads files in processes apart; `None` reads them in this one.
    pub sandbox: Option<Arc<Sandbox>>,
    /// Most documents of one application.
    pub documents_max: u32,
    /// Whether a file is taken only when the applicant has consented to something here.
    pub consents_required: bool,
    /// Of the fingerprints by which applicants are compared; `None`: they are not.
    registry_key: Option<RegistryKey>,
    /// How long applications are kept.
    periods: Periods,
    courier: Courier,
    pub clock: Clock,
    pub metrics: Metrics,
    ids: Mutex<ContextV7>,
    /// Documents read and applications assessed at once: such work fills a core and up to a few hundred MB.
    cores: Arc<Semaphore>,
    /// Pictures looked at at once while their uploads wait, and exports written at once.
    looks: Arc<Semaphore>,
    exports: Semaphore,
    /// Of each crew.
    wake: [Notify; Crew::ALL.len()],
    /// Which application changed, for those who watch it in this process.
    changes: broadcast::Sender<ApplicationId>,
    stop: watch::Sender<bool>,
}

/// Changes that a watcher may lag behind before it looks at everything again.
const CHANGES_KEPT: usize = 256;

/// Each takes some 100 MB for a third of a second.
const LOOKS_AT_ONCE: usize = 2;
/// An application's whole ledger is in memory while it is written.
const EXPORTS_AT_ONCE: usize = 2;

/// What a [`Service`] is built from.
#[derive(Debug)]
pub struct Parts {
    pub db: Db,
    pub blobs: Blobs,
    pub policy: Policy,
    pub reader: Reader,
    pub sandbox: Option<Arc<Sandbox>>,
    pub documents_max: u32,
    pub consents_required: bool,
    pub registry_key: Option<RegistryKey>,
    pub periods: Periods,
    pub courier: Courier,
    pub clock: Clock,
    /// See `jobs.workers`.
    pub cores: usize,
}

/// Where the time comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    System,
    /// Milliseconds since 1970, set by whoever holds the other end.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// Milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            }
            Self::Fixed(now) => now.load(Ordering::SeqCst),
        }
    }

    /// The day it is in China: what "today" means to an applicant.
    #[must_use]
    pub fn today(&self) -> Date {
        day(self.now_ms())
    }
}

/// The day in China of a moment in milliseconds since 1970.
fn day(ms: i64) -> Date {
    let moment = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    jiff::tz::offset(8).to_datetime(moment).date()
}

/// Why something could not be done with an application.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no application {0}")]
    NoApplication(ApplicationId),
    #[error("there is no document {0}")]
    NoDocument(DocumentId),
    #[error("there is no key {0} that opens something")]
    NoKey(AccessKeyId),
    #[error("the system gives no random bytes")]
    NoRandomness(#[source] getrandom::Error),
    #[error("the application has {max} documents already")]
    TooManyDocuments { max: u32 },
    #[error("there is no job {0}, or none any more")]
    NoJob(JobId),
    /// What was asked for can be done in another state only.
    #[error("the job {id} is {state}")]
    JobState { id: JobId, state: &'static str },
    #[error("there is no webhook {0}")]
    NoWebhook(WebhookId),
    #[error("the webhook {0} is disabled")]
    WebhookDisabled(WebhookId),
    #[error("there are {max} webhooks already")]
    TooManyWebhooks { max: i64 },
    #[error("the address of a webhook does not do")]
    BadAddress(#[source] BadAddress),
    #[error("the webhook {webhook} was not told")]
    Undelivered {
        webhook: WebhookId,
        #[source]
        why: Undelivered,
    },
    #[error("there is no upload {0}")]
    NoUpload(UploadId),
    #[error("the upload {0} has expired")]
    UploadGone(UploadId),
    #[error("the upload stands at {at}")]
    UploadElsewhere { at: u64 },
    #[error("another request writes to the upload")]
    UploadBusy,
    #[error("the bytes are not those that their checksum was made of")]
    UploadChecksum,
    #[error("more bytes than were announced")]
    UploadTooLong,
    #[error("{max} uploads are under way")]
    TooManyUploads { max: i64 },
    #[error("the application {0} has no consent")]
    NoConsent(ApplicationId),
    #[error("the file has more than {limit} bytes")]
    FileTooLarge { limit: u64 },
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyUsedElsewhere,
    /// It is not assessed, or was before its documents changed.
    #[error("the application is not assessed as it stands")]
    NotAssessedYet { state: model::application::ApplicationState },
    #[error("the application could not be assessed")]
    Assess(#[source] AssessError),
    #[error("the files could not be reached")]
    Files(#[source] BlobError),
    #[error("a key does not do")]
    Keys(#[source] VaultError),
    #[error("the database did not do its part")]
    Database(#[from] DbError),
    /// Another worker has the job by now; what this one made of it is dropped.
    #[error("the lease of the job was lost")]
    LeaseLost,
    #[error("the program failed while {doing}")]
    Panicked { doing: &'static str },
}

impl Service {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            db: parts.db,
            blobs: parts.blobs,
            policy: parts.policy,
            reader: parts.reader,
            sandbox: parts.sandbox,
            documents_max: parts.documents_max,
            consents_required: parts.consents_required,
            registry_key: parts.registry_key,
            periods: parts.periods,
            courier: parts.courier,
            clock: parts.clock,
            metrics: Metrics::default(),
            ids: Mutex::new(ContextV7::new()),
            cores: Arc::new(Semaphore::new(parts.cores.max(1))),
            looks: Arc::new(Semaphore::new(LOOKS_AT_ONCE)),
            exports: Semaphore::new(EXPORTS_AT_ONCE),
            wake: Default::default(),
            changes: broadcast::Sender::new(CHANGES_KEPT),
            stop: watch::Sender::new(false),
        }
    }

    /// A fresh time-ordered value: UUIDv7 as 32 hex digits. Those of one process are in the order they were made.
    #[must_use]
    pub fn unique(&self) -> String {
        let now_ms = u64::try_from(self.clock.now_ms()).unwrap_or(0);
        let nanoseconds = u32::try_from(now_ms % 1_000).unwrap_or(0).saturating_mul(1_000_000);
        let context = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let timestamp = Timestamp::from_unix(&*context, now_ms / 1_000, nanoseconds);
        Uuid::new_v7(timestamp).simple().to_string()
    }

    /// Begins to receive a file of an application.
    ///
    /// # Errors
    /// [`Error::NoApplication`], [`Error::Files`], [`Error::Database`].
    pub async fn receive_file(&self, reach: &Reach, application: &ApplicationId) -> Result<Incoming, Error> {
        let mut tx = self.db.read().await?;
        declare::application(&mut tx, reach, application).await?;
        let shelf = self.shelf(&mut tx, &reach.tenant, application).await?;
        drop(tx);
        Ok(shelf.begin(&self.unique()).await?)
    }

    /// Where an application's files lie.
    async fn shelf(&self, tx: &mut Tx, tenant: &TenantId, application: &ApplicationId) -> Result<Shelf, Error> {
        // One that is deleted meanwhile takes its key with it.
        let key = keys::of_application(tx, tenant, application).await.map_err(|error| match error {
            DbError::NoKey { .. } => Error::NoApplication(application.clone()),
            other => Error::Database(other),
        })?;
        Ok(self.blobs.shelf(application.as_str(), key)?)
    }

    /// What holds the readers of strangers' files less than it should; `None` where they are held by nothing at all.
    #[must_use]
    pub fn sandbox_missing(&self) -> Option<&[String]> {
        self.sandbox.as_ref().map(|sandbox| sandbox.missing())
    }

    /// Whether the database answers and files can be written.
    ///
    /// # Errors
    /// [`Error::Database`], [`Error::Files`].
    pub async fn ping(&self) -> Result<(), Error> {
        self.db.read().await?.ping().await?;
        let (blobs, unique) = (self.blobs.clone(), self.unique());
        let tried = tokio::task::spawn_blocking(move || blobs.try_writing(&unique)).await;
        Ok(tried.map_err(|_| Error::Panicked { doing: "writing a file" })??)
    }

    /// Ends whatever waits for changes: the process is about to stop.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Returns once the process is about to stop.
    pub async fn stopping(&self) {
        let mut stop = self.stop.subscribe();
        // The sender lives as long as the service, so this is no error.
        let _ = stop.wait_for(|stop| *stop).await;
    }

    /// Returns when a job, which may be one of this crew, was queued in this process since the last call.
    pub async fn job_queued(&self, crew: Crew) {
        let [readers, deliverers] = &self.wake;
        let wake = match crew {
            Crew::Readers => readers,
            Crew::Deliverers => deliverers,
        };
        wake.notified().await;
    }

    fn wake_workers(&self) {
        self.wake.iter().for_each(Notify::notify_one);
    }

    /// Runs what fills a core off the threads that answer requests, and not more of it at once than there are cores.
    async fn on_a_core<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let permit = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| Error::Panicked { doing })?;
        let task = tokio::task::spawn_blocking(move || {
            // Held by the work itself: a request that is given up must not let one more in beside it.
            let _permit = permit;
            work()
        });
        task.await.map_err(|_| Error::Panicked { doing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_is_the_day_in_china() {
        // 2026-09-04 17:00 UTC is 01:00 on the 5th there.
        let clock = Clock::Fixed(Arc::new(AtomicI64::new(1_788_541_200_000)));
        assert_eq!(clock.today().to_string(), "2026-09-05");
    }
}
