//! Documents of an application, the entries of archives, and the statements found in them.

use model::Sensitive;
use model::application::{ArchiveEntry, DocumentState, FiledDocument};
use model::ids::{ApplicationId, DocumentId, StatementId, TenantId};
use model::statement::Statement;

use crate::vault::DataKey;

use super::keys::{self, open, open_json, seal, seal_json};
use super::{DbError, Tx, from_json, to_json, unreadable};

statements! {
    INSERT = "insert into documents (tenant_id, id, application_id, parent_id, filename, sha256, size_bytes, media_type,
            pages, state, failure_json, parser_json, problems_json, facts_json, created_ms,
            summary_json, digest)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        on conflict (application_id, digest) do nothing";
    /// What reading it gave. A document that has been read stays as it is.
    UPDATE = "update documents set sha256 = $3, media_type = $4, pages = $5, state = $6, failure_json = $7,
            parser_json = $8, problems_json = $9, facts_json = $10, summary_json = $11, digest = $12
        where tenant_id = $1 and id = $2 and state <> 'parsed'";
    GET = "select id, tenant_id, application_id, parent_id, filename, sha256, size_bytes, media_type, pages, state,
            failure_json, parser_json, problems_json, facts_json, summary_json, created_ms
        from documents where tenant_id = $1 and id = $2";
    GET_BY_DIGEST = "select id, tenant_id, application_id, parent_id, filename, sha256, size_bytes, media_type, pages,
            state, failure_json, parser_json, problems_json, facts_json, summary_json, created_ms
        from documents where tenant_id = $1 and application_id = $2 and digest = $3";
    /// In the order in which they came.
    PAGE = "select id, tenant_id, application_id, parent_id, filename, sha256, size_bytes, media_type, pages, state,
            failure_json, parser_json, problems_json, facts_json, summary_json, created_ms
        from documents where tenant_id = $1 and application_id = $2 and id > $3 order by id limit $4";
    STATES = "select id, state from documents where tenant_id = $1 and application_id = $2 order by id";
    COUNT = "select count(*) as count from documents where tenant_id = $1 and application_id = $2";
    COUNT_UNREAD = "select count(*) as count from documents
        where tenant_id = $1 and application_id = $2 and state = 'received'";
    APPLICATION = "select application_id from documents where tenant_id = $1 and id = $2";
    SET_RECEIVED = "update documents set state = 'received', failure_json = null
        where tenant_id = $1 and id = $2 and state = 'failed'";
    DELETE_FAILED = "delete from documents where tenant_id = $1 and id = $2 and state = 'failed'
            and not exists (select 1 from archive_entries where document_id = documents.id)";
    INSERT_ENTRY = "insert into archive_entries (archive_id, name, occurrence, document_id)
        select id, cast($3 as text), cast($4 as bigint), cast($5 as text) from documents
        where tenant_id = $1 and id = $2";
    ENTRIES = "select name, occurrence, document_id from archive_entries
        where archive_id in (select id from documents where tenant_id = $1 and id = $2)
        order by occurrence, document_id";
    DELETE_ENTRIES = "delete from archive_entries
        where archive_id in (select id from documents where tenant_id = $1 and id = $2)";
    INSERT_STATEMENT = "insert into statements (id, document_id, position, statement_json)
        select cast($3 as text), id, cast($4 as bigint), cast($5 as text) from documents
        where tenant_id = $1 and id = $2";
    STATEMENTS = "select id, statement_json from statements
        where document_id in (select id from documents where tenant_id = $1 and id = $2) order by position";
    STATEMENTS_OF_APPLICATION = "select s.document_id, s.id, s.statement_json
        from statements s join documents d on d.id = s.document_id
        where d.tenant_id = $1 and d.application_id = $2 order by s.document_id, s.position";
}

