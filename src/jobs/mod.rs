//! Workers: they take jobs from the queue and run them, in `serve` or in processes of their own.
//!
//! A job is tried until it is done or given up. Every action keeps its result in the transaction that ends the job,
//! fenced by the lease, so a worker may die at any moment: another repeats the job, and nothing is kept twice.

mod assess_application;
mod deliver_event;
mod parse_document;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use model::job::Job;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{Instrument, info, info_span, warn};

use crate::applications::{Error, Service, Swept};
use crate::db::queue::{Crew, Lease};

/// How the workers of this process work.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Documents and applications at once.
    pub workers: usize,
    /// Messages at once.
    pub deliverers: usize,
    pub lease: Duration,
    pub attempts_max: u32,
    pub poll: Duration,
    /// How long running jobs may go on after the stop.
    pub grace: Duration,
}

impl Settings {
    fn lease_ms(&self) -> i64 {
        i64::try_from(self.lease.as_millis()).unwrap_or(i64::MAX)
    }
}

/// Old keys are looked for this often: nobody notices an hour more.
const SWEEP_INTERVAL: Duration = Duration::from_secs(3600);

/// Runs jobs until `stop` says true, then waits for those that are running.
pub async fn run(service: Arc<Service>, settings: Settings, stop: watch::Receiver<bool>) {
    let settings = Arc::new(settings);
    let crew = |crew, at_once| work(Arc::clone(&service), Arc::clone(&settings), crew, at_once, stop.clone());
    tokio::join!(
        crew(Crew::Readers, settings.workers),
        crew(Crew::Deliverers, settings.deliverers),
        keep_house(&service, &settings, stop.clone()),
    );
}

