//! What was given up can be looked at, put back, and kept from running at all.

use serde_json::{Value, json};
use xinge::db::queue::Crew;

use crate::support::{JOBS, TestService, papers};

fn jobs(test: &TestService, query: &str) -> Vec<Value> {
    test.found(&format!("/v1/jobs{query}"))["items"].as_array().unwrap().clone()
}

/// The file of a document vanishes, so that its job fails until it is given up.
fn poisoned(test: &TestService) -> (String, Vec<u8>, std::path::PathBuf) {
    let application = test.application();
    let bytes = papers::alipay(7);
    let filed = test.filed(&application, "poison.csv", &bytes);
    let mut files = Vec::new();
    walk(&test.folder.join("blobs"), &mut files);
    let [path] = files.as_slice() else { panic!("one file is kept: {files:?}") };
    let kept = std::fs::read(path).unwrap();
    std::fs::remove_file(path).unwrap();
    (filed["id"].as_str().unwrap().to_owned(), kept, path.clone())
}

fn walk(folder: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

/// Until nothing is left to try.
fn run_out(test: &TestService) {
    for _ in 0..=JOBS.attempts_max {
        test.run_jobs();
        test.advance(std::time::Duration::from_secs(3_600));
    }
}

#[test]
fn a_poison_file_blocks_nobody_and_is_given_up_and_can_be_put_back() {
    let test = TestService::new();
    let (document, bytes, path) = poisoned(&test);
    let other = test.application();
    let good = test.filed(&other, "good.csv", &papers::alipay(8));
    test.run_jobs();
    assert_eq!(test.found(&format!("/v1/documents/{}", good["id"].as_str().unwrap()))["state"], "parsed");
    let waiting = jobs(&test, "?state=queued");
    assert_eq!((&waiting[0]["attempts"], &waiting[0]["resource_id"]), (&json!(1), &json!(document)), "{waiting:?}");

    run_out(&test);
    let dead = jobs(&test, "?state=dead");
    let [job] = dead.as_slice() else { panic!("{dead:?}") };
    assert_eq!((&job["kind"], &job["attempts"]), (&json!("parse_document"), &json!(JOBS.attempts_max)));
    assert!(job["error"].as_str().unwrap().contains("could not read a stored file"), "{job}");
    assert_eq!(test.found(&format!("/v1/documents/{document}"))["state"], "failed");

    std::fs::write(path, bytes).unwrap();
    let id = job["id"].as_str().unwrap();
    let again = test.client.send("POST", &format!("/v1/jobs/{id}/retry"), &[], b"");
    assert_eq!((again.status, &again.json()["state"]), (200, &json!("queued")), "{again:?}");
    assert_eq!(test.found(&format!("/v1/documents/{document}"))["state"], "received");
    let twice = test.client.send("POST", &format!("/v1/jobs/{id}/retry"), &[], b"");
    assert_eq!((twice.status, twice.code().as_str()), (409, "job_state"));
    test.run_jobs();
    assert_eq!(test.found(&format!("/v1/documents/{document}"))["state"], "parsed");
    assert_eq!(test.client.get(&format!("/v1/jobs/{id}")).status, 404, "done is gone");
    assert_eq!(jobs(&test, ""), Vec::<Value>::new());
}

#[test]
fn a_job_that_is_cancelled_does_not_run() {
    let test = TestService::new();
    let application = test.application();
    let filed = test.filed(&application, "a.csv", &papers::alipay(1));
    let id = jobs(&test, "")[0]["id"].as_str().unwrap().to_owned();
    let cancelled = test.client.send("POST", &format!("/v1/jobs/{id}/cancel"), &[], b"");
    assert_eq!((cancelled.status, &cancelled.json()["state"]), (200, &json!("dead")), "{cancelled:?}");
    let document = test.found(&format!("/v1/documents/{}", filed["id"].as_str().unwrap()));
    assert_eq!((&document["state"], &document["error"]["code"]), (&json!("failed"), &json!("timeout")));
    assert!(document["error"]["message_zh"].as_str().unwrap().contains("取消"));
    let twice = test.client.send("POST", &format!("/v1/jobs/{id}/cancel"), &[], b"");
    assert_eq!((twice.status, twice.code().as_str()), (409, "job_state"));
    // The assessment of what is left.
    assert_eq!(test.run_jobs(), 1);
}

#[test]
fn a_cancelled_job_that_runs_keeps_nothing() {
    let test = TestService::new();
    let application = test.application();
    let filed = test.filed(&application, "a.csv", &papers::alipay(1));
    let lease = test.block_on(test.service.claim_job(Crew::Readers, 60_000)).unwrap().unwrap();
    let path = format!("/v1/jobs/{}/cancel", lease.id);
    assert_eq!(test.client.send("POST", &path, &[], b"").status, 200);
    let model::job::Job::ParseDocument { document } = &lease.job else { panic!("{lease:?}") };
    let ended = test.block_on(test.service.read_document(document, &lease));
    assert!(matches!(ended, Err(xinge::applications::Error::LeaseLost)), "{ended:?}");
    let document = test.found(&format!("/v1/documents/{}", filed["id"].as_str().unwrap()));
    assert_eq!(document["state"], "failed");
    test.run_jobs();
}
