//! Reads a stored document and keeps its statements.

use model::ids::DocumentId;
use tracing::info;

use crate::applications::{Error, Service};
use crate::db::queue::Lease;

pub(super) async fn run(service: &Service, document: &DocumentId, lease: &Lease) -> Result<(), Error> {
    info!(%document, "reads a document");
    service.read_document(document, lease).await
}