row!(Row {
    id: String,
    tenant_id: String,
    application_id: String,
    parent_id: Option<String>,
    filename: String,
    sha256: Option<String>,
    size_bytes: Option<i64>,
    media_type: Option<String>,
    pages: Option<i64>,
    state: String,
    failure_json: Option<String>,
    parser_json: Option<String>,
    problems_json: String,
    facts_json: String,
    summary_json: String,
    created_ms: i64,
});
row!(StateRow { id: String, state: String });
row!(Count { count: i64 });
row!(ApplicationRow { application_id: String });
row!(EntryRow { name: String, occurrence: i64, document_id: String });
row!(StatementRow { id: String, statement_json: String });
row!(DocumentStatementRow { document_id: String, id: String, statement_json: String });

fn read_state(text: &str) -> Result<DocumentState, DbError> {
    match text {
        "received" => Ok(DocumentState::Received),
        "parsed" => Ok(DocumentState::Parsed),
        "failed" => Ok(DocumentState::Failed),
        _ => Err(unreadable("state of a document")),
    }
}

impl Row {
    fn read(self, key: &DataKey) -> Result<FiledDocument, DbError> {
        let row = &self.id;
        let state = read_state(&self.state)?;
        Ok(FiledDocument {
            id: document_id(&self.id)?,
            tenant: TenantId::parse(&self.tenant_id).ok_or(unreadable("tenant id"))?,
            application: ApplicationId::parse(&self.application_id).ok_or(unreadable("application id"))?,
            parent: self.parent_id.as_deref().map(document_id).transpose()?,
            filename: Sensitive::new(open(key, "filename", row, &self.filename)?),
            sha256: self.sha256.map(|sealed| open(key, "digest", row, &sealed)).transpose()?,
            size_bytes: self.size_bytes,
            media_type: self.media_type.map(|text| from_json("media type", &text)).transpose()?,
            pages: self.pages.map(u32::try_from).transpose().map_err(|_| unreadable("number of pages"))?,
            state,
            failure: self.failure_json.map(|sealed| open_json(key, "failure", row, &sealed)).transpose()?,
            parser: self.parser_json.map(|sealed| open_json(key, "parser", row, &sealed)).transpose()?,
            problems: open_json(key, "problems", row, &self.problems_json)?,
            summary: open_json(key, "summary", row, &self.summary_json)?,
            facts: open_json(key, "file facts", row, &self.facts_json)?,
            entries: Vec::new(),
            created_ms: self.created_ms,
        })
    }
}

fn document_id(text: &str) -> Result<DocumentId, DbError> {
    DocumentId::parse(text).ok_or(unreadable("document id"))
}

/// A document's columns in their stored form.
struct Columns {
    filename: String,
    sha256: Option<String>,
    /// What the bytes are known by within the application.
    digest: Option<String>,
    media_type: Option<String>,
    pages: Option<i64>,
    failure: Option<String>,
    parser: Option<String>,
    problems: String,
    facts: String,
    summary: String,
}

impl Columns {
    fn of(document: &FiledDocument, key: &DataKey) -> Result<Self, DbError> {
        let row = document.id.as_str();
        Ok(Self {
            filename: seal(key, "filename", row, document.filename.reveal())?,
            sha256: document.sha256.as_ref().map(|sha256| seal(key, "digest", row, sha256)).transpose()?,
            digest: document.sha256.as_ref().map(|sha256| key.name(sha256)),
            media_type: document.media_type.as_ref().map(|m| to_json("media type", m)).transpose()?,
            pages: document.pages.map(i64::from),
            failure: document.failure.as_ref().map(|f| seal_json(key, "failure", row, f)).transpose()?,
            parser: document.parser.as_ref().map(|p| seal_json(key, "parser", row, p)).transpose()?,
            problems: seal_json(key, "problems", row, &document.problems)?,
            facts: seal_json(key, "file facts", row, &document.facts)?,
            summary: seal_json(key, "summary", row, &document.summary)?,
        })
    }
}

/// The key of the application that a document is of.
async fn key_of(tx: &mut Tx, tenant: &TenantId, id: &DocumentId) -> Result<DataKey, DbError> {
    let row = fetch!(tx, ApplicationRow, APPLICATION, tenant.as_str(), id.as_str())?.pop();
    let application = row.and_then(|row| ApplicationId::parse(&row.application_id));
    keys::of_application(tx, tenant, &application.ok_or(unreadable("application of a document"))?).await
}

