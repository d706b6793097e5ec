//! Keys, tokens, the audit log, and numbers in full.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::access::Role;
use model::ids::{AccessKeyId, AuditId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::applications::{Key, Line, Revealed, Service};
use crate::auth::Caller;
use crate::wire::application::moment;

use super::extract::{ApplicationPath, By, JsonRequest, KeyPath, Paging, cut, json};
use super::problem::Problem;

/// What an operator calls a key.
const NAME_CHARACTERS_MAX: usize = 100;
/// A sentence or two: long enough to say why, short enough to be read.
const REASON_CHARACTERS: std::ops::RangeInclusive<usize> = 4..=500;
/// A person who is sent a link comes back the same day or asks for another.
const TOKEN_SECONDS_MAX: u64 = 24 * 3600;
const TOKEN_SECONDS_DEFAULT: u64 = 3600;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    /// What it is called in lists: the program that uses it.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// `backend` when absent; `reviewer`, `senior`, `risk`, `auditor` and `admin` for programs that do a person's work.
    role: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyOut {
    id: String,
    name: String,
    role: &'static str,
    /// RFC 3339, `+08:00`.
    created_at: String,
    revoked_at: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewKeyOut {
    #[serde(flatten)]
    key: KeyOut,
    /// Shown this once.
    secret: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyPage {
    items: Vec<KeyOut>,
    /// `cursor` of the next page; null on the last.
    next_cursor: Option<String>,
}

impl From<Key> for KeyOut {
    fn from(key: Key) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name,
            role: key.role.as_str(),
            created_at: moment(key.created_ms),
            revoked_at: key.revoked_ms.map(moment),
        }
    }
}

/// Make an API key
#[utoipa::path(
    post, path = "/v1/api-keys", tag = "access", security(("bearer" = ["keys:write"])),
    request_body = NewKey,
    responses(
        (status = 201, body = NewKeyOut),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn create_key(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    request: JsonRequest,
) -> Result<Response, Problem> {
    let once = request.once()?;
    let new: NewKey = request.read()?;
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX || name.chars().any(char::is_control) {
        return Err(Problem::invalid("name 应为 1 到 100 个字符。", "name must have 1 to 100 characters."));
    }
    let role = new.role.as_deref().unwrap_or(Role::Backend.as_str());
    let role = Role::parse(role).filter(|role| !matches!(role, Role::Applicant | Role::Local)).ok_or_else(|| {
        Problem::invalid(
            "role 应为 backend、reviewer、senior、risk、auditor 或 admin。",
            "role must be backend, reviewer, senior, risk, auditor or admin.",
        )
    })?;
    let (key, secret) = service.create_key(&caller.reach, role, name, &by, once.as_ref()).await?;
    json(StatusCode::CREATED, &NewKeyOut { key: key.into(), secret: secret.reveal().clone() })
}

/// List API keys, oldest first
#[utoipa::path(
    get, path = "/v1/api-keys", tag = "access", security(("bearer" = ["keys:write"])), params(Paging),
    responses(
        (status = 200, body = KeyPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_keys(
    State(service): State<Arc<Service>>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let (limit, after) = paging.read(Paging::DEFAULT, AccessKeyId::parse)?;
    let found = service.keys(&caller.reach.tenant, after.as_ref(), limit.saturating_add(1)).await?;
    let (found, next_cursor) = cut(found, limit, |last| last.id.to_string());
    json(StatusCode::OK, &KeyPage { items: found.into_iter().map(KeyOut::from).collect(), next_cursor })
}

/// Revoke an API key
#[utoipa::path(
    delete, path = "/v1/api-keys/{id}", tag = "access", security(("bearer" = ["keys:write"])),
    params(("id" = String, Path, description = "`key_…`")),
    responses(
        (status = 204, description = "It opens nothing any more"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn revoke_key(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    KeyPath(id): KeyPath,
) -> Result<StatusCode, Problem> {
    service.revoke_key(&caller.reach.tenant, &id, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NewToken {
    /// 60 to 86,400; 3,600 when absent.
    #[schema(minimum = 60, maximum = 86400, default = 3600)]
    expires_in_seconds: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewTokenOut {
    /// `tok_…`
    id: String,
    application_id: String,
    /// For `Authorization: Bearer`; shown this once.
    token: String,
    /// RFC 3339, `+08:00`.
    expires_at: String,
}

/// Make a token for the applicant
///
/// It reaches this application and no other: its declaration, documents, statements and decision. The lender's back
/// end hands it to the applicant's app or page.
#[utoipa::path(
    post, path = "/v1/applications/{id}/tokens", tag = "access", security(("bearer" = ["tokens:write"])),
    params(("id" = String, Path, description = "`app_…`")),
    request_body = Option<NewToken>,
    responses(
        (status = 201, body = NewTokenOut),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn create_token(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    ApplicationPath(id): ApplicationPath,
    request: JsonRequest,
) -> Result<Response, Problem> {
    let once = request.once()?;
    let new: NewToken = request.read()?;
    let seconds = new.expires_in_seconds.unwrap_or(TOKEN_SECONDS_DEFAULT);
    if !(60..=TOKEN_SECONDS_MAX).contains(&seconds) {
        return Err(Problem::invalid(
            "expires_in_seconds 应为 60 到 86400。",
            "expires_in_seconds must be from 60 to 86,400.",
        ));
    }
    let made = service.issue_token(&caller.reach, &id, Duration::from_secs(seconds), &by, once.as_ref()).await?;
    let out = NewTokenOut {
        id: made.id.to_string(),
        application_id: id.to_string(),
        token: made.secret.reveal().clone(),
        expires_at: moment(made.expires_ms),
    };
    json(StatusCode::CREATED, &out)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevealRequest {
    /// Why they are needed; it stands in the audit log.
    #[schema(min_length = 4, max_length = 500)]
    reason: String,
}

/// The numbers that are masked everywhere else.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RevealedOut<'a> {
    application_id: &'a str,
    /// As declared.
    id_number: Option<&'a str>,
    statements: Vec<RevealedStatementOut<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RevealedStatementOut<'a> {
    document_id: &'a str,
    /// Which of the document's statements, from 0.
    statement: u32,
    /// As the statement prints them.
    id_number: Option<&'a str>,
    account: Option<&'a str>,
}

fn print<'a>(application: &'a str, revealed: &'a Revealed) -> RevealedOut<'a> {
    let statements = revealed.statements.iter().map(|one| RevealedStatementOut {
        document_id: one.document.as_str(),
        statement: one.position,
        id_number: one.id_number.as_ref().map(|number| number.reveal().as_str()),
        account: one.account.as_ref().map(|number| number.reveal().as_str()),
    });
    RevealedOut {
        application_id: application,
        id_number: revealed.id_number.as_ref().map(|number| number.reveal().as_str()),
        statements: statements.collect(),
    }
}

/// Why somebody looks at what is masked elsewhere, if it is said.
pub(super) fn reason(stated: &str) -> Result<&str, Problem> {
    let reason = stated.trim();
    if !REASON_CHARACTERS.contains(&reason.chars().count()) || reason.contains('\0') {
        return Err(Problem::invalid(
            "请用 4 到 500 个字符说明查看原因。",
            "Say in 4 to 500 characters why the numbers are needed.",
        ));
    }
    Ok(reason)
}

/// Read an application's ID and account numbers in full
///
/// Who read them, when and why stands in the audit log.
#[utoipa::path(
    post, path = "/v1/applications/{id}/reveal", tag = "access", security(("bearer" = ["reveal"])),
    params(("id" = String, Path, description = "`app_…`")),
    request_body = RevealRequest,
    responses(
        (status = 200, body = RevealedOut),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn reveal(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    ApplicationPath(id): ApplicationPath,
    request: JsonRequest,
) -> Result<Response, Problem> {
    let asked: RevealRequest = request.read()?;
    let reason = reason(&asked.reason)?;
    let revealed = service.reveal(&caller.reach, &id, reason, &by).await?;
    json(StatusCode::OK, &print(id.as_str(), &revealed))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// Only what was done to this: an id.
    resource: Option<String>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
    /// At most this many, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditLineOut {
    id: String,
    role: &'static str,
    /// The key, the token, or what the identity provider calls the person.
    subject: String,
    /// `reveal`, `token_issued`, `key_created`, `key_revoked`, …
    action: String,
    resource_id: String,
    reason: Option<String>,
    /// The `x-request-id` of the request.
    request_id: String,
    /// RFC 3339, `+08:00`.
    created_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditPage {
    items: Vec<AuditLineOut>,
    /// `cursor` of the next page; null on the last.
    next_cursor: Option<String>,
}

impl From<Line> for AuditLineOut {
    fn from(line: Line) -> Self {
        Self {
            id: line.id.to_string(),
            role: line.actor.role.as_str(),
            subject: line.actor.subject,
            action: line.action,
            resource_id: line.resource,
            reason: line.reason,
            request_id: line.request,
            created_at: moment(line.created_ms),
        }
    }
}

/// Read the audit log, newest first
#[utoipa::path(
    get, path = "/v1/audit-log", tag = "access", security(("bearer" = ["audit:read"])), params(AuditQuery),
    responses(
        (status = 200, body = AuditPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn read_audit_log(
    State(service): State<Arc<Service>>,
    caller: Caller,
    query: Result<Query<AuditQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(AuditQuery { resource, cursor, limit }) = query?;
    let (limit, before) = Paging::of(cursor, limit).read(Paging::DEFAULT, AuditId::parse)?;
    // A NUL is text to one of the databases only, and in no id.
    let resource = resource.filter(|text| !text.contains('\0'));
    let (reach, one_more) = (&caller.reach, limit.saturating_add(1));
    let found = service.audit_lines(reach, resource.as_deref(), before.as_ref(), one_more).await?;
    let (found, next_cursor) = cut(found, limit, |last| last.id.to_string());
    json(StatusCode::OK, &AuditPage { items: found.into_iter().map(AuditLineOut::from).collect(), next_cursor })
}
