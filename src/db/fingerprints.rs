//! What is remembered of applications for the checks across applicants: keyed hashes, one row each.

use jiff::civil::Date;
use model::ids::{ApplicationId, TenantId};
use serde::Serialize;

use super::{DbError, Tx, dialect, to_json, unreadable};

statements! {
    FORGET = "delete from fingerprints where tenant_id = $1 and application_id = $2";
    SET_DEVICE = "insert into application_devices (tenant_id, application_id, device) values ($1, $2, $3)
        on conflict (application_id) do nothing";
    DEVICE = "select device from application_devices where tenant_id = $1 and application_id = $2";
}

/// Sightings that one assessment is compared with. A device or an employer that many share has this many at most in a
/// check's figures; nobody asks whether it was ten thousand or more.
const SIGHTINGS_MAX: i64 = 10_000;

/// One fingerprint of one application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub kind: String,
    pub digest: String,
    /// Keyed hashes; empty where not known.
    pub id_number: String,
    pub name: String,
    pub context: String,
    pub on: Date,
}

/// A fingerprint as it is looked for or written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark<'a> {
    pub kind: &'a str,
    pub digest: &'a str,
    pub context: &'a str,
}

/// Who leaves fingerprints, and when.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    pub id_number: &'a str,
    pub name: &'a str,
    pub on: Date,
}

row!(SeenRow { kind: String, digest: String, id_number: String, name: String, context: String, seen_on: String });
row!(DeviceRow { device: String });

/// Where the same was seen in the tenant's other applications, the latest first.
pub async fn elsewhere(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
    marks: &[Mark<'_>],
) -> Result<Vec<Seen>, DbError> {
    let marks = to_json("fingerprints", &marks)?;
    let statement = match tx {
        Tx::Lite(_) => dialect::FINGERPRINTS_LITE,
        Tx::Pg(_) => dialect::FINGERPRINTS_PG,
    };
    let rows =
        fetch!(tx, SeenRow, statement, tenant.as_str(), application.as_str(), &marks, SIGHTINGS_MAX)?.into_iter();
    rows.map(|row| {
        Ok(Seen {
            kind: row.kind,
            digest: row.digest,
            id_number: row.id_number,
            name: row.name,
            context: row.context,
            on: row.seen_on.parse().map_err(|_| unreadable("day of a fingerprint"))?,
        })
    })
    .collect()
}

/// Puts these in place of what was remembered of the application before.
pub async fn replace(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
    marks: &[Mark<'_>],
    who: Who<'_>,
) -> Result<(), DbError> {
    execute!(tx, FORGET, tenant.as_str(), application.as_str())?;
    let marks = to_json("fingerprints", &marks)?;
    let statement = match tx {
        Tx::Lite(_) => dialect::REMEMBER_LITE,
        Tx::Pg(_) => dialect::REMEMBER_PG,
    };
    let on = who.on.to_string();
    execute!(tx, statement, tenant.as_str(), application.as_str(), &marks, who.id_number, who.name, &on).map(drop)
}

/// Remembers the device that an application was made on; the first one stays.
pub async fn set_device(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
    device: &str,
) -> Result<(), DbError> {
    execute!(tx, SET_DEVICE, tenant.as_str(), application.as_str(), device).map(drop)
}

pub async fn device(tx: &mut Tx, tenant: &TenantId, application: &ApplicationId) -> Result<Option<String>, DbError> {
    Ok(fetch!(tx, DeviceRow, DEVICE, tenant.as_str(), application.as_str())?.pop().map(|row| row.device))
}
