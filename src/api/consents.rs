//! What an applicant allows.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use model::consent::{Consent, Family};
use model::ids::ApplicationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::applications::Service;
use crate::auth::Caller;
use crate::wire::application::moment;

use super::extract::{ApplicationPath, By, JsonRequest, json};
use super::problem::Problem;

/// `2026-01`, a digest: what the lender calls a text.
const VERSION_CHARACTERS_MAX: usize = 100;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConsent {
    /// Which text was agreed to, as the lender names it.
    #[schema(min_length = 1, max_length = 100)]
    version: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConsentOut {
    /// `bank`, `wallet`, `income`, `insurance`, `utility` or `other`.
    family: &'static str,
    version: String,
    /// RFC 3339, `+08:00`.
    granted_at: String,
    /// Null while it stands.
    revoked_at: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConsentList {
    items: Vec<ConsentOut>,
}

fn print(consents: Vec<Consent>) -> ConsentList {
    let items = consents.into_iter().map(|consent| ConsentOut {
        family: consent.family.as_str(),
        version: consent.version,
        granted_at: moment(consent.granted_ms),
        revoked_at: consent.revoked_ms.map(moment),
    });
    ConsentList { items: items.collect() }
}

/// A version as it may be called; the same for consents that come with the application.
pub(super) fn read_version(version: &str) -> Result<&str, Problem> {
    let version = version.trim();
    let plausible = (1..=VERSION_CHARACTERS_MAX).contains(&version.chars().count());
    if plausible && !version.chars().any(char::is_control) {
        Ok(version)
    } else {
        Err(Problem::invalid("version 应为 1 到 100 个字符。", "version must have 1 to 100 characters."))
    }
}

pub(super) fn read_family(text: &str) -> Result<Family, Problem> {
    Family::parse(text).ok_or_else(|| {
        Problem::invalid(
            "来源类别应为 bank、wallet、income、insurance、utility 或 other。",
            "The family must be bank, wallet, income, insurance, utility or other.",
        )
    })
}

/// The two ids of `/v1/applications/{id}/consents/{family}`.
pub(super) struct ConsentPath(ApplicationId, Family);

impl<S: Send + Sync> FromRequestParts<S> for ConsentPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let ids = Path::<(String, String)>::from_request_parts(parts, state).await.ok();
        let (id, family) = ids.map(|Path(ids)| ids).unwrap_or_default();
        let family = read_family(&family)?;
        let id = ApplicationId::parse(&id);
        id.map(|id| Self(id, family))
            .ok_or_else(|| Problem::not_found("没有这份进件。", "There is no such application."))
    }
}

/// List an application's consents, those taken back as well
#[utoipa::path(
    get, path = "/v1/applications/{id}/consents", tag = "applications", security(("bearer" = ["applications:read"])),
    params(("id" = String, Path, description = "`app_…`")),
    responses(
        (status = 200, body = ConsentList),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_consents(
    State(service): State<Arc<Service>>,
    caller: Caller,
    ApplicationPath(id): ApplicationPath,
) -> Result<Response, Problem> {
    json(StatusCode::OK, &print(service.consents(&caller.reach, &id).await?))
}

/// Give a consent for a family of sources
///
/// Another version takes the place of the one before; the same one again changes nothing.
#[utoipa::path(
    put, path = "/v1/applications/{id}/consents/{family}", tag = "applications",
    security(("bearer" = ["consents:write"])),
    params(
        ("id" = String, Path, description = "`app_…`"),
        ("family" = String, Path, description = "`bank`, `wallet`, `income`, `insurance`, `utility` or `other`"),
    ),
    request_body = NewConsent,
    responses(
        (status = 200, body = ConsentList),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn grant_consent(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    ConsentPath(id, family): ConsentPath,
    request: JsonRequest,
) -> Result<Response, Problem> {
    let new: NewConsent = request.read()?;
    let version = read_version(&new.version)?;
    json(StatusCode::OK, &print(service.grant_consent(&caller.reach, &id, family, version, &by).await?))
}

/// Take a consent back
///
/// Documents of the family are left out of the assessment from now on; one is made anew.
#[utoipa::path(
    delete, path = "/v1/applications/{id}/consents/{family}", tag = "applications",
    security(("bearer" = ["consents:write"])),
    params(
        ("id" = String, Path, description = "`app_…`"),
        ("family" = String, Path, description = "`bank`, `wallet`, `income`, `insurance`, `utility` or `other`"),
    ),
    responses(
        (status = 200, body = ConsentList),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn revoke_consent(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    ConsentPath(id, family): ConsentPath,
) -> Result<Response, Problem> {
    json(StatusCode::OK, &print(service.revoke_consent(&caller.reach, &id, family, &by).await?))
}
