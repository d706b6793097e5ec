//! What was made of an application's documents, one row a revision; earlier ones stay.

use jiff::civil::Date;
use model::decision::Decision;
use model::feature::Features;
use model::finding::Finding;
use model::ids::{ApplicationId, DecisionId, DocumentId, TenantId};
use model::ledger::Ledger;
use model::profile::Profile;

use super::keys::{self, open_json, seal_json};
use super::{DbError, Tx, from_json, to_json, unreadable};

statements! {
    /// A second run on the same revision changes nothing: what was answered stays.
    INSERT = "insert into assessments (id, application_id, revision, as_of, documents_json, ledger_json,
            features_json, findings_json, profile_json, decision_json, created_ms)
        select cast($2 as text), id, cast($4 as bigint), cast($5 as text), cast($6 as text), cast($7 as text),
            cast($8 as text), cast($9 as text), cast($10 as text), cast($11 as text), cast($12 as bigint)
        from applications where tenant_id = $1 and id = $3
        on conflict (application_id, revision) do nothing";
    NEWEST = "select id, revision, as_of, documents_json, features_json, findings_json, profile_json, decision_json,
            created_ms
        from assessments
        where application_id in (select id from applications where tenant_id = $1 and id = $2)
        order by revision desc limit 1";
    /// By far the largest part, so it is read only where it is asked for.
    LEDGER = "select id, ledger_json, documents_json from assessments
        where application_id in (select id from applications where tenant_id = $1 and id = $2) and revision = $3";
    COUNT = "select count(*) as count from assessments
        where application_id in (select id from applications where tenant_id = $1 and id = $2)";
}

/// One assessment as it is kept, its ledger apart.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAssessment {
    pub id: DecisionId,
    /// The application's revision it is about.
    pub revision: i64,
    pub as_of: Date,
    /// What the document numbers of findings and rows stand for.
    pub documents: Vec<DocumentId>,
    pub features: Features,
    pub findings: Vec<Finding>,
    pub profile: Profile,
    pub decision: Decision,
    /// Milliseconds since 1970.
    pub created_ms: i64,
}

row!(Row {
    id: String,
    revision: i64,
    as_of: String,
    documents_json: String,
    features_json: String,
    findings_json: String,
    profile_json: String,
    decision_json: String,
    created_ms: i64,
});
row!(LedgerRow { id: String, ledger_json: String, documents_json: String });
row!(Count { count: i64 });

/// False when that revision had been assessed before.
pub async fn insert(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
    assessment: &StoredAssessment,
    ledger: &Ledger,
) -> Result<bool, DbError> {
    let as_of = assessment.as_of.to_string();
    let documents = to_json("document ids", &assessment.documents)?;
    let (key, row) = (keys::of_application(tx, tenant, application).await?, assessment.id.as_str());
    let ledger = seal_json(&key, "ledger", row, ledger)?;
    let features = seal_json(&key, "features", row, &assessment.features)?;
    let findings = seal_json(&key, "findings", row, &assessment.findings)?;
    let profile = seal_json(&key, "profile", row, &assessment.profile)?;
    let decision = seal_json(&key, "decision", row, &assessment.decision)?;
    let inserted = execute!(
        tx,
        INSERT,
        tenant.as_str(),
        assessment.id.as_str(),
        application.as_str(),
        assessment.revision,
        &as_of,
        &documents,
        &ledger,
        &features,
        &findings,
        &profile,
        &decision,
        assessment.created_ms,
    )?;
    Ok(inserted == 1)
}

pub async fn newest(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
) -> Result<Option<StoredAssessment>, DbError> {
    let Some(row) = fetch!(tx, Row, NEWEST, tenant.as_str(), application.as_str())?.pop() else {
        return Ok(None);
    };
    let key = keys::of_application(tx, tenant, application).await?;
    Ok(Some(StoredAssessment {
        id: DecisionId::parse(&row.id).ok_or(unreadable("decision id"))?,
        revision: row.revision,
        as_of: row.as_of.parse().map_err(|_| unreadable("day of an assessment"))?,
        documents: from_json("document ids", &row.documents_json)?,
        features: open_json(&key, "features", &row.id, &row.features_json)?,
        findings: open_json(&key, "findings", &row.id, &row.findings_json)?,
        profile: open_json(&key, "profile", &row.id, &row.profile_json)?,
        decision: open_json(&key, "decision", &row.id, &row.decision_json)?,
        created_ms: row.created_ms,
    }))
}

/// The ledger of a revision, and the documents that its row references count.
pub async fn ledger(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
    revision: i64,
) -> Result<Option<(Ledger, Vec<DocumentId>)>, DbError> {
    let Some(row) = fetch!(tx, LedgerRow, LEDGER, tenant.as_str(), application.as_str(), revision)?.pop() else {
        return Ok(None);
    };
    let key = keys::of_application(tx, tenant, application).await?;
    Ok(Some((open_json(&key, "ledger", &row.id, &row.ledger_json)?, from_json("document ids", &row.documents_json)?)))
}

/// How many revisions have one.
pub async fn count(tx: &mut Tx, tenant: &TenantId, application: &ApplicationId) -> Result<i64, DbError> {
    Ok(fetch!(tx, Count, COUNT, tenant.as_str(), application.as_str())?.pop().map_or(0, |row| row.count))
}
