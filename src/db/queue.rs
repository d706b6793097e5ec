//! The job queue: a table of the same database, so that a job and what it is about commit together.
//!
//! *Order*: lane, then a virtual time given when a job is queued (after the flow's own last queued job, but not
//! before the lane's front), so that one applicant with five hundred files does not make the others wait.
//! *Lease*: a claim gives a job to one worker until a moment, with a token that every claim raises. Whoever completes
//! the job must still have the token, in the transaction that keeps the result: a crash repeats a job and loses none.

use model::ids::{JobId, TenantId};
use model::job::Job;

use super::{DbError, Tx, dialect, from_json, to_json, unreadable};

statements! {
    /// One that waits already will see what this one would.
    ENQUEUE = "insert into jobs (id, job_json, flow, lane, tenant_id, vt, state, run_at_ms, lease_until_ms,
            lease_token, attempts, created_ms)
        select cast($1 as text), cast($2 as text), cast($3 as text), cast($4 as bigint), cast($6 as text),
            coalesce((select max(vt) + 1 from jobs where lane = $4 and flow = $3 and state = 'queued'),
                (select min(vt) from jobs where lane = $4 and state = 'queued'), 0),
            'queued', cast($5 as bigint), 0, 0, 0, cast($5 as bigint)
        where not exists (select 1 from jobs where job_json = $2 and state = 'queued')";
    COMPLETE = "delete from jobs where id = $1 and lease_token = $2 and state = 'running'";
    RETRY = "update jobs set state = 'queued', run_at_ms = $3, error = $4
        where id = $1 and lease_token = $2 and state = 'running'";
    BURY = "update jobs set state = 'dead', error = $3 where id = $1 and lease_token = $2 and state = 'running'";
    EXTEND = "update jobs set lease_until_ms = $3 where id = $1 and lease_token = $2 and state = 'running'";
    EXPIRED = "select id, tenant_id, job_json, lease_token, attempts from jobs where state = 'running' and lease_until_ms < $1
        order by lease_until_ms limit 100";
    COUNTS = "select state, count(*) as count from jobs group by state order by state";
    DEAD = "select id, tenant_id, job_json, lease_token, attempts from jobs where state = 'dead' order by id limit 100";
}

/// Most that is kept of why a job failed: a chain of causes is a few lines.
const ERROR_CHARACTERS_MAX: usize = 2_000;

/// A person waits for it, or it is bulk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Interactive,
    Bulk,
}

impl Lane {
    const fn number(self) -> i64 {
        match self {
            Self::Interactive => 0,
            Self::Bulk => 1,
        }
    }
}

/// Whose turn a job uses up.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    pub tenant: &'a TenantId,
    /// In practice the application.
    pub flow: &'a str,
    pub lane: Lane,
}

/// A job in the hands of one worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub id: JobId,
    pub tenant: TenantId,
    pub job: Job,
    pub token: i64,
    /// This one counted.
    pub attempts: i64,
}

/// How many jobs there are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub queued: i64,
    pub running: i64,
    pub dead: i64,
}

row!(LeaseRow { id: String, tenant_id: String, job_json: String, lease_token: i64, attempts: i64 });
row!(CountRow { state: String, count: i64 });

impl LeaseRow {
    fn read(self) -> Result<Lease, DbError> {
        Ok(Lease {
            id: JobId::parse(&self.id).ok_or(unreadable("job id"))?,
            tenant: TenantId::parse(&self.tenant_id).ok_or(unreadable("tenant id"))?,
            job: from_json("job", &self.job_json)?,
            token: self.lease_token,
            attempts: self.attempts,
        })
    }
}

/// Queues a job unless the same one waits already.
pub async fn enqueue(tx: &mut Tx, id: &JobId, job: &Job, turn: Turn<'_>, now_ms: i64) -> Result<(), DbError> {
    let json = to_json("job", job)?;
    let tenant = turn.tenant.as_str();
    execute!(tx, ENQUEUE, id.as_str(), &json, turn.flow, turn.lane.number(), now_ms, tenant).map(drop)
}

/// Takes the first job that is due, until `lease_until_ms`.
pub async fn claim(tx: &mut Tx, now_ms: i64, lease_until_ms: i64) -> Result<Option<Lease>, DbError> {
    let statement = match tx {
        Tx::Lite(_) => dialect::CLAIM_LITE,
        Tx::Pg(_) => dialect::CLAIM_PG,
    };
    fetch!(tx, LeaseRow, statement, now_ms, lease_until_ms)?.pop().map(LeaseRow::read).transpose()
}

/// Ends a job in the transaction that keeps its result. False when the lease was lost: roll back then.
pub async fn complete(tx: &mut Tx, lease: &Lease) -> Result<bool, DbError> {
    Ok(execute!(tx, COMPLETE, lease.id.as_str(), lease.token)? == 1)
}

/// Puts a job back for later. False when the lease was lost.
pub async fn retry(tx: &mut Tx, lease: &Lease, run_at_ms: i64, error: &str) -> Result<bool, DbError> {
    Ok(execute!(tx, RETRY, lease.id.as_str(), lease.token, run_at_ms, shortened(error))? == 1)
}

/// Gives a job up for good; it stays for whoever looks into it. False when the lease was lost.
pub async fn bury(tx: &mut Tx, lease: &Lease, error: &str) -> Result<bool, DbError> {
    Ok(execute!(tx, BURY, lease.id.as_str(), lease.token, shortened(error))? == 1)
}

/// A sign of life. False when the lease was lost.
pub async fn extend(tx: &mut Tx, lease: &Lease, lease_until_ms: i64) -> Result<bool, DbError> {
    Ok(execute!(tx, EXTEND, lease.id.as_str(), lease.token, lease_until_ms)? == 1)
}

/// Jobs whose workers have not been heard of: the leases as those workers hold them.
pub async fn expired(tx: &mut Tx, now_ms: i64) -> Result<Vec<Lease>, DbError> {
    fetch!(tx, LeaseRow, EXPIRED, now_ms)?.into_iter().map(LeaseRow::read).collect()
}

pub async fn counts(tx: &mut Tx) -> Result<Counts, DbError> {
    let mut counts = Counts::default();
    for row in fetch!(tx, CountRow, COUNTS)? {
        match row.state.as_str() {
            "queued" => counts.queued = row.count,
            "running" => counts.running = row.count,
            "dead" => counts.dead = row.count,
            _ => return Err(unreadable("state of a job")),
        }
    }
    Ok(counts)
}

/// The oldest jobs that were given up, at most a hundred.
pub async fn dead(tx: &mut Tx) -> Result<Vec<Lease>, DbError> {
    fetch!(tx, LeaseRow, DEAD)?.into_iter().map(LeaseRow::read).collect()
}

fn shortened(error: &str) -> String {
    // A NUL is text to SQLite and an error to PostgreSQL.
    error.chars().filter(|c| *c != '\0').take(ERROR_CHARACTERS_MAX).collect()
}
