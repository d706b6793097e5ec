-- What happened, and the addresses that are told of it.

create table webhooks (
    id {{ID}} not null primary key,
    tenant_id {{ID}} not null,
    -- Where to, and what messages are signed with; sealed with the tenant's key.
    target text not null,
    -- Kinds of events, a JSON list; an empty one is all of them.
    kinds_json text not null,
    created_ms {{BIGINT}} not null,
    -- Since when it is told nothing, and why.
    disabled_ms {{BIGINT}},
    disabled_why text check (disabled_why in ('asked', 'gone')),
    -- How the last delivery of each outcome went.
    delivered_ms {{BIGINT}},
    failed_ms {{BIGINT}},
    failure text
){{STRICT}};

create index webhooks_of_tenant on webhooks (tenant_id, id);

-- Ids and states alone, so it lies in the open and outlasts the application that it is of.
create table events (
    id {{ID}} not null primary key,
    tenant_id {{ID}} not null,
    event_json text not null,
    created_ms {{BIGINT}} not null
){{STRICT}};

create index events_of_tenant on events (tenant_id, id);
create index events_by_age on events (created_ms);

-- What a request that made a secret was answered with; sealed with the tenant's key, and gone with the key's row.
alter table idempotency_keys add column secret text;
