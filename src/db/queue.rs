//! The job queue: a table of the same database, so that a job and what it is about commit together.
//!
//! *Order*: lane, then the tenant that has had the fewest turns (one who was away does not make up for it), then a
//! virtual time given when a job is queued (after the flow's own last queued job, but not before the tenant's front): one
//! lender with a hundred thousand files, or one applicant with five hundred, does not make the others wait.
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
                (select min(vt) from jobs where lane = $4 and tenant_id = $6 and state = 'queued'), 0),
            'queued', cast($5 as bigint), 0, 0, 0, cast($5 as bigint)
        where not exists (select 1 from jobs where job_json = $2 and state = 'queued')";
    COMPLETE = "delete from jobs where id = $1 and lease_token = $2 and state = 'running'";
    RETRY = "update jobs set state = 'queued', run_at_ms = $3, error = $4
        where id = $1 and lease_token = $2 and state = 'running'";
    BURY = "update jobs set state = 'dead', error = $3 where id = $1 and lease_token = $2 and state = 'running'";
    EXTEND = "update jobs set lease_until_ms = $3 where id = $1 and lease_token = $2 and state = 'running'";
    EXPIRED = "select id, tenant_id, job_json, lease_token, attempts from jobs where state = 'running' and lease_until_ms < $1
        order by lease_until_ms limit 100";
    /// Whoever queues is in the list of turns.
    LINE_UP = "insert into turns (tenant_id, lane, vt) values ($1, $2, 0) on conflict (lane, tenant_id) do nothing";
    /// Who has a job that is due, the one with the fewest turns first. Asked of each tenant rather than of each job: a
    /// queue may hold a hundred thousand.
    WAITING = "select lane, tenant_id, vt from turns t
        where lane between $2 and $3
            and exists (select 1 from jobs j where j.state = 'queued' and j.lane = t.lane and j.tenant_id = t.tenant_id
                and j.run_at_ms <= $1)
        order by lane, vt, tenant_id limit 20";
    TAKE_TURN = "insert into turns (tenant_id, lane, vt) values ($1, $2, $3)
        on conflict (lane, tenant_id) do update set vt = excluded.vt";
    /// In the order in which they were queued.
    PAGE = "select id, tenant_id, job_json, lane, state, run_at_ms, attempts, error, created_ms
        from jobs where tenant_id = $1 and id > $2 and ($3 = '' or state = $3) order by id limit $4";
    GET = "select id, tenant_id, job_json, lane, state, run_at_ms, attempts, error, created_ms
        from jobs where tenant_id = $1 and id = $2";
    REVIVE = "update jobs set state = 'queued', attempts = 0, run_at_ms = $3, error = null
        where tenant_id = $1 and id = $2 and state = 'dead'";
    /// Whoever runs it finds at its end that the lease is lost, and keeps nothing.
    CANCEL = "update jobs set state = 'dead', lease_token = lease_token + 1, error = $3
        where tenant_id = $1 and id = $2 and state in ('queued', 'running')";
    COUNTS = "select state, count(*) as count, min(created_ms) as oldest_ms from jobs group by state order by state";
    DEAD = "select id, tenant_id, job_json, lease_token, attempts from jobs where state = 'dead' order by id limit 100";
}

/// Most that is kept of why a job failed: a chain of causes is a few lines.
const ERROR_CHARACTERS_MAX: usize = 2_000;

/// A person waits for it, or it is bulk, or it waits for somebody else's machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Interactive,
    Bulk,
    Delivery,
}

/// Workers of one kind: those that fill a core must not wait behind those that wait for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crew {
    Readers,
    Deliverers,
}

impl Crew {
    pub const ALL: [Self; 2] = [Self::Readers, Self::Deliverers];

    /// Its first and its last lane.
    const fn lanes(self) -> (i64, i64) {
        match self {
            Self::Readers => (Lane::Interactive.number(), Lane::Bulk.number()),
            Self::Deliverers => (Lane::Delivery.number(), Lane::Delivery.number()),
        }
    }
}

impl Lane {
    const fn number(self) -> i64 {
        match self {
            Self::Interactive => 0,
            Self::Bulk => 1,
            Self::Delivery => 2,
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Bulk => "bulk",
            Self::Delivery => "delivery",
        }
    }

    const fn read(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Interactive),
            1 => Some(Self::Bulk),
            2 => Some(Self::Delivery),
            _ => None,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Queued,
    Running,
    /// Given up or cancelled.
    Dead,
}

impl State {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Dead => "dead",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Queued, Self::Running, Self::Dead].into_iter().find(|state| state.as_str() == text)
    }
}

/// A job as whoever looks after them sees it. One that is done is none any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredJob {
    pub id: JobId,
    pub tenant: TenantId,
    pub job: Job,
    pub lane: Lane,
    pub state: State,
    /// Milliseconds since 1970: when it is due.
    pub run_at_ms: i64,
    pub attempts: i64,
    /// Why the last try failed, or who cancelled it.
    pub error: Option<String>,
    pub created_ms: i64,
}

row!(WaitingRow { lane: i64, tenant_id: String, vt: i64 });
row!(JobRow {
    id: String,
    tenant_id: String,
    job_json: String,
    lane: i64,
    state: String,
    run_at_ms: i64,
    attempts: i64,
    error: Option<String>,
    created_ms: i64,
});
row!(LeaseRow { id: String, tenant_id: String, job_json: String, lease_token: i64, attempts: i64 });
row!(CountRow { state: String, count: i64, oldest_ms: i64 });

