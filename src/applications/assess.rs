//! Assessing an application on the documents it has by now.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use model::application::FiledDocument;
use model::consent::Family;
use model::declaration::Declaration;
use model::event::Event;
use model::extracted::ReadDocument;
use model::ids::{ApplicationId, DecisionId, DocumentId, TenantId};
use model::statement::{Parsed, ParserId, Statement};

use crate::db::assessments::{self, StoredAssessment};
use crate::db::deletions;
use crate::db::fingerprints::{self, Mark, Who};
use crate::db::queue::{self, Lease};
use crate::db::{Tx, applications, documents};
use crate::pipeline::{
    self, AssessError, Beside, Extracted, FingerprintKind, Key as RegistryKey, Known, Person, Policy, Registry,
    Sighting, Trace,
};

use super::consents::is_refused;
use super::deletions::retention_of;
use super::{Error, Service};

/// What an assessment is about, for the threads that do it.
struct Asked {
    extracted: Vec<Extracted>,
    declaration: Declaration,
    device: Option<String>,
    as_of: Date,
}

impl Asked {
    fn known<'a>(&'a self, key: &'a RegistryKey, registry: &'a Registry) -> Known<'a> {
        Known { key, registry, device: self.device.as_deref() }
    }

    fn assess(&self, policy: &Policy, known: Option<Known<'_>>) -> Result<pipeline::Assessment, AssessError> {
        let beside = Beside { feeds: &[], known };
        pipeline::assess_beside(&self.extracted, &self.declaration, policy, self.as_of, &beside)
    }

    fn trace(&self, key: &RegistryKey) -> Result<Trace, AssessError> {
        pipeline::trace(&self.extracted, &self.declaration, self.known(key, &Registry::default()), self.as_of)
    }
}

fn marks(trace: &Trace) -> Vec<Mark<'_>> {
    trace
        .fingerprints
        .iter()
        .map(|one| Mark { kind: one.kind.as_str(), digest: &one.digest, context: &one.context })
        .collect()
}

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
        let (ids, extracted, newest_ms) = evidence(&mut tx, &lease.tenant, id, &left_out).await?;
        let device = fingerprints::device(&mut tx, &lease.tenant, id).await?;
        drop(tx);
        let assessed = match application {
            Some(application) if !is_unread => {
                let as_of = application.as_of.unwrap_or_else(|| self.clock.today());
                let (declaration, policy) = (application.declaration, self.policy.clone());
                let asked = Arc::new(Asked { extracted, declaration, device, as_of });
                let known = match &self.registry_key {
                    Some(key) => Some(self.known(&lease.tenant, id, key, &asked).await?),
                    None => None,
                };
                let (trace, registry) = known.unzip();
                let key = self.registry_key.clone();
                let assessed = self
                    .on_a_core("assessing an application", move || {
                        let known = key.as_ref().zip(registry.as_ref());
                        asked.assess(&policy, known.map(|(key, registry)| asked.known(key, registry)))
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
                Some((stored, assessed.ledger, trace))
            }
            _ => None,
        };
        let mut tx = self.db.write().await?;
        if !queue::complete(&mut tx, lease).await? {
            return Err(Error::LeaseLost);
        }
        let is_assessed = assessed.is_some();
        if let Some((stored, ledger, trace)) = assessed {
            assessments::insert(&mut tx, &lease.tenant, id, &stored, &ledger).await?;
            applications::mark_assessed(&mut tx, &lease.tenant, id, stored.revision).await?;
            let retention = retention_of(stored.decision.outcome);
            deletions::touch(&mut tx, &lease.tenant, id, retention, stored.created_ms).await?;
            if let Some(trace) = trace {
                let Person { id_number, name } = &trace.person;
                let who = Who { id_number, name, on: stored.as_of };
                fingerprints::replace(&mut tx, &lease.tenant, id, &marks(&trace), who).await?;
            }
            let event = Event::ApplicationAssessed { application_id: id.clone(), revision: stored.revision };
            self.happened(&mut tx, &lease.tenant, event).await?;
        }
        tx.commit().await?;
        self.wake_workers();
        if let (true, Some(newest_ms)) = (is_assessed, newest_ms) {
            let took_ms = u64::try_from(self.clock.now_ms().saturating_sub(newest_ms)).unwrap_or(0);
            self.metrics.answer(Duration::from_millis(took_ms));
        }
        self.changed(id);
        Ok(())
    }

    /// What this application leaves behind, and where the like of it was seen in others.
    async fn known(
        &self,
        tenant: &TenantId,
        id: &ApplicationId,
        key: &RegistryKey,
        asked: &Arc<Asked>,
    ) -> Result<(Trace, Registry), Error> {
        let (key, asked) = (key.clone(), Arc::clone(asked));
        let trace = self.on_a_core("comparing applicants", move || asked.trace(&key)).await?.map_err(Error::Assess)?;
        let mut tx = self.db.read().await?;
        let seen = fingerprints::elsewhere(&mut tx, tenant, id, &marks(&trace)).await?;
        drop(tx);
        let mut registry = Registry::default();
        for one in seen {
            // A kind of a later version of the program is not looked for by this one.
            let Some(kind) = FingerprintKind::parse(&one.kind) else { continue };
            let person = Person { id_number: one.id_number, name: one.name };
            registry.insert(kind, one.digest, Sighting { person, on: one.on, context: one.context });
        }
        Ok((trace, registry))
    }

    /// An application whose assessment was given up, on the documents as they are now.
    pub(super) async fn abandon_assessment(
        &self,
        tx: &mut Tx,
        tenant: &TenantId,
        id: &ApplicationId,
    ) -> Result<(), Error> {
        applications::mark_abandoned(tx, tenant, id).await?;
        self.happened(tx, tenant, Event::ApplicationAbandoned { application_id: id.clone() }).await
    }
}

/// An application's documents as the pipeline gave them, in the order in which they came; archives are their files.
/// What the applicant does not allow is left out.
async fn evidence(
    tx: &mut Tx,
    tenant: &TenantId,
    id: &ApplicationId,
    left_out: &BTreeSet<Family>,
) -> Result<(Vec<DocumentId>, Vec<Extracted>, Option<i64>), Error> {
    let filed = documents::page(tx, tenant, id, None, u32::MAX).await?;
    let mut statements = documents::statements_of_application(tx, tenant, id).await?.into_iter().peekable();
    let newest_ms = filed.iter().map(|document| document.created_ms).max();
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
    Ok((ids, extracted, newest_ms))
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
