//! What happened, and the addresses of a tenant that are told of it. Where those are and what messages to them are signed
//! with lies sealed.

use model::event::Event;
use model::ids::{EventId, TenantId, WebhookId};
use serde::{Deserialize, Serialize};

use super::{DbError, Tx, from_json, keys, to_json, unreadable};

statements! {
    INSERT = "insert into webhooks (tenant_id, id, target, kinds_json, created_ms) values ($1, $2, $3, $4, $5)";
    GET = "select id, target, kinds_json, created_ms, disabled_ms, disabled_why, delivered_ms, failed_ms, failure
        from webhooks where tenant_id = $1 and id = $2";
    /// Oldest first.
    PAGE = "select id, target, kinds_json, created_ms, disabled_ms, disabled_why, delivered_ms, failed_ms, failure
        from webhooks where tenant_id = $1 and id > $2 order by id limit $3";
    COUNT = "select count(*) as count from webhooks where tenant_id = $1";
    SET = "update webhooks set target = $3, kinds_json = $4 where tenant_id = $1 and id = $2";
    SET_DISABLED = "update webhooks set disabled_ms = $3, disabled_why = $4 where tenant_id = $1 and id = $2";
    DELETE = "delete from webhooks where tenant_id = $1 and id = $2";
    DELIVERED = "update webhooks set delivered_ms = $3 where tenant_id = $1 and id = $2";
    FAILED = "update webhooks set failed_ms = $3, failure = $4 where tenant_id = $1 and id = $2";
    LISTENING = "select id, kinds_json from webhooks where tenant_id = $1 and disabled_ms is null order by id";
    INSERT_EVENT = "insert into events (tenant_id, id, event_json, created_ms) values ($1, $2, $3, $4)";
    EVENT = "select id, event_json, created_ms from events where tenant_id = $1 and id = $2";
    /// In the order in which they happened.
    EVENTS = "select id, event_json, created_ms from events
        where tenant_id = $1 and id > $2 and created_ms <= $3 order by id limit $4";
    /// Of all tenants: a job of the house.
    DELETE_EVENTS_OLDER = "delete from events where created_ms < $1";
}

/// An address of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub id: WebhookId,
    pub target: Target,
    /// Kinds of events; none means all.
    pub kinds: Vec<String>,
    /// Milliseconds since 1970.
    pub created_ms: i64,
    pub disabled: Option<Disabled>,
    /// When something was last delivered.
    pub delivered_ms: Option<i64>,
    /// When something last could not be, and why.
    pub failed: Option<(i64, String)>,
}

/// Since when an address is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disabled {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its tenant wanted it.
    Asked,
    /// It answered that it is there no more.
    Gone,
}

impl Why {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Gone => "gone",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Asked, Self::Gone].into_iter().find(|why| why.as_str() == text)
    }
}

/// Where to, and what messages are signed with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub url: String,
    pub secret: String,
    /// The secret before, and until when (milliseconds since 1970) messages are signed with it too.
    pub former: Option<(String, i64)>,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // An address may carry a password of its own.
        f.write_str("Target(***)")
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    pub id: EventId,
    pub event: Event,
    /// Milliseconds since 1970.
    pub at_ms: i64,
}

row!(Row {
    id: String,
    target: String,
    kinds_json: String,
    created_ms: i64,
    disabled_ms: Option<i64>,
    disabled_why: Option<String>,
    delivered_ms: Option<i64>,
    failed_ms: Option<i64>,
    failure: Option<String>,
});
row!(ListeningRow { id: String, kinds_json: String });
row!(EventRow { id: String, event_json: String, created_ms: i64 });
row!(Count { count: i64 });

const TARGET: &str = "target of a webhook";

async fn read(tx: &mut Tx, tenant: &TenantId, row: Row) -> Result<Webhook, DbError> {
    let key = keys::find(tx, tenant, tenant.as_str()).await?;
    let key = key.ok_or_else(|| DbError::NoKey { owner: tenant.to_string() })?;
    let disabled = match (row.disabled_ms, row.disabled_why) {
        (Some(at_ms), Some(why)) => {
            Some(Disabled { at_ms, why: Why::parse(&why).ok_or(unreadable("state of a webhook"))? })
        }
        _ => None,
    };
    Ok(Webhook {
        target: keys::open_json(&key, TARGET, &row.id, &row.target)?,
        id: WebhookId::parse(&row.id).ok_or(unreadable("webhook id"))?,
        kinds: from_json("kinds of events", &row.kinds_json)?,
        created_ms: row.created_ms,
        disabled,
        delivered_ms: row.delivered_ms,
        failed: row.failed_ms.zip(row.failure),
    })
}

impl EventRow {
    fn read(self) -> Result<Happened, DbError> {
        Ok(Happened {
            id: EventId::parse(&self.id).ok_or(unreadable("event id"))?,
            event: from_json("event", &self.event_json)?,
            at_ms: self.created_ms,
        })
    }
}

