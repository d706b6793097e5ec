-- What is personal lies sealed (AES-256-GCM), each application's with a key of its own.
--
-- Sealed are: declarations, names of files, digests, what documents and their statements say, what was made of them. Such
-- a column holds `s1.` and Base64 from here on, whatever its name. In the open are ids, times, states, counts, which
-- consents stand, and keyed digests.

-- One for each application and one for each tenant, wrapped by a master key that is never here. To delete the row is to
-- delete what the key sealed.
create table data_keys (
    -- app_… or ten_…
    owner {{ID}} not null primary key,
    tenant_id {{ID}} not null,
    wrapped text not null,
    -- Which master key wrapped it: part of its digest.
    master_id text not null,
    created_ms {{BIGINT}} not null
){{STRICT}};

create index data_keys_by_master on data_keys (master_id);

-- A keyed digest of the file's bytes: tells within an application whether a file has come before, and nothing else.
alter table documents rename column sha256 to digest;
-- The digest that is shown, sealed.
alter table documents add column sha256 text;
