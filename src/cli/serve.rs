//! `xinge serve`: the API and workers in one process, and `xinge worker`: workers alone.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tokio::sync::watch;
use toml::Value;
use tracing::info;

use crate::applications::{Clock, Parts, Service};
use crate::blobs::Blobs;
use crate::config::{self, Config, ConfigError, Flag, LogFormat, Synchronous};
use crate::db::{self, Db};
use crate::pipeline::Policy;
use crate::{api, auth, jobs, telemetry};

use super::{ALL_WELL, CommandError};

/// A page tree may be nested deeply; readers bound it well below what this holds.
const THREAD_STACK_BYTES: usize = 8 << 20;

#[derive(Debug, Args)]
pub(super) struct Shared {
    /// Settings (TOML); see src/config/defaults.toml for all of them. XINGE__SECTION__KEY overrides each
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of uploaded files and of the embedded database
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    shared: Shared,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Listen where other machines reach it although nobody is asked who they are
    #[arg(long)]
    insecure_no_auth: bool,
}

#[derive(Debug, Args)]
pub(super) struct WorkerArguments {
    #[command(flatten)]
    shared: Shared,
}

impl Shared {
    fn load(&self, mut flags: Vec<Flag>) -> Result<Config, CommandError> {
        if let Some(data) = &self.data {
            flags.push(("--data", "store.data", Value::String(data.display().to_string())));
        }
        config::load(self.config.clone(), flags).map_err(|error| match error {
            error @ ConfigError::File { .. } => CommandError::Failed(error.into()),
            error => CommandError::Usage(format!("{:#}", anyhow::Error::new(error))),
        })
    }
}

/// Answers requests and runs jobs until SIGTERM or ctrl-c.
pub(super) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let mut flags = Vec::new();
    if let Some(listen) = arguments.listen {
        flags.push(("--listen", "server.listen", Value::String(listen.to_string())));
    }
    if arguments.insecure_no_auth {
        flags.push(("--insecure-no-auth", "server.insecure_no_auth", Value::Boolean(true)));
    }
    let config = arguments.shared.load(flags)?;
    let access = auth::access(config.server.listen, config.server.insecure_no_auth)
        .map_err(|error| CommandError::Usage(error.to_string()))?;
    in_runtime(&config, serve(&config, access))
}

/// Runs jobs until SIGTERM or ctrl-c.
pub(super) fn run_worker(arguments: &WorkerArguments) -> Result<u8, CommandError> {
    let config = arguments.shared.load(Vec::new())?;
    in_runtime(&config, work(&config))
}

fn in_runtime(config: &Config, task: impl Future<Output = anyhow::Result<()>>) -> Result<u8, CommandError> {
    telemetry::begin(&config.log.filter, config.log.format == LogFormat::Json)
        .map_err(|error| CommandError::Usage(format!("{:#}", anyhow::Error::new(error))))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(THREAD_STACK_BYTES)
        .build()
        .context("could not start the runtime")?;
    let outcome = runtime.block_on(task);
    // A document that is being read cannot be stopped half way; its job is repeated after the next start.
    runtime.shutdown_timeout(Duration::from_millis(100));
    outcome?;
    Ok(ALL_WELL)
}

async fn serve(config: &Config, access: auth::Access) -> anyhow::Result<()> {
    let service = Arc::new(build(config).await?);
    let listen = config.server.listen;
    let listener =
        tokio::net::TcpListener::bind(listen).await.with_context(|| format!("could not listen on {listen}"))?;
    let address = listener.local_addr().context("could not tell the address listened on")?;
    info!(%address, settings = ?config, "listening");
    // For whoever started it with port 0, and for a person: the one line on stderr that is no log line.
    eprintln!("xinge: listening on http://{address} (API description at /docs)");

    let (stop, stopping) = watch::channel(false);
    let workers = tokio::spawn(jobs::run(Arc::clone(&service), worker_settings(config), stopping.clone()));
    let router = api::router(Arc::clone(&service), &api_settings(config, access));
    let server = axum::serve(listener, router).with_graceful_shutdown(until(stopping));
    let mut server = tokio::spawn(server.into_future());
    let outcome = tokio::select! {
        () = asked_to_stop() => {
            stop.send_replace(true);
            // Connections that stay open for more than the grace are cut.
            match tokio::time::timeout(config.server.shutdown_grace(), &mut server).await {
                Ok(ended) => ended.context("the server panicked")?.context("the server failed"),
                Err(_) => Ok(()),
            }
        }
        ended = &mut server => ended.context("the server panicked")?.context("the server failed"),
    };
    stop.send_replace(true);
    workers.await.context("the workers panicked")?;
    service.db.close().await;
    info!("stopped");
    outcome
}

