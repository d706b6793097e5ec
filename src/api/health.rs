//! For whoever runs the service.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tracing::warn;
use utoipa::ToSchema;

use crate::applications::{Error, Service};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    status: &'static str,
}

/// Whether the service can do its work, and what it does it with.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Readiness {
    status: &'static str,
    sandbox: SandboxOut,
}

/// What holds the processes that read strangers' files.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SandboxOut {
    /// `held`, `partly` (see `missing`), or `off`: files are read in the service's own process.
    state: &'static str,
    missing: Vec<String>,
}

/// Whether the process answers at all.
#[utoipa::path(get, path = "/healthz", tag = "health", security(()), responses((status = 200, body = Health)))]
pub(super) async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether it can do its work: the database answers, and files can be written.
#[utoipa::path(get, path = "/readyz", tag = "health", security(()), responses((status = 200, body = Readiness), (status = 503, body = Readiness)))]
pub(super) async fn readyz(State(service): State<Arc<Service>>) -> (StatusCode, Json<Readiness>) {
    let missing = service.sandbox_missing();
    let state = match missing {
        None => "off",
        Some([]) => "held",
        Some(_) => "partly",
    };
    let sandbox = SandboxOut { state, missing: missing.unwrap_or_default().to_vec() };
    match service.ping().await {
        Ok(()) => (StatusCode::OK, Json(Readiness { status: "ok", sandbox })),
        Err(error) => {
            let status = match error {
                Error::Files(_) => "files cannot be written",
                _ => "the database does not answer",
            };
            warn!(error = format!("{:#}", anyhow::Error::new(error)), status, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, Json(Readiness { status, sandbox }))
        }
    }
}

/// What Prometheus collects. Not part of the API: it is told on an address of its own.
pub(super) async fn metrics(State(service): State<Arc<Service>>) -> Response {
    match service.metrics_text().await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(error) => {
            warn!(error = format!("{:#}", anyhow::Error::new(error)), "no metrics");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
