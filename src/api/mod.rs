//! The HTTP door: `/v1`, its description, and the pages that stand outside it.
//!
//! Handlers turn a request into a call of `applications` and its result into `wire`'s JSON; they decide nothing.

mod access;
mod applications;
mod assessments;
mod consents;
mod deletions;
mod documents;
mod events;
mod exports;
mod extract;
mod health;
mod jobs;
mod layers;
mod problem;
mod statements;
mod upload;
mod uploads;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use crate::applications::Service;
use crate::auth::Door;

/// A declaration is under 2 kB.
const JSON_BYTES_MAX: usize = 64 << 10;

/// Bounds on what one client may cost.
#[derive(Debug, Clone)]
pub struct Settings {
    pub door: Arc<Door>,
    /// For a request and its answer, uploads apart.
    pub request_timeout: Duration,
    /// For an upload, reading the file included.
    pub upload_timeout: Duration,
    /// Between two pieces of a request body.
    pub body_idle: Duration,
    pub concurrent_requests_max: usize,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "xinge",
        description = "A borrower proves their own credit with their own papers: create an application, upload \
            statements and bills, and read the statements, findings, profile and decision made of them.\n\n\
            Money is a decimal string, never a float. Errors are problem details (RFC 9457) with a stable `code`. \
            Writes take an `Idempotency-Key`: the same request with the same key is done once.\n\n\
            Callers show `Authorization: Bearer` with an API key (the lender's back end), a token made for one \
            application (its applicant), or a token of the lender's identity provider (reviewers). 401 and 403 are \
            answers of every operation under `/v1`, as 429 is."
    ),
    modifiers(&Bearer),
    tags(
        (name = "applications", description = "One applicant's request 进件"),
        (name = "documents", description = "Files of an application 单据"),
        (name = "uploads", description = "Files that come in pieces: tus 1.0 断点续传"),
        (name = "statements", description = "What was read of them 流水"),
        (name = "assessment", description = "Findings, profile and decision 核验、画像与审批结论"),
        (name = "access", description = "Keys, tokens, and who saw what 权限与审计"),
        (name = "jobs", description = "What waits and what was given up 后台任务"),
        (name = "webhooks", description = "Being told what happens 事件通知"),
        (name = "health", description = "For whoever runs it"),
    )
)]
struct Description;

/// The name that the description gives to the one way of showing who calls; an operation adds its scope to it.
const BEARER: &str = "bearer";

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, described: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        described.components.get_or_insert_default().add_security_scheme(BEARER, scheme);
    }
}

fn routes() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(applications::create_application, applications::list_applications))
        .routes(routes!(applications::get_application, deletions::delete_application))
        .routes(routes!(deletions::list_deletions))
        .routes(routes!(documents::list_documents))
        .routes(routes!(documents::get_document))
        .routes(routes!(documents::unlock_document))
        .routes(routes!(documents::document_picture))
        .routes(routes!(statements::document_statements))
        .routes(routes!(statements::application_statements))
        .routes(routes!(exports::export_transactions))
        .routes(routes!(assessments::get_features))
        .routes(routes!(assessments::get_findings))
        .routes(routes!(assessments::get_profile))
        .routes(routes!(assessments::get_decision))
        .routes(routes!(consents::list_consents))
        .routes(routes!(consents::grant_consent, consents::revoke_consent))
        .routes(routes!(events::follow_application))
        .routes(routes!(access::create_key, access::list_keys))
        .routes(routes!(access::revoke_key))
        .routes(routes!(access::create_token))
        .routes(routes!(access::reveal))
        .routes(routes!(access::read_audit_log))
        .routes(routes!(jobs::list_jobs))
        .routes(routes!(jobs::get_job))
        .routes(routes!(jobs::retry_job))
        .routes(routes!(jobs::cancel_job))
        .routes(routes!(webhooks::create_webhook, webhooks::list_webhooks))
        .routes(routes!(webhooks::get_webhook, webhooks::change_webhook, webhooks::delete_webhook))
        .routes(routes!(webhooks::rotate_webhook_secret))
        .routes(routes!(webhooks::replay_events))
        .routes(routes!(webhooks::list_events))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
}

