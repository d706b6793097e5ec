//! What is deleted is gone for good, and what is past its time is deleted.

use std::process::Command;
use std::time::Duration;

use model::ids::{ApplicationId, TenantId};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use xinge::db::Pools;
use xinge::db::deletions::{self, Retention};
use xinge::db::queue::Crew;

use crate::support::{TestService, papers};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn delete(test: &TestService, id: &str, query: &str) -> crate::support::Answer {
    test.client.send("DELETE", &format!("/v1/applications/{id}{query}"), &[], b"")
}

fn assessed(test: &TestService, number: u32) -> (String, Value) {
    let made = test.client.post_json("/v1/applications", &json!({"declared": {"name": "林一舟"}}));
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let inner = papers::alipay(number + 1_000);
    test.filed(&id, "a.csv", &papers::alipay(number));
    let document = test.filed(&id, "b.zip", &papers::zip(&[("c.csv", &inner)], None));
    test.run_jobs();
    (id, document)
}

fn verified(test: &TestService, text: &str, arguments: &[&str]) -> (bool, String) {
    let file = test.folder.join("certificates.json");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinge"));
    let output = command.args(["keys", "verify-deletions"]).arg(file).args(arguments).output().unwrap();
    (
        output.status.success(),
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
    )
}

#[test]
fn a_deleted_application_is_gone_and_its_certificate_can_be_checked() {
    let test = TestService::new();
    let (one, document) = assessed(&test, 1);
    let (two, _) = assessed(&test, 2);
    let (kept, _) = assessed(&test, 3);
    let shelf = test.folder.join("blobs/files").join(&one[one.len() - 2..]).join(&one);
    assert!(shelf.exists());
    let answer = delete(&test, &one, "");
    assert_eq!(answer.status, 200, "{answer:?}");
    let certificate = answer.json();
    assert_eq!(certificate["statement"]["application_id"], one.as_str());
    assert_eq!(
        (&certificate["statement"]["reason"], &certificate["statement"]["documents"]),
        (&json!("requested"), &json!(3))
    );
    assert!(!shelf.exists());
    let document = document["id"].as_str().unwrap();
    for path in [
        format!("/v1/applications/{one}"),
        format!("/v1/applications/{one}/decision"),
        format!("/v1/documents/{document}"),
    ] {
        assert_eq!(test.client.get(&path).status, 404, "{path}");
    }
    // Once more is the same, and what was never there is not.
    assert_eq!(delete(&test, &one, "?reason=other").json(), certificate);
    assert_eq!(delete(&test, "app_0", "").status, 404);
    assert_eq!(delete(&test, &two, "?reason=because").code(), "invalid_request");
    assert_eq!(delete(&test, &two, "?reason=consent_withdrawn").status, 200);
    assert_eq!(test.found(&format!("/v1/applications/{kept}"))["state"], "assessed");
    assert_eq!(test.client.get(&format!("/v1/applications/{kept}/decision")).status, 200);

    let page = test.found("/v1/deletions?limit=1");
    assert_eq!((&page["items"][0], page["next_cursor"].as_str()), (&certificate, Some("1")));
    let all = test.found("/v1/deletions");
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let key = certificate["public_key"].as_str().unwrap();
    let (holds, said) = verified(&test, &all.to_string(), &["--public-key", key]);
    assert!(holds && said.contains("2 certificates hold"), "{said}");
    let (holds, said) = verified(&test, &certificate.to_string().replace("\"documents\":3", "\"documents\":2"), &[]);
    assert!(!holds && said.contains("not the one that was signed"), "{said}");
    let log = test.found(&format!("/v1/audit-log?resource={one}"));
    assert!(log["items"].as_array().unwrap().iter().any(|line| line["action"] == "application_deleted"), "{log}");
}

#[test]
fn deleting_does_not_wait_for_what_is_being_read() {
    let test = TestService::new();
    let id = test.application();
    test.filed(&id, "a.csv", &papers::alipay(1));
    let lease = test.block_on(test.service.claim_job(Crew::Readers, 15_000)).unwrap().unwrap();
    assert_eq!(delete(&test, &id, "").status, 200);
    // The worker finds out at its end, and keeps nothing.
    let model::job::Job::ParseDocument { document } = &lease.job else { panic!("{lease:?}") };
    let read = test.block_on(test.service.read_document(document, &lease));
    assert!(read.is_err(), "{read:?}");
    let shelf = test.folder.join("blobs/files").join(&id[id.len() - 2..]).join(&id);
    assert!(!shelf.exists());
    assert!(test.block_on(test.service.fail_job(&lease, 3, "gone")).is_ok());
    assert_eq!(test.run_jobs(), 0);
}

