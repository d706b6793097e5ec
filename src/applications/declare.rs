//! Making an application and finding it again.

use jiff::civil::Date;
use model::access::Reach;
use model::application::Application;
use model::consent::Family;
use model::declaration::Declaration;
use model::ids::ApplicationId;

use crate::db::{Tx, applications, fingerprints};

use super::{Error, Once, Service, once};

impl Service {
    /// Makes an application with what the applicant declares. `as_of` is the day to assess for; `None` is the day on
    /// which it is assessed. Of `consents` each family may stand once. `device` is what the caller knows the applicant's
    /// device by; of it a keyed hash is kept, where a key is configured.
    ///
    /// # Errors
    /// [`Error::KeyUsedElsewhere`], [`Error::Database`].
    pub async fn create_application(
        &self,
        reach: &Reach,
        declaration: &Declaration,
        as_of: Option<Date>,
        consents: &[(Family, String)],
        device: Option<&str>,
        once: Option<&Once>,
    ) -> Result<Application, Error> {
        let id = ApplicationId::new(&self.unique());
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.write().await?;
        if let Some(earlier) = once::claim(&mut tx, reach, once, id.as_str(), now_ms).await? {
            let id = ApplicationId::parse(&earlier).ok_or(Error::KeyUsedElsewhere)?;
            return applications::get(&mut tx, &reach.tenant, &id).await?.ok_or(Error::NoApplication(id));
        }
        applications::insert(&mut tx, &reach.tenant, &id, declaration, as_of, now_ms).await?;
        for (family, version) in consents {
            self.keep_consent(&mut tx, &reach.tenant, &id, *family, version).await?;
        }
        if let Some((device, key)) = device.filter(|device| !device.is_empty()).zip(self.registry_key.as_ref()) {
            fingerprints::set_device(&mut tx, &reach.tenant, &id, &key.device(device)).await?;
        }
        let application = applications::get(&mut tx, &reach.tenant, &id).await?.ok_or(Error::NoApplication(id))?;
        tx.commit().await?;
        Ok(application)
    }

    /// # Errors
    /// [`Error::NoApplication`], [`Error::Database`].
    pub async fn application(&self, reach: &Reach, id: &ApplicationId) -> Result<Application, Error> {
        application(&mut self.db.read().await?, reach, id).await
    }

    /// At most `limit`, newest first, those made before `before`; whoever reaches one application finds that one.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn applications(
        &self,
        reach: &Reach,
        before: Option<&ApplicationId>,
        limit: u32,
    ) -> Result<Vec<Application>, Error> {
        let mut tx = self.db.read().await?;
        match &reach.application {
            Some(own) if before.is_none_or(|before| own < before) => {
                Ok(applications::get(&mut tx, &reach.tenant, own).await?.into_iter().collect())
            }
            Some(_) => Ok(Vec::new()),
            None => Ok(applications::page(&mut tx, &reach.tenant, before, limit).await?),
        }
    }
}

/// An application within reach. What is out of reach is not there: its existence is nobody else's business.
pub(super) async fn application(tx: &mut Tx, reach: &Reach, id: &ApplicationId) -> Result<Application, Error> {
    let found = if reach.admits(id) { applications::get(tx, &reach.tenant, id).await? } else { None };
    found.ok_or_else(|| Error::NoApplication(id.clone()))
}
