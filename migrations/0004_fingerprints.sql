-- What a lender remembers of applications to know a paper, a device or an employer again under another person.
--
-- Keyed hashes (HMAC-SHA256) and days only: without the key, which is configuration and never in the database, nobody's
-- data can be read or even guessed at. Rows go with the application they are of.

create table fingerprints (
    tenant_id {{ID}} not null,
    application_id {{ID}} not null references applications (id),
    -- file, rows, template, serial, device, payer
    kind text not null,
    digest text not null,
    -- What the applicant is known by; empty where it is not known.
    id_number text not null,
    name text not null,
    -- What must differ for a match to mean something; empty for most kinds.
    context text not null,
    -- The day of assessment (YYYY-MM-DD).
    seen_on text not null,
    primary key (tenant_id, kind, digest, application_id, context)
){{STRICT}};

create index fingerprints_of_application on fingerprints (application_id);

-- Keyed hash of the device that the lender's program made the application on.
create table application_devices (
    tenant_id {{ID}} not null,
    application_id {{ID}} not null primary key references applications (id),
    device text not null
){{STRICT}};
