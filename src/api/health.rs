//! For whoever runs the service.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use tracing::warn;
use utoipa::ToSchema;

use crate::applications::Service;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    status: &'static str,
}

/// Whether the process answers at all.
#[utoipa::path(get, path = "/healthz", tag = "health", security(()), responses((status = 200, body = Health)))]
pub(super) async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether it can do its work: the database answers.
#[utoipa::path(get, path = "/readyz", tag = "health", security(()), responses((status = 200, body = Health), (status = 503, body = Health)))]
pub(super) async fn readyz(State(service): State<Arc<Service>>) -> (StatusCode, Json<Health>) {
    match service.ping().await {
        Ok(()) => (StatusCode::OK, Json(Health { status: "ok" })),
        Err(error) => {
            warn!(error = format!("{:#}", anyhow::Error::new(error)), "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "the database does not answer" }))
        }
    }
}
