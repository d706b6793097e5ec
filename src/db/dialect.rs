//! Where the engines differ: the two texts side by side.

use super::Statement;

/// A transaction that writes takes SQLite's lock at once: one that reads first could find at its first write that
/// another process has written since.
pub const LITE_BEGIN_WRITE: &str = "begin immediate";

/// SQLite's readers see one moment as they are.
pub const PG_BEGIN_READ: &str = "begin isolation level repeatable read read only";

pub const PING: Statement = Statement { name: "db::dialect::PING", sql: "select 1" };

/// The first job of the queue that is due, with a new lease. SQLite has one writer at a time, so nobody else is
/// looking; on PostgreSQL, rows that others are about to take are stepped over.
pub const CLAIM_LITE: Statement = Statement {
    name: "db::dialect::CLAIM_LITE",
    sql: "update jobs set state = 'running', lease_until_ms = $2, lease_token = lease_token + 1,
              attempts = attempts + 1
          where id in (select id from jobs where state = 'queued' and run_at_ms <= $1
              order by lane, vt, id limit 1)
          returning id, tenant_id, job_json, lease_token, attempts",
};
pub const CLAIM_PG: Statement = Statement {
    name: "db::dialect::CLAIM_PG",
    sql: "update jobs set state = 'running', lease_until_ms = $2, lease_token = lease_token + 1,
              attempts = attempts + 1
          where id in (select id from jobs where state = 'queued' and run_at_ms <= $1
              order by lane, vt, id limit 1 for update skip locked)
          returning id, tenant_id, job_json, lease_token, attempts",
};

/// What both engines understand.
pub const SHARED: &[Statement] = &[PING, CLAIM_LITE];
/// What PostgreSQL alone understands.
pub const PG_ONLY: &[Statement] = &[CLAIM_PG];
