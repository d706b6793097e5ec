//! The audit log: what was done to whose data, by whom and why. A line stands in the transaction of what it is about.

use model::access::{Actor, Reach};
use model::ids::{AuditId, TenantId};

use crate::db::{Tx, audit};

use super::{Error, Service};

pub use crate::db::audit::Line;

/// Who does something, and in which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    pub actor: Actor,
    /// What the log calls the request.
    pub request: String,
}

impl Service {
    pub(super) async fn record(
        &self,
        tx: &mut Tx,
        tenant: &TenantId,
        by: &By,
        action: &str,
        resource: &str,
        reason: Option<&str>,
    ) -> Result<(), Error> {
        let line = Line {
            id: AuditId::new(&self.unique()),
            actor: by.actor.clone(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            reason: reason.map(str::to_owned),
            request: by.request.clone(),
            created_ms: self.clock.now_ms(),
        };
        Ok(audit::insert(tx, tenant, &line).await?)
    }

    /// At most `limit` lines, newest first, those before `before`; about one resource when it is given.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn audit_lines(
        &self,
        reach: &Reach,
        resource: Option<&str>,
        before: Option<&AuditId>,
        limit: u32,
    ) -> Result<Vec<Line>, Error> {
        Ok(audit::page(&mut self.db.read().await?, &reach.tenant, resource, before, limit).await?)
    }
}
