//! An application's transactions as a file, for a spreadsheet or for analysis.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::ids::DocumentId;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::applications::{Readings, Service};
use crate::auth::Caller;
use crate::wire::document::DocumentOut;
use crate::wire::{csv, parquet, xlsx};

use super::extract::ApplicationPath;
use super::problem::Problem;
use super::statements::documents;

/// Documents read from the database at once.
const DOCUMENTS_AT_ONCE: u32 = 8;
/// Ten years of ten busy accounts are a tenth of this; a workbook of more takes hundreds of MB to write.
const ROWS_MAX: usize = 300_000;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Format {
    /// UTF-8 by RFC 4180 when absent.
    #[param(inline)]
    format: Option<Kind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Csv,
    Xlsx,
    Parquet,
}

impl Kind {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    const fn disposition(self) -> &'static str {
        match self {
            Self::Csv => "attachment; filename=\"transactions.csv\"",
            Self::Xlsx => "attachment; filename=\"transactions.xlsx\"",
            Self::Parquet => "attachment; filename=\"transactions.parquet\"",
        }
    }
}

/// Every transaction of an application, a line each, for a spreadsheet or for analysis
///
/// The columns of `xinge parse --format csv`, the documents in the order in which they came; masked as everywhere. What a
/// stranger wrote into a payment is text and never a formula.
#[utoipa::path(
    get, path = "/v1/applications/{id}/transactions", tag = "statements", security(("bearer" = ["statements:read"])),
    params(("id" = String, Path, description = "`app_…`"), Format),
    responses(
        (status = 200, content(
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Vec<u8> = "application/vnd.apache.parquet"),
        )),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn export_transactions(
    State(service): State<Arc<Service>>,
    caller: Caller,
    ApplicationPath(id): ApplicationPath,
    format: Result<Query<Format>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(format) = format?;
    let kind = format.format.unwrap_or(Kind::Csv);
    let _room = service.room_for_export().await;
    let mut read: Vec<Readings> = Vec::new();
    let (mut after, mut rows): (Option<DocumentId>, usize) = (None, 0);
    loop {
        let some = service.document_readings(&caller.reach, &id, after.as_ref(), DOCUMENTS_AT_ONCE).await?;
        let is_last = some.documents.len() < DOCUMENTS_AT_ONCE as usize;
        after = some.documents.last().map(|last| last.filed.id.clone());
        rows = rows.saturating_add(some.rows());
        if rows > ROWS_MAX {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "too_many_rows",
                format!("交易超过 {ROWS_MAX} 行，请按单据读取 /v1/documents/{{id}}/statements。"),
                format!("More than {ROWS_MAX} rows: read /v1/documents/{{id}}/statements document by document."),
            ));
        }
        read.push(some);
        if is_last {
            break;
        }
    }
    // A large workbook takes seconds: not on a thread that answers others.
    let written =
        tokio::task::spawn_blocking(move || written(&read, kind)).await.map_err(|_| Problem::internal())??;
    let headers = [(header::CONTENT_TYPE, kind.media_type()), (header::CONTENT_DISPOSITION, kind.disposition())];
    Ok((headers, written).into_response())
}

fn written(read: &[Readings], kind: Kind) -> Result<Vec<u8>, Problem> {
    let documents: Vec<DocumentOut<'_>> = read.iter().flat_map(documents).collect();
    match kind {
        Kind::Csv => {
            let mut text = csv::HEADER.to_owned();
            for document in &documents {
                csv::rows(document, &mut text);
            }
            Ok(text.into_bytes())
        }
        Kind::Xlsx => xlsx::workbook(&documents).map_err(|error| {
            tracing::error!(%error, "a workbook could not be written");
            Problem::internal()
        }),
        Kind::Parquet => parquet::file(&documents).map_err(|error| {
            tracing::error!(%error, "a Parquet file could not be written");
            Problem::internal()
        }),
    }
}
