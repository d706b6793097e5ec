//! Where the engines differ: the two texts side by side.

use super::Statement;

/// A transaction that writes takes SQLite's lock at once: one that reads first could find at its first write that
/// another process has written since.
pub const LITE_BEGIN_WRITE: &str = "begin immediate";

pub const PG_BEGIN_WRITE: &str = "begin";

/// SQLite's readers see one moment as they are.
pub const PG_BEGIN_READ: &str = "begin isolation level repeatable read read only";

pub const PING: Statement = Statement { name: "db::dialect::PING", sql: "select 1" };

/// The first job of a tenant in a lane that is due, with a new lease. SQLite has one writer at a time, so nobody else is
/// looking; on PostgreSQL, rows that others are about to take are stepped over.
pub const CLAIM_LITE: Statement = Statement {
    name: "db::dialect::CLAIM_LITE",
    sql: "update jobs set state = 'running', lease_until_ms = $2, lease_token = lease_token + 1,
              attempts = attempts + 1
          where id in (select id from jobs where state = 'queued' and run_at_ms <= $1
              and lane = $3 and tenant_id = $4 order by vt, id limit 1)
          returning id, tenant_id, job_json, lease_token, attempts",
};
pub const CLAIM_PG: Statement = Statement {
    name: "db::dialect::CLAIM_PG",
    sql: "update jobs set state = 'running', lease_until_ms = $2, lease_token = lease_token + 1,
              attempts = attempts + 1
          where id in (select id from jobs where state = 'queued' and run_at_ms <= $1
              and lane = $3 and tenant_id = $4 order by vt, id limit 1 for update skip locked)
          returning id, tenant_id, job_json, lease_token, attempts",
};

/// A copy of the whole as of one moment, which writers do not wait for.
pub const COPY_LITE: Statement = Statement { name: "db::dialect::COPY_LITE", sql: "vacuum into $1" };

/// Fingerprints by a list of them: one round trip for thousands. The engines take a JSON list apart in their own ways.
pub const FINGERPRINTS_LITE: Statement = Statement {
    name: "db::dialect::FINGERPRINTS_LITE",
    sql: "select f.kind, f.digest, f.id_number, f.name, f.context, f.seen_on
          from (select distinct json_extract(value, '$.kind') as kind, json_extract(value, '$.digest') as digest
              from json_each($3)) as wanted
          join fingerprints as f on f.tenant_id = $1 and f.kind = wanted.kind and f.digest = wanted.digest
          where f.application_id <> $2 order by f.seen_on desc, f.kind, f.digest, f.application_id limit $4",
};
pub const FINGERPRINTS_PG: Statement = Statement {
    name: "db::dialect::FINGERPRINTS_PG",
    sql: "select f.kind, f.digest, f.id_number, f.name, f.context, f.seen_on
          from (select distinct kind, digest from jsonb_to_recordset($3::text::jsonb) as w (kind text, digest text)) as wanted
          join fingerprints as f on f.tenant_id = $1 and f.kind = wanted.kind and f.digest = wanted.digest
          where f.application_id <> $2 order by f.seen_on desc, f.kind, f.digest, f.application_id limit $4",
};
pub const REMEMBER_LITE: Statement = Statement {
    name: "db::dialect::REMEMBER_LITE",
    sql: "insert into fingerprints (tenant_id, application_id, kind, digest, context, id_number, name, seen_on)
          select $1, $2, json_extract(value, '$.kind'), json_extract(value, '$.digest'),
              json_extract(value, '$.context'), $4, $5, $6
          from json_each($3) where true on conflict do nothing",
};
pub const REMEMBER_PG: Statement = Statement {
    name: "db::dialect::REMEMBER_PG",
    sql: "insert into fingerprints (tenant_id, application_id, kind, digest, context, id_number, name, seen_on)
          select $1, $2, w.kind, w.digest, w.context, $4, $5, $6
          from jsonb_to_recordset($3::text::jsonb) as w (kind text, digest text, context text)
          on conflict do nothing",
};

/// Brings all of SQLite's log into the database and cuts it to nothing.
pub const EMPTY_LOG: Statement = Statement { name: "db::dialect::EMPTY_LOG", sql: "pragma wal_checkpoint(truncate)" };

/// Firmly, so that no row that refers to it can be added.
pub const HOLD_APPLICATION_PG: Statement = Statement {
    name: "db::dialect::HOLD_APPLICATION_PG",
    sql: "select id from applications where tenant_id = $1 and id = $2 for update",
};

/// For the length of one statement: who waits for readers holds up all writers.
pub const EMPTY_LOG_PATIENCE: &str = "pragma busy_timeout = 200";

/// What both engines understand.
pub const SHARED: &[Statement] = &[PING];
/// What SQLite alone understands.
pub const LITE_ONLY: &[Statement] = &[CLAIM_LITE, COPY_LITE, FINGERPRINTS_LITE, REMEMBER_LITE, EMPTY_LOG];
/// What PostgreSQL alone understands.
pub const PG_ONLY: &[Statement] = &[CLAIM_PG, FINGERPRINTS_PG, REMEMBER_PG, HOLD_APPLICATION_PG];