/// Runs a crew's jobs, so many at once.
async fn work(
    service: Arc<Service>,
    settings: Arc<Settings>,
    crew: Crew,
    at_once: usize,
    mut stop: watch::Receiver<bool>,
) {
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        while running.try_join_next().is_some() {}
        let claimed = if running.len() < at_once {
            service.claim_job(crew, settings.lease_ms()).await.unwrap_or_else(|error| {
                warn!(error = format!("{:#}", anyhow::Error::new(error)), "could not look for a job");
                None
            })
        } else {
            None
        };
        if let Some(lease) = claimed {
            running.spawn(one(Arc::clone(&service), Arc::clone(&settings), lease));
            continue;
        }
        tokio::select! {
            () = service.job_queued(crew), if running.len() < at_once => {}
            () = tokio::time::sleep(settings.poll), if running.len() < at_once => {}
            Some(_) = running.join_next() => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
    let ended = tokio::time::timeout(settings.grace, async { while running.join_next().await.is_some() {} }).await;
    if ended.is_err() {
        // Their leases run out, and others take them.
        warn!(jobs = running.len(), "left running jobs behind");
    }
}

/// Takes back the jobs of workers that are gone, and throws away what is past its age, until `stop` says true.
async fn keep_house(service: &Arc<Service>, settings: &Settings, mut stop: watch::Receiver<bool>) {
    let mut reap = tokio::time::interval(settings.lease / 2);
    let mut sweep = tokio::time::interval(SWEEP_INTERVAL);
    // Beside the rest: thousands of applications may be past their time at once. One sweep at a time; what it has not done
    // when this process stops, the next does.
    let mut sweeping = JoinSet::new();
    while !*stop.borrow() {
        tokio::select! {
            _ = reap.tick() => match service.reap_jobs(settings.attempts_max).await {
                Ok(0) => {}
                Ok(jobs) => warn!(jobs, "took back jobs of workers that are gone"),
                Err(error) => warn!(error = format!("{:#}", anyhow::Error::new(error)), "could not look for lost jobs"),
            },
            _ = sweep.tick() => {
                while sweeping.try_join_next().is_some() {}
                if sweeping.is_empty() {
                    let service = Arc::clone(service);
                    sweeping.spawn(async move { sweep_all(&service).await });
                }
            },
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
}

/// Throws away what is past its age.
async fn sweep_all(service: &Service) {
    let say = |error, what| warn!(error = format!("{:#}", anyhow::Error::new(error)), what, "could not sweep");
    if let Err(error) = service.forget_old_keys().await {
        say(error, "idempotency keys");
    }
    if let Err(error) = service.forget_expired_tokens().await {
        say(error, "tokens");
    }
    if let Err(error) = service.forget_old_events().await {
        say(error, "events");
    }
    match service.apply_retention().await {
        Ok(swept) if swept == Swept::default() => {}
        Ok(Swept { applications, fingerprints }) => info!(applications, fingerprints, "deleted what was past its time"),
        Err(error) => say(error, "what is past its time"),
    }
    if let Err(error) = service.sweep_uploads().await {
        say(error, "uploads");
    }
}

/// Runs every job that is due, one after the other. How many they were.
///
/// # Errors
/// The queue could not be reached.
pub async fn run_due(service: &Arc<Service>, settings: &Settings) -> Result<usize, Error> {
    let mut jobs = 0_usize;
    for crew in Crew::ALL {
        while let Some(lease) = service.claim_job(crew, settings.lease_ms()).await? {
            one(Arc::clone(service), Arc::new(settings.clone()), lease).await;
            jobs = jobs.saturating_add(1);
        }
    }
    Ok(jobs)
}

/// One job from its claim to its end.
async fn one(service: Arc<Service>, settings: Arc<Settings>, lease: Lease) {
    let span = info_span!("job", id = %lease.id, attempt = lease.attempts);
    async {
        let began = Instant::now();
        let work = caught({
            let (service, lease) = (Arc::clone(&service), lease.clone());
            async move { perform(&service, &lease).await }
        });
        let outcome = tokio::select! {
            outcome = work => outcome,
            never = keep_lease(&service, &settings, &lease) => match never {},
        };
        let is_lost = |error: &anyhow::Error| matches!(error.downcast_ref(), Some(Error::LeaseLost));
        let word = match &outcome {
            Ok(()) => "done",
            Err(error) if is_lost(error) => "lost",
            Err(_) => "failed",
        };
        let kind = lease.job.kind();
        let took = began.elapsed();
        service.metrics.job(kind, word, took);
        match outcome {
            Ok(()) => info!(kind, duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), "done"),
            Err(error) if is_lost(&error) => warn!("the lease was lost"),
            Err(error) => {
                let chain = format!("{error:#}");
                warn!(error = chain, "failed");
                if let Err(error) = service.fail_job(&lease, settings.attempts_max, &chain).await {
                    // The lease runs out, and the job is taken back then.
                    warn!(error = format!("{:#}", anyhow::Error::new(error)), "could not note the failure");
                }
            }
        }
    }
    .instrument(span)
    .await;
}

/// Runs work as a task of its own, so that a panic in it is an outcome like another.
async fn caught(work: impl Future<Output = anyhow::Result<()>> + Send + 'static) -> anyhow::Result<()> {
    // The panic's own words may quote a document: not kept.
    tokio::spawn(work.in_current_span()).await.unwrap_or_else(|_| Err(anyhow::anyhow!("the job panicked")))
}

async fn perform(service: &Service, lease: &Lease) -> anyhow::Result<()> {
    match &lease.job {
        Job::ParseDocument { document } => parse_document::run(service, document, lease).await,
        Job::AssessApplication { application } => assess_application::run(service, application, lease).await,
        Job::DeliverEvent { webhook, event } => deliver_event::run(service, webhook, event, lease).await,
    }
    .with_context(|| format!("job {}", lease.id))
}

/// Gives signs of life. When the lease is lost all the same, the job finds out at its end.
async fn keep_lease(service: &Service, settings: &Settings, lease: &Lease) -> Infallible {
    loop {
        tokio::time::sleep(settings.lease / 3).await;
        if let Err(error) = service.extend_lease(lease, settings.lease_ms()).await {
            warn!(error = format!("{:#}", anyhow::Error::new(error)), "could not give a sign of life");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_outcome() {
        let panicking = async { panic!("林一舟 6222021234561234") };
        let error = format!("{:#}", caught(panicking).await.unwrap_err());
        assert_eq!(error, "the job panicked");
        caught(async { Ok(()) }).await.unwrap();
    }
}
