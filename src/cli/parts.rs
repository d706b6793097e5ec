//! What `serve` and `worker` share: settings from the command line, and the parts built from them.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use reading::forensics::trust::Roots;
use tokio::sync::watch;
use toml::Value;
use tracing::{info, warn};

use crate::applications::{Clock, Parts, Periods, Service};
use crate::blobs::Blobs;
use crate::config::{self, Config, ConfigError, Flag, LogFormat, SandboxMode, Synchronous, Traces};
use crate::courier::Courier;
use crate::db::{self, Db, keys};
use crate::pipeline::{Key as RegistryKey, Limits, Policy, Reader};
use crate::sandbox::{Bounds, Sandbox};
use crate::vault::{self, Ring, Source};
use crate::{api, jobs, recognition, telemetry};

use super::{ALL_WELL, CommandError};

/// Deeper than any document may nest before the readers stop.
const THREAD_STACK_BYTES: usize = 8 << 20;

#[derive(Debug, Args)]
pub(super) struct Shared {
    /// Settings (TOML); `xinge serve --print-defaults` lists them. XINGE__SECTION__KEY overrides each
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of uploaded files and of the embedded database
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Shared {
    pub(super) fn load(&self, mut flags: Vec<Flag>) -> Result<Config, CommandError> {
        if let Some(data) = &self.data {
            flags.push(("--data", "store.data", Value::String(data.display().to_string())));
        }
        config::load(self.config.clone(), flags).map_err(|error| match error {
            error @ ConfigError::File { .. } => CommandError::Failed(error.into()),
            error => CommandError::Usage(format!("{:#}", anyhow::Error::new(error))),
        })
    }
}

/// Runs a command that waits for things, with logs.
pub(super) fn in_runtime(config: &Config, task: impl Future<Output = anyhow::Result<()>>) -> Result<u8, CommandError> {
    let (filter, as_json) = (&config.log.filter, config.log.format == LogFormat::Json);
    let Traces { endpoint, percent } = &config.traces;
    let traces = (!endpoint.is_empty()).then_some(telemetry::Traces { endpoint, percent: *percent });
    let telemetry = telemetry::begin(filter, as_json, traces)
        .map_err(|error| CommandError::Usage(format!("{:#}", anyhow::Error::new(error))))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(THREAD_STACK_BYTES)
        .build()
        .context("could not start the runtime")?;
    let outcome = runtime.block_on(task);
    // A document that is being read cannot be stopped half way; its job is repeated after the next start.
    runtime.shutdown_timeout(Duration::from_millis(100));
    telemetry.end();
    outcome?;
    Ok(ALL_WELL)
}

/// The processes that read strangers' files, as they are configured; `None` when this process is to read them.
pub(super) async fn sandbox(config: &Config) -> anyhow::Result<Option<Arc<Sandbox>>> {
    let settings = &config.sandbox;
    if settings.mode == SandboxMode::Off {
        warn!("files of strangers are read in this process: nothing keeps what they might do from the rest of it");
        return Ok(None);
    }
    let models = recognition::folder(&config.ocr.models);
    let bounds = Bounds {
        memory_bytes: settings.memory_mb.saturating_mul(1 << 20),
        seconds: settings.seconds,
        // Without models pictures are read by a program, where there is one, which has to be run.
        may_run_programs: models.is_none() && recognition::has_tesseract(),
        models: models.map(|folder| folder.canonicalize().unwrap_or(folder)),
        trust: config.signatures.trust.clone(),
        file_bytes: config.limits.file_bytes,
        pages: config.limits.pages,
        unpacked_bytes: config.limits.unpacked_bytes,
        archive_entries: config.limits.archive_entries,
        pages_at_once: cores(config),
    };
    let program = std::env::current_exe().context("could not tell which program this is")?;
    let children = match usize::try_from(settings.children) {
        Ok(children) if children > 0 => children,
        _ => cores(config).saturating_add(1),
    };
    let sandbox = Sandbox::start(program, bounds, children).await?;
    for missing in sandbox.missing() {
        if settings.mode == SandboxMode::Required {
            anyhow::bail!("sandbox.mode is \"required\", and this machine lacks: {missing}");
        }
        warn!(missing, "readers of strangers' files are held less than they should be");
    }
    Ok(Some(sandbox))
}

/// The reader of a child, from the bounds that its parent gives.
pub(super) fn reader_of_child(bounds: &Bounds, limits: reading::Limits) -> anyhow::Result<Reader> {
    let reader = match (&bounds.models, bounds.may_run_programs) {
        (Some(folder), _) => recognition::reader_with_models(limits, folder),
        (None, true) => recognition::reader_with_tesseract(limits),
        (None, false) => Reader { limits, ..Reader::default() },
    };
    Ok(Reader { roots: Arc::new(roots(&bounds.trust)?), ..reader })
}

/// The service as it is configured.
pub(super) async fn build(config: &Config, sandbox: Option<Arc<Sandbox>>) -> anyhow::Result<Service> {
    let data: &Path = &config.store.data;
    let blobs = Blobs::open(&data.join("blobs"), config.limits.file_bytes)?;
    let settings = db::Settings {
        connections_max: config.store.connections_max,
        busy_timeout: Duration::from_millis(config.store.busy_timeout_ms),
        full_synchronous: config.store.synchronous == Synchronous::Full,
    };
    let ring = ring(config)?;
    let url = config.store.database.reveal();
    let db = if url.is_empty() {
        Db::open_sqlite(&data.join("xinge.db"), &settings, ring).await?
    } else {
        Db::open_postgres(url, &settings, ring).await?
    };
    // What cannot be read should be known now.
    keys::check(&mut db.read().await?).await.context("the keys do not open what is stored")?;
    Ok(Service::new(Parts {
        db,
        blobs,
        policy: Policy::standard().context("could not load the policy that ships with this build")?,
        reader: reader(config)?,
        sandbox,
        documents_max: config.limits.documents_per_application,
        consents_required: config.consents.required,
        registry_key: registry_key(config)?,
        periods: Periods {
            short_days: config.retention.not_approved_days,
            long_days: config.retention.approved_days,
            fingerprints_days: config.retention.fingerprints_days,
        },
        courier: Courier::new(config.webhooks.inside, Duration::from_secs(config.webhooks.timeout_seconds)),
        clock: Clock::System,
        cores: cores(config),
    }))
}

/// Where the master keys are, as it is configured; and whether that is a file beside the data, for development.
pub(super) fn master_keys(config: &Config) -> (Source, bool) {
    let keys = &config.keys;
    if !keys.master.reveal().is_empty() {
        return (Source::Text(keys.master.reveal().clone().into()), false);
    }
    if keys.file.as_os_str().is_empty() {
        return (Source::File(config.store.data.join("master.key")), true);
    }
    match keys.command.split_first() {
        Some((program, arguments)) => {
            let (program, arguments) = (program.clone(), arguments.to_vec());
            (Source::Command { program, arguments, file: keys.file.clone() }, false)
        }
        None => (Source::File(keys.file.clone()), false),
    }
}

fn ring(config: &Config) -> anyhow::Result<Ring> {
    let (source, is_beside_data) = master_keys(config);
    if let (Source::File(path), true) = (&source, is_beside_data) {
        if vault::generate_file(path)? {
            warn!(file = %path.display(), "made a master key");
        }
        warn!(
            "the master key lies beside the data it protects, which is meant for development: see [keys] in \
             `xinge serve --print-defaults`"
        );
    }
    Ok(Ring::load(source)?)
}

/// What reads files, as it is configured.
fn reader(config: &Config) -> anyhow::Result<Reader> {
    let pages_at_once = NonZeroUsize::new(cores(config)).unwrap_or(NonZeroUsize::MIN);
    let roots = Arc::new(roots(&config.signatures.trust)?);
    Ok(Reader { roots, ..recognition::reader(limits(&config.limits), &config.ocr.models, pages_at_once) })
}

/// The roots of a folder; none for no folder.
fn roots(folder: &Path) -> anyhow::Result<Roots> {
    let mut roots = Roots::default();
    if folder.as_os_str().is_empty() {
        return Ok(roots);
    }
    let listed = || format!("could not list the trusted roots in {}", folder.display());
    let entries = std::fs::read_dir(folder).with_context(listed)?;
    let mut files =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().with_context(listed)?;
    // The same order wherever the folder lies.
    files.sort();
    for file in files {
        let extension = file.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        if matches!(extension.as_deref(), Some("pem" | "crt" | "cer" | "der")) {
            let bytes = std::fs::read(&file).with_context(|| format!("could not read the root {}", file.display()))?;
            roots.add(&bytes).with_context(|| format!("could not use {} as a root", file.display()))?;
        }
    }
    // A folder without any is a mistake: everything signed would be called untrusted, or nothing judged.
    anyhow::ensure!(!roots.is_empty(), "no certificate (.pem, .crt, .cer, .der) lies in {}", folder.display());
    Ok(roots)
}

/// What reads the files of a command that has no configuration file: the defaults and the environment, and the folder of
/// trusted roots that it was given.
pub(super) fn reader_of_commands(trust: Option<&Path>) -> Result<Reader, CommandError> {
    let flags = trust.map(|folder| ("--trust", "signatures.trust", Value::String(folder.display().to_string())));
    let config = config::load(None, flags.into_iter().collect())
        .map_err(|error| CommandError::Usage(format!("{:#}", anyhow::Error::new(error))))?;
    let found = reader(&config).map_err(|error| CommandError::Usage(format!("{error:#}")))?;
    // A command's bounds are the readers' own, whatever a service in the same environment is set to.
    let limits = Limits { pages_at_once: found.limits.pages_at_once, ..Limits::default() };
    Ok(Reader { limits, ..found })
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

/// The key of fingerprints, where one is configured.
pub(super) fn registry_key(config: &Config) -> anyhow::Result<Option<RegistryKey>> {
    let key = config.registry.key.reveal();
    if key.is_empty() {
        return Ok(None);
    }
    Ok(Some(RegistryKey::new(key.as_bytes()).context("registry.key cannot be used")?))
}

fn cores(config: &Config) -> usize {
    match usize::try_from(config.jobs.workers) {
        Ok(workers) if workers > 0 => workers,
        _ => std::thread::available_parallelism().map_or(1, usize::from),
    }
}

pub(super) fn worker_settings(config: &Config) -> jobs::Settings {
    jobs::Settings {
        workers: cores(config),
        deliverers: usize::try_from(config.webhooks.deliverers).unwrap_or(1),
        lease: Duration::from_secs(config.jobs.lease_seconds),
        attempts_max: config.jobs.attempts_max,
        poll: Duration::from_millis(config.jobs.poll_ms),
        grace: config.server.shutdown_grace(),
    }
}

/// Answers whoever runs the service, where that is configured, until it is time to stop.
pub(super) async fn operations(
    config: &Config,
    service: Arc<Service>,
    mut stopping: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let Some(listen) = config.metrics.address() else { return Ok(()) };
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("could not listen on {listen} (metrics.listen)"))?;
    info!(address = %listener.local_addr().unwrap_or(listen), "metrics are told");
    tokio::spawn(async move {
        let server = axum::serve(listener, api::operations(service)).with_graceful_shutdown(async move {
            // An error means that the other end is gone: time to stop as well.
            let _ = stopping.wait_for(|stop| *stop).await;
        });
        if let Err(error) = server.await {
            warn!(%error, "metrics are told no more");
        }
    });
    Ok(())
}

/// Ends on SIGTERM or ctrl-c, from the call on: a signal that comes before anybody waits is not lost.
#[cfg(unix)]
pub(super) fn asked_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};
    async fn came(signal: std::io::Result<Signal>) {
        match signal {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    }
    let (terminated, interrupted) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        tokio::select! {
            () = came(terminated) => {}
            () = came(interrupted) => {}
        }
    }
}

/// Returns on ctrl-c.
#[cfg(not(unix))]
pub(super) async fn asked_to_stop() {
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
