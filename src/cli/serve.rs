//! `xinge serve`: the API and workers in one process.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use tokio::sync::watch;
use toml::Value;
use tracing::info;

use crate::config::{self, Config};
use crate::{api, auth, jobs};

use super::parts::{Shared, asked_to_stop, build, in_runtime, worker_settings};
use super::{ALL_WELL, CommandError, print};

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
    if arguments.insecure_no_auth {
        flags.push(("--insecure-no-auth", "server.insecure_no_auth", Value::Boolean(true)));
    }
    let config = arguments.shared.load(flags)?;
    let access = auth::access(config.server.listen, config.server.insecure_no_auth)
        .map_err(|error| CommandError::Usage(error.to_string()))?;
    in_runtime(&config, serve(&config, access))
}

async fn serve(config: &Config, access: auth::Access) -> anyhow::Result<()> {
    let service = Arc::new(build(config).await?);
    let listen = config.server.listen;
    // Before anybody can see that it runs, and stop it.
    let asked = asked_to_stop();
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
        () = asked => {
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
