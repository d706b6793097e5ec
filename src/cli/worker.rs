//! `xinge worker`: workers alone, for a fleet on a shared database and folder.

use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use tokio::sync::watch;
use tracing::info;

use crate::config::Config;
use crate::jobs;

use super::CommandError;
use super::parts::{Shared, asked_to_stop, build, in_runtime, operations, sandbox, worker_settings};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    shared: Shared,
}

/// Runs jobs until SIGTERM or ctrl-c.
pub(super) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let config = arguments.shared.load(Vec::new())?;
    in_runtime(&config, work(&config))
}

async fn work(config: &Config) -> anyhow::Result<()> {
    let service = Arc::new(build(config, sandbox(config).await?).await?);
    let settings = worker_settings(config);
    info!(workers = settings.workers, settings = ?config, "working");
    let asked = asked_to_stop();
    let (stop, stopping) = watch::channel(false);
    operations(config, Arc::clone(&service), stopping.clone()).await?;
    let workers = tokio::spawn(jobs::run(Arc::clone(&service), settings, stopping));
    asked.await;
    stop.send_replace(true);
    workers.await.context("the workers panicked")?;
    service.db.close().await;
    info!("stopped");
    Ok(())
}