async fn work(config: &Config) -> anyhow::Result<()> {
    let service = Arc::new(build(config).await?);
    let settings = worker_settings(config);
    info!(workers = settings.workers, settings = ?config, "working");
    let (stop, stopping) = watch::channel(false);
    let workers = tokio::spawn(jobs::run(Arc::clone(&service), settings, stopping));
    asked_to_stop().await;
    stop.send_replace(true);
    workers.await.context("the workers panicked")?;
    service.db.close().await;
    info!("stopped");
    Ok(())
}

async fn build(config: &Config) -> anyhow::Result<Service> {
    let data: &Path = &config.store.data;
    let blobs = Blobs::open(&data.join("blobs"), config.limits.file_bytes)?;
    let settings = db::Settings {
        connections_max: config.store.connections_max,
        busy_timeout: Duration::from_millis(config.store.busy_timeout_ms),
        full_synchronous: config.store.synchronous == Synchronous::Full,
    };
    let url = config.store.database.reveal();
    let db = if url.is_empty() {
        Db::open_sqlite(&data.join("xinge.db"), &settings).await?
    } else {
        Db::open_postgres(url, &settings).await?
    };
    Ok(Service::new(Parts {
        db,
        blobs,
        policy: Policy::standard().context("could not load the policy that ships with this build")?,
        limits: limits(&config.limits),
        documents_max: config.limits.documents_per_application,
        clock: Clock::System,
        cores: cores(config),
    }))
}

/// The readers' bounds; those that are no setting keep the readers' own values.
fn limits(limits: &config::Limits) -> reading::Limits {
    reading::Limits {
        file_bytes: limits.file_bytes,
        pages: limits.pages,
        unpacked_bytes: limits.unpacked_bytes,
        archive_entries: limits.archive_entries,
        ..reading::Limits::default()
    }
}

fn cores(config: &Config) -> usize {
    match usize::try_from(config.jobs.workers) {
        Ok(workers) if workers > 0 => workers,
        _ => std::thread::available_parallelism().map_or(1, usize::from),
    }
}

fn worker_settings(config: &Config) -> jobs::Settings {
    jobs::Settings {
        workers: cores(config),
        lease: Duration::from_secs(config.jobs.lease_seconds),
        attempts_max: config.jobs.attempts_max,
        poll: Duration::from_millis(config.jobs.poll_ms),
        grace: config.server.shutdown_grace(),
    }
}

fn api_settings(config: &Config, access: auth::Access) -> api::Settings {
    api::Settings {
        access,
        request_timeout: config.server.request_timeout(),
        upload_timeout: config.server.upload_timeout(),
        body_idle: config.server.body_idle(),
        concurrent_requests_max: usize::try_from(config.server.concurrent_requests_max).unwrap_or(usize::MAX),
    }
}

async fn until(mut stopping: watch::Receiver<bool>) {
    // An error means that the other end is gone: time to stop as well.
    let _ = stopping.wait_for(|stop| *stop).await;
}

#[cfg(unix)]
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() {
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readers_bounds_are_the_ones_written_down() {
        let defaults = config::load(None, Vec::new()).unwrap();
        assert_eq!(limits(&defaults.limits), reading::Limits::default());
    }
}
