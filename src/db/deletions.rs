//! Deleting an application: its key and its rows go in one transaction, and a certificate stays.

use model::ids::{ApplicationId, TenantId, UploadId};

use crate::vault::DeletionCertificate;

use super::{DbError, Tx, dialect, from_json, to_json, unreadable};

statements! {
    /// Keeps two deletions of a tenant apart: the second waits here for the first, and then finds its certificate.
    LOCK = "update data_keys set created_ms = created_ms where tenant_id = $1 and owner = $2";
    LAST = "select number, digest from deletions where tenant_id = $1 order by number desc limit 1";
    OF_APPLICATION = "select certificate_json from deletions where tenant_id = $1 and application_id = $2";
    PAGE = "select certificate_json from deletions where tenant_id = $1 and number > $2 order by number limit $3";
    INSERT = "insert into deletions (tenant_id, number, application_id, certificate_json, digest, created_ms)
        values ($1, $2, $3, $4, $5, $6)";
    /// Of all tenants: what a crash left on the disk.
    TO_FINISH = "select tenant_id, application_id from deletions where files_gone_ms is null order by created_ms limit 100";
    FINISHED = "update deletions set files_gone_ms = $3 where tenant_id = $1 and application_id = $2";

    UPLOADS = "select id from uploads where tenant_id = $1 and application_id = $2";
    ENTRIES = "delete from archive_entries where archive_id in
        (select id from documents where tenant_id = $1 and application_id = $2)";
    STATEMENTS = "delete from statements where document_id in
        (select id from documents where tenant_id = $1 and application_id = $2)";
    UPLOAD_ROWS = "delete from uploads where tenant_id = $1 and application_id = $2";
    DOCUMENTS = "delete from documents where tenant_id = $1 and application_id = $2";
    ASSESSMENTS = "delete from assessments where application_id in
        (select id from applications where tenant_id = $1 and id = $2)";
    CONSENTS = "delete from consents where tenant_id = $1 and application_id = $2";
    TOKENS = "delete from access_tokens where tenant_id = $1 and application_id = $2";
    FINGERPRINTS = "delete from fingerprints where tenant_id = $1 and application_id = $2";
    DEVICE = "delete from application_devices where tenant_id = $1 and application_id = $2";
    JOBS = "delete from jobs where tenant_id = $1 and flow = $2";
    APPLICATION = "delete from applications where tenant_id = $1 and id = $2";
    KEY = "delete from data_keys where tenant_id = $1 and owner = $2";

    /// Of all tenants, for their age, those after a place in that order. Not those with a document that is still to be
    /// read, or an upload under way: what was taken is worked on first.
    EXPIRED = "select tenant_id, id as application_id, touched_ms from applications
        where retention = $1 and touched_ms < $2 and (touched_ms > $3 or touched_ms = $3 and id > $4)
            and not exists (select 1 from documents where documents.tenant_id = applications.tenant_id
                and documents.application_id = applications.id and documents.state = 'received')
            and not exists (select 1 from uploads where uploads.tenant_id = applications.tenant_id
                and uploads.application_id = applications.id and uploads.document_id is null)
        order by touched_ms, id limit 100";
    /// Compared again where nobody else can change it. Also keeps two transactions about one application apart.
    IS_EXPIRED = "update applications set revision = revision + 1
        where tenant_id = $1 and id = $2 and retention = $3 and touched_ms < $4
            and not exists (select 1 from documents where documents.tenant_id = applications.tenant_id
                and documents.application_id = applications.id and documents.state = 'received')
            and not exists (select 1 from uploads where uploads.tenant_id = applications.tenant_id
                and uploads.application_id = applications.id and uploads.document_id is null)";
    /// Whoever was once approved is kept the longer period, whatever a later paper gave.
    TOUCH = "update applications set touched_ms = $3,
            retention = case when retention = 'long' then retention else $4 end
        where tenant_id = $1 and id = $2";
    /// Of all tenants, for their age.
    OLD_FINGERPRINTS = "delete from fingerprints where seen_on < $1";
}

row!(LastRow { number: i64, digest: String });
row!(CertificateRow { certificate_json: String });
row!(OwnerRow { tenant_id: String, application_id: String });
row!(ExpiredRow { tenant_id: String, application_id: String, touched_ms: i64 });
row!(IdRow { id: String });

/// Which period counts for an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// Nothing was approved: there is no loan that its papers would have to answer for.
    Short,
    Long,
}

impl Retention {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
        }
    }
}

impl OwnerRow {
    fn read(self) -> Result<(TenantId, ApplicationId), DbError> {
        let tenant = TenantId::parse(&self.tenant_id).ok_or(unreadable("tenant id"))?;
        let application = ApplicationId::parse(&self.application_id).ok_or(unreadable("application id"))?;
        Ok((tenant, application))
    }
}

/// The number and the digest of a tenant's last certificate. Whoever asks holds the tenant until the transaction ends.
pub async fn last(tx: &mut Tx, tenant: &TenantId) -> Result<Option<(i64, String)>, DbError> {
    execute!(tx, LOCK, tenant.as_str(), tenant.as_str())?;
    Ok(fetch!(tx, LastRow, LAST, tenant.as_str())?.pop().map(|row| (row.number, row.digest)))
}

