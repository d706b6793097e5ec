//! What is around every handler: a request id and a log line, a bound on time, a bound on how many at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use opentelemetry_http::HeaderExtractor;
use tokio::sync::Semaphore;
use tracing::{Instrument, info, info_span};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;

use crate::applications::Service;
use crate::auth::{Door, Scope, Shown, may};
use crate::telemetry;

use super::extract::RequestId;
use super::problem::Problem;
use super::uploads;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Long enough for the ids that proxies make.
const REQUEST_ID_BYTES_MAX: usize = 64;

/// What browsers are told of every answer: nothing is guessed, framed, or said to other sites; once on TLS, always on TLS
/// (browsers heed that on TLS only).
const SECURITY_HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "geolocation=(), microphone=(), payment=(), usb=()"),
];
/// Data is no page: nothing in it is run or loaded.
const NO_SOURCES: &str = "default-src 'none'; frame-ancestors 'none'";
/// Our own pages load from here only. Styles may stand in the page: the API description's viewer sets them so.
const OWN_SOURCES: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
                           object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Gives the request an id (the caller's own, where it is a plausible one) and logs it: the route, never the path
/// or a header, which may say who it is about.
pub(super) async fn traced(State(service): State<Arc<Service>>, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let id = match given {
        Some(id) if is_plausible(id) => id.to_owned(),
        _ => format!("req_{}", service.unique()),
    };
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let is_about_people = request.uri().path().starts_with("/v1/");
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().to_string();
    let span = info_span!("request", id, method, route);
    telemetry::go_on_from(&span, &HeaderExtractor(request.headers()));
    async {
        let began = Instant::now();
        let mut response = next.run(request).await;
        let (took, status) = (began.elapsed(), response.status().as_u16());
        service.metrics.request(&method, &route, status, took);
        info!(status, duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), "answered");
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&id) {
            headers.insert(REQUEST_ID, value);
        }
        for (name, value) in SECURITY_HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let sources = if is_about_people { NO_SOURCES } else { OWN_SOURCES };
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(sources));
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

/// The door with what each operation of the API asks for.
#[derive(Debug)]
pub(super) struct Guard {
    service: Arc<Service>,
    door: Arc<Door>,
    /// By route, then by method; read from the API's own description.
    scopes: HashMap<String, HashMap<Method, Asked>>,
}

/// What an operation asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing: it says nothing about anybody.
    Nothing,
    Scope(Scope),
}

impl Guard {
    pub(super) fn new(service: Arc<Service>, door: Arc<Door>, described: &OpenApi) -> Self {
        let mut scopes: HashMap<String, HashMap<Method, Asked>> = HashMap::new();
        for (route, method, asked) in operations(described) {
            // What asks for nothing readable stays out, and is refused.
            if let Some(asked) = asked {
                scopes.entry(route).or_default().insert(method, asked);
            }
        }
        Self { service, door, scopes }
    }

    fn asked(&self, route: &str, method: &Method) -> Option<Asked> {
        let methods = self.scopes.get(route)?;
        // What answers GET answers HEAD as well.
        let method = if method == Method::HEAD && !methods.contains_key(method) { &Method::GET } else { method };
        methods.get(method).copied()
    }
}

/// Every operation of a description with what it asks for; `None` where it does not say, or says what is unknown.
pub(super) fn operations(described: &OpenApi) -> Vec<(String, Method, Option<Asked>)> {
    let mut found = Vec::new();
    for (route, item) in &described.paths.paths {
        let methods = [
            (Method::GET, &item.get),
            (Method::POST, &item.post),
            (Method::PUT, &item.put),
            (Method::PATCH, &item.patch),
            (Method::DELETE, &item.delete),
            (Method::HEAD, &item.head),
            (Method::OPTIONS, &item.options),
        ];
        for (method, operation) in methods {
            let Some(operation) = operation else { continue };
            found.push((route.clone(), method, asked(operation)));
        }
    }
    found
}

pub(super) fn asked(operation: &Operation) -> Option<Asked> {
    let [requirement] = operation.security.as_deref()? else { return None };
    let requirement = serde_json::to_value(requirement).ok()?;
    let schemes = requirement.as_object()?;
    if schemes.is_empty() {
        return Some(Asked::Nothing);
    }
    let [scope] = schemes.get(super::BEARER)?.as_array()?.as_slice() else { return None };
    scope.as_str().and_then(Scope::parse).map(Asked::Scope)
}

/// Lets in whom the door knows, as far as the operation's scope goes. What is not under `/v1/` (pages, health, the
/// description) says nothing about anybody, and asks for nobody.
pub(super) async fn guarded(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    let is_about_people = request.uri().path().starts_with("/v1/");
    let asked = match &route {
        Some(route) => guard.asked(route, request.method()),
        // Nothing is there: said to whoever asks.
        None => Some(Asked::Nothing),
    };
    let identified = {
        // Borrowed apart: a request's body must not be held while others are waited for.
        let headers = request.headers();
        // A value that is no text is none that is known.
        let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let bearer = text(header::AUTHORIZATION).map(|value| bearer(value).unwrap_or_default());
        let shown = Shown { bearer, host: text(header::HOST), origin: text(header::ORIGIN) };
        match (asked, is_about_people) {
            (Some(Asked::Nothing), _) | (None, false) => None,
            (Some(Asked::Scope(_)) | None, _) => Some(guard.door.identify(&guard.service, shown).await),
        }
    };
    let caller = match identified {
        None => return next.run(request).await,
        Some(Ok(caller)) => caller,
        Some(Err(refusal)) => return Problem::from(refusal).into_response(),
    };
    match asked {
        Some(Asked::Scope(scope)) if may(caller.actor.role, scope) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Some(Asked::Scope(scope)) => Problem::not_allowed(scope).into_response(),
        // The method is none of this path's; or an operation does not say what it asks for, and answers nobody.
        Some(Asked::Nothing) | None => {
            let is_described = route.as_ref().is_some_and(|route| guard.scopes.contains_key(route));
            if is_described { next.run(request).await } else { Problem::internal().into_response() }
        }
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Lets the pages of named sites call from a browser (CORS). Tokens stand in a header, so no cookie has to go with it.
pub(super) async fn shared_with_sites(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.filter(|origin| door.origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()));
    let is_question =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let asked_headers = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let mut response = if is_question { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = allowed else { return response };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let exposed = EXPOSED_HEADERS.into_iter().chain(uploads::EXPOSED_HEADERS);
    let exposed: Vec<String> = exposed.map(|name| name.to_string()).collect();
    if let Ok(exposed) = HeaderValue::from_str(&exposed.join(", ")) {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    if is_question {
        let methods = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        // What they may send is said by the door and the handlers, not by a list here.
        if let Some(asked) = asked_headers {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
        }
        // Browsers keep it for two hours at most.
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    }
    response
}

/// Answers' headers that a page of another site may read.
const EXPOSED_HEADERS: [HeaderName; 3] = [header::LOCATION, header::RETRY_AFTER, REQUEST_ID];
