//! What was done, by whom and why. Lines are added, never changed.

use model::access::{Actor, Role};
use model::ids::{AuditId, TenantId};

use super::{DbError, Tx, unreadable};

statements! {
    INSERT = "insert into audit_log (tenant_id, id, role, subject, action, resource_id, reason, request_id, created_ms)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// Newest first.
    PAGE = "select id, role, subject, action, resource_id, reason, request_id, created_ms
        from audit_log where tenant_id = $1 and id < $2 order by id desc limit $3";
    PAGE_OF_RESOURCE = "select id, role, subject, action, resource_id, reason, request_id, created_ms
        from audit_log where tenant_id = $1 and id < $2 and resource_id = $4 order by id desc limit $3";
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: AuditId,
    pub actor: Actor,
    /// `reveal`, `key_created`, …
    pub action: String,
    /// The id of what it was done to.
    pub resource: String,
    pub reason: Option<String>,
    pub request: String,
    /// Milliseconds since 1970.
    pub created_ms: i64,
}

row!(Row {
    id: String,
    role: String,
    subject: String,
    action: String,
    resource_id: String,
    reason: Option<String>,
    request_id: String,
    created_ms: i64,
});

pub async fn insert(tx: &mut Tx, tenant: &TenantId, line: &Line) -> Result<(), DbError> {
    execute!(
        tx,
        INSERT,
        tenant.as_str(),
        line.id.as_str(),
        line.actor.role.as_str(),
        &line.actor.subject,
        &line.action,
        &line.resource,
        line.reason.as_deref(),
        &line.request,
        line.created_ms,
    )
    .map(drop)
}

/// At most `limit`, newest first, those before `before`; of one resource when it is given.
pub async fn page(
    tx: &mut Tx,
    tenant: &TenantId,
    resource: Option<&str>,
    before: Option<&AuditId>,
    limit: u32,
) -> Result<Vec<Line>, DbError> {
    // Sorts after every id: '~' stands behind all letters and digits.
    let before = before.map_or("aud_~", AuditId::as_str);
    let rows = match resource {
        Some(resource) => fetch!(tx, Row, PAGE_OF_RESOURCE, tenant.as_str(), before, i64::from(limit), resource)?,
        None => fetch!(tx, Row, PAGE, tenant.as_str(), before, i64::from(limit))?,
    };
    let lines = rows.into_iter().map(|row| {
        Ok(Line {
            id: AuditId::parse(&row.id).ok_or(unreadable("audit id"))?,
            actor: Actor { role: Role::parse(&row.role).ok_or(unreadable("role of a line"))?, subject: row.subject },
            action: row.action,
            resource: row.resource_id,
            reason: row.reason,
            request: row.request_id,
            created_ms: row.created_ms,
        })
    });
    lines.collect()
}
