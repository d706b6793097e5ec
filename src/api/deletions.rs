//! Deleting an application, and the certificates of what was deleted.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::applications::{DeletionReason, Service};
use crate::auth::Caller;
use crate::wire::deletion::DeletionOut;

use super::extract::{ApplicationPath, By, Paging, cut, json};
use super::problem::Problem;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Why {
    /// By the applicant's request when absent.
    #[param(inline)]
    reason: Option<ReasonIn>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReasonIn {
    Requested,
    ConsentWithdrawn,
    Other,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeletionPage<'a> {
    items: Vec<DeletionOut<'a>>,
    /// `cursor` of the next page; null on the last.
    next_cursor: Option<String>,
}

/// Delete an application with everything that belongs to it
///
/// The key that its files and rows are sealed with is destroyed, so what is left of them anywhere cannot be read. The
/// answer is a certificate; deleting it once more gives the same one. What is past its period is deleted by the service
/// itself.
#[utoipa::path(
    delete, path = "/v1/applications/{id}", tag = "applications", security(("bearer" = ["applications:delete"])),
    params(("id" = String, Path, description = "`app_…`"), Why),
    responses(
        (status = 200, body = DeletionOut),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn delete_application(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    ApplicationPath(id): ApplicationPath,
    why: Result<Query<Why>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(why) = why?;
    let reason = match why.reason {
        None | Some(ReasonIn::Requested) => DeletionReason::Requested,
        Some(ReasonIn::ConsentWithdrawn) => DeletionReason::ConsentWithdrawn,
        Some(ReasonIn::Other) => DeletionReason::Other,
    };
    let certificate = service.delete_application(&caller.reach, &id, reason, &by).await?;
    json(StatusCode::OK, &DeletionOut::from(&certificate))
}

/// List certificates of deletions, in their order
#[utoipa::path(
    get, path = "/v1/deletions", tag = "applications", security(("bearer" = ["audit:read"])), params(Paging),
    responses(
        (status = 200, body = DeletionPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_deletions(
    State(service): State<Arc<Service>>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let (limit, after) = paging.read(Paging::DEFAULT, |text| text.parse::<i64>().ok().filter(|number| *number > 0))?;
    let found = service.deletions(&caller.reach, after.unwrap_or(0), limit.saturating_add(1)).await?;
    let (found, next_cursor) = cut(found, limit, |last| last.statement.number.to_string());
    json(StatusCode::OK, &DeletionPage { items: found.iter().map(DeletionOut::from).collect(), next_cursor })
}
