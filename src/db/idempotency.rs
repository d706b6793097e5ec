//! Writes that were answered: the same key does not write twice. A row stands in the write's own transaction.
//!
//! Of a request a keyed digest is kept: a plain one could be tried out, as a body is a name and a few numbers.

use model::ids::TenantId;

use super::{DbError, Tx, keys};

statements! {
    /// Waits for another transaction with the same key, and then finds its row.
    CLAIM = "insert into idempotency_keys (tenant_id, key, request_sha256, resource_id, created_ms)
        values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, key) do nothing";
    GET = "select request_sha256, resource_id from idempotency_keys where tenant_id = $1 and key = $2";
    KEEP_SECRET = "update idempotency_keys set secret = $3 where tenant_id = $1 and key = $2";
    SECRET = "select secret from idempotency_keys where tenant_id = $1 and key = $2";
    /// Of all tenants: a job of the house.
    DELETE_OLDER = "delete from idempotency_keys where created_ms < $1";
}

row!(Row { request_sha256: String, resource_id: String });
row!(SecretRow { secret: Option<String> });

const ANSWER: &str = "secret of an answer";

/// An earlier write under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Whether the request was the same.
    pub is_same: bool,
    pub resource_id: String,
}

/// False when the key has been used.
pub async fn claim(
    tx: &mut Tx,
    tenant: &TenantId,
    key: &str,
    request_sha256: &str,
    resource_id: &str,
    now_ms: i64,
) -> Result<bool, DbError> {
    let request = keys::find_or_make(tx, tenant, tenant.as_str(), now_ms).await?.name(request_sha256);
    Ok(execute!(tx, CLAIM, tenant.as_str(), key, &request, resource_id, now_ms)? == 1)
}

/// The earlier write under a key, compared with this request.
pub async fn get(tx: &mut Tx, tenant: &TenantId, key: &str, request_sha256: &str) -> Result<Option<Earlier>, DbError> {
    let Some(row) = fetch!(tx, Row, GET, tenant.as_str(), key)?.pop() else { return Ok(None) };
    let secret = keys::find(tx, tenant, tenant.as_str()).await?;
    let is_same = secret.is_some_and(|secret| secret.name(request_sha256) == row.request_sha256);
    Ok(Some(Earlier { is_same, resource_id: row.resource_id }))
}

/// Keeps what the write's answer shows and nothing else keeps, sealed, for as long as the key is remembered.
pub async fn keep_secret(tx: &mut Tx, tenant: &TenantId, key: &str, secret: &str, now_ms: i64) -> Result<(), DbError> {
    let sealed = keys::seal(&keys::find_or_make(tx, tenant, tenant.as_str(), now_ms).await?, ANSWER, key, secret)?;
    execute!(tx, KEEP_SECRET, tenant.as_str(), key, &sealed).map(drop)
}

/// What [`keep_secret`] kept.
pub async fn secret(tx: &mut Tx, tenant: &TenantId, key: &str) -> Result<Option<String>, DbError> {
    let row = fetch!(tx, SecretRow, SECRET, tenant.as_str(), key)?.pop();
    let Some(sealed) = row.and_then(|row| row.secret) else { return Ok(None) };
    match keys::find(tx, tenant, tenant.as_str()).await? {
        Some(opener) => keys::open(&opener, ANSWER, key, &sealed).map(Some),
        None => Ok(None),
    }
}

pub async fn delete_older(tx: &mut Tx, than_ms: i64) -> Result<u64, DbError> {
    execute!(tx, DELETE_OLDER, than_ms)
}
