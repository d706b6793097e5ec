//! What was read of documents.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::ids::DocumentId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::applications::{Readings, Service, printed_category};
use crate::auth::Caller;
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

/// Each document as it is printed; `None` for one that has not been read, and for an archive.
fn printed(readings: &Readings) -> Vec<Option<DocumentOut<'_>>> {
    let of_ledger = readings.ledger.as_ref().map(ledger_categories);
    let of_ledger = of_ledger.as_ref();
    let documents = readings.documents.iter().map(|reading| {
        // The assessment knows pay days and own transfers; until there is one, a row's own words must do.
        let known = reading.index.and(of_ledger);
        let categories: &Categories<'_> = &|place, statement, row| match known {
            Some(known) => known(place, statement, row),
            None => printed_category(place, statement, row),
        };
        let index = reading.index.unwrap_or(0);
        reading.extracted.as_ref().map(|read| DocumentOut::new(read, index, categories))
    });
    documents.collect()
}

/// Those that have been read.
pub(super) fn documents(readings: &Readings) -> Vec<DocumentOut<'_>> {
    printed(readings).into_iter().flatten().collect()
}

fn print(readings: &Readings) -> Vec<DocumentStatements<'_>> {
    let documents = readings.documents.iter().zip(printed(readings)).map(|(reading, read)| DocumentStatements {
        document_id: reading.filed.id.as_str(),
        state: reading.filed.state.as_str(),
        read,
    });
    documents.collect()
}

/// The statements of one document
#[utoipa::path(
    get, path = "/v1/documents/{id}/statements", tag = "statements", security(("bearer" = ["statements:read"])),
    params(("id" = String, Path, description = "`doc_…`")),
    responses(
        (status = 200, body = DocumentStatements),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn document_statements(
    State(service): State<Arc<Service>>,
    caller: Caller,
    DocumentPath(id): DocumentPath,
) -> Result<Response, Problem> {
    let readings = service.document_reading(&caller.reach, &id).await?;
    match print(&readings).pop() {
        Some(printed) => json(StatusCode::OK, &printed),
        None => Err(Problem::internal()),
    }
}

/// The statements of an application, document by document
#[utoipa::path(
    get, path = "/v1/applications/{id}/statements", tag = "statements", security(("bearer" = ["statements:read"])),
    params(("id" = String, Path, description = "`app_…`"), Paging),
    responses(
        (status = 200, body = DocumentStatementsPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn application_statements(
    State(service): State<Arc<Service>>,
    caller: Caller,
    ApplicationPath(id): ApplicationPath,
    paging: Paging,
) -> Result<Response, Problem> {
    let (limit, after) = paging.read(PAGE_DOCUMENTS_DEFAULT, DocumentId::parse)?;
    let mut found = service.document_readings(&caller.reach, &id, after.as_ref(), limit.saturating_add(1)).await?;
    let is_last = found.documents.len() <= limit as usize;
    found.documents.truncate(limit as usize);
    let next_cursor = if is_last { None } else { found.documents.last().map(|last| last.filed.id.as_str()) };
    json(StatusCode::OK, &DocumentStatementsPage { items: print(&found), next_cursor })
}
