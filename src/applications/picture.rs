//! A page of a document as it looks, with what the assessment found wrong on it: for people who review.
//!
//! A page shows everything in full, so looking at one is what seeing masked numbers is: a reason is asked for, and stands
//! in the audit log before the picture is out.

use model::Sensitive;
use model::access::Reach;
use model::ids::DocumentId;

use crate::db::{assessments, documents};
use crate::pipeline;
use crate::sandbox::Drawing;

use super::audit::By;
use super::documents::document;
use super::{Error, Service};

impl Service {
    /// The page as PNG, the places of the newest assessment's failed checks boxed. `None` where it cannot be drawn: a file
    /// without pages, one under a password that is not among those given, as none is kept.
    ///
    /// # Errors
    /// [`Error::NoDocument`], [`Error::Files`], [`Error::Database`].
    pub async fn marked_page(
        &self,
        reach: &Reach,
        id: &DocumentId,
        page: u32,
        passwords: Vec<Sensitive<String>>,
        reason: &str,
        by: &By,
    ) -> Result<Option<Vec<u8>>, Error> {
        let mut tx = self.db.write().await?;
        let filed = document(&mut tx, reach, id).await?;
        self.record(&mut tx, &reach.tenant, by, "page_viewed", id.as_str(), Some(reason)).await?;
        let newest = assessments::newest(&mut tx, &reach.tenant, &filed.application).await?;
        // A file of an archive is kept as part of it.
        let kept = match &filed.parent {
            Some(parent) => documents::get(&mut tx, &reach.tenant, parent).await?,
            None => Some(filed.clone()),
        };
        let shelf = self.shelf(&mut tx, &reach.tenant, &filed.application).await?;
        tx.commit().await?;
        let (Some(kept), Some(wanted)) = (kept.and_then(|kept| kept.sha256), filed.sha256) else { return Ok(None) };
        let (number, findings) = newest
            .map_or((None, Vec::new()), |newest| (newest.documents.iter().position(|one| one == id), newest.findings));
        let document = number.and_then(|number| u32::try_from(number).ok());
        let doing = "drawing a page";
        if let Some(sandbox) = &self.sandbox {
            let (_permit, bytes) = self.file_for_a_child(doing, shelf, &kept).await?;
            return Ok(sandbox.draw(&bytes, Drawing { sha256: wanted, page, passwords, findings, document }).await);
        }
        let reader = self.reader.clone();
        self.on_a_core(doing, move || {
            let bytes = shelf.read(&kept)?;
            let passwords: Vec<&str> = passwords.iter().map(|password| password.reveal().as_str()).collect();
            Ok(pipeline::drawn(&bytes, &passwords, &wanted, page, &findings, document, &reader))
        })
        .await?
    }
}