pub async fn of_application(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &ApplicationId,
) -> Result<Option<DeletionCertificate>, DbError> {
    let row = fetch!(tx, CertificateRow, OF_APPLICATION, tenant.as_str(), id.as_str())?.pop();
    row.map(|row| from_json("certificate", &row.certificate_json)).transpose()
}

/// At most `limit`, in their order, those after the number `after`.
pub async fn page(tx: &mut Tx, tenant: &TenantId, after: i64, limit: u32) -> Result<Vec<DeletionCertificate>, DbError> {
    let rows = fetch!(tx, CertificateRow, PAGE, tenant.as_str(), after, i64::from(limit))?;
    rows.iter().map(|row| from_json("certificate", &row.certificate_json)).collect()
}

pub async fn insert(tx: &mut Tx, certificate: &DeletionCertificate) -> Result<(), DbError> {
    let json = to_json("certificate", certificate)?;
    let statement = &certificate.statement;
    let (tenant, application) = (statement.tenant.as_str(), statement.application_id.as_str());
    execute!(tx, INSERT, tenant, statement.number, application, &json, &certificate.digest, statement.deleted_ms)
        .map(drop)
}

/// Takes away the key of an application and everything that is its own. Returns its uploads, whose pieces lie on the disk.
pub async fn erase(tx: &mut Tx, tenant: &TenantId, id: &ApplicationId) -> Result<Vec<UploadId>, DbError> {
    let uploads = fetch!(tx, IdRow, UPLOADS, tenant.as_str(), id.as_str())?;
    // What refers to something goes before it.
    for statement in [
        ENTRIES,
        STATEMENTS,
        UPLOAD_ROWS,
        DOCUMENTS,
        ASSESSMENTS,
        CONSENTS,
        TOKENS,
        FINGERPRINTS,
        DEVICE,
        JOBS,
        APPLICATION,
        KEY,
    ] {
        execute!(tx, statement, tenant.as_str(), id.as_str())?;
    }
    uploads.iter().map(|row| UploadId::parse(&row.id).ok_or(unreadable("upload id"))).collect()
}

/// At most a hundred whose files may still be on the disk.
pub async fn to_finish(tx: &mut Tx) -> Result<Vec<(TenantId, ApplicationId)>, DbError> {
    fetch!(tx, OwnerRow, TO_FINISH)?.into_iter().map(OwnerRow::read).collect()
}

pub async fn finished(tx: &mut Tx, tenant: &TenantId, id: &ApplicationId, now_ms: i64) -> Result<(), DbError> {
    execute!(tx, FINISHED, tenant.as_str(), id.as_str(), now_ms).map(drop)
}

/// An application that is past its time, and where it stands among those that are.
#[derive(Debug, Clone)]
pub struct Expired {
    pub tenant: TenantId,
    pub application: ApplicationId,
    touched_ms: i64,
}

/// At most a hundred that were last worked on before `than_ms`, the oldest first, those after `after`.
pub async fn expired(
    tx: &mut Tx,
    retention: Retention,
    than_ms: i64,
    after: Option<&Expired>,
) -> Result<Vec<Expired>, DbError> {
    let (touched_ms, id) = after.map_or((i64::MIN, ""), |after| (after.touched_ms, after.application.as_str()));
    let rows = fetch!(tx, ExpiredRow, EXPIRED, retention.as_str(), than_ms, touched_ms, id)?;
    rows.into_iter()
        .map(|ExpiredRow { tenant_id, application_id, touched_ms }| {
            let (tenant, application) = OwnerRow { tenant_id, application_id }.read()?;
            Ok(Expired { tenant, application, touched_ms })
        })
        .collect()
}

/// Holds an application until the transaction ends, before anything else of it is touched: who files a document holds its
/// row lightly first and then firmly, and two that hold it lightly would wait for each other.
pub async fn hold(tx: &mut Tx, tenant: &TenantId, id: &ApplicationId) -> Result<(), DbError> {
    let statement = match tx {
        // There is one writer.
        Tx::Lite(_) => return Ok(()),
        Tx::Pg(_) => dialect::HOLD_APPLICATION_PG,
    };
    fetch!(tx, IdRow, statement, tenant.as_str(), id.as_str()).map(drop)
}

/// Whether it still is past its time; it is held until the transaction ends.
pub async fn is_expired(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &ApplicationId,
    retention: Retention,
    than_ms: i64,
) -> Result<bool, DbError> {
    Ok(execute!(tx, IS_EXPIRED, tenant.as_str(), id.as_str(), retention.as_str(), than_ms)? == 1)
}

/// An application was worked on; its period begins anew.
pub async fn touch(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &ApplicationId,
    retention: Retention,
    now_ms: i64,
) -> Result<(), DbError> {
    execute!(tx, TOUCH, tenant.as_str(), id.as_str(), now_ms, retention.as_str()).map(drop)
}

/// Forgets fingerprints of assessments before a day (`YYYY-MM-DD`). How many they were.
pub async fn forget_fingerprints(tx: &mut Tx, before: &str) -> Result<u64, DbError> {
    execute!(tx, OLD_FINGERPRINTS, before)
}
