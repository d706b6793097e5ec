//! An application and the documents filed with it, as the API shows them.

use model::application::{Application, ArchiveEntry, FiledDocument};
use serde::Serialize;
use utoipa::ToSchema;

use super::assessment::DeclaredOut;
use super::document::ParserOut;
use super::failure::FailureOut;
use super::mask::Masker;
use super::problem::ProblemOut;
use super::summary::SummaryOut;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ApplicationOut<'a> {
    pub id: &'a str,
    /// `open`: it has no documents. `processing`: they are being read or assessed; ask again. `assessed`: the decision
    /// takes every document into account. `abandoned`: the assessment failed for a defect of the program.
    pub state: &'static str,
    /// Raised by every change to its documents.
    pub revision: i64,
    pub declared: DeclaredOut<'a>,
    /// The day to assess for; null is the day on which it is assessed.
    pub as_of: Option<String>,
    /// RFC 3339, `+08:00`.
    pub created_at: String,
}

impl<'a> From<&'a Application> for ApplicationOut<'a> {
    fn from(application: &'a Application) -> Self {
        Self {
            id: application.id.as_str(),
            state: application.state.as_str(),
            revision: application.revision,
            declared: DeclaredOut::from(&application.declaration),
            as_of: application.as_of.map(|day| day.to_string()),
            created_at: moment(application.created_ms),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FiledDocumentOut<'a> {
    pub id: &'a str,
    pub application_id: &'a str,
    /// The archive it came in.
    pub parent_id: Option<&'a str>,
    /// A file of an archive is `archive.zip/inner.csv`.
    pub filename: &'a str,
    /// `received`: it is being read; ask again. `parsed`: it has statements, or is an archive whose files are
    /// documents of their own. `failed`: `error` says why.
    pub state: &'static str,
    pub sha256: Option<&'a str>,
    pub size_bytes: Option<i64>,
    pub media_type: Option<&'static str>,
    pub pages: Option<u32>,
    pub parser: Option<ParserOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<FailureOut>,
    pub problems: Vec<ProblemOut<'a>>,
    /// What it was taken for, statement by statement; empty until it is read.
    pub summary: Vec<SummaryOut<'a>>,
    /// The files of an archive and which documents they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<ArchiveEntryOut<'a>>,
    /// RFC 3339, `+08:00`.
    pub created_at: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ArchiveEntryOut<'a> {
    pub name: &'a str,
    /// Another file's, when the same bytes had come before.
    pub document_id: &'a str,
}

impl<'a> From<&'a FiledDocument> for FiledDocumentOut<'a> {
    fn from(document: &'a FiledDocument) -> Self {
        let masker = Masker::default();
        Self {
            id: document.id.as_str(),
            application_id: document.application.as_str(),
            parent_id: document.parent.as_ref().map(|id| id.as_str()),
            filename: document.filename.reveal(),
            state: document.state.as_str(),
            sha256: document.sha256.as_deref(),
            size_bytes: document.size_bytes,
            media_type: document.media_type.map(|media_type| media_type.as_str()),
            pages: document.pages,
            parser: document.parser.as_ref().map(|parser| ParserOut { id: &parser.id, version: parser.version }),
            error: document.failure.as_ref().map(FailureOut::from),
            problems: document.problems.iter().map(|problem| ProblemOut::new(problem, &masker)).collect(),
            summary: document.summary.iter().map(SummaryOut::from).collect(),
            entries: document.entries.iter().map(ArchiveEntryOut::from).collect(),
            created_at: moment(document.created_ms),
        }
    }
}

impl<'a> From<&'a ArchiveEntry> for ArchiveEntryOut<'a> {
    fn from(entry: &'a ArchiveEntry) -> Self {
        Self { name: entry.name.reveal(), document_id: entry.document.as_str() }
    }
}

/// What the applicant states, as it is sent: the contract's `--declared`. It describes the request only; the request
/// is read as [`model::declaration::Declaration`], and a test holds the two together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclarationIn {
    pub name: Option<String>,
    pub id_number: Option<String>,
    /// Yuan a month, `"9000"`.
    pub monthly_income: Option<String>,
    pub employer: Option<String>,
    /// First day of work for that employer, `"2021-03-01"`.
    pub employed_since: Option<String>,
    /// `salaried`, `gig`, `merchant`, `farmer` or `other`.
    pub occupation: Option<String>,
    /// A correction of the sector that the documents suggest: `salaried`, `gig`, `merchant`, `farmer` or `mixed`.
    pub sector: Option<String>,
    pub monthly_debt: Option<String>,
    pub requested_limit: Option<String>,
    pub baseline: Option<BaselineIn>,
}

/// What stood before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct BaselineIn {
    pub limit: String,
    /// `"0.18"` is 18 % a year.
    pub apr: String,
}

/// Milliseconds since 1970 as RFC 3339 in China's time, to the millisecond.
#[must_use]
pub fn moment(ms: i64) -> String {
    let timestamp = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let at = jiff::tz::offset(8).to_datetime(timestamp);
    let thousandths = at.subsec_nanosecond() / 1_000_000;
    let (date, time) = (at.date(), at.time());
    format!("{date}T{:02}:{:02}:{:02}.{thousandths:03}+08:00", time.hour(), time.minute(), time.second())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::declaration::Declaration;

    #[test]
    fn the_described_declaration_is_the_one_that_is_read() {
        let some = |text: &str| Some(text.to_owned());
        let described = DeclarationIn {
            name: some("张三"),
            id_number: some("44010119900101123X"),
            monthly_income: some("9000.00"),
            employer: some("示例公司"),
            employed_since: some("2021-03-01"),
            occupation: some("salaried"),
            sector: some("mixed"),
            monthly_debt: some("1500.00"),
            requested_limit: some("50000.00"),
            baseline: Some(BaselineIn { limit: "8000.00".to_owned(), apr: "0.18".to_owned() }),
        };
        let described = serde_json::to_value(&described).unwrap();
        let read: Declaration = serde_json::from_value(described.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), described);
    }

    #[test]
    fn moments_are_told_in_china_s_time() {
        assert_eq!(moment(1_788_541_200_007), "2026-09-05T01:00:00.007+08:00");
    }
}
