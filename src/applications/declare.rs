//! Making an application and finding it again.

use jiff::civil::Date;
use model::application::Application;
use model::declaration::Declaration;
use model::ids::ApplicationId;

use crate::db::applications;

use super::{Error, Once, Service, once};

impl Service {
    /// Makes an application with what the applicant declares. `as_of` is the day to assess for; `None` is the day on
    /// which it is assessed.
    ///
    /// # Errors
    /// [`Error::KeyUsedElsewhere`], [`Error::Database`].
    pub async fn create_application(
        &self,
        declaration: &Declaration,
        as_of: Option<Date>,
        once: Option<&Once>,
    ) -> Result<Application, Error> {
        let id = ApplicationId::new(&self.unique());
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.write().await?;
        if let Some(earlier) = once::claim(&mut tx, once, id.as_str(), now_ms).await? {
            let id = ApplicationId::parse(&earlier).ok_or(Error::KeyUsedElsewhere)?;
            return applications::get(&mut tx, &id).await?.ok_or(Error::NoApplication(id));
        }
        applications::insert(&mut tx, &id, declaration, as_of, now_ms).await?;
        let application = applications::get(&mut tx, &id).await?.ok_or(Error::NoApplication(id))?;
        tx.commit().await?;
        Ok(application)
    }

    /// # Errors
    /// [`Error::NoApplication`], [`Error::Database`].
    pub async fn application(&self, id: &ApplicationId) -> Result<Application, Error> {
        let mut tx = self.db.read().await?;
        applications::get(&mut tx, id).await?.ok_or_else(|| Error::NoApplication(id.clone()))
    }

    /// At most `limit`, newest first, those made before `before`.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn applications(&self, before: Option<&ApplicationId>, limit: u32) -> Result<Vec<Application>, Error> {
        let mut tx = self.db.read().await?;
        Ok(applications::page(&mut tx, before, limit).await?)
    }
}
