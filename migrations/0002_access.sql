-- Tenants apart, keys and tokens, and who saw what is masked elsewhere.
--
-- What was there before belongs to the tenant `ten_default`, whose data a service without keys serves.

alter table applications add column tenant_id {{ID}} not null default 'ten_default';
alter table documents add column tenant_id {{ID}} not null default 'ten_default';
alter table jobs add column tenant_id {{ID}} not null default 'ten_default';

create index applications_of_tenant on applications (tenant_id, id);

-- Each tenant has keys of its own: one must not find out, or use up, another's.
create table idempotency_keys_of_tenants (
    tenant_id {{ID}} not null,
    key text not null,
    -- Of the method, the path and the body.
    request_sha256 text not null,
    -- What the request made.
    resource_id {{ID}} not null,
    created_ms {{BIGINT}} not null,
    primary key (tenant_id, key)
){{STRICT}};

insert into idempotency_keys_of_tenants (tenant_id, key, request_sha256, resource_id, created_ms)
    select 'ten_default', key, request_sha256, resource_id, created_ms from idempotency_keys;
drop table idempotency_keys;
alter table idempotency_keys_of_tenants rename to idempotency_keys;
create index idempotency_keys_by_age on idempotency_keys (created_ms);

-- Of a secret, its digest only: it has 256 random bits, so nothing slower is needed.
create table access_keys (
    id {{ID}} not null primary key,
    tenant_id {{ID}} not null,
    role text not null,
    -- What the operator calls it.
    name text not null,
    secret_sha256 text not null unique,
    created_ms {{BIGINT}} not null,
    revoked_ms {{BIGINT}}
){{STRICT}};

create index access_keys_of_tenant on access_keys (tenant_id, id);

-- An applicant's, bound to one application.
create table access_tokens (
    id {{ID}} not null primary key,
    tenant_id {{ID}} not null,
    application_id {{ID}} not null references applications (id),
    secret_sha256 text not null unique,
    created_ms {{BIGINT}} not null,
    expires_ms {{BIGINT}} not null
){{STRICT}};

create index access_tokens_by_age on access_tokens (expires_ms);

-- Never changed, never deleted by the program. No personal data: ids, and the reason that was given.
create table audit_log (
    id {{ID}} not null primary key,
    tenant_id {{ID}} not null,
    role text not null,
    subject text not null,
    -- reveal, key_created, …
    action text not null,
    -- What it was done to: an id.
    resource_id {{ID}} not null,
    reason text,
    request_id text not null,
    created_ms {{BIGINT}} not null
){{STRICT}};

create index audit_log_of_tenant on audit_log (tenant_id, id);
create index audit_log_of_resource on audit_log (tenant_id, resource_id, id);
