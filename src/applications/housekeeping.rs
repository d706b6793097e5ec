//! What happens to jobs that fail, and what is thrown away for its age.

use std::time::Duration;

use model::failure::Failure;
use model::job::Job;

use crate::db::queue::{self, Counts as JobCounts, Crew, Lease, State};
use crate::db::{Tx, idempotency};
use crate::metrics::{SandboxStanding, Standing};
use crate::sandbox::Counts;

use super::{Error, Service, once, webhooks};

/// The longest wait between two tries of a job.
const RETRY_WAIT_MAX_MS: i64 = 10 * 60 * 1000;

impl Service {
    /// The next job of a crew that is due, leased for `lease_ms`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn claim_job(&self, crew: Crew, lease_ms: i64) -> Result<Option<Lease>, Error> {
        let now_ms = self.clock.now_ms();
        if !queue::is_due(&mut self.db.read().await?, crew, now_ms).await? {
            return Ok(None);
        }
        let mut tx = self.db.write().await?;
        let lease = queue::claim(&mut tx, crew, now_ms, now_ms.saturating_add(lease_ms)).await?;
        tx.commit().await?;
        Ok(lease)
    }

    /// A sign of life for a job. False when the lease was lost.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn extend_lease(&self, lease: &Lease, lease_ms: i64) -> Result<bool, Error> {
        let mut tx = self.db.write().await?;
        let is_ours = queue::extend(&mut tx, lease, self.clock.now_ms().saturating_add(lease_ms)).await?;
        tx.commit().await?;
        Ok(is_ours)
    }

    /// Puts a job that failed back for later, 2, 4, 8 … seconds from now; after `attempts_max` tries it is given up,
    /// and what waits for it is told so. A delivery has waits of its own: other people's machines stand still for hours.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn fail_job(&self, lease: &Lease, attempts_max: u32, error: &str) -> Result<(), Error> {
        let mut tx = self.db.write().await?;
        let wait_ms = match &lease.job {
            Job::DeliverEvent { .. } => {
                webhooks::wait_after(lease.attempts).map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
            }
            Job::ParseDocument { .. } | Job::AssessApplication { .. } => {
                let exponent = u32::try_from(lease.attempts.clamp(0, 20)).unwrap_or(20);
                let wait_ms = 2_i64.saturating_pow(exponent).saturating_mul(1_000).min(RETRY_WAIT_MAX_MS);
                (lease.attempts < i64::from(attempts_max)).then_some(wait_ms)
            }
        };
        if let Some(wait_ms) = wait_ms {
            queue::retry(&mut tx, lease, self.clock.now_ms().saturating_add(wait_ms), error).await?;
        } else if queue::bury(&mut tx, lease, error).await? {
            self.abandon(&mut tx, lease).await?;
        }
        tx.commit().await?;
        self.wake_workers();
        Ok(())
    }

    async fn abandon(&self, tx: &mut Tx, lease: &Lease) -> Result<(), Error> {
        match &lease.job {
            Job::ParseDocument { document } => {
                let why = Failure::Panicked { doing: "reading".to_owned() };
                self.give_up_document(tx, &lease.tenant, document, why).await
            }
            Job::AssessApplication { application } => self.abandon_assessment(tx, &lease.tenant, application).await,
            Job::DeliverEvent { .. } => Ok(()),
        }
    }

    /// Takes back the jobs of workers that were not heard of in time. How many they were.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn reap_jobs(&self, attempts_max: u32) -> Result<usize, Error> {
        let mut tx = self.db.read().await?;
        let expired = queue::expired(&mut tx, self.clock.now_ms()).await?;
        drop(tx);
        for lease in &expired {
            self.fail_job(lease, attempts_max, "the worker was not heard of any more").await?;
        }
        Ok(expired.len())
    }

    /// # Errors
    /// [`Error::Database`].
    pub async fn job_counts(&self) -> Result<JobCounts, Error> {
        Ok(queue::counts(&mut self.db.read().await?).await?)
    }

    /// What is counted and timed, in Prometheus' format.
    ///
    /// # Errors
    /// [`Error::Database`]: how the queue stands is part of it.
    pub async fn metrics_text(&self) -> Result<String, Error> {
        let standing = queue::standing(&mut self.db.read().await?).await?;
        let now_ms = self.clock.now_ms();
        let jobs = [State::Queued, State::Running, State::Dead].map(|state| {
            let of_state = standing.iter().find(|standing| standing.state == state);
            let age_ms = of_state.map_or(0, |standing| now_ms.saturating_sub(standing.oldest_ms).max(0));
            let age = Duration::from_millis(u64::try_from(age_ms).unwrap_or(0));
            (state.as_str(), of_state.map_or(0, |standing| standing.count), age)
        });
        let sandbox = self.sandbox.as_ref().map(|sandbox| {
            let Counts { waiting, started, lost } = sandbox.counts();
            SandboxStanding { waiting, started, lost, missing: sandbox.missing().len() }
        });
        Ok(self.metrics.text(&Standing { jobs: jobs.to_vec(), sandbox }))
    }

    /// Forgets idempotency keys past their age. How many they were.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn forget_old_keys(&self) -> Result<u64, Error> {
        let than_ms = self.clock.now_ms().saturating_sub(once::KEY_AGE_MAX_MS);
        let mut tx = self.db.write().await?;
        let forgotten = idempotency::delete_older(&mut tx, than_ms).await?;
        tx.commit().await?;
        Ok(forgotten)
    }
}
