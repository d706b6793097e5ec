-- Consents, uploads in pieces, and what a document is in a line.

-- What its statements are, for whoever handed it in; nothing in it has to be masked.
alter table documents add column summary_json text not null default '[]';

create table consents (
    id {{ID}} not null primary key,
    tenant_id {{ID}} not null,
    application_id {{ID}} not null references applications (id),
    family text not null,
    -- Which text was agreed to.
    version text not null,
    granted_ms {{BIGINT}} not null,
    revoked_ms {{BIGINT}}
){{STRICT}};

create unique index consents_that_stand on consents (application_id, family) where revoked_ms is null;
create index consents_of_application on consents (tenant_id, application_id, id);

-- Files that come in pieces. The bytes that arrived lie in the store's folder under the upload's id; how many they are
-- is told by the file alone, so that nothing can disagree with it after a crash.
create table uploads (
    id {{ID}} not null primary key,
    tenant_id {{ID}} not null,
    application_id {{ID}} not null references applications (id),
    filename text not null,
    length_bytes {{BIGINT}} not null,
    created_ms {{BIGINT}} not null,
    expires_ms {{BIGINT}} not null,
    -- What it became when all of it was there.
    document_id {{ID}} references documents (id)
){{STRICT}};

create index uploads_of_application on uploads (tenant_id, application_id);
create index uploads_by_age on uploads (expires_ms);