/// False when the application has a document of the same bytes already; nothing is changed then.
pub async fn insert(tx: &mut Tx, document: &FiledDocument) -> Result<bool, DbError> {
    let key = keys::of_application(tx, &document.tenant, &document.application).await?;
    let columns = Columns::of(document, &key)?;
    let inserted = execute!(
        tx,
        INSERT,
        document.tenant.as_str(),
        document.id.as_str(),
        document.application.as_str(),
        document.parent.as_ref().map(DocumentId::as_str),
        &columns.filename,
        columns.sha256.as_deref(),
        document.size_bytes,
        columns.media_type.as_deref(),
        columns.pages,
        document.state.as_str(),
        columns.failure.as_deref(),
        columns.parser.as_deref(),
        &columns.problems,
        &columns.facts,
        document.created_ms,
        &columns.summary,
        columns.digest.as_deref(),
    )?;
    Ok(inserted == 1)
}

/// Keeps what reading gave. False when it had been read before: that stays.
pub async fn update(tx: &mut Tx, document: &FiledDocument) -> Result<bool, DbError> {
    let key = keys::of_application(tx, &document.tenant, &document.application).await?;
    let columns = Columns::of(document, &key)?;
    let updated = execute!(
        tx,
        UPDATE,
        document.tenant.as_str(),
        document.id.as_str(),
        columns.sha256.as_deref(),
        columns.media_type.as_deref(),
        columns.pages,
        document.state.as_str(),
        columns.failure.as_deref(),
        columns.parser.as_deref(),
        &columns.problems,
        &columns.facts,
        &columns.summary,
        columns.digest.as_deref(),
    )?;
    Ok(updated == 1)
}

pub async fn get(tx: &mut Tx, tenant: &TenantId, id: &DocumentId) -> Result<Option<FiledDocument>, DbError> {
    let rows = fetch!(tx, Row, GET, tenant.as_str(), id.as_str())?;
    Ok(with_entries(tx, rows).await?.pop())
}

pub async fn get_by_digest(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
    sha256: &str,
) -> Result<Option<FiledDocument>, DbError> {
    let Some(key) = keys::find(tx, tenant, application.as_str()).await? else { return Ok(None) };
    let digest = key.name(sha256);
    let rows = fetch!(tx, Row, GET_BY_DIGEST, tenant.as_str(), application.as_str(), &digest)?;
    Ok(with_entries(tx, rows).await?.pop())
}

/// At most `limit`, oldest first, those after `after` when it is given.
pub async fn page(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
    after: Option<&DocumentId>,
    limit: u32,
) -> Result<Vec<FiledDocument>, DbError> {
    let after = after.map_or("", DocumentId::as_str);
    let rows = fetch!(tx, Row, PAGE, tenant.as_str(), application.as_str(), after, i64::from(limit))?;
    with_entries(tx, rows).await
}

/// Every document of an application with its state, in the order in which they came.
pub async fn states(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
) -> Result<Vec<(DocumentId, DocumentState)>, DbError> {
    let rows = fetch!(tx, StateRow, STATES, tenant.as_str(), application.as_str())?;
    rows.iter().map(|row| Ok((document_id(&row.id)?, read_state(&row.state)?))).collect()
}

pub async fn count(tx: &mut Tx, tenant: &TenantId, application: &ApplicationId) -> Result<i64, DbError> {
    Ok(fetch!(tx, Count, COUNT, tenant.as_str(), application.as_str())?.pop().map_or(0, |row| row.count))
}

/// How many are stored and not read yet.
pub async fn count_unread(tx: &mut Tx, tenant: &TenantId, application: &ApplicationId) -> Result<i64, DbError> {
    Ok(fetch!(tx, Count, COUNT_UNREAD, tenant.as_str(), application.as_str())?.pop().map_or(0, |row| row.count))
}

/// A document that failed is to be read again. False when it did not fail.
pub async fn set_received(tx: &mut Tx, tenant: &TenantId, id: &DocumentId) -> Result<bool, DbError> {
    Ok(execute!(tx, SET_RECEIVED, tenant.as_str(), id.as_str())? == 1)
}

