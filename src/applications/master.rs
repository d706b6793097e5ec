//! Changing the master key: every wrapped key is wrapped anew, no file and no row of data is touched.

use crate::db::keys;

use super::{Error, Service};

pub use crate::db::keys::MasterInUse;

impl Service {
    /// Which master keys wrap something now.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn masters_in_use(&self) -> Result<Vec<MasterInUse>, Error> {
        Ok(keys::masters(&mut self.db.read().await?).await?)
    }

    /// Wraps every key with the first of the master keys, some hundred in a transaction: whatever ends it in between, each
    /// key is wrapped by one or the other, and the next call goes on. How many they were.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn rewrap_keys(&self) -> Result<u64, Error> {
        let (mut wrapped, mut after) = (0_u64, String::new());
        loop {
            let mut tx = self.db.write().await?;
            let Some((last, some)) = keys::rewrap_some(&mut tx, &after).await? else { return Ok(wrapped) };
            tx.commit().await?;
            wrapped = wrapped.saturating_add(some);
            after = last;
        }
    }
}
