//! Assesses an application on all the documents it has by now.

use model::ids::ApplicationId;
use tracing::info;

use crate::applications::{Error, Service};
use crate::db::queue::Lease;

pub(super) async fn run(service: &Service, application: &ApplicationId, lease: &Lease) -> Result<(), Error> {
    info!(%application, "assesses an application");
    service.assess_application(application, lease).await
}