async fn sealed(tx: &mut Tx, tenant: &TenantId, webhook: &Webhook) -> Result<String, DbError> {
    let key = keys::find_or_make(tx, tenant, tenant.as_str(), webhook.created_ms).await?;
    keys::seal_json(&key, TARGET, webhook.id.as_str(), &webhook.target)
}

pub async fn insert(tx: &mut Tx, tenant: &TenantId, webhook: &Webhook) -> Result<(), DbError> {
    let target = sealed(tx, tenant, webhook).await?;
    let kinds = to_json("kinds of events", &webhook.kinds)?;
    execute!(tx, INSERT, tenant.as_str(), webhook.id.as_str(), &target, &kinds, webhook.created_ms).map(drop)
}

pub async fn get(tx: &mut Tx, tenant: &TenantId, id: &WebhookId) -> Result<Option<Webhook>, DbError> {
    match fetch!(tx, Row, GET, tenant.as_str(), id.as_str())?.pop() {
        Some(row) => read(tx, tenant, row).await.map(Some),
        None => Ok(None),
    }
}

/// At most `limit` of a tenant's, oldest first, those after `after`.
pub async fn page(
    tx: &mut Tx,
    tenant: &TenantId,
    after: Option<&WebhookId>,
    limit: u32,
) -> Result<Vec<Webhook>, DbError> {
    let rows = fetch!(tx, Row, PAGE, tenant.as_str(), after.map_or("", WebhookId::as_str), i64::from(limit))?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(read(tx, tenant, row).await?);
    }
    Ok(found)
}

pub async fn count(tx: &mut Tx, tenant: &TenantId) -> Result<i64, DbError> {
    Ok(fetch!(tx, Count, COUNT, tenant.as_str())?.pop().map_or(0, |row| row.count))
}

/// Keeps where it is, its secrets and its kinds.
pub async fn set(tx: &mut Tx, tenant: &TenantId, webhook: &Webhook) -> Result<(), DbError> {
    let target = sealed(tx, tenant, webhook).await?;
    let kinds = to_json("kinds of events", &webhook.kinds)?;
    execute!(tx, SET, tenant.as_str(), webhook.id.as_str(), &target, &kinds).map(drop)
}

pub async fn set_disabled(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &WebhookId,
    disabled: Option<Disabled>,
) -> Result<(), DbError> {
    let (at_ms, why) = disabled.map(|disabled| (disabled.at_ms, disabled.why.as_str())).unzip();
    execute!(tx, SET_DISABLED, tenant.as_str(), id.as_str(), at_ms, why).map(drop)
}

/// False when there is none.
pub async fn delete(tx: &mut Tx, tenant: &TenantId, id: &WebhookId) -> Result<bool, DbError> {
    Ok(execute!(tx, DELETE, tenant.as_str(), id.as_str())? == 1)
}

pub async fn note_delivered(tx: &mut Tx, tenant: &TenantId, id: &WebhookId, now_ms: i64) -> Result<(), DbError> {
    execute!(tx, DELIVERED, tenant.as_str(), id.as_str(), now_ms).map(drop)
}

pub async fn note_failed(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &WebhookId,
    why: &str,
    now_ms: i64,
) -> Result<(), DbError> {
    execute!(tx, FAILED, tenant.as_str(), id.as_str(), now_ms, why).map(drop)
}

/// Which of a tenant's addresses want to be told of a kind of event.
pub async fn listening(tx: &mut Tx, tenant: &TenantId, kind: &str) -> Result<Vec<WebhookId>, DbError> {
    let mut listening = Vec::new();
    for row in fetch!(tx, ListeningRow, LISTENING, tenant.as_str())? {
        let kinds: Vec<String> = from_json("kinds of events", &row.kinds_json)?;
        if kinds.is_empty() || kinds.iter().any(|one| one == kind) {
            listening.push(WebhookId::parse(&row.id).ok_or(unreadable("webhook id"))?);
        }
    }
    Ok(listening)
}

pub async fn insert_event(tx: &mut Tx, tenant: &TenantId, happened: &Happened) -> Result<(), DbError> {
    let json = to_json("event", &happened.event)?;
    execute!(tx, INSERT_EVENT, tenant.as_str(), happened.id.as_str(), &json, happened.at_ms).map(drop)
}

pub async fn event(tx: &mut Tx, tenant: &TenantId, id: &EventId) -> Result<Option<Happened>, DbError> {
    fetch!(tx, EventRow, EVENT, tenant.as_str(), id.as_str())?.pop().map(EventRow::read).transpose()
}

/// At most `limit` in the order in which they happened, those after `after` that happened by `until_ms`.
pub async fn events(
    tx: &mut Tx,
    tenant: &TenantId,
    after: Option<&EventId>,
    until_ms: i64,
    limit: u32,
) -> Result<Vec<Happened>, DbError> {
    let after = after.map_or("", EventId::as_str);
    let rows = fetch!(tx, EventRow, EVENTS, tenant.as_str(), after, until_ms, i64::from(limit))?;
    rows.into_iter().map(EventRow::read).collect()
}

pub async fn delete_events_older(tx: &mut Tx, than_ms: i64) -> Result<u64, DbError> {
    execute!(tx, DELETE_EVENTS_OLDER, than_ms)
}
