//! Applications: what was declared, and how far their documents have been taken into account.

use jiff::civil::Date;
use model::application::{Application, ApplicationState};
use model::declaration::Declaration;
use model::ids::{ApplicationId, TenantId};

use super::keys::{self, Keys, open_json, seal_json};
use super::{DbError, Tx, unreadable};

statements! {
    INSERT = "insert into applications (tenant_id, id, declaration_json, as_of, revision, assessed_revision,
            abandoned_revision, created_ms, touched_ms)
        values ($1, $2, $3, $4, 0, 0, 0, $5, $5)";
    GET = "select a.id, a.tenant_id, a.declaration_json, a.as_of, a.revision, a.assessed_revision,
            a.abandoned_revision, a.created_ms, k.wrapped, k.master_id,
            (select count(*) from documents where application_id = a.id and state = 'received') as unread
        from applications a join data_keys k on k.owner = a.id where a.tenant_id = $1 and a.id = $2";
    /// Newest first; ids sort by their time.
    PAGE = "select a.id, a.tenant_id, a.declaration_json, a.as_of, a.revision, a.assessed_revision,
            a.abandoned_revision, a.created_ms, k.wrapped, k.master_id,
            (select count(*) from documents where application_id = a.id and state = 'received') as unread
        from applications a join data_keys k on k.owner = a.id
        where a.tenant_id = $1 and a.id < $2 order by a.id desc limit $3";
    /// Also keeps two transactions about one application apart: the second waits here for the first.
    RAISE_REVISION = "update applications set revision = revision + 1 where tenant_id = $1 and id = $2";
    MARK_ASSESSED = "update applications set assessed_revision = $3
        where tenant_id = $1 and id = $2 and assessed_revision < $3";
    MARK_ABANDONED = "update applications set abandoned_revision = revision where tenant_id = $1 and id = $2";
}

row!(Row {
    id: String,
    tenant_id: String,
    declaration_json: String,
    as_of: Option<String>,
    revision: i64,
    assessed_revision: i64,
    abandoned_revision: i64,
    created_ms: i64,
    wrapped: String,
    master_id: String,
    unread: i64,
});

impl Row {
    fn read(self, keys: &mut Keys) -> Result<Application, DbError> {
        let key = keys.unwrap(&self.id, self.wrapped, self.master_id)?;
        let state = if self.revision == 0 {
            ApplicationState::Open
        } else if self.unread == 0 && self.assessed_revision == self.revision {
            ApplicationState::Assessed
        } else if self.unread == 0 && self.abandoned_revision == self.revision {
            ApplicationState::Abandoned
        } else {
            ApplicationState::Processing
        };
        let as_of = self.as_of.map(|text| text.parse::<Date>().map_err(|_| unreadable("day of an application")));
        Ok(Application {
            id: ApplicationId::parse(&self.id).ok_or(unreadable("application id"))?,
            tenant: TenantId::parse(&self.tenant_id).ok_or(unreadable("tenant id"))?,
            declaration: open_json(&key, "declaration", &self.id, &self.declaration_json)?,
            as_of: as_of.transpose()?,
            state,
            revision: self.revision,
            created_ms: self.created_ms,
        })
    }
}

/// Makes the application's key as well.
pub async fn insert(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &ApplicationId,
    declaration: &Declaration,
    as_of: Option<Date>,
    now_ms: i64,
) -> Result<(), DbError> {
    let key = keys::find_or_make(tx, tenant, id.as_str(), now_ms).await?;
    let declaration = seal_json(&key, "declaration", id.as_str(), declaration)?;
    let as_of = as_of.map(|day| day.to_string());
    execute!(tx, INSERT, tenant.as_str(), id.as_str(), &declaration, as_of.as_deref(), now_ms)?;
    Ok(())
}

pub async fn get(tx: &mut Tx, tenant: &TenantId, id: &ApplicationId) -> Result<Option<Application>, DbError> {
    let row = fetch!(tx, Row, GET, tenant.as_str(), id.as_str())?.pop();
    row.map(|row| row.read(tx.keys())).transpose()
}

/// At most `limit`, newest first, those before `before` when it is given.
pub async fn page(
    tx: &mut Tx,
    tenant: &TenantId,
    before: Option<&ApplicationId>,
    limit: u32,
) -> Result<Vec<Application>, DbError> {
    // Sorts after every id: '~' stands behind all letters and digits.
    let before = before.map_or("app_~", ApplicationId::as_str);
    let rows = fetch!(tx, Row, PAGE, tenant.as_str(), before, i64::from(limit))?;
    rows.into_iter().map(|row| row.read(tx.keys())).collect()
}

/// False when there is no such application.
pub async fn raise_revision(tx: &mut Tx, tenant: &TenantId, id: &ApplicationId) -> Result<bool, DbError> {
    Ok(execute!(tx, RAISE_REVISION, tenant.as_str(), id.as_str())? == 1)
}

pub async fn mark_assessed(tx: &mut Tx, tenant: &TenantId, id: &ApplicationId, revision: i64) -> Result<(), DbError> {
    execute!(tx, MARK_ASSESSED, tenant.as_str(), id.as_str(), revision).map(drop)
}

pub async fn mark_abandoned(tx: &mut Tx, tenant: &TenantId, id: &ApplicationId) -> Result<(), DbError> {
    execute!(tx, MARK_ABANDONED, tenant.as_str(), id.as_str()).map(drop)
}
