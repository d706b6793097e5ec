-- Applications, their documents and what was made of them; the job queue; answers already given.
--
-- One text for SQLite and PostgreSQL. Marks are resolved when the program starts:
--   {{ID}}      text that sorts by its bytes on both engines (PostgreSQL would sort by the database's locale)
--   {{BIGINT}}  64-bit integer
--   {{STRICT}}  on SQLite, a column takes values of its type only
-- Times are milliseconds since 1970. Columns that end in _json hold the storage form of model's types.

create table applications (
    id {{ID}} not null primary key,
    declaration_json text not null,
    -- The day to assess for (YYYY-MM-DD); null is the day of the assessment.
    as_of text,
    -- Raised by every change to its documents.
    revision {{BIGINT}} not null,
    -- The newest revision that has a decision, and the newest whose assessment was given up.
    assessed_revision {{BIGINT}} not null,
    abandoned_revision {{BIGINT}} not null,
    created_ms {{BIGINT}} not null
){{STRICT}};

create table documents (
    id {{ID}} not null primary key,
    application_id {{ID}} not null references applications (id),
    -- The archive it came in.
    parent_id {{ID}} references documents (id),
    filename text not null,
    -- Of its bytes; null for an archive's entry that could not be unpacked.
    sha256 text,
    size_bytes {{BIGINT}},
    media_type text,
    pages {{BIGINT}},
    state text not null check (state in ('received', 'parsed', 'failed')),
    failure_json text,
    -- Which layout read it, what it could not read, what the file says about itself.
    parser_json text,
    problems_json text not null,
    facts_json text not null,
    created_ms {{BIGINT}} not null,
    unique (application_id, sha256)
){{STRICT}};

create index documents_of_application on documents (application_id, id);
create index documents_of_archive on documents (parent_id) where parent_id is not null;

-- Which document each entry of an archive is: the same bytes may have come before by another way.
create table archive_entries (
    archive_id {{ID}} not null references documents (id),
    name text not null,
    -- From 0: an archive may hold two entries of one name.
    occurrence {{BIGINT}} not null,
    document_id {{ID}} not null references documents (id),
    primary key (archive_id, name, occurrence)
){{STRICT}};

create table statements (
    id {{ID}} not null primary key,
    document_id {{ID}} not null references documents (id),
    -- From 0, in the document's order.
    position {{BIGINT}} not null,
    statement_json text not null,
    unique (document_id, position)
){{STRICT}};

create table assessments (
    id {{ID}} not null primary key,
    application_id {{ID}} not null references applications (id),
    revision {{BIGINT}} not null,
    as_of text not null,
    -- The ids that the document numbers of findings and rows stand for.
    documents_json text not null,
    ledger_json text not null,
    features_json text not null,
    findings_json text not null,
    profile_json text not null,
    decision_json text not null,
    created_ms {{BIGINT}} not null,
    unique (application_id, revision)
){{STRICT}};

-- A job that is done is deleted in the transaction that keeps its result.
create table jobs (
    id {{ID}} not null primary key,
    -- The same job is not queued again while one waits.
    job_json text not null,
    -- Whose turn it uses up; flows of one lane take turns.
    flow {{ID}} not null,
    -- 0: a person waits; 1: bulk.
    lane {{BIGINT}} not null,
    -- Virtual time: the place in the lane.
    vt {{BIGINT}} not null,
    state text not null check (state in ('queued', 'running', 'dead')),
    run_at_ms {{BIGINT}} not null,
    lease_until_ms {{BIGINT}} not null,
    -- Raised by every claim: a worker that lost its lease can no longer complete the job.
    lease_token {{BIGINT}} not null,
    attempts {{BIGINT}} not null,
    error text,
    created_ms {{BIGINT}} not null
){{STRICT}};

create index jobs_queued on jobs (lane, vt, id) where state = 'queued';
create index jobs_running on jobs (lease_until_ms) where state = 'running';
create index jobs_queued_same on jobs (job_json) where state = 'queued';

create table idempotency_keys (
    key text not null primary key,
    -- Of the method, the path and the body.
    request_sha256 text not null,
    -- What the request made.
    resource_id {{ID}} not null,
    created_ms {{BIGINT}} not null
){{STRICT}};

create index idempotency_keys_by_age on idempotency_keys (created_ms);
