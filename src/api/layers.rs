//! What is around every handler: a request id and a log line, a bound on time, a bound on how many at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use tracing::{Instrument, info, info_span};

use crate::applications::Service;
use crate::auth::Access;

use super::problem::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Long enough for the ids that proxies make.
const REQUEST_ID_BYTES_MAX: usize = 64;

/// Gives the request an id (the caller's own, where it is a plausible one) and logs it: the route, never the path
/// or a header, which may say who it is about.
pub(super) async fn traced(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let id = match given {
        Some(id) if is_plausible(id) => id.to_owned(),
        _ => format!("req_{}", service.unique()),
    };
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let is_about_people = request.uri().path().starts_with("/v1/");
    let span = info_span!("request", id, method = %request.method(), route);
    async {
        let began = Instant::now();
        let mut response = next.run(request).await;
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        info!(status = response.status().as_u16(), duration_ms, "answered");
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&id) {
            headers.insert(REQUEST_ID, value);
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if is_about_people {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        response
    }
    .instrument(span)
    .await
}

fn is_plausible(id: &str) -> bool {
    (1..=REQUEST_ID_BYTES_MAX).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Gives up on a request that takes longer than it may; what it had not committed is undone.
pub(super) async fn within(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::too_slow(limit).into_response(),
    }
}

/// Refuses a request when too many are being worked on.
pub(super) async fn with_room(State(room): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    match room.try_acquire() {
        Ok(_permit) => next.run(request).await,
        Err(_) => Problem::busy().into_response(),
    }
}

/// Lets in whom [`Access`] admits.
pub(super) async fn admitted(State(access): State<Access>, request: Request, next: Next) -> Response {
    let is_admitted = {
        // A value that is no text is none that is known.
        let text = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
        access.admits(text(header::HOST), text(header::ORIGIN))
    };
    if is_admitted { next.run(request).await } else { Problem::not_admitted().into_response() }
}
