//! What an applicant allows. A consent that is taken back takes its sources out of the assessment; an application with
//! none at all is one whose lender keeps them elsewhere, unless the service is told to ask for them.

use std::collections::BTreeSet;

use model::access::Reach;
use model::consent::{Consent, Family};
use model::event::Event;
use model::extracted::Extracted;
use model::ids::{ApplicationId, ConsentId, TenantId};

use crate::db::{Tx, applications, consents, documents};

use super::audit::By;
use super::{Error, Service, declare};

impl Service {
    /// Consents of an application, those taken back as well, in the order in which they were given.
    ///
    /// # Errors
    /// [`Error::NoApplication`], [`Error::Database`].
    pub async fn consents(&self, reach: &Reach, id: &ApplicationId) -> Result<Vec<Consent>, Error> {
        let mut tx = self.db.read().await?;
        declare::application(&mut tx, reach, id).await?;
        Ok(consents::of_application(&mut tx, &reach.tenant, id).await?)
    }

    /// Keeps a consent; one to another version of the text takes the place of the one before.
    ///
    /// # Errors
    /// [`Error::NoApplication`], [`Error::Database`].
    pub async fn grant_consent(
        &self,
        reach: &Reach,
        id: &ApplicationId,
        family: Family,
        version: &str,
        by: &By,
    ) -> Result<Vec<Consent>, Error> {
        let mut tx = self.db.write().await?;
        declare::application(&mut tx, reach, id).await?;
        let before = consents::of_application(&mut tx, &reach.tenant, id).await?;
        let is_same = before.iter().any(|c| c.family == family && c.version == version && c.revoked_ms.is_none());
        if is_same {
            return Ok(before);
        }
        consents::revoke(&mut tx, &reach.tenant, id, family, self.clock.now_ms()).await?;
        self.keep_consent(&mut tx, &reach.tenant, id, family, version).await?;
        self.record(&mut tx, &reach.tenant, by, "consent_granted", id.as_str(), Some(family.as_str())).await?;
        self.consents_changed(&mut tx, &reach.tenant, id).await?;
        let after = consents::of_application(&mut tx, &reach.tenant, id).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(after)
    }

    /// Takes a consent back. That none stood is no error: it is what was wanted.
    ///
    /// # Errors
    /// [`Error::NoApplication`], [`Error::Database`].
    pub async fn revoke_consent(
        &self,
        reach: &Reach,
        id: &ApplicationId,
        family: Family,
        by: &By,
    ) -> Result<Vec<Consent>, Error> {
        let mut tx = self.db.write().await?;
        declare::application(&mut tx, reach, id).await?;
        if consents::revoke(&mut tx, &reach.tenant, id, family, self.clock.now_ms()).await? {
            self.record(&mut tx, &reach.tenant, by, "consent_revoked", id.as_str(), Some(family.as_str())).await?;
            let event = Event::ConsentRevoked { application_id: id.clone(), family };
            self.happened(&mut tx, &reach.tenant, event).await?;
            self.consents_changed(&mut tx, &reach.tenant, id).await?;
        }
        let after = consents::of_application(&mut tx, &reach.tenant, id).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(after)
    }

    pub(super) async fn keep_consent(
        &self,
        tx: &mut Tx,
        tenant: &TenantId,
        application: &ApplicationId,
        family: Family,
        version: &str,
    ) -> Result<(), Error> {
        let granted_ms = self.clock.now_ms();
        let consent = Consent { family, version: version.to_owned(), granted_ms, revoked_ms: None };
        let id = ConsentId::new(&self.unique());
        Ok(consents::insert(tx, tenant, application, &id, &consent).await?)
    }

    /// What was assessed may rest on what is no longer allowed, or leave out what is.
    async fn consents_changed(&self, tx: &mut Tx, tenant: &TenantId, id: &ApplicationId) -> Result<(), Error> {
        if documents::count(tx, tenant, id).await? > 0 {
            applications::raise_revision(tx, tenant, id).await?;
            self.assess_when_read(tx, tenant, id).await?;
        }
        Ok(())
    }

    /// Refuses a file while there is no consent and the service asks for one.
    pub(super) async fn check_consent(&self, tx: &mut Tx, reach: &Reach, id: &ApplicationId) -> Result<(), Error> {
        if !self.consents_required {
            return Ok(());
        }
        let given = consents::of_application(tx, &reach.tenant, id).await?;
        let stands = given.iter().any(|consent| consent.revoked_ms.is_none());
        if stands { Ok(()) } else { Err(Error::NoConsent(id.clone())) }
    }

    /// Which families the assessment must leave out.
    pub(super) async fn left_out(
        &self,
        tx: &mut Tx,
        tenant: &TenantId,
        id: &ApplicationId,
    ) -> Result<BTreeSet<Family>, Error> {
        let given = consents::of_application(tx, tenant, id).await?;
        Ok(refused(&given, self.consents_required))
    }
}

/// Those taken back, or, when consents are asked for, those not given.
fn refused(given: &[Consent], required: bool) -> BTreeSet<Family> {
    let stands = |family: Family| given.iter().any(|c| c.family == family && c.revoked_ms.is_none());
    let is_named = |family: Family| given.iter().any(|c| c.family == family);
    Family::ALL.into_iter().filter(|family| (required || is_named(*family)) && !stands(*family)).collect()
}

/// Whether something in a document is of a family that must be left out; the document goes as a whole.
pub(super) fn is_refused(document: &Extracted, refused: &BTreeSet<Family>) -> bool {
    let Ok(read) = &document.outcome else { return false };
    read.parsed.statements.iter().any(|statement| refused.contains(&Family::of(statement.kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_back_is_refused_and_what_was_never_asked_for_is_not() {
        let consent = |family, revoked_ms| Consent { family, version: "1".to_owned(), granted_ms: 1, revoked_ms };
        let given = [consent(Family::Bank, Some(2)), consent(Family::Bank, None), consent(Family::Wallet, Some(2))];
        assert_eq!(refused(&given, false), BTreeSet::from([Family::Wallet]));
        assert_eq!(refused(&[], false), BTreeSet::new());
        assert_eq!(refused(&given, true).len(), Family::ALL.len() - 1);
    }
}
