//! What a lender is told of as it happens: ids and states, nothing that is personal.

use serde::{Deserialize, Serialize};

use crate::consent::Family;
use crate::ids::{ApplicationId, DocumentId};

/// Its storage form is also what is sent: the `data` of a message, with `kind` as the message's `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A document was read: its statements can be had.
    #[serde(rename = "document.parsed")]
    DocumentParsed { application_id: ApplicationId, document_id: DocumentId },
    /// A document cannot be read; what to do is in the document.
    #[serde(rename = "document.failed")]
    DocumentFailed { application_id: ApplicationId, document_id: DocumentId },
    /// There is a decision on all documents that came up to this revision.
    #[serde(rename = "application.assessed")]
    ApplicationAssessed { application_id: ApplicationId, revision: i64 },
    /// The assessment was given up; somebody has to look into it.
    #[serde(rename = "application.abandoned")]
    ApplicationAbandoned { application_id: ApplicationId },
    #[serde(rename = "application.deleted")]
    ApplicationDeleted { application_id: ApplicationId },
    /// The applicant took a consent back: what it covered is left out from now on.
    #[serde(rename = "consent.revoked")]
    ConsentRevoked { application_id: ApplicationId, family: Family },
}

impl Event {
    /// Every kind there is.
    pub const KINDS: [&'static str; 6] = [
        "document.parsed",
        "document.failed",
        "application.assessed",
        "application.abandoned",
        "application.deleted",
        "consent.revoked",
    ];

    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::DocumentParsed { .. } => "document.parsed",
            Self::DocumentFailed { .. } => "document.failed",
            Self::ApplicationAssessed { .. } => "application.assessed",
            Self::ApplicationAbandoned { .. } => "application.abandoned",
            Self::ApplicationDeleted { .. } => "application.deleted",
            Self::ConsentRevoked { .. } => "consent.revoked",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_names_its_kind() {
        let (application_id, document_id) = (ApplicationId::new("1"), DocumentId::new("2"));
        let events = [
            Event::DocumentParsed { application_id: application_id.clone(), document_id: document_id.clone() },
            Event::DocumentFailed { application_id: application_id.clone(), document_id },
            Event::ApplicationAssessed { application_id: application_id.clone(), revision: 3 },
            Event::ApplicationAbandoned { application_id: application_id.clone() },
            Event::ApplicationDeleted { application_id: application_id.clone() },
            Event::ConsentRevoked { application_id, family: Family::Bank },
        ];
        assert_eq!(events.each_ref().map(Event::kind), Event::KINDS);
    }
}
