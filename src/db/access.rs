//! API keys of lenders and tokens of applicants: whom a secret stands for. Only digests of secrets are here.

use model::access::Role;
use model::ids::{AccessKeyId, AccessTokenId, ApplicationId, TenantId};

use super::{DbError, Tx, unreadable};

statements! {
    INSERT_KEY = "insert into access_keys (tenant_id, id, role, name, secret_sha256, created_ms)
        values ($1, $2, $3, $4, $5, $6)";
    KEY = "select id, tenant_id, role, name, created_ms, revoked_ms from access_keys where tenant_id = $1 and id = $2";
    /// By the secret alone: it is what tells the tenant.
    KEY_BY_SECRET = "select id, tenant_id, role, name, created_ms, revoked_ms from access_keys
        where secret_sha256 = $1 and revoked_ms is null";
    /// Of all tenants: whether the service asks who is calling.
    COUNT_KEYS = "select count(*) as count from access_keys where revoked_ms is null";
    KEYS = "select id, tenant_id, role, name, created_ms, revoked_ms from access_keys
        where tenant_id = $1 and id > $2 order by id limit $3";
    /// For the operator of the machine, who has the database itself.
    KEYS_OF_ALL = "select id, tenant_id, role, name, created_ms, revoked_ms from access_keys order by tenant_id, id";
    REVOKE_KEY = "update access_keys set revoked_ms = $3 where tenant_id = $1 and id = $2 and revoked_ms is null";
    INSERT_TOKEN = "insert into access_tokens (tenant_id, id, application_id, secret_sha256, created_ms, expires_ms)
        values ($1, $2, $3, $4, $5, $6)";
    TOKEN_EXPIRES = "select expires_ms from access_tokens where tenant_id = $1 and id = $2";
    /// By the secret alone, as with keys.
    TOKEN_BY_SECRET = "select id, tenant_id, application_id from access_tokens
        where secret_sha256 = $1 and expires_ms > $2";
    /// Of all tenants: a job of the house.
    DELETE_EXPIRED_TOKENS = "delete from access_tokens where expires_ms <= $1";
}

/// An API key as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub id: AccessKeyId,
    pub tenant: TenantId,
    pub role: Role,
    /// What the operator calls it.
    pub name: String,
    /// Milliseconds since 1970.
    pub created_ms: i64,
    pub revoked_ms: Option<i64>,
}

/// Whom an applicant's token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: AccessTokenId,
    pub tenant: TenantId,
    pub application: ApplicationId,
}

row!(KeyRow {
    id: String,
    tenant_id: String,
    role: String,
    name: String,
    created_ms: i64,
    revoked_ms: Option<i64>,
});
row!(TokenRow { id: String, tenant_id: String, application_id: String });
row!(ExpiresRow { expires_ms: i64 });
row!(Count { count: i64 });

impl KeyRow {
    fn read(self) -> Result<Key, DbError> {
        Ok(Key {
            id: AccessKeyId::parse(&self.id).ok_or(unreadable("key id"))?,
            tenant: TenantId::parse(&self.tenant_id).ok_or(unreadable("tenant id"))?,
            role: Role::parse(&self.role).ok_or(unreadable("role of a key"))?,
            name: self.name,
            created_ms: self.created_ms,
            revoked_ms: self.revoked_ms,
        })
    }
}

pub async fn insert_key(tx: &mut Tx, key: &Key, secret_sha256: &str) -> Result<(), DbError> {
    let (tenant, id, role) = (key.tenant.as_str(), key.id.as_str(), key.role.as_str());
    execute!(tx, INSERT_KEY, tenant, id, role, &key.name, secret_sha256, key.created_ms).map(drop)
}

/// A key, also one that was revoked.
pub async fn key(tx: &mut Tx, tenant: &TenantId, id: &AccessKeyId) -> Result<Option<Key>, DbError> {
    fetch!(tx, KeyRow, KEY, tenant.as_str(), id.as_str())?.pop().map(KeyRow::read).transpose()
}

/// The key with this secret, unless it was revoked.
pub async fn key_by_secret(tx: &mut Tx, secret_sha256: &str) -> Result<Option<Key>, DbError> {
    fetch!(tx, KeyRow, KEY_BY_SECRET, secret_sha256)?.pop().map(KeyRow::read).transpose()
}

/// How many keys open something.
pub async fn count_keys(tx: &mut Tx) -> Result<i64, DbError> {
    Ok(fetch!(tx, Count, COUNT_KEYS)?.pop().map_or(0, |row| row.count))
}

/// At most `limit` of a tenant's keys, oldest first, those after `after`.
pub async fn keys(
    tx: &mut Tx,
    tenant: &TenantId,
    after: Option<&AccessKeyId>,
    limit: u32,
) -> Result<Vec<Key>, DbError> {
    let after = after.map_or("", AccessKeyId::as_str);
    fetch!(tx, KeyRow, KEYS, tenant.as_str(), after, i64::from(limit))?.into_iter().map(KeyRow::read).collect()
}

/// Every tenant's keys.
pub async fn keys_of_all(tx: &mut Tx) -> Result<Vec<Key>, DbError> {
    fetch!(tx, KeyRow, KEYS_OF_ALL)?.into_iter().map(KeyRow::read).collect()
}

/// False when the tenant has no such key, or it was revoked before.
pub async fn revoke_key(tx: &mut Tx, tenant: &TenantId, id: &AccessKeyId, now_ms: i64) -> Result<bool, DbError> {
    Ok(execute!(tx, REVOKE_KEY, tenant.as_str(), id.as_str(), now_ms)? == 1)
}

pub async fn insert_token(
    tx: &mut Tx,
    token: &Token,
    secret_sha256: &str,
    now_ms: i64,
    expires_ms: i64,
) -> Result<(), DbError> {
    let (tenant, id, application) = (token.tenant.as_str(), token.id.as_str(), token.application.as_str());
    execute!(tx, INSERT_TOKEN, tenant, id, application, secret_sha256, now_ms, expires_ms).map(drop)
}

/// Until when a token opens something (milliseconds since 1970); `None` once it is forgotten.
pub async fn token_expires(tx: &mut Tx, tenant: &TenantId, id: &AccessTokenId) -> Result<Option<i64>, DbError> {
    Ok(fetch!(tx, ExpiresRow, TOKEN_EXPIRES, tenant.as_str(), id.as_str())?.pop().map(|row| row.expires_ms))
}

/// The token with this secret, unless it has expired.
pub async fn token_by_secret(tx: &mut Tx, secret_sha256: &str, now_ms: i64) -> Result<Option<Token>, DbError> {
    let Some(row) = fetch!(tx, TokenRow, TOKEN_BY_SECRET, secret_sha256, now_ms)?.pop() else { return Ok(None) };
    Ok(Some(Token {
        id: AccessTokenId::parse(&row.id).ok_or(unreadable("token id"))?,
        tenant: TenantId::parse(&row.tenant_id).ok_or(unreadable("tenant id"))?,
        application: ApplicationId::parse(&row.application_id).ok_or(unreadable("application id"))?,
    }))
}

pub async fn delete_expired_tokens(tx: &mut Tx, now_ms: i64) -> Result<u64, DbError> {
    execute!(tx, DELETE_EXPIRED_TOKENS, now_ms)
}
