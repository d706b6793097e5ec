//! Telling lenders what happens: events, the addresses that are told of them, and the deliveries, which are jobs.
//!
//! An event is kept, and its deliveries are queued, in the transaction that makes it happen: what was not told after a
//! crash is told after the next start. A delivery may come twice, with the same id; none is left out while its job lives.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::access::Reach;
use model::application::{DocumentState, FiledDocument};
use model::event::Event;
use model::ids::{EventId, JobId, TenantId, WebhookId};
use model::job::Job;

use crate::courier::{Message, Undelivered};
use crate::db::Tx;
use crate::db::queue::{self, Lane, Lease, Turn};
use crate::db::webhooks::{self, Target};

use super::audit::By;
use super::{Error, Once, Service, once};

pub use crate::db::webhooks::{Disabled, Happened, Webhook, Why};

/// A lender has a few programs; each event is a job for each of them.
const WEBHOOKS_MAX: i64 = 20;
/// How long messages are signed with the secret before the last one too: a day to bring the new one everywhere.
const FORMER_SECRET_MS: i64 = 24 * 3600 * 1000;
/// How long events are kept, to be asked for again: longer than a receiver may stand still over holidays.
const EVENTS_KEPT_MS: i64 = 30 * 24 * 3600 * 1000;
/// Transactions do not end in the order in which they made their ids: on PostgreSQL, and where several processes write. Each
/// waits at most ten seconds for a lock (`db::PG_LOCK_TIMEOUT`), so a list of older events has no gap that is filled later.
const SETTLED_MS: i64 = 15_000;
/// Deliveries queued by one request.
const REPLAYED_AT_ONCE: u32 = 1_000;

/// How long after each try the next one comes, the last wait given up after: the schedule that the Standard Webhooks
/// specification gives as an example.
const WAITS: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(14 * 3600),
    Duration::from_secs(20 * 3600),
    Duration::from_secs(24 * 3600),
];

/// How long to wait after this many tries; `None` after the last.
pub(super) fn wait_after(attempts: i64) -> Option<Duration> {
    let index = usize::try_from(attempts).ok()?.checked_sub(1)?;
    WAITS.get(index).copied()
}

/// What is to be changed of an address; `None` leaves it.
#[derive(Debug, Default)]
pub struct WebhookChange {
    pub url: Option<String>,
    pub kinds: Option<Vec<String>>,
    pub is_enabled: Option<bool>,
}

/// Deliveries that were queued again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    pub queued: u32,
    /// The last event looked at, when there may be more after it.
    pub more_after: Option<EventId>,
}

impl Service {
    /// Makes an address that is told of events from now on, and gives it with the secret that signs them.
    ///
    /// # Errors
    /// [`Error::BadAddress`], [`Error::TooManyWebhooks`], [`Error::KeyUsedElsewhere`], [`Error::NoRandomness`],
    /// [`Error::Database`].
    pub async fn create_webhook(
        &self,
        reach: &Reach,
        url: &str,
        kinds: Vec<String>,
        by: &By,
        once: Option<&Once>,
    ) -> Result<Webhook, Error> {
        let (tenant, now_ms) = (&reach.tenant, self.clock.now_ms());
        let url = self.courier.address(url).map_err(Error::BadAddress)?;
        let webhook = Webhook {
            id: WebhookId::new(&self.unique()),
            target: Target { url, secret: secret()?, former: None },
            kinds,
            created_ms: now_ms,
            disabled: None,
            delivered_ms: None,
            failed: None,
        };
        let mut tx = self.db.write().await?;
        if let Some(earlier) = once::claim(&mut tx, reach, once, webhook.id.as_str(), now_ms).await? {
            let id = WebhookId::parse(&earlier).ok_or(Error::KeyUsedElsewhere)?;
            return one(&mut tx, reach, &id).await;
        }
        if webhooks::count(&mut tx, tenant).await? >= WEBHOOKS_MAX {
            return Err(Error::TooManyWebhooks { max: WEBHOOKS_MAX });
        }
        webhooks::insert(&mut tx, tenant, &webhook).await?;
        self.record(&mut tx, tenant, by, "webhook_created", webhook.id.as_str(), None).await?;
        tx.commit().await?;
        Ok(webhook)
    }

