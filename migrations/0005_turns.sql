-- Whose turn it is: tenants share the workers evenly, whatever each has queued.

-- Virtual time: how many turns a tenant has had in a lane, counted so that one who was away does not make up for it.
create table turns (
    lane {{BIGINT}} not null,
    tenant_id {{ID}} not null,
    vt {{BIGINT}} not null,
    primary key (lane, tenant_id)
){{STRICT}};
insert into turns (lane, tenant_id, vt) select distinct lane, tenant_id, 0 from jobs;

-- What a tenant has is found without looking at the others' jobs.
drop index jobs_queued;
create index jobs_queued on jobs (lane, tenant_id, vt, id, run_at_ms) where state = 'queued';
create index jobs_dead on jobs (tenant_id, id) where state = 'dead';
