//! What was made of an application: features, findings, profile, decision.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::access::Role;

use crate::applications::Service;
use crate::auth::Caller;
use crate::wire::results::{DecisionOf, FeaturesOf, FindingsOf, Of, ProfileOf};

use super::extract::{ApplicationPath, json};
use super::problem::Problem;

/// Features: named figures and the rows they rest on
#[utoipa::path(
    get, path = "/v1/applications/{id}/features", tag = "assessment", security(("bearer" = ["assessments:read"])),
    params(("id" = String, Path, description = "`app_…`")),
    responses(
        (status = 200, body = FeaturesOf),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "`not_found`, or \
            `not_assessed_yet`: ask again after `Retry-After`"),
    )
)]
pub(super) async fn get_features(
    State(service): State<Arc<Service>>,
    caller: Caller,
    ApplicationPath(id): ApplicationPath,
) -> Result<Response, Problem> {
    let assessment = service.assessment(&caller.reach, &id).await?;
    let of = Of::new(&id, &assessment.id, assessment.revision, assessment.as_of, &assessment.documents);
    json(StatusCode::OK, &FeaturesOf::new(of, &assessment.features))
}

/// Findings: how each check came out
#[utoipa::path(
    get, path = "/v1/applications/{id}/findings", tag = "assessment", security(("bearer" = ["assessments:read"])),
    params(("id" = String, Path, description = "`app_…`")),
    responses(
        (status = 200, body = FindingsOf),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "`not_found`, or \
            `not_assessed_yet`: ask again after `Retry-After`"),
    )
)]
pub(super) async fn get_findings(
    State(service): State<Arc<Service>>,
    caller: Caller,
    ApplicationPath(id): ApplicationPath,
) -> Result<Response, Problem> {
    let assessment = service.assessment(&caller.reach, &id).await?;
    let of = Of::new(&id, &assessment.id, assessment.revision, assessment.as_of, &assessment.documents);
    json(StatusCode::OK, &FindingsOf::new(of, &assessment.findings))
}

/// Profile: declared against verified
#[utoipa::path(
    get, path = "/v1/applications/{id}/profile", tag = "assessment", security(("bearer" = ["assessments:read"])),
    params(("id" = String, Path, description = "`app_…`")),
    responses(
        (status = 200, body = ProfileOf),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "`not_found`, or \
            `not_assessed_yet`: ask again after `Retry-After`"),
    )
)]
pub(super) async fn get_profile(
    State(service): State<Arc<Service>>,
    caller: Caller,
    ApplicationPath(id): ApplicationPath,
) -> Result<Response, Problem> {
    let assessment = service.assessment(&caller.reach, &id).await?;
    let of = Of::new(&id, &assessment.id, assessment.revision, assessment.as_of, &assessment.documents);
    json(StatusCode::OK, &ProfileOf::new(of, &assessment.profile))
}

/// Decision: outcome, limit, rate and why
#[utoipa::path(
    get, path = "/v1/applications/{id}/decision", tag = "assessment", security(("bearer" = ["decisions:read"])),
    params(("id" = String, Path, description = "`app_…`")),
    responses(
        (status = 200, body = DecisionOf),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "`not_found`, or \
            `not_assessed_yet`: ask again after `Retry-After`"),
    )
)]
pub(super) async fn get_decision(
    State(service): State<Arc<Service>>,
    caller: Caller,
    ApplicationPath(id): ApplicationPath,
) -> Result<Response, Problem> {
    let assessment = service.assessment(&caller.reach, &id).await?;
    let of = Of::new(&id, &assessment.id, assessment.revision, assessment.as_of, &assessment.documents);
    let mut out = DecisionOf::new(of, &assessment.decision);
    if caller.actor.role == Role::Applicant {
        // How each threshold stood to each figure is for those who answer for the policy; reasons are for everybody.
        out.decision.trace.clear();
    }
    json(StatusCode::OK, &out)
}
