//! What is masked everywhere else, for somebody who says why; the reason is in the audit log before the answer is out.

use model::Sensitive;
use model::access::Reach;
use model::ids::{ApplicationId, DocumentId};

use crate::db::documents;

use super::audit::By;
use super::{Error, Service, declare};

/// An application's numbers in full.
#[derive(Debug, Clone, PartialEq)]
pub struct Revealed {
    /// The declared ID number.
    pub id_number: Option<Sensitive<String>>,
    pub statements: Vec<RevealedStatement>,
}

/// The numbers that one statement prints about its holder.
#[derive(Debug, Clone, PartialEq)]
pub struct RevealedStatement {
    pub document: DocumentId,
    /// From 0, in the document.
    pub position: u32,
    pub id_number: Option<Sensitive<String>>,
    pub account: Option<Sensitive<String>>,
}

impl Service {
    /// # Errors
    /// [`Error::NoApplication`], [`Error::Database`].
    pub async fn reveal(&self, reach: &Reach, id: &ApplicationId, reason: &str, by: &By) -> Result<Revealed, Error> {
        let mut tx = self.db.write().await?;
        let application = declare::application(&mut tx, reach, id).await?;
        self.record(&mut tx, &reach.tenant, by, "reveal", id.as_str(), Some(reason)).await?;
        let stored = documents::statements_of_application(&mut tx, &reach.tenant, id).await?;
        tx.commit().await?;
        let mut statements: Vec<RevealedStatement> = Vec::with_capacity(stored.len());
        for (document, statement) in stored {
            let position = match statements.last() {
                Some(last) if last.document == document => last.position.saturating_add(1),
                _ => 0,
            };
            let id_number = statement.holder.id_number.map(|number| number.value);
            let account = statement.account.map(|account| account.value);
            statements.push(RevealedStatement {
                document,
                position,
                id_number: id_number.map(|number| Sensitive::new(number.reveal().to_string())),
                account: account.map(|number| Sensitive::new(number.reveal().to_string())),
            });
        }
        let declared = application.declaration.id_number;
        Ok(Revealed { id_number: declared.map(|number| Sensitive::new(number.reveal().to_string())), statements })
    }
}