/// Takes away a document that could not be read and is no archive's entry any more.
pub async fn delete_failed(tx: &mut Tx, tenant: &TenantId, id: &DocumentId) -> Result<(), DbError> {
    execute!(tx, DELETE_FAILED, tenant.as_str(), id.as_str()).map(drop)
}

async fn with_entries(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<FiledDocument>, DbError> {
    let mut documents = Vec::with_capacity(rows.len());
    for row in rows {
        let tenant = TenantId::parse(&row.tenant_id).ok_or(unreadable("tenant id"))?;
        let application = ApplicationId::parse(&row.application_id).ok_or(unreadable("application id"))?;
        let key = keys::of_application(tx, &tenant, &application).await?;
        let mut document = row.read(&key)?;
        if document.is_opened_archive() {
            document.entries = entries(tx, &document.tenant, &document.id, &key).await?;
        }
        documents.push(document);
    }
    Ok(documents)
}

/// By name; sealed ones have no order, so they are put in it here.
async fn entries(
    tx: &mut Tx,
    tenant: &TenantId,
    archive: &DocumentId,
    key: &DataKey,
) -> Result<Vec<ArchiveEntry>, DbError> {
    let rows = fetch!(tx, EntryRow, ENTRIES, tenant.as_str(), archive.as_str())?;
    let entries = rows.into_iter().map(|row| {
        let document = document_id(&row.document_id)?;
        let name = Sensitive::new(open(key, "entry", archive.as_str(), &row.name)?);
        Ok(ArchiveEntry { name, occurrence: row.occurrence, document })
    });
    let mut entries = entries.collect::<Result<Vec<_>, DbError>>()?;
    entries.sort_by(|a, b| (&a.name, a.occurrence).cmp(&(&b.name, b.occurrence)));
    Ok(entries)
}

/// Replaces what is known of an archive's entries.
pub async fn set_entries(
    tx: &mut Tx,
    tenant: &TenantId,
    archive: &DocumentId,
    entries: &[ArchiveEntry],
) -> Result<(), DbError> {
    let key = key_of(tx, tenant, archive).await?;
    execute!(tx, DELETE_ENTRIES, tenant.as_str(), archive.as_str())?;
    for entry in entries {
        let document = entry.document.as_str();
        let (tenant, archive) = (tenant.as_str(), archive.as_str());
        let name = seal(&key, "entry", archive, entry.name.reveal())?;
        execute!(tx, INSERT_ENTRY, tenant, archive, &name, entry.occurrence, document)?;
    }
    Ok(())
}

pub async fn insert_statement(
    tx: &mut Tx,
    tenant: &TenantId,
    document: &DocumentId,
    id: &StatementId,
    position: i64,
    statement: &Statement,
) -> Result<(), DbError> {
    let key = key_of(tx, tenant, document).await?;
    let json = seal_json(&key, "statement", id.as_str(), statement)?;
    execute!(tx, INSERT_STATEMENT, tenant.as_str(), document.as_str(), id.as_str(), position, &json).map(drop)
}

pub async fn statements(tx: &mut Tx, tenant: &TenantId, document: &DocumentId) -> Result<Vec<Statement>, DbError> {
    let rows = fetch!(tx, StatementRow, STATEMENTS, tenant.as_str(), document.as_str())?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = key_of(tx, tenant, document).await?;
    rows.iter().map(|row| open_json(&key, "statement", &row.id, &row.statement_json)).collect()
}

/// Every statement of an application with its document, by document and position.
pub async fn statements_of_application(
    tx: &mut Tx,
    tenant: &TenantId,
    application: &ApplicationId,
) -> Result<Vec<(DocumentId, Statement)>, DbError> {
    let rows = fetch!(tx, DocumentStatementRow, STATEMENTS_OF_APPLICATION, tenant.as_str(), application.as_str())?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = keys::of_application(tx, tenant, application).await?;
    let opened = rows
        .iter()
        .map(|row| Ok((document_id(&row.document_id)?, open_json(&key, "statement", &row.id, &row.statement_json)?)));
    opened.collect()
}
