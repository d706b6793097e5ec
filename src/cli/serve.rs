//! `xinge serve`: the API and workers in one process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tokio::sync::watch;
use toml::Value;
use tracing::{info, warn};

use crate::config::{self, AuthMode, Config};
use crate::{api, auth, jobs};

use super::parts::{Shared, asked_to_stop, build, in_runtime, operations, sandbox, worker_settings};
use super::{ALL_WELL, CommandError, print};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    shared: Shared,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Print every setting with its meaning and its default, and do nothing else
    #[arg(long)]
    print_defaults: bool,
}

/// Answers requests and runs jobs until SIGTERM or ctrl-c.
pub(super) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    if arguments.print_defaults {
        print(config::DEFAULTS)?;
        return Ok(ALL_WELL);
    }
    let mut flags = Vec::new();
    if let Some(listen) = arguments.listen {
        flags.push(("--listen", "server.listen", Value::String(listen.to_string())));
    }
    let config = arguments.shared.load(flags)?;
    let door = Arc::new(door(&config)?);
    in_runtime(&config, serve(&config, door))
}

async fn serve(config: &Config, door: Arc<auth::Door>) -> anyhow::Result<()> {
    let service = Arc::new(build(config, sandbox(config).await?).await?);
    let listen = config.server.listen;
    // Before anybody can see that it runs, and stop it.
    let asked = asked_to_stop();
    let listener =
        tokio::net::TcpListener::bind(listen).await.with_context(|| format!("could not listen on {listen}"))?;
    let address = listener.local_addr().context("could not tell the address listened on")?;
    info!(%address, settings = ?config, "listening");
    // For whoever started it with port 0, and for a person: the one line on stderr that is no log line.
    eprintln!("xinge: listening on http://{address} (API description at /docs)");

    if door.is_open(&service).await? {
        warn!("nobody is asked who they are: every program on this machine may read and change everything");
    } else if door.reviewers.is_none() && !service.has_keys().await? {
        warn!("there is no key yet, so nobody is let in: `xinge keys create` makes one");
    }

    let (stop, stopping) = watch::channel(false);
    let key_set = auth::KeySet::of(&config.auth.jwks, &config.auth.issuer);
    let known = first_key_set(&door, &key_set).await?;
    let key_set = tokio::spawn(follow_key_set(Arc::clone(&door), key_set, known, stopping.clone()));
    operations(config, Arc::clone(&service), stopping.clone()).await?;
    let workers = tokio::spawn(jobs::run(Arc::clone(&service), worker_settings(config), stopping.clone()));
    let router = api::router(Arc::clone(&service), &api_settings(config, door));
    let server = axum::serve(listener, router).with_graceful_shutdown(until(stopping));
    let mut server = tokio::spawn(server.into_future());
    let outcome = tokio::select! {
        () = asked => {
            service.stop();
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
    key_set.await.context("the task that follows the key set panicked")?;
    service.db.close().await;
    info!("stopped");
    outcome
}

/// The door as it is configured.
fn door(config: &Config) -> Result<auth::Door, CommandError> {
    let settings = &config.auth;
    let wanted = match settings.mode {
        AuthMode::Keys => auth::Wanted::Keys,
        AuthMode::Open => auth::Wanted::Open,
        AuthMode::Auto => auth::Wanted::Auto,
    };
    let has_provider = !settings.issuer.is_empty();
    let mode = auth::mode(config.server.listen, wanted, has_provider)
        .map_err(|error| CommandError::Usage(error.to_string()))?;
    let reviewers = if has_provider {
        let expected = auth::Expected {
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            roles_claim: settings.roles_claim.clone(),
            tenant_claim: settings.tenant_claim.clone(),
        };
        Some(auth::Reviewers::new(expected))
    } else {
        None
    };
    let rate = auth::Rate { per_second: settings.requests_per_second, burst: settings.requests_burst };
    Ok(auth::Door { mode, reviewers, rates: auth::Rates::new(rate), origins: config.server.cors_origins.clone() })
}

/// A provider changes its keys now and then; they are looked at this often.
const KEY_SET_INTERVAL: Duration = Duration::from_secs(60);
/// While there are none, nobody of the provider's people gets in.
const KEY_SET_INTERVAL_WITHOUT: Duration = Duration::from_secs(5);

/// The provider's keys at the start. A file that cannot be used is a mistake; a provider that is away comes back.
async fn first_key_set(door: &auth::Door, key_set: &auth::KeySet) -> anyhow::Result<Vec<u8>> {
    let Some(reviewers) = &door.reviewers else { return Ok(Vec::new()) };
    let taken = match key_set.read().await {
        Ok(read) => reviewers.replace_keys(&read).map(|()| read).context("auth.jwks cannot be used"),
        Err(error) => Err(error).context("auth.jwks cannot be reached"),
    };
    match (taken, key_set) {
        (Err(error), auth::KeySet::Address(_) | auth::KeySet::Provider(_)) => {
            warn!(error = format!("{error:#}"), "no reviewer is let in until the provider's keys come");
            Ok(Vec::new())
        }
        (taken, _) => taken,
    }
}

/// Takes the provider's new keys when they change, until it is time to stop.
async fn follow_key_set(
    door: Arc<auth::Door>,
    key_set: auth::KeySet,
    mut known: Vec<u8>,
    mut stopping: watch::Receiver<bool>,
) {
    let Some(reviewers) = &door.reviewers else { return };
    loop {
        let wait = if known.is_empty() { KEY_SET_INTERVAL_WITHOUT } else { KEY_SET_INTERVAL };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
        match key_set.read().await {
            Ok(read) if read == known => {}
            Ok(read) => match reviewers.replace_keys(&read) {
                Ok(()) => known = read,
                Err(error) => warn!(error = format!("{:#}", anyhow::Error::new(error)), "the key set is unusable"),
            },
            Err(error) => warn!(error = format!("{:#}", anyhow::Error::new(error)), "could not read the key set"),
        }
    }
}

fn api_settings(config: &Config, door: Arc<auth::Door>) -> api::Settings {
    api::Settings {
        door,
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
