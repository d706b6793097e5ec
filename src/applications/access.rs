//! Keys and tokens: making them, and telling whom a secret stands for.
//!
//! A secret is 256 random bits. It is shown once, when it is made, and only its digest is kept.

use std::time::Duration;

use model::Sensitive;
use model::access::{Reach, Role};
use model::ids::{AccessKeyId, AccessTokenId, ApplicationId, TenantId};

use crate::db::access::{self, Token};
use crate::pipeline::sha256;

use super::audit::By;
use super::{Error, Once, Service, declare, once};

pub use crate::db::access::Key;

/// Told apart at a glance, and found by those who look for leaked secrets.
const KEY_PREFIX: &str = "xgk_";
const TOKEN_PREFIX: &str = "xgt_";

/// The tenant of a service that has no other.
#[must_use]
pub fn default_tenant() -> TenantId {
    TenantId::new("default")
}

/// Whom a secret stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    Key(Key),
    Token(Token),
}

/// A token as it was made; the secret is nowhere else.
#[derive(Debug)]
pub struct NewToken {
    pub id: AccessTokenId,
    pub secret: Sensitive<String>,
    /// Milliseconds since 1970.
    pub expires_ms: i64,
}

impl Service {
    /// Makes an API key and gives it with its secret, which is nowhere else.
    ///
    /// # Errors
    /// [`Error::KeyUsedElsewhere`], [`Error::Database`], [`Error::NoRandomness`].
    pub async fn create_key(
        &self,
        reach: &Reach,
        role: Role,
        name: &str,
        by: &By,
        once: Option<&Once>,
    ) -> Result<(Key, Sensitive<String>), Error> {
        let (tenant, now_ms) = (&reach.tenant, self.clock.now_ms());
        let secret = secret(KEY_PREFIX)?;
        let key = Key {
            id: AccessKeyId::new(&self.unique()),
            tenant: tenant.clone(),
            role,
            name: name.to_owned(),
            created_ms: now_ms,
            revoked_ms: None,
        };
        let mut tx = self.db.write().await?;
        if let Some(earlier) = once::claim(&mut tx, reach, once, key.id.as_str(), now_ms).await? {
            let id = AccessKeyId::parse(&earlier).ok_or(Error::KeyUsedElsewhere)?;
            let key = access::key(&mut tx, tenant, &id).await?.ok_or(Error::NoKey(id))?;
            return Ok((key, once::earlier_secret(&mut tx, reach, once).await?));
        }
        once::keep_secret(&mut tx, reach, once, &secret, now_ms).await?;
        access::insert_key(&mut tx, &key, &sha256(secret.reveal().as_bytes())).await?;
        self.record(&mut tx, tenant, by, "key_created", key.id.as_str(), None).await?;
        tx.commit().await?;
        Ok((key, secret))
    }

    /// At most `limit` of a tenant's keys, oldest first, those after `after`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn keys(&self, tenant: &TenantId, after: Option<&AccessKeyId>, limit: u32) -> Result<Vec<Key>, Error> {
        Ok(access::keys(&mut self.db.read().await?, tenant, after, limit).await?)
    }

    /// Every tenant's keys, for whoever runs the machine.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn keys_of_all(&self) -> Result<Vec<Key>, Error> {
        Ok(access::keys_of_all(&mut self.db.read().await?).await?)
    }

    /// From now on the key opens nothing.
    ///
    /// # Errors
    /// [`Error::NoKey`], also when it was revoked before; [`Error::Database`].
    pub async fn revoke_key(&self, tenant: &TenantId, id: &AccessKeyId, by: &By) -> Result<(), Error> {
        let mut tx = self.db.write().await?;
        if !access::revoke_key(&mut tx, tenant, id, self.clock.now_ms()).await? {
            return Err(Error::NoKey(id.clone()));
        }
        self.record(&mut tx, tenant, by, "key_revoked", id.as_str(), None).await?;
        Ok(tx.commit().await?)
    }

    /// Whether anybody has a key.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn has_keys(&self) -> Result<bool, Error> {
        Ok(access::count_keys(&mut self.db.read().await?).await? > 0)
    }

    /// Makes a token with which an applicant reaches this application and nothing else.
    ///
    /// # Errors
    /// [`Error::NoApplication`], [`Error::KeyUsedElsewhere`], [`Error::NoRandomness`], [`Error::Database`].
    pub async fn issue_token(
        &self,
        reach: &Reach,
        application: &ApplicationId,
        lifetime: Duration,
        by: &By,
        once: Option<&Once>,
    ) -> Result<NewToken, Error> {
        let secret = secret(TOKEN_PREFIX)?;
        let now_ms = self.clock.now_ms();
        let expires_ms = now_ms.saturating_add(i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX));
        let token = Token {
            id: AccessTokenId::new(&self.unique()),
            tenant: reach.tenant.clone(),
            application: application.clone(),
        };
        let mut tx = self.db.write().await?;
        declare::application(&mut tx, reach, application).await?;
        if let Some(earlier) = once::claim(&mut tx, reach, once, token.id.as_str(), now_ms).await? {
            let id = AccessTokenId::parse(&earlier).ok_or(Error::KeyUsedElsewhere)?;
            // One that has expired and is forgotten is not made anew: the key was used.
            let expires_ms = access::token_expires(&mut tx, &reach.tenant, &id).await?;
            let expires_ms = expires_ms.ok_or(Error::KeyUsedElsewhere)?;
            return Ok(NewToken { id, secret: once::earlier_secret(&mut tx, reach, once).await?, expires_ms });
        }
        once::keep_secret(&mut tx, reach, once, &secret, now_ms).await?;
        access::insert_token(&mut tx, &token, &sha256(secret.reveal().as_bytes()), now_ms, expires_ms).await?;
        self.record(&mut tx, &reach.tenant, by, "token_issued", application.as_str(), None).await?;
        tx.commit().await?;
        Ok(NewToken { id: token.id, secret, expires_ms })
    }

    /// Whom a secret stands for; `None` when nobody, or nobody any more.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn holder_of(&self, secret: &str) -> Result<Option<Holder>, Error> {
        // The digest is looked up, so how long that takes tells nothing about a secret.
        let digest = sha256(secret.as_bytes());
        let holder = if secret.starts_with(KEY_PREFIX) {
            access::key_by_secret(&mut self.db.read().await?, &digest).await?.map(Holder::Key)
        } else if secret.starts_with(TOKEN_PREFIX) {
            let now_ms = self.clock.now_ms();
            access::token_by_secret(&mut self.db.read().await?, &digest, now_ms).await?.map(Holder::Token)
        } else {
            None
        };
        Ok(holder)
    }

    /// Forgets tokens that open nothing any more. How many they were.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn forget_expired_tokens(&self) -> Result<u64, Error> {
        let mut tx = self.db.write().await?;
        let forgotten = access::delete_expired_tokens(&mut tx, self.clock.now_ms()).await?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

fn secret(prefix: &str) -> Result<Sensitive<String>, Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(Error::NoRandomness)?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Sensitive::new(format!("{prefix}{digits}")))
}
