//! Addresses that are told of events, and the events themselves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::event::Event;
use model::ids::{EventId, WebhookId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::applications::{Happened, Service, Webhook, WebhookChange};
use crate::auth::Caller;
use crate::wire::application::moment;
use crate::wire::event::EventOut;

use super::extract::{By, JsonRequest, Paging, WebhookPath, cut, json};
use super::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWebhook {
    /// Where messages are posted to: https, or http where the service's settings allow the house's own network.
    #[schema(min_length = 8, max_length = 2048)]
    url: String,
    /// Kinds of events that it is told of; all, also those that come with a later version, when empty or absent.
    #[serde(default)]
    #[schema(max_items = 20)]
    event_types: Vec<String>,
}

/// What is to be changed; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookPatch {
    #[schema(min_length = 8, max_length = 2048)]
    url: Option<String>,
    #[schema(max_items = 20)]
    event_types: Option<Vec<String>>,
    /// false: it is told nothing until it is true again; what happened meanwhile can be replayed.
    enabled: Option<bool>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookOut {
    /// `hook_…`
    id: String,
    url: String,
    /// Empty for all.
    event_types: Vec<String>,
    enabled: bool,
    /// `asked`: somebody disabled it; `gone`: it answered 410.
    disabled_why: Option<&'static str>,
    disabled_at: Option<String>,
    /// RFC 3339, `+08:00`.
    created_at: String,
    /// When it last took a message.
    delivered_at: Option<String>,
    /// When it last did not, and why.
    failed_at: Option<String>,
    failure: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookWithSecretOut {
    #[serde(flatten)]
    webhook: WebhookOut,
    /// `whsec_…`: what messages are signed with. Shown this once.
    secret: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookPage {
    items: Vec<WebhookOut>,
    /// `cursor` of the next page; null on the last.
    next_cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventPage<'a> {
    items: Vec<EventOut<'a>>,
    /// `cursor` of the next page; null on the last. The `id` of any event is a cursor too.
    next_cursor: Option<String>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Replay {
    /// `evt_…`: the last event that arrived; from the oldest that is kept when absent.
    after: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReplayedOut {
    /// How many messages will be sent again.
    queued: u32,
    /// `after` of the next request when there may be more; null when these are all.
    next_cursor: Option<String>,
}

impl From<Webhook> for WebhookOut {
    fn from(webhook: Webhook) -> Self {
        let (failed_at, failure) = webhook.failed.map(|(at_ms, why)| (moment(at_ms), why)).unzip();
        Self {
            id: webhook.id.to_string(),
            url: webhook.target.url,
            event_types: webhook.kinds,
            enabled: webhook.disabled.is_none(),
            disabled_why: webhook.disabled.map(|disabled| disabled.why.as_str()),
            disabled_at: webhook.disabled.map(|disabled| moment(disabled.at_ms)),
            created_at: moment(webhook.created_ms),
            delivered_at: webhook.delivered_ms.map(moment),
            failed_at,
            failure,
        }
    }
}

impl From<Webhook> for WebhookWithSecretOut {
    fn from(mut webhook: Webhook) -> Self {
        let secret = std::mem::take(&mut webhook.target.secret);
        Self { webhook: webhook.into(), secret }
    }
}

/// Kinds as they are kept: each once.
fn kinds(asked: Vec<String>) -> Result<Vec<String>, Problem> {
    if let Some(unknown) = asked.iter().find(|kind| !Event::KINDS.contains(&kind.as_str())) {
        let known = Event::KINDS.join(", ");
        // Its own words, bounded: what a caller sends comes back to nobody else.
        let unknown: String = unknown.chars().filter(|c| !c.is_control()).take(40).collect();
        return Err(Problem::invalid(
            format!("没有“{unknown}”这种事件；有：{known}。"),
            format!("There is no event type `{unknown}`; there are {known}."),
        ));
    }
    let is_asked = |kind: &&'static str| asked.iter().any(|one| one == kind);
    Ok(Event::KINDS.into_iter().filter(is_asked).map(str::to_owned).collect())
}

/// Make a webhook
///
/// Each event is posted to it as it happens, signed by the Standard Webhooks scheme (`webhook-id`, `webhook-timestamp`,
/// `webhook-signature`), and again for about three days until it answers with 2xx. It may come twice, with the same
/// `webhook-id`, and in another order. An answer of 410 disables it.
#[utoipa::path(
    post, path = "/v1/webhooks", tag = "webhooks", security(("bearer" = ["webhooks:write"])),
    request_body = NewWebhook,
    responses(
        (status = 201, body = WebhookWithSecretOut),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn create_webhook(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    request: JsonRequest,
) -> Result<Response, Problem> {
    let once = request.once()?;
    let NewWebhook { url, event_types } = request.read()?;
    let kinds = kinds(event_types)?;
    let made = service.create_webhook(&caller.reach, &url, kinds, &by, once.as_ref()).await?;
    json(StatusCode::CREATED, &WebhookWithSecretOut::from(made))
}

/// List webhooks, oldest first
#[utoipa::path(
    get, path = "/v1/webhooks", tag = "webhooks", security(("bearer" = ["webhooks:read"])), params(Paging),
    responses(
        (status = 200, body = WebhookPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_webhooks(
    State(service): State<Arc<Service>>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let (limit, after) = paging.read(Paging::DEFAULT, WebhookId::parse)?;
    let found = service.webhooks(&caller.reach, after.as_ref(), limit.saturating_add(1)).await?;
    let (found, next_cursor) = cut(found, limit, |last| last.id.to_string());
    json(StatusCode::OK, &WebhookPage { items: found.into_iter().map(WebhookOut::from).collect(), next_cursor })
}

/// One webhook and how its last deliveries went
#[utoipa::path(
    get, path = "/v1/webhooks/{id}", tag = "webhooks", security(("bearer" = ["webhooks:read"])),
    params(("id" = String, Path, description = "`hook_…`")),
    responses(
        (status = 200, body = WebhookOut),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_webhook(
    State(service): State<Arc<Service>>,
    caller: Caller,
    WebhookPath(id): WebhookPath,
) -> Result<Response, Problem> {
    json(StatusCode::OK, &WebhookOut::from(service.webhook(&caller.reach, &id).await?))
}

/// Change a webhook
#[utoipa::path(
    patch, path = "/v1/webhooks/{id}", tag = "webhooks", security(("bearer" = ["webhooks:write"])),
    params(("id" = String, Path, description = "`hook_…`")),
    request_body = WebhookPatch,
    responses(
        (status = 200, body = WebhookOut),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn change_webhook(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    WebhookPath(id): WebhookPath,
    request: JsonRequest,
) -> Result<Response, Problem> {
    let WebhookPatch { url, event_types, enabled } = request.read()?;
    let change = WebhookChange { url, kinds: event_types.map(kinds).transpose()?, is_enabled: enabled };
    json(StatusCode::OK, &WebhookOut::from(service.change_webhook(&caller.reach, &id, change, &by).await?))
}

/// Delete a webhook
#[utoipa::path(
    delete, path = "/v1/webhooks/{id}", tag = "webhooks", security(("bearer" = ["webhooks:write"])),
    params(("id" = String, Path, description = "`hook_…`")),
    responses(
        (status = 204, description = "It is told nothing any more"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn delete_webhook(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    WebhookPath(id): WebhookPath,
) -> Result<StatusCode, Problem> {
    service.delete_webhook(&caller.reach, &id, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a webhook a new secret
///
/// For a day messages bear two signatures, one with each secret.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/rotate-secret", tag = "webhooks", security(("bearer" = ["webhooks:write"])),
    params(("id" = String, Path, description = "`hook_…`")),
    responses(
        (status = 200, body = WebhookWithSecretOut),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn rotate_webhook_secret(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    WebhookPath(id): WebhookPath,
) -> Result<Response, Problem> {
    let rotated = service.rotate_webhook_secret(&caller.reach, &id, &by).await?;
    json(StatusCode::OK, &WebhookWithSecretOut::from(rotated))
}

/// Send events again
///
/// Those after a cursor, or all that are kept (30 days), of the kinds that the webhook is told of, a thousand a request.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/replay", tag = "webhooks", security(("bearer" = ["webhooks:write"])),
    params(("id" = String, Path, description = "`hook_…`")),
    request_body = Option<Replay>,
    responses(
        (status = 202, body = ReplayedOut),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn replay_events(
    State(service): State<Arc<Service>>,
    caller: Caller,
    By(by): By,
    WebhookPath(id): WebhookPath,
    request: JsonRequest,
) -> Result<Response, Problem> {
    let Replay { after } = request.read()?;
    let after = match after {
        None => None,
        Some(text) => Some(EventId::parse(&text).ok_or_else(|| {
            Problem::invalid("after 应为事件编号（evt_…）。", "after must be the id of an event (evt_…).")
        })?),
    };
    let replayed = service.replay_events(&caller.reach, &id, after.as_ref(), &by).await?;
    let next_cursor = replayed.more_after.map(|last| last.to_string());
    json(StatusCode::ACCEPTED, &ReplayedOut { queued: replayed.queued, next_cursor })
}

/// List events in the order in which they happened
///
/// For who would rather ask than be told: keep the last `id` and pass it as `cursor`. One is listed 15 seconds after it
/// happened, and kept for 30 days.
#[utoipa::path(
    get, path = "/v1/events", tag = "webhooks", security(("bearer" = ["webhooks:read"])), params(Paging),
    responses(
        (status = 200, body = EventPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_events(
    State(service): State<Arc<Service>>,
    caller: Caller,
    paging: Paging,
) -> Result<Response, Problem> {
    let (limit, after) = paging.read(Paging::DEFAULT, EventId::parse)?;
    let found = service.events(&caller.reach, after.as_ref(), limit.saturating_add(1)).await?;
    let (found, next_cursor) = cut(found, limit, |last| last.id.to_string());
    let items = found.iter().map(|Happened { id, event, at_ms }| EventOut::of(id, event, *at_ms)).collect();
    json(StatusCode::OK, &EventPage { items, next_cursor })
}
