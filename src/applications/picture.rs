//! A page of a document as it looks, with what the assessment found wrong on it: for people who review.
//!
//! A page shows everything in full, so looking at one is what seeing masked numbers is: a reason is asked for, and stands
//! in the audit log before the picture is out.

use model::access::Reach;
use model::ids::DocumentId;

use crate::db::{assessments, documents};
use crate::pipeline;

use super::audit::By;
use super::documents::document;
use super::{Error, Service};

impl Service {
    /// The page as PNG, the places of the newest assessment's failed checks boxed. `None` where it cannot be drawn: a file
    /// without pages, one under a password (which is not kept), an OFD's.
    ///
    /// # Errors
    /// [`Error::NoDocument`], [`Error::Files`], [`Error::Database`].
    pub async fn marked_page(
        &self,
        reach: &Reach,
        id: &DocumentId,
        page: u32,
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
        let reader = self.reader.clone();
        self.on_a_core("drawing a page", move || {
            let bytes = shelf.read(&kept)?;
            let files = pipeline::originals("", &bytes, &[], &reader);
            let Some((_, bytes)) = files.iter().find(|(_, bytes)| pipeline::sha256(bytes) == wanted) else {
                return Ok(None);
            };
            let number = number.and_then(|number| u32::try_from(number).ok());
            let shown = number.map(|number| pipeline::shown_on(&findings, number, page)).unwrap_or_default();
            Ok(pipeline::marked_page(bytes, &[], &reader, page, &shown))
        })
        .await?
    }
}
