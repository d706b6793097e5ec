//! What applicants allowed, and when they took it back. Lines are never deleted: that there was a consent has to be shown
//! for as long as something rests on it.

use model::consent::{Consent, Family};
use model::ids::{ApplicationId, ConsentId, TenantId};

use super::{DbError, Tx, unreadable};

statements! {
    INSERT = "insert into consents (tenant_id, id, application_id, family, version, granted_ms)
        values ($1, $2, $3, $4, $5, $6)";
    REVOKE = "update consents set revoked_ms = $4
        where tenant_id = $1 and application_id = $2 and family = $3 and revoked_ms is null";
    OF_APPLICATION = "select family, version, granted_ms, revoked_ms from consents
        where tenant_id = $1 and application_id = $2 order by id";
}

row!(Row { family: String, version: String, granted_ms: i64, revoked_ms: Option<i64> });

pub async fn insert(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
    id: &ConsentId,
    consent: &Consent,
) -> Result<(), DbError> {
    let (tenant, id, application) = (tenant.as_str(), id.as_str(), application.as_str());
    let (family, version) = (consent.family.as_str(), consent.version.as_str());
    execute!(tx, INSERT, tenant, id, application, family, version, consent.granted_ms).map(drop)
}

/// False when none stood.
pub async fn revoke(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
    family: Family,
    now_ms: i64,
) -> Result<bool, DbError> {
    Ok(execute!(tx, REVOKE, tenant.as_str(), application.as_str(), family.as_str(), now_ms)? == 1)
}

/// All of them, those taken back as well, in the order in which they were given.
pub async fn of_application(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
) -> Result<Vec<Consent>, DbError> {
    let rows = fetch!(tx, Row, OF_APPLICATION, tenant.as_str(), application.as_str())?;
    let consents = rows.into_iter().map(|row| {
        Ok(Consent {
            family: Family::parse(&row.family).ok_or(unreadable("family of a consent"))?,
            version: row.version,
            granted_ms: row.granted_ms,
            revoked_ms: row.revoked_ms,
        })
    });
    consents.collect()
}