#[test]
fn what_is_past_its_time_is_deleted_and_what_was_approved_is_not() {
    let test = TestService::new();
    let (old, _) = assessed(&test, 1);
    let open = test.application();
    test.advance(DAY * 60);
    let young = test.application();
    // It was approved once; a later paper gives less, and begins its time anew.
    touch(&test, &old, Retention::Long);
    test.filed(&old, "more.csv", &papers::alipay(77));
    test.run_jobs();
    let outcome = test.found(&format!("/v1/applications/{old}/decision"))["outcome"].clone();
    assert!(outcome != "approve" && outcome != "refer", "{outcome}: it would be kept for that");
    test.advance(DAY * 31);
    let swept = test.block_on(test.service.apply_retention()).unwrap();
    assert_eq!(swept.applications, 1, "{swept:?}");
    let status = |id: &str| test.client.get(&format!("/v1/applications/{id}")).status;
    assert_eq!((status(&open), status(&young), status(&old)), (404, 200, 200));
    test.advance(DAY * 60);
    test.block_on(test.service.apply_retention()).unwrap();
    assert_eq!((status(&young), status(&old)), (404, 200));
    let certificates = test.found("/v1/deletions");
    assert!(certificates["items"].as_array().unwrap().iter().all(|one| one["statement"]["reason"] == "retention"));
    assert!(verified(&test, &certificates.to_string(), &[]).0);
    test.advance(DAY * 3_700);
    test.block_on(test.service.apply_retention()).unwrap();
    assert_eq!(status(&old), 404);
}

/// As if a decision of today had given this period.
fn touch(test: &TestService, id: &str, retention: Retention) {
    test.block_on(async {
        let mut tx = test.service.db.write().await.unwrap();
        let (tenant, application) = (TenantId::new("default"), ApplicationId::parse(id).unwrap());
        deletions::touch(&mut tx, &tenant, &application, retention, test.service.clock.now_ms()).await.unwrap();
        tx.commit().await.unwrap();
    });
}

#[test]
fn what_is_still_to_be_read_is_not_deleted_for_its_age() {
    let test = TestService::new();
    let id = test.application();
    test.advance(DAY * 91);
    test.filed(&id, "a.csv", &papers::alipay(1));
    assert_eq!(test.block_on(test.service.apply_retention()).unwrap().applications, 0);
    test.run_jobs();
    assert_eq!(test.found(&format!("/v1/applications/{id}"))["state"], "assessed");
}

#[test]
fn one_that_cannot_be_deleted_keeps_no_other_from_it() {
    let test = TestService::new();
    let (broken, other) = (test.application(), test.application());
    let sql = format!("update data_keys set wrapped = 'x' where owner = '{broken}'");
    test.block_on(async {
        match &test.service.db.pools {
            Pools::Lite { writer, .. } => {
                sqlx::query(AssertSqlSafe(sql)).execute(writer).await.unwrap();
            }
            Pools::Pg(pool) => {
                sqlx::query(AssertSqlSafe(sql)).execute(pool).await.unwrap();
            }
        }
    });
    test.advance(DAY * 91);
    assert_eq!(test.block_on(test.service.apply_retention()).unwrap().applications, 1);
    assert_eq!(test.client.get(&format!("/v1/applications/{other}")).status, 404);
}

#[test]
fn nothing_of_a_deleted_key_is_left_in_the_embedded_database() {
    let test = TestService::new();
    let Pools::Lite { readers, writer } = &test.service.db.pools else { return };
    let (id, _) = assessed(&test, 1);
    let wrapped = |id: &str| {
        let sql = format!("select wrapped from data_keys where owner = '{id}'");
        test.block_on(sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch_one(writer)).unwrap()
    };
    let key = wrapped(&id);
    let is_left = || {
        let files = std::fs::read_dir(&test.folder).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.to_string_lossy().contains("xinge.db")).any(|path| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(key.len()).any(|window| window == key.as_bytes())
        })
    };
    assert!(is_left());
    // Somebody reads for long: the log cannot be emptied then, and writers wait for nobody.
    let mut reading = test.block_on(readers.begin()).unwrap();
    test.block_on(sqlx::query("select count(*) from applications").fetch_one(&mut *reading)).unwrap();
    assert_eq!(delete(&test, &id, "").status, 200);
    test.block_on(reading.rollback()).unwrap();
    test.block_on(test.service.apply_retention()).unwrap();
    assert!(!is_left());
}

#[test]
fn what_a_crash_left_of_a_deleted_application_is_taken_away() {
    let test = TestService::new();
    let (id, _) = assessed(&test, 1);
    let shelf = test.folder.join("blobs/files").join(&id[id.len() - 2..]).join(&id);
    let away = test.folder.join("away");
    // As if the process had died between the commit and the files: they are there, and nothing says that they are gone.
    std::fs::rename(&shelf, &away).unwrap();
    std::fs::write(&shelf, b"a file where a folder is to be removed").unwrap();
    assert_eq!(delete(&test, &id, "").status, 500);
    assert_eq!(test.client.get(&format!("/v1/applications/{id}")).status, 404);
    std::fs::remove_file(&shelf).unwrap();
    std::fs::rename(&away, &shelf).unwrap();
    test.block_on(test.service.apply_retention()).unwrap();
    assert!(!shelf.exists());
    assert_eq!(delete(&test, &id, "").status, 200);
}
