//! Files that come in pieces: what was announced, and what they became.

use model::Sensitive;
use model::ids::{ApplicationId, DocumentId, TenantId, UploadId};

use crate::vault::DataKey;

use super::keys::{self, open, seal};
use super::{DbError, Tx, unreadable};

statements! {
    INSERT = "insert into uploads (tenant_id, id, application_id, filename, length_bytes, created_ms, expires_ms)
        values ($1, $2, $3, $4, $5, $6, $7)";
    GET = "select id, tenant_id, application_id, filename, length_bytes, expires_ms, document_id
        from uploads where tenant_id = $1 and id = $2";
    COUNT_OPEN = "select count(*) as count from uploads
        where tenant_id = $1 and application_id = $2 and document_id is null and expires_ms > $3";
    SET_DOCUMENT = "update uploads set document_id = $3 where tenant_id = $1 and id = $2 and document_id is null";
    DELETE = "delete from uploads where tenant_id = $1 and id = $2";
    /// Of all tenants: whether a file on the disk is of one.
    KNOWN = "select count(*) as count from uploads where id = $1";
    /// Of all tenants: for their age.
    EXPIRED = "select id, tenant_id, application_id, filename, length_bytes, expires_ms, document_id
        from uploads where expires_ms <= $1 order by expires_ms limit 100";
    /// Of all tenants: those that a crash may have left whole and without a document.
    UNFILED = "select id, tenant_id, application_id, filename, length_bytes, expires_ms, document_id
        from uploads where document_id is null and expires_ms > $1 order by id limit 1000";
}

/// An upload as it was announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub id: UploadId,
    pub tenant: TenantId,
    pub application: ApplicationId,
    pub filename: Sensitive<String>,
    pub length_bytes: u64,
    /// Milliseconds since 1970.
    pub expires_ms: i64,
    /// There once all of it has come.
    pub document: Option<DocumentId>,
}

row!(Row {
    id: String,
    tenant_id: String,
    application_id: String,
    filename: String,
    length_bytes: i64,
    expires_ms: i64,
    document_id: Option<String>,
});
row!(Count { count: i64 });

impl Row {
    fn read(self, key: &DataKey) -> Result<Upload, DbError> {
        let document = self.document_id.map(|id| DocumentId::parse(&id).ok_or(unreadable("document id")));
        Ok(Upload {
            id: UploadId::parse(&self.id).ok_or(unreadable("upload id"))?,
            tenant: TenantId::parse(&self.tenant_id).ok_or(unreadable("tenant id"))?,
            application: ApplicationId::parse(&self.application_id).ok_or(unreadable("application id"))?,
            filename: Sensitive::new(open(key, "filename", &self.id, &self.filename)?),
            length_bytes: u64::try_from(self.length_bytes).map_err(|_| unreadable("length of an upload"))?,
            expires_ms: self.expires_ms,
            document: document.transpose()?,
        })
    }
}

async fn read(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Upload>, DbError> {
    let mut uploads = Vec::with_capacity(rows.len());
    for row in rows {
        let tenant = TenantId::parse(&row.tenant_id).ok_or(unreadable("tenant id"))?;
        let key = keys::find(tx, &tenant, &row.application_id).await?;
        let key = key.ok_or_else(|| DbError::NoKey { owner: row.application_id.clone() })?;
        uploads.push(row.read(&key)?);
    }
    Ok(uploads)
}

pub async fn insert(tx: &mut Tx, upload: &Upload, now_ms: i64) -> Result<(), DbError> {
    let key = keys::of_application(tx, &upload.tenant, &upload.application).await?;
    let filename = seal(&key, "filename", upload.id.as_str(), upload.filename.reveal())?;
    let length = i64::try_from(upload.length_bytes).unwrap_or(i64::MAX);
    execute!(
        tx,
        INSERT,
        upload.tenant.as_str(),
        upload.id.as_str(),
        upload.application.as_str(),
        &filename,
        length,
        now_ms,
        upload.expires_ms,
    )
    .map(drop)
}

pub async fn get(tx: &mut Tx, tenant: &TenantId, id: &UploadId) -> Result<Option<Upload>, DbError> {
    let rows = fetch!(tx, Row, GET, tenant.as_str(), id.as_str())?;
    Ok(read(tx, rows).await?.pop())
}

/// How many of an application have neither come whole nor expired.
pub async fn count_open(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
    now_ms: i64,
) -> Result<i64, DbError> {
    let rows = fetch!(tx, Count, COUNT_OPEN, tenant.as_str(), application.as_str(), now_ms)?;
    Ok(rows.first().map_or(0, |row| row.count))
}

pub async fn set_document(tx: &mut Tx, tenant: &TenantId, id: &UploadId, document: &DocumentId) -> Result<(), DbError> {
    execute!(tx, SET_DOCUMENT, tenant.as_str(), id.as_str(), document.as_str()).map(drop)
}

/// False when there was none.
pub async fn delete(tx: &mut Tx, tenant: &TenantId, id: &UploadId) -> Result<bool, DbError> {
    Ok(execute!(tx, DELETE, tenant.as_str(), id.as_str())? == 1)
}

/// At most a hundred whose time has passed.
pub async fn expired(tx: &mut Tx, now_ms: i64) -> Result<Vec<Upload>, DbError> {
    let rows = fetch!(tx, Row, EXPIRED, now_ms)?;
    read(tx, rows).await
}

/// At most a thousand that became no document yet.
pub async fn unfiled(tx: &mut Tx, now_ms: i64) -> Result<Vec<Upload>, DbError> {
    let rows = fetch!(tx, Row, UNFILED, now_ms)?;
    read(tx, rows).await
}

/// Whether there is an upload of this id, of any tenant.
pub async fn is_known(tx: &mut Tx, id: &str) -> Result<bool, DbError> {
    Ok(fetch!(tx, Count, KNOWN, id)?.pop().is_some_and(|row| row.count > 0))
}
