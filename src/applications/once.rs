//! `Idempotency-Key`: the same request twice writes once.
//!
//! The key stands in the database in the write's own transaction, with the digest of the request and what the write
//! made. A second request with the key is answered with that, as it stands now. Two at the same time need no refusal:
//! the second waits for the first at the key's row.

use model::Sensitive;
use model::access::Reach;

use crate::db::{Tx, idempotency};
use crate::pipeline::sha256;

use super::Error;

/// How long a key is remembered: clients that retry give up within minutes, people come back the next day.
pub(super) const KEY_AGE_MAX_MS: i64 = 7 * 24 * 3600 * 1000;

/// A key with the request it was sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    pub key: String,
    /// Of method, path and body; never of a password.
    pub request_sha256: String,
}

impl Once {
    /// `content` is what tells two requests of one method and path apart.
    #[must_use]
    pub fn new(key: &str, method: &str, path: &str, content: &[u8]) -> Self {
        let mut request = format!("{method}\n{path}\n").into_bytes();
        request.extend_from_slice(content);
        Self { key: key.to_owned(), request_sha256: sha256(&request) }
    }
}

/// The id that an earlier request with this key made.
pub(super) async fn earlier(tx: &mut Tx, reach: &Reach, once: Option<&Once>) -> Result<Option<String>, Error> {
    let Some(once) = once else { return Ok(None) };
    match idempotency::get(tx, &reach.tenant, &key_of(reach, once), &once.request_sha256).await? {
        Some(earlier) if earlier.is_same => Ok(Some(earlier.resource_id)),
        Some(_) => Err(Error::KeyUsedElsewhere),
        None => Ok(None),
    }
}

/// Takes the key for `resource_id`; `Some` is the id that an earlier request made instead: nothing must be written.
pub(super) async fn claim(
    tx: &mut Tx,
    reach: &Reach,
    once: Option<&Once>,
    resource_id: &str,
    now_ms: i64,
) -> Result<Option<String>, Error> {
    let Some(key) = once else { return Ok(None) };
    if idempotency::claim(tx, &reach.tenant, &key_of(reach, key), &key.request_sha256, resource_id, now_ms).await? {
        return Ok(None);
    }
    // Gone again only if it was just then swept for its age; a second writer is then what was asked for.
    earlier(tx, reach, once).await
}

/// Keeps the secret that the answer shows, so that the same request again is answered with it.
pub(super) async fn keep_secret(
    tx: &mut Tx,
    reach: &Reach,
    once: Option<&Once>,
    secret: &Sensitive<String>,
    now_ms: i64,
) -> Result<(), Error> {
    let Some(once) = once else { return Ok(()) };
    Ok(idempotency::keep_secret(tx, &reach.tenant, &key_of(reach, once), secret.reveal(), now_ms).await?)
}

/// The secret that the earlier request was answered with.
pub(super) async fn earlier_secret(
    tx: &mut Tx,
    reach: &Reach,
    once: Option<&Once>,
) -> Result<Sensitive<String>, Error> {
    let once = once.ok_or(Error::KeyUsedElsewhere)?;
    let secret = idempotency::secret(tx, &reach.tenant, &key_of(reach, once)).await?;
    secret.map(Sensitive::new).ok_or(Error::KeyUsedElsewhere)
}

/// An applicant's keys are apart from everybody else's: nobody may use up another's.
fn key_of(reach: &Reach, once: &Once) -> String {
    match &reach.application {
        Some(application) => format!("{application}/{}", once.key),
        None => once.key.clone(),
    }
}
