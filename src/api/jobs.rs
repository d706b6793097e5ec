//! `/v1/jobs`: background work, for whoever looks after it.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::ids::JobId;
use model::job::Job;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::applications::{JobState, Service, StoredJob};
use crate::auth::Caller;
use crate::wire::application::moment;

use super::extract::{By, JobPath, Paging, cut, json};
use super::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobOut {
    id: String,
    /// `parse_document`, `assess_application` or `deliver_event`.
    kind: &'static str,
    /// What it is about: a document, an application, or the webhook to be told.
    resource_id: String,
    /// `queued`, `running`, or `dead`: given up or cancelled.
    state: &'static str,
    /// `interactive`: a person waits; `bulk`; `delivery`: somebody else's machine is told something.
    lane: &'static str,
    attempts: i64,
    /// Why the last try failed, or who cancelled it.
    error: Option<String>,
    /// When it is due; RFC 3339, `+08:00`.
    run_at: String,
    created_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobPage {
    items: Vec<JobOut>,
    /// `cursor` of the next page; null on the last.
    next_cursor: Option<String>,
}

impl From<StoredJob> for JobOut {
    fn from(stored: StoredJob) -> Self {
        let kind = stored.job.kind();
        let resource_id = match stored.job {
            Job::ParseDocument { document } => document.to_string(),
            Job::AssessApplication { application } => application.to_string(),
            Job::DeliverEvent { webhook, .. } => webhook.to_string(),
        };
        Self {
            id: stored.id.to_string(),
            kind,
            resource_id,
            state: stored.state.as_str(),
            lane: stored.lane.as_str(),
            attempts: stored.attempts,
            error: stored.error,
            run_at: moment(stored.run_at_ms),
            created_at: moment(stored.created_ms),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct JobQuery {
    /// `queued`, `running` or `dead`; all when absent.
    state: Option<String>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
    /// At most this many, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// List jobs in the order in which they were queued
///
/// One that is done is none any more. `?state=dead` is the list of those that were given up.
#[utoipa::path(
    get, path = "/v1/jobs", tag = "jobs", security(("bearer" = ["jobs:read"])), params(JobQuery),
    responses(
        (status = 200, body = JobPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_jobs(
    State(service): State<Arc<Service>>,
    caller: Caller,
    query: Result<Query<JobQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(JobQuery { state, cursor, limit }) = query?;
    let state = match state.as_deref() {
        None => None,
        Some(text) => Some(JobState::parse(text).ok_or_else(|| {
            Problem::invalid("state 应为 queued、running 或 dead。", "state must be queued, running or dead.")
        })?),
    };
    let (limit, after) = Paging::of(cursor, limit).read(Paging::DEFAULT, JobId::parse)?;
    let found = service.jobs(&caller.reach, state, after.as_ref(), limit.saturating_add(1)).await?;
    let (found, next_cursor) = cut(found, limit, |last| last.id.to_string());
    json(StatusCode::OK, &JobPage { items: found.into_iter().map(JobOut::from).collect(), next_cursor })
}

/// One job
#[utoipa::path(
    get, path = "/v1/jobs/{id}", tag = "jobs", security(("bearer" = ["jobs:read"])),
    params(("id" = String, Path, description = "`job_…`")),
    responses(
        (status = 200, body = JobOut),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_job(
    State(service): State<Arc<Service>>,
    caller: Caller,
    JobPath(id): JobPath,
) -> Result<Response, Problem> {
    json(StatusCode::OK, &JobOut::from(service.job(&caller.reach, &id).await?))
}

/// Put a job back that was given up
#[utoipa::path(
    post, path = "/v1/jobs/{id}/retry", tag = "jobs", security(("bearer" = ["jobs:write"])),
    params(("id" = String, Path, description = "`job_…`")),
    responses(
        (status = 200, body = JobOut),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn retry_job(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    JobPath(id): JobPath,
) -> Result<Response, Problem> {
    json(StatusCode::OK, &JobOut::from(service.retry_job(&caller.reach, &id, &by).await?))
}

/// Give a job up
///
/// Its document fails, or its application is `abandoned`, until the job is put back.
#[utoipa::path(
    post, path = "/v1/jobs/{id}/cancel", tag = "jobs", security(("bearer" = ["jobs:write"])),
    params(("id" = String, Path, description = "`job_…`")),
    responses(
        (status = 200, body = JobOut),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn cancel_job(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    JobPath(id): JobPath,
) -> Result<Response, Problem> {
    json(StatusCode::OK, &JobOut::from(service.cancel_job(&caller.reach, &id, &by).await?))
}
