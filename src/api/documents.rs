//! `/v1/documents` and the list of an application's.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::Sensitive;
use model::ids::DocumentId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::applications::Service;
use crate::auth::Caller;
use crate::wire::application::FiledDocumentOut;

use super::extract::{ApplicationPath, By, DocumentPath, JsonRequest, Paging, cut, json};
use super::problem::Problem;

/// People try two or three.
pub(super) const PASSWORDS_MAX: usize = 10;
/// PDF allows 127 bytes.
pub(super) const PASSWORD_BYTES_MAX: usize = 256;

/// Either or both; they are tried in order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Passwords {
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Sensitive<String>>,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    passwords: Vec<Sensitive<String>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentPage<'a> {
    items: Vec<FiledDocumentOut<'a>>,
    /// `cursor` of the next page; null on the last.
    next_cursor: Option<String>,
}

/// List an application's documents in the order in which they came
#[utoipa::path(
    get, path = "/v1/applications/{id}/documents", tag = "documents", security(("bearer" = ["documents:read"])),
    params(("id" = String, Path, description = "`app_…`"), Paging),
    responses(
        (status = 200, body = DocumentPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_documents(
    State(service): State<Arc<Service>>,
    caller: Caller,
    ApplicationPath(id): ApplicationPath,
    paging: Paging,
) -> Result<Response, Problem> {
    let (limit, after) = paging.read(Paging::DEFAULT, DocumentId::parse)?;
    let found = service.documents(&caller.reach, &id, after.as_ref(), limit.saturating_add(1)).await?;
    let (found, next_cursor) = cut(found, limit, |last| last.id.to_string());
    json(StatusCode::OK, &DocumentPage { items: found.iter().map(FiledDocumentOut::from).collect(), next_cursor })
}

/// One document and its state
#[utoipa::path(
    get, path = "/v1/documents/{id}", tag = "documents", security(("bearer" = ["documents:read"])),
    params(("id" = String, Path, description = "`doc_…`")),
    responses(
        (status = 200, body = FiledDocumentOut),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_document(
    State(service): State<Arc<Service>>,
    caller: Caller,
    DocumentPath(id): DocumentPath,
) -> Result<Response, Problem> {
    let document = service.document(&caller.reach, &id).await?;
    json(StatusCode::OK, &FiledDocumentOut::from(&document))
}

/// Give the password of a document that could not be opened
///
/// It is read at once; the password is neither stored nor logged. A wrong one is no error of this request: the
/// document says `wrong_password`, and the next can be tried. The password of a file in an archive opens the whole
/// archive again, so an archive that has a password too needs both in `passwords`.
#[utoipa::path(
    post, path = "/v1/documents/{id}/password", tag = "documents", security(("bearer" = ["documents:write"])),
    params(
        ("id" = String, Path, description = "`doc_…`"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request with the same key is done once"),
    ),
    request_body = Passwords,
    responses(
        (status = 200, body = FiledDocumentOut),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn unlock_document(
    State(service): State<Arc<Service>>,
    caller: Caller,
    DocumentPath(id): DocumentPath,
    request: JsonRequest,
) -> Result<Response, Problem> {
    let given: Passwords = request.read()?;
    let passwords: Vec<Sensitive<String>> = given.password.into_iter().chain(given.passwords).collect();
    check(&passwords)?;
    if passwords.is_empty() {
        return Err(Problem::invalid("缺少 password。", "password is missing."));
    }
    let document =
        service.unlock_document(&caller.reach, &id, passwords, request.once_whatever_body()?.as_ref()).await?;
    json(StatusCode::OK, &FiledDocumentOut::from(&document))
}

/// Which page, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PictureRequest {
    /// From 1.
    page: u32,
    /// Goes into the audit log. 4 to 500 characters.
    reason: String,
    /// Of a file under one, tried in order; neither stored nor logged.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    passwords: Vec<Sensitive<String>>,
}

/// See a page as it looks, with the places that failed checks point at
///
/// Each box has the number of its finding among those that point at the page, in the order of the application's
/// findings. A page shows everything in full: who looked at it, when and why stands in the audit log. The password of
/// a file under one is not kept: such a page is drawn where it comes with the request.
#[utoipa::path(
    post, path = "/v1/documents/{id}/picture", tag = "documents", security(("bearer" = ["reveal"])),
    params(("id" = String, Path, description = "`doc_…`")),
    request_body = PictureRequest,
    responses(
        (status = 200, body = Vec<u8>, content_type = "image/png"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn document_picture(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    DocumentPath(id): DocumentPath,
    request: JsonRequest,
) -> Result<Response, Problem> {
    let asked: PictureRequest = request.read()?;
    let reason = super::access::reason(&asked.reason)?;
    check(&asked.passwords)?;
    match service.marked_page(&caller.reach, &id, asked.page, asked.passwords, reason, &by).await? {
        Some(png) => Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response()),
        None => {
            Err(Problem::not_found("没有这一页，或该页无法显示。", "There is no such page, or it cannot be drawn."))
        }
    }
}

/// Bounds on passwords, wherever they come from.
pub(super) fn check(passwords: &[Sensitive<String>]) -> Result<(), Problem> {
    if passwords.len() > PASSWORDS_MAX || passwords.iter().any(|p| p.reveal().len() > PASSWORD_BYTES_MAX) {
        return Err(Problem::invalid(
            "密码最多 10 个，每个不超过 256 字节。",
            "At most 10 passwords of at most 256 bytes each.",
        ));
    }
    Ok(())
}
