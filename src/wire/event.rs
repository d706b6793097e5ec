//! What happened, as it is listed and as it is sent.

use model::event::Event;
use model::ids::EventId;
use serde::Serialize;
use utoipa::ToSchema;

use super::application::moment;

/// One thing that happened: ids and states, nothing that is personal
///
/// The same in the list and in a message, whose `webhook-id` is the `id`.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventOut<'a> {
    /// `evt_…`; what happened later has a greater one.
    pub id: &'a str,
    /// `document.parsed`, `document.failed`, `application.assessed`, `application.abandoned`, `application.deleted` or
    /// `consent.revoked`; more may come.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// When it happened; RFC 3339, `+08:00`.
    pub timestamp: String,
    pub data: EventDataOut<'a>,
}

/// What it is about; a kind has the keys that it needs.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct EventDataOut<'a> {
    /// `app_…`
    pub application_id: &'a str,
    /// `doc_…`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<&'a str>,
    /// Which of the application's revisions was assessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// Of the consent: `bank`, `wallet`, `income`, `insurance`, `utility` or `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<&'static str>,
}

impl<'a> EventOut<'a> {
    #[must_use]
    pub fn of(id: &'a EventId, event: &'a Event, at_ms: i64) -> Self {
        let about = |application_id| EventDataOut { application_id, ..EventDataOut::default() };
        let data = match event {
            Event::DocumentParsed { application_id, document_id }
            | Event::DocumentFailed { application_id, document_id } => {
                EventDataOut { document_id: Some(document_id.as_str()), ..about(application_id.as_str()) }
            }
            Event::ApplicationAssessed { application_id, revision } => {
                EventDataOut { revision: Some(*revision), ..about(application_id.as_str()) }
            }
            Event::ApplicationAbandoned { application_id } | Event::ApplicationDeleted { application_id } => {
                about(application_id.as_str())
            }
            Event::ConsentRevoked { application_id, family } => {
                EventDataOut { family: Some(family.as_str()), ..about(application_id.as_str()) }
            }
        };
        Self { id: id.as_str(), kind: event.kind(), timestamp: moment(at_ms), data }
    }

    /// What is signed and sent.
    #[must_use]
    pub fn body(&self) -> String {
        // Strings and numbers can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ids::{ApplicationId, DocumentId};

    #[test]
    fn a_message_has_ids_and_states_alone() {
        let (application_id, document_id) = (ApplicationId::new("1"), DocumentId::new("2"));
        let event = Event::DocumentFailed { application_id, document_id };
        assert_eq!(
            EventOut::of(&EventId::new("3"), &event, 1_788_541_200_007).body(),
            r#"{"id":"evt_3","type":"document.failed","timestamp":"2026-09-05T01:00:00.007+08:00","data":{"application_id":"app_1","document_id":"doc_2"}}"#
        );
    }
}
