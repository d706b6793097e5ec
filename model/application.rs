//! One applicant's request, the documents filed with it, and what state they are in.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::declaration::Declaration;
use crate::document::{FileFacts, MediaType};
use crate::failure::Failure;
use crate::ids::{ApplicationId, DocumentId, TenantId};
use crate::statement::ParserId;
use crate::summary::StatementSummary;
use crate::{Problem, Sensitive};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationState {
    /// Waiting for documents.
    Open,
    /// Documents are being read, or the assessment is not up to date with them.
    Processing,
    /// The decision takes every document into account.
    Assessed,
    /// The assessment of the documents as they are now was given up: a defect of ours.
    Abandoned,
}

impl ApplicationState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Processing => "processing",
            Self::Assessed => "assessed",
            Self::Abandoned => "abandoned",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// Stored; not read yet.
    Received,
    /// Read: it has statements. An archive is read when its files are documents of their own.
    Parsed,
    /// It could not be read; an error says why.
    Failed,
}

impl DocumentState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Parsed => "parsed",
            Self::Failed => "failed",
        }
    }
}

/// One applicant's request.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    pub id: ApplicationId,
    pub tenant: TenantId,
    pub declaration: Declaration,
    /// The day to assess for; `None` is the day on which it is assessed.
    pub as_of: Option<Date>,
    pub state: ApplicationState,
    /// Raised by every change to its documents; a decision names the revision it is about.
    pub revision: i64,
    /// Milliseconds since 1970.
    pub created_ms: i64,
}

/// A file as it lies with an application.
#[derive(Debug, Clone, PartialEq)]
pub struct FiledDocument {
    pub id: DocumentId,
    pub tenant: TenantId,
    pub application: ApplicationId,
    /// The archive it came in.
    pub parent: Option<DocumentId>,
    /// As the applicant named it, often with their own name; one from an archive is `archive.zip/inner.csv`.
    pub filename: Sensitive<String>,
    /// Of its bytes, 64 hex digits; `None` for an archive's entry that does not open.
    pub sha256: Option<String>,
    /// `None` for what came in an archive.
    pub size_bytes: Option<i64>,
    pub media_type: Option<MediaType>,
    pub pages: Option<u32>,
    pub state: DocumentState,
    /// Why it could not be read; there when the state is `Failed`.
    pub failure: Option<Failure>,
    /// The layout it was read with; there when it is `Parsed` and no archive.
    pub parser: Option<ParserId>,
    pub problems: Vec<Problem>,
    pub facts: FileFacts,
    /// What its statements are; empty for what was read before summaries were kept.
    pub summary: Vec<StatementSummary>,
    /// The files of an archive that was opened.
    pub entries: Vec<ArchiveEntry>,
    /// Milliseconds since 1970.
    pub created_ms: i64,
}

/// A file in an archive, and the document that it is: another one's, when the same bytes had come before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveEntry {
    pub name: Sensitive<String>,
    /// Which of the archive's entries of that name it is, from 0.
    pub occurrence: i64,
    pub document: DocumentId,
}

impl FiledDocument {
    /// Whether it is an archive (or a mail) whose files are documents of their own: it was opened, and no layout read it.
    #[must_use]
    pub fn is_opened_archive(&self) -> bool {
        self.state == DocumentState::Parsed && self.parser.is_none()
    }
}
