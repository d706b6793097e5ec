//! Tells a lender's address what happened.

use model::ids::{EventId, WebhookId};

use crate::applications::{Error, Happened, Service};
use crate::db::queue::Lease;
use crate::wire::event::EventOut;

pub(super) async fn run(service: &Service, webhook: &WebhookId, event: &EventId, lease: &Lease) -> Result<(), Error> {
    let written = |Happened { id, event, at_ms }: &Happened| EventOut::of(id, event, *at_ms).body();
    service.deliver_event(webhook, event, lease, written).await
}
