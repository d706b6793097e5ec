//! Every kind of background work, as one enum.

use serde::{Deserialize, Serialize};

use crate::ids::{ApplicationId, DocumentId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Read a stored document and keep its statements.
    ParseDocument { document: DocumentId },
    /// Assess an application on all the documents it has by now.
    AssessApplication { application: ApplicationId },
}
