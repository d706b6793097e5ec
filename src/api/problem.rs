//! Problem details (RFC 9457): what a caller is told when a request cannot be answered.
//!
//! What went wrong with a *file* has its words in `wire/failure.rs` and is part of the document; this is the map for
//! requests. Causes are logged with the request's id and never sent.

use std::any::Any;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::application::ApplicationState;
use serde::Serialize;
use tracing::{error, warn};
use utoipa::ToSchema;

use crate::applications::{BadAddress, Error};
use crate::auth::{Refusal, Scope};

/// `application/problem+json`
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Problem {
    /// `urn:xinge:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: Box<str>,
    pub title: &'static str,
    pub status: u16,
    /// One of a published vocabulary; never reused.
    pub code: &'static str,
    #[schema(value_type = String)]
    pub message_zh: Box<str>,
    #[schema(value_type = String)]
    pub message_en: Box<str>,
    /// The application's state, with the code `not_assessed_yet`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// Seconds until it is worth asking again; also in `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        zh: impl Into<Box<str>>,
        en: impl Into<Box<str>>,
    ) -> Self {
        Self {
            kind: format!("urn:xinge:problem:{code}").into(),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            message_zh: zh.into(),
            message_en: en.into(),
            state: None,
            retry_after: None,
        }
    }

    const fn after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(super) fn other_tus_version() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "tus_version",
            "请求头 Tus-Resumable 应为 1.0.0。",
            "The header Tus-Resumable must be 1.0.0.",
        )
    }

    /// The request itself is wrong; `en` and `zh` say where.
    pub(super) fn invalid(zh: impl Into<Box<str>>, en: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", zh, en)
    }

    pub(super) fn unsupported_media_type(wanted_zh: &str, wanted_en: &str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            format!("请求体的类型不对，应为 {wanted_zh}。"),
            format!("The body is of a kind that is not taken here, which is {wanted_en}."),
        )
    }

    /// No such thing, or an id that cannot be one.
    pub(super) fn not_found(zh: &str, en: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", zh, en)
    }

    pub(super) fn body_too_large(limit_bytes: u64) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("内容太大，超过了 {} 的上限。", size(limit_bytes)),
            format!("The body is too large: at most {}.", size(limit_bytes)),
        )
    }

    pub(super) fn body_cut_short() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "incomplete_body",
            "上传没有完成，请重新提交。",
            "The body ended early or could not be understood: send it again.",
        )
    }

    pub(super) fn too_slow(limit: Duration) -> Self {
        let seconds = limit.as_secs();
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "timeout",
            format!("处理超过了 {seconds} 秒，已停止，请稍后再试。"),
            format!("The request was given up after {seconds} seconds: try again."),
        )
        .after(5)
    }

    pub(super) fn busy() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "同时处理的请求太多，请稍后再试。",
            "Too many requests are being worked on: try again.",
        )
        .after(1)
    }

    /// The caller is known, and this is not theirs to do.
    pub(super) fn not_allowed(scope: Scope) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "not_allowed",
            format!("当前身份没有 {} 权限。", scope.as_str()),
            format!("This needs the scope {}, which the caller does not have.", scope.as_str()),
        )
    }

    pub(super) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "程序内部出错，请求没有完成。请凭响应头 x-request-id 联系管理员。",
            "The program failed on this request. The x-request-id header tells its operator where to look.",
        )
    }
}