    /// At most `limit` of a tenant's addresses, oldest first, those after `after`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn webhooks(&self, reach: &Reach, after: Option<&WebhookId>, limit: u32) -> Result<Vec<Webhook>, Error> {
        Ok(webhooks::page(&mut self.db.read().await?, &reach.tenant, after, limit).await?)
    }

    /// # Errors
    /// [`Error::NoWebhook`], [`Error::Database`].
    pub async fn webhook(&self, reach: &Reach, id: &WebhookId) -> Result<Webhook, Error> {
        one(&mut self.db.read().await?, reach, id).await
    }

    /// Changes where it is, what it is told, and whether it is told anything.
    ///
    /// # Errors
    /// [`Error::NoWebhook`], [`Error::BadAddress`], [`Error::Database`].
    pub async fn change_webhook(
        &self,
        reach: &Reach,
        id: &WebhookId,
        change: WebhookChange,
        by: &By,
    ) -> Result<Webhook, Error> {
        let url = change.url.map(|url| self.courier.address(&url)).transpose().map_err(Error::BadAddress)?;
        let mut tx = self.db.write().await?;
        let mut webhook = one(&mut tx, reach, id).await?;
        if let Some(url) = url {
            webhook.target.url = url;
        }
        if let Some(kinds) = change.kinds {
            webhook.kinds = kinds;
        }
        webhooks::set(&mut tx, &reach.tenant, &webhook).await?;
        if let Some(is_enabled) = change.is_enabled
            && is_enabled == webhook.disabled.is_some()
        {
            let disabled = Disabled { at_ms: self.clock.now_ms(), why: Why::Asked };
            webhook.disabled = (!is_enabled).then_some(disabled);
            webhooks::set_disabled(&mut tx, &reach.tenant, id, webhook.disabled).await?;
        }
        self.record(&mut tx, &reach.tenant, by, "webhook_changed", id.as_str(), None).await?;
        tx.commit().await?;
        Ok(webhook)
    }

    /// Gives an address a new secret; for a day messages are signed with the one before as well.
    ///
    /// # Errors
    /// [`Error::NoWebhook`], [`Error::NoRandomness`], [`Error::Database`].
    pub async fn rotate_webhook_secret(&self, reach: &Reach, id: &WebhookId, by: &By) -> Result<Webhook, Error> {
        let fresh = secret()?;
        let mut tx = self.db.write().await?;
        let mut webhook = one(&mut tx, reach, id).await?;
        let until_ms = self.clock.now_ms().saturating_add(FORMER_SECRET_MS);
        let former = std::mem::replace(&mut webhook.target.secret, fresh);
        webhook.target.former = Some((former, until_ms));
        webhooks::set(&mut tx, &reach.tenant, &webhook).await?;
        self.record(&mut tx, &reach.tenant, by, "webhook_secret_rotated", id.as_str(), None).await?;
        tx.commit().await?;
        Ok(webhook)
    }

    /// # Errors
    /// [`Error::NoWebhook`], [`Error::Database`].
    pub async fn delete_webhook(&self, reach: &Reach, id: &WebhookId, by: &By) -> Result<(), Error> {
        let mut tx = self.db.write().await?;
        if !webhooks::delete(&mut tx, &reach.tenant, id).await? {
            return Err(Error::NoWebhook(id.clone()));
        }
        self.record(&mut tx, &reach.tenant, by, "webhook_deleted", id.as_str(), None).await?;
        Ok(tx.commit().await?)
    }

    /// At most `limit` events in the order in which they happened, those after `after`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn events(&self, reach: &Reach, after: Option<&EventId>, limit: u32) -> Result<Vec<Happened>, Error> {
        let mut tx = self.db.read().await?;
        Ok(webhooks::events(&mut tx, &reach.tenant, after, self.settled_ms(), limit).await?)
    }

    /// Queues the events after `after` for an address again, those of the kinds that it is told of: all that are kept, or
    /// so many that the rest is asked for with another request.
    ///
    /// # Errors
    /// [`Error::NoWebhook`], [`Error::WebhookDisabled`], [`Error::Database`].
    pub async fn replay_events(
        &self,
        reach: &Reach,
        id: &WebhookId,
        after: Option<&EventId>,
        by: &By,
    ) -> Result<Replayed, Error> {
        let tenant = &reach.tenant;
        let mut tx = self.db.write().await?;
        let webhook = one(&mut tx, reach, id).await?;
        if webhook.disabled.is_some() {
            return Err(Error::WebhookDisabled(id.clone()));
        }
        let events = webhooks::events(&mut tx, tenant, after, self.settled_ms(), REPLAYED_AT_ONCE).await?;
        let is_all = events.len() < REPLAYED_AT_ONCE as usize;
        let more_after = if is_all { None } else { events.last().map(|last| last.id.clone()) };
        let mut queued = 0_u32;
        for Happened { id: event, event: happened, .. } in events {
            if webhook.kinds.is_empty() || webhook.kinds.iter().any(|kind| kind == happened.kind()) {
                self.enqueue_delivery(&mut tx, tenant, id, event).await?;
                queued = queued.saturating_add(1);
            }
        }
        self.record(&mut tx, tenant, by, "webhook_replayed", id.as_str(), None).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(Replayed { queued, more_after })
    }

    /// Keeps an event and queues its deliveries, in the transaction that makes it happen; before other jobs are queued in it, so
    /// that no two transactions wait for each other's place in the lists of turns.
    pub(super) async fn happened(&self, tx: &mut Tx, tenant: &TenantId, event: Event) -> Result<(), Error> {
        let id = EventId::new(&self.unique());
        let listening = webhooks::listening(tx, tenant, event.kind()).await?;
        let happened = Happened { id: id.clone(), event, at_ms: self.clock.now_ms() };
        webhooks::insert_event(tx, tenant, &happened).await?;
        for webhook in listening {
            self.enqueue_delivery(tx, tenant, &webhook, id.clone()).await?;
        }
        Ok(())
    }

    /// What reading a document came to.
    pub(super) async fn document_happened(&self, tx: &mut Tx, document: &FiledDocument) -> Result<(), Error> {
        let (application_id, document_id) = (document.application.clone(), document.id.clone());
        let event = match document.state {
            DocumentState::Parsed => Event::DocumentParsed { application_id, document_id },
            DocumentState::Failed => Event::DocumentFailed { application_id, document_id },
            DocumentState::Received => return Ok(()),
        };
        self.happened(tx, &document.tenant, event).await
    }

    async fn enqueue_delivery(
        &self,
        tx: &mut Tx,
        tenant: &TenantId,
        webhook: &WebhookId,
        event: EventId,
    ) -> Result<(), Error> {
        let job = Job::DeliverEvent { webhook: webhook.clone(), event };
        let turn = Turn { tenant, flow: webhook.as_str(), lane: Lane::Delivery };
        Ok(queue::enqueue(tx, &JobId::new(&self.unique()), &job, turn, self.clock.now_ms()).await?)
    }

    /// The job [`Job::DeliverEvent`]; `written` is what an event is sent as. An address that is there no more, or wants
    /// nothing now, ends it.
    ///
    /// # Errors
    /// [`Error::Undelivered`]; [`Error::LeaseLost`]; [`Error::Database`].
    pub async fn deliver_event(
        &self,
        webhook: &WebhookId,
        event: &EventId,
        lease: &Lease,
        written: impl Fn(&Happened) -> String,
    ) -> Result<(), Error> {
        let tenant = &lease.tenant;
        let mut tx = self.db.read().await?;
        let webhook = webhooks::get(&mut tx, tenant, webhook).await?;
        let happened = webhooks::event(&mut tx, tenant, event).await?;
        drop(tx);
        let (webhook, happened) = match (webhook, happened) {
            (Some(webhook), Some(happened)) if webhook.disabled.is_none() => (webhook, happened),
            _ => return self.delivery_ended(lease).await,
        };
        let now_ms = self.clock.now_ms();
        let Target { url, secret, former } = &webhook.target;
        let former = former.as_ref().filter(|(_, until_ms)| now_ms < *until_ms);
        let secrets: Vec<&str> = [secret.as_str()].into_iter().chain(former.map(|(one, _)| one.as_str())).collect();
        let (id, sent_at) = (happened.id.as_str(), now_ms.div_euclid(1_000));
        let message = Message { url, id, sent_at, secrets: &secrets, body: written(&happened) };
        let sent = self.courier.send(message).await;
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.write().await?;
        match sent {
            Ok(()) => webhooks::note_delivered(&mut tx, tenant, &webhook.id, now_ms).await?,
            // By the specification: it does not want to be told any more.
            Err(gone @ Undelivered::Answered(410)) => {
                let disabled = Disabled { at_ms: now_ms, why: Why::Gone };
                webhooks::set_disabled(&mut tx, tenant, &webhook.id, Some(disabled)).await?;
                webhooks::note_failed(&mut tx, tenant, &webhook.id, &gone.to_string(), now_ms).await?;
            }
            Err(why) => {
                webhooks::note_failed(&mut tx, tenant, &webhook.id, &why.to_string(), now_ms).await?;
                tx.commit().await?;
                return Err(Error::Undelivered { webhook: webhook.id, why });
            }
        }
        if !queue::complete(&mut tx, lease).await? {
            return Err(Error::LeaseLost);
        }
        Ok(tx.commit().await?)
    }

    async fn delivery_ended(&self, lease: &Lease) -> Result<(), Error> {
        let mut tx = self.db.write().await?;
        if !queue::complete(&mut tx, lease).await? {
            return Err(Error::LeaseLost);
        }
        Ok(tx.commit().await?)
    }

    /// Forgets events past their age. How many they were.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn forget_old_events(&self) -> Result<u64, Error> {
        let than_ms = self.clock.now_ms().saturating_sub(EVENTS_KEPT_MS);
        let mut tx = self.db.write().await?;
        let forgotten = webhooks::delete_events_older(&mut tx, than_ms).await?;
        tx.commit().await?;
        Ok(forgotten)
    }

    /// Up to when every event that will ever be there is there.
    fn settled_ms(&self) -> i64 {
        self.clock.now_ms().saturating_sub(SETTLED_MS)
    }
}

async fn one(tx: &mut Tx, reach: &Reach, id: &WebhookId) -> Result<Webhook, Error> {
    webhooks::get(tx, &reach.tenant, id).await?.ok_or_else(|| Error::NoWebhook(id.clone()))
}

/// 256 random bits, written as the Standard Webhooks specification asks.
fn secret() -> Result<String, Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(Error::NoRandomness)?;
    Ok(format!("whsec_{}", STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_tried_for_three_days() {
        let waits: Vec<Option<Duration>> = (0..=11).map(wait_after).collect();
        assert_eq!((waits[0], waits[10], waits[11]), (None, None, None));
        let all: Duration = waits.iter().flatten().sum();
        assert!(all > Duration::from_secs(3 * 24 * 3600), "{all:?}");
        assert!(waits[1..10].is_sorted());
    }
}
