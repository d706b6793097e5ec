-- Deletions, and how long applications are kept.

-- When an application was last worked on, and which period counts for it: `short` without an approval, `long` with one.
alter table applications add column touched_ms {{BIGINT}} not null default 0;
alter table applications add column retention text not null default 'short';
create index applications_by_age on applications (retention, touched_ms);

-- What is left of an application that was deleted. Each certificate names the digest of the one before it.
create table deletions (
    tenant_id {{ID}} not null,
    number {{BIGINT}} not null,
    application_id {{ID}} not null unique,
    certificate_json text not null,
    digest text not null,
    created_ms {{BIGINT}} not null,
    -- Null until its files, which nobody can read any more, are off the disk as well.
    files_gone_ms {{BIGINT}},
    primary key (tenant_id, number)
){{STRICT}};

create index deletions_to_finish on deletions (created_ms) where files_gone_ms is null;