fn upload_routes() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(upload::upload_document))
        .routes(routes!(uploads::announce_upload, uploads::describe_uploads))
        .routes(routes!(uploads::upload_offset, uploads::get_upload, uploads::continue_upload, uploads::end_upload))
}

/// The API's description, OpenAPI 3.1.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut described = routes().merge(upload_routes()).into_openapi();
    describe_unread(&mut described);
    for item in described.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.patch,
            &mut item.delete,
            &mut item.head,
            &mut item.options,
        ];
        for operation in operations.into_iter().filter_map(Option::as_mut).filter(|operation| asks_who(operation)) {
            for (status, words) in REFUSALS {
                let content = utoipa::openapi::ContentBuilder::new()
                    .schema(Some(utoipa::openapi::Ref::from_schema_name("Problem")))
                    .build();
                let refusal = utoipa::openapi::ResponseBuilder::new()
                    .description(words)
                    .content("application/problem+json", content)
                    .build();
                operation.responses.responses.entry(status.to_owned()).or_insert_with(|| refusal.into());
            }
        }
    }
    described
}

/// A document that has not been read has its id and its state and none of the rest; what is derived for a flattened option
/// says that it is null as a whole.
fn describe_unread(described: &mut utoipa::openapi::OpenApi) {
    use utoipa::openapi::{RefOr, Schema};
    let Some(components) = described.components.as_mut() else { return };
    let Some(RefOr::T(Schema::Object(document))) = components.schemas.get("DocumentOut") else { return };
    let mut some = document.clone();
    some.required.clear();
    if let Some(RefOr::T(Schema::AllOf(all))) = components.schemas.get_mut("DocumentStatements")
        && let Some(read) = all.items.first_mut()
    {
        *read = RefOr::T(Schema::Object(some));
    }
}

/// What the door answers in place of any operation that asks who is calling.
const REFUSALS: [(&str, &str); 3] = [
    ("401", "Nobody is known who calls"),
    ("403", "The caller may not do this"),
    ("429", "Too many requests of this caller; see `Retry-After`"),
];

fn asks_who(operation: &utoipa::openapi::path::Operation) -> bool {
    matches!(layers::asked(operation), Some(layers::Asked::Scope(_)))
}

/// What whoever runs the service asks, on an address of its own: it asks nobody who they are.
pub fn operations(service: Arc<Service>) -> Router {
    Router::new()
        .route("/metrics", axum::routing::get(health::metrics))
        .route("/healthz", axum::routing::get(health::healthz))
        .route("/readyz", axum::routing::get(health::readyz))
        .with_state(service)
}

/// Everything the service answers.
pub fn router(service: Arc<Service>, settings: &Settings) -> Router {
    let plain: Router<Arc<Service>> = routes().into();
    let uploads: Router<Arc<Service>> = upload_routes().into();
    let plain = plain
        .layer(axum::Extension(events::Room(Arc::new(tokio::sync::Semaphore::new(events::STREAMS_MAX)))))
        .layer(DefaultBodyLimit::max(JSON_BYTES_MAX))
        .layer(axum::middleware::from_fn_with_state(settings.request_timeout, layers::within));
    // A file is bounded where it is written down, not by a limit on the body it comes in.
    let uploads = uploads
        .layer(DefaultBodyLimit::disable())
        .layer(axum::middleware::from_fn_with_state(settings.upload_timeout, layers::within));
    let pages = SwaggerUi::new("/docs").url("/openapi.json", openapi());
    let guard = Arc::new(layers::Guard::new(Arc::clone(&service), Arc::clone(&settings.door), &openapi()));
    let room = Arc::new(tokio::sync::Semaphore::new(settings.concurrent_requests_max));
    plain
        .merge(uploads)
        .merge(pages)
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(RequestBodyTimeoutLayer::new(settings.body_idle))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(axum::middleware::from_fn_with_state(room, layers::with_room))
        .layer(axum::middleware::from_fn_with_state(guard, layers::guarded))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&settings.door), layers::shared_with_sites))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&service), layers::traced))
        .with_state(service)
}
