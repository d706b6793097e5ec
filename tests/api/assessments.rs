use std::path::Path;
use std::process::Command;
use std::time::Duration;

use model::job::Job;
use serde_json::{Value, json};
use xinge::db::queue::Crew;

use crate::support::{TestService, papers};

#[test]
fn a_decision_comes_when_every_document_is_read() {
    let test = TestService::new();
    let application = test.application();
    let path = format!("/v1/applications/{application}");
    let before = test.client.get(&format!("{path}/decision"));
    assert_eq!((before.status, before.code().as_str()), (404, "not_assessed_yet"));
    assert_eq!(before.json()["state"], "open");

    test.filed(&application, "a.csv", &papers::alipay(1));
    test.filed(&application, "b.csv", &papers::alipay(2));
    let while_reading = test.client.get(&format!("{path}/decision"));
    assert_eq!((while_reading.status, while_reading.json()["state"].as_str()), (404, Some("processing")));
    assert_eq!(while_reading.header("retry-after"), Some("1"));

    // Two are read; the last asks for one assessment.
    assert_eq!(test.run_jobs(), 3);
    assert_eq!(test.found(&path)["state"], "assessed");
    let decision = test.found(&format!("{path}/decision"));
    assert!(["approve", "refer", "decline", "need_documents"].contains(&decision["outcome"].as_str().unwrap()));
    assert_eq!(decision["as_of"], "2026-09-05");
    assert_eq!(decision["documents"].as_array().unwrap().len(), 2);
    for part in ["features", "findings"] {
        assert!(!test.found(&format!("{path}/{part}"))[part].is_null(), "{part}");
    }
    assert!(test.found(&format!("{path}/profile"))["verified"].is_object());
}

#[test]
fn a_further_document_makes_the_decision_anew() {
    let test = TestService::new();
    let application = test.application();
    let path = format!("/v1/applications/{application}");
    test.filed(&application, "a.csv", &papers::alipay(1));
    test.run_jobs();
    let first = test.found(&format!("{path}/decision"));

    test.filed(&application, "b.csv", &papers::alipay(2));
    assert_eq!(test.client.get(&format!("{path}/decision")).code(), "not_assessed_yet");
    test.run_jobs();
    let second = test.found(&format!("{path}/decision"));
    assert!(second["revision"].as_i64() > first["revision"].as_i64());
    assert_ne!(second["decision_id"], first["decision_id"]);
}

#[test]
fn the_day_may_be_given() {
    let test = TestService::new();
    let made = test.client.post_json("/v1/applications", &json!({"as_of": "2026-08-31"})).json();
    let application = made["id"].as_str().unwrap();
    test.filed(application, "a.csv", &papers::alipay(1));
    test.run_jobs();
    assert_eq!(test.found(&format!("/v1/applications/{application}/decision"))["as_of"], "2026-08-31");
}

#[test]
fn an_application_whose_documents_all_failed_is_assessed_too() {
    let test = TestService::new();
    let application = test.application();
    test.filed(&application, "poem.txt", "床前明月光\n".as_bytes());
    test.run_jobs();
    let decision = test.found(&format!("/v1/applications/{application}/decision"));
    assert_ne!(decision["outcome"], "approve", "{decision}");
}

#[test]
fn a_job_that_keeps_failing_is_tried_again_and_then_given_up() {
    let test = TestService::new();
    let application = test.application();
    let filed = test.filed(&application, "a.csv", &papers::alipay(1));
    // The disk loses the file.
    std::fs::remove_dir_all(test.folder.join("blobs")).unwrap();
    for attempt in 1..=3 {
        assert_eq!(test.run_jobs(), if attempt == 3 { 2 } else { 1 }, "attempt {attempt}");
        test.advance(Duration::from_secs(600));
    }
    let document = test.found(&format!("/v1/documents/{}", filed["id"].as_str().unwrap()));
    assert_eq!(document["state"], "failed", "{document}");
    // The application goes on without it.
    assert_eq!(test.found(&format!("/v1/applications/{application}"))["state"], "assessed");
    let dead = test.block_on(async {
        let mut tx = test.service.db.read().await.unwrap();
        xinge::db::queue::dead(&mut tx).await.unwrap()
    });
    assert!(matches!(dead.as_slice(), [lease] if matches!(lease.job, Job::ParseDocument { .. })), "{dead:?}");
}

#[test]
fn what_was_read_is_not_kept_by_who_lost_the_lease() {
    let test = TestService::new();
    let application = test.application();
    let filed = test.filed(&application, "a.csv", &papers::alipay(1));
    let lease = test.block_on(test.service.claim_job(Crew::Readers, 1_000)).unwrap().unwrap();
    let Job::ParseDocument { document } = lease.job.clone() else { panic!("{lease:?}") };
    test.advance(Duration::from_secs(2));
    assert_eq!(test.block_on(test.service.reap_jobs(3)).unwrap(), 1);
    let late = test.block_on(test.service.read_document(&document, &lease));
    assert!(matches!(late, Err(xinge::applications::Error::LeaseLost)), "{late:?}");
    assert_eq!(test.found(&format!("/v1/documents/{}", filed["id"].as_str().unwrap()))["state"], "received");

    test.advance(Duration::from_secs(60));
    test.run_jobs();
    assert_eq!(test.found(&format!("/v1/documents/{}", filed["id"].as_str().unwrap()))["state"], "parsed");
}

/// The road through the database and that of `xinge assess` end at the same place.
#[test]
fn the_service_and_the_command_line_decide_alike() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/salaried");
    let declared = folder.join("declared.json");
    let output = Command::new(env!("CARGO_BIN_EXE_xinge"))
        .arg("assess")
        .arg(&folder)
        .arg("--declared")
        .arg(&declared)
        .args(["--as-of", "2026-09-05", "--format", "json"])
        .output()
        .unwrap();
    let command_line: Value = serde_json::from_slice(&output.stdout).unwrap();

    let test = TestService::new();
    let declared: Value = serde_json::from_slice(&std::fs::read(declared).unwrap()).unwrap();
    let made = test.client.post_json("/v1/applications", &json!({"declared": declared, "as_of": "2026-09-05"}));
    let application = made.json()["id"].as_str().unwrap().to_owned();
    // In the order in which the command line took them.
    for document in command_line["documents"].as_array().unwrap() {
        let name = Path::new(document["file"].as_str().unwrap()).file_name().unwrap();
        let bytes = std::fs::read(folder.join(name)).unwrap();
        test.filed(&application, name.to_str().unwrap(), &bytes);
    }
    test.run_jobs();

    let path = format!("/v1/applications/{application}");
    assert_eq!(test.found(&format!("{path}/features"))["features"], command_line["features"]);
    assert_eq!(test.found(&format!("{path}/findings"))["findings"], command_line["findings"]);
    for part in ["profile", "decision"] {
        let served = test.found(&format!("{path}/{part}"));
        for (key, value) in command_line[part].as_object().unwrap() {
            assert_eq!(&served[key], value, "{part}.{key}");
        }
    }
    let statements = test.found(&format!("{path}/statements"));
    for (served, printed) in
        statements["items"].as_array().unwrap().iter().zip(command_line["documents"].as_array().unwrap())
    {
        assert_eq!(served["statements"], printed["statements"]);
    }
}