impl JobRow {
    fn read(self) -> Result<StoredJob, DbError> {
        Ok(StoredJob {
            id: JobId::parse(&self.id).ok_or(unreadable("job id"))?,
            tenant: TenantId::parse(&self.tenant_id).ok_or(unreadable("tenant id"))?,
            job: from_json("job", &self.job_json)?,
            lane: Lane::read(self.lane).ok_or(unreadable("lane of a job"))?,
            state: State::parse(&self.state).ok_or(unreadable("state of a job"))?,
            run_at_ms: self.run_at_ms,
            attempts: self.attempts,
            error: self.error,
            created_ms: self.created_ms,
        })
    }
}

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
    execute!(tx, LINE_UP, tenant, turn.lane.number())?;
    execute!(tx, ENQUEUE, id.as_str(), &json, turn.flow, turn.lane.number(), now_ms, tenant).map(drop)
}

/// Whether a job of a crew is due: cheaper to ask than to claim, which waits for everybody who writes.
pub async fn is_due(tx: &mut Tx, crew: Crew, now_ms: i64) -> Result<bool, DbError> {
    let (first, last) = crew.lanes();
    Ok(!fetch!(tx, WaitingRow, WAITING, now_ms, first, last)?.is_empty())
}

/// Takes the job of a crew whose turn it is, until `lease_until_ms`.
pub async fn claim(tx: &mut Tx, crew: Crew, now_ms: i64, lease_until_ms: i64) -> Result<Option<Lease>, DbError> {
    let (first_lane, last_lane) = crew.lanes();
    let statement = match tx {
        Tx::Lite(_) => dialect::CLAIM_LITE,
        Tx::Pg(_) => dialect::CLAIM_PG,
    };
    let waiting = fetch!(tx, WaitingRow, WAITING, now_ms, first_lane, last_lane)?;
    for (index, first) in waiting.iter().enumerate() {
        let (lane, tenant) = (first.lane, first.tenant_id.as_str());
        // None when other workers are about to take all that this tenant has.
        let Some(row) = fetch!(tx, LeaseRow, statement, now_ms, lease_until_ms, lane, tenant)?.pop() else { continue };
        // Not before those who wait as well: turns that somebody was not there for are over.
        let next = waiting.iter().skip(index.saturating_add(1)).find(|other| other.lane == lane);
        let vt = next.map_or(first.vt, |next| next.vt.max(first.vt)).saturating_add(1);
        execute!(tx, TAKE_TURN, tenant, lane, vt)?;
        return row.read().map(Some);
    }
    Ok(None)
}

/// At most `limit` of a tenant's jobs in the order in which they were queued, those after `after`; of one state when it
/// is given.
pub async fn page(
    tx: &mut Tx,
    tenant: &TenantId,
    state: Option<State>,
    after: Option<&JobId>,
    limit: u32,
) -> Result<Vec<StoredJob>, DbError> {
    let (state, after) = (state.map_or("", State::as_str), after.map_or("", JobId::as_str));
    let rows = fetch!(tx, JobRow, PAGE, tenant.as_str(), after, state, i64::from(limit))?;
    rows.into_iter().map(JobRow::read).collect()
}

pub async fn get(tx: &mut Tx, tenant: &TenantId, id: &JobId) -> Result<Option<StoredJob>, DbError> {
    fetch!(tx, JobRow, GET, tenant.as_str(), id.as_str())?.pop().map(JobRow::read).transpose()
}

/// Puts a dead job back as if it were new. False when it is not dead.
pub async fn revive(tx: &mut Tx, tenant: &TenantId, id: &JobId, now_ms: i64) -> Result<bool, DbError> {
    Ok(execute!(tx, REVIVE, tenant.as_str(), id.as_str(), now_ms)? == 1)
}

/// Gives a job up that waits or runs. False when it does neither.
pub async fn cancel(tx: &mut Tx, tenant: &TenantId, id: &JobId, why: &str) -> Result<bool, DbError> {
    Ok(execute!(tx, CANCEL, tenant.as_str(), id.as_str(), shortened(why))? == 1)
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
    for standing in standing(tx).await? {
        match standing.state {
            State::Queued => counts.queued = standing.count,
            State::Running => counts.running = standing.count,
            State::Dead => counts.dead = standing.count,
        }
    }
    Ok(counts)
}

/// How many jobs are in a state, and since when the oldest of them is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub state: State,
    pub count: i64,
    /// Milliseconds since 1970: when it was queued.
    pub oldest_ms: i64,
}

/// Of each state in which there are any.
pub async fn standing(tx: &mut Tx) -> Result<Vec<Standing>, DbError> {
    let rows = fetch!(tx, CountRow, COUNTS)?;
    let standing = rows.into_iter().map(|CountRow { state, count, oldest_ms }| {
        let state = State::parse(&state).ok_or(unreadable("state of a job"))?;
        Ok(Standing { state, count, oldest_ms })
    });
    standing.collect()
}

/// The oldest jobs that were given up, at most a hundred.
pub async fn dead(tx: &mut Tx) -> Result<Vec<Lease>, DbError> {
    fetch!(tx, LeaseRow, DEAD)?.into_iter().map(LeaseRow::read).collect()
}

fn shortened(error: &str) -> String {
    // A NUL is text to SQLite and an error to PostgreSQL.
    error.chars().filter(|c| *c != '\0').take(ERROR_CHARACTERS_MAX).collect()
}
