//! Parts of a request, checked.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::ids::{AccessKeyId, ApplicationId, DocumentId, JobId, UploadId, WebhookId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::applications::{self, Once};
use crate::auth::Caller;

use super::problem::Problem;

/// A page is answered within a moment and a few hundred kB.
const PAGE_ITEMS_MAX: u32 = 200;
const PAGE_ITEMS_DEFAULT: u32 = 50;
/// RFC draft-ietf-httpapi-idempotency-key-header names no bound; UUIDs have 36.
const KEY_BYTES_MAX: usize = 255;

/// The id in `/v1/applications/{id}`. One that cannot be an id is not found.
pub(super) struct ApplicationPath(pub ApplicationId);

/// The id in `/v1/documents/{id}`.
pub(super) struct DocumentPath(pub DocumentId);

impl<S: Send + Sync> FromRequestParts<S> for ApplicationPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        text.and_then(|Path(text)| ApplicationId::parse(&text))
            .map(Self)
            .ok_or_else(|| Problem::not_found("没有这份进件。", "There is no such application."))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for DocumentPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        text.and_then(|Path(text)| DocumentId::parse(&text))
            .map(Self)
            .ok_or_else(|| Problem::not_found("没有这份单据。", "There is no such document."))
    }
}

/// The id in `/v1/api-keys/{id}`.
pub(super) struct KeyPath(pub AccessKeyId);

impl<S: Send + Sync> FromRequestParts<S> for KeyPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        text.and_then(|Path(text)| AccessKeyId::parse(&text))
            .map(Self)
            .ok_or_else(|| Problem::not_found("没有这把密钥。", "There is no such key."))
    }
}

/// The id in `/v1/jobs/{id}`.
pub(super) struct JobPath(pub JobId);

impl<S: Send + Sync> FromRequestParts<S> for JobPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        text.and_then(|Path(text)| JobId::parse(&text))
            .map(Self)
            .ok_or_else(|| Problem::not_found("没有这个任务，或已完成。", "There is no such job, or it is done."))
    }
}

/// The id in `/v1/webhooks/{id}`.
pub(super) struct WebhookPath(pub WebhookId);

impl<S: Send + Sync> FromRequestParts<S> for WebhookPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        text.and_then(|Path(text)| WebhookId::parse(&text))
            .map(Self)
            .ok_or_else(|| Problem::not_found("没有这个 webhook。", "There is no such webhook."))
    }
}

/// The id in `/v1/uploads/{id}`.
pub(super) struct UploadPath(pub UploadId);

impl<S: Send + Sync> FromRequestParts<S> for UploadPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        text.and_then(|Path(text)| UploadId::parse(&text))
            .map(Self)
            .ok_or_else(|| Problem::not_found("没有这个上传。", "There is no such upload."))
    }
}

/// What the log calls a request; put there by `layers::traced`.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub String);

/// Whom the request is answered for; put there by `layers::guarded`, which knows what they may do.
impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        // Missing only where a handler was put behind no guard: it must not answer then.
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::internal)
    }
}

/// Who does something, for the audit log.
pub(super) struct By(pub applications::By);

impl<S: Send + Sync> FromRequestParts<S> for By {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Caller { actor, .. } = Caller::from_request_parts(parts, state).await?;
        let request = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
        Ok(Self(applications::By { actor, request }))
    }
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
    /// At most this many, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Query::<Self>::from_request_parts(parts, state).await?.0)
    }
}

impl Paging {
    /// The part that a query with more in it than these two asks for.
    pub(super) const fn of(cursor: Option<String>, limit: Option<u32>) -> Self {
        Self { cursor, limit }
    }

    /// How many, and after which.
    pub(super) fn read<Id>(
        &self,
        default: u32,
        parse: impl Fn(&str) -> Option<Id>,
    ) -> Result<(u32, Option<Id>), Problem> {
        let limit = self.limit.unwrap_or(default);
        if !(1..=PAGE_ITEMS_MAX).contains(&limit) {
            return Err(Problem::invalid("limit 应为 1 到 200。", "limit must be from 1 to 200."));
        }
        let after = match &self.cursor {
            None => None,
            Some(cursor) => Some(
                parse(cursor)
                    .ok_or_else(|| Problem::invalid("cursor 不对。", "cursor is none that this list gave."))?,
            ),
        };
        Ok((limit, after))
    }

    pub(super) const DEFAULT: u32 = PAGE_ITEMS_DEFAULT;
}

/// Cuts what was found, which is one more than asked for where there is more, to a page; with the next one's cursor.
pub(super) fn cut<T>(mut found: Vec<T>, limit: u32, cursor: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_last = found.len() <= limit;
    found.truncate(limit);
    let next_cursor = if is_last { None } else { found.last().map(cursor) };
    (found, next_cursor)
}

/// A request whose body is JSON, not read yet.
pub(super) struct JsonRequest {
    method: Method,
    path: String,
    headers: HeaderMap,
    bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for JsonRequest {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let headers = request.headers().clone();
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Problem::body_too_large(super::JSON_BYTES_MAX as u64)
            } else {
                Problem::body_cut_short()
            }
        })?;
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        // Without this, a form of another site could write: browsers send JSON across sites only when allowed to.
        let is_nothing = kind.is_empty() && bytes.is_empty();
        if !is_json(kind) && !is_nothing {
            return Err(Problem::unsupported_media_type("application/json", "application/json"));
        }
        Ok(Self { method, path, headers, bytes })
    }
}

impl JsonRequest {
    /// The body; nothing at all is `{}`.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let bytes: &[u8] = if self.bytes.is_empty() { b"{}" } else { &self.bytes };
        // serde names the key and the place, and may quote the value: the caller's own.
        serde_json::from_slice(bytes)
            .map_err(|error| Problem::invalid(format!("JSON 内容不对：{error}"), error.to_string()))
    }

    /// The key, for exactly this request.
    pub(super) fn once(&self) -> Result<Option<Once>, Problem> {
        once(&self.method, &self.path, &self.headers, &self.bytes)
    }

    /// The key, whatever the body: it has a password, of which not even a digest is kept.
    pub(super) fn once_whatever_body(&self) -> Result<Option<Once>, Problem> {
        once(&self.method, &self.path, &self.headers, b"")
    }
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// The request's `Idempotency-Key` with the digest of what it was sent with.
pub(super) fn once(method: &Method, path: &str, headers: &HeaderMap, content: &[u8]) -> Result<Option<Once>, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| (1..=KEY_BYTES_MAX).contains(&key.len()));
    let key = key.ok_or_else(|| {
        Problem::invalid(
            "Idempotency-Key 应为 1 到 255 个可见的 ASCII 字符。",
            "Idempotency-Key must be 1 to 255 visible ASCII characters.",
        )
    })?;
    Ok(Some(Once::new(key, method.as_str(), path, content)))
}

/// An answer in JSON.
pub(super) fn json<T: Serialize>(status: StatusCode, value: &T) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value).map_err(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        Problem::internal()
    })?;
    Ok((status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}
