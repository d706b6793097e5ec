use std::path::PathBuf;
use std::time::Duration;

use model::ids::{ApplicationId, DocumentId, JobId, TenantId};
use model::job::Job;
use xinge::db::queue::{self, Crew, Lane, Turn};
use xinge::db::{Db, Settings};

use crate::support::postgres::Database;
use crate::support::{ring, temporary_folder};

struct TestDb {
    db: Db,
    folder: PathBuf,
    _database: Option<Database>,
}

async fn open() -> TestDb {
    let folder = temporary_folder("queue");
    let settings = Settings { connections_max: 4, busy_timeout: Duration::from_secs(10), full_synchronous: false };
    let database = Database::create();
    let db = match &database {
        Some(database) => Db::open_postgres(&database.url, &settings, ring(&folder.join("master.key"))).await.unwrap(),
        None => Db::open_sqlite(&folder.join("xinge.db"), &settings, ring(&folder.join("master.key"))).await.unwrap(),
    };
    TestDb { db, folder, _database: database }
}

impl TestDb {
    async fn enqueue(&self, name: &str, flow: &str, lane: Lane, now_ms: i64) {
        let job = Job::ParseDocument { document: DocumentId::new(name) };
        let mut tx = self.db.write().await.unwrap();
        let tenant = TenantId::new("default");
        let turn = Turn { tenant: &tenant, flow, lane };
        queue::enqueue(&mut tx, &JobId::new(name), &job, turn, now_ms).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn claim(&self, now_ms: i64) -> Option<queue::Lease> {
        let mut tx = self.db.write().await.unwrap();
        let lease = queue::claim(&mut tx, Crew::Readers, now_ms, now_ms + 1_000).await.unwrap();
        tx.commit().await.unwrap();
        lease
    }

    /// The ids of all jobs in the order in which they are claimed.
    async fn order(&self, now_ms: i64) -> String {
        let mut order = Vec::new();
        while let Some(lease) = self.claim(now_ms).await {
            order.push(lease.id.as_str().trim_start_matches("job_").to_owned());
        }
        order.join(" ")
    }

    async fn end(self) {
        self.db.close().await;
        std::fs::remove_dir_all(self.folder).unwrap();
    }
}

#[tokio::test]
async fn who_waits_goes_before_bulk_and_flows_take_turns() {
    let test = open().await;
    for number in 1..=4 {
        test.enqueue(&format!("a{number}"), "a", Lane::Bulk, 0).await;
    }
    for name in ["b1", "b2"] {
        test.enqueue(name, "b", Lane::Bulk, 0).await;
    }
    test.enqueue("i1", "c", Lane::Interactive, 0).await;
    assert_eq!(test.order(0).await, "i1 a1 b1 a2 b2 a3 a4");
    test.end().await;
}

#[tokio::test]
async fn a_job_that_waits_is_not_queued_again_and_one_that_runs_is() {
    let test = open().await;
    let job = Job::AssessApplication { application: ApplicationId::new("1") };
    let enqueue = async |id: &str| {
        let mut tx = test.db.write().await.unwrap();
        let tenant = TenantId::new("default");
        let turn = Turn { tenant: &tenant, flow: "a", lane: Lane::Interactive };
        queue::enqueue(&mut tx, &JobId::new(id), &job, turn, 0).await.unwrap();
        tx.commit().await.unwrap();
    };
    enqueue("1").await;
    enqueue("2").await;
    assert_eq!(test.claim(0).await.unwrap().id, JobId::new("1"));
    enqueue("3").await;
    assert_eq!(test.order(0).await, "3");
    test.end().await;
}

#[tokio::test]
async fn only_who_holds_the_lease_ends_a_job() {
    let test = open().await;
    test.enqueue("1", "a", Lane::Interactive, 0).await;
    let lost = test.claim(0).await.unwrap();
    assert_eq!(lost.attempts, 1);

    let mut tx = test.db.write().await.unwrap();
    assert_eq!(queue::expired(&mut tx, 500).await.unwrap(), []);
    assert_eq!(queue::expired(&mut tx, 1_001).await.unwrap(), std::slice::from_ref(&lost));
    assert!(queue::retry(&mut tx, &lost, 5_000, "gone").await.unwrap());
    tx.commit().await.unwrap();

    assert_eq!(test.claim(4_999).await, None, "not before its time");
    let held = test.claim(5_000).await.unwrap();
    assert_eq!((held.attempts, held.token), (2, lost.token + 1));

    let mut tx = test.db.write().await.unwrap();
    assert!(!queue::complete(&mut tx, &lost).await.unwrap());
    assert!(!queue::extend(&mut tx, &lost, 9_000).await.unwrap());
    assert!(!queue::bury(&mut tx, &lost, "x").await.unwrap());
    assert!(queue::extend(&mut tx, &held, 9_000).await.unwrap());
    assert!(queue::complete(&mut tx, &held).await.unwrap());
    assert!(!queue::complete(&mut tx, &held).await.unwrap(), "once");
    assert_eq!(queue::counts(&mut tx).await.unwrap(), queue::Counts::default());
    tx.commit().await.unwrap();
    test.end().await;
}

#[tokio::test]
async fn a_job_is_claimed_by_one_of_many() {
    let test = open().await;
    for number in 0..40 {
        test.enqueue(&format!("{number:02}"), &format!("{}", number % 7), Lane::Interactive, 0).await;
    }
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let db = test.db.clone();
        tasks.spawn(async move {
            let mut claimed = Vec::new();
            loop {
                let mut tx = db.write().await.unwrap();
                let lease = queue::claim(&mut tx, Crew::Readers, 0, 1_000).await.unwrap();
                tx.commit().await.unwrap();
                match lease {
                    Some(lease) => claimed.push(lease.id.as_str().to_owned()),
                    None => return claimed,
                }
            }
        });
    }
    let mut claimed: Vec<String> = tasks.join_all().await.into_iter().flatten().collect();
    claimed.sort();
    assert_eq!(claimed.len(), 40);
    claimed.dedup();
    assert_eq!(claimed.len(), 40, "no job twice");
    test.end().await;
}

/// A client that hangs up while the server begins its transaction: the connection goes back to the pool, and the next
/// one writes on it.
#[tokio::test]
async fn who_goes_away_while_a_transaction_begins_leaves_none_open() {
    let test = open().await;
    for patience in (0..400).chain((400..4_000).step_by(20)) {
        let goes_away = async {
            for _ in 0..patience {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = goes_away => {}
            begun = test.db.read() => drop(begun.unwrap()),
        }
        // At once: another reader would end what was left open.
        let name = format!("job_{patience}");
        test.enqueue(&name, &name, Lane::Bulk, 1_000).await;
    }
    test.end().await;
}
