//! The keys of applications and tenants, wrapped; and what is sealed with them on its way in and out.

use std::collections::HashMap;
use std::fmt;

use model::ids::{ApplicationId, TenantId};

use crate::vault::{DataKey, Ring, Wrapped};

use super::{DbError, Tx, from_json, to_json};

statements! {
    GET = "select wrapped, master_id from data_keys where tenant_id = $1 and owner = $2";
    INSERT = "insert into data_keys (tenant_id, owner, wrapped, master_id, created_ms) values ($1, $2, $3, $4, $5)
        on conflict (owner) do nothing";
    /// Of all tenants: a master key wraps them all.
    WRAPPED_OTHERWISE = "select owner, wrapped, master_id from data_keys
        where master_id <> $1 and owner > $2 order by owner limit 500";
    /// Compared with what was read: a key that somebody else has wrapped anew meanwhile stays as it is.
    REWRAP = "update data_keys set wrapped = $3, master_id = $4 where owner = $1 and wrapped = $2";
    /// One owner for each master key, of all tenants.
    MASTERS = "select master_id, min(owner) as owner, count(*) as count from data_keys group by master_id
        order by master_id";
    WRAPPED_FOR = "select owner, wrapped, master_id from data_keys where owner = $1";
    /// Of all tenants: what a version without sealing has left.
    UNSEALED = "select count(*) as count from applications
        where not exists (select 1 from data_keys where owner = applications.id)";
}

row!(KeyRow { wrapped: String, master_id: String });
row!(OwnedRow { owner: String, wrapped: String, master_id: String });
row!(MasterRow { master_id: String, owner: String, count: i64 });
row!(Count { count: i64 });

/// The master keys, and the keys that a transaction has used.
#[derive(Clone)]
pub struct Keys {
    ring: Ring,
    opened: HashMap<String, DataKey>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(***)")
    }
}

impl Keys {
    pub(super) fn new(ring: Ring) -> Self {
        Self { ring, opened: HashMap::new() }
    }

    /// The key of an owner from its wrapped form.
    pub(super) fn unwrap(&mut self, owner: &str, key: String, master: String) -> Result<DataKey, DbError> {
        if let Some(opened) = self.opened.get(owner) {
            return Ok(opened.clone());
        }
        let opened = self.ring.unwrap(owner, &Wrapped { key, master }).map_err(DbError::Key)?;
        self.opened.insert(owner.to_owned(), opened.clone());
        Ok(opened)
    }
}

/// A master key by its id, an owner whose key it wraps, and how many such owners there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterInUse {
    pub id: String,
    pub owner: String,
    pub keys: i64,
}

/// The key of an application.
///
/// # Errors
/// [`DbError::NoKey`]: there is none, so there is no such application; [`DbError::Key`].
pub async fn of_application(tx: &mut Tx, tenant: &TenantId, id: &ApplicationId) -> Result<DataKey, DbError> {
    find(tx, tenant, id.as_str()).await?.ok_or_else(|| DbError::NoKey { owner: id.to_string() })
}

/// The key of an owner, if it has one.
pub async fn find(tx: &mut Tx, tenant: &TenantId, owner: &str) -> Result<Option<DataKey>, DbError> {
    if let Some(opened) = tx.keys().opened.get(owner) {
        return Ok(Some(opened.clone()));
    }
    match fetch!(tx, KeyRow, GET, tenant.as_str(), owner)?.pop() {
        Some(row) => tx.keys().unwrap(owner, row.wrapped, row.master_id).map(Some),
        None => Ok(None),
    }
}

/// The key of an owner, made now if it has none.
pub async fn find_or_make(tx: &mut Tx, tenant: &TenantId, owner: &str, now_ms: i64) -> Result<DataKey, DbError> {
    if let Some(key) = find(tx, tenant, owner).await? {
        return Ok(key);
    }
    let key = DataKey::generate().map_err(DbError::Key)?;
    let wrapped = tx.keys().ring.wrap(owner, &key).map_err(DbError::Key)?;
    execute!(tx, INSERT, tenant.as_str(), owner, &wrapped.key, &wrapped.master, now_ms)?;
    // Somebody else may have been quicker.
    find(tx, tenant, owner).await?.ok_or_else(|| DbError::NoKey { owner: owner.to_owned() })
}

/// Wraps at most some hundred keys anew, those of owners after `after`. Returns the last owner looked at and how many were
/// wrapped; `None` when none is left.
pub async fn rewrap_some(tx: &mut Tx, after: &str) -> Result<Option<(String, u64)>, DbError> {
    let ring = tx.keys().ring.clone();
    let current = ring.ids().into_iter().next().unwrap_or_default();
    let rows = fetch!(tx, OwnedRow, WRAPPED_OTHERWISE, &current, after)?;
    let Some(last) = rows.last().map(|row| row.owner.clone()) else { return Ok(None) };
    let mut wrapped = 0_u64;
    for row in rows {
        let before = Wrapped { key: row.wrapped, master: row.master_id };
        let key = ring.unwrap(&row.owner, &before).map_err(DbError::Key)?;
        let anew = ring.wrap(&row.owner, &key).map_err(DbError::Key)?;
        wrapped = wrapped.saturating_add(execute!(tx, REWRAP, &row.owner, &before.key, &anew.key, &anew.master)?);
    }
    Ok(Some((last, wrapped)))
}

/// Which master keys wrap something.
pub async fn masters(tx: &mut Tx) -> Result<Vec<MasterInUse>, DbError> {
    let rows = fetch!(tx, MasterRow, MASTERS)?;
    Ok(rows.into_iter().map(|row| MasterInUse { id: row.master_id, owner: row.owner, keys: row.count }).collect())
}

/// Opens one key of each master: what cannot be opened should be known at the start, not at the first request.
///
/// # Errors
/// [`DbError::Key`]; [`DbError::Unsealed`].
pub async fn check(tx: &mut Tx) -> Result<(), DbError> {
    for master in masters(tx).await? {
        if let Some(row) = fetch!(tx, OwnedRow, WRAPPED_FOR, &master.owner)?.pop() {
            tx.keys().unwrap(&row.owner, row.wrapped, row.master_id)?;
        }
    }
    match fetch!(tx, Count, UNSEALED)?.pop().map_or(0, |row| row.count) {
        0 => Ok(()),
        applications => Err(DbError::Unsealed { applications }),
    }
}

/// A value in its storage form, sealed for its place.
pub(super) fn seal_json<T: serde::Serialize>(
    key: &DataKey,
    what: &'static str,
    row: &str,
    value: &T,
) -> Result<String, DbError> {
    seal(key, what, row, &to_json(what, value)?)
}

/// A sealed value read back.
pub(super) fn open_json<T: serde::de::DeserializeOwned>(
    key: &DataKey,
    what: &'static str,
    row: &str,
    sealed: &str,
) -> Result<T, DbError> {
    from_json(what, &open(key, what, row, sealed)?)
}

pub(super) fn seal(key: &DataKey, what: &'static str, row: &str, plain: &str) -> Result<String, DbError> {
    key.seal(what, row, plain).map_err(DbError::Key)
}

pub(super) fn open(key: &DataKey, what: &'static str, row: &str, sealed: &str) -> Result<String, DbError> {
    key.open(what, row, sealed).map_err(DbError::Key)
}
