//! What was read of documents.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::ids::DocumentId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::applications::{DocumentReading, Service, printed_category};
use crate::wire::Categories;
use crate::wire::assessment::ledger_categories;
use crate::wire::document::DocumentOut;

use super::extract::{ApplicationPath, DocumentPath, Paging, json};
use super::problem::Problem;

/// A document of statements can have 20,000 rows: few fill a page.
const PAGE_DOCUMENTS_DEFAULT: u32 = 10;

/// What `xinge parse --format json` prints for a file, with the document's id. Before it is read, and for an archive,
/// there is the id and the state only.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentStatements<'a> {
    document_id: &'a str,
    state: &'static str,
    #[serde(flatten)]
    read: Option<DocumentOut<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentStatementsPage<'a> {
    items: Vec<DocumentStatements<'a>>,
    /// `cursor` of the next page; null on the last.
    next_cursor: Option<&'a str>,
}

impl<'a> From<&'a DocumentReading> for DocumentStatements<'a> {
    fn from(reading: &'a DocumentReading) -> Self {
        let of_ledger = reading.ledger.as_ref().map(ledger_categories);
        // The assessment knows pay days and own transfers; until there is one, a row's own words must do.
        let categories: &Categories<'_> = &|place, statement, row| match &of_ledger {
            Some(known) => known(place, statement, row),
            None => printed_category(place, statement, row),
        };
        Self {
            document_id: reading.filed.id.as_str(),
            state: reading.filed.state.as_str(),
            read: reading.extracted.as_ref().map(|read| DocumentOut::new(read, reading.index, categories)),
        }
    }
}

/// The statements of one document
#[utoipa::path(
    get, path = "/v1/documents/{id}/statements", tag = "statements",
    params(("id" = String, Path, description = "`doc_…`")),
    responses(
        (status = 200, body = DocumentStatements),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn document_statements(
    State(service): State<Arc<Service>>,
    DocumentPath(id): DocumentPath,
) -> Result<Response, Problem> {
    let reading = service.document_reading(&id).await?;
    json(StatusCode::OK, &DocumentStatements::from(&reading))
}

/// The statements of an application, document by document
#[utoipa::path(
    get, path = "/v1/applications/{id}/statements", tag = "statements",
    params(("id" = String, Path, description = "`app_…`"), Paging),
    responses(
        (status = 200, body = DocumentStatementsPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn application_statements(
    State(service): State<Arc<Service>>,
    ApplicationPath(id): ApplicationPath,
    paging: Paging,
) -> Result<Response, Problem> {
    let (limit, after) = paging.read(PAGE_DOCUMENTS_DEFAULT, DocumentId::parse)?;
    let mut found = service.documents(&id, after.as_ref(), limit.saturating_add(1)).await?;
    let is_last = found.len() <= limit as usize;
    found.truncate(limit as usize);
    let next_cursor = if is_last { None } else { found.last().map(|last| last.id.as_str()) };
    let mut readings = Vec::with_capacity(found.len());
    for document in &found {
        readings.push(service.document_reading(&document.id).await?);
    }
    json(
        StatusCode::OK,
        &DocumentStatementsPage { items: readings.iter().map(DocumentStatements::from).collect(), next_cursor },
    )
}
