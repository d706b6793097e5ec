//! Every kind of background work, as one enum.

use serde::{Deserialize, Serialize};

use crate::ids::{ApplicationId, DocumentId, EventId, WebhookId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Read a stored document and keep its statements.
    ParseDocument { document: DocumentId },
    /// Assess an application on all the documents it has by now.
    AssessApplication { application: ApplicationId },
    /// Tell a lender's address what happened.
    DeliverEvent { webhook: WebhookId, event: EventId },
}

impl Job {
    /// What it is called in lists, logs and metrics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ParseDocument { .. } => "parse_document",
            Self::AssessApplication { .. } => "assess_application",
            Self::DeliverEvent { .. } => "deliver_event",
        }
    }
}
