//! An application's progress as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::warn;

use crate::applications::{Change, Service, Watch};
use crate::auth::Caller;
use crate::wire::application::{ApplicationOut, FiledDocumentOut};

use super::extract::ApplicationPath;
use super::problem::Problem;

/// Each looks at the database once a second.
pub(super) const STREAMS_MAX: usize = 256;
/// A token may have expired, and a phone may be gone without a word: the client comes back and is told all again.
const STREAM_MAX: Duration = Duration::from_secs(600);
/// Shorter than any proxy's patience.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How many streams there may be.
#[derive(Debug, Clone)]
pub(super) struct Room(pub Arc<Semaphore>);

struct Stream {
    service: Arc<Service>,
    watch: Watch,
    waiting: VecDeque<Event>,
    until: tokio::time::Instant,
    _permit: OwnedSemaphorePermit,
}

/// Follow an application
///
/// Events `document` and `application`, each with the JSON that `GET` answers for it: first as everything is, then as it
/// changes. The stream ends after ten minutes, or when the service stops; a client comes back and is told all again.
#[utoipa::path(
    get, path = "/v1/applications/{id}/events", tag = "applications", security(("bearer" = ["applications:read"])),
    params(("id" = String, Path, description = "`app_…`")),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn follow_application(
    State(service): State<Arc<Service>>,
    axum::Extension(Room(room)): axum::Extension<Room>,
    caller: Caller,
    ApplicationPath(id): ApplicationPath,
) -> Result<Response, Problem> {
    let permit = room.try_acquire_owned().map_err(|_| Problem::busy())?;
    let watch = service.watch(&caller.reach, &id).await?;
    let until = tokio::time::Instant::now() + STREAM_MAX;
    let stream = Stream { service, watch, waiting: VecDeque::new(), until, _permit: permit };
    let events = futures_util::stream::unfold(stream, |mut stream| async move {
        let event = next(&mut stream).await?;
        Some((Ok::<Event, Infallible>(event), stream))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

async fn next(stream: &mut Stream) -> Option<Event> {
    loop {
        if let Some(event) = stream.waiting.pop_front() {
            return Some(event);
        }
        let changes = tokio::select! {
            changes = stream.service.next_changes(&mut stream.watch) => changes,
            () = tokio::time::sleep_until(stream.until) => return None,
            () = stream.service.stopping() => return None,
        };
        match changes {
            Ok(changes) => stream.waiting.extend(changes.iter().filter_map(print)),
            Err(error) => {
                warn!(error = format!("{:#}", anyhow::Error::new(error)), "a stream of events ended");
                return None;
            }
        }
    }
}

fn print(change: &Change) -> Option<Event> {
    let (name, data) = match change {
        Change::Document(document) => ("document", serde_json::to_string(&FiledDocumentOut::from(&**document))),
        Change::Application(application) => {
            ("application", serde_json::to_string(&ApplicationOut::from(&**application)))
        }
    };
    Some(Event::default().event(name).data(data.ok()?))
}