fn size(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MB", bytes >> 20) } else { format!("{} kB", bytes >> 10) }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NoApplication(_) => Self::not_found("没有这份进件。", "There is no such application."),
            Error::NoDocument(_) => Self::not_found("没有这份单据。", "There is no such document."),
            Error::NoKey(_) => Self::not_found("没有这把可用的密钥。", "There is no such key that opens something."),
            Error::TooManyDocuments { max } => Self::new(
                StatusCode::CONFLICT,
                "too_many_documents",
                format!("这份进件已有 {max} 份单据，不能再增加。"),
                format!("The application has {max} documents already: no more are taken."),
            ),
            Error::FileTooLarge { limit } => Self::body_too_large(limit),
            Error::NoJob(_) => Self::not_found("没有这个任务，或已完成。", "There is no such job, or it is done."),
            Error::JobState { state, .. } => Self::new(
                StatusCode::CONFLICT,
                "job_state",
                format!("任务当前状态为 {state}，不能这样操作。"),
                format!("The job is {state}, in which this cannot be done."),
            ),
            Error::NoWebhook(_) => Self::not_found("没有这个 webhook。", "There is no such webhook."),
            Error::WebhookDisabled(_) => Self::new(
                StatusCode::CONFLICT,
                "webhook_disabled",
                "这个 webhook 已停用，请先启用。",
                "The webhook is disabled: enable it first.",
            ),
            Error::TooManyWebhooks { max } => Self::new(
                StatusCode::CONFLICT,
                "too_many_webhooks",
                format!("已有 {max} 个 webhook，请先删除不用的。"),
                format!("There are {max} webhooks already: delete those that are not used."),
            ),
            Error::BadAddress(BadAddress::NotAUrl) => Self::invalid(
                "url 应为 http 或 https 网址，不超过 2048 字节。",
                "url must be an address of http or https with a host, of at most 2,048 bytes.",
            ),
            Error::BadAddress(BadAddress::NotHttps) => {
                Self::invalid("url 应为 https 网址。", "url must be an address of https.")
            }
            Error::BadAddress(BadAddress::OutOfReach) => Self::invalid(
                "url 的主机地址不允许访问。",
                "url names a host that this service does not reach: see [webhooks] in its settings.",
            ),
            Error::NoUpload(_) => Self::not_found("没有这个上传。", "There is no such upload."),
            Error::UploadGone(_) => Self::new(
                StatusCode::GONE,
                "upload_expired",
                "这个上传已过期，请重新上传文件。",
                "The upload has expired: send the file again.",
            ),
            Error::UploadElsewhere { at } => Self::new(
                StatusCode::CONFLICT,
                "upload_offset",
                format!("已收到 {at} 字节，请从那里继续。"),
                format!("{at} bytes have come: go on from there."),
            ),
            Error::UploadBusy => Self::new(
                StatusCode::LOCKED,
                "upload_busy",
                "另一个请求正在写入这个上传，请稍后再试。",
                "Another request writes to this upload: try again.",
            )
            .after(1),
            Error::UploadChecksum => Self::new(
                // tus 1.0 gives this one to the checksum.
                StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST),
                "checksum_mismatch",
                "传输中数据有误，请重新发送这一段。",
                "The bytes are not those that the checksum was made of: send them again.",
            ),
            Error::UploadTooLong => {
                Self::invalid("发送的字节多于 Upload-Length。", "More bytes than Upload-Length announced.")
            }
            Error::TooManyUploads { max } => Self::new(
                StatusCode::CONFLICT,
                "too_many_uploads",
                format!("这份进件已有 {max} 个未完成的上传，请先完成或取消。"),
                format!("The application has {max} unfinished uploads: finish or end some."),
            ),
            Error::NoConsent(_) => Self::new(
                StatusCode::CONFLICT,
                "consent_required",
                "请先同意授权，再提交单据。",
                "A consent is needed before documents are taken.",
            ),
            Error::KeyUsedElsewhere => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "这个 Idempotency-Key 已用于另一个请求。",
                "The Idempotency-Key was used for another request.",
            ),
            Error::NotAssessedYet { state: ApplicationState::Abandoned } => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "assessment_failed",
                "评估时程序出错，没有得出结论。补交单据会重新评估。",
                "The assessment failed for a defect of the program. A further document starts it anew.",
            ),
            Error::NotAssessedYet { state } => {
                let problem = Self::new(
                    StatusCode::NOT_FOUND,
                    "not_assessed_yet",
                    "还没有结论：单据尚未提交、正在读取或正在评估。",
                    "There is no result yet: documents are missing, being read or being assessed.",
                )
                .after(1);
                Self { state: Some(state.as_str()), ..problem }
            }
            error @ (Error::Assess(_)
            | Error::Files(_)
            | Error::Database(_)
            | Error::Keys(_)
            | Error::NoRandomness(_)
            | Error::LeaseLost
            | Error::Undelivered { .. }
            | Error::Panicked { .. }) => {
                error!(error = format!("{:#}", anyhow::Error::new(error)), "a request failed");
                Self::internal()
            }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Nobody => Self::new(
                StatusCode::UNAUTHORIZED,
                "not_authenticated",
                "请在 Authorization 请求头里提供访问凭证：Bearer 加密钥或令牌。",
                "Say who is calling: `Authorization: Bearer` with a key or a token.",
            ),
            Refusal::Unknown => Self::new(
                StatusCode::UNAUTHORIZED,
                "not_authenticated",
                "访问凭证无效或已过期，请重新获取。",
                "The key or token opens nothing, or nothing any more: get a new one.",
            ),
            Refusal::Elsewhere => Self::new(
                StatusCode::FORBIDDEN,
                "not_admitted",
                "只接受本机程序的请求，不接受其他网站页面的请求。",
                "Requests are taken from programs on this machine, not from pages of other sites.",
            ),
            Refusal::TooMany { retry_after_seconds } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                "请求太频繁，请稍后再试。",
                "Too many requests: slow down.",
            )
            .after(retry_after_seconds),
            Refusal::Service(error) => error.into(),
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::invalid(format!("查询参数不对：{}", rejection.body_text()), rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

pub(super) async fn no_such_path() -> Problem {
    Problem::not_found("没有这个地址，见 /docs。", "There is nothing at this path; see /docs.")
}

pub(super) async fn no_such_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "这个地址不支持这种请求方法，见 /docs。",
        "This path does not take this method; see /docs.",
    )
}

/// A defect of ours in a handler. The panic's own words may quote a document: not logged.
pub(super) fn panicked(_panic: Box<dyn Any + Send + 'static>) -> Response {
    warn!("a handler panicked");
    Problem::internal().into_response()
}
