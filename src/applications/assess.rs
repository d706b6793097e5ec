//! Assessing an application on the documents it has by now.

use std::collections::BTreeSet;

use model::application::FiledDocument;
use model::consent::Family;
use model::extracted::ReadDocument;
use model::ids::{ApplicationId, DecisionId, DocumentId, TenantId};
use model::statement::{Parsed, ParserId, Statement};

use crate::db::assessments::{self, StoredAssessment};
use crate::db::queue::{self, Lease};
use crate::db::{Tx, applications, documents};
use crate::pipeline::{self, Extracted};

use super::consents::is_refused;
use super::{Error, Service};

impl Service {
    /// The job `AssessApplication`. It does nothing while documents are still being read: the last of them asks again.
    ///
    /// # Errors
    /// [`Error::Assess`]; [`Error::LeaseLost`]: nothing was kept; [`Error::Database`].
    pub async fn assess_application(&self, id: &ApplicationId, lease: &Lease) -> Result<(), Error> {
        let mut tx = self.db.read().await?;
        let application = applications::get(&mut tx, &lease.tenant, id).await?;
        let is_unread = documents::count_unread(&mut tx, &lease.tenant, id).await? > 0;
        let left_out = self.left_out(&mut tx, &lease.tenant, id).await?;
        let (ids, extracted) = evidence(&mut tx, &lease.tenant, id, &left_out).await?;
        drop(tx);
        let assessed = match application {
            Some(application) if !is_unread => {
                let as_of = application.as_of.unwrap_or_else(|| self.clock.today());
                let (declaration, policy) = (application.declaration, self.policy.clone());
                let assessed = self
                    .on_a_core("assessing an application", move || {
                        pipeline::assess(&extracted, &declaration, &policy, as_of)
                    })
                    .await?
                    .map_err(Error::Assess)?;
                let stored = StoredAssessment {
                    id: DecisionId::new(&self.unique()),
                    revision: application.revision,
                    as_of,
                    documents: ids,
                    features: assessed.features,
                    findings: assessed.findings,
                    profile: assessed.profile,
                    decision: assessed.decision,
                    created_ms: self.clock.now_ms(),
                };
                Some((stored, assessed.ledger))
            }
            _ => None,
        };
        let mut tx = self.db.write().await?;
        if !queue::complete(&mut tx, lease).await? {
            return Err(Error::LeaseLost);
        }
        if let Some((stored, ledger)) = assessed {
            assessments::insert(&mut tx, &lease.tenant, id, &stored, &ledger).await?;
            applications::mark_assessed(&mut tx, &lease.tenant, id, stored.revision).await?;
        }
        tx.commit().await?;
        self.changed(id);
        Ok(())
    }

    /// An application whose assessment was given up, on the documents as they are now.
    pub(super) async fn abandon_assessment(
        &self,
        tx: &mut Tx,
        tenant: &TenantId,
        id: &ApplicationId,
    ) -> Result<(), Error> {
        Ok(applications::mark_abandoned(tx, tenant, id).await?)
    }
}

/// An application's documents as the pipeline gave them, in the order in which they came; archives are their files.
/// What the applicant does not allow is left out.
async fn evidence(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &ApplicationId,
    left_out: &BTreeSet<Family>,
) -> Result<(Vec<DocumentId>, Vec<Extracted>), Error> {
    let filed = documents::page(tx, tenant, id, None, u32::MAX).await?;
    let mut statements = documents::statements_of_application(tx, tenant, id).await?.into_iter().peekable();
    let mut ids = Vec::with_capacity(filed.len());
    let mut extracted = Vec::with_capacity(filed.len());
    for document in filed {
        // Both lists are in the order of the document's id.
        let mut own = Vec::new();
        while let Some((_, statement)) = statements.next_if(|(of, _)| *of == document.id) {
            own.push(statement);
        }
        if !document.is_opened_archive() {
            let id = document.id.clone();
            let document = restore(document, own);
            if !is_refused(&document, left_out) {
                ids.push(id);
                extracted.push(document);
            }
        }
    }
    Ok((ids, extracted))
}

/// What the pipeline gave for a document, from how it is stored.
pub(super) fn restore(document: FiledDocument, statements: Vec<Statement>) -> Extracted {
    let outcome = match document.failure {
        Some(failure) => Err(failure),
        None => Ok(ReadDocument {
            parsed: Parsed {
                parser: document.parser.unwrap_or_else(|| ParserId { id: model::Text::default(), version: 0 }),
                statements,
                problems: document.problems,
            },
            facts: document.facts,
        }),
    };
    Extracted {
        name: document.filename.reveal().clone(),
        sha256: document.sha256,
        media_type: document.media_type,
        pages: document.pages,
        outcome,
    }
}
