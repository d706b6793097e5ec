//! `/v1/applications`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::civil::Date;
use model::consent::Family;
use model::declaration::Declaration;
use model::ids::ApplicationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::applications::Service;
use crate::auth::Caller;
use crate::wire::application::{ApplicationOut, DeclarationIn};

use super::consents;
use super::extract::{ApplicationPath, JsonRequest, Paging, cut, json};
use super::problem::Problem;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NewApplication {
    /// What the applicant states about themselves; every key is optional.
    #[schema(value_type = DeclarationIn)]
    declared: Declaration,
    /// The day to assess for; the day of the assessment when absent.
    #[schema(value_type = Option<String>, format = Date)]
    as_of: Option<Date>,
    /// What the applicant agreed to, a family of sources at most once.
    consents: Vec<ConsentIn>,
    /// What the caller knows the applicant's device by, to tell when one device sends the papers of many. A keyed hash of
    /// it is kept, and only where the service has a key for it.
    device: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConsentIn {
    /// `bank`, `wallet`, `income`, `insurance`, `utility` or `other`.
    family: String,
    /// Which text was agreed to, as the lender names it.
    version: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApplicationPage<'a> {
    items: Vec<ApplicationOut<'a>>,
    /// `cursor` of the next page; null on the last.
    next_cursor: Option<String>,
}

/// Make an application
#[utoipa::path(
    post, path = "/v1/applications", tag = "applications", security(("bearer" = ["applications:write"])),
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request with the same key is done once")),
    request_body = NewApplication,
    responses(
        (status = 201, body = ApplicationOut, headers(("Location" = String))),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn create_application(
    State(service): State<Arc<Service>>,
    caller: Caller,
    request: JsonRequest,
) -> Result<Response, Problem> {
    let new: NewApplication = request.read()?;
    let once = request.once()?;
    let (agreed, device) = (agreed(&new.consents)?, new.device.as_deref());
    let application =
        service.create_application(&caller.reach, &new.declared, new.as_of, &agreed, device, once.as_ref()).await?;
    let mut response = json(StatusCode::CREATED, &ApplicationOut::from(&application))?;
    if let Ok(location) = HeaderValue::from_str(&format!("/v1/applications/{}", application.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn agreed(given: &[ConsentIn]) -> Result<Vec<(Family, String)>, Problem> {
    let mut agreed: Vec<(Family, String)> = Vec::new();
    for consent in given {
        let family = consents::read_family(&consent.family)?;
        if agreed.iter().any(|(known, _)| *known == family) {
            return Err(Problem::invalid("同一来源类别的授权重复。", "A family of sources stands twice in consents."));
        }
        agreed.push((family, consents::read_version(&consent.version)?.to_owned()));
    }
    Ok(agreed)
}

/// List applications, newest first
#[utoipa::path(
    get, path = "/v1/applications", tag = "applications", security(("bearer" = ["applications:read"])), params(Paging),
    responses(
        (status = 200, body = ApplicationPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_applications(
    State(service): State<Arc<Service>>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let (limit, before) = paging.read(Paging::DEFAULT, ApplicationId::parse)?;
    let found = service.applications(&caller.reach, before.as_ref(), limit.saturating_add(1)).await?;
    let (found, next_cursor) = cut(found, limit, |last| last.id.to_string());
    json(StatusCode::OK, &ApplicationPage { items: found.iter().map(ApplicationOut::from).collect(), next_cursor })
}

/// One application and its state
#[utoipa::path(
    get, path = "/v1/applications/{id}", tag = "applications", security(("bearer" = ["applications:read"])),
    params(("id" = String, Path, description = "`app_…`")),
    responses(
        (status = 200, body = ApplicationOut),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_application(
    State(service): State<Arc<Service>>,
    caller: Caller,
    ApplicationPath(id): ApplicationPath,
) -> Result<Response, Problem> {
    let application = service.application(&caller.reach, &id).await?;
    json(StatusCode::OK, &ApplicationOut::from(&application))
}
